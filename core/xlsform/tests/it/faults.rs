//! Every fault with its file, row, column and remedy.

use super::support::tables;

/// Surveys in one language, and what is said of them.
const FAULTS: &[(&str, &[&str])] = &[
    // Expressions
    (
        "type,name,label,relevant\ninteger,age,Age,\ntext,why,Why?,${agee} > 3",
        &["voting/survey.csv, row 3, column relevant: unknown name ${agee}; did you mean age?"],
    ),
    (
        "type,name,label,relevant\nselect_one yn,open,Open?,\ntext,why,Why?,${open} = 'yess'",
        &[
            "voting/survey.csv, row 3, column relevant: ${open} is compared with \"yess\", which is not in its list; did you mean yes?",
        ],
    ),
    (
        "type,name,label,constraint\ninteger,age,Age,age > 3",
        &["voting/survey.csv, row 2, column constraint: unknown name ${age}; did you mean ${age}?"],
    ),
    (
        "type,name,label,calculation\ninteger,age,Age,\ncalculate,x,,sqrt(${age})\ncalculate,y,,",
        &[
            "voting/survey.csv, row 3, column calculation: the function sqrt() is not supported",
            "voting/survey.csv, row 4, column calculation: the calculation is missing",
        ],
    ),
    (
        "type,name,label,calculation\ncalculate,a,,${b} + 1\ncalculate,b,,${c}\ncalculate,c,,${a}",
        &[
            "voting/survey.csv, row 2, column calculation: the values depend on each other in a circle: a → b → c → a; take one of them out of the circle",
        ],
    ),
    (
        "type,name,label,choice_filter\nselect_one who,w,Who?,kid = 'state'",
        &["voting/survey.csv, row 2, column choice_filter: unknown name ${kid}"],
    ),
    ("type,name,label\ntext,a,Of ${b}?", &["voting/survey.csv, row 2, column label: unknown name ${b}"]),
    (
        "type,name,label,default\ninteger,a,A,many",
        &[
            "voting/survey.csv, row 2, column default: \"many\" is no value for this question; expected a whole number, in digits only, as in 12345",
        ],
    ),
    // Types
    (
        "type,name,label\nselect_on yn,a,A",
        &[
            "voting/survey.csv, row 2, column type: unknown type \"select_on yn\"; did you mean select_one?; the types are listed in docs/authoring.md",
        ],
    ),
    (
        "type,name,label\ngeotrace,a,A\nrank yn,b,B\naudit,c,\ncsv-external,d,\nselect_one_from_file x.csv,e,E",
        &[
            "voting/survey.csv, row 2, column type: geotrace is valid XLSForm but not supported here; use geopoint",
            "voting/survey.csv, row 3, column type: rank is valid XLSForm but not supported here; ask for each rank with a select_one",
            "voting/survey.csv, row 4, column type: audit is valid XLSForm but not supported here; remove the row",
            "voting/survey.csv, row 5, column type: csv-external is valid XLSForm but not supported here; put the choices into the choices sheet",
            "voting/survey.csv, row 6, column type: select_one_from_file is valid XLSForm but not supported here; put the choices into the choices sheet or make them a level of the places",
        ],
    ),
    (
        "type,name,label\nselect_one,a,A\nselect_multiple whom,b,B",
        &[
            "voting/survey.csv, row 2, column type: \"select_one\" is not understood; use `select_one LIST` or `select_one LIST or_other`, with the name of one list",
            "voting/survey.csv, row 3, column type: there is no list \"whom\"; did you mean who?; add it to the choices",
        ],
    ),
    ("type,name,label\n,a,A", &["voting/survey.csv, row 2, column type: the type is missing; fill in the cell"]),
    (
        "type,name,label,parameters\nrange,a,A,start=1 end=x\nrange,b,B,start=5 end=1",
        &[
            "voting/survey.csv, row 2, column parameters: \"end=x\" is not understood; use start=, end= and step= with numbers, as in start=1 end=5 step=1",
            "voting/survey.csv, row 3, column parameters: \"start=5 end=1\" is not understood; use a start below the end and a step above 0",
        ],
    ),
    (
        "type,name,label,choice_filter\nselect_one yn or_other,a,A,name = 'yes'\nselect_one region or_other,b,B,",
        &[
            "voting/survey.csv, row 2, column type: or_other does not go with a choice_filter; add a choice and a text question of your own",
            "voting/survey.csv, row 3, column type: or_other does not go with a level of the places; add a choice and a text question of your own",
        ],
    ),
    // Names and texts
    (
        "type,name,label\ntext,,A\ntext,1st,B\ntext,a,C\ntext,a,D",
        &[
            "voting/survey.csv, row 2, column name: the name is missing; fill in the cell",
            "voting/survey.csv, row 3, column name: \"1st\" is no valid name; use a letter or _, then letters, digits, _, - or .",
            "voting/survey.csv, row 5, column name: \"a\" stands before, in row 4; names are unique: rename one of them",
        ],
    ),
    ("type,name,label\ntext,a,", &["voting/survey.csv, row 2, column label: the label is missing; fill in the cell"]),
    // Groups
    (
        "type,name,label\nbegin_group,g,G\ntext,a,A",
        &["voting/survey.csv, row 2, column type: the group \"g\" is never closed; add end_group"],
    ),
    (
        "type,name,label\ntext,a,A\nend_repeat,,",
        &["voting/survey.csv, row 3, column type: end_repeat has no begin before it; remove the row or add the begin"],
    ),
    (
        "type,name,label\nbegin_group,g,G\nbegin_repeat,r,R\ntext,a,A\nend_group,,",
        &[
            "voting/survey.csv, row 5, column type: end_group closes \"r\", which is a repeat that began in row 3; close it first",
        ],
    ),
    // Values
    (
        "type,name,label,check,constraint,missing,phase,repeat_count\ninteger,a,A,fatal,. > 1,dk xx,leaving,3\nbegin_group,g,G,,,,later,\ntext,b,B,,,,,\nend_group,,,,,,,",
        &[
            "voting/survey.csv, row 2, column repeat_count: it means nothing here; it belongs on begin_repeat",
            "voting/survey.csv, row 2, column phase: it means nothing here; it belongs on a begin_group at the top",
            "voting/survey.csv, row 2, column check: \"fatal\" is not understood; use error or warning",
            "voting/survey.csv, row 2, column missing: \"xx\" is not understood; use dk (do not know), np (not permitted) or na (not applicable)",
            "voting/survey.csv, row 3, column phase: \"later\" is not understood; use arrival, observing or leaving",
        ],
    ),
    (
        "type,name,label,constraint,phase\nbegin_group,g,G,. > 1,\nbegin_group,h,H,,arrival\ntext,a,A,,\nend_group,,,,\nend_group,,,,",
        &[
            "voting/survey.csv, row 2, column constraint: a constraint means nothing here; remove it",
            "voting/survey.csv, row 3, column phase: it means nothing here; it belongs on a begin_group at the top",
        ],
    ),
    ("type,name,label", &["voting/survey.csv: a question is missing"]),
];

