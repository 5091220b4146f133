//! A member of the mission with a program of their own.

use crate::it::support::{Attacker, chain, mission, send, statuses};
use baqylau_attacks::cbor::{Value, list};
use baqylau_attacks::envelope::Letterhead;
use baqylau_attacks::{cose, random, sha256};
use baqylau_tests::{BUDGET, now, reports};
use std::path::Path;
use std::process::Command;

const MALFORMED: u64 = 0;
const OTHER_MISSION: u64 = 1;
const UNKNOWN_DEVICE: u64 = 2;
const SIGNATURE: u64 = 3;
const LENGTH: u64 = 6;
const QUOTA: u64 = 7;

/// A report of a visit.
fn report(attacker: &Attacker, member: &baqylau_attacks::device::Device, visit: &str) -> (u16, Value) {
    (cose::REPORT, member.report(&attacker.published, "incident", visit, now()))
}

#[test]
fn an_honest_report_of_this_program_counts() {
    let mut world = mission();
    let (attacker, invite) = Attacker::new(&mut world);
    let member = attacker.member(&invite);
    let sent = chain(&member, &[report(&attacker, &member, "T003-01"), report(&attacker, &member, "T003-02")]);
    assert_eq!(attacker.upload(&[&sent[0], &sent[1]]), [Ok(1), Ok(2)]);
    assert_eq!(statuses(&mut world.desk), ["counted"; 2], "what follows fails for its own reason");
}

#[test]
fn two_reports_of_one_number_count_for_neither() {
    let mut world = mission();
    let (attacker, invite) = Attacker::new(&mut world);
    let member = attacker.member(&invite);
    let (_, one) = report(&attacker, &member, "T003-01");
    let (_, other) = report(&attacker, &member, "T003-02");
    let head = member.head(1, member.first());
    let [one, other] = [one, other].map(|payload| member.seal(&head, cose::REPORT, &payload));
    assert_eq!(attacker.upload(&[&one, &other]), [Ok(1), Ok(2)], "a server cannot tell which is the right one");
    assert_eq!(statuses(&mut world.desk), ["forked"; 2]);
    let devices = world.desk.devices(now()).expect("devices");
    assert_eq!((devices[0].forked.as_slice(), devices[0].received), (&[1][..], 1));
}

#[test]
fn a_gap_shows_and_what_stands_behind_it_counts() {
    let mut world = mission();
    let (attacker, invite) = Attacker::new(&mut world);
    let member = attacker.member(&invite);
    let payloads: Vec<_> = (1..=4).map(|n| report(&attacker, &member, &format!("T003-0{n}"))).collect();
    let sent = chain(&member, &payloads);
    // The second is kept back, and the end is said to be far away.
    let close = Value::Map(vec![(0, 1_u64.into()), (1, 7_u64.into()), (2, list([now().into(), 0_u64.into()]))]);
    let close = member.seal(&member.head(7, random()), 65010, &close);
    assert_eq!(attacker.upload(&[&sent[0], &sent[2], &sent[3], &close]), [Ok(1), Ok(2), Ok(3), Ok(4)]);
    assert_eq!(statuses(&mut world.desk), ["counted"; 3]);
    let devices = world.desk.devices(now()).expect("devices");
    assert_eq!(
        (devices[0].missing.as_slice(), devices[0].closed),
        (&[2, 5, 6][..], true),
        "it is told what is missing"
    );
    assert!(attacker.upload(&[&sent[1]])[0].is_ok(), "it may still come");
    assert_eq!(statuses(&mut world.desk), ["counted"; 4]);
}

