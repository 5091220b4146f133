//! A server that misuses HTTP: what it sends has no end, comes too slowly, leads elsewhere or is another length.

use crate::it::support::{hostile, send, sign, statuses};
use baqylau_attacks::server::{Reply, Request, State};
use baqylau_desk::DeskError;
use baqylau_tests::{BUDGET, now};
use miniz_oxide::deflate::compress_to_vec;
use std::net::TcpListener;
use std::time::Duration;

/// Long enough for an answer, and short enough to see that a call ends by itself.
const SHORT: Duration = Duration::from_secs(4);

fn head(line: &str, more: &str) -> Vec<u8> {
    format!("HTTP/1.1 {line}\r\nconnection: close\r\n{more}\r\n").into_bytes()
}

/// What an answer is called, and how it is made.
type Named = (&'static str, Box<dyn Fn() -> Reply + Send>);

/// Answers that are none.
fn answers(elsewhere: u16) -> Vec<Named> {
    let to = format!("location: https://127.0.0.1:{elsewhere}/v1/objects\r\ncontent-length: 0\r\n");
    let plain = format!("location: http://127.0.0.1:{elsewhere}/\r\ncontent-length: 0\r\n");
    vec![
        ("endless body", Box::new(|| Reply::Endless(head("200 OK", ""), vec![0x40; 1 << 16], None))),
        (
            "endless body in chunks",
            Box::new(|| {
                let first = head("200 OK", "transfer-encoding: chunked\r\n");
                Reply::Endless(first, [b"10000\r\n", &[0x40; 1 << 16][..], b"\r\n"].concat(), None)
            }),
        ),
        ("endless head", Box::new(|| Reply::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), b"x: y\r\n".to_vec(), None))),
        ("slow body", Box::new(|| Reply::Endless(head("200 OK", "content-length: 1000\r\n"), vec![0x40], Some(200)))),
        ("redirect", Box::new(move || Reply::Raw(head("307 Temporary Redirect", &to)))),
        ("redirect without TLS", Box::new(move || Reply::Raw(head("301 Moved Permanently", &plain)))),
        ("cut body", Box::new(|| Reply::Raw([head("200 OK", "content-length: 900\r\n"), vec![0x82, 0x80]].concat()))),
        (
            "body beyond its length",
            Box::new(|| Reply::Raw([head("200 OK", "content-length: 1\r\n"), vec![0x82, 0x80, 0x80]].concat())),
        ),
        (
            "two lengths",
            Box::new(|| {
                Reply::Raw([head("200 OK", "content-length: 1\r\ncontent-length: 2\r\n"), vec![0x80, 0x80]].concat())
            }),
        ),
        (
            "packed body",
            Box::new(|| {
                let packed = compress_to_vec(&[0; 1 << 24], 9);
                let more = format!("content-encoding: deflate\r\ncontent-length: {}\r\n", packed.len());
                Reply::Raw([head("200 OK", &more), packed].concat())
            }),
        ),
        ("no HTTP", Box::new(|| Reply::Raw(vec![0; 4096]))),
        ("nothing", Box::new(|| Reply::Raw(Vec::new()))),
    ]
}

#[test]
fn an_answer_that_is_none_delivers_nothing_and_keeps_no_phone() {
    let (mut world, server, phone) = hostile();
    assert!(phone.enrol(BUDGET).expect("enrols").enrolled);
    let elsewhere = TcpListener::bind("127.0.0.1:0").expect("a port");
    elsewhere.set_nonblocking(true).expect("asked");
    sign(&phone);
    for (name, reply) in answers(elsewhere.local_addr().expect("an address").port()) {
        server.attack(move |request: &Request, _: &mut State| request.is("POST /v1/objects").then(&reply));
        let sync = phone.sync_now(SHORT).expect("no error");
        assert!(sync.delivered == 0 && sync.again.is_some(), "{name}: {sync:?}");
        assert_eq!(phone.summary().expect("a summary").delivered, 0, "{name}");
    }
    assert!(elsewhere.accept().is_err(), "nobody is asked elsewhere");
    server.repent();
    assert_eq!(phone.sync_now(BUDGET).expect("syncs").delivered, 1);
    assert_eq!(statuses(&mut world.desk), ["counted"]);
}

#[test]
fn an_answer_that_is_none_is_named_at_the_desk() {
    let (mut world, server, phone) = hostile();
    assert!(phone.enrol(BUDGET).expect("enrols").enrolled);
    assert_eq!(send(&phone), 1);
    let elsewhere = TcpListener::bind("127.0.0.1:0").expect("a port");
    elsewhere.set_nonblocking(true).expect("asked");
    for (name, reply) in answers(elsewhere.local_addr().expect("an address").port()) {
        // A desk waits as long as a bad line needs; core/http shows that it ends.
        if name == "slow body" {
            continue;
        }
        server.attack(move |request: &Request, _: &mut State| request.is("GET /v1/log").then(&reply));
        let told = world.desk.pull(now(), &|_| ()).expect_err("no log");
        assert!(
            matches!(told, DeskError::Server { .. } | DeskError::Unreachable { .. } | DeskError::Stranger { .. }),
            "{name}: {told:?}"
        );
    }
    assert!(elsewhere.accept().is_err(), "nobody is asked elsewhere");
    server.repent();
    assert_eq!(statuses(&mut world.desk), ["counted"]);
}

#[test]
fn a_part_that_is_a_bomb_or_another_file_is_refused() {
    let (mut world, server, phone) = hostile();
    // A thousand times of what it may inflate to, and a file that is not what the manifest names.
    for part in [compress_to_vec(&vec![0; 1 << 28], 6), compress_to_vec(b"{}", 6), vec![0xff; 100]] {
        server.attack(move |request: &Request, _: &mut State| {
            request.is("GET /v1/parts/").then(|| Reply::ok(part.clone()))
        });
        phone.enrol(SHORT).expect_err("there is no mission");
    }
    server.repent();
    assert!(phone.enrol(BUDGET).expect("enrols").enrolled, "and the good ones come");
    assert_eq!(send(&phone), 1);
    assert_eq!(statuses(&mut world.desk), ["counted"]);
    // The same to a phone that has a mission already: it says so, and goes on with what it has.
    world.desk.build(baqylau_tests::PASSPHRASE, now(), 30).expect("a bundle");
    let mut next = crate::it::support::published(&world);
    let manifest = std::mem::take(&mut next.manifest);
    server.with(|state| state.published.manifest = manifest);
    assert_eq!(send(&phone), 1, "the parts are the same");
    let seen = phone.mission().expect("a mission");
    assert_eq!((seen.version, seen.bundle_refused), (2, None));
}
