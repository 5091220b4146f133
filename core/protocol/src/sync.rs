//! The phone's sync state machine: a pure function of what the phone has stored and what just happened.
//!
//! The driver carries out the actions and feeds their outcomes back as events. Nothing here touches a network, a file
//! or a clock, so every order of failures can be tested.
//!
//! ```text
//! Bundle ──► Enrol ──► Upload ─┬─► (next batch) ──► Attachments ──► Letters ──► Rows ──► Done, or Waiting if an attachment failed
//!    │         │         │     └─► Commit, one for each acknowledgement
//!    └─────────┴─────────┴──► Waiting (failure: backoff with jitter, or what the server asked for)
//! ```

use crate::wire::{Refusal, RefusalCode, Verdict};
use std::collections::VecDeque;

/// Most envelopes in one upload; small, so that a poor connection gets some of them through.
pub const BATCH: usize = 16;
/// Most bytes in one upload, unless a single envelope is larger.
pub const BATCH_BYTES: usize = 256 << 10;
/// Pause after the first failure; doubles with each further one.
pub const FIRST_PAUSE_MS: i64 = 2_000;
/// Longest pause that repeated failures lead to (before jitter).
pub const LONGEST_PAUSE_MS: i64 = 15 * 60_000;
/// Longest pause that a server's `Retry-After` is honoured for: nobody signs it.
pub const LONGEST_ASKED_MS: i64 = LONGEST_PAUSE_MS;

/// First pause after a refusal that the same bytes are not known to overcome.
pub const FIRST_REFUSAL_MS: i64 = 15 * 60_000;
/// Longest pause after refusals. Refusals are unsigned, so they may slow a phone down but must never stop it.
pub const LONGEST_REFUSAL_MS: i64 = 24 * 3_600_000;

/// Pause after `times` refusals in a row, in milliseconds: [`FIRST_REFUSAL_MS`], doubling up to [`LONGEST_REFUSAL_MS`].
#[must_use]
pub fn refusal_pause(times: u32) -> i64 {
    (FIRST_REFUSAL_MS << times.clamp(1, 20).saturating_sub(1)).min(LONGEST_REFUSAL_MS)
}

/// An envelope in the upload queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingEnvelope {
    /// Row id in the phone's store.
    pub id: i64,
    /// Length of the envelope in bytes.
    pub bytes: usize,
    /// Urgent reports and emergencies are sent before all others.
    pub urgent: bool,
}

/// The stored state that a sync run starts from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncInputs {
    /// Whether the enrolment has a verified receipt.
    pub enrolled: bool,
    /// Undelivered envelopes, oldest first.
    pub queue: Vec<WaitingEnvelope>,
    /// Consecutive failures; survives a restart.
    pub failures: u32,
    /// End of the current pause, in milliseconds since 1970; survives a restart.
    pub not_before: i64,
    /// The observer asked to sync now: ignore the pause.
    pub now: bool,
}

/// State of a sync run between two steps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncState {
    phase: Phase,
    enrolled: bool,
    queue: VecDeque<WaitingEnvelope>,
    in_flight: Vec<WaitingEnvelope>,
    failures: u32,
    /// Set once the run has re-enrolled for a server that does not know the device; this happens at most once per run.
    enrolled_again: bool,
    /// The attachments' failure, reported at the end of the run: letters do not wait for attachments.
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
    Rows,
}

/// An input of [`step`]: the outcome of the last action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A run begins.
    Begin(SyncInputs),
    /// The bundle is current, or its refusal has been recorded.
    BundleDone,
    /// The server's verdict on the enrolment.
    Enrolment(Verdict),
    /// The server's verdicts on the last upload, in its order.
    Uploaded(Vec<Verdict>),
    /// Every attachment was delivered or put off. If one fails, the others are still tried first.
    AttachmentsDone,
    /// The desks' letters are stored.
    LettersDone,
    /// What desks have read of this phone is stored.
    RowsDone,
    /// A request failed, or its response was unusable.
    Failed(Failure),
}

/// How a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The server cannot be reached.
    Offline,
    /// The connection was made, but no response came in time.
    Silent,
    /// The peer did not authenticate as the mission's server.
    Untrusted,
    /// The server is busy; the pause that it asked for in milliseconds, if any.
    Busy(Option<i64>),
    /// A response that cannot be parsed, or that does not match the request.
    Nonsense,
    /// The mission's server responded, but has no bundle yet.
    NotPublished,
}

