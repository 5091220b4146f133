//! A new log that begins with what the desks have of the one before: for a server whose database was lost, or put back from an old copy.

use crate::listen::{ServeError, lock_database};
use crate::storage::{LogError, LoggedObject, open};
use baqylau_protocol::cose::{self, ObjectType};
use baqylau_protocol::envelope::Envelope;
use baqylau_protocol::exported::{ExportedEntry, ExportedLog, ExportedLogError};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId, MissionRoot, PublicKey};
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::standing::StandingRecord;
use baqylau_sqlite::private;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How many objects go into one transaction.
const AT_ONCE: usize = 2048;

/// A log that was begun.
#[derive(Debug, Clone)]
pub struct BegunLog {
    /// Signs its heads; the next manifest names it.
    pub key: PublicKey,
    /// How many objects it begins with.
    pub size: u64,
    /// The Merkle root over them.
    pub root: Hash,
    /// The first object that the file does not have, or that is none; what is behind it the desks and phones send again.
    pub gap: Option<u64>,
}

/// Why no log was begun. What was there stays.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The file is no log, or does not verify.
    #[error(transparent)]
    Export(#[from] ExportedLogError),
    /// It is of another mission.
    #[error("the file is of mission {found}; export the log of this one")]
    Mission {
        /// Of the file.
        found: MissionId,
    },
    /// The entries do not lead to the head.
    #[error("the log in the file does not lead to the head that the server signed; take the export of another desk")]
    Root,
    /// A server runs on the same database.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The disk.
    #[error("{}: {why}", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: io::Error,
    },
    /// The database.
    #[error(transparent)]
    Storage(#[from] LogError),
}

/// Begins a log in a server's folder. The database and the receipt key that are there are moved aside, and a new key is made. A server
/// that is stopped in between has no key, and does not start until this has been done again.
///
/// # Errors
/// [`BeginError`]; nothing was moved unless the disk failed meanwhile.
pub fn begin(folder: &Path, root: MissionRoot, log: &ExportedLog) -> Result<BegunLog, BeginError> {
    let database = folder.join("server.db");
    let disk = |path: &Path, why| BeginError::Disk { path: path.to_owned(), why };
    let _alone = lock_database(&database)?;
    let mission = MissionId::of(root);
    if log.mission() != mission {
        return Err(BeginError::Mission { found: log.mission() });
    }
    let (_, head) = log.open()?;
    let tree = log.tree();
    if tree.len() as u64 != head.size || tree.root() != head.root {
        return Err(BeginError::Root);
    }
    // What no honest server logs ends it too: every desk has that, and the log of now shall not.
    let readable = |entry: &ExportedEntry| entry.hash.is_none() && logged(mission, entry).is_some();
    let gap = log.entries.iter().position(|entry| !readable(entry));
    let entries = &log.entries[..gap.unwrap_or(log.entries.len())];
    let fresh = folder.join("server.db.new");
    remove(&fresh).map_err(|why| disk(&fresh, why))?;
    append(&fresh, mission, entries)?;
    let key = SigningKey::generate();
    install(folder, &fresh, &key).map_err(|why| disk(folder, why))?;
    let size = entries.len() as u64;
    let root = tree.root_at(size).unwrap_or(head.root);
    Ok(BegunLog { key: key.public(), size, root, gap: gap.map(|at| at as u64) })
}

fn append(path: &Path, mission: MissionId, entries: &[ExportedEntry]) -> Result<(), BeginError> {
    let mut storage = open(path)?;
    let mut first = 0;
    for some in entries.chunks(AT_ONCE) {
        let logged: Vec<LoggedObject> = some.iter().filter_map(|entry| logged(mission, entry)).collect();
        storage.append(mission, first, &logged)?;
        first += some.len() as u64;
    }
    Ok(())
}

fn logged(mission: MissionId, entry: &ExportedEntry) -> Option<LoggedObject> {
    let object = entry.object.to_vec();
    let hash = Hash::of(&object);
    let (device, seq, recipient) = if cose::is(ObjectType::Enrolled, &object) {
        (DeviceId::of(hash), 0, None)
    } else if cose::is(ObjectType::Standing, &object) {
        (StandingRecord::untrusted(&object, mission).ok()?.desk, 0, None)
    } else {
        let header = Envelope::untrusted_header(&object)?;
        (header.device, header.seq, header.recipient)
    };
    i64::try_from(seq).ok()?;
    Some(LoggedObject { received: entry.received, device, seq, recipient, hash, object })
}

/// The key goes first and comes last, each step durably: without it no server starts.
fn install(folder: &Path, fresh: &Path, key: &SigningKey) -> io::Result<()> {
    let aside = (1u32..).map(|n| format!("before-{n}"));
    let taken =
        |suffix: &String| ["server.db", "receipt.key"].iter().any(|f| folder.join(format!("{f}.{suffix}")).exists());
    let Some(suffix) = aside.into_iter().find(|suffix| !taken(suffix)) else {
        return Err(io::ErrorKind::AlreadyExists.into());
    };
    for name in ["receipt.key", "server.db", "server.db-wal", "server.db-shm"] {
        match private::rename(&folder.join(name), &folder.join(format!("{name}.{suffix}"))) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    for end in ["", "-wal", "-shm"] {
        match private::rename(&suffixed(fresh, end), &folder.join(format!("server.db{end}"))) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    private::replace(&folder.join("receipt.key"), data_encoding::HEXLOWER.encode(key.seed()).as_bytes())
}

fn suffixed(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// What an earlier try left.
fn remove(path: &Path) -> io::Result<()> {
    for end in ["", "-wal", "-shm"] {
        match fs::remove_file(suffixed(path, end)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    Ok(())
}
