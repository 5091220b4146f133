//! Every kind of value as other programs read it from the exported files: R and PSPP themselves where they are installed.

use crate::it::support::set;
use crate::it::tables::{run, version};
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::export::Format;
use baqylau_tests::{BUDGET, World, now};
use calamine::{Data, Reader};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use std::collections::BTreeMap;
use std::path::Path;

/// What a value is, and as what every program reads it.
#[derive(Clone, Copy)]
enum Value {
    Text(&'static str),
    Number(&'static str),
    /// The day, and its seconds in SPSS, which counts them from 14 October 1582.
    Day(&'static str, &'static str),
    /// The time, and its seconds.
    Clock(&'static str, &'static str),
    /// As it is written, in UTC, on the clock of its place, and that in SPSS.
    Moment([&'static str; 4]),
    /// The name, the label and the position of a choice.
    One([&'static str; 3]),
}

/// Questions: the type, the calculation, what is answered, and what it is. The name is `q` and the position.
const VALUES: &[(&str, &str, &str, Value)] = &[
    ("integer", "", "0", Value::Number("0")),
    ("integer", "", "-17", Value::Number("-17")),
    ("integer", "", "123456789012345678", Value::Number("123456789012345678")),
    ("decimal", "", "-12.50", Value::Number("-12.5")),
    ("decimal", "", "0.000000001", Value::Number("0.000000001")),
    ("text", "", "=1+1", Value::Text("=1+1")),
    ("text", "", "+7 701 x", Value::Text("+7 701 x")),
    ("text", "", "-5 and less", Value::Text("-5 and less")),
    ("text", "", "@all", Value::Text("@all")),
    ("text", "", "'=1+1", Value::Text("'=1+1")),
    ("text", "", "''-5", Value::Text("''-5")),
    ("text", "", "'tis", Value::Text("'tis")),
    ("text", "", "''", Value::Text("''")),
    ("text", "", "-5", Value::Text("-5")),
    ("text", "", "0012", Value::Text("0012")),
    ("text", "", "NA", Value::Text("NA")),
    ("text", "", "e\u{301}, Қазақ, \u{1f5f3}", Value::Text("e\u{301}, Қазақ, \u{1f5f3}")),
    ("text", "", "صوت \u{202b}x\u{202c}", Value::Text("صوت \u{202b}x\u{202c}")),
    ("text", "", "said \"no\", and 'yes'", Value::Text("said \"no\", and 'yes'")),
    ("text", "", "one\ntwo", Value::Text("one\ntwo")),
    ("text", "", "bell\u{7}\u{1b}here", Value::Text("bell\u{7}\u{1b}here")),
    ("text", "", "a\\b\\n", Value::Text("a\\b\\n")),
    ("date", "", "2026-12-04", Value::Day("2026-12-04", "14015721600")),
    ("time", "", "08:30:15", Value::Clock("08:30:15", "30615")),
    (
        "dateTime",
        "",
        "2026-12-04T08:30:15.250+05:00",
        Value::Moment([
            "2026-12-04T08:30:15.250+05:00",
            "2026-12-04T03:30:15.250",
            "2026-12-04T08:30:15.250",
            "14015752215.25",
        ]),
    ),
    ("select_one l", "", "b", Value::One(["b", "Beta", "2"])),
    ("select_multiple l", "", "a b", Value::Text("a b")),
    ("calculate", "${q1} * 2", "", Value::Number("-34")),
    ("calculate", "0.1 + 0.2", "", Value::Number("0.30000000000000004")),
    ("calculate", "if(${q1} < 0, count(${q1}), '')", "", Value::Number("1")),
    ("calculate", "date(${q22})", "", Value::Day("2026-12-04", "14015721600")),
    ("calculate", "concat('00', ${q1})", "", Value::Text("00-17")),
    ("calculate", "${q14}", "", Value::Text("0012")),
];

/// By the row and the question, what a program reads; nothing where it has no value.
type Cells = BTreeMap<(usize, usize), String>;

/// A checklist with every kind of value; a report that has them all, one in which everything is unknown, an empty one; exported.
fn exported(reports: bool) -> (World, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("tables");
    let figures = "id,checklist,unit,counts,of,base,per,published,value,tolerance,sentence::English (en)\n";
    version(&source, "", "l,a,Alpha\nl,b,Beta\n", figures);
    let mut survey = csv::Writer::from_path(source.join("checklists/f/survey.csv")).expect("writes");
    survey.write_record(["type", "name", "label::English (en)", "missing", "calculation"]).expect("writes");
    for (at, (kind, calculation, ..)) in VALUES.iter().enumerate() {
        let missing = if *kind == "calculate" { "" } else { "dk" };
        survey.write_record([kind, &*format!("q{at}"), "Q", missing, calculation]).expect("writes");
    }
    survey.flush().expect("writes");
    let places = std::fs::read_to_string(source.join("places.csv")).expect("places");
    std::fs::write(source.join("places.csv"), places.replace("+00:00", "+05:00")).expect("writes");
    let mut world = World::new(&source);
    let invite = world.invite("p1");
    let core = world.enrolled("phone", &invite);
    for row in (0..3).filter(|_| reports) {
        let visit = core.start_visit(Some("s1"), None).expect("a visit").code;
        let id = core.start_checklist(&visit, "f").expect("a draft").id;
        for (at, (kind, _, words, _)) in VALUES.iter().enumerate().filter(|(_, v)| v.0 != "calculate" && row < 2) {
            let words = if row == 0 { words } else { "?dk" };
            set(&core, id, &format!("q{at}"), words).unwrap_or_else(|e| panic!("{kind} {words}: {e}"));
        }
        core.finalise(id, Some("for a test".into())).expect("signed");
    }
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    world.desk.export(AnswerBasis::Effective, &folder.path().join("out"), false).expect("exports");
    (world, folder)
}

/// What a program should read of a value.
fn expected(value: Value, program: &str) -> String {
    let float = |text: &str| text.parse::<f64>().expect("a number").to_string();
    match (value, program) {
        (Value::Text(text), "spss") => text.replace('\n', " ⏎ "),
        (Value::Text(text), _) => text.to_owned(),
        (Value::Number(number), "parquet" | "csv") => number.to_owned(),
        // A workbook has no numbers of more digits.
        (Value::Number(number), "xlsx") if number.len() == 18 => number.to_owned(),
        (Value::Number(number), _) => float(number),
        (Value::Day(_, seconds) | Value::Clock(_, seconds) | Value::Moment([.., seconds]), "spss") => float(seconds),
        (Value::Day(text, _) | Value::Clock(text, _), _) => text.to_owned(),
        (Value::Moment([text, utc, local, _]), _) => match program {
            "csv" => text,
            "xlsx" => local,
            _ => utc,
        }
        .to_owned(),
        (Value::One([name, label, number]), _) => match program {
            "r" => label,
            "spss" => number,
            _ => name,
        }
        .to_owned(),
    }
}

fn compare(program: &str, cells: &Cells) {
    let wrong: Vec<String> = VALUES
        .iter()
        .enumerate()
        .filter_map(|(at, (kind, .., value))| {
            let (read, expected) = (cells.get(&(0, at)).cloned().unwrap_or_default(), expected(*value, program));
            let same = match (read.parse::<f64>(), expected.parse::<f64>()) {
                (Ok(read), Ok(expected)) if !matches!(value, Value::Text(_)) => (read - expected).abs() < f64::EPSILON,
                _ => read == expected,
            };
            (!same).then(|| format!("{kind} q{at}: {read:?} and not {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{program}: {wrong:#?}");
    let filled = (0..VALUES.len()).filter(|at| VALUES[*at].0 != "calculate" && cells.contains_key(&(2, *at)));
    assert_eq!(filled.count(), 0, "{program}: what was not answered is no value");
}

/// The rows of a table whose columns are called.
fn cells<'t>(heads: &[String], rows: impl Iterator<Item = Vec<String>> + 't) -> Cells {
    let at = |name: &str| name.strip_prefix('q').and_then(|n| n.parse::<usize>().ok());
    let heads: Vec<Option<usize>> = heads.iter().map(|head| at(head)).collect();
    let row = |(row, cells): (usize, Vec<String>)| {
        let named = heads.iter().copied().zip(cells).filter(|(_, cell)| !cell.is_empty());
        named.filter_map(move |(at, cell)| Some(((row, at?), cell))).collect::<Vec<_>>()
    };
    rows.enumerate().flat_map(row).collect()
}

fn of_csv(path: &Path) -> Cells {
    let mut table = csv::Reader::from_path(path).expect("a table");
    let heads: Vec<String> = table.headers().expect("heads").iter().map(str::to_owned).collect();
    cells(&heads, table.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()))
}

fn of_workbook(world: &World) -> Cells {
    let (tables, board) = world.desk.report_table(None, AnswerBasis::Effective).expect("a board");
    let lines: Vec<_> = board.rows.iter().collect();
    let bytes = world
        .desk
        .exports()
        .table(&tables, &lines, ("f", 0), AnswerBasis::Effective, Format::Xlsx)
        .expect("a workbook");
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).expect("it opens");
    let range = book.worksheet_range("answers").expect("answers");
    let show = |cell: &Data| match cell {
        Data::Empty => String::new(),
        Data::Float(number) => number.to_string(),
        Data::DateTime(when) => {
            let (year, month, day, hour, minute, second, ms) = when.to_ymd_hms_milli();
            match when.as_f64() {
                time if time < 1.0 => format!("{hour:02}:{minute:02}:{second:02}"),
                day_alone if day_alone.fract() == 0.0 => format!("{year}-{month:02}-{day:02}"),
                _ => format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}"),
            }
        }
        other => other.to_string(),
    };
    let mut rows = range.rows().map(|row| row.iter().map(show).collect::<Vec<_>>());
    let heads = rows.next().expect("heads");
    cells(&heads, rows)
}

fn of_parquet(path: &Path) -> (Vec<String>, Vec<Vec<Field>>) {
    let reader = SerializedFileReader::new(std::fs::File::open(path).expect("a file")).expect("a table");
    let schema = reader.metadata().file_metadata().schema_descr().columns().to_vec();
    let shown = schema.iter().map(|c| format!("{}: {:?} {:?}", c.name(), c.physical_type(), c.logical_type_ref()));
    let rows = reader.get_row_iter(None).expect("rows");
    let row = |row: parquet::record::Row| row.get_column_iter().map(|(_, field)| field.clone()).collect();
    (shown.collect(), rows.map(|r| row(r.expect("a row"))).collect())
}

fn field(field: &Field) -> String {
    let clock = |ms: i64| format!("{:02}:{:02}:{:02}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Long(number) => number.to_string(),
        Field::Double(number) => number.to_string(),
        Field::Date(day) => baqylau_forms::value::Date(*day).to_string(),
        Field::TimeMillis(ms) => clock((*ms).into()),
        Field::TimestampMillis(ms) => {
            let moment = baqylau_forms::value::Moment { ms: *ms, offset: 0 }.to_string();
            moment.trim_end_matches('Z').to_owned()
        }
        other => panic!("no kind of ours: {other:?}"),
    }
}

/// Names, rows and values as R has them, in hexadecimal.
const R: &str = r#"d <- source("f.R", encoding = "UTF-8")$value
for (n in grep("^q[0-9]+([.]missing)?$", names(d), value = TRUE)) for (i in seq_len(nrow(d))) {
  x <- d[[n]][i]
  if (is.na(x)) next
  x <- if (inherits(x, "POSIXct")) format(x + 0.0001, "%Y-%m-%dT%H:%M:%OS3", tz = "UTC")
    else if (inherits(x, "Date")) format(x)
    else if (inherits(x, "difftime")) format(as.POSIXct("1970-01-01", tz = "UTC") + x, "%H:%M:%S")
    else if (is.numeric(x)) format(x, digits = 17, scientific = FALSE)
    else as.character(x)
  cat(n, i - 1, paste(charToRaw(enc2utf8(x)), collapse = ""), "\n")
}"#;

fn of_r(said: &str) -> (Cells, Vec<String>) {
    let (mut cells, mut missing) = (Cells::new(), Vec::new());
    for line in said.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let bytes = (0..words[2].len()).step_by(2).map(|at| u8::from_str_radix(&words[2][at..at + 2], 16));
        let text = String::from_utf8(bytes.collect::<Result<_, _>>().expect("bytes")).expect("UTF-8");
        match words[0].trim_start_matches('q').parse() {
            Ok(at) => drop(cells.insert((words[1].parse().expect("a row"), at), text)),
            Err(_) => missing.push(text),
        }
    }
    (cells, missing)
}

#[test]
fn every_value_reads_back() {
    let (world, folder) = exported(true);
    let out = folder.path().join("out");
    let asked = VALUES.iter().filter(|v| v.0 != "calculate").count();
    let unknown = |cells: &Cells, code: &str| cells.iter().filter(|((row, _), c)| *row == 1 && *c == code).count();
    // In CSV an apostrophe keeps spreadsheets from computing a text, and can be taken away again.
    let mut csv = of_csv(&out.join("f.csv"));
    assert!(csv.values().all(|cell| cell.parse::<f64>().is_ok() || !cell.starts_with(['=', '+', '-', '@'])));
    for cell in csv.values_mut().filter(|cell| cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@'])) {
        *cell = cell.strip_prefix('\'').unwrap_or(cell).to_owned();
    }
    compare("csv", &csv);
    assert_eq!(unknown(&csv, "?dk"), asked);
    let workbook = of_workbook(&world);
    compare("xlsx", &workbook);
    assert_eq!(unknown(&workbook, "?dk"), asked);
    let (heads, rows) = of_parquet(&out.join("f.parquet"));
    let heads: Vec<String> = heads.iter().map(|head| head.split(':').next().unwrap_or_default().to_owned()).collect();
    let why = heads.iter().zip(&rows[1]).filter(|(head, f)| head.ends_with(".missing") && field(f) == "?dk").count();
    let parquet = cells(&heads, rows.iter().map(|row| row.iter().map(field).collect()));
    compare("parquet", &parquet);
    assert_eq!(unknown(&parquet, "?dk") + why, asked);
    if let Some(said) = run(&out, "Rscript", &["-e", R]) {
        let (cells, missing) = of_r(&said);
        compare("r", &cells);
        assert_eq!((missing.len(), missing.iter().all(|why| why == "Do not know")), (asked, true));
    }
    let formats: String = VALUES
        .iter()
        .enumerate()
        .filter(|(_, v)| !matches!(v.3, Value::Text(_)))
        .map(|(at, _)| format!("FORMATS q{at} (F40.16).\n"))
        .collect();
    let save = "SAVE TRANSLATE /OUTFILE='read.csv' /TYPE=CSV /FIELDNAMES /CELLS=VALUES /REPLACE.\n";
    std::fs::write(out.join("check.sps"), format!("INSERT FILE='f.sps'.\n{formats}{save}")).expect("writes");
    if run(&out, "pspp", &["-O", "format=csv", "check.sps"]).is_some() {
        let cells = of_csv(&out.join("read.csv"));
        compare("spss", &cells.into_iter().filter(|(_, cell)| !cell.trim().is_empty()).collect());
    }
}

#[test]
fn columns_are_the_same_whether_or_not_there_are_reports() {
    let [full, empty] = [true, false].map(|reports| {
        let (world, folder) = exported(reports);
        let (tables, board) = world.desk.report_table(None, AnswerBasis::Effective).expect("a board");
        let lines: Vec<_> = board.rows.iter().collect();
        let table = |format| {
            world.desk.exports().table(&tables, &lines, ("f", 0), AnswerBasis::Effective, format).expect("a table")
        };
        let path = folder.path().join("f.parquet");
        std::fs::write(&path, table(Format::Parquet)).expect("writes");
        let csv = String::from_utf8(table(Format::Csv)).expect("UTF-8");
        (csv.lines().next().map(str::to_owned), of_parquet(&path).0)
    });
    assert_eq!(full, empty);
}
