//! The checklists that reports were filled in under, from the bundles in the store.

use crate::adjudication::status::{Misfit, Status};
use crate::error::DeskError;
use crate::store::{PulledEnvelope, VerifiedStore};
use baqylau_forms::places::PlaceTable;
use baqylau_forms::{Definition, Form, Places};
use baqylau_protocol::bundle::PartKind;
use baqylau_protocol::ids::Hash;
use baqylau_report::Report;
use std::collections::HashMap;
use std::sync::Arc;

/// A report and its form, or what its status is without them.
pub(crate) type Read = Result<(Report, Arc<Form>), Status>;

/// The forms of all bundles, by the hashes that reports name.
#[derive(Default)]
pub struct BundleForms {
    forms: HashMap<(Hash, Hash), Arc<Form>>,
    places: HashMap<Hash, Arc<Places>>,
}

impl BundleForms {
    /// What an envelope says, and the form that it says it in; or why it says nothing.
    ///
    /// # Errors
    /// The database fails: that is no word on the report.
    pub(crate) fn report(&mut self, known: VerifiedStore<'_>, envelope: &PulledEnvelope) -> Result<Read, DeskError> {
        let plain = match &envelope.plain {
            Ok(plain) => plain,
            Err(why) => return Ok(Err(Status::Unverifiable(*why))),
        };
        let report = match Report::decode(&plain.bytes) {
            Ok(report) => report,
            Err(e) => return Ok(Err(Status::Misfit(e.into()))),
        };
        let form = self.form(known, report.bundle, report.checklist)?;
        Ok(form.map(|form| (report, form)).ok_or(Status::Misfit(Misfit::NoChecklist)))
    }

    /// The form of a bundle and a definition. What is not here may come with another bundle.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) fn form(
        &mut self,
        known: VerifiedStore<'_>,
        bundle: Hash,
        checklist: Hash,
    ) -> Result<Option<Arc<Form>>, DeskError> {
        if let Some(made) = self.forms.get(&(bundle, checklist)) {
            return Ok(Some(made.clone()));
        }
        let form = self.compile(known, bundle, checklist)?;
        if let Some(form) = &form {
            self.forms.insert((bundle, checklist), form.clone());
        }
        Ok(form)
    }

    /// Nothing where a bundle or a part is not here, or is none that a form can be made of.
    fn compile(
        &mut self,
        known: VerifiedStore<'_>,
        bundle: Hash,
        checklist: Hash,
    ) -> Result<Option<Arc<Form>>, DeskError> {
        let Some(manifest) = known.store.bundle(bundle)? else { return Ok(None) };
        let manifest = known.open_manifest(&manifest)?;
        let Some(places) = manifest.part(PartKind::Places, "places") else { return Ok(None) };
        let Some(places) = self.places(known, places.hash)? else { return Ok(None) };
        let Some(definition) = known.store.part(checklist)? else { return Ok(None) };
        let definition = serde_json::from_slice::<Definition>(&definition).ok();
        Ok(definition.and_then(|definition| Form::compile(definition, places).ok()).map(Arc::new))
    }

    fn places(&mut self, known: VerifiedStore<'_>, hash: Hash) -> Result<Option<Arc<Places>>, DeskError> {
        if let Some(made) = self.places.get(&hash) {
            return Ok(Some(made.clone()));
        }
        let Some(table) = known.store.part(hash)? else { return Ok(None) };
        let table = serde_json::from_slice::<PlaceTable>(&table).ok();
        let places = table.and_then(|table| Places::new(table).ok()).map(Arc::new);
        if let Some(places) = &places {
            self.places.insert(hash, places.clone());
        }
        Ok(places)
    }
}
