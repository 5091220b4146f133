//! The tables of a mission: places, people, figures. A fault names table, row and column.

use super::{Person, zones};
use baqylau_findings::Figure;
use baqylau_findings::sample::Sample;
use baqylau_forms::definition::Text;
use baqylau_forms::places::{Level, Place, PlaceTable};
use baqylau_forms::value::Date;
use baqylau_forms::{Places, Zone, numeral};
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A table with its header.
pub(super) struct CsvTable {
    path: PathBuf,
    header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl CsvTable {
    pub fn read(path: &Path) -> Result<Self, String> {
        let fault = |e: &dyn std::fmt::Display| format!("{}: {e}", name(path));
        let mut reader =
            csv::ReaderBuilder::new().flexible(false).trim(csv::Trim::All).from_path(path).map_err(|e| fault(&e))?;
        let header = reader.headers().map_err(|e| fault(&e))?.iter().map(str::to_owned).collect();
        let rows: Result<Vec<_>, _> =
            reader.records().map(|r| r.map(|r| r.iter().map(str::to_owned).collect())).collect();
        let table = Self { path: path.to_owned(), header, rows: rows.map_err(|e| fault(&e))? };
        table.damaged().map_or(Ok(table), Err)
    }

    /// The first cell that holds an error of a spreadsheet.
    fn damaged(&self) -> Option<String> {
        let cells = self.rows.iter().zip(2..).flat_map(|(row, at)| row.iter().zip(&self.header).map(move |c| (at, c)));
        let (row, (cell, column)) = cells.into_iter().find(|(_, (cell, _))| baqylau_xlsform::cells::is_error(cell))?;
        let file = name(&self.path);
        Some(format!(
            "{file}, row {row}, column {column}: the cell shows the error {cell}; correct its formula, or type the text"
        ))
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|h| h == name)
    }

    pub fn required(&self, column: &str) -> Result<usize, String> {
        self.column(column).ok_or_else(|| format!("{}: the column {column} is missing", name(&self.path)))
    }

    /// Columns `name::Language (code)` in the order of the languages.
    pub fn translated(&self, column: &str, codes: &[String]) -> Result<Vec<usize>, String> {
        let find = |code: &String| {
            let ends = format!("({code})");
            let fits = |h: &&String| h.strip_prefix(column).is_some_and(|r| r.starts_with("::") && r.ends_with(&ends));
            let found = self.header.iter().find(fits).and_then(|h| self.column(h));
            found.ok_or_else(|| format!("{}: the column {column}::… ({code}) is missing", name(&self.path)))
        };
        codes.iter().map(find).collect()
    }
}

pub(super) fn name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

pub(super) fn collect<T: Default>(result: Result<T, String>, faults: &mut Vec<String>) -> T {
    result.unwrap_or_else(|fault| {
        faults.push(fault);
        T::default()
    })
}

pub(super) fn cell_text(row: &[String], columns: &[usize]) -> Text {
    let cells = columns.iter().map(|c| Arc::from(row[*c].as_str()));
    let text = Text(cells.collect());
    if text.is_empty() { Text::default() } else { text }
}

/// Reads `places.csv`; the changes of summer time are those around `day`.
pub(super) fn places(
    path: &Path,
    levels: Vec<Level>,
    codes: &[String],
    day: Date,
    faults: &mut Vec<String>,
) -> Arc<Places> {
    let table = collect(place_table(path, levels, codes, day, faults), faults);
    match Places::new(table) {
        Ok(places) => Arc::new(places),
        Err(fault) => {
            faults.push(format!("places.csv: {fault}"));
            Arc::default()
        }
    }
}

/// The zones of the places, each read once.
#[derive(Default)]
struct Zones {
    day: Date,
    known: Vec<Zone>,
    by_text: HashMap<String, Result<u16, String>>,
}

