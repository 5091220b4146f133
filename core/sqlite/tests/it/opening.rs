//! A database opens as it was left, or the error says why not; its content is never lost.

use baqylau_sqlite::{Schema, StorageError, open, salvage, set_aside, synchronous};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

const KEY: [u8; 32] = [7; 32];
const ONE: Schema = Schema { steps: &["CREATE TABLE t(a TEXT NOT NULL) STRICT; INSERT INTO t VALUES ('canary-1')"] };
const TWO: Schema = Schema { steps: &[ONE.steps[0], "ALTER TABLE t ADD COLUMN b INTEGER NOT NULL DEFAULT 5"] };
const BROKEN: Schema = Schema { steps: &[ONE.steps[0], "CREATE TABLE u(x); CREATE TABLE t(again)"] };

fn version(path: &Path, key: Option<&[u8; 32]>, schema: Schema) -> i64 {
    let db = open(path, key, schema).expect("opens");
    db.pragma_query_value(None, "user_version", |r| r.get(0)).expect("a version")
}

fn contains(path: &Path, words: &[u8]) -> bool {
    std::fs::read(path).expect("the file").windows(words.len()).any(|w| w == words)
}

#[test]
fn database_is_durable_and_encrypted() {
    let folder = tempfile::tempdir().expect("a folder");
    let (keyed, plain) = (folder.path().join("keyed.db"), folder.path().join("plain.db"));
    for (path, key) in [(&keyed, Some(&KEY)), (&plain, None)] {
        let db = open(path, key, ONE).expect("opens");
        assert_eq!(synchronous(&db).expect("a mode"), "FULL");
        let mode: String = db.pragma_query_value(None, "journal_mode", |r| r.get(0)).expect("a mode");
        assert_eq!(mode, "wal");
    }
    assert!(contains(&plain, b"canary-1") && contains(&plain, b"SQLite format 3"), "the search finds what is there");
    assert!(!contains(&keyed, b"canary-1") && !contains(&keyed, b"SQLite format 3"));
}

#[test]
fn migrations_are_applied_once_or_rolled_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    assert_eq!(version(&path, Some(&KEY), ONE), 1);
    assert_eq!(version(&path, Some(&KEY), ONE), 1, "a step that was taken is not taken again");
    open(&path, Some(&KEY), BROKEN).expect_err("a step that fails");
    let db = open(&path, Some(&KEY), ONE).expect("and leaves nothing of itself");
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0)).expect("counts");
    assert_eq!(tables, 1);
    drop(db);
    assert_eq!(version(&path, Some(&KEY), TWO), 2);
    let db = open(&path, Some(&KEY), TWO).expect("opens");
    let row: (String, i64) = db.query_row("SELECT a, b FROM t", [], |r| Ok((r.get(0)?, r.get(1)?))).expect("one row");
    assert_eq!(row, ("canary-1".to_owned(), 5), "what was there before is there still");
}

#[test]
fn later_schema_is_refused_and_untouched() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    assert_eq!(version(&path, Some(&KEY), TWO), 2);
    let before = std::fs::read(&path).expect("the file");
    let refused = open(&path, Some(&KEY), ONE).map(drop);
    assert!(matches!(refused, Err(StorageError::Newer { found: 2, known: 1 })), "{refused:?}");
    assert_eq!(std::fs::read(&path).expect("the file"), before);
}

#[test]
fn a_schema_version_below_zero_is_damage_and_is_salvaged() {
    let schema =
        Schema { steps: &["CREATE TABLE t(a TEXT NOT NULL) STRICT", "CREATE TABLE u(a TEXT NOT NULL) STRICT"] };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let db = open(&path, Some(&KEY), schema).expect("opens");
    db.execute("INSERT INTO u VALUES ('kept')", []).expect("a row");
    db.pragma_update(None, "user_version", -1).expect("as a disk would");
    drop(db);
    let refused = open(&path, Some(&KEY), schema).map(drop);
    assert!(matches!(&refused, Err(StorageError::Damaged { path: named }) if *named == path), "{refused:?}");
    let salvaged = salvage(&path, Some(&KEY), schema).expect("salvaged");
    assert!(salvaged.lost.is_empty(), "{:?}", salvaged.lost);
    let db = open(&path, Some(&KEY), schema).expect("opens");
    assert_eq!(db.query_row("SELECT a FROM u", [], |r| r.get::<_, String>(0)).expect("the row"), "kept");
}

#[test]
fn wrong_key_or_damage_is_reported_with_the_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    drop(open(&path, Some(&KEY), ONE).expect("opens"));
    let whole = std::fs::read(&path).expect("the file");
    let damaged = |key: Option<&[u8; 32]>| match open(&path, key, ONE).map(drop) {
        Err(StorageError::Damaged { path: named }) => assert_eq!(named, path),
        other => panic!("{other:?}"),
    };
    damaged(Some(&[8; 32]));
    damaged(None);
    assert_eq!(std::fs::read(&path).expect("the file"), whole, "a wrong key changes nothing");
    for at in [0, 20, 100, 4_000] {
        let mut bad = whole.clone();
        bad[at] ^= 1;
        std::fs::write(&path, &bad).expect("damaged");
        damaged(Some(&KEY));
        assert_eq!(std::fs::read(&path).expect("the file"), bad, "and is not deleted");
    }
    std::fs::write(&path, &whole[..1000]).expect("cut off");
    damaged(Some(&KEY));
}

