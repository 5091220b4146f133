//! Delivery by hand, for a region that stays offline.

use crate::it::support::{draft, key, report};
use baqylau_desk::adjudication::status::Status;
use baqylau_desk::faults::ServerRefusal;
use baqylau_desk::log::courier::{CourierItem, CourierOutcome, CourierRefusal, NotTaken};
use baqylau_observer::{Error, InvalidReason, ObserverApp};
use baqylau_protocol::courier::{Assembler, CourierError, CourierFile, frames};
use baqylau_protocol::ids::Hash;
use baqylau_tests::{BUDGET, PASSPHRASE, PIN, World, now, tables};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn counted(world: &mut World) -> usize {
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let reports = baqylau_tests::reports(&world.desk);
    reports.iter().filter(|r| r.status == Status::Counted).count()
}

#[test]
fn another_phone_carries_reports_and_brings_receipts_back() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (far, near) = (world.invite("p001"), world.invite("p003"));
    let (far, near) = (world.enrolled("far", &far), world.enrolled("near", &near));
    (0..3).for_each(|n| report(&far, &format!("far {n}")));
    report(&near, "its own");
    let file = far.export_courier().expect("a file");
    // Locked phones do it too, and twice is once.
    near.lock().expect("locks");
    let taken = near.import_courier(&file).expect("taken");
    assert_eq!((taken.carried, taken.refused, taken.bundle), (4, 0, false), "the enrolment and three envelopes");
    assert_eq!(near.import_courier(&file).expect("again").carried, 0);
    let sync = near.sync_now(BUDGET).expect("syncs");
    assert_eq!((sync.delivered, sync.carried, sync.again), (1, 4, None));
    assert_eq!(counted(&mut world), 4);
    assert_eq!(far.summary().expect("a summary").waiting, 3, "without a receipt nothing is delivered");
    let back = near.export_courier().expect("a file");
    assert!(
        CourierFile::decode(&back, world.desk.mission()).expect("reads").objects.is_empty(),
        "nothing waits any more"
    );
    assert_eq!(far.import_courier(&back).expect("taken").delivered, 3);
    assert!(far.summary().expect("a summary").all_stored());
    // It came online after all: nothing counts twice.
    far.sync_now(BUDGET).expect("syncs");
    assert_eq!(counted(&mut world), 4);
}

#[test]
fn the_desk_delivers_a_file_and_a_phone_enrols_without_any_network() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let bundle = world.desk.courier(Vec::new(), Vec::new()).expect("a file");
    world.stop_server();
    let core = ObserverApp::create(world.phone("phone"), PIN, &invite).expect("a store");
    assert!(core.enrol(BUDGET).is_err(), "there is no bundle");
    assert!(core.export_courier().is_err(), "and nothing to carry");
    assert!(core.import_courier(&bundle).expect("taken").bundle);
    report(&core, "offline from the first day");
    // By screen and camera, in any order, with frames seen twice.
    let mut shown = core.courier_codes().expect("codes");
    let whole = frames(&core.export_courier().expect("a file"));
    assert!(shown.len() * 10 < whole.len(), "{} codes, {} with the bundle", shown.len(), whole.len());
    shown.reverse();
    shown.insert(1, shown[0].clone());
    let mut assembler = Assembler::default();
    let file = shown.iter().find_map(|frame| assembler.take(frame).expect("a frame")).expect("a file");
    world.start_server();
    let delivered = world.desk.deliver(&file, &[], &|_| ()).expect("delivered");
    assert_eq!((delivered.stored, delivered.refused.len()), (2, 0));
    assert_eq!(world.desk.deliver(&file, &[], &|_| ()).expect("again").stored, 2);
    assert_eq!(core.import_courier(&delivered.back).expect("taken").delivered, 1);
    assert!(core.summary().expect("a summary").all_stored());
    assert_eq!(counted(&mut world), 1);
}

#[test]
fn a_courier_brings_a_newer_bundle_and_never_an_older_one() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let first = world.desk.courier(Vec::new(), Vec::new()).expect("a file");
    world.desk.build(PASSPHRASE, now(), 30).expect("builds");
    let second = world.desk.courier(Vec::new(), Vec::new()).expect("a file");
    assert!(core.import_courier(&second).expect("taken").bundle);
    assert!(!core.import_courier(&first).expect("read").bundle, "it was carried by somebody who had not heard");
    let mission = core.mission().expect("a mission");
    assert_eq!((mission.version, mission.bundle_refused), (2, None));
}

