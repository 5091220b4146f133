//! What the paths answer to bodies that are wrong.

use crate::it::support::{ASKS, MAX_ANSWER, Mission, NOW, code, index};
use baqylau_http::reqwest::StatusCode;
use baqylau_protocol::bundle::{BundlePart, Manifest, PartKind};
use baqylau_protocol::cbor;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::envelope::Blob;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::routes;
use baqylau_protocol::wire::{LogPage, ReadRequest, RefusalCode, Upload, Verdict};
use minicbor::bytes::ByteVec;
use std::path::PathBuf;

#[tokio::test]
async fn bodies_that_are_no_uploads_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    for body in [
        vec![],
        vec![0xff],
        vec![0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        vec![0x81, 0x01],
        b"<xml/>".to_vec(),
    ] {
        assert_eq!(mission.post("/v1/objects", body.clone()).await.0, StatusCode::BAD_REQUEST, "{body:?}");
    }
    let many = cbor::encode(&Upload { objects: vec![vec![1].into(); 300], known: None });
    assert_eq!(mission.post("/v1/objects", many).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(mission.post("/v1/objects", vec![0; 5 << 20]).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let verdicts = mission.send(vec![vec![], vec![0xd2; 1000], b"hello".to_vec()]).await;
    assert!(verdicts.iter().all(|v| code(v) == Some(RefusalCode::Malformed)), "{verdicts:?}");
}

#[tokio::test]
async fn objects_are_taken_in_by_their_own_signatures_and_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut mission = Mission::start(folder.path()).await;
    let device = mission.device(Role::Observer, NOW + 1);
    let (one, two) = (mission.envelope(&device, 1), mission.envelope(&device, 2));
    assert_eq!(code(&mission.send(vec![one.clone()]).await[0]), Some(RefusalCode::UnknownDevice));
    // An enrolment counts for what follows it in the same request.
    let verdicts = mission.send(vec![device.enrolment.clone(), one.clone()]).await;
    assert_eq!(verdicts.iter().map(index).collect::<Vec<_>>(), [0, 1]);
    let again = mission.send(vec![one.clone(), two.clone(), one.clone(), device.enrolment.clone()]).await;
    assert_eq!(again.iter().map(index).collect::<Vec<_>>(), [1, 2, 1, 0], "counted once, receipted every time");
    for (verdict, object) in again.iter().zip([&one, &two, &one, &device.enrolment]) {
        let Verdict::Stored(receipt) = verdict else { panic!("{verdict:?}") };
        receipt.verify(Hash::of(object), &[mission.receipts.public()], mission.id()).expect("the receipt verifies");
    }
    let mut altered = one.clone();
    altered[500] ^= 1;
    assert_eq!(code(&mission.send(vec![altered]).await[0]), Some(RefusalCode::Signature));
    assert_eq!(code(&mission.send(vec![one[..999].to_vec()]).await[0]), Some(RefusalCode::Malformed));
    let late = mission.device(Role::Observer, NOW - 1);
    assert_eq!(code(&mission.send(vec![late.enrolment]).await[0]), Some(RefusalCode::Expired));
    let elsewhere = tempfile::tempdir().expect("a folder");
    let other = Mission::start(elsewhere.path()).await;
    let stranger = other.device(Role::Observer, NOW + 1);
    assert_eq!(code(&mission.send(vec![other.envelope(&stranger, 1)]).await[0]), Some(RefusalCode::Mission));
    // A restart keeps everything, the root of the log too.
    mission.running.take().expect("it runs").stop().await;
    mission.open(folder.path()).await;
    let after = mission.send(vec![two.clone()]).await;
    assert_eq!(index(&after[0]), 2);
    let Verdict::Stored(receipt) = &after[0] else { panic!("{after:?}") };
    receipt.verify(Hash::of(&two), &[mission.receipts.public()], mission.id()).expect("after a restart too");
}

#[tokio::test]
async fn only_a_desk_that_signed_a_fresh_challenge_reads_the_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    let (desk, observer) = (&mission.desk, mission.device(Role::Observer, NOW + 1));
    mission.send(vec![desk.enrolment.clone(), observer.enrolment.clone()]).await;
    assert_eq!(mission.log(None).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(mission.log(Some(vec![1, 2, 3])).await.0, StatusCode::UNAUTHORIZED);
    let request = mission.request(&observer).await;
    assert_eq!(mission.log(Some(request)).await.0, StatusCode::UNAUTHORIZED, "an observer");
    let mut request = mission.request(desk).await;
    let (status, page) = mission.log(Some(request.clone())).await;
    assert_eq!(status, StatusCode::OK);
    let page: LogPage = cbor::decode_request(&page).expect("a page");
    assert_eq!(page.entries.len(), 2);
    let last = request.len() - 1;
    request[last] ^= 1;
    assert_eq!(mission.log(Some(request)).await.0, StatusCode::UNAUTHORIZED, "an altered signature");
    let rogue = mission.device(Role::Desk, NOW + 1);
    mission.send(vec![rogue.enrolment.clone()]).await;
    let asked = mission.request(&rogue).await;
    assert_eq!(mission.log(Some(asked)).await.0, StatusCode::UNAUTHORIZED, "a desk that the root does not list");
    let id = DeviceId::of(Hash::of(&desk.enrolment));
    let own = ReadRequest { v: 1, mission: mission.id(), device: id, challenge: [7; 40].into(), asks: ASKS.into() }
        .sign(&desk.key);
    assert_eq!(mission.log(Some(own)).await.0, StatusCode::UNAUTHORIZED, "a challenge of its own making");
}

#[tokio::test]
async fn a_part_of_the_log_has_no_more_entries_than_were_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    let (desk, observer) = (&mission.desk, mission.device(Role::Observer, NOW + 1));
    let envelope = mission.envelope(&observer, 1);
    mission.send(vec![desk.enrolment.clone(), observer.enrolment.clone(), envelope]).await;
    for (asks, entries) in [(routes::log_part(0, 1), 1), (routes::log_part(1, 8), 2), (routes::log_part(0, 0), 1)] {
        let (status, page) = mission.read(&asks, Some(mission.request_for(desk, &asks).await)).await;
        assert_eq!(status, StatusCode::OK, "{asks}");
        let page: LogPage = cbor::decode_request(&page).expect("a page");
        assert_eq!(page.entries.len(), entries, "{asks}");
    }
    for asks in ["/v1/log?from=0&most=", "/v1/log?from=0&most=-1", "/v1/log?most=1&from=0", "/v1/log?from=&most=1"] {
        let (status, _) = mission.read(asks, Some(mission.request_for(desk, asks).await)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{asks}");
    }
}

#[tokio::test]
async fn a_bundle_never_goes_back_and_never_forks() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    let body = |m: &Manifest, key: &SigningKey| {
        minicbor::to_vec((ByteVec::from(m.sign(key)), Vec::<ByteVec>::new())).expect("encodes")
    };
    let first = mission.manifest(1, None).sign(&mission.root);
    let second = mission.manifest(2, Some(Hash::of(&first)));
    assert_eq!(mission.post("/v1/bundle", body(&second, &mission.root)).await.0, StatusCode::NO_CONTENT);
    assert_eq!(
        mission.post("/v1/bundle", body(&mission.manifest(1, None), &mission.root)).await.0,
        StatusCode::CONFLICT
    );
    let fork = Manifest { issued: NOW + 5, ..second.clone() };
    assert_eq!(mission.post("/v1/bundle", body(&fork, &mission.root)).await.0, StatusCode::CONFLICT);
    let third = mission.manifest(3, Some(Hash([1; 32])));
    assert_eq!(mission.post("/v1/bundle", body(&third, &mission.root)).await.0, StatusCode::CONFLICT);
    assert_eq!(
        mission.post("/v1/bundle", body(&third, &mission.issuer)).await.0,
        StatusCode::BAD_REQUEST,
        "not by the root"
    );
    let (part, packed) = BundlePart::pack(PartKind::Checklist, "voting", b"{}");
    let next = mission.manifest(3, Some(Hash::of(&second.sign(&mission.root))));
    let next = Manifest { parts: vec![part], ..next };
    let (status, words) = mission.post("/v1/bundle", body(&next, &mission.root)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "without a part that it names, phones would be left with nothing");
    assert!(String::from_utf8_lossy(&words).contains("voting"));
    let whole =
        minicbor::to_vec((ByteVec::from(second.sign(&mission.root)), vec![ByteVec::from(packed)])).expect("encodes");
    assert_eq!(mission.post("/v1/bundle", whole).await.0, StatusCode::BAD_REQUEST, "a part that is not named");
    let known = mission.http.get(format!("{}/v1/bundle", mission.url)).send().await.expect("answers");
    assert_eq!(known.body(MAX_ANSWER).await.expect("a body"), second.sign(&mission.root), "the good one stays");
}

