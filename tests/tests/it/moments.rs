//! A phone that is killed at every moment of an attachment, an import, a letter and an answer: what was begun is whole or not
//! there, and doing it again ends it.

use crate::it::support::{draft, key, report, set};
use baqylau_observer::ObserverApp;
use baqylau_tests::{BUDGET, PIN, World, now, phone_in, tables};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PHONE: &str = env!("CARGO_BIN_EXE_phone");

/// `BAQYLAU_SOAK` says at how many moments.
fn moments() -> u32 {
    std::env::var("BAQYLAU_SOAK").ok().and_then(|n| n.parse().ok()).unwrap_or(8)
}

fn open(store: &Path) -> ObserverApp {
    ObserverApp::open(phone_in(store), PIN).expect("opens")
}

/// Runs one thing on a phone of its own and kills it after a while; without one it ends. Gives how long it took.
#[expect(clippy::disallowed_methods, reason = "it spreads the kills over what the whole thing took")]
fn phone(what: &str, store: &Path, about: &str, number: u32, kill: Option<Duration>) -> Duration {
    let args = [what, &store.to_string_lossy(), about, &number.to_string()].map(str::to_owned);
    let mut child = Command::new(PHONE).args(args).stdout(Stdio::piped()).spawn().expect("a phone");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    assert_eq!(lines.next().and_then(Result::ok).as_deref(), Some("ready"), "{what}");
    let begun = Instant::now();
    match kill {
        Some(after) => {
            std::thread::sleep(after);
            child.kill().expect("killed");
        }
        None => assert_eq!(lines.next().and_then(Result::ok).as_deref(), Some("done"), "{what}"),
    }
    let took = begun.elapsed();
    child.wait().expect("ended");
    took
}

/// Kills at moments spread over how long the thing takes, and looks after each. `about` says what it is about, by its number.
fn at_every_moment(
    what: &str,
    store: &Path,
    mut about: impl FnMut(u32) -> String,
    mut look: impl FnMut(u32, ObserverApp),
    open: impl Fn() -> ObserverApp,
) {
    let begin = about(0);
    let whole = phone(what, store, &begin, 0, None);
    look(0, open());
    for moment in 1..=moments() {
        let begin = about(moment);
        // A little beyond the end too: killed when it was done.
        phone(what, store, &begin, moment, Some(whole.mul_f64(1.1) * moment / moments()));
        look(moment, open());
    }
}

#[test]
fn an_attachment_is_whole_or_not_there() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let id = draft(&core, "complaint");
    drop(core);
    let store = world.folder.path().join("phone");
    let look = |moment: u32, core: ObserverApp| {
        let rows = crate::it::support::rows(&core, id);
        let name = rows.into_iter().find(|r| r.name == "document").expect("it is asked").answer_text;
        let mut shown = Vec::new();
        core.read_attachment(id, &name, &mut shown).expect("whole");
        let byte = shown[0];
        assert!(shown.len() == 2_000_000 && shown.iter().all(|b| *b == byte));
        assert!(u32::from(byte) <= moment, "this one, or one before");
    };
    at_every_moment("attach", &store, |_| id.to_string(), look, || open(&store));
    // What the killed ones left is swept away when it is old enough.
    let files = || std::fs::read_dir(store.join("blobs")).expect("a folder").flatten();
    let long_ago = std::time::UNIX_EPOCH + Duration::from_secs(1);
    for file in files() {
        std::fs::File::open(file.path()).and_then(|f| f.set_modified(long_ago)).expect("dated back");
    }
    let core = open(&store);
    assert!(files().all(|f| !f.file_name().to_string_lossy().starts_with("new-")), "nothing half made stays");
    core.attach(id, key(&core, id, "document"), "application/pdf", &mut &[1; 99][..]).expect("attached");
    core.finalise(id, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    assert!(core.summary().expect("a summary").all_stored());
}

