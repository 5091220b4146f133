//! The server's storage and its paths, with hostile bodies.

mod it {
    mod crowds;
    mod gate;
    mod paths;
    mod racing;
    mod storage;
    mod support;
}
