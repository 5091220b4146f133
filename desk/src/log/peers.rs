//! Several desks of one mission come to the same picture: each has a folder and a device of its own, and they share the log. What
//! is not in the log for everybody, the bundle and the roster (`rosters`), they take from the server and verify; what only
//! they may know, the register, they tell each other in sealed records.

use crate::adjudication::roster_index::{ChainLinks, RosterIndex};
use crate::error::DeskError;
use crate::files::FileFault;
use crate::log::faults::LogFault;
use crate::log::link::block;
use crate::store::DeskStore;
use crate::workspace::keys::{self, DeskKeys};
use crate::workspace::{Desk, parts};
use baqylau_protocol::bundle::{BundlePart, Manifest, PartKind};
use baqylau_protocol::cbor;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::keys::{SigningKey, random};
use baqylau_protocol::routes;
use baqylau_report::Register;
use minicbor::bytes::ByteVec;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

/// Setting: the hash of the manifest that the server last had.
pub(crate) const PUBLISHED: &str = "bundle_published";
/// Setting: the hash of each table that was last published from here, or told of.
const TABLES: &str = "tables_published";
/// How often a bundle is built upon another desk's that came in between.
const BUNDLE_TRIES: u32 = 20;

impl Desk {
    /// Makes the folder of another desk of this mission: with the mission's keys but the root's, and a device of its own. It
    /// pulls the log itself. Give it away by hand; the passphrase is the same.
    ///
    /// # Errors
    /// There is a mission in that folder, or the disk refuses.
    pub fn add_desk(&self, folder: &Path, passphrase: &str) -> Result<(), DeskError> {
        if folder.join("desk.json").exists() {
            return Err(DeskError::file(folder, FileFault::MissionHere));
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
        let bundle = crate::workspace::published(&self.folder)?;
        keys::write_private(&folder.join("publish/bundle.cbor"), &bundle)?;
        let other = DeskStore::open(&folder.join("desk.db"), &secrets.database)?;
        self.store.begin_another(&other)?;
        // What it finds there, it did not decide itself.
        if let Some(roster) = self.store.roster()? {
            other.set_setting(crate::log::rosters::BASE, &roster)?;
        }
        let json = serde_json::to_vec_pretty(&self.settings).map_err(|e| DeskError::damaged(folder, e))?;
        keys::write_private(&folder.join("desk.json"), &json)
    }

    /// Signs what the other desks do not know of the register.
    pub(crate) fn publish_register(&self, now: i64) -> Result<(), DeskError> {
        while let Some(register) = self.store.unpublished_register()? {
            self.sign_one(ObjectType::Register, &register.encode(), now)?;
            self.store.apply_register(&register)?;
        }
        Ok(())
    }

    /// Takes what other desks told of the register.
    pub(crate) fn apply_register(&self) -> Result<(), DeskError> {
        let devices: HashMap<_, _> = self.store.devices()?.into_iter().map(|d| (d.device, d)).collect();
        let envelopes = self.store.envelopes()?;
        let links = ChainLinks::of(&envelopes);
        let roster = RosterIndex::new(self, &devices, &links)?;
        for envelope in envelopes.iter().filter(|e| roster.is_desk(e)) {
            if let Ok(opened) = &envelope.plain
                && opened.kind == ObjectType::Register
                && let Ok(register) = Register::decode(&opened.bytes)
            {
                self.store.apply_register(&register)?;
            }
        }
        Ok(())
    }

    /// Builds the bundle as [`Desk::build`] does, and publishes it; upon that of another desk, where that was faster.
    ///
    /// # Errors
    /// The tables have faults, the passphrase is wrong, or the server does not answer or refuses.
    pub fn build_and_publish(&mut self, passphrase: &str, now: i64, days: u32) -> Result<Manifest, DeskError> {
        let known = self.known_tables()?;
        let mut tries = 0;
        loop {
            self.same_tables(known.as_ref())?;
            let manifest = self.build(passphrase, now, days)?;
            match self.publish() {
                Err(DeskError::Conflict { .. }) if tries < BUNDLE_TRIES => tries += 1,
                done => return done.map(|()| manifest),
            }
            self.refresh_bundle()?;
        }
    }

    /// The tables that were published when this desk last published or was told of another's; before that, those it knows now.
    fn known_tables(&self) -> Result<Option<BTreeMap<String, Hash>>, DeskError> {
        if let Some(bytes) = self.store.setting(TABLES)? {
            let damaged = |e| DeskError::damaged(self.folder.join("desk.db"), e);
            return Ok(Some(cbor::decode_request(&bytes).map_err(damaged)?));
        }
        let manifest = self.store.manifest()?.map(|bytes| self.manifest_of(&bytes)).transpose()?;
        Ok(manifest.map(|m| hashes(&m.parts)))
    }

    pub(crate) fn note_tables(&self, tables: &BTreeMap<String, Hash>) -> Result<(), DeskError> {
        self.store.set_setting(TABLES, &cbor::encode(tables))
    }

    /// Whether nothing is lost when this desk's tables take the place of those of the bundle here: it has not changed what was known,
    /// or to what is here too. Who was told once what differs may go on.
    fn same_tables(&self, known: Option<&BTreeMap<String, Hash>>) -> Result<(), DeskError> {
        let (Some(known), Some(bytes)) = (known, self.store.manifest()?) else { return Ok(()) };
        let published = hashes(&self.manifest_of(&bytes)?.parts);
        let built_here = self.store.setting(PUBLISHED)?.as_deref() != Some(&Hash::of(&bytes).0[..]);
        if published == *known || built_here {
            return Ok(());
        }
        let own = parts(&self.source()?)?;
        let own = hashes(own.iter().map(|p| &p.0));
        let all: BTreeSet<&String> = own.keys().chain(published.keys()).collect();
        let files: Vec<String> = all.into_iter().filter(|f| own.get(*f) != published.get(*f)).cloned().collect();
        if files.is_empty() {
            return Ok(());
        }
        self.note_tables(&published)?;
        Err(DeskError::Tables { folder: self.settings.source.clone(), files })
    }

    /// Takes the bundle that the server publishes, when it is a later one that the root signed, or another than was built here and
    /// never published.
    pub(crate) fn refresh_bundle(&mut self) -> Result<(), DeskError> {
        let link = self.link()?;
        let Some(bytes) = block(async { link.find(routes::BUNDLE).await })? else { return Ok(()) };
        let Ok(manifest) = Manifest::open(&bytes, &self.root) else {
            return Err(LogFault::Bundle.into());
        };
        let known = self.store.manifest()?;
        if known.as_ref() == Some(&bytes) {
            return self.store.set_setting(PUBLISHED, &Hash::of(&bytes).0);
        }
        let before = known.as_deref().map(|b| self.manifest_of(b)).transpose()?;
        let later = before.is_none_or(|k| k.version < manifest.version);
        if !later && !self.is_superseded_by(&bytes)? {
            return Ok(());
        }
        let (mut plain, mut packed) = (Vec::new(), Vec::new());
        for part in &manifest.parts {
            let bytes = block(async { link.find(&routes::part(part.hash)).await })?.unwrap_or_default();
            let inflated = if bytes.len() > part.longest() { None } else { part.unpack(&bytes).ok() };
            let inflated = inflated.ok_or(LogFault::Part { part: part.hash })?;
            plain.push((part.hash, inflated));
            packed.push(ByteVec::from(bytes));
        }
        self.store.replace_bundle(manifest.version, &bytes, &plain)?;
        self.store.set_setting(PUBLISHED, &Hash::of(&bytes).0)?;
        let published = cbor::encode(&(ByteVec::from(bytes), packed));
        keys::write_private(&self.folder.join("publish/bundle.cbor"), &published)
    }

    /// Whether what was built here last was never published, and the server has a bundle that is no step on the way to it.
    fn is_superseded_by(&self, servers: &[u8]) -> Result<bool, DeskError> {
        let latest = self.store.manifest()?.map(|b| Hash::of(&b));
        let published = self.store.setting(PUBLISHED)?;
        let own = published.as_deref() == latest.as_ref().map(|h| &h.0[..]);
        Ok(!own && self.store.bundle(Hash::of(servers))?.is_none())
    }
}

/// The hash of each table that is published, by its file.
pub(crate) fn hashes<'p>(parts: impl IntoIterator<Item = &'p BundlePart>) -> BTreeMap<String, Hash> {
    let file = |part: &BundlePart| match part.kind {
        PartKind::Mission => "mission.json".to_owned(),
        PartKind::Places => "places.csv".to_owned(),
        PartKind::Checklist => format!("checklists/{}", part.name),
    };
    parts.into_iter().map(|part| (file(part), part.hash)).collect()
}

/// Whether an envelope tells of the register.
pub(crate) fn is_register(envelope: &crate::store::PulledEnvelope) -> bool {
    envelope.plain.as_ref().is_ok_and(|o| o.kind == ObjectType::Register)
}
