//! A mission as it is on the eve: made once, and copied for each day.

use crate::clock::{HOUR, MORNING, PhoneClocks, Time};
use crate::dice::Dice;
use baqylau_desk::Desk;
use baqylau_observer::ObserverApp;
use baqylau_observer::app::{MissionCache, PhoneConfig};
use baqylau_observer::clock::Clock;
use baqylau_observer::vault::FileVault;
use baqylau_tests::{PASSPHRASE, PIN, tables};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The address that nobody listens at.
pub const SERVER: &str = "https://server.invalid";
/// Who has a phone.
pub const PEOPLE: [&str; 3] = ["w01", "w03", "w05"];
/// How many desks there are. The first one has the root key.
pub const DESKS: usize = 2;

/// What a mission has before the first message is sent: desks, phones that were not enrolled, and the files of a server that is empty.
pub struct Template {
    folder: tempfile::TempDir,
    /// Missions that phones have decoded.
    pub missions: Arc<MissionCache>,
}

/// The folder of a phone.
#[must_use]
pub fn phone_folder(day: &Path, phone: usize) -> PathBuf {
    day.join(format!("phone{phone}"))
}

/// The folder of a desk.
#[must_use]
pub fn desk_folder(day: &Path, desk: usize) -> PathBuf {
    day.join(format!("desk{desk}"))
}

/// The folder of the server.
#[must_use]
pub fn server_folder(day: &Path) -> PathBuf {
    day.join("server")
}

/// Where days are played: in memory, where the machine has such a folder.
fn playground() -> io::Result<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    let builder = || tempfile::Builder::new().prefix("day-").to_owned();
    if memory.is_dir() { builder().tempdir_in(memory).or_else(|_| builder().tempdir()) } else { builder().tempdir() }
}

/// Copies a folder with all that is in it.
///
/// # Errors
/// The disk refuses.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// The settings of a phone that has its store in a folder.
///
/// # Panics
/// When the disk refuses.
#[must_use]
pub fn phone_config(folder: PathBuf, clock: Arc<dyn Clock>, missions: Arc<MissionCache>) -> PhoneConfig {
    let vault = Arc::new(FileVault::open(&folder.join("vault")).expect("a vault"));
    PhoneConfig { folder, vault, clock, language: "fr".into(), missions, transport: None }
}

impl Template {
    /// Makes the mission.
    ///
    /// # Panics
    /// When anything fails: nothing is wrong yet.
    #[must_use]
    pub fn new() -> Self {
        let folder = playground().expect("a folder");
        let day = folder.path();
        let first = Desk::new(&desk_folder(day, 0), &tables("sahra-2026"), &[SERVER.into()], PASSPHRASE);
        let first = first.expect("a mission");
        first.build(PASSPHRASE, MORNING - HOUR, 30).expect("a bundle");
        for desk in 1..DESKS {
            first.add_desk(&desk_folder(day, desk), PASSPHRASE, MORNING - HOUR).expect("a desk");
        }
        let people = PEOPLE.map(str::to_owned);
        let missions = Arc::<MissionCache>::default();
        for (phone, invite) in first.invites().make(&people, MORNING - HOUR, 9).expect("invites").iter().enumerate() {
            let clock = PhoneClocks::new(Time::morning(), Dice::new(0, 0));
            let config = phone_config(phone_folder(day, phone), clock, missions.clone());
            drop(ObserverApp::create(config, PIN, &invite.text).expect("a store"));
        }
        drop(first);
        copy(&desk_folder(day, 0).join("server"), &server_folder(day)).expect("copied");
        Self { folder, missions }
    }

    /// A copy of it, for one day.
    ///
    /// # Panics
    /// When the disk refuses.
    #[must_use]
    pub fn another(&self) -> tempfile::TempDir {
        let day = playground().expect("a folder");
        copy(self.folder.path(), day.path()).expect("copied");
        day
    }
}

impl Default for Template {
    fn default() -> Self {
        Self::new()
    }
}
