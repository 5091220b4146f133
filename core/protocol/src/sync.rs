//! What a phone does next: a pure function of what it knows and what just happened.
//!
//! The driver does what the actions say and feeds back what came of it. Nothing here touches a network, a file or a clock, so
//! every order of failures can be tested.
//!
//! ```text
//! Bundle ──► Enrol ──► Upload ─┬─► (next batch) ──► Attachments ──► Letters ──► Done, or Waiting if an attachment failed
//!    │         │         │     └─► Commit, one for each acknowledgement
//!    └─────────┴─────────┴──► Waiting (failure: backoff with jitter, or what the server asked for)
//! ```

use crate::wire::{Refusal, RefusalCode, Verdict};
use std::collections::VecDeque;

/// The most envelopes of one request; small, so that a bad line gets some through.
pub const BATCH: usize = 16;
/// The most bytes of one request.
pub const BATCH_BYTES: usize = 256 << 10;
/// The first pause after a failure.
pub const FIRST_PAUSE_MS: i64 = 2_000;
/// The longest.
pub const LONGEST_PAUSE_MS: i64 = 15 * 60_000;
/// The longest that a server may ask for.
pub const LONGEST_ASKED_MS: i64 = 24 * 3_600_000;

/// The first pause after a refusal that sending the same bytes again is not known to mend.
pub const FIRST_REFUSAL_MS: i64 = 15 * 60_000;
/// The longest: nobody signs a refusal, so that it slows a phone and never ends its work.
pub const LONGEST_REFUSAL_MS: i64 = 24 * 3_600_000;

/// How long to wait after having been refused a number of times in a row, in milliseconds.
#[must_use]
pub fn refusal_pause(times: u32) -> i64 {
    (FIRST_REFUSAL_MS << times.clamp(1, 20).saturating_sub(1)).min(LONGEST_REFUSAL_MS)
}

/// An envelope that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingEnvelope {
    /// The store's number for it.
    pub id: i64,
    /// Its length.
    pub bytes: usize,
    /// Incidents and calls for help go before everything.
    pub urgent: bool,
}

/// What a phone knows when it begins, all of it from the store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncInputs {
    /// Whether a receipt for the enrolment is there.
    pub enrolled: bool,
    /// What waits, oldest first.
    pub queue: Vec<WaitingEnvelope>,
    /// How many times in a row it failed; survives a restart.
    pub failures: u32,
    /// Not to try before, in milliseconds since 1970; survives a restart.
    pub not_before: i64,
    /// The observer asked: the pause is over.
    pub now: bool,
}

/// Where it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncState {
    phase: Phase,
    enrolled: bool,
    queue: VecDeque<WaitingEnvelope>,
    in_flight: Vec<WaitingEnvelope>,
    failures: u32,
    /// One new enrolment a run, when the server does not know the device.
    enrolled_again: bool,
    /// How an attachment failed. It is told at the end: letters do not wait for attachments.
    behind: Option<Failure>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Idle,
    Bundle,
    Enrol,
    Upload,
    Attachments,
    Letters,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It begins.
    Begin(SyncInputs),
    /// The bundle is up to date, or its refusal is noted.
    BundleDone,
    /// The server's word on the enrolment.
    Enrolment(Verdict),
    /// The server's word on the envelopes of the last upload, in order.
    Uploaded(Vec<Verdict>),
    /// The attachments are with the server, or it refuses them for good. When one of them fails, the others were tried.
    AttachmentsDone,
    /// The letters of the desks are stored.
    LettersDone,
    /// A request failed.
    Failed(Failure),
}

