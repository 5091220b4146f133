//! Times of places where the clocks are changed.

use super::support::{filling, key, q};
use baqylau_forms::Zone;
use baqylau_forms::definition::Kind;
use baqylau_forms::fill::{read_literal_at, write_literal};
use baqylau_forms::value::{Date, Moment};

fn ms(text: &str) -> i64 {
    Moment::parse(text, 0).expect("a moment").ms
}

/// Bucharest in 2026: forward on 29 March at 03:00, back on 25 October at 04:00.
fn bucharest() -> Zone {
    let changes = vec![(ms("2026-03-29T01:00Z"), 180), (ms("2026-10-25T01:00Z"), 120)];
    Zone { name: "Europe/Bucharest".into(), offset: 120, changes }
}

fn read(text: &str) -> Result<String, String> {
    let f = filling(vec![q("m", Kind::DateTime)]);
    let m = key(&f, "m", 0).node;
    let answer = read_literal_at(f.form(), m, text, &bucharest()).map_err(|e| e.to_string())?;
    Ok(write_literal(f.form(), m, &answer))
}

#[test]
fn a_local_time_has_the_offset_of_its_moment() {
    let cases = [
        ("2026-01-05T08:00", "2026-01-05T08:00:00.000+02:00"),
        ("2026-07-05T08:00", "2026-07-05T08:00:00.000+03:00"),
        ("2026-07-05 08:00:30", "2026-07-05T08:00:30.000+03:00"),
        ("2026-03-29T02:59", "2026-03-29T02:59:00.000+02:00"),
        ("2026-03-29T04:00", "2026-03-29T04:00:00.000+03:00"),
        ("2026-10-25T02:59", "2026-10-25T02:59:00.000+03:00"),
        ("2026-10-25T04:00", "2026-10-25T04:00:00.000+02:00"),
        ("2026-07-05T08:00+05:00", "2026-07-05T08:00:00.000+05:00"),
        ("2026-07-05T08:00:00Z", "2026-07-05T08:00:00.000Z"),
    ];
    for (text, moment) in cases {
        assert_eq!(read(text).map(|t| t.replace("+00:00", "Z")).as_deref(), Ok(moment), "{text}");
    }
}

#[test]
fn a_time_that_is_skipped_or_twice_is_asked_back() {
    let skipped = read("2026-03-29T03:30").expect_err("the clocks are put forward over it");
    assert!(skipped.contains("put forward"), "{skipped}");
    let twice = read("2026-10-25T03:30").expect_err("it is twice");
    assert!(twice.ends_with("add the offset from UTC: 2026-10-25T03:30+03:00 or 2026-10-25T03:30+02:00"), "{twice}");
    assert_eq!(read("2026-10-25T03:30+03:00").as_deref(), Ok("2026-10-25T03:30:00.000+03:00"));
    assert_eq!(read("2026-10-25T03:30+02:00").as_deref(), Ok("2026-10-25T03:30:00.000+02:00"));
}

#[test]
fn a_day_begins_where_its_clocks_say() {
    let day = |text| Date::parse(text).expect("a day");
    assert_eq!(bucharest().midnight(day("2026-07-05")), ms("2026-07-04T21:00Z"));
    assert_eq!(bucharest().midnight(day("2026-03-29")), ms("2026-03-28T22:00Z"));
    assert_eq!(bucharest().of_day(day("2026-03-29"), 3 * 60 + 30), ms("2026-03-29T01:30Z"));
    assert_eq!(bucharest().of_day(day("2026-10-25"), 3 * 60 + 30), ms("2026-10-25T00:30Z"));
}

#[test]
fn a_constant_offset_is_read_and_nothing_else() {
    let cases = [("+05:00", 300), ("-02:30", -150), ("+00:00", 0), ("+14:00", 840), ("−03:00", -180)];
    for (text, minutes) in cases {
        assert_eq!(Zone::parse_offset(text), Some(minutes), "{text}");
        assert_eq!(Zone::fixed(minutes).at(0), minutes);
    }
    for text in ["", "5", "+5", "+5:00", "05:00", "+15:00", "+05:60", "+-5:00", "+05:0٠", "Asia/Almaty"] {
        assert_eq!(Zone::parse_offset(text), None, "{text}");
    }
}

#[test]
fn zones_that_are_none_are_refused() {
    let mut zone = bucharest();
    assert!(zone.is_sound());
    zone.changes.reverse();
    assert!(!zone.is_sound(), "the changes are not in their order");
    assert!(!Zone::fixed(i16::MIN).is_sound() && !Zone::fixed(i16::MAX).is_sound());
}
