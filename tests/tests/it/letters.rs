//! The loop between observer and coordinators: questions back, messages, reviews, corrections.

use crate::it::support::{draft, key, report, set};
use baqylau_desk::Desk;
use baqylau_desk::adjudication::status::{AnswerBasis, Status};
use baqylau_desk::index::answers::ReportAnswers;
use baqylau_desk::index::report_row::ReportRow;
use baqylau_desk::records::CorrectionRequest;
use baqylau_observer::ObserverApp;
use baqylau_observer::app::WantedSection;
use baqylau_protocol::ids::Hash;
use baqylau_report::review::ReviewState;
use baqylau_tests::{BUDGET, PIN, World, answered_reports, now, tables};

fn event(core: &ObserverApp, participants: &str) {
    let draft = draft(core, "campaign_event");
    set(core, draft, "participants", participants).expect("set");
    core.finalise(draft, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
}

fn reports(world: &mut World) -> Vec<ReportRow> {
    world.desk.pull(now(), &|_| ()).expect("pulls");
    baqylau_tests::reports(&world.desk)
}

/// How many participants each report tells.
fn participants(desk: &Desk, answers: AnswerBasis) -> Vec<Option<i64>> {
    answered_reports(desk, answers).iter().map(|(_, said)| told(said.as_ref()?)).collect()
}

fn told(said: &ReportAnswers) -> Option<i64> {
    let filling = &said.filling;
    match filling.answer(filling.key("participants")?) {
        Some(baqylau_forms::value::Answer::Integer(n)) => Some(*n),
        _ => None,
    }
}

#[test]
fn a_question_comes_back_as_an_amendment() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    event(&core, "1000");
    let hash = reports(&mut world)[0].summary.meta.hash;
    let desk = &world.desk;
    assert!(desk.records().ask(hash, &["participants".into()], "  ", None, now()).is_err(), "without a note");
    assert!(desk.records().ask(hash, &["nothing".into()], "Really?", None, now()).is_err(), "no such question");
    assert!(desk.records().ask(Hash([1; 32]), &[], "Really?", None, now()).is_err(), "no such report");
    desk.records().ask(hash, &["participants".into()], "A thousand?", None, now()).expect("asked");
    assert!(!desk.own().letters().expect("letters")[0].sent, "it waits for a connection");
    assert_eq!(reports(&mut world)[0].reviews.len(), 1, "its own review came back with the log");
    // A locked phone fetches it, and shows nothing of it.
    drop(core);
    let core = ObserverApp::open_locked(world.phone("phone")).expect("opens");
    assert_eq!(core.sync_now(BUDGET).expect("syncs").letters, 1);
    assert_eq!(core.sync_now(BUDGET).expect("syncs").letters, 0, "once");
    assert!(core.letters().is_err());
    core.unlock(PIN).expect("unlocks");
    let letter = core.letters().expect("letters").remove(0);
    assert_eq!((letter.text.as_str(), letter.report, letter.answered), ("A thousand?", Some(1), false));
    assert_eq!(letter.questions[0].0, "participants");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert!(world.desk.own().letters().expect("letters")[0].arrived.is_some(), "proof of delivery");
    let draft = core.amend(1, "a slip of the finger").expect("a draft").id;
    let page = core.checklist_page(draft, WantedSection::First, Some(letter.id)).expect("a page");
    assert_eq!(page.asked, [key(&core, draft, "participants")]);
    set(&core, draft, "participants", "100").expect("set");
    core.finalise(draft, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    let known = reports(&mut world);
    assert_eq!(known.iter().map(|k| k.status.name()).collect::<Vec<_>>(), ["superseded", "counted"]);
    assert_eq!(world.desk.own().letters().expect("letters")[0].answered, Some(known[1].summary.meta.hash));
    let letters = core.letters().expect("letters");
    assert!(letters[0].answered && letters[0].report == Some(3), "number 2 is the word that it arrived");
    assert_eq!(letters.len(), 1, "each once, however often it is fetched");
}

#[test]
fn a_message_reaches_its_teams_and_nobody_else() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (one, two) = (world.invite("p001"), world.invite("p003"));
    let (one, two) = (world.enrolled("one", &one), world.enrolled("two", &two));
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let team = one.mission().expect("a mission").team;
    assert_ne!(team, two.mission().expect("a mission").team);
    assert_eq!(world.desk.records().message(&[team], "Leave the city.", now()).expect("written"), 1);
    assert!(world.desk.records().message(&["T999".into()], "Nobody.", now()).is_err());
    assert_eq!(world.desk.records().message(&[], "Polls close at 20:00.", now()).expect("written"), 2);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    one.sync_now(BUDGET).expect("syncs");
    two.sync_now(BUDGET).expect("syncs");
    let texts = |core: &ObserverApp| core.letters().expect("letters").into_iter().map(|l| l.text).collect::<Vec<_>>();
    assert_eq!(texts(&one), ["Polls close at 20:00.", "Leave the city."]);
    assert_eq!(texts(&two), ["Polls close at 20:00."]);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert!(world.desk.own().letters().expect("letters").iter().all(|l| l.sent && l.arrived.is_some()));
    // A phone cannot write to another.
    let folder = world.server_folder();
    let bytes = std::fs::read(folder.join("server.db")).expect("the log");
    assert!(!bytes.windows(15).any(|w| w == b"Leave the city."), "the server reads none of it");
}

