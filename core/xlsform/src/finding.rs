//! What can be wrong with a workbook, and where.

use crate::workbook::Sheet;
use baqylau_forms::form::Fault;
use std::collections::HashSet;
use std::fmt;

/// Something wrong, or worth knowing, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file, with the folder that holds it.
    pub file: String,
    /// `survey`, `choices` or `settings`.
    pub sheet: &'static str,
    /// The row as a spreadsheet numbers it: the header is 1. `None` for the sheet as a whole.
    pub row: Option<usize>,
    /// The column as its header names it.
    pub column: Option<String>,
    /// Says what to do, too.
    pub problem: SheetProblem,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        // A CSV file is one sheet; a workbook holds three.
        if !self.file.ends_with(".csv") {
            write!(f, ", sheet {}", self.sheet)?;
        }
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

/// Something wrong with a sheet. `Display` says what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetProblem {
    /// A column that XLSForm does not have.
    #[error("unknown column{}; correct the name or remove the column", hint(suggestion))]
    UnknownColumn {
        /// A column that is close.
        suggestion: Option<String>,
    },
    /// A column that XLSForm has and this dialect has not.
    #[error("the column is valid XLSForm but not supported here; what it says is left out")]
    UnsupportedColumn,
    /// A column that XLSForm has, that this dialect has not, and without which something else would be asked.
    #[error("the column changes what is asked or answered, and is not supported here; {remedy}")]
    RefusedColumn {
        /// One sentence, in English.
        remedy: &'static str,
    },
    /// A word of the appearance that changes what is answered, and is not supported.
    #[error("{word:?} changes what is asked or answered, and is not supported here; {remedy}")]
    Appearance {
        /// The word.
        word: String,
        /// One sentence, in English.
        remedy: &'static str,
    },
    /// A cell with an error of the spreadsheet.
    #[error("the cell shows the error {error}; correct its formula, or type the text")]
    CellError {
        /// As `#REF!`.
        error: String,
    },
    /// A number in a format that this reader does not know.
    #[error(
        "the number {number} is shown in the format {format:?}; format the cell as text, and type what is to be read"
    )]
    NumberFormat {
        /// The number.
        number: String,
        /// The format.
        format: String,
    },
    /// A number whose last digits the spreadsheet does not keep.
    #[error(
        "a number of more than 15 digits, of which the spreadsheet keeps 15; format the cell as text, and type it again"
    )]
    LongNumber,
    /// A column twice.
    #[error("the column stands here before, as {first}; remove one of them")]
    DoubledColumn {
        /// The header of the first.
        first: String,
    },
    /// A column that must be there.
    #[error("the column is missing; add it")]
    NoColumn,
    /// Values under an empty header.
    #[error("the values in column {at} have no header; name the column or clear it")]
    NoHeader {
        /// Counted from 1, from the left.
        at: usize,
    },
    /// A text in no language, in a mission of several.
    #[error("the header does not say its language; write {example}")]
    NoLanguage {
        /// How to write it.
        example: String,
    },
    /// A text in a language that the mission does not have.
    #[error(
        "{found:?} is no language of the mission; its languages are {known}: end the header with one of these in parentheses"
    )]
    Language {
        /// The code in the header.
        found: String,
        /// The mission's codes.
        known: String,
    },
    /// A language that other columns have and this text lacks.
    #[error("there is no column of this text for {language}; add {example}")]
    NoTranslation {
        /// The code.
        language: String,
        /// How to write the header.
        example: String,
    },
    /// A cell that must hold something.
    #[error("{what} is missing; fill in the cell")]
    Blank {
        /// The thing that is missing, with its article.
        what: &'static str,
    },
    /// A text that one language has and another lacks.
    #[error("the text is missing in {language}; translate it")]
    Untranslated {
        /// The code.
        language: String,
    },
    /// A value that the column does not take.
    #[error("{value:?} is not understood; use {expected}")]
    Value {
        /// As it stands in the cell.
        value: String,
        /// The values that are taken, for a sentence.
        expected: String,
    },
    /// A kind of question that nobody knows.
    #[error("unknown type {found:?}{}; the types are listed in docs/authoring.md", hint(suggestion))]
    UnknownType {
        /// As it stands in the cell.
        found: String,
        /// A type that is close.
        suggestion: Option<String>,
    },
    /// A kind of question that XLSForm has and this dialect has not.
    #[error("{kind} is valid XLSForm but not supported here; {remedy}")]
    UnsupportedType {
        /// The kind.
        kind: String,
        /// One sentence, in English.
        remedy: &'static str,
    },
    /// A list of choices that does not exist.
    #[error("there is no list {list:?}{}; add it to the choices", hint(suggestion))]
    NoList {
        /// The list.
        list: String,
        /// A list that is close.
        suggestion: Option<String>,
    },
    /// A list with the name of a level.
    #[error("{list:?} is both a list of the choices and a level of the places; rename the list")]
    Ambiguous {
        /// The name.
        list: String,
    },
    /// A list that no question uses.
    #[error("no question uses the list {list:?}; remove it if it is not needed")]
    UnusedList {
        /// The list.
        list: String,
    },
    /// A name twice.
    #[error("{name:?} stands before, in row {first}; names are unique: rename one of them")]
    Doubled {
        /// The name.
        name: String,
        /// The row of the first.
        first: usize,
    },
    /// An end of something that was not begun.
    #[error("{end} has no begin before it; remove the row or add the begin")]
    NotBegun {
        /// `end_group` or `end_repeat`.
        end: &'static str,
    },
    /// The end of something else than what is open.
    #[error("{end} closes {name:?}, which is a {open} that began in row {row}; close it first")]
    WrongEnd {
        /// `end_group` or `end_repeat`.
        end: &'static str,
        /// `group` or `repeat`.
        open: &'static str,
        /// From the column `name` of its beginning.
        name: String,
        /// Where it began.
        row: usize,
    },
    /// A group or repeat without an end.
    #[error("the {open} {name:?} is never closed; add {end}")]
    NotEnded {
        /// `group` or `repeat`.
        open: &'static str,
        /// The `end_…` that was expected.
        end: &'static str,
        /// From the column `name` of its beginning.
        name: String,
    },
    /// Something that this row has no use for.
    #[error("it means nothing here; it belongs {belongs}")]
    Meaningless {
        /// Where it belongs.
        belongs: &'static str,
    },
    /// Something that this row has no use for, which does no harm.
    #[error("it is left out: it {why}")]
    LeftOut {
        /// Why.
        why: &'static str,
    },
    /// `or_other` where it cannot be.
    #[error("or_other does not go with {what}; add a choice and a text question of your own")]
    OrOther {
        /// With what.
        what: &'static str,
    },
    /// A sheet without what it must have.
    #[error("{found} rows below the header, expected {expected}")]
    Rows {
        /// How many there are.
        found: usize,
        /// How many there must be.
        expected: &'static str,
    },
    /// Found by `baqylau_forms` in the finished definition.
    #[error("{0}")]
    Fault(#[from] Fault),
}

