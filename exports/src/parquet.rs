//! A table as a Parquet file (<https://parquet.apache.org/docs/file-format/>), for R, Python, Stata and similar
//! programs.

use std::collections::HashSet;
use std::io::Write;
use std::panic::resume_unwind;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::writer::{ColumnCloseResult, ColumnWriter, get_column_writer, get_typed_column_writer_mut};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::Result as Written;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor, Type, TypePtr};

use crate::ExportError;

/// Cells per call of the writer; bounds the memory for their converted copies.
const BATCH: usize = 4096;

/// A table stored by columns.
#[derive(Debug, Clone, PartialEq)]
pub struct ParquetTable<'a> {
    /// Name of the table: the root of the file's schema.
    pub name: String,
    /// Columns of equal length with distinct names.
    pub columns: Vec<ParquetColumn<'a>>,
    /// Key-value metadata of the file; the column labels are added as `label:<name>`.
    pub about: Vec<(String, String)>,
}

/// One column of a [`ParquetTable`].
#[derive(Debug, Clone, PartialEq)]
pub struct ParquetColumn<'a> {
    /// Name in the schema, unique in the table.
    pub name: String,
    /// Human-readable label, stored in the metadata as `label:<name>`, since Parquet has no field for it.
    pub label: String,
    /// One value per row.
    pub values: Values<'a>,
}

/// The values of a [`ParquetColumn`]; `None` for a missing value.
#[derive(Debug, Clone, PartialEq)]
pub enum Values<'a> {
    /// UTF-8 text: BYTE_ARRAY, STRING.
    Text(Vec<Option<&'a str>>),
    /// 64-bit integers: INT64.
    Integer(Vec<Option<i64>>),
    /// Floating-point numbers: DOUBLE.
    Real(Vec<Option<f64>>),
    /// Days since 1970: INT32, DATE.
    Day(Vec<Option<i32>>),
    /// Milliseconds since midnight: INT32, TIME(MILLIS, isAdjustedToUTC = false).
    Clock(Vec<Option<i32>>),
    /// Milliseconds since 1970 in UTC: INT64, TIMESTAMP(MILLIS, isAdjustedToUTC = true).
    Time(Vec<Option<i64>>),
}

impl Values<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Text(cells) => cells.len(),
            Self::Integer(cells) | Self::Time(cells) => cells.len(),
            Self::Real(cells) => cells.len(),
            Self::Day(cells) | Self::Clock(cells) => cells.len(),
        }
    }

    fn kind(&self) -> (Physical, Option<LogicalType>) {
        match self {
            Self::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Self::Integer(_) => (Physical::INT64, None),
            Self::Real(_) => (Physical::DOUBLE, None),
            Self::Day(_) => (Physical::INT32, Some(LogicalType::Date)),
            Self::Clock(_) => (Physical::INT32, Some(LogicalType::time(false, TimeUnit::MILLIS))),
            Self::Time(_) => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
        }
    }
}

/// Writes a table as one Parquet file with a single row group: optional columns, dictionary encoding, Snappy.
///
/// # Errors
///
/// [`ExportError::NoColumns`], [`ExportError::ColumnTwice`] or [`ExportError::ColumnLength`] before anything is
/// written; [`ExportError::Parquet`] if writing fails.
pub fn parquet(table: &ParquetTable, to: impl Write + Send) -> Result<(), ExportError> {
    check(table)?;
    write(table, to).map_err(|source| ExportError::Parquet { table: table.name.clone(), source })
}

fn check(table: &ParquetTable) -> Result<(), ExportError> {
    let Some(first) = table.columns.first() else {
        return Err(ExportError::NoColumns { table: table.name.clone() });
    };
    let (expected, mut names) = (first.values.len(), HashSet::new());
    for column in &table.columns {
        let (table, name, found) = (table.name.clone(), column.name.clone(), column.values.len());
        if found != expected {
            return Err(ExportError::ColumnLength { table, column: name, expected, found });
        }
        if !names.insert(&column.name) {
            return Err(ExportError::ColumnTwice { table, column: name });
        }
    }
    Ok(())
}

