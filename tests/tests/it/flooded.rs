//! A stolen phone that sends as much as its observer's quota lets through: what it costs the desk has an end, and nothing is hidden.

use crate::it::support::{deliver, one_report};
use baqylau_desk::adjudication::status::Status;
use baqylau_desk::log::undone::Undone;
use baqylau_desk::store::{BeyondLimit, EVALUATED, LogObject, OPENED, Opened, PageContents, PulledEnvelope};
use baqylau_protocol::certificate::Invite;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::keys::random;
use baqylau_tests::rogue::Rogue;
use baqylau_tests::{now, reports};
use minicbor::bytes::ByteVec;

/// How many reports come beyond the limit.
const MORE: u64 = 40;

#[test]
fn what_one_phone_sends_beyond_all_measure_is_kept_counted_and_not_evaluated() {
    let (mut world, core, hash) = one_report();
    let (genuine, _) = world.desk.read(hash).expect("opens");
    let invite = Invite::from_text(&world.invite("p003")).expect("an invite");
    let rogue = Rogue::new(&invite, world.desk.manifest().expect("a bundle"));
    let mut prev = Hash::of(&rogue.enrolment);
    let mut objects: Vec<ByteVec> = vec![rogue.enrolment.clone().into()];
    for seq in 1..=EVALUATED + MORE {
        let mut report = genuine.clone();
        report.clock.seen = None;
        report.visit.code = format!("T002-{seq}");
        let envelope = rogue.envelope(seq, prev, 1, &report.encode());
        prev = Hash::of(&envelope);
        objects.push(envelope.into());
    }
    assert_eq!(deliver(&world, objects).refused.len(), 0);
    let pulled = world.desk.pull(now(), &|_| ()).expect("pulls");
    let beyond = BeyondLimit { device: rogue.device(), reports: MORE };
    assert_eq!(pulled.beyond, [beyond]);
    let told = pulled.undone().into_iter().find(|undone| matches!(undone, Undone::ReportsBeyondLimit(_)));
    let words = told.expect("it is told").to_string();
    assert!(words.contains("40 reports") && words.contains("not evaluated") && words.contains("revoke"), "{words}");
    let rows = reports(&world.desk);
    let of = |device| rows.iter().filter(|row| row.summary.meta.device == device).count() as u64;
    assert_eq!(of(rogue.device()), EVALUATED);
    let last =
        rows.iter().filter(|row| row.summary.meta.device == rogue.device()).map(|row| row.summary.meta.seq).max();
    assert_eq!(last, Some(EVALUATED), "the first in the log");
    // Whoever else reports is not touched, before or after.
    crate::it::support::report(&core, "another");
    core.sync_now(baqylau_tests::BUDGET).expect("syncs");
    let pulled = world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!((pulled.beyond, pulled.reports), (vec![beyond], 1), "it stays told");
    let rows = reports(&world.desk);
    let honest = rows.iter().filter(|row| row.summary.meta.device != rogue.device());
    assert_eq!(honest.map(|row| row.status.clone()).collect::<Vec<_>>(), vec![Status::Counted; 2]);
    // Nothing is lost: the sealed bytes verify, and are in what the desk exports.
    let (good, faults) = world.desk.verify_all().expect("verifies");
    assert!(good as u64 > EVALUATED + MORE && faults.is_empty(), "{good} {faults:?}");
}

#[test]
fn of_what_one_phone_floods_the_store_keeps_the_sealed_bytes() {
    let (world, _, hash) = one_report();
    let pattern = world.desk.store.envelope(hash).expect("a store").expect("the report");
    let contents = |n: u64| Opened { kind: ObjectType::Report, bytes: vec![n.to_le_bytes()[0]; 64] };
    let mut next = world.desk.store.cursor().expect("a cursor");
    let end = next + OPENED + MORE;
    let mut add = |plain: &dyn Fn(u64) -> PulledEnvelope, upto: u64| {
        while next < upto {
            let page: Vec<PulledEnvelope> = (next..upto.min(next + 500)).map(plain).collect();
            let objects: Vec<LogObject> =
                page.iter().map(|e| LogObject { received: e.received, hash: e.hash, bytes: vec![1; 1_000] }).collect();
            let found = PageContents { envelopes: &page, ..PageContents::default() };
            world.desk.store.add_page(next, &objects, found, &[]).expect("kept");
            next += page.len() as u64;
        }
        next
    };
    let flood =
        |n: u64| PulledEnvelope { index: n, seq: n, hash: Hash(random()), plain: Ok(contents(n)), ..pattern.clone() };
    add(&flood, end);
    let stored = world.desk.store.envelopes().expect("envelopes");
    let opened = stored.iter().filter(|e| e.device == pattern.device && e.plain.is_ok()).count() as u64;
    assert_eq!(opened, OPENED);
    assert_eq!(world.desk.store.objects().expect("objects").len() as u64, end, "every sealed byte is here");
    // The one that was there before is among the first.
    let beyond = OPENED + MORE + 1 - EVALUATED;
    let told = world.desk.store.beyond_limit().expect("a store");
    assert_eq!(told, [BeyondLimit { device: pattern.device, reports: beyond }]);
    assert_eq!(reports(&world.desk).len() as u64, EVALUATED);
}
