//! What a server says without proving it: refusals, letters, times. None of it ends anything, and none of it destroys anything.

use crate::it::support::{draft, key, report};
use baqylau_desk::DeskError;
use baqylau_desk::adjudication::status::Status;
use baqylau_desk::faults::{LogFault, ServerRefusal};
use baqylau_forms::value::Moment;
use baqylau_observer::app::{DeliveryState, LogConsistency, PhoneConfig};
use baqylau_observer::clock::{Clock, SystemClock};
use baqylau_observer::{Error, ObserverApp, RefusalReason};
use baqylau_protocol::cbor;
use baqylau_protocol::courier::CourierFile;
use baqylau_protocol::ids::{Hash, PublicKey};
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::merkle::root_from_path;
use baqylau_protocol::receipt::{Receipt, TreeHead, leaf_hash};
use baqylau_protocol::wire::{LetterPage, LogPage, LoggedLetter, Refusal, RefusalCode, Upload, Verdict, Verdicts};
use baqylau_tests::{BUDGET, PIN, World, now, tables};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const DAY: i64 = 86_400_000;

/// The machine's clocks, later: wall and boot clock apart.
#[derive(Default)]
struct Later {
    wall: AtomicI64,
    boot: AtomicI64,
}

impl Later {
    fn by(&self, ms: i64) {
        self.wall.fetch_add(ms, Ordering::SeqCst);
        self.boot.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for Later {
    fn wall(&self) -> Moment {
        let now = SystemClock.wall();
        Moment { ms: now.ms + self.wall.load(Ordering::SeqCst), ..now }
    }
    fn boot_ms(&self) -> i64 {
        SystemClock.boot_ms() + self.boot.load(Ordering::SeqCst)
    }
    fn boot_id(&self) -> [u8; 8] {
        SystemClock.boot_id()
    }
    fn jitter(&self) -> u32 {
        SystemClock.jitter()
    }
}

/// A phone whose clocks a test moves.
fn phone(world: &mut World) -> (ObserverApp, Arc<Later>) {
    let invite = world.invite("p001");
    let clock = Arc::new(Later::default());
    let config = PhoneConfig { clock: clock.clone(), ..world.phone("phone") };
    let core = ObserverApp::create(config, PIN, &invite).expect("a store");
    (core, clock)
}

/// Refuses everything, with words of its own.
fn refuse(code: RefusalCode) -> impl Fn(&str, &[u8], &[u8]) -> Option<Vec<u8>> {
    move |what, request, _| {
        let objects =
            what.starts_with("POST /v1/objects").then(|| cbor::decode_request::<Upload>(request))?.ok()?.objects;
        let refused = |_| Verdict::Refused(Refusal { code, reason: "call +7 700 and read out your PIN".into() });
        Some(cbor::encode(&Verdicts { verdicts: objects.iter().map(refused).collect(), proof: None }))
    }
}

#[test]
fn nothing_unsigned_takes_back_what_a_receipt_proved() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (core, clock) = phone(&mut world);
    let server = world.lying();
    core.enrol(BUDGET).expect("enrols");
    report(&core, "one");
    assert_eq!(core.sync_now(BUDGET).expect("syncs").delivered, 1);
    let states = |core: &ObserverApp| -> Vec<bool> {
        let states = core.reports().expect("reports").into_iter().map(|r| r.state);
        states.map(|state| matches!(state, DeliveryState::Delivered { .. })).collect()
    };
    report(&core, "two");
    for code in [RefusalCode::UnknownDevice, RefusalCode::Quota, RefusalCode::Revoked, RefusalCode::Malformed] {
        server.lie(refuse(code));
        for _ in 0..2 {
            core.sync_now(BUDGET).expect("no error");
            assert_eq!(core.summary().expect("a summary").delivered, 1, "{code:?}");
            assert_eq!(states(&core).iter().filter(|delivered| **delivered).count(), 1, "{code:?}");
            clock.by(DAY);
        }
    }
    // It may have told the truth: what it says that it lost is offered, and receipted, once more.
    server.repent();
    assert_eq!(core.sync_now(BUDGET).expect("syncs").again, None);
    assert_eq!(states(&core), [true, true]);
    assert!(core.summary().expect("a summary").all_stored());
    assert_eq!(core.sync_now(BUDGET).expect("syncs").delivered, 0, "and then no more");
}

fn waiting(core: &ObserverApp, world: &World) -> usize {
    CourierFile::decode(&core.export_courier().expect("a file"), world.desk.mission()).expect("a courier").objects.len()
}

#[test]
fn a_refusal_that_nobody_signed_slows_a_phone_and_ends_nothing() {
    for code in [
        RefusalCode::Malformed,
        RefusalCode::Mission,
        RefusalCode::Signature,
        RefusalCode::Expired,
        RefusalCode::Revoked,
        RefusalCode::Length,
        RefusalCode::Later(8),
    ] {
        let mut world = World::new(&tables("kazakhstan-2023"));
        let (core, clock) = phone(&mut world);
        let server = world.lying();
        core.enrol(BUDGET).expect("enrols");
        report(&core, "one");
        server.lie(refuse(code));
        let mut before = now();
        let mut tries = 0;
        // Whatever it says for a week: tried again, more and more rarely, but daily.
        while clock.wall.load(Ordering::SeqCst) < 7 * DAY {
            let sync = core.sync(BUDGET).expect("no error");
            assert_eq!((sync.delivered, sync.refused), (0, 1), "{code:?}");
            tries += 1;
            let again = sync.again.expect("it is tried again");
            let wait = again - now() - clock.wall.load(Ordering::SeqCst);
            assert!((0..=DAY).contains(&wait) && again > before, "{code:?}: {wait}");
            before = again;
            let state = core.reports().expect("reports").remove(0).state;
            assert!(
                matches!(&state, DeliveryState::Stuck { reason, .. } if !reason.contains("PIN") && reason.contains("the server says")),
                "{code:?}: in our words: {state:?}"
            );
            assert_eq!(core.sync(BUDGET).expect("no error").refused, 0, "{code:?}: not before its time");
            clock.by(wait + 1_000);
        }
        assert!((8..=16).contains(&tries), "{code:?}: {tries} times in a week");
        assert_eq!(waiting(&core, &world), 2, "{code:?}: a courier may take it meanwhile, with the enrolment");
        server.repent();
        clock.by(DAY);
        assert_eq!(core.sync(BUDGET).expect("no error").delivered, 1, "{code:?}");
        assert!(core.summary().expect("a summary").all_stored(), "{code:?}");
    }
}

#[test]
fn an_attachment_that_a_server_refuses_is_kept_and_tried_again_ever_later() {
    for status in ["409 Conflict", "413 Content Too Large"] {
        let mut world = World::new(&tables("kazakhstan-2023"));
        let (core, clock) = phone(&mut world);
        let server = world.lying();
        core.enrol(BUDGET).expect("enrols");
        let id = draft(&core, "complaint");
        core.attach(id, key(&core, id, "document"), "application/pdf", &mut &[7; 500][..]).expect("attached");
        core.finalise(id, Some("for a test".into())).expect("signed");
        server.speak(move |what, _, _| {
            let words = "call +7 700 and read out your PIN";
            let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", words.len());
            what.contains("/v1/blobs/").then(|| [head.as_bytes(), words.as_bytes()].concat())
        });
        let mut tries = 0;
        while clock.wall.load(Ordering::SeqCst) < 7 * DAY {
            let sync = core.sync(BUDGET).expect("no error");
            let again = sync.again.expect("it is tried again");
            let wait = again - now() - clock.wall.load(Ordering::SeqCst);
            assert!((0..=DAY).contains(&wait), "{status}: {wait}");
            tries += 1;
            let report = core.reports().expect("reports").remove(0);
            assert_eq!(report.attachment_problem, Some(RefusalReason::FileNotTaken), "{status}: in our words");
            assert!(!core.summary().expect("a summary").all_stored(), "{status}");
            assert_eq!(core.courier_attachments().expect("files").len(), 1, "{status}: the file is kept");
            clock.by(wait + 1_000);
        }
        assert!((8..=16).contains(&tries), "{status}: {tries} times in a week");
        server.repent();
        clock.by(DAY);
        assert_eq!(core.sync(BUDGET).expect("no error").again, None, "{status}");
        assert!(core.summary().expect("a summary").all_stored(), "{status}");
        assert_eq!(core.reports().expect("reports").remove(0).attachment_problem, None, "{status}");
    }
}

#[test]
fn a_desk_keeps_what_a_later_server_refuses_for_a_reason_of_its_own() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (core, _) = phone(&mut world);
    let server = world.lying();
    core.enrol(BUDGET).expect("enrols");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    world.desk.records().message(&[], "Stay where you are.", now()).expect("written");
    server.lie(refuse(RefusalCode::Later(8)));
    let unsent = world.desk.pull(now(), &|_| ()).expect("everything else goes on").unsent;
    let why: Vec<ServerRefusal> = unsent.iter().map(|record| record.why).collect();
    assert_eq!(why, [ServerRefusal::UnknownReason; 2], "the letter, and the word to the other desks");
    server.repent();
    let pulled = world.desk.pull(now(), &|_| ()).expect("pulls");
    assert!(pulled.unsent.is_empty() && pulled.objects == 2, "{pulled:?}");
}

