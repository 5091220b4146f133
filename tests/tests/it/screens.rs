//! What the screens around a checklist draw: each from one call, which says what the single calls say.

use crate::it::support::{changed, draft, key, report, rows, set};
use baqylau_forms::Answer;
use baqylau_observer::app::{Issue, ReviewPage, VisitPage, WantedSection};
use baqylau_observer::{Error, InvalidReason, ObserverApp};
use baqylau_tests::{BUDGET, PIN, World, tables};

fn phone() -> (World, ObserverApp) {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    (world, core)
}

fn review(core: &ObserverApp, draft: i64) -> ReviewPage {
    core.review_page(draft).expect("a page")
}

fn visit(core: &ObserverApp) -> VisitPage {
    let code = core.visits().expect("visits").remove(0).code;
    core.visit_page(&code).expect("a page").expect("the visit")
}

#[test]
fn a_review_is_what_the_single_calls_say() {
    let (_world, core) = phone();
    let id = draft(&core, "closing_count");
    set(&core, id, "members_total", "7").expect("set");
    let page = review(&core, id);
    let visit = core.visits().expect("visits").remove(0);
    assert_eq!((&page.draft, &page.visit), (&visit.drafts[0], &visit));
    // The clock's error differs from moment to moment.
    let mission = core.mission().expect("a mission");
    assert_eq!((page.mission.title, page.mission.fingerprint), (mission.title, mission.fingerprint));
    assert_eq!(page.mission.team, mission.team);
    assert_eq!(page.progress, core.progress(id).expect("progress"));
    let problems: Vec<_> = page.problems.iter().map(|p| p.problem.clone()).collect();
    assert_eq!(problems, core.issues(id).expect("issues"));
    let rows = rows(&core, id);
    for line in &page.problems {
        let row = rows.iter().find(|row| row.key == line.problem.key).expect("its question");
        assert!(!line.question.is_empty() && line.question.ends_with(&*row.label), "{}", line.question);
        assert!(line.question.starts_with(&row.number), "{}", line.question);
    }
    let counted = rows.iter().filter(|row| matches!(row.answer, Some(Answer::Integer(_))));
    let counted: Vec<&str> = counted.map(|row| row.answer_text.as_str()).collect();
    assert_eq!(page.numbers.iter().map(|n| n.number.as_str()).collect::<Vec<_>>(), counted);
    assert!(page.numbers.iter().any(|n| n.number == "7"));
    assert!(page.changes.is_empty() && page.left.is_empty() && page.attachments == 0);
}

#[test]
fn a_review_leaves_the_section_open_that_is_open() {
    let (_world, core) = phone();
    let id = draft(&core, "closing_count");
    let open = core.checklist_page(id, WantedSection::First, None).expect("a page");
    review(&core, id);
    let key = open.rows[0].key;
    let answer = core.read_answer(id, key, "?dk").or_else(|_| core.read_answer(id, key, "yes")).expect("an answer");
    let change = core.set(id, key, answer).expect("set");
    assert_eq!(change.changed[0].key, key, "changes speak of the page that was drawn");
}

/// What the review says of signing is what signing does.
#[test]
fn a_draft_is_signed_as_its_review_says() {
    let (_world, core) = phone();
    let id = draft(&core, "campaign_event");
    let missing = review(&core, id);
    assert!(missing.needs_reason && !missing.impossible);
    assert!(matches!(core.finalise(id, None), Err(Error::Invalid(InvalidReason::Unanswered { .. }))));
    set(&core, id, "participants", "-3").expect("set");
    let impossible = review(&core, id);
    assert!(impossible.impossible && impossible.problems.iter().any(|p| p.problem.issue == Issue::Error));
    assert!(core.finalise(id, Some("for a test".into())).is_err(), "no reason helps");
    set(&core, id, "participants", "3").expect("set");
    assert!(!review(&core, id).impossible);
    core.finalise(id, Some("for a test".into())).expect("signed");
}

#[test]
fn a_review_says_what_an_amendment_changes() {
    let (_world, core) = phone();
    report(&core, "signed");
    let id = core.amend(1, "a slip of the finger").expect("a draft").id;
    assert!(review(&core, id).changes.is_empty());
    set(&core, id, "participants", "99").expect("set");
    let page = review(&core, id);
    assert_eq!(page.changes, core.changes(id).expect("changes"));
    assert_eq!(page.changes[0].after.as_deref(), Some("99"));
}

