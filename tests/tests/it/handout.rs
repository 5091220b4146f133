//! A folder that is exported into again: nothing of an earlier export stays, nothing of anybody else goes, and no mixture looks whole.

use crate::it::browser::world;
use crate::it::internal::{change, meeting, sent};
use crate::it::support::{changed, copy, report};
use baqylau_desk::Desk;
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::export::handout::{ATTACHMENTS, Handout, REPORTS};
use baqylau_desk::workspace::keys;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::keys::SigningKey;
use baqylau_tests::{BUDGET, PASSPHRASE, World, now};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const SECRET: &str = "The clerk fears for his post";

fn export(world: &World, folder: &Path, internal: bool) -> Result<(usize, usize), String> {
    world.desk.export(AnswerBasis::Effective, folder, internal).map_err(|e| e.to_string())
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect()
}

/// Whether any file of the folder has the words.
fn says(folder: &Path, words: &str) -> bool {
    let has = |name: &String| {
        let bytes = fs::read(folder.join(name)).expect("a file");
        bytes.windows(words.len()).any(|part| part == words.as_bytes())
    };
    names(folder).iter().any(has)
}

/// A mission with a meeting that stays at the desk, and its folder, exported once with it.
fn exported() -> (World, std::path::PathBuf) {
    let (mut world, core) = world();
    meeting(&core, SECRET, Some("internal"));
    sent(&mut world, &core);
    let folder = world.folder.path().join("exported");
    assert_eq!(export(&world, &folder, true), Ok((1, 0)));
    assert!(says(&folder, SECRET) && folder.join("meeting.spss.csv").exists());
    (world, folder)
}

#[test]
fn nothing_of_an_earlier_export_stays_in_its_folder() {
    let (world, folder) = exported();
    fs::write(folder.join("notes.txt"), "ours").expect("writes");
    assert_eq!(export(&world, &folder, false), Ok((0, 1)));
    let left = ["notes.txt", "people.csv", "reports.sha256"].map(str::to_owned);
    assert_eq!(names(&folder), left.into(), "what the user put there stays, and nothing else");
    assert_eq!(fs::read(folder.join("notes.txt")).expect("a file"), b"ours");
}

#[test]
fn words_that_became_internal_leave_an_exported_folder() {
    let (mut world, core) = world();
    let report = meeting(&core, "They will not stand again", Some("public"));
    meeting(&core, "The hall is booked", Some("public"));
    sent(&mut world, &core);
    let folder = world.folder.path().join("exported");
    assert_eq!(export(&world, &folder, false), Ok((2, 0)));
    assert!(says(&folder, "They will not stand again"));
    let preview = change(&world, report, "internal");
    world.desk.records().sign_correction(&preview, true).expect("signed");
    sent(&mut world, &core);
    sent(&mut world, &core);
    assert_eq!(export(&world, &folder, false), Ok((1, 1)));
    assert!(!says(&folder, "They will not stand again") && says(&folder, "The hall is booked"));
}

#[test]
fn an_export_that_was_interrupted_does_not_look_whole_and_the_next_clears_it_away() {
    let (world, folder) = exported();
    // It ended while the old was being taken away and the new put in its place, or while that was still being written.
    fs::rename(folder.join("reports.sha256"), folder.join("reports.unfinished")).expect("renames");
    fs::remove_file(folder.join("people.csv")).expect("removes");
    fs::create_dir(folder.join(".reports.new")).expect("a folder");
    fs::write(folder.join(".reports.new/meeting.csv"), SECRET).expect("writes");
    assert_eq!(export(&world, &folder, false), Ok((0, 1)));
    assert_eq!(names(&folder), ["people.csv", "reports.sha256"].map(str::to_owned).into());
}

