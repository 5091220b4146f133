//! The two databases of a phone: `main.db` opens with the PIN and is the truth, `outbox.db` opens with the vault alone and is
//! derived from it.

mod attachments;
mod blobs;
mod drafts;
mod epochs;
mod evidence;
mod held;
mod letters;
mod mailbox;
mod main;
pub(crate) mod names;
mod number;
mod outbox;
mod permits;
mod proxy;
mod queue;
mod read;
mod records;
mod relayed;
mod uncompared;

pub(crate) use attachments::StoredAttachment;
pub(crate) use blobs::StoredBlob;
pub(crate) use drafts::{Draft, NewDraft};
pub use evidence::LogConsistency;
pub(crate) use letters::StoredLetter;
pub(crate) use mailbox::Genuine;
pub use main::SCHEMA as MAIN_SCHEMA;
pub(crate) use main::{MainStore, StoredVisit, VisitKnowledge};
pub(crate) use number::Number;
pub(crate) use outbox::Outbox;
pub use outbox::SCHEMA as OUTBOX_SCHEMA;
pub(crate) use permits::{SignedPermit, Unpermitted};
pub(crate) use queue::Delivery;
pub(crate) use records::{NewReport, SealedEnvelope};
