//! Corrections pass the rules of the checklist, and show what they do before they are signed.

use crate::it::browser::{Browser, eventually, world};
use crate::it::support::{rows, set};
use baqylau_desk::DeskError;
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::index::flags::Flag;
use baqylau_desk::records::CorrectionRequest;
use baqylau_desk::records::preview::Preview;
use baqylau_observer::ObserverApp;
use baqylau_protocol::ids::Hash;
use baqylau_report::Correction;
use baqylau_report::review::ReviewState;
use baqylau_tests::{BUDGET, World, now};

fn change<'c>(question: &'c str, new: Option<&'c str>) -> CorrectionRequest<'c> {
    CorrectionRequest { question, rows: Vec::new(), new, reason: "misheard", source: "a call" }
}

/// A signed count at a station, with numbers.
fn count(world: &mut World, core: &ObserverApp, numbers: &[(&str, &str)]) -> Hash {
    let visit = core.start_visit(Some("s00001"), None).expect("a visit").code;
    let id = core.start_checklist(&visit, "closing_count").expect("a draft").id;
    numbers.iter().for_each(|(name, words)| set(core, id, name, words).expect("set"));
    let hash = core.finalise(id, Some("for a test".into())).expect("signed").hash;
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    Hash::from_hex(&hash).expect("a hash")
}

const ODD: [(&str, &str); 5] = [
    ("protocol_seen", "yes"),
    ("p_voters", "1000"),
    ("p_voted_station", "300"),
    ("p_voted_mobile", "10"),
    ("p_in_boxes", "400"),
];

#[test]
fn a_correction_that_changes_nothing_is_refused() {
    let (mut world, core) = world();
    let report = count(&mut world, &core, &ODD);
    for (question, new) in [("protocol_seen", "yes"), ("protocol_seen", "Yes"), ("p_voters", " 1000")] {
        let refused = world.desk.records().preview(report, &change(question, Some(new)), now()).err().expect("refused");
        assert!(matches!(refused, DeskError::Unchanged { .. }), "{question}");
        assert!(refused.to_string().contains("there is nothing to correct"), "{refused}");
    }
}

#[test]
fn a_refused_correction_says_what_to_give() {
    let (mut world, core) = world();
    let report = count(&mut world, &core, &ODD);
    let refused = |question, rows: &[u32]| {
        let change = CorrectionRequest { rows: rows.to_vec(), ..change(question, Some("5")) };
        world.desk.records().preview(report, &change, now()).err().expect("refused").to_string()
    };
    assert!(refused("results", &[]).contains("no answer of its own"));
    assert!(refused("r_votes", &[]).contains("say in which (one row number)"));
    assert!(refused("r_votes", &[0, 0]).contains("it needs one row number"));
    assert!(refused("p_voters", &[0]).contains("in no repeat"));
    // Labels of several choices, and nothing typed.
    let labels = world
        .desk
        .records()
        .preview(report, &change("party_present", Some("Amanat, Aq Jol")), now())
        .expect("possible");
    assert_eq!(labels.correction.new.as_deref(), Some("amanat aq_jol"));
    let nothing = world.desk.records().preview(report, &change("p_voters", Some(" ")), now()).expect("possible");
    assert_eq!(nothing.correction.new, None, "it takes the answer away");
}

#[test]
fn the_fingerprint_moves_with_what_counts_and_not_with_its_history() {
    let (mut world, core) = world();
    let report = count(&mut world, &core, &ODD);
    let hash = |world: &World| world.desk.report_table(None, AnswerBasis::Effective).expect("a table").1.counted().1;
    let mut hashes = vec![hash(&world)];
    for state in [ReviewState::Queried, ReviewState::Excluded, ReviewState::Accepted] {
        world.desk.records().review(report, state, "a reason", now()).expect("signed");
        world.desk.pull(now(), &|_| ()).expect("delivers");
        world.desk.pull(now(), &|_| ()).expect("pulls");
        hashes.push(hash(&world));
    }
    assert!(hashes[0] == hashes[1] && hashes[1] != hashes[2] && hashes[3] == hashes[0], "{hashes:?}");
    world.desk.records().correct(report, &change("p_voters", Some("1001")), now()).expect("signed");
    world.desk.pull(now(), &|_| ()).expect("delivers");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_ne!(hash(&world), hashes[0], "a correction decides a number");
}

