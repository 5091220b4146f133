//! Several desks of one mission come to the same picture, and a report is handed over to another phone.

use crate::it::support::{draft, key, report, set};
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::index::answers::ReportAnswers;
use baqylau_desk::index::report_row::ReportRow;
use baqylau_desk::records::CorrectionRequest;
use baqylau_desk::{Desk, DeskError};
use baqylau_forms::value::Answer;
use baqylau_observer::ObserverApp;
use baqylau_observer::app::WantedSection;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::standing::Standing;
use baqylau_report::review::ReviewState;
use baqylau_tests::{BUDGET, PASSPHRASE, PIN, World, answered_reports, now, reports, tables};
use std::sync::Barrier;

/// Status, team and participants of each report, in the order of the log.
type Row = (&'static str, String, i64);

fn pulled(desk: &mut Desk) -> Vec<Row> {
    desk.pull(now(), &|_| ()).expect("pulls");
    let row = |(row, said): (ReportRow, Option<ReportAnswers>)| {
        let filling = said.map(|said| said.filling);
        let answer = filling.as_ref().and_then(|f| f.answer(f.key("participants")?).cloned());
        let team = row.team().unwrap_or_default().to_owned();
        (row.status.name(), team, if let Some(Answer::Integer(n)) = answer { n } else { -1 })
    };
    answered_reports(desk, AnswerBasis::Effective).into_iter().map(row).collect()
}

fn event(core: &ObserverApp, participants: &str) {
    let draft = draft(core, "campaign_event");
    set(core, draft, "participants", participants).expect("set");
    core.finalise(draft, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
}

fn another(world: &World) -> Desk {
    let folder = world.folder.path().join("second desk");
    let second = world.another_desk("second desk");
    assert!(world.desk.add_desk(&folder, PASSPHRASE, now()).is_err(), "it is there already");
    assert!(!folder.join("keys/root.key").exists(), "the root key stays where it is");
    let third = second.add_desk(&world.folder.path().join("third"), PASSPHRASE, now()).expect_err("no root key");
    assert!(third.to_string().contains("root key"), "{third}");
    second
}

#[test]
fn two_desks_converge() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let one = world.invite("p001");
    let one = world.enrolled("one", &one);
    event(&one, "100");
    let mut second = another(&world);
    assert_eq!(pulled(&mut second), pulled(&mut world.desk), "both confirm the same phone");
    // Somebody whom only the first desk invited is known to the second by name.
    let two = world.invite("p003");
    let two = world.enrolled("two", &two);
    event(&two, "200");
    world.desk.store.move_person("p003", "T999", 0).expect("moved");
    let rows = pulled(&mut world.desk);
    assert_eq!(rows[1], ("counted", "T999".into(), 200));
    assert_eq!(pulled(&mut second), rows);
    // Both judge, without having seen what the other did.
    let hashes: Vec<_> = reports(&world.desk).iter().map(|r| r.summary.meta.hash).collect();
    let change = CorrectionRequest {
        question: "participants",
        rows: vec![],
        new: Some("120"),
        reason: "misheard",
        source: "a call",
    };
    world.desk.records().correct(hashes[0], &change, now()).expect("corrected");
    second.records().review(hashes[1], ReviewState::Excluded, "made at home", now()).expect("excluded");
    second.records().ask(hashes[0], &[], "Is it 120?", None, now()).expect("asked");
    let _sent = (pulled(&mut world.desk), pulled(&mut second));
    let rows = pulled(&mut world.desk);
    assert_eq!((rows[0].2, rows[1].0), (120, "excluded"));
    assert_eq!(pulled(&mut second), rows);
    // Each sees the other's letters, and whether they arrived.
    one.sync_now(BUDGET).expect("syncs");
    let _sent = (pulled(&mut world.desk), pulled(&mut second));
    let letters = world.desk.own().letters().expect("letters");
    assert_eq!(letters, second.own().letters().expect("letters"));
    assert_eq!((letters.len(), letters[0].text.as_str(), letters[0].sent), (1, "Is it 120?", true));
    assert!(letters[0].arrived.is_some());
}

#[test]
fn decisions_of_two_desks_are_brought_together() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (one, two) = (world.invite("p001"), world.invite("p003"));
    let (one, two) = (world.enrolled("one", &one), world.enrolled("two", &two));
    report(&one, "one");
    report(&two, "two");
    one.sync_now(BUDGET).expect("syncs");
    two.sync_now(BUDGET).expect("syncs");
    let mut second = another(&world);
    let _both = (pulled(&mut world.desk), pulled(&mut second));
    let devices: Vec<_> = second.devices(now()).expect("devices").iter().map(|d| d.device).collect();
    // Neither has heard of the other: one revokes the first phone and contests the second, the other confirms the first again.
    world.desk.decisions().revoke(devices[0], None, now()).expect("revoked");
    world.desk.decisions().contest(devices[1], now()).expect("contested");
    second.decisions().confirm(devices[0], now()).expect("nothing changes");
    second.decisions().contest(devices[1], now()).expect("contested");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    second.pull(now(), &|_| ()).expect("pulls");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let standings = |desk: &Desk| desk.devices(now()).expect("devices").iter().map(|d| d.standing).collect::<Vec<_>>();
    assert_eq!(standings(&second), [Some(Standing::Revoked), Some(Standing::Contested)]);
    assert_eq!(standings(&world.desk), standings(&second));
    second.decisions().confirm(devices[1], now()).expect("confirmed");
    second.pull(now(), &|_| ()).expect("pulls");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(standings(&world.desk)[1], Some(Standing::Confirmed));
    assert!(world.desk.decisions().confirm(devices[0], now()).is_err(), "what was revoked stays so");
}

