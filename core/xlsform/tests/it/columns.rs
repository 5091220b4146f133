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
fn what_changes_only_how_a_form_looks_is_left_out_with_a_warning() {
    let survey = "type,name,label,media::image,guidance_hint,parameters,check,constraint_message,body::intent,body::rows,appearance\ntext,a,A,a.png,Look,rows=3,error,No,,3,w2 numbers";
    let left_out = "the column is valid XLSForm but not supported here; what it says is left out";
    let expected: Vec<String> = ["media::image", "guidance_hint", "body::rows"]
        .iter()
        .map(|c| format!("voting/survey.csv, row 1, column {c}: {left_out}"))
        .chain([
            "voting/survey.csv, row 2, column check: it is left out: it belongs to a constraint".to_owned(),
            "voting/survey.csv, row 2, column constraint_message: it is left out: it belongs to a constraint"
                .to_owned(),
            "voting/survey.csv, row 2, column parameters: it is left out: it changes only how the question is shown or recorded".to_owned(),
        ])
        .collect();
    let warnings = tables(survey).choices("list_name,name,label\n").warnings();
    assert_eq!(warnings, expected);
}

#[test]
fn columns_of_the_resulting_form_are_the_columns_of_the_sheet() {
    let plain = "type,name,label,relevant,constraint,constraint_message,required,required_message,read_only,calculation,appearance\n\
        integer,a,A,,,,,,,,\n\
        integer,b,B,${a} > 1,. < 9,Below 9,${a} = 2,Please,${a} = 3,${a} + 1,multiline\n";
    let bound = plain
        .replace(",relevant", ",bind::relevant")
        .replace(",constraint,", ",Bind::constraint,")
        .replace("constraint_message", "bind::jr:constraintMsg")
        .replace(",required,", ",bind :: required,")
        .replace("required_message", "bind::jr:requiredMsg::English (en)")
        .replace("read_only", "bind::readonly")
        .replace("calculation", "bind::calculate")
        .replace("appearance", "body::appearance");
    assert_eq!(tables(&bound).good().definition, tables(plain).good().definition);
    let repeat = "type,name,label,repeat_count\nbegin_repeat,r,R,2\ntext,a,A,\nend_repeat,,,\n";
    for other in ["control::jr:count", "jr:count", "count", "body::jr:count"] {
        let bound = tables(&repeat.replace("repeat_count", other)).good();
        assert_eq!(bound.definition, tables(repeat).good().definition, "{other}");
    }
    let doubled = tables("type,name,label,relevant,bind::relevant\ntext,a,A,,").errors();
    assert!(doubled[0].contains("the column stands here before, as relevant"), "{doubled:?}");
}

#[test]
fn a_disabled_row_is_left_out() {
    let survey = "type,name,label,disabled\ntext,a,A,no\ntext,b,,yes\nnonsense,c,C,TRUE\ntext,d,D,\n";
    let items = tables(survey).good().definition.items;
    assert_eq!(
        items.iter().map(|i| (i.name.as_str(), i.number.as_str())).collect::<Vec<_>>(),
        [("a", "1"), ("d", "2")]
    );
    let survey = "type,name,label,disabled,relevant\ntext,a,A,yes,\ntext,b,B,perhaps,${a} = 'x'\n";
    assert_eq!(
        tables(survey).errors(),
        [
            "voting/survey.csv, row 3, column disabled: \"perhaps\" is not understood; use yes (the row is left out) or no",
            "voting/survey.csv, row 3, column relevant: unknown name ${a}; did you mean b?",
        ]
    );
}

#[test]
fn a_column_that_changes_what_is_asked_and_is_not_supported_is_an_error_where_it_says_something() {
    let cases = [
        ("trigger", "${a}", "write a calculation: it is made anew whenever what it names changes"),
        ("save_to", "x", "remove the column: reports are all that leaves a phone"),
        ("intent", "app", "ask for the value with a question"),
        ("body::intent", "app", "ask for the value with a question"),
        ("query", "x", "put the choices into the choices sheet and use choice_filter"),
        ("bind::type", "string", "say it in the column type"),
        ("bind::jr:preload", "uid", "use the types start, end and today, or a calculation"),
        ("bind::oc:x", "1", "say it in a column of docs/authoring.md, or remove the column"),
        ("instance::x", "1", "say it in a column of docs/authoring.md, or remove the column"),
        ("control::x", "1", "say it in a column of docs/authoring.md, or remove the column"),
    ];
    for (column, value, remedy) in cases {
        let survey = format!("type,name,label,{column}\ntext,a,A,\ntext,b,B,{value}\n");
        let expected = format!(
            "voting/survey.csv, row 3, column {column}: the column changes what is asked or answered, and is not supported here; {remedy}"
        );
        assert_eq!(tables(&survey).errors(), [expected]);
        let empty = format!("type,name,label,{column}\ntext,a,A,\n");
        assert_eq!(tables(&empty).choices("").warnings(), Vec::<String>::new(), "an empty column says nothing");
    }
}

