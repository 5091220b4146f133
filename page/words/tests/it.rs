//! The tests of this crate, in one binary.

mod it {
    mod catalogues;
}
