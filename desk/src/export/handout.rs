//! A folder that the desk hands out: tables, or attachments. Nothing of an earlier one stays in it, nothing that somebody else put there
//! goes, and one that was interrupted does not look whole.
//!
//! Files are written beside the others first. `<kind>.sha256` names what lies in the folder, as `sha256sum --check` reads it. While what was
//! there before is taken away and the new put in its place, `<kind>.unfinished` stands in its stead, with the names of both.

use super::names::UniqueNames;
use crate::error::DeskError;
use crate::files::FileFault;
use baqylau_protocol::blob;
use baqylau_sqlite::private;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// Kind of an export, noted in the folder: an export of another kind does not go over it.
pub const REPORTS: &str = "reports";
/// The same, of attachments.
pub const ATTACHMENTS: &str = "attachments";

/// Files by name, each with the digests that it may have.
type Named = BTreeMap<String, BTreeSet<String>>;

/// A folder that is being written.
pub struct Handout {
    folder: PathBuf,
    kind: &'static str,
    /// Where its files wait for all of them to be there.
    waiting: PathBuf,
    earlier: Named,
    names: UniqueNames,
    /// Keeps another export out for as long as this one lasts.
    _lock: File,
}

impl Handout {
    /// A folder that is new, empty, or was handed out before.
    ///
    /// # Errors
    /// Other files lie in it, another export is writing into it, or the disk refuses.
    pub fn begin(folder: &Path, kind: &'static str) -> Result<Self, DeskError> {
        private::folder(folder).map_err(|e| DeskError::file(folder, e))?;
        let lock = lock(folder)?;
        let waiting = folder.join(format!(".{kind}.new"));
        let ours = [REPORTS, ATTACHMENTS].map(|kind| [listed(kind), unfinished(kind), format!(".{kind}.new")]).concat();
        let mut names = Vec::new();
        for entry in fs::read_dir(folder).map_err(|e| DeskError::file(folder, e))? {
            names.push(entry.map_err(|e| DeskError::file(folder, e))?.file_name().to_string_lossy().into_owned());
        }
        if !names.is_empty() && !names.iter().any(|name| ours.contains(name)) {
            return Err(DeskError::file(folder, FileFault::NotEmpty));
        }
        let mut earlier = Named::new();
        for list in [listed(kind), unfinished(kind)] {
            read(&folder.join(list), &mut earlier)?;
        }
        // An interrupted one left it.
        gone(fs::remove_dir_all(&waiting), &waiting)?;
        private::folder(&waiting).map_err(|e| DeskError::file(&waiting, e))?;
        Ok(Self { folder: folder.to_owned(), kind, waiting, earlier, names: UniqueNames::default(), _lock: lock })
    }

    /// Where a file of a name is to be written.
    #[must_use]
    pub fn place(&self, name: &str) -> PathBuf {
        self.waiting.join(name)
    }

    /// Where an attachment is to be written: behind what its report begins with, which gets a number where another has the name.
    pub fn place_attachment(&mut self, report: &str, name: &str) -> PathBuf {
        // The name comes from a phone: it stays a name.
        let name = name.replace(|c: char| !c.is_alphanumeric() && !"._-".contains(c), "_");
        let prefix = self.names.claim_as(report, |prefix| vec![format!("{prefix}-{name}")]);
        self.place(&format!("{prefix}-{name}"))
    }

    /// Puts everything that was written in the place of what was handed out before.
    ///
    /// # Errors
    /// A file of the earlier one was changed since, a file that is no part of it has a name that is needed, or the disk refuses.
    pub fn finish(self) -> Result<(), DeskError> {
        let new = self.written()?;
        self.check(&new)?;
        let mut both = self.earlier.clone();
        new.iter().for_each(|(name, digests)| both.entry(name.clone()).or_default().extend(digests.iter().cloned()));
        let [whole, partial] = [listed(self.kind), unfinished(self.kind)].map(|name| self.folder.join(name));
        // Each of these is on the disk before the next begins: no power cut leaves a list of what is half there.
        self.list(&both, &partial)?;
        private::remove(&whole).map_err(|e| DeskError::file(&whole, e))?;
        for name in self.earlier.keys() {
            let path = self.folder.join(name);
            gone(fs::remove_file(&path), &path)?;
        }
        for name in new.keys() {
            let path = self.folder.join(name);
            fs::rename(self.place(name), &path).map_err(|e| DeskError::file(&path, e))?;
        }
        private::sync_folder(&self.folder).map_err(|e| DeskError::file(&self.folder, e))?;
        self.list(&new, &whole)?;
        private::remove(&partial).map_err(|e| DeskError::file(&partial, e))
    }

