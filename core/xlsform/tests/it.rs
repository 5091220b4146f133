//! Checklists as tables: what compiles, and what is said of what does not.

mod it {
    mod columns;
    mod faults;
    mod kinds;
    mod lists;
    mod missions;
    mod settings;
    mod support;
    mod xlsx;
}
