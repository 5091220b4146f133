//! Wrong keys, wrong phones, wrong files: a typed error, and nothing lost.

use baqylau_desk::adjudication::status::Status;
use baqylau_observer::app::{DeliveryState, VisitChange};
use baqylau_observer::{Error, ObserverApp, RefusalReason};
use baqylau_sqlite::StorageError;
use baqylau_tests::{BUDGET, PIN, World, now, tables};
use std::path::Path;

/// Fills and signs a small report with a text in it.
fn report(core: &ObserverApp, words: &str) {
    let visit = core.start_visit(None, None).expect("a visit").code;
    core.update_visit(&visit, VisitChange::Unlisted(words.to_owned())).expect("described");
    let draft = core.start_checklist(&visit, "incident").expect("a draft").id;
    let sections = core.sections(draft).expect("sections");
    for section in sections.iter().filter(|s| s.shown) {
        let rows = core.open_section(draft, section.section).expect("a section").rows;
        if let Some(row) = rows.iter().find(|r| r.name == "what") {
            let answer = core.read_answer(draft, row.key, words).expect("a text");
            core.set(draft, row.key, answer).expect("set");
        }
    }
    core.finalise(draft, None).expect_err("something required is missing");
    core.finalise(draft, Some("no time".into())).expect("signed");
}

fn statuses(world: &mut World) -> Vec<String> {
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let reports = baqylau_tests::reports(&world.desk);
    reports.iter().map(|r| r.status.name().to_owned()).collect()
}

#[test]
fn an_invite_that_two_phones_used_counts_for_neither() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let (one, two) = (world.enrolled("one", &invite), world.enrolled("two", &invite));
    for core in [&one, &two] {
        report(core, "seen");
        assert_eq!(core.sync_now(BUDGET).expect("syncs").delivered, 1, "kept, and counted nowhere");
    }
    assert_eq!(statuses(&mut world), ["contested", "contested"]);
}

#[test]
fn a_revoked_phone_keeps_what_it_sent_before() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    report(&core, "before");
    core.sync_now(BUDGET).expect("syncs");
    assert_eq!(statuses(&mut world), ["counted"]);
    let reports = baqylau_tests::reports(&world.desk);
    let device = reports[0].summary.meta.device;
    world.desk.decisions().revoke(device, None, now()).expect("revoked");
    world.desk.publish_decisions().expect("published");
    report(&core, "after");
    let sync = core.sync_now(BUDGET).expect("syncs");
    assert_eq!((sync.delivered, sync.refused), (0, 1));
    assert_eq!(sync.refusal, Some(RefusalReason::Revoked), "as what it is");
    let paused = core.sync(BUDGET).expect("no error");
    assert!(paused.refused == 0 && paused.again.is_some(), "kept, and tried again: {paused:?}");
    assert_eq!(paused.refusal, Some(RefusalReason::Revoked), "while it waits, too");
    let states: Vec<_> = core.reports().expect("reports").into_iter().map(|r| r.state).collect();
    assert!(
        matches!(&states[..], [DeliveryState::Read, DeliveryState::Stuck { why: RefusalReason::Revoked, .. }]),
        "{states:?}"
    );
    assert_eq!(statuses(&mut world), ["counted"], "what came before still counts");
    assert!(reports[0].status == Status::Counted);
}

#[test]
fn a_report_survives_everything_and_is_delivered_by_a_locked_phone() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    world.stop_server();
    report(&core, "offline");
    assert!(core.sync_now(BUDGET).expect("no error").again.is_some());
    assert!(!core.summary().expect("a summary").all_stored());
    drop(core);
    // The outbox is only derived: lost, it is made again.
    for name in ["outbox.db", "outbox.db-wal", "outbox.db-shm"] {
        let path = world.folder.path().join("phone").join(name);
        if path.exists() {
            std::fs::write(&path, vec![0x5a; 8192]).expect("damaged");
        }
    }
    drop(ObserverApp::open(world.phone("phone"), PIN).expect("the outbox is made anew"));
    assert!(world.folder.path().join("phone/outbox.db.damaged-1").exists(), "and the damaged one is kept");
    world.start_server();
    let locked = ObserverApp::open_locked(world.phone("phone")).expect("opens");
    assert!(matches!(locked.reports(), Err(Error::Locked { .. })), "it shows nothing");
    let mut delivered = 0;
    for _ in 0..3 {
        delivered += locked.sync_now(BUDGET).expect("syncs").delivered;
    }
    assert_eq!(delivered, 1);
    assert_eq!(statuses(&mut world), ["counted"]);
}

