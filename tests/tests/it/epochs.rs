//! A new log in the place of one that was lost or put back from an old copy: nothing is lost, nothing counts twice, and the break shows.

use crate::it::support::report;
use baqylau_desk::DeskError;
use baqylau_desk::faults::LogFault;
use baqylau_observer::app::{DeliveryState, LogConsistency};
use baqylau_observer::{ObserverApp, RefusalReason};
use baqylau_protocol::exported::ExportedLog;
use baqylau_server::beginning::{BegunLog, begin};
use baqylau_tests::{BUDGET, PASSPHRASE, World, now, reports, tables};
use std::path::Path;

/// A mission with two phones whose reports were pulled, and a copy of the server's folder of that moment.
fn world() -> (World, [ObserverApp; 2]) {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let phones = ["p001", "p003"].map(|person| {
        let invite = world.invite(person);
        let phone = world.enrolled(person, &invite);
        report(&phone, "one");
        phone.sync_now(BUDGET).expect("syncs");
        phone
    });
    world.desk.pull(now(), &|_| ()).expect("pulls");
    world.stop_server();
    copy(&world.server_folder(), &world.folder.path().join("copy"));
    world.start_server();
    (world, phones)
}

fn copy(from: &Path, to: &Path) {
    let _old = std::fs::remove_dir_all(to);
    crate::it::support::copy(from, to);
}

/// The server's machine is lost; its folder is put back from the copy.
fn put_back(world: &mut World) {
    world.stop_server();
    copy(&world.folder.path().join("copy"), &world.server_folder());
    world.start_server();
}

/// As the page of the runbook says: export, begin, name the new key, publish.
fn begin_again(world: &mut World) -> BegunLog {
    let log = world.desk.heads().export().expect("reads").expect("pulled");
    let file = minicbor::to_vec(&log).expect("encodes");
    world.stop_server();
    let log = ExportedLog::decode(&file).expect("decodes");
    let begun = begin(&world.server_folder(), log.root, &log).expect("begun");
    world.start_server();
    world.desk.begin_log(begun.key, Some(begun.size), PASSPHRASE, now()).expect("signed");
    world.desk.publish().expect("published");
    begun
}

/// By the server's word or the coordinators'.
fn delivered(phone: &ObserverApp) -> usize {
    let reports = phone.reports().expect("reports").into_iter();
    reports.filter(|r| matches!(r.state, DeliveryState::Delivered { .. } | DeliveryState::Read)).count()
}

fn counted(world: &World) -> Vec<&'static str> {
    reports(&world.desk).iter().map(|r| r.status.name()).collect()
}

#[test]
fn what_a_server_lost_comes_again_and_counts_once() {
    let (mut world, [one, two]) = world();
    report(&one, "two");
    one.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    // Receipted, and never pulled.
    report(&two, "two");
    two.sync_now(BUDGET).expect("syncs");
    assert_eq!((delivered(&one), delivered(&two)), (2, 2));
    put_back(&mut world);
    let shrunk = world.desk.pull(now(), &|_| ()).expect_err("it went back");
    assert!(matches!(shrunk, DeskError::Shrunk { .. }), "{shrunk}");
    let begun = begin_again(&mut world);
    assert_eq!(begun.size, world.desk.store.cursor().expect("a store"), "everything that was pulled");
    world.desk.pull(now(), &|_| ()).expect("the new log is the mission's");
    assert_eq!(counted(&world), ["counted"; 3]);
    one.sync_now(BUDGET).expect("syncs");
    assert_eq!(delivered(&one), 2, "the desks vouch for both");
    let summary = two.sync_now(BUDGET).expect("syncs");
    assert_eq!(
        (summary.delivered, delivered(&two)),
        (2, 2),
        "what nobody vouches for was sent again, and the rest offered once more"
    );
    assert_eq!(two.summary().expect("a summary").log, LogConsistency::Proved);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(counted(&world), ["counted"; 4]);
    let (opened, faults) = world.desk.verify_all().expect("verifies");
    assert!(faults.is_empty() && opened >= 4, "{faults:?}");
    assert!(world.desk.devices(now()).expect("devices").iter().all(|d| d.missing.is_empty() && d.forked.is_empty()));
    let log = world.desk.heads().export().expect("reads").expect("pulled");
    let (manifest, head) = log.open().expect("verifies");
    assert_eq!((manifest.log.epoch, log.tree().root()), (1, head.root));
    assert!(manifest.log.kept().iter().all(|kept| kept.holds(&log.tree())), "the break stays visible, and adds up");
}