#[test]
fn an_enrolment_that_was_refused_is_tried_again() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (core, clock) = phone(&mut world);
    let server = world.lying();
    server.lie(refuse(RefusalCode::Revoked));
    let refused = core.enrol(BUDGET).expect_err("refused");
    assert!(matches!(&refused, Error::Refused { reason, .. } if !reason.contains("PIN")), "{refused}");
    report(&core, "signed all the same");
    let sync = core.sync(BUDGET).expect("no error");
    assert!(!sync.enrolled && sync.again.is_some_and(|again| again <= now() + DAY), "{sync:?}");
    server.repent();
    clock.by(DAY);
    let sync = core.sync(BUDGET).expect("no error");
    assert!(sync.enrolled && sync.delivered == 1, "{sync:?}");
}

#[test]
fn a_letter_that_is_none_or_lies_about_its_place_makes_no_phone_deaf() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (core, _) = phone(&mut world);
    let server = world.lying();
    core.enrol(BUDGET).expect("enrols");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let junk = |what: &str, _: &[u8], honest: &[u8]| {
        let first = what.starts_with("GET /v1/letters") && what.contains("from=0");
        let junk = LoggedLetter { object: vec![7; 40].into(), index: (1 << 63) - 3, received: 0, path: Vec::new() };
        let page: LetterPage = what.starts_with("GET /v1/letters").then(|| cbor::decode_request(honest).ok())??;
        Some(cbor::encode(&LetterPage { letters: first.then_some(junk).into_iter().collect(), ..page }))
    };
    server.lie(junk);
    assert_eq!(core.sync_now(BUDGET).expect("syncs").letters, 0);
    let written = |world: &mut World, text: &str| {
        world.desk.records().message(&[], text, now()).expect("written");
        world.desk.pull(now(), &|_| ()).expect("pulls");
    };
    // A letter that a desk did write, at a place where it is not.
    server.repent();
    written(&mut world, "Stay.");
    server.lie(|what, _, honest| {
        let mut letters: LetterPage =
            what.starts_with("GET /v1/letters").then(|| cbor::decode_request(honest).ok())??;
        letters.letters.iter_mut().for_each(|letter| letter.index += 1 << 62);
        Some(cbor::encode(&letters))
    });
    assert_eq!(core.sync_now(BUDGET).expect("syncs").letters, 0, "it is not proved to be there");
    assert!(core.letters().expect("letters").is_empty());
    server.repent();
    written(&mut world, "Evacuate.");
    assert_eq!(core.sync_now(BUDGET).expect("syncs").letters, 2, "both, from where the first is");
    let texts: Vec<String> = core.letters().expect("letters").into_iter().map(|l| l.text).collect();
    assert_eq!(texts, ["Evacuate.", "Stay."], "each once");
}

