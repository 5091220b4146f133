//! What crosses crates.

mod it {
    mod amending;
    mod answering;
    mod attachments;
    mod browser;
    mod carrying;
    mod clocks;
    mod correcting;
    mod counted;
    mod couriers;
    mod damage;
    mod desks;
    mod docs;
    mod edges;
    mod errors;
    mod exports;
    mod figures;
    mod finding;
    mod handout;
    mod hostile;
    mod internal;
    mod keys;
    mod killed;
    mod letters;
    mod lines;
    mod lying;
    mod moments;
    mod names;
    mod page;
    mod rescue;
    mod rosters;
    mod salvage;
    mod schemas;
    mod scripts;
    mod signing;
    mod stopped;
    mod strangers;
    mod support;
    mod tables;
    mod teams;
    mod values;
    mod vocabulary;
    mod workbench;
    mod zones;
}
