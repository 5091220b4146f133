//! Numbers, positions and dates as people type them.

use super::support::{definition, environment, facts, filling, key, places, q, set, view};
use baqylau_forms::definition::Kind;
use baqylau_forms::fill::{read_literal, write_literal};
use baqylau_forms::{Filling, Form};
use std::sync::Arc;

/// What a question of a kind takes a text for, or what it expects instead.
fn taken(kind: Kind, text: &str) -> Result<String, String> {
    let mut f = filling(vec![q("a", kind)]);
    let a = key(&f, "a", 0);
    let answer = read_literal(f.form(), a.node, text).map_err(|e| e.to_string())?;
    let written = write_literal(f.form(), a.node, &answer);
    let again = read_literal(f.form(), a.node, &written);
    assert!(again.as_ref() == Ok(&answer), "{text} is written {written}, which is another answer");
    f.set(a, answer).map_err(|e| e.to_string())?;
    Ok(written)
}

#[test]
fn whole_numbers_are_read_in_the_digits_of_every_script() {
    let same = [
        ("123", "123"),
        ("١٢٣", "123"),
        ("۱۲۳", "123"),
        ("१२३", "123"),
        ("９９", "99"),
        ("𝟡𝟡", "99"),
        ("\u{200f}١٢٣\u{200e}", "123"),
        ("12 345", "12345"),
        ("12\u{a0}345", "12345"),
        ("12\u{202f}345", "12345"),
        ("1\u{2009}234\u{2009}567", "1234567"),
        ("12'345", "12345"),
        ("١٢٬٣٤٥", "12345"),
        (" -7 ", "-7"),
        ("−7", "-7"),
        ("+7", "7"),
        ("007", "7"),
    ];
    for (text, number) in same {
        assert_eq!(taken(Kind::Integer, text).as_deref(), Ok(number), "{text}");
    }
    for text in
        ["²", "½", "Ⅳ", "12,5", "12.0", "1e3", "0x10", "12 34", "1 2345", "12345 678", "12 345 67", "--5", "", "٫"]
    {
        let said = taken(Kind::Integer, text).expect_err(text);
        assert!(said.contains("12345"), "{text}: {said}");
    }
}

#[test]
fn what_has_too_many_digits_is_told_how_many_there_may_be() {
    for text in ["9223372036854775808", "1234567890123456789012", "12 345 678 901 234 567 890", "-9999999999999999999"]
    {
        let said = taken(Kind::Integer, text).expect_err(text);
        assert!(said.starts_with("a whole number of at most 18 digits"), "{text}: {said}");
    }
    for text in ["0.1234567890", "12345678901234567890", "1234567890123,1234567"] {
        let said = taken(Kind::Decimal, text).expect_err(text);
        assert!(
            said.starts_with("a number of at most 18 digits, at most 9 of them behind the point"),
            "{text}: {said}"
        );
    }
    for (kind, text) in [(Kind::Integer, "999999999999999999"), (Kind::Decimal, "999999999.999999999")] {
        taken(kind, text).expect(text);
    }
}

/// What a language shows is what the one reader reads: also where a comma could stand before thousands.
#[test]
fn decimals_that_can_be_changed_are_shown_as_the_language_writes_them_and_read_back() {
    for (language, shown) in [
        ("ru", ["12,5", "0,125", "12.345", "-7,25", "1234,567"]),
        ("en", ["12.5", "0.125", "12.345", "-7.25", "1234.567"]),
    ] {
        let mut definition = definition(vec![q("a", Kind::Decimal)]);
        definition.languages = vec![language.to_owned()];
        let form = Arc::new(Form::compile(definition, places(1, 1)).expect("it compiles"));
        let mut f = Filling::new(form, facts(), environment());
        for (typed, shown) in ["12.5", "0.125", "12.345", "-7.25", "1234.567"].into_iter().zip(shown) {
            set(&mut f, "a", typed);
            let view = view(&f, "a");
            assert_eq!(view.answer_text, shown, "{language}");
            let again = read_literal(f.form(), view.key.node, &view.answer_text).expect("it is read back");
            assert!(Some(again) == view.answer, "{language}: {shown}");
        }
    }
}

#[test]
fn decimals_are_read_with_a_comma_too() {
    let same = [
        ("12.5", "12.5"),
        ("12,5", "12.5"),
        ("١٢٫٥", "12.5"),
        ("۱۲٫۵", "12.5"),
        ("12,50", "12.50"),
        ("0,125", "0.125"),
        ("1234,567", "1234.567"),
        ("12 345,678", "12345.678"),
        ("12'345.6", "12345.6"),
        ("12.345", "12.345"),
        ("٠٫١٢٥", "0.125"),
        ("١٬٢٣٤٫٥", "1234.5"),
        (",5", "0.5"),
        (".5", "0.5"),
        ("-0,5", "-0.5"),
        ("7", "7"),
    ];
    for (text, number) in same {
        assert_eq!(taken(Kind::Decimal, text).as_deref(), Ok(number), "{text}");
    }
}

