//! Tables that only the desk reads: what it does with an answer, what it reconciles, who is expected where, codes for texts, a map.
//! Every one may be missing. A fault names table, row and column.

use super::csv_table::{CsvTable, cell_text, collect};
use super::roles::{FieldRole, INTERNAL, RoledQuestion};
use baqylau_findings::{CompiledFigure, Figure, FigureError, Unit};
use baqylau_forms::definition::{Definition, Text};
use baqylau_forms::{Form, Places, Zone, numeral};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// How numbers are reconciled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reconcile {
    /// An expression that is true where the numbers do not add up; and the number of how far they are apart, as a position.
    Check(usize),
    /// A part of a whole, compared with the official one by region.
    Rate,
    /// A number of a place, compared with the official one.
    Number,
}

/// Something that is reconciled.
#[derive(Debug, Clone)]
pub struct Reconciled {
    /// Unique in `reconcile.csv`; `official.csv` names it.
    pub id: String,
    /// How.
    pub how: Reconcile,
    /// Where it stands in [`super::MissionTables::numbers`].
    pub number: usize,
    /// Shown beside the number, in each language of the mission.
    pub label: Text,
}

impl Reconciled {
    /// Whether it tells that numbers do not add up.
    #[must_use]
    pub fn is_check(&self) -> bool {
        matches!(self.how, Reconcile::Check(_))
    }
}

/// An official number.
#[derive(Debug, Clone, PartialEq)]
pub struct Official {
    /// A share in percent, or a number.
    pub value: f64,
    /// Who says so.
    pub source: String,
}

/// A report that is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedVisit {
    /// The team.
    pub team: String,
    /// The checklist, as a position.
    pub checklist: usize,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The place that holds the places it may be of.
    pub place: Option<u32>,
}

/// Tables that were read before: what the tables of the desk name must be there.
pub(super) struct TableContext<'c> {
    pub checklists: &'c [Definition],
    pub forms: &'c HashMap<String, Arc<Form>>,
    pub places: &'c Places,
    pub codes: &'c [String],
}