#[test]
fn a_correction_is_refused_where_the_observers_answer_would_be() {
    let (mut world, core) = world();
    let report = count(&mut world, &core, &ODD);
    let refused = |question, new| {
        let words =
            world.desk.records().preview(report, &change(question, new), now()).err().expect("refused").to_string();
        assert!(world.desk.records().correct(report, &change(question, new), now()).is_err(), "{question} {new:?}");
        words
    };
    assert!(refused("p_in_boxes", Some("-5")).contains("p_in_boxes"), "no number of ballots");
    assert!(refused("p_voters", Some("many")).contains("a whole number"));
    assert!(refused("protocol_seen", Some("perhaps")).contains("(yes, no"), "the question's own choices are named");
    assert!(refused("p_voters", Some("?na")).contains("missing value"), "it may be unknown, and applies always");
    assert!(refused("started_at", Some("2023-03-19T09:00")).contains("by hand"), "what the phone noted stays");
    assert!(refused("nothing", Some("1")).contains("no question"));
    // Nobody asked, because no number of the protocol was seen.
    let blind = count(&mut world, &core, &[("protocol_seen", "no")]);
    let hidden =
        world.desk.records().preview(blind, &change("p_voters", Some("100")), now()).err().expect("hidden").to_string();
    assert!(hidden.contains("is not asked here"), "{hidden}");
    assert_eq!(world.desk.store.waiting().expect("waiting"), 0, "nothing was signed");
    // What the checklist offers can be given: a typed missing value, a choice by its label.
    for (question, new, kept) in [("p_voters", "?dk", "?dk"), ("protocol_seen", "No", "no")] {
        let preview = world.desk.records().preview(report, &change(question, Some(new)), now()).expect("possible");
        assert_eq!(preview.correction.new.as_deref(), Some(kept));
    }
    // Dependent rules are evaluated: without the protocol its numbers are not asked, and leave the figures.
    let preview = world.desk.records().preview(report, &change("protocol_seen", Some("no")), now()).expect("possible");
    let gone = |name: &str| preview.following().iter().any(|f| f.0 == name && f.1.is_some() && f.2.is_none());
    assert!(gone("p_voters") && gone("p_in_boxes"), "{:?}", preview.following());
}

#[test]
fn what_is_unlikely_is_said_and_must_be_confirmed() {
    let (mut world, core) = world();
    let report = count(&mut world, &core, &ODD);
    for unlikely in ["-5", "99999999"] {
        let change = change("p_voters", Some(unlikely));
        let preview = world.desk.records().preview(report, &change, now()).expect("possible");
        let doubts = preview.doubts_in_words();
        assert!(doubts.iter().any(|d| d.contains("p_voters: A precinct has at most 3,000 voters")), "{doubts:?}");
        let why = world.desk.records().correct(report, &change, now()).expect_err("unlikely").to_string();
        assert!(why.contains("p_voters") && why.contains("confirm it"), "{why}");
        assert_eq!(world.desk.store.waiting().expect("waiting"), 0, "signed without a word");
    }
    let preview = world.desk.records().preview(report, &change("p_voters", Some("3500")), now()).expect("possible");
    world.desk.records().sign_correction(&preview, true).expect("confirmed");
    assert_eq!(world.desk.store.waiting().expect("waiting"), 1);
}

#[test]
fn a_correction_that_breaks_a_rule_fits_nowhere_whoever_signed_it() {
    let (mut world, core) = world();
    let report = count(&mut world, &core, &ODD);
    let preview = world.desk.records().preview(report, &change("p_in_boxes", Some("310")), now()).expect("possible");
    // Another program at a desk signs what this one refuses.
    let correction = Correction { new: Some("-5".into()), ..preview.correction.clone() };
    world.desk.records().sign_correction(&Preview { correction, ..preview }, true).expect("signed");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let (_, reports) = world.desk.report_table(None, AnswerBasis::Effective).expect("a board");
    assert!(!reports.rows[0].corrections[0].1, "it does not fit, and is shown so");
    assert!(reports.rows[0].flags.has(Flag::Arithmetic), "the numbers are those that were sent");
}

