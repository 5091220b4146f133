//! When a checklist may be signed, and that it never changes then. And what a store says that was tampered with.

use crate::it::support::{draft, key, report, rows, set};
use baqylau_desk::adjudication::status::Status;
use baqylau_forms::value::Answer;
use baqylau_observer::app::Issue;
use baqylau_observer::lock::Lock;
use baqylau_observer::{Error, InvalidReason, MAIN_SCHEMA, ObserverApp};
use baqylau_sqlite::StorageError;
use baqylau_tests::{BUDGET, PIN, World, tables};
use rusqlite::Connection;

fn phone() -> (World, ObserverApp) {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    (world, core)
}

fn signed_already(error: &Error) -> bool {
    matches!(error, Error::Invalid(InvalidReason::DraftSigned))
}

#[test]
fn what_is_impossible_cannot_be_signed() {
    let (_world, core) = phone();
    let draft = draft(&core, "campaign_event");
    set(&core, draft, "participants", "-1").expect("kept as it was said");
    let refused = core.finalise(draft, Some("it is so".into())).expect_err("impossible");
    assert!(
        matches!(&refused, Error::Invalid(InvalidReason::Impossible { question, .. }) if question == "participants"),
        "{refused}"
    );
    core.finalise(draft, None).expect_err("neither without a reason");
    let at = key(&core, draft, "participants");
    core.confirm(draft, at, Some("really".into())).expect("taken");
    assert!(core.finalise(draft, Some("it is so".into())).is_err(), "a confirmation does not make it possible");
    core.clear(draft, at).expect("cleared");
    core.finalise(draft, Some("left early".into())).expect("signed");
}

#[test]
fn what_is_missing_needs_a_reason() {
    let (_world, core) = phone();
    let draft = draft(&core, "campaign_event");
    let issues = core.issues(draft).expect("issues");
    let open: Vec<String> = rows(&core, draft)
        .into_iter()
        .filter(|r| issues.iter().any(|i| i.key == r.key && i.issue == Issue::Unanswered))
        .map(|r| r.name)
        .collect();
    assert!(!open.is_empty());
    for reason in [None, Some(String::new()), Some("  \n".to_owned())] {
        let refused = core.finalise(draft, reason).expect_err("something is missing");
        assert!(
            matches!(&refused, Error::Invalid(InvalidReason::Unanswered { question }) if open.contains(question)),
            "{refused}"
        );
    }
    assert_eq!(core.summary().expect("a summary").drafts, 1, "and nothing was signed");
    let signed = core.finalise(draft, Some("sent away".into())).expect("signed");
    assert_eq!(signed.seq, 1);
}

#[test]
fn what_is_signed_never_changes() {
    let (world, core) = phone();
    let draft = draft(&core, "opening");
    let at = rows(&core, draft).into_iter().find(|r| r.kind == baqylau_forms::definition::Kind::Integer);
    let at = at.expect("a number").key;
    core.set(draft, at, Answer::Integer(5)).expect("set");
    core.finalise(draft, Some("early".into())).expect("signed");
    assert!(signed_already(&core.set(draft, at, Answer::Integer(6)).expect_err("signed")));
    assert!(signed_already(&core.clear(draft, at).expect_err("signed")));
    assert!(signed_already(&core.set_note(draft, at, Some("later".into())).expect_err("signed")));
    assert!(signed_already(&core.confirm(draft, at, Some("later".into())).expect_err("signed")));
    assert!(signed_already(&core.finalise(draft, Some("again".into())).expect_err("signed")));
    let visit = core.visits().expect("visits").remove(0).code;
    let again = core.start_checklist(&visit, "opening").expect_err("once a visit");
    assert!(matches!(&again, Error::Invalid(InvalidReason::ChecklistSigned { checklist }) if checklist == "opening"));
    drop(core);

    // Nor does somebody who has the key change it by accident.
    let main = main_db(&world);
    let count = || main.query_row("SELECT count(*) FROM report", [], |r| r.get::<_, i64>(0)).expect("counts");
    let bytes = || main.query_row("SELECT bytes FROM envelope", [], |r| r.get::<_, Vec<u8>>(0)).expect("reads");
    let before = bytes();
    for sql in [
        "UPDATE report SET signed = 0",
        "UPDATE envelope SET bytes = x'00'",
        "DELETE FROM envelope",
        "DELETE FROM report",
    ] {
        let refused = main.execute(sql, []).expect_err("it never changes").to_string();
        assert!(refused.contains("never"), "{sql}: {refused}");
    }
    assert_eq!((count(), bytes()), (1, before));
}

