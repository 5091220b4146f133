//! Reports, opened and evaluated again under their own checklists. Answers are hostile input.

use crate::adjudication::status::{Misfit, Status};
use crate::error::DeskError;
use crate::faults::NotHere;
use crate::store::PulledEnvelope;
use crate::workspace::Desk;
use baqylau_forms::expr::{Chance, Environment};
use baqylau_forms::fill::{Filling, Outcome, VisitFacts};
use baqylau_forms::places::PlaceTable;
use baqylau_forms::{Definition, Form, Places};
use baqylau_protocol::bundle::PartKind;
use baqylau_protocol::ids::Hash;
use baqylau_report::{AnswerTree, Report};
use std::collections::HashMap;
use std::sync::Arc;

impl Desk {
    /// What one report says, evaluated again under its checklist.
    ///
    /// # Errors
    /// There is no such report, it does not open or does not fit its checklist; the database fails.
    pub fn read(&self, report: Hash) -> Result<(Report, Filling), DeskError> {
        let found = self.store.envelope(report)?;
        let envelope = found.ok_or(NotHere::Report { report })?;
        let read = self.forms.borrow_mut().report(self, &envelope)?;
        let read = read.and_then(|(said, form)| evaluate(&said, form).map(|filling| (said, filling)));
        read.map_err(|s| DeskError::ReportUnfit { report, detail: s.name().to_owned() })
    }

    /// One report, evaluated again under its checklist.
    pub(crate) fn evaluated(&self, report: Hash) -> Result<Filling, DeskError> {
        Ok(self.read(report)?.1)
    }
}

/// A report and its form, or what its status is without them.
pub(crate) type Read = Result<(Report, Arc<Form>), Status>;

/// The forms of all bundles, by the hashes that reports name.
#[derive(Default)]
pub(crate) struct Forms {
    forms: HashMap<(Hash, Hash), Arc<Form>>,
    places: HashMap<Hash, Arc<Places>>,
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

impl Forms {
    /// What an envelope says, and the form that it says it in; or why it says nothing.
    ///
    /// # Errors
    /// The database fails: that is no word on the report.
    pub fn report(&mut self, desk: &Desk, envelope: &PulledEnvelope) -> Result<Read, DeskError> {
        let plain = match &envelope.plain {
            Ok(plain) => plain,
            Err(why) => return Ok(Err(Status::Unverifiable(*why))),
        };
        let report = match Report::decode(&plain.bytes) {
            Ok(report) => report,
            Err(e) => return Ok(Err(Status::Misfit(e.into()))),
        };
        let form = self.form(desk, report.bundle, report.checklist)?;
        Ok(form.map(|form| (report, form)).ok_or(Status::Misfit(Misfit::NoChecklist)))
    }

    /// The form of a bundle and a definition. What is not here may come with another bundle.
    ///
    /// # Errors
    /// The database fails.
    pub fn form(&mut self, desk: &Desk, bundle: Hash, checklist: Hash) -> Result<Option<Arc<Form>>, DeskError> {
        if let Some(known) = self.forms.get(&(bundle, checklist)) {
            return Ok(Some(known.clone()));
        }
        let form = self.compile(desk, bundle, checklist)?;
        if let Some(form) = &form {
            self.forms.insert((bundle, checklist), form.clone());
        }
        Ok(form)
    }

    /// Nothing where a bundle or a part is not here, or is none that a form can be made of.
    fn compile(&mut self, desk: &Desk, bundle: Hash, checklist: Hash) -> Result<Option<Arc<Form>>, DeskError> {
        let Some(manifest) = desk.store.bundle(bundle)? else { return Ok(None) };
        let manifest = desk.manifest_of(&manifest)?;
        let Some(places) = manifest.part(PartKind::Places, "places") else { return Ok(None) };
        let Some(places) = self.places(desk, places.hash)? else { return Ok(None) };
        let Some(definition) = desk.store.part(checklist)? else { return Ok(None) };
        let definition = serde_json::from_slice::<Definition>(&definition).ok();
        Ok(definition.and_then(|definition| Form::compile(definition, places).ok()).map(Arc::new))
    }

    fn places(&mut self, desk: &Desk, hash: Hash) -> Result<Option<Arc<Places>>, DeskError> {
        if let Some(known) = self.places.get(&hash) {
            return Ok(Some(known.clone()));
        }
        let Some(table) = desk.store.part(hash)? else { return Ok(None) };
        let table = serde_json::from_slice::<PlaceTable>(&table).ok();
        let places = table.and_then(|table| Places::new(table).ok()).map(Arc::new);
        if let Some(places) = &places {
            self.places.insert(hash, places.clone());
        }
        Ok(places)
    }
}
