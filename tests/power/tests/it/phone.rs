//! A phone whose battery is pulled.

use super::support::{CARELESS_DAY, DAY, loses_something, nothing_is_lost, syncs_matter};
use baqylau_power::harness::Machine;
use baqylau_power::phone::check;
use std::path::PathBuf;

#[test]
fn everything_that_changes_a_phone_is_recorded() {
    assert_eq!(Machine::of(&DAY, "phone", check).differences(), Vec::<PathBuf>::new());
}

#[test]
fn a_phone_loses_nothing_to_a_power_cut() {
    nothing_is_lost(&Machine::of(&DAY, "phone", check));
}

#[test]
fn a_phone_with_careless_databases_loses_something() {
    assert!(loses_something(&Machine::of(&CARELESS_DAY, "phone", check)));
}

#[test]
fn a_phone_that_does_not_sync_a_file_loses_something() {
    syncs_matter(
        &Machine::of(&DAY, "phone", check),
        &[
            "phone",
            "phone/main.db-wal",
            "phone/main.db",
            "phone/outbox.db",
            "phone/vault",
            "phone/blobs",
            "phone/blobs/new-*",
        ],
    );
}
