//! Somebody on the network who belongs to nobody.

use crate::it::support::{Attacker, issuer, mission, send, statuses};
use baqylau_attacks::cbor::Value;
use baqylau_attacks::cose::{self, Key};
use baqylau_attacks::device::Device;
use baqylau_attacks::{hex, random};
use baqylau_tests::now;
use std::io::Write;

#[test]
fn junk_is_refused_and_nothing_of_it_stays() {
    let mut world = mission();
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    let (attacker, _) = Attacker::new(&mut world);
    let long = [&[0x9a, 0x00, 0x3f, 0xff, 0xf0][..], &vec![0x40; 1 << 20]].concat();
    let bodies: [&[u8]; 6] = [b"", b"junk", &[0x82, 0x80], &[0xff; 64], &long, &[0x81, 0x5a, 0x7f, 0xff, 0xff, 0xff]];
    for body in bodies {
        assert_eq!(attacker.line.status("POST /v1/objects", body), 400, "{} bytes", body.len());
        assert_eq!(attacker.line.status("POST /v1/bundle", body), 400, "{} bytes", body.len());
        let blob = format!("POST /v1/blobs/{}/{}", hex(&[1; 16]), hex(&[2; 32]));
        assert!([404, 413].contains(&attacker.line.status(&blob, body)), "{} bytes", body.len());
    }
    let refused = attacker.upload(&[b"", b"junk", &[0xd2; 200], &vec![0; 2 << 20]]);
    assert!(refused.iter().all(|verdict| matches!(verdict, Err(0 | 6))), "{refused:?}");
    assert_eq!(attacker.line.status("POST /v1/objects", &vec![0; (4 << 20) + 1]), 413);
    assert_eq!(send(&phone), 1);
    assert_eq!(statuses(&mut world.desk), ["counted"]);
    let others = world.desk.store.cursor().expect("a log");
    assert_eq!(statuses(&mut world.desk), ["counted"]);
    assert_eq!(world.desk.store.cursor().expect("a log"), others, "the log has what phone and desk sent, and no more");
}

#[test]
fn slow_connections_keep_no_phone_waiting() {
    let mut world = mission();
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    let (attacker, _) = Attacker::new(&mut world);
    let half = |n: usize| {
        let mut stream = attacker.line.open().expect("a connection");
        let head: &[u8] = match n % 3 {
            0 => b"POST /v1/objects HTTP/1.1\r\nhost: x\r\ncontent-length: 4000000\r\n\r\n\x81",
            1 => b"GET /v1/log?from=0 HTTP/1.1\r\nhost: x\r\nauthorization: Baqylau ",
            _ => b"POST /v1/bundle HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\n",
        };
        stream.write_all(head).and_then(|()| stream.flush()).expect("sent");
        stream
    };
    let held: Vec<_> = (0..60).map(half).collect();
    assert_eq!(send(&phone), 1);
    assert_eq!(statuses(&mut world.desk), ["counted"]);
    drop(held);
}

#[test]
fn nobody_enrols_without_an_invite_of_the_issuer() {
    let mut world = mission();
    let (attacker, invite) = Attacker::new(&mut world);
    let forged = |issuer: &Key, change: &dyn Fn(&mut Value)| {
        let key = Key::new();
        let mut certificate = cose::payload(&invite.certificate);
        certificate.put(4, key.public());
        change(&mut certificate);
        let certificate = issuer.sign_value(cose::CERTIFICATE, &certificate);
        Device::with(&Key::new(), &key, &certificate, &attacker.published).enrolment
    };
    let issuer = Key::of(issuer(&world.desk));
    let keep = |_: &mut Value| ();
    let cases = [
        ("by a key of their own", forged(&Key::new(), &keep), 3),
        ("of another mission", forged(&issuer, &|c| c.put(1, [3; 16])), 1),
        ("after its time", forged(&issuer, &|c| c.put(5, 0_u64)), 4),
        ("of a later version", forged(&issuer, &|c| c.put(0, 2_u64)), 0),
        ("with more in it", forged(&issuer, &|c| c.put(7, 1_u64)), 0),
    ];
    for (name, enrolment, code) in cases {
        assert_eq!(attacker.upload(&[&enrolment]), [Err(code)], "{name}");
    }
    // The certificate of somebody else, whose invite key they have not; and one that was altered into a desk's.
    let others = Device::with(&Key::new(), &Key::new(), &invite.certificate, &attacker.published);
    assert_eq!(attacker.upload(&[&others.enrolment]), [Err(3)]);
    let mut altered = Device::new(&invite, &attacker.published).enrolment;
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    assert!(matches!(attacker.upload(&[&altered])[0], Err(0 | 3)));
    let pulled = world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(
        (pulled.devices, pulled.desks),
        (1, vec![world.desk.own().device()]),
        "the desk itself, and nobody else"
    );
}