#[test]
fn another_desk_hands_over_what_it_had_beyond_what_is_vouched_for() {
    let (mut world, [one, _]) = world();
    let mut second = world.another_desk("second desk");
    second.pull(now(), &|_| ()).expect("pulls");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let hash = reports(&world.desk)[0].summary.meta.hash;
    report(&one, "two");
    one.sync_now(BUDGET).expect("syncs");
    second.records().review(hash, baqylau_report::review::ReviewState::Excluded, "a reason", now()).expect("signed");
    second.pull(now(), &|_| ()).expect("pulls, and sends");
    drop(one);
    put_back(&mut world);
    // The first desk knows less, and vouches for that.
    begin_again(&mut world);
    second.pull(now(), &|_| ()).expect("hands over what only it had");
    assert!(second.store.stranded().expect("a store").is_empty());
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(counted(&world), ["excluded", "counted", "counted"], "the phone is gone, and its report is not");
    let roots = [&world.desk, &second].map(|desk| desk.heads().export().expect("reads").expect("pulled").tree().root());
    assert_eq!(roots[0], roots[1]);
    let (_, faults) = second.verify_all().expect("verifies");
    assert!(faults.is_empty(), "{faults:?}");
}

#[test]
fn a_phone_without_a_network_hears_of_the_new_log_by_courier() {
    let (mut world, [one, _]) = world();
    report(&one, "two");
    one.sync_now(BUDGET).expect("syncs");
    put_back(&mut world);
    begin_again(&mut world);
    let courier = world.desk.courier(Vec::new(), Vec::new()).expect("a courier file");
    let taken = one.import_courier(&courier).expect("imports");
    assert!(taken.bundle);
    assert_eq!(delivered(&one), 1, "the other one is to be delivered again");
    let exported = one.export_courier().expect("exports");
    let delivered_by_hand = world.desk.deliver(&exported, &[], &|_| ()).expect("delivered");
    assert_eq!(delivered_by_hand.refused.len(), 0);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(counted(&world), ["counted"; 3]);
}

#[test]
fn nobody_believes_the_key_of_the_log_before() {
    let (mut world, [one, _]) = world();
    begin_again(&mut world);
    one.sync_now(BUDGET).expect("hears of it");
    // Who has the old machine, and all its keys, answers in the place of the new one.
    put_back(&mut world);
    report(&one, "two");
    let summary = one.sync_now(BUDGET).expect("no error");
    assert_eq!((summary.delivered, delivered(&one)), (0, 1), "{summary:?}");
    let state = one.reports().expect("reports").pop().expect("two").state;
    assert!(
        matches!(&state, DeliveryState::Stuck { why: RefusalReason::NotGenuine, reason } if reason.contains("proves nothing")),
        "{state:?}"
    );
    let refused = world.desk.pull(now(), &|_| ()).expect_err("it is not the mission's log");
    assert!(matches!(refused, DeskError::Log(LogFault::Head)), "{refused}");
    assert_eq!(one.summary().expect("a summary").log, LogConsistency::Proved, "an old key is evidence of nothing");
}

#[test]
fn a_server_that_does_not_begin_with_what_is_vouched_for_is_not_the_missions() {
    let (mut world, _phones) = world();
    let log = world.desk.heads().export().expect("reads").expect("pulled");
    world.stop_server();
    let begun = begin(&world.server_folder(), log.root, &log).expect("begun");
    world.start_server();
    // One object less than the server has: it takes that. One more than it has: it is another log.
    world.desk.begin_log(begun.key, Some(begun.size + 1), PASSPHRASE, now()).expect_err("the desk has no more");
    let known = world.desk.manifest().expect("a bundle").log.key;
    let old = world.desk.begin_log(known, None, PASSPHRASE, now()).expect_err("the old key");
    assert!(matches!(old, DeskError::KnownReceiptKey), "{old}");
    let another = baqylau_protocol::keys::SigningKey::generate().public();
    world.desk.begin_log(another, None, PASSPHRASE, now()).expect("signed");
    let conflict = world.desk.publish().expect_err("another server's key");
    assert!(matches!(conflict, DeskError::Conflict { .. }), "{conflict}");
}

