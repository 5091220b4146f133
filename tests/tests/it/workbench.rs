//! What coordinators do on their pages: reconcile, code, correct, type in paper forms, watch who is silent; and several of them at once.

use crate::it::browser::{Browser, eventually, world};
use crate::it::support::{changed, draft, set};
use baqylau_desk::adjudication::status::{AnswerBasis, Status};
use baqylau_desk::records::CorrectionRequest;
use baqylau_forms::value::Moment;
use baqylau_observer::ObserverApp;
use baqylau_report::review::ReviewState;
use baqylau_tests::{BUDGET, World, now, tables};

/// A signed report of a checklist at a place, with answers as they are written.
fn report(core: &ObserverApp, checklist: &str, place: Option<&str>, answers: &[(&str, &str)]) -> String {
    let visit = core.start_visit(place, None).expect("a visit").code;
    let id = core.start_checklist(&visit, checklist).expect("a draft").id;
    answers.iter().for_each(|(name, words)| set(core, id, name, words).expect("set"));
    for problem in core.issues(id).expect("issues").iter().filter(|p| p.issue == baqylau_observer::app::Issue::Warning)
    {
        core.confirm(id, problem.key, Some("it is so".into())).expect("confirmed");
    }
    core.finalise(id, Some("for a test".into())).expect("signed").hash
}

fn sent(world: &mut World, core: &ObserverApp) {
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
}

#[test]
fn numbers_that_do_not_add_up_lead_to_their_report_and_stand_beside_official_ones() {
    let (mut world, core, _folder) = changed(|tables| {
        let official = "id,place,value,source\ncount.in_boxes,s00001,500,tally office\ncount.turnout,kz,54.2,the CEC\n";
        std::fs::write(tables.join("official.csv"), official).expect("writes");
    });
    let numbers = [
        ("protocol_seen", "yes"),
        ("p_voters", "1000"),
        ("p_voted_station", "300"),
        ("p_voted_mobile", "10"),
        ("p_in_boxes", "400"),
    ];
    let odd = report(&core, "closing_count", Some("s00001"), &numbers);
    report(&core, "voting", Some("s00002"), &[("voted_on_arrival", "10"), ("voted_on_departure", "20")]);
    sent(&mut world, &core);
    let browser = Browser::open(&world);
    let page = browser.page("/counts");
    let row = |name: &str| {
        page.split("<tr>").find(|r| r.contains(name)).unwrap_or_else(|| panic!("{name}: {page}")).to_owned()
    };
    let boxes = row("More ballots in the boxes than voters");
    assert!(boxes.contains("⚠ 1") && boxes.contains(&format!("/reports/{odd}")) && boxes.contains(">90<"), "{boxes}");
    assert!(row("Fewer voters had voted on departure").contains("✓ 0"), "{page}");
    // 310 of 1,000 voters, 54.2 % in the country; 400 ballots, 500 tabulated.
    let rate = page.split("<tr>").find(|r| r.contains("the CEC")).expect("a rate");
    assert!(rate.contains("31.0 %") && rate.contains("54.2 %") && rate.contains("⚠ <bdi>+23.2"), "{rate}");
    let station = page.split("<tr>").find(|r| r.contains("tally office")).expect("a station");
    assert!(station.contains(">400<") && station.contains(">500<") && station.contains("⚠ <bdi>+100"), "{station}");
    assert!(browser.page("/reports?flag=arithmetic").contains("Reports: 1"));
    assert!(browser.page(&format!("/reports/{odd}")).contains("numbers do not add up"));
    // And it is proven from its bytes to the head that the server signed.
    let proof = browser.page(&format!("/reports/{odd}/proof"));
    let head = world
        .desk
        .prover()
        .prove(baqylau_protocol::ids::Hash::from_hex(&odd).expect("a hash"))
        .expect("it verifies")
        .head;
    assert!(proof.contains("chain and log are valid") && proof.contains(&head.1.to_string()), "{proof}");
    assert_eq!(browser.get(&format!("/reports/{}/proof", "0".repeat(64))).status, 422);
    assert_eq!(browser.get("/statement?as_of=garbage").status, 422, "what is no moment freezes nothing");
}

#[test]
fn media_items_add_up_by_outlet_actor_and_tone() {
    let (mut world, core) = world();
    for (outlet, actor, seconds, tone) in
        [("qazaqstan", "amanat", "90", "positive"), ("qazaqstan", "auyl", "30", "neutral")]
    {
        let answers = [("outlet", outlet), ("actor", actor), ("airtime", seconds), ("tone", tone)];
        report(&core, "media_item", None, &answers);
    }
    sent(&mut world, &core);
    let browser = Browser::open(&world);
    let page = browser.page("/media");
    assert!(page.contains("2 items") && page.contains("0:02:00"), "{page}");
    let row = page.split("<tr>").find(|r| r.contains("used=actor%3Aamanat")).expect("an actor");
    assert!(row.contains("0:01:30") && row.contains("75.0 %"), "{row}");
    assert!(browser.page("/reports?used=actor%3Aamanat&checklist=media_item").contains("Reports: 1"));
}

