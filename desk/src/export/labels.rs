//! What the columns of a table mean, by every version of the checklist that its reports were filled in under.

use super::INTERNAL;
use super::kinds;
use super::names::{UniqueNames, spss};
use super::rows::ExportSheet;
use baqylau_forms::Form;
use baqylau_forms::definition::{Definition, Item, List};
use baqylau_forms::value::Missing;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// What the column `internal` says, and what its 0 and its 1 mean.
pub(super) const WHETHER: &str = "Whether its words stay at the desk";
pub(super) const OPEN: &str = "May be quoted or handed on by the mission's rules";
pub(super) const CLOSED: &str = "Internal: not to be quoted or handed on";

/// How many choices a list has at most, of which R and SPSS make a variable each also where nobody chose it.
pub(super) const SHORT: usize = 50;

/// A column of a table.
pub(super) struct TableColumn {
    /// The column's name.
    pub name: String,
    /// The name of the question.
    pub question: String,
    /// At most 64 bytes, and unique in its file.
    pub spss: String,
    /// The question, as the latest version asks it.
    pub label: String,
    /// What its cells are.
    pub cells: CellKind,
    /// Whether typed missing values stand among them.
    pub missing: bool,
    /// The column that is made of it and says why a value is missing, where some may be.
    pub why: String,
    /// What its values mean; nothing where they speak for themselves.
    pub list: Option<Rc<ChoiceList>>,
    /// The variables that R and SPSS make of it, where several may be chosen: one a choice.
    pub made: Vec<MadeVariable>,
}

impl TableColumn {
    /// What a variable of one of its choices is called for people.
    pub fn label_of(&self, made: &MadeVariable) -> String {
        format!("{}: {}", self.label, made.choice.label)
    }
}

/// Choices of all versions, once for all questions that offer them.
pub(super) struct ChoiceList {
    pub name: String,
    pub choices: Vec<LabelledChoice>,
}

/// A choice of any version.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct LabelledChoice {
    pub name: String,
    /// As the latest version says it; with the name where another is called the same.
    pub label: String,
}

/// Whether a choice was among several.
pub(super) struct MadeVariable {
    pub choice: LabelledChoice,
    pub name: String,
    /// The same in SPSS.
    pub spss: String,
}

/// The lists that questions share.
#[derive(Default)]
pub(super) struct ChoiceLists {
    pub all: Vec<Rc<ChoiceList>>,
    /// By the lists of the versions that they are made of.
    known: HashMap<Vec<*const List>, Rc<ChoiceList>>,
    names: UniqueNames,
}

impl ChoiceLists {
    /// What a question offers, in all versions.
    fn of(&mut self, lists: &[&List], language: usize) -> Option<Rc<ChoiceList>> {
        let name = &lists.last()?.name;
        let key: Vec<*const List> = lists.iter().map(|list| std::ptr::from_ref(*list)).collect();
        if let Some(known) = self.known.get(&key) {
            return Some(known.clone());
        }
        let choices = choices(lists, language);
        let same = self.all.iter().find(|list| list.choices == choices).cloned();
        let list = same.unwrap_or_else(|| {
            let list = Rc::new(ChoiceList { name: self.names.claim(name), choices });
            self.all.push(list.clone());
            list
        });
        self.known.insert(key, list.clone());
        Some(list)
    }
}

/// What the cells of a column are. Where versions of the checklist differ, what can hold the answers of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellKind {
    Text,
    /// A whole number.
    Integer,
    /// A number that may have a part.
    Number,
    /// A day: `2026-12-04`.
    Date,
    /// A time of day: `08:30:00`.
    Time,
    /// A moment with the offset of its place: `2026-12-04T08:30:00.000+05:00`.
    Moment,
    /// The name of a choice.
    One,
    /// Names of choices with spaces between.
    Several,
}

/// The columns of the questions of a table, in a language.
pub(super) fn columns(sheet: &ExportSheet, language: usize, lists: &mut ChoiceLists) -> Vec<TableColumn> {
    let questions = sheet.questions.iter().zip(&sheet.columns);
    let mut all: Vec<TableColumn> = questions.map(|(q, c)| column(sheet, (q, c), language, lists)).collect();
    let (mut names, mut of_spss) = (sheet.taken.clone(), UniqueNames::of(sheet.fixed()));
    for column in &mut all {
        column.spss = of_spss.claim(&spss(&column.name));
        if column.missing {
            column.why = names.claim(&format!("{}.missing", column.name));
        }
    }
    all
}

/// Gives the columns the variables that R and SPSS make of choices: of a long list only of what somebody chose.
pub(super) fn make(columns: &mut [TableColumn], sheet: &ExportSheet, chosen: impl Fn(&str) -> HashSet<String>) {
    let (mut names, mut of_spss) = (sheet.taken.clone(), UniqueNames::of(sheet.fixed()));
    for column in columns.iter() {
        names.claim(&column.why);
        of_spss.claim(&column.spss);
    }
    for column in columns.iter_mut().filter(|c| c.cells == CellKind::Several) {
        let Some(list) = &column.list else { continue };
        let chosen = if list.choices.len() > SHORT { chosen(&column.name) } else { HashSet::new() };
        let made = list.choices.iter().filter(|c| list.choices.len() <= SHORT || chosen.contains(&c.name));
        let variable = |choice: &LabelledChoice| {
            let name = format!("{}.{}", column.name, choice.name);
            MadeVariable { choice: choice.clone(), spss: of_spss.claim(&spss(&name)), name: names.claim(&name) }
        };
        column.made = made.map(variable).collect();
    }
}

