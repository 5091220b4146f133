//! The servers' TLS authority is replaced under way, for phones and desks that were there, and for those that were away.

use crate::it::support::report;
use baqylau_desk::DeskError;
use baqylau_desk::faults::CallError;
use baqylau_observer::ObserverApp;
use baqylau_observer::app::Trouble;
use baqylau_protocol::certificate::Invite;
use baqylau_tests::{BUDGET, PASSPHRASE, PIN, World, now, tables};
use std::fs;
use std::sync::{Arc, Mutex};

/// The server goes over to the certificate that waits for it.
fn go_over(world: &mut World) {
    world.stop_server();
    let folder = world.server_folder();
    for (next, name) in [("tls-next.pem", "tls.pem"), ("tls-next-key.pem", "tls-key.pem")] {
        fs::rename(folder.join(next), folder.join(name)).expect("a file for the server");
    }
    world.start_server();
}

#[test]
fn who_is_there_goes_over_with_the_bundle_and_never_meets_a_foreign_server() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    let mut second = world.another_desk("second desk");
    let manifest = world.desk.rotate_tls(PASSPHRASE, now()).expect("signed");
    assert_eq!(manifest.tls_roots.len(), 2);
    world.desk.publish().expect("published");
    for _ in 0..2 {
        report(&phone, "before and after");
        assert_eq!(phone.sync_now(BUDGET).expect("syncs").delivered, 1);
        second.pull(now(), &|_| ()).expect("pulls");
        // The tables are built anew by a desk whose own settings name the first authority only.
        assert_eq!(second.manifest().expect("a bundle").tls_roots, manifest.tls_roots);
        if world.server_folder().join("tls-next.pem").exists() {
            go_over(&mut world);
        }
    }
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let built = world.desk.build(PASSPHRASE, now(), 30).expect("built");
    assert_eq!(built.tls_roots, manifest.tls_roots, "whoever builds keeps them");
    world.desk.publish().expect("published");
    let ended = world.desk.end_tls(PASSPHRASE, now()).expect("signed");
    assert_eq!(ended.tls_roots, manifest.tls_roots[1..]);
    world.desk.publish().expect("published");
    report(&phone, "after the end");
    assert_eq!(phone.sync_now(BUDGET).expect("syncs").delivered, 1);
    second.pull(now(), &|_| ()).expect("pulls");
    let fresh = Invite::from_text(&world.invite("p003")).expect("an invite");
    assert_eq!(fresh.tls_roots, ended.tls_roots, "new invites name the new authority only");
    drop(world.enrolled("other", &fresh.to_text()));
}

#[test]
fn who_was_away_fetches_the_bundle_from_a_server_that_cannot_be_verified_and_then_goes_on() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (one, unused) = (world.invite("p001"), world.invite("p003"));
    let phone = world.enrolled("phone", &one);
    report(&phone, "away");
    let mut second = world.another_desk("second desk");
    second.pull(now(), &|_| ()).expect("pulls");
    world.desk.rotate_tls(PASSPHRASE, now()).expect("signed");
    world.desk.publish().expect("published");
    world.desk.end_tls(PASSPHRASE, now()).expect("signed");
    go_over(&mut world);
    world.desk.publish().expect("published over the new authority");
    assert_eq!(phone.sync_now(BUDGET).expect("syncs").delivered, 1);
    second.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(second.manifest().expect("a bundle").version, world.desk.manifest().expect("a bundle").version);
    // An invite that names the old authority only enrols all the same.
    let other = ObserverApp::create(world.phone("other"), PIN, &unused).expect("a store");
    assert!(other.enrol(BUDGET).expect("enrols").enrolled);
}

#[test]
fn who_stands_in_between_is_asked_for_the_bundle_and_gets_nothing() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    report(&phone, "waits");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let newer = world.desk.renew(None, PASSPHRASE, now()).expect("signed");
    world.desk.publish().expect("published");
    // A man in the middle with a certificate of his own, who passes everything on.
    drop(world.foreign(&tables("kazakhstan-2023"), "p003"));
    let theirs = world.folder.path().join("another/server");
    let between = world.lying_with(&theirs);
    let asked: Arc<Mutex<Vec<(String, usize)>>> = Arc::default();
    let noted = asked.clone();
    between.lie(move |what, request, _| {
        noted.lock().expect("no panic").push((what.to_owned(), request.len()));
        None
    });
    let sync = phone.sync_now(BUDGET).expect("no error");
    assert_eq!((sync.delivered, sync.trouble), (0, Some(Trouble::Foreign)), "he is no server of the mission");
    assert_eq!(phone.mission().expect("a mission").version, newer.version, "what he passed on verifies itself");
    let refused = world.desk.pull(now(), &|_| ()).expect_err("foreign");
    assert!(matches!(refused, DeskError::Unreachable { why: CallError::Foreign, .. }), "{refused}");
    let asked = asked.lock().expect("no panic");
    let public = |what: &str| what == "GET /v1/bundle" || what.starts_with("GET /v1/parts/");
    assert!(asked.len() >= 2 && asked.iter().all(|(what, sent)| public(what) && *sent == 0), "{asked:?}");
}

#[test]
fn a_courier_file_brings_the_new_authority_too() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    world.desk.rotate_tls(PASSPHRASE, now()).expect("signed");
    world.desk.publish().expect("published");
    world.desk.end_tls(PASSPHRASE, now()).expect("signed");
    go_over(&mut world);
    world.desk.publish().expect("published");
    let courier = world.desk.courier(Vec::new(), Vec::new()).expect("a file");
    assert!(phone.import_courier(&courier).expect("imports").bundle);
    let server = world.lying();
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let noted = asked.clone();
    server.lie(move |what, _, _| {
        noted.lock().expect("no panic").push(what.to_owned());
        None
    });
    report(&phone, "with a bundle that came by hand");
    assert_eq!(phone.sync_now(BUDGET).expect("syncs").delivered, 1);
    let asked = asked.lock().expect("no panic");
    let bundles = asked.iter().filter(|what| *what == "GET /v1/bundle").count();
    assert_eq!(bundles, 1, "the first connection is one that it trusts: {asked:?}");
}