#[test]
fn a_text_is_an_answer_in_one_call_and_blank_is_none() {
    let (_world, core) = phone();
    let id = draft(&core, "closing_count");
    let key = key(&core, id, "members_total");
    let commits = core.commits();
    let change = core.set_text(id, key, " 7 ").expect("set");
    assert_eq!(core.commits(), commits + 1);
    let row = |core: &ObserverApp| rows(core, id).into_iter().find(|r| r.key == key).expect("the row");
    assert_eq!(row(&core).answer, Some(Answer::Integer(7)));
    assert_eq!(change.progress, core.progress(id).expect("progress"));
    let refused = core.set_text(id, key, "seven");
    assert!(matches!(refused, Err(Error::Invalid(InvalidReason::NotAnAnswer { .. }))), "{refused:?}");
    assert_eq!(row(&core).answer, Some(Answer::Integer(7)), "what is no answer changes nothing");
    core.set_text(id, key, "  ").expect("cleared");
    assert_eq!(row(&core).answer, None);
}

#[test]
fn a_visit_offers_what_may_be_begun_there() {
    let (_world, core) = phone();
    let id = draft(&core, "voting");
    let page = visit(&core);
    let place = page.visit.place.clone().expect("a place");
    let names = |page: &VisitPage| page.offered.iter().map(|c| c.id.clone()).collect::<Vec<_>>();
    for list in core.checklists().expect("checklists") {
        let begun = core.start_checklist(&page.visit.code, &list.id);
        let fits = list.places.contains(&place.level);
        assert_eq!(begun.is_ok(), fits, "{}", list.id);
        let was = page.visit.drafts.iter().any(|d| d.checklist == list.id);
        assert_eq!(names(&page).contains(&list.id), fits && !(list.once && was), "{}", list.id);
    }
    assert_eq!(page.team, core.mission().expect("a mission").team);
    assert_eq!(page.drafts[0].progress, Some(core.progress(id).expect("progress")));
    assert_eq!(page.drafts[0].report, None);
    assert!(core.visit_page("nowhere").expect("a page").is_none());
}

#[test]
fn a_signed_draft_leads_to_its_report() {
    let (_world, core) = phone();
    report(&core, "signed");
    let page = visit(&core);
    assert_eq!((page.drafts[0].report, page.drafts[0].progress), (Some(1), None));
}

#[test]
fn reports_come_newest_first_with_their_titles_and_changes() {
    let (_world, core) = phone();
    report(&core, "signed");
    let id = core.amend(1, "a slip of the finger").expect("a draft").id;
    set(&core, id, "participants", "99").expect("set");
    core.finalise(id, Some("for a test".into())).expect("signed");
    let page = core.reports_page().expect("a page");
    assert_eq!(page.reports.iter().map(|l| l.report.seq).collect::<Vec<_>>(), [2, 1]);
    let mut single = core.reports().expect("reports");
    single.reverse();
    assert_eq!(page.reports.iter().map(|l| l.report.clone()).collect::<Vec<_>>(), single);
    let lists = core.checklists().expect("checklists");
    let title = &lists.iter().find(|c| c.id == "campaign_event").expect("the checklist").title;
    assert!(page.reports.iter().all(|l| l.title == *title));
    assert_eq!(page.reports[0].changes, core.changes(id).expect("changes"));
    assert!(page.reports[1].changes.is_empty() && page.letters == core.letters().expect("letters"));
}

#[test]
fn reports_of_a_forgotten_visit_are_still_listed() {
    let (_world, core, _folder) = changed(|source| {
        let path = source.join("mission.json");
        let text = std::fs::read_to_string(&path).expect("the settings");
        let mut settings: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        settings["review_window_days"] = 0.into();
        std::fs::write(&path, settings.to_string()).expect("writes");
    });
    report(&core, "signed");
    let id = core.amend(1, "a slip of the finger").expect("a draft").id;
    core.finalise(id, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    std::thread::sleep(std::time::Duration::from_millis(20));
    core.lock().expect("locks");
    core.unlock(PIN).expect("opens");
    let page = visit(&core);
    assert!(page.visit.forgotten && page.drafts.iter().all(|line| line.progress.is_none()));
    assert!(core.changes(id).is_err(), "nothing of it can be read");
    let page = core.reports_page().expect("a page");
    assert_eq!(page.reports.iter().map(|l| l.changes.len()).collect::<Vec<_>>(), [0, 0]);
}
