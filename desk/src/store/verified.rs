//! What is signed and lies in the store, read with the keys that it is verified with.

use super::{DeskStore, KnownDevice, PulledEnvelope};
use crate::error::DeskError;
use crate::tables::MissionTables;
use baqylau_protocol::bundle::{BundleError, Manifest, PartKind};
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId, MissionRoot};
use baqylau_protocol::standing::{StandingRecord, Standings};
use baqylau_report::mission::Mission;
use minicbor::bytes::ByteVec;
use std::collections::HashMap;

/// What a mission's desk believes by itself: the root. Whatever another desk or the server hands over must lead to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissionTrust {
    /// Signs bundles, and in them names all who may sign anything else; its hash names the mission.
    pub root: MissionRoot,
}

impl MissionTrust {
    /// The mission that the root key names.
    #[must_use]
    pub fn mission(&self) -> MissionId {
        MissionId::of(self.root)
    }

    /// Opens a manifest.
    ///
    /// # Errors
    /// The root did not sign it, or it is of another mission.
    pub fn manifest(&self, bytes: &[u8]) -> Result<Manifest, BundleError> {
        Manifest::open(bytes, self.root)
    }
}

/// How much of the log is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogExtent {
    /// Everything that was pulled, and what this desk signed and the log does not have yet.
    Whole,
    /// The objects at places below this one, and nothing else.
    First(u64),
}

impl LogExtent {
    /// Whether it reaches beyond a place of the log.
    pub(crate) fn has(self, place: u64) -> bool {
        match self {
            Self::Whole => true,
            Self::First(size) => place < size,
        }
    }
}

/// A desk's store with the keys of its mission. It has no secrets and needs no folder: whoever reads reports needs no more.
#[derive(Clone, Copy)]
pub struct VerifiedStore<'d> {
    /// The database.
    pub store: &'d DeskStore,
    /// Another mission's root makes every manifest in it damaged.
    pub trust: &'d MissionTrust,
}

impl VerifiedStore<'_> {
    /// The current manifest.
    ///
    /// # Errors
    /// None was built yet ([`DeskError::NoBundle`]), it does not verify, or the database fails.
    pub fn manifest(&self) -> Result<Manifest, DeskError> {
        self.open_manifest(&self.store.manifest()?.ok_or(DeskError::NoBundle)?)
    }

    /// Opens a manifest that the store has.
    pub(crate) fn open_manifest(&self, bytes: &[u8]) -> Result<Manifest, DeskError> {
        let opened = self.trust.manifest(bytes);
        opened.map_err(|e| DeskError::unless_newer(e, |e| self.store.damaged(e)))
    }

    /// The current manifest; `None` before the first.
    pub(crate) fn latest_manifest(&self) -> Result<Option<Manifest>, DeskError> {
        self.store.manifest()?.map(|bytes| self.open_manifest(&bytes)).transpose()
    }

    /// The mission's settings as the root signed them last, JSON.
    ///
    /// # Errors
    /// No bundle was built, or its settings are damaged here.
    pub(crate) fn settings(&self) -> Result<Vec<u8>, DeskError> {
        let manifest = self.manifest()?;
        let part = manifest.parts.iter().find(|part| part.kind == PartKind::Mission);
        let bytes = part.map(|part| self.store.part(part.hash)).transpose()?.flatten();
        bytes.ok_or_else(|| self.store.damaged("the mission's settings"))
    }

    /// How many desks must sign the statement: as the root signed it last, or as the tables have it where no bundle can be read here.
    #[must_use]
    pub fn statement_signers(&self, tables: &MissionTables) -> usize {
        let signed = self.settings().ok().and_then(|json| serde_json::from_slice::<Mission>(&json).ok());
        signed.as_ref().unwrap_or(&tables.mission).statement_signers.max(1) as usize
    }

    /// The TLS roots of the bundle here, DER; `None` before there is one.
    pub(crate) fn tls_roots(&self) -> Result<Option<Vec<ByteVec>>, DeskError> {
        Ok(self.latest_manifest()?.map(|manifest| manifest.tls_roots))
    }

    /// What holds of devices: the records of the log in their order, and behind them what this desk signed and the log does not have yet.
    ///
    /// # Errors
    /// The manifest or a record does not read any more, or the database fails.
    pub fn standings(&self) -> Result<Standings, DeskError> {
        self.standings_within(LogExtent::Whole)
    }

    /// The same of a part of the log; of its beginning without what the log does not have yet.
    pub(crate) fn standings_within(&self, extent: LogExtent) -> Result<Standings, DeskError> {
        let mut standings = Standings::default();
        let Some(manifest) = self.latest_manifest()? else { return Ok(standings) };
        let open = |bytes: &[u8]| StandingRecord::untrusted(bytes, manifest.mission).map_err(|e| self.store.damaged(e));
        for (place, bytes) in self.store.decisions()?.into_iter().filter(|(place, _)| extent.has(*place)) {
            standings.apply(place, &open(&bytes)?, &manifest);
        }
        let own = match extent {
            LogExtent::Whole => self.store.own_decisions()?,
            LogExtent::First(_) => Vec::new(),
        };
        let end = self.store.cursor()?;
        for bytes in own {
            standings.apply(end, &open(&bytes)?, &manifest);
        }
        Ok(standings)
    }

    /// The devices that the log made known.
    pub(crate) fn known_devices(&self) -> Result<HashMap<DeviceId, KnownDevice>, DeskError> {
        Ok(self.store.devices()?.into_iter().map(|d| (d.device, d)).collect())
    }

    /// The envelope of a report that opened; `None` where there is none of this hash, or where it holds something else.
    pub(crate) fn opened_report(&self, report: Hash) -> Result<Option<PulledEnvelope>, DeskError> {
        let is_report = |e: &PulledEnvelope| e.plain.as_ref().is_ok_and(|o| o.kind == ObjectType::Report);
        Ok(self.store.envelope(report)?.filter(is_report))
    }

    /// The published bundles that are damaged here, by the hash of their manifests: exports have the columns of their checklists only
    /// where another version or a report has them too.
    ///
    /// # Errors
    /// The database fails.
    pub fn damaged_bundles(&self) -> Result<Vec<Hash>, DeskError> {
        let mut damaged = Vec::new();
        for (hash, manifest) in self.store.published_bundles()? {
            let whole = match self.open_manifest(&manifest) {
                Ok(manifest) => {
                    let parts = manifest.parts.iter().map(|part| self.store.part(part.hash));
                    parts.collect::<Result<Vec<_>, _>>().is_ok_and(|parts| parts.iter().all(Option::is_some))
                }
                Err(_) => false,
            };
            if !whole {
                damaged.push(hash);
            }
        }
        Ok(damaged)
    }
}
