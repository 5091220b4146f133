//! A stolen desk is the end of that desk, and not of the mission.

use crate::it::support::{deliver, one_report, report};
use baqylau_desk::DeskError;
use baqylau_desk::faults::ServerRefusal;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::standing::{Standing, StandingDecision};
use baqylau_report::Review;
use baqylau_report::report::RecordedMoment;
use baqylau_report::review::ReviewState;
use baqylau_tests::rogue::Rogue;
use baqylau_tests::{BUDGET, PASSPHRASE, World, now, reports};

pub fn exclude(report: Hash) -> Vec<u8> {
    let at = RecordedMoment { ms: now(), offset: 0 };
    Review { v: 1, report, state: ReviewState::Excluded, reason: "made up".into(), at }.encode()
}

fn send(world: &World, objects: Vec<Vec<u8>>) -> (usize, usize) {
    let done = deliver(world, objects.into_iter().map(Into::into).collect());
    (done.stored, done.refused.len())
}

#[test]
fn a_desk_that_made_itself_counts_nowhere_and_is_announced() {
    let (mut world, _phone, hash) = one_report();
    let issuer = SigningKey::from_seed(world.desk.workspace.keys(PASSPHRASE).expect("stolen").issuers[0]);
    let rogue = Rogue::desk(&issuer, world.desk.manifest().expect("a bundle"));
    let review = rogue.sealed(ObjectType::Review, 1, Hash::of(&rogue.enrolment), 0, &exclude(hash));
    let device = world.desk.devices(now()).expect("devices")[0].device;
    let revoked = rogue.decide(StandingDecision::new(device, Standing::Revoked));
    assert_eq!(send(&world, vec![rogue.enrolment.clone(), review]), (2, 0), "nobody knows yet what is in them");
    assert_eq!(send(&world, vec![revoked]), (0, 1), "the server obeys only whom the root lists");
    let pulled = world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(pulled.desks, [rogue.device()], "it is announced");
    assert_eq!(reports(&world.desk)[0].status.name(), "counted");
    let row = world.desk.desks().expect("desks").pop().expect("two");
    assert_eq!((row.device, row.term, row.signed, row.ignored), (rogue.device(), None, 1, 1));
    assert_eq!(world.desk.devices(now()).expect("devices")[0].standing, Some(Standing::Confirmed));
}

/// Has the server log what it should have refused.
pub fn append(world: &mut World, rogue: &Rogue, object: &[u8]) {
    world.stop_server();
    let db = rusqlite::Connection::open(world.server_folder().join("server.db")).expect("opens");
    let sql = "INSERT INTO log (mission, idx, received, device, seq, hash, object)
               SELECT mission, max(idx) + 1, ?1, ?2, 0, ?3, ?4 FROM log";
    let row = rusqlite::params![now(), rogue.device().0, Hash::of(object).0, object];
    db.execute(sql, row).expect("appended");
    drop(db);
    world.start_server();
}

#[test]
fn a_server_that_logs_what_a_rogue_desk_decides_changes_nothing() {
    let (mut world, _phone, _) = one_report();
    let issuer = SigningKey::from_seed(world.desk.workspace.keys(PASSPHRASE).expect("stolen").issuers[0]);
    let rogue = Rogue::desk(&issuer, world.desk.manifest().expect("a bundle"));
    assert_eq!(send(&world, vec![rogue.enrolment.clone()]), (1, 0));
    let device = world.desk.devices(now()).expect("devices")[0].device;
    let revoked = rogue.decide(StandingDecision::new(device, Standing::Revoked));
    append(&mut world, &rogue, &revoked);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(world.desk.devices(now()).expect("devices")[0].standing, Some(Standing::Confirmed));
    let row = world.desk.desks().expect("desks").pop().expect("two");
    assert_eq!((row.term, row.signed, row.ignored), (None, 1, 1));
}

