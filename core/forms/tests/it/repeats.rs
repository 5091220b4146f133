//! Rows: added, removed, counted, summed, numbered.

use super::support::{
    add_row, answer, answer_in, calculate, environment, facts, filling, group, issues, key, one, q, repeat, set,
    set_in, shown,
};
use baqylau_forms::Filling;
use baqylau_forms::definition::{Check, Kind};
use baqylau_forms::fill::{CellKey, FillError};

fn open() -> Vec<super::support::Q> {
    vec![
        repeat("r", None),
        calculate("at", "position(..)").inside("r"),
        q("n", Kind::Integer).default("1").inside("r"),
        calculate("double", "${n} * 2").inside("r"),
        calculate("share", "${n} div ${total}").inside("r"),
        calculate("total", "sum(${n})"),
        calculate("rows", "count(${r})"),
        calculate("second", "indexed-repeat(${n}, ${r}, 2)"),
        calculate("doubles", "sum(${double})"),
    ]
}

fn totals(f: &baqylau_forms::Filling) -> String {
    ["rows", "total", "second", "doubles"].map(|n| answer(f, n)).join(" ")
}

#[test]
fn rows_are_added_and_removed_and_everything_follows() {
    let mut f = filling(open());
    assert_eq!(totals(&f), "0 0 - 0");
    let rows = [add_row(&mut f, "r", 0), add_row(&mut f, "r", 0), add_row(&mut f, "r", 0)];
    assert_eq!(totals(&f), "3 3 1 6");
    set_in(&mut f, "n", rows[0], "5");
    set_in(&mut f, "n", rows[1], "2");
    let column = |f: &baqylau_forms::Filling, name| rows.map(|r| answer_in(f, name, r)).join(" ");
    assert_eq!(totals(&f), "3 8 2 16");
    assert_eq!(column(&f, "at"), "1 2 3");
    assert_eq!(column(&f, "double"), "10 4 2");
    assert_eq!(column(&f, "share"), "0.625 0.25 0.125");
    let gone = key(&f, "r", rows[0]);
    f.remove_row(gone).expect("a row");
    assert_eq!(totals(&f), "2 3 1 6");
    assert_eq!([answer_in(&f, "at", rows[1]), answer_in(&f, "at", rows[2])], ["1", "2"]);
    assert_eq!(f.remove_row(gone), Err(FillError::NoSuchKey));
    let cell = key(&f, "n", rows[0]);
    assert_eq!(f.clear(cell), Err(FillError::NoSuchKey));
}

#[test]
fn a_row_sees_the_row_before_it() {
    let mut f = filling(vec![
        repeat("r", None),
        q("n", Kind::Integer).inside("r"),
        calculate("before", "indexed-repeat(${n}, ${r}, position(..) - 1)").inside("r"),
    ]);
    let rows = [add_row(&mut f, "r", 0), add_row(&mut f, "r", 0), add_row(&mut f, "r", 0)];
    set_in(&mut f, "n", rows[0], "5");
    set_in(&mut f, "n", rows[1], "2");
    assert_eq!(rows.map(|r| answer_in(&f, "before", r)), ["-", "5", "2"]);
    let first = key(&f, "r", rows[0]);
    f.remove_row(first).expect("a row");
    assert_eq!([rows[1], rows[2]].map(|r| answer_in(&f, "before", r)), ["-", "2"]);
}

#[test]
fn a_counted_repeat_has_as_many_rows_as_it_is_told() {
    let mut f = filling(vec![
        q("k", Kind::Integer),
        repeat("r", Some("${k}")),
        q("n", Kind::Integer).inside("r"),
        calculate("sum", "sum(${n})"),
    ]);
    let r = key(&f, "r", 0);
    assert_eq!(f.add_row(r).map(|a| a.0), Err(FillError::ReadOnly { name: "r".to_owned() }));
    set(&mut f, "k", "3");
    assert_eq!(shown(&f), "k r n#1 n#2 n#3");
    set_in(&mut f, "n", 1, "4");
    set_in(&mut f, "n", 2, "5");
    set_in(&mut f, "n", 3, "6");
    assert_eq!(answer(&f, "sum"), "15");
    set(&mut f, "k", "2");
    assert_eq!((shown(&f).as_str(), answer(&f, "sum").as_str()), ("k r n#1 n#2", "9"));
    for none in ["-1", "0"] {
        set(&mut f, "k", none);
        assert_eq!((shown(&f).as_str(), answer(&f, "sum").as_str()), ("k r", "0"));
    }
    let row = CellKey { node: r.node, row: 1 };
    assert_eq!(f.remove_row(row), Err(FillError::NoSuchKey));
}

