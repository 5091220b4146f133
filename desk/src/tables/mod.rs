//! The mission's tables, read and checked: all faults at once. `docs/authoring.md` describes them.

mod checklists;
mod csv_table;
mod map;
mod mission_file;
mod names;
mod roles;
mod traits;
mod workbench;
mod zones;

use crate::error::DeskError;
use baqylau_findings::CompiledFigure;
use baqylau_findings::sample::Sample;
use baqylau_forms::definition::{Definition, Text};
use baqylau_forms::{Form, Places};
use baqylau_protocol::checkpoint::NoteKey;
use baqylau_report::mission::Mission;
use checklists::{checklist, named_figures};
use csv_table::{figures, people, places, sample};
use mission_file::{MissionFile, asked_witnesses, call_ins, out_of_season, read_json, settings};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use workbench::TableContext;

pub use map::Outline;
pub use roles::{FieldRole, INTERNAL, RoledQuestion};
pub use traits::Trait;
pub use workbench::{ExpectedVisit, Official, Reconcile, Reconciled};

/// A mission as its tables say it.
pub struct MissionTables {
    /// Settings, as phones get them.
    pub mission: Mission,
    /// The places.
    pub places: Arc<Places>,
    /// The checklists' definitions, in order.
    pub checklists: Vec<Definition>,
    /// The same, compiled, by id.
    pub forms: HashMap<String, Arc<Form>>,
    /// The figures.
    pub figures: Vec<CompiledFigure>,
    /// The figures, and behind them every number that the desk looks at and that was not published.
    pub numbers: Vec<CompiledFigure>,
    /// `reconcile.csv`, in its order.
    pub reconciled: Vec<Reconciled>,
    /// What was published of it elsewhere: by position in [`MissionTables::reconciled`], and place.
    pub official: HashMap<(usize, u32), Official>,
    /// `desk.csv`, in its order.
    pub uses: Vec<RoledQuestion>,
    /// Who is expected to report what.
    pub deployment: Vec<ExpectedVisit>,
    /// Codes for texts.
    pub codebook: Vec<(String, Text)>,
    /// The outlines of places.
    pub map: Vec<(u32, Outline)>,
    /// Columns of the places by which stations are told apart, with their values.
    pub traits: Vec<Trait>,
    /// Which places were drawn by chance, where the mission drew any.
    pub sample: Option<Sample>,
    /// When every team shall have been heard from on election day: minutes of the day where the mission has its seat, in order.
    pub call_ins: Vec<u16>,
    /// Who may cosign heads of the log.
    pub witnesses: Vec<NoteKey>,
    /// How many of them must; 0 asks for none.
    pub cosignatures: u32,
    /// Who observes.
    pub people: Vec<Person>,
    coordinates: Vec<Option<(f64, f64)>>,
    positions: Vec<Option<(usize, usize)>>,
    /// Told wherever the tables are read, and no reason to refuse them.
    pub warnings: Vec<String>,
}

/// Somebody who observes. Known to the desk alone.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Person {
    /// The code, unique in the mission.
    pub code: String,
    /// The name.
    pub name: String,
    /// The role, as `sto`.
    pub role: String,
    /// The team's code; never empty: whoever is in no team is one of their own, and goes by their own code.
    pub team: String,
    /// The languages, separated by spaces.
    #[serde(default)]
    pub languages: String,
}

baqylau_forms::redacted_debug! { Person: code }

impl Person {
    /// Who enters paper forms at a desk.
    pub(crate) fn desk() -> Self {
        let (code, role, team) = ("desk".to_owned(), "desk".to_owned(), "desk".to_owned());
        Self { code, role, team, name: String::new(), languages: String::new() }
    }
}

