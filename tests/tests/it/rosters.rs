//! What two desks decide about one phone, and what is left of it when they decide differently or an answer is lost.

use crate::it::support::report;
use baqylau_desk::Desk;
use baqylau_protocol::ids::DeviceId;
use baqylau_protocol::roster::{RosterEntry, Standing};
use baqylau_tests::{BUDGET, PASSPHRASE, World, now, tables};
use std::sync::atomic::{AtomicBool, Ordering};

/// A mission with a phone that sent three reports, and a second desk that has seen nothing yet.
fn world() -> (World, Desk, DeviceId) {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    (0..3).for_each(|n| report(&phone, &"x".repeat(n + 1)));
    phone.sync_now(BUDGET).expect("syncs");
    pull(&mut world.desk);
    let folder = world.folder.path().join("second desk");
    world.desk.add_desk(&folder, PASSPHRASE).expect("a desk");
    let device = world.desk.devices(now()).expect("devices")[0].device;
    (world, Desk::open(&folder, PASSPHRASE).expect("opens"), device)
}

fn pull(desk: &mut Desk) -> usize {
    desk.pull(now(), &|_| ()).expect("pulls").disputes.len()
}

fn entry(desk: &Desk, device: DeviceId) -> RosterEntry {
    desk.roster().expect("a store").expect("a roster").0.find(device).expect("the phone").clone()
}

#[test]
fn what_a_desk_contested_is_not_confirmed_by_another_that_pulls() {
    let (mut world, mut second, device) = world();
    world.desk.rosters().contest(device).expect("contested");
    world.desk.publish_roster(now()).expect("published");
    pull(&mut second);
    assert_eq!(entry(&second, device).standing, Standing::Contested);
    pull(&mut world.desk);
    assert_eq!(entry(&world.desk, device).standing, Standing::Contested);
    second.rosters().confirm(device).expect("a coordinator decides");
    pull(&mut second);
    pull(&mut world.desk);
    assert_eq!(entry(&world.desk, device).standing, Standing::Confirmed);
}

#[test]
fn what_two_desks_decide_differently_at_once_is_contested() {
    let (mut world, mut second, device) = world();
    world.desk.rosters().contest(device).expect("contested");
    world.desk.publish_roster(now()).expect("published");
    // The second confirms by itself before it sees the roster: that of the first came in between.
    let server = world.lying();
    let hidden = AtomicBool::new(true);
    server.speak(move |what, _, _| {
        (what == "GET /v1/roster" && hidden.swap(false, Ordering::SeqCst))
            .then(|| b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec())
    });
    pull(&mut second);
    pull(&mut world.desk);
    for desk in [&second, &world.desk] {
        assert_eq!(entry(desk, device).standing, Standing::Contested);
    }
}

#[test]
fn of_two_revocations_the_stricter_holds_until_somebody_decides() {
    for stricter_first in [true, false] {
        let (mut world, mut second, device) = world();
        pull(&mut second);
        let (one, two) = if stricter_first { (1, 3) } else { (3, 1) };
        world.desk.rosters().revoke(device, Some(one)).expect("revoked");
        second.rosters().revoke(device, Some(two)).expect("revoked");
        pull(&mut world.desk);
        assert_eq!(pull(&mut second), 1, "it is shown");
        pull(&mut world.desk);
        for desk in [&second, &world.desk] {
            assert_eq!(entry(desk, device).good_seq, 1, "the stricter holds");
        }
        assert_eq!(pull(&mut second), 1, "and stays so");
        let told = second.rosters().disputes().expect("disputes")[0].to_string();
        assert!(told.contains("after number 1") && told.contains("after 3"), "{told}");
        assert_eq!(pull(&mut world.desk), 1, "at every desk");
        assert_eq!(world.desk.devices(now()).expect("devices")[0].disputed, Some(3));
        for (n, chosen) in [1, 3].into_iter().enumerate() {
            // Letting the stricter hold is a decision too.
            second.rosters().revoke(device, Some(chosen)).expect("decided");
            assert_eq!(pull(&mut second), 0, "{n}");
            assert_eq!(pull(&mut world.desk), 0, "{n}");
            assert_eq!(entry(&world.desk, device).good_seq, chosen);
        }
    }
}

#[test]
fn a_decision_whose_answer_was_lost_does_not_override_a_later_one() {
    let (mut world, mut second, device) = world();
    pull(&mut second);
    pull(&mut world.desk);
    let server = world.lying();
    world.desk.rosters().contest(device).expect("contested");
    server.speak(|what, _, _| what.starts_with("POST /v1/roster").then(Vec::new));
    world.desk.publish_roster(now()).expect_err("the answer is lost");
    server.repent();
    pull(&mut second);
    assert_eq!(entry(&second, device).standing, Standing::Contested, "the server took it");
    second.rosters().confirm(device).expect("a coordinator decides");
    second.publish_roster(now()).expect("published");
    pull(&mut world.desk);
    pull(&mut second);
    for desk in [&second, &world.desk] {
        assert_eq!(entry(desk, device).standing, Standing::Confirmed, "the later decision holds");
    }
}
