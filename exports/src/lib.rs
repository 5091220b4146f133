//! Turns plain data into files of other programs. The crate knows nothing of missions, forms or findings: it gets
//! text and numbers, and gives bytes. The same input gives the same bytes, as no clock and no chance take part.
//!
//! # Layout
//!
//! - `document`: a document as plain blocks, and the cleaning that every text goes through
//! - `docx`: a document as Office Open XML, for word processors
//! - `html`: a document as one self-contained page, for browsers
//! - `parquet`: a table as a Parquet file, for statistics programs
//! - `pdf`: a document as tagged PDF on A4 pages, for reading and printing
//! - `pdf/flow`: puts the lines of a document on pages
//! - `pdf/table`: the widths and rows of tables
//! - `pdf/tags`: the structure and the outline that screen readers follow
//! - `pdf/text`: fonts, shaping, writing direction and line breaks

mod document;
mod docx;
mod html;
mod parquet;
mod pdf;

pub use self::document::{Block, Document};
pub use self::docx::docx;
pub use self::html::html;
pub use self::parquet::{ParquetColumn, ParquetTable, Values, parquet};
pub use self::pdf::pdf;

/// Why a file could not be made: names the place and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// A column is longer or shorter than the first one of its table.
    #[error(
        "column {column} of table {table} has {found} values, but its first column has {expected}: \
         give every column one value a row"
    )]
    ColumnLength {
        /// The table's name.
        table: String,
        /// The column's name.
        column: String,
        /// Rows of the first column.
        expected: usize,
        /// Rows of this column.
        found: usize,
    },
    /// Two columns share one name, which readers of Parquet refuse.
    #[error("table {table} has two columns named {column}: rename one of them")]
    ColumnTwice {
        /// The table's name.
        table: String,
        /// The name that both columns have.
        column: String,
    },
    /// A Parquet file without columns cannot be read back.
    #[error("table {table} has no columns: add at least one")]
    NoColumns {
        /// The table's name.
        table: String,
    },
    /// The Parquet file could not be written, mostly because its target refused the bytes.
    #[error("the Parquet file of table {table} could not be written: check the target and its free space")]
    Parquet {
        /// The table's name.
        table: String,
        /// What the Parquet writer or the target said.
        source: ::parquet::errors::ParquetError,
    },
    /// The PDF writer refused the document.
    #[error("the PDF of \"{title}\" could not be made ({reason}): export it as DOCX or HTML, and report this as a bug")]
    Pdf {
        /// The document's title.
        title: String,
        /// What the PDF writer said.
        reason: String,
    },
    /// The DOCX package could not be zipped.
    #[error("the DOCX of \"{title}\" could not be zipped: export it as PDF or HTML, and report this as a bug")]
    Docx {
        /// The document's title.
        title: String,
        /// What the zip writer said.
        source: zip::result::ZipError,
    },
    /// A table is wider than word processors open.
    #[error(
        "a table of \"{title}\" has {columns} columns, but a DOCX holds at most {most}: \
         leave some out, or export it as HTML"
    )]
    DocxColumns {
        /// The document's title.
        title: String,
        /// Columns of the table.
        columns: usize,
        /// The most columns that a DOCX table has.
        most: usize,
    },
}
