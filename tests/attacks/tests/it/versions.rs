//! Programs of several versions on one election day: objects of an earlier and of a later version, made by hand, to the real parts.
//! `docs/compatibility.md` is the table.

use crate::it::support::{Attacker, chain, hostile, mission, published, send, sign, states, statuses, stolen};
use baqylau_attacks::cbor::{Value, list};
use baqylau_attacks::cose::{self, Key};
use baqylau_attacks::device::{Device, letter};
use baqylau_attacks::invite::Invite;
use baqylau_attacks::server::{Request, State};
use baqylau_attacks::{hex, random, sha256};
use baqylau_desk::DeskError;
use baqylau_desk::faults::LogFault;
use baqylau_desk::workspace::keys as desk_keys;
use baqylau_observer::app::DeliveryState;

use baqylau_observer::{BundleRefusal, Error, InvalidReason, ObserverApp, RefusalReason};
use baqylau_protocol::exported::{ExportedLog, ExportedLogError};
use baqylau_tests::{BUDGET, PASSPHRASE, PIN, World, now};
use data_encoding::BASE64URL_NOPAD;

const MALFORMED: u64 = 0;

/// What a phone says of a manifest of another version that the root signed.
fn refusal(v: u64) -> BundleRefusal {
    if v > 2 { BundleRefusal::AppTooOld } else { BundleRefusal::NotGenuine }
}

/// What the root signed last, with another version and whatever a later one would have beside, as the next manifest.
fn manifest(world: &World, v: u64) -> Vec<u8> {
    let seed: Vec<u8> =
        desk_keys::read(&world.desk.workspace.folder.join("keys/root.key"), PASSPHRASE).expect("the root key");
    let before = published(world).manifest;
    let mut says = cose::payload(&before);
    says.put(0, v);
    says.put(2, says.at(2).uint() + 1);
    says.put(3, sha256(&before));
    if v > 2 {
        says.put(14, "what nobody knows yet");
    }
    Key::of(seed.try_into().expect("a seed")).sign_value(cose::MANIFEST, &says)
}

#[test]
fn a_phone_keeps_its_mission_beside_a_manifest_of_another_version() {
    for v in [1, 3] {
        let (mut world, server, phone) = hostile();
        assert!(phone.enrol(BUDGET).expect("enrols").enrolled);
        let other = manifest(&world, v);
        server.with(|state| state.published.manifest = other);
        assert_eq!(send(&phone), 1, "{v}: reports go on");
        let seen = phone.mission().expect("a mission");
        assert_eq!((seen.version, seen.bundle_refused), (1, Some(refusal(v))), "{v}");
        let good = published(&world).manifest;
        server.with(|state| state.published.manifest = good);
        assert_eq!(send(&phone), 1);
        assert_eq!(phone.mission().expect("a mission").bundle_refused, None, "{v}");
        assert_eq!(statuses(&mut world.desk), ["counted"; 2], "{v}");
    }
}

#[test]
fn a_phone_does_not_enrol_by_a_manifest_of_another_version() {
    for v in [1, 3] {
        let (world, server, phone) = hostile();
        let other = manifest(&world, v);
        let good = server.with(|state| std::mem::replace(&mut state.published.manifest, other));
        let told = phone.enrol(BUDGET).expect_err("there is no mission that it can read");
        let expected = RefusalReason::from(refusal(v));
        assert!(matches!(&told, Error::Refused { why, .. } if *why == expected), "{v}: {told}");
        server.with(|state| state.published.manifest = good);
        assert!(phone.enrol(BUDGET).expect("enrols").enrolled, "{v}: and nothing is spoilt");
    }
}

#[test]
fn a_server_publishes_no_manifest_of_another_version() {
    let mut world = mission();
    let (attacker, _) = Attacker::new(&mut world);
    for v in [1, 3] {
        let body = list([manifest(&world, v).into(), Vec::<Value>::new().into()]).encode();
        assert_eq!(attacker.line.status("POST /v1/bundle", &body), 400, "{v}");
    }
    let there = attacker.line.ask("GET /v1/bundle", &[], b"").expect("an answer").body;
    assert_eq!(there, attacker.published.manifest, "what was published stays");
}

