//! Small forms, and ways to fill them and to look at them.

use baqylau_forms::definition::{Check, Choice, Definition, Item, Kind, List, ListRef, Text};
use baqylau_forms::expr::{Chance, Environment, Val};
use baqylau_forms::fill::{CellKey, Mode, Outcome, QuestionView, ViewChange, VisitFacts, read_literal};
use baqylau_forms::form::DefinitionProblem;
use baqylau_forms::places::{Level, Place, PlaceTable};
use baqylau_forms::value::Moment;
use baqylau_forms::{Filling, Form, Missing, Places, Zone};
use std::sync::Arc;

/// An item, written down in parts.
#[derive(Debug, Clone)]
pub struct Q {
    pub item: Item,
    inside: Option<&'static str>,
}

pub fn q(name: &str, kind: Kind) -> Q {
    Q { item: Item { name: name.to_owned(), kind, label: text(name), ..Item::default() }, inside: None }
}

pub fn group(name: &str) -> Q {
    q(name, Kind::Group { phase: None })
}

pub fn repeat(name: &str, count: Option<&str>) -> Q {
    q(name, Kind::Repeat { count: count.map(str::to_owned) })
}

pub fn calculate(name: &str, expression: &str) -> Q {
    q(name, Kind::Calculate).calculation(expression)
}

pub fn one(name: &str, list: u32) -> Q {
    q(name, Kind::SelectOne { list: ListRef::Own(list) })
}

pub fn many(name: &str, list: u32) -> Q {
    q(name, Kind::SelectMultiple { list: ListRef::Own(list) })
}

pub fn place(name: &str, level: &str) -> Q {
    q(name, Kind::SelectOne { list: ListRef::Places(level.to_owned()) })
}

impl Q {
    pub fn inside(self, holder: &'static str) -> Self {
        Self { inside: Some(holder), ..self }
    }

    fn with(mut self, change: impl FnOnce(&mut Item)) -> Self {
        change(&mut self.item);
        self
    }

    pub fn relevant(self, e: &str) -> Self {
        self.with(|i| i.relevant = Some(e.to_owned()))
    }

    pub fn calculation(self, e: &str) -> Self {
        self.with(|i| i.calculation = Some(e.to_owned()))
    }

    pub fn constraint(self, e: &str, check: Check) -> Self {
        self.with(|i| {
            i.constraint = Some(e.to_owned());
            i.check = check;
        })
    }

    pub fn required(self, e: &str) -> Self {
        self.with(|i| i.required = Some(e.to_owned()))
    }

    pub fn read_only(self, e: &str) -> Self {
        self.with(|i| i.read_only = Some(e.to_owned()))
    }

    pub fn default(self, e: &str) -> Self {
        self.with(|i| i.default = Some(e.to_owned()))
    }

    pub fn filter(self, e: &str) -> Self {
        self.with(|i| i.choice_filter = Some(e.to_owned()))
    }

    pub fn missing(self) -> Self {
        self.with(|i| i.missing = Missing::ALL.to_vec())
    }

    pub fn label(self, label: &str) -> Self {
        self.with(|i| i.label = text(label))
    }
}

pub fn text(t: &str) -> Text {
    Text(vec![Arc::from(t)])
}

/// A list; a `!` before a name makes the choice exclusive.
pub fn list(name: &str, choices: &[&str]) -> List {
    let choice = |c: &&str| {
        let name = c.trim_start_matches('!');
        Choice {
            name: Arc::from(name),
            label: text(&name.to_uppercase()),
            exclusive: c.starts_with('!'),
            cells: Vec::new(),
        }
    };
    List { name: name.to_owned(), columns: Vec::new(), choices: choices.iter().map(choice).collect() }
}

/// Lists 0 `yn` and 1 `abc`, whose `none` excludes the others.
pub fn lists() -> Vec<List> {
    vec![list("yn", &["yes", "no"]), list("abc", &["a", "b", "c", "!none"])]
}

pub fn definition(items: Vec<Q>) -> Definition {
    let names: Vec<String> = items.iter().map(|q| q.item.name.clone()).collect();
    let parent = |q: &Q| {
        let at = names.iter().position(|n| Some(n.as_str()) == q.inside)?;
        u32::try_from(at).ok()
    };
    Definition {
        format: Definition::FORMAT,
        id: "test".to_owned(),
        version: "1".to_owned(),
        languages: vec!["en".to_owned()],
        title: text("Test"),
        places: vec!["station".to_owned()],
        place_optional: true,
        once: false,
        urgent: false,
        lists: lists(),
        items: items.iter().map(|q| Item { parent: parent(q), ..q.item.clone() }).collect(),
    }
}

/// A country, `regions` of it, and `stations` in each.
pub fn places(regions: usize, stations: usize) -> Arc<Places> {
    let level = |id: &str| Level { id: id.to_owned(), label: text(id) };
    let mut table = PlaceTable {
        levels: ["country", "region", "station"].map(level).to_vec(),
        columns: vec!["kind".to_owned()],
        zones: vec![Zone::fixed(360)],
        places: Vec::new(),
    };
    let place = |code: String, level, parent, kind: &str| Place {
        code: Arc::from(code.as_str()),
        level,
        parent,
        number: Arc::default(),
        label: text(&format!("Name of {code}")),
        zone: 0,
        cells: vec![Arc::from(kind)],
    };
    table.places.push(place("kz".to_owned(), 0, None, ""));
    for r in 0..regions {
        let above = u32::try_from(table.places.len()).expect("few places");
        table.places.push(place(format!("r{r}"), 1, Some(0), ""));
        for s in 0..stations {
            let kind = if s % 2 == 0 { "regular" } else { "prison" };
            table.places.push(place(format!("r{r}s{s}"), 2, Some(above), kind));
        }
    }
    Arc::new(Places::new(table).expect("the places are sound"))
}

