//! The sync state machine under random failures: whatever happens, nothing is lost and nothing is done twice.

use super::steps::{refused, stored};
use super::support::Dice;
use baqylau_protocol::sync::{
    Action, BATCH, BATCH_BYTES, Event, Failure, Stop, SyncInputs, SyncState, WaitingEnvelope, step,
};
use baqylau_protocol::wire::{RefusalCode, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// What the phone's store holds, updated as the driver would.
struct Phone {
    all: BTreeMap<i64, WaitingEnvelope>,
    done: BTreeMap<i64, Verdict>,
    enrolled: bool,
    failures: u32,
    not_before: i64,
    now: i64,
    /// Probability of a failure, in percent.
    trouble: usize,
}

const FINAL: [RefusalCode; 5] =
    [RefusalCode::Malformed, RefusalCode::Signature, RefusalCode::Revoked, RefusalCode::Length, RefusalCode::Mission];

impl Phone {
    fn new(dice: &mut Dice) -> Self {
        let count = i64::try_from(dice.below(70)).expect("made for the test");
        let waiting = |id| WaitingEnvelope { id, bytes: 1000 << dice.below(9), urgent: dice.below(5) == 0 };
        let all = (1..=count).map(waiting).map(|w| (w.id, w)).collect();
        let trouble = dice.below(60);
        let enrolled = dice.below(2) == 0;
        Self { all, done: BTreeMap::new(), enrolled, failures: 0, not_before: 0, now: 0, trouble }
    }

    fn queue(&self) -> Vec<WaitingEnvelope> {
        self.all.values().filter(|w| !self.done.contains_key(&w.id)).copied().collect()
    }

    fn failure(&self, dice: &mut Dice) -> Option<Event> {
        (dice.below(100) < self.trouble).then(|| {
            Event::Failed(match dice.below(4) {
                0 => Failure::Offline,
                1 => Failure::Busy(None),
                2 => Failure::Busy(Some(i64::try_from(dice.below(100_000)).expect("made for the test"))),
                _ => Failure::Nonsense,
            })
        })
    }

    fn verdict(&self, id: i64, dice: &mut Dice) -> Verdict {
        if dice.below(100) >= self.trouble {
            return stored(id.unsigned_abs());
        }
        match dice.below(8) {
            0 | 1 => refused(RefusalCode::UnknownDevice),
            2 => refused(RefusalCode::Quota),
            n if n < 5 => refused(FINAL[dice.below(FINAL.len())]),
            _ => stored(id.unsigned_abs()),
        }
    }

    fn commit(&mut self, id: i64, verdict: Verdict, said: Option<Verdict>) {
        assert_eq!(said.as_ref(), Some(&verdict), "committed is what the server said, once");
        let waits = matches!(&verdict, Verdict::Refused(r) if r.code.may_pass());
        if !waits {
            self.done.insert(id, verdict);
        }
    }

    /// One run as the driver makes it, with every invariant checked on the way.
    fn run(&mut self, dice: &mut Dice) -> Stop {
        let queue = self.queue();
        let asked = dice.below(2) == 0;
        let known = SyncInputs {
            enrolled: self.enrolled,
            queue: queue.clone(),
            failures: self.failures,
            not_before: self.not_before,
            now: asked,
        };
        let paused = self.now < self.not_before && !asked;
        let (mut state, mut events) = (SyncState::default(), vec![Event::Begin(known)]);
        let (mut enrolments, mut stop) = (0, None);
        let mut unanswered: BTreeMap<i64, Verdict> = BTreeMap::new();
        let mut committed: BTreeSet<i64> = BTreeSet::new();
        let mut paused_anew = None;
        while let Some(event) = events.pop() {
            assert_eq!(stop, None, "nothing happens after the stop");
            let jitter = u32::try_from(dice.next() >> 32).expect("made for the test");
            let (next, actions) = step(state, event, self.now, jitter);
            state = next;
            for action in actions {
                assert_eq!(stop, None, "the stop is the last action");
                match action {
                    Action::FetchBundle => {
                        assert!(!paused);
                        events.push(self.failure(dice).unwrap_or(Event::BundleDone));
                    }
                    Action::SendAttachments => {
                        events.push(self.failure(dice).unwrap_or(Event::AttachmentsDone));
                    }
                    Action::FetchLetters => events.push(self.failure(dice).unwrap_or(Event::LettersDone)),
                    Action::FetchRows => events.push(self.failure(dice).unwrap_or(Event::RowsDone)),
                    // Delivered envelopes are undelivered again; the next run has them in its queue.
                    Action::SendAgain => self.done.retain(|_, v| !matches!(v, Verdict::Stored(_))),
                    Action::SendEnrolment => {
                        enrolments += 1;
                        let no = dice.below(300) < self.trouble;
                        let verdict = if no { refused(RefusalCode::Expired) } else { stored(0) };
                        events.push(self.failure(dice).unwrap_or(Event::Enrolment(verdict)));
                    }
                    Action::CommitEnrolment(verdict) => self.enrolled |= matches!(verdict, Verdict::Stored(_)),
                    Action::Upload(ids) => {
                        let leftover = unanswered.values().all(|v| *v == refused(RefusalCode::UnknownDevice));
                        assert!(leftover, "a verdict was not committed before the next request");
                        unanswered.clear();
                        events.push(self.answer(&ids, &queue, &committed, &mut unanswered, dice));
                    }
                    Action::Commit(id, verdict) => {
                        assert!(committed.insert(id), "{id} was committed twice");
                        self.commit(id, verdict, unanswered.remove(&id));
                    }
                    Action::Pause { failures, not_before } => {
                        paused_anew = Some(not_before);
                        assert!(not_before == 0 || not_before >= self.now);
                        assert!(failures == 0 || failures == self.failures + 1 || failures == 1);
                        (self.failures, self.not_before) = (failures, not_before);
                    }
                    Action::Stop(how) => stop = Some(how),
                }
            }
        }
        let stop = stop.expect("a run ends with a stop");
        assert!(enrolments <= 2, "one new enrolment a run");
        let open: Vec<_> = unanswered.values().collect();
        let again = refused(RefusalCode::UnknownDevice);
        assert!(open.iter().all(|v| **v == again), "a verdict was not committed: {open:?}");
        match stop {
            Stop::Done => {
                assert_eq!(committed.len(), queue.len(), "done, and something was forgotten");
                assert!(unanswered.is_empty());
            }
            Stop::Wait { until } => {
                assert!(until > self.now, "it waits");
                assert_eq!(until, self.not_before, "and remembers until when");
                assert_eq!(paused_anew.is_none(), paused);
            }
            Stop::NotEnrolled => assert!(enrolments > 0),
        }
        stop
    }

    fn answer(
        &self,
        ids: &[i64],
        queue: &[WaitingEnvelope],
        committed: &BTreeSet<i64>,
        unanswered: &mut BTreeMap<i64, Verdict>,
        dice: &mut Dice,
    ) -> Event {
        assert!(self.enrolled, "envelopes go after the enrolment");
        assert!((1..=BATCH).contains(&ids.len()));
        let distinct: BTreeSet<i64> = ids.iter().copied().collect();
        assert_eq!(distinct.len(), ids.len());
        assert!(distinct.is_disjoint(committed), "what is settled is not sent again");
        assert!(ids.iter().all(|id| queue.iter().any(|w| w.id == *id)));
        let bytes: usize = ids.iter().map(|id| self.all[id].bytes).sum();
        assert!(bytes <= BATCH_BYTES || ids.len() == 1);
        if let Some(failed) = self.failure(dice) {
            return failed;
        }
        if dice.below(400) < self.trouble {
            let wrong = if dice.below(2) == 0 { ids.len() - 1 } else { ids.len() + 1 };
            return Event::Uploaded((0..wrong).map(|_| stored(0)).collect());
        }
        let verdicts: Vec<Verdict> = ids.iter().map(|id| self.verdict(*id, dice)).collect();
        unanswered.extend(ids.iter().copied().zip(verdicts.iter().cloned()));
        Event::Uploaded(verdicts)
    }
}

#[test]
fn every_envelope_is_settled_once_despite_random_failures() {
    let mut stops = [0; 3];
    for seed in 0..400 {
        let mut dice = Dice(seed);
        let mut phone = Phone::new(&mut dice);
        for _ in 0..30 {
            phone.now += i64::try_from(dice.below(1_200_000)).unwrap();
            match phone.run(&mut dice) {
                Stop::Done => stops[0] += 1,
                Stop::Wait { .. } => stops[1] += 1,
                Stop::NotEnrolled => stops[2] += 1,
            }
        }
        // The connection recovers: everything is delivered.
        phone.trouble = 0;
        phone.now = phone.now.max(phone.not_before);
        assert_eq!(phone.run(&mut dice), Stop::Done, "seed {seed}");
        assert_eq!(phone.done.len(), phone.all.len(), "seed {seed}");
    }
    assert!(stops.iter().all(|n| *n > 20), "every way to end was taken: {stops:?}");
}