#[test]
fn reviews_and_corrections_make_the_effective_answers() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    event(&core, "100");
    report(&core, "a second");
    core.sync_now(BUDGET).expect("syncs");
    let known = reports(&mut world);
    let (first, second) = (known[0].summary.meta.hash, known[1].summary.meta.hash);
    let change =
        |question, new| CorrectionRequest { question, rows: vec![], new, reason: "misheard", source: "a call" };
    let desk = &world.desk;
    assert!(
        desk.records().correct(first, &change("participants", Some("many")), now()).is_err(),
        "no answer of its kind"
    );
    assert!(desk.records().correct(first, &change("nothing", Some("1")), now()).is_err(), "no such question");
    desk.records().correct(first, &change("participants", Some("120")), now()).expect("corrected");
    desk.records().correct(first, &change("participants", Some("130")), now()).expect("corrected again");
    desk.records().review(second, ReviewState::Excluded, "made at home", now()).expect("excluded");
    let known = reports(&mut world);
    assert_eq!(known[0].status.name(), "counted");
    assert_eq!(participants(&world.desk, AnswerBasis::Effective)[0], Some(130));
    assert!(matches!(&known[1].status, Status::Excluded(reason) if reason == "made at home"));
    assert_eq!(participants(&world.desk, AnswerBasis::Raw)[0], Some(100), "the original is kept");
    let (_, raw) = world.desk.report_table(None, AnswerBasis::Raw).expect("a table");
    assert_eq!(raw.rows[0].corrections[0].0.what.old.as_deref(), Some("100"));
    world.desk.records().review(second, ReviewState::Accepted, "the paper form was found", now()).expect("accepted");
    assert_eq!(reports(&mut world)[1].status, Status::Counted, "the last decision holds");
}

#[test]
fn the_team_is_the_registers_at_the_time_of_signing() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let before = core.mission().expect("a mission").team;
    event(&core, "10");
    let moved = now();
    event(&core, "20");
    assert!(world.desk.store.move_person("nobody", "T999", moved).is_err());
    world.desk.store.move_person("p001", "T999", moved).expect("moved");
    let teams: Vec<String> = reports(&mut world).into_iter().map(|k| k.person.expect("known").team.clone()).collect();
    assert_eq!(teams, [before, "T999".into()]);
}

#[test]
fn a_revoked_phone_gets_no_letters() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (one, two) = (world.invite("p001"), world.invite("p003"));
    let (one, two) = (world.enrolled("one", &one), world.enrolled("two", &two));
    event(&one, "10");
    event(&two, "20");
    let known = reports(&mut world);
    let (hash, lost) = (known[0].summary.meta.hash, known[0].summary.meta.device);
    world.desk.decisions().revoke(lost, None, now()).expect("revoked");
    assert_eq!(world.desk.records().message(&[], "Where are you?", now()).expect("written"), 1, "to the other only");
    assert!(world.desk.records().ask(hash, &[], "Really?", None, now()).is_err(), "nobody is there to answer");
    world
        .desk
        .records()
        .ask(hash, &[], "What do you know?", Some(known[1].summary.meta.device), now())
        .expect("another is asked");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    one.sync_now(BUDGET).expect("syncs");
    two.sync_now(BUDGET).expect("syncs");
    assert!(one.letters().expect("letters").is_empty());
    assert_eq!(two.letters().expect("letters").len(), 2);
    // Messages go to teams as they are now.
    let team = world.desk.devices(now()).expect("devices")[1].person.clone().expect("known").1;
    world.desk.store.move_person("p003", "T777", now()).expect("moved");
    assert!(world.desk.records().message(&[team], "Nobody is left there.", now()).is_err());
    assert_eq!(world.desk.records().message(&["T777".into()], "Welcome.", now() + 1).expect("written"), 1);
    assert_eq!(world.desk.devices(now() + 1).expect("devices")[1].person.as_ref().expect("known").1, "T777");
}

#[test]
fn a_report_that_the_phone_forgot_comes_with_the_question() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    event(&core, "100");
    let hash = reports(&mut world)[0].summary.meta.hash;
    let later = now() + 60 * 86_400_000;
    world.desk.records().ask(hash, &["participants".into()], "A hundred?", None, later).expect("asked");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    core.sync_now(BUDGET).expect("syncs");
    let letter = core.letters().expect("letters").remove(0);
    assert!(letter.handed.is_some() && !letter.answered, "the report came with it");
    let draft = core.answer(letter.id, "it was 90").expect("a draft").id;
    set(&core, draft, "participants", "90").expect("set");
    core.finalise(draft, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    let known = reports(&mut world);
    assert_eq!(known.iter().map(|k| k.status.name()).collect::<Vec<_>>(), ["superseded", "counted"]);
    assert_eq!(participants(&world.desk, AnswerBasis::Effective)[1], Some(90));
}

#[test]
fn a_second_visit_of_one_number_counts_when_a_desk_says_so() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (one, two) = (world.invite("p001"), world.invite("p002"));
    let (one, two) = (world.enrolled("one", &one), world.enrolled("two", &two));
    assert_eq!(one.mission().expect("a mission").team, two.mission().expect("a mission").team, "one team");
    for core in [&one, &two] {
        let id = draft(core, "opening");
        core.finalise(id, Some("for a test".into())).expect("signed");
        core.sync_now(BUDGET).expect("syncs");
    }
    let known = reports(&mut world);
    assert_eq!(known.iter().map(|k| k.status.name()).collect::<Vec<_>>(), ["counted", "duplicate"]);
    world
        .desk
        .records()
        .review(known[1].summary.meta.hash, ReviewState::Accepted, "they went separately", now())
        .expect("accepted");
    let known = reports(&mut world);
    assert_eq!(known.iter().map(|k| k.status.name()).collect::<Vec<_>>(), ["counted", "counted"]);
    let change = CorrectionRequest { question: "started_at", rows: vec![], new: None, reason: "r", source: "s" };
    world.desk.records().correct(known[0].summary.meta.hash, &change, now()).expect("any answer can be taken away");
}
