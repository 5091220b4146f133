//! A bundle that nobody renewed, or whose successor is kept back, is told at phones and desks, and stops nothing.

use crate::it::support::report;
use baqylau_desk::log::undone::Undone;
use baqylau_tests::{BUDGET, PASSPHRASE, World, now, tables};

const DAY: i64 = 86_400_000;

#[test]
fn a_bundle_whose_successor_a_server_keeps_back_is_told_at_phone_and_desk() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    assert!(!phone.mission().expect("a mission").overdue, "two weeks are promised");
    assert_eq!(world.desk.pull(now(), &|_| ()).expect("pulls").overdue, None);
    // Two days ago the next one was due.
    let late = world.desk.renew(Some(1), PASSPHRASE, now() - 3 * DAY).expect("signed");
    assert_eq!(late.renew_by - late.issued, DAY);
    world.desk.publish().expect("published");
    let mut second = world.another_desk("second desk");
    world.desk.renew(None, PASSPHRASE, now() - 3 * DAY).expect("signed");
    world.desk.publish().expect("published");
    phone.sync_now(BUDGET).expect("syncs");
    assert!(phone.mission().expect("a mission").overdue);
    report(&phone, "signed and sent all the same");
    let server = world.lying();
    assert_eq!(phone.sync_now(BUDGET).expect("syncs").delivered, 1);
    let pulled = second.pull(now(), &|_| ()).expect("pulls all the same");
    let overdue = pulled.overdue.expect("told");
    assert!(pulled.undone().iter().any(|undone| undone.code() == "bundle-overdue"));
    assert!(overdue.to_string().contains("mission publish"), "{overdue}");
    let frozen = world.desk.workspace.published().expect("the last");
    let place = baqylau_protocol::published::signed(&frozen).expect("begins").expect("whole");
    let frozen = frozen[place].to_vec();
    // It is renewed, and the server hands out the one before.
    let renewed = world.desk.renew(Some(30), PASSPHRASE, now()).expect("signed");
    assert_eq!(renewed.renew_by - renewed.issued, 30 * DAY);
    world.desk.publish().expect("published");
    server.lie(move |what, _, _| (what == "GET /v1/bundle").then(|| frozen.clone()));
    phone.sync_now(BUDGET).expect("syncs");
    assert!(phone.mission().expect("a mission").overdue, "it is noticed that none comes");
    assert_eq!(second.pull(now(), &|_| ()).expect("pulls").overdue, Some(overdue));
    server.repent();
    phone.sync_now(BUDGET).expect("syncs");
    assert!(!phone.mission().expect("a mission").overdue);
    let pulled = second.pull(now(), &|_| ()).expect("pulls");
    assert!(pulled.overdue.is_none() && !pulled.undone().iter().any(|u| matches!(u, Undone::BundleOverdue(_))));
}

#[test]
fn whatever_the_root_changes_promises_the_next_bundle_anew() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let start = now();
    world.desk.renew(Some(3), PASSPHRASE, start).expect("signed");
    world.desk.publish().expect("published");
    drop(world.another_desk("second desk"));
    let manifest = world.desk.manifest().expect("a bundle");
    assert_eq!(manifest.renew_by, manifest.issued + 3 * DAY);
    assert!(manifest.issued >= start);
    let built = world.desk.build(PASSPHRASE, start + DAY, 90).expect("built");
    assert_eq!(built.renew_by, start + 4 * DAY);
    assert!(world.desk.has_unpublished().expect("reads"));
    world.desk.publish().expect("published");
    assert!(!world.desk.has_unpublished().expect("reads"));
    world.stop_server();
}
