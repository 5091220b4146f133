//! What a pull left undone: what sort, what it is about, and why. `Display` is for terminals; the page has words of its own.

use crate::error::DeskError;
use crate::log::attachments::{AttachmentFault, FetchedAttachments, LackingAttachment};
use crate::log::pull::PullOutcome;
use crate::log::rosters::Dispute;
use crate::store::Gap;
use crate::workspace::identity::UnsentRecord;
use baqylau_protocol::wire::RefusalCode;

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
        unsent.chain(disputes).chain(self.gaps.iter().copied().map(Undone::ObjectDamaged)).collect()
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

/// Why a server takes something not. What it says in words is signed by nobody and stands nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum ServerRefusal {
    /// It knows no such object.
    #[error("it is nothing that the server knows; bring the server and this program to the same version")]
    Malformed,
    /// It serves another mission.
    #[error("the server says that it belongs to another mission")]
    OtherMission,
    /// The device is not enrolled there.
    #[error("the server does not know the device that signed it")]
    UnknownDevice,
    /// A signature does not verify there.
    #[error("the server says that its signature does not verify")]
    NotGenuine,
    /// The invite had expired.
    #[error("the server says that the invite had expired before the device enrolled")]
    Expired,
    /// The device was revoked.
    #[error("the server says that the device which signed it was revoked")]
    Revoked,
    /// Too large, or cut off.
    #[error("the server says that it is too large, or was cut off")]
    Length,
    /// The device sent as much as the mission allows.
    #[error("the server takes no more from this device now; it is taken later")]
    Quota,
    /// An attachment that no report names.
    #[error("no report names this attachment, or it was cut off or altered")]
    AttachmentUnnamed,
    /// The server loses what it gets of an attachment.
    #[error("the server drops what it gets; deliver it again later")]
    AttachmentDropped,
    /// An attachment ends before its time.
    #[error("it is shorter than the report says")]
    AttachmentShort,
}

impl ServerRefusal {
    /// The stable code: the variant's name, in lower case with hyphens.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// As the error of a call.
    pub(crate) fn at(self, server: &str) -> DeskError {
        DeskError::Refused { server: server.to_owned(), why: self }
    }
}

impl From<RefusalCode> for ServerRefusal {
    fn from(code: RefusalCode) -> Self {
        match code {
            RefusalCode::Malformed => Self::Malformed,
            RefusalCode::Mission => Self::OtherMission,
            RefusalCode::UnknownDevice => Self::UnknownDevice,
            RefusalCode::Signature => Self::NotGenuine,
            RefusalCode::Expired => Self::Expired,
            RefusalCode::Revoked => Self::Revoked,
            RefusalCode::Length => Self::Length,
            RefusalCode::Quota => Self::Quota,
        }
    }
}