/// Receipts by the mission's receipt key, for a log and a time that never were.
fn receipts(
    key: [u8; 32],
    mission: baqylau_protocol::ids::MissionId,
    received: i64,
    time: i64,
    size: u64,
) -> impl Fn(&str, &[u8], &[u8]) -> Option<Vec<u8>> {
    let key = SigningKey::from_seed(key);
    move |what, request, _| {
        let objects =
            what.starts_with("POST /v1/objects").then(|| cbor::decode_request::<Upload>(request))?.ok()?.objects;
        let levels = size.trailing_zeros() as usize;
        let stored = |object: &minicbor::bytes::ByteVec| {
            let path = vec![Hash([7; 32]); levels];
            let root = root_from_path(leaf_hash(Hash::of(object), received), 0, size, &path).expect("a path");
            let head = TreeHead { v: baqylau_protocol::VERSION, mission, size, root, time }.sign(&key).into();
            Verdict::Stored(Receipt { head, index: 0, received, path })
        };
        Some(cbor::encode(&Verdicts { verdicts: objects.iter().map(stored).collect(), proof: None }))
    }
}

/// The honest log, under a time that is off by so many milliseconds.
fn dated(
    key: [u8; 32],
    mission: baqylau_protocol::ids::MissionId,
    by: i64,
) -> impl Fn(&str, &[u8], &[u8]) -> Option<Vec<u8>> {
    let key = SigningKey::from_seed(key);
    move |what, _, honest| {
        let mut answer =
            what.starts_with("POST /v1/objects").then(|| cbor::decode_request::<Verdicts>(honest))?.ok()?;
        for verdict in &mut answer.verdicts {
            let Verdict::Stored(receipt) = verdict else { continue };
            let head = TreeHead::open(&receipt.head, &[key.public()], mission).ok()?;
            receipt.head = TreeHead { time: head.time + by, ..head }.sign(&key).into();
        }
        Some(cbor::encode(&answer))
    }
}