impl SheetProblem {
    /// Whether the checklist can be used all the same.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        matches!(self, Self::UnsupportedColumn | Self::UnusedList { .. } | Self::LeftOut { .. })
    }
}

fn hint(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map(|s| format!("; did you mean {s}?")).unwrap_or_default()
}

/// Findings as they are made.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    /// Adds one about a cell.
    pub fn cell(&mut self, sheet: &Sheet, row: usize, column: &str, problem: SheetProblem) {
        self.add(sheet, Some(row), Some(column), problem);
    }

    /// Adds one.
    pub fn add(&mut self, sheet: &Sheet, row: Option<usize>, column: Option<&str>, problem: SheetProblem) {
        let (file, column) = (sheet.file.clone(), column.map(str::to_owned));
        self.0.push(Finding { file, sheet: sheet.name, row, column, problem });
    }

    /// Takes over those of another.
    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// Whether a cell already has an error, which makes what follows from it noise.
    pub fn has_error(&self, sheet: &Sheet, row: Option<usize>, column: Option<&str>) -> bool {
        let same = |f: &Finding| f.sheet == sheet.name && f.file == sheet.file && f.row == row;
        self.0.iter().any(|f| same(f) && f.column.as_deref() == column && !f.problem.is_warning())
    }

    /// Whether a sheet has an error.
    pub fn has_any(&self, sheet: &Sheet) -> bool {
        self.0.iter().any(|f| f.sheet == sheet.name && !f.problem.is_warning())
    }

    /// Whether there is any error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|f| !f.problem.is_warning())
    }

    /// Errors and warnings, each once, in the order of the sheets and rows.
    pub fn sorted(mut self) -> (Vec<Finding>, Vec<Finding>) {
        let order = |f: &Finding| ["settings", "survey", "choices"].iter().position(|s| *s == f.sheet);
        self.0.sort_by_key(|f| (order(f), f.file.clone(), f.row));
        let mut seen = HashSet::new();
        self.0.retain(|f| seen.insert(f.to_string()));
        self.0.into_iter().partition(|f| !f.problem.is_warning())
    }
}
