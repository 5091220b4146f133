//! The sync state machine, case by case.

use baqylau_protocol::receipt::Receipt;
use baqylau_protocol::sync::{
    Action, BATCH, BATCH_BYTES, Event, FIRST_PAUSE_MS, FIRST_REFUSAL_MS, Failure, LONGEST_ASKED_MS, LONGEST_PAUSE_MS,
    LONGEST_REFUSAL_MS, Stop, SyncInputs, SyncState, WaitingEnvelope, refusal_pause, step,
};
use baqylau_protocol::wire::{Refusal, RefusalCode, Verdict};

const NOW: i64 = 1_000_000;

pub fn stored(index: u64) -> Verdict {
    Verdict::Stored(Receipt { head: vec![].into(), index, received: 0, path: vec![] })
}

pub fn refused(code: RefusalCode) -> Verdict {
    Verdict::Refused(Refusal { code, reason: "because".into() })
}

fn waiting(id: i64) -> WaitingEnvelope {
    WaitingEnvelope { id, bytes: 1000, urgent: false }
}

fn known(queue: Vec<WaitingEnvelope>) -> SyncInputs {
    SyncInputs { enrolled: true, queue, ..SyncInputs::default() }
}

/// A phone that has its bundle and starts uploading.
fn sending(known: SyncInputs) -> (SyncState, Vec<Action>) {
    let (state, actions) = step(SyncState::default(), Event::Begin(known), NOW, 0);
    assert_eq!(actions, [Action::FetchBundle]);
    step(state, Event::BundleDone, NOW, 0)
}

/// Failures and `not_before` of the pause among the actions.
fn pause(actions: &[Action]) -> (u32, i64) {
    let [.., Action::Pause { failures, not_before }, Action::Stop(Stop::Wait { until })] = actions else {
        panic!("{actions:?} do not end in a pause")
    };
    assert_eq!(not_before, until);
    (*failures, until - NOW)
}

#[test]
fn sync_with_nothing_to_send_is_done() {
    let (state, actions) = sending(known(vec![]));
    assert_eq!(actions, [Action::SendAttachments]);
    let (state, actions) = step(state, Event::AttachmentsDone, NOW, 0);
    assert_eq!(actions, [Action::FetchLetters]);
    let done = [Action::Pause { failures: 0, not_before: 0 }, Action::Stop(Stop::Done)];
    for event in [Event::LettersDone, Event::Failed(Failure::Nonsense)] {
        let (state, actions) = step(state.clone(), event.clone(), NOW, 0);
        assert_eq!(actions, [Action::FetchRows], "{event:?}");
        for event in [Event::RowsDone, Event::Failed(Failure::Nonsense)] {
            assert_eq!(step(state.clone(), event.clone(), NOW, 0).1, done, "{event:?}");
        }
        assert_eq!(pause(&step(state, Event::Failed(Failure::Offline), NOW, 0).1).0, 1);
    }
    assert_eq!(pause(&step(state, Event::Failed(Failure::Offline), NOW, 0).1).0, 1);
}

#[test]
fn letters_do_not_wait_for_attachments() {
    for failure in [Failure::Nonsense, Failure::Offline, Failure::Silent, Failure::Busy(Some(60_000))] {
        let (state, _) = sending(known(vec![]));
        let (state, actions) = step(state, Event::Failed(failure), NOW, 0);
        assert_eq!(actions, [Action::FetchLetters], "{failure:?}");
        let (rows, _) = step(state.clone(), Event::LettersDone, NOW, 0);
        for (state, event) in [
            (&rows, Event::RowsDone),
            (&rows, Event::Failed(Failure::Nonsense)),
            (&rows, Event::Failed(Failure::Offline)),
            (&state, Event::Failed(Failure::Offline)),
        ] {
            let (failures, until) = pause(&step(state.clone(), event.clone(), NOW, 0).1);
            assert_eq!(failures, 1, "{failure:?}, {event:?}: it is tried again");
            assert!(
                failure != Failure::Busy(Some(60_000)) || until >= 60_000,
                "{event:?}: not before the server asked for"
            );
        }
    }
}

