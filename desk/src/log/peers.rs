//! Several desks of one mission come to the same picture: each has a folder and a device of its own, and they share the log. What
//! is not in the log for everybody, the bundle and the roster ([`crate::log::bundles`], [`crate::log::rosters`]), they take from the
//! server and verify; what only they may know, the register, they tell each other in sealed records.

use crate::adjudication::roster_index::{ChainLinks, RosterIndex};
use crate::error::DeskError;
use crate::files::FileFault;
use crate::people::rosters::Rosters;
use crate::records::identity::OwnDevice;
use crate::store::{DeskStore, PulledEnvelope, VerifiedStore};
use crate::workspace::Workspace;
use crate::workspace::keys::{self, DeskKeys};
use baqylau_protocol::cose::ObjectType;
use baqylau_report::Register;
use baqylau_sqlite::private;
use std::path::Path;

/// Makes the folder of another desk of a mission: with the mission's keys but the root's, and a device of its own. It pulls the log
/// itself. The passphrase is the same.
///
/// # Errors
/// There is a mission in that folder, or the disk refuses.
pub(crate) fn add_desk(
    workspace: &Workspace,
    own: OwnDevice<'_>,
    folder: &Path,
    passphrase: &str,
) -> Result<(), DeskError> {
    if folder.join("desk.json").exists() {
        return Err(DeskError::file(folder, FileFault::MissionHere));
    }
    let _proves_the_passphrase: DeskKeys = workspace.keys(passphrase)?;
    for inner in ["keys", "publish"] {
        private::folder(&folder.join(inner)).map_err(|e| DeskError::file(folder.join(inner), e))?;
    }
    let secrets = own.secrets.for_another();
    let other = Workspace { folder: folder.to_owned(), settings: workspace.settings.clone(), transport: None };
    keys::write(&folder.join("keys/desk.key"), passphrase, &secrets)?;
    keys::write_private(&other.bundle_file(), &workspace.published()?)?;
    let store = DeskStore::open(&other.store(), &secrets.database)?;
    own.known.store.begin_another(&store)?;
    // What it finds there, it did not decide itself.
    if let Some(roster) = store.roster()? {
        let known = VerifiedStore { store: &store, trust: own.known.trust };
        Rosters { known, issuer: &own.secrets.issuer }.note_published(&roster)?;
    }
    other.write_settings()
}

/// Signs what the other desks do not know of the register.
pub(crate) fn publish_register(own: OwnDevice<'_>, now: i64) -> Result<(), DeskError> {
    while let Some(register) = own.known.store.unpublished_register()? {
        own.sign_one(ObjectType::Register, &register.encode(), now)?;
        own.known.store.apply_register(&register)?;
    }
    Ok(())
}

/// Takes what other desks told of the register.
pub(crate) fn apply_register(known: VerifiedStore<'_>) -> Result<(), DeskError> {
    let devices = known.known_devices()?;
    let envelopes = known.store.envelopes()?;
    let links = ChainLinks::of(&envelopes);
    let roster = RosterIndex::new(known, &devices, &links)?;
    for envelope in envelopes.iter().filter(|e| roster.is_desk(e)) {
        if let Ok(opened) = &envelope.plain
            && opened.kind == ObjectType::Register
            && let Ok(register) = Register::decode(&opened.bytes)
        {
            known.store.apply_register(&register)?;
        }
    }
    Ok(())
}

/// Whether an envelope tells of the register.
pub(crate) fn is_register(envelope: &PulledEnvelope) -> bool {
    envelope.plain.as_ref().is_ok_and(|o| o.kind == ObjectType::Register)
}
