//! What is published does not verify any more where it is stored: the server begins, and serves everything else.

use crate::it::support::report;
use baqylau_desk::DeskError;
use baqylau_tests::{BUDGET, World, now, reports, tables};

/// Gives the published bundle a signature that the mission's keys did not make, while the server is stopped.
fn sign_otherwise(world: &mut World) {
    world.stop_server();
    let db = rusqlite::Connection::open(world.server_folder().join("server.db")).expect("opens");
    let mut bytes: Vec<u8> = db.query_row("SELECT bytes FROM document", [], |r| r.get(0)).expect("published");
    *bytes.last_mut().expect("a signature") ^= 1;
    db.execute("UPDATE document SET bytes = ?1", [bytes]).expect("other bytes");
    drop(db);
    world.start_server();
}

#[test]
fn a_bundle_that_another_key_signed_keeps_no_server_from_starting() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    sign_otherwise(&mut world);
    report(&core, "waits");
    assert_eq!(core.sync_now(BUDGET).expect("no error").delivered, 0, "nothing is taken in");
    assert!(matches!(world.desk.pull(now(), &|_| ()), Err(DeskError::Unpublished { .. })));
    world.desk.publish().expect("publishes again");
    world.desk.pull(now(), &|_| ()).expect("the server knows its devices again");
    assert_eq!(core.sync_now(BUDGET).expect("syncs").delivered, 1);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(reports(&world.desk)[0].status.name(), "counted");
}

/// Alters the last thing that is not sealed, while the server is stopped.
fn damage_decision(world: &mut World) {
    world.stop_server();
    let db = rusqlite::Connection::open(world.server_folder().join("server.db")).expect("opens");
    db.execute_batch("DROP TRIGGER IF EXISTS log_is_immutable").expect("a disk asks nobody");
    let select = "SELECT idx, object FROM log WHERE seq = 0 ORDER BY idx DESC LIMIT 1";
    let (place, mut bytes): (i64, Vec<u8>) =
        db.query_row(select, [], |r| Ok((r.get(0)?, r.get(1)?))).expect("a decision");
    *bytes.last_mut().expect("a signature") ^= 1;
    db.execute("UPDATE log SET object = ?2 WHERE idx = ?1", rusqlite::params![place, bytes]).expect("other bytes");
    drop(db);
    world.start_server();
}

/// A server that lost a decision takes what a revoked phone sends; no desk counts it, and any desk brings the decision back.
#[test]
fn a_decision_that_was_damaged_at_the_server_holds_at_the_desk_and_comes_back() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (one, two) = (world.invite("p001"), world.invite("p003"));
    let revoked = world.enrolled("one", &one);
    let other = world.enrolled("two", &two);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let device = world.desk.devices(now()).expect("devices")[0].device;
    world.desk.decisions().revoke(device, None, now()).expect("revoked");
    world.desk.pull(now(), &|_| ()).expect("tells the server");
    damage_decision(&mut world);
    report(&revoked, "late");
    report(&other, "in time");
    assert_eq!(revoked.sync_now(BUDGET).expect("no error").delivered, 1, "the server knows of nothing");
    assert_eq!(other.sync_now(BUDGET).expect("syncs").delivered, 1);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let statuses = |world: &World| reports(&world.desk).iter().map(|r| r.status.name()).collect::<Vec<_>>();
    assert_eq!(statuses(&world), ["revoked", "counted"]);
    world.desk.hand_back().expect("brings it back");
    report(&revoked, "later");
    assert_eq!(revoked.sync_now(BUDGET).expect("no error").delivered, 0, "at once");
    world.stop_server();
    world.start_server();
    assert_eq!(revoked.sync_now(BUDGET).expect("no error").delivered, 0, "and after a restart");
}