#[test]
fn parameters_and_appearances_that_change_answers_are_errors() {
    let survey = "type,name,label,parameters,appearance\n\
        select_one yn,a,A,randomize=true,search('x')\n\
        text,b,B,start=1,ex:org.app(1)\n\
        date,c,C,,no-calendar month-year\n\
        image,d,D,max-pixels=100 frame=2,signature\n\
        geopoint,e,E,,placement-map\n\
        range,f,F,start=1 end=5 tick_interval=2,\n";
    assert_eq!(
        tables(survey).errors(),
        [
            "voting/survey.csv, row 2, column appearance: \"search('x')\" changes what is asked or answered, and is not supported here; put the choices into the choices sheet and use choice_filter",
            "voting/survey.csv, row 3, column parameters: \"start=1\" is not understood; use no parameter here: start=, end= and step= belong to range",
            "voting/survey.csv, row 3, column appearance: \"ex:org.app(1)\" changes what is asked or answered, and is not supported here; ask for the value with a question",
            "voting/survey.csv, row 4, column appearance: \"month-year\" changes what is asked or answered, and is not supported here; ask for the month with a select_one, or for the whole day",
            "voting/survey.csv, row 5, column parameters: \"frame=2\" is not understood; use no parameter here: start=, end= and step= belong to range",
            "voting/survey.csv, row 5, column appearance: \"signature\" changes what is asked or answered, and is not supported here; ask for a photograph of the signed paper",
            "voting/survey.csv, row 6, column appearance: \"placement-map\" changes what is asked or answered, and is not supported here; remove the word: the position is the one that the phone measures",
        ]
    );
}

#[test]
fn logic_on_the_row_that_ends_a_group_is_an_error() {
    let survey = "type,name,label,relevant,read_only\nbegin_group,g,G,,yes\ninteger,a,A,,\nend_group,g,,${a} > 1,\n";
    assert_eq!(
        tables(survey).errors(),
        [
            "voting/survey.csv, row 2, column read_only: it means nothing here; it belongs on each of the questions that it is about",
            "voting/survey.csv, row 4, column relevant: it means nothing here; it belongs on the row that begins the group or repeat",
        ]
    );
}

#[test]
fn what_a_row_that_ends_something_says_of_questions_is_an_error() {
    let columns = [
        ("relevant", "1 = 1"),
        ("constraint", ". > 1"),
        ("check", "error"),
        ("required", "yes"),
        ("missing", "dk"),
        ("calculation", "1"),
        ("default", "1"),
        ("read_only", "yes"),
        ("choice_filter", "1 = 1"),
        ("repeat_count", "2"),
        ("phase", "arrival"),
        ("figure", "n"),
        ("parameters", "start=1"),
    ];
    for (column, value) in columns {
        let survey = format!("type,name,label,{column}\nbegin_repeat,r,R,\ninteger,a,A,\nend_repeat,r,,{value}\n");
        let said = format!(
            "voting/survey.csv, row 4, column {column}: it means nothing here; it belongs on the row that begins the group or repeat"
        );
        assert_eq!(tables(&survey).errors(), [said]);
    }
}

#[test]
fn a_column_of_the_choices_that_looks_misspelt_is_an_error() {
    let survey = "type,name,label\nselect_multiple who,w,Who?\n";
    let choices = "list_name,name,label,exlusive,kind,label:fr\nwho,a,A,yes,x,\n";
    assert_eq!(
        tables(survey).choices(choices).errors(),
        [
            "voting/choices.csv, row 1, column exlusive: unknown column; did you mean exclusive?; correct the name or remove the column",
            "voting/choices.csv, row 1, column label:fr: unknown column; did you mean label?; correct the name or remove the column",
        ]
    );
}

#[test]
fn a_sheet_that_looks_misspelt_is_an_error() {
    let read = |others: &[&str]| {
        let dir = tempfile::tempdir().expect("a folder");
        for name in ["survey.csv", "settings.csv"].iter().chain(others) {
            std::fs::write(dir.path().join(name), "type,name,label\ntext,a,A\n").expect("a file");
        }
        baqylau_xlsform::Workbook::from_csv(dir.path(), None).map(drop).map_err(|e| e.to_string())
    };
    for (name, meant) in [
        ("surveys.csv", "survey"),
        ("choises.csv", "choices"),
        ("Choices.csv", "choices"),
        ("choice.CSV", "choices"),
        ("setting.csv", "settings"),
    ] {
        let said = read(&[name]).expect_err(name);
        assert!(said.contains(&format!("looks like {meant:?}, and is not read; name it {meant:?}")), "{said}");
    }
    let said = read(&["entities.csv"]).expect_err("entities");
    assert!(said.contains("the sheet \"entities\" is valid XLSForm but not supported here"), "{said}");
    assert_eq!(read(&["choices.csv", "_survey.csv", "notes.csv", "survey.txt"]), Ok(()));
}

#[test]
fn an_error_of_the_spreadsheet_is_an_error_of_its_cell() {
    let survey = "type,name,label,relevant\ntext,a,#REF!,\ntext,b,B,#NAME?\n";
    assert_eq!(
        tables(survey).errors(),
        [
            "voting/survey.csv, row 2, column label: the cell shows the error #REF!; correct its formula, or type the text",
            "voting/survey.csv, row 3, column relevant: the cell shows the error #NAME?; correct its formula, or type the text",
        ]
    );
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
