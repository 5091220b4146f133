//! What befalls the desk: a wrong passphrase, a damaged store, a server that is not the one it was. Each is told with its remedy, and what
//! was there before stays.

use crate::it::browser::{Browser, eventually};
use crate::it::support::{copy, one_report, report};
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::recovery::salvage;
use baqylau_desk::workspace::passphrase::change_passphrase;
use baqylau_desk::{Desk, DeskError};
use baqylau_tests::{BUDGET, PASSPHRASE, World, now, tables};

fn world_with(reports: usize) -> World {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    (0..reports).for_each(|n| report(&core, &"x".repeat(n + 1)));
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    world
}

#[test]
fn another_passphrase_opens_and_the_old_one_does_not() {
    let world = world_with(1);
    let folder = world.folder.path().join("mission");
    assert!(matches!(Desk::open(&folder, "something else"), Err(DeskError::Passphrase { .. })));
    assert!(matches!(
        change_passphrase(&folder, "something else", "a new one it is"),
        Err(DeskError::Passphrase { .. })
    ));
    assert!(change_passphrase(&folder, PASSPHRASE, "short").is_err());
    assert!(Desk::open(&folder, PASSPHRASE).is_ok(), "what was refused changed nothing");
    assert_eq!(change_passphrase(&folder, PASSPHRASE, "a new one it is").expect("changed"), 3);
    // Killed in between, it is called again.
    assert_eq!(change_passphrase(&folder, PASSPHRASE, "a new one it is").expect("nothing is left to do"), 0);
    assert!(matches!(Desk::open(&folder, PASSPHRASE), Err(DeskError::Passphrase { .. })));
    let desk = Desk::open(&folder, "a new one it is").expect("opens");
    assert_eq!(baqylau_tests::reports(&desk).len(), 1);
}

#[test]
fn a_damaged_store_is_told_of_and_salvaged_from_the_log() {
    let mut world = world_with(40);
    let folder = world.folder.path().join("mission");
    let figures = world.desk.figures(None, AnswerBasis::Effective).expect("figures");
    let (_, before) = world.desk.report_table(None, AnswerBasis::Effective).expect("a board");
    let before = before.counted();
    // Another mission's store takes its place here, so that this one is closed.
    let spare = tempfile::tempdir().expect("a folder");
    let address = ["https://127.0.0.1:1".to_owned()];
    let other =
        Desk::new(&spare.path().join("m"), &tables("kazakhstan-2023"), &address, PASSPHRASE).expect("a mission");
    drop(std::mem::replace(&mut world.desk, other));
    let whole = std::fs::read(folder.join("desk.db")).expect("a store");
    for third in 1..=3 {
        // Wherever it is: the log, what was opened from it, the bundle, the register.
        let copied = world.folder.path().join(format!("copy {third}"));
        copy(&folder, &copied);
        let mut damaged = whole.clone();
        let at = damaged.len() / 4096 * third / 4 * 4096;
        damaged[at..at + 8192].fill(0x5a);
        std::fs::write(copied.join("desk.db"), damaged).expect("writes");
        let told =
            Desk::open(&copied, PASSPHRASE).and_then(|desk| desk.figures(None, AnswerBasis::Effective).map(drop));
        if let Err(told) = told {
            assert!(told.to_string().contains("damaged") && told.to_string().contains("salvage"), "{told}");
        }
        let rescued = salvage(&copied, PASSPHRASE).expect("salvaged");
        assert!(
            rescued.aside.as_ref().is_some_and(|aside| aside.exists()) && !rescued.lost.is_empty(),
            "the damaged file is kept, and what it lost is told"
        );
        let mut desk = Desk::open(&copied, PASSPHRASE).expect("opens");
        assert_eq!(desk.store.cursor().expect("a cursor"), rescued.kept);
        desk.pull(now(), &|_| ()).expect("the server has the rest");
        let (_, after) = desk.report_table(None, AnswerBasis::Effective).expect("a board");
        assert_eq!(after.counted(), before, "the same reports count: {:?}", rescued.lost);
        assert_eq!(desk.figures(None, AnswerBasis::Effective).expect("figures"), figures);
    }
}

