//! What is offered: filters, cascades over many places, pages and search, choices that are offered no longer.

use super::support::{
    answer, definition, environment, facts, filling, issues, key, list, many, one, place, places, q, set, text, view,
};
use baqylau_forms::definition::{Choice, Definition, Kind, List};
use baqylau_forms::fill::{ChoiceView, FillError, OfferedChoices};
use baqylau_forms::value::Answer;
use baqylau_forms::{Filling, Form};
use std::sync::Arc;

fn names(choices: &[ChoiceView]) -> Vec<&str> {
    choices.iter().map(|c| c.name.as_ref()).collect()
}

fn offered(f: &Filling, name: &str) -> Vec<String> {
    let all = f.choices(key(f, name, 0), "", 0, usize::MAX);
    all.iter().map(|c| c.name.to_string()).collect()
}

/// A form over 10 regions of 1,000 stations each.
fn cascade() -> Filling {
    let items = vec![
        place("region", "region"),
        place("station", "station").filter("region = ${region}"),
        place("prison", "station").filter("kind = 'prison' and region = ${region}"),
        place("any", "station"),
        place("swapped", "station").filter("${region} = region and name != 'r3s0'"),
        place("either", "station").filter("region = ${region} or region = 'r0'"),
    ];
    let form = Form::compile(definition(items), places(10, 1000)).expect("the form compiles");
    Filling::new(Arc::new(form), facts(), environment())
}

#[test]
fn places_cascade() {
    let mut f = cascade();
    assert_eq!(offered(&f, "region").len(), 10);
    assert_eq!(offered(&f, "station").len(), 0);
    assert_eq!(offered(&f, "any").len(), 10_000);
    set(&mut f, "region", "r3");
    assert_eq!(offered(&f, "station").len(), 1000);
    assert!(offered(&f, "station").iter().all(|s| s.starts_with("r3s")));
    assert_eq!(offered(&f, "prison").len(), 500);
    assert_eq!(offered(&f, "prison")[0], "r3s1");
    assert_eq!(offered(&f, "swapped").len(), 999);
    assert_eq!(offered(&f, "either").len(), 2000);
    assert_eq!(view(&f, "station").choices, OfferedChoices::Paged { count: 1000 });
    assert!(matches!(view(&f, "region").choices, OfferedChoices::Inline(list) if list.len() == 10));
}

/// A lookup must let through exactly what the filter lets through: every station is tried.
#[test]
fn what_is_offered_is_what_can_be_set() {
    let mut f = cascade();
    set(&mut f, "region", "r7");
    for question in ["station", "prison", "swapped", "either"] {
        let at = key(&f, question, 0);
        let listed = f.choices(at, "", 0, usize::MAX).iter().map(|c| c.choice).collect::<Vec<_>>();
        let count = f.form().places().table().places.len();
        let mut settable = Vec::new();
        for choice in (0..u32::try_from(count).expect("few places")).step_by(97).chain(listed.iter().copied().take(40))
        {
            let done = f.set(at, Answer::One(choice));
            assert_eq!(done.is_ok(), listed.contains(&choice), "{question} {choice}");
            assert!(done.is_ok() || done == Err(FillError::NotOffered { name: question.to_owned() }));
            settable.push(choice);
        }
        assert!(!settable.is_empty());
    }
}

#[test]
fn long_lists_are_searched_and_paged() {
    let mut f = cascade();
    set(&mut f, "region", "r3");
    let station = key(&f, "station", 0);
    assert_eq!(names(&f.choices(station, "", 998, 10)), ["r3s998", "r3s999"]);
    assert_eq!(names(&f.choices(station, "NAME R3S99", 0, 3)), ["r3s99", "r3s990", "r3s991"]);
    assert_eq!(names(&f.choices(station, "r3s99", 9, 10)), ["r3s998", "r3s999"]);
    assert!(f.choices(station, "r4s1", 0, 10).is_empty());
    assert!(f.choices(station, "", 5000, 10).is_empty());
    let missing = baqylau_forms::fill::CellKey { node: 999, row: 0 };
    assert!(f.choices(missing, "", 0, 10).is_empty());
}

