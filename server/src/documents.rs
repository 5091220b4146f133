//! What is published, as the storage has it when the server begins. What does not verify is logged, and keeps nothing else from being
//! served.

use crate::accept::DeviceState;
use crate::sequencer::{LogState, write};
use crate::storage::{Cause, LogError, Storage, StoredDocument};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::cose::{ObjectType, Unverified};
use baqylau_protocol::enrolment::Enrolled;
use baqylau_protocol::ids::{DeviceId, MissionId, PublicKey};
use baqylau_protocol::roster::{Roster, Standing};
use std::collections::HashMap;
use std::sync::Arc;

/// Loads what is published, and the devices that it lets in. A bundle that does not verify any more is served to nobody: the server waits
/// for one as if none had been published, and everything else goes on.
pub(crate) fn load_documents(
    storage: &mut dyn Storage,
    mission: MissionId,
    root: &PublicKey,
    log: &LogState,
) -> Result<(), LogError> {
    let Some(bytes) = storage.document(mission, StoredDocument::Manifest)? else { return Ok(()) };
    let manifest = match Manifest::open(&bytes, root) {
        Ok(manifest) => manifest,
        Err(cause) => {
            tracing::error!(%cause, "the published bundle does not verify: nothing is taken in until one is published again");
            return Ok(());
        }
    };
    let mut devices = HashMap::new();
    for object in storage.enrolments(mission)? {
        match Enrolled::open(&object, &manifest.issuer, mission) {
            Ok(e) => {
                let device =
                    DeviceState { key: e.enrolment.device_key, subject: e.subject, role: e.role, roster: None };
                devices.insert(e.device, device);
            }
            Err(e) => tracing::error!(error = %e, "an enrolment of the log does not verify; its phone enrols again"),
        }
    }
    let roster = match storage.document(mission, StoredDocument::Roster)? {
        Some(bytes) => load_roster(bytes, &manifest.issuer, mission, &mut devices)?,
        None => None,
    };
    *write(&log.devices) = devices;
    *write(&log.roster) = roster;
    *write(&log.manifest) = Some(Arc::new((manifest, bytes)));
    Ok(())
}

/// Applies the roster, and gives it where the issuer signed it. One that another issuer signed, or that is damaged, is handed out to
/// nobody; whom it stops stays stopped, and it confirms nobody.
fn load_roster(
    bytes: Vec<u8>,
    issuer: &PublicKey,
    mission: MissionId,
    devices: &mut HashMap<DeviceId, DeviceState>,
) -> Result<Option<(Roster, Vec<u8>)>, LogError> {
    let cause = match Roster::open(&bytes, issuer, mission) {
        Ok(roster) => {
            apply_roster(devices, &roster);
            return Ok(Some((roster, bytes)));
        }
        Err(cause) => cause,
    };
    // Taken for none, it would let revoked phones in.
    let damaged = |cause: Cause| LogError::Damaged { table: "document", row: "roster".into(), cause: Some(cause) };
    let unsigned = Unverified::parse(ObjectType::Roster, &bytes).map_err(|e| damaged(e.into()))?;
    let mut roster: Roster = cbor::decode(unsigned.untrusted(), "roster").map_err(|e| damaged(e.into()))?;
    tracing::error!(%cause, "the published roster does not verify: whom it stops stays stopped until a desk publishes one again");
    roster.devices.retain(|entry| entry.standing != Standing::Confirmed);
    apply_roster(devices, &roster);
    Ok(None)
}

pub(crate) fn apply_roster(devices: &mut HashMap<DeviceId, DeviceState>, roster: &Roster) {
    for entry in &roster.devices {
        if let Some(device) = devices.get_mut(&entry.device) {
            device.roster = Some(entry.clone());
        }
    }
}
