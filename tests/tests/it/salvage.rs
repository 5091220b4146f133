//! A phone's store is damaged: what is whole is kept, what can be had again is fetched, and nothing is moved before it is read.

use crate::it::browser::world;
use crate::it::support::{copy, draft, report, set};
use baqylau_observer::app::PhoneConfig;
use baqylau_observer::lock::{Lock, OUTBOX_ALIAS};
use baqylau_observer::{Error, InvalidReason, MAIN_SCHEMA, OUTBOX_SCHEMA, ObserverApp, RefusalReason};
use baqylau_sqlite::StorageError;
use baqylau_tests::{BUDGET, PIN, phone_in};
use ring::hkdf;
use rusqlite::Connection;
use std::fs;
use std::path::Path;

/// The keys of a phone's databases: `main.db` and `outbox.db`.
pub fn keys(config: &PhoneConfig) -> [[u8; 32]; 2] {
    let main = Lock::of(&config.folder).open(&*config.vault, PIN).expect("the PIN");
    let bound = config.vault.bind(OUTBOX_ALIAS, &[0; 32]).expect("the vault");
    let mut outbox = [0; 32];
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(&*bound);
    let okm = prk.expand(&[b"baqylau/1/outbox"], hkdf::HKDF_SHA256).expect("expands");
    okm.fill(&mut outbox).expect("a key");
    [*main, outbox]
}

/// Both databases of a phone, opened.
fn databases(config: &PhoneConfig) -> [Connection; 2] {
    let [main, outbox] = keys(config);
    [("main.db", main, MAIN_SCHEMA), ("outbox.db", outbox, OUTBOX_SCHEMA)]
        .map(|(name, key, schema)| baqylau_sqlite::open(&config.folder.join(name), Some(&key), schema).expect("opens"))
}

fn delivers(config: PhoneConfig, reports: usize) {
    let core = ObserverApp::open(config, PIN).expect("opens");
    assert_eq!(core.reports().expect("reports").len(), reports);
    report(&core, "after");
    core.sync_now(BUDGET).expect("syncs");
    let summary = core.summary().expect("a summary");
    assert!(summary.all_stored() && summary.delivered == reports + 1, "{summary:?}");
}

#[test]
fn of_two_enrolments_the_one_that_verifies_holds() {
    for (damaged, salvaged) in [(0, true), (1, true), (0, false), (1, false)] {
        let (world, core) = world();
        report(&core, "before");
        drop(core);
        let config = world.phone("phone");
        let select = "SELECT value FROM setting WHERE name = 'enrolment'";
        let mut bytes: Vec<u8> = databases(&config)[0].query_row(select, [], |r| r.get(0)).expect("an enrolment");
        bytes[100] ^= 1;
        let update = "UPDATE setting SET value = ?1 WHERE name = 'enrolment'";
        assert_eq!(databases(&config)[damaged].execute(update, [bytes]).expect("damaged"), 1);
        if salvaged {
            ObserverApp::salvage(&config, PIN).expect("salvages");
        }
        delivers(config, 1);
    }
}

/// Damages a checklist of the bundle in databases of a phone.
fn damage_checklist(databases: &[Connection], id: &str) {
    for db in databases {
        let mut select = db.prepare("SELECT hash, packed FROM part").expect("parts");
        let parts = select.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).expect("parts");
        let name = format!("\"id\":\"{id}\"");
        let (hash, mut packed): ([u8; 32], Vec<u8>) = parts
            .map(|part| part.expect("a part"))
            .find(|(_, packed): &([u8; 32], Vec<u8>)| {
                let bytes = miniz_oxide::inflate::decompress_to_vec(packed).expect("inflates");
                bytes.windows(name.len()).take(200).any(|w| w == name.as_bytes())
            })
            .expect("the checklist");
        let middle = packed.len() / 2;
        packed[middle] ^= 1;
        db.execute("UPDATE part SET packed = ?2 WHERE hash = ?1", rusqlite::params![hash, packed]).expect("damaged");
    }
}

#[test]
fn a_damaged_part_of_the_bundle_stops_its_checklist_alone_and_comes_again() {
    let (mut world, core) = world();
    let started = draft(&core, "campaign_event");
    let all = core.checklists().expect("checklists").len();
    drop(core);
    let config = world.phone("phone");
    damage_checklist(&databases(&config), "opening");
    world.stop_server();
    let core = ObserverApp::open(config.clone(), PIN).expect("opens");
    assert_eq!(core.checklists().expect("the others").len(), all - 1);
    let mission = core.mission().expect("a mission");
    assert_eq!((mission.lacking, mission.bundle_refused), (vec!["opening".to_owned()], None));
    set(&core, started, "participants", "12").expect("the draft goes on");
    core.finalise(started, Some("for a test".into())).expect("signed");
    world.start_server();
    assert_eq!(core.sync_now(BUDGET).expect("syncs").delivered, 1);
    assert_eq!(core.checklists().expect("checklists").len(), all, "it was fetched again");
    assert!(core.mission().expect("a mission").lacking.is_empty());
    drop(core);
    // Damaged in one place only, the other holds.
    damage_checklist(&databases(&config)[1..], "opening");
    let core = ObserverApp::open(config, PIN).expect("opens");
    assert_eq!(core.checklists().expect("checklists").len(), all);
}

