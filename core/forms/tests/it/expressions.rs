//! The expression language: XPath's rules for numbers, truth and texts, and what does not parse.

use super::support::{Q, add_row, calculate, filling, many, one, q, repeat, set, set_in, value};
use baqylau_forms::definition::Kind;
use baqylau_forms::expr::parse;
use baqylau_forms::fill::Mode;

/// One question of every sort, and a repeat inside a repeat.
pub fn questions() -> Vec<Q> {
    vec![
        q("n", Kind::Integer).missing(),
        q("m", Kind::Integer),
        q("d", Kind::Decimal),
        q("t", Kind::Text),
        q("u", Kind::Text),
        q("day", Kind::Date),
        q("hour", Kind::Time),
        q("at", Kind::DateTime),
        q("ok", Kind::Acknowledge),
        q("spot", Kind::Geopoint),
        one("yn", 0),
        many("abc", 1).missing(),
        q("hidden", Kind::Integer).relevant("${m} = 1").default("7"),
        repeat("r", None),
        q("r_n", Kind::Integer).inside("r"),
        q("r_t", Kind::Text).inside("r"),
        repeat("rr", None).inside("r"),
        q("rr_n", Kind::Integer).inside("rr"),
        calculate("r_sum", "sum(${rr_n})").inside("r"),
    ]
}

/// Evaluates with answers such as `n=3; t=word`; `r_n=1|2|` makes three rows of which the last is blank.
fn evaluate(expression: &str, answers: &str, mode: Mode) -> String {
    let mut f = filling(questions());
    let mut rows: Vec<u32> = Vec::new();
    for (name, literal) in answers.split("; ").filter_map(|a| a.split_once('=')) {
        if !name.starts_with("r_") {
            set(&mut f, name, literal);
            continue;
        }
        for (at, literal) in literal.split('|').enumerate() {
            if rows.len() <= at {
                rows.push(add_row(&mut f, "r", 0));
            }
            if !literal.is_empty() {
                set_in(&mut f, name, rows[at], literal);
            }
        }
    }
    value(&f, expression, mode)
}