impl MissionTables {
    /// Reads a mission's folder.
    ///
    /// # Errors
    /// Every fault of every table, each with its place.
    pub fn read(folder: &Path) -> Result<Self, DeskError> {
        let file: MissionFile = read_json(&folder.join("mission.json"))?;
        let mut faults = Vec::new();
        let times = file.call_ins.clone();
        let cosignatures = file.cosignatures;
        let witnesses = asked_witnesses(&file.witnesses, cosignatures, &mut faults);
        let mut warnings = Vec::new();
        names::names(folder, &file.checklists, &mut faults, &mut warnings);
        let (mission, roles) = settings(file, &mut faults, &mut warnings);
        let codes: Vec<String> = mission.0.languages.iter().map(|l| l.code.clone()).collect();
        let day = baqylau_forms::value::Date::parse(&mission.0.election_day).unwrap_or_default();
        let places = places(&folder.join("places.csv"), mission.1, &codes, day, &mut faults);
        if !faults.is_empty() {
            return Err(DeskError::Source { faults });
        }
        let (mission, named) = (mission.0, mission.2);
        out_of_season(&places, &named, day, &mut warnings);
        let call_ins = call_ins(&times, &mut faults);
        let people = people(&folder.join("people.csv"), &roles, &mut faults);
        let mut checklists = Vec::new();
        for id in &mission.checklists {
            match checklist(&folder.join("checklists"), id, &codes, &places, &mut warnings) {
                Ok(definition) => checklists.push(definition),
                Err(found) => faults.extend(found),
            }
        }
        let mut forms = HashMap::new();
        for definition in &checklists {
            match Form::compile(definition.clone(), places.clone()) {
                Ok(form) => drop(forms.insert(definition.id.clone(), Arc::new(form))),
                Err(problems) => {
                    faults.extend(problems.iter().map(|p| format!("checklist {}: {}", definition.id, p.fault)))
                }
            }
        }
        let drawn = folder.join("sample.csv");
        let sample = drawn.exists().then(|| sample(&drawn, &places, &mut faults));
        let mut rows = figures(&folder.join("figures.csv"), &codes, &mut faults);
        // A checklist with faults would make each of its figures one.
        rows.retain(|f| forms.contains_key(&f.checklist) || !mission.checklists.contains(&f.checklist));
        let sound = forms.len() == mission.checklists.len();
        let compiled = CompiledFigure::all(rows, &forms);
        let figures = compiled.unwrap_or_else(|e| {
            faults.extend(e.iter().map(|f| format!("figures.csv: {f}")));
            Vec::new()
        });
        if sound {
            named_figures(&checklists, &figures, &mut faults);
        }
        let checked = TableContext { checklists: &checklists, forms: &forms, places: &places, codes: &codes };
        let mut numbers = figures.clone();
        let reconciled = checked.reconciled(&folder.join("reconcile.csv"), &mut numbers, &mut faults);
        let official = checked.official(&folder.join("official.csv"), &reconciled, &mut faults);
        let uses = checked.uses(&folder.join("desk.csv"), &mut faults);
        let deployment = checked.deployment(&folder.join("deployment.csv"), &mission.zone, &mut faults);
        let codebook = checked.codebook(&folder.join("codebook.csv"), &mut faults);
        let named = checked.traits(&folder.join("traits.csv"), &mut faults);
        let map = map::map(&folder.join("map.geojson"), &places, &mut faults);
        let (traits, coordinates) = (traits::traits(&places, &named), coordinates(&places));
        let positions = positions(&numbers, &checklists);
        // A table that several checklists share is read for each.
        let mut seen = std::collections::HashSet::new();
        faults.retain(|fault| seen.insert(fault.clone()));
        if faults.is_empty() {
            Ok(Self {
                mission,
                places,
                checklists,
                forms,
                figures,
                numbers,
                reconciled,
                official,
                uses,
                deployment,
                codebook,
                map,
                traits,
                sample,
                call_ins,
                witnesses,
                cosignatures,
                people,
                coordinates,
                positions,
                warnings,
            })
        } else {
            Err(DeskError::Source { faults })
        }
    }
}

impl MissionTables {
    /// The checklist of a number, as a position, and where the number stands among those of its checklist.
    #[must_use]
    pub fn number_at(&self, number: usize) -> Option<(usize, usize)> {
        *self.positions.get(number)?
    }

    /// Where a place is: latitude and longitude in degrees.
    #[must_use]
    pub fn coordinates(&self, place: u32) -> Option<(f64, f64)> {
        *self.coordinates.get(place as usize)?
    }

    /// Which places have a value in a column.
    #[must_use]
    pub fn places_with(&self, column: &str, value: &str) -> Vec<bool> {
        let places = (0u32..).take(self.places.table().places.len());
        places.map(|p| self.places.attribute(p, column).is_some_and(|v| *v == *value)).collect()
    }

    /// A choice of the questions of a use, by its name; `None` where none has it.
    #[must_use]
    pub fn choice(&self, what: FieldRole, name: &str) -> Option<(FieldRole, Arc<str>)> {
        self.used(what).flat_map(|u| &u.choices).find(|c| ***c == *name).map(|c| (what, c.clone()))
    }

    /// The questions of a use.
    pub fn used(&self, what: FieldRole) -> impl Iterator<Item = &RoledQuestion> {
        self.uses.iter().filter(move |u| u.what == what)
    }
}

/// The checklist of each number, and where it stands among those of its checklist.
fn positions(numbers: &[CompiledFigure], checklists: &[Definition]) -> Vec<Option<(usize, usize)>> {
    let mut next = vec![0; checklists.len()];
    let mut one = |number: &CompiledFigure| {
        let checklist = checklists.iter().position(|c| c.id == number.figure.checklist)?;
        next[checklist] += 1;
        Some((checklist, next[checklist] - 1))
    };
    numbers.iter().map(&mut one).collect()
}

fn coordinates(places: &Places) -> Vec<Option<(f64, f64)>> {
    (0u32..).take(places.table().places.len()).map(|p| places.position(p)).collect()
}
