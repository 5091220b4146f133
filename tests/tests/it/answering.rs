//! An answer touches `main.db` alone: it waits for no sync, and for nothing that a sync may have damaged.

use crate::it::support::{draft, key};
use baqylau_forms::value::Answer;
use baqylau_observer::{Error, InvalidReason, ObserverApp};
use baqylau_tests::{PIN, World, tables};
use std::io::Write;
use std::path::Path;

fn phone() -> (World, ObserverApp) {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    (world, core)
}

/// Overwrites the outbox while it is open, so that whatever reads it notices.
fn spoil(folder: &Path) {
    for name in ["outbox.db", "outbox.db-wal", "outbox.db-shm"] {
        let Ok(length) = std::fs::metadata(folder.join(name)).map(|m| m.len()) else { continue };
        let mut file = std::fs::OpenOptions::new().write(true).open(folder.join(name)).expect("the outbox");
        let zeros = vec![0; usize::try_from(length).expect("small")];
        file.write_all(&zeros).expect("overwritten, at the same length");
    }
}

#[test]
fn an_answer_touches_one_database() {
    let (world, core) = phone();
    let id = draft(&core, "opening");
    let comments = key(&core, id, "comments");
    core.set(id, comments, Answer::Text("before".into())).expect("set");
    spoil(&world.folder.path().join("phone"));
    assert!(core.summary().is_err(), "what needs the outbox notices");
    core.set(id, comments, Answer::Text("after".into())).expect("set");
    core.set_note(id, comments, Some("a note".into())).expect("noted");
    core.clear(id, comments).expect("cleared");
    assert!(core.set(id, comments, Answer::Integer(1)).is_err(), "what does not fit is refused as ever");
}

#[test]
fn a_wiped_store_takes_no_answer() {
    let (world, core) = phone();
    let id = draft(&core, "opening");
    let comments = key(&core, id, "comments");
    core.set(id, comments, Answer::Text("before".into())).expect("set");
    ObserverApp::wipe(&world.phone("phone")).expect("wiped");
    for _ in 0..2 {
        let late = core.set(id, comments, Answer::Text("after".into())).map(drop);
        assert!(matches!(&late, Err(Error::Invalid(InvalidReason::Wiped))), "{late:?}");
    }
}

#[test]
fn what_another_program_wrote_is_seen_before_an_answer_is_kept() {
    let (world, core) = phone();
    let open = || (draft(&core, "opening"), ObserverApp::open(world.phone("phone"), PIN).expect("opens beside it"));
    let text = |words: &str| Answer::Text(words.into());
    let (id, other) = open();
    let comments = key(&core, id, "comments");
    core.set(id, comments, text("one")).expect("set");
    other.set(id, comments, text("two")).expect("set");
    other.finalise(id, Some("for a test".into())).expect("signed");
    let refused = core.set(id, comments, text("three")).expect_err("it was signed");
    assert!(matches!(refused, Error::Invalid(InvalidReason::DraftSigned)), "{refused}");
    let (id, other) = open();
    core.set(id, comments, text("one")).expect("set");
    other.discard(id).expect("thrown away");
    let gone = core.set(id, comments, text("two")).expect_err("it is gone");
    assert!(matches!(gone, Error::Invalid(InvalidReason::NoSuchDraft)), "{gone}");
}
