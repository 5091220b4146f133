//! A mission with a running server, without any desk or phone.

use baqylau_http::Client;
use baqylau_http::reqwest::StatusCode;
use baqylau_http::reqwest::header::AUTHORIZATION;
use baqylau_protocol::authority::{DeskTerm, IssuerTerm, LogEpoch};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::certificate::{Certificate, Role};
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::enrolment::Enrolment;
use baqylau_protocol::envelope::{Address, Blob, Recipient, make};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId, SubjectId};
use baqylau_protocol::keys::{BoxKey, ReadingSecret, SigningKey, random};
use baqylau_protocol::permit::{UploadPermit, UploadToken};
use baqylau_protocol::seal::SharedKey;
use baqylau_protocol::standing::{StandingDecision, StandingRecord};
use baqylau_protocol::wire::{ReadRequest, RefusalCode, Upload, Verdict, Verdicts};
use baqylau_server::{Limits, RunningServer, ServerConfig, WitnessList, start};
use data_encoding::BASE64URL_NOPAD;
use minicbor::bytes::ByteVec;
use std::path::Path;
use std::sync::Arc;

pub const NOW: i64 = 1_700_000_000_000;

pub struct Mission {
    pub root: SigningKey,
    pub issuer: SigningKey,
    pub receipts: SigningKey,
    pub reading: ReadingSecret,
    /// The one that the manifest lists.
    pub desk: Device,
    pub http: Client,
    pub url: String,
    pub running: Option<RunningServer>,
}

