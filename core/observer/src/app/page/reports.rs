//! What the screens of reports and letters draw, in one call.

use crate::app::{ChangeView, LetterView, ObserverApp, ReportView};
use crate::error::Error;
use std::sync::Arc;

/// The reports of this phone, and what the coordinators write about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportsPage {
    /// The reports, the newest first.
    pub reports: Vec<ReportLine>,
    /// The letters, the newest first.
    pub letters: Vec<LetterView>,
}

/// A report with what is drawn beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportLine {
    /// The report.
    pub report: ReportView,
    /// The checklist's name; its id where the mission has it no more.
    pub title: Arc<str>,
    /// Differences to the report that it amends, where it amends one; empty too where its visit cannot be read any more.
    pub changes: Vec<ChangeView>,
}

impl ObserverApp {
    /// Everything that is drawn of the reports and letters.
    ///
    /// # Errors
    /// The store is locked or damaged.
    pub fn reports_page(&self) -> Result<ReportsPage, Error> {
        self.with_mission(|u, loaded| {
            let checklists = self.checklist_views(loaded);
            let mut reports = Vec::new();
            for report in self.report_views(u, loaded)?.into_iter().rev() {
                let title = checklists.iter().find(|list| list.id == report.checklist).map(|list| list.title.clone());
                let title = title.unwrap_or_else(|| Arc::from(report.checklist.as_str()));
                let amended = report.amends.map(|_| self.amended(u, loaded, report.draft));
                let changes = amended.transpose()?.unwrap_or_default();
                reports.push(ReportLine { report, title, changes });
            }
            Ok(ReportsPage { reports, letters: self.letter_views(u, loaded)? })
        })
    }
}