#[tokio::test]
async fn a_replayed_envelope_costs_its_author_no_quota() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    let device = mission.device(Role::Observer, NOW + 1);
    let one = mission.envelope(&device, 1);
    mission.send(vec![device.enrolment.clone(), one.clone()]).await;
    // More than a subject may send at once.
    for _ in 0..21 {
        let verdicts = mission.send(vec![one.clone(); 250]).await;
        assert!(verdicts.iter().all(|v| index(v) == 1), "receipted every time");
    }
    assert_eq!(index(&mission.send(vec![mission.envelope(&device, 2)]).await[0]), 2);
}

/// New material counts in objects and in bytes, also what came before the server started anew.
#[tokio::test]
async fn quotas_count_bytes_and_survive_a_restart() {
    const EACH: u64 = 1_024_000;
    let folder = tempfile::tempdir().expect("a folder");
    let mut mission = Mission::start(folder.path()).await;
    let (device, other) = (mission.device(Role::Observer, NOW + 1), mission.device(Role::Observer, NOW + 1));
    mission.send(vec![device.enrolment.clone(), other.enrolment.clone()]).await;
    let mut seq = 0;
    let mut over = None;
    while over.is_none() {
        seq += 1;
        assert!(seq <= 70, "64 MiB are not 70 of the largest envelopes");
        let verdicts = mission.send(vec![mission.large_envelope(&device, seq)]).await;
        over = code(&verdicts[0]);
        if seq == 40 {
            mission.running.take().expect("runs").stop().await;
            mission.open(folder.path()).await;
        }
    }
    assert_eq!((over, seq), (Some(RefusalCode::Quota), (64 << 20) / EACH + 1));
    assert_eq!(code(&mission.send(vec![mission.envelope(&other, 1)]).await[0]), None, "it is this subject's alone");
}

