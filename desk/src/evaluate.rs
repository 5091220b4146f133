//! Reports, opened and evaluated again under their own checklists. Answers are hostile input.

use crate::error::DeskError;
use crate::folder::Desk;
use crate::status::Status;
use crate::store::Envelope;
use baqylau_forms::expr::Environment;
use baqylau_forms::fill::{Facts, Filling, Outcome};
use baqylau_forms::places::PlaceTable;
use baqylau_forms::{Definition, Form, Places};
use baqylau_protocol::bundle::PartKind;
use baqylau_protocol::ids::Hash;
use baqylau_report::{Report, Tree};
use std::collections::HashMap;
use std::sync::Arc;

impl Desk {
    /// What one report says, evaluated again under its checklist.
    ///
    /// # Errors
    /// There is no such report, it does not open or does not fit its checklist; the database fails.
    pub fn read(&self, report: Hash) -> Result<(Report, Filling), DeskError> {
        let found = self.store.envelope(report)?;
        let envelope = found.ok_or_else(|| DeskError::Unknown(format!("no report {report} was pulled")))?;
        let read = self.forms.borrow_mut().report(self, &envelope);
        let read = read.and_then(|(said, form)| evaluate(&said, form).map(|filling| (said, filling)));
        read.map_err(|s| DeskError::Unknown(format!("the report {report} is {}", s.name())))
    }

    /// One report, evaluated again under its checklist.
    pub(crate) fn evaluated(&self, report: Hash) -> Result<Filling, DeskError> {
        Ok(self.read(report)?.1)
    }
}

/// Why a report fits nothing: its bundle may still come.
pub(crate) const NO_CHECKLIST: &str = "its checklist is not one of this mission's";

/// The forms of all bundles, by the hashes that reports name.
#[derive(Default)]
pub(crate) struct Forms {
    forms: HashMap<(Hash, Hash), Arc<Form>>,
    places: HashMap<Hash, Arc<Places>>,
}

/// Evaluates a report again under its own checklist. What the phone computed, hid and showed must be what the checklist says.
pub(crate) fn evaluate(report: &Report, form: Arc<Form>) -> Result<Filling, Status> {
    let misfit = |e: &dyn std::fmt::Display| Status::Misfit(e.to_string());
    let tree = Tree::decode(&form, &report.answers).map_err(|e| misfit(&e))?;
    let place = report.visit.place.as_deref().map(|code| form.places().find(code));
    if place == Some(None) {
        return Err(Status::Misfit("its place is not one of this mission's".into()));
    }
    let facts = Facts {
        code: report.visit.code.clone(),
        arrived_at: report.visit.arrived.map(Into::into),
        departed_at: report.visit.departed.map(Into::into),
        outcome: Outcome::ALL.get(usize::from(report.visit.outcome)).copied().unwrap_or_default(),
        mode: report.visit.mode.clone(),
        place: place.flatten(),
    };
    let languages = &form.definition().languages;
    let language = report.language.as_ref().map_or(Some(0), |code| languages.iter().position(|l| l == code));
    let language = language.ok_or_else(|| Status::Misfit("its checklist has no such language".into()))?;
    let environment = Environment { now: report.clock.wall.into(), language };
    let (filling, misfits) = Filling::recorded(form, facts, environment, tree.mutations());
    if misfits > 0 || Tree::of(&filling) != tree {
        return Err(Status::Misfit("its answers are not what its checklist computes or shows".into()));
    }
    Ok(filling)
}

impl Forms {
    /// What an envelope says, and the form that it says it in.
    pub fn report(&mut self, desk: &Desk, envelope: &Envelope) -> Result<(Report, Arc<Form>), Status> {
        let plain = envelope.plain.as_ref().map_err(|e| Status::Unverifiable(e.clone()))?;
        let report = Report::decode(&plain.bytes).map_err(|e| Status::Misfit(e.to_string()))?;
        let form = self.form(desk, report.bundle, report.checklist);
        let form = form.ok_or_else(|| Status::Misfit(NO_CHECKLIST.into()))?;
        Ok((report, form))
    }

    /// The form of a bundle and a definition. What is not here may come with another bundle.
    pub fn form(&mut self, desk: &Desk, bundle: Hash, checklist: Hash) -> Option<Arc<Form>> {
        if let Some(known) = self.forms.get(&(bundle, checklist)) {
            return Some(known.clone());
        }
        let form = self.compile(desk, bundle, checklist)?;
        self.forms.insert((bundle, checklist), form.clone());
        Some(form)
    }

    fn compile(&mut self, desk: &Desk, bundle: Hash, checklist: Hash) -> Option<Arc<Form>> {
        let manifest = desk.store.bundle(bundle).ok()??;
        let manifest = desk.manifest_of(&manifest).ok()?;
        let places = manifest.part(PartKind::Places, "places")?.hash;
        let places = self.places(desk, places)?;
        let definition: Definition = serde_json::from_slice(&desk.store.part(checklist).ok()??).ok()?;
        Form::compile(definition, places).ok().map(Arc::new)
    }

    fn places(&mut self, desk: &Desk, hash: Hash) -> Option<Arc<Places>> {
        if let Some(known) = self.places.get(&hash) {
            return Some(known.clone());
        }
        let table: PlaceTable = serde_json::from_slice(&desk.store.part(hash).ok()??).ok()?;
        let places = Arc::new(Places::new(table).ok()?);
        self.places.insert(hash, places.clone());
        Some(places)
    }
}
