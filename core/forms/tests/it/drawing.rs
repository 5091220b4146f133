//! What is drawn by chance is drawn once, recorded, and never drawn again.

use super::support::*;
use baqylau_forms::Filling;
use baqylau_forms::definition::{Check, Kind};
use baqylau_forms::expr::{Chance, Environment};
use baqylau_forms::fill::Mutation;
use std::sync::atomic::{AtomicU64, Ordering};

/// Never the same twice.
fn draw() -> [u8; 16] {
    static DRAWN: AtomicU64 = AtomicU64::new(1);
    let n = DRAWN.fetch_add(1, Ordering::Relaxed);
    u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835_u128).to_be_bytes()
}

fn chance() -> Environment {
    Environment { chance: Chance::of(draw), ..environment() }
}

fn items() -> Vec<Q> {
    vec![
        q("n", Kind::Integer),
        calculate("r", "random()"),
        calculate("id", "once(uuid())"),
        calculate("station", "int(${r} * 100) + 1"),
        q("lot", Kind::Integer).calculation("int(random() * ${n})"),
        q("first", Kind::Text).default("uuid()"),
        repeat("rows", Some("${n}")),
        calculate("of_row", "concat(${n}, '-', uuid())").inside("rows"),
    ]
}

const DRAWN: [&str; 4] = ["r", "id", "first", "lot"];

fn drawn(f: &Filling) -> Vec<String> {
    let rows = f.shown_keys().len();
    let of_rows = (1..=2).map(|row| answer_in(f, "of_row", row));
    DRAWN.into_iter().chain(["station"]).map(|n| answer(f, n)).chain(of_rows).chain([rows.to_string()]).collect()
}

fn filled() -> Filling {
    let mut f = Filling::new(form(items()), facts(), chance());
    set(&mut f, "n", "2");
    f
}

#[test]
fn what_is_drawn_is_of_its_kind() {
    let (f, other) = (filled(), filled());
    let r: f64 = answer(&f, "r").parse().expect("a number");
    assert!((0.0..1.0).contains(&r), "{r}");
    let id = answer(&f, "id");
    let parts: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12], "{id}");
    assert!(id.as_bytes()[14] == b'4' && b"89ab".contains(&id.as_bytes()[19]), "{id}");
    for name in ["r", "id", "first"] {
        assert_ne!(answer(&f, name), answer(&other, name), "{name}");
    }
    assert_ne!(answer_in(&f, "of_row", 1), answer_in(&f, "of_row", 2));
}

#[test]
fn what_was_drawn_is_never_drawn_again() {
    let mut f = filled();
    let before = drawn(&f);
    assert!(
        f.take_mutations()
            .iter()
            .any(|m| matches!(m, Mutation::Answer(k, Some(_)) if Some(k.node) == f.form().find("r")))
    );
    let reopened = |how: fn(_, _, _, _) -> (Filling, usize), with| how(f.form().clone(), facts(), with, f.snapshot());
    for (again, misfits) in [
        reopened(Filling::restore, chance()),
        reopened(Filling::recorded, chance()),
        // A desk draws nothing.
        reopened(Filling::recorded, environment()),
    ] {
        assert_eq!((drawn(&again), misfits), (before.clone(), 0));
    }
    let (carried, left) = f.carry(form(items()));
    assert_eq!((drawn(&carried), left.len()), (before.clone(), 0), "to another version");
    set(&mut f, "n", "5");
    set(&mut f, "n", "2");
    assert_eq!(drawn(&f), before, "what it reads changed");
}

#[test]
fn a_draw_where_it_would_be_made_anew_is_a_fault() {
    let said = |item: Q| faults(vec![q("n", Kind::Integer), item]).join("; ");
    for item in [
        q("a", Kind::Text).relevant("random() > 0.5"),
        q("a", Kind::Text).required("random() > 0.5"),
        q("a", Kind::Text).read_only("random() > 0.5"),
        q("a", Kind::Text).constraint(". != uuid()", Check::Error),
        repeat("a", Some("random() * 5")),
    ] {
        let said = said(item);
        assert!(said.contains("stands only in a calculation or a default"), "{said}");
    }
    assert!(form(items()).expression("random() > 0.5").is_err(), "nor in a figure");
}
