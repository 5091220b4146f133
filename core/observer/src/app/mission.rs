//! The mission as the phone has it: verified, decoded once, shared by all phones of the process.

use super::{MissionCache, ObserverApp, Unlocked, kept};
use crate::drive::lock;
use crate::error::{Error, RefusalReason};
use crate::reason::{BundleRefusal, InvalidReason};
use crate::store::{MainStore, Outbox, names};
use crate::time::corrected;
use baqylau_forms::places::PlaceTable;
use baqylau_forms::{Definition, Form, Places};
use baqylau_protocol::bundle::{Manifest, PartKind};
use baqylau_protocol::ids::{Hash, MissionId, MissionRoot};
use baqylau_report::Mission;
use baqylau_sqlite::StorageError;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

/// The mission as the verified bundle and the invite describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissionView {
    /// In the phone's language.
    pub title: Arc<str>,
    /// Fingerprint of its root key, to compare with the coordinators'.
    pub fingerprint: String,
    /// Version of its bundle.
    pub version: u64,
    /// Codes and names of its languages.
    pub languages: Vec<(String, String)>,
    /// The observer's name, as in the invite.
    pub name: String,
    /// The team, as in the invite.
    pub team: String,
    /// The role, as in the invite.
    pub role: String,
    /// Whether the bundle expired; reports can still be signed.
    pub expired: bool,
    /// Whether a newer bundle was promised by now: somebody keeps it from this phone, nobody renewed it, or the phone's clock is wrong. By the
    /// later of the wall clock and the corrected one, so that a server that slows the latter hides nothing.
    pub overdue: bool,
    /// How far the phone's clock is ahead of the mission's, in milliseconds; 0 before the first receipt.
    pub clock_error: i64,
    /// Ids and names of the levels of places, from the top.
    pub levels: Vec<(String, Arc<str>)>,
    /// Whether a visit may be at a place that is not in the list.
    pub unlisted_places: bool,
    /// Whether the observer may set a second PIN.
    pub duress_pin: bool,
    /// Why the last bundle that came was refused.
    pub bundle_refused: Option<BundleRefusal>,
    /// Names of checklists that are damaged on this phone; the next sync fetches them.
    pub lacking: Vec<String>,
}

/// A checklist on offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChecklistView {
    /// As in `voting`; the same in every version.
    pub id: String,
    /// In the phone's language.
    pub title: Arc<str>,
    /// Free text of the checklist's author; versions are told apart by their hashes.
    pub version: String,
    /// Levels of places that it may be filled for.
    pub places: Vec<String>,
    /// Whether a visit without a place will do.
    pub place_optional: bool,
    /// Whether it is filled once a visit, or any number of times.
    pub once: bool,
    /// Whether its reports go before all others.
    pub urgent: bool,
}

/// A verified bundle.
pub(super) struct Loaded {
    pub manifest: Manifest,
    pub manifest_hash: Hash,
    pub mission: Mission,
    pub places: Arc<Places>,
    pub forms: HashMap<String, (Hash, Arc<Form>)>,
    /// Checklists whose definition is damaged here; the next sync fetches it.
    pub lacking: Vec<String>,
}

impl ObserverApp {
    /// The mission.
    ///
    /// # Errors
    /// The store is locked, or the phone has not fetched the bundle yet.
    pub fn mission(&self) -> Result<MissionView, Error> {
        self.with_mission(|u, loaded| self.mission_view(u, loaded))
    }

