//! The tests of this crate, in one binary.

mod it {
    mod bundles;
    mod envelopes;
    mod people;
    mod receipts;
    mod scanner;
    mod steps;
    mod support;
    mod tree;
    mod vectors;
    mod walk;
}
