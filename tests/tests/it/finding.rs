//! What a phone finds for its observer: near and recent places, the next question, what was put off, and help.

use crate::it::browser::{Browser, eventually, world};
use crate::it::support::{draft, set};
use baqylau_forms::value::Point;
use baqylau_observer::app::{DeliveryState, WantedSection};
use baqylau_tests::{BUDGET, World, tables};

fn levels(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

#[test]
fn the_nearest_places_come_first() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let astana = Point { latitude: 511_600_000, longitude: 714_700_000, accuracy: 1000, mock: false };
    let near = core.places_near(&levels(&["station"]), astana, 20).expect("places");
    assert_eq!(near.len(), 20);
    assert!(near.iter().all(|p| p.level == "station"));
    let metres: Vec<u32> = near.iter().map(|p| p.metres.expect("a distance")).collect();
    assert!(metres.is_sorted() && metres[0] < 50_000, "{metres:?}");
    // By the table itself: no station is nearer than the first.
    let table = std::fs::read_to_string(tables("kazakhstan-2023").join("places.csv")).expect("the table");
    #[expect(clippy::disallowed_methods, reason = "another library than the one under test")]
    let far = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let (lat, lon): (f64, f64) = (cells[7].parse().ok()?, cells[8].parse().ok()?);
        let (a, b) = (51.16_f64.to_radians(), lat.to_radians());
        let angle = (a.sin() * b.sin() + a.cos() * b.cos() * (lon - 71.47).to_radians().cos()).acos();
        (cells[1] == "station").then_some((angle * 6_371_008.8, cells[0].to_owned()))
    };
    let least = table.lines().filter_map(far).min_by(|a, b| a.0.total_cmp(&b.0)).expect("stations");
    assert!((least.0 - f64::from(metres[0])).abs() < 5.0, "{least:?} {}", metres[0]);
    assert_eq!(core.places_near(&levels(&["nowhere"]), astana, 5).expect("none"), []);
}

#[test]
fn places_of_visits_are_remembered_once() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    for place in ["s00001", "s00002", "s00001"] {
        core.start_visit(Some(place), None).expect("a visit");
    }
    core.start_visit(None, None).expect("a visit");
    let codes = |l: &[&str]| {
        let recent = core.recent_places(&levels(l), 9).expect("places");
        recent.iter().map(|p| p.code.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(codes(&[]), ["s00001", "s00002"]);
    assert_eq!(codes(&["region"]), Vec::<String>::new());
}

#[test]
fn the_next_question_is_found_from_anywhere() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let id = draft(&core, "opening");
    let mut at = None;
    let mut seen = Vec::new();
    let asked = core.progress(id).expect("progress").asked;
    let next = |after| core.checklist_page(id, WantedSection::Unanswered { after, section: 1 }, None).expect("a page");
    while let Some(key) = next(at).unanswered.filter(|k| !seen.contains(k)) {
        assert!(next(at).rows.iter().any(|r| r.key == key));
        seen.push(key);
        at = Some(key);
    }
    assert_eq!(seen.len(), asked, "every question once, then the first again");
    let first = seen[0];
    let answer = core.read_answer(id, first, "?dk").expect("an answer");
    core.set(id, first, answer).expect("set");
    assert_eq!(next(None).unanswered, Some(seen[1]));
    assert_eq!(next(seen.last().copied()).unanswered, Some(seen[1]), "from the top again");
    let problem = core.issues(id).expect("issues").remove(0);
    assert!(core.open_section(id, problem.section).expect("a section").rows.iter().any(|r| r.key == problem.key));
}

#[test]
fn a_complaint_that_is_pending_comes_up_on_its_day() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    assert_eq!(core.follow_ups().expect("none"), []);
    let id = draft(&core, "complaint");
    set(&core, id, "state", "pending").expect("set");
    assert_eq!(core.follow_ups().expect("none"), [], "no day yet");
    set(&core, id, "follow_up", "2099-01-01").expect("set");
    let later = draft(&core, "complaint");
    set(&core, later, "state", "pending").expect("set");
    set(&core, later, "follow_up", "2020-01-01").expect("set");
    let due: Vec<_> = core.follow_ups().expect("two").iter().map(|f| (f.draft.id, f.due, f.report)).collect();
    assert_eq!(due, [(later, true, None), (id, false, None)]);
    let seq = core.finalise(later, Some("for a test".into())).expect("signed").seq;
    assert_eq!(core.follow_ups().expect("two")[0].report, Some(seq));
    let again = core.amend(seq, "decided").expect("a draft").id;
    assert_eq!(core.follow_ups().expect("two")[0].draft.id, again, "what amends stands for what it amends");
    set(&core, again, "state", "dismissed").expect("set");
    let left: Vec<_> = core.follow_ups().expect("one").iter().map(|f| f.draft.id).collect();
    assert_eq!(left, [id]);
}

#[test]
fn a_call_for_help_goes_first() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    crate::it::support::report(&core, "an ordinary one");
    let here = Point { latitude: 511_600_000, longitude: 714_700_000, accuracy: 1000, mock: true };
    let called = core.alarm(Some(here)).expect("signed");
    assert_eq!(called.checklist, "incident");
    assert!(!core.is_locked().expect("open"));
    core.lock().expect("locked");
    assert!(core.is_locked().expect("locked"));
    assert!(core.alarm(None).is_err(), "what is locked signs nothing");
    core.unlock(baqylau_tests::PIN).expect("unlocked");
    core.sync_now(BUDGET).expect("syncs");
    let index = |seq| match core.reports().expect("reports").iter().find(|r| r.seq == seq).map(|r| r.state.clone()) {
        Some(DeliveryState::Delivered { index, .. }) => index,
        other => panic!("{other:?}"),
    };
    assert!(index(called.seq) < index(1), "before what was signed earlier");
    let pulled = world.desk.pull(baqylau_tests::now(), &|_| ()).expect("pulls");
    assert!(pulled.opened >= 2 && pulled.refused == 0, "{pulled:?}");
    let hash =
        baqylau_tests::reports(&world.desk).iter().find(|row| row.summary.alarm).expect("the call").summary.meta.hash;
    let (report, _) = world.desk.read(hash).expect("it opens");
    assert!(report.visit.position.is_some());
    assert_eq!(report.incomplete, None, "the observer's words stay theirs");
}

#[test]
fn the_word_sos_is_no_call_for_help() {
    let (mut world, core) = world();
    let visit = core.start_visit(None, None).expect("a visit").code;
    let draft = core.start_checklist(&visit, "incident").expect("a draft").id;
    core.finalise(draft, Some("SOS".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(baqylau_tests::now(), &|_| ()).expect("pulls");
    let browser = Browser::open(&world);
    assert!(!browser.page("/").contains("class=\"alarm\""), "an urgent report, and no call for help");
    core.alarm(None).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    eventually(&browser, "/reports", "Reports: 2");
    let page = browser.page("/urgent");
    assert!(page.contains("class=\"alarm\"") && page.matches("⚠ SOS").count() == 1, "{page}");
    let called = core.reports().expect("reports").pop().expect("the call").hash;
    assert!(browser.page(&format!("/reports/{called}")).contains("⚠ SOS"));
}
