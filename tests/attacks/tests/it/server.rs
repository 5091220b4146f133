//! A server that lies about its log, about receipts and about the bundle.

use crate::it::support::{hostile, published, send, sign, states, statuses};
use baqylau_attacks::cbor::{Value, list};
use baqylau_attacks::server::{Reply, Request, State};
use baqylau_desk::DeskError;
use baqylau_desk::faults::LogFault;
use baqylau_observer::app::{DeliveryState, LogConsistency};
use baqylau_observer::{BundleRefusal, ObserverApp, RefusalReason};
use baqylau_tests::{BUDGET, PASSPHRASE, now, reports};

fn log(phone: &ObserverApp) -> LogConsistency {
    phone.summary().expect("a summary").log
}

#[test]
fn a_forked_log_is_told_by_who_saw_both_branches() {
    let (mut world, server, phone) = hostile();
    let (other, far) = (world.invite("p003"), world.phone("far"));
    let far = ObserverApp::create(far, baqylau_tests::PIN, &other).expect("a store");
    assert!(phone.enrol(BUDGET).expect("enrols").enrolled && far.enrol(BUDGET).expect("enrols").enrolled);
    assert_eq!((send(&phone), log(&phone)), (1, LogConsistency::Proved));
    // From here on it shows a log in which that report never came.
    let kept = server.with(|state| state.log.pop()).expect("the report");
    assert_eq!((send(&far), log(&far)), (1, LogConsistency::Proved), "one branch alone looks like a log");
    assert_eq!(send(&phone), 0, "a receipt of another branch stores nothing");
    assert_eq!(log(&phone), LogConsistency::Unproved, "it does not go on from what this phone was shown");
    assert!(phone.import_courier(&far.export_courier().expect("a file")).is_ok());
    // Another head of the size that this phone has kept: it sends what is not stored with the next report.
    let cut = server.with(|state| state.log.split_off(1));
    assert_eq!(send(&phone), 0);
    assert_eq!(log(&phone), LogConsistency::Contradicted);
    assert_eq!(far.import_courier(&phone.export_courier().expect("a file")).expect("taken").refused, 0);
    assert_eq!(log(&far), LogConsistency::Contradicted, "the proof travels");
    assert_eq!(phone.summary().expect("a summary").delivered, 1);
    // The branch that the desk is shown lacks two reports; nobody stops sending, and with the others back everything counts, once.
    server.with(|state| state.log.extend(cut.into_iter().take(2).chain([kept])));
    assert!(phone.sync_again(BUDGET).is_ok() && far.sync_again(BUDGET).is_ok());
    let found = statuses(&mut world.desk);
    assert_eq!(found, ["counted"; 4]);
}

#[test]
fn a_cut_log_takes_nothing_back_from_a_desk() {
    let (mut world, server, phone) = hostile();
    assert!(phone.enrol(BUDGET).expect("enrols").enrolled);
    (0..3).for_each(|_| assert_eq!(send(&phone), 1));
    assert_eq!(statuses(&mut world.desk), ["counted"; 3]);
    let size = server.with(|state| state.log.len());
    server.attack(move |request: &Request, state: &mut State| {
        request.is("GET /v1/log").then(|| state.page(request.number("from"), size - 1))
    });
    let told = world.desk.pull(now(), &|_| ()).expect_err("it is shorter than it was");
    let (signed, pulled) = (size as u64 - 1, size as u64);
    assert!(matches!(told, DeskError::Shrunk { signed: s, pulled: p } if (s, p) == (signed, pulled)), "{told}");
    assert_eq!(reports(&world.desk).len(), 3, "what was pulled stays");
    server.repent();
    assert_eq!(statuses(&mut world.desk), ["counted"; 3]);
}

#[test]
fn objects_that_are_signed_for_and_withheld_are_told_of() {
    let (mut world, server, phone) = hostile();
    assert!(phone.enrol(BUDGET).expect("enrols").enrolled);
    assert_eq!(send(&phone), 1);
    assert_eq!(statuses(&mut world.desk), ["counted"]);
    assert_eq!(send(&phone), 1);
    server.attack(|request: &Request, state: &mut State| {
        let from = request.number("from");
        let size = state.log.len();
        let head = state.head(size);
        let page = list([(from as u64).into(), Vec::<Value>::new().into(), head.into()]).encode();
        request.is("GET /v1/log").then(|| Reply::ok(page))
    });
    let told = world.desk.pull(now(), &|_| ()).expect_err("it keeps an object back");
    let size = server.with(|state| state.log.len() as u64);
    assert!(
        matches!(told, DeskError::Log(LogFault::Withheld { signed, here }) if (signed, here) == (size, size - 1)),
        "{told}"
    );
    server.repent();
    assert_eq!(statuses(&mut world.desk), ["counted"; 2], "it comes late, and counts");
}

#[test]
fn a_leaf_that_is_dated_back_is_another_log() {
    let (mut world, server, phone) = hostile();
    assert!(phone.enrol(BUDGET).expect("enrols").enrolled);
    assert_eq!(send(&phone), 1);
    // To the desk the report is said to have come the day before.
    server.with(|state| state.log[1].0 -= 86_400_000);
    assert_eq!(statuses(&mut world.desk), ["counted"], "nothing that the desk sees says otherwise");
    assert_eq!(send(&phone), 0, "a receipt of that log stores nothing");
    assert_eq!(log(&phone), LogConsistency::Unproved, "the phone was shown another time");
    assert_eq!(statuses(&mut world.desk), ["counted"; 2], "which loses nothing");
}