#[test]
fn what_an_outbox_of_an_earlier_version_proves_is_taken_over() {
    let (world, core) = world();
    report(&core, "before");
    core.sync_now(BUDGET).expect("syncs");
    drop(core);
    let config = world.phone("phone");
    let [main, outbox] = databases(&config);
    drop(main);
    for table in ["envelope", "carried", "blob"] {
        outbox.execute_batch(&format!("ALTER TABLE {table} DROP COLUMN again")).expect("as it was");
    }
    outbox.pragma_update(None, "user_version", 1).expect("as it was");
    drop(outbox);
    let salvaged = ObserverApp::salvage(&config, PIN).expect("salvaged");
    assert_eq!(salvaged.lost, Vec::<String>::new());
    let core = ObserverApp::open(config, PIN).expect("opens");
    assert_eq!(core.summary().expect("a summary").delivered, 1, "its receipt is there");
}

#[test]
fn a_store_that_cannot_be_salvaged_is_left_as_it_is() {
    let (world, core) = world();
    report(&core, "before");
    drop(core);
    let config = world.phone("phone");
    let path = config.folder.join("main.db");
    let mut bytes = fs::read(&path).expect("the store");
    // The settings: the invite and the keys.
    bytes[4096 + 2048] ^= 1;
    fs::write(&path, &bytes).expect("damaged");
    let told = ObserverApp::open(config.clone(), PIN).map(drop).expect_err("it is told");
    assert!(matches!(told, Error::Storage(StorageError::Damaged { .. })), "{told}");
    let told = ObserverApp::salvage(&config, PIN).expect_err("it is told").to_string();
    assert!(told.contains("left as it is") || told.contains("left as it was"), "{told}");
    assert_eq!(fs::read(&path).expect("where it was"), bytes);
    let locked = ObserverApp::open_locked(config).expect("opens");
    assert_eq!(locked.sync_now(BUDGET).expect("syncs").delivered, 1, "what was signed is delivered");
}

#[test]
fn a_salvage_that_is_cut_off_at_any_step_ends_well_when_it_is_called_again() {
    let (world, core) = world();
    (0..3).for_each(|n| report(&core, &"x".repeat(n + 1)));
    // Copied while it is open, with its logs.
    let before = world.folder.path().join("before");
    copy(&world.folder.path().join("phone"), &before);
    drop(core);
    let after = world.folder.path().join("after");
    copy(&before, &after);
    ObserverApp::salvage(&phone_in(&after), PIN).expect("salvages");
    assert!(before.join("main.db-wal").exists() && !after.join("main.db-wal").exists());
    let rename = |at: &Path, from: &str, to: &str| fs::rename(at.join(from), at.join(to)).expect("renames");
    for step in 0..=9 {
        let at = world.folder.path().join(format!("step {step}"));
        copy(&before, &at);
        let mut steps: Vec<Box<dyn Fn()>> = Vec::new();
        for name in ["main", "outbox"] {
            fs::write(at.join(format!("{name}.salvaging")), "cut off").expect("writes");
        }
        for name in ["main", "outbox"] {
            let (at, after) = (&at, &after);
            steps.push(Box::new(move || {
                fs::copy(after.join(format!("{name}.db")), at.join(format!("{name}.salvaged")))
                    .map(drop)
                    .expect("copies");
            }));
            for suffix in ["", "-wal", "-shm"] {
                steps.push(Box::new(move || {
                    rename(at, &format!("{name}.db{suffix}"), &format!("{name}.db.damaged-1{suffix}"));
                }));
            }
            steps.push(Box::new(move || rename(at, &format!("{name}.salvaged"), &format!("{name}.db"))));
        }
        steps.iter().take(step).for_each(|step| step());
        drop(steps);
        ObserverApp::salvage(&phone_in(&at), PIN).expect("salvages");
        let core = ObserverApp::open(phone_in(&at), PIN).expect("opens");
        assert_eq!(core.reports().expect("reports").len(), 3, "step {step}");
        assert!(core.mission().is_ok() && core.is_locked().is_ok_and(|locked| !locked), "step {step}");
    }
    delivers(phone_in(&world.folder.path().join("step 5")), 3);
}

