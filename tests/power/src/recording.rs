//! What programs of this process do to the files of a folder, in the order in which they do it.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::os::fd::RawFd;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A file or a folder, whatever its name is.
pub type Inode = usize;

/// The folder that is recorded.
pub const ROOT: Inode = 0;

/// A name in a folder.
pub type Name = (Inode, OsString);

/// One thing that was done to a disk.
#[derive(Debug, Clone)]
pub enum Step {
    /// Bytes were written at a place of a file.
    Write(Inode, u64, Vec<u8>),
    /// A file was made longer or shorter, to so many bytes.
    Resize(Inode, u64),
    /// Names came to stand for other files, or for none: all of them at once.
    Names(Vec<(Name, Option<Inode>)>),
    /// A file or folder was synced: all that was done to it before is on the disk when this returns.
    Sync(Inode),
}

/// Everything that was done to the files of a folder.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    /// What was done, in order.
    pub steps: Vec<Step>,
    /// Which of the inodes are folders.
    pub folders: Vec<bool>,
    /// What each inode was called first, from the folder on: for people.
    pub called: Vec<PathBuf>,
}

impl Recording {
    /// What was done under a name of the folder, and the number of each of its steps in the whole recording.
    #[must_use]
    pub fn of(&self, name: &str) -> (Self, Vec<usize>) {
        let inside =
            |inode: &Inode| *inode == ROOT || self.called.get(*inode).is_some_and(|path| path.starts_with(name));
        let concerned = |step: &Step| match step {
            Step::Write(inode, ..) | Step::Resize(inode, _) | Step::Sync(inode) => inside(inode),
            Step::Names(changes) => changes
                .iter()
                .any(|((folder, called), _)| if *folder == ROOT { called == name } else { inside(folder) }),
        };
        let kept = self.steps.iter().enumerate().filter(|(_, step)| concerned(step));
        let (numbers, steps) = kept.map(|(number, step)| (number, step.clone())).unzip();
        (Self { steps, folders: self.folders.clone(), called: self.called.clone() }, numbers)
    }
}

/// Recordings under way, and the open files that belong to them.
#[derive(Default)]
pub(crate) struct Recorder {
    running: HashMap<usize, Running>,
    open: HashMap<RawFd, (usize, Inode)>,
    next: usize,
}

struct Running {
    root: PathBuf,
    names: BTreeMap<Name, Inode>,
    recording: Recording,
}

static RECORDER: Mutex<Option<Recorder>> = Mutex::new(None);
/// Whether there is anything to record.
static ANY: AtomicBool = AtomicBool::new(false);

/// Nothing is done to a file that is recorded while this is held.
pub(crate) fn recorder() -> Option<Held> {
    ANY.load(Ordering::SeqCst).then(held)
}

