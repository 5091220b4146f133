//! What crosses crates.

mod it {
    mod edges;
    mod figures;
    mod hostile;
}
