//! Which section of a checklist opens, and what its page shows: decided once, for every screen.

use crate::it::support::{changed, draft, key, report, set};
use baqylau_observer::app::{ChecklistPage, OfferedChoices, WantedSection};
use baqylau_observer::{Error, InvalidReason, ObserverApp};
use baqylau_tests::{BUDGET, PIN, World, now, reports, tables};

fn phone() -> (World, ObserverApp) {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    (world, core)
}

fn page(core: &ObserverApp, draft: i64, wanted: WantedSection) -> ChecklistPage {
    core.checklist_page(draft, wanted, None).expect("a page")
}

/// The section that a question is in.
fn section_of(core: &ObserverApp, draft: i64, name: &str) -> usize {
    let has = |s: &usize| core.open_section(draft, *s).expect("a section").rows.iter().any(|r| r.name == name);
    core.sections(draft).expect("sections").iter().map(|s| s.section).find(has).expect("the question is shown")
}

fn first_shown(page: &ChecklistPage) -> usize {
    page.sections.iter().find(|s| s.shown).expect("a section").section
}

#[test]
fn a_page_is_what_the_single_calls_say() {
    let (_world, core) = phone();
    let id = draft(&core, "closing_count");
    set(&core, id, "members_total", "7").expect("set");
    let section = section_of(&core, id, "protocol_seen");
    let page = page(&core, id, WantedSection::Section(section));
    let visit = core.visits().expect("visits").remove(0);
    assert_eq!(page.draft, visit.drafts[0]);
    assert_eq!(page.sections, core.sections(id).expect("sections"));
    assert_eq!(page.progress, core.progress(id).expect("progress"));
    assert_eq!((page.section, page.asked.as_slice()), (section, [].as_slice()));
    assert_eq!(page.rows, core.open_section(id, section).expect("a section").rows);
    let change = core.set(id, page.rows[0].key, core.read_answer(id, page.rows[0].key, "yes").expect("an answer"));
    assert_eq!(change.expect("set").changed[0].key, page.rows[0].key, "changes speak of the page");
}

#[test]
fn the_first_section_that_is_shown_opens_where_none_is_wanted() {
    let (_world, core) = phone();
    let id = draft(&core, "voting");
    let page = page(&core, id, WantedSection::First);
    assert!(!page.sections[0].shown, "values behind the scenes make no page");
    assert_eq!(page.section, first_shown(&page));
    assert_eq!(page.unanswered, Some(page.rows[0].key));
}

#[test]
fn a_section_that_is_hidden_or_gone_gives_way_to_the_first() {
    let (_world, core) = phone();
    let id = draft(&core, "closing_count");
    set(&core, id, "protocol_seen", "yes").expect("set");
    let protocol = section_of(&core, id, "p_invalid");
    assert_eq!(page(&core, id, WantedSection::Section(protocol)).section, protocol);
    set(&core, id, "protocol_seen", "no").expect("set");
    let hidden = page(&core, id, WantedSection::Section(protocol));
    assert_eq!(hidden.section, first_shown(&hidden), "an answer hid the page that was open");
    let gone = page(&core, id, WantedSection::Section(usize::MAX));
    assert_eq!((gone.section, gone.rows), (hidden.section, hidden.rows), "a corrected version has fewer");
}

#[test]
fn the_next_unanswered_question_opens_its_section_and_nothing_left_stays() {
    let (_world, core) = phone();
    let id = draft(&core, "opening");
    let last = core.sections(id).expect("sections").len() - 1;
    let next = |after| page(&core, id, WantedSection::Unanswered { after, section: last });
    let mut at = None;
    while let Some(key) = next(at).unanswered {
        let page = next(at);
        assert!(page.rows.iter().any(|r| r.key == key), "it stands on the page that opens");
        let row = page.rows.into_iter().find(|r| r.key == key).expect("the row");
        let choice = match &row.choices {
            OfferedChoices::Inline(choices) => choices[0].name.as_ref(),
            OfferedChoices::None | OfferedChoices::Paged { .. } => "1",
        };
        let set = |words: &&str| core.read_answer(id, key, words).and_then(|a| core.set(id, key, a)).is_ok();
        assert!(["?dk", choice, "12:00"].iter().any(set), "{}", row.name);
        at = Some(key);
    }
    let progress = core.progress(id).expect("progress");
    assert_eq!(progress.answered, progress.asked);
    assert_eq!((next(at).section, next(None).unanswered), (last, None));
}

#[test]
fn a_section_names_its_first_question_without_an_answer() {
    let (_world, core) = phone();
    let id = draft(&core, "voting");
    let numbers = section_of(&core, id, "members_total");
    let first = key(&core, id, "members_total");
    let open = page(&core, id, WantedSection::Section(numbers));
    let before: Vec<_> = open.rows.iter().map(|r| r.key).take_while(|k| *k != first).collect();
    assert_eq!((open.unanswered, before.len()), (Some(first), 0), "a number too");
    set(&core, id, "members_total", "7").expect("set");
    assert_ne!(page(&core, id, WantedSection::Section(numbers)).unanswered, Some(first));
}

