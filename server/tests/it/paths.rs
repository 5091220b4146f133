//! What the paths answer to bodies that are wrong.

use baqylau_http::reqwest::{Client, StatusCode};
use baqylau_protocol::bundle::{Manifest, Part, PartKind};
use baqylau_protocol::cbor;
use baqylau_protocol::certificate::{Certificate, Role};
use baqylau_protocol::cose::Type;
use baqylau_protocol::enrolment::Enrolment;
use baqylau_protocol::envelope::{Address, To, make};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId, SubjectId};
use baqylau_protocol::keys::{BoxKey, ReadingSecret, SigningKey, random};
use baqylau_protocol::seal::SharedKey;
use baqylau_protocol::wire::{Code, LogPage, ReadRequest, Upload, Verdict, Verdicts};
use baqylau_server::{Config, Running, start};
use data_encoding::BASE64URL_NOPAD;
use minicbor::bytes::ByteVec;
use std::path::Path;
use std::sync::Arc;

const NOW: i64 = 1_700_000_000_000;

struct Mission {
    root: SigningKey,
    issuer: SigningKey,
    receipts: SigningKey,
    reading: ReadingSecret,
    http: Client,
    url: String,
    running: Option<Running>,
}

impl Mission {
    async fn start(folder: &Path) -> Self {
        let mut this = Self {
            root: SigningKey::generate(),
            issuer: SigningKey::generate(),
            receipts: SigningKey::generate(),
            reading: ReadingSecret::generate(1),
            http: baqylau_http::client(&[]).expect("a client"),
            url: String::new(),
            running: None,
        };
        this.open(folder).await;
        let body = minicbor::to_vec((ByteVec::from(this.manifest(1, None).sign(&this.root)), Vec::<ByteVec>::new()))
            .expect("encodes");
        assert_eq!(this.post("/v1/bundle", body).await.0, StatusCode::NO_CONTENT);
        this
    }

    async fn open(&mut self, folder: &Path) {
        let config = Config {
            listen: ([127, 0, 0, 1], 0).into(),
            database: folder.join("server.db"),
            root: self.root.public(),
            receipt_key: SigningKey::from_seed(*self.receipts.seed()),
            tls: None,
            now: Arc::new(|| NOW),
        };
        let running = start(config).await.expect("starts");
        self.url = format!("http://{}", running.address);
        self.running = Some(running);
    }

    fn id(&self) -> MissionId {
        MissionId::of(&self.root.public())
    }

    fn manifest(&self, version: u64, prev: Option<Hash>) -> Manifest {
        Manifest {
            v: 1,
            mission: self.id(),
            version,
            prev,
            issued: NOW,
            expires: NOW + 1000,
            issuer: self.issuer.public(),
            receipt_keys: vec![self.receipts.public()],
            tls_roots: Vec::new(),
            reading: self.reading.public(),
            servers: Vec::new(),
            parts: Vec::new(),
        }
    }

    fn device(&self, role: Role, expires: i64) -> Device {
        let (key, invite) = (SigningKey::generate(), SigningKey::generate());
        let (shared, encapsulation) = SharedKey::encapsulate(&self.reading.public(), self.id()).expect("encapsulates");
        let certificate = Certificate {
            v: 1,
            mission: self.id(),
            subject: SubjectId(random()),
            role,
            key: invite.public(),
            expires,
            holder: Hash(random()),
        };
        let enrolment = Enrolment {
            v: 1,
            mission: self.id(),
            certificate: certificate.sign(&self.issuer).into(),
            device_key: key.public(),
            box_key: BoxKey::generate().public().into(),
            reading_key: 1,
            encapsulation: encapsulation.into(),
            nonce: random().into(),
            replaces: None,
        };
        Device { enrolment: enrolment.sign(&key, &invite), key, shared }
    }

    fn envelope(&self, device: &Device, seq: u64) -> Vec<u8> {
        let reading = self.reading.public();
        let prev = Hash::of(&device.enrolment);
        let address =
            Address { mission: self.id(), device: DeviceId::of(prev), seq, prev, to: To::Desks(&reading), blobs: &[] };
        make(&address, Type::Report, &device.key, &device.shared, b"words").expect("makes")
    }

    async fn post(&self, path: &str, body: Vec<u8>) -> (StatusCode, Vec<u8>) {
        let answer = self.http.post(format!("{}{path}", self.url)).body(body).send().await.expect("answers");
        (answer.status(), answer.bytes().await.expect("a body").to_vec())
    }

    async fn send(&self, objects: Vec<Vec<u8>>) -> Vec<Verdict> {
        let body = cbor::encode(&Upload { objects: objects.into_iter().map(Into::into).collect() });
        let (status, bytes) = self.post("/v1/objects", body).await;
        assert_eq!(status, StatusCode::OK);
        cbor::decode::<Verdicts>(&bytes, "verdicts").expect("verdicts").verdicts
    }

    async fn log(&self, authorization: Option<Vec<u8>>) -> (StatusCode, Vec<u8>) {
        let mut call = self.http.get(format!("{}{ASKS}", self.url));
        if let Some(signed) = authorization {
            call = call.header("authorization", format!("Baqylau {}", BASE64URL_NOPAD.encode(&signed)));
        }
        let answer = call.send().await.expect("answers");
        (answer.status(), answer.bytes().await.expect("a body").to_vec())
    }