#[test]
fn envelopes_are_sent_and_committed_in_order() {
    let (state, actions) = sending(known((1..=3).map(waiting).collect()));
    assert_eq!(actions, [Action::Upload(vec![1, 2, 3])]);
    let verdicts = vec![stored(10), refused(RefusalCode::Signature), stored(11)];
    let (_, actions) = step(state, Event::Uploaded(verdicts.clone()), NOW, 0);
    let expected: Vec<Action> = (1..).zip(verdicts).map(|(id, v)| Action::Commit(id, v)).collect();
    assert_eq!(actions[..3], expected);
    assert_eq!(actions[3..], [Action::SendAttachments]);
}

#[test]
fn enrolment_is_sent_first() {
    let (state, actions) = sending(SyncInputs { enrolled: false, ..known(vec![waiting(1)]) });
    assert_eq!(actions, [Action::SendEnrolment]);
    let (_, after) = step(state.clone(), Event::Enrolment(stored(0)), NOW, 0);
    assert_eq!(after, [Action::CommitEnrolment(stored(0)), Action::Upload(vec![1])]);
    let no = refused(RefusalCode::Expired);
    let (_, after) = step(state, Event::Enrolment(no.clone()), NOW, 0);
    let not_before = NOW + FIRST_REFUSAL_MS;
    let pause = Action::Pause { failures: 1, not_before };
    assert_eq!(after, [Action::CommitEnrolment(no), pause, Action::Stop(Stop::NotEnrolled)]);
}

#[test]
fn urgent_reports_are_sent_first_in_order() {
    let mut queue: Vec<WaitingEnvelope> = (1..=5).map(waiting).collect();
    queue[2].urgent = true;
    queue[4].urgent = true;
    let (_, actions) = sending(known(queue));
    assert_eq!(actions, [Action::Upload(vec![3, 5, 1, 2, 4])]);
}

#[test]
fn batch_is_limited_and_an_oversized_envelope_goes_alone() {
    let count = i64::try_from(BATCH).unwrap();
    let (state, actions) = sending(known((1..=count + 2).map(waiting).collect()));
    assert_eq!(actions, [Action::Upload((1..=count).collect())]);
    let (_, actions) = step(state, Event::Uploaded((0..BATCH as u64).map(stored).collect()), NOW, 0);
    assert_eq!(actions.last(), Some(&Action::Upload(vec![count + 1, count + 2])));
    let large = |id| WaitingEnvelope { id, bytes: BATCH_BYTES - 500, urgent: false };
    let (_, actions) = sending(known(vec![large(1), waiting(2)]));
    assert_eq!(actions, [Action::Upload(vec![1])]);
    let huge = WaitingEnvelope { id: 7, bytes: BATCH_BYTES * 4, urgent: false };
    let (_, actions) = sending(known(vec![huge, waiting(2)]));
    assert_eq!(actions, [Action::Upload(vec![7])], "larger than any batch, it still goes");
}

#[test]
fn pauses_double_are_jittered_and_capped() {
    let fail = |failures, jitter| {
        let (state, _) = step(SyncState::default(), Event::Begin(SyncInputs { failures, ..known(vec![]) }), NOW, 0);
        let (_, actions) = step(state, Event::Failed(Failure::Offline), NOW, jitter);
        let (counted, wait) = pause(&actions);
        assert_eq!(counted, failures.saturating_add(1));
        wait
    };
    let mut middle = 0;
    for failures in 0..9 {
        let full = FIRST_PAUSE_MS << failures;
        assert_eq!(fail(failures, 0), full / 2, "half of it at least");
        assert!(fail(failures, 512) > middle, "every failure waits longer");
        middle = fail(failures, 512);
        let all: std::collections::BTreeSet<i64> = (0..1024).map(|jitter| fail(failures, jitter)).collect();
        assert!(all.len() > 1000, "a thousand phones come at a thousand times");
        assert!(*all.last().unwrap() <= full * 3 / 2);
    }
    for failures in [9, 20, 21, 1000, u32::MAX] {
        let wait = fail(failures, u32::MAX);
        assert!((LONGEST_PAUSE_MS / 2..=LONGEST_PAUSE_MS * 3 / 2).contains(&wait), "{failures}: {wait}");
    }
}

