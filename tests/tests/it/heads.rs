//! Phones compare the heads that a server signs: one that goes back, or shows two logs, is told from its own signatures.

use crate::it::support::{copy, report};
use baqylau_observer::ObserverApp;
use baqylau_observer::app::LogConsistency;
use baqylau_protocol::courier::CourierFile;
use baqylau_protocol::ids::PublicKey;
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::receipt::TreeHead;
use baqylau_tests::{BUDGET, World, tables};

fn log(core: &ObserverApp) -> LogConsistency {
    core.summary().expect("a summary").log
}

fn deliver(core: &ObserverApp, words: &str) {
    report(core, words);
    core.sync_now(BUDGET).expect("syncs");
}

/// Has the server forget what it took in behind `kept`.
fn put_back(world: &mut World, kept: &std::path::Path) {
    world.stop_server();
    std::fs::remove_dir_all(world.server_folder()).expect("removed");
    copy(kept, &world.server_folder());
    world.start_server();
}

#[test]
fn server_that_was_put_back_from_a_copy_is_told_by_what_it_signed_itself() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (core, far) = (world.invite("p001"), world.invite("p003"));
    let (core, far) = (world.enrolled("phone", &core), world.enrolled("far", &far));
    deliver(&core, "one");
    assert_eq!(log(&core), LogConsistency::Proved);
    world.stop_server();
    let kept = world.folder.path().join("kept");
    copy(&world.server_folder(), &kept);
    world.start_server();
    deliver(&core, "two");
    deliver(&core, "three");
    deliver(&far, "whose log is older");
    assert_eq!((log(&core), log(&far)), (LogConsistency::Proved, LogConsistency::Proved), "it only grew");

    put_back(&mut world, &kept);
    deliver(&core, "four");
    assert_eq!(log(&core), LogConsistency::Unproved, "a log that is shorter than it was proves nothing");
    assert_eq!(core.summary().expect("a summary").waiting, 1, "and makes nothing stored");
    deliver(&core, "five");
    assert_eq!(log(&core), LogConsistency::Contradicted, "one size, two roots");
    deliver(&core, "six");
    assert_eq!(log(&core), LogConsistency::Contradicted, "it stays told");

    let file = core.export_courier().expect("a file");
    let carried = CourierFile::decode(&file, world.desk.mission()).expect("reads").contradictions.expect("the proof");
    let [(one, other)] = &carried[..] else { panic!("{carried:?}") };
    let key = std::fs::read_to_string(world.server_folder().join("receipt.key")).expect("a key");
    let key: PublicKey =
        SigningKey::from_seed(baqylau_protocol::ids::Hash::from_hex(key.trim()).expect("a seed").0).public();
    let open = |head: &[u8]| TreeHead::open(head, &[key], world.desk.mission()).expect("the server signed it");
    let (one, other) = (open(one), open(other));
    assert!(one.size == other.size && one.root != other.root, "anybody can check it");
    // Who carries the file carries the proof on; what proves nothing is left out.
    assert_eq!(far.import_courier(&file).expect("taken").refused, 0);
    assert_eq!(log(&far), LogConsistency::Contradicted);
    let on = CourierFile::decode(&far.export_courier().expect("a file"), world.desk.mission()).expect("reads");
    assert_eq!(on.contradictions, Some(carried.clone()));
}

#[test]
fn receipt_that_comes_by_hand_is_compared_too() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (core, near) = (world.invite("p001"), world.invite("p003"));
    let (core, near) = (world.enrolled("phone", &core), world.enrolled("near", &near));
    world.stop_server();
    let kept = world.folder.path().join("kept");
    copy(&world.server_folder(), &kept);
    world.start_server();
    deliver(&core, "one");
    put_back(&mut world, &kept);
    report(&core, "two");
    near.import_courier(&core.export_courier().expect("a file")).expect("taken");
    near.sync_now(BUDGET).expect("syncs");
    let back = near.export_courier().expect("a file");
    assert_eq!(log(&core), LogConsistency::Proved);
    assert_eq!(core.import_courier(&back).expect("taken").delivered, 0);
    assert_eq!(log(&core), LogConsistency::Contradicted, "the server signed another log of the same size");
}

#[test]
fn the_head_of_a_receipt_that_came_by_hand_is_compared_at_the_next_sync() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (core, near) = (world.invite("p001"), world.invite("p003"));
    let (core, near) = (world.enrolled("phone", &core), world.enrolled("near", &near));
    let carried = |words: &str| {
        report(&core, words);
        near.import_courier(&core.export_courier().expect("a file")).expect("taken");
        near.sync_now(BUDGET).expect("syncs");
        assert_eq!(core.import_courier(&near.export_courier().expect("a file")).expect("taken").delivered, 1);
    };
    carried("one");
    let sync = core.sync(BUDGET).expect("syncs");
    assert_eq!(
        (sync.bytes_sent, log(&core)),
        (0, LogConsistency::Proved),
        "the server proves it, and nothing goes twice"
    );
    world.stop_server();
    let kept = world.folder.path().join("kept");
    copy(&world.server_folder(), &kept);
    world.start_server();
    carried("two");
    put_back(&mut world, &kept);
    assert_eq!(core.summary().expect("a summary").delivered, 2, "nobody could be asked yet");
    let sync = core.sync(BUDGET).expect("syncs");
    assert!(sync.bytes_sent > 0 && sync.delivered == 1, "what nothing proves any more is sent again: {sync:?}");
    core.sync(BUDGET).expect("syncs");
    assert_eq!(log(&core), LogConsistency::Contradicted, "it signed another log of the size that came by hand");
    assert_eq!(core.summary().expect("a summary").delivered, 2, "the log has both by now");
}

#[test]
fn what_contradicts_nothing_is_no_proof() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    deliver(&core, "one");
    let file = CourierFile::decode(&core.export_courier().expect("a file"), world.desk.mission()).expect("reads");
    let mission = world.desk.mission();
    let head = |size, root: u8, key: &SigningKey| {
        let root = baqylau_protocol::ids::Hash([root; 32]);
        minicbor::bytes::ByteVec::from(TreeHead { v: 1, mission, size, root, time: 0 }.sign(key))
    };
    let receipt = std::fs::read_to_string(world.server_folder().join("receipt.key")).expect("a key");
    let server = SigningKey::from_seed(baqylau_protocol::ids::Hash::from_hex(receipt.trim()).expect("a seed").0);
    let stranger = SigningKey::generate();
    let pairs = vec![
        (head(5, 1, &server), head(5, 1, &server)),
        (head(5, 1, &server), head(6, 2, &server)),
        (head(5, 1, &stranger), head(5, 2, &stranger)),
        (head(5, 1, &server), head(5, 2, &stranger)),
        (Vec::new().into(), Vec::new().into()),
    ];
    let wrong = CourierFile { contradictions: Some(pairs), ..file };
    assert_eq!(core.import_courier(&wrong.encode()).expect("taken").refused, 5);
    assert_eq!(log(&core), LogConsistency::Proved);
}
