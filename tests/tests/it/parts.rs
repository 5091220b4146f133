//! Parts of the desk, made without a desk: each works with what it names and nothing else.

use crate::it::support::one_report;
use baqylau_desk::DeskError;
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::evaluation::ReportReader;
use baqylau_desk::export::Exports;
use baqylau_desk::faults::NotHere;
use baqylau_desk::index::report_table::ReportTable;
use baqylau_desk::log::heads::SignedHeads;
use baqylau_desk::log::proof::Prover;
use baqylau_desk::people::decisions::Decisions;
use baqylau_desk::records::identity::OwnDevice;
use baqylau_desk::store::{DeskStore, KnownDevice, LogObject, MissionTrust, PageContents, VerifiedStore};
use baqylau_desk::workspace::keys::{DeskSecrets, ReadingSeed};
use baqylau_desk::workspace::{BundleBuilder, RootHolders, Workspace};
use baqylau_protocol::certificate::Role;
use baqylau_protocol::ids::{DeviceId, Hash, MissionRoot, SubjectId};
use baqylau_protocol::keys::{ReadingSecret, SigningKey};
use baqylau_protocol::standing::Standing;
use baqylau_tests::{PASSPHRASE, now, tables};
use std::cell::RefCell;
use std::sync::Arc;

/// A store of nothing but one device.
fn store_with_a_device(folder: &tempfile::TempDir) -> (DeskStore, DeviceId) {
    let store = DeskStore::open(&folder.path().join("desk.db"), &[7; 32]).expect("a store");
    let bytes = b"an enrolment".to_vec();
    let hash = Hash::of(&bytes);
    let device = KnownDevice {
        device: DeviceId::of(hash),
        index: 0,
        hash,
        subject: SubjectId([1; 16]),
        role: Role::Observer,
        issuer: SigningKey::generate().public(),
        key: SigningKey::generate().public(),
        shared: ([0; 32], hash),
        in_time: true,
        invite: SigningKey::generate().public(),
        replaces: None,
        box_key: [0; 32],
        received: 1,
    };
    let found = PageContents { devices: std::slice::from_ref(&device), ..PageContents::default() };
    store.add_page(0, &[LogObject { received: 1, hash, bytes }], found, &[]).expect("kept");
    (store, device.device)
}

#[test]
fn decisions_are_signed_with_a_store_and_the_keys_of_a_device() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, device) = store_with_a_device(&folder);
    let servers = ["https://mission.example:8443".to_owned()];
    let mission = folder.path().join("mission");
    let (workspace, keys) =
        Workspace::make(&mission, &tables("kazakhstan-2023"), &servers, PASSPHRASE, &RootHolders::default())
            .expect("a mission");
    let trust = MissionTrust { root: MissionRoot::from_hex(&workspace.settings.root).expect("a key") };
    let known = VerifiedStore { store: &store, trust: &trust };
    let secrets = DeskSecrets::of(&keys).expect("keys");
    let decisions = Decisions { own: OwnDevice { known, secrets: &secrets } };
    assert!(matches!(decisions.confirm(device, now()), Err(DeskError::NoBundle)), "nobody may say anything yet");
    BundleBuilder { workspace: &workspace, known, secrets: &secrets }.build(PASSPHRASE, now(), 30).expect("a bundle");
    let stranger = DeviceId([9; 16]);
    let refused = decisions.confirm(stranger, now()).expect_err("nobody enrolled it");
    assert!(matches!(refused, DeskError::NotHere(NotHere::Device { device }) if device == stranger), "{refused}");
    decisions.confirm(device, now()).expect("confirmed");
    decisions.confirm(device, now()).expect("nothing changes");
    let standing = || {
        let held = known.standings().expect("reads").of(device).expect("decided").decision.standing;
        (store.own_decisions().expect("reads").len(), held)
    };
    assert_eq!(standing(), (1, Standing::Confirmed));
    decisions.revoke(device, None, now()).expect("revoked");
    assert_eq!(standing(), (2, Standing::Revoked));
    assert!(matches!(decisions.confirm(device, now()), Err(DeskError::Revoked { .. })));
    // A desk that the root does not list decides nothing.
    let elsewhere = folder.path().join("elsewhere");
    let (_, other) =
        Workspace::make(&elsewhere, &tables("kazakhstan-2023"), &servers, PASSPHRASE, &RootHolders::default())
            .expect("a mission");
    let other = DeskSecrets::of(&other).expect("keys");
    let rogue = Decisions { own: OwnDevice { known, secrets: &other } };
    assert!(matches!(rogue.contest(device, now()), Err(DeskError::Unlisted)));
    // Whoever trusts another root takes none of it.
    let elsewhere = MissionTrust { root: SigningKey::generate().public().into() };
    assert!(VerifiedStore { store: &store, trust: &elsewhere }.standings().is_err());
}