#[test]
fn a_desk_says_that_it_cannot_read_a_manifest_and_takes_nothing() {
    for v in [1, 3] {
        let (mut world, server, phone) = hostile();
        assert!(phone.enrol(BUDGET).expect("enrols").enrolled);
        assert_eq!(send(&phone), 1);
        let other = manifest(&world, v);
        let good = server.with(|state| std::mem::replace(&mut state.published.manifest, other));
        let told = world.desk.pull(now(), &|_| ()).expect_err("it cannot know who may sign what");
        match v {
            3 => assert!(matches!(told, DeskError::DeskTooOld { found: 3, known: 2 }), "{told}"),
            _ => assert!(matches!(told, DeskError::Log(LogFault::Bundle)), "{v}: {told}"),
        }
        server.with(|state| state.published.manifest = good);
        assert_eq!(statuses(&mut world.desk), ["counted"], "{v}");
    }
}

#[test]
fn a_server_takes_no_object_of_another_version() {
    let mut world = mission();
    let (attacker, invite) = Attacker::new(&mut world);
    let member = attacker.member(&invite);
    let (desk, _) = stolen(&world.desk, &attacker.published);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let payload = member.report(&attacker.published, "incident", "T003-01", now());
    for v in [0, 2] {
        let head = baqylau_attacks::envelope::Letterhead { v, ..member.head(1, member.first()) };
        let envelope = member.seal(&head, cose::REPORT, &payload);
        let mut record = cose::payload(&desk.decide(member.id, 2));
        record.put(0, v);
        let record = desk.key.sign_value(cose::STANDINGS, &record);
        // An enrolment, both halves of it.
        let fresh = Invite::read(&world.invite("p007"));
        let key = Key::new();
        let enrolment = Device::with(&key, &Key::of(fresh.seed), &fresh.certificate, &attacker.published).enrolment;
        let inner = Value::decode(&enrolment[11..enrolment.len() - 66]).expect("the inner object");
        let mut inner = cose::payload(inner.bytes());
        inner.put(0, v);
        let inner = key.sign_value(cose::ENROLMENT[0], &inner);
        let enrolment = Key::of(fresh.seed).sign(cose::ENROLMENT[1], &[], &inner);
        // A type that comes later.
        let unknown = member.key.sign_value(65099, &payload);
        let refused = attacker.upload(&[&envelope, &record, &enrolment, &unknown]);
        assert_eq!(refused, [Err(MALFORMED); 4], "{v}");
        let permit = {
            let mut permit = cose::payload(&member.permit([1; 32], &[([2; 32], 1)], &[3; 32]));
            permit.put(0, v);
            member.key.sign_value(cose::PERMIT, &permit)
        };
        let blob = format!("POST /v1/blobs/{}/{}", hex(&member.id), hex(&[2; 32]));
        let token = format!("authorization: Bearer {}", BASE64URL_NOPAD.encode(&[3; 32]));
        assert_eq!(attacker.line.ask(&blob, &[token], &permit).expect("an answer").status, 404, "{v}");
        let challenge = attacker.line.ask("GET /v1/challenge", &[], b"").expect("an answer").body;
        let asked = desk.asks("/v1/log?from=0", Value::decode(&challenge).expect("bytes").bytes());
        let signed = BASE64URL_NOPAD.decode(asked.trim_start_matches("Baqylau ").as_bytes()).expect("base64url");
        let mut request = cose::payload(&signed);
        request.put(0, v);
        let signed = BASE64URL_NOPAD.encode(&desk.key.sign_value(cose::REQUEST, &request));
        let header = format!("authorization: Baqylau {signed}");
        assert_eq!(attacker.line.ask("GET /v1/log?from=0", &[header], b"").expect("an answer").status, 401, "{v}");
    }
    assert!(attacker.upload(&[&member.seal(&member.head(1, member.first()), cose::REPORT, &payload)])[0].is_ok());
    assert_eq!(statuses(&mut world.desk), ["counted"], "what is of this version counts");
}

