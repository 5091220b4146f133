//! A phone as a process of its own, to be killed or to run out of disk: `phone <what> <store> <draft, file or letter> <number>`.

use baqylau_forms::definition::Kind;
use baqylau_forms::value::Answer;
use baqylau_observer::app::{CellKey, PhoneConfig, Trouble};
use baqylau_observer::clock::SystemClock;
use baqylau_observer::vault::FileVault;
use baqylau_observer::{Error, ObserverApp};
use baqylau_sqlite::StorageError;
use baqylau_tests::PIN;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [what, store, draft, first] = &args[..] else { return Err("phone <what> <store> <draft> <number>".into()) };
    let (store, first) = (PathBuf::from(store), first.parse()?);
    match what.as_str() {
        "set" => Err(set(&open(&store)?, draft.parse()?, first).into()),
        "full" => full(&store, draft.parse()?, first),
        "deliver" => deliver(&store, first),
        "cramped" => cramped(&store, draft.parse()?),
        other => once(&open(&store)?, other, draft, first),
    }
}

/// Takes every byte that is left.
fn fill(path: &Path) {
    let Ok(mut file) = std::fs::File::create(path) else { return };
    for size in [65_536, 4_096, 512, 1] {
        while file.write_all(&vec![0; size]).and_then(|()| file.flush()).is_ok() {}
    }
}

/// Delivers with not a byte left, and again when there is some room.
fn deliver(store: &Path, reports: i64) -> Result<(), Box<dyn std::error::Error>> {
    let reports = usize::try_from(reports)?;
    let ballast = store.join("ballast");
    fill(&ballast);
    let core = open(store)?;
    let said = core.sync_now(baqylau_tests::BUDGET)?;
    println!("{:?} again {} noted {}", said.trouble, said.again.is_some(), said.delivered);
    drop(core);
    std::fs::remove_file(&ballast)?;
    let core = open(store)?;
    let said = core.sync_now(baqylau_tests::BUDGET)?;
    if said.trouble.is_some() || said.delivered != reports || !core.summary()?.all_stored() {
        return Err(format!("with room it should be noted: {said:?}").into());
    }
    println!("everything is noted");
    Ok(())
}

/// No file may be longer than a page, the one that connections share neither: what a full disk is, without a disk of its own.
fn cramped(store: &Path, draft: i64) -> Result<(), Box<dyn std::error::Error>> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let before = open(store)?.reports()?.len();
    let free = getrlimit(Resource::Fsize);
    setrlimit(Resource::Fsize, Rlimit { current: Some(4096), maximum: free.maximum })?;
    let core = open(store)?;
    let keys = numbers(&core, draft)?;
    if core.reports()?.len() != before || core.visits()?.is_empty() {
        return Err("it does not show what is there".into());
    }
    core.export_courier()?;
    if core.set(draft, keys[0], Answer::Integer(5)).is_ok() {
        return Err("it says that it saved what has no room".into());
    }
    core.sections(draft)?;
    setrlimit(Resource::Fsize, free)?;
    core.set(draft, keys[0], Answer::Integer(6))?;
    drop(core);
    check(&open(store)?, draft, &std::collections::BTreeMap::from([(keys[0], 6)]))?;
    println!("everything is there");
    Ok(())
}

/// Says that the store is open, does one thing, and says that it is done.
fn once(core: &ObserverApp, what: &str, about: &str, number: i64) -> Result<(), Box<dyn std::error::Error>> {
    println!("ready");
    match what {
        "attach" => {
            let draft = about.parse()?;
            let key = key(core, draft, "document")?;
            let bytes = vec![u8::try_from(number % 256)?; 2_000_000];
            core.attach(draft, key, "application/pdf", &mut &bytes[..])?;
        }
        "import" => drop(core.import_courier(&std::fs::read(about)?)?),
        "sync" => drop(core.sync_now(baqylau_tests::BUDGET)?),
        "answer" => {
            let draft = core.answer(about.parse()?, "counted again")?.id;
            core.set(draft, key(core, draft, "participants")?, Answer::Integer(number))?;
            core.finalise(draft, Some("for a test".into()))?;
        }
        other => return Err(format!("a phone does not know what {other} is").into()),
    }
    println!("done");
    Ok(())
}

fn key(core: &ObserverApp, draft: i64, name: &str) -> Result<CellKey, Box<dyn std::error::Error>> {
    for section in core.sections(draft)?.into_iter().filter(|s| s.shown) {
        if let Some(row) = core.open_section(draft, section.section)?.rows.into_iter().find(|r| r.name == name) {
            return Ok(row.key);
        }
    }
    Err(format!("{name} is not shown").into())
}

fn open(store: &Path) -> Result<ObserverApp, Box<dyn std::error::Error>> {
    let vault = Arc::new(FileVault::open(&store.join("vault"))?);
    let config = PhoneConfig {
        folder: store.to_owned(),
        vault,
        clock: Arc::new(SystemClock),
        language: "en".into(),
        missions: Arc::default(),
        transport: None,
    };
    Ok(ObserverApp::open(config, PIN)?)
}

