//! What two desks decide about one phone, and what is left of it when they decide differently or an answer is lost.

use crate::it::support::report;
use baqylau_desk::Desk;
use baqylau_protocol::ids::DeviceId;
use baqylau_protocol::standing::{Standing, StandingDecision};
use baqylau_tests::{BUDGET, PASSPHRASE, World, now, tables};

/// A mission with a phone that sent three reports, and a second desk that has seen nothing yet.
fn world() -> (World, Desk, DeviceId) {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    (0..3).for_each(|n| report(&phone, &"x".repeat(n + 1)));
    phone.sync_now(BUDGET).expect("syncs");
    pull(&mut world.desk);
    let second = world.another_desk("second desk");
    let device = world.desk.devices(now()).expect("devices")[0].device;
    (world, second, device)
}

fn pull(desk: &mut Desk) -> usize {
    desk.pull(now(), &|_| ()).expect("pulls").disputes.len()
}

fn held(desk: &Desk, device: DeviceId) -> StandingDecision {
    desk.standings().expect("a store").of(device).expect("the phone").decision.clone()
}

#[test]
fn the_phones_that_a_pull_confirms_stand_in_one_record() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let enrol = |world: &mut World, person: &str| {
        let invite = world.invite(person);
        drop(world.enrolled(person, &invite));
    };
    ["p001", "p002", "p003", "p004", "p005"].into_iter().for_each(|person| enrol(&mut world, person));
    let records = |world: &World| world.desk.store.deciders().expect("a store").len();
    assert_eq!(world.desk.pull(now(), &|_| ()).expect("pulls").confirmed, 5);
    assert_eq!(records(&world), 1);
    enrol(&mut world, "p006");
    assert_eq!(world.desk.pull(now(), &|_| ()).expect("pulls").confirmed, 1);
    assert_eq!(records(&world), 2, "who enrols alone between two pulls stands alone");
    assert_eq!(world.desk.pull(now(), &|_| ()).expect("pulls").confirmed, 0);
    assert_eq!(records(&world), 2);
}

#[test]
fn what_a_desk_contested_is_not_confirmed_by_another_that_pulls() {
    let (mut world, mut second, device) = world();
    world.desk.decisions().contest(device, now()).expect("contested");
    world.desk.publish_decisions().expect("published");
    pull(&mut second);
    assert_eq!(held(&second, device).standing, Standing::Contested);
    pull(&mut world.desk);
    assert_eq!(held(&world.desk, device).standing, Standing::Contested);
    second.decisions().confirm(device, now()).expect("a coordinator decides");
    pull(&mut second);
    pull(&mut world.desk);
    assert_eq!(held(&world.desk, device).standing, Standing::Confirmed);
}

#[test]
fn what_a_desk_does_by_itself_yields_to_a_person() {
    let (mut world, mut second, device) = world();
    // The second confirmed the phone by itself before it could see that somebody had contested it.
    world.desk.decisions().contest(device, now()).expect("contested");
    pull(&mut second);
    pull(&mut world.desk);
    pull(&mut second);
    for desk in [&second, &world.desk] {
        assert_eq!(held(desk, device).standing, Standing::Contested);
    }
}

#[test]
fn of_two_revocations_the_stricter_holds_until_the_root_reinstates() {
    for stricter_first in [true, false] {
        let (mut world, mut second, device) = world();
        pull(&mut second);
        let (one, two) = if stricter_first { (1, 3) } else { (3, 1) };
        world.desk.decisions().revoke(device, Some(one), now()).expect("revoked");
        second.decisions().revoke(device, Some(two), now()).expect("revoked");
        pull(&mut world.desk);
        assert_eq!(pull(&mut second), 1, "it is shown");
        pull(&mut world.desk);
        for desk in [&second, &world.desk] {
            assert_eq!(held(desk, device).good_seq, 1, "the stricter holds");
        }
        assert_eq!(pull(&mut second), 1, "and stays so");
        let told = second.decisions().disputes().expect("disputes")[0].to_string();
        assert!(told.contains("after number 1") && told.contains("after 3"), "{told}");
        assert_eq!(pull(&mut world.desk), 1, "at every desk");
        assert_eq!(world.desk.devices(now()).expect("devices")[0].disputed, Some(3));
        // Letting the stricter hold is a decision too.
        second.decisions().revoke(device, Some(1), now()).expect("decided");
        assert_eq!((pull(&mut second), pull(&mut world.desk)), (0, 0));
        second.decisions().revoke(device, Some(3), now()).expect("decided");
        assert_eq!((pull(&mut second), held(&second, device).good_seq), (1, 1), "no desk gives a phone its voice back");
        world.desk.reinstate(device, PASSPHRASE, now()).expect("the root may");
        world.desk.publish().expect("published");
        second.decisions().revoke(device, Some(3), now()).expect("decided before it knew");
        pull(&mut second);
        assert_eq!((pull(&mut world.desk), held(&world.desk, device).good_seq), (0, 3));
    }
}

#[test]
fn a_decision_whose_answer_was_lost_does_not_override_a_later_one() {
    let (mut world, mut second, device) = world();
    pull(&mut second);
    pull(&mut world.desk);
    let server = world.lying();
    world.desk.decisions().contest(device, now()).expect("contested");
    server.speak(|what, _, _| what.starts_with("POST /v1/objects").then(Vec::new));
    world.desk.publish_decisions().expect_err("the answer is lost");
    server.repent();
    pull(&mut second);
    assert_eq!(held(&second, device).standing, Standing::Contested, "the server took it");
    second.decisions().confirm(device, now()).expect("a coordinator decides");
    second.publish_decisions().expect("published");
    pull(&mut world.desk);
    pull(&mut second);
    for desk in [&second, &world.desk] {
        assert_eq!(held(desk, device).standing, Standing::Confirmed, "the later decision holds");
    }
}