/// An output of [`step`], for the driver to carry out in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Request a newer bundle.
    FetchBundle,
    /// Upload the enrolment.
    SendEnrolment,
    /// The server says that it lost its log: offer it everything that has a receipt once more. Nobody signs what it says, so
    /// the receipts stay, and what they prove.
    SendAgain,
    /// Store the enrolment's receipt, or the reason for its refusal.
    CommitEnrolment(Verdict),
    /// Upload the envelopes with these row ids.
    Upload(Vec<i64>),
    /// Upload the attachments of delivered envelopes, text before photographs.
    SendAttachments,
    /// Fetch and store letters from the desks.
    FetchLetters,
    /// Fetch and store what desks have read of this phone.
    FetchRows,
    /// Store the verdict on the envelope with this row id, before any later action.
    Commit(i64, Verdict),
    /// Store when to try again.
    Pause {
        /// Consecutive failures so far.
        failures: u32,
        /// In milliseconds since 1970; 0 for no pause.
        not_before: i64,
    },
    /// End the run.
    Stop(Stop),
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Nothing is left to send.
    Done,
    /// Something is left to send; run again later.
    Wait {
        /// Earliest time of the next run, in milliseconds since 1970.
        until: i64,
    },
    /// The enrolment was refused; nothing else can be sent until it is accepted.
    NotEnrolled,
}

/// Advances the state machine by one event. `now` is the corrected time in milliseconds since 1970, `jitter` a fresh
/// random number. An event that does not fit the current phase counts as [`Failure::Nonsense`].
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
        Event::LettersDone if state.phase == Phase::Letters => state.rows(),
        Event::RowsDone if state.phase == Phase::Rows => state.done(now, jitter),
        // Everything is delivered; letters that are none keep nothing waiting, nor does a server that knows no rows.
        Event::Failed(Failure::Nonsense) if state.phase == Phase::Letters => state.rows(),
        Event::Failed(Failure::Nonsense) if state.phase == Phase::Rows => state.done(now, jitter),
        // A server that hands out a bad bundle, or none, may still take envelopes.
        Event::Failed(Failure::Nonsense | Failure::NotPublished) if state.phase == Phase::Bundle && state.enrolled => {
            state.next_batch()
        }
        Event::Uploaded(verdicts) if state.phase == Phase::Upload => state.uploaded(verdicts, now, jitter),
        Event::Failed(failure) => state.failed(failure, now, jitter),
        // An answer to a question that was not asked.
        Event::BundleDone
        | Event::Enrolment(_)
        | Event::Uploaded(_)
        | Event::AttachmentsDone
        | Event::LettersDone
        | Event::RowsDone => state.failed(Failure::Nonsense, now, jitter),
    };
    (state, actions)
}

impl SyncState {
    fn begin(&mut self, known: SyncInputs, now: i64) -> Vec<Action> {
        *self = Self { enrolled: known.enrolled, failures: known.failures, ..Self::default() };
        // A pause that is longer than any was noted under a clock that has been put right since.
        let pause = known.not_before - now;
        if pause > 0 && pause <= LONGEST_REFUSAL_MS && !known.now {
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

    fn rows(&mut self) -> Vec<Action> {
        self.phase = Phase::Rows;
        vec![Action::FetchRows]
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
                Verdict::Stored(_) | Verdict::Refused(_) => actions.push(Action::Commit(waiting.id, verdict)),
            }
        }
        if enrol {
            // The server lost its memory, or is a new one: the enrolment goes first again, and all that it had is offered.
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

    /// Doubles the pause with every failure and spreads it, so that phones of a whole country do not reconnect at the
    /// same moment.
    fn failed(&mut self, failure: Failure, now: i64, jitter: u32) -> Vec<Action> {
        self.in_flight.clear();
        self.phase = Phase::Idle;
        self.failures = self.failures.saturating_add(1);
        let doubled = FIRST_PAUSE_MS << self.failures.min(20).saturating_sub(1);
        let asked = match self.behind.take().filter(|f| matches!(f, Failure::Busy(_))).unwrap_or(failure) {
            Failure::Busy(Some(ms)) => ms.clamp(0, LONGEST_ASKED_MS),
            Failure::Busy(None)
            | Failure::Offline
            | Failure::Silent
            | Failure::Untrusted
            | Failure::Nonsense
            | Failure::NotPublished => 0,
        };
        let pause = doubled.min(LONGEST_PAUSE_MS).max(asked);
        // Half to one and a half of it. Never less than what the server asked for, and spread behind that too.
        let (least, longest) = (asked.max(pause / 2), pause * 3 / 2);
        let not_before = now + least + (longest - least) * i64::from(jitter % 1024) / 1024;
        vec![Action::Pause { failures: self.failures, not_before }, Action::Stop(Stop::Wait { until: not_before })]
    }
}
