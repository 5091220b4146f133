//! Wrong clocks, other languages and lost files: an honest report stays one.

use crate::it::support::{draft, report, set};
use baqylau_desk::adjudication::status::{AnswerBasis, Status};
use baqylau_forms::value::Moment;
use baqylau_observer::ObserverApp;
use baqylau_observer::app::PhoneConfig;
use baqylau_observer::clock::{Clock, SystemClock};
use baqylau_tests::{BUDGET, PIN, World, answered_reports, now, tables};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The machine's clocks, with a wall clock that is wrong.
struct Wrong(AtomicI64);

impl Clock for Wrong {
    fn wall(&self) -> Moment {
        let now = SystemClock.wall();
        Moment { ms: now.ms + self.0.load(Ordering::SeqCst), ..now }
    }
    fn boot_ms(&self) -> i64 {
        SystemClock.boot_ms()
    }
    fn boot_id(&self) -> [u8; 8] {
        SystemClock.boot_id()
    }
    fn jitter(&self) -> u32 {
        SystemClock.jitter()
    }
}

const YEAR: i64 = 365 * 86_400_000;

#[test]
fn a_wrong_clock_is_noticed_and_stops_nothing() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let clock = Arc::new(Wrong(AtomicI64::new(YEAR)));
    let config = PhoneConfig { clock: clock.clone(), ..world.phone("phone") };
    let core = ObserverApp::create(config, PIN, &invite).expect("a store");
    core.enrol(BUDGET).expect("enrols");
    // Since the receipt of the enrolment the phone knows better than its clock, wherever that goes.
    for wrong in [YEAR, -YEAR, 0, 3_600_000] {
        clock.0.store(wrong, Ordering::SeqCst);
        let mission = core.mission().expect("a mission");
        assert!(!mission.expired, "the receipt and the boot clock tell the time");
        let off = mission.clock_error - wrong;
        assert!(off.abs() < 60_000, "{} at {wrong}", mission.clock_error);
        world.stop_server();
        report(&core, "waits");
        let again = core.sync(BUDGET).expect("no error").again.expect("it waits");
        assert!((0..60_000).contains(&(again - now())), "by the true time");
        world.start_server();
        assert_eq!(core.sync_now(BUDGET).expect("no error").delivered, 1);
    }
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let reports = baqylau_tests::reports(&world.desk);
    assert!(reports.iter().all(|r| r.status == Status::Counted));
}

const DAY: i64 = 86_400_000;

/// The machine's clocks, of a phone that may be started again and whose wall clock may go wrong.
#[derive(Default)]
struct Started {
    wall: AtomicI64,
    /// What its clock counted before this start, of what the machine's has.
    before: AtomicI64,
    start: AtomicI64,
}

impl Started {
    /// Starts the phone again, with a wall clock that is off by so many milliseconds.
    fn again(&self, wall: i64) {
        self.wall.store(wall, Ordering::SeqCst);
        self.before.store(SystemClock.boot_ms(), Ordering::SeqCst);
        self.start.fetch_add(1, Ordering::SeqCst);
    }
}

impl Clock for Started {
    fn wall(&self) -> Moment {
        let now = SystemClock.wall();
        Moment { ms: now.ms + self.wall.load(Ordering::SeqCst), ..now }
    }
    fn boot_ms(&self) -> i64 {
        SystemClock.boot_ms() - self.before.load(Ordering::SeqCst)
    }
    fn boot_id(&self) -> [u8; 8] {
        self.start.load(Ordering::SeqCst).to_be_bytes()
    }
    fn jitter(&self) -> u32 {
        SystemClock.jitter()
    }
}

fn started(world: &mut World, wall: i64) -> (ObserverApp, Arc<Started>) {
    let invite = world.invite("p001");
    let clock = Arc::new(Started::default());
    clock.again(wall);
    let config = PhoneConfig { clock: clock.clone(), ..world.phone("phone") };
    (ObserverApp::create(config, PIN, &invite).expect("a store"), clock)
}

/// How far the phone takes the time to be from the true one, after a receipt by a server whose clock is off by `server`.
fn off_after(world: &World, (core, clock): &(ObserverApp, Arc<Started>), server: i64) -> i64 {
    world.server_clock.store(server, Ordering::SeqCst);
    report(core, "another");
    assert_eq!(core.sync_now(BUDGET).expect("syncs").delivered, 1);
    clock.wall.load(Ordering::SeqCst) - core.mission().expect("a mission").clock_error
}

#[test]
fn however_many_heads_a_server_signs_they_move_the_time_no_further_than_the_first_did() {
    for step in [-20, 20].map(|hours| hours * 3_600_000) {
        for first in [0, 5 * DAY] {
            let mut world = World::new(&tables("kazakhstan-2023"));
            let phone = started(&mut world, 0);
            world.server_clock.store(first, Ordering::SeqCst);
            phone.0.enrol(BUDGET).expect("enrols");
            for number in 1..=5 {
                let off = off_after(&world, &phone, first + number * step);
                assert!(off.abs() < first + 60_000, "{first} {step}: off by {off} after {number} receipts");
            }
            let off = off_after(&world, &phone, 0);
            assert!(off.abs() < 60_000, "{first} {step}: what is true mends it: {off}");
        }
    }
}