#[test]
fn what_proves_nothing_is_left_out() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let mut other = World::new(&tables("kazakhstan-2023"));
    let (far, near, foreign) = (world.invite("p001"), world.invite("p003"), other.invite("p001"));
    let (far, near, foreign) =
        (world.enrolled("far", &far), world.enrolled("near", &near), other.enrolled("foreign", &foreign));
    report(&far, "one");
    report(&foreign, "of another mission");
    let refused = near.import_courier(&foreign.export_courier().expect("a file")).expect_err("another mission");
    assert!(matches!(&refused, Error::Invalid(InvalidReason::Courier(CourierError::Mission { .. }))));
    let file = far.export_courier().expect("a file");
    for cut in [0, 1, 100, file.len() / 2, file.len() - 1] {
        near.import_courier(&file[..cut]).expect_err("cut off");
    }
    near.import_courier(&[&file[..], &[0]].concat()).expect_err("bytes behind it");
    let whole = CourierFile::decode(&file, world.desk.mission()).expect("reads");
    let mut altered = whole.clone();
    let last = altered.objects.len() - 1;
    let middle = altered.objects[last].len() / 2;
    altered.objects[last][middle] ^= 1;
    let taken = near.import_courier(&altered.encode()).expect("taken");
    assert_eq!((taken.carried, taken.refused), (1, 1), "the enrolment is good, the envelope is not");
    let orphan = CourierFile { objects: vec![whole.objects[last].clone()], ..whole.clone() };
    let third = world.invite("p005");
    let third = world.enrolled("third", &third);
    assert_eq!(third.import_courier(&orphan.encode()).expect("taken").refused, 1, "its device is not with it");
    // A receipt of another envelope delivers nothing.
    near.import_courier(&file).expect("taken");
    near.sync_now(BUDGET).expect("syncs");
    let back = CourierFile::decode(&near.export_courier().expect("a file"), world.desk.mission()).expect("reads");
    let mut swapped = back.clone();
    swapped.receipts.iter_mut().for_each(|r| r.1.index += 1);
    let taken = far.import_courier(&swapped.encode()).expect("read");
    assert_eq!((taken.delivered, taken.refused), (0, swapped.receipts.len()));
    assert_eq!(far.summary().expect("a summary").waiting, 1);
    assert_eq!(far.import_courier(&back.encode()).expect("taken").delivered, 1);
}

#[test]
fn an_object_that_no_server_takes_is_named_and_the_others_are_delivered_many_at_once() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("far", &invite);
    (0..3).for_each(|n| report(&core, &format!("report {n}")));
    let mut file = CourierFile::decode(&core.export_courier().expect("a file"), world.desk.mission()).expect("reads");
    let (large, empty) = (vec![7; 5 << 20], 2_000);
    let name = Hash::of(&large).to_string();
    file.objects.insert(0, large.into());
    (0..empty).for_each(|_| file.objects.insert(1, Vec::new().into()));
    let server = world.lying();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    server.lie(move |what, _, _| {
        counted.fetch_add(usize::from(what.starts_with("POST /v1/objects")), Ordering::SeqCst);
        None
    });
    let delivered = world.desk.deliver(&file.encode(), &[], &|_| ()).expect("delivers");
    assert_eq!((delivered.stored, delivered.refused.len()), (file.objects.len() - 1 - empty, 1 + empty));
    assert!(delivered.refused.iter().any(|refusal| refusal.item.to_string().contains(&name)), "the large one is named");
    assert!(asked.load(Ordering::SeqCst) < 20, "many go in one request");
    core.import_courier(&delivered.back).expect("taken");
    assert!(core.summary().expect("a summary").all_stored());
}

/// A report with a document of some bytes.
fn documented(core: &ObserverApp, byte: u8) {
    let id = draft(core, "complaint");
    let document = vec![byte; 200_000];
    core.attach(id, key(core, id, "document"), "application/pdf", &mut &document[..]).expect("attached");
    core.finalise(id, Some("for a test".into())).expect("signed");
}

