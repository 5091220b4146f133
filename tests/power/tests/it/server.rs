//! A server whose power fails.

use super::support::{CARELESS_DAY, DAY, loses_something, nothing_is_lost, syncs_matter};
use baqylau_power::harness::Machine;
use baqylau_power::server::check;
use std::path::PathBuf;

#[test]
fn everything_that_changes_a_server_is_recorded() {
    assert_eq!(Machine::of(&DAY, "server", check).differences(), Vec::<PathBuf>::new());
}

#[test]
fn a_server_loses_nothing_to_a_power_cut() {
    nothing_is_lost(&Machine::of(&DAY, "server", check));
}

#[test]
fn a_server_with_careless_databases_loses_something() {
    assert!(loses_something(&Machine::of(&CARELESS_DAY, "server", check)));
}

#[test]
fn a_server_that_does_not_sync_a_file_loses_something() {
    syncs_matter(
        &Machine::of(&DAY, "server", check),
        &["server", "server/server.db-wal", "server/server.db", "server/server.blobs"],
    );
}
