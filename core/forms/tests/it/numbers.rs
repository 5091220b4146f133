//! Numbers: computed as XPath's, kept as the shortest decimal, shown as people write them.

use super::expressions::check_all;
use super::support::*;
use baqylau_forms::definition::{Definition, Kind};
use baqylau_forms::fill::Mode;
use baqylau_forms::value::{Answer, Decimal};
use baqylau_forms::{Filling, Form};
use std::sync::Arc;

#[test]
fn a_computed_number_is_kept_as_the_shortest_decimal() {
    for (expression, shown) in [
        ("7 div 2", "3.5"),
        ("1 div 3", "0.3333333333333333"),
        ("0.1 + 0.2", "0.30000000000000004"),
        ("99999999999 + 0.01", "99999999999.01"),
        ("99999999999 * 99999999999", "9999999999800000000000"),
        ("1 div 10000000", "0.0000001"),
        ("0 - 1 div 8", "-0.125"),
        ("9007199254740991 + 0", "9007199254740991"),
        ("2 * 3", "6"),
        ("0 * -1", "0"),
        ("0 div 0", "-"),
        ("1 div 0", "-"),
    ] {
        assert_eq!(answer(&filling(vec![calculate("c", expression)]), "c"), shown, "{expression}");
    }
}

/// Through a store and back, bit for bit, whatever the number.
#[test]
fn a_computed_number_reads_back_as_the_same() {
    let edges = [f64::MAX, f64::MIN_POSITIVE, f64::from_bits(1), -1e300, 2f64.sqrt(), 1e16, 123_456_789.123_456_79];
    let dice = (1..20_000u64).map(|n| f64::from_bits(n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).filter(|x| x.is_finite());
    for x in edges.into_iter().chain(dice) {
        let decimal = Decimal::shortest(x).expect("finite");
        assert!(Answer::Decimal(decimal).is_possible(), "{x:e}");
        assert_eq!(decimal.float().to_bits(), x.to_bits(), "{x:e}");
        assert_eq!(decimal.to_string().parse::<f64>(), Ok(x), "{x:e}");
    }
    assert_eq!([f64::NAN, f64::INFINITY].map(Decimal::shortest), [None, None]);
}

#[test]
fn a_calculation_of_a_calculation_is_not_rounded_in_between() {
    let f = filling(vec![calculate("third", "1 div 3"), calculate("one", "${third} * 3 = 1")]);
    assert_eq!(answer(&f, "one"), "true");
    check_all(Mode::Blank, &[("(1 div 3) * 3 = 1", "", "true")]);
}

#[test]
fn questions_that_are_filled_in_take_numbers_of_their_kind() {
    let f = filling(vec![
        q("i", Kind::Integer).calculation("8 div 2"),
        q("d", Kind::Decimal).calculation("1 div 3"),
        q("t", Kind::Text).calculation("7 div 2"),
        q("none", Kind::Integer).calculation("0 div 0"),
    ]);
    assert_eq!(["i", "d", "t", "none"].map(|n| answer(&f, n)), ["4", "0.3333333333333333", "3.5", "-"]);
    let (again, misfits) = Filling::restore(f.form().clone(), facts(), environment(), f.snapshot());
    assert_eq!((misfits, again.snapshot() == f.snapshot()), (0, true));
}

/// What people type is never turned into a floating-point number on its way.
#[test]
fn typed_numbers_stay_as_they_were_typed() {
    let mut f = filling(vec![q("i", Kind::Integer), q("d", Kind::Decimal)]);
    for (name, text) in [("i", "9223372036854775807"), ("i", "-9007199254740993"), ("d", "12.50"), ("d", "0.123456789")]
    {
        set(&mut f, name, text);
        let (again, _) = Filling::restore(f.form().clone(), facts(), environment(), f.snapshot());
        assert_eq!(answer(&again, name), text);
    }
    let wide = Answer::Decimal(Decimal { digits: 1, scale: 10 });
    let d = key(&f, "d", 0);
    assert!(f.set(d, wide).is_err());
}

/// The stored number is the same in every language; labels and answers are read by people.
#[test]
fn numbers_are_shown_in_the_notation_of_the_language() {
    for (code, shown) in
        [("en", "3.5"), ("kk", "3,5"), ("ru", "3,5"), ("fr-CA", "3,5"), ("es-MX", "3.5"), ("de", "3,5")]
    {
        let items = vec![
            q("d", Kind::Decimal),
            q("half", Kind::Decimal).calculation("7 div 2").read_only("yes"),
            q("note", Kind::Note).label("${d} and ${half}"),
        ];
        let definition = Definition { languages: vec![code.to_owned()], ..definition(items) };
        let form = Arc::new(Form::compile(definition, places(1, 1)).expect("it compiles"));
        let mut f = Filling::new(form, facts(), environment());
        set(&mut f, "d", "1.50");
        assert_eq!(view(&f, "half").answer_text, shown, "{code}");
        let typed = shown.replace('3', "1").replace('5', "50");
        assert_eq!(*view(&f, "note").label, *format!("{typed} and {shown}"), "{code}");
        let stored = (answer(&f, "d"), answer(&f, "half"));
        assert_eq!((view(&f, "d").answer_text, stored), (typed, ("1.50".to_owned(), "3.5".to_owned())), "{code}");
    }
}

/// Blank and hidden rows do not count, as in `JavaRosa`; in a figure, blank stays unknown.
#[test]
fn totals_skip_what_is_blank_or_hidden() {
    check_all(
        Mode::Blank,
        &[
            ("sum(${r_n})", "r_n=1||3", "4"),
            ("min(${r_n})", "r_n=4||3", "3"),
            ("max(${r_n})", "r_n=|4|3", "4"),
            ("max(${r_n})", "r_n=-4||-3", "-3"),
            ("sum(${r_n})", "r_n=||", "0"),
            ("count-non-empty(${r_n})", "r_n=1||3", "2"),
            ("count-non-empty(${r_n}) = count(${r})", "r_n=1|2", "true"),
            ("count-non-empty(${n})", "", "0"),
            ("max(${r_n})", "r_n=||", "NaN"),
            ("min(${n}, 3)", "", "3"),
        ],
    );
    let mut f = filling(vec![
        repeat("r", None),
        one("seen", 0).inside("r"),
        q("n", Kind::Integer).relevant("${seen} = 'yes'").inside("r"),
        calculate("totals", "concat(sum(${n}), ' ', count(${n}), ' ', min(${n}), ' ', max(${n}), ' ', count(${r}))"),
    ]);
    for (seen, n) in [("yes", "5"), ("yes", "7"), ("no", "")] {
        let row = add_row(&mut f, "r", 0);
        set_in(&mut f, "seen", row, seen);
        if !n.is_empty() {
            set_in(&mut f, "n", row, n);
        }
    }
    assert_eq!(answer(&f, "totals"), "12 2 5 7 3");
    set_in(&mut f, "seen", 1, "no");
    assert_eq!(answer(&f, "totals"), "7 1 7 7 3");
    set_in(&mut f, "seen", 3, "yes");
    assert_eq!(answer(&f, "totals"), "7 2 7 7 3");
}

/// With one party's votes still blank, a check of the total holds against what is there.
#[test]
fn a_check_of_a_total_can_be_met_with_a_blank_row() {
    use baqylau_forms::definition::Check;
    let mut f = filling(vec![
        repeat("r", None),
        q("votes", Kind::Integer).inside("r"),
        q("valid", Kind::Integer).constraint(". = sum(${votes})", Check::Error),
    ]);
    let (a, _) = (add_row(&mut f, "r", 0), add_row(&mut f, "r", 0));
    set_in(&mut f, "votes", a, "30");
    set(&mut f, "valid", "30");
    assert!(issues(&f).is_empty());
}

#[test]
fn rounding_is_decimal() {
    check_all(
        Mode::Blank,
        &[
            ("round(1.005, 2)", "", "1.01"),
            ("round(2.675, 2)", "", "2.68"),
            ("round(-1.005, 2)", "", "-1"),
            ("round(-2.51)", "", "-3"),
            ("round(0.49999999999999994)", "", "0"),
            ("round(9007199254740993)", "", "9007199254740992"),
            ("round(1 div 3, 20)", "", "0.3333333333333333"),
            ("round(5, -1)", "", "10"),
            ("round(4, -1)", "", "0"),
            ("round(1, -30)", "", "0"),
            ("round(1, 31)", "", "NaN"),
            ("round(1 div 0, 2)", "", "Infinity"),
        ],
    );
}

#[test]
fn dates_are_decimal_days() {
    check_all(
        Mode::Blank,
        &[
            ("decimal-date-time('2023-10-15')", "", "19645"),
            ("decimal-date-time('2023-10-15T12:00:00Z')", "", "19645.5"),
            ("decimal-date-time('2023-10-15T18:00:00+06:00')", "", "19645.5"),
            ("decimal-date-time(${day})", "day=2023-10-15", "19645"),
            ("decimal-date-time('')", "", "NaN"),
            ("number('12,5')", "", "12.5"),
        ],
    );
}

#[test]
fn nothing_is_selected_in_nothing() {
    check_all(
        Mode::Blank,
        &[
            ("selected(${abc}, '')", "", "true"),
            ("selected(${abc}, '')", "abc=a b", "false"),
            ("selected('a b', ' b ')", "", "true"),
            ("selected('a b c', 'b c')", "", "true"),
        ],
    );
}

/// Bits of the library that phone and desk share; the systems' own differ in the last places.
#[test]
fn powers_are_the_same_everywhere() {
    for (base, exponent) in [(1.1, 10.5), (2.0, 0.5), (10.0, -7.0), (0.3, 33.3)] {
        let f = filling(vec![calculate("c", &format!("pow({base}, {exponent})"))]);
        let shown = Decimal::shortest(libm::pow(base, exponent)).expect("finite");
        assert_eq!(answer(&f, "c"), shown.to_string());
    }
}

/// What the clock said was recorded when the report was signed.
#[test]
fn what_was_computed_from_the_clock_is_not_computed_again() {
    use baqylau_forms::expr::{Chance, Environment};
    use baqylau_forms::value::Moment;
    let f = filling(vec![calculate("at", "now()"), calculate("late", "${at} > '2023-03-19T14:45'")]);
    let later = Environment {
        now: Moment { ms: environment().now.ms + 3_600_000, offset: 360 },
        language: 0,
        chance: Chance::NONE,
    };
    let (desk, _) = Filling::recorded(f.form().clone(), facts(), later, f.snapshot());
    assert_eq!(["at", "late"].map(|n| answer(&desk, n)), ["at", "late"].map(|n| answer(&f, n)));
}