#[test]
fn every_file_set_aside_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    for (round, words) in [(1, b"first"), (2, b"again")] {
        std::fs::write(&path, words).expect("writes");
        std::fs::write(folder.path().join("a.db-wal"), b"journal").expect("writes");
        let kept = set_aside(&path).expect("set aside");
        assert_eq!(kept, folder.path().join(format!("a.db.damaged-{round}")));
        assert_eq!(std::fs::read(&kept).expect("kept"), words);
        assert_eq!(std::fs::read(format!("{}-wal", kept.display())).expect("kept"), b"journal");
        assert!(!path.exists() && !folder.path().join("a.db-wal").exists());
    }
    assert_eq!(std::fs::read(folder.path().join("a.db.damaged-1")).expect("kept"), b"first");
}

#[test]
fn readable_rows_of_a_damaged_file_are_salvaged() {
    const ROWS: i64 = 4_000;
    const MANY: Schema = Schema { steps: &["CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT NOT NULL) STRICT"] };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let mut db = open(&path, Some(&KEY), MANY).expect("opens");
    let tx = db.transaction().expect("begins");
    for id in 1..=ROWS {
        tx.execute("INSERT INTO t VALUES (?1, ?2)", (id, format!("row {id} {}", "x".repeat(200)))).expect("inserts");
    }
    tx.commit().expect("commits");
    db.close().expect("closes");
    let whole = std::fs::read(&path).expect("the file");
    let healthy = salvage(&path, Some(&KEY), MANY).expect("salvages");
    assert_eq!((healthy.rows, healthy.lost.len()), (4_000, 0));
    assert_eq!(std::fs::read(&healthy.aside).expect("kept"), whole);
    let mut bad = whole.clone();
    bad[whole.len() / 2] ^= 1;
    std::fs::write(&path, &bad).expect("damaged");
    let half = salvage(&path, Some(&KEY), MANY).expect("salvages");
    assert_eq!(half.lost, ["t"]);
    assert!((3_900..4_000).contains(&half.rows), "all but a page: {}", half.rows);
    assert_eq!(std::fs::read(&half.aside).expect("kept"), bad, "it is never deleted");
    let db = open(&path, Some(&KEY), MANY).expect("opens");
    let ends: (i64, i64) =
        db.query_row("SELECT min(id), max(id) FROM t", [], |r| Ok((r.get(0)?, r.get(1)?))).expect("rows");
    assert_eq!(ends, (1, ROWS));
    drop(db);
    // Interrupted between renaming the damaged file and the new one.
    std::fs::rename(&path, path.with_extension("salvaged")).expect("renames");
    assert_eq!(salvage(&path, Some(&KEY), MANY).expect("goes on").rows, half.rows);
    // With a damaged first page nothing can be read, and nothing is moved.
    bad[30] ^= 1;
    std::fs::write(&path, &bad).expect("damaged");
    let refused = salvage(&path, Some(&KEY), MANY);
    assert!(matches!(refused, Err(StorageError::Damaged { .. })), "{refused:?}");
    assert_eq!(std::fs::read(&path).expect("where it was"), bad);
}

/// Tells the second run of the test below which folder it cannot write to.
const READ_ONLY: &str = "BAQYLAU_READ_ONLY";
const READ_ONLY_TEST: &str = "it::opening::read_only_disk_can_be_read";

/// In a mount namespace of its own, with the folder mounted read-only; where none can be made, with the write
/// permission removed.
#[test]
fn read_only_disk_can_be_read() {
    if let Some(folder) = std::env::var_os(READ_ONLY) {
        return reads_only(Path::new(&folder));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let disk = folder.path().join("a disk %");
    std::fs::create_dir(&disk).expect("a folder");
    drop(open(&disk.join("closed.db"), Some(&KEY), ONE).expect("opens"));
    // After a kill, the last commit is only in the WAL.
    let killed = folder.path().join("killed.db");
    let db = open(&killed, Some(&KEY), ONE).expect("opens");
    db.execute_batch("INSERT INTO t VALUES ('canary-2')").expect("committed");
    for suffix in ["", "-wal"] {
        let name = format!("killed.db{suffix}");
        std::fs::copy(folder.path().join(&name), disk.join(&name)).expect("copies");
    }
    let program = std::env::current_exe().expect("this program");
    let mount = "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$@\"";
    // Root needs no user namespace, and not every system grants one.
    let root = std::fs::metadata("/proc/self").expect("a process").uid() == 0;
    let user: &[&str] = if root { &[] } else { &["--user", "--map-root-user"] };
    let mut run = Command::new("unshare");
    run.args(user).args(["--mount", "--propagation", "private", "sh", "-c", mount]).arg(&disk).arg(&program);
    let out = run.args(["--exact", READ_ONLY_TEST]).env(READ_ONLY, &disk).output();
    let ran = out.as_ref().is_ok_and(|o| String::from_utf8_lossy(&o.stdout).contains("running 1 test"));
    if ran {
        let out = out.expect("it ran");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
        return;
    }
    let mut leave = std::fs::metadata(&disk).expect("the folder").permissions();
    leave.set_readonly(true);
    std::fs::set_permissions(&disk, leave).expect("taken");
    reads_only(&disk);
}

fn reads_only(folder: &Path) {
    std::fs::write(folder.join("new"), "x").expect_err("this needs leave to mount, or not to be root");
    for (name, rows) in [("closed.db", 1), ("killed.db", 2)] {
        let db = open(&folder.join(name), Some(&KEY), ONE).expect(name);
        let found: i64 = db.query_row("SELECT count(*) FROM t", [], |r| r.get(0)).expect(name);
        assert_eq!(found, rows, "{name}");
        let refused = db.execute_batch("INSERT INTO t VALUES ('x')").map_err(StorageError::from);
        assert!(matches!(refused, Err(StorageError::ReadOnly)), "{name}: {refused:?}");
    }
}
