//! What a pull left undone: what sort, what it is about, and why. `Display` is for terminals; the page has words of its own.

use crate::error::DeskError;
use crate::faults::{EntryFault, ServerFault, Suspicion};
use crate::log::attachments::{AttachmentFault, FetchedAttachments, LackingAttachment};
use crate::log::overdue::OverdueBundle;
use crate::log::pull::{PullOutcome, UnsentRecord};
use crate::log::witnessed::{Unwitnessed, Witnessing};
use crate::people::decisions::Dispute;
use crate::store::{BeyondLimit, Gap};
use std::sync::Arc;

/// Something that a pull left undone.
#[derive(Debug, Clone, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Undone {
    /// A record of this desk that the server refuses.
    #[error("{0}")]
    RecordUnsent(UnsentRecord),
    /// A phone that two desks revoked at different places.
    #[error("{0}")]
    RevocationDisputed(Dispute),
    /// An object that is damaged at the server.
    #[error("{0}")]
    ObjectDamaged(Gap),
    /// What the desk read, and phones are not told.
    #[error(
        "phones are not told what was read here: {0}. Their observers see their reports as stored, not as read, until a pull \
         tells them; if that goes on, ask whoever runs the server"
    )]
    ReadUntold(ServerFault),
    /// An entry of the log that the server hands out otherwise than when it was pulled.
    #[error("{0}")]
    EntryChanged(EntryFault),
    /// A report whose phone says that it had seen another log.
    #[error("{0}")]
    LogSuspected(Suspicion),
    /// A phone that sent more reports than are looked at.
    #[error("{0}")]
    ReportsBeyondLimit(BeyondLimit),
    /// The bundle, that was promised to be renewed by now.
    #[error("{0}")]
    BundleOverdue(OverdueBundle),
    /// The log, that witnesses were to cosign.
    #[error("{0}")]
    LogUnwitnessed(Unwitnessed),
    /// What comes after everything is stored: the server was lost on the way.
    #[error(
        "{0}. Everything that it had was stored before; phones may not be told yet what was read here, and old entries were not compared: \
         the next pull does both"
    )]
    CutShort(Arc<DeskError>),
    /// An attachment that could not be fetched.
    #[error("{0}")]
    AttachmentFailed(AttachmentFault),
    /// An attachment that the server does not have.
    #[error("{0}")]
    AttachmentLacking(LackingAttachment),
}

impl Undone {
    /// The stable code of its sort: the variant's name, in lower case with hyphens.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

impl PullOutcome {
    /// What it left undone, sort by sort.
    #[must_use]
    pub fn undone(&self) -> Vec<Undone> {
        let unsent = self.unsent.iter().copied().map(Undone::RecordUnsent);
        let disputes = self.disputes.iter().copied().map(Undone::RevocationDisputed);
        let damaged = self.gaps.iter().copied().map(Undone::ObjectDamaged);
        let changed = self.changed.iter().copied().map(Undone::EntryChanged);
        let beyond = self.beyond.iter().copied().map(Undone::ReportsBeyondLimit);
        let suspected = self.suspicions.iter().copied().map(Undone::LogSuspected);
        let untold = self.unheard.clone().map(Undone::ReadUntold);
        let of_bundle = self.overdue.map(Undone::BundleOverdue);
        let unwitnessed = self.witnessed.iter().filter_map(|witnessing| match witnessing {
            Witnessing::Witnessed(_) => None,
            Witnessing::Lacking(why) => Some(Undone::LogUnwitnessed(why.clone())),
        });
        let cut_short = self.cut_short.clone().map(Undone::CutShort);
        let of_log = damaged.chain(changed).chain(suspected).chain(beyond);
        unsent
            .chain(disputes)
            .chain(of_log)
            .chain(untold)
            .chain(of_bundle)
            .chain(unwitnessed)
            .chain(cut_short)
            .collect()
    }
}

impl FetchedAttachments {
    /// What it left undone, sort by sort.
    #[must_use]
    pub fn undone(&self) -> Vec<Undone> {
        let failed = self.failed.iter().cloned().map(Undone::AttachmentFailed);
        failed.chain(self.lacking.iter().copied().map(Undone::AttachmentLacking)).collect()
    }
}
