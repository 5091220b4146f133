//! The mission's tables, read and checked: all faults at once. `docs/authoring.md` describes them.

use crate::error::DeskError;
use baqylau_findings::{Compiled, Figure, Unit};
use baqylau_forms::definition::{Definition, Text};
use baqylau_forms::places::{Level, Place, PlaceTable};
use baqylau_forms::{Form, Places};
use baqylau_report::mission::{Language, Mission};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A mission as its tables say it.
pub struct Source {
    /// Settings, as phones get them.
    pub mission: Mission,
    /// The places.
    pub places: Arc<Places>,
    /// The checklists' definitions, in order.
    pub checklists: Vec<Definition>,
    /// The same, compiled, by id.
    pub forms: HashMap<String, Arc<Form>>,
    /// The figures.
    pub figures: Vec<Compiled>,
    /// Who observes.
    pub people: Vec<Person>,
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
    /// The team's code.
    pub team: String,
    /// The languages, separated by spaces.
    #[serde(default)]
    pub languages: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MissionFile {
    title: BTreeMap<String, String>,
    languages: Vec<Language>,
    default_language: String,
    time_zone: String,
    offset: String,
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
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelRow {
    id: String,
    label: BTreeMap<String, String>,
}

impl Source {
    /// Reads a mission's folder.
    ///
    /// # Errors
    /// Every fault of every table, each with its place.
    pub fn read(folder: &Path) -> Result<Self, DeskError> {
        let file: MissionFile = read_json(&folder.join("mission.json"))?;
        let mut faults = Vec::new();
        let (mission, roles) = settings(file, &mut faults);
        let codes: Vec<String> = mission.0.languages.iter().map(|l| l.code.clone()).collect();
        let places = places(&folder.join("places.csv"), mission.1, &codes, &mut faults);
        if !faults.is_empty() {
            return Err(DeskError::Source { faults });
        }
        let mission = mission.0;
        let people = people(&folder.join("people.csv"), &roles, &mut faults);
        let mut warnings = Vec::new();
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
        let rows = figures(&folder.join("figures.csv"), &codes, &mut faults);
        let compiled = if faults.is_empty() { Compiled::all(rows, &forms) } else { Ok(Vec::new()) };
        let figures = compiled.unwrap_or_else(|e| {
            faults.extend(e.iter().map(|f| format!("figures.csv: {f}")));
            Vec::new()
        });
        named_figures(&checklists, &figures, &mut faults);
        if faults.is_empty() {
            Ok(Self { mission, places, checklists, forms, figures, people, warnings })
        } else {
            Err(DeskError::Source { faults })
        }
    }
}

fn read_json<T: for<'d> Deserialize<'d>>(path: &Path) -> Result<T, DeskError> {
    let text = std::fs::read_to_string(path).map_err(|e| DeskError::file(path, e))?;
    serde_json::from_str(&text).map_err(|e| DeskError::file(path, e))
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

fn settings(file: MissionFile, faults: &mut Vec<String>) -> ((Mission, Vec<Level>), Vec<String>) {
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
    if file.time_zone.is_empty() {
        faults.push("mission.json: time_zone is empty".into());
    }
    let offset = offset(&file.offset).unwrap_or_else(|| {
        faults.push("mission.json: offset is no offset such as +06:00".into());
        0
    });
    let levels = file.levels.iter();
    let levels: Vec<Level> = levels
        .map(|l| Level { id: l.id.clone(), label: text(&l.label, &languages, &format!("the level {}", l.id), faults) })
        .collect();
    let mission = Mission {
        title: text(&file.title, &languages, "the title", faults),
        languages,
        offset,
        election_day: file.election_day,
        checklists: file.checklists,
        review_window_days: file.review_window_days,
        confirm_on_pull: file.confirm_on_pull,
        unlisted_places: file.unlisted_places,
    };
    ((mission, levels), file.roles.into_iter().map(|r| r.id).collect())
}

/// Minutes of `+06:00`.
fn offset(text: &str) -> Option<i16> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let minutes = hours.parse::<i16>().ok()?.checked_mul(60)? + minutes.parse::<i16>().ok()?;
    (0..=14 * 60).contains(&minutes).then_some(sign * minutes)
}

/// A table with its header.
struct Table {
    path: PathBuf,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn read(path: &Path) -> Result<Self, String> {
        let fault = |e: &dyn std::fmt::Display| format!("{}: {e}", name(path));
        let mut reader =
            csv::ReaderBuilder::new().flexible(false).trim(csv::Trim::All).from_path(path).map_err(|e| fault(&e))?;
        let header = reader.headers().map_err(|e| fault(&e))?.iter().map(str::to_owned).collect();
        let rows: Result<Vec<_>, _> =
            reader.records().map(|r| r.map(|r| r.iter().map(str::to_owned).collect())).collect();
        Ok(Self { path: path.to_owned(), header, rows: rows.map_err(|e| fault(&e))? })
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|h| h == name)
    }

    fn required(&self, column: &str) -> Result<usize, String> {
        self.column(column).ok_or_else(|| format!("{}: the column {column} is missing", name(&self.path)))
    }

    /// Columns `name::Language (code)` in the order of the languages.
    fn translated(&self, column: &str, codes: &[String]) -> Result<Vec<usize>, String> {
        let find = |code: &String| {
            let ends = format!("({code})");
            let fits = |h: &&String| h.strip_prefix(column).is_some_and(|r| r.starts_with("::") && r.ends_with(&ends));
            let found = self.header.iter().find(fits).and_then(|h| self.column(h));
            found.ok_or_else(|| format!("{}: the column {column}::… ({code}) is missing", name(&self.path)))
        };
        codes.iter().map(find).collect()
    }
}

fn name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

fn collect<T: Default>(result: Result<T, String>, faults: &mut Vec<String>) -> T {
    result.unwrap_or_else(|fault| {
        faults.push(fault);
        T::default()
    })
}

fn cell_text(row: &[String], columns: &[usize]) -> Text {
    let cells = columns.iter().map(|c| Arc::from(row[*c].as_str()));
    let text = Text(cells.collect());
    if text.is_empty() { Text::default() } else { text }
}

fn places(path: &Path, levels: Vec<Level>, codes: &[String], faults: &mut Vec<String>) -> Arc<Places> {
    let table = collect(place_table(path, levels, codes, faults), faults);
    match Places::new(table) {
        Ok(places) => Arc::new(places),
        Err(fault) => {
            faults.push(format!("places.csv: {fault}"));
            Arc::default()
        }
    }
}

/// Columns of `places.csv` that are no further columns of the places.
const PLACE_COLUMNS: [&str; 8] = ["code", "level", "parent", "time_zone", "number", "latitude", "longitude", "voters"];

fn place_table(
    path: &Path,
    levels: Vec<Level>,
    codes: &[String],
    faults: &mut Vec<String>,
) -> Result<PlaceTable, String> {
    let table = Table::read(path)?;
    let [code, level, parent] = [table.required("code")?, table.required("level")?, table.required("parent")?];
    let [zone, number] = [table.required("time_zone")?, table.required("number")?];
    let labels = table.translated("label", codes)?;
    let known = |h: &String| PLACE_COLUMNS.contains(&h.as_str()) || h.starts_with("label::");
    let further: Vec<usize> = (0..table.header.len()).filter(|c| !known(&table.header[*c])).collect();
    let by_code: HashMap<&str, usize> = table.rows.iter().enumerate().map(|(i, r)| (r[code].as_str(), i)).collect();
    let mut interned: HashMap<&str, Arc<str>> = HashMap::new();
    let mut out = Vec::with_capacity(table.rows.len());
    for (at, row) in table.rows.iter().enumerate() {
        let mut fault = |what: String| faults.push(format!("places.csv, row {}: {what}", at + 2));
        let found = levels.iter().position(|l| l.id == row[level]).and_then(|l| u16::try_from(l).ok());
        let Some(found) = found else {
            fault(format!("{:?} is no level of mission.json", row[level]));
            continue;
        };
        let above = by_code.get(row[parent].as_str()).and_then(|p| u32::try_from(*p).ok());
        if above.is_none() && !row[parent].is_empty() {
            fault(format!("the parent {:?} is not in the table", row[parent]));
        }
        let offset = offset(&row[zone]).unwrap_or_else(|| {
            fault(format!("{:?} is no offset such as +06:00", row[zone]));
            0
        });
        let cells = further.iter().map(|c| interned.entry(&row[*c]).or_insert_with(|| row[*c].as_str().into()).clone());
        out.push(Place {
            code: row[code].as_str().into(),
            level: found,
            parent: above,
            number: row[number].as_str().into(),
            label: cell_text(row, &labels),
            offset,
            cells: cells.collect(),
        });
    }
    let columns = further.iter().map(|c| table.header[*c].clone()).collect();
    Ok(PlaceTable { levels, columns, places: out })
}

fn people(path: &Path, roles: &[String], faults: &mut Vec<String>) -> Vec<Person> {
    let read = || -> Result<Vec<Person>, csv::Error> {
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path)?.deserialize().collect()
    };
    let people = collect(read().map_err(|e| format!("people.csv: {e}")), faults);
    let mut seen = std::collections::HashSet::new();
    for (at, person) in people.iter().enumerate() {
        if !seen.insert(&person.code) {
            faults.push(format!("people.csv, row {}: the code {:?} is used before", at + 2, person.code));
        }
        if !roles.contains(&person.role) {
            faults.push(format!("people.csv, row {}: {:?} is no role of mission.json", at + 2, person.role));
        }
    }
    people
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

fn figures(path: &Path, codes: &[String], faults: &mut Vec<String>) -> Vec<Figure> {
    let read = || -> Result<Vec<Figure>, String> {
        let table = Table::read(path)?;
        let columns = ["id", "checklist", "unit", "counts", "of", "base", "per", "published", "value", "tolerance"];
        let at: Vec<usize> = columns.iter().map(|c| table.required(c)).collect::<Result<_, _>>()?;
        let sentences = table.translated("sentence", codes)?;
        let row = |(number, row): (usize, &Vec<String>)| {
            let cell = |c: usize| row[at[c]].clone();
            let unit: Unit = serde_json::from_value(serde_json::Value::String(cell(2)))
                .map_err(|_| format!("figures.csv, row {}: {:?} is no unit", number + 2, cell(2)))?;
            let sentence = cell_text(row, &sentences);
            Ok(Figure {
                id: cell(0),
                checklist: cell(1),
                unit,
                counts: cell(3),
                of: cell(4),
                base: cell(5),
                per: cell(6),
                published: cell(7),
                value: cell(8),
                tolerance: cell(9),
                sentence,
            })
        };
        table.rows.iter().enumerate().map(row).collect()
    };
    collect(read(), faults)
}

/// A question names the figures it feeds: they must exist.
fn named_figures(checklists: &[Definition], figures: &[Compiled], faults: &mut Vec<String>) {
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
