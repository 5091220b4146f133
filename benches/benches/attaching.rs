//! Attaching a file (cleaned, encrypted, on disk), compared with plainly encrypting the same bytes; and importing a
//! courier file.

use baqylau_benches::timed;
use baqylau_protocol::blob::Sealer;
use baqylau_protocol::courier::CourierFile;
use baqylau_protocol::ids::MissionId;
use baqylau_protocol::keys::random;
use baqylau_sqlite::{Schema, open};
use baqylau_tests::{World, tables};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use std::fs::File;
use std::io::{Read, Write};
use std::time::Duration;

/// A video of 200 MB.
const LENGTH: u64 = 200 << 20;
const CHUNK: usize = 64 << 10;

fn main() {
    let folder = tempfile::tempdir().expect("folder");
    let rate = |time: Duration| f64::from(u32::try_from(LENGTH >> 20).unwrap_or(u32::MAX)) / time.as_secs_f64();
    let (mut best, mut plain) = (0f64, 0f64);
    for _ in 0..3 {
        plain = plain.max(rate(timed(|| copy(&folder.path().join("plain"))).1));
        best = best.max(rate(timed(|| seal(&folder.path().join("sealed"))).1));
    }
    println!("a video of 200 MB, encrypted in chunks and hashed, durable: {best:.0} MB/s");
    println!("the same, encrypted chunk by chunk without a hash: {plain:.0} MB/s; ratio {:.2}", best / plain);
    println!("peak memory of both: {} MB", peak_rss() >> 20);
    let mission = MissionId([1; 16]);
    let objects = (0..20_000).map(|_| random::<1000>().to_vec().into()).collect();
    let file = CourierFile { objects, ..CourierFile::new(mission) }.encode();
    let (read, time) = timed(|| CourierFile::decode(&file, mission).expect("reads"));
    let count = f64::from(u32::try_from(read.objects.len()).unwrap_or(0));
    println!("a courier file decoded: {:.0} objects per second", count / time.as_secs_f64());
    import();
}

/// One phone imports another's reports: all signatures verified, all of it committed; compared with inserting and
/// committing the bytes.
fn import() {
    const REPORTS: usize = 2_000;
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (far, near) = (world.invite("p001"), world.invite("p003"));
    let (far, near) = (world.enrolled("far", &far), world.enrolled("near", &near));
    for _ in 0..REPORTS {
        let visit = far.start_visit(None, None).expect("a visit").code;
        let draft = far.start_checklist(&visit, "incident").expect("a draft").id;
        far.finalise(draft, Some("for a benchmark".into())).expect("signed");
    }
    let file = far.export_courier().expect("a file");
    let (taken, ours) = timed(|| near.import_courier(&file).expect("taken"));
    assert_eq!(taken.carried, REPORTS + 1);
    let schema = Schema { steps: &["CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB NOT NULL) STRICT;"] };
    let db = open(&world.folder.path().join("raw.db"), Some(&[7; 32]), schema).expect("opens");
    let objects = CourierFile::decode(&file, world.desk.mission()).expect("reads").objects;
    let ((), raw) = timed(|| {
        let tx = db.unchecked_transaction().expect("begins");
        for object in &objects {
            let row = rusqlite::params![object.as_slice()];
            tx.prepare_cached("INSERT INTO t (b) VALUES (?1)").and_then(|mut s| s.execute(row)).expect("inserted");
        }
        tx.commit().expect("committed");
    });
    let rate = |time: Duration| f64::from(u32::try_from(objects.len()).unwrap_or(0)) / time.as_secs_f64();
    let (ours, raw) = (rate(ours), rate(raw));
    println!(
        "imported, verified and durable: {ours:.0} per second; only the bytes inserted: {raw:.0}; ratio {:.2}",
        ours / raw
    );
}

fn film() -> impl Read {
    std::io::repeat(0x5a).take(LENGTH)
}

fn seal(path: &std::path::Path) {
    let mut sealer = Sealer::new(&random(), std::io::BufWriter::new(File::create(path).expect("a file")));
    std::io::copy(&mut film(), &mut sealer).expect("copies");
    let (_, out) = sealer.finish().expect("ends");
    out.into_inner().expect("flushes").sync_all().expect("durable");
}

fn copy(path: &std::path::Path) {
    let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &random::<32>()).expect("32 bytes"));
    let mut file = File::create(path).expect("a file");
    let mut film = film();
    for number in 0u64.. {
        let mut chunk = Vec::with_capacity(CHUNK + 16);
        (&mut film).take(CHUNK as u64).read_to_end(&mut chunk).expect("reads");
        if chunk.is_empty() {
            break;
        }
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&number.to_be_bytes());
        let nonce = Nonce::assume_unique_for_key(nonce);
        key.seal_in_place_append_tag(nonce, Aad::empty(), &mut chunk).expect("seals");
        file.write_all(&chunk).expect("writes");
    }
    file.sync_all().expect("durable");
}

fn peak_rss() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().trim_end_matches("kB").trim().parse::<u64>().ok()).unwrap_or(0) << 10
}
