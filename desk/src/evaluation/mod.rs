//! Reports, opened and evaluated again under their own checklists. Answers are hostile input.

pub(crate) mod corrections;
mod forms;

pub use forms::BundleForms;

use crate::adjudication::status::{Misfit, Status};
use crate::error::DeskError;
use crate::faults::NotHere;
use crate::store::{PulledEnvelope, VerifiedStore};
use baqylau_forms::expr::{Chance, Environment};
use baqylau_forms::fill::{Filling, Outcome, VisitFacts};
use baqylau_forms::form::Form;
use baqylau_protocol::ids::Hash;
use baqylau_report::{AnswerTree, Report};
use std::cell::RefCell;
use std::sync::Arc;

/// Reads single reports. The forms are compiled once, and kept for the next.
#[derive(Clone, Copy)]
pub struct ReportReader<'d> {
    /// Has the reports, and the bundles that they were filled in under.
    pub known: VerifiedStore<'d>,
    /// The forms that were compiled so far.
    pub forms: &'d RefCell<BundleForms>,
}

impl ReportReader<'_> {
    /// What one report says, evaluated again under its checklist.
    ///
    /// # Errors
    /// There is no such report, it does not open or does not fit its checklist; the database fails.
    pub fn read(&self, report: Hash) -> Result<(Report, Filling), DeskError> {
        let envelope = self.known.store.envelope(report)?.ok_or(NotHere::Report { report })?;
        let read = self.forms.borrow_mut().report(self.known, &envelope)?;
        let read = read.and_then(|(said, form)| evaluate(&said, form).map(|filling| (said, filling)));
        read.map_err(|s| DeskError::ReportUnfit { report, detail: s.name().to_owned() })
    }

    /// The answers of one report, evaluated again under its checklist.
    pub(crate) fn evaluated(&self, report: Hash) -> Result<Filling, DeskError> {
        Ok(self.read(report)?.1)
    }

    /// The envelope of a report.
    pub(crate) fn envelope(&self, report: Hash) -> Result<PulledEnvelope, DeskError> {
        Ok(self.known.opened_report(report)?.ok_or(NotHere::Report { report })?)
    }

    /// The form of a bundle and a definition, where both are here.
    pub(crate) fn form(&self, bundle: Hash, checklist: Hash) -> Result<Option<Arc<Form>>, DeskError> {
        self.forms.borrow_mut().form(self.known, bundle, checklist)
    }
}

/// Evaluates a report again under its own checklist. What the phone computed, hid and showed must be what the checklist says.
pub(crate) fn evaluate(report: &Report, form: Arc<Form>) -> Result<Filling, Status> {
    let tree = AnswerTree::decode(&form, &report.answers).map_err(|e| Status::Misfit(e.into()))?;
    let place = report.visit.place.as_deref().map(|code| form.places().find(code));
    if place == Some(None) {
        return Err(Status::Misfit(Misfit::NoPlace));
    }
    let facts = VisitFacts {
        code: report.visit.code.clone(),
        arrived_at: report.visit.arrived.map(Into::into),
        departed_at: report.visit.departed.map(Into::into),
        outcome: Outcome::ALL.get(usize::from(report.visit.outcome)).copied().unwrap_or_default(),
        mode: report.visit.mode.clone(),
        place: place.flatten(),
    };
    let languages = &form.definition().languages;
    let language = report.language.as_ref().map_or(Some(0), |code| languages.iter().position(|l| l == code));
    let language = language.ok_or(Status::Misfit(Misfit::NoLanguage))?;
    let environment = Environment { now: report.clock.wall.into(), language, chance: Chance::NONE };
    let (filling, misfits) = Filling::recorded(form, facts, environment, tree.mutations());
    if misfits > 0 || AnswerTree::of(&filling) != tree {
        return Err(Status::Misfit(Misfit::OtherAnswers));
    }
    Ok(filling)
}
