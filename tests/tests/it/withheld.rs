//! Letters come with a proof, and phones hear from the desks how many there are: none is made up, and none is kept back unseen.

use crate::it::support::report;
use baqylau_observer::ObserverApp;
use baqylau_observer::app::LogConsistency;
use baqylau_protocol::cbor;
use baqylau_protocol::courier::CourierFile;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::receipt::Receipt;
use baqylau_protocol::wire::LetterPage;
use baqylau_tests::lying::Lying;
use baqylau_tests::{BUDGET, World, now, tables};
use minicbor::bytes::ByteVec;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

/// Answers in a server's stead, as [`Lying::lie`] takes it.
type Lie = Box<dyn Fn(&str, &[u8], &[u8]) -> Option<Vec<u8>> + Send + Sync>;

fn lied_to() -> (World, ObserverApp, Arc<Lying>) {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let server = world.lying();
    let core = world.enrolled("phone", &invite);
    pull(&mut world);
    (world, core, server)
}

fn pull(world: &mut World) {
    world.desk.pull(now(), &|_| ()).expect("pulls");
}

fn write(world: &mut World, words: &str) {
    world.desk.records().message(&[], words, now()).expect("written");
    pull(world);
}

fn texts(core: &ObserverApp) -> Vec<String> {
    core.letters().expect("letters").into_iter().map(|letter| letter.text).collect()
}

fn log(core: &ObserverApp) -> LogConsistency {
    core.summary().expect("a summary").log
}

/// Changes the pages of letters that an honest server hands out.
fn pages(change: impl Fn(&mut LetterPage)) -> impl Fn(&str, &[u8], &[u8]) -> Option<Vec<u8>> {
    move |what, _, honest| {
        let mut page: LetterPage = what.starts_with("GET /v1/letters").then(|| cbor::decode_request(honest).ok())??;
        change(&mut page);
        Some(cbor::encode(&page))
    }
}

#[test]
fn a_letter_under_a_head_that_nothing_proves_is_shown_once_it_is_proved() {
    let (mut world, core, server) = lied_to();
    write(&mut world, "Stay.");
    let unproved = pages(|page| page.proof = None);
    server.lie(move |what, asked, honest| match what.starts_with("GET /v1/consistency") {
        true => Some(Vec::new()),
        false => unproved(what, asked, honest),
    });
    for _ in 0..2 {
        assert_eq!(core.sync(BUDGET).expect("syncs").letters, 0);
        assert!(texts(&core).is_empty() && log(&core) == LogConsistency::Unproved);
    }
    server.repent();
    assert_eq!(core.sync(BUDGET).expect("syncs").letters, 1);
    assert_eq!((texts(&core), log(&core)), (vec!["Stay.".to_owned()], LogConsistency::Proved));
    assert_eq!(core.sync_now(BUDGET).expect("syncs").letters, 0, "once");
}

#[test]
fn letters_that_a_server_keeps_back_are_told_of_until_they_come() {
    let none = pages(|page| page.letters.clear());
    let but_the_first = pages(|page| drop(page.letters.drain(..1.min(page.letters.len()))));
    let another_path = pages(|page| page.letters.iter_mut().for_each(|letter| letter.path = vec![Hash([7; 32])]));
    let nonsense = |what: &str, _: &[u8], _: &[u8]| what.starts_with("GET /v1/letters").then(|| vec![0xff]);
    let lies: [(&str, usize, Lie); 4] = [
        ("none", 0, Box::new(none)),
        ("all but the first", 1, Box::new(but_the_first)),
        ("unproved", 0, Box::new(another_path)),
        ("nonsense", 0, Box::new(nonsense)),
    ];
    for (what, shown, lie) in lies {
        let (mut world, core, server) = lied_to();
        core.sync_now(BUDGET).expect("syncs");
        assert_eq!(log(&core), LogConsistency::Proved, "{what}");
        server.lie(lie);
        write(&mut world, "Stay.");
        write(&mut world, "Evacuate.");
        core.sync_now(BUDGET).expect("syncs");
        assert_eq!((texts(&core).len(), log(&core)), (shown, LogConsistency::Withheld), "{what}");
        report(&core, "goes on");
        let sync = core.sync(BUDGET).expect("syncs");
        assert_eq!((sync.delivered, log(&core)), (1, LogConsistency::Withheld), "{what}: it stops nothing");
        server.repent();
        assert_eq!(core.sync_now(BUDGET).expect("syncs").letters, 2 - shown, "{what}");
        assert_eq!((texts(&core).len(), log(&core)), (2, LogConsistency::Proved), "{what}");
    }
}

