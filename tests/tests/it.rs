//! What crosses crates.

mod it {
    mod amending;
    mod attachments;
    mod carrying;
    mod clocks;
    mod couriers;
    mod desks;
    mod edges;
    mod figures;
    mod finding;
    mod hostile;
    mod keys;
    mod killed;
    mod letters;
    mod lines;
    mod moments;
    mod page;
    mod signing;
    mod support;
}
