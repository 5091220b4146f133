//! What happens on the recorded day.

use crate::mission::{Claim, Mission, RecordedDay};
use crate::rare;
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::export;
use baqylau_forms::definition::Kind;
use baqylau_forms::value::Answer;
use baqylau_observer::app::{CellKey, DeliveryState};
use baqylau_observer::{Error, ObserverApp};
use baqylau_tests::{BUDGET, PIN, now, reports};

/// What the phone's PIN is changed to.
pub const NEW_PIN: &str = "975310";
/// Who has the phone.
const PERSON: &str = "w01";
/// The checklist with numbers and a file.
const CHECKLIST: &str = "collation";
/// How many answers are saved in one go: enough for SQLite to write its log back and begin it anew.
const ANSWERS: i64 = 260;

/// Runs the day. Careless, its databases do not sync their commits.
///
/// # Panics
/// When anything fails.
#[must_use]
pub fn recorded(careless: bool) -> RecordedDay {
    let mut mission = Mission::begin(careless);
    let phone = enrolled(&mut mission);
    let first = answered(&mission, &phone, 0..ANSWERS);
    attached(&mission, &phone, first, 150_000);
    signed(&mission, &phone, first);
    delivered(&mission, &phone);
    at_the_desk(&mut mission, &phone);
    let phone = restarted(&mut mission, phone);
    let second = answered(&mission, &phone, 1000..1020);
    attached(&mission, &phone, second, 30_000);
    signed(&mission, &phone, second);
    delivered(&mission, &phone);
    at_the_desk(&mut mission, &phone);
    answered(&mission, &phone, 2000..2010);
    rare::salvaged(&mission);
    rare::wiped(&mission);
    rare::begun_anew(&mut mission);
    mission.end(phone)
}

fn enrolled(mission: &mut Mission) -> ObserverApp {
    let notes = mission.notes.clone();
    let invites = |desk: &baqylau_desk::Desk| desk.invites().make(&[PERSON.into()], now(), 9).expect("an invite");
    let invite = notes.note(|| invites(&mission.desk), |_| vec![Claim::Invited(1)]).remove(0).text;
    let make = || ObserverApp::create(mission.phone(), PIN, &invite).expect("a store");
    let phone = notes.note(make, |_| vec![Claim::Pin(PIN.into())]);
    assert!(phone.enrol(BUDGET).expect("enrols").enrolled);
    phone
}

/// A draft that takes one number after the other.
fn answered(mission: &Mission, phone: &ObserverApp, numbers: std::ops::Range<i64>) -> i64 {
    let draft = drafted(phone).expect("a draft");
    let keys = keys_of(phone, draft, &Kind::Integer);
    for (number, key) in numbers.zip(keys.into_iter().cycle()) {
        let set = || phone.set(draft, key, Answer::Integer(number)).expect("saved");
        mission.notes.note(set, |_| vec![Claim::Answer(draft, key, number)]);
    }
    draft
}

/// An empty draft.
pub(crate) fn drafted(phone: &ObserverApp) -> Result<i64, Error> {
    let places = phone.checklists()?.into_iter().find(|c| c.id == CHECKLIST).map(|c| c.places).unwrap_or_default();
    let place = phone.search_places(&places, None, "", 0, 1)?.pop().map(|place| place.code);
    let visit = phone.start_visit(place.as_deref(), None)?.code;
    Ok(phone.start_checklist(&visit, CHECKLIST)?.id)
}

/// The questions of a kind that a draft shows.
pub(crate) fn keys_of(phone: &ObserverApp, draft: i64, kind: &Kind) -> Vec<CellKey> {
    let sections = phone.sections(draft).expect("sections").into_iter().filter(|s| s.shown);
    let rows = sections.flat_map(|s| phone.open_section(draft, s.section).expect("a section").rows);
    rows.filter(|row| row.kind == *kind && !row.read_only).map(|row| row.key).collect()
}

