//! What is derived never deletes what was typed: counts, relevance, filters, calculations.

use super::support::*;
use baqylau_forms::Filling;
use baqylau_forms::definition::{Check, Kind};
use baqylau_forms::fill::{CellKey, FillError, Mutation};

/// A tally: was it counted, for how many parties, and the votes of each.
fn tally() -> Vec<Q> {
    vec![
        one("counted", 0),
        q("parties", Kind::Integer).missing().relevant("${counted} = 'yes'"),
        repeat("results", Some("${parties}")),
        q("votes", Kind::Integer).required("yes").constraint(". < 1000", Check::Error).inside("results"),
        q("who", Kind::Text).default("nobody").inside("results"),
        calculate("total", "sum(${votes})"),
        calculate("rows", "count(${results})"),
    ]
}

fn filled() -> Filling {
    let mut f = filling(tally());
    set(&mut f, "counted", "yes");
    set(&mut f, "parties", "3");
    for (row, votes) in [(1, "100"), (2, "200"), (3, "300")] {
        set_in(&mut f, "votes", row, votes);
    }
    f
}

fn votes(f: &Filling) -> String {
    let rows = f.shown_keys().into_iter().filter(|k| Some(k.node) == f.form().find("votes"));
    rows.map(|k| answer_in(f, "votes", k.row)).collect::<Vec<_>>().join(" ")
}

fn reopened(f: &Filling) -> Filling {
    let (again, misfits) = Filling::restore(f.form().clone(), facts(), environment(), f.snapshot());
    assert_eq!(misfits, 0);
    again
}

#[test]
fn rows_beyond_the_count_come_back() {
    for way in [["1", "3"], ["0", "3"], ["?dk", "3"], ["12", "3"], ["-1", "3"], ["1000000", "3"]] {
        let mut f = filled();
        way.iter().for_each(|n| drop(set(&mut f, "parties", n)));
        assert_eq!((votes(&f).as_str(), answer(&f, "total").as_str()), ("100 200 300", "600"), "{way:?}");
    }
    let mut f = filled();
    clear(&mut f, "parties");
    assert_eq!(votes(&f), "");
    set(&mut f, "parties", "2");
    assert_eq!(votes(&f), "100 200");
}

#[test]
fn hiding_the_count_and_showing_it_again_keeps_all_rows() {
    let mut f = filled();
    set(&mut f, "counted", "no");
    assert_eq!((votes(&f).as_str(), answer(&f, "rows").as_str()), ("", "0"));
    set(&mut f, "counted", "yes");
    assert_eq!((votes(&f).as_str(), answer(&f, "rows").as_str()), ("100 200 300", "3"));
}

#[test]
fn rows_beyond_the_count_are_not_there() {
    let mut f = filled();
    set_in(&mut f, "votes", 3, "5000");
    let note = key(&f, "votes", 3);
    f.set_note(note, Some("smudged".to_owned())).expect("a question");
    assert_eq!(issues(&f), ["votes Error"]);
    f.open_section(0);
    let change = set(&mut f, "parties", "2");
    assert!(change.removed.contains(&note), "{:?}", change.removed);
    assert_eq!((change.progress.asked, change.progress.answered), (6, 6));
    assert!(issues(&f).is_empty());
    assert_eq!((answer(&f, "total"), answer(&f, "rows")), ("300".to_owned(), "2".to_owned()));
    assert!(!f.is_shown(note) && !f.is_used(3) && f.next_unanswered(None).is_none());
    assert_eq!(f.clear(note), Err(FillError::NoSuchKey));
    let change = set(&mut f, "parties", "3");
    assert!(change.changed.iter().any(|r| r.key == note && r.note.as_deref() == Some("smudged")));
    assert_eq!((change.progress.asked, change.progress.answered), (8, 8));
    assert_eq!(issues(&f), ["votes Error"]);
}

/// Shrinking deletes nothing from the store, and what was kept there comes back after a restart.
#[test]
fn rows_beyond_the_count_survive_a_restart() {
    let mut f = filled();
    f.take_mutations();
    set(&mut f, "parties", "1");
    assert!(!f.take_mutations().iter().any(|m| matches!(m, Mutation::RemoveRow(_))));
    let mut again = reopened(&f);
    assert_eq!((votes(&again).as_str(), answer(&again, "total").as_str()), ("100", "100"));
    let mut twice = reopened(&again);
    for f in [&mut again, &mut twice] {
        set(f, "parties", "4");
        assert_eq!(votes(f), "100 200 300 -");
        let row = f.shown_keys().last().expect("rows").row;
        set_in(f, "votes", row, "7");
        assert_eq!(votes(&reopened(f)), "100 200 300 7");
    }
}

#[test]
fn rows_beyond_the_count_go_along_to_another_version() {
    let mut f = filled();
    set(&mut f, "parties", "1");
    let (mut new, left) = f.carry(form(tally()));
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(votes(&new), "100");
    set(&mut new, "parties", "3");
    assert_eq!(votes(&new), "100 200 300");
    let mut without = tally();
    without.retain(|q| !["votes", "total"].contains(&q.item.name.as_str()));
    let (_, left) = f.carry(form(without));
    let left: Vec<_> = left.into_iter().map(|l| (l.rows, l.text)).collect();
    assert_eq!(left, [(vec![0], "100".to_owned()), (vec![1], "200".to_owned()), (vec![2], "300".to_owned())]);
}

