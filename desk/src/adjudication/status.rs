//! Which reports count. One definition, used by figures, exports and every page.

use crate::faults::Unverifiable;
use baqylau_report::{AnswerError, ReportError};

/// Whether a report counts, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It counts.
    Counted,
    /// It could not be verified or opened.
    Unverifiable(Unverifiable),
    /// It is no report of its checklist.
    Misfit(Misfit),
    /// Its device is not confirmed, contested, or was revoked before.
    Device(DeviceObjection),
    /// Two envelopes with one number: the phone was restored or cloned. None counts until it is reviewed.
    Forked,
    /// An exercise.
    Test,
    /// The team could not observe.
    NotObserved,
    /// A later report by the same person, or by a desk, supersedes it.
    Superseded,
    /// It supersedes an earlier one, and raw answers were asked for.
    Amendment,
    /// It would supersede somebody else's report, which only that person or a desk can.
    Proposal,
    /// An earlier amendment of the same report counts.
    Competing,
    /// The same visit and checklist came before.
    Duplicate,
    /// A desk excluded it.
    Excluded(String),
}

impl Status {
    /// The same without what only one report has; for lists, filters and counts.
    #[must_use]
    pub fn kind(&self) -> StatusKind {
        match self {
            Self::Counted => StatusKind::Counted,
            Self::Unverifiable(_) => StatusKind::Unverifiable,
            Self::Misfit(_) => StatusKind::Misfit,
            Self::Device(DeviceObjection::ExpiredInvite) => StatusKind::ExpiredInvite,
            Self::Device(DeviceObjection::Unconfirmed) => StatusKind::Unconfirmed,
            Self::Device(DeviceObjection::Contested) => StatusKind::Contested,
            Self::Device(DeviceObjection::Revoked) => StatusKind::Revoked,
            Self::Forked => StatusKind::Forked,
            Self::Test => StatusKind::Test,
            Self::NotObserved => StatusKind::NotObserved,
            Self::Superseded => StatusKind::Superseded,
            Self::Amendment => StatusKind::Amendment,
            Self::Proposal => StatusKind::Proposal,
            Self::Competing => StatusKind::Competing,
            Self::Duplicate => StatusKind::Duplicate,
            Self::Excluded(_) => StatusKind::Excluded,
        }
    }

    /// As exports, JSON and addresses write it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.kind().name()
    }
}

/// Sorts of [`Status`], without what only one report has.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::EnumString, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "as in Status")]
pub enum StatusKind {
    Counted,
    Superseded,
    Duplicate,
    Forked,
    Excluded,
    Test,
    NotObserved,
    Proposal,
    Competing,
    Amendment,
    Misfit,
    Unverifiable,
    Unconfirmed,
    Contested,
    Revoked,
    ExpiredInvite,
}

impl StatusKind {
    /// As exports, JSON and addresses write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Why a report is none of its checklist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// The checklist is not here; it may come with another bundle.
    #[error("its checklist is not one of this mission's")]
    NoChecklist,
    /// The place is unknown.
    #[error("its place is not one of this mission's")]
    NoPlace,
    /// The language is unknown.
    #[error("its checklist has no such language")]
    NoLanguage,
    /// The outcome of the visit is unknown.
    #[error("its outcome is none")]
    NoOutcome,
    /// What the phone computed, hid or showed is something else.
    #[error("its answers are not what its checklist computes or shows")]
    OtherAnswers,
    /// The bytes are no report.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The bytes of its answers.
    #[error(transparent)]
    Answers(#[from] AnswerError),
}

/// Why a report does not count by the standing of its device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceObjection {
    /// It enrolled with an invite that had expired.
    ExpiredInvite,
    /// No desk confirmed it.
    Unconfirmed,
    /// A desk contests it.
    Contested,
    /// It was revoked, and this was not sent before.
    Revoked,
}

/// Whether amendments and corrections are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerBasis {
    /// As they were first reported; what supersedes a report is left out.
    Raw,
    /// With everything that supersedes.
    Effective,
}