pub fn compile(items: Vec<Q>) -> Result<Form, Vec<DefinitionProblem>> {
    Form::compile(definition(items), places(2, 3))
}

pub fn form(items: Vec<Q>) -> Arc<Form> {
    Arc::new(compile(items).expect("the form compiles"))
}

/// 19 March 2023, 14:30 in Astana.
pub fn environment() -> Environment {
    Environment { now: moment("2023-03-19T14:30:00+06:00"), language: 0, chance: Chance::NONE }
}

pub fn moment(text: &str) -> Moment {
    Moment::parse(text, 360).expect("a moment")
}

pub fn facts() -> VisitFacts {
    VisitFacts {
        code: "T001-01".to_owned(),
        arrived_at: Some(moment("2023-03-19T09:00:00+06:00")),
        departed_at: None,
        outcome: Outcome::Observed,
        mode: "phone".to_owned(),
        place: Some(2),
    }
}

pub fn filling(items: Vec<Q>) -> Filling {
    Filling::new(form(items), facts(), environment())
}

/// The key of a question: outside of repeats, or in a row.
pub fn key(filling: &Filling, name: &str, row: u32) -> CellKey {
    CellKey { node: filling.form().find(name).expect("the item exists"), row }
}

/// Sets an answer written as a text.
pub fn set_in(filling: &mut Filling, name: &str, row: u32, literal: &str) -> ViewChange {
    let key = key(filling, name, row);
    let answer = read_literal(filling.form(), key.node, literal).expect("an answer of its kind");
    filling.set(key, answer).unwrap_or_else(|e| panic!("{name} = {literal}: {e}"))
}

pub fn set(filling: &mut Filling, name: &str, literal: &str) -> ViewChange {
    set_in(filling, name, 0, literal)
}

pub fn clear(filling: &mut Filling, name: &str) -> ViewChange {
    let key = key(filling, name, 0);
    filling.clear(key).expect("it can be cleared")
}

pub fn add_row(filling: &mut Filling, repeat: &str, row: u32) -> u32 {
    let key = key(filling, repeat, row);
    filling.add_row(key).expect("a row can be added").0.row
}

/// The answer as a text; `-` when there is none.
pub fn answer_in(filling: &Filling, name: &str, row: u32) -> String {
    let key = key(filling, name, row);
    let write = |a| baqylau_forms::fill::write_literal(filling.form(), key.node, a);
    filling.answer(key).map_or_else(|| "-".to_owned(), write)
}

pub fn answer(filling: &Filling, name: &str) -> String {
    answer_in(filling, name, 0)
}

/// The value of an expression, in words.
pub fn value(filling: &Filling, expression: &str, mode: Mode) -> String {
    let expr = filling.form().expression(expression).unwrap_or_else(|e| panic!("{expression}: {e:?}"));
    show(&filling.evaluate(&expr, mode))
}

/// Texts in quotes, unknown as `?`, rows in brackets.
pub fn show(value: &Val) -> String {
    match value {
        Val::Unknown => "?".to_owned(),
        Val::Text(t) => format!("'{t}'"),
        Val::Number(_) | Val::Bool(_) => value.string().into_owned(),
        Val::Date(d) => format!("date {d}"),
        Val::Time(t) => format!("time {t}"),
        Val::Moment(m) => format!("moment {m}"),
        Val::Many(rows) => format!("[{}]", rows.iter().map(show).collect::<Vec<_>>().join(" ")),
    }
}

/// Names of what is shown, in order, with the row where it is not the form itself.
pub fn shown(filling: &Filling) -> String {
    let definition = filling.form().definition();
    let name = |k: &CellKey| {
        let name = &definition.items[k.node as usize].name;
        if k.row == 0 { name.clone() } else { format!("{name}#{}", k.row) }
    };
    filling.shown_keys().iter().map(name).collect::<Vec<_>>().join(" ")
}

/// Issues in words: name, sort, and the reason it was confirmed with.
pub fn issues(filling: &Filling) -> Vec<String> {
    let definition = filling.form().definition();
    let line = |p: &baqylau_forms::fill::AnswerProblem| {
        let name = &definition.items[p.key.node as usize].name;
        let confirmed = p.confirmed.as_deref().map(|c| format!(" ({c})")).unwrap_or_default();
        format!("{name} {:?}{confirmed}", p.issue)
    };
    filling.issues().iter().map(line).collect()
}

/// The row of a question in the first section, as it is drawn.
pub fn view(filling: &Filling, name: &str) -> QuestionView {
    filling.question(key(filling, name, 0))
}

/// What is wrong with a form, in words: item, column, fault.
pub fn faults(items: Vec<Q>) -> Vec<String> {
    let names: Vec<String> = items.iter().map(|q| q.item.name.clone()).collect();
    let line = |p: &DefinitionProblem| {
        let name = p.item.and_then(|i| names.get(i)).map_or("", String::as_str);
        format!("{name} {}: {}", p.field.column(), p.fault)
    };
    compile(items).err().map(|p| p.iter().map(line).collect()).unwrap_or_default()
}