#[test]
fn requested_pause_is_honoured_and_jittered() {
    let busy = |asked, failures, jitter| {
        let (state, _) = sending(SyncInputs { failures, ..known(vec![waiting(1)]) });
        pause(&step(state, Event::Failed(Failure::Busy(asked)), NOW, jitter).1).1
    };
    for asked in [1_000, 30_000, 600_000, LONGEST_ASKED_MS] {
        for failures in [0, 3, 9] {
            let all: std::collections::BTreeSet<i64> =
                (0..1024).map(|jitter| busy(Some(asked), failures, jitter)).collect();
            assert!(*all.first().unwrap() >= asked, "never earlier than asked");
            assert!(all.len() > 1000, "{asked} after {failures}: they come back at {} times", all.len());
        }
    }
    let longest = busy(Some(i64::MAX), 0, 1023);
    assert!(
        longest <= 3 * LONGEST_PAUSE_MS / 2,
        "a hostile server silences a phone no longer than no server: {longest}"
    );
    assert!(busy(Some(i64::MIN), 0, 0) > 0);
    assert_eq!(busy(None, 0, 0), FIRST_PAUSE_MS / 2);
}

#[test]
fn pause_holds_unless_the_observer_syncs() {
    let paused = SyncInputs { not_before: NOW + 5, failures: 2, ..known(vec![waiting(1)]) };
    let (_, actions) = step(SyncState::default(), Event::Begin(paused.clone()), NOW, 0);
    assert_eq!(actions, [Action::Stop(Stop::Wait { until: NOW + 5 })], "and what is stored stays as it is");
    let (_, actions) = step(SyncState::default(), Event::Begin(paused.clone()), NOW + 5, 0);
    assert_eq!(actions, [Action::FetchBundle]);
    let (_, actions) = step(SyncState::default(), Event::Begin(SyncInputs { now: true, ..paused }), NOW, 0);
    assert_eq!(actions, [Action::FetchBundle]);
}

#[test]
fn success_resets_the_failure_count() {
    let (state, _) = sending(SyncInputs { failures: 7, ..known(vec![waiting(1)]) });
    let (state, actions) = step(state, Event::Uploaded(vec![stored(0)]), NOW, 0);
    assert_eq!(actions.last(), Some(&Action::SendAttachments));
    let (state, _) = step(state, Event::AttachmentsDone, NOW, 0);
    let (state, _) = step(state, Event::LettersDone, NOW, 0);
    let (state, actions) = step(state, Event::RowsDone, NOW, 0);
    assert!(actions.contains(&Action::Pause { failures: 0, not_before: 0 }));
    assert_eq!(pause(&step(state, Event::Failed(Failure::Offline), NOW, 0).1).0, 1);
}

#[test]
fn unknown_device_enrols_again_once() {
    let (state, _) = sending(known(vec![waiting(1), waiting(2), waiting(3)]));
    let verdicts = vec![refused(RefusalCode::UnknownDevice), stored(4), refused(RefusalCode::UnknownDevice)];
    let (state, actions) = step(state, Event::Uploaded(verdicts), NOW, 0);
    assert_eq!(actions, [Action::SendAgain, Action::Commit(2, stored(4)), Action::SendEnrolment]);
    let (state, actions) = step(state, Event::Enrolment(stored(5)), NOW, 0);
    assert_eq!(actions, [Action::CommitEnrolment(stored(5)), Action::Upload(vec![1, 3])], "the same again, in order");
    let no = refused(RefusalCode::UnknownDevice);
    let (_, actions) = step(state, Event::Uploaded(vec![no.clone(), stored(6)]), NOW, 0);
    assert_eq!(actions[..2], [Action::Commit(1, no), Action::Commit(3, stored(6))], "noted, not tried for ever");
    pause(&actions);
}