fn write(table: &ParquetTable, to: impl Write + Send) -> Written<()> {
    let about = table.about.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    let labels = table.columns.iter().map(|c| KeyValue::new(format!("label:{}", c.name), c.label.clone()));
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("baqylau-exports ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(about.chain(labels).collect()))
        .build();
    let properties = Arc::new(properties);
    let mut file = SerializedFileWriter::new(to, schema(table)?, properties.clone())?;
    let chunks = chunks(table, file.schema_descr(), &properties)?;
    let mut group = file.next_row_group()?;
    for (bytes, closed) in chunks {
        group.append_column(&bytes, closed)?;
    }
    group.close()?;
    file.close()?;
    Ok(())
}

/// An encoded column and its metadata.
type Chunk = (Bytes, ColumnCloseResult);

/// Encodes the columns in parallel; returns them in their order.
fn chunks(table: &ParquetTable, schema: &SchemaDescriptor, properties: &WriterPropertiesPtr) -> Written<Vec<Chunk>> {
    let columns: Vec<_> = table.columns.iter().zip(schema.columns()).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let of = |part: &[(&ParquetColumn, &ColumnDescPtr)]| -> Written<Vec<Chunk>> {
        part.iter().map(|(column, about)| chunk(column, about, properties)).collect()
    };
    let of = &of;
    std::thread::scope(|scope| {
        let parts = columns.chunks(columns.len().div_ceil(threads).max(1));
        let handles: Vec<_> = parts.map(|part| scope.spawn(move || of(part))).collect();
        let encoded = handles.into_iter().map(|h| h.join().unwrap_or_else(|panic| resume_unwind(panic)));
        encoded.collect::<Written<Vec<_>>>().map(|parts| parts.into_iter().flatten().collect())
    })
}

fn chunk(column: &ParquetColumn, about: &ColumnDescPtr, properties: &WriterPropertiesPtr) -> Written<Chunk> {
    let mut bytes = TrackedWrite::new(Vec::new());
    let pages = Box::new(SerializedPageWriter::new(&mut bytes));
    let mut writer = get_column_writer(about.clone(), properties.clone(), pages);
    match &column.values {
        Values::Text(cells) => put::<ByteArrayType, _>(&mut writer, cells, texts)?,
        Values::Integer(cells) | Values::Time(cells) => put::<Int64Type, _>(&mut writer, cells, copies)?,
        Values::Day(cells) | Values::Clock(cells) => put::<Int32Type, _>(&mut writer, cells, copies)?,
        Values::Real(cells) => put::<DoubleType, _>(&mut writer, cells, copies)?,
    }
    let closed = writer.close()?;
    Ok((bytes.into_inner()?.into(), closed))
}

/// All texts of a batch as slices of one buffer: one allocation per batch instead of one per cell.
fn texts(batch: &[Option<&str>]) -> Vec<ByteArray> {
    let whole = Bytes::from(batch.iter().flatten().copied().collect::<String>());
    let mut at = 0;
    let slice = |text: &&str| {
        at += text.len();
        ByteArray::from(whole.slice(at - text.len()..at))
    };
    batch.iter().flatten().map(slice).collect()
}

fn copies<V: Copy>(batch: &[Option<V>]) -> Vec<V> {
    batch.iter().flatten().copied().collect()
}

fn schema(table: &ParquetTable) -> Written<TypePtr> {
    let field = |column: &ParquetColumn| {
        let (physical, logical) = column.values.kind();
        let field = Type::primitive_type_builder(&column.name, physical);
        field.with_repetition(Repetition::OPTIONAL).with_logical_type(logical).build().map(Arc::new)
    };
    let fields = table.columns.iter().map(field).collect::<Written<_>>()?;
    Ok(Arc::new(Type::group_type_builder(&table.name).with_fields(fields).build()?))
}

/// Writes the present values of a column, and for each cell its definition level: 1 if it has a value, 0 if not.
fn put<T: DataType, V>(
    writer: &mut ColumnWriter<'_>,
    cells: &[Option<V>],
    values: impl Fn(&[Option<V>]) -> Vec<T::T>,
) -> Written<()> {
    let writer = get_typed_column_writer_mut::<T>(writer);
    for batch in cells.chunks(BATCH) {
        let levels: Vec<i16> = batch.iter().map(|cell| i16::from(cell.is_some())).collect();
        writer.write_batch(&values(batch), Some(&levels), None)?;
    }
    Ok(())
}