/// The phone's truth, opened beside the core.
fn main_db(world: &World) -> Connection {
    let config = world.phone("phone");
    let key = Lock::of(&config.folder).open(&*config.vault, PIN).expect("the PIN");
    baqylau_sqlite::open(&config.folder.join("main.db"), Some(&key), MAIN_SCHEMA).expect("opens")
}

#[test]
fn a_store_of_a_later_version_is_left_alone() {
    let (world, core) = phone();
    report(&core, "one");
    drop(core);
    let main = main_db(&world);
    main.pragma_update(None, "user_version", 99).expect("a version");
    drop(main);
    let path = world.folder.path().join("phone/main.db");
    let before = std::fs::read(&path).expect("the store");
    let refused = ObserverApp::open(world.phone("phone"), PIN).map(drop);
    assert!(matches!(refused, Err(Error::Storage(StorageError::Newer { found: 99, .. }))), "{refused:?}");
    assert_eq!(std::fs::read(&path).expect("the store"), before);
    // It still delivers: the outbox is of this version.
    let locked = ObserverApp::open_locked(world.phone("phone")).expect("opens");
    assert_eq!(locked.sync_now(BUDGET).expect("syncs").delivered, 1);
}

/// Wherever a byte is damaged, what is there is right or the error says so.
#[test]
fn a_damaged_page_is_noticed_wherever_it_is() {
    let (world, core) = phone();
    (0..3).for_each(|n| report(&core, &format!("reason {n}")));
    let good = core.reports().expect("reports");
    drop(core);
    let path = world.folder.path().join("phone/main.db");
    let whole = std::fs::read(&path).expect("the store");
    let mut noticed = 0;
    for at in (100..whole.len()).step_by(whole.len() / 60) {
        let mut bad = whole.clone();
        bad[at] ^= 0x10;
        std::fs::write(&path, &bad).expect("damaged");
        let looked = ObserverApp::open(world.phone("phone"), PIN).and_then(|core| core.reports());
        match looked {
            Ok(reports) => assert_eq!(reports, good, "byte {at}"),
            Err(Error::Storage(StorageError::Damaged { .. })) => noticed += 1,
            Err(other) => panic!("byte {at}: {other}"),
        }
        assert!(path.exists(), "it is never deleted");
    }
    assert!(noticed > 3, "only {noticed} were noticed");
    std::fs::write(&path, &whole).expect("mended");
    let core = ObserverApp::open(world.phone("phone"), PIN).expect("opens");
    assert_eq!(core.reports().expect("reports"), good);
}

#[test]
fn a_locked_phone_shows_nothing_and_delivers() {
    let (_world, core) = phone();
    report(&core, "one");
    core.lock().expect("locked");
    let locked = |r: Result<(), Error>| matches!(r, Err(Error::Locked { .. }));
    assert!(locked(core.reports().map(drop)) && locked(core.visits().map(drop)) && locked(core.mission().map(drop)));
    assert!(locked(core.start_visit(None, None).map(drop)) && locked(core.finalise(1, None).map(drop)));
    assert_eq!(core.sync_now(BUDGET).expect("syncs").delivered, 1);
    assert!(locked(core.unlock("1111")));
    core.unlock(PIN).expect("unlocked");
    assert_eq!(core.summary().expect("a summary").delivered, 1);
}

