//! Bundles that were replaced before a desk pulled: reports that name them count there all the same.

use crate::it::support::report;
use baqylau_desk::Desk;
use baqylau_protocol::exported::ExportedLog;
use baqylau_protocol::routes;
use baqylau_server::beginning::begin;
use baqylau_tests::{BUDGET, PASSPHRASE, World, now, reports, tables};

fn counted(desk: &Desk) -> Vec<&'static str> {
    reports(desk).iter().map(|r| r.status.name()).collect()
}

/// A mission with a second desk that has not heard of the last two bundles; a report was signed under the first of these.
fn world() -> (World, Desk) {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    let mut second = world.another_desk("second desk");
    second.pull(now(), &|_| ()).expect("pulls");
    let publish = |world: &World| {
        world.desk.build(PASSPHRASE, now(), 30).expect("built");
        world.desk.publish().expect("published");
    };
    publish(&world);
    phone.sync_now(BUDGET).expect("hears of it");
    report(&phone, "one");
    phone.sync_now(BUDGET).expect("syncs");
    publish(&world);
    (world, second)
}

#[test]
fn a_desk_that_missed_a_bundle_asks_for_it() {
    let (mut world, mut second) = world();
    second.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(counted(&second), ["counted"]);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(counted(&world.desk), ["counted"]);
    let chain = second.store.published_bundles().expect("a store");
    assert_eq!(chain.len(), usize::try_from(second.manifest().expect("a bundle").version).expect("few"), "all of them");
}

#[test]
fn a_server_that_came_later_is_given_what_was_published_before_it() {
    let (mut world, mut second) = world();
    begin_again(&mut world);
    second.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(counted(&second), ["counted"]);
}

#[test]
fn a_desk_that_no_server_had_heard_of_before_the_log_was_replaced_pulls_the_new_one() {
    let (mut world, _) = world();
    let mut third = world.another_desk("third desk");
    begin_again(&mut world);
    third.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(counted(&third), ["counted"]);
}

/// The log is lost, and begun again with what the first desk has.
fn begin_again(world: &mut World) {
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let log = world.desk.heads().export().expect("reads").expect("pulled");
    let log = ExportedLog::decode(&minicbor::to_vec(&log).expect("encodes")).expect("decodes");
    world.stop_server();
    let begun = begin(&world.server_folder(), log.root, &log).expect("begun");
    world.start_server();
    world.desk.begin_log(begun.key, Some(begun.size), PASSPHRASE, now()).expect("signed");
    world.desk.publish().expect("published");
}

#[test]
fn a_server_that_hands_out_other_bytes_for_a_bundle_of_before_stops_nothing() {
    let (mut world, mut second) = world();
    let line = world.lying();
    let published = world.desk.store.published_bundles().expect("a store");
    let missed = routes::part(published[published.len() - 2].0);
    line.lie(move |what, _, _| what.contains(&missed).then(|| vec![0x40]));
    second.pull(now(), &|_| ()).expect("everything else comes");
    assert_eq!(counted(&second), ["misfit"]);
    line.repent();
    second.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(counted(&second), ["counted"]);
}

#[test]
fn what_a_pull_that_broke_off_had_heard_of_the_register_the_next_one_takes() {
    let (mut world, mut second) = world();
    world.desk.pull(now(), &|_| ()).expect("pulls");
    second.pull(now(), &|_| ()).expect("pulls");
    let invite = world.invite("p003");
    drop(world.enrolled("other", &invite));
    world.desk.pull(now(), &|_| ()).expect("pulls, and tells of the invite");
    second.records().message(&[], "to everybody", now()).expect("signed");
    let line = world.lying();
    line.speak(|what, _, _| what.starts_with("POST /v1/objects").then(Vec::new));
    second.pull(now(), &|_| ()).expect_err("the log came, and what it signed did not leave");
    line.repent();
    second.pull(now(), &|_| ()).expect("pulls");
    let people = second.devices(now()).expect("devices").into_iter().map(|device| device.person.map(|(code, _)| code));
    assert_eq!(people.collect::<Vec<_>>(), [Some("p001".to_owned()), Some("p003".to_owned())]);
}
