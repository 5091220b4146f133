//! Syntax for SPSS and PSPP: `INSERT FILE='voting.sps'.` It reads a table of its own, `voting.spss.csv`: there a line break would end a
//! case, also within quotes.

mod labels;

use super::INTERNAL;
use super::csv::{harmless, plain};
use super::labels::{CLOSED, CellKind, ChoiceList, OPEN, TableColumn, WHETHER, missing};
use super::names::UniqueNames;
use super::rows::ExportSheet;
use crate::error::DeskError;
use labels::{VALUE_LABEL, apostrophed, coded, combined, labelled};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write;
use std::rc::Rc;

/// The numbers of the typed missing values, where cells are numbers: do not know, not permitted, not applicable.
pub(super) const MISSING: [&str; 3] = ["-9999999999997", "-9999999999998", "-9999999999999"];
/// SPSS would end the case at a line break.
const BREAK: &str = " ⏎ ";
/// The longest text of SPSS, in bytes. It cuts what is longer; the other tables have it whole.
const LONGEST: usize = 32_767;
/// The most bytes of an answer of several choices in one variable: with a space around it, it is still a text of SPSS. What is longer goes on
/// in variables of its own, so that no choice is cut.
const PART: usize = 32_000;
/// How long the code of a missing value is, in bytes.
const MISSING_WIDTH: usize = 3;

/// What is said in a table: how many bytes the longest cell of each column has, and every answer of several choices.
pub(super) struct Said {
    widths: Vec<usize>,
    /// In which columns an apostrophe protects a text.
    protected: Vec<bool>,
    answers: BTreeMap<String, BTreeSet<String>>,
    /// In how many variables each column lies.
    parts: Vec<usize>,
}

impl Said {
    /// The choices that somebody chose.
    pub fn chosen(&self, column: &str) -> HashSet<String> {
        let answers = self.answers.get(column).into_iter().flatten();
        answers.flat_map(|answer| answer.split_whitespace()).map(str::to_owned).collect()
    }
}

/// The same table without line breaks in texts, and what is said in it.
pub(super) fn table(csv: &[u8], name: &str, columns: &[TableColumn]) -> Result<(Vec<u8>, Said), DeskError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv);
    let mut writer = csv::Writer::from_writer(Vec::with_capacity(csv.len()));
    let (mut widths, mut protected): (Vec<usize>, Vec<bool>) = Default::default();
    let mut answers: Vec<Option<(String, BTreeSet<String>)>> = Vec::new();
    let several = |name: &str| columns.iter().any(|c| c.name == name && c.cells == CellKind::Several);
    let parts = parts(csv, &several).map_err(|e| DeskError::making(name, e))?;
    for (at, record) in reader.records().enumerate() {
        let record = record.map_err(|e| DeskError::making(name, e))?;
        if at == 0 {
            answers = record.iter().map(|head| several(head).then(|| (head.to_owned(), BTreeSet::new()))).collect();
        }
        widths.resize(record.len(), 1);
        protected.resize(record.len(), false);
        let found = widths.iter_mut().zip(&mut protected).zip(&mut answers).zip(&parts);
        for (cell, (((width, protected), answers), parts)) in record.iter().zip(found) {
            let text = in_a_line(plain(cell));
            if *parts > 1 {
                *width = PART;
                if let Some((_, answers)) = answers.as_mut().filter(|_| at > 0) {
                    answers.insert(text.clone());
                }
                let mut split = split(&text).into_iter();
                for _ in 0..*parts {
                    writer.write_field(split.next().unwrap_or_default()).map_err(|e| DeskError::making(name, e))?;
                }
                continue;
            }
            let cell = harmless(&text);
            // The head is no case.
            if at > 0 {
                *width = cell.len().max(*width);
                *protected |= cell != text;
                if let Some((_, answers)) = answers.as_mut().filter(|a| !a.1.contains(&text)) {
                    answers.insert(text.clone());
                }
            }
            writer.write_field(cell.as_bytes()).map_err(|e| DeskError::making(name, e))?;
        }
        writer.write_record(None::<&[u8]>).map_err(|e| DeskError::making(name, e))?;
    }
    let answers = answers.into_iter().flatten().collect();
    Ok((writer.into_inner().map_err(|e| DeskError::making(name, e))?, Said { widths, protected, answers, parts }))
}

/// In how many variables each column must lie: one, but for answers of several choices that are longer than a text may be.
fn parts(csv: &[u8], several: &dyn Fn(&str) -> bool) -> Result<Vec<usize>, csv::Error> {
    let mut reader = csv::Reader::from_reader(csv);
    let several: Vec<bool> = reader.headers()?.iter().map(several).collect();
    let mut parts = vec![1; several.len()];
    // No cell is longer than the table.
    if csv.len() > PART {
        for record in reader.records() {
            let record = record?;
            let long = record.iter().zip(&several).zip(&mut parts).filter(|((cell, s), _)| **s && cell.len() > PART);
            long.for_each(|((cell, _), parts)| *parts = split(cell).len().max(*parts));
        }
    }
    Ok(parts)
}

