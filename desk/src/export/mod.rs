//! Answers as tables: one a checklist with a row a report, and one a repeat with a row a row; as CSV, workbooks and Parquet; what their
//! columns mean, for people, R and SPSS. Answers are read from the signed bytes; only what a desk corrected is evaluated again.

pub mod handout;

mod csv;
mod files;
mod grid;
mod kinds;
mod labels;
pub mod names;
mod parquet;
mod r;
mod rows;
mod spss;
mod tables;
mod versions;
mod workbook;

pub use csv::csv;
pub use files::Exports;
pub use tables::{ExportTable, export_tables};

/// What stands before the answers of a report, and behind them.
const FIXED: [&str; 9] = ["report", "envelope", "visit", "team", "place", "received_index", "status", INTERNAL, LEFT];
/// Whether its words stay at the desk.
const INTERNAL: &str = "internal";
/// Answers of an older version that this one has no place for.
const LEFT: &str = "no_place_for";
/// What stands before the answers of a row of a repeat: the report it is of, its position there counted from 1, whether the report counts,
/// whether its words stay at the desk.
const WITHIN: [&str; 4] = ["report", "row", "status", INTERNAL];

/// A form that tables come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values (RFC 4180), UTF-8.
    Csv,
    /// A workbook (Office Open XML, ISO/IEC 29500) with a codebook.
    Xlsx,
    /// Columns with their types and labels (Apache Parquet).
    Parquet,
}

impl Format {
    /// The format of a file's ending.
    #[must_use]
    pub fn of(end: &str) -> Option<Self> {
        match end {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }

    /// As RFC 6838 writes it, for the head of an answer.
    #[must_use]
    pub fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}