#[test]
fn a_chain_that_does_not_link_is_named_by_whoever_verifies() {
    let mut world = mission();
    let (attacker, invite) = Attacker::new(&mut world);
    let member = attacker.member(&invite);
    let (_, first) = report(&attacker, &member, "T003-01");
    let (_, second) = report(&attacker, &member, "T003-02");
    let first = member.seal(&member.head(1, member.first()), cose::REPORT, &first);
    let second = member.seal(&member.head(2, [9; 32]), cose::REPORT, &second);
    assert_eq!(attacker.upload(&[&first, &second]), [Ok(1), Ok(2)]);
    assert_eq!(statuses(&mut world.desk), ["counted"; 2], "each is signed, and has a number of its own");
    let export = world.desk.heads().export().expect("reads").expect("pulled");
    let file = world.folder.path().join("log.cbor");
    std::fs::write(&file, minicbor::to_vec(&export).expect("CBOR")).expect("written");
    let verifier = Path::new(env!("CARGO_MANIFEST_DIR")).join("../formats/verify.py");
    let said = Command::new("python3").arg(verifier).arg(&file).output().expect("it runs");
    let words = String::from_utf8_lossy(&said.stdout).into_owned() + &String::from_utf8_lossy(&said.stderr);
    assert!(!said.status.success() && words.contains("follow"), "{words}");
}

#[test]
fn who_supersedes_anothers_report_proposes() {
    let mut world = mission();
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    assert_eq!(send(&phone), 1);
    assert_eq!(statuses(&mut world.desk), ["counted"]);
    let victims = reports(&world.desk)[0].summary.meta.hash.0;
    let (attacker, invite) = Attacker::new(&mut world);
    let member = attacker.member(&invite);
    let (kind, mut mine) = report(&attacker, &member, "T003-01");
    mine.put(10, victims);
    mine.put(14, "it was otherwise");
    let sent = chain(&member, &[(kind, mine)]);
    assert!(attacker.upload(&[&sent[0]])[0].is_ok());
    assert_eq!(statuses(&mut world.desk), ["counted", "proposal"], "until a desk accepts it");
}

#[test]
fn nobody_but_a_desk_writes_letters() {
    let mut world = mission();
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let victim = world.desk.devices(now()).expect("devices")[0].device.0;
    let (attacker, invite) = Attacker::new(&mut world);
    let member = attacker.member(&invite);
    let head = Letterhead { to: 0, recipient: Some(victim), ..member.head(1, member.first()) };
    let words = baqylau_attacks::device::letter("Go home.", None).encode();
    let sent = head.seal((cose::LETTER, &words), &member.shared, &member.reading.1, &member.key);
    assert_eq!(attacker.upload(&[&sent]), [Err(MALFORMED)]);
    assert_eq!(phone.sync_now(BUDGET).expect("syncs").letters, 0);
    // Sealed to the desks it is no letter to anybody.
    let sent = member.seal(&member.head(1, member.first()), cose::LETTER, &baqylau_attacks::device::letter("x", None));
    assert!(attacker.upload(&[&sent])[0].is_ok());
    let pulled = world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(pulled.reports, 0);
    assert!(world.desk.own().letters().expect("letters").is_empty(), "nobody takes it for a desk's");
}

#[test]
fn what_is_of_others_is_refused_by_its_reason() {
    let mut world = mission();
    let victim = world.invite("p001");
    let phone = world.enrolled("phone", &victim);
    assert_eq!(send(&phone), 1);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let victim = world.desk.devices(now()).expect("devices")[0].device.0;
    let (attacker, invite) = Attacker::new(&mut world);
    let member = attacker.member(&invite);
    let (_, payload) = report(&attacker, &member, "T003-01");
    let head = || member.head(1, member.first());
    let cases = [
        ("another mission", Letterhead { mission: [3; 16], ..head() }, OTHER_MISSION),
        ("another's device", Letterhead { device: victim, ..head() }, SIGNATURE),
        ("a device that nobody has", Letterhead { device: [3; 16], ..head() }, UNKNOWN_DEVICE),
        ("a number beyond any chain", Letterhead { seq: 1 << 63, ..head() }, MALFORMED),
        ("an attachment of no length", Letterhead { blobs: &[([1; 32], 0)], ..head() }, LENGTH),
        ("an attachment of a gibibyte and more", Letterhead { blobs: &[([1; 32], (1 << 30) + 1)], ..head() }, LENGTH),
        ("another version", Letterhead { v: 2, ..head() }, MALFORMED),
    ];
    for (name, head, code) in cases {
        let sent = member.seal(&head, cose::REPORT, &payload);
        assert_eq!(attacker.upload(&[&sent]), [Err(code)], "{name}");
    }
    let mut long = member.seal(&head(), cose::REPORT, &payload);
    long.push(0);
    assert!(matches!(attacker.upload(&[&long])[0], Err(MALFORMED | LENGTH)), "a byte behind it");
    assert_eq!(statuses(&mut world.desk), ["counted"], "nothing of it is there");
}

