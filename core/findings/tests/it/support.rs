//! A small checklist and observations of it.

use baqylau_findings::{CompiledFigure, Computed, Figure, FigureError, Observation, Unit, compute};
use baqylau_forms::definition::{Choice, Item, Kind, List, ListRef, Text};
use baqylau_forms::expr::{Chance, Environment};
use baqylau_forms::fill::{CellKey, VisitFacts, read_literal};
use baqylau_forms::places::{Level, Place, PlaceTable};
use baqylau_forms::value::Moment;
use baqylau_forms::{Definition, Filling, Form, Missing, Places, Zone};
use std::collections::HashMap;
use std::sync::Arc;

fn text(t: &str) -> Text {
    Text(vec![Arc::from(t)])
}

fn item(name: &str, kind: Kind, relevant: Option<&str>) -> Item {
    let relevant = relevant.map(str::to_owned);
    let missing = Missing::ALL.to_vec();
    Item { name: name.to_owned(), kind, label: text(name), relevant, missing, ..Item::default() }
}

fn list(name: &str, choices: &[&str]) -> List {
    let choice = |c: &&str| Choice { name: Arc::from(*c), label: text(c), exclusive: false, cells: Vec::new() };
    List { name: name.to_owned(), columns: Vec::new(), choices: choices.iter().map(choice).collect() }
}

/// Whether the box was sealed, and by whom; how many of the members were women; which papers were displayed.
pub fn form() -> Arc<Form> {
    let one = || Kind::SelectOne { list: ListRef::Own(0) };
    let definition = Definition {
        format: Definition::FORMAT,
        id: "visit".to_owned(),
        version: "1".to_owned(),
        languages: vec!["en".to_owned()],
        title: text("Visit"),
        places: vec!["station".to_owned()],
        place_optional: true,
        once: false,
        urgent: false,
        lists: vec![list("yn", &["yes", "no"]), list("papers", &["law", "lists", "samples"])],
        items: vec![
            item("sealed", one(), None),
            item("by_chair", one(), Some("${sealed} = 'yes'")),
            item("women", Kind::Integer, None),
            item("members", Kind::Integer, None),
            item("papers", Kind::SelectMultiple { list: ListRef::Own(1) }, None),
        ],
    };
    let level = Level { id: "station".to_owned(), label: text("station") };
    let place = |n: usize| Place {
        code: Arc::from(format!("s{n}").as_str()),
        level: 0,
        parent: None,
        number: Arc::default(),
        label: text("station"),
        zone: 0,
        cells: Vec::new(),
    };
    let table = PlaceTable {
        levels: vec![level],
        columns: Vec::new(),
        zones: vec![Zone::fixed(360)],
        places: (0..9).map(place).collect(),
    };
    let places = Arc::new(Places::new(table).expect("the places are sound"));
    Arc::new(Form::compile(definition, places).expect("the form compiles"))
}

/// A later version: one question added in front, first and last swapped, two removed, the choices of both lists
/// reversed.
pub fn later_form() -> Arc<Form> {
    let mut definition = form().definition().clone();
    definition.version = "2".to_owned();
    definition.items.swap(0, 4);
    definition.items.retain(|item| item.name != "women" && item.name != "by_chair");
    definition.items.insert(0, item("weather", Kind::Text, None));
    definition.lists.iter_mut().for_each(|list| list.choices.reverse());
    Arc::new(Form::compile(definition, form().places().clone()).expect("the form compiles"))
}

/// An observation with answers, for example `sealed=yes by_chair=?dk`.
pub fn observation(form: &Arc<Form>, index: u64, place: u32, answers: &str) -> Observation {
    let environment =
        Environment { now: Moment { ms: 1_679_200_000_000, offset: 360 }, language: 0, chance: Chance::NONE };
    let facts = VisitFacts { place: Some(place), ..VisitFacts::default() };
    let mut filling = Filling::new(form.clone(), facts, environment);
    for pair in answers.split_whitespace() {
        let (name, value) = pair.split_once('=').expect("name=value");
        let node = form.find(name).expect("the question");
        let answer = read_literal(form, node, &value.replace('+', " ")).expect("an answer");
        filling.set(CellKey { node, row: 0 }, answer).expect("set");
    }
    Observation { index, checklist: "visit".into(), place: Some(place), filling }
}

pub fn observations(form: &Arc<Form>, all: &[&str]) -> Vec<Observation> {
    (0..).zip(all).map(|(n, answers)| observation(form, u64::from(n), n % 9, answers)).collect()
}

pub fn figure(unit: Unit, counts: &str) -> Figure {
    let value = match unit {
        Unit::Majority => "majority",
        Unit::Breakdown => "law=0",
        _ => "0",
    };
    Figure {
        id: "f".into(),
        checklist: "visit".into(),
        unit,
        counts: counts.into(),
        of: String::new(),
        base: String::new(),
        per: String::new(),
        published: "as printed".into(),
        value: value.into(),
        tolerance: String::new(),
        sentence: text("{value}"),
    }
}

pub fn compile(form: &Arc<Form>, figure: Figure) -> Result<CompiledFigure, Vec<FigureError>> {
    let forms = HashMap::from([("visit".to_owned(), form.clone())]);
    CompiledFigure::all(vec![figure], &forms).map(|mut all| all.remove(0))
}

pub fn computed(form: &Arc<Form>, figure: Figure, all: &[Observation]) -> Computed {
    compute(&[compile(form, figure).expect("compiles")], all, 404).remove(0)
}
