//! Figures: blank, hidden and missing answers are unknown, and unknown follows Kleene.

use super::expressions::check_all;
use baqylau_forms::fill::Mode;

#[test]
fn nothing_is_unknown() {
    check_all(
        Mode::Unknown,
        &[
            ("${n}", "", "?"),
            ("${n}", "n=?dk", "?"),
            ("${hidden}", "", "?"),
            ("${hidden}", "m=1", "7"),
            ("${n} > 3", "", "?"),
            ("${n} = ''", "", "?"),
            ("${n} != 3", "n=?np", "?"),
            ("${n} + 1", "", "?"),
            ("-${n}", "", "?"),
            ("${abc} = ''", "", "?"),
            ("selected(${abc}, 'a')", "", "?"),
            ("selected(${abc}, 'a')", "abc=?dk", "?"),
            ("selected(${abc}, 'a')", "abc=b", "false"),
            ("count-selected(${abc})", "", "?"),
            ("concat('a', ${t})", "", "?"),
            ("regex(${t}, '.*')", "", "?"),
            ("round(${d})", "", "?"),
            ("min(${n}, 3)", "", "?"),
            ("boolean(${n})", "", "?"),
            ("if(${n} > 1, 1, 2)", "", "?"),
            ("visit('departed_at')", "", "?"),
            ("coalesce(${n}, 0)", "", "0"),
            ("coalesce(${n}, 0)", "n=?dk", "0"),
            ("coalesce(${n}, ${m})", "", "?"),
        ],
    );
}

#[test]
fn unknown_follows_kleene() {
    let known = [("true()", Some(true)), ("false()", Some(false)), ("${n} = 1", None)];
    let word = |v: Option<bool>| v.map_or("?".to_owned(), |b| b.to_string());
    for (left, l) in known {
        check_all(Mode::Unknown, &[(&format!("not({left})"), "", &word(l.map(|b| !b)))]);
        for (right, r) in known {
            let and = if l == Some(false) || r == Some(false) { Some(false) } else { l.zip(r).map(|_| true) };
            let or = if l == Some(true) || r == Some(true) { Some(true) } else { l.zip(r).map(|_| false) };
            check_all(Mode::Unknown, &[(&format!("{left} and {right}"), "", &word(and))]);
            check_all(Mode::Unknown, &[(&format!("{left} or {right}"), "", &word(or))]);
        }
    }
}

#[test]
fn rows_are_known_one_by_one() {
    check_all(
        Mode::Unknown,
        &[
            ("${r_n} = 2", "r_n=1|2|", "true"),
            ("${r_n} = 3", "r_n=1|2|", "?"),
            ("${r_n} = 3", "r_n=1|2", "false"),
            ("sum(${r_n})", "r_n=1|2|", "?"),
            ("sum(${r_n})", "r_n=1|2", "3"),
            ("count(${r_n})", "r_n=1|2|", "3"),
        ],
    );
}