#[test]
fn a_courier_brings_what_a_server_keeps_back_and_nothing_that_is_not_proved() {
    let (mut world, core, server) = lied_to();
    server.lie(pages(|page| page.letters.clear()));
    write(&mut world, "Evacuate.");
    core.sync_now(BUDGET).expect("syncs");
    assert_eq!(log(&core), LogConsistency::Withheld);
    let file = world.desk.courier(Vec::new(), Vec::new()).expect("a file");
    let altered = |change: fn(&mut CourierFile)| {
        let mut file = CourierFile::decode(&file, world.desk.mission()).expect("a courier file");
        change(&mut file);
        file.encode()
    };
    for file in [
        altered(|file| file.letters.iter_mut().flatten().for_each(|(receipt, _)| receipt.index += 1)),
        altered(|file| file.letters.iter_mut().flatten().for_each(|(receipt, _)| receipt.received -= 1)),
        altered(|file| file.letters.iter_mut().flatten().for_each(|(_, letter)| letter[200] ^= 1)),
        altered(|file| file.desks = None),
    ] {
        core.import_courier(&file).expect("it is a courier file");
        assert!(texts(&core).is_empty());
    }
    core.import_courier(&file).expect("taken");
    assert_eq!((texts(&core), log(&core)), (vec!["Evacuate.".to_owned()], LogConsistency::Proved));
    // The word that it arrived goes to the desk, and the letter comes no second time.
    server.repent();
    assert_eq!(core.sync_now(BUDGET).expect("syncs").letters, 0);
    pull(&mut world);
    assert!(world.desk.own().letters().expect("letters")[0].arrived.is_some());
    assert_eq!((texts(&core).len(), log(&core)), (1, LogConsistency::Proved));
}

#[test]
fn an_independent_program_proves_the_letters_of_a_courier_file() {
    let (mut world, _core, _server) = lied_to();
    write(&mut world, "Evacuate.");
    let folder = tempfile::tempdir().expect("a folder");
    let (log, carried) = (folder.path().join("log.cbor"), folder.path().join("carried.courier"));
    let exported = world.desk.heads().export().expect("reads").expect("pulled");
    std::fs::write(&log, minicbor::to_vec(&exported).expect("encodes")).expect("written");
    let file = world.desk.courier(Vec::new(), Vec::new()).expect("a file");
    let verify = |file: &[u8]| {
        std::fs::write(&carried, file).expect("written");
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("formats/notice.py");
        let done = Command::new("python3").arg(program).args([&log, &carried]).output().expect("python");
        String::from_utf8_lossy(&done.stdout).lines().last().unwrap_or_default().to_owned()
    };
    assert_eq!(verify(&file), "good: 1 rows, 1 letters");
    let changes: [fn(&mut (Receipt, ByteVec)); 4] = [
        |(receipt, _)| receipt.received += 1,
        |(receipt, _)| receipt.index -= 1,
        |(receipt, _)| receipt.path[0].0[0] ^= 1,
        |(_, letter)| letter[200] ^= 1,
    ];
    for change in changes {
        let mut altered = CourierFile::decode(&file, world.desk.mission()).expect("a courier file");
        altered.letters.iter_mut().flatten().for_each(change);
        assert_eq!(verify(&altered.encode()), "FAULT letter: not where its receipt says");
    }
    let mut signed_by_nobody = CourierFile::decode(&file, world.desk.mission()).expect("a courier file");
    signed_by_nobody
        .letters
        .iter_mut()
        .flatten()
        .for_each(|(receipt, _)| *receipt.head.last_mut().expect("bytes") ^= 1);
    assert!(verify(&signed_by_nobody.encode()).starts_with("FAULT"));
}