/// Both go ahead at the same moment, again and again: what each decided stands at the end.
#[test]
fn two_desks_that_decide_at_once_lose_nothing() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    for (person, name) in [("p001", "one"), ("p003", "two")] {
        let invite = world.invite(person);
        report(&world.enrolled(name, &invite), "seen");
    }
    let mut second = another(&world);
    let _both = (pulled(&mut world.desk), pulled(&mut second));
    let devices: Vec<_> = second.devices(now()).expect("devices").iter().map(|d| d.device).collect();
    let mut first = Desk::open(&world.desk.workspace.folder, PASSPHRASE).expect("opens");
    let standings = |desk: &Desk| desk.devices(now()).expect("devices").iter().map(|d| d.standing).collect::<Vec<_>>();
    for round in 0..20 {
        let decide = |desk: &Desk, own: usize| {
            let revoked = |desk: &Desk| desk.decisions().revoke(devices[own], None, now()).map(drop);
            match round {
                19 => revoked(desk),
                even if even % 2 == 0 => desk.decisions().contest(devices[own], now()),
                _ => desk.decisions().confirm(devices[own], now()),
            }
            .and_then(|()| desk.publish_decisions())
            .expect("published");
        };
        std::thread::scope(|scope| {
            let (one, two) = (&mut first, &mut second);
            scope.spawn(move || decide(one, 0));
            scope.spawn(move || decide(two, 1));
        });
        first.pull(now(), &|_| ()).expect("pulls");
        second.pull(now(), &|_| ()).expect("pulls");
        let wanted = match round {
            19 => Standing::Revoked,
            even if even % 2 == 0 => Standing::Contested,
            _ => Standing::Confirmed,
        };
        assert_eq!(standings(&first), [Some(wanted); 2], "round {round}");
        assert_eq!(standings(&second), [Some(wanted); 2], "round {round}");
    }
}

/// A mission's folder was copied, keys and all: both build and publish at once.
#[test]
fn of_two_bundles_at_once_one_is_built_upon_the_other() {
    let world = World::new(&tables("kazakhstan-2023"));
    let folder = world.folder.path().join("copy");
    crate::it::support::copy(&world.desk.workspace.folder, &folder);
    let mut first = Desk::open(&world.desk.workspace.folder, PASSPHRASE).expect("opens");
    let mut second = Desk::open(&folder, PASSPHRASE).expect("opens");
    for round in 1..=5u64 {
        let build = |desk: &mut Desk, days| desk.build_and_publish(PASSPHRASE, now(), days).expect("published").version;
        let versions = std::thread::scope(|scope| {
            let one = scope.spawn(|| build(&mut first, 30));
            let two = scope.spawn(|| build(&mut second, 40));
            [one.join().expect("no panic"), two.join().expect("no panic")]
        });
        let mut sorted = versions;
        sorted.sort_unstable();
        assert_eq!(sorted, [2 * round, 2 * round + 1], "one after the other");
        first.pull(now(), &|_| ()).expect("pulls");
        second.pull(now(), &|_| ()).expect("pulls");
        assert_eq!(first.store.manifest().expect("a store"), second.store.manifest().expect("a store"));
    }
}

