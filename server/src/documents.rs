//! What is published, and what follows from it for the log, as the storage has both when the server begins. What does not verify is told
//! in the server's own log, and keeps nothing else from being served.

use crate::accept::DeviceState;
use crate::sequencer::{LogState, read, write};
use crate::storage::{LogError, Storage};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cose::{self, ObjectType};
use baqylau_protocol::enrolment::Enrolled;
use baqylau_protocol::ids::{DeviceId, MissionId, MissionRoot, PublicKey};
use baqylau_protocol::standing::{StandingRecord, Standings};
use std::collections::HashMap;
use std::sync::Arc;

/// Loads what is published, and the devices that it lets in. A bundle that does not verify any more is served to nobody: the server waits
/// for one as if none had been published, and everything else goes on.
pub(crate) fn load_documents(
    storage: &mut dyn Storage,
    whose: &ServerIdentity,
    log: &LogState,
) -> Result<(), LogError> {
    let Some(bytes) = storage.manifest(whose.mission())? else { return Ok(()) };
    let manifest = match Manifest::open(&bytes, whose.root) {
        Ok(manifest) => manifest,
        Err(cause) => {
            tracing::error!(%cause, "the published bundle does not verify: nothing is taken in until one is published again");
            return Ok(());
        }
    };
    match whose.keeps(&manifest, log) {
        Ok(()) => apply_manifest(storage, manifest, bytes, log, None),
        Err(cause) => {
            tracing::error!(%cause, "this log is not the mission's: nothing is taken in");
            Ok(())
        }
    }
}

/// Whose log a server keeps, and under which key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ServerIdentity {
    /// Names the mission.
    pub root: MissionRoot,
    /// Signs heads.
    pub receipts: PublicKey,
}

/// Why a server's log is not the one that a manifest means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OtherLog {
    /// Another key signs the heads of the mission's log.
    #[error("the bundle names another receipt key than this server has: another server keeps the mission's log by now")]
    Key,
    /// The log does not begin with what the desks vouch for.
    #[error(
        "the first {size} objects here are not those that the desks vouch for: begin the log again with theirs (`baqylau new-log`)"
    )]
    Beginning {
        /// How many they vouch for.
        size: u64,
    },
}

impl ServerIdentity {
    pub(crate) fn mission(&self) -> MissionId {
        MissionId::of(self.root)
    }

    /// Whether the log here is the one that a manifest means.
    pub(crate) fn keeps(&self, manifest: &Manifest, log: &LogState) -> Result<(), OtherLog> {
        if manifest.log.key != self.receipts {
            return Err(OtherLog::Key);
        }
        let vouched = manifest.log.before.last();
        match vouched.filter(|head| read(&log.tree).root_at(head.size) != Some(head.root)) {
            Some(head) => Err(OtherLog::Beginning { size: head.size }),
            None => Ok(()),
        }
    }
}

/// Reads standings anew from the log, and devices where they are not kept: who may enrol and who speaks as a desk is for the manifest to say.
/// To verify all enrolments again would keep everybody waiting; only other issuers call for it.
pub(crate) fn apply_manifest(
    storage: &mut dyn Storage,
    manifest: Manifest,
    bytes: Vec<u8>,
    log: &LogState,
    kept: Option<HashMap<DeviceId, DeviceState>>,
) -> Result<(), LogError> {
    let (keep, mut devices) = (kept.is_some(), kept.unwrap_or_default());
    let mut standings = Standings::default();
    storage.unsealed(manifest.mission, &mut |place, object| {
        if cose::is(ObjectType::Standing, object) {
            fold(&mut standings, &devices, &manifest, (place, object));
        } else if !keep {
            enrol(&mut devices, &manifest, (place, object));
        }
    })?;
    *write(&log.devices) = devices;
    *write(&log.standings) = standings;
    *write(&log.manifest) = Some(Arc::new((manifest, bytes)));
    Ok(())
}

fn enrol(devices: &mut HashMap<DeviceId, DeviceState>, manifest: &Manifest, (place, object): (u64, &[u8])) {
    match Enrolled::open(object, &manifest.issuers_at(place), manifest.mission) {
        Ok(e) => {
            let device = DeviceState { key: e.enrolment.device_key, subject: e.subject, role: e.role };
            devices.insert(e.device, device);
        }
        Err(e) => tracing::error!(place, error = %e, "an enrolment of the log does not verify; its phone enrols again"),
    }
}

fn fold(
    standings: &mut Standings,
    devices: &HashMap<DeviceId, DeviceState>,
    manifest: &Manifest,
    (place, object): (u64, &[u8]),
) {
    let desk = StandingRecord::untrusted(object, manifest.mission).ok().and_then(|r| devices.get(&r.desk));
    match desk.map(|desk| StandingRecord::open(object, &desk.key, manifest.mission)) {
        Some(Ok(record)) => drop(standings.apply(place, &record, manifest)),
        Some(Err(e)) => {
            tracing::error!(place, error = %e, "a record of the log does not verify; let a desk hand everything back");
        }
        None => tracing::error!(place, "a record of the log is by nobody who is enrolled"),
    }
}
