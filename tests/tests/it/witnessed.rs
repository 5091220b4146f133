//! A mission that asks for witnesses: a desk says how far the log is witnessed and who is lacking, and pulls all the same.

use crate::it::support::{changed, report};
use baqylau_desk::DeskError;
use baqylau_desk::log::undone::Undone;
use baqylau_desk::log::witnessed::{Unwitnessed, Witnessing};
use baqylau_forms::zone::HOUR_MS;
use baqylau_observer::ObserverApp;
use baqylau_protocol::checkpoint::{Checkpoint, NoteKey, origin};
use baqylau_protocol::ids::{Hash, PublicKey};
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::receipt::TreeHead;
use baqylau_server::WitnessAddress;
use baqylau_tests::{BUDGET, PASSPHRASE, World, now};
use baqylau_witness::logs::WitnessedLog;
use baqylau_witness::{RunningWitness, WitnessConfig};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::runtime::Runtime;

fn witness(world: &World, runtime: &Runtime, name: &str) -> (RunningWitness, WitnessAddress) {
    let manifest = world.desk.manifest().expect("a bundle");
    let key = manifest.log.key;
    let log = NoteKey::new(&origin(manifest.mission, &key), key).expect("a name");
    let config = WitnessConfig {
        folder: world.folder.path().join(name),
        listen: ([127, 0, 0, 1], 0).into(),
        name: Some(name.into()),
        logs: vec![WitnessedLog { origin: log.name.clone(), keys: vec![log] }],
        now: Arc::new(now),
    };
    let running = runtime.block_on(baqylau_witness::start(config)).expect("starts");
    let address = WitnessAddress { url: format!("http://{}", running.address), key: running.key.clone() };
    (running, address)
}

/// Has the mission's own settings ask for witnesses, and publishes them.
fn ask(world: &World, tables: &Path, witnesses: &[WitnessAddress], needed: u32) {
    let keys: Vec<String> = witnesses.iter().map(|witness| witness.key.of_witness()).collect();
    build(world, tables, &keys, needed).expect("built");
    world.desk.publish().expect("published");
}

fn build(world: &World, tables: &Path, keys: &[String], needed: u32) -> Result<(), DeskError> {
    let path = tables.join("mission.json");
    let text = std::fs::read_to_string(&path).expect("settings");
    let mut settings: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    settings["witnesses"] = keys.into();
    settings["cosignatures"] = needed.into();
    std::fs::write(&path, settings.to_string()).expect("written");
    world.desk.build(PASSPHRASE, now(), 30).map(drop)
}

fn pull(world: &mut World) -> Witnessing {
    let pulled = world.desk.pull(now(), &|_| ()).expect("no witness stops a pull");
    let told = pulled.undone().iter().any(|undone| matches!(undone, Undone::LogUnwitnessed(_)));
    let witnessed = pulled.witnessed.expect("the mission asks");
    assert_eq!(told, matches!(witnessed, Witnessing::Lacking(_)));
    witnessed
}

fn lacking(world: &mut World) -> Unwitnessed {
    match pull(world) {
        Witnessing::Lacking(why) => why,
        Witnessing::Witnessed(head) => panic!("{head}"),
    }
}

#[test]
fn desk_says_how_far_the_log_is_witnessed_and_who_is_lacking() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("one");
    let (mut world, phone, folder) = changed(|_| ());
    let tables = folder.path().join("tables");
    assert_eq!(world.desk.pull(now(), &|_| ()).expect("pulls").witnessed, None, "none is asked for");
    let (_a, a) = witness(&world, &runtime, "w-a");
    let (second, b) = witness(&world, &runtime, "w-b");
    ask(&world, &tables, &[a.clone(), b.clone()], 2);
    world.stop_server();
    world.witnesses.addresses = vec![a, b.clone()];
    world.witnesses.pace = Duration::from_millis(20);
    world.start_server();
    let head = (0..500).find_map(|_| match pull(&mut world) {
        Witnessing::Witnessed(head) => Some(head),
        Witnessing::Lacking(_) => {
            std::thread::sleep(Duration::from_millis(20));
            None
        }
    });
    let head = head.expect("both cosign");
    assert_eq!((head.size, &head.by[..]), (head.here, &["w-a".to_owned(), "w-b".to_owned()][..]));
    assert!(head.to_string().ends_with("by w-a and w-b"), "{head}");

    // One is stopped: what comes then is not witnessed, which is told after an hour.
    runtime.block_on(second.stop());
    report(&phone, "unseen");
    phone.sync_now(BUDGET).expect("syncs");
    assert!(
        matches!(pull(&mut world), Witnessing::Witnessed(seen) if (seen.size, seen.here) == (head.size, head.here + 1))
    );
    let late = world.desk.pull(now() + 2 * HOUR_MS, &|_| ()).expect("pulls").witnessed;
    assert!(
        matches!(&late, Some(Witnessing::Lacking(Unwitnessed::Behind { size, here, .. })) if (*size, *here) == (head.size, head.here + 1)),
        "{late:?}"
    );

    // And the server remembers nothing of before.
    world.stop_server();
    world.start_server();
    let few = Unwitnessed::TooFew { needed: 2, found: 1, lacking: vec!["w-b".into()] };
    assert!((0..500).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        lacking(&mut world) == few
    }));

    // The server makes up what is lacking.
    let manifest = world.desk.manifest().expect("a bundle");
    let server = world.lying();
    let hex = std::fs::read_to_string(world.server_folder().join("receipt.key")).expect("its key");
    let log = SigningKey::from_seed(PublicKey::from_hex(&hex).expect("hexadecimal").0);
    let (_, bytes) = world.desk.heads().last().expect("reads").expect("a head");
    let kept = TreeHead::open(&bytes, &manifest.log.keys(), manifest.mission).expect("verified");
    let show = |size, root| {
        let head = Checkpoint { origin: origin(manifest.mission, &manifest.log.key), size, root };
        let note = head.sign(&log) + &head.cosign(&b.key.name, &SigningKey::generate(), 1);
        server.lie(move |what, _, _| what.starts_with("GET /v1/checkpoint").then(|| note.clone().into_bytes()));
    };
    // The right head, cosigned in the name of the one that stopped by somebody else.
    show(kept.size, kept.root);
    let none = Unwitnessed::TooFew { needed: 2, found: 0, lacking: vec!["w-a".into(), "w-b".into()] };
    assert_eq!(lacking(&mut world), none);
    assert!(world.desk.store.evidence().expect("a store").is_empty());
    // Another log than the one here, larger or not.
    show(kept.size + 1000, Hash([7; 32]));
    let unproved = Unwitnessed::Unproved { size: kept.size + 1000, here: kept.size };
    assert_eq!(lacking(&mut world), unproved);
    assert!(world.desk.store.evidence().expect("a store").is_empty(), "nothing is proved");
    show(kept.size, Hash([7; 32]));
    assert_eq!(lacking(&mut world), Unwitnessed::OtherLog { size: kept.size });
    assert_eq!(world.desk.store.evidence().expect("a store").len(), 1);
}

