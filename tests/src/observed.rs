//! Missions that simulated observers observed, and what their reports weigh.

use crate::{BUDGET, PIN, World, now, tables};
use baqylau_forms::Form;
use baqylau_observer::ObserverApp;
use baqylau_observer::app::PhoneConfig;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::envelope::{Address, Recipient, make};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_protocol::keys::{ReadingSecret, SigningKey, random};
use baqylau_protocol::seal::SharedKey;
use baqylau_report::Report;
use baqylau_report::report::RecordedPosition;
use baqylau_simulator::{ScheduleInputs, SimulatedClock, SimulatedObserver, schedule, work};
use std::sync::Arc;

/// A mission of this repository: its folder, when its election day begins in milliseconds since 1970, its languages.
pub type ObservedMission = (&'static str, i64, &'static [&'static str]);

/// The missions of this repository.
pub const MISSIONS: [ObservedMission; 2] =
    [("kazakhstan-2023", 1_679_184_000_000, &["en", "kk", "ru"]), ("sahra-2026", 1_791_072_000_000, &["ar", "fr"])];

/// Who observes, where and when, by the plan of a mission.
fn inputs(world: &World, (name, begins, _): ObservedMission) -> ScheduleInputs {
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
    let checklists = source.checklists.iter();
    ScheduleInputs {
        people: source.people.iter().map(person).collect(),
        checklists: checklists.map(|c| (c.id.clone(), c.places.first().map(codes).unwrap_or_default())).collect(),
        plans: tables(name).join("plan"),
        begins,
        seed: 1,
    }
}

/// The mission, of which every `step`th observer did the first `most` tasks; one after another in another language.
///
/// # Panics
/// If a phone, the server or the desk fails.
#[must_use]
pub fn observed(mission: ObservedMission, step: usize, most: usize) -> World {
    let (name, begins, languages) = mission;
    let mut world = World::new(&tables(name));
    let tasks = schedule(&inputs(&world, mission)).expect("a plan");
    let busy = tasks.iter().filter(|(_, tasks)| !tasks.is_empty());
    for ((code, tasks), language) in busy.step_by(step).zip(languages.iter().cycle()) {
        let invite = world.invite(code);
        let clock = Arc::new(SimulatedClock::at(begins));
        let config = PhoneConfig { clock: clock.clone(), language: (*language).to_owned(), ..world.phone(code) };
        let core = ObserverApp::create(config, PIN, &invite).expect("a store");
        core.enrol(BUDGET).expect("enrols");
        work(&core, &clock, &tasks[..tasks.len().min(most)], &mut || ()).expect("works");
        core.sync_now(BUDGET).expect("syncs");
    }
    world.desk.pull(now(), &|_| ()).expect("pulls");
    world
}

/// The reports of a mission with their checklists, in the order of the log.
///
/// # Panics
/// If the desk fails, or a report does not read.
#[must_use]
pub fn read(world: &World) -> Vec<(Report, Arc<Form>)> {
    let opened = world.desk.store.envelopes().expect("envelopes").into_iter().filter(|e| {
        let plain = e.plain.as_ref().expect("it opens");
        plain.kind == ObjectType::Report
    });
    let read = opened.map(|e| world.desk.read(e.hash).expect("a report"));
    read.map(|(report, filling)| (report, filling.form().clone())).collect()
}

/// The same report as of a phone that synced before, knows where it is, and whose observer needs now a second, now a
/// minute and a half for an answer.
///
/// # Panics
/// If its answers do not read.
#[must_use]
pub fn lived(report: &Report, form: &Form) -> Report {
    let mut content = report.content(form).expect("it unpacks");
    let mut at = 0;
    for line in &mut content.log {
        let [dice]: [u8; 1] = random();
        at += 1 + u32::from(dice) * u32::from(dice) / 730;
        line.1 = at;
    }
    let mut lived = report.clone();
    lived.answers = content.encode(form).into();
    lived.clock.seen = Some((123_456, Hash(random())));
    lived.visit.position =
        Some(RecordedPosition { latitude: 432_567_891, longitude: 768_912_345, accuracy: 1_250, mock: false });
    lived
}

/// Bytes of the envelope of a report.
///
/// # Panics
/// If it is too large for any.
#[must_use]
pub fn sealed_bytes(report: &Report) -> usize {
    let (mission, device) = (MissionId([1; 16]), SigningKey::generate());
    let reading = ReadingSecret::generate(1).public();
    let (shared, _) = SharedKey::encapsulate(&reading, mission).expect("a key");
    let to = Recipient::Desks(&reading);
    let blobs = &[];
    let address = Address { mission, device: DeviceId(random()), seq: 1_250, prev: Hash(random()), to, blobs };
    make(&address, ObjectType::Report, &device, &shared, &report.encode()).expect("an envelope").len()
}
