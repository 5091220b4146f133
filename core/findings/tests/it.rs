//! The tests of this crate, in one binary.

mod it {
    mod figures;
    mod kleene;
    mod sample;
    mod sentences;
    mod support;
}
