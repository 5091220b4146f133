//! The tests of this crate, in one binary.

mod it {
    mod blobs;
    mod bodies;
    mod bombs;
    mod bundles;
    mod checkpoints;
    mod encoding;
    mod envelopes;
    mod independent;
    mod logs;
    mod mutations;
    mod notices;
    mod objects;
    mod people;
    mod receipts;
    mod roots;
    mod scanner;
    mod standings;
    mod steps;
    mod submissions;
    mod support;
    mod tree;
    mod values;
    mod vectors;
    mod walk;
    mod witnesses;
}
