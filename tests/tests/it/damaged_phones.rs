//! A key or the lock of a phone is damaged, and everything else goes on.

use crate::it::support::{draft, report, set};
use baqylau_observer::app::PhoneConfig;
use baqylau_observer::{Error, InvalidReason, ObserverApp};
use baqylau_tests::{BUDGET, PIN, World, now, tables};
use std::path::PathBuf;

/// The files of visits' keys.
fn visit_keys(config: &PhoneConfig) -> Vec<PathBuf> {
    let vault = std::fs::read_dir(config.folder.join("vault")).expect("the vault").flatten();
    // `visit/` in base32.
    vault
        .map(|file| file.path())
        .filter(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with("OZUXG2LU")))
        .collect()
}

#[test]
fn a_damaged_key_of_one_visit_concerns_that_visit_alone() {
    for removed in [false, true] {
        let mut world = World::new(&tables("kazakhstan-2023"));
        let invite = world.invite("p001");
        let core = world.enrolled("phone", &invite);
        let config = world.phone("phone");
        report(&core, "sent from the first visit");
        let lost = draft(&core, "campaign_event");
        let all = visit_keys(&config);
        core.sync_now(BUDGET).expect("syncs");
        world.desk.pull(now(), &|_| ()).expect("pulls");
        let hash = baqylau_tests::reports(&world.desk)[0].summary.meta.hash;
        let kept = draft(&core, "campaign_event");
        set(&core, kept, "participants", "12").expect("set");
        drop(core);
        assert_eq!(all.len(), 2);
        for key in &all {
            match removed {
                true => std::fs::remove_file(key).expect("removes"),
                false => {
                    let mut bytes = std::fs::read(key).expect("the key");
                    bytes[3] ^= 1;
                    std::fs::write(key, bytes).expect("writes");
                }
            }
        }
        let core = ObserverApp::open(config, PIN).expect("opens");
        let visits = core.visits().expect("the others are listed");
        assert_eq!(
            visits.iter().map(|v| (v.unreadable, v.forgotten)).collect::<Vec<_>>(),
            [(true, false), (true, false), (false, false)]
        );
        let told = core.open_section(lost, 0).expect_err("it cannot be read").to_string();
        assert!(told.contains(&visits[1].code) && told.contains("new visit"), "{told}");
        set(&core, kept, "participants", "13").expect("the other draft goes on");
        report(&core, "a new visit");
        assert_eq!(core.reports().expect("reports").len(), 2);
        core.follow_ups().expect("what is to be looked at again");
        core.search_places(&[], None, "", 0, 1).expect("places");
        // A question about a report of that visit is read all the same.
        world.desk.records().ask(hash, &["participants".into()], "How many?", None, now()).expect("asked");
        world.desk.pull(now(), &|_| ()).expect("pulls");
        core.sync_now(BUDGET).expect("syncs");
        assert_eq!(core.letters().expect("letters").len(), 1);
        assert!(core.summary().expect("a summary").all_stored());
    }
}