pub fn check_all(mode: Mode, cases: &[(&str, &str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(expression, answers, expected)| {
            let found = evaluate(expression, answers, mode);
            (found != *expected).then(|| format!("{expression} with {answers:?} is {found}, not {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn numbers_follow_xpath() {
    check_all(
        Mode::Blank,
        &[
            ("1 + 2 * 3", "", "7"),
            ("(1 + 2) * 3", "", "9"),
            ("10 - 4 - 3", "", "3"),
            ("2 * 3 div 4", "", "1.5"),
            ("-2 * 3", "", "-6"),
            ("2--2", "", "4"),
            ("--2", "", "2"),
            ("- ${n}", "n=3", "-3"),
            ("${n}-1", "n=3", "2"),
            ("5 mod 2", "", "1"),
            ("5 mod -2", "", "1"),
            ("-5 mod 2", "", "-1"),
            ("-5 mod -2", "", "-1"),
            ("1.5 mod .5", "", "0"),
            ("5 mod 0", "", "NaN"),
            ("1 div 0", "", "Infinity"),
            ("-1 div 0", "", "-Infinity"),
            ("0 div 0", "", "NaN"),
            ("string(-0)", "", "'0'"),
            ("0.1 + 0.2", "", "0.30000000000000004"),
            ("string(1000000 * 1000000)", "", "'1000000000000'"),
            ("'3' + '4'", "", "7"),
            ("true() + 1", "", "2"),
            ("${n} + 1", "", "NaN"),
            ("${t} + 1", "t=three", "NaN"),
            ("${d} * 2", "d=0.25", "0.5"),
            ("number(' 12.50 ')", "", "12.5"),
            ("number('-.5')", "", "-0.5"),
            ("number('5.')", "", "5"),
            ("number('1e3')", "", "NaN"),
            ("number('+1')", "", "NaN"),
            ("number('- 1')", "", "NaN"),
            ("number('')", "", "NaN"),
            ("number('.')", "", "NaN"),
            ("number('Infinity')", "", "NaN"),
            ("number(true())", "", "1"),
        ],
    );
}

#[test]
fn truth_and_comparison_follow_xpath() {
    check_all(
        Mode::Blank,
        &[
            ("boolean('')", "", "false"),
            ("boolean('false')", "", "true"),
            ("boolean(' ')", "", "true"),
            ("boolean(0)", "", "false"),
            ("boolean(-1)", "", "true"),
            ("boolean(0 div 0)", "", "false"),
            ("not(${n})", "", "true"),
            ("not(${n})", "n=0", "true"),
            ("'a' = 'a'", "", "true"),
            ("'1.0' = '1'", "", "false"),
            ("'1.0' = 1", "", "true"),
            ("true() = 'x'", "", "true"),
            ("true() = 0", "", "false"),
            ("'' = 0", "", "false"),
            ("'' != 0", "", "true"),
            ("0 div 0 = 0 div 0", "", "false"),
            ("0 div 0 != 0 div 0", "", "true"),
            ("'b' > 'a'", "", "false"),
            ("'10' > '9'", "", "true"),
            ("2 >= 2 and 2 <= 2", "", "true"),
            ("1 = 1 = 1", "", "true"),
            ("3 > 2 > 1", "", "false"),
            ("1 < 2 = true()", "", "true"),
            ("true() or false() and false()", "", "true"),
            ("(true() or false()) and false()", "", "false"),
            ("1 + 1 = 2 and 3 - 1 = 2", "", "true"),
            ("${n} > 5", "", "false"),
            ("${n} <= 5", "", "false"),
            ("not(${n} > 5)", "", "true"),
            ("${n} = ''", "", "true"),
            ("${n} != ''", "n=0", "true"),
            ("${n} > 5", "n=?dk", "false"),
            ("${n} = ''", "n=?dk", "true"),
            ("${hidden} = ''", "", "true"),
            ("${hidden} + 1", "m=1", "8"),
            ("${yn} = 'yes'", "yn=yes", "true"),
            ("${yn} != 'yes'", "yn=no", "true"),
            ("${ok} = 'OK'", "ok=OK", "true"),
            ("“x” = ‘x’", "", "true"),
        ],
    );
}

#[test]
fn texts() {
    check_all(
        Mode::Blank,
        &[
            ("concat('a', 1, true())", "", "'a1true'"),
            ("concat(${n}, '/', ${t})", "n=3; t=x y", "'3/x y'"),
            ("join('-', 'a', 'b')", "", "'a-b'"),
            ("string(1.50)", "", "'1.5'"),
            ("string(1 div 0)", "", "'Infinity'"),
            ("string-length('қазақ')", "", "5"),
            ("string-length('')", "", "0"),
            ("substr('abcdef', 1, 3)", "", "'bc'"),
            ("substr('abcdef', 4)", "", "'ef'"),
            ("substr('abcdef', -2)", "", "'ef'"),
            ("substr('abcdef', 0, -2)", "", "'abcd'"),
            ("substr('abcdef', 4, 2)", "", "''"),
            ("substr('abc', 9, 99)", "", "''"),
            ("substr('Сайлау', 1, 2)", "", "'а'"),
            ("contains('abc', 'bc')", "", "true"),
            ("contains('abc', '')", "", "true"),
            ("contains('', 'a')", "", "false"),
            ("starts-with('abc', 'ab')", "", "true"),
            ("ends-with('abc', 'bc')", "", "true"),
            ("normalize-space('  a   b ')", "", "'a b'"),
            ("translate('bar', 'abc', 'AB')", "", "'BAr'"),
            ("translate('--aaa--', 'abc-', 'ABC')", "", "'AAA'"),
            ("regex('abc', 'b')", "", "false"),
            ("regex('abc', 'a.c')", "", "true"),
            ("regex('b', 'a|b')", "", "true"),
            ("regex('ab', 'a|b')", "", "false"),
            ("regex(${n}, '[0-9]{2}')", "n=12", "true"),
            ("regex('', '.*')", "", "true"),
        ],
    );
}

#[test]
fn what_does_not_parse_says_where() {
    let cases = [
        ("", "expected a value at 0"),
        ("1 +", "expected a value at 3"),
        ("(1", "expected `)` at 2"),
        ("1 2", "expected an operator or the end at 2"),
        ("f(1", "expected `,` or `)` at 3"),
        ("'a", "the text that starts at 0 is not closed; add the closing sign"),
        ("${a", "the name that starts at 0 is not closed; add the closing sign"),
        ("1.2.3", "expected a number at 0"),
        ("a # b", "unexpected '#' at 2"),
        ("a && b", "unexpected '&' at 2"),
        ("= 1", "expected a value at 0"),
    ];
    for (source, expected) in cases {
        assert_eq!(parse(source).expect_err(source).to_string(), expected, "{source}");
    }
    let deep = format!("{}1{}", "(".repeat(100), ")".repeat(100));
    assert!(parse(&deep).expect_err("too deep").to_string().contains("split it into calculations"));
}
