//! Two that publish at once: one is first, and the other is told.

use crate::it::support::{Device, Mission, NOW, code, index};
use baqylau_http::reqwest::StatusCode;
use baqylau_protocol::authority::{DeskTerm, IssuerTerm};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::envelope::Blob;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::routes;
use baqylau_protocol::seal::SharedKey;
use baqylau_protocol::standing::{Standing, StandingDecision};
use baqylau_protocol::wire::{RefusalCode, Verdict};
use minicbor::bytes::ByteVec;

const ROUNDS: u64 = 200;
const MULTI: &str = "one is taken, and one is told that it lost";

fn winner<'a>(answers: (StatusCode, StatusCode), one: &'a [u8], two: &'a [u8]) -> &'a [u8] {
    match answers {
        (StatusCode::NO_CONTENT, StatusCode::CONFLICT) => one,
        (StatusCode::CONFLICT, StatusCode::NO_CONTENT) => two,
        other => panic!("{MULTI}: {other:?}"),
    }
}

/// Two desks decide at once: both are in the log, and the strictest holds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_revocations_at_once_the_strictest_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    let second = mission.device(Role::Desk, NOW + 1);
    let first = mission.manifest(1, None);
    let mut next = mission.manifest(2, Some(Hash::of(&first.sign(&mission.root))));
    next.desks.push(DeskTerm { device: second.id(), from: 0, until: None });
    assert_eq!(mission.publish(&next).await, StatusCode::NO_CONTENT);
    mission.send(vec![mission.desk.enrolment.clone(), second.enrolment.clone()]).await;
    for round in 0..50 {
        let device = mission.device(Role::Observer, NOW + 1);
        let envelopes: Vec<_> = (1..=3).map(|seq| mission.envelope(&device, seq)).collect();
        mission.send(vec![device.enrolment.clone(), envelopes[0].clone()]).await;
        let by = |desk, good_seq| mission.send(vec![mission.decision(desk, revoked(&device, good_seq))]);
        let (one, two) = tokio::join!(by(&mission.desk, 1), by(&second, 2));
        assert_eq!((code(&one[0]), code(&two[0])), (None, None), "round {round}: both are logged");
        let late = mission.send(envelopes.clone()).await;
        let codes: Vec<_> = late.iter().map(code).collect();
        assert_eq!(codes, [None, Some(RefusalCode::Revoked), Some(RefusalCode::Revoked)], "round {round}");
    }
}

/// What desks decided is read from the log again when the server starts, and judged again when the root says something else.
#[tokio::test]
async fn decisions_hold_after_a_restart_and_go_with_their_desk() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut mission = Mission::start(folder.path()).await;
    let rogue = mission.device(Role::Desk, NOW + 1);
    let device = mission.device(Role::Observer, NOW + 1);
    let objects = vec![mission.desk.enrolment.clone(), rogue.enrolment.clone(), device.enrolment.clone()];
    mission.send(objects).await;
    let refused = mission.send(vec![mission.decision(&rogue, revoked(&device, 0))]).await;
    assert_eq!(code(&refused[0]), Some(RefusalCode::Revoked), "the root does not list it");
    let forged = mission.decision(&Device { key: SigningKey::generate(), ..clone(&mission.desk) }, revoked(&device, 0));
    assert_eq!(code(&mission.send(vec![forged]).await[0]), Some(RefusalCode::Signature));
    let decided = mission.decision(&mission.desk, revoked(&device, 1));
    let first = mission.send(vec![decided.clone()]).await;
    assert_eq!((index(&first[0]), index(&mission.send(vec![decided]).await[0])), (3, 3), "the same again");
    let envelopes = [1, 2].map(|seq| mission.envelope(&device, seq)).to_vec();
    let codes = async |mission: &Mission| mission.send(envelopes.clone()).await.iter().map(code).collect::<Vec<_>>();
    assert_eq!(codes(&mission).await, [None, Some(RefusalCode::Revoked)]);
    mission.running.take().expect("runs").stop().await;
    mission.open(folder.path()).await;
    assert_eq!(codes(&mission).await, [None, Some(RefusalCode::Revoked)], "after a restart");
    let before = mission.manifest(1, None);
    let mut next = mission.manifest(2, Some(Hash::of(&before.sign(&mission.root))));
    next.desks[0].until = Some(3);
    assert_eq!(mission.publish(&next).await, StatusCode::NO_CONTENT);
    assert_eq!(codes(&mission).await, [None, None], "the desk had been stolen when it decided");
    let late = mission.send(vec![mission.decision(&mission.desk, revoked(&device, 2))]).await;
    assert_eq!(code(&late[0]), Some(RefusalCode::Revoked), "it was ended");
}

fn clone(device: &Device) -> Device {
    let shared = device.shared.to_parts();
    let shared = SharedKey::from_parts(*shared.0, shared.1);
    Device { enrolment: device.enrolment.clone(), key: SigningKey::from_seed(*device.key.seed()), shared }
}

fn revoked(device: &Device, good_seq: u64) -> StandingDecision {
    StandingDecision { good_seq, ..StandingDecision::new(device.id(), Standing::Revoked) }
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

/// A revocation and an envelope at once: whatever is logged behind it, nothing of the device is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_device_is_logged_after_its_revocation() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    mission.send(vec![mission.desk.enrolment.clone()]).await;
    for _ in 0..50 {
        let device = mission.device(Role::Observer, NOW + 1);
        mission.send(vec![device.enrolment.clone()]).await;
        let decided = mission.decision(&mission.desk, revoked(&device, 0));
        let (sent, decided) =
            tokio::join!(mission.send(vec![mission.envelope(&device, 1)]), mission.send(vec![decided.clone()]));
        assert_eq!(code(&decided[0]), None);
        let refused = |v: &Verdict| matches!(v, Verdict::Refused(r) if r.code == RefusalCode::Revoked);
        assert!(matches!(sent[0], Verdict::Stored(_)) || refused(&sent[0]), "{sent:?}");
        let late = mission.send(vec![mission.envelope(&device, 2)]).await;
        assert!(refused(&late[0]), "{late:?}");
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
        let issuers_now = vec![IssuerTerm { key: issuer, from: 0, until: None }];
        let manifest = Manifest { issuers: issuers_now, ..mission.manifest(version, Some(Hash::of(&last))) };
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
    let decided = mission.decision(&mission.desk, revoked(&device, 0));
    let first = mission.send(vec![mission.desk.enrolment.clone(), decided]).await;
    assert_eq!(first.iter().map(code).collect::<Vec<_>>(), [None, None]);
    let sent = mission.send(vec![device.enrolment.clone(), mission.envelope(&device, 1)]).await;
    assert_eq!(sent.iter().map(code).collect::<Vec<_>>(), [None, Some(RefusalCode::Revoked)]);
}
