//! People without a team, places without a code: what two reports do not say makes them no double of each other.

use crate::it::support::{changed, set};
use baqylau_desk::adjudication::status::{AnswerBasis, Status};
use baqylau_desk::index::flags::Flag;
use baqylau_desk::index::report_row::ReportRow;
use baqylau_forms::value::Moment;
use baqylau_observer::ObserverApp;
use baqylau_observer::app::VisitChange;
use baqylau_protocol::ids::Hash;
use baqylau_tests::{BUDGET, World, now};
use std::path::Path;

/// Takes the teams of the first two people away.
fn alone(tables: &Path) {
    let path = tables.join("people.csv");
    let people = std::fs::read_to_string(&path).expect("people");
    let people = people.replace("p001,Lorenzo Barbieri,core,C01", "p001,Lorenzo Barbieri,core,");
    let people = people.replace("p002,Linnea Holm,core,C01", "p002,Linnea Holm,core,");
    assert_eq!(people.matches(",core,,").count(), 2, "two people without a team");
    std::fs::write(path, people).expect("writes");
}

fn opening(core: &ObserverApp, place: Option<&str>, unlisted: Option<&str>) -> String {
    let visit = core.start_visit(place, None).expect("a visit").code;
    if let Some(words) = unlisted {
        core.update_visit(&visit, VisitChange::Unlisted(words.to_owned())).expect("unlisted");
    }
    let id = core.start_checklist(&visit, "opening").expect("a draft").id;
    set(core, id, "comments", "as it is").expect("set");
    core.finalise(id, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    visit
}

/// Visit, team and status of every report, in the order of the log.
fn rows(world: &mut World) -> Vec<(String, String, &'static str)> {
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let (_, reports) = world.desk.report_table(None, AnswerBasis::Effective).expect("a board");
    let row = |l: &baqylau_desk::index::report_row::ReportRow| {
        (l.summary.meta.visit.to_string(), l.team().unwrap_or_default().to_owned(), l.status.name())
    };
    reports.rows.iter().map(row).collect()
}

#[test]
fn a_person_without_a_team_is_a_team_of_their_own() {
    let (mut world, one, _folder) = changed(alone);
    let two = world.invite("p002");
    let two = world.enrolled("two", &two);
    opening(&one, Some("s00001"), None);
    opening(&two, Some("s00001"), None);
    let row = |visit: &str, team: &str| (visit.to_owned(), team.to_owned(), "counted");
    assert_eq!(rows(&mut world), [row("p001-01", "p001"), row("p002-01", "p002")]);
    // And they are two teams at one place, which is odd.
    let (_, reports) = world.desk.report_table(None, AnswerBasis::Effective).expect("a board");
    assert!(reports.rows.iter().all(|line| line.flags.has(Flag::Double)));
    // Who leaves a team for none is in none with nobody.
    world.desk.store.move_person("p003", "", now()).expect("moved");
    let moves = world.desk.store.moves().expect("moves");
    assert_eq!(moves.last().map(|m| m.2.as_str()), Some("p003"));
    // An amendment speaks for the person who reported.
    let first = Hash::from_hex(&one.reports().expect("reports")[0].hash).expect("a hash");
    let phone = world.desk.devices(now()).expect("devices").into_iter();
    let phone = phone.into_iter().find(|d| d.person.as_ref().is_some_and(|p| p.0 == "p002")).expect("a phone").device;
    world.desk.records().ask(first, &[], "What does the paper say?", Some(phone), now()).expect("asked");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    two.sync_now(BUDGET).expect("syncs");
    let letter = two.letters().expect("letters")[0].id;
    let draft = two.answer(letter, "as the paper has it").expect("a draft").id;
    two.finalise(draft, Some("for a test".into())).expect("signed");
    two.sync_now(BUDGET).expect("syncs");
    assert_eq!(rows(&mut world)[2], row("p001-01", "p001"));
}

#[test]
fn two_places_in_no_list_are_no_double() {
    let (mut world, one, _folder) = changed(|_| ());
    let two = world.invite("p002");
    let two = world.enrolled("two", &two);
    let visit = opening(&one, None, Some("School 5"));
    assert_eq!(opening(&two, None, Some("School 9")), visit, "phones of one team number their visits alike");
    assert!(rows(&mut world).iter().all(|r| r.2 == "counted"));
    // The same words are the same place.
    let three = world.invite("p001");
    let three = world.enrolled("three", &three);
    opening(&three, None, Some("school 5 "));
    assert_eq!(rows(&mut world)[2].2, "duplicate");
}

/// Which lines of the effective reports count, with whether they are too far from the one before, and a double.
fn odd(world: &mut World) -> Vec<(String, bool, bool)> {
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let (_, reports) = world.desk.report_table(None, AnswerBasis::Effective).expect("a reports");
    let counted = reports.rows.iter().filter(|l| l.status == Status::Counted);
    let row = |l: &ReportRow| (l.summary.meta.visit.to_string(), l.flags.has(Flag::Travel), l.flags.has(Flag::Double));
    let mut rows: Vec<_> = counted.map(row).collect();
    rows.sort();
    rows
}

/// Amends a report of a phone in its words, and sends it.
fn amended(core: &ObserverApp, seq: i64) {
    let draft = core.amend(seq, "a slip").expect("a draft").id;
    set(core, draft, "comments", "as it was").expect("set");
    core.finalise(draft, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
}

#[test]
fn an_amendment_keeps_what_is_odd_about_where_and_when() {
    let (mut world, one, _folder) = changed(alone);
    let two = world.invite("p002");
    let two = world.enrolled("two", &two);
    // Two teams at one place, and one of them at the other end of the country in the same minute.
    opening(&one, Some("s00001"), None);
    opening(&two, Some("s00001"), None);
    opening(&one, Some("s05000"), None);
    let told = |visit: &str, travel, double| (visit.to_owned(), travel, double);
    let before = [told("p001-01", false, true), told("p001-02", true, false), told("p002-01", false, true)];
    assert_eq!(odd(&mut world), before);
    amended(&one, 1);
    amended(&one, 2);
    assert_eq!(odd(&mut world), before, "the words of a report change nothing of it");
    // So does an amendment of an amendment.
    amended(&one, 4);
    assert_eq!(odd(&mut world), before);
    // What changes the time is looked at anew.
    let late = Moment { ms: now() + 24 * 3_600_000, offset: 0 };
    one.update_visit("p001-02", VisitChange::Arrived(late)).expect("a correction");
    let last = one.reports().expect("reports").last().expect("a report").seq;
    amended(&one, last);
    let after = [told("p001-01", false, true), told("p001-02", false, false), told("p002-01", false, true)];
    assert_eq!(odd(&mut world), after);
}
