//! The schemas of every store. `tests/schemas` keeps each version as it was released: a store of any of them opens in this program,
//! has afterwards exactly what a new one has, and keeps its rows.

use crate::it::salvage::keys;
use crate::it::support::report;
use baqylau_desk::recovery;
use baqylau_desk::workspace::keys::{self as desk_keys, DeskKeys};
use baqylau_desk::{Desk, DeskError};
use baqylau_observer::{Error, ObserverApp};
use baqylau_server::storage::LogError;
use baqylau_sqlite::{Schema, StorageError, describe, open, salvage};
use baqylau_tests::{PASSPHRASE, PIN, World, tables};
use baqylau_witness::store::WitnessStore;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::path::{Path, PathBuf};

/// Writes the snapshots that are not there yet. One that is there is never changed.
const WRITE: &str = "BAQYLAU_WRITE_SCHEMAS";
const KEY: [u8; 32] = [7; 32];

struct Store {
    name: &'static str,
    schema: Schema,
    key: Option<&'static [u8; 32]>,
}

/// Every store, with the file that has its schema.
const STORES: [(&str, Store); 5] = [
    ("core/observer/src/store/main.rs", Store { name: "main", schema: baqylau_observer::MAIN_SCHEMA, key: Some(&KEY) }),
    (
        "core/observer/src/store/outbox.rs",
        Store { name: "outbox", schema: baqylau_observer::OUTBOX_SCHEMA, key: Some(&KEY) },
    ),
    ("desk/src/store/mod.rs", Store { name: "desk", schema: baqylau_desk::store::SCHEMA, key: Some(&KEY) }),
    (
        "server/src/storage/sqlite.rs",
        Store { name: "server", schema: baqylau_server::storage::SQLITE_SCHEMA, key: None },
    ),
    ("witness/src/store.rs", Store { name: "witness", schema: baqylau_witness::WITNESS_SCHEMA, key: None }),
];

/// Tables that a later version does without, each with its store: what they held comes again.
const DROPPED: [(&str, &str); 2] = [("server", "blob"), ("desk", "roster")];

impl Store {
    /// The versions that there were.
    fn versions(&self) -> impl Iterator<Item = usize> + use<> {
        1..=self.schema.steps.len()
    }

    fn snapshot(&self, version: usize) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schemas/{}-{version}.sql", self.name))
    }

    /// What a new store of a version has.
    fn new_store(&self, version: usize) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let schema = Schema { steps: &self.schema.steps[..version] };
        describe(&open(&folder.path().join("new.db"), self.key, schema).expect("opens")).expect("a schema")
    }

    /// A store as a version left it, with two rows in every table.
    fn as_it_was(&self, version: usize, path: &Path) -> Vec<Table> {
        let db = open(path, self.key, Schema { steps: &[] }).expect("an empty database");
        db.execute_batch(&std::fs::read_to_string(self.snapshot(version)).expect("a snapshot")).expect("its tables");
        let mut names = db
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
            .expect("prepares");
        let names = names.query_map([], |r| r.get(0)).expect("tables").collect::<Result<Vec<String>, _>>();
        db.pragma_update(None, "foreign_keys", "OFF").expect("off");
        let tables = names.expect("names").into_iter().map(|name| Table::filled(&db, name));
        tables.filter(|table| !DROPPED.contains(&(self.name, &table.name))).collect()
    }
}