impl Zones {
    fn position(&mut self, text: &str) -> Result<u16, String> {
        if let Some(found) = self.by_text.get(text) {
            return found.clone();
        }
        let read = zones::zone(text, self.day).and_then(|zone| {
            let at = self.known.iter().position(|z| *z == zone).unwrap_or_else(|| {
                self.known.push(zone);
                self.known.len() - 1
            });
            u16::try_from(at).map_err(|_| "there are too many time zones".to_owned())
        });
        self.by_text.insert(text.to_owned(), read.clone());
        read
    }
}

/// Columns of `places.csv` that are no further columns of the places.
const PLACE_COLUMNS: [&str; 6] = ["code", "level", "parent", "time_zone", "number", "voters"];

fn place_table(
    path: &Path,
    levels: Vec<Level>,
    codes: &[String],
    day: Date,
    faults: &mut Vec<String>,
) -> Result<PlaceTable, String> {
    let table = CsvTable::read(path)?;
    let [code, level, parent] = [table.required("code")?, table.required("level")?, table.required("parent")?];
    let [zone, number] = [table.required("time_zone")?, table.required("number")?];
    let labels = table.translated("label", codes)?;
    let known = |h: &String| PLACE_COLUMNS.contains(&h.as_str()) || h.starts_with("label::");
    let further: Vec<usize> = (0..table.header.len()).filter(|c| !known(&table.header[*c])).collect();
    let by_code: HashMap<&str, usize> = table.rows.iter().enumerate().map(|(i, r)| (r[code].as_str(), i)).collect();
    let mut interned: HashMap<&str, Arc<str>> = HashMap::new();
    let mut zones = Zones { day, ..Zones::default() };
    let positions = ["latitude", "longitude"].map(|name| (name, table.column(name)));
    let mut out = Vec::with_capacity(table.rows.len());
    for (at, row) in table.rows.iter().enumerate() {
        let mut fault = |what: String| faults.push(format!("places.csv, row {}: {what}", at + 2));
        let found = levels.iter().position(|l| l.id == row[level]).and_then(|l| u16::try_from(l).ok());
        let Some(found) = found else {
            fault(format!("column level: {:?} is no level of mission.json", row[level]));
            continue;
        };
        if row[code].is_empty() {
            fault("column code: is empty; give every place a code".into());
        }
        // A place without one above it is not under a place without a code.
        let above = by_code.get(row[parent].as_str()).filter(|_| !row[parent].is_empty());
        let above = above.and_then(|p| u32::try_from(*p).ok());
        if above.is_none() && !row[parent].is_empty() {
            fault(format!("column parent: {:?} is not in the table; add it, or correct the code", row[parent]));
        }
        let zone = zones.position(&row[zone]).unwrap_or_else(|what| {
            fault(format!("column time_zone: {what}"));
            0
        });
        for (name, limit) in positions.iter().zip([90.0, 180.0]).filter_map(|((name, c), l)| Some(((*name, (*c)?), l)))
        {
            let (name, cell) = (name.0, &row[name.1]);
            if !cell.is_empty() && numeral::degrees(cell, limit).is_none() {
                fault(format!("column {name}: {cell:?} is no {name}; write degrees with a point, as in 51.1"));
            }
        }
        let cells = further.iter().map(|c| interned.entry(&row[*c]).or_insert_with(|| row[*c].as_str().into()).clone());
        out.push(Place {
            code: row[code].as_str().into(),
            level: found,
            parent: above,
            number: row[number].as_str().into(),
            label: cell_text(row, &labels),
            zone,
            cells: cells.collect(),
        });
    }
    let columns = further.iter().map(|c| table.header[*c].clone()).collect();
    Ok(PlaceTable { levels, columns, zones: zones.known, places: out })
}

pub(super) fn people(path: &Path, roles: &[String], faults: &mut Vec<String>) -> Vec<Person> {
    let read = || -> Result<Vec<Person>, csv::Error> {
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path)?.deserialize().collect()
    };
    let mut people = collect(read().map_err(|e| format!("people.csv: {e}")), faults);
    let mut seen = HashSet::new();
    for (at, person) in people.iter().enumerate() {
        if person.code.is_empty() {
            faults.push(format!("people.csv, row {}, column code: is empty; give every person a code", at + 2));
        }
        if !seen.insert(&person.code) {
            faults.push(format!(
                "people.csv, row {}, column code: {:?} is used before; codes are given once",
                at + 2,
                person.code
            ));
        }
        if !roles.contains(&person.role) {
            faults.push(format!(
                "people.csv, row {}, column role: {:?} is no role of mission.json",
                at + 2,
                person.role
            ));
        }
    }
    alone(&mut people, faults);
    people
}