#[test]
fn a_log_is_begun_from_what_verifies_only_and_a_step_that_was_missed_is_made_up_for() {
    let (mut world, _phones) = world();
    let log = world.desk.heads().export().expect("reads").expect("pulled");
    let folder = world.server_folder();
    let busy = begin(&folder, log.root, &log).expect_err("the server runs");
    assert!(busy.to_string().contains("stop it"), "{busy}");
    world.stop_server();
    let mut altered = log.clone();
    altered.entries.swap(0, 1);
    begin(&folder, log.root, &altered).expect_err("it does not lead to the head");
    altered = log.clone();
    altered.entries.pop();
    begin(&folder, log.root, &altered).expect_err("it is cut");
    let other = baqylau_protocol::keys::SigningKey::generate().public();
    begin(&folder, other.into(), &log).expect_err("another mission");
    assert!(folder.join("receipt.key").exists() && !folder.join("receipt.key.before-1").exists(), "nothing was moved");
    // Stopped after the key was moved aside: no server starts, and doing it again is the way on.
    std::fs::rename(folder.join("receipt.key"), folder.join("receipt.key.before-1")).expect("moved");
    std::fs::write(folder.join("server.db.new"), b"half").expect("written");
    let begun = begin(&folder, log.root, &log).expect("begun");
    assert_eq!(begun.size, log.entries.len() as u64);
    assert!(folder.join("server.db.before-2").exists(), "the log before is kept");
    world.start_server();
    world.desk.begin_log(begun.key, None, PASSPHRASE, now()).expect("signed");
    world.desk.publish().expect("published");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(counted(&world), ["counted"; 2]);
}

/// A server that was put back ran on under its key: other objects are where receipts say that a phone's are.
#[test]
fn a_desk_and_a_phone_whose_log_parted_from_the_vouched_one_come_back() {
    let (mut world, [one, two]) = world();
    let mut second = world.another_desk("second desk");
    second.pull(now(), &|_| ()).expect("pulls");
    report(&one, "lost with its place");
    one.sync_now(BUDGET).expect("syncs");
    second.pull(now(), &|_| ()).expect("pulls");
    put_back(&mut world);
    world.desk.publish().expect("lists the second desk again");
    // Nobody notices yet: the first desk had pulled no more than there is.
    report(&two, "in its place");
    two.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    begin_again(&mut world);
    second.pull(now(), &|_| ()).expect("its log parted, and is pulled anew");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    one.sync_now(BUDGET).expect("offers again what it had a receipt for");
    assert_eq!(one.summary().expect("a summary").log, LogConsistency::Proved);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    second.pull(now(), &|_| ()).expect("pulls");
    for desk in [&world.desk, &second] {
        let statuses: Vec<_> = reports(desk).iter().map(|r| r.status.name()).collect();
        assert_eq!(statuses, ["counted"; 4], "nothing lost, nothing twice");
    }
}

/// Places are given anew: a desk that was ended does not come back in them.
#[test]
fn an_ended_desk_stays_ended_in_a_log_that_begins_before_its_end() {
    let (mut world, [one, _]) = world();
    let mut second = world.another_desk("second desk");
    second.pull(now(), &|_| ()).expect("pulls");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let vouched = world.desk.store.cursor().expect("a store");
    report(&one, "two");
    one.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    world.desk.end_desk(second.own().device(), None, PASSPHRASE, now()).expect("ended");
    let another = baqylau_protocol::keys::SigningKey::generate().public();
    let manifest = world.desk.begin_log(another, Some(vouched), PASSPHRASE, now()).expect("signed");
    assert_eq!(manifest.desks[1].until, Some(vouched), "and not behind it");
    assert!(!manifest.is_desk_at(second.own().device(), vouched));
}
