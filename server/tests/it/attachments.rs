//! What others may do with an attachment that is not theirs: nothing. Who attacks here speaks HTTP only.

use crate::it::support::{Device, MAX_ANSWER, Mission, NOW, code};
use baqylau_http::reqwest::StatusCode;
use baqylau_http::reqwest::header::AUTHORIZATION;
use baqylau_protocol::cbor;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::envelope::Blob;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::permit::{UploadPermit, UploadToken};
use baqylau_protocol::receipt::AttachmentProof;
use baqylau_protocol::routes;
use baqylau_protocol::wire::UploadProgress;
use data_encoding::BASE64URL_NOPAD;

const LENGTH: usize = 100_000;

/// A phone with a report that is in the log, and the permit for its attachment.
struct Victim {
    device: Device,
    bytes: Vec<u8>,
    blob: Blob,
    permit: Vec<u8>,
    own: UploadToken,
    courier: UploadToken,
}

impl Victim {
    async fn new(mission: &Mission) -> Self {
        let device = mission.device(Role::Observer, NOW + 1);
        let bytes: Vec<u8> = (0..LENGTH).map(|n| u8::try_from(n % 251).expect("small")).collect();
        let blob = Blob { hash: Hash::of(&bytes), length: LENGTH as u64 };
        let envelope = mission.envelope_with(&device, 1, std::slice::from_ref(&blob));
        let (permit, [own, courier]) = mission.permit(&device, &envelope, std::slice::from_ref(&blob));
        let verdicts = mission.send(vec![device.enrolment.clone(), envelope]).await;
        assert!(verdicts.iter().all(|v| code(v).is_none()), "{verdicts:?}");
        Self { device, bytes, blob, permit, own, courier }
    }

    fn place(&self) -> String {
        routes::blob_permit(self.device.id(), self.blob.hash)
    }

    fn at(&self, place: u64) -> String {
        routes::blob_chunk(self.device.id(), self.blob.hash, place)
    }

    /// Delivers it, whatever lies there. Gives how many bytes were sent, and the proof.
    async fn deliver(&self, mission: &Mission) -> (usize, Vec<u8>) {
        let (status, answer) = mission.upload(&self.place(), &self.own, &self.permit).await;
        assert_eq!(status, StatusCode::OK);
        let (mut have, mut sent) = (progress(&answer), 0);
        loop {
            if let Some(proof) = have.proof {
                return (sent, proof.into());
            }
            let from = usize::try_from(have.bytes).expect("small");
            let chunk = &self.bytes[from..LENGTH.min(from + 65_536)];
            sent += chunk.len();
            assert!(sent <= 3 * LENGTH, "it comes to an end");
            let (status, answer) = mission.upload(&self.at(have.bytes), &self.own, chunk).await;
            assert_eq!(status, StatusCode::OK);
            have = progress(&answer);
        }
    }
}

fn progress(answer: &[u8]) -> UploadProgress {
    cbor::decode(answer, "have").expect("how much is here")
}

async fn read(mission: &Mission, desk: &Device, victim: &Victim) -> (StatusCode, Vec<u8>) {
    let asks = routes::blob(victim.device.id(), victim.blob.hash, 0);
    let signed = BASE64URL_NOPAD.encode(&mission.request_for(desk, &asks).await);
    let call = mission.http.get(format!("{}{asks}", mission.url)).header(AUTHORIZATION, &format!("Baqylau {signed}"));
    let answer = call.send().await.expect("answers");
    (answer.status(), answer.body(MAX_ANSWER).await.expect("a body"))
}

