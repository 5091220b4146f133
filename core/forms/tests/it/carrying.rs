//! Answers under another version of a checklist.

use super::support::*;
use baqylau_forms::definition::Kind;
use baqylau_forms::fill::CellKey;

/// What was left over, as `name[rows]=text`.
fn left(filling: &baqylau_forms::Filling, items: Vec<Q>) -> (baqylau_forms::Filling, Vec<String>) {
    let (new, left) = filling.carry(form(items));
    (new, left.into_iter().map(|l| format!("{}{:?}={}", l.name, l.rows, l.text)).collect())
}

#[test]
fn questions_are_found_by_name_wherever_they_moved() {
    let mut old = filling(vec![q("a", Kind::Text), q("b", Kind::Integer), calculate("c", "${b} * 2")]);
    set(&mut old, "a", "words");
    set(&mut old, "b", "4");
    let (new, left) =
        left(&old, vec![calculate("c", "${b} * 3"), group("g"), q("b", Kind::Integer).inside("g"), q("a", Kind::Text)]);
    assert_eq!(
        (answer(&new, "a").as_str(), answer(&new, "b").as_str(), answer(&new, "c").as_str()),
        ("words", "4", "12")
    );
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn another_kind_takes_what_reads_as_its_own_and_leaves_the_rest() {
    let mut old = filling(vec![q("a", Kind::Integer), q("b", Kind::Text), q("c", Kind::Text), q("d", Kind::Text)]);
    for (name, text) in [("a", "7"), ("b", "12"), ("c", "twelve"), ("d", "gone")] {
        set(&mut old, name, text);
    }
    let (new, left) = left(&old, vec![q("a", Kind::Decimal), q("b", Kind::Integer), q("c", Kind::Integer)]);
    assert_eq!((answer(&new, "a").as_str(), answer(&new, "b").as_str(), answer(&new, "c").as_str()), ("7", "12", "-"));
    assert_eq!(left, ["c[]=twelve", "d[]=gone"]);
}

#[test]
fn rows_keep_their_order_and_a_lost_repeat_leaves_every_answer() {
    let mut old = filling(vec![
        repeat("r", None),
        q("x", Kind::Text).inside("r"),
        repeat("s", None),
        q("y", Kind::Text).inside("s"),
    ]);
    for text in ["one", "two", "three"] {
        let row = add_row(&mut old, "r", 0);
        set_in(&mut old, "x", row, text);
    }
    old.remove_row(CellKey { node: 0, row: 2 }).expect("the second row");
    let row = add_row(&mut old, "s", 0);
    set_in(&mut old, "y", row, "lost");
    let (new, left) = left(&old, vec![q("before", Kind::Text), repeat("r", None), q("x", Kind::Text).inside("r")]);
    let rows: Vec<String> = (1..=2).map(|row| answer_in(&new, "x", row)).collect();
    assert_eq!(rows, ["one", "three"]);
    assert_eq!(left, ["y[0]=lost"]);
}

#[test]
fn a_question_that_moved_into_a_repeat_is_left_over() {
    let mut old = filling(vec![q("x", Kind::Text)]);
    set(&mut old, "x", "where to?");
    let (_, left) = left(&old, vec![repeat("r", None), q("x", Kind::Text).inside("r")]);
    assert_eq!(left, ["x[]=where to?"]);
}