#[test]
fn a_phone_that_is_started_again_takes_the_time_once_more_and_none_from_before() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let phone = started(&mut world, 0);
    phone.0.enrol(BUDGET).expect("enrols");
    // The clock lost its battery: it is no earlier than the last receipt, and goes on from there.
    phone.1.again(-20_000 * DAY);
    let off = -20_000 * DAY - phone.0.mission().expect("a mission").clock_error;
    assert!((-60_000..=0).contains(&off), "{off}");
    let off = off_after(&world, &phone, -2 * DAY);
    assert!((-60_000..=0).contains(&off), "a server moves it back by nothing: {off}");
    assert!(off_after(&world, &phone, 0).abs() < 60_000);
    // Somebody set it while the phone was off: that is noticed, and a later word of the server changes nothing any more.
    phone.1.again(300 * DAY);
    assert!(off_after(&world, &phone, 0).abs() < 60_000);
    assert!(off_after(&world, &phone, -2 * DAY).abs() < 60_000);
}

/// A mission whose checklist computes from the time and from names in the observer's language.
fn computing(folder: &Path) -> std::path::PathBuf {
    let target = folder.join("tables");
    crate::it::support::copy(&tables("kazakhstan-2023"), &target);
    let survey = target.join("checklists/campaign_event/survey.csv");
    let mut text = std::fs::read_to_string(&survey).expect("the survey");
    let columns = text.lines().next().expect("a header").split(',').map(str::to_owned).collect::<Vec<_>>();
    for (name, formula) in [("told", "jr:choice-name(${venue}, '${venue}')"), ("since", "now()")] {
        let cell = |column: &String| match column.as_str() {
            "type" => "calculate".to_owned(),
            "name" => name.to_owned(),
            "calculation" => format!("\"{formula}\""),
            _ => String::new(),
        };
        text += &(columns.iter().map(cell).collect::<Vec<_>>().join(",") + "\n");
    }
    std::fs::write(&survey, text).expect("writes");
    target
}

#[test]
fn what_is_computed_in_another_language_fits_at_the_desk() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut world = World::new(&computing(folder.path()));
    for (person, language) in [("p001", "en"), ("p003", "kk"), ("p005", "ru")] {
        let invite = world.invite(person);
        let config = PhoneConfig { language: language.into(), ..world.phone(person) };
        let core = ObserverApp::create(config, PIN, &invite).expect("a store");
        core.enrol(BUDGET).expect("enrols");
        let draft = draft(&core, "campaign_event");
        set(&core, draft, "venue", "indoor").expect("set");
        std::thread::sleep(std::time::Duration::from_millis(5));
        core.finalise(draft, Some("for a test".into())).expect("signed");
        assert_eq!(core.sync_now(BUDGET).expect("syncs").delivered, 1);
    }
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let reports = answered_reports(&world.desk, AnswerBasis::Effective);
    let statuses: Vec<&Status> = reports.iter().map(|(row, _)| &row.status).collect();
    assert_eq!(statuses, [&Status::Counted; 3]);
    let told = |filling: &baqylau_forms::Filling| match filling.answer(filling.key("told").expect("it is asked")) {
        Some(baqylau_forms::value::Answer::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let told: std::collections::BTreeSet<_> =
        reports.iter().filter_map(|(_, said)| told(&said.as_ref()?.filling)).collect();
    assert_eq!(told.len(), 3, "each in its language: {told:?}");
}

#[test]
fn a_lost_outbox_takes_no_draft_and_no_report_with_it() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let old = draft(&core, "campaign_event");
    report(&core, "under the first bundle");
    world.desk.build(baqylau_tests::PASSPHRASE, now(), 30).expect("builds");
    world.desk.publish().expect("publishes");
    core.sync_now(BUDGET).expect("syncs");
    assert_eq!(core.mission().expect("a mission").version, 2);
    report(&core, "waits");
    drop(core);
    world.stop_server();
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(world.folder.path().join(format!("phone/outbox.db{suffix}")));
    }
    let core = ObserverApp::open(world.phone("phone"), PIN).expect("opens");
    assert_eq!(core.mission().expect("the bundle is in the other file too").version, 2);
    assert_eq!(core.reports().expect("reports").len(), 2);
    set(&core, old, "participants", "12").expect("the draft goes on");
    world.start_server();
    assert_eq!(core.sync_now(BUDGET).expect("syncs").delivered, 2, "both again; the server knows the first");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(baqylau_tests::reports(&world.desk).len(), 2);
}