/// Whoever has no team is a team of their own, which goes by their code.
fn alone(people: &mut [Person], faults: &mut Vec<String>) {
    let teams: HashSet<String> = people.iter().map(|p| p.team.clone()).filter(|team| !team.is_empty()).collect();
    for (at, person) in people.iter_mut().enumerate().filter(|(_, p)| p.team.is_empty()) {
        if teams.contains(&person.code) {
            faults.push(format!(
                "people.csv, row {}, column team: is empty, so that {:?} is a team of their own, and others are in a team of that name; \
                 give the person a team, or another code",
                at + 2,
                person.code
            ));
        }
        person.team.clone_from(&person.code);
    }
}

/// One place of `sample.csv`.
#[derive(Deserialize)]
struct SampleRow {
    place: String,
    stratum: String,
    population: u32,
}

/// `sample.csv`: the places that were drawn, and how many their strata have.
pub(super) fn sample(path: &Path, places: &Places, faults: &mut Vec<String>) -> Sample {
    let read = || -> Result<Vec<SampleRow>, csv::Error> {
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path)?.deserialize().collect()
    };
    let rows = collect(read().map_err(|e| format!("sample.csv: {e}")), faults);
    let mut strata: Vec<&str> = Vec::new();
    let mut sample = Sample::default();
    for (at, row) in rows.iter().enumerate() {
        let mut fault = |what: String| faults.push(format!("sample.csv, row {}, {what}", at + 2));
        let stratum = strata.iter().position(|s| *s == row.stratum).unwrap_or_else(|| {
            strata.push(&row.stratum);
            sample.populations.push(row.population);
            strata.len() - 1
        });
        if sample.populations[stratum] != row.population {
            fault(format!("column population: the stratum {:?} had another before", row.stratum));
        }
        match places.find(&row.place) {
            None => fault(format!("column place: {:?} is not in places.csv", row.place)),
            Some(place) if sample.drawn.insert(place, stratum).is_some() => {
                fault(format!("column place: {:?} was drawn before; a place is drawn once", row.place));
            }
            Some(_) => {}
        }
    }
    for (at, stratum) in strata.iter().enumerate() {
        let drawn = sample.drawn.values().filter(|h| **h == at).count();
        let population = sample.populations[at] as usize;
        if drawn > population || drawn < 2.min(population) {
            faults.push(format!(
                "sample.csv, stratum {stratum:?}: {drawn} were drawn of {population}; two at least are needed, and no more than there are"
            ));
        }
    }
    sample
}

pub(super) fn figures(path: &Path, codes: &[String], faults: &mut Vec<String>) -> Vec<Figure> {
    let mut read = || -> Result<Vec<Figure>, String> {
        let table = CsvTable::read(path)?;
        let columns = ["id", "checklist", "unit", "counts", "of", "base", "per", "published", "value", "tolerance"];
        let at: Vec<usize> = columns.iter().map(|c| table.required(c)).collect::<Result<_, _>>()?;
        let sentences = table.translated("sentence", codes)?;
        let mut row = |(number, row): (usize, &Vec<String>)| {
            let cell = |c: usize| row[at[c]].clone();
            let Ok(unit) = serde_json::from_value(serde_json::Value::String(cell(2))) else {
                let units = "count, percent, mean_share, majority, breakdown";
                faults.push(format!(
                    "figures.csv, row {}, column unit: {:?} is no unit; take one of {units}",
                    number + 2,
                    cell(2)
                ));
                return None;
            };
            let sentence = cell_text(row, &sentences);
            Some(Figure {
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
        Ok(table.rows.iter().enumerate().filter_map(&mut row).collect())
    };
    let read = read();
    collect(read, faults)
}