#[test]
fn attachments_travel_beside_the_file() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (far, near) = (world.invite("p001"), world.invite("p003"));
    let (far, near) = (world.enrolled("far", &far), world.enrolled("near", &near));
    documented(&far, 7);
    let files = far.courier_attachments().expect("attachments");
    let [file] = files.as_slice() else { panic!("one attachment, not {}", files.len()) };
    let bytes = std::fs::read(file).expect("a file");
    let early = near.import_attachment(&mut &bytes[..]).expect_err("its report is not here");
    assert!(matches!(&early, Error::Invalid(InvalidReason::AttachmentUnnamed)), "{early}");
    near.lock().expect("locks");
    near.import_courier(&far.export_courier().expect("a file")).expect("taken");
    near.import_attachment(&mut &bytes[..bytes.len() - 1]).expect_err("cut off");
    near.import_attachment(&mut &[&bytes[..], &[0]].concat()[..]).expect_err("longer");
    near.import_attachment(&mut &[&[bytes[0] ^ 1], &bytes[1..]].concat()[..]).expect_err("altered");
    near.import_attachment(&mut &bytes[..]).expect("taken");
    near.import_attachment(&mut &bytes[..]).expect("twice is once");
    let sync = near.sync_now(BUDGET).expect("syncs");
    assert!(sync.again.is_none() && sync.attachment_bytes >= 200_000, "{sync:?}");
    assert_eq!(std::fs::read_dir(world.folder.path().join("near/blobs")).expect("a folder").count(), 0, "not needed");
    assert_eq!(far.summary().expect("a summary").attachments_waiting, 1);
    far.import_courier(&near.export_courier().expect("a file")).expect("taken");
    assert!(far.summary().expect("a summary").all_stored(), "the proof found its way back");
    // To the desk by hand.
    documented(&far, 8);
    let (file, files) = (far.export_courier().expect("a file"), far.courier_attachments().expect("attachments"));
    let altered = world.folder.path().join("altered");
    std::fs::write(&altered, b"something else").expect("a file");
    let brought = [files[0].clone(), altered];
    let delivered = world.desk.deliver(&file, &brought, &|_| ()).expect("delivered");
    assert_eq!((delivered.attachments, delivered.refused.len()), (1, 1));
    far.import_courier(&delivered.back).expect("taken");
    assert!(far.summary().expect("a summary").all_stored());
    assert_eq!(counted(&mut world), 2);
    assert_eq!(world.desk.pull_attachments().expect("fetches").came, 2);
    for (row, byte) in world.desk.attachments().list().expect("attachments").iter().zip([7, 8]) {
        let mut shown = Vec::new();
        world.desk.attachments().open(&row.attachment, &mut shown).expect("opens");
        assert!(shown.len() == 200_000 && shown.iter().all(|b| *b == byte));
    }
}

#[test]
fn a_server_that_lost_its_log_gets_everything_again() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    documented(&core, 7);
    report(&core, "a second");
    core.sync_now(BUDGET).expect("syncs");
    assert!(core.summary().expect("a summary").all_stored());
    world.stop_server();
    for entry in std::fs::read_dir(world.server_folder()).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("server.") {
            let path = entry.path();
            let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
            removed.expect("removed");
        }
    }
    world.start_server();
    world.desk.publish().expect("publishes");
    report(&core, "a third");
    for _ in 0..3 {
        core.sync_now(BUDGET).expect("syncs");
    }
    let summary = core.summary().expect("a summary");
    assert_eq!(
        (summary.delivered, summary.waiting),
        (2, 1),
        "nothing proves that the new log goes on from the old one"
    );
    assert_eq!(counted(&mut world), 3);
    assert_eq!(world.desk.pull_attachments().expect("fetches").came, 1);
}

#[test]
fn what_a_courier_brought_in_vain_is_told_by_reason() {
    let refusal = |item, why| CourierRefusal { item, why: NotTaken::Refused(why) };
    let junk = |n: u8| refusal(CourierItem::Object(Hash([n; 32])), ServerRefusal::Malformed);
    let cut = refusal(CourierItem::Attachment("cut.bin".into()), ServerRefusal::AttachmentShort);
    let refused = (0..200).map(junk).chain([cut]).collect();
    let outcome = CourierOutcome { refused, ..CourierOutcome::default() };
    let told = outcome.refused_by_reason();
    assert_eq!(
        told.iter().map(|(reason, which)| (reason.code(), which.len())).collect::<Vec<_>>(),
        [("malformed", 200), ("attachment-short", 1)]
    );
    let first = |at: usize| told[at].1[0].to_string();
    assert_eq!((first(0), first(1)), (format!("object {}", Hash([0; 32])), "cut.bin".to_owned()));
}
