//! The draft that is being filled, kept in memory between two answers: an answer costs one write and no read. What another program wrote
//! since, SQLite tells; what this one writes elsewhere lets it go.

use super::drafts::Draft;
use super::main::{MainStore, StoredVisit};
use crate::error::Error;
use baqylau_forms::fill::CellKey;
use std::collections::HashMap;

/// A draft and its visit as they were read, and when each of its questions was answered, as far as that was asked for.
pub(super) struct HeldDraft {
    /// Of the database as other connections changed it.
    version: i64,
    pub draft: Draft,
    pub visit: StoredVisit,
    /// Milliseconds after the draft was started.
    pub times: HashMap<CellKey, Vec<u64>>,
}

impl MainStore {
    /// Lets go of what is held, because it is about to change.
    pub(super) fn let_go(&mut self) {
        self.held = None;
    }

    /// The draft that is held, if it is this one and nobody else wrote since.
    pub(super) fn still_held(&mut self, id: i64) -> Result<Option<&mut HeldDraft>, Error> {
        if self.held.as_ref().is_none_or(|held| held.draft.id != id) {
            return Ok(None);
        }
        let version = self.version()?;
        if self.held.as_ref().is_some_and(|held| held.version != version) {
            self.held = None;
        }
        Ok(self.held.as_mut())
    }

    pub(super) fn hold(&mut self, draft: Draft, visit: StoredVisit) -> Result<(), Error> {
        let version = self.version()?;
        self.held = Some(HeldDraft { version, draft, visit, times: HashMap::new() });
        Ok(())
    }

    fn version(&self) -> Result<i64, Error> {
        Ok(self.db.prepare_cached("PRAGMA data_version")?.query_row([], |r| r.get(0))?)
    }
}
