//! A salvage, a new log and a wipe whose power fails.

use super::support::{DAY, nothing_is_lost, syncs_matter};
use baqylau_power::harness::Machine;
use baqylau_power::rare::{check_begun, check_salvaged, check_wiped};
use std::path::PathBuf;

#[test]
fn a_salvage_loses_nothing_to_a_power_cut() {
    let machine = Machine::of(&DAY, "salvaged", check_salvaged);
    assert_eq!(machine.differences(), Vec::<PathBuf>::new());
    nothing_is_lost(&machine);
    syncs_matter(&machine, &["salvaged", "salvaged/main.db-wal", "salvaged/main.salvaging"]);
}

#[test]
fn a_new_log_never_has_the_key_of_the_one_before() {
    let machine = Machine::of(&DAY, "begun", check_begun);
    assert_eq!(machine.differences(), Vec::<PathBuf>::new());
    nothing_is_lost(&machine);
    syncs_matter(&machine, &["begun", "begun/receipt.key.part", "begun/server.db.new"]);
}

#[test]
fn a_wiped_phone_stays_wiped() {
    let machine = Machine::of(&DAY, "wiped", check_wiped);
    assert_eq!(machine.differences(), Vec::<PathBuf>::new());
    nothing_is_lost(&machine);
}
