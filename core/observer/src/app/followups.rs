//! What was put off: checklists that name a day on which to look again.

use super::{DraftView, ObserverApp};
use crate::error::Error;
use crate::store::VisitKnowledge;
use baqylau_forms::definition::Kind;
use baqylau_forms::fill::{CellKey, Filling};
use baqylau_forms::value::{Answer, Date};

/// The word in a date question's `appearance` that makes its answer the day to look again.
const FOLLOW_UP: &str = "follow-up";

/// A checklist to look at again: a complaint that is pending, a promise that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    /// The day.
    pub day: Date,
    /// Whether the day has come.
    pub due: bool,
    /// The code of the visit.
    pub visit: String,
    /// The draft, or the draft that the report was.
    pub draft: DraftView,
    /// The number of the report, to be amended, when it was signed.
    pub report: Option<i64>,
}

impl ObserverApp {
    /// What is to be looked at again, the earliest day first. What was amended since stands for what it amends.
    ///
    /// # Errors
    /// The store is locked or damaged.
    pub fn follow_ups(&self) -> Result<Vec<FollowUp>, Error> {
        self.with_mission(|u, loaded| {
            let (drafts, reports, visits) = (u.main.drafts()?, u.main.reports()?, u.main.visits()?);
            let mut out = Vec::new();
            for draft in &drafts {
                let report = reports.iter().find(|r| r.draft == draft.id);
                let replaced = report.is_some_and(|r| drafts.iter().any(|d| d.amends == Some(r.hash)));
                let visit = visits.iter().find(|v| v.id == draft.visit && matches!(v.facts, VisitKnowledge::Known(_)));
                let (Some(visit), false) = (visit, replaced) else { continue };
                // A checklist that cannot be read keeps the others from nobody.
                let Ok((_, filling)) = self.filling(u, loaded, draft.id) else { continue };
                let Some(day) = day_of(filling) else { continue };
                let today = filling.environment().now.date();
                out.push(FollowUp {
                    due: today.is_some_and(|today| day <= today),
                    day,
                    visit: visit.code.clone(),
                    draft: self.draft_view(&u.main, loaded, *draft)?,
                    report: draft.report,
                });
            }
            out.sort_by_key(|f| f.day);
            Ok(out)
        })
    }
}

fn day_of(filling: &Filling) -> Option<Date> {
    let items = &filling.form().definition().items;
    let asks = |i: &baqylau_forms::definition::Item| {
        i.kind == Kind::Date && i.appearance.split_whitespace().any(|word| word == FOLLOW_UP)
    };
    let node = u32::try_from(items.iter().position(asks)?).ok()?;
    let key = CellKey { node, row: 0 };
    let answer = filling.shown_keys().contains(&key).then(|| filling.answer(key))??;
    if let Answer::Date(day) = answer { Some(*day) } else { None }
}