#[test]
fn texts_are_coded_translated_and_marked_and_every_desk_sees_it() {
    let (mut world, core) = world();
    let hash = report(&core, "voting", Some("s00003"), &[("comments", "Очередь <b>на улице</b>")]);
    sent(&mut world, &core);
    let browser = Browser::open(&world);
    assert!(browser.page("/texts?code=-").contains("Reports: 1"));
    let ours = format!("http://{}", browser.host);
    let fields = "question=comments&rows=&code=overcrowding&translation=A+queue+%3Cscript%3E&quotable=1&back=%2Ftexts";
    let answer = browser.post(&format!("/reports/{hash}/code"), &ours, fields);
    assert_eq!(answer.status, 303, "{}", answer.body);
    let page = browser.page("/texts?code=overcrowding");
    assert!(page.contains("Reports: 1") && page.contains("A queue &lt;script&gt;") && page.contains("❝"), "{page}");
    assert!(page.contains("Очередь &lt;b&gt;на улице&lt;/b&gt;"), "beside the original");
    assert!(
        browser.page("/texts?code=-").contains("Reports: 0") && browser.page("/texts?code=%21").contains("Reports: 1")
    );
    let refused = browser.post(&format!("/reports/{hash}/code"), &ours, "question=comments&rows=&code=nonsense");
    assert!(refused.status == 422 && refused.body.contains("codebook.csv"), "{}", refused.body);
    let table = browser.get("/export/texts.csv");
    assert!(table.body.contains("overcrowding") && table.body.contains("A queue <script>"), "{}", table.body);
    // It is in the log, so that another desk has it too.
    let mut second = world.another_desk("second");
    second.pull(now(), &|_| ()).expect("pulls");
    let (_, reports) = second.report_table(None, AnswerBasis::Effective).expect("a board");
    assert_eq!(reports.rows[0].codings[0].what.codes, ["overcrowding"]);
}

