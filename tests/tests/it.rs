//! What crosses crates.

mod it {
    mod amending;
    mod attachments;
    mod browser;
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
    mod rescue;
    mod signing;
    mod support;
    mod workbench;
    mod zones;
}
