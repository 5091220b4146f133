//! The bundle: what phones get of the mission's tables, signed by the root.

use super::keys::{self, DeskSecrets};
use super::{WaitingBundle, Workspace};
use crate::error::DeskError;
use crate::files::FileFault;
use crate::store::VerifiedStore;
use crate::tables::MissionTables;
use baqylau_forms::zone::DAY_MS;
use baqylau_protocol::authority::{DeskTerm, IssuerTerm, LogEpoch};
use baqylau_protocol::bundle::{BundleError, BundlePart, Manifest, PartKind};
use baqylau_protocol::ids::Hash;
use baqylau_protocol::keys::{ReadingSecret, SigningKey};
use baqylau_protocol::root::{JointManifest, RootError};
use baqylau_protocol::witnesses;
use minicbor::bytes::ByteVec;
use serde::Serialize;
use std::fs;
use std::io::ErrorKind;

/// For how long a mission's first manifest promises that the next one comes, in milliseconds.
const RENEWAL_MS: i64 = 14 * DAY_MS;

/// Builds bundles. Only this needs the root key, which lies under a passphrase of its own.
#[derive(Clone, Copy)]
pub struct BundleBuilder<'d> {
    /// Has the tables and the root key, and gets the bundle.
    pub workspace: &'d Workspace,
    /// Keeps every bundle that was built.
    pub known: VerifiedStore<'d>,
    /// Has the reading key that phones seal to.
    pub secrets: &'d DeskSecrets,
}

