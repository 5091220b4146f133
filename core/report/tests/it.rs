//! The tests of this crate, in one binary.

mod it {
    mod answers;
    mod hostile;
    mod independent;
    mod letters;
    mod reports;
    mod support;
}
