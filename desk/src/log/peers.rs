//! Several desks of one mission come to the same picture: each has a folder and a device of its own, and they share the log. The bundle,
//! which is not in it ([`crate::log::bundles`]), they take from the server and verify; what only they may know, the register, they tell
//! each other in sealed records.

use crate::adjudication::standing_index::{ChainLinks, StandingIndex};
use crate::error::DeskError;
use crate::files::FileFault;
use crate::records::identity::OwnDevice;
use crate::store::{DeskStore, LogExtent, VerifiedStore};
use crate::workspace::keys::{self, DeskKeys, DeskKind};
use crate::workspace::{BundleBuilder, DeskSettings, Workspace};
use baqylau_protocol::authority::DeskTerm;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::DeviceId;
use baqylau_report::Register;
use baqylau_sqlite::private;
use std::path::Path;

/// Makes the folder of another desk of a mission: with the mission's keys but the root's, and a device of its own, which the root lists
/// from now on; a reader has no issuer's key. It pulls the log itself. The passphrase is the same.
///
/// # Errors
/// There is a mission in that folder, the root key is not here, or the disk refuses.
pub(crate) fn add_desk(
    builder: BundleBuilder<'_>,
    folder: &Path,
    kind: DeskKind,
    passphrase: &str,
    now: i64,
) -> Result<DeviceId, DeskError> {
    if folder.join("desk.json").exists() {
        return Err(DeskError::file(folder, FileFault::MissionHere));
    }
    let root = builder.root(passphrase)?;
    for inner in ["keys", "publish"] {
        private::folder(&folder.join(inner)).map_err(|e| DeskError::file(folder.join(inner), e))?;
    }
    let manifest = builder.known.manifest()?;
    // What a try that broke off had made is gone on with: the bundle may list it by now.
    let path = folder.join("keys/desk.key");
    let keys: DeskKeys = match path.exists() {
        true => keys::read(&path, passphrase)?,
        false => builder.secrets.for_another(&manifest, kind)?,
    };
    let settings = DeskSettings { proxy: None, ..builder.workspace.settings.clone() };
    let other = Workspace { folder: folder.to_owned(), settings, transport: None };
    keys::write(&path, passphrase, &keys)?;
    let store = DeskStore::open(&other.store(), &keys.database)?;
    let device = keys.identity.device();
    if !manifest.is_desk(device) && !manifest.may_read(device) {
        builder.amend(&root, now, |manifest| match kind {
            DeskKind::Signs => manifest.desks.push(DeskTerm { device, from: 0, until: None }),
            DeskKind::ReadsOnly => manifest.readers.push(device),
        })?;
    }
    builder.known.store.begin_another(&store)?;
    keys::write_private(&other.bundle_file(), &builder.workspace.published()?)?;
    // Last: a folder without it is none.
    other.write_settings()?;
    Ok(device)
}

/// Signs what the other desks do not know of the register.
pub(crate) fn publish_register(own: OwnDevice<'_>) -> Result<(), DeskError> {
    while let Some(register) = own.known.store.unpublished_register()? {
        own.sign_one(ObjectType::Register, &register.encode())?;
        own.known.store.apply_register(&register)?;
    }
    Ok(())
}

/// Takes what other desks told of the register.
pub(crate) fn apply_register(known: VerifiedStore<'_>) -> Result<(), DeskError> {
    let devices = known.known_devices()?;
    let envelopes = known.store.envelopes()?;
    let links = ChainLinks::of(&envelopes);
    let standings = StandingIndex::new(known, &devices, &links, LogExtent::Whole)?;
    for envelope in envelopes.iter().filter(|e| standings.is_desk(e)) {
        if let Ok(opened) = &envelope.plain
            && opened.kind == ObjectType::Register
            && let Ok(register) = Register::decode(&opened.bytes)
        {
            known.store.apply_register(&register)?;
        }
    }
    known.store.register_taken()
}