#[test]
fn what_an_ended_desk_signs_counts_nowhere() {
    let (mut world, phone, hash) = one_report();
    let mut second = world.another_desk("second desk");
    second.pull(now(), &|_| ()).expect("pulls");
    let device = second.own().device();
    second.records().review(hash, ReviewState::Excluded, "in good faith", now()).expect("signed");
    second.pull(now(), &|_| ()).expect("sends it");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(reports(&world.desk)[0].status.name(), "excluded");
    world.desk.records().review(hash, ReviewState::Accepted, "it is sound", now()).expect("signed");
    world.desk.pull(now(), &|_| ()).expect("sends it");
    let ended = world.desk.end_desk(device, None, PASSPHRASE, now()).expect("ended");
    assert_eq!(ended.version, 3);
    world.desk.publish().expect("published");
    // Its keys still sign, and its chain goes on.
    second.records().review(hash, ReviewState::Excluded, "by who stole it", now()).expect("signed");
    second.records().message(&[], "Stay at home.", now()).expect("signed");
    let locked = second.pull(now(), &|_| ()).expect_err("it reads nothing any more");
    assert!(matches!(locked, DeskError::Locked { .. }), "{locked}");
    let signed: Vec<Vec<u8>> = second.store.waiting_records().expect("signed").into_iter().map(|r| r.1).collect();
    let (stored, refused) = send(&world, signed);
    assert_eq!((stored, refused), (2, 1), "a letter shows whose it is; the rest is sealed");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(reports(&world.desk)[0].status.name(), "counted", "what it signed before its end held, and no more");
    let row = world.desk.desks().expect("desks").pop().expect("two");
    assert_eq!((row.device, row.signed, row.ignored), (device, 3, 2));
    phone.sync_now(BUDGET).expect("syncs");
    assert!(phone.letters().expect("letters").is_empty());
    let again = world.desk.end_desk(device, None, PASSPHRASE, now()).expect_err("it was ended before that");
    assert!(again.to_string().contains("no other desk"), "{again}");
    world.desk.end_desk(device, Some(0), PASSPHRASE, now()).expect("it had been stolen from the first");
    let row = world.desk.desks().expect("desks").pop().expect("two");
    assert_eq!((row.signed, row.ignored), (3, 3));
    let own = world.desk.own().device();
    world.desk.end_desk(own, None, PASSPHRASE, now()).expect_err("not this one");
}

#[test]
fn a_desk_that_was_stolen_earlier_is_ended_from_then_on() {
    let (mut world, phone, hash) = one_report();
    let mut second = world.another_desk("second desk");
    second.pull(now(), &|_| ()).expect("pulls");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let stolen_at = world.desk.store.cursor().expect("a store");
    let device = world.desk.devices(now()).expect("devices")[0].device;
    second.records().review(hash, ReviewState::Excluded, "by who stole it", now()).expect("signed");
    second.decisions().revoke(device, Some(0), now()).expect("signed");
    second.pull(now(), &|_| ()).expect("sends it");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_ne!(reports(&world.desk)[0].status.name(), "counted");
    world.desk.end_desk(second.own().device(), Some(stolen_at), PASSPHRASE, now()).expect("ended");
    world.desk.publish().expect("published");
    assert_eq!(reports(&world.desk)[0].status.name(), "counted", "undone, at once");
    assert_eq!(world.desk.devices(now()).expect("devices")[0].standing, Some(Standing::Confirmed));
    report(&phone, "two");
    assert_eq!(phone.sync_now(BUDGET).expect("syncs").delivered, 1, "the server judged anew, too");
    second.decisions().revoke(device, Some(1), now()).expect("signed");
    let refused = second.publish_decisions().expect_err("it was ended");
    assert!(matches!(refused, DeskError::Refused { why: ServerRefusal::Revoked, .. }), "{refused}");
}

#[test]
fn a_desk_whose_store_was_lost_is_still_the_desk_that_the_root_lists() {
    let (mut world, _phone, hash) = one_report();
    world.desk.records().review(hash, ReviewState::Excluded, "a reason", now()).expect("signed");
    world.desk.pull(now(), &|_| ()).expect("sends it");
    let (device, folder) = (world.desk.own().device(), world.desk.workspace.folder.clone());
    for suffix in ["", "-wal", "-shm"] {
        let _none = std::fs::remove_file(folder.join(format!("desk.db{suffix}")));
    }
    baqylau_desk::recovery::salvage(&folder, PASSPHRASE).expect("begun anew");
    world.desk = baqylau_desk::Desk::open(&folder, PASSPHRASE).expect("opens");
    assert_eq!(world.desk.own().device(), device);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    world.desk.records().review(hash, ReviewState::Accepted, "another reason", now()).expect("signed");
    world.desk.pull(now(), &|_| ()).expect("sends it");
    assert_eq!(reports(&world.desk)[0].status.name(), "counted");
    let (_, faults) = world.desk.verify_all().expect("verifies");
    assert!(faults.is_empty(), "{faults:?}");
    let chain: Vec<u64> =
        world.desk.store.envelopes().expect("a store").iter().filter(|e| e.device == device).map(|e| e.seq).collect();
    let mut numbers = chain.clone();
    numbers.dedup();
    assert_eq!(chain, numbers, "its chain went on where it was");
}