#[test]
fn a_server_that_went_back_in_its_log_is_told_of_and_nothing_is_lost() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let earlier = tempfile::tempdir().expect("a folder");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    world.stop_server();
    copy(&world.server_folder(), earlier.path());
    world.start_server();
    report(&core, "first");
    core.sync_now(BUDGET).expect("syncs");
    let browser = Browser::open(&world);
    eventually(&browser, "/reports", "Reports: 1");
    world.stop_server();
    let later = tempfile::tempdir().expect("a folder");
    copy(&world.server_folder(), later.path());
    put_back(&world, earlier.path());
    world.start_server();
    let page = eventually(&browser, "/reports", "log went back");
    assert!(page.contains("do not trust this server") && page.contains("Reports: 1"), "{page}");
    // What is signed meanwhile is not given to that server, and not forgotten.
    let one = browser.first("/reports");
    let ours = format!("http://{}", browser.host);
    assert_eq!(browser.post(&format!("{one}/review"), &ours, "decision=exclude&reason=for+a+test").status, 303);
    let page = eventually(&browser, "/reports", "waiting for the server: 1");
    assert!(page.contains("✓ counted"), "it counts when it is in the log: {page}");
    world.stop_server();
    put_back(&world, later.path());
    world.start_server();
    let page = eventually(&browser, "/reports", "⚠ excluded by a desk");
    assert!(!page.contains("waiting for the server"), "{page}");
}

#[test]
fn a_desk_without_its_store_is_told_and_begins_anew() {
    let (world, _phone, _) = one_report();
    let folder = world.folder.path().join("copied");
    copy(&world.desk.workspace.folder, &folder);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.join(format!("desk.db{suffix}")));
    }
    let told = Desk::open(&folder, PASSPHRASE).err().expect("it is told").to_string();
    assert!(told.contains("salvage"), "{told}");
    let rescued = salvage(&folder, PASSPHRASE).expect("an empty one");
    assert_eq!((rescued.aside, rescued.kept), (None, 0));
    let mut desk = Desk::open(&folder, PASSPHRASE).expect("opens");
    desk.pull(now(), &|_| ()).expect("pulls");
    let (_, reports) = desk.report_table(None, AnswerBasis::Effective).expect("a board");
    assert_eq!(reports.counted().0, 1, "everything is there again");
    drop(desk);
    // What lies in its place is told of, and nothing is begun in it.
    for folder_there in [true, false] {
        let store = folder.join("desk.db");
        ["desk.db", "desk.db-wal", "desk.db-shm"].iter().for_each(|f| drop(std::fs::remove_file(folder.join(f))));
        if folder_there {
            std::fs::create_dir(&store).expect("a folder in its place");
        } else {
            std::fs::write(&store, b"").expect("an empty file");
        }
        let told = Desk::open(&folder, PASSPHRASE).err().expect("it is told").to_string();
        assert!(told.contains("move it elsewhere") && told.contains("salvage"), "{told}");
        if folder_there {
            std::fs::remove_dir(&store).expect("moved");
        }
    }
    // Of what is no store at all nothing is moved.
    std::fs::write(folder.join("desk.db"), b"no store").expect("writes");
    let told = salvage(&folder, PASSPHRASE).expect_err("it is told").to_string();
    assert!(told.contains("move it elsewhere") && folder.join("desk.db").exists(), "{told}");
}

#[test]
fn a_server_that_was_begun_anew_gets_the_desk_again_and_its_short_log_is_told_of() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    (0..3).for_each(|n| report(&core, &"x".repeat(n + 1)));
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let before = world.desk.store.cursor().expect("a cursor");
    world.lose_server();
    assert!(matches!(world.desk.pull(now(), &|_| ()), Err(DeskError::Unpublished { .. })), "nothing is published");
    assert_eq!(world.desk.build_and_publish(PASSPHRASE, now(), 30).expect("publishes").version, 2);
    let told = world.desk.pull(now(), &|_| ()).expect_err("the log is another");
    assert!(matches!(told, DeskError::Shrunk { signed: 1, pulled } if pulled == before), "the desk enrolled: {told}");
    assert!(told.to_string().contains("mission epoch"), "the remedy is said: {told}");
    world.desk.metrics().expect("the server knows the desk");
    assert_eq!(baqylau_tests::reports(&world.desk).len(), 3, "what was pulled stays");
    // The remedy: a desk in a new folder gets everything from the phones, and knows whose they are.
    let mut anew = world.another_desk("anew");
    core.sync_again(BUDGET).expect("syncs");
    anew.pull(now(), &|_| ()).expect("pulls");
    let rows = baqylau_tests::reports(&anew);
    assert_eq!(rows.iter().map(|r| (r.status.name(), r.team())).collect::<Vec<_>>(), [("counted", rows[0].team()); 3]);
    assert!(rows[0].team().is_some());
}

/// The server's database as it was.
fn put_back(world: &World, from: &std::path::Path) {
    for entry in std::fs::read_dir(world.server_folder()).expect("a folder").flatten() {
        if entry.file_name().to_string_lossy().starts_with("server.db") {
            std::fs::remove_file(entry.path()).expect("removes");
        }
    }
    copy(from, &world.server_folder());
}
