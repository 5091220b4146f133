//! What a screen draws of a visit, in one call. Which checklists may be begun there is decided here, and only here.

use crate::app::{ChecklistView, DraftView, ObserverApp, VisitView};
use crate::error::Error;
use baqylau_forms::fill::Progress;

/// A visit with what is drawn around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitPage {
    /// The visit.
    pub visit: VisitView,
    /// The checklists that may be begun here: for its place, and not begun where they are filled once.
    pub offered: Vec<ChecklistView>,
    /// Every draft of the visit, in its order.
    pub drafts: Vec<DraftLine>,
    /// The observer's team.
    pub team: String,
}

/// How far a draft is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftLine {
    /// The draft.
    pub draft: DraftView,
    /// Of the whole checklist; nothing once it is signed, or where the visit cannot be read any more.
    pub progress: Option<Progress>,
    /// The number of the report that it became.
    pub report: Option<i64>,
}

impl ObserverApp {
    /// Everything that is drawn of a visit; nothing where there is none of this code.
    ///
    /// # Errors
    /// The store is locked or damaged.
    pub fn visit_page(&self, code: &str) -> Result<Option<VisitPage>, Error> {
        self.with_mission(|u, loaded| {
            let Some(stored) = u.main.visits()?.into_iter().find(|visit| visit.code == code) else { return Ok(None) };
            let visit = self.visit_view(u, loaded, &stored)?;
            let offered = self.checklist_views(loaded).into_iter().filter(|list| may_begin(&visit, list)).collect();
            let reports = u.main.reports()?;
            let mut drafts = Vec::new();
            for draft in visit.drafts.clone() {
                let open = !draft.finished && !visit.forgotten && !visit.unreadable;
                let filling = open.then(|| self.filling(u, loaded, draft.id)).transpose()?;
                let progress = filling.map(|(_, filling)| filling.progress());
                let report = reports.iter().rfind(|report| report.draft == draft.id).map(|report| report.seq);
                drafts.push(DraftLine { draft, progress, report });
            }
            Ok(Some(VisitPage { visit, offered, drafts, team: u.invite.team.clone() }))
        })
    }
}

/// Whether a checklist may be begun in a visit.
fn may_begin(visit: &VisitView, checklist: &ChecklistView) -> bool {
    let fits = match &visit.place {
        Some(place) => checklist.places.contains(&place.level),
        None => checklist.place_optional,
    };
    fits && (!checklist.once || visit.drafts.iter().all(|draft| draft.checklist != checklist.id))
}
