//! Keys on the phone: a changed PIN, a passed review window, a wiped store.

use crate::it::support::{copy, report};
use baqylau_observer::lock::Lock;
use baqylau_observer::vault::Policy;
use baqylau_observer::{Error, InvalidReason, ObserverApp};
use baqylau_tests::{BUDGET, PIN, World, tables};
use std::path::{Path, PathBuf};

/// The mission with another review window.
fn with_window(folder: &Path, days: u32) -> PathBuf {
    let target = folder.join("tables");
    copy(&tables("kazakhstan-2023"), &target);
    let path = target.join("mission.json");
    let text = std::fs::read_to_string(&path).expect("the settings");
    let mut settings: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    settings["review_window_days"] = days.into();
    std::fs::write(&path, settings.to_string()).expect("writes");
    target
}

fn vault_keys(world: &World) -> usize {
    std::fs::read_dir(world.folder.path().join("phone/vault")).expect("the vault").count()
}

#[test]
fn a_changed_pin_opens_and_the_old_one_does_not() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    report(&core, "before");
    assert!(
        matches!(core.change_pin("9999", "13579"), Err(Error::Locked { attempts_left: 9 })),
        "the old one is asked"
    );
    assert!(
        matches!(core.change_pin(PIN, "135"), Err(Error::Invalid(InvalidReason::PinTooShort { least: 4 }))),
        "too short"
    );
    let keys = vault_keys(&world);
    core.change_pin(PIN, "13579").expect("changed");
    assert_eq!(vault_keys(&world), keys, "the old key of the vault is gone");
    report(&core, "it goes on");
    drop(core);
    assert!(matches!(ObserverApp::open(world.phone("phone"), PIN).map(drop), Err(Error::Locked { attempts_left: 9 })));
    let core = ObserverApp::open(world.phone("phone"), "13579").expect("opens");
    assert_eq!(core.reports().expect("reports").len(), 2);
}

#[test]
fn a_change_that_is_killed_leaves_one_pin_that_opens() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    drop(world.enrolled("phone", &invite));
    let config = world.phone("phone");
    let before = std::fs::read(config.folder.join("lock.json")).expect("the lock");
    // Killed before the new lock was written: the old files are there, with both keys of a guess in the vault.
    ["guess/0", "guess/1"].iter().for_each(|alias| config.vault.create(alias, Policy::App).expect("makes"));
    ObserverApp::open(config.clone(), PIN).expect("the old one opens").change_pin(PIN, "13579").expect("changed");
    // Killed after it: a key is still in the vault that nothing refers to.
    ["guess/0", "guess/1"].iter().for_each(|alias| config.vault.create(alias, Policy::App).expect("makes"));
    ObserverApp::open(config.clone(), "13579").expect("the new one opens");
    assert!(ObserverApp::open(config.clone(), PIN).is_err());
    assert_ne!(std::fs::read(config.folder.join("lock.json")).expect("the lock"), before);
}

#[test]
fn a_sent_visit_becomes_unreadable_after_the_window() {
    for (days, forgotten) in [(30, false), (0, true)] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut world = World::new(&with_window(folder.path(), days));
        let invite = world.invite("p001");
        let core = world.enrolled("phone", &invite);
        report(&core, "sent");
        let visit = core.visits().expect("visits").remove(0);
        let draft = visit.drafts[0].id;
        assert!(core.open_section(draft, 0).is_ok());
        let keys = vault_keys(&world);
        core.sync_now(BUDGET).expect("syncs");
        std::thread::sleep(std::time::Duration::from_millis(20));
        report(&core, "waits");
        core.lock().expect("locks");
        core.unlock(PIN).expect("opens");
        let visits = core.visits().expect("visits");
        assert_eq!(visits.iter().map(|v| v.forgotten).collect::<Vec<_>>(), [forgotten, false], "what waits is kept");
        assert_eq!(core.open_section(draft, 0).is_err(), forgotten);
        assert_eq!(core.amend(1, "too late").is_err(), forgotten);
        assert_eq!(vault_keys(&world), if forgotten { keys } else { keys + 1 }, "one visit more, and one key less");
        assert_eq!(core.reports().expect("they are still listed").len(), 2);
        assert_eq!(core.sync_now(BUDGET).expect("syncs").delivered, 1);
    }
}

