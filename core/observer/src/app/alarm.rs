//! A call for help: one gesture, and a signed report goes before all others.

use super::{ObserverCore, ReportView, VisitUpdate};
use crate::error::Error;
use baqylau_forms::value::Point;

impl ObserverCore {
    /// Signs an urgent report at once, as it is: the first urgent checklist that needs no place, unfilled, with the reason `SOS` and
    /// where the phone is. Sync afterwards.
    ///
    /// # Errors
    /// The mission has no such checklist, or the store failed.
    pub fn alarm(&self, position: Option<Point>) -> Result<ReportView, Error> {
        let urgent = self.checklists()?.into_iter().find(|c| c.urgent && c.place_optional);
        let urgent =
            urgent.ok_or_else(|| Error::invalid("SOS", "this mission has no urgent checklist; call the team"))?;
        let visit = self.start_visit(None, None)?.code;
        if let Some(position) = position {
            self.update_visit(&visit, VisitUpdate::Position(position))?;
        }
        let draft = self.start_checklist(&visit, &urgent.id)?;
        self.finalise(draft.id, Some(baqylau_report::report::ALARM.into()))
    }
}