impl Mission {
    pub async fn start(folder: &Path) -> Self {
        let (root, issuer, reading) = (SigningKey::generate(), SigningKey::generate(), ReadingSecret::generate(1));
        let desk = Device::new(MissionId::of(root.public()), &issuer, &reading, (Role::Desk, NOW + 1));
        let mut this = Self {
            root,
            issuer,
            receipts: SigningKey::generate(),
            reading,
            desk,
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

    pub async fn open(&mut self, folder: &Path) {
        self.open_with(folder, Limits::default()).await;
    }

    pub async fn open_with(&mut self, folder: &Path, limits: Limits) {
        self.open_watched(folder, limits, WitnessList::default()).await;
    }

    pub async fn open_watched(&mut self, folder: &Path, limits: Limits, witnesses: WitnessList) {
        let config = ServerConfig {
            listen: ([127, 0, 0, 1], 0).into(),
            database: folder.join("server.db"),
            root: self.root.public().into(),
            receipt_key: SigningKey::from_seed(*self.receipts.seed()),
            tls: None,
            now: Arc::new(|| NOW),
            limits,
            witnesses,
        };
        let running = start(config).await.expect("starts");
        self.url = format!("http://{}", running.address);
        self.running = Some(running);
    }

    pub fn id(&self) -> MissionId {
        MissionId::of(self.root.public())
    }

    pub fn manifest(&self, version: u64, prev: Option<Hash>) -> Manifest {
        Manifest {
            v: Manifest::VERSION,
            mission: self.id(),
            version,
            prev,
            issued: NOW,
            expires: NOW + 1000,
            issuers: vec![IssuerTerm { key: self.issuer.public(), from: 0, until: None }],
            log: LogEpoch::first(self.receipts.public()),
            tls_roots: Vec::new(),
            reading: vec![self.reading.public()],
            servers: Vec::new(),
            parts: Vec::new(),
            desks: vec![DeskTerm { device: self.desk.id(), from: 0, until: None }],
            reinstated: Vec::new(),
            renew_by: NOW,
            readers: Vec::new(),
            witnesses: Vec::new(),
            cosignatures: 0,
        }
    }

    pub fn device(&self, role: Role, expires: i64) -> Device {
        Device::new(self.id(), &self.issuer, &self.reading, (role, expires))
    }

    /// What a desk decides about one device.
    pub fn decision(&self, desk: &Device, decision: StandingDecision) -> Vec<u8> {
        let (mission, decisions) = (self.id(), vec![decision]);
        StandingRecord { v: 1, mission, desk: desk.id(), at: NOW, by_hand: true, decisions }.sign(&desk.key)
    }

    /// Publishes the next version of the bundle; gives what was signed.
    pub async fn publish(&self, manifest: &Manifest) -> StatusCode {
        let signed = ByteVec::from(manifest.sign(&self.root));
        self.post("/v1/bundle", minicbor::to_vec((signed, Vec::<ByteVec>::new())).expect("encodes")).await.0
    }

    pub fn envelope(&self, device: &Device, seq: u64) -> Vec<u8> {
        self.envelope_with(device, seq, &[])
    }

    /// One of the largest class: what is in it does not compress.
    pub fn large_envelope(&self, device: &Device, seq: u64) -> Vec<u8> {
        let noise: Vec<u8> = (0..16_500u32).flat_map(|n| Hash::of(&n.to_be_bytes()).0).collect();
        self.made(device, seq, &[], &noise)
    }

    pub fn envelope_with(&self, device: &Device, seq: u64, blobs: &[Blob]) -> Vec<u8> {
        self.made(device, seq, blobs, b"words")
    }

    fn made(&self, device: &Device, seq: u64, blobs: &[Blob], payload: &[u8]) -> Vec<u8> {
        let reading = self.reading.public();
        let prev = Hash::of(&device.enrolment);
        let address = Address {
            mission: self.id(),
            device: DeviceId::of(prev),
            seq,
            prev,
            to: Recipient::Desks(&reading),
            blobs,
        };
        make(&address, ObjectType::Report, &device.key, &device.shared, payload).expect("makes")
    }

    /// A permit as phones write it, with the tokens of the phone and of its couriers.
    pub fn permit(&self, device: &Device, envelope: &[u8], blobs: &[Blob]) -> (Vec<u8>, [UploadToken; 2]) {
        let tokens = [UploadToken::generate(), UploadToken::generate()];
        let permit = UploadPermit {
            v: 1,
            mission: self.id(),
            device: device.id(),
            envelope: Hash::of(envelope),
            blobs: blobs.to_vec(),
            tokens: tokens.iter().map(UploadToken::hash).collect(),
        };
        (permit.sign(&device.key), tokens)
    }

    /// Sends something with a token; gives the answer.
    pub async fn upload(&self, path: &str, token: &UploadToken, body: &[u8]) -> (StatusCode, Vec<u8>) {
        let call = self.http.post(format!("{}{path}", self.url)).header(AUTHORIZATION, &token.to_header());
        let answer = call.body(body.to_vec()).send().await.expect("answers");
        (answer.status(), answer.body(MAX_ANSWER).await.expect("a body"))
    }

    pub async fn post(&self, path: &str, body: Vec<u8>) -> (StatusCode, Vec<u8>) {
        let answer = self.http.post(format!("{}{path}", self.url)).body(body).send().await.expect("answers");
        (answer.status(), answer.body(MAX_ANSWER).await.expect("a body"))
    }

    pub async fn send(&self, objects: Vec<Vec<u8>>) -> Vec<Verdict> {
        let body = cbor::encode(&Upload { objects: objects.into_iter().map(Into::into).collect(), known: None });
        let (status, bytes) = self.post("/v1/objects", body).await;
        assert_eq!(status, StatusCode::OK);
        cbor::decode::<Verdicts>(&bytes, "verdicts").expect("verdicts").verdicts
    }

    pub async fn log(&self, authorization: Option<Vec<u8>>) -> (StatusCode, Vec<u8>) {
        self.read(ASKS, authorization).await
    }

    pub async fn read(&self, asks: &str, authorization: Option<Vec<u8>>) -> (StatusCode, Vec<u8>) {
        let mut call = self.http.get(format!("{}{asks}", self.url));
        if let Some(signed) = authorization {
            call = call.header(AUTHORIZATION, &format!("Baqylau {}", BASE64URL_NOPAD.encode(&signed)));
        }
        let answer = call.send().await.expect("answers");
        (answer.status(), answer.body(MAX_ANSWER).await.expect("a body"))
    }

    pub async fn metrics(&self, desk: &Device) -> String {
        let signed = self.request_for(desk, "/v1/metrics").await;
        let call = self.http.get(format!("{}/v1/metrics", self.url));
        let call = call.header(AUTHORIZATION, &format!("Baqylau {}", BASE64URL_NOPAD.encode(&signed)));
        let answer = call.send().await.expect("answers").body(MAX_ANSWER).await.expect("a body");
        String::from_utf8(answer).expect("text")
    }

    pub async fn request(&self, device: &Device) -> Vec<u8> {
        self.request_for(device, ASKS).await
    }

    pub async fn request_for(&self, device: &Device, asks: &str) -> Vec<u8> {
        let answer = self.http.get(format!("{}/v1/challenge", self.url)).send().await.expect("answers");
        let challenge =
            cbor::decode(&answer.body(MAX_ANSWER).await.expect("a body"), "challenge").expect("a challenge");
        let id = DeviceId::of(Hash::of(&device.enrolment));
        ReadRequest { v: 1, mission: self.id(), device: id, challenge, asks: asks.into() }.sign(&device.key)
    }
}

pub const MAX_ANSWER: usize = 16 << 20;
pub const ASKS: &str = "/v1/log?from=0";

pub struct Device {
    pub enrolment: Vec<u8>,
    pub key: SigningKey,
    pub shared: SharedKey,
}

impl Device {
    fn new(mission: MissionId, issuer: &SigningKey, reading: &ReadingSecret, (role, expires): (Role, i64)) -> Self {
        let (key, invite) = (SigningKey::generate(), SigningKey::generate());
        let (shared, encapsulation) = SharedKey::encapsulate(&reading.public(), mission).expect("encapsulates");
        let (subject, holder) = (SubjectId(random()), Hash(random()));
        let certificate = Certificate { v: 1, mission, subject, role, key: invite.public(), expires, holder };
        let enrolment = Enrolment {
            v: 1,
            mission,
            certificate: certificate.sign(issuer).into(),
            device_key: key.public(),
            box_key: BoxKey::generate().public().into(),
            reading_key: 1,
            encapsulation: encapsulation.into(),
            nonce: random().into(),
            replaces: None,
        };
        Self { enrolment: enrolment.sign(&key, &invite), key, shared }
    }

    pub fn id(&self) -> DeviceId {
        DeviceId::of(Hash::of(&self.enrolment))
    }
}

pub fn code(verdict: &Verdict) -> Option<RefusalCode> {
    match verdict {
        Verdict::Refused(refusal) => Some(refusal.code),
        Verdict::Stored(_) => None,
    }
}

pub fn index(verdict: &Verdict) -> u64 {
    match verdict {
        Verdict::Stored(receipt) => receipt.index,
        Verdict::Refused(refusal) => panic!("{}", refusal.reason),
    }
}
