//! The mission's tables, read and checked: all faults at once. `docs/authoring.md` describes them.

mod csv_table;
mod map;
mod names;
mod traits;
mod workbench;
mod zones;

use crate::error::DeskError;
use baqylau_findings::CompiledFigure;
use baqylau_findings::sample::Sample;
use baqylau_forms::definition::{Definition, Text};
use baqylau_forms::places::Level;
use baqylau_forms::zone::HOUR_MS;
use baqylau_forms::{Form, Places, Zone};
use baqylau_report::mission::{Language, Mission};
use csv_table::{figures, people, places, sample};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use workbench::TableContext;

pub use map::Outline;
pub use traits::Trait;
pub use workbench::{ExpectedVisit, FieldRole, INTERNAL, Official, Reconcile, Reconciled, RoledQuestion};

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
    /// What is reconciled.
    pub reconciled: Vec<Reconciled>,
    /// What was published of it elsewhere: by position in [`MissionTables::reconciled`], and place.
    pub official: HashMap<(usize, u32), Official>,
    /// What the desk does with which answers.
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
    /// Who observes.
    pub people: Vec<Person>,
    coordinates: Vec<Option<(f64, f64)>>,
    positions: Vec<Option<(usize, usize)>>,
    /// What is worth knowing and no fault.
    pub warnings: Vec<String>,
}

/// Somebody who observes. Known to the desk alone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
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