/// An answer of several choices in parts that fit, none of which ends within a choice.
fn split(answer: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for choice in answer.split_whitespace() {
        match parts.last_mut().filter(|part| part.len() + 1 + choice.len() <= PART) {
            Some(part) => {
                part.push(' ');
                part.push_str(choice);
            }
            None => parts.push(choice.to_owned()),
        }
    }
    parts
}

/// Every sort of line break as one sign.
fn in_a_line(text: &str) -> String {
    let breaks = |c: char| matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    text.replace("\r\n", "\n").split(breaks).collect::<Vec<_>>().join(BREAK)
}

/// A variable that is made of a column: its name while it is made, its name in the end.
struct DerivedVariable<'c> {
    column: &'c TableColumn,
    first: String,
}

/// Syntax that reads the table with its labels. Choices and numbers become numbers, with missing values that no share is of.
pub(super) fn syntax(stem: &str, sheet: &ExportSheet, columns: &[TableColumn], said: &Said) -> String {
    let mut out = format!(
        "SET DECIMAL=DOT.\nGET DATA /TYPE=TXT /FILE='{stem}.spss.csv' /ENCODING='UTF-8' /DELIMITERS=',' /QUALIFIER='\"' \
         /ARRANGEMENT=DELIMITED /FIRSTCASE=2\n  /VARIABLES="
    );
    let name =
        |head: &String| columns.iter().find(|c| c.name == *head).map_or_else(|| head.clone(), |c| c.spss.clone());
    let own: Vec<String> = sheet.heads().iter().map(name).collect();
    let mut names = UniqueNames::of(&own.iter().map(String::as_str).collect::<Vec<_>>());
    columns.iter().flat_map(|c| &c.made).for_each(|made| drop(names.claim(&made.spss)));
    let (mut heads, mut rest, mut widths): (Vec<String>, BTreeMap<String, Vec<String>>, Vec<usize>) =
        Default::default();
    for ((head, width), parts) in own.iter().zip(&said.widths).zip(&said.parts) {
        let more: Vec<String> = (1..*parts).map(|_| names.claim("more")).collect();
        widths.extend(std::iter::repeat_n(*width, *parts));
        heads.push(head.clone());
        heads.extend(more.iter().cloned());
        rest.insert(head.clone(), more);
    }
    for (head, width) in heads.iter().zip(&widths) {
        // No line begins with a name: one that is also a command would be taken for it.
        // A missing value that no case has must fit too.
        let least = if columns.iter().any(|c| c.spss == *head && c.missing) { MISSING_WIDTH } else { 1 };
        let _ = write!(out, " {head}\n    A{}", (*width).clamp(least, LONGEST));
    }
    out.push_str(".\n");
    let protected = own.iter().zip(&said.protected).filter(|(_, protected)| **protected);
    protected.for_each(|(head, _)| unprotect(head, &mut out));
    let numbers = columns.iter().filter(|c| !matches!(c.cells, CellKind::Text | CellKind::Several));
    let made: Vec<DerivedVariable> = (1..)
        .zip(numbers)
        .map(|(at, column): (usize, _)| DerivedVariable { column, first: names.claim(&format!("n@{at}")) })
        .collect();
    made.iter().filter(|made| made.column.cells != CellKind::One).for_each(|made| convert(made, &mut out));
    let lists = by_list(columns);
    lists.iter().for_each(|(list, of)| recode(list, &made, of, &mut out));
    let several = columns.iter().filter(|c| c.cells == CellKind::Several);
    several.for_each(|column| dichotomies(column, rest.get(&column.spss).map_or(&[], Vec::as_slice), &mut out));
    order(&heads, columns, &made, &mut out);
    let [whether, open, closed] = [WHETHER, OPEN, CLOSED].map(|text| apostrophed(text, VALUE_LABEL));
    let _ = writeln!(out, "VARIABLE LABELS {INTERNAL} {whether}.\nVALUE LABELS {INTERNAL} '0' {open} '1' {closed}.");
    columns.iter().for_each(|column| labelled(column, &mut out));
    for (list, of) in &lists {
        let values: Vec<_> =
            (1..).zip(&list.choices).map(|(at, c): (usize, _)| (at.to_string(), c.label.as_str())).collect();
        coded(of.iter().map(|c| c.spss.as_str()), &values, &mut out);
    }
    let made = columns.iter().flat_map(|c| &c.made).map(|made| made.spss.as_str());
    coded(made, &[("1".to_owned(), "Yes"), ("0".to_owned(), "No")], &mut out);
    for (column, answers) in columns.iter().filter_map(|c| Some((c, said.answers.get(&c.name)?))) {
        combined(column, answers, &mut out);
    }
    let counted = names.claim("counted");
    if heads.iter().any(|h| h == "status") {
        let _ = write!(
            out,
            "* The figures are those of the rows whose status is counted; FILTER OFF shows all.\n\
             COMPUTE {counted} = (status = 'counted').\nFILTER BY {counted}.\n"
        );
    }
    out.push_str("EXECUTE.\n");
    out
}