/// How a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The server cannot be reached.
    Offline,
    /// The server is reached, and does not answer.
    Silent,
    /// Who answers is not the mission's server.
    Untrusted,
    /// The server is busy and said how long to wait, in milliseconds.
    Busy(Option<i64>),
    /// An answer that is no answer.
    Nonsense,
    /// The mission's server answers, and has no bundle yet.
    NotPublished,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Ask for a newer bundle.
    FetchBundle,
    /// Send the enrolment.
    SendEnrolment,
    /// Let everything that was receipted wait again: the server lost it. The next run sends it.
    SendAgain,
    /// Store that the enrolment is receipted, or why it is refused.
    CommitEnrolment(Verdict),
    /// Send these envelopes.
    Upload(Vec<i64>),
    /// Send the attachments of what was receipted, text before photographs.
    SendAttachments,
    /// Ask for letters of the desks, and store them.
    FetchLetters,
    /// Store what became of one envelope. Done before anything else.
    Commit(i64, Verdict),
    /// Store when to try again.
    Pause {
        /// Failures in a row.
        failures: u32,
        /// Not before.
        not_before: i64,
    },
    /// This run is over.
    Stop(Stop),
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Nothing waits.
    Done,
    /// To be tried again, not before.
    Wait {
        /// Milliseconds since 1970.
        until: i64,
    },
    /// The enrolment was refused; nothing can be sent before it is tried again.
    NotEnrolled,
}

/// One step. `now` is the corrected time in milliseconds since 1970, `jitter` a fresh random number.
#[must_use]
pub fn step(mut state: SyncState, event: Event, now: i64, jitter: u32) -> (SyncState, Vec<Action>) {
    let actions = match event {
        Event::Begin(known) => state.begin(known, now),
        Event::BundleDone if state.phase == Phase::Bundle => state.after_bundle(),
        Event::Enrolment(verdict) if state.phase == Phase::Enrol => state.enrolment(verdict, now, jitter),
        Event::AttachmentsDone if state.phase == Phase::Attachments => state.letters(),
        Event::Failed(failure) if state.phase == Phase::Attachments => {
            state.behind = Some(failure);
            state.letters()
        }
        Event::LettersDone if state.phase == Phase::Letters => state.done(now, jitter),
        // Everything is delivered; letters that are none keep nothing waiting.
        Event::Failed(Failure::Nonsense) if state.phase == Phase::Letters => state.done(now, jitter),
        // A server that hands out a bad bundle, or none, may still take envelopes.
        Event::Failed(Failure::Nonsense | Failure::NotPublished) if state.phase == Phase::Bundle && state.enrolled => {
            state.next_batch()
        }
        Event::Uploaded(verdicts) if state.phase == Phase::Upload => state.uploaded(verdicts, now, jitter),
        Event::Failed(failure) => state.failed(failure, now, jitter),
        // An answer to a question that was not asked.
        _ => state.failed(Failure::Nonsense, now, jitter),
    };
    (state, actions)
}

impl SyncState {
    fn begin(&mut self, known: SyncInputs, now: i64) -> Vec<Action> {
        *self = Self { enrolled: known.enrolled, failures: known.failures, ..Self::default() };
        // A pause that is longer than any was noted under a clock that has been put right since.
        let pause = known.not_before - now;
        if pause > 0 && pause <= 2 * LONGEST_ASKED_MS && !known.now {
            return vec![Action::Stop(Stop::Wait { until: known.not_before })];
        }
        let (urgent, other): (Vec<_>, Vec<_>) = known.queue.into_iter().partition(|w| w.urgent);
        self.queue = urgent.into_iter().chain(other).collect();
        self.phase = Phase::Bundle;
        vec![Action::FetchBundle]
    }

    fn after_bundle(&mut self) -> Vec<Action> {
        if self.enrolled {
            return self.next_batch();
        }
        self.phase = Phase::Enrol;
        vec![Action::SendEnrolment]
    }

    fn enrolment(&mut self, verdict: Verdict, now: i64, jitter: u32) -> Vec<Action> {
        let next = match &verdict {
            Verdict::Stored(_) => {
                self.enrolled = true;
                self.next_batch()
            }
            Verdict::Refused(refusal) if refusal.code.may_pass() => self.failed(Failure::Busy(None), now, jitter),
            Verdict::Refused(_) => {
                self.phase = Phase::Idle;
                self.failures = self.failures.saturating_add(1);
                let not_before = now + refusal_pause(self.failures);
                vec![Action::Pause { failures: self.failures, not_before }, Action::Stop(Stop::NotEnrolled)]
            }
        };
        std::iter::once(Action::CommitEnrolment(verdict)).chain(next).collect()
    }