    async fn request(&self, device: &Device) -> Vec<u8> {
        let answer = self.http.get(format!("{}/v1/challenge", self.url)).send().await.expect("answers");
        let challenge = cbor::decode(&answer.bytes().await.expect("a body"), "challenge").expect("a challenge");
        let id = DeviceId::of(Hash::of(&device.enrolment));
        ReadRequest { v: 1, mission: self.id(), device: id, challenge, asks: ASKS.into() }.sign(&device.key)
    }
}

const ASKS: &str = "/v1/log?from=0";

struct Device {
    enrolment: Vec<u8>,
    key: SigningKey,
    shared: SharedKey,
}

fn code(verdict: &Verdict) -> Option<Code> {
    match verdict {
        Verdict::Refused(refusal) => Some(refusal.code),
        Verdict::Stored(_) => None,
    }
}

fn index(verdict: &Verdict) -> u64 {
    match verdict {
        Verdict::Stored(receipt) => receipt.index,
        Verdict::Refused(refusal) => panic!("{}", refusal.reason),
    }
}

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
    let many = cbor::encode(&Upload { objects: vec![vec![1].into(); 300] });
    assert_eq!(mission.post("/v1/objects", many).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(mission.post("/v1/objects", vec![0; 5 << 20]).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let verdicts = mission.send(vec![vec![], vec![0xd2; 1000], b"hello".to_vec()]).await;
    assert!(verdicts.iter().all(|v| code(v) == Some(Code::Malformed)), "{verdicts:?}");
}

#[tokio::test]
async fn objects_are_taken_in_by_their_own_signatures_and_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut mission = Mission::start(folder.path()).await;
    let device = mission.device(Role::Observer, NOW + 1);
    let (one, two) = (mission.envelope(&device, 1), mission.envelope(&device, 2));
    assert_eq!(code(&mission.send(vec![one.clone()]).await[0]), Some(Code::UnknownDevice));
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
    assert_eq!(code(&mission.send(vec![altered]).await[0]), Some(Code::Signature));
    assert_eq!(code(&mission.send(vec![one[..999].to_vec()]).await[0]), Some(Code::Malformed));
    let late = mission.device(Role::Observer, NOW - 1);
    assert_eq!(code(&mission.send(vec![late.enrolment]).await[0]), Some(Code::Expired));
    let elsewhere = tempfile::tempdir().expect("a folder");
    let other = Mission::start(elsewhere.path()).await;
    let stranger = other.device(Role::Observer, NOW + 1);
    assert_eq!(code(&mission.send(vec![other.envelope(&stranger, 1)]).await[0]), Some(Code::Mission));
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
    let (desk, observer) = (mission.device(Role::Desk, NOW + 1), mission.device(Role::Observer, NOW + 1));
    mission.send(vec![desk.enrolment.clone(), observer.enrolment.clone()]).await;
    assert_eq!(mission.log(None).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(mission.log(Some(vec![1, 2, 3])).await.0, StatusCode::UNAUTHORIZED);
    let request = mission.request(&observer).await;
    assert_eq!(mission.log(Some(request)).await.0, StatusCode::UNAUTHORIZED, "an observer");
    let mut request = mission.request(&desk).await;
    let (status, page) = mission.log(Some(request.clone())).await;
    assert_eq!(status, StatusCode::OK);
    let page: LogPage = cbor::decode_request(&page).expect("a page");
    assert_eq!(page.entries.len(), 2);
    let last = request.len() - 1;
    request[last] ^= 1;
    assert_eq!(mission.log(Some(request)).await.0, StatusCode::UNAUTHORIZED, "an altered signature");
    let id = DeviceId::of(Hash::of(&desk.enrolment));
    let own = ReadRequest { v: 1, mission: mission.id(), device: id, challenge: [7; 40].into(), asks: ASKS.into() }
        .sign(&desk.key);
    assert_eq!(mission.log(Some(own)).await.0, StatusCode::UNAUTHORIZED, "a challenge of its own making");
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
    let (part, packed) = Part::pack(PartKind::Checklist, "voting", b"{}");
    let next = mission.manifest(3, Some(Hash::of(&second.sign(&mission.root))));
    let next = Manifest { parts: vec![part], ..next };
    let (status, words) = mission.post("/v1/bundle", body(&next, &mission.root)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "without a part that it names, phones would be left with nothing");
    assert!(String::from_utf8_lossy(&words).contains("voting"));
    let whole =
        minicbor::to_vec((ByteVec::from(second.sign(&mission.root)), vec![ByteVec::from(packed)])).expect("encodes");
    assert_eq!(mission.post("/v1/bundle", whole).await.0, StatusCode::BAD_REQUEST, "a part that is not named");
    let known = mission.http.get(format!("{}/v1/bundle", mission.url)).send().await.expect("answers");
    assert_eq!(known.bytes().await.expect("a body").to_vec(), second.sign(&mission.root), "the good one stays");
}