/// All that a stranger, or another phone of the mission, may try gives one answer, which tells nothing, and changes nothing.
#[tokio::test]
async fn whoever_has_no_token_neither_learns_nor_changes_anything() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    let victim = Victim::new(&mission).await;
    let other = Victim::new(&mission).await;
    let foreign = UploadToken::generate();
    let forged = UploadPermit { tokens: vec![foreign.hash()], ..UploadPermit::peek(&victim.permit).expect("a permit") };
    let forged = forged.sign(&other.device.key);
    let unlogged = mission.permit(&victim.device, b"no envelope of the log", std::slice::from_ref(&victim.blob));
    let nowhere = routes::blob_permit(victim.device.id(), Hash([9; 32]));
    let nobody = routes::blob_permit(mission.device(Role::Observer, NOW).id(), victim.blob.hash);
    let (place, chunk) = (victim.place(), victim.at(0));
    let before = mission.upload(&nowhere, &foreign, &[]).await;
    assert_eq!(before.0, StatusCode::NOT_FOUND);
    for round in 0..2 {
        for (path, token, body) in [
            (&place, &foreign, &[][..]),
            (&place, &foreign, &victim.permit),
            (&place, &foreign, &forged),
            (&place, &other.own, &other.permit),
            (&place, &unlogged.1[0], &unlogged.0),
            (&chunk, &foreign, &[7; 100]),
            (&chunk, &other.own, &[7; 100]),
            (&nobody, &victim.own, &victim.permit),
            (&nowhere, &victim.own, &victim.permit),
        ] {
            assert_eq!(mission.upload(path, token, body).await, before, "{path}");
        }
        // The second time it is there, and nobody is told.
        if round == 0 {
            assert_eq!(victim.deliver(&mission).await.0, LENGTH, "sent once");
        }
    }
    let desk = &mission.desk;
    mission.send(vec![desk.enrolment.clone()]).await;
    assert_eq!(read(&mission, desk, &victim).await, (StatusCode::OK, victim.bytes.clone()));
}

/// Another phone names the same file first, with another length, and fills its own place with junk.
#[tokio::test]
async fn another_phone_that_names_the_same_file_has_a_place_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    let victim = Victim::new(&mission).await;
    let rogue = mission.device(Role::Observer, NOW + 1);
    let short = [Blob { hash: victim.blob.hash, length: 7 }];
    let envelope = mission.envelope_with(&rogue, 1, &short);
    let (permit, [token, _]) = mission.permit(&rogue, &envelope, &short);
    mission.send(vec![rogue.enrolment.clone(), envelope]).await;
    let place = routes::blob_permit(rogue.id(), victim.blob.hash);
    assert_eq!(progress(&mission.upload(&place, &token, &permit).await.1).bytes, 0);
    let chunk = routes::blob_chunk(rogue.id(), victim.blob.hash, 0);
    assert_eq!(progress(&mission.upload(&chunk, &token, b"junk").await.1).bytes, 4);
    let (sent, proof) = victim.deliver(&mission).await;
    assert_eq!(sent, LENGTH, "nothing of it is in the way");
    let (keys, id) = ([mission.receipts.public()], mission.id());
    let verify = |device| AttachmentProof::verify(&proof, (device, victim.blob.hash), &keys, id);
    assert!(verify(victim.device.id()).is_ok());
    assert!(verify(rogue.id()).is_err(), "a proof is for one place");
    let filled = progress(&mission.upload(&chunk.replace("/at/0", "/at/4"), &token, b"xyz").await.1);
    assert_eq!((filled.bytes, filled.proof), (0, None), "wrong bytes are dropped");
}