#[tokio::test]
async fn an_attachment_that_cannot_be_read_does_not_stop_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut mission = Mission::start(folder.path()).await;
    let observer = mission.device(Role::Observer, NOW + 1);
    let bytes = b"sealed".to_vec();
    let blobs = [Blob { hash: Hash([7; 32]), length: 1 }, Blob { hash: Hash::of(&bytes), length: bytes.len() as u64 }];
    let envelope = mission.envelope_with(&observer, 1, &blobs);
    let (permit, [own, _]) = mission.permit(&observer, &envelope, &blobs);
    let verdicts = mission.send(vec![observer.enrolment.clone(), envelope]).await;
    assert!(verdicts.iter().all(|v| code(v).is_none()), "{verdicts:?}");
    for blob in &blobs {
        let path = routes::blob_permit(observer.id(), blob.hash);
        assert_eq!(mission.upload(&path, &own, &permit).await.0, StatusCode::OK);
    }
    mission.running.take().expect("runs").stop().await;
    // A folder in the place of a file can be neither read nor removed as one, whoever the server runs as.
    let whole = |hash: Hash| folder.path().join("server.blobs").join(format!("{}-{hash}", observer.id()));
    let token = own.hash().to_string();
    let part = |hash: Hash| PathBuf::from(format!("{}-{}.part", whole(hash).display(), &token[..16]));
    std::fs::create_dir(part(blobs[0].hash)).expect("made");
    std::fs::write(part(blobs[1].hash), &bytes).expect("written");
    mission.open(folder.path()).await;
    assert_eq!(std::fs::read(whole(blobs[1].hash)).expect("finished"), bytes, "the other one is finished");
    assert_eq!(mission.log(Some(mission.request(&observer).await)).await.0, StatusCode::UNAUTHORIZED, "it answers");
}
