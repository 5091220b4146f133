//! The two databases of a phone: `main.db` opens with the PIN and is the truth, `outbox.db` opens with the vault alone and is
//! derived from it.

mod attachments;
mod blobs;
mod drafts;
mod letters;
mod main;
pub(crate) mod names;
mod number;
mod outbox;
mod parts;
mod records;
mod relayed;

pub(crate) use attachments::StoredAttachment;
pub(crate) use blobs::StoredBlob;
pub(crate) use drafts::{Draft, NewDraft};
pub(crate) use letters::StoredLetter;
pub use main::SCHEMA as MAIN_SCHEMA;
pub(crate) use main::{MainStore, StoredVisit, VisitKnowledge};
pub(crate) use number::Number;
pub use outbox::SCHEMA as OUTBOX_SCHEMA;
pub(crate) use outbox::{Delivery, Genuine, Outbox};
pub(crate) use records::{NewReport, SealedEnvelope};