#[test]
fn a_wiped_store_is_gone() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    report(&core, "secret");
    let config = world.phone("phone");
    let kept = std::fs::read(config.folder.join("main.db")).expect("the store");
    let lock = std::fs::read(config.folder.join("lock.json")).expect("the lock");
    ObserverApp::wipe(&config).expect("wiped");
    for name in ["main.db", "outbox.db", "lock.json"] {
        assert!(!config.folder.join(name).exists(), "{name}");
    }
    // What was open takes nothing more: it would lie in files that are gone.
    let late = core.start_visit(None, None).map(|_| ());
    assert!(matches!(&late, Err(Error::Invalid(InvalidReason::Wiped))), "{late:?}");
    assert!(core.sync_now(BUDGET).is_err());
    drop(core);
    // Somebody who had copied the files before, and has the PIN, has nothing: the vault's key is gone.
    std::fs::write(config.folder.join("main.db"), kept).expect("writes");
    std::fs::write(config.folder.join("lock.json"), lock).expect("writes");
    assert!(Lock::of(&config.folder).open(&*config.vault, PIN).is_err());
    ObserverApp::wipe(&config).expect("again is no error");
    std::fs::remove_dir_all(&config.folder).expect("removed");
    ObserverApp::wipe(&config).expect("somebody else took it away");
    // And the phone can be used anew.
    let invite = world.invite("p002");
    let core = world.enrolled("phone", &invite);
    assert!(core.reports().expect("none").is_empty());
}

#[test]
fn face_or_finger_opens_only_when_it_is_allowed() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    report(&core, "before");
    core.lock().expect("locks");
    assert!(!core.has_biometric() && core.unlock_with_biometric().is_err(), "off by default");
    assert!(matches!(core.allow_biometric("9999", true), Err(Error::Locked { attempts_left: 9 })), "it needs the PIN");
    core.allow_biometric(PIN, true).expect("allowed");
    core.unlock_with_biometric().expect("opens");
    assert_eq!(core.reports().expect("reports").len(), 1);
    core.change_pin(PIN, "13579").expect("changed");
    core.lock().expect("locks");
    core.unlock_with_biometric().expect("a changed PIN leaves it");
    // Somebody added a finger: the phone destroyed the key. The PIN still opens.
    let config = world.phone("phone");
    config.vault.destroy("face/1").expect("destroyed");
    core.lock().expect("locks");
    let core = ObserverApp::open_locked(config).expect("opens");
    assert!(matches!(core.unlock_with_biometric(), Err(Error::Refused { .. })));
    core.unlock("13579").expect("opens");
    core.allow_biometric("13579", true).expect("allowed anew");
    core.unlock_with_biometric().expect("opens");
    let keys = vault_keys(&world);
    core.allow_biometric("13579", false).expect("no longer");
    assert_eq!(vault_keys(&world), keys - 1, "its key is gone");
    assert!(core.unlock_with_biometric().is_err());
}

#[test]
fn what_a_wipe_would_take_is_known_without_a_lock() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("phone");
    let left = || ObserverApp::is_left(&path).expect("readable");
    assert!(!left(), "no folder");
    std::fs::create_dir_all(path.join("vault")).expect("a folder");
    std::fs::write(path.join("notes.txt"), "somebody's own").expect("writes");
    assert!(!left(), "nothing of a store");
    for name in ["lock.json", "lock.copy.json", "main.db", "main.db-wal", "outbox.db", "outbox.db.damaged-1", "blobs"] {
        std::fs::write(path.join(name), "").expect("writes");
        assert!(left(), "{name}");
        std::fs::remove_file(path.join(name)).expect("removes");
    }
    assert!(!left());
}
