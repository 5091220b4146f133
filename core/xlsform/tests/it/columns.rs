//! Headers: spellings, languages, columns that are not supported or not known.

use super::support::tables;

#[test]
fn other_spellings_are_the_same_column() {
    let survey = "Type,NAME,Label,Relevance,Read only,required message,Required\ninteger,a,A,yes,no,Please,TRUE\ninteger,b,B,no,yes,Please,${a} > 1";
    let items = tables(survey).good().definition.items;
    assert_eq!(items[0].relevant, None);
    assert_eq!(items[0].required.as_deref(), Some("true()"));
    assert_eq!(items[0].read_only, None);
    assert_eq!(items[1].relevant.as_deref(), Some("false()"));
    assert_eq!(items[1].read_only.as_deref(), Some("true()"));
    assert_eq!(items[1].required.as_deref(), Some("${a} > 1"));
}

#[test]
fn a_column_that_is_not_supported_is_a_warning_when_it_says_something() {
    let survey = "type,name,label,media::image,bind::oc:x,guidance_hint,trigger,parameters,check,constraint_message,body::intent\ntext,a,A,a.png,1,Look,${a},rows=3,error,No,";
    let left_out = "the column is valid XLSForm but not supported here; what it says is left out";
    let expected: Vec<String> = ["media::image", "bind::oc:x", "guidance_hint", "trigger"]
        .iter()
        .map(|c| format!("voting/survey.csv, row 1, column {c}: {left_out}"))
        .chain([
            "voting/survey.csv, row 2, column check: it is left out: it belongs to a constraint".to_owned(),
            "voting/survey.csv, row 2, column constraint_message: it is left out: it belongs to a constraint"
                .to_owned(),
            "voting/survey.csv, row 2, column parameters: it is left out: it belongs to range".to_owned(),
        ])
        .collect();
    let warnings = tables(survey).choices("list_name,name,label\n").warnings();
    assert_eq!(warnings, expected);
}

#[test]
fn headers_that_are_not_understood_are_errors() {
    let cases: &[(&str, &[&str])] = &[
        (
            "type,name,label,relevent\ntext,a,A,",
            &[
                "voting/survey.csv, row 1, column relevent: unknown column; did you mean relevant?; correct the name or remove the column",
            ],
        ),
        (
            "type,name,label,Label\ntext,a,A,B",
            &["voting/survey.csv, row 1, column Label: the column stands here before, as label; remove one of them"],
        ),
        (
            "type,name,label,\ntext,a,A,B",
            &["voting/survey.csv, row 2: the values in column 4 have no header; name the column or clear it"],
        ),
        (
            "type,name,label\ntext,a,A,,B",
            &["voting/survey.csv, row 2: the values in column 5 have no header; name the column or clear it"],
        ),
        (
            "type,label\ntext,A",
            &[
                "voting/survey.csv, row 1, column name: the column is missing; add it",
                "voting/survey.csv, row 2, column name: the name is missing; fill in the cell",
            ],
        ),
        (
            "type,name,label::English (en),label::French (fr)\ntext,a,A,B",
            &[
                "voting/survey.csv, row 1, column label::French (fr): \"French (fr)\" is no language of the mission; its languages are en: end the header with one of these in parentheses",
            ],
        ),
    ];
    for (survey, expected) in cases {
        assert_eq!(tables(survey).errors(), *expected, "{survey}");
    }
}

const SETTINGS: &str =
    "form_id,version,form_title::English (en),form_title::ru,places\nvoting,1,Voting,Голосование,station\n";

#[test]
fn texts_come_in_the_order_of_the_missions_languages() {
    let survey = "type,name,label::ru,hint::Русский (ru),label::English (en),hint :: English (en)\ntext,a,Вопрос,Подсказка,Question,Hint\n";
    let compiled = tables(survey).choices("").settings(SETTINGS).languages(&["en", "ru"]).good();
    let item = &compiled.definition.items[0];
    let texts = |t: &baqylau_forms::definition::Text| t.0.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(texts(&item.label), ["Question", "Вопрос"]);
    assert_eq!(texts(&item.hint), ["Hint", "Подсказка"]);
    assert_eq!(texts(&compiled.definition.title), ["Voting", "Голосование"]);
    assert!(item.constraint_message.0.is_empty());
}

#[test]
fn a_translation_that_lacks_is_said_once_for_a_column_or_at_its_cell() {
    let cases: &[(&str, &[&str])] = &[
        (
            "type,name,label::English (en),label::ru\ntext,a,A,\ntext,b,,Б",
            &[
                "voting/survey.csv, row 2, column label::ru: the text is missing in ru; translate it",
                "voting/survey.csv, row 3, column label::English (en): the text is missing in en; translate it",
            ],
        ),
        (
            "type,name,label::English (en)\ntext,a,A\ntext,b,B",
            &[
                "voting/survey.csv, row 1, column label::English (en): there is no column of this text for ru; add label::Name (ru)",
            ],
        ),
        (
            "type,name,label\ntext,a,A",
            &[
                "voting/survey.csv, row 1, column label: the header does not say its language; write label::English (en)",
            ],
        ),
    ];
    for (survey, expected) in cases {
        let errors = tables(survey).choices("").settings(SETTINGS).languages(&["en", "ru"]).errors();
        assert_eq!(errors, *expected, "{survey}");
    }
}
