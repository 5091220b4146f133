//! Excel workbooks say what CSV files say.

use super::support::{Tables, places, tables};
use baqylau_xlsform::{ReadError, Workbook, compile};
use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::PathBuf;
use zip::write::{SimpleFileOptions, ZipWriter};

/// A cell as XML: numbers, booleans and dates in the way of Excel, all else as text.
fn cell(text: &str) -> String {
    if text.is_empty() {
        return "<c/>".to_owned();
    }
    if let Some(serial) = text.strip_prefix("date:") {
        return format!("<c s=\"1\"><v>{serial}</v></c>");
    }
    // `style:number`, by the positions of the styles below.
    if let Some((style, number)) = text.split_once(':').filter(|(s, _)| s.parse::<u8>().is_ok()) {
        return format!("<c s=\"{style}\"><v>{number}</v></c>");
    }
    if text.starts_with('#') {
        return format!("<c t=\"e\"><v>{text}</v></c>");
    }
    match text {
        "TRUE" | "FALSE" => format!("<c t=\"b\"><v>{}</v></c>", u8::from(text == "TRUE")),
        _ if text.parse::<f64>().is_ok() => format!("<c><v>{text}</v></c>"),
        _ => {
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
            format!("<c t=\"inlineStr\"><is><t xml:space=\"preserve\">{escaped}</t></is></c>")
        }
    }
}

fn sheet(rows: &[Vec<&str>]) -> String {
    let mut xml =
        "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>"
            .to_owned();
    for (number, row) in rows.iter().enumerate() {
        let cells: String = row.iter().map(|c| cell(c)).collect();
        write!(xml, "<row r=\"{}\">{cells}</row>", number + 1).expect("a text can be written to");
    }
    xml + "</sheetData></worksheet>"
}

/// Sheets by name.
type Sheets = Vec<(&'static str, Vec<Vec<&'static str>>)>;

/// The least that is a workbook.
fn book(sheets: &Sheets) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut add = |name: &str, text: &str| {
        zip.start_file(name, options).expect("a file in the archive");
        zip.write_all(text.as_bytes()).expect("its text");
    };
    let package = "http://schemas.openxmlformats.org/package/2006";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
    add(
        "[Content_Types].xml",
        &format!(
            "<?xml version=\"1.0\"?><Types xmlns=\"{package}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"{kind}\"/></Types>"
        ),
    );
    add(
        "_rels/.rels",
        &format!(
            "<?xml version=\"1.0\"?><Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"rId1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        ),
    );
    let (mut list, mut links) = (String::new(), String::new());
    for (at, (name, rows)) in sheets.iter().enumerate() {
        let id = at + 1;
        write!(list, "<sheet name=\"{name}\" sheetId=\"{id}\" r:id=\"rId{id}\"/>").expect("a text can be written to");
        write!(links, "<Relationship Id=\"rId{id}\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet{id}.xml\"/>")
            .expect("a text can be written to");
        add(&format!("xl/worksheets/sheet{id}.xml"), &sheet(rows));
    }
    add(
        "xl/workbook.xml",
        &format!(
            "<?xml version=\"1.0\"?><workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets>{list}</sheets></workbook>"
        ),
    );
    links += &format!("<Relationship Id=\"rId99\" Type=\"{office}/styles\" Target=\"styles.xml\"/>");
    add(
        "xl/_rels/workbook.xml.rels",
        &format!("<?xml version=\"1.0\"?><Relationships xmlns=\"{package}/relationships\">{links}</Relationships>"),
    );
    add(
        "xl/styles.xml",
        &format!(
            "<?xml version=\"1.0\"?><styleSheet xmlns=\"{main}\"><numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"0.0\\ %\"/><numFmt numFmtId=\"165\" formatCode=\"0.00\\ [$KZT]\"/></numFmts><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/><xf numFmtId=\"9\"/><xf numFmtId=\"2\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/><xf numFmtId=\"1\"/><xf numFmtId=\"49\"/></cellXfs></styleSheet>"
        ),
    );
    zip.finish().expect("the archive").into_inner()
}

fn write_book(sheets: &Sheets) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("voting.xlsx");
    fs::write(&file, book(sheets)).expect("the workbook");
    (dir, file)
}

fn split(csv: &str) -> Vec<Vec<&str>> {
    csv.lines().map(|l| l.split(',').collect()).collect()
}

const SURVEY: &str = "type,name,label,required,default,constraint\n\
    begin_group,g,Group,,,\n\
    integer,a,\u{a0}How many?\u{a0},TRUE,3.0,. < 10\n\
    decimal,b,Share,FALSE,0.25,\n\
    ,,,,,\n\
    select_one yn,c,Open?,,yes,\n\
    date,d,When?,,date:45004,\n\
    time,e,At what time?,,date:0.25,\n\
    end_group,,,,,\n";