fn column(
    sheet: &ExportSheet,
    (question, name): (&str, &str),
    language: usize,
    lists: &mut ChoiceLists,
) -> TableColumn {
    let versions: Vec<(&Form, &Item)> = sheet
        .forms
        .iter()
        .filter_map(|form| Some((&**form, form.definition().items.get(sheet.node(form, question)? as usize)?)))
        .collect();
    let kinds: Vec<CellKind> = versions.iter().map(|(form, item)| kinds::of(form, item)).collect();
    let all = |of: &[CellKind]| kinds.iter().all(|kind| of.contains(kind));
    let cells = match kinds.first() {
        Some(first) if all(&[*first]) => *first,
        Some(_) if all(&[CellKind::One, CellKind::Several]) => CellKind::Several,
        Some(_) if all(&[CellKind::Integer, CellKind::Number]) => CellKind::Number,
        _ => CellKind::Text,
    };
    let offered: Vec<&List> = versions.iter().filter_map(|(form, item)| offered(form.definition(), item)).collect();
    TableColumn {
        name: name.to_owned(),
        question: question.to_owned(),
        spss: String::new(),
        label: versions.last().map(|(_, item)| line(&item.label.get(language))).unwrap_or_default(),
        cells,
        missing: versions.iter().any(|(_, item)| !item.missing.is_empty()) || cells == CellKind::One,
        why: String::new(),
        list: lists.of(&offered, language),
        made: Vec::new(),
    }
}

/// The list of a question in a version.
fn offered<'d>(definition: &'d Definition, item: &Item) -> Option<&'d List> {
    definition.lists.get(item.kind.own_list()?)
}

/// The choices of all versions, in the order in which they came.
fn choices(lists: &[&List], language: usize) -> Vec<LabelledChoice> {
    let (mut out, mut places): (Vec<LabelledChoice>, HashMap<&str, usize>) = Default::default();
    for choice in lists.iter().flat_map(|list| &list.choices) {
        let label = line(&choice.label.get(language));
        let at = *places.entry(&choice.name).or_insert(out.len());
        match out.get_mut(at) {
            Some(known) => known.label = label,
            None => out.push(LabelledChoice { name: choice.name.to_string(), label }),
        }
    }
    // What is called the same would become one.
    let mut seen = HashSet::new();
    for choice in &mut out {
        if choice.label.is_empty() || !seen.insert(choice.label.to_lowercase()) {
            choice.label = format!("{} ({})", choice.label, choice.name).trim_start().to_owned();
        }
    }
    out
}

/// A label in a line.
fn line(text: &str) -> String {
    text.replace(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'), " ")
}

/// The typed missing values, as cells have them, and what they mean.
pub(super) fn missing() -> impl Iterator<Item = (String, &'static str)> {
    Missing::ALL.into_iter().map(|m| {
        let meaning = match m {
            Missing::DoNotKnow => "Do not know",
            Missing::NotPermitted => "Not permitted to see it",
            Missing::NotApplicable => "Does not apply",
        };
        (format!("?{}", m.code()), meaning)
    })
}

/// A row a column, with its missing values, what is made of it, and the list that its choices are of.
pub(super) fn codebook(columns: &[TableColumn]) -> Vec<[String; 7]> {
    let mut rows = vec![["column", "label", "value", "meaning", "question", "spss", "list"].map(str::to_owned)];
    rows.extend([
        [INTERNAL, WHETHER, "", "", "", INTERNAL, ""].map(str::to_owned),
        [INTERNAL, "", "0", OPEN, "", "0", ""].map(str::to_owned),
        [INTERNAL, "", "1", CLOSED, "", "1", ""].map(str::to_owned),
    ]);
    for c in columns {
        let row = |column: &str, label: &str, (value, meaning): (&str, &str), spss: &str, list: &str| {
            [column, label, value, meaning, &c.question, spss, list].map(str::to_owned)
        };
        rows.push(row(&c.name, &c.label, ("", ""), &c.spss, c.list.as_ref().map_or("", |list| &list.name)));
        if c.missing {
            rows.extend(missing().zip(super::spss::MISSING).map(|((value, meaning), code)| {
                let code = if c.cells == CellKind::Text { &value } else { code };
                row(&c.name, "", (&value, meaning), code, "")
            }));
            rows.push(row(&c.why, &why(c), ("", ""), "", ""));
        }
        rows.extend(c.made.iter().map(|made| row(&made.name, &c.label_of(made), ("", ""), &made.spss, "")));
    }
    rows
}

/// A row a choice of each list.
pub(super) fn codebook_of_lists(columns: &[TableColumn], lists: &ChoiceLists) -> Vec<[String; 7]> {
    // Where one is chosen, SPSS has a number for it.
    let ones = columns.iter().filter(|c| c.cells == CellKind::One);
    let coded: HashSet<&str> = ones.filter_map(|c| Some(c.list.as_ref()?.name.as_str())).collect();
    let of = |list: &Rc<ChoiceList>| -> Vec<[String; 7]> {
        let coded = coded.contains(list.name.as_str());
        let row = |(at, c): (usize, &LabelledChoice)| {
            let code = if coded { at.to_string() } else { String::new() };
            [String::new(), String::new(), c.name.clone(), c.label.clone(), String::new(), code, list.name.clone()]
        };
        (1..).zip(&list.choices).map(row).collect()
    };
    lists.all.iter().flat_map(of).collect()
}

/// What the column says that is made of missing values.
pub(super) fn why(column: &TableColumn) -> String {
    format!("{}: why it is missing", column.label)
}