    fn next_batch(&mut self) -> Vec<Action> {
        let mut bytes = 0;
        while let Some(next) = self.queue.front() {
            let full = self.in_flight.len() == BATCH || bytes + next.bytes > BATCH_BYTES;
            if full && !self.in_flight.is_empty() {
                break;
            }
            bytes += next.bytes;
            self.in_flight.extend(self.queue.pop_front());
        }
        if self.in_flight.is_empty() {
            self.phase = Phase::Attachments;
            return vec![Action::SendAttachments];
        }
        self.phase = Phase::Upload;
        vec![Action::Upload(self.in_flight.iter().map(|w| w.id).collect())]
    }

    fn letters(&mut self) -> Vec<Action> {
        self.phase = Phase::Letters;
        vec![Action::FetchLetters]
    }

    fn done(&mut self, now: i64, jitter: u32) -> Vec<Action> {
        if let Some(failure) = self.behind.take() {
            return self.failed(failure, now, jitter);
        }
        self.phase = Phase::Idle;
        vec![Action::Pause { failures: 0, not_before: 0 }, Action::Stop(Stop::Done)]
    }

    fn uploaded(&mut self, verdicts: Vec<Verdict>, now: i64, jitter: u32) -> Vec<Action> {
        if verdicts.len() != self.in_flight.len() {
            return self.failed(Failure::Nonsense, now, jitter);
        }
        let sent = std::mem::take(&mut self.in_flight);
        let unknown = |v: &Verdict| matches!(v, Verdict::Refused(Refusal { code: RefusalCode::UnknownDevice, .. }));
        let enrol = verdicts.iter().any(unknown) && !self.enrolled_again;
        let mut actions = Vec::new();
        let mut again = Vec::new();
        let mut later = false;
        for (waiting, verdict) in sent.into_iter().zip(verdicts) {
            match &verdict {
                Verdict::Refused(refusal) if refusal.code == RefusalCode::UnknownDevice && enrol => again.push(waiting),
                Verdict::Refused(refusal) if refusal.code.may_pass() => {
                    later = true;
                    actions.push(Action::Commit(waiting.id, verdict));
                }
                _ => actions.push(Action::Commit(waiting.id, verdict)),
            }
        }
        if enrol {
            // The server lost its memory, or is a new one: the enrolment goes first again, and then all that it had.
            self.enrolled_again = true;
            actions.insert(0, Action::SendAgain);
            again.into_iter().rev().for_each(|w| self.queue.push_front(w));
            self.phase = Phase::Enrol;
            actions.push(Action::SendEnrolment);
        } else if later {
            actions.extend(self.failed(Failure::Busy(None), now, jitter));
        } else {
            self.failures = 0;
            actions.extend(self.next_batch());
        }
        actions
    }

    /// Doubles the pause with every failure and spreads it, so that a country that comes back online does not come at once.
    fn failed(&mut self, failure: Failure, now: i64, jitter: u32) -> Vec<Action> {
        self.in_flight.clear();
        self.phase = Phase::Idle;
        self.failures = self.failures.saturating_add(1);
        let doubled = FIRST_PAUSE_MS << self.failures.min(20).saturating_sub(1);
        let asked = match self.behind.take().filter(|f| matches!(f, Failure::Busy(_))).unwrap_or(failure) {
            Failure::Busy(Some(ms)) => ms.clamp(0, LONGEST_ASKED_MS),
            _ => 0,
        };
        let pause = doubled.min(LONGEST_PAUSE_MS).max(asked);
        // Half to one and a half of it. Never less than what the server asked for, and spread behind that too.
        let least = asked.max(pause / 2);
        let not_before = now + least + pause * i64::from(jitter % 1024) / 1024;
        vec![Action::Pause { failures: self.failures, not_before }, Action::Stop(Stop::Wait { until: not_before })]
    }
}
