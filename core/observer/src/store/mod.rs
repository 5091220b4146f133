//! The two databases of a phone: `main.db` opens with the PIN and is the truth, `outbox.db` opens with the vault alone and is
//! derived from it.

mod main;
mod outbox;

pub(crate) use main::{Draft, MainStore, NewReport, StoredVisit};
pub(crate) use outbox::{Delivery, Outbox};
