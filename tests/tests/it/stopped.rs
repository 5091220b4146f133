//! Attachments, where the server was stopped between any two steps of taking one in, or what it has was damaged.

use crate::it::browser::{Browser, eventually};
use crate::it::support::{draft, key};
use baqylau_observer::ObserverApp;
use baqylau_protocol::blob::CHUNK;
use baqylau_protocol::courier::CourierFile;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::permit::UploadPermit;
use baqylau_tests::{BUDGET, World, now, tables};
use std::fs;
use std::path::{Path, PathBuf};

/// Signs a report with a document of some bytes; gives the encrypted file.
fn documented(core: &ObserverApp, byte: u8) -> PathBuf {
    let before = core.courier_attachments().expect("attachments");
    let id = draft(core, "complaint");
    let document = vec![byte; 150_000];
    core.attach(id, key(core, id, "document"), "application/pdf", &mut &document[..]).expect("attached");
    core.finalise(id, Some("for a test".into())).expect("signed");
    let mut after = core.courier_attachments().expect("attachments");
    after.retain(|path| !before.contains(path));
    after.remove(0)
}

/// Has the server log what was signed, and nothing of the attachments.
fn log(world: &World, core: &ObserverApp) {
    let delivered = world.desk.deliver(&core.export_courier().expect("a file"), &[], &|_| ()).expect("delivered");
    core.import_courier(&delivered.back).expect("receipts");
}

fn blobs(world: &World) -> PathBuf {
    world.server_folder().join("server.blobs")
}

fn hash(file: &Path) -> Hash {
    Hash::from_hex(&file.file_name().expect("a name").to_string_lossy()).expect("a hash")
}

/// Whose token an upload shows: its place in the permit.
#[derive(Clone, Copy)]
enum Token {
    Phone,
    Courier,
}

/// Where the server keeps a file, whole and while it comes, by the permit that the phone hands on.
fn places(world: &World, core: &ObserverApp, file: &Path, token: Token) -> (PathBuf, PathBuf) {
    let courier = CourierFile::decode(&core.export_courier().expect("a file"), world.desk.mission()).expect("reads");
    let permits = courier.permits.unwrap_or_default().into_iter();
    let mut permits = permits.map(|(permit, _)| UploadPermit::peek(&permit).expect("a permit"));
    let permit = permits.find(|permit| permit.length(hash(file)).is_some()).expect("permitted");
    let whole = format!("{}-{}", permit.device, hash(file));
    let token = permit.tokens[token as usize].to_string();
    (blobs(world).join(&whole), blobs(world).join(format!("{whole}-{}.part", &token[..16])))
}

/// A letter that waits for the phone.
fn letter(world: &mut World) {
    world.desk.records().message(&[], "a letter", now()).expect("written");
    world.desk.pull(now(), &|_| ()).expect("pulls");
}

/// What is on disk between any two calls of the system: for each, a name, what the `.part` holds, and whether it is renamed.
fn states(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>, bool)> {
    let last = bytes.len() - bytes.len() % CHUNK;
    let zeros = |from: usize| [&bytes[..from], &vec![0; bytes.len() - from]].concat();
    let mut flipped = bytes[..CHUNK].to_vec();
    flipped[100] ^= 1;
    vec![
        ("made, nothing written", vec![], false),
        ("the first chunk written in part", bytes[..1000].to_vec(), false),
        ("the first chunk written", bytes[..CHUNK].to_vec(), false),
        ("the last chunk written in part", bytes[..last + 10].to_vec(), false),
        ("all written, not renamed", bytes.to_vec(), false),
        ("all written, the end not durable", zeros(last), false),
        ("longer than it may be", [bytes, &[1, 2, 3]].concat(), false),
        ("the first chunk damaged", flipped, false),
        ("renamed", bytes.to_vec(), true),
    ]
}

