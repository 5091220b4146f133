//! Bad lines and hostile servers between phone and desk: nothing is lost, nothing counts twice.

use crate::it::support::{copy, report};
use baqylau_desk::Desk;
use baqylau_desk::adjudication::status::Status;
use baqylau_observer::app::{DeliveryState, Trouble};
use baqylau_observer::listen::{Change, Listener};
use baqylau_observer::{Error, ObserverApp, RefusalReason};
use baqylau_server::storage::open;
use baqylau_tests::line::NetworkLine;
use baqylau_tests::{BUDGET, PASSPHRASE, PIN, World, now, tables};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A counter of the server.
fn metric(desk: &Desk, name: &str) -> u64 {
    let text = desk.metrics().expect("answers");
    let value = text.lines().find_map(|l| l.strip_prefix(name)?.trim().parse().ok());
    value.expect("the counter")
}

fn delivered(core: &ObserverApp) -> usize {
    core.summary().expect("a summary").delivered
}

/// The line breaks a little later in every run: in the handshake, behind the bundle, the envelopes, the letters.
#[test]
fn a_line_that_breaks_at_every_message_loses_nothing() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let line = NetworkLine::start(world.move_server());
    let core = world.enrolled("phone", &invite);
    let (mut broken, mut whole, mut reports) = (0, 0, 0);
    for limit in (0..6_000).step_by(300) {
        report(&core, &format!("limit {limit}"));
        reports += 1;
        world.desk.pull(now(), &|_| ()).expect("pulls");
        world.desk.records().message(&[], &format!("letter {limit}"), now()).expect("written");
        world.desk.pull(now(), &|_| ()).expect("pulls");
        line.cut_after(limit);
        let sync = core.sync_now(BUDGET).expect("no error");
        if sync.again.is_some() {
            broken += 1
        } else {
            whole += 1
        }
        line.cut_after(i64::MAX);
        core.sync_now(BUDGET).expect("no error");
        assert!(core.summary().expect("a summary").all_stored(), "limit {limit}");
        assert_eq!(core.letters().expect("letters").len(), reports, "limit {limit}: each letter once");
    }
    assert!(broken > 5 && whole > 0, "{broken} runs were cut, {whole} were not");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let known = baqylau_tests::reports(&world.desk);
    assert_eq!(known.iter().filter(|r| r.status == Status::Counted).count(), reports);
    assert_eq!(known.len(), reports, "and nothing twice");
    assert!(world.desk.own().letters().expect("letters").iter().all(|l| l.arrived.is_some()));
}

#[test]
fn a_lost_reply_makes_no_duplicate() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let line = NetworkLine::start(world.move_server());
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    (0..3).for_each(|n| report(&core, &format!("reason {n}")));
    let before = metric(&world.desk, "baqylau_objects_stored_total");
    // Handshake and questions fit below it; three envelopes do not.
    line.cut_after(2_500);
    for round in 0..2 {
        let sync = core.sync_now(BUDGET).expect("no error");
        assert_eq!((sync.delivered, sync.refused), (0, 0), "round {round}");
        assert!(sync.again.is_some(), "it tries again");
        assert_eq!(delivered(&core), 0, "without a receipt nothing is delivered");
    }
    assert!(line.lost() >= 2, "replies were lost");
    line.cut_after(i64::MAX);
    assert_eq!(metric(&world.desk, "baqylau_objects_stored_total") - before, 3, "the server has them since the first");
    let sync = core.sync_now(BUDGET).expect("no error");
    assert_eq!((sync.delivered, sync.again), (3, None));
    assert_eq!(metric(&world.desk, "baqylau_objects_stored_total") - before, 3, "and once");
    assert!(metric(&world.desk, "baqylau_objects_duplicate_total") >= 6);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let reports = baqylau_tests::reports(&world.desk);
    assert_eq!(reports.len(), 3);
    assert!(reports.iter().all(|r| r.status == Status::Counted));
}

#[test]
fn a_line_that_breaks_anywhere_loses_nothing() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let line = NetworkLine::start(world.move_server());
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    for limit in [0, 200, 400, 600, 700, 800, 1_000, 1_500, 2_000, 3_000, 5_000, 8_000] {
        report(&core, &format!("below {limit}"));
        line.cut_after(limit);
        let sync = core.sync_now(BUDGET).expect("no error");
        assert_eq!(sync.refused, 0);
        assert_eq!(sync.again.is_none(), core.summary().expect("a summary").all_stored(), "limit {limit}");
    }
    line.cut_after(i64::MAX);
    core.sync_now(BUDGET).expect("no error");
    assert_eq!(delivered(&core), 12);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let reports = baqylau_tests::reports(&world.desk);
    let seqs: std::collections::BTreeSet<u64> = reports.iter().map(|r| r.summary.meta.seq).collect();
    assert_eq!(seqs, (1..=12).collect(), "each once");
    assert_eq!(reports.len(), 12);
}