/// A table and its rows.
#[derive(Debug, PartialEq)]
struct Table {
    name: String,
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

impl Table {
    /// Puts two rows in. They are the same in every table, so that references hold.
    fn filled(db: &Connection, name: String) -> Self {
        let mut info = db.prepare("SELECT name, type FROM pragma_table_info(?1)").expect("prepares");
        let columns = info.query_map([&name], |r| Ok((r.get(0)?, r.get(1)?))).expect("columns");
        let columns = columns.collect::<Result<Vec<(String, String)>, _>>().expect("columns");
        let rows = [1_u8, 2].map(|n| {
            let value = |(_, kind): &(String, String)| match kind.as_str() {
                "INTEGER" => Value::Integer(i64::from(n)),
                "TEXT" => Value::Text(format!("text {n}")),
                "BLOB" => Value::Blob(vec![n; 32]),
                other => panic!("{name}: a column of type {other}"),
            };
            columns.iter().map(value).collect::<Vec<_>>()
        });
        let marks = vec!["?"; columns.len()].join(", ");
        for row in &rows {
            db.execute(&format!("INSERT INTO \"{name}\" VALUES ({marks})"), params_from_iter(row)).expect("a row");
        }
        Self { name, columns: columns.into_iter().map(|(column, _)| column).collect(), rows: rows.into() }
    }