#[test]
fn a_phone_whose_server_is_older_keeps_what_it_refuses() {
    let (mut world, server, phone) = hostile();
    assert!(phone.enrol(BUDGET).expect("enrols").enrolled);
    server.attack(|request: &Request, _: &mut State| {
        let refused = || baqylau_attacks::server::Reply::refusals(request.objects().len(), MALFORMED);
        request.is("POST /v1/objects").then(refused)
    });
    assert_eq!(send(&phone), 0);
    let found = states(&phone);
    assert!(matches!(&found[..], [DeliveryState::Stuck { why: RefusalReason::NotTaken, .. }]), "{found:?}");
    let carried = phone.export_courier().expect("a file");
    assert!(carried.len() > 1_000, "a courier takes it");
    server.repent();
    assert_eq!(phone.sync_now(BUDGET).expect("syncs").delivered, 1, "and so does the server, once it is as new");
    assert_eq!(statuses(&mut world.desk), ["counted"]);
}

#[test]
fn a_report_of_another_version_counts_nowhere_until_the_desk_is_as_new() {
    let mut world = mission();
    let (attacker, invite) = Attacker::new(&mut world);
    let member = attacker.member(&invite);
    let report = |visit: &str| member.report(&attacker.published, "incident", visit, now());
    let (mut older, mut newer, mut more) = (report("T003-01"), report("T003-02"), report("T003-03"));
    older.put(0, 1_u64);
    newer.put(0, 3_u64);
    // What a later program of this version may add.
    more.put(-1, "what nobody knows yet");
    let kinds = [older, newer, more, report("T003-04")].map(|payload| (cose::REPORT, payload));
    let sent = chain(&member, &kinds);
    let sent: Vec<&[u8]> = sent.iter().map(Vec::as_slice).collect();
    assert!(attacker.upload(&sent).iter().all(Result::is_ok), "the server reads no report");
    assert_eq!(statuses(&mut world.desk), ["misfit", "misfit", "counted", "counted"]);
}

#[test]
fn a_phone_shows_no_letter_of_another_version_and_all_others() {
    let (world, server, phone) = hostile();
    assert!(phone.enrol(BUDGET).expect("enrols").enrolled);
    let enrolment = server.with(|state| state.log[0].1.clone());
    let (desk, reading) = stolen(&world.desk, &published(&world));
    for (seq, v) in (1..).zip([0_u64, 2, 1]) {
        let mut words = letter(&format!("version {v}"), None);
        words.put(0, v);
        let envelope = desk.letter(&enrolment, &reading, (seq, random()), &words);
        server.with(|state| state.log_letter(envelope, desk.enrolment.clone()));
    }
    assert!(phone.sync_now(BUDGET).is_ok());
    let texts: Vec<String> = phone.letters().expect("letters").into_iter().map(|l| l.text).collect();
    assert_eq!(texts, ["version 1"]);
}

#[test]
fn a_head_of_another_version_proves_nothing() {
    let (mut world, server, phone) = hostile();
    assert!(phone.enrol(BUDGET).expect("enrols").enrolled);
    sign(&phone);
    for v in [0, 2] {
        server.with(|state| state.head_version = v);
        assert_eq!(phone.sync_now(BUDGET).expect("no error").delivered, 0, "{v}");
        let found = states(&phone);
        assert!(matches!(&found[..], [DeliveryState::Stuck { why: RefusalReason::NotGenuine, .. }]), "{v}: {found:?}");
        let told = world.desk.pull(now(), &|_| ()).expect_err("nothing is proved");
        assert!(matches!(told, DeskError::Server { .. } | DeskError::Log(LogFault::Head)), "{v}: {told}");
    }
    server.with(|state| state.head_version = 1);
    assert_eq!(phone.sync_now(BUDGET).expect("syncs").delivered, 1);
    assert_eq!(statuses(&mut world.desk), ["counted"]);
}

#[test]
fn an_invite_of_another_version_is_refused() {
    let mut world = mission();
    let text = world.invite("p001");
    let mut map = Value::decode(&BASE64URL_NOPAD.decode(&text.as_bytes()[9..]).expect("base64url")).expect("a map");
    for v in [0_u64, 2] {
        map.put(0, v);
        let other = format!("BAQYLAU1:{}", BASE64URL_NOPAD.encode(&map.encode()));
        let told = ObserverApp::create(world.phone("phone"), PIN, &other).map(drop).expect_err("another version");
        assert!(matches!(told, Error::Invalid(InvalidReason::Invite(_))), "{v}: {told}");
        assert!(told.to_string().contains(&format!("version {v}")), "{told}");
    }
    let later = text.replacen("BAQYLAU1:", "BAQYLAU2:", 1);
    let told = ObserverApp::create(world.phone("phone"), PIN, &later).map(drop).expect_err("another version");
    assert!(matches!(told, Error::Invalid(InvalidReason::Invite(_))), "{told}");
    assert!(world.enrolled("phone", &text).mission().is_ok(), "nothing was made by it");
}

