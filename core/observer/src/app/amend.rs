//! Correcting what was signed: an amendment is a report of its own that supersedes another. The original is kept.

use super::mission::Loaded;
use super::{DraftView, ObserverApp, Unlocked};
use crate::error::Error;
use crate::reason::InvalidReason;
use crate::store::NewDraft;
use baqylau_forms::fill::{CellKey, Filling, describe};
use baqylau_protocol::cose::ObjectType;
use baqylau_report::ChainClose;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An answer that an amendment changes.
#[derive(Clone, PartialEq, Eq)]
pub struct ChangeView {
    /// The question's name.
    pub name: String,
    /// The question, in the language of the phone.
    pub label: Arc<str>,
    /// The positions of the rows it is in, outermost first.
    pub rows: Vec<u32>,
    /// As signed, in words; `None` when it was not answered.
    pub before: Option<String>,
    /// As it is now, in words; `None` when it is not answered.
    pub after: Option<String>,
}

baqylau_forms::redacted_debug! { ChangeView: name, rows }

impl ObserverApp {
    /// Opens a signed report to be corrected: a draft with its answers, which supersedes the report when it is signed. `why` goes
    /// with it. Called again, it gives the draft that is there.
    ///
    /// # Errors
    /// There is no such report, a later one superseded it already, or there is no reason.
    pub fn amend(&self, report: i64, why: &str) -> Result<DraftView, Error> {
        let now = self.config.clock.wall();
        if why.trim().is_empty() {
            return Err(InvalidReason::NoReason.into());
        }
        self.with_mission(|u, loaded| {
            let reports = u.main.reports()?;
            let signed = reports.iter().find(|r| r.seq == report);
            let signed = signed.ok_or(InvalidReason::NoSuchReport)?;
            if let Some(later) = reports.iter().find(|r| r.amends == Some(signed.hash)) {
                return Err(InvalidReason::Superseded { by: later.seq }.into());
            }
            let open = u.main.drafts()?.into_iter().find(|d| d.report.is_none() && d.amends == Some(signed.hash));
            if let Some(draft) = open {
                return self.draft_view(&u.main, loaded, draft);
            }
            let original = u.main.draft(signed.draft)?;
            let answers = self.filling(u, loaded, original.id)?.1.snapshot();
            let new = NewDraft {
                visit: original.visit,
                checklist: original.checklist,
                started: now.ms,
                amends: Some(signed.hash),
                why: Some(why.trim().to_owned()),
                left: u.main.leftovers(&original)?,
                log: Vec::new(),
                instead: None,
            };
            let id = u.main.add_draft(&new, &answers)?;
            self.committed();
            let draft = u.main.draft(id)?;
            self.draft_view(&u.main, loaded, draft)
        })
    }

    /// The answers that a draft or report changes in the report that it amends.
    ///
    /// # Errors
    /// There is no such draft, or it amends nothing.
    pub fn changes(&self, draft: i64) -> Result<Vec<ChangeView>, Error> {
        self.with_mission(|u, loaded| self.change_views(u, loaded, draft))
    }

    pub(super) fn change_views(
        &self,
        u: &mut Unlocked,
        loaded: &Arc<Loaded>,
        draft: i64,
    ) -> Result<Vec<ChangeView>, Error> {
        let amends = u.main.draft(draft)?.amends;
        let reports = u.main.reports()?;
        let amends = amends.ok_or(InvalidReason::NoAmendment)?;
        let own = reports.iter().find(|r| r.hash == amends).map(|r| r.draft);
        let before = match own {
            Some(original) => self.filling(u, loaded, original)?.1.clone(),
            None => {
                let letter = u.main.letters()?.into_iter().rev().find(|l| l.letter.report == Some(amends));
                let letter = letter.ok_or(InvalidReason::AmendedReportGone)?;
                self.reassigned_report(u, loaded, &letter)?.1
            }
        };
        let after = self.filling(u, loaded, draft)?.1;
        Ok(differences(&before, after, self.language(loaded)))
    }

    /// Ends this phone's work: a signed record says that nothing follows, so that a report which is kept back shows. Nothing can be
    /// signed afterwards.
    ///
    /// # Errors
    /// A draft is not signed yet, or it was closed already.
    pub fn close(&self) -> Result<(), Error> {
        let at = self.config.clock.wall();
        self.with_mission(|u, loaded| {
            let open = u.main.drafts()?.iter().filter(|d| d.report.is_none()).count();
            if open > 0 {
                return Err(InvalidReason::OpenDrafts { count: open }.into());
            }
            let payload = |last| ChainClose { v: baqylau_protocol::VERSION, last, at: at.into() }.encode();
            self.append(u, loaded, (ObjectType::Close, false, &[]), None, payload)?;
            Ok(())
        })
    }

    /// Throws a draft away that was never signed.
    ///
    /// # Errors
    /// There is no such draft, or it was signed.
    pub fn discard(&self, draft: i64) -> Result<(), Error> {
        self.with(|u| {
            let stored = u.main.draft(draft)?;
            if stored.report.is_some() {
                return Err(InvalidReason::DraftSigned.into());
            }
            u.main.discard(&stored)?;
            u.open.remove(&draft);
            self.committed();
            Ok(())
        })
    }
}

type Shown = BTreeMap<(u32, Vec<u32>), String>;

/// The shown answers of a filling, as text, by question and row.
fn shown(filling: &Filling, language: usize) -> Shown {
    let text = |(key, answer): (CellKey, _)| {
        let text = describe(filling.form(), key.node, answer, language);
        ((key.node, filling.row_path(key.row)), text)
    };
    filling.shown_answers().map(text).collect()
}

fn differences(before: &Filling, after: &Filling, language: usize) -> Vec<ChangeView> {
    let (old, new) = (shown(before, language), shown(after, language));
    let keys: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let items = &after.form().definition().items;
    let differs = keys.into_iter().filter(|k| old.get(k) != new.get(k));
    differs
        .map(|key| ChangeView {
            name: items[key.0 as usize].name.clone(),
            label: items[key.0 as usize].label.get(language),
            rows: key.1.clone(),
            before: old.get(key).cloned(),
            after: new.get(key).cloned(),
        })
        .collect()
}