#[test]
fn figures_and_flags_are_shown_before_and_after_and_no_flag_goes_without_a_word() {
    let (mut world, core) = world();
    let report = count(&mut world, &core, &ODD);
    let fewer = change("p_in_boxes", Some("310"));
    let preview = world.desk.records().preview(report, &fewer, now()).expect("possible");
    assert_eq!((&*preview.lost, preview.gained.len()), (&[Flag::Arithmetic][..], 0));
    world.desk.records().correct(report, &fewer, now()).expect("signed");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let (_, reports) = world.desk.report_table(None, AnswerBasis::Effective).expect("a board");
    let line = &reports.rows[0];
    assert!(!line.flags.has(Flag::Arithmetic) && line.settled.has(Flag::Arithmetic), "it was odd as it was sent");
    let browser = Browser::open(&world);
    assert!(browser.page("/reports?flag=arithmetic").contains("Reports: 1"), "who looks for it finds it");
    let page = browser.page(&format!("/reports/{report}"));
    assert!(page.contains("numbers do not add up") && page.contains("no longer since the correction"), "{page}");
    // A figure that moves is shown as it is and as it would be.
    let moves = change("overall", Some("very_bad"));
    let preview = world.desk.records().preview(report, &moves, now()).expect("possible");
    let moved = preview.figures.iter().find(|f| f.2.id == "count.negative").expect("a figure");
    assert_eq!((moved.1.count, moved.2.count), (0, 1));
}

#[test]
fn a_figure_that_does_not_move_is_not_named_as_one_that_does() {
    let (mut world, core) = world();
    let report = count(&mut world, &core, &[("falsification", "?dk")]);
    // It was unknown, and is unknown then: no number is another.
    let preview = world.desk.records().preview(report, &change("falsification", None), now()).expect("possible");
    assert!(preview.correction.old.as_deref() == Some("?dk") && preview.figures.is_empty(), "{:?}", preview.figures);
    let browser = Browser::open(&world);
    let ours = format!("http://{}", browser.host);
    let ask = |value: &str| {
        let fields = format!("cell=falsification&value={value}&reason=misheard&source=a+call&act=preview");
        browser.post(&format!("/reports/{report}/correct"), &ours, &fields).body
    };
    let page = ask("");
    assert!(page.contains("No figure changes.") && !page.contains("/findings/count."), "{page}");
    let page = ask("yes");
    assert!(!page.contains("No figure changes.") && page.contains("/findings/count.falsification"), "{page}");
}