/// `BAQYLAU_FLIPS` says how often; 12 times without it.
#[test]
fn one_flipped_byte_costs_nothing_else() {
    let rounds = std::env::var("BAQYLAU_FLIPS").ok().and_then(|n| n.parse().ok()).unwrap_or(12);
    let (world, core) = world();
    report(&core, "delivered");
    core.sync_now(BUDGET).expect("syncs");
    report(&core, "signed");
    let kept = draft(&core, "campaign_event");
    set(&core, kept, "participants", "12").expect("set");
    drop(core);
    let whole = world.folder.path().join("phone");
    let mut seed = 7_u64;
    let mut below = |limit: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((seed >> 33) % limit).expect("small")
    };
    for round in 0..rounds {
        let at = world.folder.path().join(format!("flip {round}"));
        copy(&whole, &at);
        let files = files(&at);
        let file = &files[below(files.len() as u64)];
        let mut bytes = fs::read(file).expect("a file");
        if bytes.is_empty() {
            continue;
        }
        let place = below(bytes.len() as u64);
        bytes[place] ^= 1 << below(8);
        fs::write(file, bytes).expect("flipped");
        follow(&phone_in(&at), &format!("round {round}: byte {place} of {}", file.display()));
        fs::remove_dir_all(&at).expect("removed");
    }
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { out.extend(files(&path)) } else { out.push(path) }
    }
    out.sort();
    out
}

/// Works with a phone as its errors say. What was not damaged is there; what helps nothing says why.
fn follow(config: &PhoneConfig, what: &str) {
    let work = || {
        let core = ObserverApp::open(config.clone(), PIN)?;
        core.sync_now(BUDGET)?;
        core.visits()?;
        Ok::<_, Error>(core.reports()?.len())
    };
    let Err(first) = work().map(|reports| assert_eq!(reports, 2, "{what}")) else { return };
    match ObserverApp::salvage(config, PIN) {
        Ok(salvaged) => {
            let reports = work().unwrap_or_else(|e| panic!("{what}: {first}; salvaged, and then {e}"));
            assert!(
                reports == 2 || !salvaged.lost.is_empty(),
                "{what}: {reports} reports, and nothing is said of the others"
            );
        }
        // The hardware's key or the identity is gone: what was signed still leaves the phone where the outbox opens.
        Err(Error::Locked { .. } | Error::Invalid(InvalidReason::MainLost | InvalidReason::LockDamaged)) => {}
        Err(Error::Refused { why: RefusalReason::KeyStore, .. }) => {}
        Err(e) => panic!("{what}: {first}; salvage says {e}"),
    }
}

#[test]
fn a_manifest_that_does_not_read_stops_no_phone() {
    let (mut world, core) = world();
    drop(core);
    let config = world.phone("phone");
    let damage = || {
        let [_, outbox] = databases(&config);
        let read = "SELECT value FROM setting WHERE name = 'manifest'";
        let mut manifest: Vec<u8> = outbox.query_row(read, [], |r| r.get(0)).expect("a manifest");
        let middle = manifest.len() / 2;
        manifest[middle] ^= 1;
        outbox.execute("UPDATE setting SET value = ?1 WHERE name = 'manifest'", [manifest]).expect("damaged");
    };
    // With the PIN it is copied from main.db, without a network.
    world.stop_server();
    damage();
    let core = ObserverApp::open(config.clone(), PIN).expect("opens");
    assert_eq!(core.mission().expect("the mission").lacking, Vec::<String>::new());
    report(&core, "one");
    drop(core);
    // Without it, it is fetched again.
    world.start_server();
    damage();
    let core = ObserverApp::open_locked(config.clone()).expect("opens");
    assert_eq!(core.sync_now(BUDGET).expect("syncs").delivered, 1);
    drop(core);
    delivers(config.clone(), 1);
}

#[test]
fn what_lies_in_the_place_of_a_database_is_put_aside() {
    let (world, core) = world();
    report(&core, "one");
    drop(core);
    let config = world.phone("phone");
    let outbox = config.folder.join("outbox.db");
    std::fs::remove_file(&outbox).expect("removed");
    std::fs::create_dir(&outbox).expect("a folder in its place");
    delivers(config.clone(), 1);
    // Nothing can be made of nothing, and nothing is made worse.
    let main = config.folder.join("main.db");
    std::fs::write(&main, "").expect("emptied");
    let nothing = ObserverApp::salvage(&config, PIN).map(drop).expect_err("nothing to salvage");
    assert!(matches!(nothing, Error::Invalid(InvalidReason::MainLost)), "{nothing:?}");
    assert_eq!(std::fs::metadata(&main).expect("a file").len(), 0);
    assert!(!config.folder.join("main.salvaging").exists());
}