impl TableContext<'_> {
    fn checklist(&self, id: &str) -> Option<usize> {
        self.checklists.iter().position(|c| c.id == id)
    }

    /// Reads a table of the columns given, where it is; `each` tells what is wrong with a row.
    fn rows<const N: usize, T>(
        &self,
        path: &Path,
        columns: [&str; N],
        label: bool,
        faults: &mut Vec<String>,
        mut each: impl FnMut([&str; N], Text) -> Result<T, (&'static str, String)>,
    ) -> Vec<T> {
        if !path.exists() {
            return Vec::new();
        }
        let read = || -> Result<_, String> {
            let table = CsvTable::read(path)?;
            let mut at = [0; N];
            for (at, column) in at.iter_mut().zip(columns) {
                *at = table.required(column)?;
            }
            let labels = if label { table.translated("label", self.codes)? } else { Vec::new() };
            Ok((table, at, labels))
        };
        let read = read();
        let Some((table, at, labels)) = collect(read.map(Some), faults) else { return Vec::new() };
        let mut out = Vec::new();
        for (number, row) in table.rows.iter().enumerate() {
            match each(at.map(|c| row[c].as_str()), cell_text(row, &labels)) {
                Ok(one) => out.push(one),
                Err((column, what)) => {
                    faults.push(format!(
                        "{}, row {}, column {column}: {what}",
                        super::csv_table::name(path),
                        number + 2
                    ));
                }
            }
        }
        out
    }

    /// `desk.csv`: what the desk does with which answer.
    pub fn uses(&self, path: &Path, faults: &mut Vec<String>) -> Vec<RoledQuestion> {
        self.rows(path, ["use", "checklist", "question"], false, faults, |[name, checklist, question], _| {
            let known = FieldRole::ALL.map(FieldRole::name).join(", ");
            let what = FieldRole::of(name).ok_or(("use", format!("{name:?} is no use; take one of {known}")))?;
            let at = self.checklist(checklist).ok_or(("checklist", no_checklist(checklist)))?;
            let definition = &self.checklists[at];
            let item = definition.items.iter().find(|item| item.name == question);
            let item = item.ok_or(("question", format!("the checklist {checklist} has no question {question:?}")))?;
            if !what.takes(&item.kind) {
                return Err(("question", format!("{question} is no question for {name}: a choice, for follow_up a date, for airtime and space a whole number")));
            }
            let form = self.forms.get(checklist);
            let list = form.and_then(|f| f.list(f.find(question)?)).map(|l| l.choices.as_slice()).unwrap_or_default();
            let choices = list.iter().map(|c| c.name.clone()).collect();
            let labels = list.iter().map(|c| c.label.clone()).collect();
            if what == FieldRole::Confidentiality && !list.iter().any(|c| *c.name == *INTERNAL) {
                let fault = format!("{question} has no choice called {INTERNAL}, so that nothing would be confidential");
                return Err(("question", fault));
            }
            Ok(RoledQuestion { what, checklist: at, name: question.to_owned(), choices, labels })
        })
    }

    /// `reconcile.csv`, added to the numbers of the mission.
    pub fn reconciled(
        &self,
        path: &Path,
        numbers: &mut Vec<CompiledFigure>,
        faults: &mut Vec<String>,
    ) -> Vec<Reconciled> {
        let columns = ["id", "checklist", "kind", "counts", "of"];
        let mut seen = std::collections::HashSet::new();
        self.rows(path, columns, true, faults, |[id, checklist, kind, counts, of], label| {
            if !seen.insert(id.to_owned()) {
                return Err(("id", format!("{id:?} is used before")));
            }
            let number = numbers.len();
            let figure = |unit, counts: &str, of: &str| measure(id, checklist, unit, counts, of, &label);
            let (how, figures) = match kind {
                "check" => {
                    let gap = figure(Unit::MeanShare, of, "1");
                    (Reconcile::Check(number + 1), vec![figure(Unit::Count, counts, ""), gap])
                }
                "rate" => (Reconcile::Rate, vec![figure(Unit::MeanShare, counts, of)]),
                "number" => (Reconcile::Number, vec![figure(Unit::MeanShare, counts, "1")]),
                other => return Err(("kind", format!("{other:?} is none of check, rate, number"))),
            };
            for figure in figures {
                let compiled = CompiledFigure::unpublished(vec![figure], self.forms);
                numbers.extend(compiled.map_err(|e| {
                    let FigureError { column, what, .. } = e.into_iter().next().unwrap_or_else(|| FigureError {
                        id: id.to_owned(),
                        column: "counts",
                        what: "it does not compile".into(),
                    });
                    (column, what)
                })?);
            }
            Ok(Reconciled { id: id.to_owned(), how, number, label })
        })
    }

    /// `official.csv`, by what is reconciled and place.
    pub fn official(
        &self,
        path: &Path,
        reconciled: &[Reconciled],
        faults: &mut Vec<String>,
    ) -> HashMap<(usize, u32), Official> {
        let rows =
            self.rows(path, ["id", "place", "value", "source"], false, faults, |[id, place, value, source], _| {
                let at = reconciled.iter().position(|r| r.id == id && !r.is_check());
                let at = at.ok_or(("id", format!("{id:?} is no rate or number of reconcile.csv")))?;
                let place = self.place(place)?;
                let number =
                    numeral::decimal(value).map_err(|e| ("value", format!("{value:?}: expected {e}")))?.float();
                let value = Some(number).filter(|n| *n >= 0.0).ok_or(("value", format!("{value:?} is below 0")))?;
                if source.is_empty() {
                    return Err(("source", "say who published it".into()));
                }
                Ok(((at, place), Official { value, source: source.to_owned() }))
            });
        rows.into_iter().collect()
    }

    fn place(&self, code: &str) -> Result<u32, (&'static str, String)> {
        self.places.find(code).ok_or(("place", format!("{code:?} is not in places.csv")))
    }

    /// `deployment.csv`: who is expected to report what, by when in the time of the mission's seat.
    pub fn deployment(&self, path: &Path, zone: &Zone, faults: &mut Vec<String>) -> Vec<ExpectedVisit> {
        self.rows(path, ["team", "checklist", "due", "place"], false, faults, |[team, checklist, due, place], _| {
            Ok(ExpectedVisit {
                team: team.to_owned(),
                checklist: self.checklist(checklist).ok_or(("checklist", no_checklist(checklist)))?,
                at: zone.read(due).map_err(|e| ("due", format!("{due:?}: expected {e}")))?.ms,
                place: if place.is_empty() { None } else { Some(self.place(place)?) },
            })
        })
    }

    /// `codebook.csv`: codes for texts.
    pub fn codebook(&self, path: &Path, faults: &mut Vec<String>) -> Vec<(String, Text)> {
        let mut seen = std::collections::HashSet::new();
        self.rows(path, ["code"], true, faults, |[code], label| {
            let plain = |c: char| c.is_alphanumeric() || c == '_';
            if code.is_empty() || !code.chars().all(plain) {
                return Err(("code", format!("{code:?} is no code: letters, digits and _")));
            }
            if seen.insert(code.to_owned()) {
                Ok((code.to_owned(), label))
            } else {
                Err(("code", format!("{code:?} is used before")))
            }
        })
    }

    /// `traits.csv`: what the columns of the places and their values are called. An empty value names the column.
    pub fn traits(&self, path: &Path, faults: &mut Vec<String>) -> HashMap<(String, String), Text> {
        let rows = self.rows(path, ["column", "value"], true, faults, |[column, value], label| {
            if self.places.has_attribute(column) {
                Ok(((column.to_owned(), value.to_owned()), label))
            } else {
                Err(("column", format!("places.csv has no column {column:?}")))
            }
        });
        rows.into_iter().collect()
    }
}

fn no_checklist(id: &str) -> String {
    format!("the mission has no checklist {id:?}")
}

/// A number that the mission looks at and did not publish.
fn measure(id: &str, checklist: &str, unit: Unit, counts: &str, of: &str, label: &Text) -> Figure {
    Figure {
        id: id.to_owned(),
        checklist: checklist.to_owned(),
        unit,
        counts: counts.to_owned(),
        of: of.to_owned(),
        base: String::new(),
        per: String::new(),
        published: String::new(),
        value: String::new(),
        tolerance: String::new(),
        sentence: label.clone(),
    }
}
