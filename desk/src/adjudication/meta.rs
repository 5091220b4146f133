//! What of a report a verdict is made from. None of it is an answer.

use crate::adjudication::status::{Misfit, Status};
use crate::store::PulledEnvelope;
use baqylau_forms::fill::Outcome;
use baqylau_forms::form::Form;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_report::Report;
use std::sync::Arc;

/// Head and references of a report. Kept for each report, so that a hundred thousand fit.
#[derive(Clone)]
pub struct ReportMeta {
    /// Counted from 0.
    pub index: u64,
    /// SHA-256 of its envelope.
    pub hash: Hash,
    /// The phone, or the desk where it was entered.
    pub device: DeviceId,
    /// The number in the device's chain.
    pub seq: u64,
    /// When the server received it, in milliseconds since 1970.
    pub received: i64,
    /// When it was signed, by the device's clock.
    pub signed: Option<i64>,
    /// The envelope that an amendment takes the place of, if it may.
    pub supersedes: Option<Hash>,
    /// The visit's code.
    pub visit: Box<str>,
    /// The code of its place.
    pub code: Option<Box<str>>,
    /// The place in words where it is in no list.
    pub unlisted: Option<Box<str>>,
    /// The version of its checklist.
    pub form: Option<Arc<Form>>,
    /// By the report alone: counted, a test, not observed, or unreadable.
    pub first: Status,
}

baqylau_forms::redacted_debug! { ReportMeta: index, hash, device, seq, first }

impl ReportMeta {
    /// Of an envelope, and of what was read in it.
    pub(crate) fn new(envelope: &PulledEnvelope, read: Result<(&Report, &Arc<Form>), &Status>) -> Self {
        let report = read.as_ref().ok().map(|(r, _)| *r);
        Self {
            index: envelope.index,
            hash: envelope.hash,
            device: envelope.device,
            seq: envelope.seq,
            received: envelope.received,
            signed: report.map(|r| r.clock.wall.ms),
            supersedes: report.and_then(|r| r.supersedes),
            visit: report.map(|r| r.visit.code.as_str().into()).unwrap_or_default(),
            code: report.and_then(|r| r.visit.place.as_deref()).map(Into::into),
            unlisted: report.and_then(|r| r.visit.unlisted.as_deref()).map(Into::into),
            form: read.ok().map(|(_, form)| form.clone()),
            first: read.map_or_else(Status::clone, |(report, _)| first(report)),
        }
    }
}

fn first(report: &Report) -> Status {
    match Outcome::ALL.get(usize::from(report.visit.outcome)) {
        _ if report.test == Some(true) => Status::Test,
        Some(outcome) if outcome.counts() => Status::Counted,
        Some(_) => Status::NotObserved,
        None => Status::Misfit(Misfit::NoOutcome),
    }
}
