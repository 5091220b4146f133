//! A mission with somebody who attacks it.

use baqylau_attacks::cbor::{Value, list};
use baqylau_attacks::device::Device;
use baqylau_attacks::invite::{Invite, Published};
use baqylau_attacks::line::Line;
use baqylau_attacks::server::HostileServer;
use baqylau_attacks::{Hash, sha256};
use baqylau_desk::Desk;
use baqylau_observer::ObserverApp;
use baqylau_observer::app::DeliveryState;
use baqylau_tests::{BUDGET, PASSPHRASE, PIN, World, now, reports, tables};
use std::sync::Arc;

/// A mission whose server is honest.
pub fn mission() -> World {
    World::new(&tables("kazakhstan-2023"))
}

/// What a mission published last.
pub fn published(world: &World) -> Published {
    let file = world.desk.workspace.folder.join("publish/bundle.cbor");
    Published::read(&std::fs::read(file).expect("a bundle"))
}

/// A mission whose server is hostile from the first, with one phone that is not enrolled yet.
pub fn hostile() -> (World, Arc<HostileServer>, ObserverApp) {
    let mut world = mission();
    let invite = world.invite("p001");
    world.stop_server();
    let address = Invite::read(&invite).servers[0].clone();
    let server = HostileServer::start(&address, &world.server_folder(), published(&world), now());
    let phone = ObserverApp::create(world.phone("phone"), PIN, &invite).expect("a store");
    (world, server, phone)
}

/// Signs a report of a new visit.
pub fn sign(phone: &ObserverApp) {
    let visit = phone.start_visit(None, None).expect("a visit").code;
    let draft = phone.start_checklist(&visit, "incident").expect("a draft").id;
    phone.finalise(draft, Some("no time".into())).expect("signed");
}

/// Signs a report and sends what waits; gives how many were delivered.
pub fn send(phone: &ObserverApp) -> usize {
    sign(phone);
    phone.sync_now(BUDGET).expect("no error").delivered
}

/// The states of a phone's reports.
pub fn states(phone: &ObserverApp) -> Vec<DeliveryState> {
    phone.reports().expect("reports").into_iter().map(|report| report.state).collect()
}

/// Pulls, and gives the status of each report at a desk.
pub fn statuses(desk: &mut Desk) -> Vec<&'static str> {
    desk.pull(now(), &|_| ()).expect("pulls");
    reports(desk).iter().map(|report| report.status.name()).collect()
}

/// Somebody on the network, with what an invite says and what was published, and without a client of ours.
pub struct Attacker {
    /// To the mission's server.
    pub line: Line,
    /// What the mission published.
    pub published: Published,
}

impl Attacker {
    /// With an invite to learn the way from.
    pub fn new(world: &mut World) -> (Self, Invite) {
        let invite = Invite::read(&world.invite("p005"));
        let line = Line::to(&invite.servers[0], &invite.tls_roots);
        (Self { line, published: published(world) }, invite)
    }

    /// Uploads objects. Gives for each its place in the log, or the code of its refusal.
    pub fn upload(&self, objects: &[&[u8]]) -> Vec<Result<u64, u64>> {
        let objects: Vec<Value> = objects.iter().map(|object| (*object).into()).collect();
        let body = list([objects.into()]).encode();
        let answer = self.line.ask("POST /v1/objects", &[], &body).expect("an answer");
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        let answer = Value::decode(&answer.body).expect("verdicts");
        let verdict = |verdict: &Value| {
            let [kind, about] = verdict.items() else { panic!("{verdict:?}") };
            let said = about.items()[0].items();
            if kind.uint() == 0 { Ok(said[1].uint()) } else { Err(said[0].uint()) }
        };
        answer.items()[0].items().iter().map(verdict).collect()
    }

    /// A member who enrolled, with an altered program.
    pub fn member(&self, invite: &Invite) -> Device {
        let member = Device::new(invite, &self.published);
        assert!(self.upload(&[&member.enrolment])[0].is_ok());
        member
    }
}

/// The keys of a desk that was stolen: its device, and the reading key's 64 bytes.
pub fn stolen(desk: &Desk, published: &Published) -> (Device, [u8; 64]) {
    let keys = desk.workspace.keys(PASSPHRASE).expect("stolen, open");
    let reading = keys.reading.last().expect("a reading key").bytes;
    // As the key file has it.
    let identity = serde_json::to_value(&keys.identity).expect("JSON");
    let enrolment: Vec<u8> = serde_json::from_value(identity["enrolment"].clone()).expect("bytes");
    (Device::stolen_desk(keys.device, &enrolment, &reading, published), reading)
}

/// The seed of the issuer's key of a desk that was stolen.
pub fn issuer(desk: &Desk) -> Hash {
    desk.workspace.keys(PASSPHRASE).expect("stolen, open").issuers[0]
}

/// A chain of envelopes: each stands behind the one before.
pub fn chain(device: &Device, payloads: &[(u16, Value)]) -> Vec<Vec<u8>> {
    let mut prev = device.first();
    let seal = |(seq, (kind, payload)): (u64, &(u16, Value))| {
        let envelope = device.seal(&device.head(seq, prev), *kind, payload);
        prev = sha256(&envelope);
        envelope
    };
    (1..).zip(payloads).map(seal).collect()
}