    /// The same columns as they are now.
    fn again(&self, db: &Connection) -> Self {
        let (name, width) = (self.name.clone(), self.columns.len());
        let sql = format!("SELECT {} FROM \"{name}\" ORDER BY 1", self.columns.join(", "));
        let mut read = db.prepare(&sql).expect("its columns");
        let rows = read.query_map([], |row| (0..width).map(|at| row.get(at)).collect()).expect("its rows");
        Self { rows: rows.collect::<Result<_, _>>().expect("rows"), columns: self.columns.clone(), name }
    }
}

#[test]
fn a_schema_changes_by_a_new_version_and_a_snapshot() {
    for (file, store) in &STORES {
        for version in store.versions() {
            let (path, now) = (store.snapshot(version), store.new_store(version));
            if std::env::var_os(WRITE).is_some() && !path.exists() {
                std::fs::write(&path, &now).expect("writes");
            }
            let name = path.display();
            let kept = std::fs::read_to_string(&path).unwrap_or_else(|e| {
                panic!("{name}: {e}: a new version of a schema is kept: run this test once with {WRITE}=1 and commit the file")
            });
            assert_eq!(
                now, kept,
                "{file} no longer makes {name}: a step that was released stays as it is; add a step for what changes"
            );
        }
    }
}

#[test]
fn a_store_of_every_earlier_version_becomes_as_a_new_one_and_keeps_its_rows() {
    for (_, store) in &STORES {
        let newest = store.new_store(store.schema.steps.len());
        for version in store.versions() {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("old.db");
            let before = store.as_it_was(version, &path);
            assert!(!before.is_empty(), "{} {version} has no table", store.name);
            let db = open(&path, store.key, store.schema).expect("opens");
            assert_eq!(describe(&db).expect("a schema"), newest, "{} {version}", store.name);
            let after: Vec<Table> = before.iter().map(|table| table.again(&db)).collect();
            assert_eq!(after, before, "{} {version}", store.name);
        }
    }
}

#[test]
fn a_store_of_every_earlier_version_is_salvaged_with_its_rows() {
    for (_, store) in &STORES {
        let newest = store.new_store(store.schema.steps.len());
        for version in store.versions() {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("old.db");
            let before = store.as_it_was(version, &path);
            let salvaged = salvage(&path, store.key, store.schema).expect("salvages");
            assert_eq!(salvaged.lost, Vec::<String>::new(), "{} {version}", store.name);
            let db = open(&path, store.key, store.schema).expect("opens");
            assert_eq!(describe(&db).expect("a schema"), newest, "{} {version}", store.name);
            let after: Vec<Table> = before.iter().map(|table| table.again(&db)).collect();
            assert_eq!(after, before, "{} {version}", store.name);
        }
    }
}

/// Gives a store the version after the newest, with a column that this program does not know.
fn from_the_future(store: &Store, path: &Path, key: Option<&[u8; 32]>) -> Vec<u8> {
    let db = open(path, key, store.schema).expect("opens");
    let table: String =
        db.query_row("SELECT name FROM sqlite_schema WHERE type = 'table'", [], |r| r.get(0)).expect("a table");
    db.execute_batch(&format!("ALTER TABLE \"{table}\" ADD COLUMN later BLOB")).expect("alters");
    db.pragma_update(None, "user_version", i64::try_from(store.schema.steps.len() + 1).expect("small"))
        .expect("a version");
    drop(db);
    std::fs::read(path).expect("the store")
}

#[test]
fn a_store_of_a_newer_version_is_neither_opened_nor_salvaged() {
    for (_, store) in &STORES {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new.db");
        let before = from_the_future(store, &path, store.key);
        let known = store.schema.steps.len();
        for refused in [
            open(&path, store.key, store.schema).map(drop).expect_err("newer"),
            salvage(&path, store.key, store.schema).map(drop).expect_err("newer"),
        ] {
            assert!(matches!(refused, StorageError::Newer { found, known: k } if found == known + 1 && k == known));
            assert!(refused.to_string().contains("made by a newer version of this program"), "{refused}");
        }
        assert_eq!(std::fs::read(&path).expect("the store"), before, "{}", store.name);
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing was put aside");
    }
}

#[test]
fn each_program_says_that_its_store_is_of_a_newer_version() {
    let [(_, main), (_, outbox), (_, desk), (_, server), (_, witness)] = STORES;
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    report(&core, "one");
    drop(core);
    let config = world.phone("phone");
    let [main_key, outbox_key] = keys(&config);

    let path = config.folder.join("outbox.db");
    let whole = std::fs::read(&path).expect("the outbox");
    from_the_future(&outbox, &path, Some(&outbox_key));
    let refused = ObserverApp::open_locked(config.clone()).map(drop);
    assert!(matches!(refused, Err(Error::Storage(StorageError::Newer { .. }))), "{refused:?}");
    std::fs::write(&path, whole).expect("the outbox");
    from_the_future(&main, &config.folder.join("main.db"), Some(&main_key));
    for refused in [ObserverApp::open(config.clone(), PIN).map(drop), ObserverApp::salvage(&config, PIN).map(drop)] {
        assert!(matches!(refused, Err(Error::Storage(StorageError::Newer { .. }))), "{refused:?}");
    }

    world.stop_server();
    let path = world.server_folder().join("server.db");
    from_the_future(&server, &path, None);
    let refused = baqylau_server::storage::open(&path).map(drop).expect_err("newer");
    assert!(matches!(refused, LogError::Newer(_)), "{refused:?}");

    let path = world.folder.path().join("witness.db");
    from_the_future(&witness, &path, None);
    let refused = WitnessStore::open(&path).map(drop).expect_err("newer");
    assert!(matches!(refused, StorageError::Newer { .. }), "{refused:?}");

    let folder = world.folder.path().join("mission");
    let secrets: DeskKeys = desk_keys::read(&folder.join("keys/desk.key"), PASSPHRASE).expect("the passphrase");
    from_the_future(&desk, &folder.join("desk.db"), Some(&secrets.database));
    for refused in [Desk::open(&folder, PASSPHRASE).map(drop), recovery::salvage(&folder, PASSPHRASE).map(drop)] {
        assert!(matches!(refused, Err(DeskError::Storage(StorageError::Newer { .. }))), "{refused:?}");
    }
}

/// Whoever adds a store lists it here: a schema is defined nowhere else.
#[test]
fn every_schema_of_the_workspace_has_its_snapshots() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> =
        ["core", "bindings", "server", "witness", "desk", "exports", "page", "simulator", "cli", "xtask"]
            .map(|f| root.join(f))
            .into();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("tests") {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source");
                if text.contains(": Schema = ") || text.contains("Connection::open(") || text.contains("user_version\"")
                {
                    found.push(path.strip_prefix(&root).expect("inside").display().to_string());
                }
            }
        }
    }
    found.sort();
    let mut known: Vec<&str> = STORES.iter().map(|(file, _)| *file).collect();
    // What opens and migrates them all.
    known.extend(["core/sqlite/src/schema.rs"]);
    known.sort_unstable();
    assert_eq!(found, known);
}
