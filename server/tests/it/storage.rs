//! SQLite as it is opened by the server, and what is damaged in it.

use crate::it::storage_suite;
use crate::it::storage_suite::unsealed;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_server::storage::{LogError, LoggedObject, Storage, open, with_causes};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::path::Path;

const MISSION: MissionId = MissionId([1; 16]);
const DEVICE: DeviceId = DeviceId([2; 16]);

#[test]
fn sqlite_passes_the_suite() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("server.db");
    storage_suite::run(&|| open(&path).expect("opens"));
}

#[test]
fn sqlite_does_what_the_model_does_in_any_order() {
    for seed in 1..=8 {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("server.db");
        storage_suite::against_the_model(seed, 300, &|| open(&path).expect("opens"));
    }
}

fn filled(path: &Path) -> Box<dyn Storage> {
    let mut storage = open(path).expect("opens");
    let entry = |seq: u64| {
        let object = format!("object {seq}").into_bytes();
        LoggedObject { received: 5, device: DEVICE, seq, recipient: None, hash: Hash::of(&object), object }
    };
    storage.append(MISSION, 0, &[entry(0), entry(1), entry(2)]).expect("appends");
    storage
}

fn alter(path: &Path, sql: &str) {
    let db = Connection::open(path).expect("opens");
    db.execute_batch(&format!("DROP TRIGGER log_is_immutable; DROP TRIGGER log_is_kept; {sql}")).expect("alters");
}

fn damaged<T: std::fmt::Debug>(answer: Result<T, LogError>, expected: (&str, &str)) {
    match answer {
        Err(LogError::Damaged { table, row, .. }) => assert_eq!((table, row.as_str()), expected),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_number_that_was_never_written_is_damage_and_no_number() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("server.db");
    let mut storage = filled(&path);
    alter(&path, "UPDATE log SET seq = -1 WHERE idx = 1");
    damaged(storage.page(MISSION, 0, 10, 1 << 20), ("log", "index 1"));
    alter_again(&path, "UPDATE log SET idx = -5 WHERE idx = 2");
    damaged(storage.find(MISSION, DEVICE, 2, Hash::of(b"object 2")), ("log", "index -5"));
}

#[test]
fn a_gap_in_the_log_is_damage_and_no_shorter_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("server.db");
    let mut storage = filled(&path);
    alter(&path, "DELETE FROM log WHERE idx = 1");
    damaged(storage.leaves(MISSION, &mut |_, _| {}), ("log", "index 1 is missing"));
}

/// Takes entries out of an index, and leaves them in the table.
fn thin_out(path: &Path, index: &str, only: &str) {
    let whole: String = Connection::open(path)
        .and_then(|db| db.query_row("SELECT sql FROM sqlite_schema WHERE name = ?1", [index], |r| r.get(0)))
        .expect("an index");
    let partial = if whole.contains("WHERE") { format!("{whole} AND {only}") } else { format!("{whole} WHERE {only}") };
    for (sql, then) in [(&partial, format!("REINDEX {index}")), (&whole, "SELECT 1".into())] {
        let db = Connection::open(path).expect("opens");
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false).expect("not defensive");
        db.pragma_update(None, "writable_schema", "ON").expect("writable");
        db.execute("UPDATE sqlite_schema SET sql = ?1 WHERE name = ?2", [sql.as_str(), index]).expect("altered");
        drop(db);
        Connection::open(path).expect("opens").execute_batch(&then).expect("done");
    }
}

#[test]
fn an_index_that_lacks_some_of_the_log_is_made_again_and_makes_no_shorter_log() {
    for (index, only) in
        [("log_place", "idx < 1"), ("log_chain", "seq < 2"), ("log_enrolment", "idx > 0"), ("log_letter", "idx > 9")]
    {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("server.db");
        let mut storage = filled(&path);
        let mut letter = storage.page(MISSION, 0, 1, 1 << 20).expect("reads");
        letter[0].recipient = Some(DEVICE);
        storage.append(MISSION, 3, &letter).expect("appends");
        drop(storage);
        thin_out(&path, index, only);
        let mut storage = open(&path).expect("opens");
        let mut leaves = 0;
        storage.leaves(MISSION, &mut |_, _| leaves += 1).expect("reads");
        assert_eq!(leaves, 4, "{index}");
        assert_eq!(storage.page(MISSION, 0, 10, 1 << 20).expect("reads").len(), 4, "{index}");
        assert_eq!(unsealed(&mut *storage, MISSION).len(), 2, "{index}");
        assert_eq!(storage.letters(MISSION, DEVICE, 0, 10).expect("reads").len(), 1, "{index}");
        let found = storage.find(MISSION, DEVICE, 2, Hash::of(b"object 2")).expect("reads");
        assert_eq!(found.map(|at| at.index), Some(2), "{index}");
    }
}

#[test]
fn a_file_that_is_no_database_is_told_as_damage_with_its_cause() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("server.db");
    std::fs::write(&path, [0x55; 8192]).expect("written");
    let Err(error) = open(&path) else { panic!("it is no database") };
    assert!(matches!(error, LogError::Damaged { .. }), "{error:?}");
    assert!(with_causes(&error).contains("server.db"), "{}", with_causes(&error));
}

#[test]
fn a_number_that_no_row_can_hold_is_found_nowhere_and_not_stored() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut storage = filled(&folder.path().join("server.db"));
    assert_eq!(storage.page(MISSION, u64::MAX, 10, 1 << 20).expect("reads"), []);
    assert_eq!(storage.find(MISSION, DEVICE, u64::MAX, Hash::of(b"object 1")).expect("reads"), None);
    let mut beyond = storage.page(MISSION, 0, 1, 1).expect("reads");
    beyond[0].seq = u64::MAX;
    storage.append(MISSION, 3, &beyond).expect_err("it does not fit");
    assert_eq!(storage.page(MISSION, 0, 10, 1 << 20).expect("reads").len(), 3);
}

fn alter_again(path: &Path, sql: &str) {
    Connection::open(path).expect("opens").execute_batch(sql).expect("alters");
}
