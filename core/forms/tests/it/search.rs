//! Places are found however their names are written.

use super::support::{places, text};
use baqylau_forms::fold::fold;
use baqylau_forms::places::{Place, Places};
use std::sync::Arc;

const NAMES: [(&str, &str); 14] = [
    ("s1", "École El-Fath"),
    ("s2", "مدرسة الأمل"),
    ("s3", "İstanbul Lisesi"),
    ("s4", "Qız məktəbi"),
    ("s5", "Алматы қ., №12 мектеп"),
    ("s6", "Straße 5"),
    ("s7", "Nguyễn Huệ"),
    ("s8", "Café Noir"),
    ("s9", "Kraków, Łódź"),
    ("s10", "Школа имени Алёны Ё"),
    ("s11", "مَدْرَسَة ى ٤٢"),
    ("s12", "Ίλιον, Πειραιάς"),
    ("o1", "O‘zbekiston ko'chasi"),
    ("m1", "St Mary’s Hall"),
];

fn named() -> Places {
    let mut table = places(1, 0).table().clone();
    for (at, (code, name)) in NAMES.iter().enumerate() {
        let number = Arc::from(format!("{:04}", at + 1));
        table.places.push(Place {
            code: Arc::from(*code),
            level: 2,
            number,
            label: text(name),
            ..table.places[1].clone()
        });
    }
    Places::new(table).expect("the places are sound")
}

fn found(places: &Places, query: &str) -> Vec<String> {
    let found = places.search(places.of_level(2), query, 0, 99);
    found.iter().filter_map(|p| places.get(*p)).map(|p| p.code.to_string()).collect()
}

#[test]
fn a_place_is_found_however_its_name_is_written() {
    let places = named();
    let cases = [
        ("ecole", "s1"),
        ("ÉCOLE", "s1"),
        ("fath ecole", "s1"),
        ("مدرسه الامل", "s2"),
        ("istanbul", "s3"),
        ("ISTANBUL", "s3"),
        ("İSTANBUL", "s3"),
        ("ıstanbul", "s3"),
        ("qiz mektebi", "s4"),
        ("алматы қ 12", "s5"),
        ("алматы к no12", "s5"),
        ("strasse", "s6"),
        ("STRASSE ٥", "s6"),
        ("nguyen hue", "s7"),
        ("Cafe\u{301}", "s8"),
        ("cafe noir", "s8"),
        ("krakow lodz", "s9"),
        ("алены", "s10"),
        ("مدرسه ي ۴۲", "s11"),
        ("ΠΕΙΡΑΙΑΣ ιλιον", "s12"),
        ("ozbekiston", "o1"),
        ("oʻzbekiston koʻchasi", "o1"),
        ("o'zbekiston", "o1"),
        ("st marys", "m1"),
        ("mary's", "m1"),
    ];
    for (query, code) in cases {
        assert_eq!(found(&places, query), [code], "{query}");
    }
    assert_eq!(found(&places, "5"), ["s5", "s6"]);
    assert!(found(&places, "Казань").is_empty());
    assert!(found(&places, "ecole\nmektebi").is_empty(), "no word reaches over to another place");
    assert_eq!(found(&places, " \u{301}").len(), NAMES.len(), "nothing is asked for");
}

#[test]
fn a_search_gives_the_places_in_the_order_that_it_was_given() {
    let places = named();
    let backwards: Vec<u32> = places.of_level(2).iter().rev().copied().collect();
    let codes =
        |found: Vec<u32>| found.iter().map(|p| places.get(*p).expect("a place").code.to_string()).collect::<Vec<_>>();
    assert_eq!(codes(places.search(&backwards, "s1", 0, 2)), ["s12", "s11"]);
    assert_eq!(codes(places.search(&backwards, "s1", 2, 9)), ["s10", "s1"]);
    assert_eq!(codes(places.search(&backwards[3..], "s12", 0, 9)), Vec::<String>::new());
}

#[test]
fn letters_that_only_combine_stay() {
    // Vowels of Thai and the voicing marks of Japanese tell words apart.
    for (a, b) in [("กุ", "ก"), ("が", "か"), ("తె", "త")] {
        assert_ne!(fold(a), fold(b));
    }
}
