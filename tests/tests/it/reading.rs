//! A receipt is the server's word. That the coordinators have a report, they sign themselves; only then it is safe.

use crate::it::attachments::jpeg;
use crate::it::support::{changed, copy, draft, key, report};
use baqylau_observer::ObserverApp;
use baqylau_observer::app::{DeliveryState, Summary};
use baqylau_protocol::cbor;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::notice::{OpenedNumber, ProvedRow, ReadNotice, ReadRow, ReadTable, RowKey, RowPage};
use baqylau_protocol::seal::SharedKey;
use baqylau_tests::rogue::Rogue;
use baqylau_tests::{BUDGET, PASSPHRASE, PIN, World, now, tables};
use std::collections::HashSet;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::sync::{Arc, Mutex};

fn world() -> (World, ObserverApp) {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    (world, core)
}

fn states(core: &ObserverApp) -> Vec<DeliveryState> {
    core.reports().expect("reports").into_iter().map(|r| r.state).collect()
}

fn sync(core: &ObserverApp) -> Summary {
    core.sync_now(BUDGET).expect("syncs");
    core.summary().expect("a summary")
}

fn pull(world: &mut World) {
    let pulled = world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(pulled.unheard, None);
}

#[test]
fn a_report_is_safe_when_the_coordinators_read_it() {
    let (mut world, core) = world();
    report(&core, "one");
    let stored = sync(&core);
    assert!(matches!(states(&core)[..], [DeliveryState::Delivered { .. }]));
    assert!(stored.all_stored() && !stored.all_safe(), "{stored:?}: it is only the server's word");
    pull(&mut world);
    // A locked phone hears of it too.
    core.lock().expect("locks");
    core.sync_now(BUDGET).expect("syncs");
    core.unlock(PIN).expect("opens");
    assert_eq!(states(&core), [DeliveryState::Read]);
    let safe = core.summary().expect("a summary");
    assert!(safe.all_safe() && safe.read == 1 && safe.delivered == 0, "{safe:?}");
    report(&core, "two");
    assert!(!sync(&core).all_safe(), "the second was not read");
    // The server is put in place anew: it kept what the desk had said.
    world.stop_server();
    world.start_server();
    assert!(!sync(&core).all_safe());
    pull(&mut world);
    assert!(sync(&core).all_safe());
}

#[test]
fn a_photograph_is_safe_when_the_coordinators_have_it() {
    let (mut world, core) = world();
    let draft = draft(&core, "incident");
    core.attach(draft, key(&core, draft, "photo"), "image/jpeg", &mut Cursor::new(jpeg(b"picture"))).expect("attached");
    core.finalise(draft, Some("for a test".into())).expect("signed");
    assert!(sync(&core).all_stored());
    pull(&mut world);
    let read = sync(&core);
    assert_eq!((states(&core), read.attachments_unread), (vec![DeliveryState::Read], 1));
    assert!(read.all_stored() && !read.all_safe(), "{read:?}");
    // What is carried is no word of its own: the notice that comes next is later, and writing the file notes nothing.
    let noted = |world: &World| world.desk.store.setting("notice_published").expect("a setting");
    let before = noted(&world);
    let carried = world.desk.courier(Vec::new(), Vec::new()).expect("a file");
    assert_eq!(noted(&world), before);
    core.import_courier(&carried).expect("taken");
    assert_eq!(world.desk.pull_attachments().expect("fetched").came, 1);
    let read = sync(&core);
    assert!(read.all_safe() && core.reports().expect("reports")[0].attachments_read == 1, "{read:?}");
}