#[test]
fn a_number_that_may_be_read_in_two_ways_is_asked_back() {
    for text in ["12,345", "1.234,5", "1,234.5", "1,234,567", "1.234.567", "999,000", "١٢،٣٤٥"] {
        for kind in [Kind::Integer, Kind::Decimal] {
            let said = taken(kind, text).expect_err(text);
            assert!(said.contains("in one way only") && said.contains("12.345"), "{text}: {said}");
        }
    }
}

#[test]
fn a_range_takes_what_is_on_its_steps() {
    let range =
        |start: &str, end: &str, step: &str| Kind::Range { start: start.into(), end: end.into(), step: step.into() };
    for text in ["5", "5.0", "٥", "0", "10"] {
        taken(range("0", "10", "1"), text).expect(text);
    }
    for text in ["5.5", "5,5", "11", "-1", "0.999999999"] {
        let said = taken(range("0", "10", "1"), text).expect_err(text);
        assert!(said.contains("on one of its steps"), "{said}");
    }
    // Tenths have no exact floating point.
    for text in ["0.1", "0.3", "0.7", "1,0"] {
        taken(range("0.1", "1", "0.1"), text).expect(text);
    }
    taken(range("1", "10", "2"), "4").expect_err("the steps begin at the start");
}

#[test]
fn positions_are_read_with_points_commas_and_other_digits() {
    let here = "51.1000000 71.4000000 0 0.00";
    for text in [
        "51.1 71.4",
        "51.1,71.4",
        "51.1, 71.4",
        "51,1 71,4",
        "51,1; 71,4",
        "51,1, 71,4",
        "٥١٫١ ٧١٫٤",
        "٥١٫١، ٧١٫٤",
        "۵۱٫۱ ۷۱٫۴",
        "+51.1 +71.4",
        "51,100 71,400",
    ] {
        assert_eq!(taken(Kind::Geopoint, text).as_deref(), Ok(here), "{text}");
    }
    assert_eq!(taken(Kind::Geopoint, "51 71").as_deref(), Ok("51.0000000 71.0000000 0 0.00"));
    assert_eq!(taken(Kind::Geopoint, "-51.1 -71.4 300 4.5").as_deref(), Ok("-51.1000000 -71.4000000 0 4.50"));
    assert_eq!(taken(Kind::Geopoint, "51.123456789012 71.4 0 0").as_deref(), Ok("51.1234568 71.4000000 0 0.00"));
}

#[test]
fn a_position_that_may_be_another_is_refused() {
    let texts = [
        "151.1 71.4",
        "51.1 181",
        "51,71",
        "51,1,71,4",
        "51,1 71",
        "51 71,4",
        "51.1 71,4",
        "51,1 71.4",
        "51,71 0 4",
        "51.1",
        "51.1 71.4 0 4 9",
        "51.1 71.4 0 -4",
        "51.1N 71.4E",
        "NaN 71",
        "inf 71",
        "1e1 2e1",
        "٥١,١",
        "",
        ",",
        "51.1.2 71.4",
    ];
    for text in texts {
        let said = taken(Kind::Geopoint, text).expect_err(text);
        assert!(said.contains("51.1 71.4"), "{text}: {said}");
    }
}

#[test]
fn dates_of_another_calendar_and_times_that_no_clock_shows_are_refused() {
    assert_eq!(taken(Kind::Date, "2026-12-04").as_deref(), Ok("2026-12-04"));
    assert_eq!(taken(Kind::Date, "٢٠٢٦-١٢-٠٤").as_deref(), Ok("2026-12-04"));
    assert_eq!(taken(Kind::Date, "1900-01-01").as_deref(), Ok("1900-01-01"));
    for text in ["0001-01-01", "1405-09-13", "2569-12-04", "1899-12-31", "2026-02-30", "12-04-2026", "04/12/2026"] {
        taken(Kind::Date, text).expect_err(text);
    }
    taken(Kind::DateTime, "1405-09-13T08:00+00:00").expect_err("a year of the Persian calendar");
    for (text, time) in
        [("08:00", "08:00:00"), ("٠٨:٠٠", "08:00:00"), ("23:59:59", "23:59:59"), ("10:00:00.000+02:00", "10:00:00")]
    {
        assert_eq!(taken(Kind::Time, text).as_deref(), Ok(time), "{text}");
    }
    for text in ["23:59:60", "24:00", "12:30:45 or so", "12:30:45xyz", "٢٥:٠٠"] {
        taken(Kind::Time, text).expect_err(text);
    }
}
