//! The settings sheet, and files that cannot be read.

use super::support::tables;
use baqylau_xlsform::{ReadError, Workbook};
use std::fs;

const SURVEY: &str = "type,name,label\ntext,a,A\n";

#[test]
fn settings_say_where_and_how_often() {
    let compiled = tables(SURVEY)
        .choices("")
        .settings("form_id,version,form_title,places,once,default_language\nvoting,2023-03-12,Voting,\"station commission, none\",free,English (en)\n")
        .good();
    let d = compiled.definition;
    assert_eq!((d.id.as_str(), d.version.as_str(), d.title.get(0).as_ref()), ("voting", "2023-03-12", "Voting"));
    assert_eq!(
        (d.places, d.place_optional, d.once),
        (vec!["station".to_owned(), "commission".to_owned()], true, false)
    );
    assert!(compiled.warnings.is_empty());
}

#[test]
fn faults_of_the_settings_name_their_column() {
    let cases: &[(&str, &[&str])] = &[
        (
            "form_id,version,form_title,places,once\nvoting,,,,twice\n",
            &[
                "voting/settings.csv, row 2, column version: the version is missing; fill in the cell",
                "voting/settings.csv, row 2, column form_title: the checklist's title is missing; fill in the cell",
                "voting/settings.csv, row 2, column places: a level, or `none`, is missing; fill in the cell",
                "voting/settings.csv, row 2, column once: \"twice\" is not understood; use `visit` (one report a visit) or `free` (any number)",
            ],
        ),
        (
            "form_id,form_title\nvoting,Voting\n",
            &[
                "voting/settings.csv, row 1, column version: the column is missing; add it",
                "voting/settings.csv, row 1, column places: the column is missing; add it",
            ],
        ),
        (
            "form_id,version,form_title,places\n",
            &["voting/settings.csv: 0 rows below the header, expected one row: the checklist"],
        ),
        (
            "form_id,version,form_title,places\nvoting,1,V,station\nopening,1,O,station\n",
            &["voting/settings.csv: 2 rows below the header, expected one row: the checklist"],
        ),
        (
            "form_id,version,form_titel,places\nvoting,1,V,station\n",
            &[
                "voting/settings.csv, row 1, column form_titel: unknown column; did you mean form_title?; correct the name or remove the column",
                "voting/settings.csv, row 1, column form_title: the column is missing; add it",
            ],
        ),
    ];
    for (settings, expected) in cases {
        assert_eq!(tables(SURVEY).settings(settings).errors(), *expected, "{settings}");
    }
}

#[test]
fn what_does_no_harm_is_a_warning() {
    let settings = "form_id,version,form_title,places,default_language,style\nvoting,1,V,station,Klingon,pages\n";
    let expected = [
        "voting/settings.csv, row 1, column style: the column is valid XLSForm but not supported here; what it says is left out",
        "voting/settings.csv, row 2, column default_language: it is left out: it is no language of the mission",
    ];
    assert_eq!(tables(SURVEY).choices("").settings(settings).warnings(), expected);
}

#[test]
fn files_that_cannot_be_read_say_what_to_do() {
    let dir = tempfile::tempdir().expect("a folder");
    let survey = dir.path().join("survey.csv");
    let read = || Workbook::from_csv(dir.path(), None).expect_err("it cannot be read").to_string();
    assert!(read().contains("check that it exists"));
    let cases: &[(&[u8], &str)] = &[
        (b"type;name;label\ntext;a;A\n", "separated by `;`; save it separated by commas"),
        (b"type\tname\n", "separated by `\t`"),
        (b"type,name,label\ntext,a,\xff\xfe\n", "not UTF-8; save it as `CSV UTF-8`"),
        (b"", "its first row must name the columns"),
    ];
    for (bytes, expected) in cases {
        fs::write(&survey, bytes).expect("a file");
        let said = read();
        assert!(said.contains(expected) && said.contains("survey.csv"), "{said}");
    }
    fs::write(&survey, "\u{feff}type,name,label\ntext,a,A\n").expect("a file");
    assert!(
        matches!(Workbook::from_csv(dir.path(), None), Err(ReadError::Open { file, .. }) if file.ends_with("settings.csv"))
    );
    fs::write(dir.path().join("settings.csv"), "form_id\nx\n").expect("a file");
    Workbook::from_csv(dir.path(), None).expect("a byte order mark does no harm");
}