#[test]
fn a_folder_is_made_and_bundles_are_built_without_a_network() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = folder.path().join("mission");
    let servers = ["https://mission.example:8443".to_owned()];
    let (workspace, keys) =
        Workspace::make(&mission, &tables("kazakhstan-2023"), &servers, PASSPHRASE, &RootHolders::default())
            .expect("a mission");
    assert!(!workspace.store().exists(), "no database yet");
    let opened = Workspace::open(&mission).expect("opens");
    assert_eq!((&opened.folder, &opened.settings), (&workspace.folder, &workspace.settings));
    assert!(matches!(workspace.keys("another one"), Err(DeskError::Passphrase { .. })));
    assert_eq!(workspace.keys(PASSPHRASE).expect("opens").issuers, keys.issuers);
    assert!(matches!(workspace.published(), Err(DeskError::File { .. })), "nothing was built");
    let store = DeskStore::open(&folder.path().join("elsewhere.db"), &keys.database).expect("a store");
    let secrets = DeskSecrets::of(&keys).expect("keys");
    let root = MissionRoot::from_hex(&workspace.settings.root).expect("a key");
    let trust = MissionTrust { root };
    let known = VerifiedStore { store: &store, trust: &trust };
    let own = OwnDevice { known, secrets: &secrets };
    assert!(own.letters().expect("reads").is_empty());
    let builder = BundleBuilder { workspace: &workspace, known, secrets: &secrets };
    let versions = [0, 1].map(|_| builder.build(PASSPHRASE, now(), 30).expect("a bundle").version);
    assert_eq!(versions, [1, 2]);
    assert_eq!(known.manifest().expect("verifies").version, 2);
    assert!(workspace.published().expect("the last").len() > 1_000);
}

#[test]
fn reports_are_read_counted_exported_and_proven_without_a_desk() {
    let (world, _phone, hash) = one_report();
    let workspace = world.desk.workspace.clone();
    let mission = world.desk.mission();
    let keys = workspace.keys(PASSPHRASE).expect("opens");
    let root = MissionRoot::from_hex(&workspace.settings.root).expect("a key");
    let store = DeskStore::open(&workspace.store(), &keys.database).expect("opens");
    let trust = MissionTrust { root };
    assert_eq!(trust.mission(), mission);
    let known = VerifiedStore { store: &store, trust: &trust };
    // No secret so far: what phones sealed was opened by the pull.
    let tables = Arc::new(workspace.tables().expect("tables"));
    let table = ReportTable::read(&tables, known, None, AnswerBasis::Effective).expect("a table");
    assert_eq!(table.rows.iter().map(|row| row.status.name()).collect::<Vec<_>>(), ["counted"]);
    let forms = RefCell::default();
    let (said, _) = ReportReader { known, forms: &forms }.read(hash).expect("a report");
    assert_eq!(said.incomplete.as_deref(), Some("one"));
    let rows: Vec<_> = table.rows.iter().collect();
    let packed = Exports { known }.archive(&tables, &rows, 0, AnswerBasis::Effective).expect("packed");
    assert!(packed.starts_with(b"PK"));
    // The proof opens the bytes again, and so needs the reading key: the mission's, and no other.
    let heads = SignedHeads { workspace: &workspace, known };
    let secrets = DeskSecrets::of(&keys).expect("keys");
    let proof = Prover { heads, secrets: &secrets }.prove(hash).expect("proven");
    assert_eq!(proof.head.0, heads.last().expect("reads").expect("a head").0);
    let mut other = workspace.keys(PASSPHRASE).expect("opens");
    other.reading = vec![ReadingSeed::of(&ReadingSecret::generate(1))];
    let other = DeskSecrets::of(&other).expect("keys");
    assert!(matches!(Prover { heads, secrets: &other }.prove(hash), Err(DeskError::Log(_))));
}
