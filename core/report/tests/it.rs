//! The tests of this crate, in one binary.

mod it {
    mod answers;
    mod hostile;
    mod independent;
    mod reports;
    mod support;
}