#[test]
fn a_receipt_that_no_proof_ties_to_the_known_log_makes_nothing_stored_until_it_is_proved() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (core, _) = phone(&mut world);
    let server = world.lying();
    core.enrol(BUDGET).expect("enrols");
    let told = |proof: fn(Vec<Hash>) -> Option<Vec<Hash>>| {
        move |what: &str, _: &[u8], honest: &[u8]| match what {
            _ if what.starts_with("GET /v1/consistency") => Some(Vec::new()),
            _ if what.starts_with("POST /v1/objects") => {
                let answer: Verdicts = cbor::decode_request(honest).ok()?;
                let proof = answer.proof.and_then(proof);
                Some(cbor::encode(&Verdicts { proof, ..answer }))
            }
            _ if what.starts_with("GET /v1/letters") => {
                let page: LetterPage = cbor::decode_request(honest).ok()?;
                let proof = page.proof.and_then(proof);
                Some(cbor::encode(&LetterPage { proof, ..page }))
            }
            _ => None,
        }
    };
    for (words, lie) in [("none", told(|_| None)), ("wrong", told(|_| Some(vec![Hash([7; 32])])))] {
        let stored = core.summary().expect("a summary").delivered;
        server.lie(lie);
        report(&core, words);
        let sync = core.sync(BUDGET).expect("no error");
        assert_eq!((sync.delivered, sync.refused), (0, 0), "{words}");
        assert!(sync.again.is_some(), "{words}: it is tried again");
        let summary = core.summary().expect("a summary");
        assert_eq!((summary.delivered, summary.waiting, summary.log), (stored, 1, LogConsistency::Unproved), "{words}");
        assert!(core.export_courier().is_ok() && waiting(&core, &world) == 2, "{words}: a courier may take it");
        let sync = core.sync(BUDGET).expect("no error");
        assert_eq!(
            (sync.delivered, sync.bytes_sent),
            (0, 0),
            "{words}: the proof is asked for, nothing goes again yet"
        );
        // An answer to which a proof belongs makes it stored, without the report going again.
        server.repent();
        let sync = core.sync(BUDGET).expect("syncs");
        assert_eq!((sync.delivered, sync.bytes_sent, sync.again), (1, 0, None), "{words}");
        let summary = core.summary().expect("a summary");
        assert!(summary.all_stored() && summary.log == LogConsistency::Proved, "{words}");
    }
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(baqylau_tests::reports(&world.desk).len(), 2, "the log has each once");
}

#[test]
fn no_time_that_a_server_says_destroys_a_visit() {
    let year_3000 = 32_503_680_000_000;
    for (received, time, size) in [(0, now(), 1), (now(), year_3000, 1 << 40), (0, 0, 1 << 40), (i64::MIN, i64::MAX, 1)]
    {
        let mut world = World::new(&tables("kazakhstan-2023"));
        let (core, clock) = phone(&mut world);
        let server = world.lying();
        core.enrol(BUDGET).expect("enrols");
        let known = core.mission().expect("a mission").clock_error;
        let key = std::fs::read_to_string(world.server_folder().join("receipt.key")).expect("the key");
        let key = PublicKey::from_hex(&key).expect("hexadecimal").0;
        server.lie(receipts(key, world.desk.mission(), received, time, size));
        let first = draft(&core, "campaign_event");
        core.finalise(first, Some("for a test".into())).expect("signed");
        assert_eq!(core.sync_now(BUDGET).expect("syncs").delivered, 0, "a head of another log makes nothing stored");
        let there = |why: &str| {
            assert!(core.visits().expect("visits").iter().all(|v| !v.forgotten), "{received} {time}: {why}");
            core.open_section(first, 0).expect("it can be read");
        };
        there("at once");
        let off = core.mission().expect("a mission").clock_error - known;
        assert!(off.abs() < 60_000, "{received} {time}: the time is not taken: {off}");
        server.repent();
        report(&core, "honest again");
        assert_eq!(core.sync_now(BUDGET).expect("syncs").delivered, 2);
        there("later");
        // What the phone says that it has seen is the honest log again.
        report(&core, "the third");
        core.sync_now(BUDGET).expect("syncs");
        world.desk.pull(now(), &|_| ()).expect("pulls");
        let reports = baqylau_tests::reports(&world.desk);
        let seen = world
            .desk
            .read(reports.last().expect("a report").summary.meta.hash)
            .expect("it opens")
            .0
            .clock
            .seen
            .expect("a head");
        assert!(seen.0 < 100, "{received} {time}: {}", seen.0);
        // The wall clock alone does not do it either: the phone has not run for so long.
        clock.wall.fetch_add(400 * DAY, Ordering::SeqCst);
        core.sync_now(BUDGET).expect("syncs");
        there("with another wall clock");
        // The window passes by the phone's own clocks.
        clock.boot.fetch_add(400 * DAY, Ordering::SeqCst);
        core.sync_now(BUDGET).expect("syncs");
        assert!(core.visits().expect("visits").iter().all(|v| v.forgotten), "{received} {time}");
    }
}

