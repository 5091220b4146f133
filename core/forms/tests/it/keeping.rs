//! What a store keeps, and damaged stores.

use super::random::{Dice, edit, everything, same};
use super::support::{
    add_row, answer, calculate, environment, facts, filling, form, issues, key, one, q, repeat, set, set_in,
};
use baqylau_forms::Filling;
use baqylau_forms::definition::{Check, Kind};
use baqylau_forms::expr::{Chance, Environment};
use baqylau_forms::fill::{CellKey, Mutation, SavedRow};
use baqylau_forms::value::{Answer, Moment};

#[test]
fn a_mutation_says_what_changed_and_no_more() {
    let mut f = filling(vec![q("n", Kind::Integer), calculate("double", "${n} * 2"), q("t", Kind::Text)]);
    assert!(f.take_mutations().is_empty());
    set(&mut f, "n", "2");
    let at = |name: &str| key(&f, name, 0);
    let (n, double) = (at("n"), at("double"));
    let answer = |key, n| Mutation::Answer(key, Some(Answer::Integer(n)));
    assert_eq!(f.take_mutations(), [answer(n, 2), answer(double, 4)]);
    f.confirm(n, Some("yes".to_owned())).expect("a question");
    set(&mut f, "n", "2");
    assert_eq!(
        f.take_mutations(),
        [Mutation::Reason(n, Some("yes".to_owned())), Mutation::Reason(n, None), answer(n, 2)]
    );
    assert!(f.take_mutations().is_empty());
}

/// Rows keep their number, also when rows before them are gone.
#[test]
fn rows_are_the_same_after_restoring() {
    let mut f = filling(vec![
        repeat("r", None),
        q("n", Kind::Integer).inside("r"),
        repeat("s", None).inside("r"),
        q("m", Kind::Text).inside("s"),
    ]);
    let rows = [add_row(&mut f, "r", 0), add_row(&mut f, "r", 0), add_row(&mut f, "r", 0)];
    let inner = add_row(&mut f, "s", rows[2]);
    set_in(&mut f, "m", inner, "kept");
    let first = key(&f, "r", rows[0]);
    f.remove_row(first).expect("a row");
    let (mut again, misfits) = Filling::restore(f.form().clone(), facts(), environment(), f.snapshot());
    assert_eq!(misfits, 0);
    same(&again, &f, "restored");
    assert_eq!(add_row(&mut again, "r", 0), add_row(&mut f, "r", 0));
}

/// The store of a long session: rows have come and gone many times.
#[test]
fn rows_of_a_long_session_are_kept() {
    let mut f = filling(vec![
        one("yn", 0),
        q("k", Kind::Integer),
        repeat("r", Some("${k}")),
        q("n", Kind::Integer).inside("r"),
    ]);
    for _ in 0..5 {
        set(&mut f, "k", "4900");
        set(&mut f, "k", "0");
    }
    set(&mut f, "k", "1");
    let (again, misfits) = Filling::restore(f.form().clone(), facts(), environment(), f.snapshot());
    assert_eq!(misfits, 0);
    same(&again, &f, "restored");
}

/// A question with a calculation can be changed by hand; only what it is computed from may change it back.
#[test]
fn what_was_changed_by_hand_is_kept() {
    let mut f = filling(vec![q("n", Kind::Integer), q("double", Kind::Integer).calculation("${n} * 2")]);
    set(&mut f, "n", "2");
    set(&mut f, "double", "5");
    let (again, _) = Filling::restore(f.form().clone(), facts(), environment(), f.snapshot());
    assert_eq!(answer(&again, "double"), "5");
}

/// A check that looks at the clock was judged when the answer was set.
#[test]
fn a_check_of_the_time_is_not_made_again() {
    let form = form(vec![
        q("t", Kind::DateTime).constraint(". <= now()", Check::Error),
        q("u", Kind::Text).constraint(". = 'a'", Check::Error),
    ]);
    let mut f = Filling::new(form, facts(), environment());
    set(&mut f, "t", "2023-03-19T14:00:00+06:00");
    set(&mut f, "u", "b");
    assert_eq!(issues(&f), ["u Error"]);
    let earlier = Environment { now: Moment { ms: 0, offset: 0 }, language: 0, chance: Chance::NONE };
    let (again, _) = Filling::restore(f.form().clone(), facts(), earlier, f.snapshot());
    assert_eq!(issues(&again), ["u Error"]);
}

