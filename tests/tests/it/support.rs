//! Ways to fill a checklist on a phone.

use baqylau_desk::log::courier::CourierOutcome;
use baqylau_observer::ObserverApp;
use baqylau_observer::app::{CellKey, QuestionView};
use baqylau_observer::error::Error;
use baqylau_protocol::courier::CourierFile;
use baqylau_protocol::ids::Hash;
use baqylau_tests::{BUDGET, World, now, reports, tables};
use minicbor::bytes::ByteVec;
use std::path::Path;

/// A draft of a checklist, at the first place that it is for.
pub fn draft(core: &ObserverApp, checklist: &str) -> i64 {
    let all = core.checklists().expect("checklists");
    let about = all.iter().find(|c| c.id == checklist).expect("the checklist");
    let place = core.search_places(&about.places, None, "", 0, 1).expect("places").remove(0).code;
    let visit = core.start_visit(Some(&place), None).expect("a visit").code;
    core.start_checklist(&visit, checklist).expect("a draft").id
}

/// Everything that a draft shows.
pub fn rows(core: &ObserverApp, draft: i64) -> Vec<QuestionView> {
    let sections = core.sections(draft).expect("sections").into_iter().filter(|s| s.shown);
    sections.flat_map(|s| core.open_section(draft, s.section).expect("a section").rows).collect()
}

pub fn key(core: &ObserverApp, draft: i64, name: &str) -> CellKey {
    let found = rows(core, draft).into_iter().find(|r| r.name == name);
    found.unwrap_or_else(|| panic!("{name} is not shown")).key
}

/// Sets an answer written as text.
pub fn set(core: &ObserverApp, draft: i64, name: &str, words: &str) -> Result<(), Error> {
    let key = key(core, draft, name);
    let answer = core.read_answer(draft, key, words).expect("an answer of its kind");
    core.set(draft, key, answer).map(drop)
}

/// A signed report with a text in it.
pub fn report(core: &ObserverApp, words: &str) {
    let draft = draft(core, "campaign_event");
    set(core, draft, "participants", &words.len().to_string()).expect("set");
    core.finalise(draft, Some(words.to_owned())).expect("signed");
}

/// A mission in which one report of one phone counts.
pub fn one_report() -> (World, ObserverApp, Hash) {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    report(&phone, "one");
    phone.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let hash = reports(&world.desk)[0].summary.meta.hash;
    (world, phone, hash)
}

/// Has a desk hand objects to the server, as a courier brings them.
pub fn deliver(world: &World, objects: Vec<ByteVec>) -> CourierOutcome {
    let file = CourierFile { objects, ..CourierFile::new(world.desk.mission()) };
    world.desk.deliver(&file.encode(), &[], &|_| ()).expect("delivered")
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copies");
        }
    }
}

/// A mission whose tables are changed first.
pub fn changed(change: impl FnOnce(&Path)) -> (World, ObserverApp, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("tables");
    copy(&tables("kazakhstan-2023"), &source);
    change(&source);
    let mut world = World::new(&source);
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    (world, core, folder)
}
