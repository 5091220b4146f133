//! What the columns of a sheet are, and its cells by that.

use crate::finding::{Findings, SheetProblem};
use crate::workbook::{Sheet, SheetRow};
use baqylau_forms::closest::{closest, distance};
use baqylau_forms::definition::Text;
use std::sync::Arc;

/// The columns that a sheet may have.
pub(crate) struct Dialect {
    /// With one value.
    pub plain: &'static [&'static str],
    /// With a value in every language.
    pub texts: &'static [&'static str],
    /// Other spellings.
    pub aliases: &'static [(&'static str, &'static str)],
    /// Valid XLSForm that changes how something looks or travels, left out with a warning. What ends in `::` stands for all that begin
    /// so.
    pub cosmetic: &'static [&'static str],
    /// Valid XLSForm that changes what is asked or answered, with what to do; looked at after the others.
    pub refused: &'static [(&'static str, &'static str)],
    /// Whether any other column is a column of its own.
    pub open: bool,
}

/// A column as its header reads: known, known in a language, or neither.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ColumnKind {
    Plain(&'static str),
    Text(&'static str, usize),
    Extra(String),
    LeftOut,
}

/// The columns of a sheet, understood.
pub(crate) struct SheetHeader<'s> {
    pub sheet: &'s Sheet,
    columns: Vec<ColumnKind>,
    languages: usize,
}

impl<'s> SheetHeader<'s> {
    /// Understands the header of a sheet and reports what is not understood.
    pub fn read(sheet: &'s Sheet, dialect: &Dialect, languages: &[String], findings: &mut Findings) -> Self {
        let mut reader = HeaderReader { sheet, dialect, languages, findings };
        let columns: Vec<ColumnKind> = (0..sheet.header.len()).map(|at| reader.column(at)).collect();
        reader.doubled(&columns);
        reader.untranslated(&columns);
        reader.headless();
        Self { sheet, columns, languages: languages.len() }
    }

    /// Rows that hold something.
    pub fn rows(&self) -> impl Iterator<Item = RowCells<'_, 's>> {
        self.sheet.rows.iter().map(|row| RowCells { header: self, row })
    }

    /// Whether there is such a column.
    pub fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|c| matches!(c, ColumnKind::Plain(n) | ColumnKind::Text(n, _) if *n == name))
    }

    /// Reports columns that must be there. One that is there and was not understood is a fault of that column already.
    pub fn need(&self, names: &[&str], findings: &mut Findings) {
        for name in names.iter().filter(|n| !self.has(n)) {
            if !self.sheet.header.iter().any(|h| h.to_lowercase().starts_with(name)) {
                findings.add(self.sheet, Some(1), Some(name), SheetProblem::NoColumn);
            }
        }
    }

    /// The names of the columns of its own.
    pub fn extras(&self) -> Vec<String> {
        let extra = |c: &ColumnKind| if let ColumnKind::Extra(name) = c { Some(name.clone()) } else { None };
        self.columns.iter().filter_map(extra).collect()
    }

    /// The header as the author wrote it, of a column or, with a language, of a text in it.
    pub fn written(&self, name: &str, language: Option<usize>) -> Option<&str> {
        let is = |c: &ColumnKind| match c {
            ColumnKind::Plain(n) => *n == name,
            ColumnKind::Text(n, l) => *n == name && language.is_none_or(|wanted| wanted == *l),
            ColumnKind::Extra(_) | ColumnKind::LeftOut => false,
        };
        let at = self.columns.iter().position(is)?;
        self.sheet.header.get(at).map(String::as_str)
    }
}

/// The cells of a row, by column.
pub(crate) struct RowCells<'h, 's> {
    pub header: &'h SheetHeader<'s>,
    row: &'s SheetRow,
}

