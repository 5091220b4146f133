//! A desk whose power fails.

use super::support::{CARELESS_DAY, DAY, loses_something, nothing_is_lost, syncs_matter};
use baqylau_power::desk::check;
use baqylau_power::harness::Machine;
use std::path::PathBuf;

#[test]
fn everything_that_changes_a_desk_is_recorded() {
    assert_eq!(Machine::of(&DAY, "desk", check).differences(), Vec::<PathBuf>::new());
}

#[test]
fn a_desk_loses_nothing_to_a_power_cut() {
    nothing_is_lost(&Machine::of(&DAY, "desk", check));
}

#[test]
fn a_desk_with_careless_databases_loses_something() {
    assert!(loses_something(&Machine::of(&CARELESS_DAY, "desk", check)));
}

#[test]
fn a_desk_that_does_not_sync_a_file_loses_something() {
    syncs_matter(
        &Machine::of(&DAY, "desk", check),
        &["desk/desk.db-wal", "desk/desk.db", "desk/keys/desk.key.part", "desk/publish", "desk/blobs", "desk/export"],
    );
}