#[test]
fn a_row_of_a_repeat_is_corrected_on_the_page_with_the_questions_own_choices() {
    let (mut world, core) = world();
    let visit = core.start_visit(Some("astana"), None).expect("a visit").code;
    let id = core.start_checklist(&visit, "meeting").expect("a draft").id;
    let repeat = rows(&core, id).into_iter().find(|r| r.name == "participants").expect("a repeat").key;
    for _ in 0..2 {
        core.add_row(id, repeat).expect("a row");
    }
    let sexes: Vec<_> = rows(&core, id).into_iter().filter(|r| r.name == "participant_sex").map(|r| r.key).collect();
    for key in &sexes {
        let answer = core.read_answer(id, *key, "woman").expect("a choice");
        core.set(id, *key, answer).expect("set");
    }
    core.finalise(id, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let browser = Browser::open(&world);
    let ours = format!("http://{}", browser.host);
    let report = core.reports().expect("reports")[0].hash.clone();
    let path = format!("/reports/{report}/correct");
    assert!(
        browser.page(&format!("/reports/{report}")).contains("cell=participant_sex%401"),
        "a way to the second row"
    );
    let form = browser.page(&format!("{path}?cell=participant_sex%401"));
    let choices = form.matches("type=\"radio\"").count();
    assert!((2..6).contains(&choices), "the question's own choices and no others: {form}");
    let fields = "cell=participant_sex%401&value=man&reason=misheard&source=a+call";
    let preview = browser.post(&path, &ours, fields);
    assert_eq!(preview.status, 200, "{}", preview.body);
    assert!(
        preview.body.contains("Nothing is signed yet") && preview.body.contains("No figure changes"),
        "{}",
        preview.body
    );
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(world.desk.report_table(None, AnswerBasis::Effective).expect("a board").1.rows[0].corrections.len(), 0);
    assert_eq!(browser.post(&path, &ours, &format!("{fields}&act=sign")).status, 303);
    eventually(&browser, "/cleaning", ">man<");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let (_, reports) = world.desk.report_table(None, AnswerBasis::Effective).expect("a board");
    let (signed, fits) = &reports.rows[0].corrections[0];
    assert!(*fits && signed.what.rows == [1] && signed.what.old.as_deref() == Some("woman"));
}

/// The report that counts, of a board with one visit.
fn counted(world: &World) -> baqylau_desk::index::report_row::ReportRow {
    let (_, board) = world.desk.report_table(None, AnswerBasis::Effective).expect("a board");
    let mut rows = board.rows.into_iter().filter(|row| row.status.name() == "counted");
    let row = rows.next().expect("one counts");
    assert!(rows.next().is_none(), "and no other");
    row
}

#[test]
fn a_correction_holds_in_an_amendment_that_leaves_its_answer_and_not_in_one_that_changes_it() {
    let (mut world, core) = world();
    let report = count(&mut world, &core, &ODD);
    let correct = |world: &mut World, report: Hash, boxes: &str| {
        let preview =
            world.desk.records().preview(report, &change("p_in_boxes", Some(boxes)), now()).expect("possible");
        world.desk.records().sign_correction(&preview, true).expect("signed");
        world.desk.pull(now(), &|_| ()).expect("pulls");
    };
    let amend = |world: &mut World, question: &str, words: &str| {
        let last = core.reports().expect("reports").into_iter().map(|r| r.seq).max().expect("a report");
        let draft = core.amend(last, "counted again").expect("a draft").id;
        set(&core, draft, question, words).expect("set");
        let hash = core.finalise(draft, Some("for a test".into())).expect("signed").hash;
        core.sync_now(BUDGET).expect("syncs");
        world.desk.pull(now(), &|_| ()).expect("pulls");
        Hash::from_hex(&hash).expect("a hash")
    };
    correct(&mut world, report, "310");
    assert!(!counted(&world).flags.has(Flag::Arithmetic));
    // The observer says something else: what the desk corrected holds, also in the amendment of the amendment.
    for (question, words) in [("p_voters", "1001"), ("p_voters", "1002")] {
        let amended = amend(&mut world, question, words);
        let row = counted(&world);
        assert_eq!((row.summary.meta.hash, row.corrections.len(), row.corrections[0].1), (amended, 1, true));
        assert!(!row.flags.has(Flag::Arithmetic) && !row.disputed());
        let same =
            world.desk.records().preview(amended, &change("p_in_boxes", Some("310")), now()).err().expect("refused");
        assert!(matches!(same, DeskError::Unchanged { .. }), "{same}");
    }
    // The observer says something else of that: it is theirs, and a desk is told.
    let amended = amend(&mut world, "p_in_boxes", "320");
    let row = counted(&world);
    assert_eq!((row.corrections.len(), row.corrections[0].1), (1, false));
    assert!(row.flags.has(Flag::Arithmetic) && row.disputed());
    let browser = Browser::open(&world);
    eventually(&browser, "/cleaning", "p_in_boxes");
    drop(browser);
    correct(&mut world, amended, "310");
    let row = counted(&world);
    assert!(!row.flags.has(Flag::Arithmetic) && !row.disputed(), "a desk said what holds");
}