#[test]
fn an_import_is_taken_once() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (far, near) = (world.invite("p001"), world.invite("p003"));
    let (far, near) = (world.enrolled("far", &far), world.enrolled("near", &near));
    drop(near);
    let (folder, store) = (world.folder.path().to_owned(), world.folder.path().join("near"));
    let about = |moment: u32| {
        (0..20).for_each(|n| report(&far, &format!("{moment} {n}")));
        let file = folder.join(format!("courier {moment}"));
        std::fs::write(&file, far.export_courier().expect("a file")).expect("written");
        file.to_string_lossy().into_owned()
    };
    let look = |moment: u32, core: ObserverApp| {
        let file = std::fs::read(folder.join(format!("courier {moment}"))).expect("a file");
        let again = core.import_courier(&file).expect("taken");
        assert!([0, 20].contains(&again.carried) || moment == 0, "{}: all of a file, or nothing", again.carried);
        assert_eq!(core.import_courier(&file).expect("taken").carried, 0);
    };
    at_every_moment("import", &store, about, look, || open(&store));
    let core = open(&store);
    core.sync_now(BUDGET).expect("syncs");
    far.import_courier(&core.export_courier().expect("a file")).expect("taken");
    assert!(far.summary().expect("a summary").all_stored(), "every one of them was delivered");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let reports = baqylau_tests::reports(&world.desk);
    assert_eq!(reports.len(), 20 * (1 + moments() as usize));
    assert!(reports.iter().all(|r| r.status.name() == "counted"), "and counts once");
}

#[test]
fn letters_and_answers_survive_every_kill() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let id = draft(&core, "campaign_event");
    set(&core, id, "participants", "1000").expect("set");
    core.finalise(id, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    drop(core);
    let store = world.folder.path().join("phone");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let desk = std::cell::RefCell::new(&mut world.desk);
    let newest = || {
        let reports = baqylau_tests::reports(&desk.borrow());
        reports.into_iter().find(|r| r.status.name() == "counted").expect("one counts").summary.meta.hash
    };
    // The letter is fetched, opened and receipted, whenever the phone was killed meanwhile.
    let ask = |moment: u32| {
        desk.borrow().records().ask(newest(), &[], &format!("question {moment}"), None, now()).expect("asked");
        desk.borrow_mut().pull(now(), &|_| ()).expect("pulls");
        String::new()
    };
    let fetched = |moment: u32, core: ObserverApp| {
        core.sync_now(BUDGET).expect("syncs");
        let letters = core.letters().expect("letters");
        assert_eq!(letters.len(), 1 + moment as usize, "each once");
        desk.borrow_mut().pull(now(), &|_| ()).expect("pulls");
        assert!(
            desk.borrow().own().letters().expect("letters").iter().all(|l| l.arrived.is_some()),
            "proof of delivery"
        );
    };
    at_every_moment("sync", &store, ask, fetched, || open(&store));
    // One draft, one amendment a letter, however often it is begun.
    let about = |_: u32| {
        let core = open(&store);
        core.letters().expect("letters")[0].id.to_string()
    };
    let answered = |moment: u32, core: ObserverApp| {
        let letter = core.letters().expect("letters").remove(0);
        let reports = core.reports().expect("reports");
        let signed = reports.iter().filter(|r| r.amends.is_some()).count();
        assert!(core.summary().expect("a summary").drafts <= 1, "moment {moment}");
        let open = core.visits().expect("visits").into_iter().flat_map(|v| v.drafts).find(|d| !d.finished);
        if let Some(open) = open {
            assert_eq!(core.answer(letter.id, "again").expect("a draft").id, open.id, "the draft that is there");
            core.finalise(open.id, Some("for a test".into())).expect("signed");
        }
        let now_signed = core.reports().expect("reports").iter().filter(|r| r.amends.is_some()).count();
        assert!(now_signed - signed <= 1);
        core.sync_now(BUDGET).expect("syncs");
        desk.borrow_mut().pull(now(), &|_| ()).expect("pulls");
        let reports = baqylau_tests::reports(&desk.borrow());
        let counted = reports.iter().filter(|r| r.status.name() == "counted").count();
        assert_eq!(counted, 1, "an amendment never adds a report");
        let row = desk.borrow().devices(now()).expect("devices").remove(0);
        assert!(row.missing.is_empty() && row.forked.is_empty(), "one chain");
    };
    at_every_moment("answer", &store, about, answered, || open(&store));
}