#[test]
fn a_wrong_pin_is_counted_and_the_right_one_still_opens() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    drop(ObserverApp::create(world.phone("phone"), PIN, &invite).expect("a store"));
    let open = |pin: &str| ObserverApp::open(world.phone("phone"), pin);
    assert!(matches!(open("0000"), Err(Error::Locked { attempts_left: 9 })));
    assert!(matches!(open("0001"), Err(Error::Locked { attempts_left: 8 })));
    assert!(open(PIN).is_ok(), "and the count starts anew");
    for left in (0..10).rev() {
        assert!(matches!(open("0000"), Err(Error::Locked { attempts_left }) if attempts_left == left));
    }
    assert!(matches!(open(PIN), Err(Error::Locked { attempts_left: 0 })), "closed now");
}

#[test]
fn damaged_and_newer_databases_are_refused_and_kept() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    drop(ObserverApp::create(world.phone("phone"), PIN, &invite).expect("a store"));
    let path = world.folder.path().join("phone/main.db");
    let good = std::fs::read(&path).expect("the store");
    let mut bad = good.clone();
    bad[..64].fill(7);
    std::fs::write(&path, &bad).expect("damaged");
    let refused = ObserverApp::open(world.phone("phone"), PIN).map(drop);
    assert!(matches!(refused, Err(Error::Storage(StorageError::Damaged { .. }))), "{refused:?}");
    assert_eq!(std::fs::read(&path).expect("still there"), bad, "nothing is deleted");

    let newer = world.folder.path().join("newer.db");
    let plain = rusqlite::Connection::open(&newer).expect("a database");
    plain.pragma_update(None, "user_version", 999).expect("a version");
    drop(plain);
    let schema = baqylau_sqlite::Schema { steps: &["CREATE TABLE t(a)"] };
    let refused = baqylau_sqlite::open(&newer, None, schema);
    assert!(matches!(refused, Err(StorageError::Newer { found: 999, known: 1 })));
}

#[test]
fn no_answer_is_readable_on_the_phone_or_the_server() {
    const CANARY: &str = "zhasyryn-dauys-7391";
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    report(&core, CANARY);
    core.sync_now(BUDGET).expect("syncs");
    drop(core);
    world.stop_server();
    assert!(occurs(&world.folder.path().join("phone"), CANARY).is_empty());
    assert!(occurs(&world.server_folder(), CANARY).is_empty());
    // The search finds what is there.
    std::fs::write(world.server_folder().join("control"), CANARY).expect("writes");
    assert_eq!(occurs(&world.server_folder(), CANARY).len(), 1);
}

fn occurs(folder: &Path, words: &str) -> Vec<String> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        if entry.path().is_dir() {
            out.extend(occurs(&entry.path(), words));
        } else {
            let bytes = std::fs::read(entry.path()).expect("a file");
            if bytes.windows(words.len()).any(|w| w == words.as_bytes()) {
                out.push(entry.path().display().to_string());
            }
        }
    }
    out
}

#[test]
fn a_refused_enrolment_says_why() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let day = 86_400_000;
    let late = world.desk.invites().make(&["p001".to_owned()], now() - 9 * day, 1).expect("an invite").remove(0).text;
    let foreign = world.foreign(&tables("kazakhstan-2023"), "p003");
    let good = world.invite("p005");
    let why = |name: &str, invite: &str| {
        let core = ObserverApp::create(world.phone(name), PIN, invite).expect("a store");
        match core.enrol(BUDGET).map(|_| ()) {
            Err(Error::Refused { why, .. }) => why,
            other => panic!("{name}: {other:?}"),
        }
    };
    assert_eq!(why("late", &late), RefusalReason::Expired);
    assert_eq!(why("foreign", &foreign), RefusalReason::NotGenuine);
    world.stop_server();
    let core = ObserverApp::create(world.phone("alone"), PIN, &good).expect("a store");
    let alone = core.enrol(BUDGET).map(|_| ());
    assert!(matches!(alone, Err(Error::Refused { why: RefusalReason::NoAnswer, .. })), "{alone:?}");
    // Nothing is spoilt by it.
    world.start_server();
    assert!(core.enrol(BUDGET).expect("enrols").enrolled);
}