#[test]
fn what_the_coordinators_do_not_find_is_sent_again_by_itself() {
    let (mut world, core) = world();
    let invite = world.invite("p003");
    let other = world.enrolled("other", &invite);
    let line = world.lying();
    let (here, aside) = (world.server_folder(), world.folder.path().join("aside"));
    world.stop_server();
    copy(&here, &aside);
    world.start_server();
    report(&core, "one");
    assert!(sync(&core).all_stored());
    // The server's disk goes back to where it was, and it says nothing of it.
    world.stop_server();
    fs::remove_dir_all(&here).expect("gone");
    copy(&aside, &here);
    world.start_server();
    for words in ["one", "two"] {
        report(&other, words);
        other.sync_now(BUDGET).expect("syncs");
    }
    assert!(sync(&core).all_stored(), "its receipt is good, and nobody has read further yet");
    pull(&mut world);
    // It hears of it, and the line breaks off.
    line.speak(|what, _, _| what.starts_with("POST /v1/objects").then(Vec::new));
    let told = sync(&core);
    assert!(states(&core) == [DeliveryState::Missing] && !told.all_stored() && told.missing == 1, "{told:?}");
    line.repent();
    let again = core.sync_now(BUDGET).expect("syncs");
    assert_eq!(
        (again.delivered, states(&core)),
        (0, vec![DeliveryState::Missing]),
        "sent again, and nothing proves where"
    );
    pull(&mut world);
    assert!(sync(&core).all_safe());
    assert_eq!(baqylau_tests::reports(&world.desk).len(), 3, "each once");
}

#[test]
fn a_phone_without_a_network_hears_of_it_by_courier() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let bundle = world.desk.courier(Vec::new(), Vec::new()).expect("a file");
    let core = ObserverApp::create(world.phone("phone"), PIN, &invite).expect("a store");
    core.import_courier(&bundle).expect("taken");
    report(&core, "offline from the first day");
    let file = core.export_courier().expect("a file");
    world.desk.deliver(&file, &[], &|_| ()).expect("delivered");
    pull(&mut world);
    let back = world.desk.courier(Vec::new(), Vec::new()).expect("a file");
    // Its file is no use to anybody else.
    let invite = world.invite("p003");
    let other = world.enrolled("other", &invite);
    report(&other, "its own");
    other.import_courier(&back).expect("taken");
    assert_eq!(states(&other), [DeliveryState::Waiting]);
    core.lock().expect("locks");
    core.import_courier(&back).expect("taken");
    core.unlock(PIN).expect("opens");
    assert_eq!(states(&core), [DeliveryState::Read], "without a receipt: the coordinators have it");
    assert!(core.summary().expect("a summary").all_safe());
}

#[test]
fn a_mission_may_ask_for_two_desks() {
    let two = |folder: &Path| {
        let path = folder.join("mission.json");
        let mut settings: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(&path).expect("the settings")).expect("JSON");
        settings["desks_to_read"] = 2.into();
        fs::write(&path, settings.to_string()).expect("writes");
    };
    let (mut world, core, _folder) = changed(two);
    let mut second = world.another_desk("second desk");
    report(&core, "one");
    core.sync_now(BUDGET).expect("syncs");
    pull(&mut world);
    assert!(!sync(&core).all_safe(), "one desk has it");
    assert_eq!(second.pull(now(), &|_| ()).expect("pulls").unheard, None);
    assert!(sync(&core).all_safe(), "two desks have it");
    // What an ended desk said is nobody's word any more.
    world.desk.pull(now(), &|_| ()).expect("pulls");
    world.desk.end_desk(second.own().device(), None, PASSPHRASE, now()).expect("ended");
    world.desk.publish().expect("published");
    let ended = sync(&core);
    assert!(ended.all_stored() && !ended.all_safe(), "{ended:?}");
    let refused = second.pull(now(), &|_| ());
    assert!(refused.is_err() || refused.is_ok_and(|pulled| pulled.unheard.is_none()), "it does not say so any more");
    assert!(!sync(&core).all_safe());
}

/// A table of one row that somebody signed as a desk.
fn forged(key: &SigningKey, mut notice: ReadNotice, row_key: &RowKey, row: &ReadRow) -> ProvedRow {
    let table = ReadTable::new(vec![(row_key.label(), row_key.seal(notice.desk, row))]);
    (notice.rows, notice.table) = (1, table.root());
    table.prove(row_key.label(), &notice.sign(key)).expect("a row")
}

