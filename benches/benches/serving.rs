//! Durable submissions per second: one envelope per request, 32 connections, client and server on the same cores, with
//! and without TLS; compared with a raw group commit of the same rows. `BAQYLAU_BENCH_ENVELOPES` sets the number
//! (default 20,000). The first and the last tenth are also timed separately, to show whether a growing table slows the
//! server down.

use baqylau_benches::timed;
use baqylau_desk::Desk;
use baqylau_observer::clock::{Clock, SystemClock};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::certificate::Invite;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::enrolment::Enrolment;
use baqylau_protocol::envelope::{Address, Recipient, make};
use baqylau_protocol::ids::{DeviceId, Hash, PublicKey};
use baqylau_protocol::keys::{BoxKey, SigningKey, random};
use baqylau_protocol::seal::SharedKey;
use baqylau_protocol::wire::{Upload, Verdict, Verdicts};
use baqylau_server::{Limits, RunningServer, ServerConfig, TlsFiles, WitnessList, start};
use baqylau_sqlite::{Schema, open};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;

const CONNECTIONS: usize = 32;
/// Below the quota of one device.
const PER_DEVICE: usize = 4_000;
const SCHEMA: Schema = Schema { steps: &["CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB NOT NULL) STRICT;"] };

fn main() {
    let count = std::env::var("BAQYLAU_BENCH_ENVELOPES").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000);
    let raw = raw_group_commits(count);
    println!("raw group commits of {CONNECTIONS} rows: {raw:.0} rows per second");
    for tls in [false, true] {
        let (all, first, last) = serve(count, tls);
        let name = if tls { "with TLS" } else { "without TLS" };
        println!(
            "durable submissions, {name}: {all:.0} per second; ratio to raw {:.2}; first tenth {first:.0}, last {last:.0}: {:.2}",
            all / raw,
            last / first
        );
    }
}

fn rate(count: usize, time: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / time.as_secs_f64()
}

fn raw_group_commits(count: usize) -> f64 {
    let folder = tempfile::tempdir().expect("folder");
    let db = open(&folder.path().join("raw.db"), None, SCHEMA).expect("opens");
    let body = vec![9u8; 1000];
    let groups = || {
        for _ in 0..count / CONNECTIONS {
            db.execute_batch("BEGIN IMMEDIATE").expect("begins");
            for _ in 0..CONNECTIONS {
                db.execute("INSERT INTO t (b) VALUES (?1)", [&body]).expect("inserts");
            }
            db.execute_batch("COMMIT").expect("commits");
        }
    };
    rate(count, timed(groups).1)
}

/// Submissions per second: overall, in the first tenth and in the last.
fn serve(count: usize, tls: bool) -> (f64, f64, f64) {
    let folder = tempfile::tempdir().expect("folder");
    let (url, invites, manifest, _running) = mission(folder.path(), tls, count);
    let lanes = prepare(count, &invites, &manifest);
    let client = Runtime::new().expect("runtime");
    let roots: Vec<Vec<u8>> = invites[0].tls_roots.iter().map(|r| r.to_vec()).collect();
    let mut thirds: [Vec<_>; 3] = Default::default();
    for mut lane in lanes {
        let tenth = lane.len() / 10;
        thirds[2].push(lane.split_off(lane.len() - tenth));
        thirds[1].push(lane.split_off(tenth));
        thirds[0].push(lane);
    }
    let [first, middle, last] = thirds.map(|part| {
        let size = part.iter().map(Vec::len).sum::<usize>();
        (size, timed(|| client.block_on(submit(&url, &roots, part))).1)
    });
    let all = rate(first.0 + middle.0 + last.0, first.1 + middle.1 + last.1);
    (all, rate(first.0, first.1), rate(last.0, last.1))
}

/// The envelopes for each connection, each as a request body; uploads the enrolments first.
fn prepare(count: usize, invites: &[Invite], manifest: &Manifest) -> Vec<Vec<Vec<u8>>> {
    let devices = invites.len() / CONNECTIONS;
    let each = count / invites.len();
    invites.chunks(devices).map(|lane| lane.iter().flat_map(|i| device(each, i, manifest)).collect()).collect()
}

