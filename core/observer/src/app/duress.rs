//! The second PIN, which an observer may give up: it wipes the store, and opens an empty one of the same mission in its place.
//!
//! Every store has what that needs, whether a second PIN was set or not, so that nothing on the phone tells: a key in `main.db`, and under
//! it the invite in the outbox.

use super::{ObserverApp, kept};
use crate::drive::lock;
use crate::error::Error;
use crate::listen::Change;
use crate::lock::{Lock, open_with, row_cipher, seal_with};
use crate::reason::InvalidReason;
use crate::store::{MainStore, Outbox, names};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::certificate::Invite;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::keys::random;
use std::sync::atomic::Ordering;
use zeroize::Zeroizing;

/// An invite is filled up with spaces to a multiple of this many bytes.
const PADDED: usize = 4096;

/// Lays down what an empty store would begin with, where it is not there.
pub(super) fn keep_spare(main: &mut MainStore, outbox: &mut Outbox) -> Result<(), Error> {
    let known = spare_key(main)?;
    if known.is_some() && outbox.setting(names::SPARE)?.is_some() {
        return Ok(());
    }
    let fresh = known.is_none();
    let key = known.unwrap_or_else(|| Zeroizing::new(random()));
    let mut text = Zeroizing::new(main.setting(kept::INVITE)?.unwrap_or_default());
    let padded = text.len().next_multiple_of(PADDED);
    text.resize(padded, b' ');
    if fresh {
        main.set_settings(&[(kept::SPARE_KEY, &*key)])?;
    }
    outbox.set(&[(names::SPARE, &seal_with(&row_cipher(&key), names::SPARE.as_bytes(), &text))], &[])
}

fn spare_key(main: &MainStore) -> Result<Option<Zeroizing<[u8; 32]>>, Error> {
    Ok(main.setting(kept::SPARE_KEY)?.and_then(|key| key.try_into().ok()).map(Zeroizing::new))
}

/// What of an outbox goes over into an empty store: the mission as everybody has it, and what the server said of its log.
struct CommonKnowledge {
    settings: Vec<(&'static str, Vec<u8>)>,
    parts: Vec<(Hash, Vec<u8>)>,
}

impl CommonKnowledge {
    fn of(outbox: &Outbox, invite: &Invite) -> Result<Self, Error> {
        let mut settings = Vec::new();
        for name in [names::MANIFEST, names::ANCHOR, names::HEAD] {
            settings.extend(outbox.setting(name)?.map(|value| (name, value)));
        }
        let manifest = settings.iter().find(|(name, _)| *name == names::MANIFEST);
        let manifest = manifest.and_then(|(_, bytes)| Manifest::open(bytes, invite.root).ok());
        let mut parts = Vec::new();
        for part in manifest.into_iter().flat_map(|manifest| manifest.parts) {
            parts.extend(outbox.part(part.hash)?.map(|packed| (part.hash, packed)));
        }
        Ok(Self { settings, parts })
    }

    fn put(&self, outbox: &mut Outbox) -> Result<(), Error> {
        let settings: Vec<(&str, &[u8])> = self.settings.iter().map(|(name, value)| (*name, &value[..])).collect();
        outbox.set(&settings, &self.parts)
    }
}

impl ObserverApp {
    /// Sets the second PIN, or takes it away. Whoever unlocks with it finds an empty store of this mission: what was here, and what was
    /// not delivered, is destroyed then. Nothing says whether one is set.
    ///
    /// # Errors
    /// The mission has none, the PIN is wrong (it is counted), or the second one is the same or too short.
    pub fn set_duress_pin(&self, pin: &str, second: Option<&str>) -> Result<(), Error> {
        self.with_mission(|u, loaded| {
            if second.is_some() && !loaded.mission.duress_pin {
                return Err(InvalidReason::DuressOff.into());
            }
            let key = spare_key(&u.main)?;
            let key = key.ok_or_else(|| Error::Internal("a store without what the second PIN opens".into()))?;
            Lock::of(&self.config.folder).set_duress(&*self.config.vault, pin, second.map(|second| (second, &*key)))
        })
    }

    /// How often an empty store took the place of the one before, since this core was opened. What a screen kept of an earlier one is of
    /// no use after it.
    #[must_use]
    pub fn replaced(&self) -> u64 {
        self.replaced.load(Ordering::SeqCst)
    }

    /// The second PIN was given: the store is wiped, and an empty one is made in its place. Killed in between, the phone is wiped.
    pub(super) fn begin_empty(&self, key: &[u8; 32], pin: &str) -> Result<(), Error> {
        self.interrupt();
        {
            let mut unlocked = self.unlocked()?;
            let mut outbox = lock(&self.outbox)?;
            let spare = outbox.setting(names::SPARE)?;
            let spare = spare.and_then(|sealed| open_with(&row_cipher(key), names::SPARE.as_bytes(), &sealed));
            let text = spare.and_then(|text| String::from_utf8(text.to_vec()).ok()).map(Zeroizing::new);
            // What cannot be read hinders no wiping.
            let invite = text.as_ref().and_then(|text| Invite::from_text(text).ok());
            let common = invite.as_ref().and_then(|invite| CommonKnowledge::of(&outbox, invite).ok());
            *unlocked = None;
            Self::wipe(&self.config)?;
            let text = text.ok_or(InvalidReason::Wiped)?;
            let (made, mut fresh) = Self::make(&self.config, pin, text.trim_end())?;
            fresh.manifests = self.manifests.clone();
            if let Some(common) = common {
                common.put(&mut fresh)?;
            }
            *outbox = fresh;
            *unlocked = Some(made);
            self.replaced.fetch_add(1, Ordering::SeqCst);
        }
        self.tidy();
        self.notifier.notify(Change::Lock);
        Ok(())
    }
}
