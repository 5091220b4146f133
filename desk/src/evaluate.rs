//! Reports, opened and evaluated again under their own checklists. Answers are hostile input.

use crate::error::DeskError;
use crate::folder::Desk;
use crate::source::Person;
use crate::status::{Known, Status};
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
        let read = Forms::new(self).read(&envelope);
        read.map_err(|s| DeskError::Unknown(format!("the report {report} is {}", s.name())))
    }

    /// One report, evaluated again under its checklist.
    pub(crate) fn evaluated(&self, report: Hash) -> Result<Filling, DeskError> {
        Ok(self.read(report)?.1)
    }
}

/// The forms of all bundles, by the hashes that reports name.
pub(crate) struct Forms<'d> {
    desk: &'d Desk,
    forms: HashMap<(Hash, Hash), Option<Arc<Form>>>,
    places: HashMap<Hash, Option<Arc<Places>>>,
}

impl<'d> Forms<'d> {
    pub fn new(desk: &'d Desk) -> Self {
        Self { desk, forms: HashMap::new(), places: HashMap::new() }
    }

    pub fn look(&mut self, envelope: Envelope, person: Option<Person>) -> Known {
        let mut known = Known {
            envelope,
            status: Status::Counted,
            report: None,
            filling: None,
            person,
            reviews: Vec::new(),
            corrections: Vec::new(),
        };
        match self.read(&known.envelope) {
            Err(status) => known.status = status,
            Ok((report, filling)) => {
                let outcome = Outcome::ALL.get(usize::from(report.visit.outcome)).copied();
                known.status = match outcome {
                    _ if report.test == Some(true) => Status::Test,
                    Some(outcome) if outcome.counts() => Status::Counted,
                    Some(_) => Status::NotObserved,
                    None => Status::Misfit("its outcome is none".into()),
                };
                known.report = Some(report);
                known.filling = Some(filling);
            }
        }
        known
    }

    /// Opens a report and evaluates it again under its own checklist.
    fn read(&mut self, envelope: &Envelope) -> Result<(Report, Filling), Status> {
        let plain = envelope.plain.as_ref().map_err(|e| Status::Unverifiable(e.clone()))?;
        let misfit = |e: &dyn std::fmt::Display| Status::Misfit(e.to_string());
        let report = Report::decode(&plain.bytes).map_err(|e| misfit(&e))?;
        let form = self.form(report.bundle, report.checklist);
        let form = form.ok_or_else(|| Status::Misfit("its checklist is not one of this mission's".into()))?;
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
        let (filling, misfits) = Filling::restore(form, facts, environment, tree.mutations());
        // What the phone computed, hid and showed must be what the checklist says.
        if misfits > 0 || Tree::of(&filling) != tree {
            return Err(Status::Misfit("its answers are not what its checklist computes or shows".into()));
        }
        Ok((report, filling))
    }

    fn form(&mut self, bundle: Hash, checklist: Hash) -> Option<Arc<Form>> {
        if let Some(known) = self.forms.get(&(bundle, checklist)) {
            return known.clone();
        }
        let form = self.compile(bundle, checklist);
        self.forms.insert((bundle, checklist), form.clone());
        form
    }

    fn compile(&mut self, bundle: Hash, checklist: Hash) -> Option<Arc<Form>> {
        let manifest = self.desk.store.bundle(bundle).ok()??;
        let manifest = self.desk.manifest_of(&manifest).ok()?;
        let places = manifest.part(PartKind::Places, "places")?.hash;
        let places = self.places(places)?;
        let definition: Definition = serde_json::from_slice(&self.desk.store.part(checklist).ok()??).ok()?;
        Form::compile(definition, places).ok().map(Arc::new)
    }

    fn places(&mut self, hash: Hash) -> Option<Arc<Places>> {
        if let Some(known) = self.places.get(&hash) {
            return known.clone();
        }
        let bytes = self.desk.store.part(hash).ok().flatten();
        let table: Option<PlaceTable> = bytes.and_then(|b| serde_json::from_slice(&b).ok());
        let places = table.and_then(|t| Places::new(t).ok()).map(Arc::new);
        self.places.insert(hash, places.clone());
        places
    }
}