fn device(count: usize, invite: &Invite, manifest: &Manifest) -> Vec<Vec<u8>> {
    let (key, invite_key) = (SigningKey::generate(), SigningKey::from_seed(*invite.seed));
    let (shared, encapsulation) =
        SharedKey::encapsulate(manifest.reading_key(), manifest.mission).expect("encapsulates");
    let enrolment = Enrolment {
        v: 1,
        mission: manifest.mission,
        certificate: invite.certificate.clone(),
        device_key: key.public(),
        box_key: BoxKey::generate().public().into(),
        reading_key: manifest.reading_key().number,
        encapsulation: encapsulation.into(),
        nonce: random().into(),
        replaces: None,
    };
    let enrolment = enrolment.sign(&key, &invite_key);
    let device = DeviceId::of(Hash::of(&enrolment));
    let mut prev = Hash::of(&enrolment);
    let body = |object: Vec<u8>| cbor::encode(&Upload { objects: vec![object.into()], known: None });
    let mut out = vec![body(enrolment)];
    let payload: [u8; 420] = random();
    for seq in 1..=count as u64 {
        let address = Address {
            mission: manifest.mission,
            device,
            seq,
            prev,
            to: Recipient::Desks(manifest.reading_key()),
            blobs: &[],
        };
        let envelope = make(&address, ObjectType::Report, &key, &shared, &payload).expect("makes");
        prev = Hash::of(&envelope);
        out.push(body(envelope));
    }
    out
}

async fn submit(url: &str, roots: &[Vec<u8>], lanes: Vec<Vec<Vec<u8>>>) {
    let tasks: Vec<_> = lanes
        .into_iter()
        .map(|lane| {
            let client = baqylau_http::client(roots).expect("client");
            let url = format!("{url}/v1/objects");
            tokio::spawn(async move {
                for body in lane {
                    let answer = client.post(&url).body(body).send().await.expect("answers");
                    let bytes = answer.body(1 << 20).await.expect("reads");
                    let verdicts: Verdicts = cbor::decode(&bytes, "verdicts").expect("decodes");
                    assert!(matches!(verdicts.verdicts[0], Verdict::Stored(_)), "{:?}", verdicts.verdicts[0]);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a connection");
    }
}

/// A server on loopback, with a published mission.
fn mission(folder: &Path, tls: bool, count: usize) -> (String, Vec<Invite>, Manifest, (Runtime, RunningServer)) {
    let runtime = Runtime::new().expect("runtime");
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let url = format!("{}://127.0.0.1:{port}", if tls { "https" } else { "http" });
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../missions/kazakhstan-2023");
    let mission = folder.join("mission");
    let now = SystemClock.wall().ms;
    let desk = Desk::new(&mission, &source, std::slice::from_ref(&url), "benchmarks").expect("mission");
    let manifest = desk.build("benchmarks", now, 9).expect("bundle");
    let people = CONNECTIONS * (count / CONNECTIONS).div_ceil(PER_DEVICE);
    let people: Vec<String> = (1..=people).map(|n| format!("p{n:03}")).collect();
    let invites = desk.invites().make(&people, now, 9).expect("invites");
    let invites = invites.iter().map(|i| Invite::from_text(&i.text).expect("an invite")).collect();
    let read = |name: &str| std::fs::read(mission.join("server").join(name)).expect("file");
    let hex = |name: &str| PublicKey::from_hex(&String::from_utf8_lossy(&read(name))).expect("hex");
    let config = ServerConfig {
        listen: ([127, 0, 0, 1], port).into(),
        database: mission.join("server/server.db"),
        root: hex("root.pub").into(),
        receipt_key: SigningKey::from_seed(hex("receipt.key").0),
        tls: tls.then(|| TlsFiles { chain: read("tls.pem"), key: read("tls-key.pem") }),
        now: Arc::new(|| SystemClock.wall().ms),
        limits: Limits::default(),
        witnesses: WitnessList::default(),
    };
    let running = runtime.block_on(start(config)).expect("server");
    desk.publish().expect("publishes");
    (url, invites, manifest, (runtime, running))
}