#[test]
fn a_choice_that_is_offered_no_longer_is_an_issue() {
    let mut f = cascade();
    set(&mut f, "region", "r3");
    set(&mut f, "station", "r3s5");
    assert!(issues(&f).is_empty());
    set(&mut f, "region", "r4");
    assert_eq!(issues(&f), ["station NotOffered"]);
    assert_eq!(answer(&f, "station"), "r3s5");
    set(&mut f, "station", "r4s5");
    assert!(issues(&f).is_empty());
    set(&mut f, "region", "r3");
    set(&mut f, "region", "r4");
    assert!(issues(&f).is_empty());
}

/// Police of the state, voters of the street, and a filter over several columns.
fn columns() -> Definition {
    let choice = |name: &str, cells: [&str; 2]| Choice {
        name: Arc::from(name),
        label: text(name),
        exclusive: false,
        cells: cells.map(str::to_owned).to_vec(),
    };
    let who = List {
        name: "who".to_owned(),
        columns: vec!["kind".to_owned(), "age".to_owned()],
        choices: vec![
            choice("police", ["state", "40"]),
            choice("mayor", ["state", "60"]),
            choice("voter", ["street", ""]),
        ],
    };
    let mut definition = definition(vec![
        q("kind", Kind::Text),
        q("limit", Kind::Integer),
        one("first", 0).filter("kind = ${kind}"),
        many("all", 0).filter("kind = ${kind} and age <= ${limit}"),
        one("not", 0).filter("name != 'mayor' and not(kind = 'street')"),
    ]);
    definition.lists = vec![who, list("yn", &["yes"])];
    definition
}

#[test]
fn filters_see_the_columns_of_the_list() {
    let form = Form::compile(columns(), places(1, 1)).expect("the form compiles");
    let mut f = Filling::new(Arc::new(form), facts(), environment());
    assert!(offered(&f, "first").is_empty());
    assert_eq!(offered(&f, "not"), ["police"]);
    set(&mut f, "kind", "state");
    assert_eq!(offered(&f, "first"), ["police", "mayor"]);
    set(&mut f, "limit", "50");
    assert_eq!(offered(&f, "all"), ["police"]);
    set(&mut f, "limit", "70");
    set(&mut f, "all", "police mayor");
    set(&mut f, "limit", "50");
    assert_eq!(issues(&f), ["all NotOffered"]);
    assert_eq!(view(&f, "all").answer_text, "police, mayor");
}

#[test]
fn a_list_of_more_than_a_page_is_searched_too() {
    let names: Vec<String> = (0..50).map(|i| format!("c{i}")).collect();
    let mut definition = definition(vec![one("a", 0)]);
    definition.lists = vec![list("long", &names.iter().map(String::as_str).collect::<Vec<_>>())];
    let f =
        Filling::new(Arc::new(Form::compile(definition, places(1, 1)).expect("it compiles")), facts(), environment());
    let a = key(&f, "a", 0);
    assert_eq!(view(&f, "a").choices, OfferedChoices::Paged { count: 50 });
    assert_eq!(f.choices(a, "c4", 1, 2).iter().map(|c| c.name.as_ref()).collect::<Vec<_>>(), ["c40", "c41"]);
    assert_eq!(f.choices(a, "C 9", 0, 9).len(), 5);
}

#[test]
fn exclusive_choices_are_marked() {
    let f = filling(vec![many("abc", 1)]);
    let choices = f.choices(key(&f, "abc", 0), "", 0, 9);
    assert_eq!(choices.iter().map(|c| c.exclusive).collect::<Vec<_>>(), [false, false, false, true]);
    assert_eq!(choices[0].label.as_ref(), "A");
}
