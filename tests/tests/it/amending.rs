//! Amendments, a closed chain, and a phone that takes another's place.

use crate::it::support::{draft, report, set};
use baqylau_desk::adjudication::status::{AnswerBasis, Status};
use baqylau_desk::index::answers::ReportAnswers;
use baqylau_desk::index::report_row::ReportRow;
use baqylau_observer::{Error, InvalidReason, ObserverApp};
use baqylau_protocol::standing::Standing;
use baqylau_tests::{BUDGET, PIN, World, answered_reports, now, tables};

/// The statuses of all reports in the order of the log, and how many participants those that count tell.
fn look(world: &mut World, answers: AnswerBasis) -> (Vec<&'static str>, i64) {
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let reports = answered_reports(&world.desk, answers);
    let told = |(row, said): &(ReportRow, Option<ReportAnswers>)| {
        let filling = &said.as_ref()?.filling;
        match filling.answer(filling.key("participants")?) {
            Some(baqylau_forms::value::Answer::Integer(n)) if row.status == Status::Counted => Some(*n),
            _ => None,
        }
    };
    (reports.iter().map(|(row, _)| row.status.name()).collect(), reports.iter().filter_map(told).sum())
}

fn amend(core: &ObserverApp, seq: i64, participants: &str) -> Result<i64, Error> {
    let draft = core.amend(seq, "counted again")?.id;
    set(core, draft, "participants", participants)?;
    Ok(core.finalise(draft, Some("for a test".into()))?.seq)
}

#[test]
fn an_amendment_supersedes_and_the_original_is_kept() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let first = draft(&core, "campaign_event");
    set(&core, first, "participants", "100").expect("set");
    core.finalise(first, Some("left early".into())).expect("signed");
    assert!(matches!(core.amend(1, "  "), Err(Error::Invalid(InvalidReason::NoReason))));
    assert!(core.amend(9, "why").is_err(), "no such report");
    let signed = core.open_section(first, 0).expect("a section");
    assert!(signed.rows.iter().all(|r| r.read_only), "what was signed never changes");
    let open = core.amend(1, "the organiser corrected it").expect("a draft").id;
    assert_eq!(core.amend(1, "again").expect("the same").id, open, "one draft, however often it is asked for");
    assert!(core.changes(open).expect("changes").is_empty(), "it begins as it was signed");
    set(&core, open, "participants", "120").expect("set");
    // It is a draft like any other: killed and opened again, it is there.
    drop(core);
    let core = ObserverApp::open(world.phone("phone"), PIN).expect("opens");
    let changes = core.changes(open).expect("changes");
    let change = &changes[0];
    assert_eq!(changes.len(), 1);
    assert_eq!(
        (change.name.as_str(), change.before.as_deref(), change.after.as_deref()),
        ("participants", Some("100"), Some("120"))
    );
    core.finalise(open, Some("left early".into())).expect("signed");
    let reports = core.reports().expect("reports");
    assert_eq!(reports.iter().map(|r| r.amends).collect::<Vec<_>>(), [None, Some(1)]);
    let refused = core.amend(1, "once more").expect_err("the later one is to be amended");
    assert!(refused.to_string().contains("report 2"), "{refused}");
    amend(&core, 2, "130").expect("an amendment of an amendment");
    core.sync_now(BUDGET).expect("syncs");
    assert_eq!(look(&mut world, AnswerBasis::Effective), (vec!["superseded", "superseded", "counted"], 130));
    assert_eq!(look(&mut world, AnswerBasis::Raw), (vec!["counted", "amendment", "amendment"], 100));
    assert_eq!(baqylau_tests::reports(&world.desk)[1].summary.why.as_deref(), Some("the organiser corrected it"));
}

#[test]
fn a_draft_can_be_discarded_and_a_report_cannot() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let id = draft(&core, "campaign_event");
    set(&core, id, "participants", "100").expect("set");
    core.discard(id).expect("discarded");
    assert!(core.issues(id).is_err() && core.summary().expect("a summary").drafts == 0);
    report(&core, "signed");
    let signed = core.reports().expect("reports")[0].draft;
    assert!(core.discard(signed).is_err());
}

#[test]
fn a_closed_chain_tells_of_a_report_that_is_kept_back() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    report(&core, "one");
    let open = draft(&core, "campaign_event");
    assert!(core.close().is_err(), "a draft is open");
    core.discard(open).expect("discarded");
    core.close().expect("closed");
    assert!(core.summary().expect("a summary").closed);
    assert!(core.close().is_err(), "once");
    let again = draft(&core, "campaign_event");
    let refused = core.finalise(again, Some("too late".into())).expect_err("closed");
    assert!(refused.to_string().contains("closed"), "{refused}");
    assert_eq!(core.sync_now(BUDGET).expect("syncs").delivered, 2, "the report and the last word");
    assert_eq!(look(&mut world, AnswerBasis::Effective).0, ["counted"], "the last word is no report");
    let row = world.desk.devices(now()).expect("devices").remove(0);
    assert_eq!((row.received, row.missing.as_slice(), row.closed), (2, &[][..], true));
    assert_eq!(row.person.expect("known").0, "p001");
}

#[test]
fn a_replaced_phone_amends_what_the_other_sent() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let old = world.enrolled("old", &invite);
    report(&old, "one");
    old.sync_now(BUDGET).expect("syncs");
    look(&mut world, AnswerBasis::Effective);
    let device = world.desk.devices(now()).expect("devices")[0].device;
    let invite = world.desk.invites().replace(device, true, now(), 9).expect("an invite").text;
    world.desk.publish_decisions().expect("publishes");
    report(&old, "by who found the phone");
    assert_eq!(old.sync_now(BUDGET).expect("syncs").refused, 1, "the old one is revoked");
    let new = world.enrolled("new", &invite);
    report(&new, "three");
    new.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let rows = world.desk.devices(now()).expect("devices");
    assert_eq!(
        rows.iter().map(|r| r.standing).collect::<Vec<_>>(),
        [Some(Standing::Revoked), Some(Standing::Confirmed)]
    );
    assert_eq!(rows[1].replaces, Some(device));
    assert_eq!(rows[0].person, rows[1].person, "the same observer");
    // A stolen copy of the new invite shows: the second phone is contested, the first stays.
    let thief = world.enrolled("thief", &invite);
    report(&thief, "false");
    thief.sync_now(BUDGET).expect("syncs");
    assert_eq!(look(&mut world, AnswerBasis::Effective).0, ["counted", "counted", "contested"]);
}
