//! A checklist with every kind of question, and random fillings of it.

use baqylau_forms::definition::{Choice, Item, Kind, List, ListRef, Media, Text};
use baqylau_forms::expr::{Chance, Environment};
use baqylau_forms::fill::{CellKey, VisitFacts};
use baqylau_forms::places::{Level, Place, PlaceTable};
use baqylau_forms::value::{Answer, Date, Decimal, Moment, Point, TimeOfDay};
use baqylau_forms::{Definition, Filling, Form, Missing, Places, Zone};
use std::sync::Arc;

/// A deterministic generator (`SplitMix64`): the same numbers for the same seed on every platform.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).expect("a small number")
    }

    pub fn small<T: TryFrom<usize>>(&mut self, limit: usize) -> T {
        T::try_from(self.below(limit)).ok().expect("a small number")
    }

    pub fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    /// Mostly small numbers, sometimes the ends of the range.
    fn number(&mut self) -> i64 {
        match self.below(8) {
            0 => i64::MAX,
            1 => i64::MIN,
            2 => i64::from_le_bytes(self.next().to_le_bytes()),
            _ => i64::from(self.byte()) - 100,
        }
    }

    fn word(&mut self) -> String {
        let words = ["", "Әділ сайлау", "العربية", "a\u{0}b", "\"quoted\", and; more", "🗳", "?dk"];
        words[self.below(words.len())].to_owned()
    }
}

pub fn text(t: &str) -> Text {
    Text(vec![Arc::from(t)])
}

pub fn item(name: &str, parent: Option<u32>, kind: Kind) -> Item {
    Item { name: name.to_owned(), parent, kind, label: text(name), ..Item::default() }
}

pub fn list(name: &str, choices: usize) -> List {
    let choice = |n: usize| Choice {
        name: Arc::from(format!("c{n}").as_str()),
        label: text("choice"),
        exclusive: n == choices - 1 && choices > 3,
        cells: Vec::new(),
    };
    List { name: name.to_owned(), columns: Vec::new(), choices: (0..choices).map(choice).collect() }
}

pub fn compile(lists: Vec<List>, items: Vec<Item>) -> Arc<Form> {
    let definition = Definition {
        format: Definition::FORMAT,
        id: "everything".to_owned(),
        version: "1".to_owned(),
        languages: vec!["en".to_owned()],
        title: text("Everything"),
        places: vec!["station".to_owned()],
        place_optional: true,
        once: false,
        urgent: false,
        lists,
        items,
    };
    Arc::new(Form::compile(definition, places()).expect("the form compiles"))
}

fn places() -> Arc<Places> {
    let level = |id: &str| Level { id: id.to_owned(), label: text(id) };
    let place = |code: &str, level, parent| Place {
        code: Arc::from(code),
        level,
        parent,
        number: Arc::default(),
        label: text(code),
        zone: 0,
        cells: Vec::new(),
    };
    let table = PlaceTable {
        levels: ["region", "station"].map(level).to_vec(),
        columns: Vec::new(),
        zones: vec![Zone::fixed(360)],
        places: vec![place("r0", 0, None), place("r0s0", 1, Some(0)), place("r0s1", 1, Some(0))],
    };
    Arc::new(Places::new(table).expect("the places are sound"))
}