#[test]
fn a_courier_file_of_another_version_is_refused_whole() {
    let mut world = mission();
    let (one, other) = (world.invite("p001"), world.invite("p003"));
    let (phone, carrier) = (world.enrolled("phone", &one), world.enrolled("carrier", &other));
    sign(&phone);
    let file = phone.export_courier().expect("a file");
    let mut map = Value::decode(&file).expect("a map");
    for v in [0_u64, 2] {
        map.put(0, v);
        let told = carrier.import_courier(&map.encode()).map(drop).expect_err("another version");
        assert!(matches!(told, Error::Invalid(InvalidReason::Courier(_))), "{v}: {told}");
        let told = world.desk.deliver(&map.encode(), &[], &|_| ()).map(drop).expect_err("another version");
        assert!(matches!(told, DeskError::Courier(_)) && told.to_string().contains(&format!("version {v}")), "{told}");
    }
    assert!(carrier.import_courier(&file).expect("taken").carried > 0);
    assert!(carrier.sync_now(BUDGET).expect("syncs").carried > 0);
    assert_eq!(statuses(&mut world.desk), ["counted"]);
}

#[test]
fn a_courier_file_with_a_manifest_of_another_version_brings_its_reports() {
    let mut world = mission();
    let (one, other) = (world.invite("p001"), world.invite("p003"));
    let (phone, carrier) = (world.enrolled("phone", &one), world.enrolled("carrier", &other));
    sign(&phone);
    let mut map = Value::decode(&phone.export_courier().expect("a file")).expect("a map");
    map.put(4, list([manifest(&world, 3).into(), Vec::<Value>::new().into()]));
    let taken = carrier.import_courier(&map.encode()).expect("taken");
    assert!(taken.carried > 0 && !taken.bundle, "{taken:?}");
    assert_eq!(taken.bundle_refused, Some(BundleRefusal::AppTooOld));
    let seen = carrier.mission().expect("a mission");
    assert_eq!((seen.version, seen.bundle_refused), (1, Some(BundleRefusal::AppTooOld)));
    assert!(carrier.sync_now(BUDGET).expect("syncs").carried > 0);
    assert_eq!(statuses(&mut world.desk), ["counted"]);
}

#[test]
fn a_manifest_of_a_later_version_that_another_key_signed_is_not_genuine() {
    let (mut world, server, phone) = hostile();
    assert!(phone.enrol(BUDGET).expect("enrols").enrolled);
    let says = cose::payload(&manifest(&world, 3));
    let forged = Key::new().sign_value(cose::MANIFEST, &says);
    server.with(|state| state.published.manifest = forged);
    assert_eq!(send(&phone), 1);
    assert_eq!(phone.mission().expect("a mission").bundle_refused, Some(BundleRefusal::NotGenuine));
    let told = world.desk.pull(now(), &|_| ()).expect_err("nobody's bundle");
    assert!(matches!(told, DeskError::Log(LogFault::Bundle)), "{told}");
}

#[test]
fn an_exported_log_of_another_version_is_refused() {
    let mut world = mission();
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    assert_eq!(send(&phone), 1);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let export = world.desk.heads().export().expect("reads").expect("pulled");
    let bytes = minicbor::to_vec(&export).expect("CBOR");
    for v in [0_u8, 2] {
        // An array, then its version.
        let other = [&bytes[..1], &[v], &bytes[2..]].concat();
        let told = ExportedLog::decode(&other).map(drop).expect_err("another version");
        assert!(matches!(told, ExportedLogError::Version { found } if found == v), "{told}");
        assert!(told.to_string().contains("update this program"), "{told}");
    }
    ExportedLog::decode(&bytes).expect("it reads").open().expect("and verifies");
}
