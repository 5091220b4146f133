//! The bundle: what phones get of the mission's tables, signed by the root.

use super::Workspace;
use super::keys::{self, DeskSecrets};
use crate::error::DeskError;
use crate::store::VerifiedStore;
use crate::tables::MissionTables;
use baqylau_forms::zone::DAY_MS;
use baqylau_protocol::bundle::{BundlePart, Manifest, PartKind};
use baqylau_protocol::ids::Hash;
use baqylau_protocol::keys::SigningKey;
use minicbor::bytes::ByteVec;
use serde::Serialize;

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
    /// Signs the next version of the bundle from the tables and lays it into `publish/`.
    ///
    /// # Errors
    /// The tables have faults, or the passphrase is wrong.
    pub fn build(&self, passphrase: &str, now: i64, days: u32) -> Result<Manifest, DeskError> {
        let tables = self.workspace.tables()?;
        let parts = parts(&tables)?;
        let seed: [u8; 32] = keys::read(&self.workspace.folder.join("keys/root.key"), passphrase)?;
        let root = SigningKey::from_seed(seed);
        let store = self.known.store;
        let before = store.manifest()?;
        let version = match &before {
            Some(bytes) => self.known.open_manifest(bytes)?.version + 1,
            None => 1,
        };
        let manifest = Manifest {
            v: baqylau_protocol::VERSION,
            mission: self.known.trust.mission(),
            version,
            prev: before.as_deref().map(Hash::of),
            issued: now,
            expires: now + i64::from(days) * DAY_MS,
            issuer: self.known.trust.issuer,
            receipt_keys: self.workspace.receipt_keys()?,
            tls_roots: self.workspace.tls_roots()?,
            reading: self.secrets.reading.public(),
            servers: self.workspace.settings.servers.clone(),
            parts: parts.iter().map(|p| p.0.clone()).collect(),
        };
        let bytes = manifest.sign(&root);
        let plain: Vec<(Hash, Vec<u8>)> = parts.iter().map(|(p, _, plain)| (p.hash, plain.clone())).collect();
        store.add_bundle(version, &bytes, &plain)?;
        store.set_people(&tables.people)?;
        let packed: Vec<ByteVec> = parts.into_iter().map(|(_, packed, _)| packed.into()).collect();
        let published = minicbor::to_vec((ByteVec::from(bytes), packed))
            .map_err(|e| DeskError::making("publish/bundle.cbor", e))?;
        keys::write_private(&self.workspace.bundle_file(), &published)?;
        Ok(manifest)
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