/// A server that was taken over hands out other bundles that the root did sign: an old one, and another branch.
#[test]
fn a_bundle_that_goes_back_or_forks_is_refused_and_shown() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let first = world.desk.store.manifest().expect("a store").expect("a bundle");
    let fork = {
        let other = world.folder.path().join("other");
        copy(&world.desk.workspace.folder, &other);
        let desk = Desk::open(&other, PASSPHRASE).expect("opens");
        desk.build(PASSPHRASE, now(), 77).expect("builds");
        desk.store.manifest().expect("a store").expect("a bundle")
    };
    world.desk.build(PASSPHRASE, now(), 30).expect("builds");
    let second = world.desk.store.manifest().expect("a store").expect("a bundle");
    assert_ne!(second, fork);
    world.desk.publish().expect("publishes");
    core.sync_now(BUDGET).expect("no error");
    let mission = core.mission().expect("a mission");
    assert_eq!((mission.version, mission.bundle_refused), (2, None));
    for (hostile, words) in [(&first, "went back"), (&fork, "two different bundles")] {
        world.stop_server();
        let mut storage = open(&world.server_folder().join("server.db")).expect("opens");
        storage.publish(world.desk.mission(), hostile, &[], &mut |_| true).expect("publishes");
        drop(storage);
        world.start_server();
        report(&core, "signed all the same");
        let sync = core.sync_now(BUDGET).expect("no error");
        assert_eq!((sync.delivered, sync.again), (1, None), "reports are delivered all the same");
        let mission = core.mission().expect("the known bundle still works");
        assert_eq!(mission.version, 2, "{words}");
        assert!(mission.bundle_refused.is_some_and(|r| r.to_string().contains(words)), "{:?}", mission.bundle_refused);
    }
    // It is kept when the phone is opened again, and the next good one ends it.
    drop(core);
    let core = ObserverApp::open(world.phone("phone"), PIN).expect("opens");
    assert_eq!(core.mission().expect("a mission").version, 2);
    world.stop_server();
    let mut storage = open(&world.server_folder().join("server.db")).expect("opens");
    storage.publish(world.desk.mission(), &second, &[], &mut |_| true).expect("publishes");
    drop(storage);
    world.start_server();
    world.desk.build(PASSPHRASE, now(), 30).expect("builds");
    world.desk.publish().expect("publishes");
    core.sync_now(BUDGET).expect("no error");
    let mission = core.mission().expect("a mission");
    assert_eq!((mission.version, mission.bundle_refused), (3, None));
}

/// A server with another receipt key proves nothing: the phone does not call anything delivered.
#[test]
fn a_server_with_another_receipt_key_takes_nothing_in() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    world.stop_server();
    let path = world.server_folder().join("receipt.key");
    let key = std::fs::read(&path).expect("the key");
    std::fs::write(&path, "11".repeat(32)).expect("writes");
    world.start_server();
    report(&core, "waits");
    let sync = core.sync_now(BUDGET).expect("no error");
    assert_eq!(sync.delivered, 0, "it keeps another log than the mission's");
    assert!(!matches!(core.reports().expect("reports").remove(0).state, DeliveryState::Delivered { .. }));
    world.stop_server();
    std::fs::write(&path, key).expect("writes");
    world.start_server();
    assert_eq!(core.sync_now(BUDGET).expect("no error").delivered, 1, "the right server mends it");
    assert!(core.summary().expect("a summary").all_stored());
}

/// Looks at the reports at every change, as a screen does.
struct Screen(Arc<ObserverApp>, Mutex<Vec<(Change, Vec<DeliveryState>)>>);

impl Listener for Screen {
    fn changed(&self, change: Change) {
        let states = self.0.reports().expect("reports").into_iter().map(|r| r.state).collect();
        self.1.lock().expect("no panic").push((change, states));
    }
}

#[test]
fn a_screen_sees_a_report_leave_and_arrive() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = Arc::new(world.enrolled("phone", &invite));
    report(&core, "seen");
    let screen = Arc::new(Screen(core.clone(), Mutex::default()));
    core.listen(Some(screen.clone()));
    world.stop_server();
    core.sync_now(BUDGET).expect("no error");
    world.start_server();
    core.sync_now(BUDGET).expect("syncs");
    core.listen(None);
    let seen = std::mem::take(&mut *screen.1.lock().expect("no panic"));
    let states = |change| seen.iter().filter(move |(c, _)| *c == change).map(|(_, states)| &states[..]);
    let delivery: Vec<_> = states(Change::Delivery).collect();
    assert!(
        matches!(delivery[..], [[DeliveryState::Sending], .., [DeliveryState::Delivered { .. }]]),
        "sent, and delivered at the end: {delivery:?}"
    );
    assert!(!matches!(core.reports().expect("reports")[0].state, DeliveryState::Sending), "nothing is under way");
}

