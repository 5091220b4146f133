//! Writes plain data as files for other programs. The crate knows nothing of missions, forms or findings: it takes text
//! and numbers and returns bytes. Output is deterministic: it depends on neither clock nor randomness.
//!
//! # Layout
//!
//! - `document`: a document as plain blocks, and the cleaning applied to every text
//! - `docx`: a document as Office Open XML, for word processors
//! - `html`: a document as one self-contained page, for browsers
//! - `parquet`: a table as a Parquet file, for statistics programs
//! - `pdf`: a document as tagged PDF on A4 pages, for reading and printing
//! - `pdf/flow`: lays out the lines of a document on pages
//! - `pdf/table`: column widths and rows of tables
//! - `pdf/tags`: structure and outline for screen readers
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

/// Why a file could not be made; each message says where and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// A column does not have as many values as the first.
    #[error(
        "column {column} of table {table} has {found} values, but its first column has {expected}: \
         give every column one value per row"
    )]
    ColumnLength {
        /// [`ParquetTable::name`].
        table: String,
        /// [`ParquetColumn::name`] of the offending column.
        column: String,
        /// Number of values in the first column.
        expected: usize,
        /// Number of values in this column.
        found: usize,
    },
    /// Two columns have the same name, which Parquet readers reject.
    #[error("table {table} has two columns named {column}: rename one of them")]
    ColumnTwice {
        /// [`ParquetTable::name`].
        table: String,
        /// The name that two columns share.
        column: String,
    },
    /// The table has no columns; such a Parquet file could not be read back.
    #[error("table {table} has no columns: add at least one")]
    NoColumns {
        /// [`ParquetTable::name`].
        table: String,
    },
    /// The Parquet file could not be written, usually because the target returned an I/O error.
    #[error("the Parquet file of table {table} could not be written: check the target and its free space")]
    Parquet {
        /// [`ParquetTable::name`].
        table: String,
        /// The error of the Parquet writer or of the target.
        source: ::parquet::errors::ParquetError,
    },
    /// The PDF library rejected the document.
    #[error("the PDF of \"{title}\" could not be made ({reason}): export it as DOCX or HTML, and report this as a bug")]
    Pdf {
        /// [`Document::title`].
        title: String,
        /// Message of the PDF library.
        reason: String,
    },
    /// The DOCX package could not be zipped.
    #[error("the DOCX of \"{title}\" could not be zipped: export it as PDF or HTML, and report this as a bug")]
    Docx {
        /// [`Document::title`].
        title: String,
        /// Error of the zip library.
        source: zip::result::ZipError,
    },
    /// A table has more columns than word processors can open.
    #[error(
        "a table of \"{title}\" has {columns} columns, but a DOCX table can have at most {most}: \
         leave some out, or export it as HTML"
    )]
    DocxColumns {
        /// [`Document::title`].
        title: String,
        /// Number of columns in the table.
        columns: usize,
        /// Most columns in a DOCX table.
        most: usize,
    },
}