fn attached(mission: &Mission, phone: &ObserverApp, draft: i64, length: usize) {
    let bytes: Vec<u8> = (0..length).map(|n| u8::try_from(n % 251).unwrap_or_default()).collect();
    let sections = phone.sections(draft).expect("sections").into_iter().filter(|s| s.shown);
    let rows = sections.flat_map(|s| phone.open_section(draft, s.section).expect("a section").rows);
    let key = rows.filter(|row| matches!(row.kind, Kind::Attachment { .. })).map(|row| row.key).next().expect("a file");
    let attach = || phone.attach(draft, key, "application/pdf", &mut &bytes[..]).expect("attached");
    mission.notes.note(attach, |change| {
        let names = change.changed.iter().filter_map(|row| match &row.answer {
            Some(Answer::Attachment(name)) => Some(name.clone()),
            _ => None,
        });
        names.map(|name| Claim::Attached(draft, name, bytes.clone())).collect()
    });
}

fn signed(mission: &Mission, phone: &ObserverApp, draft: i64) {
    let sign = || phone.finalise(draft, Some("for a test".into())).expect("signed");
    mission.notes.note(sign, |report| vec![Claim::Signed(report.hash.clone(), report.seq)]);
}

fn delivered(mission: &Mission, phone: &ObserverApp) {
    mission.notes.note(
        || phone.sync_now(BUDGET).expect("syncs"),
        |_| {
            let there = |state: &DeliveryState| matches!(state, DeliveryState::Delivered { .. } | DeliveryState::Read);
            let reports = phone.reports().expect("reports").into_iter().filter(|r| there(&r.state));
            let letters = phone.letters().expect("letters").len();
            reports.map(|r| Claim::Delivered(r.hash)).chain([Claim::Letters(letters)]).collect()
        },
    );
    assert!(phone.summary().expect("a summary").all_stored());
}

/// Pulls, fetches the files, writes a letter and exports; the phone hears of it.
fn at_the_desk(mission: &mut Mission, phone: &ObserverApp) {
    let notes = mission.notes.clone();
    pulled(mission);
    let fetched = |n: &baqylau_desk::log::attachments::FetchedAttachments| assert!(n.failed.is_empty() && n.came > 0);
    notes.note(
        || fetched(&mission.desk.pull_attachments().expect("fetches")),
        |()| {
            let here = mission.desk.attachments().list().expect("a list").into_iter().filter(|row| row.here);
            here.map(|row| Claim::Fetched(row.attachment.hash)).collect()
        },
    );
    let before = mission.desk.own().letters().expect("letters").len();
    let write = || mission.desk.records().message(&[], "to everybody", now()).expect("written");
    notes.note(write, |count| vec![Claim::Written(before + count)]);
    pulled(mission);
    delivered(mission, phone);
    let into = mission.folder.path().join("desk/export");
    let out = || mission.desk.export(AnswerBasis::Effective, &into, false).map(|_| ()).expect("exported");
    notes.note(out, |()| {
        let listed = std::fs::read_to_string(into.join(format!("{}.sha256", export::handout::REPORTS)));
        vec![Claim::Exported("export".into(), listed.expect("a list").lines().count())]
    });
}

fn pulled(mission: &mut Mission) {
    let notes = mission.notes.clone();
    let desk = &mut mission.desk;
    notes.note(
        || {
            desk.pull(now(), &|_| ()).expect("pulls");
            (desk.store.cursor().expect("a place"), reports(desk).len())
        },
        |(place, reports)| vec![Claim::Pulled(*place, *reports)],
    );
}

/// Everything is closed and opened again, and the phone's PIN changed.
fn restarted(mission: &mut Mission, phone: ObserverApp) -> ObserverApp {
    let notes = mission.notes.clone();
    notes.note(|| phone.change_pin(PIN, NEW_PIN).expect("changed"), |()| vec![Claim::Pin(NEW_PIN.into())]);
    drop(phone);
    mission.stop_server();
    mission.reopen_desk();
    mission.start_server();
    ObserverApp::open(mission.phone(), NEW_PIN).expect("opens")
}