#[test]
fn rows_in_rows_go_and_come_back_with_what_holds_them() {
    let mut f = filling(vec![
        q("boxes", Kind::Integer),
        repeat("box", Some("${boxes}")),
        q("k", Kind::Integer).inside("box"),
        repeat("vote", Some("${k}")).inside("box"),
        q("v", Kind::Integer).inside("vote"),
        repeat("seal", None).inside("box"),
        q("number", Kind::Text).inside("seal"),
        calculate("all", "sum(${v})"),
        calculate("seals", "join(' ', ${number})"),
    ]);
    set(&mut f, "boxes", "2");
    for row in [1, 2] {
        set_in(&mut f, "k", row, "2");
    }
    let rows: Vec<CellKey> = f.shown_keys().into_iter().filter(|k| Some(k.node) == f.form().find("v")).collect();
    for (key, v) in rows.iter().zip(["1", "2", "4", "8"]) {
        set_in(&mut f, "v", key.row, v);
    }
    set_in(&mut f, "k", 2, "1");
    let seal = add_row(&mut f, "seal", 2);
    set_in(&mut f, "number", seal, "S-7");
    let state = |f: &Filling| [answer(f, "all"), answer(f, "seals")].join(" ");
    assert_eq!(state(&f), "7 S-7");
    set(&mut f, "boxes", "1");
    assert_eq!(state(&f), "3 -");
    let mut again = reopened(&f);
    for f in [&mut f, &mut again] {
        set(f, "boxes", "2");
        assert_eq!(state(f), "7 S-7");
        set_in(f, "k", 2, "2");
        assert_eq!(state(f), "15 S-7");
    }
}

/// A row that is removed by hand takes everything inside it along, also what was beyond a count.
#[test]
fn what_is_removed_by_hand_is_gone() {
    let mut f = filling(vec![
        repeat("box", None),
        q("k", Kind::Integer).inside("box"),
        repeat("vote", Some("${k}")).inside("box"),
        q("v", Kind::Integer).inside("vote"),
    ]);
    let row = add_row(&mut f, "box", 0);
    set_in(&mut f, "k", row, "2");
    set_in(&mut f, "k", row, "1");
    let gone = key(&f, "box", row);
    f.remove_row(gone).expect("a row");
    assert!(f.snapshot().is_empty(), "{:?}", f.snapshot());
}

/// A rule that fills an answer in leaves alone what somebody put in its place, until it is cleared.
#[test]
fn a_calculation_does_not_overwrite_what_was_typed() {
    let items = || vec![q("n", Kind::Integer), q("double", Kind::Integer).calculation("${n} * 2")];
    let mut f = filling(items());
    set(&mut f, "n", "2");
    assert_eq!(answer(&f, "double"), "4");
    set(&mut f, "double", "5");
    let (carried, left) = f.carry(form(items()));
    assert!(left.is_empty(), "{left:?}");
    for mut f in [reopened(&f), carried, f] {
        set(&mut f, "n", "3");
        assert_eq!(answer(&f, "double"), "5");
        clear(&mut f, "double");
        assert_eq!(answer(&f, "double"), "6");
        set(&mut f, "n", "4");
        assert_eq!(answer(&f, "double"), "8");
    }
}

/// Never blank without a reason: a fraction for a whole number is told, after a restart too, until somebody types one or it fits.
#[test]
fn a_computed_value_that_does_not_fit_is_told() {
    let items = vec![
        q("n", Kind::Integer),
        q("half", Kind::Integer).calculation("${n} div 2"),
        q("day", Kind::Date).calculation("concat('day ', ${n})"),
    ];
    let mut f = filling(items);
    assert_eq!(issues(&f), ["day Unfit"], "what comes of nothing is blank");
    set(&mut f, "day", "2026-10-25");
    f.open_section(0);
    let change = set(&mut f, "n", "7");
    assert!(change.changed.iter().any(|r| r.name == "half" && !r.issues.is_empty()), "it is drawn");
    for mut f in [reopened(&f), f] {
        assert_eq!((answer(&f, "half").as_str(), issues(&f)), ("-", vec!["half Unfit".to_owned()]));
        assert!(f.issues().iter().all(|p| !p.issue.prevents_signing()));
        set(&mut f, "half", "3");
        assert!(issues(&f).is_empty());
        clear(&mut f, "half");
        assert_eq!(issues(&f), ["half Unfit"]);
        set(&mut f, "n", "8");
        assert_eq!((answer(&f, "half").as_str(), issues(&f)), ("4", vec![]));
    }
}

/// What is not offered or not asked any more is told or hidden, and there when it is again.
#[test]
fn filters_and_relevance_delete_nothing() {
    let mut f = filling(vec![
        one("a", 0),
        place("region", "region"),
        place("station", "station").filter("region = ${region}"),
        q("t", Kind::Text).relevant("${a} = 'yes'"),
    ]);
    set(&mut f, "a", "yes");
    set(&mut f, "t", "words");
    set(&mut f, "region", "r0");
    set(&mut f, "station", "r0s1");
    set(&mut f, "region", "r1");
    set(&mut f, "a", "no");
    assert_eq!(issues(&f), ["station NotOffered"]);
    let mut again = reopened(&f);
    for f in [&mut f, &mut again] {
        set(f, "region", "r0");
        set(f, "a", "yes");
        assert!(issues(f).is_empty());
        assert_eq!([answer(f, "station"), answer(f, "t")], ["r0s1", "words"]);
    }
}