#[test]
fn nobody_but_a_listed_desk_says_what_was_read() {
    let (mut world, core) = world();
    let honest: Arc<Mutex<Vec<u8>>> = Arc::default();
    let lying = world.lying();
    report(&core, "one");
    core.sync_now(BUDGET).expect("syncs");
    pull(&mut world);
    let seen = honest.clone();
    lying.lie(move |what, _, answer| {
        let rows = what.starts_with("GET /v1/notices/").then(|| answer.to_vec())?;
        *seen.lock().expect("seen") = rows;
        Some(cbor::encode(&RowPage::default()))
    });
    assert!(!sync(&core).all_safe(), "a server that holds it back keeps nobody from sending");
    let page: RowPage = minicbor::decode(&honest.lock().expect("seen")).expect("a page");
    let notice = ReadNotice::untrusted(&page.rows[0].notice, world.desk.mission()).expect("a notice");
    // It has the phone's keys, as a stolen desk would, and is not listed.
    let device = world.desk.store.devices().expect("devices").remove(0);
    let row_key = RowKey::of(&SharedKey::from_parts(device.shared.0, device.shared.1));
    let hash = core.reports().expect("reports")[0].hash.clone();
    let hash = Hash::from_hex(&hash).expect("a hash");
    let all = ReadRow::of(device.hash, &[OpenedNumber { seq: 1, hash, prev: device.hash }], &HashSet::new());
    let rogue = Rogue::desk(&SigningKey::generate(), world.desk.manifest().expect("a manifest"));
    let mut row = page.rows[0].clone();
    row.sealed[20] ^= 1;
    let mut moved = page.rows[0].clone();
    moved.index += 1;
    let strange = SigningKey::generate();
    let named = ReadNotice { desk: rogue.device(), ..notice.clone() };
    let lies = [
        RowPage { rows: vec![forged(&strange, notice.clone(), &row_key, &all)], desks: page.desks.clone() },
        RowPage { rows: vec![forged(&strange, named, &row_key, &all)], desks: vec![rogue.enrolment.clone().into()] },
        RowPage { rows: vec![row], desks: page.desks.clone() },
        RowPage { rows: vec![moved], desks: page.desks.clone() },
        RowPage { rows: page.rows.clone(), desks: Vec::new() },
    ];
    for (lie, n) in lies.into_iter().zip(1..) {
        let lie = cbor::encode(&lie);
        lying.lie(move |what, _, _| what.starts_with("GET /v1/notices/").then(|| lie.clone()));
        let told = sync(&core);
        assert!(told.all_stored() && !told.all_safe(), "lie {n}: {told:?}");
    }
    lying.lie(|what, _, _| what.starts_with("GET /v1/notices/").then(|| b"nonsense".to_vec()));
    assert!(sync(&core).all_stored());
    lying.repent();
    assert!(sync(&core).all_safe());
    // An old one takes nothing back.
    let old = honest.lock().expect("seen").clone();
    report(&core, "two");
    core.sync_now(BUDGET).expect("syncs");
    pull(&mut world);
    assert!(sync(&core).all_safe());
    report(&core, "three");
    lying.lie(move |what, _, _| what.starts_with("GET /v1/notices/").then(|| old.clone()));
    assert_eq!((sync(&core).read, states(&core).len()), (2, 3));
}

#[test]
fn a_desk_put_back_from_before_its_clock_was_right_is_heard_again() {
    let (mut world, core) = world();
    report(&core, "one");
    core.sync_now(BUDGET).expect("syncs");
    let ahead = now() + 5 * 365 * 86_400_000;
    world.desk.pull(ahead, &|_| ()).expect("pulls");
    assert!(sync(&core).all_safe());
    // The time of what it published is forgotten, as in a copy from before.
    world.desk.store.set_setting("notice_published", &[]).expect("forgotten");
    report(&core, "two");
    core.sync_now(BUDGET).expect("syncs");
    pull(&mut world);
    assert!(sync(&core).all_safe());
}