/// A server whose clock is wrong is the first that a phone hears: until another receipt, its time is all there is.
#[test]
fn a_server_twenty_days_ahead_at_first_contact_delays_and_destroys_nothing() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (core, clock) = phone(&mut world);
    let server = world.lying();
    let key = std::fs::read_to_string(world.server_folder().join("receipt.key")).expect("the key");
    let key = PublicKey::from_hex(&key).expect("hexadecimal").0;
    server.lie(dated(key, world.desk.mission(), 20 * DAY));
    core.enrol(BUDGET).expect("enrols");
    let first = draft(&core, "campaign_event");
    core.finalise(first, Some("for a test".into())).expect("signed");
    assert_eq!(core.sync(BUDGET).expect("syncs").delivered, 1);
    let there = |why: &str| {
        assert!(core.visits().expect("visits").iter().all(|v| !v.forgotten), "{why}");
        core.open_section(first, 0).expect("it can be read");
    };
    there("under that time");
    // What is put off under its time is not put off for twenty days under ours.
    server.lie(refuse(RefusalCode::Revoked));
    report(&core, "put off");
    core.sync(BUDGET).expect("no error");
    server.repent();
    report(&core, "honest again");
    assert!(core.sync(BUDGET).expect("syncs").delivered >= 1);
    let off = core.mission().expect("a mission").clock_error;
    assert!(off.abs() < 60_000, "the first honest receipt mends the time: {off}");
    clock.by(DAY);
    core.sync(BUDGET).expect("syncs");
    assert!(core.summary().expect("a summary").all_stored(), "a day later at the latest everything is delivered");
    there("later");
}

#[test]
fn a_log_that_does_not_add_up_is_named_and_pulled_once_it_does() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (core, _) = phone(&mut world);
    let server = world.lying();
    core.enrol(BUDGET).expect("enrols");
    (0..6).for_each(|n| report(&core, &"x".repeat(n + 1)));
    core.sync_now(BUDGET).expect("syncs");
    // A bit of one object is another, and it comes in small pages: some are kept before the root can be looked at.
    server.lie(|what, _, honest| {
        let mut page: LogPage = what.starts_with("GET /v1/log").then(|| cbor::decode_request(honest).ok())??;
        page.entries.truncate(2);
        for (entry, index) in page.entries.iter_mut().zip(page.from..) {
            if index == 4 {
                let mut bytes = entry.object.to_vec();
                bytes[500] ^= 1;
                entry.object = bytes.into();
            }
        }
        Some(cbor::encode(&page))
    });
    for _ in 0..2 {
        let told = world.desk.pull(now(), &|_| ()).expect_err("it does not add up");
        assert!(
            matches!(&told, DeskError::Log(LogFault::Root { suspects, .. }) if suspects.iter().any(|s| s.0 == 4)),
            "the object is named: {told}"
        );
    }
    assert!(!world.desk.store.evidence().expect("a store").is_empty(), "what was signed is kept");
    server.repent();
    world.desk.pull(now(), &|_| ()).expect("everything is there again");
    let reports = baqylau_tests::reports(&world.desk);
    assert_eq!(reports.len(), 6);
    assert!(reports.iter().all(|r| r.status == Status::Counted));
}
