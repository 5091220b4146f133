//! Which reports name a file that is not here: looked up report by report once, and file by file from then on.

use crate::error::DeskError;
use crate::log::attachments::{AttachmentFolder, AttachmentRow};
use baqylau_protocol::ids::Hash;
use std::collections::HashSet;

/// What was lacking when it was looked for last.
#[derive(Debug, Default)]
pub(crate) struct LackingFiles {
    /// The place in the log behind what was looked at.
    next: u64,
    /// [`crate::store::DeskStore::rewritten`] of then.
    rewritten: i64,
    rows: Vec<AttachmentRow>,
}

impl LackingFiles {
    /// Looks at what came since, and whether what was lacking is here now. Gives the reports that lack a file.
    pub(crate) fn refresh(&mut self, folder: AttachmentFolder<'_>) -> Result<HashSet<Hash>, DeskError> {
        let (rewritten, end) = (folder.store.rewritten()?, folder.store.cursor()?);
        if rewritten != self.rewritten || end < self.next {
            *self = Self { rewritten, ..Self::default() };
        }
        let (rows, next) = folder.list_from(self.next)?;
        self.rows.extend(rows);
        self.rows.retain(|row| !folder.has(&row.attachment));
        self.next = next;
        Ok(self.rows.iter().map(|row| row.report).collect())
    }
}
