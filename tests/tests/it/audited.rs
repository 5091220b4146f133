//! A server hands out something else than what was pulled from it: its disk rotted, or it lies. The next pull names it, and an audit finds
//! all of it and mends what it can.

use crate::it::damage::flip;
use crate::it::support::{draft, key, report};
use baqylau_desk::DeskError;
use baqylau_desk::faults::EntryDifference;
use baqylau_desk::log::audit::AuditedHead;
use baqylau_desk::log::undone::Undone;
use baqylau_protocol::cbor;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::wire::{ConsistencyProof, LogPage};
use baqylau_tests::{BUDGET, World, now, tables};
use std::fs;

/// A desk that pulled the reports of one phone: the desk's enrolment and register, the phone, what the desk decided of it, the reports.
fn pulled(reports: usize) -> (World, baqylau_observer::ObserverApp) {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    (0..reports).for_each(|n| report(&core, &"x".repeat(n + 1)));
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    (world, core)
}

#[test]
fn what_rots_after_the_pull_is_named_by_the_next_one_and_mended_by_an_audit() {
    let (mut world, _) = pulled(6);
    let clean = world.desk.audit(&|_| ()).expect("audits");
    assert_eq!((clean.faults.len(), clean.mended, clean.head), (0, 0, AuditedHead::Same));
    assert_eq!(clean.compared, world.desk.store.cursor().expect("a cursor"));
    flip(&mut world, 3);
    let told = world.desk.pull(now(), &|_| ()).expect("nothing new, and all is here");
    let [undone @ Undone::EntryChanged(fault)] = &told.undone()[..] else { panic!("{:?}", told.undone()) };
    assert_eq!((fault.index, fault.what, fault.here), (3, EntryDifference::Damaged, true));
    assert!(undone.to_string().contains("baqylau desk audit"), "{undone}");
    let audit = world.desk.audit(&|_| ()).expect("audits");
    assert_eq!((audit.mended, audit.faults.len(), audit.unnamed), (1, 0, 0));
    assert_eq!(world.desk.pull(now(), &|_| ()).expect("pulls").changed, []);
    let mut second = world.another_desk("second desk");
    assert_eq!(second.pull(now(), &|_| ()).expect("pulls").gaps, [], "the server has it again");
    assert!(world.desk.store.evidence().expect("a store").is_empty(), "a rotten disk is no lie");
}

#[test]
fn each_entry_that_a_server_alters_leaves_out_or_moves_in_time_is_named() {
    let (mut world, _) = pulled(6);
    let server = world.lying();
    server.lie(|what, _, honest| {
        let mut page: LogPage = what.starts_with("GET /v1/log").then(|| cbor::decode_request(honest).ok())??;
        let from = page.from;
        for (entry, index) in page.entries.iter_mut().zip(from..) {
            match index {
                2 => entry.received -= 60_000,
                4 => entry.object = b"another".to_vec().into(),
                _ => {}
            }
        }
        if let Some(at) = 6_u64.checked_sub(from).and_then(|at| usize::try_from(at).ok())
            && at < page.entries.len()
        {
            page.entries.remove(at);
        }
        Some(cbor::encode(&page))
    });
    let pull = world.desk.pull(now(), &|_| ()).expect("what was pulled is here");
    let audit = world.desk.audit(&|_| ()).expect("audits");
    let there = Hash::of(b"another");
    for found in [&pull.changed, &audit.faults] {
        let what: Vec<(u64, EntryDifference)> = found.iter().map(|fault| (fault.index, fault.what)).collect();
        let [(2, EntryDifference::OtherTime { signed, said }), altered, left_out] = what[..] else {
            panic!("{what:?}")
        };
        assert_eq!(said - signed, -60_000);
        assert_eq!((altered, left_out), ((4, EntryDifference::Altered { there }), (6, EntryDifference::Missing)));
        assert!(found.iter().all(|fault| fault.here && fault.to_string().contains("do not trust it")));
    }
    assert_eq!(audit.mended, 0, "nothing is handed to a server that says something else of it");
    assert!(world.desk.store.evidence().expect("a store").is_empty(), "nobody signed a page");
    server.repent();
    assert_eq!(world.desk.audit(&|_| ()).expect("audits").faults, []);
}

