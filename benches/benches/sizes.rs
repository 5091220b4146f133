//! What a mission of many devices weighs: manifest, standing records and their fold, log, tree, tiles, receipts, bundle. On made data;
//! `BAQYLAU_BENCH_DEVICES` says how many devices, 2,000 if it is not set, 200,000 for `docs/performance.md`.

use baqylau_benches::timed;
use baqylau_protocol::VERSION;
use baqylau_protocol::authority::{DeskTerm, IssuerTerm, LogEpoch};
use baqylau_protocol::bundle::{MAX_NAMED, Manifest};
use baqylau_protocol::cbor;
use baqylau_protocol::certificate::Invite;
use baqylau_protocol::envelope::{MAX_CLASS, class_bytes};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_protocol::keys::{ReadingSecret, SigningKey};
use baqylau_protocol::merkle::MerkleTree;
use baqylau_protocol::receipt::{Receipt, TreeHead, leaf_hash};
use baqylau_protocol::standing::{MAX_DECISIONS, Standing, StandingDecision, StandingRecord, Standings};
use baqylau_report::report::RecordedMoment;
use baqylau_report::{Letter, LetterSent};
use baqylau_tests::rogue::Rogue;
use baqylau_tests::{World, tables};
use peak_alloc::PeakAlloc;
use std::time::Duration;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Envelopes of a device in the log, beside its enrolment.
const REPORTS: u64 = 5;
/// Hashes of a full tile (c2sp.org/tlog-tiles).
const TILE: u64 = 256;

fn main() {
    let devices = std::env::var("BAQYLAU_BENCH_DEVICES").ok().and_then(|n| n.parse().ok()).unwrap_or(2_000);
    println!("{devices} devices, {REPORTS} reports each");
    let root = SigningKey::generate();
    let desk = SigningKey::generate();
    let manifest = manifest(&root);
    println!("manifest of {MAX_NAMED} desks: {} bytes", manifest.sign(&root).len());
    standings(&manifest, &desk, devices);
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = Invite::from_text(&world.invite("p001")).expect("an invite");
    let enrolment = Rogue::new(&invite, world.desk.manifest().expect("a bundle")).enrolment.len() as u64;
    println!("an enrolment: {enrolment} bytes");
    log(manifest.mission, devices, enrolment);
    bundle(&world);
    letters();
}

/// A device that is only a name.
fn device(n: u64) -> DeviceId {
    DeviceId::of(Hash::of(&n.to_be_bytes()))
}

/// The largest number of desks, two issuers and two reading keys as while one replaces the other. Without parts.
fn manifest(root: &SigningKey) -> Manifest {
    let key = || SigningKey::generate().public();
    let term = |n: usize| DeskTerm { device: device(u64::MAX - n as u64), from: 0, until: None };
    Manifest {
        v: Manifest::VERSION,
        mission: MissionId::of(root.public()),
        version: 100,
        prev: Some(Hash([1; 32])),
        issued: 1_700_000_000_000,
        expires: 1_800_000_000_000,
        renew_by: 1_750_000_000_000,
        readers: Vec::new(),
        witnesses: Vec::new(),
        cosignatures: 0,
        issuers: vec![
            IssuerTerm { key: key(), from: 0, until: Some(1 << 20) },
            IssuerTerm { key: key(), from: 1 << 19, until: None },
        ],
        log: LogEpoch::first(key()),
        tls_roots: vec![vec![0; 500].into(); 2],
        desks: (0..MAX_NAMED).map(term).collect(),
        reading: [1, 2].map(|number| ReadingSecret::generate(number).public()).to_vec(),
        servers: (1..=3).map(|n| format!("https://mission{n}.example:8443")).collect(),
        parts: Vec::new(),
        reinstated: Vec::new(),
    }
}