pub(crate) struct Held(MutexGuard<'static, Option<Recorder>>);

impl Held {
    pub(crate) fn get(&mut self) -> &mut Recorder {
        self.0.get_or_insert_default()
    }
}

fn held() -> Held {
    Held(RECORDER.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A recording that is under way.
#[derive(Debug)]
pub struct Tape {
    number: usize,
}

impl Tape {
    /// Records what is done in a folder, which is empty, from now on.
    #[must_use]
    pub fn start(root: &Path) -> Self {
        let mut held = held();
        let recorder = held.get();
        let number = recorder.next;
        recorder.next += 1;
        let recording = Recording { steps: Vec::new(), folders: vec![true], called: vec![PathBuf::new()] };
        recorder.running.insert(number, Running { root: root.to_owned(), names: BTreeMap::new(), recording });
        ANY.store(true, Ordering::SeqCst);
        Self { number }
    }

    /// How many steps there are by now.
    #[must_use]
    pub fn steps(&self) -> usize {
        held().get().running.get(&self.number).map_or(0, |running| running.recording.steps.len())
    }

    /// Ends it.
    #[must_use]
    pub fn stop(&self) -> Recording {
        let mut held = held();
        let recorder = held.get();
        recorder.open.retain(|_, (number, _)| *number != self.number);
        let ended = recorder.running.remove(&self.number);
        ANY.store(!recorder.running.is_empty(), Ordering::SeqCst);
        ended.map(|running| running.recording).unwrap_or_default()
    }
}

impl Running {
    /// The folder that a path lies in, and its name there; `None` outside of the recorded folder.
    fn place(&self, path: &Path) -> Option<Name> {
        let inner = path.strip_prefix(&self.root).ok()?;
        let mut parts: Vec<OsString> = Vec::new();
        for part in inner.components() {
            match part {
                Component::Normal(name) => parts.push(name.to_owned()),
                Component::CurDir => {}
                Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
            }
        }
        let name = parts.pop()?;
        let folder = parts.into_iter().try_fold(ROOT, |folder, name| self.names.get(&(folder, name)).copied())?;
        Some((folder, name))
    }

    fn path(&self, (folder, name): &Name) -> PathBuf {
        self.recording.called.get(*folder).map_or_else(PathBuf::new, |folder| folder.join(name))
    }

    fn make(&mut self, name: Name, folder: bool) -> Inode {
        let inode = self.recording.folders.len();
        let path = self.path(&name);
        self.recording.folders.push(folder);
        self.recording.called.push(path);
        self.rename(vec![(name, Some(inode))]);
        inode
    }

    fn rename(&mut self, changes: Vec<(Name, Option<Inode>)>) {
        for (name, inode) in &changes {
            match inode {
                Some(inode) => self.names.insert(name.clone(), *inode),
                None => self.names.remove(name),
            };
        }
        self.recording.steps.push(Step::Names(changes));
    }
}

impl Recorder {
    fn of(&mut self, path: &Path) -> Option<(usize, &mut Running)> {
        self.running.iter_mut().find(|(_, running)| path.starts_with(&running.root)).map(|(n, running)| (*n, running))
    }

    /// Whether an open file is recorded.
    pub(crate) fn has(&self, file: RawFd) -> bool {
        self.open.contains_key(&file)
    }

    /// A file or folder was opened, perhaps made, perhaps emptied.
    pub(crate) fn opened(&mut self, file: RawFd, path: &Path, emptied: bool) {
        let Some((number, running)) = self.of(path) else { return };
        let inode = if path == running.root {
            ROOT
        } else {
            let Some(name) = running.place(path) else { return };
            match running.names.get(&name).copied() {
                Some(inode) => {
                    if emptied {
                        running.recording.steps.push(Step::Resize(inode, 0));
                    }
                    inode
                }
                None => running.make(name, false),
            }
        };
        self.open.insert(file, (number, inode));
    }

    pub(crate) fn closed(&mut self, file: RawFd) {
        self.open.remove(&file);
    }

    pub(crate) fn made_folder(&mut self, path: &Path) {
        let Some((_, running)) = self.of(path) else { return };
        if let Some(name) = running.place(path) {
            running.make(name, true);
        }
    }

    pub(crate) fn removed(&mut self, path: &Path) {
        let Some((_, running)) = self.of(path) else { return };
        if let Some(name) = running.place(path) {
            running.rename(vec![(name, None)]);
        }
    }

    pub(crate) fn renamed(&mut self, from: &Path, to: &Path) {
        let Some((_, running)) = self.of(to) else { return };
        let (Some(from), Some(to)) = (running.place(from), running.place(to)) else { return };
        if let Some(inode) = running.names.get(&from).copied() {
            running.rename(vec![(from, None), (to, Some(inode))]);
        }
    }

    /// The path of an open folder, so that what is named from it on is found.
    pub(crate) fn path_of(&self, folder: RawFd) -> Option<PathBuf> {
        let (number, inode) = self.open.get(&folder)?;
        let running = self.running.get(number)?;
        Some(running.root.join(running.recording.called.get(*inode)?))
    }

    fn did(&mut self, file: RawFd, step: impl FnOnce(Inode) -> Step) {
        let Some((number, inode)) = self.open.get(&file).copied() else { return };
        if let Some(running) = self.running.get_mut(&number) {
            running.recording.steps.push(step(inode));
        }
    }

    pub(crate) fn wrote(&mut self, file: RawFd, at: u64, bytes: &[u8]) {
        self.did(file, |inode| Step::Write(inode, at, bytes.to_owned()));
    }

    pub(crate) fn resized(&mut self, file: RawFd, length: u64) {
        self.did(file, |inode| Step::Resize(inode, length));
    }

    pub(crate) fn synced(&mut self, file: RawFd) {
        self.did(file, Step::Sync);
    }
}