    /// Syncs every file, and lists it with its hash.
    fn written(&self) -> Result<Named, DeskError> {
        let mut new = Named::new();
        for entry in fs::read_dir(&self.waiting).map_err(|e| DeskError::file(&self.waiting, e))? {
            let path = entry.map_err(|e| DeskError::file(&self.waiting, e))?.path();
            let digest = File::options().read(true).write(true).open(&path).and_then(|mut file| {
                file.sync_all()?;
                blob::copy(&mut file, &mut std::io::sink())
            });
            let digest = digest.map_err(|e| DeskError::file(&path, e))?.0.to_string();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            new.insert(name, [digest].into());
        }
        Ok(new)
    }

    /// Nothing is taken away or overwritten that somebody else wrote.
    fn check(&self, new: &Named) -> Result<(), DeskError> {
        for (name, digests) in &self.earlier {
            let path = self.folder.join(name);
            let digest = match File::open(&path) {
                Err(e) if e.kind() == ErrorKind::NotFound => continue,
                opened => opened.and_then(|mut file| blob::copy(&mut file, &mut std::io::sink())),
            };
            if !digests.contains(&digest.map_err(|e| DeskError::file(&path, e))?.0.to_string()) {
                return Err(DeskError::file(path, FileFault::ExportChanged));
            }
        }
        let foreign =
            |name: &&String| !self.earlier.contains_key(*name) && fs::symlink_metadata(self.folder.join(name)).is_ok();
        match new.keys().find(foreign) {
            None => Ok(()),
            Some(name) => Err(DeskError::file(self.folder.join(name), FileFault::ExportForeign)),
        }
    }

    /// Writes a list of files, whole or not at all.
    fn list(&self, files: &Named, path: &Path) -> Result<(), DeskError> {
        let line = |(name, digests): (&String, &BTreeSet<String>)| -> String {
            digests.iter().map(|digest| format!("{digest}  {name}\n")).collect()
        };
        let text: String = files.iter().map(line).collect();
        let part = self.waiting.join("list");
        let written = private::write(&part, text.as_bytes());
        written.and_then(|()| private::rename(&part, path)).map_err(|e| DeskError::file(path, e))
    }
}

impl Drop for Handout {
    fn drop(&mut self) {
        // What does not go now goes with the next.
        let _ = fs::remove_dir_all(&self.waiting);
    }
}

/// The folder for one export alone. The lock ends with the program, so that one that was interrupted keeps nobody out.
fn lock(folder: &Path) -> Result<File, DeskError> {
    let file = File::open(folder).map_err(|e| DeskError::file(folder, e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(DeskError::file(folder, FileFault::Exporting)),
        Err(TryLockError::Error(e)) => Err(DeskError::file(folder, e)),
    }
}

fn listed(kind: &str) -> String {
    format!("{kind}.sha256")
}

fn unfinished(kind: &str) -> String {
    format!("{kind}.unfinished")
}

/// What a list names. Whoever wrote it, it names files of its folder.
fn read(path: &Path, into: &mut Named) -> Result<(), DeskError> {
    let text = match fs::read_to_string(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        read => read.map_err(|e| DeskError::file(path, e))?,
    };
    for line in text.lines() {
        let named = line.split_once("  ").filter(|(_, name)| {
            let mut parts = Path::new(name).components();
            matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == *name)
        });
        let foreign = || DeskError::file(path, FileFault::ExportLine { line: line.to_owned() });
        let (digest, name) = named.ok_or_else(foreign)?;
        into.entry(name.to_owned()).or_default().insert(digest.to_owned());
    }
    Ok(())
}

/// What is not there is gone already.
fn gone(removed: std::io::Result<()>, path: &Path) -> Result<(), DeskError> {
    match removed {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(DeskError::file(path, e)),
        _ => Ok(()),
    }
}
