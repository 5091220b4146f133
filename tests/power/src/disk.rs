//! What a disk holds for certain at one moment, and what it may or may not hold: everything that was done to a file since it was synced,
//! and every name that was given or taken away since its folder was.

use crate::recording::{Inode, Name, ROOT, Recording, Step};
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};

/// The bytes that a disk writes whole or not at all.
pub const SECTOR: usize = 512;

/// Files by inode, and their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    files: HashMap<Inode, Vec<u8>>,
    names: BTreeMap<Name, Inode>,
}

/// What becomes of one step that was not synced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is on the disk.
    Kept,
    /// It is not.
    Lost,
    /// Of a write: only these of its sectors are, by their order.
    Torn(Vec<bool>),
}

/// A disk at one moment.
#[derive(Debug, Clone)]
pub struct Disk<'r> {
    recording: &'r Recording,
    certain: Contents,
    /// Steps that may be lost, by their number, in their order.
    uncertain: Vec<usize>,
}

impl Contents {
    fn apply(&mut self, step: &Step, fate: &Fate) {
        match (step, fate) {
            (_, Fate::Lost) | (Step::Sync(_), _) => {}
            (Step::Write(inode, at, bytes), Fate::Kept) => self.write(*inode, *at, bytes),
            (Step::Write(inode, at, bytes), Fate::Torn(sectors)) => {
                for ((from, sector), _) in sectors_of(*at, bytes).zip(sectors).filter(|(_, kept)| **kept) {
                    self.write(*inode, from, sector);
                }
            }
            (Step::Resize(inode, length), _) => {
                let length = usize::try_from(*length).unwrap_or(usize::MAX);
                self.files.entry(*inode).or_default().resize(length, 0);
            }
            (Step::Names(changes), _) => {
                for (name, inode) in changes {
                    match inode {
                        Some(inode) => self.names.insert(name.clone(), *inode),
                        None => self.names.remove(name),
                    };
                }
            }
        }
    }

    fn write(&mut self, inode: Inode, at: u64, bytes: &[u8]) {
        let file = self.files.entry(inode).or_default();
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        let end = at.saturating_add(bytes.len());
        if file.len() < end {
            file.resize(end, 0);
        }
        file[at..end].copy_from_slice(bytes);
    }

    /// Every file and folder by its path; folders have no bytes. What the connections of a database share in memory is left out.
    #[must_use]
    pub fn tree(&self, recording: &Recording) -> BTreeMap<PathBuf, Option<&[u8]>> {
        let mut found = BTreeMap::new();
        let mut folders = vec![(ROOT, PathBuf::new())];
        while let Some((folder, path)) = folders.pop() {
            for ((_, name), inode) in self.names.iter().filter(|((of, _), _)| *of == folder) {
                let path = path.join(name);
                if recording.folders.get(*inode).copied().unwrap_or(false) {
                    folders.push((*inode, path.clone()));
                    found.insert(path, None);
                } else if !name.to_string_lossy().ends_with("-shm") {
                    found.insert(path, Some(self.files.get(inode).map_or(&[][..], Vec::as_slice)));
                }
            }
        }
        found
    }

    /// Lays out what lies under a name of the recorded folder into another folder.
    ///
    /// # Errors
    /// The disk of this computer refuses.
    pub fn lay_out(&self, recording: &Recording, under: &str, into: &Path) -> io::Result<()> {
        std::fs::create_dir_all(into)?;
        for (path, bytes) in self.tree(recording) {
            let Ok(inner) = path.strip_prefix(under) else { continue };
            let place = into.join(inner);
            match bytes {
                None => std::fs::create_dir_all(place)?,
                Some(bytes) => std::fs::write(place, bytes)?,
            }
        }
        Ok(())
    }
}

/// A write cut where sectors of the disk begin.
fn sectors_of(at: u64, bytes: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let first = SECTOR - usize::try_from(at % SECTOR as u64).unwrap_or_default();
    let (head, rest) = bytes.split_at(first.min(bytes.len()));
    let pieces = std::iter::once(head).chain(rest.chunks(SECTOR));
    pieces.scan(at, |at, piece| {
        let from = *at;
        *at += piece.len() as u64;
        Some((from, piece))
    })
}

/// How many sectors of the disk a write touches.
#[must_use]
pub fn sectors(at: u64, bytes: &[u8]) -> usize {
    sectors_of(at, bytes).filter(|(_, piece)| !piece.is_empty()).count()
}

impl<'r> Disk<'r> {
    /// The disk after so many steps of a recording. One of the syncs may have done nothing, by the number of its step.
    #[must_use]
    pub fn after(recording: &'r Recording, steps: usize, skipped: Option<usize>) -> Self {
        let mut disk = Self { recording, certain: Contents::default(), uncertain: Vec::new() };
        for (number, step) in recording.steps.iter().enumerate().take(steps) {
            match step {
                Step::Sync(_) if skipped == Some(number) => {}
                Step::Sync(inode) => disk.sync(*inode),
                Step::Write(..) | Step::Resize(..) | Step::Names(_) => disk.uncertain.push(number),
            }
        }
        disk
    }

    fn sync(&mut self, synced: Inode) {
        let (recording, certain) = (self.recording, &mut self.certain);
        self.uncertain.retain(|number| {
            let step = &recording.steps[*number];
            let done = concerns(step, synced);
            if done {
                certain.apply(step, &Fate::Kept);
            }
            !done
        });
    }

    /// The steps that may be lost, in their order.
    #[must_use]
    pub fn uncertain(&self) -> Vec<&'r Step> {
        self.uncertain.iter().map(|number| &self.recording.steps[*number]).collect()
    }

    /// What is on the disk when each of the uncertain steps has had its fate.
    #[must_use]
    pub fn with(mut self, fates: &[Fate]) -> Contents {
        for (number, fate) in self.uncertain.iter().zip(fates) {
            self.certain.apply(&self.recording.steps[*number], fate);
        }
        self.certain
    }

    /// What programs see while the power is on.
    #[must_use]
    pub fn seen(self) -> Contents {
        let all = vec![Fate::Kept; self.uncertain.len()];
        self.with(&all)
    }
}

/// Whether a sync of a file or folder makes a step certain. A name that moves from one folder to another is, when the one that it came to
/// is synced.
#[must_use]
pub fn concerns(step: &Step, synced: Inode) -> bool {
    match step {
        Step::Write(inode, ..) | Step::Resize(inode, _) => *inode == synced,
        Step::Names(changes) => changes.last().is_some_and(|((folder, _), _)| *folder == synced),
        Step::Sync(_) => false,
    }
}