/// Every device confirmed, as desks do by themselves: as many in a record as there may be, and one a record, as it comes to pass when
/// phones enrol one by one. One device in a hundred is revoked by hand behind that.
fn standings(manifest: &Manifest, key: &SigningKey, devices: u64) {
    let desk = manifest.desks[0].device;
    let record = |by_hand, decisions| StandingRecord {
        v: VERSION,
        mission: manifest.mission,
        desk,
        at: 1_700_000_000_000,
        by_hand,
        decisions,
    };
    let confirmed: Vec<StandingDecision> =
        (0..devices).map(|n| StandingDecision::new(device(n), Standing::Confirmed)).collect();
    let revoked = (0..devices).step_by(100).map(|n| {
        let good = StandingDecision {
            good_seq: REPORTS,
            good_hash: Some(Hash([3; 32])),
            ..StandingDecision::new(device(n), Standing::Revoked)
        };
        record(true, vec![good])
    });
    let revoked: Vec<StandingRecord> = revoked.collect();
    for (name, size) in [("as many in a record as there may be", MAX_DECISIONS), ("one in a record", 1)] {
        let mut records: Vec<StandingRecord> =
            confirmed.chunks(size).map(|decisions| record(false, decisions.to_vec())).collect();
        records.extend(revoked.iter().cloned());
        let signed: Vec<Vec<u8>> = records.iter().map(|record| record.sign(key)).collect();
        let bytes: usize = signed.iter().map(Vec::len).sum();
        let largest = signed.iter().map(Vec::len).max().unwrap_or(0);
        let (opened, opening) = timed(|| {
            let open =
                |bytes: &Vec<u8>| StandingRecord::open(bytes, &key.public(), manifest.mission).expect("it opens");
            signed.iter().map(open).map(|record| record.decisions.len()).sum::<usize>()
        });
        let before = MEMORY.current_usage();
        let (fold, folding) = timed(|| {
            let mut fold = Standings::default();
            (0..).zip(&records).for_each(|(place, record)| assert!(fold.apply(place, record, manifest)));
            fold
        });
        let memory = MEMORY.current_usage().saturating_sub(before);
        assert_eq!(fold.devices().count() as u64, devices);
        println!(
            "standing records, {name}: {} of {opened} decisions, {bytes} bytes, {largest} the largest; verified in {}, folded in {}; \
             the fold {memory} bytes, {} a device",
            signed.len(),
            ms(opening),
            ms(folding),
            memory as u64 / devices
        );
    }
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// The log with its tree and tiles, and what a receipt and a proof in it weigh.
fn log(mission: MissionId, devices: u64, enrolment: u64) {
    let leaves = devices * (1 + REPORTS);
    let objects = devices * (enrolment + REPORTS * class_bytes(0) as u64);
    let before = MEMORY.current_usage();
    let (tree, growing) = timed(|| {
        let mut tree = MerkleTree::default();
        (0..leaves).for_each(|n| tree.push(leaf_hash(Hash::of(&n.to_be_bytes()), 1_700_000_000_000)));
        tree
    });
    let memory = MEMORY.current_usage().saturating_sub(before);
    let (mut full, mut partial, mut hashes, mut level) = (0, 0, 0, leaves);
    while level > 0 {
        full += level / TILE;
        partial += u64::from(!level.is_multiple_of(TILE));
        hashes += level;
        level /= TILE;
    }
    println!(
        "log: {leaves} objects of {} MB; tree in memory {} MB, grown in {}; tiles {full} full and {partial} partial, {} MB in all",
        objects / 1_000_000,
        memory / 1_000_000,
        ms(growing),
        hashes * 32 / 1_000_000
    );
    let key = SigningKey::generate();
    let head = TreeHead { v: VERSION, mission, size: leaves, root: tree.root(), time: 1_700_000_000_000 }.sign(&key);
    let path = tree.path(0).expect("a path");
    let receipt = Receipt { head: head.clone().into(), index: 0, received: 1_700_000_000_000, path };
    let proof = tree.consistency(leaves / 2 + 1, leaves).expect("a proof");
    println!(
        "head {} bytes, receipt {}, consistency proof from half of it {}; exported log without its objects {} MB",
        head.len(),
        cbor::encode(&receipt).len(),
        cbor::encode(&proof).len(),
        leaves * 13 / 1_000_000
    );
}

/// The bundle of a mission of this repository: it does not grow with the devices.
fn bundle(world: &World) {
    let manifest = world.desk.manifest().expect("a bundle");
    let bytes = std::fs::metadata(world.desk.workspace.folder.join("publish/bundle.cbor")).expect("a file").len();
    let plain: u64 = manifest.parts.iter().map(|part| part.size).sum();
    println!("bundle of kazakhstan-2023: {} parts, {plain} bytes, packed {bytes}", manifest.parts.len());
}

/// What desks tell each other of a letter to many phones: one envelope names them all.
fn letters() {
    let at = RecordedMoment { ms: 1_700_000_000_000, offset: 0 };
    let letter = Letter { v: VERSION, text: "Stay.".into(), report: None, questions: Vec::new(), at, copy: None };
    let told = |phones: u64| {
        let letters = (0..phones).map(|n| (device(n), Hash::of(&n.to_be_bytes()))).collect();
        LetterSent { v: VERSION, letters, letter: letter.clone(), handed: false }.encode().len()
    };
    let each = (told(2_000) - told(1_000)) / 1_000;
    println!("a letter: {each} bytes a phone for the other desks; at most {} phones", class_bytes(MAX_CLASS) / each);
}
