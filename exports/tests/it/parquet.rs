use baqylau_exports::{ExportError, ParquetColumn, ParquetTable, Values, parquet};
use bytes::Bytes;
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

fn column<'a>(name: &str, values: Values<'a>) -> ParquetColumn<'a> {
    ParquetColumn { name: name.to_owned(), label: format!("Бағалау {name}"), values }
}

fn table(columns: Vec<ParquetColumn>) -> ParquetTable {
    ParquetTable { name: "records".to_owned(), columns, about: vec![("mission".to_owned(), "KZ 2026".to_owned())] }
}

fn sample() -> ParquetTable<'static> {
    table(vec![
        column("text", Values::Text(vec![Some("Қазақстан"), None, Some("")])),
        column("integer", Values::Integer(vec![Some(i64::MIN), None, Some(7)])),
        column("real", Values::Real(vec![Some(0.5), None, Some(f64::MAX)])),
        column("time", Values::Time(vec![Some(1_780_000_000_123), None, Some(-1)])),
        column("day", Values::Day(vec![Some(20_791), None, Some(-1)])),
        column("clock", Values::Clock(vec![Some(30_600_000), None, Some(0)])),
    ])
}

fn read(table: &ParquetTable) -> SerializedFileReader<Bytes> {
    let mut file = Vec::new();
    parquet(table, &mut file).expect("a Parquet file");
    SerializedFileReader::new(Bytes::from(file)).expect("a readable file")
}

#[test]
fn values_and_missing_values_round_trip() {
    let rows: Vec<Vec<Field>> = read(&sample())
        .get_row_iter(None)
        .unwrap()
        .map(|row| row.unwrap().get_column_iter().map(|(_, field)| field.clone()).collect())
        .collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(
        rows[0],
        [
            Field::Str("Қазақстан".to_owned()),
            Field::Long(i64::MIN),
            Field::Double(0.5),
            Field::TimestampMillis(1_780_000_000_123),
            Field::Date(20_791),
            Field::TimeMillis(30_600_000)
        ]
    );
    assert!(rows[1].iter().all(|field| *field == Field::Null));
    assert_eq!(rows[2][0], Field::Str(String::new()));
    assert_eq!(rows[2][3], Field::TimestampMillis(-1));
}

#[test]
fn file_has_schema_and_metadata() {
    let reader = read(&sample());
    let about = reader.metadata().file_metadata();
    let pairs: Vec<(String, Option<String>)> =
        about.key_value_metadata().unwrap().iter().map(|pair| (pair.key.clone(), pair.value.clone())).collect();
    assert!(pairs.contains(&("mission".to_owned(), Some("KZ 2026".to_owned()))));
    assert!(pairs.contains(&("label:time".to_owned(), Some("Бағалау time".to_owned()))));
    let schema = about.schema_descr();
    assert_eq!(schema.name(), "records");
    let infos: Vec<_> = schema.columns().iter().map(|column| column.self_type().get_basic_info().clone()).collect();
    assert!(infos.iter().all(|info| info.repetition() == Repetition::OPTIONAL));
    assert_eq!(infos[0].logical_type_ref(), Some(&LogicalType::String));
    assert_eq!(infos[3].logical_type_ref(), Some(&LogicalType::timestamp(true, TimeUnit::MILLIS)));
    assert_eq!(infos[4].logical_type_ref(), Some(&LogicalType::Date));
    assert_eq!(infos[5].logical_type_ref(), Some(&LogicalType::time(false, TimeUnit::MILLIS)));
    let column = reader.metadata().row_group(0).column(0);
    assert_eq!(column.compression(), Compression::SNAPPY);
    assert!(column.dictionary_page_offset().is_some());
}

#[test]
fn many_rows_are_written_in_batches() {
    let cells = (0..10_000).map(|row| (row % 3 != 0).then_some(row)).collect();
    let rows: Vec<_> = read(&table(vec![column("n", Values::Integer(cells))])).get_row_iter(None).unwrap().collect();
    assert_eq!(rows.len(), 10_000);
    assert_eq!(rows[9_998].as_ref().unwrap().get_column_iter().next().unwrap().1, &Field::Long(9_998));
}

#[test]
fn table_without_rows_is_a_valid_file() {
    let reader = read(&table(vec![column("n", Values::Integer(vec![]))]));
    assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
}

#[test]
fn invalid_tables_are_refused() {
    let one = || column("a", Values::Integer(vec![None]));
    let refusal = |columns| parquet(&table(columns), Vec::new()).unwrap_err();
    let long = refusal(vec![one(), column("b", Values::Text(vec![None, None]))]);
    assert!(matches!(long, ExportError::ColumnLength { ref column, expected: 1, found: 2, .. } if column == "b"));
    assert!(long.to_string().contains("column b of table records"));
    assert!(matches!(refusal(vec![one(), one()]), ExportError::ColumnTwice { .. }));
    assert!(matches!(refusal(vec![]), ExportError::NoColumns { .. }));
}

#[test]
fn write_failure_is_an_error() {
    let mut small = [0_u8; 10];
    let refused = parquet(&sample(), &mut small[..]);
    assert!(matches!(refused, Err(ExportError::Parquet { .. })));
}