#[test]
fn every_fault_is_said_where_it_is_with_its_remedy() {
    for (survey, expected) in FAULTS {
        assert_eq!(tables(survey).errors(), *expected, "\n{survey}");
    }
}

/// Faults of the sheets, of names, of expressions and circles do not hide each other.
#[test]
fn all_faults_are_said_at_once() {
    let survey = "type,name,label,relevant,calculation,colour\n\
        txt,a,A,,,\n\
        text,b b,B,,,\n\
        integer,c,C,${nope} = 1,,\n\
        calculate,d,,,${e},\n\
        calculate,e,,,${d},\n\
        select_one nolist,f,F,${b b} = 'x',,\n\
        text,g,,selected(${c}),,\n";
    let settings = "form_id,version,form_title,places\nvoting 1,1,Voting,planet\n";
    let choices = "list_name,name,label\nyn,y es,Yes\nyn,no,\nyn,no,No\n";
    let errors = tables(survey).settings(settings).choices(choices).errors();
    let starts = [
        "voting/settings.csv, row 2, column form_id: \"voting 1\" is no valid name",
        "voting/settings.csv, row 2, column places: \"planet\" is not understood; use levels of the places (country, region, commission, station) or none",
        "voting/survey.csv, row 1, column colour: unknown column",
        "voting/survey.csv, row 2, column type: unknown type \"txt\"; did you mean text?",
        "voting/survey.csv, row 3, column name: \"b b\" is no valid name",
        "voting/survey.csv, row 4, column relevant: unknown name ${nope}",
        "voting/survey.csv, row 5, column calculation: the values depend on each other in a circle: d → e → d",
        "voting/survey.csv, row 7, column type: there is no list \"nolist\"",
        "voting/survey.csv, row 8, column label: the label is missing",
        "voting/survey.csv, row 8, column relevant: selected() takes 2 arguments, not 1",
        "voting/choices.csv, row 2, column name: \"y es\" is not understood",
        "voting/choices.csv, row 3, column label: the label is missing",
        "voting/choices.csv, row 4, column name: \"no\" stands before, in row 3",
    ];
    assert_eq!(errors.len(), starts.len(), "{errors:#?}");
    for (error, start) in errors.iter().zip(starts) {
        assert!(error.starts_with(start), "{error}\n{start}");
    }
}

/// Blank lines and rows count as a spreadsheet counts them; cells may hold line breaks.
#[test]
fn rows_are_numbered_as_a_spreadsheet_numbers_them() {
    for newline in ["\n", "\r\n"] {
        let survey = "type,name,label\n\n,,\ntext,a,\"two\nlines\"\n\n\ntxt,b,B\n".replace('\n', newline);
        let errors = tables(&survey).errors();
        assert_eq!(errors.len(), 1);
        assert!(errors[0].starts_with("voting/survey.csv, row 7, column type"), "{errors:?}");
    }
}

/// A survey is data from outside: nothing in it may make the compiler panic.
#[test]
fn no_cell_makes_it_panic() {
    let hostile = [
        "",
        " ",
        "\"\"",
        "${",
        "${}",
        "::",
        "label::",
        "label::()",
        "(((((",
        "'",
        "=",
        "end_group",
        "begin_repeat",
        "9e999",
        "\u{0}",
        "\u{202e}",
        "select_one  or_other",
        "or_other",
        "${a}${b",
        "position(..)",
        ".",
    ];
    for cell in hostile {
        let quoted = format!("\"{}\"", cell.replace('"', "\"\""));
        for column in [
            "type",
            "name",
            "label",
            "relevant",
            "constraint",
            "check",
            "required",
            "missing",
            "calculation",
            "default",
            "read_only",
            "choice_filter",
            "repeat_count",
            "phase",
            "figure",
            "parameters",
            cell,
        ] {
            let header = format!("type,name,label,\"{}\"", column.replace('"', "\"\""));
            let _ = tables(&format!(
                "{header}\nselect_one yn,a,A,{quoted}\nbegin_repeat,r,R,{quoted}\ncalculate,b,,{quoted}\nend_repeat,,,\n"
            ))
            .compile();
            let _ = tables(&format!("type,name,label\n{quoted},{quoted},{quoted}\n"))
                .settings(&format!("{quoted},{quoted}\n{quoted}\n"))
                .compile();
        }
    }
}