#[test]
fn a_receipt_for_another_object_delivers_nothing() {
    let (mut world, server, phone) = hostile();
    assert!(phone.enrol(BUDGET).expect("enrols").enrolled);
    server.attack(|request: &Request, state: &mut State| {
        request.is("POST /v1/objects").then(|| state.receipts(request, &vec![0; request.objects().len()]))
    });
    assert_eq!(send(&phone), 0, "it is the enrolment's receipt");
    let found = states(&phone);
    assert!(matches!(&found[..], [DeliveryState::Stuck { why: RefusalReason::NotGenuine, .. }]), "{found:?}");
    assert!(!phone.summary().expect("a summary").all_safe());
    server.repent();
    assert_eq!(phone.sync_now(BUDGET).expect("syncs").delivered, 1);
    assert_eq!(statuses(&mut world.desk), ["counted"]);
}

#[test]
fn receipts_by_another_key_or_for_too_few_objects_deliver_nothing() {
    let (mut world, server, phone) = hostile();
    assert!(phone.enrol(BUDGET).expect("enrols").enrolled);
    let honest = server.with(|state| std::mem::take(&mut state.key));
    assert_eq!(send(&phone), 0, "another key signed it");
    server.with(|state| state.key = honest);
    server.with(|state| state.log.truncate(1));
    for count in [0, 2] {
        server.attack(move |request: &Request, state: &mut State| {
            request.is("POST /v1/objects").then(|| state.receipts(request, &vec![0; count]))
        });
        assert_eq!(phone.sync_now(BUDGET).expect("no error").delivered, 0, "{count} verdicts on one object");
    }
    server.repent();
    assert_eq!(phone.sync_now(BUDGET).expect("syncs").delivered, 1);
    assert_eq!(statuses(&mut world.desk), ["counted"]);
}

#[test]
fn refusals_of_everything_end_nothing() {
    let (mut world, server, phone) = hostile();
    assert!(phone.enrol(BUDGET).expect("enrols").enrolled);
    sign(&phone);
    for code in 0..=9 {
        server.attack(move |request: &Request, _: &mut State| {
            request.is("POST /v1/objects").then(|| Reply::refusals(request.objects().len(), code))
        });
        let sync = phone.sync_now(BUDGET).expect("no error");
        assert!(sync.delivered == 0 && sync.again.is_some(), "{code}: it is tried again: {sync:?}");
        let summary = phone.summary().expect("a summary");
        assert_eq!((summary.delivered, summary.waiting + summary.stuck), (0, 1), "{code}: it is kept");
        let shown = format!("{:?}", states(&phone));
        assert!(!shown.contains("PIN"), "{code}: the server's words are not shown: {shown}");
    }
    server.repent();
    assert_eq!(phone.sync_now(BUDGET).expect("syncs").delivered, 1);
    assert_eq!(statuses(&mut world.desk), ["counted"]);
}

/// The first object of an upload refused with a code, and receipts for those behind it.
fn refuse_first(request: &Request, state: &mut State, code: u64) -> Reply {
    let places = state.take_in(request.objects()[1..].to_vec());
    let Reply::Status(_, body) = state.receipts(request, &places) else { panic!("a status") };
    let mut answer = Value::decode(&body).expect("verdicts").items().to_vec();
    let refusal = list([1_u64.into(), list([list([code.into(), "in words of a later server".into()])])]);
    answer[0] = [&[refusal], answer[0].items()].concat().into();
    Reply::ok(Value::List(answer).encode())
}

#[test]
fn a_refusal_for_a_reason_that_comes_later_takes_nothing_from_the_reports_beside_it() {
    let (mut world, server, phone) = hostile();
    assert!(phone.enrol(BUDGET).expect("enrols").enrolled);
    for code in [8, 24, u64::from(u32::MAX)] {
        sign(&phone);
        sign(&phone);
        server.attack(move |request: &Request, state: &mut State| {
            request.is("POST /v1/objects").then(|| refuse_first(request, state, code))
        });
        let sync = phone.sync_now(BUDGET).expect("no error");
        assert_eq!((sync.delivered, sync.refused), (1, 1), "{code}: {sync:?}");
        assert_eq!(sync.refusal, Some(RefusalReason::UnknownReason), "{code}");
        let found = states(&phone);
        let stuck = |s: &&DeliveryState| matches!(s, DeliveryState::Stuck { why: RefusalReason::UnknownReason, .. });
        assert_eq!(found.iter().filter(stuck).count(), 1, "{code}: {found:?}");
        assert!(format!("{found:?}").contains("update the program"), "{code}: {found:?}");
        server.repent();
        assert_eq!(phone.sync_now(BUDGET).expect("syncs").delivered, 1, "{code}: it is tried again");
    }
    assert_eq!(statuses(&mut world.desk), ["counted"; 6]);
}

#[test]
fn an_old_manifest_moves_neither_phone_nor_desk() {
    let (mut world, server, phone) = hostile();
    let old = published(&world);
    assert!(phone.enrol(BUDGET).expect("enrols").enrolled);
    assert_eq!(world.desk.build(PASSPHRASE, now(), 30).expect("a bundle").version, 2);
    server.with(|state| state.published = published(&world));
    assert_eq!(send(&phone), 1);
    assert_eq!(phone.mission().expect("a mission").version, 2);
    server.with(|state| state.published = old);
    assert_eq!(send(&phone), 1, "reports go on");
    let seen = phone.mission().expect("a mission");
    assert_eq!((seen.version, seen.bundle_refused), (2, Some(BundleRefusal::Rollback)));
    assert_eq!(statuses(&mut world.desk), ["counted"; 2]);
    assert_eq!(world.desk.manifest().expect("a bundle").version, 2, "nor does it move the desk");
}
