//! The store of a terminal observer, and how it is opened.

use crate::common::CommandError;
use crate::secrets::PinSource;
use baqylau_observer::app::PhoneConfig;
use baqylau_observer::clock::SystemClock;
use baqylau_observer::vault::FileVault;
use baqylau_observer::{Error, ObserverApp};
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the store is.
#[derive(Args)]
pub struct StoreOptions {
    /// The folder of this observer's store.
    #[arg(long, value_name = "DIR")]
    store: PathBuf,
    /// The language to speak; the mission's first without it.
    #[arg(long)]
    language: Option<String>,
    #[command(flatten)]
    pub pin: PinSource,
    /// Without the PIN, as a locked phone: for `sync`, `export` and `import`.
    #[arg(long)]
    locked: bool,
}

impl StoreOptions {
    pub fn config(&self) -> Result<PhoneConfig, CommandError> {
        config(&self.store, self.language.as_deref().unwrap_or_default())
    }

    pub fn open(&self) -> Result<ObserverApp, CommandError> {
        if !ObserverApp::exists(&self.config()?) {
            return Err(
                format!("{}: there is no store; `baqylau observe enrol` makes one", self.store.display()).into()
            );
        }
        let core = ObserverApp::open(self.config()?, self.pin.read()?)?;
        if let Ok(mission) = core.mission()
            && let Some(language) = &self.language
            && !mission.languages.iter().any(|(code, _)| code == language)
        {
            let spoken: Vec<String> = mission.languages.into_iter().map(|(code, _)| code).collect();
            return Err(format!("the mission does not speak {language}, but {}", spoken.join(", ")).into());
        }
        Ok(core)
    }
}

impl StoreOptions {
    /// For delivery, which needs no PIN: after too many wrong ones, and where only the outbox can be read, it goes on without.
    pub fn deliver(&self) -> Result<ObserverApp, CommandError> {
        if self.locked {
            return Ok(ObserverApp::open_locked(self.config()?)?);
        }
        match self.open() {
            Err(e) if matches!(e.downcast_ref(), Some(Error::Locked { attempts_left: 0 })) => {
                println!("locked for good; what was signed is delivered all the same");
                Ok(ObserverApp::open_locked(self.config()?)?)
            }
            Err(e) if e.downcast_ref().is_some_and(leaves_outbox) => {
                let core = ObserverApp::open_locked(self.config()?)?;
                println!("{e}; what was signed is delivered all the same");
                Ok(core)
            }
            other => other,
        }
    }
}

/// Whether an error keeps everybody from the work, and nothing from being delivered.
fn leaves_outbox(e: &Error) -> bool {
    use baqylau_observer::{InvalidReason::LockDamaged, StorageError::Damaged};
    matches!(e, Error::Invalid(LockDamaged) | Error::Storage(Damaged { .. }))
}

pub fn config(folder: &Path, language: &str) -> Result<PhoneConfig, CommandError> {
    let vault = Arc::new(FileVault::open(&folder.join("vault"))?);
    Ok(PhoneConfig {
        folder: folder.to_owned(),
        vault,
        clock: Arc::new(SystemClock),
        language: language.to_owned(),
        missions: Arc::default(),
        transport: None,
    })
}