    pub(super) fn mission_view(&self, u: &Unlocked, loaded: &Loaded) -> Result<MissionView, Error> {
        let refused = lock(&self.outbox)?.setting(names::BUNDLE_REFUSED)?.filter(|r| !r.is_empty());
        let (wall, anchor) = (self.config.clock.wall().ms, lock(&self.outbox)?.anchor()?);
        let now = corrected(&*self.config.clock, anchor.as_ref(), loaded.manifest.issued);
        let language = self.language(loaded);
        Ok(MissionView {
            title: loaded.mission.title.get(language),
            fingerprint: fingerprint(&u.invite.root),
            version: loaded.manifest.version,
            languages: loaded.mission.languages.iter().map(|l| (l.code.clone(), l.name.clone())).collect(),
            name: u.invite.name.clone(),
            team: u.invite.team.clone(),
            role: u.invite.role.clone(),
            expired: now > loaded.manifest.expires,
            overdue: loaded.manifest.is_overdue(now.max(wall)),
            levels: loaded.places.table().levels.iter().map(|l| (l.id.clone(), l.label.get(language))).collect(),
            unlisted_places: loaded.mission.unlisted_places,
            duress_pin: loaded.mission.duress_pin,
            clock_error: anchor.and_then(|anchor| anchor.mark).map_or(0, |_| wall - now),
            bundle_refused: refused.map(|kept| BundleRefusal::of(&kept)),
            lacking: loaded.lacking.clone(),
        })
    }

    /// The checklists on offer.
    ///
    /// # Errors
    /// As [`ObserverApp::mission`].
    pub fn checklists(&self) -> Result<Vec<ChecklistView>, Error> {
        self.with_mission(|_, loaded| Ok(self.checklist_views(loaded)))
    }

    pub(super) fn checklist_views(&self, loaded: &Loaded) -> Vec<ChecklistView> {
        let view = |id: &String| {
            let definition = loaded.forms.get(id)?.1.definition();
            Some(ChecklistView {
                id: id.clone(),
                title: definition.title.get(self.language(loaded)),
                version: definition.version.clone(),
                places: definition.places.clone(),
                place_optional: definition.place_optional,
                once: definition.once,
                urgent: definition.urgent,
            })
        };
        loaded.mission.checklists.iter().filter_map(view).collect()
    }

    pub(super) fn language(&self, loaded: &Loaded) -> usize {
        let code = self.language.read().unwrap_or_else(PoisonError::into_inner);
        loaded.mission.language(&code).unwrap_or(0)
    }

    pub(super) fn loaded(&self, u: &mut Unlocked) -> Result<Arc<Loaded>, Error> {
        let outbox = lock(&self.outbox)?;
        let stored = outbox.manifests.load(Ordering::SeqCst);
        let bytes = outbox.setting(names::MANIFEST)?;
        let bytes = bytes.ok_or(InvalidReason::NoMission)?;
        let manifest_hash = Manifest::hash(&bytes);
        if let Some((at, loaded)) = u.loaded.as_mut().filter(|(at, loaded)| {
            loaded.manifest_hash == manifest_hash && (loaded.lacking.is_empty() || *at == stored)
        }) {
            *at = stored;
            return Ok(loaded.clone());
        }
        let came_since = u.loaded.as_ref().is_some_and(|(_, loaded)| !loaded.lacking.is_empty());
        if came_since || u.main.setting(kept::MANIFEST)?.as_ref() != Some(&bytes) {
            match keep_bundle(u, &outbox, &bytes) {
                // It is read from the outbox meanwhile, and copied when there is room.
                Err(Error::Storage(StorageError::Full | StorageError::ReadOnly)) | Ok(()) => {}
                Err(e) => return Err(e),
            }
        }
        let shared = &self.config.missions;
        let load = || {
            let manifest = Manifest::open(&bytes, u.invite.root)?;
            let part = |kind, name: &str| -> Result<(Hash, Vec<u8>), Error> {
                let part = manifest.part(kind, name).ok_or_else(|| missing(name))?;
                let packed = match outbox.part(part.hash)? {
                    Some(packed) => packed,
                    None => u.main.part(part.hash)?.ok_or_else(|| missing(name))?,
                };
                Ok((part.hash, part.unpack(&packed)?))
            };
            let mission: Mission = json("mission", &part(PartKind::Mission, "mission")?.1)?;
            let (hash, places) = part(PartKind::Places, "places")?;
            let places = shared.places.get_or_make(hash, || {
                let table: PlaceTable = json("places", &places)?;
                Places::new(table).map_err(|e| Error::refused(RefusalReason::Unfit, e))
            })?;
            let (mut forms, mut lacking) = (HashMap::new(), Vec::new());
            for id in &mission.checklists {
                match part(PartKind::Checklist, id) {
                    Ok((definition, bytes)) => {
                        forms.insert(id.clone(), (definition, form(shared, definition, hash, &bytes, &places)?));
                    }
                    // Every other checklist can be filled in meanwhile.
                    Err(Error::Refused { why: RefusalReason::Unfit, .. }) => lacking.push(id.clone()),
                    Err(e) => return Err(e),
                }
            }
            Ok(Loaded { manifest, manifest_hash, mission, places, forms, lacking })
        };
        let loaded = match shared.missions.get(manifest_hash) {
            Some(loaded) => loaded,
            None => {
                let loaded: Arc<Loaded> = Arc::new(load()?);
                // Another phone may have what this one lacks.
                if loaded.lacking.is_empty() {
                    shared.missions.put(manifest_hash, &loaded);
                }
                loaded
            }
        };
        u.loaded = Some((stored, loaded.clone()));
        Ok(loaded)
    }

