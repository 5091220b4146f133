//! What is published does not verify any more where it is stored: the server begins, and serves everything else.

use crate::it::support::report;
use baqylau_desk::DeskError;
use baqylau_server::storage::StoredDocument;
use baqylau_tests::{BUDGET, World, now, reports, tables};

/// Gives something published a signature that the mission's keys did not make, while the server is stopped.
fn sign_otherwise(world: &mut World, which: StoredDocument) {
    world.stop_server();
    let db = rusqlite::Connection::open(world.server_folder().join("server.db")).expect("opens");
    let which = which as i64;
    let select = "SELECT bytes FROM document WHERE which = ?1";
    let mut bytes: Vec<u8> = db.query_row(select, [which], |r| r.get(0)).expect("published");
    *bytes.last_mut().expect("a signature") ^= 1;
    db.execute("UPDATE document SET bytes = ?2 WHERE which = ?1", rusqlite::params![which, bytes])
        .expect("other bytes");
    drop(db);
    world.start_server();
}

#[test]
fn a_bundle_that_another_key_signed_keeps_no_server_from_starting() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    sign_otherwise(&mut world, StoredDocument::Manifest);
    report(&core, "waits");
    assert_eq!(core.sync_now(BUDGET).expect("no error").delivered, 0, "nothing is taken in");
    assert!(matches!(world.desk.pull(now(), &|_| ()), Err(DeskError::Unpublished { .. })));
    world.desk.publish().expect("publishes again");
    world.desk.pull(now(), &|_| ()).expect("the server knows its devices again");
    assert_eq!(core.sync_now(BUDGET).expect("syncs").delivered, 1);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(reports(&world.desk)[0].status.name(), "counted");
}

#[test]
fn a_roster_that_another_issuer_signed_lets_no_revoked_phone_in() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (one, two) = (world.invite("p001"), world.invite("p003"));
    let revoked = world.enrolled("one", &one);
    let other = world.enrolled("two", &two);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let device = world.desk.devices(now()).expect("devices")[0].device;
    world.desk.rosters().revoke(device, None).expect("revoked");
    world.desk.pull(now(), &|_| ()).expect("tells the server");
    sign_otherwise(&mut world, StoredDocument::Roster);
    report(&revoked, "late");
    report(&other, "in time");
    assert_eq!(revoked.sync_now(BUDGET).expect("no error").delivered, 0, "it stays revoked");
    assert_eq!(other.sync_now(BUDGET).expect("syncs").delivered, 1);
    world.desk.pull(now(), &|_| ()).expect("pulls, and publishes its roster again");
    world.stop_server();
    world.start_server();
    assert_eq!(revoked.sync_now(BUDGET).expect("no error").delivered, 0);
    assert_eq!(reports(&world.desk).len(), 1);
}