/// A bundle that was built and never published gives way to the one that was.
#[test]
fn a_bundle_that_was_never_published_gives_way() {
    let world = World::new(&tables("kazakhstan-2023"));
    let folder = world.folder.path().join("copy");
    crate::it::support::copy(&world.desk.workspace.folder, &folder);
    let first = Desk::open(&world.desk.workspace.folder, PASSPHRASE).expect("opens");
    let mut second = Desk::open(&folder, PASSPHRASE).expect("opens");
    first.build_and_publish(PASSPHRASE, now(), 30).expect("published");
    second.build(PASSPHRASE, now(), 40).expect("built");
    let drafted = second.store.manifest().expect("a store").expect("a bundle");
    let conflict = second.publish().expect_err("another was faster");
    assert!(matches!(conflict, DeskError::Conflict { .. }), "{conflict}");
    second.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(first.store.manifest().expect("a store"), second.store.manifest().expect("a store"));
    let kept = second.store.bundle(Hash::of(&drafted)).expect("a store");
    assert_eq!(kept, Some(drafted), "who was given it by hand may have used it");
    second.build_and_publish(PASSPHRASE, now(), 40).expect("published");
    assert_eq!(second.manifest().expect("a bundle").version, 3);
}

#[test]
fn a_second_phone_amends_what_is_handed_over_to_it() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (one, two) = (world.invite("p001"), world.invite("p003"));
    let (one, two) = (world.enrolled("one", &one), world.enrolled("two", &two));
    event(&one, "100");
    event(&one, "7");
    report(&two, "its own");
    two.sync_now(BUDGET).expect("syncs");
    let team = pulled(&mut world.desk)[0].1.clone();
    let rows = reports(&world.desk);
    let (hash, other) = (rows[0].summary.meta.hash, rows[2].summary.meta.device);
    world.desk.records().ask(hash, &["participants".into()], "Count again.", Some(other), now()).expect("asked");
    pulled(&mut world.desk);
    two.sync_now(BUDGET).expect("syncs");
    let letter = two.letters().expect("letters").remove(0);
    assert_eq!((letter.report, letter.questions[0].0.as_str(), letter.answered), (None, "participants", false));
    let visit = one.visits().expect("visits").remove(0).code;
    assert_eq!(letter.handed.as_deref(), Some(visit.as_str()));
    assert!(two.answer(letter.id, " ").is_err(), "without a reason");
    let draft = two.answer(letter.id, "the paper form says so").expect("a draft").id;
    assert_eq!(two.answer(letter.id, "again").expect("the same").id, draft);
    let page = two.checklist_page(draft, WantedSection::First, Some(letter.id)).expect("a page");
    assert_eq!(page.asked, [key(&two, draft, "participants")]);
    set(&two, draft, "participants", "140").expect("set");
    drop(two);
    let two = ObserverApp::open(world.phone("two"), PIN).expect("opens");
    let changes = two.changes(draft).expect("changes");
    assert_eq!((changes.len(), changes[0].before.as_deref()), (1, Some("100")));
    let signed = two.finalise(draft, Some("for a test".into())).expect("signed");
    two.sync_now(BUDGET).expect("syncs");
    let rows = pulled(&mut world.desk);
    assert_eq!(rows.last(), Some(&("counted", team, 140)), "it speaks for the team of the report");
    assert_eq!(rows[0].0, "superseded");
    let letter = two.letters().expect("letters").remove(0);
    assert!(letter.answered && letter.report == Some(signed.seq));
    let amended = reports(&world.desk).pop().expect("a report");
    assert_eq!(*amended.summary.meta.visit, *visit, "the visit keeps its code");
    assert_eq!(world.desk.own().letters().expect("letters")[0].answered, Some(amended.summary.meta.hash));
}

#[test]
fn two_pulls_into_one_store_at_once_do_not_disturb_each_other() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let phone = world.enrolled("one", &invite);
    // What the desk itself has to say is in the log before the phone's reports are counted.
    let _register = pulled(&mut world.desk);
    let mut second = Desk::open(&world.desk.workspace.folder, PASSPHRASE).expect("opens");
    for round in 1..=30 {
        event(&phone, "100");
        let start = Barrier::new(2);
        let pull = |desk: &mut Desk| {
            start.wait();
            desk.pull(now(), &|_| ()).map(|pulled| pulled.opened)
        };
        let (one, two) = std::thread::scope(|scope| {
            let other = scope.spawn(|| pull(&mut second));
            (pull(&mut world.desk), other.join().expect("no panic"))
        });
        assert_eq!(one.expect("pulls") + two.expect("pulls"), 1, "round {round}: one of them opened it, once");
        assert_eq!(reports(&world.desk).len(), round);
    }
}
