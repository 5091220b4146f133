//! Keys that all desks hold are replaced under way: by log to the other desks, by bundle or courier to phones.

use crate::it::support::report;
use baqylau_desk::{Desk, RotatedKeys};
use baqylau_observer::ObserverApp;
use baqylau_protocol::certificate::Invite;
use baqylau_tests::{BUDGET, PASSPHRASE, PIN, World, now, reports, tables};

const BOTH: RotatedKeys = RotatedKeys { issuer: true, end_issuer: false, reading: true };

fn counted(desk: &Desk) -> Vec<&'static str> {
    reports(desk).iter().map(|r| r.status.name()).collect()
}

#[test]
fn the_other_desks_get_the_new_keys_with_the_log() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    report(&phone, "one");
    phone.sync_now(BUDGET).expect("syncs");
    let mut second = world.another_desk("second desk");
    second.pull(now(), &|_| ()).expect("pulls");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let manifest = world.desk.rotate(BOTH, PASSPHRASE, now()).expect("signed");
    assert_eq!((manifest.issuers.len(), manifest.reading.len()), (2, 2));
    world.desk.publish().expect("published");
    phone.sync_now(BUDGET).expect("hears of it");
    // Sealed to the new key, and in the log before the second desk has that; and a phone that enrolled with an invite of the new issuer.
    report(&phone, "two");
    phone.sync_now(BUDGET).expect("syncs");
    let invite = world.invite("p003");
    let other = world.enrolled("other", &invite);
    report(&other, "three");
    other.sync_now(BUDGET).expect("syncs");
    second.pull(now(), &|_| ()).expect("pulls what it cannot open");
    assert_eq!(counted(&second), ["counted", "unverifiable", "unverifiable"], "it has no key yet");
    world.desk.pull(now(), &|_| ()).expect("hands the keys over");
    assert_eq!(counted(&world.desk), ["counted"; 3]);
    second.pull(now(), &|_| ()).expect("takes them");
    assert_eq!(counted(&second), ["counted"; 3], "what could not be opened is opened");
    let (_, faults) = second.verify_all().expect("verifies");
    assert!(faults.is_empty(), "{faults:?}");
    // They stay, and the second desk invites with the new issuer's key.
    drop(second);
    let second = Desk::open(&world.folder.path().join("second desk"), PASSPHRASE).expect("opens");
    assert_eq!(counted(&second), ["counted"; 3]);
    let invite = second.invites().make(&["p005".into()], now(), 9).expect("an invite").remove(0).text;
    second.publish_decisions().expect("nothing to send");
    drop(world.enrolled("third", &invite));
}

#[test]
fn a_report_that_was_signed_offline_before_the_rotation_counts_and_an_old_invite_still_enrols() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (one, unused) = (world.invite("p001"), world.invite("p003"));
    let phone = world.enrolled("phone", &one);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    report(&phone, "a week offline");
    world.desk.rotate(BOTH, PASSPHRASE, now()).expect("signed");
    world.desk.publish().expect("published");
    phone.sync_now(BUDGET).expect("syncs");
    let other = world.enrolled("other", &unused);
    report(&other, "with an old invite");
    other.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(counted(&world.desk), ["counted"; 2]);
}

#[test]
fn an_issuer_that_was_ended_lets_nobody_enrol_any_more() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (one, unused) = (world.invite("p001"), world.invite("p003"));
    let phone = world.enrolled("phone", &one);
    report(&phone, "one");
    phone.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let stolen = RotatedKeys { end_issuer: true, ..BOTH };
    world.desk.rotate(stolen, PASSPHRASE, now()).expect("signed");
    world.desk.publish().expect("published");
    let refused = ObserverApp::create(world.phone("other"), PIN, &unused).expect("a store");
    assert!(!refused.enrol(BUDGET).map(|done| done.enrolled).unwrap_or(false), "its invite is void");
    report(&phone, "two");
    phone.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(counted(&world.desk), ["counted"; 2], "who had enrolled goes on");
    let fresh = world.invite("p003");
    assert_ne!(
        Invite::from_text(&fresh).expect("reads").certificate,
        Invite::from_text(&unused).expect("reads").certificate
    );
    drop(world.enrolled("again", &fresh));
}

#[test]
fn an_ended_desk_gets_no_new_keys() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let mut second = world.another_desk("second desk");
    second.pull(now(), &|_| ()).expect("pulls");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    world.desk.end_desk(second.own().device(), None, PASSPHRASE, now()).expect("ended");
    world.desk.rotate(BOTH, PASSPHRASE, now()).expect("signed");
    world.desk.publish().expect("published");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let written = world.desk.store.written(baqylau_protocol::cose::ObjectType::Keys).expect("reads");
    assert_eq!(written.len(), 1, "to itself, for other programs in its folder, and to nobody else");
}
