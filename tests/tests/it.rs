//! What crosses crates.

mod it {
    mod edges;
    mod figures;
    mod hostile;
    mod killed;
    mod lines;
    mod signing;
    mod support;
}
