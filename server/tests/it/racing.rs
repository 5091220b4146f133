//! Two that publish at once: one is first, and the other is told.

use crate::it::support::{Mission, NOW, code, index};
use baqylau_http::reqwest::StatusCode;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::envelope::Blob;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::roster::{Roster, RosterEntry, Standing};
use baqylau_protocol::routes;
use baqylau_protocol::wire::{RefusalCode, Verdict};
use minicbor::bytes::ByteVec;

const ROUNDS: u64 = 200;
const MULTI: &str = "one is taken, and one is told that it lost";

fn roster(mission: &Mission, version: u64, prev: Option<Hash>, device: u8) -> Vec<u8> {
    let device = DeviceId([device; 16]);
    let devices = vec![RosterEntry::new(device, Standing::Revoked)];
    Roster { v: 1, mission: mission.id(), version, prev, devices }.sign(&mission.issuer)
}

fn winner<'a>(answers: (StatusCode, StatusCode), one: &'a [u8], two: &'a [u8]) -> &'a [u8] {
    match answers {
        (StatusCode::NO_CONTENT, StatusCode::CONFLICT) => one,
        (StatusCode::CONFLICT, StatusCode::NO_CONTENT) => two,
        other => panic!("{MULTI}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_rosters_at_once_one_is_told_that_it_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    let mut last: Option<Vec<u8>> = None;
    for version in 1..=ROUNDS {
        let prev = last.as_deref().map(Hash::of);
        let (one, two) = (roster(&mission, version, prev, 1), roster(&mission, version, prev, 2));
        let post = |bytes: &Vec<u8>| mission.post("/v1/roster", bytes.clone());
        let (first, second) = tokio::join!(post(&one), post(&two));
        last = Some(winner((first.0, second.0), &one, &two).to_vec());
    }
    // What is published is the one that was taken: only its successor passes.
    let prev = last.as_deref().map(Hash::of);
    let next = roster(&mission, ROUNDS + 1, prev, 3);
    assert_eq!(mission.post("/v1/roster", next).await.0, StatusCode::NO_CONTENT);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_bundles_at_once_one_is_told_that_it_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    let mut last = mission.manifest(1, None).sign(&mission.root);
    for version in 2..=ROUNDS {
        let signed = |expires| {
            let manifest = mission.manifest(version, Some(Hash::of(&last)));
            Manifest { expires, ..manifest }.sign(&mission.root)
        };
        let (one, two) = (signed(NOW + 1), signed(NOW + 2));
        let post = |manifest: &Vec<u8>| {
            let body = minicbor::to_vec((ByteVec::from(manifest.clone()), Vec::<ByteVec>::new())).expect("encodes");
            mission.post("/v1/bundle", body)
        };
        let (first, second) = tokio::join!(post(&one), post(&two));
        let won = winner((first.0, second.0), &one, &two).to_vec();
        last = won;
    }
}

/// A roster and an envelope at once: whatever is logged behind the roster, nothing of a revoked device is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_device_is_logged_after_its_revocation() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    let mut last: Option<Vec<u8>> = None;
    for version in 1..=50 {
        let device = mission.device(Role::Observer, NOW + 1);
        mission.send(vec![device.enrolment.clone()]).await;
        let id = DeviceId::of(Hash::of(&device.enrolment));
        let devices = vec![RosterEntry::new(id, Standing::Revoked)];
        let prev = last.as_deref().map(Hash::of);
        let signed = Roster { v: 1, mission: mission.id(), version, prev, devices }.sign(&mission.issuer);
        let (sent, published) =
            tokio::join!(mission.send(vec![mission.envelope(&device, 1)]), mission.post("/v1/roster", signed.clone()));
        assert_eq!(published.0, StatusCode::NO_CONTENT);
        let refused = |v: &Verdict| matches!(v, Verdict::Refused(r) if r.code == RefusalCode::Revoked);
        assert!(matches!(sent[0], Verdict::Stored(_)) || refused(&sent[0]), "{sent:?}");
        let late = mission.send(vec![mission.envelope(&device, 2)]).await;
        assert!(refused(&late[0]), "{late:?}");
        last = Some(signed);
    }
}

/// A permit that comes twice at once costs its author its bytes once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_twice_at_once_costs_quota_once() {
    const BURST: u64 = 2 << 30;
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    let device = mission.device(Role::Observer, NOW + 1);
    mission.send(vec![device.enrolment.clone()]).await;
    for seq in 1..=ROUNDS + 1 {
        let blobs = [Blob { hash: Hash::of(&seq.to_be_bytes()), length: BURST / ROUNDS }];
        let envelope = mission.envelope_with(&device, seq, &blobs);
        let (one, two) = tokio::join!(mission.send(vec![envelope.clone()]), mission.send(vec![envelope.clone()]));
        assert_eq!((index(&one[0]), index(&two[0])), (seq, seq), "both are receipted, as one");
        let (permit, [own, _]) = mission.permit(&device, &envelope, &blobs);
        let path = routes::blob_permit(device.id(), blobs[0].hash);
        let (one, two) = tokio::join!(mission.upload(&path, &own, &permit), mission.upload(&path, &own, &permit));
        let expected = if seq <= ROUNDS { StatusCode::OK } else { StatusCode::TOO_MANY_REQUESTS };
        assert_eq!((one.0, two.0), (expected, expected), "{seq}: once each, all the same");
    }
}

/// A new bundle that names another issuer, and an enrolment by the old one: none is logged behind the bundle.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_enrolment_of_another_issuer_is_logged_behind_the_bundle() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    let mut last = mission.manifest(1, None).sign(&mission.root);
    let issuers = [mission.issuer.public(), SigningKey::generate().public()];
    for version in 2..=ROUNDS {
        let issuer = issuers[usize::from(version % 2 == 0)];
        let manifest = Manifest { issuer, ..mission.manifest(version, Some(Hash::of(&last))) };
        last = manifest.sign(&mission.root);
        let body = minicbor::to_vec((ByteVec::from(last.clone()), Vec::<ByteVec>::new())).expect("encodes");
        let (early, late) = (mission.device(Role::Observer, NOW + 1), mission.device(Role::Observer, NOW + 1));
        let (sent, published) =
            tokio::join!(mission.send(vec![early.enrolment.clone()]), mission.post("/v1/bundle", body));
        assert_eq!(published.0, StatusCode::NO_CONTENT);
        let with_envelope = vec![late.enrolment.clone(), mission.envelope(&late, 1)];
        let after = mission.send(with_envelope).await;
        let mine = issuer == mission.issuer.public();
        assert!(after.iter().all(|v| code(v).is_none() == mine), "version {version}: {after:?}");
        assert!(matches!(sent[0], Verdict::Stored(_)) || code(&sent[0]).is_some(), "{sent:?}");
    }
}

/// An envelope goes into the log with its enrolment or behind it, never without.
#[tokio::test]
async fn an_envelope_whose_enrolment_is_revoked_before_it_comes_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    let device = mission.device(Role::Observer, NOW + 1);
    let id = DeviceId::of(Hash::of(&device.enrolment));
    let devices = vec![RosterEntry::new(id, Standing::Revoked)];
    let signed = Roster { v: 1, mission: mission.id(), version: 1, prev: None, devices }.sign(&mission.issuer);
    assert_eq!(mission.post("/v1/roster", signed).await.0, StatusCode::NO_CONTENT);
    let sent = mission.send(vec![device.enrolment.clone(), mission.envelope(&device, 1)]).await;
    assert_eq!(sent.iter().map(code).collect::<Vec<_>>(), [None, Some(RefusalCode::Revoked)]);
}
