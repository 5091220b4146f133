//! What a courier costs a phone in memory, however large the file is: at most 8 MiB. One test, because the allocator counts for the whole
//! program; the database's own pages are not counted.

use baqylau_protocol::certificate::Invite;
use baqylau_protocol::courier::{CourierFile, MAX_FILE};
use baqylau_protocol::ids::Hash;
use baqylau_tests::rogue::Rogue;
use baqylau_tests::{World, tables};
use peak_alloc::PeakAlloc;
use std::fs::File;
use std::io::Write;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const MOST: usize = 8 << 20;

/// Runs something; gives how many bytes it took at most.
fn peak<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let done = run();
    (done, MEMORY.peak_usage().saturating_sub(before))
}

#[test]
fn a_courier_takes_little_memory_on_a_phone() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (far, near) = (world.invite("p001"), world.invite("p003"));
    let near = world.enrolled("near", &near);
    let rogue = Rogue::new(&Invite::from_text(&far).expect("an invite"), world.desk.manifest().expect("a bundle"));
    let noise: Vec<u8> = (0..30_000u32).flat_map(|n| Hash::of(&n.to_be_bytes()).0).collect();
    let mut objects = vec![rogue.enrolment.clone().into()];
    let mut prev = Hash::of(&rogue.enrolment);
    for seq in 1..=60 {
        let envelope = rogue.envelope(seq, prev, 10, &noise);
        prev = Hash::of(&envelope);
        objects.push(envelope.into());
    }
    let mission = world.desk.mission();
    let file = CourierFile { objects, ..CourierFile::new(mission) }.encode();
    let path = world.folder.path().join("large");
    std::fs::write(&path, &file).expect("written");
    let large = file.len();
    drop(file);
    let read = || near.import_courier_from(File::open(&path).expect("a file")).expect("taken");
    let (taken, memory) = peak(read);
    assert_eq!((taken.carried, taken.refused), (61, 0), "{large} bytes");
    assert!(memory < MOST, "{memory} bytes to take {large}");
    let out = world.folder.path().join("out");
    let ((), memory) = peak(|| near.export_courier_to(&mut File::create(&out).expect("a file")).expect("written"));
    assert!(memory < MOST, "{memory} bytes to write {large}");
    assert!(std::fs::metadata(&out).expect("a file").len() > 60_000_000);

    // As many tiny items as fit, of which none is what it should be.
    let start = [&[0xa4, 0x00, 0x01, 0x01, 0x50][..], &mission.0].concat();
    let lists = |key: u8, count: u32, item: &[u8]| {
        [&[key, 0x9a][..], &count.to_be_bytes(), &item.repeat(count as usize)].concat()
    };
    for (name, objects, receipts) in [
        ("objects", lists(2, 49_999, &[&[0x59, 0x04, 0x00][..], &[7; 1024]].concat()), vec![3, 0x80]),
        ("receipts", vec![2, 0x80], lists(3, 49_999, &[0x82, 0x40, 0x84, 0x40, 0x00, 0x00, 0x80])),
        ("too many", lists(2, 60_000_000, &[0x40]), vec![3, 0x80]),
    ] {
        let mut bomb = File::create(&path).expect("a file");
        let whole = [&start[..], &objects, &receipts].concat();
        assert!(whole.len() <= MAX_FILE);
        bomb.write_all(&whole).expect("written");
        drop((whole, objects, receipts));
        let (taken, memory) = peak(|| near.import_courier_from(File::open(&path).expect("a file")));
        assert!(taken.map_or(true, |taken| taken.carried == 0), "{name}");
        assert!(memory < MOST, "{name}: {memory} bytes");
    }
}