fn missing_codes() -> String {
    missing().zip(MISSING).map(|((value, _), code)| format!(" ({}={code})", apostrophed(&value, VALUE_LABEL))).collect()
}

/// The columns of one choice, by the list that it is of.
fn by_list(columns: &[TableColumn]) -> Vec<(&Rc<ChoiceList>, Vec<&TableColumn>)> {
    let mut out: Vec<(&Rc<ChoiceList>, Vec<&TableColumn>)> = Vec::new();
    for column in columns.iter().filter(|c| c.cells == CellKind::One) {
        let Some(list) = &column.list else { continue };
        match out.iter_mut().find(|(known, _)| Rc::ptr_eq(known, list)) {
            Some((_, of)) => of.push(column),
            None => out.push((list, vec![column])),
        }
    }
    out
}

/// Takes away the apostrophe that keeps spreadsheets from computing a text.
fn unprotect(name: &str, out: &mut String) {
    let _ = writeln!(
        out,
        "IF (SUBSTR({name}, 1, 1) EQ '''' AND INDEX(CONCAT('=+-@', X'09'), SUBSTR(LTRIM({name}, ''''), 1, 1)) GT 0)\n  \
         {name} = SUBSTR({name}, 2)."
    );
}

/// The texts of a column as numbers: SPSS has days, times and moments as seconds.
fn convert(DerivedVariable { column, first }: &DerivedVariable, out: &mut String) {
    let text = &column.spss;
    let numbers = matches!(column.cells, CellKind::Integer | CellKind::Number);
    let rest = if numbers { " (CONVERT)" } else { "" };
    let _ = writeln!(out, "RECODE {text}{}{rest}\n  INTO {first}.", missing_codes());
    let part = |from: usize, length: usize, format: &str| format!("NUMBER(SUBSTR({text}, {from}, {length}), {format})");
    let read = match column.cells {
        CellKind::Date => part(1, 10, "SDATE10"),
        CellKind::Time => part(1, 8, "TIME8"),
        // What the clock of the place said: there are no zones.
        CellKind::Moment => {
            format!("{} + {} + {} / 1000", part(1, 10, "SDATE10"), part(12, 8, "TIME8"), part(21, 3, "F3.0"))
        }
        CellKind::Integer | CellKind::Number | CellKind::Text | CellKind::One | CellKind::Several => return,
    };
    let _ = writeln!(out, "IF ({text} NE '' AND MISSING({first})) {first} = {read}.");
}

/// The choices of all columns that share a list as numbers, at once.
fn recode(list: &ChoiceList, made: &[DerivedVariable], of: &[&TableColumn], out: &mut String) {
    let _ = write!(out, "RECODE {}{}", several(of.iter().map(|c| c.spss.as_str())), missing_codes());
    for (at, choice) in (1..).zip(&list.choices) {
        let _ = write!(out, "\n  ({}={at})", apostrophed(&choice.name, LONGEST));
    }
    let firsts = made.iter().filter(|made| of.iter().any(|c| std::ptr::eq(*c, made.column)));
    out.push_str("\n  INTO");
    // No command begins like these names, so that they may begin a line.
    out.extend(firsts.map(|made| format!("\n  {}", made.first)));
    out.push_str(".\n");
}

/// Names of variables. A comma, so that no line begins with a name.
fn several<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.collect::<Vec<_>>().join("\n  , ")
}

/// A variable a choice, where several may be chosen: 1 where it was, 0 where others were.
fn dichotomies(column: &TableColumn, more: &[String], out: &mut String) {
    let text = &column.spss;
    for made in &column.made {
        let own = &made.spss;
        let _ = writeln!(out, "RECODE {text}{}\n  INTO {own}.", missing_codes());
        let choice = apostrophed(&format!(" {} ", made.choice.name), LONGEST);
        let within = |text: &str| format!("INDEX(CONCAT(' ', RTRIM({text}), ' '), {choice})");
        let anywhere: String = more.iter().map(|more| format!("\n  + {}", within(more))).collect();
        let _ = writeln!(out, "IF ({text} NE '' AND MISSING({own})) {own} = ({}{anywhere} > 0).", within(text));
    }
}

/// The variables in the order of the table, each under its name.
fn order(heads: &[String], columns: &[TableColumn], made: &[DerivedVariable], out: &mut String) {
    let mut kept: Vec<&str> = Vec::new();
    for head in heads {
        let first = made.iter().find(|made| made.column.spss == *head).map_or(head, |made| &made.first);
        kept.push(first);
        let own = columns.iter().find(|c| c.spss == *head).map_or(&[][..], |c| &c.made);
        kept.extend(own.iter().map(|own| own.spss.as_str()));
    }
    let _ = writeln!(out, "ADD FILES /FILE=* /KEEP={}.", several(kept.into_iter()));
    for made in made {
        let _ = writeln!(out, "RENAME VARIABLES ({}={}).", made.first, made.column.spss);
    }
}
