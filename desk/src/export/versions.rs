//! The versions of a checklist that tables have columns of.

use super::Exports;
use crate::error::DeskError;
use crate::evaluation::BundleForms;
use crate::tables::MissionTables;
use baqylau_forms::form::Form;
use baqylau_protocol::bundle::PartKind;
use baqylau_sqlite::StorageError;
use std::collections::HashSet;
use std::sync::Arc;

impl Exports<'_> {
    /// Every version of a checklist that was published, in order; before the first, as the mission's tables have it. One whose bundle is
    /// damaged here is left aside ([`crate::store::VerifiedStore::damaged_bundles`]).
    pub(super) fn versions(&self, tables: &MissionTables, checklist: usize) -> Result<Vec<Arc<Form>>, DeskError> {
        let id = &tables.checklists[checklist].id;
        let (mut forms, mut all) = (BundleForms::default(), Vec::new());
        let mut seen = HashSet::new();
        for (bundle, manifest) in self.known.store.published_bundles()? {
            let Ok(manifest) = self.known.open_manifest(&manifest) else { continue };
            let Some(part) = manifest.part(PartKind::Checklist, id).filter(|part| seen.insert(part.hash)) else {
                continue;
            };
            match forms.form(self.known, bundle, part.hash) {
                Err(DeskError::Storage(StorageError::Damaged { .. })) => {}
                form => all.extend(form?),
            }
        }
        if all.is_empty() {
            all.extend(tables.forms.get(id).cloned());
        }
        Ok(all)
    }
}
