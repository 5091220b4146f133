//! The server's storage and its paths, with hostile bodies.

mod it {
    mod attachments;
    mod causes;
    mod crowds;
    mod gate;
    mod health;
    mod notices;
    mod paths;
    mod proofs;
    mod racing;
    mod storage;
    mod storage_suite;
    mod support;
    mod witnessing;
}
