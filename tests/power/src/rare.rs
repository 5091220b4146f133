//! What happens rarely: a database is salvaged, a server's log begins anew, a phone is wiped. Each in a folder of its own.

use crate::harness::Cut;
use crate::mission::{Acknowledged, Claim, Mission};
use crate::phone::told;
use baqylau_observer::ObserverApp;
use baqylau_protocol::cbor;
use baqylau_protocol::exported::ExportedLog;
use baqylau_protocol::ids::{MissionId, MissionRoot, PublicKey};
use baqylau_protocol::keys::SigningKey;
use baqylau_server::{beginning, storage};
use baqylau_sqlite::rusqlite::config::DbConfig;
use baqylau_sqlite::{Schema, StorageError, is_whole, open, private, salvage};
use baqylau_tests::{PIN, now, phone_in};
use std::path::Path;

const SCHEMA: Schema = Schema { steps: &["CREATE TABLE answer (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT"] };
const KEY: [u8; 32] = [7; 32];
/// Rows when the database is salvaged, more than one page of them.
const ROWS: usize = 60;

/// A database whose last rows are in its log alone is salvaged, and written to again.
pub(crate) fn salvaged(mission: &Mission) {
    let folder = mission.folder.path().join("salvaged");
    private::folder(&folder).expect("a folder");
    let path = folder.join("main.db");
    let fill = |rows: std::ops::Range<usize>| {
        let db = open(&path, Some(&KEY), SCHEMA)?;
        // As a program leaves it that was killed.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        for row in rows.clone() {
            db.execute("INSERT INTO answer (text) VALUES (?1)", [format!("{row:200}")])?;
        }
        Ok::<_, StorageError>(rows.end)
    };
    let claim = |rows: &usize| vec![Claim::Rows(*rows)];
    mission.notes.note(|| fill(0..ROWS).expect("written"), claim);
    mission.notes.note(|| salvage(&path, Some(&KEY), SCHEMA).expect("salvaged").rows, claim);
    mission.notes.note(|| fill(ROWS..ROWS + 5).expect("written"), claim);
}

/// Whether a salvaged database has its rows; and whether it has them still, salvaged again.
///
/// # Errors
/// What is lost or wrong.
pub fn check_salvaged(folder: &Path, cut: &Cut<'_>) -> Result<(), String> {
    let rows = |a: &Acknowledged| if let Claim::Rows(rows) = a.claim { Some(rows) } else { None };
    let had = cut.acknowledged().filter_map(rows).max();
    let Some(had) = had else { return Ok(()) };
    let most = cut.begun().filter_map(rows).max().unwrap_or(had);
    let path = folder.join("main.db");
    let count = || {
        let db = open(&path, Some(&KEY), SCHEMA).map_err(told)?;
        if !is_whole(&db).map_err(told)? {
            return Err("the database is damaged".into());
        }
        let found = baqylau_sqlite::count(&db).map_err(told)?;
        if (had..=most).contains(&found) { Ok(found) } else { Err(format!("of {had} rows it has {found}")) }
    };
    let found = count()?;
    salvage(&path, Some(&KEY), SCHEMA).map_err(told)?;
    if count()? == found { Ok(()) } else { Err("another salvage changed its rows".into()) }
}

/// A new log begins with what the desk has, in a copy of the server's folder.
pub(crate) fn begun_anew(mission: &mut Mission) {
    mission.stop_server();
    let (server, folder) = (mission.folder.path().join("server"), mission.folder.path().join("begun"));
    private::folder(&folder).expect("a folder");
    for name in ["server.db", "server.db-wal"] {
        if let Ok(bytes) = std::fs::read(server.join(name)) {
            private::replace(&folder.join(name), &bytes).expect("a copy");
        }
    }
    let key = mission.keys.receipts();
    private::replace(&folder.join("receipt.key"), hex(&key).as_bytes()).expect("a key");
    let log = mission.desk.heads().export().expect("reads").expect("a log");
    let before = entries(&folder, mission.keys.root).expect("a log");
    let (root, kept) = (mission.keys.root, cbor::encode(&log));
    let after = log.entries.len();
    assert_ne!(before, after, "the two logs are told apart by their length");
    mission.notes.note(
        || beginning::begin(&folder, root, &log).expect("begins"),
        |begun| vec![Claim::Begun { log: kept, key: begun.key, before, after }],
    );
}

/// How many objects the log of a server has.
fn entries(folder: &Path, root: MissionRoot) -> Result<usize, String> {
    let mut storage = storage::open(&folder.join("server.db")).map_err(told)?;
    let most = usize::from(u16::MAX);
    Ok(storage.page(MissionId::of(root), 0, most, usize::MAX).map_err(told)?.len())
}

fn hex(key: &SigningKey) -> String {
    key.seed().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a log that begins anew goes with the key that signs it, and can be begun again where it has none.
///
/// # Errors
/// What is lost or wrong.
pub fn check_begun(folder: &Path, cut: &Cut<'_>) -> Result<(), String> {
    let claim = cut.begun().find_map(|a| match &a.claim {
        Claim::Begun { log, key, before, after } => Some((log, *key, *before, *after)),
        _ => None,
    });
    let Some((log, new, before, after)) = claim else { return Ok(()) };
    let done = cut.acknowledged().any(|a| matches!(a.claim, Claim::Begun { .. }));
    let path = folder.join("receipt.key");
    if !done && !path.exists() {
        let log = ExportedLog::decode(log).map_err(told)?;
        beginning::begin(folder, cut.day.keys.root, &log).map_err(told)?;
    }
    let key = std::fs::read_to_string(&path).map_err(|e| format!("the key: {e}"))?;
    let key =
        PublicKey::from_hex(&key).map(|seed| SigningKey::from_seed(seed.0).public()).ok_or("the key is cut off")?;
    if done && key != new {
        return Err("it has another key than it said".into());
    }
    let expected = if key == cut.day.keys.receipts().public() { before } else { after };
    let found = entries(folder, cut.day.keys.root)?;
    if found == expected { Ok(()) } else { Err(format!("its key signs a log of {found} and not of {expected}")) }
}

/// A phone is made and wiped.
pub(crate) fn wiped(mission: &Mission) {
    let invite = mission.desk.invites().make(&["w02".into()], now(), 9).expect("an invite").remove(0).text;
    let config = phone_in(&mission.folder.path().join("wiped"));
    drop(ObserverApp::create(config.clone(), PIN, &invite).expect("a store"));
    mission.notes.note(|| ObserverApp::wipe(&config).expect("wiped"), |()| vec![Claim::Wiped]);
}

/// Whether a phone that was wiped stays wiped, and can be made anew.
///
/// # Errors
/// Its PIN opens it.
pub fn check_wiped(folder: &Path, cut: &Cut<'_>) -> Result<(), String> {
    if !cut.acknowledged().any(|a| matches!(a.claim, Claim::Wiped)) {
        return Ok(());
    }
    if ObserverApp::open(phone_in(folder), PIN).is_ok() {
        return Err("what was wiped opens".into());
    }
    ObserverApp::wipe(&phone_in(folder)).map_err(told)
}