fn both() -> (Tables, Sheets) {
    let choices = "list_name,name,label\nyn,yes,Yes\nyn,no,No\n";
    let settings = "form_id,version,form_title,places\nvoting,date:44997,Voting,station\n";
    let csv = SURVEY.replace("3.0", "3").replace("date:45004", "2023-03-19").replace("date:0.25", "06:00:00");
    let tables = tables(&csv).choices(choices).settings(&settings.replace("date:44997", "2023-03-12"));
    (
        tables,
        vec![
            ("survey", split(SURVEY)),
            (" Choices", split(choices)),
            ("settings", split(settings)),
            ("notes", Vec::new()),
        ],
    )
}

#[test]
fn excel_and_csv_say_the_same() {
    let (tables, sheets) = both();
    let (_dir, file) = write_book(&sheets);
    let workbook = Workbook::from_xlsx(&file, None).expect("the workbook can be read");
    let compiled = compile(&workbook, &["en".to_owned()], &places()).expect("it compiles");
    assert_eq!(compiled.definition, tables.good().definition);
    assert_eq!(compiled.definition.version, "2023-03-12");
}

#[test]
fn a_finding_in_a_workbook_names_its_sheet() {
    let (_, mut sheets) = both();
    sheets[0].1[5][0] = "select_one no_list";
    let (dir, file) = write_book(&sheets);
    let workbook = Workbook::from_xlsx(&file, None).expect("the workbook can be read");
    let errors = compile(&workbook, &["en".to_owned()], &places()).expect_err("there is no such list");
    let folder = dir.path().file_name().expect("a name").to_string_lossy();
    assert_eq!(
        errors[0].to_string(),
        format!(
            "{folder}/voting.xlsx, sheet survey, row 6, column type: there is no list \"no_list\"; add it to the choices"
        )
    );
}

#[test]
fn a_workbook_that_cannot_be_read_says_what_to_do() {
    let (_, mut sheets) = both();
    sheets.remove(2);
    let (dir, file) = write_book(&sheets);
    let error = Workbook::from_xlsx(&file, None).expect_err("a sheet is missing");
    assert!(matches!(error, ReadError::NoSheet { sheet: "settings", .. }), "{error}");
    fs::write(&file, b"not a workbook").expect("a file");
    let said = Workbook::from_xlsx(&file, None).expect_err("it is no workbook").to_string();
    assert!(said.contains("save it again as .xlsx"), "{said}");
    let error = Workbook::from_xlsx(&dir.path().join("none.xlsx"), None).expect_err("it does not exist");
    assert!(matches!(error, ReadError::Open { .. }), "{error}");
}

/// A workbook whose choices have these labels.
fn labelled(labels: &[&'static str]) -> Sheets {
    let head = vec!["list_name", "name", "label"];
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let rows = labels.iter().zip(names).map(|(label, name)| vec!["l", name, *label]);
    vec![
        ("survey", split("type,name,label\nselect_one l,q,Q\n")),
        ("choices", [head].into_iter().chain(rows).collect()),
        ("settings", split("form_id,version,form_title,places\nvoting,3:1.1,Voting,station\n")),
    ]
}

#[test]
fn numbers_are_read_as_they_are_shown() {
    let cells =
        ["2:0.5", "3:2", "3:1.1", "4:0.125", "6:2.5", "7:1.5", "0:0.30000000000000004", "3:1.005", "2:0.285", "TRUE"];
    let shown = ["50%", "2.00", "1.10", "12.5 %", "3", "1.5", "0.3", "1.01", "29%", "TRUE"];
    let (_dir, file) = write_book(&labelled(&cells));
    let workbook = Workbook::from_xlsx(&file, None).expect("the workbook can be read");
    let definition = compile(&workbook, &["en".to_owned()], &places()).expect("it compiles").definition;
    let labels: Vec<String> = definition.lists[0].choices.iter().map(|c| c.label.get(0).to_string()).collect();
    assert_eq!(labels, shown);
    assert_eq!(definition.version, "1.10", "as the author sees it");
}

#[test]
fn cells_that_cannot_be_told_as_they_are_shown_are_errors() {
    let (dir, file) = write_book(&labelled(&["#REF!", "5:3", "12345678901234567890"]));
    let workbook = Workbook::from_xlsx(&file, None).expect("the workbook can be read");
    let errors = compile(&workbook, &["en".to_owned()], &places()).expect_err("three cells are none");
    let folder = dir.path().file_name().expect("a name").to_string_lossy();
    let at = |row| format!("{folder}/voting.xlsx, sheet choices, row {row}, column label");
    let expected = [
        format!("{}: the cell shows the error #REF!; correct its formula, or type the text", at(2)),
        format!(
            "{}: the number 3 is shown in the format \"0.00\\\\ [$KZT]\"; format the cell as text, and type what is to be read",
            at(3)
        ),
        format!(
            "{}: a number of more than 15 digits, of which the spreadsheet keeps 15; format the cell as text, and type it again",
            at(4)
        ),
    ];
    assert_eq!(errors.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
}

#[test]
fn a_sheet_of_a_workbook_that_looks_misspelt_is_an_error() {
    let (_, mut sheets) = both();
    sheets[1].0 = "choises";
    let (_dir, file) = write_book(&sheets);
    let said = Workbook::from_xlsx(&file, None).expect_err("a list would be missing").to_string();
    assert!(said.contains("\"choises\" looks like \"choices\", and is not read"), "{said}");
}