impl<'s> RowCells<'_, 's> {
    /// The row's number.
    pub fn number(&self) -> usize {
        self.row.number
    }

    /// The cell under a plain column; nothing where it is blank or the column is not there.
    pub fn get(&self, name: &'static str) -> Option<&'s str> {
        self.at(&ColumnKind::Plain(name)).filter(|t| !t.is_empty())
    }

    /// The same, owned.
    pub fn owned(&self, name: &'static str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// A text in every language; empty when no language has it.
    pub fn text(&self, name: &'static str) -> Text {
        let one = |language| Arc::from(self.at(&ColumnKind::Text(name, language)).unwrap_or_default());
        let text = Text((0..self.header.languages).map(one).collect());
        if text.is_empty() { Text::default() } else { text }
    }

    /// Reports the languages that lack a text which another has. Where the whole column is missing, the header was reported.
    pub fn translated(&self, name: &'static str, languages: &[String], findings: &mut Findings) {
        let text = self.text(name);
        for (at, language) in languages.iter().enumerate() {
            let lacks = text.0.get(at).is_some_and(|t| t.is_empty());
            if let Some(column) = self.header.written(name, Some(at)).filter(|_| lacks) {
                let problem = SheetProblem::Untranslated { language: language.clone() };
                findings.cell(self.header.sheet, self.row.number, column, problem);
            }
        }
    }

    /// The values of the columns of its own.
    pub fn extras(&self) -> Vec<String> {
        let columns = self.header.columns.iter().enumerate();
        let extras = columns.filter(|(_, c)| matches!(c, ColumnKind::Extra(_)));
        extras.map(|(at, _)| self.row.cells.get(at).cloned().unwrap_or_default()).collect()
    }

    fn at(&self, column: &ColumnKind) -> Option<&'s str> {
        let at = self.header.columns.iter().position(|c| c == column)?;
        self.row.cells.get(at).map(String::as_str)
    }

    /// Reports something about one of its cells.
    pub fn report(&self, findings: &mut Findings, column: &str, problem: SheetProblem) {
        let written = self.header.written(column, None).unwrap_or(column);
        findings.cell(self.header.sheet, self.row.number, written, problem);
    }
}

/// Headers that go on behind `::` with the name of a column, not with a language.
const FAMILIES: [&str; 6] = ["attribute", "bind", "body", "control", "instance", "media"];

/// Whether a column is one of a list: of this name, or of a family.
fn is(name: &str, base: &str) -> bool {
    if name.ends_with("::") { base.starts_with(name) } else { base == name }
}

struct HeaderReader<'r> {
    sheet: &'r Sheet,
    dialect: &'r Dialect,
    languages: &'r [String],
    findings: &'r mut Findings,
}