#[test]
fn an_attachment_gets_through_wherever_the_server_was_stopped() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let count = states(&[0; 2 * CHUNK + 100]).len();
    for at in 0..count {
        // The server starts anew, or is asked while it runs.
        for restarted in [true, false] {
            let (file, other) = (documented(&core, 1), documented(&core, 2));
            log(&world, &core);
            letter(&mut world);
            let bytes = fs::read(&file).expect("the encrypted file");
            let (name, written, renamed) = states(&bytes).swap_remove(at);
            if restarted {
                world.stop_server();
            }
            let (whole_file, part) = places(&world, &core, &file, Token::Phone);
            fs::write(if renamed { &whole_file } else { &part }, written).expect("written");
            if restarted {
                world.start_server();
            }
            let sync = core.sync_now(BUDGET).expect("syncs");
            assert_eq!((sync.again, sync.letters), (None, 1), "{name}");
            assert!(core.summary().expect("a summary").all_stored(), "{name}");
            assert!(!part.exists(), "{name}");
            for file in [file, other] {
                let there = fs::read(whole(&world, &file)).expect("whole");
                assert_eq!(there, fs::read(&file).expect("the encrypted file"), "{name}");
            }
        }
    }
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(world.desk.pull_attachments().expect("fetches").came, 4 * count);
}

#[test]
fn an_attachment_outlives_the_row_that_names_it() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let database = world.server_folder().join("server.db");
    world.stop_server();
    let before = fs::read(&database).expect("the database");
    world.start_server();
    let file = documented(&core, 1);
    log(&world, &core);
    world.stop_server();
    fs::write(&database, before).expect("put back");
    fs::copy(&file, places(&world, &core, &file, Token::Phone).1).expect("all its bytes");
    world.start_server();
    let mut runs = 0;
    while !core.summary().expect("a summary").all_stored() {
        core.sync_now(BUDGET).expect("syncs");
        runs += 1;
        assert!(runs < 6, "it comes to an end");
    }
    assert!(whole(&world, &file).exists());
}

#[test]
fn the_desk_delivers_an_attachment_wherever_the_server_was_stopped() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let count = states(&[0; 2 * CHUNK + 100]).len();
    for at in 0..count {
        let (file, other) = (documented(&core, 1), documented(&core, 2));
        log(&world, &core);
        let bytes = fs::read(&file).expect("the encrypted file");
        let (name, written, renamed) = states(&bytes).swap_remove(at);
        let (whole, part) = places(&world, &core, &file, Token::Courier);
        fs::write(if renamed { whole } else { part }, written).expect("written");
        let courier = core.export_courier().expect("a file");
        let missing = world.folder.path().join("no such file");
        let delivered = world.desk.deliver(&courier, &[missing, file, other], &|_| ()).expect("delivered");
        assert_eq!((delivered.attachments, delivered.refused.len()), (2, 1), "{name}: {:?}", delivered.refused);
        core.import_courier(&delivered.back).expect("taken");
        assert!(core.summary().expect("a summary").all_stored(), "{name}");
    }
}

#[test]
fn one_attachment_that_fails_keeps_nothing_waiting() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let files: Vec<PathBuf> = (0..5).map(|byte| documented(&core, byte)).collect();
    log(&world, &core);
    letter(&mut world);
    // The server's disk refuses this one.
    let (_, part) = places(&world, &core, &files[0], Token::Phone);
    std::os::unix::fs::symlink("no such folder/file", &part).expect("in the way");
    let sync = core.sync_now(BUDGET).expect("syncs");
    assert!(sync.again.is_some(), "it is tried again");
    assert_eq!(sync.letters, 1, "letters come all the same");
    let report = core.reports().expect("reports");
    let delivered: usize = report.iter().map(|r| r.attachments_delivered).sum();
    assert_eq!(delivered, 4, "and the others are there");
    fs::remove_file(&part).expect("out of the way");
    assert_eq!(core.sync_now(BUDGET).expect("syncs").again, None);
    assert!(core.summary().expect("a summary").all_stored());
}