#[test]
fn a_salvaged_store_signs_on_without_a_fork() {
    let (mut world, core) = phone();
    (0..40).for_each(|n| report(&core, &format!("reason {n} {}", "x".repeat(2_000))));
    let before = core.reports().expect("reports").len();
    drop(core);
    drop(main_db(&world));
    let path = world.folder.path().join("phone/main.db");
    let mut bytes = std::fs::read(&path).expect("the store");
    // The end of the file: what was written last.
    let at = bytes.len() - 6 * 4096 + 9;
    bytes[at..at + 4096].fill(7);
    std::fs::write(&path, &bytes).expect("damaged");
    let damaged = ObserverApp::open(world.phone("phone"), PIN).and_then(|core| core.reports()).map(drop);
    assert!(matches!(damaged, Err(Error::Storage(StorageError::Damaged { .. }))), "{damaged:?}");
    let salvaged = ObserverApp::salvage(&world.phone("phone"), PIN).expect("salvages");
    assert!(!salvaged.lost.is_empty() && salvaged.aside.exists(), "{salvaged:?}");
    let core = ObserverApp::open(world.phone("phone"), PIN).expect("opens");
    assert!(core.reports().expect("reports").len() <= before);
    report(&core, "after");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(baqylau_tests::now(), &|_| ()).expect("pulls");
    let reports = baqylau_tests::reports(&world.desk);
    assert_eq!(reports.len(), before + 1, "every envelope arrived");
    assert!(reports.iter().all(|r| r.status == Status::Counted), "and no number was given twice");
}

#[test]
fn a_damaged_outbox_is_made_anew() {
    let (mut world, core) = phone();
    (0..40).for_each(|n| report(&core, &format!("reason {n} {}", "x".repeat(2_000))));
    let before = core.reports().expect("reports").len();
    drop(core);
    let path = world.folder.path().join("phone/outbox.db");
    let mut bytes = std::fs::read(&path).expect("the outbox");
    let middle = bytes.len() / 2;
    bytes[middle..].fill(7);
    std::fs::write(&path, &bytes).expect("damaged");
    ObserverApp::salvage(&world.phone("phone"), PIN).expect("salvages");
    let core = ObserverApp::open(world.phone("phone"), PIN).expect("opens");
    assert_eq!(core.reports().expect("reports").len(), before);
    report(&core, "after");
    core.sync_now(BUDGET).expect("syncs");
    assert!(core.summary().expect("a summary").all_stored());
    world.desk.pull(baqylau_tests::now(), &|_| ()).expect("pulls");
    let reports = baqylau_tests::reports(&world.desk);
    assert_eq!(reports.iter().filter(|r| r.status == Status::Counted).count(), before + 1);
}

/// The words stand in the languages of each surface, the number in one place.
#[test]
fn words_that_name_the_limit_of_rows_name_it_right() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let android = |folder: &str| (format!("android/app/src/main/res/{folder}/strings.xml"), 1, "</string>");
    let ios = ("ios/ObserverScreens/Localizable.xcstrings".to_owned(), 3, "\"issue_unanswered\"");
    let page = ["en", "kk", "ru", "ar", "fr"].map(|language| (format!("page/words/{language}.ftl"), 1, "\n"));
    let surfaces = ["values", "values-kk", "values-ru"].map(android).into_iter().chain([ios]).chain(page);
    for (file, languages, end) in surfaces {
        let text = std::fs::read_to_string(root.join(&file)).expect("a file");
        let (_, behind) = text.split_once("too_many_rows").expect("words for too many rows");
        let end = behind.find(end);
        let digits: String = behind[..end.expect("an end")].chars().filter(char::is_ascii_digit).collect();
        assert_eq!(digits, baqylau_forms::form::MAX_ROWS.to_string().repeat(languages), "{file}");
    }
}