#[test]
fn what_an_export_did_not_write_is_neither_overwritten_nor_taken_away() {
    let (world, folder) = exported();
    let before = names(&folder);
    // Somebody works with a script that was exported.
    let script = folder.join("meeting.R");
    let text = fs::read_to_string(&script).expect("a script");
    fs::write(&script, format!("{text}# ours\n")).expect("writes");
    let why = export(&world, &folder, false).expect_err("it would be lost");
    assert!(why.contains("meeting.R") && why.contains("changed since"), "{why}");
    assert_eq!(names(&folder), before, "all of it stays as it was");
    assert!(fs::read_to_string(&script).expect("a script").ends_with("# ours\n"));
    fs::write(&script, text).expect("writes");
    assert_eq!(export(&world, &folder, false), Ok((0, 1)));
    // A file of the same name that came from elsewhere.
    fs::write(folder.join("meeting.csv"), "ours").expect("writes");
    let why = export(&world, &folder, true).expect_err("it would be lost");
    assert!(why.contains("meeting.csv"), "{why}");
    assert_eq!(fs::read(folder.join("meeting.csv")).expect("a file"), b"ours");
    // A folder of somebody else's.
    let other = world.folder.path().join("other");
    fs::create_dir(&other).expect("a folder");
    fs::write(other.join("thesis.txt"), "ours").expect("writes");
    let why = export(&world, &other, false).expect_err("not empty");
    assert!(why.contains("not empty") && names(&other).len() == 1, "{why}");
    // A list that names what lies elsewhere takes nothing away there.
    fs::write(folder.join("reports.sha256"), "00  ../other/thesis.txt\n").expect("writes");
    assert!(export(&world, &folder, false).is_err());
    assert!(other.join("thesis.txt").exists());
}

#[test]
fn a_second_export_into_one_folder_at_the_same_moment_is_refused() {
    let (world, folder) = exported();
    let first = Handout::begin(&folder, REPORTS).expect("nobody else is there");
    for kind in [REPORTS, ATTACHMENTS] {
        let why = Handout::begin(&folder, kind).err().expect("refused").to_string();
        assert!(why.contains("another export is writing into it"), "{why}");
    }
    fs::write(first.place("meeting.csv"), "first").expect("the second took nothing away");
    drop(first);
    assert_eq!(export(&world, &folder, false), Ok((0, 1)));
}

#[test]
fn attachments_of_the_same_name_are_exported_each_for_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut handout = Handout::begin(folder.path(), ATTACHMENTS).expect("begins");
    for (text, name) in [("one", "a b.jpg"), ("two", "a/b.jpg"), ("three", "A_b.jpg")] {
        fs::write(handout.place_attachment("0a1b2c3d", name), text).expect("writes");
    }
    handout.finish().expect("finishes");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a file");
    let files = ["0a1b2c3d-a_b.jpg", "0a1b2c3d@2-a_b.jpg", "0a1b2c3d@3-A_b.jpg"];
    assert_eq!(files.map(read), ["one", "two", "three"]);
}

#[test]
fn a_damaged_bundle_stops_no_export_and_is_named() {
    let (world, folder) = exported();
    let before = fs::read(folder.join("meeting.csv")).expect("a table");
    let root: [u8; 32] =
        keys::read(&world.desk.workspace.folder.join("keys/root.key"), PASSPHRASE).expect("the root key");
    let next = Manifest { version: 3, ..world.desk.manifest().expect("a bundle") }.sign(&SigningKey::from_seed(root));
    let none = b"no manifest";
    world.desk.store.add_bundle(2, none, &[]).expect("damaged");
    world.desk.store.add_bundle(3, &next, &[]).expect("kept");
    assert_eq!(export(&world, &folder, true), Ok((1, 0)));
    assert_eq!(fs::read(folder.join("meeting.csv")).expect("a table"), before);
    assert_eq!(world.desk.verified().damaged_bundles().expect("a store"), [Hash::of(none)]);
}

#[test]
fn a_version_that_was_never_published_is_no_column_of_an_export() {
    let (world, core, source) = changed(|_| ());
    let survey = source.path().join("tables/checklists/campaign_event/survey.csv");
    let published = fs::read_to_string(&survey).expect("a table");
    let commas = ",".repeat(published.lines().next().expect("a head").matches(',').count() - 4);
    fs::write(&survey, format!("{published}text,drafted,Drafted,Drafted,Drafted{commas}\n")).expect("writes");
    let copied = world.folder.path().join("copy");
    copy(&world.desk.workspace.folder, &copied);
    let mut second = Desk::open(&copied, PASSPHRASE).expect("opens");
    second.build(PASSPHRASE, now(), 40).expect("built");
    fs::write(&survey, published).expect("writes");
    let first = Desk::open(&world.desk.workspace.folder, PASSPHRASE).expect("opens");
    first.build_and_publish(PASSPHRASE, now(), 30).expect("another was faster");
    report(&core, "seen");
    core.sync_now(BUDGET).expect("syncs");
    second.pull(now(), &|_| ()).expect("pulls, and sets its own aside");
    let folder = world.folder.path().join("exported");
    assert_eq!(second.export(AnswerBasis::Effective, &folder, true).expect("exports").0, 1);
    assert!(says(&folder, "participants") && !says(&folder, "drafted"));
}