#[test]
fn a_draft_that_may_not_be_signed_stays_open_where_it_is_wrong() {
    let (_world, core) = phone();
    let id = draft(&core, "opening");
    assert!(core.finalise(id, None).is_err(), "questions are missing");
    let problem = core.issues(id).expect("issues").pop().expect("an issue");
    let page = page(&core, id, WantedSection::Section(problem.section));
    assert_eq!((page.section, page.draft.finished), (problem.section, false));
    let row = page.rows.iter().find(|r| r.key == problem.key).expect("the question");
    assert!(!row.read_only && row.issues.contains(&problem));
}

#[test]
fn a_signed_draft_is_looked_at_and_asks_nothing() {
    let (_world, core) = phone();
    report(&core, "signed");
    let id = core.visits().expect("visits").remove(0).drafts.remove(0).id;
    for wanted in [WantedSection::First, WantedSection::Unanswered { after: None, section: 1 }] {
        let page = page(&core, id, wanted);
        assert!(page.draft.finished && page.rows.iter().all(|r| r.read_only) && page.unanswered.is_none());
    }
}

#[test]
fn a_draft_of_a_forgotten_visit_has_no_page() {
    let (_world, core, _folder) = changed(|source| {
        let path = source.join("mission.json");
        let text = std::fs::read_to_string(&path).expect("the settings");
        let mut settings: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        settings["review_window_days"] = 0.into();
        std::fs::write(&path, settings.to_string()).expect("writes");
    });
    report(&core, "sent");
    let id = core.visits().expect("visits").remove(0).drafts.remove(0).id;
    core.sync_now(BUDGET).expect("syncs");
    std::thread::sleep(std::time::Duration::from_millis(20));
    core.lock().expect("locks");
    core.unlock(PIN).expect("opens");
    assert!(core.visits().expect("visits")[0].forgotten);
    for letter in [None, Some(1)] {
        let refused = core.checklist_page(id, WantedSection::First, letter).map(|p| p.section);
        assert!(matches!(refused, Err(Error::Invalid(InvalidReason::VisitForgotten))), "{refused:?}");
    }
}

#[test]
fn what_is_not_there_has_no_page() {
    let (_world, core) = phone();
    let id = draft(&core, "voting");
    assert!(core.checklist_page(id + 1, WantedSection::First, None).is_err(), "no such draft");
    let refused = core.checklist_page(id, WantedSection::First, Some(9)).map(|p| p.section);
    assert!(matches!(refused, Err(Error::Invalid(InvalidReason::NoSuchLetter))), "{refused:?}");
}

#[test]
fn a_letter_opens_the_section_of_its_question() {
    let (mut world, core) = phone();
    let id = draft(&core, "incident");
    core.finalise(id, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let hash = reports(&world.desk)[0].summary.meta.hash;
    world.desk.records().ask(hash, &["what".into()], "What did they shout?", None, now()).expect("asked");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    core.sync_now(BUDGET).expect("syncs");
    let letter = core.letters().expect("letters").remove(0).id;
    let id = core.answer(letter, "I remember now").expect("a draft").id;
    let open = |wanted, letter| core.checklist_page(id, wanted, letter).expect("a page");
    let first = open(WantedSection::First, None);
    let asked = open(WantedSection::First, Some(letter));
    assert_ne!(asked.section, first.section);
    assert_eq!(asked.section, section_of(&core, id, "what"));
    assert_eq!(asked.asked, [key(&core, id, "what")]);
    let turned = open(WantedSection::Section(first.section), Some(letter));
    assert_eq!(turned.section, first.section, "whoever turns the page stays there");
}

#[test]
fn a_letter_about_a_question_that_is_hidden_opens_the_first_section() {
    let (mut world, core) = phone();
    let id = draft(&core, "closing_count");
    set(&core, id, "protocol_seen", "yes").expect("set");
    core.finalise(id, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let hash = reports(&world.desk)[0].summary.meta.hash;
    world.desk.records().ask(hash, &["p_invalid".into()], "How many?", None, now()).expect("asked");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    core.sync_now(BUDGET).expect("syncs");
    let letter = core.letters().expect("letters").remove(0).id;
    let id = core.answer(letter, "it was not shown").expect("a draft").id;
    let protocol = section_of(&core, id, "p_invalid");
    let open = || core.checklist_page(id, WantedSection::First, Some(letter)).expect("a page");
    assert_eq!(open().section, protocol);
    set(&core, id, "protocol_seen", "no").expect("set");
    let page = open();
    assert_eq!(page.section, first_shown(&page));
}
