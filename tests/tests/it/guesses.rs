//! Guesses of the PIN: each counts, whatever happens beside it and whatever is put back.

use baqylau_observer::lock::{Lock, MAX_ATTEMPTS};
use baqylau_observer::vault::{FileVault, Policy, Vault, VaultError};
use baqylau_observer::{Error, InvalidReason};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use zeroize::Zeroizing;

const PIN: &str = "2468";
const COPIES: [&str; 2] = ["lock.json", "lock.copy.json"];

/// Every file of a folder, but not of the folders in it.
type Files = BTreeMap<String, Vec<u8>>;

fn files(folder: &Path) -> Files {
    let entries = fs::read_dir(folder).expect("a folder").flatten().filter(|e| e.path().is_file());
    entries.map(|e| (e.file_name().into_string().expect("a name"), fs::read(e.path()).expect("a file"))).collect()
}

fn put(folder: &Path, what: &Files) {
    fs::create_dir_all(folder).expect("a folder");
    for old in files(folder).keys() {
        fs::remove_file(folder.join(old)).expect("removed");
    }
    for (name, bytes) in what {
        fs::write(folder.join(name), bytes).expect("written");
    }
}

/// A phone: its lock, and beside it the vault, of which an image of the disk has nothing.
struct LockedPhone {
    folder: tempfile::TempDir,
    lock: Lock,
}

impl LockedPhone {
    fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("store")).expect("a folder");
        let lock = Lock::of(&folder.path().join("store"));
        Self { folder, lock }
    }

    fn new() -> Self {
        let phone = Self::empty();
        phone.lock.create(&phone.vault(), PIN).expect("made");
        phone
    }

    /// One that was stopped in a state.
    fn stopped(state: &State) -> Self {
        let phone = Self::empty();
        put(&phone.store(), &state.lock);
        put(&phone.keys(), &state.keys);
        phone
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    fn keys(&self) -> PathBuf {
        self.folder.path().join("vault")
    }

    fn vault(&self) -> FileVault {
        FileVault::open(&self.keys()).expect("a vault")
    }

    fn opens(&self, pin: &str) -> bool {
        self.lock.open(&self.vault(), pin).is_ok()
    }

    /// How many guesses are left after a wrong one; none where the lock opens with no PIN any more.
    fn wrong(&self) -> Option<u32> {
        match self.lock.open(&self.vault(), "0000") {
            Err(Error::Locked { attempts_left }) => Some(attempts_left),
            Err(Error::Invalid(InvalidReason::LockDamaged)) => None,
            Err(e) => panic!("{e}"),
            Ok(_) => panic!("a wrong PIN opens"),
        }
    }
}

#[derive(Clone)]
struct State {
    lock: Files,
    keys: Files,
}

/// A vault that keeps what lay on the disk before each of its calls.
struct Watched {
    inner: FileVault,
    store: PathBuf,
    keys: PathBuf,
    seen: Mutex<Vec<State>>,
}

impl Watched {
    fn of(phone: &LockedPhone) -> Self {
        Self { inner: phone.vault(), store: phone.store(), keys: phone.keys(), seen: Mutex::default() }
    }

    fn look(&self) {
        let state = State { lock: files(&self.store), keys: files(&self.keys) };
        self.seen.lock().expect("whole").push(state);
    }

    /// Every state that a stop may leave, in their order: between the calls of the vault, and within the writing of the files.
    fn states(&self) -> Vec<State> {
        self.look();
        let seen = self.seen.lock().expect("whole").clone();
        let mut out = vec![seen[0].clone()];
        for pair in seen.windows(2) {
            let (before, after) = (&pair[0], &pair[1]);
            let changed: Vec<&String> =
                after.lock.keys().filter(|n| before.lock.get(*n) != after.lock.get(*n)).collect();
            for name in changed {
                for half in [false, true] {
                    let mut between = before.clone();
                    let mut text = after.lock[name].clone();
                    if half {
                        text.truncate(300);
                        text.extend_from_slice(&before.lock[name][300..]);
                    }
                    between.lock.insert(name.clone(), text);
                    out.push(between);
                }
            }
            out.push(after.clone());
        }
        out
    }
}

impl Vault for Watched {
    fn create(&self, alias: &str, policy: Policy) -> Result<(), VaultError> {
        self.look();
        self.inner.create(alias, policy)
    }

    fn bind(&self, alias: &str, input: &[u8; 32]) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        self.look();
        self.inner.bind(alias, input)
    }

    fn destroy(&self, alias: &str) -> Result<(), VaultError> {
        self.look();
        self.inner.destroy(alias)
    }
}

#[test]
fn files_of_the_lock_that_are_put_back_give_no_guess() {
    let phone = LockedPhone::new();
    let copied = files(&phone.store());
    for left in (0..MAX_ATTEMPTS).rev() {
        assert_eq!(phone.wrong(), Some(left));
    }
    assert!(!phone.opens(PIN), "ten guesses are over");
    put(&phone.store(), &copied);
    assert!(phone.wrong().is_none() && !phone.opens(PIN), "what was copied before opens with no PIN");

    // The same while guesses are left, and with the number in the files changed.
    let phone = LockedPhone::new();
    assert_eq!(phone.wrong(), Some(9));
    let copied = files(&phone.store());
    assert_eq!(phone.wrong(), Some(8));
    let counted = files(&phone.store());
    put(&phone.store(), &copied);
    assert!(phone.wrong().is_none());
    put(&phone.store(), &counted);
    assert_eq!(phone.wrong(), Some(7), "the files of the moment go on");
    for name in COPIES {
        let text = fs::read_to_string(phone.store().join(name)).expect("a copy");
        let mut header: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        header["wrong"] = 0.into();
        header["checksum"] = "".into();
        let bare = ordered(&header);
        header["checksum"] = baqylau_protocol::ids::Hash::of(bare.as_bytes()).to_string().into();
        fs::write(phone.store().join(name), ordered(&header)).expect("written");
    }
    assert_eq!(phone.lock.attempts_left().expect("whole copies"), MAX_ATTEMPTS, "the files read");
    assert!(phone.wrong().is_none(), "and the vault's key says that they were changed");
}

