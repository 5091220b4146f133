//! A call for help: one gesture, and a signed report goes before all others.

use super::signing::Signing;
use super::{ObserverApp, ReportView, VisitChange};
use crate::error::{Error, RefusalReason};
use baqylau_forms::value::Point;

impl ObserverApp {
    /// Signs an urgent report at once, as it is: the first urgent checklist that needs no place, unfilled, marked as a call for help,
    /// with where the phone is. Sync afterwards.
    ///
    /// # Errors
    /// The mission has no such checklist, or the store failed.
    pub fn alarm(&self, position: Option<Point>) -> Result<ReportView, Error> {
        let urgent = self.checklists()?.into_iter().find(|c| c.urgent && c.place_optional);
        let urgent = urgent.ok_or_else(|| {
            Error::refused(RefusalReason::NothingUrgent, "this mission has no urgent checklist; call the team")
        })?;
        let visit = self.start_visit(None, None)?.code;
        if let Some(position) = position {
            self.update_visit(&visit, VisitChange::Position(position))?;
        }
        let draft = self.start_checklist(&visit, &urgent.id)?;
        self.sign(draft.id, &Signing::Alarm)
    }
}