    /// The id of a checklist; empty where its definition is lost or damaged, so that what was filled in with it is still listed.
    pub(super) fn checklist_id(&self, main: &MainStore, loaded: &Loaded, hash: Hash) -> Result<String, Error> {
        match self.form(main, loaded, hash) {
            Ok(form) => Ok(form.definition().id.clone()),
            Err(Error::Refused { why: RefusalReason::Unfit, .. }) => Ok(String::new()),
            Err(e) => Err(e),
        }
    }

    /// The form of a hash: of today's bundle, or of an earlier one that a draft was started under.
    pub(super) fn form(&self, main: &MainStore, loaded: &Loaded, hash: Hash) -> Result<Arc<Form>, Error> {
        if let Some((_, form)) = loaded.forms.values().find(|(h, _)| *h == hash) {
            return Ok(form.clone());
        }
        let packed = main.part(hash)?.ok_or_else(|| missing("checklist"))?;
        let bytes = baqylau_protocol::bundle::inflate(&packed, hash).ok_or_else(|| missing("checklist"))?;
        let places = loaded.manifest.part(PartKind::Places, "places").map_or(hash, |p| p.hash);
        form(&self.config.missions, hash, places, &bytes, &loaded.places)
    }
}

/// Copies a bundle into `main.db`: what drafts and reports were made under must not hang on a file that may be lost.
fn keep_bundle(u: &mut Unlocked, outbox: &Outbox, manifest: &[u8]) -> Result<(), Error> {
    let mut parts = Vec::new();
    for part in Manifest::open(manifest, u.invite.root)?.parts {
        if u.main.part(part.hash)?.is_some() {
            continue;
        }
        // What is damaged is fetched again; the bundle is kept when it is whole.
        let Some(packed) = outbox.part(part.hash)? else { return Ok(()) };
        parts.push((part.hash, packed));
    }
    u.main.keep_bundle((kept::MANIFEST, manifest), &parts)
}

fn form(
    shared: &MissionCache,
    definition: Hash,
    places_hash: Hash,
    bytes: &[u8],
    places: &Arc<Places>,
) -> Result<Arc<Form>, Error> {
    let both = Hash::of(&[definition.0, places_hash.0].concat());
    shared.forms.get_or_make(both, || {
        let definition: Definition = json("checklist", bytes)?;
        let id = definition.id.clone();
        Form::compile(definition, places.clone()).map_err(|problems| {
            let first = problems.first().map(|p| p.fault.to_string()).unwrap_or_default();
            Error::refused(RefusalReason::Unfit, format!("the checklist {id} is faulty: {first}"))
        })
    })
}

pub(super) fn missing(name: &str) -> Error {
    Error::refused(RefusalReason::Unfit, format!("the bundle lacks {name}, or it is damaged here; sync again"))
}

fn json<T: DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes)
        .map_err(|e| Error::refused(RefusalReason::Unfit, format!("{what} of the bundle does not read: {e}")))
}

/// The mission's fingerprint: its id in groups that can be read aloud.
pub fn fingerprint(root: &MissionRoot) -> String {
    let hex = MissionId::of(root).to_string();
    hex.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect::<Vec<_>>().join(" ")
}
