//! Rows of a counted repeat, on a phone and at a desk: the count is typed digit by digit, and nothing typed in the rows is lost by it.

use crate::it::support::{draft, rows, set};
use baqylau_desk::adjudication::status::{AnswerBasis, Status};
use baqylau_desk::records::paper::PaperHead;
use baqylau_forms::value::Moment;
use baqylau_observer::ObserverApp;
use baqylau_observer::app::CellKey;
use baqylau_tests::{BUDGET, PIN, World, now, tables};

fn keys(core: &ObserverApp, draft: i64, name: &str) -> Vec<CellKey> {
    rows(core, draft).into_iter().filter(|r| r.name == name).map(|r| r.key).collect()
}

fn registered(core: &ObserverApp, draft: i64) -> Vec<String> {
    rows(core, draft).into_iter().filter(|r| r.name == "registered").map(|r| r.answer_text).collect()
}

#[test]
fn rows_beyond_the_count_come_back_on_a_phone_after_a_restart() {
    let mut world = World::new(&tables("sahra-2026"));
    let invite = world.invite("w01");
    let core = world.enrolled("phone", &invite);
    let centre = draft(&core, "centre");
    set(&core, centre, "opened", "yes").expect("set");
    set(&core, centre, "rooms", "3").expect("set");
    for (key, count) in keys(&core, centre, "registered").into_iter().zip(["401", "402", "403"]) {
        let answer = core.read_answer(centre, key, count).expect("a number");
        core.set(centre, key, answer).expect("set");
    }
    for way in ["1", "3", "2"] {
        set(&core, centre, "rooms", way).expect("set");
    }
    drop(core);
    let core = ObserverApp::open(world.phone("phone"), PIN).expect("opens");
    assert_eq!(registered(&core, centre), ["401", "402"]);
    set(&core, centre, "opened", "no").expect("set");
    drop(core);
    let core = ObserverApp::open(world.phone("phone"), PIN).expect("opens");
    set(&core, centre, "opened", "yes").expect("set");
    set(&core, centre, "rooms", "3").expect("set");
    assert_eq!(registered(&core, centre), ["401", "402", "403"]);

    // The report has what was counted, and nothing beyond it.
    set(&core, centre, "rooms", "2").expect("set");
    core.finalise(centre, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let reports = baqylau_tests::reports(&world.desk);
    assert_eq!(reports[0].status, Status::Counted);
    let out = world.folder.path().join("export");
    world.desk.export(AnswerBasis::Effective, &out, false).expect("exports");
    let ours = |f: &std::fs::DirEntry| f.path().extension().is_some_and(|end| end == "csv");
    let files = std::fs::read_dir(&out).expect("a folder").flatten().filter(ours);
    let tables: String = files.filter_map(|f| std::fs::read_to_string(f.path()).ok()).collect();
    assert!(tables.contains("401") && tables.contains("402") && !tables.contains("403"));

    // An amendment begins with all that was typed.
    let report = core.reports().expect("reports")[0].seq;
    let again = core.amend(report, "a room was missed").expect("a draft").id;
    set(&core, again, "rooms", "3").expect("set");
    assert_eq!(registered(&core, again), ["401", "402", "403"]);
}

#[test]
fn rows_and_hidden_answers_of_a_paper_form_come_back() {
    let world = World::new(&tables("sahra-2026"));
    let desk = &world.desk;
    let at = Moment { ms: now(), offset: 60 };
    let id = desk.papers().begin(PaperHead::new("centre", "L01-01", None, now()), at).expect("a form");
    let put = |name: &str, row: u32, text: &str| desk.papers().set(id, name, row, text, at).expect("set");
    put("opened", 0, "yes");
    put("rooms", 0, "2");
    put("registered", 1, "401");
    put("registered", 2, "402");
    put("rooms", 0, "1");
    put("opened", 0, "no");
    put("opened", 0, "yes");
    let paper = put("rooms", 0, "2");
    let node = paper.filling.form().find("registered").expect("the question");
    let there: Vec<_> = [1, 2].map(|row| paper.filling.answer(CellKey { node, row }).is_some()).to_vec();
    assert_eq!(there, [true, true]);
}