/// The questions for numbers.
fn numbers(core: &ObserverApp, draft: i64) -> Result<Vec<CellKey>, Error> {
    let mut out = Vec::new();
    for section in core.sections(draft)?.into_iter().filter(|s| s.shown) {
        let rows = core.open_section(draft, section.section)?.rows;
        out.extend(rows.into_iter().filter(|r| r.kind == Kind::Integer && !r.read_only).map(|r| r.key));
    }
    Ok(out)
}

/// Sets one number after another for ever; says each, with its question, when it was set.
fn set(core: &ObserverApp, draft: i64, first: i64) -> Error {
    let keys = match numbers(core, draft) {
        Ok(keys) => keys,
        Err(e) => return e,
    };
    let mut out = std::io::stdout();
    for (number, key) in (first..).zip(keys.iter().cycle()) {
        if let Err(e) = core.set(draft, *key, Answer::Integer(number)) {
            return e;
        }
        // Nobody listens any more: go on until the end comes.
        let _ = writeln!(out, "{} {number}", key.node).and_then(|()| out.flush());
    }
    Error::Interrupted
}

/// Fills the disk with long notes until a call fails; then makes room, and looks whether everything is there.
fn full(store: &Path, draft: i64, first: i64) -> Result<(), Box<dyn std::error::Error>> {
    let ballast = store.join("ballast");
    std::fs::write(&ballast, vec![0; 512 << 10])?;
    let core = open(store)?;
    let keys = numbers(&core, draft)?;
    let mut last = std::collections::BTreeMap::new();
    let mut failed = None;
    for (number, key) in (first..first + 100_000).zip(keys.iter().cycle()) {
        let noted = core.set_note(draft, *key, Some(format!("{number} {}", "x".repeat(3_000))));
        match noted.and_then(|_| core.set(draft, *key, Answer::Integer(number))) {
            Ok(_) => drop(last.insert(*key, number)),
            Err(e) => {
                failed = Some(e);
                break;
            }
        }
    }
    match failed {
        Some(Error::Storage(StorageError::Full)) => {}
        Some(other) => return Err(format!("expected a full disk, got: {other}").into()),
        None => return Err("the disk never filled".into()),
    }
    println!("full after {} answers", last.len());
    check(&core, draft, &last)?;
    drop(core);
    fill(&store.join("ballast-2"));
    // Not a byte is left: it opens all the same, shows everything, exports, counts a wrong PIN, and says what to do.
    let core = open(store)?;
    check(&core, draft, &last)?;
    core.export_courier()?;
    let wrong = core.unlock("0000");
    if !matches!(wrong, Err(Error::Locked { attempts_left: 9 })) {
        return Err(format!("expected a wrong PIN that is counted, got: {wrong:?}").into());
    }
    core.unlock(PIN)?;
    // What was freed meanwhile, as by the count of PINs, takes an answer or two.
    match (0..100).find_map(|_| core.set(draft, keys[0], Answer::Integer(-6)).err()) {
        Some(full @ Error::Storage(StorageError::Full)) if full.to_string().contains("disk is full") => {}
        other => return Err(format!("expected a full disk, got: {other:?}").into()),
    }
    // The key of a new visit and a signed report find no room either.
    let (visited, signed) =
        (core.start_visit(None, None).map(drop), core.finalise(draft, Some("full".into())).map(drop));
    for refused in [visited, signed] {
        if !matches!(refused, Err(Error::Storage(StorageError::Full))) {
            return Err(format!("expected a full disk, got: {refused:?}").into());
        }
    }
    // The pause after a failure holds, though it cannot be written.
    let (first, second) = (core.sync(baqylau_tests::BUDGET)?, core.sync(baqylau_tests::BUDGET)?);
    if first.trouble != Some(Trouble::Full) || first.again.is_none() || first.again != second.again {
        return Err(format!("expected the same pause twice, got: {first:?} {second:?}").into());
    }
    // The same store saves again as soon as there is room.
    std::fs::remove_file(&ballast)?;
    std::fs::remove_file(store.join("ballast-2"))?;
    core.set(draft, keys[0], Answer::Integer(-7))?;
    drop(core);
    let core = open(store)?;
    last.insert(keys[0], -7);
    check(&core, draft, &last)?;
    println!("everything is there");
    Ok(())
}

fn check(
    core: &ObserverApp,
    draft: i64,
    expected: &std::collections::BTreeMap<CellKey, i64>,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut found = 0;
    for section in core.sections(draft)?.into_iter().filter(|s| s.shown) {
        for row in core.open_section(draft, section.section)?.rows {
            let Some(number) = expected.get(&row.key) else { continue };
            if row.answer != Some(Answer::Integer(*number)) {
                return Err(format!("{} lost its answer", row.name).into());
            }
            found += 1;
        }
    }
    if found == expected.len() { Ok(()) } else { Err("a question is gone".into()) }
}
