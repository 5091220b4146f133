//! The versions of a checklist that tables have columns of.

use crate::error::DeskError;
use crate::index::evaluate::Forms;
use crate::tables::MissionTables;
use crate::workspace::Desk;
use baqylau_forms::form::Form;
use baqylau_protocol::bundle::PartKind;
use baqylau_protocol::ids::Hash;
use baqylau_sqlite::StorageError;
use std::collections::HashSet;
use std::sync::Arc;

impl Desk {
    /// Every version of a checklist that was published, in order; before the first, as the mission's tables have it. One whose bundle is
    /// damaged here is left aside ([`Desk::damaged_bundles`]).
    pub(super) fn versions(&self, tables: &MissionTables, checklist: usize) -> Result<Vec<Arc<Form>>, DeskError> {
        let id = &tables.checklists[checklist].id;
        let (mut forms, mut all) = (Forms::default(), Vec::new());
        let mut seen = HashSet::new();
        for (bundle, manifest) in self.store.published_bundles()? {
            let Ok(manifest) = self.manifest_of(&manifest) else { continue };
            let Some(part) = manifest.part(PartKind::Checklist, id).filter(|part| seen.insert(part.hash)) else {
                continue;
            };
            match forms.form(self, bundle, part.hash) {
                Err(DeskError::Storage(StorageError::Damaged { .. })) => {}
                form => all.extend(form?),
            }
        }
        if all.is_empty() {
            all.extend(tables.forms.get(id).cloned());
        }
        Ok(all)
    }

    /// The published bundles that are damaged in this desk's store, by the hash of their manifests: exports have the columns of their
    /// checklists only where another version or a report has them too.
    ///
    /// # Errors
    /// The database fails.
    pub fn damaged_bundles(&self) -> Result<Vec<Hash>, DeskError> {
        let mut damaged = Vec::new();
        for (hash, manifest) in self.store.published_bundles()? {
            let whole = match self.manifest_of(&manifest) {
                Ok(manifest) => {
                    let parts = manifest.parts.iter().map(|part| self.store.part(part.hash));
                    parts.collect::<Result<Vec<_>, _>>().is_ok_and(|parts| parts.iter().all(Option::is_some))
                }
                Err(_) => false,
            };
            if !whole {
                damaged.push(hash);
            }
        }
        Ok(damaged)
    }
}