#[test]
fn a_server_that_hands_out_nothing_ends_no_audit() {
    let (mut world, _) = pulled(40);
    let size = world.desk.store.cursor().expect("a cursor");
    let server = world.lying();
    server.lie(|what, _, honest| {
        let mut page: LogPage = what.starts_with("GET /v1/log").then(|| cbor::decode_request(honest).ok())??;
        page.entries.clear();
        Some(cbor::encode(&page))
    });
    let audit = world.desk.audit(&|_| ()).expect("audits");
    assert!(audit.faults.iter().all(|fault| fault.what == EntryDifference::Missing));
    assert_eq!(audit.faults.len() as u64 + audit.unnamed, size);
    assert!(audit.unnamed > 0, "it was not asked for each");
}

#[test]
fn a_log_that_grew_is_proved_to_go_on_or_said_not_to_be() {
    let (mut world, core) = pulled(2);
    let size = world.desk.store.cursor().expect("a cursor");
    report(&core, "another");
    core.sync_now(BUDGET).expect("syncs");
    let server = world.lying();
    let audit = world.desk.audit(&|_| ()).expect("audits");
    assert_eq!((audit.compared, audit.head), (size, AuditedHead::Proved { signed: size + 1 }));
    server.lie(|what, _, _| {
        let proof = ConsistencyProof { hashes: vec![Hash([7; 32])] };
        what.starts_with("GET /v1/consistency").then(|| cbor::encode(&proof))
    });
    let audit = world.desk.audit(&|_| ()).expect("audits");
    assert_eq!(audit.head, AuditedHead::Unproved { signed: size + 1 });
    assert!(world.desk.store.evidence().expect("a store").is_empty(), "no proof is no evidence");
}

#[test]
fn an_audit_of_a_server_that_went_back_keeps_what_it_signed() {
    let (mut world, core) = pulled(1);
    let server = world.lying();
    // What it signed before the second report.
    let kept = world.desk.heads().last().expect("a store").expect("a head").1;
    report(&core, "another");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    server.lie(move |what, _, honest| {
        let mut page: LogPage = what.starts_with("GET /v1/log").then(|| cbor::decode_request(honest).ok())??;
        page.head = kept.clone().into();
        Some(cbor::encode(&page))
    });
    let told = world.desk.audit(&|_| ()).expect_err("it went back");
    assert!(matches!(told, DeskError::Shrunk { .. }), "{told}");
    assert_eq!(world.desk.store.evidence().expect("a store").len(), 1);
}

#[test]
fn an_attachment_that_the_server_lost_or_changed_is_named() {
    let (mut world, core) = pulled(0);
    let mut hashes = Vec::new();
    for n in 0..3_u8 {
        let id = draft(&core, "complaint");
        core.attach(id, key(&core, id, "document"), "application/pdf", &mut &[n; 5_000][..]).expect("attached");
        core.finalise(id, Some("for a test".into())).expect("signed");
    }
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(world.desk.pull_attachments().expect("fetches").came, 3);
    let clean = world.desk.audit_attachments(None).expect("asks");
    assert_eq!((clean.compared, clean.lacking.len(), clean.altered.len()), (3, 0, 0));
    for entry in fs::read_dir(world.server_folder().join("server.blobs")).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some((_, hash)) = name.rsplit_once('-').filter(|_| name.len() == 32 + 1 + 64) {
            hashes.push((entry.path(), hash.to_owned()));
        }
    }
    assert_eq!(hashes.len(), 3);
    fs::remove_file(&hashes[0].0).expect("a disk asks nobody");
    let mut bytes = fs::read(&hashes[1].0).expect("a file");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&hashes[1].0, bytes).expect("a disk asks nobody");
    let audit = world.desk.audit_attachments(None).expect("asks");
    let mut lacking: Vec<String> = audit.lacking.iter().map(|l| l.attachment.to_string()).collect();
    lacking.sort();
    let mut gone = vec![hashes[0].1.clone(), hashes[1].1.clone()];
    gone.sort();
    assert_eq!((lacking, audit.altered.len()), (gone, 0), "an honest server hands out nothing that is not whole");
    assert!(audit.lacking.iter().all(|lacking| lacking.to_string().contains("send everything again")));
    let server = world.lying();
    server.lie(|what, _, _| what.starts_with("GET /v1/blobs/").then(|| vec![7; 1_024]));
    let audit = world.desk.audit_attachments(None).expect("asks");
    assert_eq!((audit.lacking.len(), audit.altered.len()), (0, 3));
    assert_eq!(world.desk.audit_attachments(Some(1)).expect("asks").compared, 1);
}