#[test]
fn rows_stay_within_the_limit() {
    let mut f = filling(vec![
        q("k", Kind::Integer),
        repeat("r", Some("${k}")),
        q("n", Kind::Integer).inside("r"),
        repeat("s", Some("${k}")),
        q("m", Kind::Integer).inside("s"),
    ]);
    set(&mut f, "k", "2500");
    assert_eq!(f.progress().asked, 1 + 5000);
    assert!(issues(&f).is_empty());
    set(&mut f, "k", "3000");
    assert_eq!((f.progress().asked, issues(&f)), (1 + 3000, vec!["k TooManyRows".to_owned()]));
    set(&mut f, "k", "2");
    assert_eq!((f.progress().asked, issues(&f)), (5, vec![]));
}

/// A count above the limit makes no rows at all, and the question that gave it says why; what was typed comes back.
#[test]
fn a_count_above_the_limit_is_told_where_it_was_typed_and_prevents_signing() {
    let mut f = filling(vec![
        q("k", Kind::Integer),
        repeat("r", Some("${k} + 1")),
        q("n", Kind::Integer).inside("r"),
        calculate("sum", "sum(${n})"),
    ]);
    f.open_section(0);
    set(&mut f, "k", "1");
    set_in(&mut f, "n", 2, "7");
    for much in ["5000", "100000", "9000000000000"] {
        let change = set(&mut f, "k", much);
        assert_eq!((issues(&f), f.progress().asked), (vec!["k TooManyRows".to_owned()], 1), "{much}");
        assert!(f.issues().iter().all(|p| p.issue.prevents_signing()));
        assert!(change.changed.iter().any(|r| r.name == "k" && !r.issues.is_empty()) || much != "5000", "it is drawn");
        let (again, misfits) = Filling::restore(f.form().clone(), facts(), environment(), f.snapshot());
        assert_eq!((issues(&again), misfits), (issues(&f), 0));
    }
    let change = set(&mut f, "k", "4999");
    assert!(change.changed.iter().any(|r| r.name == "k" && r.issues.is_empty()));
    assert_eq!((issues(&f), answer(&f, "sum"), f.progress().asked), (vec![], "7".to_owned(), 5001));
}

/// Where nobody is asked for the number, the repeat says so.
#[test]
fn a_count_that_nobody_typed_is_told_at_its_repeat() {
    let mut f = filling(vec![
        q("k", Kind::Integer),
        q("l", Kind::Integer),
        calculate("both", "${k} + ${l}"),
        repeat("r", Some("${both}")),
        q("n", Kind::Integer).inside("r"),
        repeat("s", Some("${k}")),
        q("m", Kind::Integer).inside("s"),
    ]);
    set(&mut f, "k", "2000");
    set(&mut f, "l", "4000");
    assert_eq!(issues(&f), ["r TooManyRows"]);
    set(&mut f, "l", "2000");
    assert_eq!(issues(&f), ["r TooManyRows"], "4,000 beside 2,000");
    set(&mut f, "l", "500");
    assert!(issues(&f).is_empty(), "what one gives back the other takes");
    assert_eq!(f.progress().asked, 2 + 2500 + 2000);
}

