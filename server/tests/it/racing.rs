//! Two that publish at once: one is first, and the other is told.

use crate::it::support::{Mission, NOW};
use baqylau_http::reqwest::StatusCode;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::roster::{Roster, RosterEntry, Standing};
use baqylau_protocol::wire::{RefusalCode, Verdict};
use minicbor::bytes::ByteVec;

const ROUNDS: u64 = 200;
const MULTI: &str = "one is taken, and one is told that it lost";

fn roster(mission: &Mission, version: u64, prev: Option<Hash>, device: u8) -> Vec<u8> {
    let device = DeviceId([device; 16]);
    let devices = vec![RosterEntry { device, standing: Standing::Revoked, good_seq: 0, good_hash: None }];
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
        let devices = vec![RosterEntry { device: id, standing: Standing::Revoked, good_seq: 0, good_hash: None }];
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
