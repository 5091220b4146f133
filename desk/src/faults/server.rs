//! What a server answers that is no use, and what it refuses.

use baqylau_protocol::ids::Hash;
use baqylau_protocol::wire::RefusalCode;

/// An answer that came and is of no use. The page leaves the server's words out: nobody knows their language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerFault {
    /// Longer than any answer.
    #[error("its answer has more than {limit} bytes")]
    TooLong {
        /// The most bytes.
        limit: usize,
    },
    /// It could not do it.
    #[error("it answers {status}{}", quoted(words))]
    Status {
        /// The number of HTTP.
        status: u16,
        /// What it said, in the words of whoever answered.
        words: String,
    },
    /// Nothing that answers what it was asked.
    #[error("its answer does not read, or answers something else")]
    Nonsense,
    /// A receipt that proves nothing.
    #[error("its receipt for object {object} does not verify")]
    Receipt {
        /// For what.
        object: Hash,
    },
}

fn quoted(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(": {words}") }
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
    /// A reason that came with a later version of the server.
    #[error("the server refuses it for a reason that this program does not know; update this program")]
    UnknownReason,
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
            RefusalCode::Later(_) => Self::UnknownReason,
        }
    }
}