#[test]
fn a_file_that_was_damaged_on_the_phone_is_not_sent_for_ever() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let (cut, altered, other) = (documented(&core, 1), documented(&core, 2), documented(&core, 3));
    let bytes = fs::read(&cut).expect("a file");
    fs::write(&cut, &bytes[..bytes.len() - 1]).expect("cut off");
    let mut bytes = fs::read(&altered).expect("a file");
    bytes[100_000] ^= 1;
    fs::write(&altered, bytes).expect("altered");
    let sync = core.sync_now(BUDGET).expect("syncs");
    let sent = fs::metadata(&other).expect("a file").len();
    assert!(sync.attachment_bytes <= 3 * sent, "each was sent once: {sync:?}");
    assert_eq!(sync.again, None);
    let reports = core.reports().expect("reports");
    assert_eq!(reports.iter().map(|r| r.attachments_delivered).sum::<usize>(), 1);
    assert_eq!(core.summary().expect("a summary").attachments_waiting, 2, "and it is said");
}

/// A phone whose documents are all at the server, by its proofs.
fn delivered(world: &mut World, count: u8) -> (ObserverApp, Vec<PathBuf>) {
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let files = (0..count).map(|byte| documented(&core, byte)).collect();
    core.sync_now(BUDGET).expect("syncs");
    assert!(core.summary().expect("a summary").all_stored());
    world.desk.pull(now(), &|_| ()).expect("pulls");
    (core, files)
}

/// Where the server has a file.
fn whole(world: &World, file: &Path) -> PathBuf {
    let name = format!("-{}", hash(file));
    let mut there = fs::read_dir(blobs(world)).expect("a folder").flatten().map(|f| f.path());
    there.find(|path| path.to_string_lossy().ends_with(&name)).expect("it is there")
}

/// What a disk makes of a file: other bytes, too few, or something that is no file.
fn damage(path: &Path, how: u8) {
    let mut bytes = fs::read(path).unwrap_or_else(|_| vec![0; 200]);
    fs::remove_file(path).unwrap_or_default();
    match how {
        0 => bytes[100] ^= 1,
        1 => bytes.truncate(50),
        _ => return fs::create_dir(path).expect("a folder in its place"),
    }
    fs::write(path, bytes).expect("damaged");
}

#[test]
fn a_damaged_attachment_is_set_aside_and_asked_for_again() {
    for restarted in [true, false] {
        let mut world = World::new(&tables("kazakhstan-2023"));
        let (core, files) = delivered(&mut world, 4);
        if restarted {
            world.stop_server();
        }
        (0..3).for_each(|how| damage(&whole(&world, &files[usize::from(how)]), how));
        if restarted {
            world.start_server();
        }
        // The phone asks again, and nothing is signed for what is not there.
        core.sync_again(BUDGET).expect("syncs");
        assert!(core.summary().expect("a summary").all_stored());
        for file in &files {
            assert_eq!(fs::read(whole(&world, file)).expect("whole"), fs::read(file).expect("a file"));
        }
        let aside = fs::read_dir(blobs(&world)).expect("a folder").flatten();
        let aside = aside.filter(|f| f.file_name().to_string_lossy().contains(".damaged-")).count();
        assert_eq!(aside, 3, "nothing is thrown away");
        assert_eq!(world.desk.pull_attachments().expect("fetches").came, 4);
    }
}

#[test]
fn one_damaged_attachment_keeps_no_desk_from_the_others() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (core, files) = delivered(&mut world, 5);
    (0..3).for_each(|how| damage(&whole(&world, &files[usize::from(how)]), how));
    fs::remove_file(whole(&world, &files[3])).expect("lost");
    let fetched = world.desk.pull_attachments().expect("the rest comes");
    assert_eq!((fetched.came, fetched.failed.len(), fetched.lacking.len()), (1, 0, 4), "{fetched:?}");
    let device = world.desk.store.devices().expect("devices").into_iter().map(|d| d.device.to_string());
    let device: Vec<String> = device.collect();
    for lacking in &fetched.lacking {
        let words = lacking.to_string();
        let named = files.iter().any(|f| words.contains(&*f.file_name().expect("a name").to_string_lossy()));
        assert!(named && device.iter().any(|d| words.contains(d)), "{words}");
        assert!(words.contains("sync --again") && !words.contains("do not trust"), "{words}");
    }
    let browser = Browser::open(&world);
    let page = eventually(&browser, "/", "Attachments that the server does not have: 4");
    assert!(page.contains("let the phone send everything again"), "the page names them too: {page}");
    let page = eventually(&browser, "/?lang=kk", "Серверде жоқ тіркемелер: 4");
    assert!(page.contains(&*files[3].file_name().expect("a name").to_string_lossy()), "{page}");
    drop(browser);
    // What the words say is done.
    core.sync_again(BUDGET).expect("syncs");
    let fetched = world.desk.pull_attachments().expect("fetches");
    assert_eq!((fetched.came, fetched.failed.len(), fetched.lacking.len()), (4, 0, 0), "{fetched:?}");
}