#[test]
fn a_paper_form_is_typed_in_and_counts_once_with_the_phones() {
    let (mut world, core) = world();
    let browser = Browser::open(&world);
    let ours = format!("http://{}", browser.host);
    let begin = |fields: &str| {
        let answer = browser.post("/paper", &ours, fields);
        let to = answer.head.lines().find_map(|l| l.strip_prefix("location: ").map(str::to_owned));
        (answer.status, to.unwrap_or(answer.body))
    };
    let (status, why) = begin("checklist=campaign_event&visit=C01-77&place=nowhere-at-all");
    assert!(status == 422 && why.contains("is no place"), "{why}");
    let russian = browser.post("/paper?lang=ru", &ours, "checklist=campaign_event&visit=C01-77&place=nowhere-at-all");
    assert!(russian.status == 422 && russian.body.contains("такого места в миссии нет"), "{}", russian.body);
    let (status, form) = begin("checklist=campaign_event&visit=C01-77&place=astana&arrived=2023-03-10T09%3A00");
    assert_eq!(status, 303, "{form}");
    let keep = |fields: &str| browser.post(&format!("{form}/set"), &ours, fields);
    assert_eq!(keep("question=participants&row=0&value=120").status, 303);
    let wrong = keep("question=participants&row=0&value=many");
    assert!(wrong.status == 422 && wrong.body.contains("participants"), "{}", wrong.body);
    assert_eq!(keep("question=women_speakers&row=0&value=%3Fdk").status, 303);
    assert_eq!(keep("question=venue&row=0&value=indoor").status, 303);
    // Called away, and back: nothing is gone.
    drop(browser);
    let browser = Browser::open(&world);
    let ours = format!("http://{}", browser.host);
    assert!(browser.page("/paper").contains("C01-77"));
    assert!(browser.page(&form).contains("value=\"120\""));
    let sign = |fields: &str| browser.post(&format!("{form}/sign"), &ours, fields);
    let why = sign("act=sign&incomplete=");
    assert!(why.status == 422 && why.body.contains("say why the form is incomplete"), "{}", why.body);
    let signed = sign("act=sign&incomplete=the+rest+was+illegible");
    assert_eq!(signed.status, 303, "{}", signed.body);
    eventually(&browser, "/reports", "Reports: 1");
    assert!(!browser.page("/paper").contains("C01-77"), "it is no longer under way");
    let begin = |visit: &str| browser.post("/paper", &ours, &format!("checklist=campaign_event&visit={visit}"));
    let next = begin("C01-78").head;
    assert!(
        !next.contains(&format!("location: {form}\r")),
        "a page that was left open writes into no other form: {next}"
    );
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let (_, reports) = world.desk.report_table(None, AnswerBasis::Effective).expect("a board");
    let line = &reports.rows[0];
    assert_eq!((&line.status, line.team(), &*line.summary.meta.visit), (&Status::Counted, Some("C01"), "C01-77"));
    // The team's phone sends the same visit: the first counts, both are shown.
    let place = core.search_places(&["region".to_owned()], None, "astana", 0, 1).expect("places").remove(0).code;
    let visit = core.start_visit(Some(&place), Some(77)).expect("a visit").code;
    assert_eq!(visit, "C01-77");
    let id = core.start_checklist(&visit, "campaign_event").expect("a draft").id;
    core.finalise(id, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    let page = eventually(&browser, "/reports", "Reports: 2");
    assert!(page.contains("a duplicate") || browser.page("/reports?status=counted").contains("Reports: 2"), "{page}");
}

#[test]
fn desks_that_contradict_each_other_are_shown_with_both_sides() {
    let (mut world, core) = world();
    let hash = report(&core, "campaign_event", Some("astana"), &[("participants", "100")]);
    sent(&mut world, &core);
    let mut second = world.another_desk("second");
    second.pull(now(), &|_| ()).expect("pulls");
    let report = baqylau_protocol::ids::Hash::from_hex(&hash).expect("a hash");
    let change = |new| CorrectionRequest {
        question: "participants",
        rows: Vec::new(),
        new: Some(new),
        reason: "misread",
        source: "a call",
    };
    world.desk.records().review(report, ReviewState::Accepted, "heard twice", now()).expect("signed");
    world.desk.records().correct(report, &change("110"), now()).expect("signed");
    second.records().review(report, ReviewState::Excluded, "heard it is false", now()).expect("signed");
    second.records().correct(report, &change("90"), now()).expect("signed");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    second.pull(now(), &|_| ()).expect("pulls");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let browser = Browser::open(&world);
    let page = browser.page("/cleaning");
    for words in ["Desks contradict each other", "heard twice", "heard it is false", ">110<", ">90<"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(browser.page("/reports?flag=disputed").contains("Reports: 1"));
    let (_, here) = world.desk.report_table(None, AnswerBasis::Effective).expect("a board");
    let (_, there) = second.report_table(None, AnswerBasis::Effective).expect("a board");
    assert_eq!(here.counted(), there.counted(), "the last in the log holds, at both");
    let table = browser.get("/export/cleaning.csv");
    assert_eq!(table.body.lines().count(), 3, "{}", table.body);
}

#[test]
fn what_was_expected_stands_beside_what_came_and_what_is_due_is_told() {
    let today = Moment { ms: now(), offset: 360 }.local().expect("a moment").format("%Y-%m-%d").to_string();
    let (mut world, core, _folder) = changed(|tables| {
        let rows = format!(
            "C01,opening,{today} 00:01,astana\nC01,opening,{today} 00:02,astana\nC02,opening,2099-01-01 09:00,almaty\n"
        );
        std::fs::write(tables.join("deployment.csv"), format!("team,checklist,due,place\n{rows}")).expect("writes");
    });
    report(&core, "opening", Some("s00001"), &[]);
    report(&core, "complaint", None, &[("state", "pending"), ("follow_up", "2023-03-20")]);
    sent(&mut world, &core);
    let browser = Browser::open(&world);
    let page = browser.page("/");
    assert!(page.contains("1 of 3"), "{page}");
    let team = page.split("<tr>").find(|r| r.contains("team=C01")).expect("a team");
    assert!(team.contains("⚠ 1"), "two were due, one came: {team}");
    assert!(page.contains("teams were never heard from"));
    let page = browser.page("/timeline");
    assert!(page.contains("To follow up") && page.contains("⚠ 2023-03-20"), "{page}");
}

#[test]
fn a_question_does_not_silence_an_emergency() {
    let (mut world, core) = world();
    report(&core, "incident", None, &[("severity", "critical")]);
    sent(&mut world, &core);
    let browser = Browser::open(&world);
    let ours = format!("http://{}", browser.host);
    let one = browser.first("/urgent");
    let decide = |fields: &str| browser.post(&format!("{one}/review"), &ours, fields).status;
    assert_eq!(decide("decision=ask&reason=When%3F&question=severity"), 303);
    let page = eventually(&browser, "/reports?status=asked", "Reports: 1");
    assert!(page.contains(&one), "{page}");
    assert!(browser.page("/urgent").contains("nobody has signed for"), "somebody still has to see to it");
    assert_eq!(decide("decision=accept&reason=The+head+of+mission+called"), 303);
    eventually(&browser, "/urgent", "Somebody sees to everything urgent.");
}

#[test]
fn a_mission_in_arabic_is_read_from_right_to_left_and_has_its_map() {
    let mut world = World::new(&tables("sahra-2026"));
    let invite = world.invite("w01");
    let core = world.enrolled("phone", &invite);
    let id = draft(&core, "centre");
    core.finalise(id, Some("for a test".into())).expect("signed");
    sent(&mut world, &core);
    let browser = Browser::open(&world);
    let page = browser.page("/findings/centre.observed?lang=ar");
    assert!(page.contains("<html lang=\"ar\" dir=\"rtl\">") && page.contains("class=\"map\""), "{page}");
    assert!(browser.page("/?lang=fr").contains("<html lang=\"fr\">"));
    assert!(!page.contains("Қазақша"), "only the mission's languages are on offer");
}