#[test]
fn a_challenge_lets_nobody_read_but_a_listed_desk_what_it_asks_for() {
    let mut world = mission();
    let (attacker, invite) = Attacker::new(&mut world);
    let member = attacker.member(&invite);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let (desk, _) = crate::it::support::stolen(&world.desk, &attacker.published);
    let made = Device::made_desk(&Key::of(issuer(&world.desk)), &attacker.published);
    assert!(attacker.upload(&[&made.enrolment])[0].is_ok());
    let challenge = || {
        let answer = attacker.line.ask("GET /v1/challenge", &[], b"").expect("an answer");
        Value::decode(&answer.body).expect("bytes").bytes().to_vec()
    };
    let ask = |path: &str, header: String| {
        let header = format!("authorization: {header}");
        attacker.line.ask(&format!("GET {path}"), &[header], b"").expect("an answer").status
    };
    let good = challenge();
    let log = "/v1/log?from=0";
    assert_eq!(ask(log, desk.asks(log, &good)), 200, "whoever has a listed desk's key is it, until the root ends it");
    assert_eq!(ask(log, desk.asks(log, &good)), 200, "within ten minutes, for the same path");
    assert_eq!(ask("/v1/log?from=1", desk.asks(log, &good)), 401, "and for no other");
    assert_eq!(ask("/v1/metrics", desk.asks(log, &good)), 401);
    let mut forged = good.clone();
    forged[39] ^= 1;
    for (name, header) in [
        ("a challenge that the server did not make", desk.asks(log, &forged)),
        ("none", desk.asks(log, &[0; 40])),
        ("a phone", member.asks(log, &good)),
        ("a desk that the root does not list", made.asks(log, &good)),
        ("somebody's key in a desk's name", Device { key: Key::new(), ..copy(&desk) }.asks(log, &good)),
        ("no signature", "Baqylau AAAA".into()),
        ("another scheme", "Bearer AAAA".into()),
    ] {
        assert_eq!(ask(log, header), 401, "{name}");
    }
    assert_eq!(attacker.line.status("GET /v1/log?from=0", b""), 401);
    assert_eq!(statuses(&mut world.desk).len(), 0);
}

/// The same device once more.
fn copy(device: &Device) -> Device {
    Device { key: Key::of(device.key.seed()), enrolment: device.enrolment.clone(), ..*device }
}

#[test]
fn paths_tell_nobody_what_exists() {
    let mut world = mission();
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    assert_eq!(send(&phone), 1);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let device = world.desk.devices(now()).expect("devices")[0].device.0;
    let (attacker, _) = Attacker::new(&mut world);
    let ask = |what: &str| attacker.line.ask(what, &[], b"").expect("an answer");
    for path in [
        "/",
        "/v1",
        "/v1/",
        "/v2/objects",
        "/v1/objects/",
        "/v1/../server.db",
        "/v1/parts/../../root.pub",
        "//v1/bundle",
    ] {
        let status = ask(&format!("GET {path}")).status;
        assert!([400, 404, 405].contains(&status), "{path}: {status}");
    }
    for what in ["PUT /v1/objects", "DELETE /v1/bundle", "GET /v1/objects"] {
        assert_eq!(ask(what).status, 405, "{what}");
    }
    // A device that exists is not told from one that does not.
    let stranger: [u8; 16] = random();
    for path in ["/v1/letters/DEVICE?from=0", "/v1/blobs/DEVICE/HASH?from=0"] {
        let path = path.replace("HASH", &hex(&[7; 32]));
        let one = ask(&format!("GET {}", path.replace("DEVICE", &hex(&device))));
        let other = ask(&format!("GET {}", path.replace("DEVICE", &hex(&stranger))));
        assert_eq!((one.status, one.body), (other.status, other.body), "{path}");
    }
    for path in ["/v1/log?from=0", "/v1/metrics"] {
        assert_eq!(ask(&format!("GET {path}")).status, 401, "{path}");
    }
    for path in ["/v1/log", "/v1/letters/xyz?from=0", "/v1/parts/00", "/v1/consistency?from=9", "/v1/tile/0/x9"] {
        let status = ask(&format!("GET {path}")).status;
        assert!([400, 401, 404].contains(&status), "{path}: {status}");
    }
}