/// Rows that look at each other are evaluated once each, however many of them come at once.
#[test]
fn a_rule_that_reads_other_rows_runs_once_a_row() {
    let run = |count: &str| {
        let mut f = filling(vec![
            q("k", Kind::Integer),
            repeat("r", Some("${k}")),
            calculate("at", "position(..)").inside("r"),
            calculate("before", "indexed-repeat(${at}, ${r}, ${at} - 1)").inside("r"),
        ]);
        f.take_mutations();
        set(&mut f, "k", count);
        assert_eq!(answer_in(&f, "before", 3), "2");
        f.take_mutations().len()
    };
    assert_eq!((run("10"), run("1000")), (1 + 10 * 3 - 1, 1 + 1000 * 3 - 1));
}

#[test]
fn rows_in_rows_are_counted_for_their_own_row() {
    let mut f = filling(vec![
        repeat("box", None),
        q("k", Kind::Integer).inside("box"),
        repeat("vote", Some("${k}")).inside("box"),
        q("v", Kind::Integer).default("1").inside("vote"),
        calculate("of_box", "sum(${v})").inside("vote"),
        calculate("at", "position(..)").inside("vote"),
        calculate("box_sum", "sum(${v})").inside("box"),
        calculate("all", "sum(${v})"),
        calculate("votes", "count(${vote})"),
    ]);
    let (a, b) = (add_row(&mut f, "box", 0), add_row(&mut f, "box", 0));
    set_in(&mut f, "k", a, "2");
    set_in(&mut f, "k", b, "3");
    let sums = |f: &baqylau_forms::Filling| {
        [answer_in(f, "box_sum", a), answer_in(f, "box_sum", b), answer(f, "all"), answer(f, "votes")].join(" ")
    };
    assert_eq!(sums(&f), "2 3 5 5");
    set_in(&mut f, "k", a, "4");
    assert_eq!(sums(&f), "4 3 7 7");
    let first = key(&f, "box", a);
    f.remove_row(first).expect("a row");
    assert_eq!([answer_in(&f, "box_sum", b), answer(&f, "all"), answer(&f, "votes")], ["3", "3", "3"]);
    assert!(f.shown_keys().iter().all(|k| k.row == 0 || f.is_shown(*k)));
}

#[test]
fn a_hidden_repeat_keeps_its_rows_and_says_nothing() {
    let mut f = filling(vec![
        one("a", 0),
        group("g").relevant("${a} = 'yes'"),
        repeat("r", None).inside("g"),
        q("n", Kind::Integer).required("yes").constraint(". < 5", Check::Error).inside("r"),
        q("m", Kind::Integer).relevant("${n} = 9").inside("r"),
        calculate("sum", "sum(${n})"),
        calculate("rows", "count(${r})"),
    ]);
    set(&mut f, "a", "yes");
    let row = add_row(&mut f, "r", 0);
    add_row(&mut f, "r", 0);
    set_in(&mut f, "n", row, "9");
    assert_eq!(shown(&f), "a r n#1 m#1 n#2");
    assert_eq!(issues(&f), ["n Error", "n Unanswered"]);
    set(&mut f, "a", "no");
    assert_eq!(shown(&f), "a");
    assert_eq!([answer(&f, "rows"), answer_in(&f, "n", row)], ["0", "9"]);
    assert!(issues(&f).is_empty());
    let r = key(&f, "r", 0);
    assert_eq!(f.add_row(r).map(|a| a.0), Err(FillError::Hidden { name: "r".to_owned() }));
    set(&mut f, "a", "yes");
    assert_eq!(shown(&f), "a r n#1 m#1 n#2");
}

#[test]
fn a_row_is_filled_with_its_own_defaults() {
    let mut f = filling(vec![
        q("k", Kind::Integer),
        repeat("r", None),
        q("n", Kind::Integer).default("${k} * 10").inside("r"),
        q("name", Kind::Text).default("unknown").inside("r"),
    ]);
    set(&mut f, "k", "1");
    let first = add_row(&mut f, "r", 0);
    set(&mut f, "k", "2");
    let second = add_row(&mut f, "r", 0);
    assert_eq!(
        [answer_in(&f, "n", first), answer_in(&f, "n", second), answer_in(&f, "name", second)],
        ["10", "20", "unknown"]
    );
}