#[test]
fn quota_refusal_is_retried_after_a_pause() {
    let (state, _) = sending(known(vec![waiting(1), waiting(2)]));
    let no = refused(RefusalCode::Quota);
    let (_, actions) = step(state, Event::Uploaded(vec![stored(1), no.clone()]), NOW, 0);
    assert_eq!(actions[..2], [Action::Commit(1, stored(1)), Action::Commit(2, no)]);
    pause(&actions);
}

#[test]
fn only_temporary_refusals_are_retried_soon() {
    let all = [
        (RefusalCode::Malformed, false),
        (RefusalCode::Mission, false),
        (RefusalCode::UnknownDevice, true),
        (RefusalCode::Signature, false),
        (RefusalCode::Expired, false),
        (RefusalCode::Revoked, false),
        (RefusalCode::Length, false),
        (RefusalCode::Quota, true),
    ];
    for (code, again) in all {
        assert_eq!(code.may_pass(), again, "{code:?}");
    }
}

/// Refusals are unsigned: they slow the phone down, but never stop it.
#[test]
fn refusal_is_retried_at_growing_intervals_at_least_daily() {
    let pauses: Vec<i64> = (0..40).map(refusal_pause).collect();
    assert!(pauses.is_sorted() && pauses[1] == FIRST_REFUSAL_MS && pauses[39] == LONGEST_REFUSAL_MS, "{pauses:?}");
    assert_eq!(refusal_pause(u32::MAX), LONGEST_REFUSAL_MS);
}

/// A malformed response is a failure: nothing is committed, the phone waits, and nothing panics.
#[test]
fn malformed_response_is_a_failure() {
    let begin = |enrolled| {
        step(SyncState::default(), Event::Begin(SyncInputs { enrolled, ..known(vec![waiting(1)]) }), NOW, 0).0
    };
    let bundle = begin(true);
    let enrol = step(begin(false), Event::BundleDone, NOW, 0).0;
    let upload = step(begin(true), Event::BundleDone, NOW, 0).0;
    let events = [
        Event::BundleDone,
        Event::Enrolment(stored(0)),
        Event::Enrolment(refused(RefusalCode::Expired)),
        Event::Uploaded(vec![]),
        Event::Uploaded(vec![stored(0)]),
        Event::Uploaded(vec![stored(0), stored(1)]),
        Event::Failed(Failure::Nonsense),
    ];
    // A bad bundle does not stop an enrolled phone from sending.
    let answers = |at: usize, phase: &str| matches!((at, phase), (0 | 6, "bundle") | (1 | 2, "enrol") | (4, "upload"));
    for (name, state) in [("idle", SyncState::default()), ("bundle", bundle), ("enrol", enrol), ("upload", upload)] {
        for (_, event) in events.iter().enumerate().filter(|(at, _)| !answers(*at, name)) {
            let (_, actions) = step(state.clone(), event.clone(), NOW, 7);
            assert_eq!(actions.len(), 2, "{name}, {event:?}: {actions:?}");
            assert_eq!(pause(&actions).0, 1, "{name}, {event:?}");
        }
    }
    let (_, actions) = step(begin(true), Event::Failed(Failure::Nonsense), NOW, 7);
    assert_eq!(actions, [Action::Upload(vec![1])]);
    let new = begin(false);
    assert_eq!(pause(&step(new, Event::Failed(Failure::Nonsense), NOW, 7).1).0, 1, "one that has no bundle yet waits");
}

/// A pause longer than any permitted was stored under a wrong clock.
#[test]
fn clock_correction_ends_an_overlong_pause() {
    let begin = |not_before| {
        let known = SyncInputs { enrolled: true, not_before, ..known(vec![waiting(1)]) };
        step(SyncState::default(), Event::Begin(known), NOW, 0).1
    };
    let day = 24 * 3_600_000;
    assert_eq!(begin(NOW + day), [Action::Stop(Stop::Wait { until: NOW + day })]);
    assert_eq!(begin(NOW + 365 * day), [Action::FetchBundle]);
    assert_eq!(begin(i64::MAX), [Action::FetchBundle]);
}