/// Every kind of question, plain and in nested repeats, some only sometimes relevant.
pub fn everything() -> Arc<Form> {
    let own = |n| ListRef::Own(n);
    let kinds = |holder: Option<u32>, prefix: &str| -> Vec<Item> {
        let kinds = [
            Kind::SelectOne { list: own(0) },
            Kind::SelectMultiple { list: own(1) },
            Kind::SelectOne { list: ListRef::Places("station".into()) },
            Kind::SelectMultiple { list: ListRef::Places("station".into()) },
            Kind::Integer,
            Kind::Decimal,
            Kind::Text,
            Kind::Date,
            Kind::Time,
            Kind::DateTime,
            Kind::Geopoint,
            Kind::Attachment { media: Media::Image },
            Kind::Barcode,
            Kind::Range { start: "0".into(), end: "10".into(), step: "0.5".into() },
            Kind::Acknowledge,
            Kind::Note,
            Kind::Hidden,
        ];
        let with = |(n, kind): (usize, Kind)| {
            let mut it = item(&format!("{prefix}{n}"), holder, kind.clone());
            if !matches!(kind, Kind::Note | Kind::Hidden) {
                it.missing = Missing::ALL.to_vec();
            }
            it
        };
        kinds.into_iter().enumerate().map(with).collect()
    };
    let mut items = kinds(None, "q");
    let mut gated = item("gated", None, Kind::Text);
    gated.relevant = Some("${q0} = 'c0'".into());
    items.push(gated);
    let rows = u32::try_from(items.len()).expect("few items");
    items.push(item("row", None, Kind::Repeat { count: None }));
    items.extend(kinds(Some(rows), "r"));
    let inner = u32::try_from(items.len()).expect("few items");
    items.push(item("inner", Some(rows), Kind::Repeat { count: None }));
    items.extend(kinds(Some(inner), "i"));
    let mut hidden = item("gated_row", None, Kind::Repeat { count: None });
    hidden.relevant = Some("${q0} = 'c1'".into());
    let last = u32::try_from(items.len()).expect("few items");
    items.push(hidden);
    items.push(item("in_gated", Some(last), Kind::Integer));
    let mut sum = item("sum", None, Kind::Calculate);
    sum.calculation = Some("count(${row}) + count(${inner})".into());
    items.push(sum);
    compile(vec![list("yn", 2), list("some", 5)], items)
}

pub fn environment() -> Environment {
    Environment { now: Moment { ms: 1_679_200_000_000, offset: 360 }, language: 0, chance: Chance::NONE }
}

pub fn empty(form: &Arc<Form>) -> Filling {
    Filling::new(form.clone(), VisitFacts::default(), environment())
}

/// An answer of the question's kind, not always one of its choices.
fn answer(filling: &Filling, key: CellKey, dice: &mut Dice) -> Answer {
    let item = &filling.form().definition().items[key.node as usize];
    if dice.below(5) == 0 {
        return Answer::Missing(Missing::ALL[dice.below(3)]);
    }
    match item.kind {
        Kind::SelectOne { list: ListRef::Places(_) } => Answer::One(1 + dice.small::<u32>(2)),
        Kind::SelectMultiple { list: ListRef::Places(_) } => Answer::Many(vec![1, 2][..dice.below(3)].to_vec()),
        Kind::SelectOne { .. } => Answer::One(dice.small(2)),
        Kind::SelectMultiple { .. } => {
            let sets = [vec![], vec![0], vec![1, 3], vec![0, 1, 2, 3], vec![4]];
            Answer::Many(sets[dice.below(5)].clone())
        }
        Kind::Integer => Answer::Integer(dice.number()),
        Kind::Decimal => {
            Answer::Decimal(Decimal { digits: dice.number() % 1_000_000, scale: i16::from(dice.byte() % 10) })
        }
        Kind::Date => Answer::Date(Date(dice.small(40_000))),
        Kind::Time => Answer::Time(TimeOfDay(dice.small(86_400))),
        Kind::DateTime => Answer::Moment(Moment { ms: dice.small(1 << 41), offset: 300 }),
        Kind::Geopoint => Answer::Point(Point {
            latitude: 511_234_567,
            longitude: -712_345_678,
            accuracy: dice.small(10_000),
            mock: dice.below(2) == 0,
        }),
        Kind::Attachment { .. } => Answer::Attachment("a1.jpg".into()),
        Kind::Range { .. } => Answer::Decimal(Decimal { digits: dice.small::<i64>(21) * 5, scale: 1 }),
        Kind::Acknowledge => Answer::Acknowledged,
        _ => Answer::Text(dice.word()),
    }
}

/// A filling after random edits; returns the number of accepted edits.
pub fn edited(form: &Arc<Form>, dice: &mut Dice) -> (Filling, usize) {
    let mut filling = empty(form);
    let mut taken = 0;
    for _ in 0..dice.below(120) {
        let keys = filling.shown_keys();
        let key = keys[dice.below(keys.len())];
        let repeat = matches!(form.definition().items[key.node as usize].kind, Kind::Repeat { .. });
        let done = if repeat {
            filling.add_row(key).is_ok()
        } else if key.row > 0 && dice.below(12) == 0 {
            let holder = form.holder(key.node).expect("a row has a repeat");
            filling.remove_row(CellKey { node: holder, row: key.row }).is_ok()
        } else {
            let answer = answer(&filling, key, dice);
            filling.set(key, answer).is_ok()
        };
        taken += usize::from(done);
    }
    (filling, taken)
}
