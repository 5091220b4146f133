//! Several desks of one mission come to the same picture: each has a folder and a device of its own, and they share the log. What
//! is not in the log for everybody, the roster and the bundle, they take from the server and verify; what only they may know, the
//! register, they tell each other in sealed records.

use crate::error::DeskError;
use crate::folder::Desk;
use crate::keys::{self, DeskKeys};
use crate::pull::block;
use crate::standings::{Links, Standings};
use crate::store::Store;
use baqylau_protocol::bundle::{MAX_PART, Manifest};
use baqylau_protocol::cbor;
use baqylau_protocol::cose::Type;
use baqylau_protocol::ids::DeviceId;
use baqylau_protocol::keys::{SigningKey, random};
use baqylau_protocol::roster::{Entry, Roster, Standing};
use baqylau_report::Register;
use minicbor::bytes::ByteVec;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// Setting: the roster as the server last had it.
pub(crate) const BASE: &str = "roster_base";
/// How often a roster is put upon another desk's that came in between.
const ROSTER_TRIES: u32 = 5;

impl Desk {
    /// Makes the folder of another desk of this mission: with the mission's keys but the root's, and a device of its own. It
    /// pulls the log itself. Give it away by hand; the passphrase is the same.
    ///
    /// # Errors
    /// There is a mission in that folder, or the disk refuses.
    pub fn another(&self, folder: &Path, passphrase: &str) -> Result<(), DeskError> {
        if folder.join("desk.json").exists() {
            return Err(DeskError::file(folder, "there is a mission here already; take another folder"));
        }
        let _proves_the_passphrase: DeskKeys = keys::read(&self.folder.join("keys/desk.key"), passphrase)?;
        for inner in ["keys", "publish", "invites"] {
            fs::create_dir_all(folder.join(inner)).map_err(|e| DeskError::file(folder.join(inner), e))?;
        }
        let secrets = DeskKeys {
            issuer: *self.issuer.seed(),
            reading: *self.reading.to_bytes(),
            reading_number: self.reading.public().number,
            database: random(),
            device: *SigningKey::generate().seed(),
        };
        keys::write(&folder.join("keys/desk.key"), passphrase, &secrets)?;
        let bundle = crate::folder::published(&self.folder)?;
        keys::write_private(&folder.join("publish/bundle.cbor"), &bundle)?;
        self.store.begin_another(&Store::open(&folder.join("desk.db"), &secrets.database)?)?;
        let json = serde_json::to_vec_pretty(&self.settings).map_err(|e| DeskError::file(folder, e))?;
        keys::write_private(&folder.join("desk.json"), &json)
    }

    /// Signs what the other desks do not know of the register.
    pub(crate) fn tell_register(&self, now: i64) -> Result<(), DeskError> {
        while let Some(register) = self.store.untold()? {
            self.sign_one(Type::Register, &register.encode(), now)?;
            self.store.take_register(&register)?;
        }
        Ok(())
    }

    /// Takes what other desks told of the register.
    pub(crate) fn hear_register(&self) -> Result<(), DeskError> {
        let devices: HashMap<_, _> = self.store.devices()?.into_iter().map(|d| (d.device, d)).collect();
        let envelopes = self.store.envelopes()?;
        let links = Links::of(&envelopes);
        let standings = Standings::new(self, &devices, &links)?;
        for envelope in envelopes.iter().filter(|e| standings.is_desk(e)) {
            if let Ok(opened) = &envelope.plain
                && opened.kind == Type::Register
                && let Ok(register) = Register::decode(&opened.bytes)
            {
                self.store.take_register(&register)?;
            }
        }
        Ok(())
    }

    /// Takes the bundle that the server publishes, when it is a later one that the root signed.
    pub(crate) fn refresh_bundle(&mut self) -> Result<(), DeskError> {
        let link = self.link()?;
        let Some(bytes) = block(async { link.find("/v1/bundle").await })? else { return Ok(()) };
        let Ok(manifest) = Manifest::open(&bytes, &self.root) else {
            return Err(DeskError::Log("its bundle is not signed by the mission's root".into()));
        };
        let known = self.store.manifest()?.map(|b| self.manifest_of(&b)).transpose()?;
        if known.is_some_and(|k| k.version >= manifest.version) {
            return Ok(());
        }
        let (mut plain, mut packed) = (Vec::new(), Vec::new());
        for part in &manifest.parts {
            let bytes = block(async { link.find(&format!("/v1/parts/{}", part.hash)).await })?.unwrap_or_default();
            let inflated = if bytes.len() > MAX_PART { None } else { part.unpack(&bytes).ok() };
            let inflated =
                inflated.ok_or_else(|| DeskError::Log(format!("it hands out another part than {}", part.hash)))?;
            plain.push((part.hash, inflated));
            packed.push(ByteVec::from(bytes));
        }
        self.store.add_bundle(manifest.version, &bytes, &plain)?;
        let published = cbor::encode(&(ByteVec::from(bytes), packed));
        keys::write_private(&self.folder.join("publish/bundle.cbor"), &published)
    }

    /// Brings this desk's roster and the server's together, and publishes what is new in this one.
    pub(crate) fn settle_roster(&self, identity: &DeviceId) -> Result<(), DeskError> {
        let mut tries = 0;
        loop {
            let remote = block(async { self.link()?.read_if_there(identity, "/v1/roster".into()).await })?;
            if let Some(remote) = &remote {
                self.rebase_roster(remote)?;
            }
            if self.roster()?.is_none_or(|(_, bytes)| Some(&bytes) == remote.as_ref()) {
                return Ok(());
            }
            match self.publish_roster() {
                Ok(()) => return Ok(()),
                Err(e) if tries == ROSTER_TRIES => return Err(e),
                // Another desk was faster.
                Err(_) => tries += 1,
            }
        }
    }

    /// Puts what changed here since the server's roster was last seen upon the one that it has now. A revoked device stays revoked,
    /// and an older roster than was seen is not taken.
    fn rebase_roster(&self, remote: &[u8]) -> Result<(), DeskError> {
        let open = |bytes: &[u8]| Roster::open(bytes, &self.issuer.public(), self.mission());
        let theirs = open(remote).map_err(|e| DeskError::Log(format!("its roster: {e}")))?;
        let base = self.store.setting(BASE)?.and_then(|bytes| open(&bytes).ok());
        if base.as_ref().is_some_and(|b| b.version > theirs.version) {
            return Ok(());
        }
        let Some((ours, bytes)) = self.roster()? else {
            self.store.reset_roster(theirs.version, remote)?;
            return self.store.set_setting(BASE, remote);
        };
        let changed = |e: &Entry| base.as_ref().and_then(|b| b.find(e.device)) != Some(e);
        let revoked = |e: &Entry| theirs.find(e.device).is_some_and(|t| t.standing == Standing::Revoked);
        let changes =
            ours.devices.into_iter().filter(|e| changed(e) && (e.standing == Standing::Revoked || !revoked(e)));
        let changes: Vec<Entry> = changes.collect();
        if bytes != remote {
            self.store.reset_roster(theirs.version, remote)?;
            self.change_roster(changes)?;
        }
        self.store.set_setting(BASE, remote)
    }
}

/// Whether an envelope tells of the register.
pub(crate) fn tells(envelope: &crate::store::Envelope) -> bool {
    envelope.plain.as_ref().is_ok_and(|o| o.kind == Type::Register)
}
