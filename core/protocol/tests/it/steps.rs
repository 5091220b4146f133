//! The sync step: in every order of failures, nothing is dropped and everything is committed once.

use baqylau_protocol::receipt::Receipt;
use baqylau_protocol::sync::{Action, BATCH, Event, Failure, Known, State, Stop, Waiting, step};
use baqylau_protocol::wire::{Code, Refusal, Verdict};
use std::collections::BTreeMap;

fn stored() -> Verdict {
    Verdict::Stored(Receipt { head: Vec::new().into(), index: 0, received: 0, path: Vec::new() })
}

fn refused(code: Code) -> Verdict {
    Verdict::Refused(Refusal { code, reason: "because".into() })
}

fn waiting(id: i64) -> Waiting {
    Waiting { id, bytes: 1000, urgent: id % 10 == 7 }
}

#[test]
fn urgent_reports_go_first_and_batches_are_small() {
    let known = Known { enrolled: true, queue: (1..=40).map(waiting).collect(), ..Known::default() };
    let (state, actions) = step(State::default(), Event::Begin(known), 0, 0);
    assert_eq!(actions, [Action::FetchBundle]);
    let (_, actions) = step(state, Event::BundleDone, 0, 0);
    let [Action::Upload(ids)] = &actions[..] else { panic!("{actions:?}") };
    assert_eq!(ids.len(), BATCH);
    assert_eq!(ids[..4], [7, 17, 27, 37]);
}

#[test]
fn a_pause_is_kept_unless_the_observer_asks() {
    let known = Known { not_before: 500, ..Known::default() };
    let (_, actions) = step(State::default(), Event::Begin(known.clone()), 499, 0);
    assert_eq!(actions, [Action::Stop(Stop::Wait { until: 500 })]);
    let (_, actions) = step(State::default(), Event::Begin(Known { now: true, ..known }), 499, 0);
    assert_eq!(actions, [Action::FetchBundle]);
}

#[test]
fn pauses_grow_are_spread_and_honour_the_server() {
    let pause = |failures, failure, jitter| {
        let known = Known { enrolled: true, failures, ..Known::default() };
        let (state, _) = step(State::default(), Event::Begin(known), 0, 0);
        match &step(state, Event::Failed(failure), 1_000, jitter).1[0] {
            Action::Pause { failures: now, not_before } => {
                assert_eq!(*now, failures + 1);
                not_before - 1_000
            }
            other => panic!("{other:?}"),
        }
    };
    assert!(pause(0, Failure::Offline, 0) < pause(3, Failure::Offline, 0));
    assert!(pause(3, Failure::Offline, 0) < pause(3, Failure::Offline, 1023), "spread");
    assert!(pause(60, Failure::Offline, 1023) <= 15 * 60_000 * 3 / 2, "never longer");
    assert!(pause(0, Failure::Busy(Some(90_000)), 0) >= 90_000, "what the server asks for");
    assert!(pause(0, Failure::Busy(Some(i64::MAX)), 1023) <= 36 * 3_600_000, "within reason");
}

/// A small generator, so that a failure can be played again.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

/// Plays runs against a server that fails in every way until everything is settled. Gives how often each was committed for good.
fn play(seed: u64) -> BTreeMap<i64, usize> {
    let mut random = seed;
    let mut queue: Vec<Waiting> = (1..=50).map(waiting).collect();
    let mut settled: BTreeMap<i64, usize> = BTreeMap::new();
    let mut enrolled = false;
    for _ in 0..10_000 {
        if queue.is_empty() {
            return settled;
        }
        let known = Known { enrolled, queue: queue.clone(), now: true, ..Known::default() };
        let (mut state, mut actions) = (State::default(), Vec::new());
        let mut events = vec![Event::Begin(known)];
        while let Some(event) = events.pop() {
            (state, actions) = step(state, event, 0, 0);
            for action in &actions {
                let fails = next(&mut random) % 5 == 0;
                match action {
                    _ if fails && !matches!(action, Action::Commit(..) | Action::CommitEnrolment(_) | Action::Pause { .. } | Action::Stop(_)) => {
                        events.push(Event::Failed(Failure::Offline));
                    }
                    Action::FetchBundle => events.push(Event::BundleDone),
                    Action::SendEnrolment => events.push(Event::Enrolment(stored())),
                    Action::CommitEnrolment(_) => enrolled = true,
                    Action::Upload(ids) => {
                        assert!(ids.len() <= BATCH);
                        let verdict = |_: &i64| match next(&mut random) % 8 {
                            0 => refused(Code::UnknownDevice),
                            1 => refused(Code::Quota),
                            2 => refused(Code::Signature),
                            _ => stored(),
                        };
                        let mut verdicts: Vec<Verdict> = ids.iter().map(verdict).collect();
                        if next(&mut random) % 9 == 0 {
                            verdicts.pop();
                        }
                        events.push(Event::Uploaded(verdicts));
                    }
                    Action::Commit(id, verdict) => {
                        let final_word = !matches!(verdict, Verdict::Refused(r) if r.code.may_pass());
                        if final_word {
                            *settled.entry(*id).or_default() += 1;
                            queue.retain(|w| w.id != *id);
                        }
                    }
                    Action::Pause { .. } | Action::Stop(_) => {}
                }
            }
        }
        assert!(matches!(actions.last(), Some(Action::Stop(_))), "every run ends: {actions:?}");
    }
    panic!("seed {seed}: {} still wait", queue.len());
}

#[test]
fn nothing_is_dropped_and_everything_is_committed_once() {
    for seed in 0..300 {
        let settled = play(seed);
        assert_eq!(settled.len(), 50, "seed {seed}");
        assert!(settled.values().all(|n| *n == 1), "seed {seed}: {settled:?}");
    }
}

#[test]
fn an_answer_that_nobody_asked_for_is_a_failure() {
    let (_, actions) = step(State::default(), Event::Uploaded(vec![stored()]), 0, 0);
    assert!(matches!(actions[..], [Action::Pause { .. }, Action::Stop(Stop::Wait { .. })]));
}
