//! A call for help: one gesture, and a signed report goes before all others.

use super::reports::Signing;
use super::{ObserverCore, ReportView, VisitUpdate};
use crate::error::{Error, Why};
use baqylau_forms::value::Point;

impl ObserverCore {
    /// Signs an urgent report at once, as it is: the first urgent checklist that needs no place, unfilled, marked as a call for help,
    /// with where the phone is. Sync afterwards.
    ///
    /// # Errors
    /// The mission has no such checklist, or the store failed.
    pub fn alarm(&self, position: Option<Point>) -> Result<ReportView, Error> {
        let urgent = self.checklists()?.into_iter().find(|c| c.urgent && c.place_optional);
        let urgent = urgent
            .ok_or_else(|| Error::refused(Why::NothingUrgent, "this mission has no urgent checklist; call the team"))?;
        let visit = self.start_visit(None, None)?.code;
        if let Some(position) = position {
            self.update_visit(&visit, VisitUpdate::Position(position))?;
        }
        let draft = self.start_checklist(&visit, &urgent.id)?;
        self.sign(draft.id, &Signing::Alarm)
    }
}
