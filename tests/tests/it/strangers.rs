//! What a desk makes of a server that is none of the mission's, or that refuses, hands out junk or says nothing.

use crate::it::browser::{Browser, eventually};
use crate::it::support::{copy, one_report, report};
use baqylau_desk::{Desk, DeskError};
use baqylau_protocol::cbor;
use baqylau_protocol::wire::{LogEntry, LogPage, Refusal, RefusalCode, Upload, Verdict, Verdicts};
use baqylau_tests::{BUDGET, PASSPHRASE, World, now, tables};
use std::net::TcpListener;

#[test]
fn an_object_beyond_the_signed_head_accuses_nobody() {
    let (mut world, phone, _) = one_report();
    let server = world.lying();
    server.lie(|what, _, honest| {
        let mut page: LogPage = what.starts_with("GET /v1/log").then(|| cbor::decode_request(honest).ok())??;
        page.entries.push(LogEntry { received: now(), object: vec![7; 40].into(), damaged: None });
        Some(cbor::encode(&page))
    });
    let size = world.desk.store.cursor().expect("a store");
    world.desk.pull(now(), &|_| ()).expect("the head says that it is not there");
    assert_eq!(world.desk.store.cursor().expect("a store"), size, "nobody vouches for it");
    assert!(world.desk.store.evidence().expect("a store").is_empty());
    server.repent();
    report(&phone, "two");
    phone.sync_now(BUDGET).expect("syncs");
    assert_eq!(world.desk.pull(now(), &|_| ()).expect("pulls").reports, 1);
}

#[test]
fn a_record_that_the_server_refuses_is_told_of_and_ends_nothing() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (one, two) = (world.invite("p001"), world.invite("p003"));
    let _one = world.enrolled("one", &one);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let _two = world.enrolled("two", &two);
    let server = world.lying();
    world.desk.records().message(&[], "Stay.", now()).expect("written");
    server.lie(|what, request, _| {
        let objects =
            what.starts_with("POST /v1/objects").then(|| cbor::decode_request::<Upload>(request))?.ok()?.objects;
        let refusal = |_| Verdict::Refused(Refusal { code: RefusalCode::Length, reason: "no ".repeat(5_000) });
        Some(cbor::encode(&Verdicts { verdicts: objects.iter().map(refusal).collect(), proof: None }))
    });
    let pulled = world.desk.pull(now(), &|_| ()).expect("everything else goes on");
    assert_eq!(pulled.confirmed, 1);
    assert!(!pulled.unsent.is_empty());
    let told = pulled.unsent[0].to_string();
    assert!(told.len() < 500 && told.contains("the next pull sends it again"), "{told}");
    let browser = Browser::open(&world);
    let page = eventually(&browser, "/", "The server refuses what was signed here: ");
    assert!(page.contains("the next pull sends it again"), "the page says it too: {page}");
    drop(browser);
    server.repent();
    assert!(world.desk.pull(now(), &|_| ()).expect("pulls").unsent.is_empty());
    assert_eq!(world.desk.store.waiting().expect("a store"), 0, "it was kept");
}

#[test]
fn another_web_server_is_told_from_one_that_has_nothing_yet() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let server = world.lying();
    for status in ["404 Not Found", "301 Moved Permanently", "405 Method Not Allowed"] {
        server.speak(move |_, _, _| {
            let head = format!("HTTP/1.1 {status}\r\nlocation: /\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            Some(head.into_bytes())
        });
        for told in [
            world.desk.pull(now(), &|_| ()).expect_err("no mission's server"),
            world.desk.publish().expect_err("no mission's server"),
        ] {
            assert!(matches!(&told, DeskError::Stranger { .. }), "{status}: {told}");
            assert!(told.to_string().contains("desk.json"), "{told}");
        }
    }
}

#[test]
fn a_server_that_says_nothing_is_left() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (known, _) = world.move_server();
    let _silent = TcpListener::bind(("127.0.0.1", known)).expect("the port is free");
    let told = world.desk.publish().expect_err("it says nothing");
    assert!(matches!(told, DeskError::Unreachable { .. }) && told.to_string().contains("in time"), "{told}");
}

#[test]
fn tables_that_another_desk_changed_are_not_replaced_silently() {
    let world = World::new(&tables("kazakhstan-2023"));
    let desk = |name: &str, title: &str| {
        let (folder, source) = (world.folder.path().join(name), world.folder.path().join(format!("{name} tables")));
        copy(&world.desk.workspace.folder, &folder);
        copy(&tables("kazakhstan-2023"), &source);
        let file = source.join("mission.json");
        let text = std::fs::read_to_string(&file).expect("a table");
        std::fs::write(&file, text.replace("Early Parliamentary", title)).expect("changed");
        let mut desk = Desk::open(&folder, PASSPHRASE).expect("opens");
        desk.workspace.settings.source = source;
        desk
    };
    let (mut first, mut second) = (desk("first", "First"), desk("second", "Second"));
    first.build_and_publish(PASSPHRASE, now(), 30).expect("published");
    let told = second.build_and_publish(PASSPHRASE, now(), 30).expect_err("the first changed the tables");
    assert!(matches!(&told, DeskError::Tables { files, .. } if *files == ["mission.json"]), "{told}");
    second.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(second.manifest().expect("a bundle").parts, first.manifest().expect("a bundle").parts);
    // Who was told may go on; then it is the first that is told.
    second.build_and_publish(PASSPHRASE, now(), 30).expect("published");
    first.pull(now(), &|_| ()).expect("pulls");
    let told = first.build_and_publish(PASSPHRASE, now(), 30).expect_err("the second changed them");
    assert!(matches!(told, DeskError::Tables { .. }), "{told}");
}
