//! What reports say that their phones had seen of the log: a phone's word, which makes a desk look, and proves nothing.

use crate::it::support::{copy, deliver, one_report, report};
use baqylau_desk::adjudication::status::Status;
use baqylau_desk::faults::{SuspectedOf, Suspicion};
use baqylau_desk::log::undone::Undone;
use baqylau_protocol::certificate::Invite;
use baqylau_protocol::ids::Hash;
use baqylau_tests::rogue::Rogue;
use baqylau_tests::{BUDGET, World, now, tables};
use std::sync::atomic::Ordering;

fn pull(world: &mut World) -> Vec<Suspicion> {
    let pulled = world.desk.pull(now(), &|_| ()).expect("pulls");
    let told = pulled.undone().into_iter().filter_map(|undone| match undone {
        Undone::LogSuspected(suspicion) => Some(suspicion),
        Undone::RecordUnsent(_)
        | Undone::RevocationDisputed(_)
        | Undone::ObjectDamaged(_)
        | Undone::EntryChanged(_)
        | Undone::ReportsBeyondLimit(_)
        | Undone::ReadUntold(_)
        | Undone::BundleOverdue(_)
        | Undone::LogUnwitnessed(_)
        | Undone::CutShort(_)
        | Undone::AttachmentFailed(_)
        | Undone::AttachmentLacking(_) => None,
    });
    let told: Vec<Suspicion> = told.collect();
    assert_eq!(world.desk.store.suspicions().expect("a store"), told, "it stays told");
    told
}

#[test]
fn a_phone_that_was_shown_another_log_makes_the_desk_look() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (core, far) = (world.invite("p001"), world.invite("p003"));
    let (core, far) = (world.enrolled("phone", &core), world.enrolled("far", &far));
    assert_eq!(pull(&mut world), []);
    world.stop_server();
    let kept = world.folder.path().join("kept");
    copy(&world.server_folder(), &kept);
    world.start_server();
    report(&core, "seen by this phone alone");
    core.sync_now(BUDGET).expect("syncs");
    world.stop_server();
    std::fs::remove_dir_all(world.server_folder()).expect("removed");
    copy(&kept, &world.server_folder());
    world.start_server();
    report(&far, "in the log that the desk gets");
    far.sync_now(BUDGET).expect("syncs");
    report(&core, "signed after the other log");
    core.sync_now(BUDGET).expect("syncs");
    let told = pull(&mut world);
    let [Suspicion { report, of: SuspectedOf::OtherLog { seen }, place, .. }] = told[..] else { panic!("{told:?}") };
    assert!(seen <= place, "it was signed after {seen}");
    let words = told[0].to_string();
    assert!(words.contains("by the word of the device") && words.contains("baqylau verify"), "{words}");
    let rows = baqylau_tests::reports(&world.desk);
    let status = rows.iter().find(|row| row.summary.meta.hash == report).map(|row| row.status.clone());
    assert_eq!(status, Some(Status::Counted), "a suspicion against the server takes no report away");
    assert!(world.desk.store.evidence().expect("a store").is_empty(), "a phone's word is no evidence");
    assert_eq!(pull(&mut world), told);
}

#[test]
fn a_time_of_receipt_before_what_the_phone_had_seen_makes_the_desk_look() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    world.server_clock.store(600_000, Ordering::SeqCst);
    report(&core, "received");
    core.sync_now(BUDGET).expect("syncs");
    assert_eq!(pull(&mut world), []);
    world.server_clock.store(0, Ordering::SeqCst);
    report(&core, "received earlier than what it had seen");
    core.sync_now(BUDGET).expect("syncs");
    let told = pull(&mut world);
    let [Suspicion { of: SuspectedOf::SetBack { ms }, .. }] = told[..] else { panic!("{told:?}") };
    assert!((540_000..=600_000).contains(&ms), "{ms}");
}

#[test]
fn what_is_dated_ahead_of_the_desks_clock_makes_the_desk_look() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    // As far as the invite lets it.
    world.server_clock.store(8 * 86_400_000, Ordering::SeqCst);
    let core = world.enrolled("phone", &invite);
    world.server_clock.store(0, Ordering::SeqCst);
    report(&core, "received at its time");
    core.sync_now(BUDGET).expect("syncs");
    let told = pull(&mut world);
    let ahead: Vec<&Suspicion> = told.iter().filter(|told| matches!(told.of, SuspectedOf::DatedAhead { .. })).collect();
    let [Suspicion { seq: 0, of: SuspectedOf::DatedAhead { ms }, .. }] = ahead[..] else { panic!("{told:?}") };
    assert!((690_000_000..=691_200_000).contains(ms), "{ms}");
    let words = ahead[0].to_string();
    assert!(words.contains("expired") && !words.contains("by the word of"), "{words}");
    assert_eq!(pull(&mut world), told, "it stays told");
}

#[test]
fn an_altered_phone_that_claims_what_it_likes_is_named_as_the_source_a_few_times() {
    let (mut world, _, hash) = one_report();
    let (genuine, _) = world.desk.read(hash).expect("opens");
    let invite = Invite::from_text(&world.invite("p003")).expect("an invite");
    let rogue = Rogue::new(&invite, world.desk.manifest().expect("a bundle"));
    let here = world.desk.store.cursor().expect("a cursor");
    let root = world.desk.heads().last().expect("a store").map(|(size, _)| size);
    assert_eq!(root, Some(here));
    let claims = [(10_000, Hash([7; 32])), (here + 3, Hash([7; 32])), (0, Hash::of(&[]))];
    let claims = claims.into_iter().chain((0..20).map(|_| (here, Hash([9; 32]))));
    let (mut objects, mut prev) = (vec![rogue.enrolment.clone().into()], Hash::of(&rogue.enrolment));
    for (claim, seq) in claims.zip(1..) {
        let mut report = genuine.clone();
        report.clock.seen = Some(claim);
        let envelope = rogue.envelope(seq, prev, 2, &report.encode());
        prev = Hash::of(&envelope);
        objects.push(envelope.into());
    }
    assert_eq!(deliver(&world, objects).refused.len(), 0);
    let told = pull(&mut world);
    let what: Vec<(u64, SuspectedOf)> = told.iter().map(|told| (told.seq, told.of)).collect();
    let [(1, SuspectedOf::Withheld { seen: 10_000, .. }), (2, before), rest @ ..] = &what[..] else {
        panic!("{what:?}")
    };
    assert_eq!(*before, SuspectedOf::PutBefore { seen: here + 3 });
    assert!(rest.len() == 2 && rest.iter().all(|(_, of)| *of == SuspectedOf::OtherLog { seen: here }), "{rest:?}");
    assert!(told.iter().all(|told| told.device == rogue.device()), "the source is named");
}
