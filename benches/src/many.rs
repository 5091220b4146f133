//! A mission with many reports: those of a few phones, multiplied.

use baqylau_desk::Desk;
use baqylau_desk::store::{LogObject, Opened, PageContents, PulledEnvelope};
use baqylau_observer::ObserverApp;
use baqylau_observer::app::PhoneConfig;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::{Hash, ReportId};
use baqylau_protocol::keys::random;
use baqylau_report::Report;
use baqylau_simulator::{ScheduleInputs as Plan, SimulatedClock, SimulatedObserver, schedule, work};
use baqylau_tests::{BUDGET, PIN, World, now, tables};
use std::sync::Arc;

/// Observers whose reports are multiplied, and tasks of each.
const PEOPLE: usize = 40;
const TASKS: usize = 8;
/// Election day of the plan: 19 March 2023, 00:00 UTC, in milliseconds since 1970.
const ELECTION_DAY: i64 = 1_679_184_000_000;

/// Fills a mission with reports that phones signed and the desk pulled.
///
/// # Panics
/// If a phone or the server fails.
pub fn fill(world: &mut World) {
    let source = world.desk.source().expect("tables");
    let codes = |level: &String| {
        let places = source.places.level(level).map(|l| source.places.of_level(l)).unwrap_or_default();
        places.iter().filter_map(|p| source.places.get(*p)).map(|p| p.code.to_string()).collect::<Vec<_>>()
    };
    let person = |p: &baqylau_desk::tables::Person| SimulatedObserver {
        code: p.code.clone(),
        role: p.role.clone(),
        team: p.team.clone(),
    };
    let plan = Plan {
        people: source.people.iter().map(person).collect(),
        checklists: source
            .checklists
            .iter()
            .map(|c| (c.id.clone(), c.places.first().map(codes).unwrap_or_default()))
            .collect(),
        plans: tables("kazakhstan-2023").join("plan"),
        begins: ELECTION_DAY,
        seed: 1,
    };
    let tasks = schedule(&plan).expect("a plan");
    for (code, tasks) in tasks.iter().filter(|(_, tasks)| !tasks.is_empty()).step_by(8).take(PEOPLE) {
        let invite = world.invite(code);
        let clock = Arc::new(SimulatedClock::at(ELECTION_DAY));
        let config = PhoneConfig { clock: clock.clone(), ..world.phone(code) };
        let core = ObserverApp::create(config, PIN, &invite).expect("a store");
        core.enrol(BUDGET).expect("enrols");
        work(&core, &clock, &tasks[..tasks.len().min(TASKS)], &mut || ()).expect("works");
        core.sync_now(BUDGET).expect("syncs");
    }
    world.desk.pull(now(), &|_| ()).expect("pulls");
}

/// Adds `count` copies of the desk's reports, rounded up to thousands, each a visit of its own. Returns the last.
///
/// # Panics
/// If the database fails.
pub fn multiply(desk: &mut Desk, count: usize) -> PulledEnvelope {
    let all = desk.store.envelopes().expect("envelopes");
    let patterns: Vec<PulledEnvelope> =
        all.into_iter().filter(|e| e.plain.as_ref().is_ok_and(|o| o.kind == ObjectType::Report)).collect();
    let first = desk.store.cursor().expect("a cursor");
    let mut at = first;
    let mut last = patterns[0].clone();
    while at - first < count as u64 {
        let page: Vec<PulledEnvelope> =
            (at..).take(1_000).zip(patterns.iter().cycle()).map(|(index, pattern)| another(pattern, index)).collect();
        add(desk, at, &page);
        at += page.len() as u64;
        last.clone_from(page.last().expect("a page has at least one envelope"));
    }
    last
}

/// A copy of a report as a visit of its own, at this log index.
///
/// # Panics
/// If the envelope does not contain a report.
#[must_use]
pub fn another(pattern: &PulledEnvelope, index: u64) -> PulledEnvelope {
    let bytes = &pattern.plain.as_ref().expect("the envelope was opened").bytes;
    let mut report = Report::decode(bytes).expect("a report");
    report.id = ReportId::new(report.clock.wall.ms, random());
    report.visit.code = format!("{}-{index}", report.visit.code);
    let bytes = report.encode();
    let plain = Ok(Opened { kind: ObjectType::Report, bytes });
    PulledEnvelope {
        index,
        seq: 1_000 + index,
        hash: Hash(random()),
        received: pattern.received + i64::try_from(index).unwrap_or(0) * 500,
        plain,
        ..pattern.clone()
    }
}

/// Adds envelopes to the desk's log, starting at index `first`.
///
/// # Panics
/// If the database fails.
pub fn add(desk: &mut Desk, first: u64, page: &[PulledEnvelope]) {
    let object = |e: &PulledEnvelope| LogObject { received: e.received, hash: e.hash, bytes: vec![0; 1_000] };
    desk.store
        .add_page(
            first,
            &page.iter().map(object).collect::<Vec<_>>(),
            PageContents { envelopes: page, ..PageContents::default() },
            &[],
        )
        .expect("a page");
}