#[test]
fn one_damaged_copy_of_the_lock_costs_nothing_and_two_are_told_of() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    report(&core, "one");
    world.stop_server();
    drop(core);
    let config = world.phone("phone");
    let copies = ["lock.json", "lock.copy.json"].map(|name| config.folder.join(name));
    let open = || ObserverApp::open(config.clone(), PIN);
    for path in &copies {
        let whole = std::fs::read(path).expect("a copy");
        let text = whole.iter().position(|b| *b == b'}').expect("JSON");
        for at in (0..=text).step_by(23) {
            let mut damaged = std::fs::read(path).expect("a copy");
            damaged[at] ^= 2;
            std::fs::write(path, damaged).expect("writes");
            assert!(
                matches!(ObserverApp::open(config.clone(), "0000").map(drop), Err(Error::Locked { attempts_left: 9 })),
                "{at}"
            );
            drop(open().expect("the other copy opens"));
        }
        std::fs::write(path, b"").expect("cut off");
        drop(open().expect("the other copy opens"));
        std::fs::remove_file(path).expect("removed");
        drop(open().expect("the other copy opens"));
        assert_eq!(std::fs::read(path).expect("it is made anew").len(), whole.len());
    }
    let kept = std::fs::read(&copies[0]).expect("a copy");
    for path in &copies {
        std::fs::write(path, "{}").expect("damaged");
    }
    let told = open().map(drop).expect_err("none opens");
    assert!(
        matches!(&told, Error::Invalid(reason @ InvalidReason::LockDamaged) if reason.to_string().contains("wipe")),
        "{told}"
    );
    world.start_server();
    let locked = ObserverApp::open_locked(config.clone()).expect("opens");
    assert_eq!(locked.sync_now(BUDGET).expect("syncs").delivered, 1, "what was signed is delivered");
    let shown = locked.reports().map(drop).expect_err("it shows nothing").to_string();
    assert!(!shown.contains("too many wrong PINs"), "{shown}");
    drop(locked);
    std::fs::write(&copies[1], &kept).expect("put back");
    drop(open().expect("a copy that was put back opens"));
    for path in &copies {
        std::fs::write(path, "{}").expect("damaged");
    }
    ObserverApp::wipe(&config).expect("wiped");
    assert!(!ObserverApp::exists(&config));
    assert!(
        std::fs::read_dir(config.folder.join("vault"))
            .expect("the vault")
            .flatten()
            .all(|f| visit_keys(&config).contains(&f.path())),
        "the keys of PIN and outbox are gone"
    );
}

#[test]
fn a_copy_of_the_lock_that_cannot_be_written_keeps_nobody_out() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    drop(world.enrolled("phone", &invite));
    let config = world.phone("phone");
    for path in ["lock.json", "lock.copy.json"].map(|name| config.folder.join(name)) {
        let whole = std::fs::read(&path).expect("a copy");
        std::fs::remove_file(&path).expect("removed");
        std::fs::create_dir(&path).expect("a folder in its place");
        for _ in 0..12 {
            drop(ObserverApp::open(config.clone(), PIN).expect("the right PIN opens, and is no guess"));
        }
        let wrong = ObserverApp::open(config.clone(), "0000").map(drop);
        assert!(matches!(wrong, Err(Error::Locked { attempts_left: 9 })), "{wrong:?}");
        std::fs::remove_dir(&path).expect("removed");
        std::fs::write(&path, whole).expect("put back");
        drop(ObserverApp::open(config.clone(), PIN).expect("opens"));
    }
}

#[test]
fn a_store_that_lost_its_lock_delivers_and_is_not_made_anew() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    report(&core, "one");
    drop(core);
    let config = world.phone("phone");
    for name in ["lock.json", "lock.copy.json"] {
        std::fs::remove_file(config.folder.join(name)).expect("removed");
    }
    assert!(ObserverApp::exists(&config));
    let invite = world.invite("p002");
    let anew = ObserverApp::create(config.clone(), PIN, &invite).map(drop).expect_err("refused").to_string();
    assert!(anew.contains("already"), "{anew}");
    let told = ObserverApp::open(config.clone(), PIN).map(drop).expect_err("nothing opens it").to_string();
    assert!(told.contains("lock.json"), "{told}");
    let locked = ObserverApp::open_locked(config.clone()).expect("opens");
    assert_eq!(locked.sync_now(BUDGET).expect("syncs").delivered, 1);
    drop(locked);
    ObserverApp::wipe(&config).expect("wiped");
    assert!(!ObserverApp::exists(&config));
}

#[test]
fn an_old_copy_of_the_lock_gives_no_guess() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    drop(world.enrolled("phone", &invite));
    let config = world.phone("phone");
    for path in ["lock.json", "lock.copy.json"].map(|name| config.folder.join(name)) {
        let old = std::fs::read(&path).expect("a copy");
        for left in (6..10).rev() {
            // The count of the other holds, whichever is put back.
            let wrong = ObserverApp::open(config.clone(), "0000").map(drop);
            assert!(matches!(wrong, Err(Error::Locked { attempts_left }) if attempts_left == left), "{wrong:?}");
            std::fs::write(&path, &old).expect("put back");
        }
        drop(ObserverApp::open(config.clone(), PIN).expect("opens"));
    }
}