#[test]
fn witnesses_that_nobody_can_mean_are_refused_before_anything_is_signed() {
    let (world, _phone, folder) = changed(|_| ());
    let tables = folder.path().join("tables");
    let before = world.desk.manifest().expect("a bundle");
    let key = |name: &str, n| NoteKey { name: name.into(), key: SigningKey::from_seed([n; 32]).public() }.of_witness();
    let own = NoteKey { name: "own".into(), key: before.log.key }.of_witness();
    for (keys, needed, told) in [
        (vec![key("a", 1)], 2, "2 witnesses must cosign and 1 are named"),
        (vec![key("a", 1), key("b", 1)], 1, "b has the key of another witness"),
        (vec!["a key".to_owned()], 0, "\"a key\" is no key of a witness"),
        (vec![own], 1, "own has the key of the mission's own log"),
    ] {
        let refused = build(&world, &tables, &keys, needed).expect_err("nobody can mean it").to_string();
        assert!(refused.contains("mission.json: witnesses: ") && refused.contains(told), "{told}: {refused}");
    }
    assert_eq!(world.desk.manifest().expect("a bundle").version, before.version);
}

/// A mission whose log one witness cosigned, and has stopped since.
fn witnessed_by_one(runtime: &Runtime) -> (World, ObserverApp, tempfile::TempDir) {
    let (mut world, phone, folder) = changed(|_| ());
    let (running, address) = witness(&world, runtime, "w-a");
    ask(&world, &folder.path().join("tables"), std::slice::from_ref(&address), 1);
    world.stop_server();
    world.witnesses.addresses = vec![address];
    world.witnesses.pace = Duration::from_millis(20);
    world.start_server();
    let cosigned = |world: &mut World| {
        std::thread::sleep(Duration::from_millis(20));
        matches!(pull(world), Witnessing::Witnessed(head) if head.size == head.here)
    };
    assert!((0..500).any(|_| cosigned(&mut world)));
    runtime.block_on(running.stop());
    (world, phone, folder)
}

#[test]
fn what_witnesses_do_not_see_is_told_of_whatever_time_the_server_gives_it() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("one");
    let (mut world, phone, _folder) = witnessed_by_one(&runtime);
    // A little ahead, so that it looks recent for longer: it was there when a pull found it first.
    world.server_clock.store(HOUR_MS / 2, Ordering::SeqCst);
    report(&phone, "unseen");
    phone.sync_now(BUDGET).expect("syncs");
    world.server_clock.store(0, Ordering::SeqCst);
    assert!(matches!(pull(&mut world), Witnessing::Witnessed(_)));
    let later = world.desk.pull(now() + HOUR_MS + 60_000, &|_| ()).expect("pulls").witnessed;
    assert!(matches!(later, Some(Witnessing::Lacking(Unwitnessed::Behind { .. }))), "{later:?}");
}

#[test]
fn what_is_dated_far_ahead_is_late_at_once() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("one");
    let (mut world, phone, _folder) = witnessed_by_one(&runtime);
    world.server_clock.store(365 * 24 * HOUR_MS, Ordering::SeqCst);
    report(&phone, "unseen");
    phone.sync_now(BUDGET).expect("syncs");
    world.server_clock.store(0, Ordering::SeqCst);
    assert!(matches!(lacking(&mut world), Unwitnessed::Behind { .. }));
}
