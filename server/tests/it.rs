//! The server's storage and its paths, with hostile bodies.

mod it {
    mod gate;
    mod paths;
    mod storage;
}