#[test]
fn what_is_sent_again_is_in_the_log_once() {
    let mut world = mission();
    let (attacker, invite) = Attacker::new(&mut world);
    let member = attacker.member(&invite);
    let sent = chain(&member, &[report(&attacker, &member, "T003-01")]);
    for _ in 0..3 {
        assert_eq!(attacker.upload(&[&member.enrolment, &sent[0], &sent[0]]), [Ok(0), Ok(1), Ok(1)]);
    }
    assert_eq!(statuses(&mut world.desk), ["counted"]);
}

#[test]
fn a_report_that_fits_no_checklist_counts_nowhere_and_hides_no_other() {
    let mut world = mission();
    let (attacker, invite) = Attacker::new(&mut world);
    let member = attacker.member(&invite);
    let (kind, honest) = report(&attacker, &member, "T003-01");
    let with = |key: i128, value: Value| {
        let mut report = honest.clone();
        report.put(key, value);
        (kind, report)
    };
    let payloads = [
        with(2, [9; 32].into()),
        // Bits that never end; and answers of the largest envelope.
        with(6, vec![0x00; 200_000].into()),
        with(6, vec![0xff; 200_000].into()),
        with(6, random::<700_000>().to_vec().into()),
        with(6, Vec::<u8>::new().into()),
        with(0, 3_u64.into()),
        with(17, 1_u64.into()),
        (kind, Value::Int(1)),
        (kind, honest),
    ];
    let sent = chain(&member, &payloads);
    for envelope in &sent {
        assert!(attacker.upload(&[envelope])[0].is_ok(), "the server cannot read it");
    }
    let found = statuses(&mut world.desk);
    assert_eq!(found.iter().filter(|status| **status == "counted").count(), 1, "{found:?}");
    assert!(found.iter().all(|status| ["counted", "misfit", "unverifiable"].contains(status)), "{found:?}");
    assert_eq!(found.last(), Some(&"counted"), "the honest one");
    let size = std::fs::metadata(world.desk.workspace.store()).expect("the desk's store").len();
    assert!(size < 64 << 20, "{size} bytes");
}

#[test]
fn a_flood_ends_at_the_quota_of_who_floods() {
    let mut world = mission();
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    let (attacker, invite) = Attacker::new(&mut world);
    let member = attacker.member(&invite);
    let payload = random::<1_000_000>();
    let mut taken = 0;
    let mut prev = member.first();
    let refused = (1..=80).find_map(|seq| {
        let head = member.head(seq, prev);
        let envelope = head.of_class(10, (cose::REPORT, &payload), &member.shared, &member.reading.1, &member.key);
        let envelope = envelope.expect("it fits");
        prev = sha256(&envelope);
        match attacker.upload(&[&envelope])[0] {
            Ok(_) => {
                taken += 1;
                None
            }
            Err(code) => Some(code),
        }
    });
    assert_eq!(refused, Some(QUOTA));
    assert!((60..=70).contains(&taken), "64 MiB of them: {taken}");
    assert_eq!(send(&phone), 1, "nobody else is touched");
}
