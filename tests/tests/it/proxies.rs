//! Phone and desk where a network blocks the mission's servers: through a SOCKS5 proxy, and to another server of the mission.

use crate::it::support::report;
use baqylau_desk::DeskError;
use baqylau_desk::faults::CallError;
use baqylau_observer::app::Trouble;
use baqylau_observer::{Error, InvalidReason, ObserverApp};
use baqylau_tests::line::NetworkLine;
use baqylau_tests::socks::Socks;
use baqylau_tests::{BUDGET, PASSPHRASE, PIN, World, now, tables};
use std::net::TcpListener;
use std::time::Duration;

fn unreachable(error: DeskError) -> CallError {
    match error {
        DeskError::Unreachable { why, .. } => why,
        other => panic!("{other}"),
    }
}

#[test]
fn phone_and_desk_go_through_the_proxy_that_is_set_and_nowhere_past_it() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let socks = Socks::start("");
    let phone = ObserverApp::create(world.phone("phone"), PIN, &invite).expect("a store");
    for bad in ["nonsense", "http://127.0.0.1:1", "user:secret@127.0.0.1:1", "127.0.0.1", "127.0.0.1:0", ":1", "a/b:1"]
    {
        let refused = phone.set_proxy(Some(bad)).expect_err(bad);
        assert!(matches!(refused, Error::Invalid(InvalidReason::NoProxy)), "{bad}: {refused}");
    }
    phone.set_proxy(Some(&format!(" socks5h://{} ", socks.address()))).expect("set");
    assert_eq!(phone.proxy().expect("reads"), Some(socks.address()));
    assert!(phone.enrol(BUDGET).expect("enrols").enrolled);
    assert!(!socks.asked().is_empty());
    report(&phone, "through a proxy");
    // It stays set, and a locked phone delivers through it too.
    drop(phone);
    let locked = ObserverApp::open_locked(world.phone("phone")).expect("opens");
    assert_eq!(locked.sync_now(BUDGET).expect("syncs").delivered, 1);
    assert!(!socks.asked().is_empty());
    assert!(world.desk.workspace.set_proxy(Some("nonsense")).is_err());
    world.desk.workspace.set_proxy(Some(&socks.address())).expect("set");
    assert_eq!(world.desk.pull(now(), &|_| ()).expect("pulls").reports, 1);
    assert!(!socks.asked().is_empty());
    // Nobody listens where the proxy was: nothing goes past it.
    let gone = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("an address").to_string();
    locked.set_proxy(Some(&gone)).expect("set");
    world.desk.workspace.set_proxy(Some(&gone)).expect("set");
    assert_eq!(locked.sync_now(BUDGET).expect("no error").trouble, Some(Trouble::Unreachable));
    assert_eq!(unreachable(world.desk.pull(now(), &|_| ()).expect_err("nobody")), CallError::Unreachable);
    locked.set_proxy(None).expect("set");
    world.desk.workspace.set_proxy(None).expect("set");
    assert_eq!(locked.sync_now(BUDGET).expect("no error").trouble, None);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert!(socks.asked().is_empty());
}

#[test]
fn a_foreign_certificate_a_silent_server_and_an_unpublished_mission_stay_three_messages_through_the_proxy() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    let socks = Socks::start("");
    phone.set_proxy(Some(&socks.address())).expect("set");
    world.desk.workspace.set_proxy(Some(&socks.address())).expect("set");
    world.lose_server();
    assert_eq!(phone.sync_now(BUDGET).expect("no error").trouble, Some(Trouble::Unpublished));
    let unpublished = world.desk.pull(now(), &|_| ()).expect_err("nothing is published");
    assert!(matches!(unpublished, DeskError::Unpublished { .. }), "{unpublished}");
    let (known, _) = world.move_server();
    let mut other = World::new(&tables("kazakhstan-2023"));
    let (_, theirs) = other.move_server();
    let line = NetworkLine::start((known, theirs));
    assert_eq!(phone.sync_now(BUDGET).expect("no error").trouble, Some(Trouble::Foreign));
    assert_eq!(unreachable(world.desk.pull(now(), &|_| ()).expect_err("foreign")), CallError::Foreign);
    line.hang();
    let patience = Duration::from_secs(2);
    assert_eq!(phone.sync_now(patience).expect("no error").trouble, Some(Trouble::Silent));
    assert_eq!(unreachable(world.desk.pull(now(), &|_| ()).expect_err("silent")), CallError::Silent);
    assert!(!socks.asked().is_empty());
}

#[test]
fn the_proxy_resolves_names_and_this_machine_asks_nobody_for_them() {
    let socks = Socks::start("");
    let proxy = baqylau_http::SocksProxy::parse(&socks.address()).expect("an address");
    let client =
        baqylau_http::Client::through(Some(&proxy), &[], baqylau_http::Deadlines::default()).expect("a client");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let sent = runtime.block_on(client.get("https://mission.invalid:8443/v1/bundle").send());
    assert_eq!(sent.expect_err("there is no such name"), CallError::Unreachable);
    assert_eq!(socks.asked(), ["mission.invalid:8443"]);
}

#[test]
fn a_desk_goes_to_the_next_server_where_nobody_answers_at_the_first() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    report(&phone, "one");
    phone.sync_now(BUDGET).expect("syncs");
    let gone = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("an address");
    let stranger = TcpListener::bind("127.0.0.1:0").expect("a port");
    let strange = stranger.local_addr().expect("an address");
    std::thread::spawn(move || stranger.incoming().for_each(drop));
    let servers = &mut world.desk.workspace.settings.servers;
    servers.splice(0..0, [format!("https://{gone}"), format!("https://{strange}")]);
    assert_eq!(world.desk.pull(now(), &|_| ()).expect("pulls from the third").reports, 1);
    world.desk.build(PASSPHRASE, now(), 30).expect("built");
    world.desk.publish().expect("published");
    // What all of them lack is told, of the one that tells most.
    world.stop_server();
    let told = world.desk.pull(now(), &|_| ()).expect_err("nobody");
    assert!(matches!(told, DeskError::Unreachable { .. }), "{told}");
}