/// Interrupts it until it has come back; whether it came back by that, and not because its time was up.
fn interrupted<T: Send>(core: &ObserverApp, call: impl FnOnce() -> Result<T, Error> + Send) -> bool {
    std::thread::scope(|scope| {
        let call = scope.spawn(call);
        while !call.is_finished() {
            core.interrupt();
            std::thread::yield_now();
        }
        matches!(call.join().expect("no panic"), Err(Error::Interrupted))
    })
}

#[test]
fn a_server_that_hangs_is_left_when_somebody_says_so_or_the_time_is_up() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (first, second) = (world.invite("p001"), world.invite("p003"));
    let line = NetworkLine::start(world.move_server());
    let core = world.enrolled("phone", &first);
    report(&core, "one");
    line.hang();
    let hour = Duration::from_secs(3600);
    assert!(interrupted(&core, || core.sync_now(hour)));
    assert!(interrupted(&core, || core.sync(hour)));
    let new = ObserverApp::create(world.phone("new"), PIN, &second).expect("a store");
    assert!(interrupted(&new, || new.enrol(hour)), "an enrolment too");
    // One sync that is interrupted, and another that begins at the same moment.
    std::thread::scope(|scope| {
        let calls = [scope.spawn(|| core.sync_now(hour)), scope.spawn(|| core.sync_now(hour))];
        while !calls.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            core.interrupt();
            std::thread::yield_now();
        }
    });
    // When the time is up the report says that something waits.
    let late = core.sync_now(Duration::from_millis(50)).expect("no error");
    assert!(late.again.is_some() && late.delivered == 0, "{late:?}");
    line.cut_after(i64::MAX);
    assert_eq!(core.sync_now(BUDGET).expect("syncs").delivered, 1, "an interrupt is not remembered");
    assert!(new.enrol(BUDGET).expect("enrols").enrolled);
    core.suspend().expect("nothing is under way");
}

#[test]
fn each_trouble_is_told_apart() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    report(&core, "waits");
    let told = |budget| {
        let sync = core.sync_now(budget).expect("no error");
        assert!(sync.again.is_some(), "it waits: {sync:?}");
        sync.trouble
    };
    world.stop_server();
    assert_eq!(told(BUDGET), Some(Trouble::Unreachable));
    // A server that has lost everything, the mission too.
    world.lose_server();
    assert_eq!(told(BUDGET), Some(Trouble::Unpublished));
    let (known, honest) = world.move_server();
    let line = NetworkLine::start((known, honest));
    line.hang();
    assert_eq!(told(Duration::from_millis(200)), Some(Trouble::Silent));
}

#[test]
fn a_server_of_another_mission_is_foreign() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let mut other = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    report(&core, "waits");
    let (known, _) = world.move_server();
    let (_, theirs) = other.move_server();
    let _line = NetworkLine::start((known, theirs));
    assert_eq!(core.sync_now(BUDGET).expect("no error").trouble, Some(Trouble::Foreign));
}

/// Begins whatever it can in the midst of a sync.
struct Eager(Arc<ObserverApp>, Mutex<Vec<Error>>);

impl Listener for Eager {
    fn changed(&self, change: Change) {
        if change == Change::Delivery {
            let tried = [self.0.sync(BUDGET), self.0.sync_now(BUDGET), self.0.enrol(BUDGET)];
            self.1.lock().expect("no panic").extend(tried.into_iter().filter_map(Result::err));
        }
    }
}

#[test]
fn a_sync_that_a_listener_begins_in_a_sync_is_refused_with_its_reason() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = Arc::new(world.enrolled("phone", &invite));
    report(&core, "one");
    let eager = Arc::new(Eager(core.clone(), Mutex::default()));
    core.listen(Some(eager.clone()));
    assert_eq!(core.sync_now(BUDGET).expect("it goes on").delivered, 1);
    core.listen(None);
    let told = std::mem::take(&mut *eager.1.lock().expect("no panic"));
    let refused = |e: &Error| matches!(e, Error::Refused { why: RefusalReason::Syncing, .. });
    assert!(told.len() >= 6 && told.iter().all(refused), "each attempt at each change: {told:?}");
    report(&core, "two");
    assert_eq!(core.sync_now(BUDGET).expect("afterwards it syncs again").delivered, 1);
}

/// A screen that fails at everything.
struct Failing;

impl Listener for Failing {
    fn changed(&self, _: Change) {
        panic!("on purpose");
    }
}

#[test]
fn a_listener_that_panics_undoes_nothing() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    core.listen(Some(Arc::new(Failing)));
    core.set_language("kk");
    report(&core, "one");
    assert_eq!(core.sync_now(BUDGET).expect("syncs").delivered, 1);
    core.lock().expect("locks");
    core.unlock(PIN).expect("unlocks");
    assert!(core.summary().expect("a summary").all_stored());
}