/// A courier has a token of its own: what it sends lies apart, and counts only when it is right.
#[tokio::test]
async fn a_courier_that_sends_junk_keeps_nobody_from_delivering() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut mission = Mission::start(folder.path()).await;
    let victim = Victim::new(&mission).await;
    let (status, answer) = mission.upload(&victim.place(), &victim.courier, &victim.permit).await;
    assert_eq!((status, progress(&answer).bytes), (StatusCode::OK, 0));
    let junk = vec![7; 60_000];
    assert_eq!(progress(&mission.upload(&victim.at(0), &victim.courier, &junk).await.1).bytes, 60_000);
    assert_eq!(mission.upload(&victim.at(60_000), &victim.courier, &junk).await.0, StatusCode::CONFLICT, "too long");
    // What a permit says survives a restart.
    mission.running.take().expect("runs").stop().await;
    mission.open(folder.path()).await;
    let rest = vec![7; LENGTH - 60_000];
    let dropped = progress(&mission.upload(&victim.at(60_000), &victim.courier, &rest).await.1);
    assert_eq!((dropped.bytes, dropped.proof), (0, None), "wrong bytes are asked for anew");
    mission.upload(&victim.at(0), &victim.courier, &junk).await;
    assert_eq!(victim.deliver(&mission).await.0, LENGTH, "none of it twice");
    let here = progress(&mission.upload(&victim.place(), &victim.courier, &[]).await.1);
    assert!(here.proof.is_some(), "what is right is right for everybody who may ask");
    let left = std::fs::read_dir(folder.path().join("server.blobs")).expect("a folder").count();
    assert_eq!(left, 1, "and the junk is gone");
}

/// What a server of an earlier version has under the hash alone is still read, where its bytes are right.
#[tokio::test]
async fn an_attachment_of_an_earlier_version_is_still_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    let victim = Victim::new(&mission).await;
    let desk = &mission.desk;
    mission.send(vec![desk.enrolment.clone()]).await;
    assert_eq!(read(&mission, desk, &victim).await.0, StatusCode::NOT_FOUND);
    let old = folder.path().join("server.blobs").join(victim.blob.hash.to_string());
    std::fs::write(&old, &victim.bytes).expect("written");
    assert_eq!(read(&mission, desk, &victim).await, (StatusCode::OK, victim.bytes.clone()));
    std::fs::write(&old, b"something else").expect("written");
    assert_eq!(read(&mission, desk, &victim).await.0, StatusCode::NOT_FOUND);
}

/// Room is made for what an envelope of the log names, and for no more than its observer may send.
#[tokio::test]
async fn a_permit_allows_what_its_envelope_names_and_further_tokens_cost_as_much() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    let device = mission.device(Role::Observer, NOW + 1);
    let film = |n: u8| Blob { hash: Hash([n; 32]), length: 1 << 30 };
    let picture = Blob { hash: Hash([7; 32]), length: 1000 };
    let named = [film(1), film(2), film(3), picture.clone()];
    let envelope = mission.envelope_with(&device, 1, &named);
    mission.send(vec![device.enrolment.clone(), envelope.clone()]).await;
    let show = async |blobs: &[Blob], asked: Hash| {
        let (permit, [own, _]) = mission.permit(&device, &envelope, blobs);
        mission.upload(&routes::blob_permit(device.id(), asked), &own, &permit).await.0
    };
    let other = Blob { hash: Hash([9; 32]), length: 5 };
    assert_eq!(
        show(std::slice::from_ref(&other), other.hash).await,
        StatusCode::NOT_FOUND,
        "its envelope does not name it"
    );
    let longer = Blob { length: 1 << 29, ..picture.clone() };
    assert_eq!(
        show(std::slice::from_ref(&longer), picture.hash).await,
        StatusCode::NOT_FOUND,
        "its envelope gives another length"
    );
    assert_eq!(show(&named, picture.hash).await, StatusCode::OK, "each is charged when it is asked for");
    assert_eq!(show(&named, film(1).hash).await, StatusCode::OK);
    assert_eq!(
        show(&named, film(1).hash).await,
        StatusCode::TOO_MANY_REQUESTS,
        "two new tokens have room for two more"
    );
    assert_eq!(show(&named, film(3).hash).await, StatusCode::TOO_MANY_REQUESTS, "the picture took some of the two GiB");
    for round in 0..8 {
        let status = show(&named, picture.hash).await;
        assert_eq!(status == StatusCode::OK, round < 7, "{round}: so many tokens open one place");
    }
}
