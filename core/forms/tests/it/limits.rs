//! Long, deep and endless things: refused, or done on little stack and in little time.

use super::support::{Q, calculate, compile, definition, environment, facts, places, q, repeat, set};
use baqylau_forms::definition::{Definition, Item, Kind};
use baqylau_forms::form::MAX_ITEMS;
use baqylau_forms::{Filling, Form};
use std::sync::Arc;
use std::thread;

/// As much stack as the smallest platform gives a thread that is not the main one.
const SMALL_STACK: usize = 512 * 1024;

pub fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(SMALL_STACK).spawn(work).expect("a thread").join().expect("no panic");
}

#[test]
fn a_long_chain_of_operators_does_not_overflow() {
    for operator in [" + 1", " or 0", " = 1", " - ${n}"] {
        for length in [400, 3_000, 100_000] {
            let source = format!("1{}", operator.repeat(length));
            on_a_small_stack(move || {
                let Ok(form) = compile(vec![q("n", Kind::Integer), calculate("x", &source)]) else { return };
                let mut f = Filling::new(Arc::new(form), facts(), environment());
                set(&mut f, "n", "1");
            });
        }
    }
}

fn tower(kind: &Kind, height: usize, relevant: &str) -> Definition {
    let mut definition = definition(vec![q("n", Kind::Integer)]);
    for at in 0..height {
        let parent = (at > 0).then(|| u32::try_from(at).expect("few items"));
        definition.items.push(Item { name: format!("g{at}"), kind: kind.clone(), parent, ..Item::default() });
    }
    definition.items[1].relevant = Some(relevant.to_owned());
    definition
}

#[test]
fn a_tower_of_groups_does_not_overflow() {
    for kind in
        [Kind::Group { phase: None }, Kind::Repeat { count: None }, Kind::Repeat { count: Some("1".to_owned()) }]
    {
        let definition = tower(&kind, MAX_ITEMS - 1, "${n} = 1");
        on_a_small_stack(move || {
            let Ok(form) = Form::compile(definition, places(1, 1)) else { return };
            let mut f = Filling::new(Arc::new(form), facts(), environment());
            f.open_section(0);
            for n in ["1", "2", "1"] {
                set(&mut f, "n", n);
            }
            assert!(f.snapshot().len() < 20_000);
        });
    }
}

/// Nesting that authors write is no tower.
#[test]
fn twenty_groups_inside_each_other_are_fine() {
    for kind in [Kind::Group { phase: None }, Kind::Repeat { count: Some("1".to_owned()) }] {
        let mut definition = tower(&kind, 20, "${n} = 1");
        let inside = q("deep", Kind::Text).item;
        definition.items.push(Item { parent: Some(20), ..inside });
        on_a_small_stack(move || {
            let form = Form::compile(definition, places(1, 1)).expect("it compiles");
            let mut f = Filling::new(Arc::new(form), facts(), environment());
            let asked = |f: &Filling| f.progress().asked;
            assert_eq!(asked(&f), 1);
            set(&mut f, "n", "1");
            assert_eq!(asked(&f), 2);
            set(&mut f, "n", "2");
            assert_eq!(asked(&f), 1);
        });
    }
}

/// Repeats that count each other up must be refused or come to an end.
#[test]
fn repeats_that_feed_each_other_come_to_an_end() {
    let forms: Vec<Vec<Q>> = vec![
        vec![repeat("r", Some("count(${r}) + 1")), q("a", Kind::Text).inside("r")],
        vec![
            repeat("s", Some("10")),
            q("b", Kind::Text).inside("s"),
            repeat("r", Some("count(${r}) + 1")),
            q("a", Kind::Text).inside("r"),
        ],
        vec![
            repeat("r", Some("count(${s}) + 1")),
            q("a", Kind::Text).inside("r"),
            repeat("s", Some("count(${r}) + 1")),
            q("b", Kind::Text).inside("s"),
        ],
        vec![repeat("r", Some("5000")), repeat("s", Some("5000")).inside("r"), q("b", Kind::Text).inside("s")],
    ];
    for items in forms {
        let (done, ended) = std::sync::mpsc::channel();
        thread::spawn(move || {
            if let Ok(form) = compile(items) {
                let _ = Filling::new(Arc::new(form), facts(), environment());
            }
            done.send(()).expect("the test waits");
        });
        ended.recv_timeout(std::time::Duration::from_secs(20)).expect("it comes to an end");
    }
}