impl BundleBuilder<'_> {
    /// The root key, which lies under a passphrase of its own; of several, the one that is in this folder.
    ///
    /// # Errors
    /// It is not in this folder, or the passphrase is wrong; or a bundle waits for signatures, whose changes would be lost.
    pub(crate) fn root(&self, passphrase: &str) -> Result<SigningKey, DeskError> {
        if let Some(waits) = self.waiting()? {
            return Err(waits);
        }
        let path = self.workspace.folder.join("keys/root.key");
        if !path.exists() {
            return Err(DeskError::file(path, FileFault::NoRoot));
        }
        Ok(SigningKey::from_seed(keys::read(&path, passphrase)?))
    }

    /// Signs the next version of the bundle from the tables and lays it into `publish/`.
    ///
    /// # Errors
    /// The tables have faults, or the passphrase is wrong.
    pub fn build(&self, passphrase: &str, now: i64, days: u32) -> Result<Manifest, DeskError> {
        let tables = self.workspace.tables()?;
        let parts = parts(&tables)?;
        let root = self.root(passphrase)?;
        let before = self.before()?;
        let mut manifest = before.as_ref().map_or_else(|| self.first(now), |(manifest, _)| Ok(manifest.clone()))?;
        manifest.expires = now + i64::from(days) * DAY_MS;
        manifest.servers.clone_from(&self.workspace.settings.servers);
        (manifest.witnesses, manifest.cosignatures) = (tables.witnesses.clone(), tables.cosignatures);
        // Only the manifest has the keys of the mission's logs.
        witnesses::check(&manifest.witnesses, manifest.cosignatures, Some(&manifest.log))
            .map_err(|fault| DeskError::Source { faults: vec![format!("mission.json: witnesses: {fault}")] })?;
        manifest.parts = parts.iter().map(|p| p.0.clone()).collect();
        let plain: Vec<(Hash, Vec<u8>)> = parts.iter().map(|(p, _, plain)| (p.hash, plain.clone())).collect();
        let packed = parts.into_iter().map(|(_, packed, _)| packed.into()).collect();
        let manifest = self.sign(&root, now, (manifest, before), (&plain, packed))?;
        self.known.store.set_people(&tables.people)?;
        Ok(manifest)
    }

    /// Signs the next version with the same tables and something else changed, and lays it into `publish/`.
    ///
    /// # Errors
    /// Nothing was built yet, or the database fails.
    pub(crate) fn amend(
        &self,
        root: &SigningKey,
        now: i64,
        change: impl FnOnce(&mut Manifest),
    ) -> Result<Manifest, DeskError> {
        let before = self.before()?.ok_or(DeskError::NoBundle)?;
        let mut manifest = before.0.clone();
        change(&mut manifest);
        let (_, packed) = self.workspace.published_parts()?;
        self.sign(root, now, (manifest, Some(before)), (&[], packed))
    }

    fn before(&self) -> Result<Option<(Manifest, Vec<u8>)>, DeskError> {
        let bytes = self.known.store.manifest()?;
        bytes.map(|bytes| Ok((self.known.open_manifest(&bytes)?, bytes))).transpose()
    }

    /// Who may sign what at first: this desk, its issuer, one log.
    fn first(&self, now: i64) -> Result<Manifest, DeskError> {
        let receipts = self.workspace.receipt_keys()?;
        let receipts = receipts.first().ok_or_else(|| self.workspace.damaged("receipt_keys"))?;
        Ok(Manifest {
            v: Manifest::VERSION,
            mission: self.known.trust.mission(),
            version: 0,
            prev: None,
            issued: now,
            expires: now,
            issuers: vec![IssuerTerm { key: self.secrets.issuer(None)?.public(), from: 0, until: None }],
            log: LogEpoch::first(*receipts),
            tls_roots: self.workspace.tls_roots()?,
            reading: self.secrets.reading.iter().map(ReadingSecret::public).collect(),
            servers: Vec::new(),
            parts: Vec::new(),
            desks: vec![DeskTerm { device: self.secrets.identity.device(), from: 0, until: None }],
            reinstated: Vec::new(),
            renew_by: now + RENEWAL_MS,
            readers: Vec::new(),
            witnesses: Vec::new(),
            cosignatures: 0,
        })
    }

    fn sign(
        &self,
        root: &SigningKey,
        now: i64,
        (mut manifest, before): (Manifest, Option<(Manifest, Vec<u8>)>),
        (plain, packed): (&[(Hash, Vec<u8>)], Vec<ByteVec>),
    ) -> Result<Manifest, DeskError> {
        manifest.version = before.as_ref().map_or(1, |(before, _)| before.version + 1);
        manifest.prev = before.as_ref().map(|(_, bytes)| Manifest::hash(bytes));
        // As long as the one before promised, unless it was changed.
        let promised = manifest.renew_by - manifest.issued;
        (manifest.issued, manifest.renew_by) = (now, now + promised);
        if let Some(statement) = self.workspace.root_statement()? {
            let mut joint = JointManifest::propose(&manifest, &statement);
            joint.sign(root).map_err(|e| DeskError::damaged(self.workspace.folder.join("keys/root.key"), e))?;
            let waiting = WaitingBundle::new(joint, packed, before.map(|(_, bytes)| bytes));
            keys::write_private(&self.workspace.waiting_file(), &waiting.encode())?;
            // Of one signature, nobody else has to be asked.
            return if statement.needed() == 1 { self.take_waiting(&waiting) } else { Ok(manifest) };
        }
        self.keep(&manifest, manifest.sign(root), (plain, &packed))?;
        Ok(manifest)
    }

    fn keep(
        &self,
        manifest: &Manifest,
        signed: Vec<u8>,
        (plain, packed): (&[(Hash, Vec<u8>)], &[ByteVec]),
    ) -> Result<(), DeskError> {
        self.known.store.add_bundle(manifest.version, &signed, plain)?;
        let published = minicbor::to_vec((ByteVec::from(signed), packed))
            .map_err(|e| DeskError::making("publish/bundle.cbor", e))?;
        keys::write_private(&self.workspace.bundle_file(), &published)
    }

    /// Why nothing else can be signed: a bundle waits for signatures that would follow the one that is here.
    fn waiting(&self) -> Result<Option<DeskError>, DeskError> {
        let Some(waiting) = self.workspace.waiting_bundle()? else { return Ok(None) };
        let path = self.workspace.waiting_file();
        let unfit = |e: String| DeskError::damaged(&path, e);
        let version = waiting.manifest().map_err(|e| unfit(e.to_string()))?.version;
        let (signed, needed) = waiting.signatures().map_err(|e| unfit(e.to_string()))?;
        let known = self.before()?.map_or(0, |(manifest, _)| manifest.version);
        Ok((version > known).then(|| DeskError::BundleWaits { path: path.clone(), version, signed, needed }))
    }

    /// Takes a bundle that enough holders of the root signed, and lays it into `publish/`. Taking it again changes nothing.
    ///
    /// # Errors
    /// Too few signed it, it is of another mission or damaged, or another bundle came since it was proposed.
    pub(crate) fn take_waiting(&self, waiting: &WaitingBundle) -> Result<Manifest, DeskError> {
        let path = self.workspace.waiting_file();
        let damaged = |e: BundleError| DeskError::unless_newer(e, |e| DeskError::damaged(&path, e));
        let (signed, packed) = waiting.signed();
        let manifest = match self.known.trust.manifest(&signed) {
            Err(BundleError::Root(RootError::Count { found, needed })) => {
                let version = waiting.manifest().map_err(damaged)?.version;
                return Err(DeskError::BundleWaits { path, version, signed: found, needed });
            }
            opened => opened.map_err(damaged)?,
        };
        let before = self.before()?;
        if let Some((known, bytes)) = &before
            && manifest.succeeds(&signed, known, bytes).is_err()
        {
            return Err(DeskError::WaitingBundleOld { path, version: manifest.version, known: known.version });
        }
        if before.is_none_or(|(known, _)| known.version < manifest.version) {
            let plain = manifest.parts.iter().zip(packed).map(|(part, packed)| Ok((part.hash, part.unpack(packed)?)));
            let plain = plain.collect::<Result<Vec<_>, BundleError>>().map_err(damaged)?;
            self.keep(&manifest, signed, (&plain, packed))?;
        }
        match fs::remove_file(&path) {
            Err(e) if e.kind() != ErrorKind::NotFound => Err(DeskError::file(path, e)),
            Ok(()) | Err(_) => Ok(manifest),
        }
    }
}

/// Mission, places and checklists, each packed. Tables that only the desk reads stay here.
pub(crate) fn parts(tables: &MissionTables) -> Result<Vec<PackedPart>, DeskError> {
    let mut parts = vec![
        part(PartKind::Mission, "mission", &tables.mission)?,
        part(PartKind::Places, "places", tables.places.table())?,
    ];
    for definition in &tables.checklists {
        parts.push(part(PartKind::Checklist, &definition.id, definition)?);
    }
    Ok(parts)
}

type PackedPart = (BundlePart, Vec<u8>, Vec<u8>);

fn part<T: Serialize>(kind: PartKind, name: &str, value: &T) -> Result<PackedPart, DeskError> {
    let bytes = serde_json::to_vec(value).map_err(|e| DeskError::making(name, e))?;
    let (part, packed) = BundlePart::pack(kind, name, &bytes);
    Ok((part, packed, bytes))
}