impl HeaderReader<'_> {
    fn report(&mut self, at: usize, problem: SheetProblem) {
        let header = self.sheet.header[at].as_str();
        self.findings.add(self.sheet, Some(1), Some(header).filter(|h| !h.is_empty()), problem);
    }

    fn column(&mut self, at: usize) -> ColumnKind {
        let header = &self.sheet.header[at];
        let (base, language) = self.base(header);
        if header.is_empty() {
            return ColumnKind::LeftOut;
        }
        if let Some(name) = self.dialect.texts.iter().find(|n| **n == base) {
            return self.translated(at, name, language).map_or(ColumnKind::LeftOut, |l| ColumnKind::Text(name, l));
        }
        if let Some(name) = self.dialect.plain.iter().find(|n| **n == base && language.is_none()) {
            return ColumnKind::Plain(name);
        }
        let first = self.sheet.rows.iter().find(|row| row.cells.get(at).is_some_and(|c| !c.is_empty()));
        if self.dialect.cosmetic.iter().any(|name| is(name, &base)) {
            if first.is_some() {
                self.report(at, SheetProblem::UnsupportedColumn);
            }
            return ColumnKind::LeftOut;
        }
        if let Some((_, remedy)) = self.dialect.refused.iter().find(|(name, _)| is(name, &base)) {
            if let Some(row) = first {
                self.findings.cell(self.sheet, row.number, header, SheetProblem::RefusedColumn { remedy });
            }
            return ColumnKind::LeftOut;
        }
        if self.dialect.open && !header.contains(':') && !self.is_misspelt(&base) {
            return ColumnKind::Extra(header.clone());
        }
        let known = self.dialect.plain.iter().chain(self.dialect.texts).copied();
        let suggestion = closest(&base, known);
        self.report(at, SheetProblem::UnknownColumn { suggestion });
        ColumnKind::LeftOut
    }

    /// The column that a header names and the language behind it. `bind::relevant`, which is how the columns are called in the forms that
    /// XLSForm becomes, is `relevant`.
    fn base<'h>(&self, header: &'h str) -> (String, Option<&'h str>) {
        let Some((first, rest)) = header.split_once("::") else { return (self.canonical(header), None) };
        let first = self.canonical(first);
        if !FAMILIES.contains(&first.as_str()) {
            return (first, Some(rest.trim()));
        }
        let (part, language) = rest.split_once("::").map_or((rest, None), |(part, l)| (part, Some(l.trim())));
        (self.canonical(&format!("{}::{}", first, part.trim())), language)
    }

    /// Whether a column of its own is meant for a known one that the sheet does not have.
    fn is_misspelt(&self, base: &str) -> bool {
        let mut known = self.dialect.plain.iter().chain(self.dialect.texts).filter(|name| name.len() > 4);
        let has = |name: &str| self.sheet.header.iter().any(|h| self.base(h).0 == name);
        known.any(|name| distance(name, base) * 4 <= name.len() && !has(name))
    }

    /// The usual spelling: XLSForm writes `read_only`, `Read only` and `readonly`.
    fn canonical(&self, header: &str) -> String {
        let plain = header.split_whitespace().collect::<Vec<_>>().join("_").to_lowercase();
        let alias = self.dialect.aliases.iter().find(|a| a.0 == plain);
        alias.map_or(plain, |a| a.1.to_owned())
    }

    /// The language of a text: in parentheses, as the code alone, or the mission's only one.
    fn translated(&mut self, at: usize, name: &str, language: Option<&str>) -> Option<usize> {
        let Some(language) = language.filter(|l| !l.is_empty()) else {
            if self.languages.len() == 1 {
                return Some(0);
            }
            let example = self.example(name, 0);
            self.report(at, SheetProblem::NoLanguage { example });
            return None;
        };
        let code = language_code(language);
        let found = self.languages.iter().position(|l| l == code);
        if found.is_none() {
            let known = self.languages.join(", ");
            self.report(at, SheetProblem::Language { found: language.to_owned(), known });
        }
        found
    }

    fn doubled(&mut self, columns: &[ColumnKind]) {
        for (at, column) in columns.iter().enumerate().filter(|(_, c)| **c != ColumnKind::LeftOut) {
            if let Some(first) = columns[..at].iter().position(|c| c == column) {
                let first = self.sheet.header[first].clone();
                self.report(at, SheetProblem::DoubledColumn { first });
            }
        }
    }

    /// A text with columns for some languages and none for another.
    fn untranslated(&mut self, columns: &[ColumnKind]) {
        for name in self.dialect.texts {
            let has = |language: usize| columns.contains(&ColumnKind::Text(name, language));
            let Some(some) = (0..self.languages.len()).find(|l| has(*l)) else { continue };
            let written = columns.iter().position(|c| *c == ColumnKind::Text(name, some)).unwrap_or_default();
            for language in (0..self.languages.len()).filter(|l| !has(*l)) {
                let example = self.example(name, language);
                self.report(
                    written,
                    SheetProblem::NoTranslation { language: self.languages[language].clone(), example },
                );
            }
        }
    }

    /// Values that stand under no header.
    fn headless(&mut self) {
        let width = self.sheet.rows.iter().map(|r| r.cells.len()).max().unwrap_or_default();
        for at in (0..width).filter(|at| self.sheet.header.get(*at).is_none_or(String::is_empty)) {
            let row = self.sheet.rows.iter().find(|r| r.cells.get(at).is_some_and(|c| !c.is_empty()));
            if let Some(row) = row {
                self.findings.add(self.sheet, Some(row.number), None, SheetProblem::NoHeader { at: at + 1 });
            }
        }
    }

    fn example(&self, name: &str, language: usize) -> String {
        let code = self.languages.get(language).map_or("en", String::as_str);
        format!("{name}::{} ({code})", if code == "en" { "English" } else { "Name" })
    }
}

/// `en` of `English (en)`, or the whole.
pub(crate) fn language_code(language: &str) -> &str {
    let inside = language.strip_suffix(')').and_then(|l| l.rsplit_once('('));
    inside.map_or(language, |(_, code)| code.trim())
}