impl Person {
    /// Who enters paper forms at a desk.
    pub(crate) fn desk() -> Self {
        let (code, role, team) = ("desk".to_owned(), "desk".to_owned(), "desk".to_owned());
        Self { code, role, team, name: String::new(), languages: String::new() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MissionFile {
    title: BTreeMap<String, String>,
    languages: Vec<Language>,
    default_language: String,
    time_zone: String,
    #[serde(default)]
    offset: Option<String>,
    election_day: String,
    starts: String,
    ends: String,
    statement: String,
    levels: Vec<LevelRow>,
    roles: Vec<LevelRow>,
    checklists: Vec<String>,
    review_window_days: u32,
    confirm_on_pull: bool,
    unlisted_places: bool,
    #[serde(default)]
    call_ins: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelRow {
    id: String,
    label: BTreeMap<String, String>,
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

fn read_json<T: for<'d> Deserialize<'d>>(path: &Path) -> Result<T, DeskError> {
    let text = std::fs::read_to_string(path).map_err(|e| DeskError::file(path, e))?;
    serde_json::from_str(&text).map_err(|e| DeskError::damaged(path, e))
}

fn text(map: &BTreeMap<String, String>, languages: &[Language], what: &str, faults: &mut Vec<String>) -> Text {
    let one = |l: &Language| {
        map.get(&l.code).map(|t| Arc::from(t.as_str())).unwrap_or_else(|| {
            faults.push(format!("mission.json: {what} is missing in {}", l.code));
            Arc::default()
        })
    };
    Text(languages.iter().map(one).collect())
}

/// The mission, its levels and the zone that it names; its roles.
fn settings(
    file: MissionFile,
    faults: &mut Vec<String>,
    warnings: &mut Vec<String>,
) -> ((Mission, Vec<Level>, Zone), Vec<String>) {
    let mut languages = file.languages;
    // The default stands first everywhere.
    languages.sort_by_key(|l| l.code != file.default_language);
    if languages.first().is_none_or(|l| l.code != file.default_language) {
        faults.push("mission.json: default_language is none of the languages".into());
    }
    for (name, day) in [
        ("election_day", &file.election_day),
        ("starts", &file.starts),
        ("ends", &file.ends),
        ("statement", &file.statement),
    ] {
        if baqylau_forms::value::Date::parse(day).is_none() {
            faults.push(format!("mission.json: {name} is no date YYYY-MM-DD"));
        }
    }
    let day = baqylau_forms::value::Date::parse(&file.election_day).unwrap_or_default();
    let named = zones::zone(&file.time_zone, day).unwrap_or_else(|what| {
        faults.push(format!("mission.json: time_zone: {what}"));
        Zone::fixed(0)
    });
    let zone = seat(file.offset.as_deref(), &named, day, faults, warnings);
    let levels = file.levels.iter();
    let levels: Vec<Level> = levels
        .map(|l| Level { id: l.id.clone(), label: text(&l.label, &languages, &format!("the level {}", l.id), faults) })
        .collect();
    let mission = Mission {
        title: text(&file.title, &languages, "the title", faults),
        languages,
        zone,
        election_day: file.election_day,
        checklists: file.checklists,
        review_window_days: file.review_window_days,
        confirm_on_pull: file.confirm_on_pull,
        unlisted_places: file.unlisted_places,
    };
    ((mission, levels, named), file.roles.into_iter().map(|r| r.id).collect())
}

/// The time of the mission's seat: that of its zone, or a constant offset where one is given.
fn seat(
    offset: Option<&str>,
    named: &Zone,
    day: baqylau_forms::value::Date,
    faults: &mut Vec<String>,
    warnings: &mut Vec<String>,
) -> Zone {
    let Some(text) = offset else { return named.clone() };
    let Some(minutes) = Zone::parse_offset(text) else {
        faults.push(format!("mission.json: offset: {text:?} is no offset such as +06:00; correct it, or leave it out"));
        return named.clone();
    };
    let noon = named.midnight(day) + 12 * HOUR_MS;
    if named.at(noon) != minutes {
        let (name, right) = (&named.name, Zone::fixed(named.at(noon)).name);
        warnings.push(format!(
            "mission.json: offset: {name} has {right} on the day of the election, and {text} is used all the same; leave offset out to use {name}"
        ));
    }
    Zone::fixed(minutes)
}

/// Places whose constant offset is the mission's in the other half of the year.
fn out_of_season(places: &Places, named: &Zone, day: baqylau_forms::value::Date, warnings: &mut Vec<String>) {
    let table = places.table();
    for (at, zone) in table.zones.iter().enumerate().filter(|(_, z)| z.changes.is_empty()) {
        if zones::is_of_another_season(zone.offset, named, day) {
            let count = table.places.iter().filter(|p| usize::from(p.zone) == at).count();
            let (offset, name) = (&zone.name, &named.name);
            warnings.push(format!(
                "places.csv: {count} places have {offset} all year, which {name} has in another season than the election's; write {name} as their time_zone if its clocks are theirs"
            ));
        }
    }
}

/// Times as `13:00`.
fn call_ins(times: &[String], faults: &mut Vec<String>) -> Vec<u16> {
    let minutes = |text: &String| {
        let (hours, minutes) = text.split_once(':')?;
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
    };
    let mut out = Vec::new();
    for text in times {
        match minutes(text) {
            Some(minute) => out.push(minute),
            None => faults.push(format!("mission.json: call_ins: {text:?} is no time such as 13:00")),
        }
    }
    out.sort_unstable();
    out
}

fn checklist(
    folder: &Path,
    id: &str,
    codes: &[String],
    places: &Arc<Places>,
    warnings: &mut Vec<String>,
) -> Result<Definition, Vec<String>> {
    let one = |e: &dyn std::fmt::Display| vec![e.to_string()];
    let shared = Some(folder.join("choices.csv")).filter(|p| p.exists());
    let xlsx = folder.join(format!("{id}.xlsx"));
    let workbook = if xlsx.exists() {
        baqylau_xlsform::Workbook::from_xlsx(&xlsx, shared.as_deref()).map_err(|e| one(&e))?
    } else {
        baqylau_xlsform::Workbook::from_csv(&folder.join(id), shared.as_deref()).map_err(|e| one(&e))?
    };
    let words = |found: Vec<baqylau_xlsform::Finding>| found.iter().map(ToString::to_string).collect::<Vec<_>>();
    let compiled = baqylau_xlsform::compile(&workbook, codes, places).map_err(words)?;
    warnings.extend(compiled.warnings.iter().map(ToString::to_string));
    if compiled.definition.id != id {
        return Err(vec![format!(
            "checklists/{id}: form_id is {:?}; it must be the folder's name",
            compiled.definition.id
        )]);
    }
    Ok(compiled.definition)
}

/// A question names the figures it feeds: they must exist.
fn named_figures(checklists: &[Definition], figures: &[CompiledFigure], faults: &mut Vec<String>) {
    if figures.is_empty() {
        return;
    }
    for definition in checklists {
        for item in &definition.items {
            for id in item.figures.iter().filter(|id| !figures.iter().any(|f| f.figure.id == **id)) {
                faults.push(format!(
                    "checklist {}, question {}: figures.csv has no figure {id:?}",
                    definition.id, item.name
                ));
            }
        }
    }
}
