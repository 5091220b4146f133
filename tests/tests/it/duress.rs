//! The second PIN: it wipes the phone, and opens an empty mission.

use crate::it::support::{copy, report};
use baqylau_desk::adjudication::status::Status;
use baqylau_observer::app::PhoneConfig;
use baqylau_observer::{Error, InvalidReason, ObserverApp};
use baqylau_tests::{BUDGET, PIN, World, now, reports, tables};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const SECOND: &str = "5555";

/// The mission with the second PIN allowed.
fn with_duress(folder: &Path) -> PathBuf {
    let target = folder.join("tables");
    copy(&tables("kazakhstan-2023"), &target);
    let path = target.join("mission.json");
    let text = fs::read_to_string(&path).expect("the settings");
    let mut settings: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    settings["duress_pin"] = true.into();
    fs::write(&path, settings.to_string()).expect("writes");
    target
}

fn world() -> (tempfile::TempDir, World) {
    let folder = tempfile::tempdir().expect("a folder");
    let world = World::new(&with_duress(folder.path()));
    (folder, world)
}

/// The files of a store, and how long each is.
fn lengths(config: &PhoneConfig) -> BTreeMap<String, u64> {
    let entries = fs::read_dir(&config.folder).expect("a folder").flatten().filter(|e| e.path().is_file());
    entries.map(|e| (e.file_name().to_string_lossy().into_owned(), e.metadata().expect("there").len())).collect()
}

#[test]
fn the_second_pin_opens_an_empty_mission_and_the_work_is_gone() {
    let (_folder, mut world) = world();
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    report(&core, "delivered");
    core.sync_now(BUDGET).expect("syncs");
    report(&core, "not delivered");
    core.set_duress_pin(PIN, Some(SECOND)).expect("set");
    let config = world.phone("phone");
    let kept =
        ["main.db", "lock.json", "lock.copy.json"].map(|name| (name, fs::read(config.folder.join(name)).expect(name)));
    core.lock().expect("locks");
    core.unlock(PIN).expect("the PIN still opens the work");
    assert_eq!((core.reports().expect("reports").len(), core.replaced()), (2, 0));
    core.lock().expect("locks");
    world.stop_server();

    core.unlock(SECOND).expect("opens");
    assert_eq!(core.replaced(), 1);
    assert!(core.reports().expect("reports").is_empty() && core.visits().expect("visits").is_empty());
    let mission = core.mission().expect("the mission, without a network");
    assert!(!mission.name.is_empty() && !core.checklists().expect("checklists").is_empty());
    assert!(core.summary().expect("a summary").all_stored(), "nothing waits");
    // It works as a phone does that has just enrolled.
    report(&core, "in the empty mission");
    drop(core);
    assert!(matches!(ObserverApp::open(config.clone(), PIN).map(drop), Err(Error::Locked { attempts_left: 9 })));
    let core = ObserverApp::open(config.clone(), SECOND).expect("it is the PIN from now on");
    assert_eq!(core.reports().expect("reports").len(), 1);
    core.change_pin(SECOND, "13579").expect("and is changed as one");

    // What somebody had copied opens with neither.
    drop(core);
    for (name, bytes) in kept {
        fs::write(config.folder.join(name), bytes).expect("put back");
    }
    for pin in [PIN, SECOND, "13579"] {
        assert!(ObserverApp::open(config.clone(), pin).is_err());
    }
}

#[test]
fn the_desk_keeps_what_was_delivered_and_sees_a_second_phone_of_the_invite() {
    let (_folder, mut world) = world();
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    report(&core, "delivered");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let counted = |world: &World| reports(&world.desk).iter().filter(|r| r.status == Status::Counted).count();
    assert_eq!(counted(&world), 1);
    core.set_duress_pin(PIN, Some(SECOND)).expect("set");
    core.lock().expect("locks");
    core.unlock(SECOND).expect("opens");
    report(&core, "under duress");
    assert_eq!(core.sync_now(BUDGET).expect("syncs").delivered, 1);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!((reports(&world.desk).len(), counted(&world)), (2, 1), "the new phone is contested, and counts nowhere");
}

#[test]
fn nothing_on_the_phone_says_whether_a_second_pin_is_set() {
    let (_folder, mut world) = world();
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let config = world.phone("phone");
    drop(core);
    let look = |second: Option<&str>| {
        let core = ObserverApp::open(config.clone(), PIN).expect("opens");
        core.set_duress_pin(PIN, second).expect("set or taken away");
        drop(core);
        let lock: serde_json::Value =
            serde_json::from_slice(&fs::read(config.folder.join("lock.json")).expect("the lock")).expect("JSON");
        let shape: Vec<(String, usize)> = lock
            .as_object()
            .expect("an object")
            .iter()
            .filter(|(name, _)| *name != "written")
            .map(|(name, value)| (name.clone(), value.to_string().len()))
            .collect();
        (lengths(&config), shape, fs::read_dir(config.folder.join("vault")).expect("the vault").count())
    };
    let without = look(None);
    assert_eq!(without, look(Some(SECOND)));
    assert_eq!(without, look(None));
    assert!(matches!(ObserverApp::open(config, SECOND).map(drop), Err(Error::Locked { attempts_left: 9 })));
}

#[test]
fn a_second_pin_needs_the_first_differs_from_it_and_is_the_missions_choice() {
    let (_folder, mut world) = world();
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    assert!(matches!(core.set_duress_pin("9999", Some(SECOND)), Err(Error::Locked { attempts_left: 9 })));
    let taken = |done: Result<(), Error>| matches!(done, Err(Error::Invalid(InvalidReason::PinTaken)));
    assert!(taken(core.set_duress_pin(PIN, Some(PIN))));
    for slip in ["2469", "24681", "248", "2486", "246", "12468", "4268"] {
        assert!(taken(core.set_duress_pin(PIN, Some(slip))) == (slip.len() > 3), "{slip} is one slip away");
    }
    core.set_duress_pin(PIN, Some("8642")).expect("not a slip");
    assert!(matches!(
        core.set_duress_pin(PIN, Some("55")),
        Err(Error::Invalid(InvalidReason::PinTooShort { least: 4 }))
    ));
    core.set_duress_pin(PIN, Some(SECOND)).expect("set");
    assert!(taken(core.change_pin(PIN, SECOND)), "the PIN does not become the second one");
    assert!(
        matches!(core.change_pin(SECOND, "13579"), Err(Error::Locked { .. })),
        "where the work is asked for it is wrong"
    );
    core.change_pin(PIN, "13579").expect("changed");
    core.lock().expect("locks");
    core.unlock(SECOND).expect("it outlives a change of the PIN");
    assert_eq!(core.replaced(), 1);

    let mut other = World::new(&tables("kazakhstan-2023"));
    let invite = other.invite("p001");
    let core = other.enrolled("phone", &invite);
    assert!(matches!(core.set_duress_pin(PIN, Some(SECOND)), Err(Error::Invalid(InvalidReason::DuressOff))));
}