/// A lock as it is hashed: its members in their order.
fn ordered(header: &serde_json::Value) -> String {
    let members =
        ["format", "written", "memory_kib", "passes", "salt", "guess", "wrong", "sealed", "checksum"].map(|name| {
            assert!(!header[name].is_null(), "{name}");
            format!("{}:{}", serde_json::json!(name), header[name])
        });
    format!("{{{}}}", members.join(","))
}

#[test]
fn guesses_at_once_count_one_by_one() {
    let phone = Arc::new(LockedPhone::new());
    let guesses: Vec<_> = (0..12)
        .map(|_| {
            let phone = phone.clone();
            std::thread::spawn(move || phone.wrong().expect("counted"))
        })
        .collect();
    let mut left: Vec<u32> = guesses.into_iter().map(|g| g.join().expect("ends")).collect();
    left.sort_unstable();
    assert_eq!(left, [0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "ten are judged, two come too late");
    assert!(!phone.opens(PIN));
}

#[test]
fn a_right_pin_among_wrong_ones_loses_no_count() {
    let phone = Arc::new(LockedPhone::new());
    let opened: Vec<_> = (0..8)
        .map(|n| {
            let phone = phone.clone();
            std::thread::spawn(move || if n % 2 == 0 { phone.opens(PIN) } else { phone.wrong().is_none() })
        })
        .collect();
    let opened: Vec<bool> = opened.into_iter().map(|o| o.join().expect("ends")).collect();
    assert_eq!(opened, [true, false, true, false, true, false, true, false]);
    assert!(phone.opens(PIN));
    assert_eq!(phone.wrong(), Some(9), "a right PIN begins anew");
}

#[test]
fn a_guess_that_is_stopped_anywhere_locks_nobody_out_and_is_not_free() {
    let phone = LockedPhone::new();
    assert_eq!(phone.wrong(), Some(9));
    let watched = Watched::of(&phone);
    assert!(matches!(phone.lock.open(&watched, "0000"), Err(Error::Locked { attempts_left: 8 })));
    let states = watched.states();
    assert!(states.len() > 8, "{}", states.len());
    let copied: BTreeSet<Files> = states.iter().map(|s| s.lock.clone()).collect();
    for (at, state) in states.iter().enumerate() {
        assert!(LockedPhone::stopped(state).opens(PIN), "state {at} of {}: the owner opens it", states.len());
        // It goes on, and every judged guess is one less, whichever files are put back before it.
        let phone = LockedPhone::stopped(state);
        let mut left = phone.wrong().expect("counted");
        assert!((7..9).contains(&left), "state {at}: {left}");
        for files in copied.iter().chain([&state.lock]) {
            let now = self::files(&phone.store());
            put(&phone.store(), files);
            if let Some(now) = phone.wrong() {
                assert!(now < left, "state {at}: {now} after {left}");
                left = now;
            } else {
                put(&phone.store(), &now);
            }
        }
    }
}

#[test]
fn a_right_guess_that_is_stopped_anywhere_opens_again() {
    let phone = LockedPhone::new();
    assert_eq!(phone.wrong(), Some(9));
    let watched = Watched::of(&phone);
    phone.lock.open(&watched, PIN).expect("opens");
    for (at, state) in watched.states().iter().enumerate() {
        let phone = LockedPhone::stopped(state);
        assert!(phone.wrong().is_some_and(|left| left >= 7), "state {at}");
        assert!(phone.opens(PIN), "state {at}");
    }
}

#[test]
fn a_change_that_is_stopped_anywhere_leaves_one_pin() {
    let phone = LockedPhone::new();
    let before = files(&phone.store());
    let watched = Watched::of(&phone);
    phone.lock.change(&watched, PIN, "13579").expect("changed");
    for (at, state) in watched.states().iter().enumerate() {
        let (old, new) = (LockedPhone::stopped(state).opens(PIN), LockedPhone::stopped(state).opens("13579"));
        assert!(old != new, "state {at}: old {old}, new {new}");
    }
    assert!(phone.opens("13579") && !phone.opens(PIN));
    put(&phone.store(), &before);
    assert!(!phone.opens(PIN), "the old PIN opens the old files no longer");
}

#[test]
fn a_vault_of_files_is_worth_what_its_folder_is() {
    let phone = LockedPhone::new();
    let (copied, keys) = (files(&phone.store()), files(&phone.keys()));
    assert_eq!((phone.wrong(), phone.wrong()), (Some(9), Some(8)));
    put(&phone.store(), &copied);
    put(&phone.keys(), &keys);
    assert_eq!(phone.wrong(), Some(9), "who copies keys and lock has every guess again, as SECURITY.md says");
}