#[test]
fn once_and_start_survive_restoring() {
    let form = form(vec![q("began", Kind::Start), calculate("first", "once(now())"), calculate("always", "now()")]);
    let f = Filling::new(form, facts(), environment());
    let later = Environment {
        now: Moment { ms: environment().now.ms + 60_000, offset: 360 },
        language: 0,
        chance: Chance::NONE,
    };
    let (again, _) = Filling::restore(f.form().clone(), facts(), later, f.snapshot());
    assert_eq!([answer(&again, "began"), answer(&again, "first")], [answer(&f, "began"), answer(&f, "first")]);
    assert_eq!(answer(&again, "always"), "2023-03-19T14:31:00.000+06:00");
}

#[test]
fn what_does_not_fit_is_left_out_and_counted() {
    let items = vec![q("n", Kind::Integer), one("yn", 0), repeat("r", None), q("m", Kind::Integer).inside("r")];
    let at = |node, row| CellKey { node, row };
    let row = |row, repeat, parent| Mutation::AddRow(SavedRow { row, repeat, parent });
    let integer = |key, n| Mutation::Answer(key, Some(Answer::Integer(n)));
    let wrong = [
        integer(at(1, 0), 1),
        integer(at(0, 1), 1),
        integer(at(99, 0), 1),
        integer(at(3, 0), 1),
        integer(at(u32::MAX, u32::MAX), 1),
        Mutation::Answer(at(1, 0), Some(Answer::One(9))),
        Mutation::Answer(at(1, 0), Some(Answer::Many(vec![0]))),
        Mutation::Note(at(99, 0), None),
        Mutation::Reason(at(0, 7), Some("x".to_owned())),
        row(0, 2, 0),
        row(u32::MAX, 2, 0),
        row(1, 0, 0),
        row(1, 2, 5),
        row(1, 99, 0),
        Mutation::RemoveRow(0),
        Mutation::RemoveRow(5),
        Mutation::RemoveRow(u32::MAX),
    ];
    let count = wrong.len();
    let mut kept = wrong.to_vec();
    kept.extend([integer(at(0, 0), 4), row(3, 2, 0), integer(at(3, 3), 5), row(4, 2, 0), Mutation::RemoveRow(4)]);
    let (f, misfits) = Filling::restore(form(items), facts(), environment(), kept);
    assert_eq!(misfits, count);
    assert_eq!((answer(&f, "n"), f.progress().answered), ("4".to_owned(), 2));
}

/// A store with any of its entries lost, doubled or moved is read without a panic, and what comes of it can be kept again.
#[test]
fn a_damaged_store_is_read_as_far_as_it_makes_sense() {
    for seed in 0..80 {
        let mut dice = Dice(seed);
        let mut f = filling(everything());
        let mut kept = f.take_mutations();
        for _ in 0..40 {
            let _ = edit(&mut f, &mut dice);
            kept.extend(f.take_mutations());
        }
        for _ in 0..5 {
            let (a, b) = (dice.below(kept.len()), dice.below(kept.len()));
            match dice.below(3) {
                0 => drop(kept.remove(a)),
                1 => kept.insert(b, kept[a].clone()),
                _ => kept.swap(a, b),
            }
        }
        let (mut again, _) = Filling::restore(f.form().clone(), facts(), environment(), kept);
        let (third, misfits) = Filling::restore(f.form().clone(), facts(), environment(), again.snapshot());
        assert_eq!(misfits, 0, "seed {seed}");
        same(&third, &again, &format!("seed {seed}"));
        for _ in 0..20 {
            let _ = edit(&mut again, &mut dice);
        }
    }
}