#[test]
fn other_bytes_on_the_way_are_told_and_the_rest_comes() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let lying = world.lying();
    let (_core, files) = delivered(&mut world, 3);
    let name = files[1].file_name().expect("a name").to_string_lossy().into_owned();
    let asked = format!("/{name}?from=0");
    lying.lie(move |what, _, answer| what.ends_with(&asked).then(|| answer.iter().map(|b| b ^ 1).collect()));
    let fetched = world.desk.pull_attachments().expect("the rest comes");
    assert_eq!((fetched.came, fetched.failed.len()), (2, 1), "{fetched:?}");
    let words = fetched.failed[0].to_string();
    assert!(words.contains(&name) && words.contains("Pull again") && !words.contains("do not trust"), "{words}");
    lying.repent();
    assert_eq!(world.desk.pull_attachments().expect("fetches").came, 1);
}

#[test]
fn what_lies_where_a_part_belongs_is_set_aside() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let files: Vec<PathBuf> = (0..2).map(|byte| documented(&core, byte)).collect();
    log(&world, &core);
    fs::create_dir(places(&world, &core, &files[0], Token::Phone).1).expect("a folder");
    assert_eq!(core.sync_now(BUDGET).expect("syncs").again, None);
    assert!(core.summary().expect("a summary").all_stored());
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let here = world.desk.workspace.folder.join("blobs");
    fs::create_dir_all(&here).expect("a folder");
    let name = |file: &Path| here.join(file.file_name().expect("a name"));
    fs::create_dir(name(&files[0]).with_extension("part")).expect("a folder");
    fs::create_dir(name(&files[1])).expect("a folder");
    assert_eq!(world.desk.attachments().altered().expect("is verified all the same").len(), 1);
    assert_eq!(world.desk.pull_attachments().expect("fetches").came, 2);
    assert!(world.desk.attachments().altered().expect("verifies").is_empty());
    assert_eq!(fs::read(name(&files[1])).expect("a file"), fs::read(&files[1]).expect("a file"));
}

#[test]
fn an_attachment_whose_row_was_lost_is_sent_again() {
    for damaged in ["DELETE FROM permitted", "UPDATE permitted SET length = -length"] {
        let mut world = World::new(&tables("kazakhstan-2023"));
        let (core, files) = delivered(&mut world, 2);
        world.stop_server();
        let db = rusqlite::Connection::open(world.server_folder().join("server.db")).expect("opens");
        db.execute_batch(damaged).expect("damaged");
        drop(db);
        // One of them is here still.
        fs::remove_file(whole(&world, &files[1])).expect("lost");
        world.start_server();
        core.sync_again(BUDGET).expect("syncs");
        assert!(core.summary().expect("a summary").all_stored(), "{damaged}");
        world.desk.pull(now(), &|_| ()).expect("pulls");
        assert_eq!(world.desk.pull_attachments().expect("fetches").came, 2, "{damaged}");
    }
}

#[test]
fn a_damaged_part_of_the_bundle_is_published_again() {
    for damaged in ["UPDATE part SET packed = x'00'", "DELETE FROM part"] {
        let mut world = World::new(&tables("kazakhstan-2023"));
        world.stop_server();
        let db = rusqlite::Connection::open(world.server_folder().join("server.db")).expect("opens");
        db.execute_batch(damaged).expect("damaged");
        drop(db);
        world.start_server();
        world.desk.publish().expect("publishes");
        let invite = world.invite("p001");
        drop(world.enrolled("phone", &invite));
    }
}
