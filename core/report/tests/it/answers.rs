//! Answers survive encoding and decoding.

use super::support::{Dice, edited, empty, environment, everything};
use baqylau_forms::Filling;
use baqylau_forms::definition::Kind;
use baqylau_forms::fill::{CellKey, VisitFacts};
use baqylau_forms::value::Answer;
use baqylau_report::answers::AnswerCell;
use baqylau_report::{AnswerError, AnswerTree, ReportContent};
use std::collections::BTreeSet;
use std::mem::{Discriminant, discriminant};

#[test]
fn random_answers_round_trip() {
    let form = everything();
    let (mut edits, mut nodes, mut kinds) = (0, BTreeSet::new(), Vec::<Discriminant<Answer>>::new());
    for seed in 0..300 {
        let (filling, taken) = edited(&form, &mut Dice(seed));
        edits += taken;
        let tree = AnswerTree::of(&filling);
        let bytes = tree.encode(&form);
        assert_eq!(AnswerTree::decode(&form, &bytes).expect("reads"), tree, "seed {seed}");
        assert_eq!(AnswerTree::decode(&form, &bytes).expect("reads").encode(&form), bytes, "seed {seed}");
        let (again, misfits) = Filling::restore(form.clone(), VisitFacts::default(), environment(), tree.mutations());
        assert_eq!(misfits, 0, "seed {seed}");
        assert_eq!(AnswerTree::of(&again), tree, "seed {seed}");
        for key in filling.shown_keys() {
            if let Some(answer) = filling.answer(key) {
                nodes.insert(key.node);
                if !kinds.contains(&discriminant(answer)) {
                    kinds.push(discriminant(answer));
                }
            }
        }
    }
    assert!(edits > 5_000, "{edits} edits were taken");
    assert_eq!(kinds.len(), 12, "every kind of answer was there");
    let questions = form.definition().items.iter().zip(0u32..).filter(|(i, _)| {
        !matches!(i.kind, baqylau_forms::definition::Kind::Note | baqylau_forms::definition::Kind::Repeat { .. })
            && !matches!(i.kind, baqylau_forms::definition::Kind::Hidden | baqylau_forms::definition::Kind::Calculate)
    });
    for (item, node) in questions {
        assert!(nodes.contains(&node), "{} was never answered", item.name);
    }
}

/// Hidden answers are not part of a report.
#[test]
fn hidden_answers_are_left_out() {
    let form = everything();
    let mut filling = empty(&form);
    let node = |name: &str| form.find(name).expect("the item exists");
    let key = |name: &str| CellKey { node: node(name), row: 0 };
    filling.set(key("q0"), Answer::One(0)).expect("set");
    filling.set(key("gated"), Answer::Text("secret".into())).expect("set");
    assert!(AnswerTree::of(&filling).cells.contains_key(&node("gated")));
    filling.set(key("q0"), Answer::One(1)).expect("set");
    let (row, _) = filling.add_row(key("gated_row")).expect("a row");
    filling.set(CellKey { node: node("in_gated"), row: row.row }, Answer::Integer(7)).expect("set");
    let tree = AnswerTree::of(&filling);
    assert!(!tree.cells.contains_key(&node("gated")), "hidden now");
    assert!(matches!(&tree.cells[&node("gated_row")], AnswerCell::Rows(rows) if rows.len() == 1));
    filling.set(key("q0"), Answer::One(0)).expect("set");
    assert!(!AnswerTree::of(&filling).cells.contains_key(&node("gated_row")), "rows are hidden too");
    let read = AnswerTree::decode(&form, &AnswerTree::of(&filling).encode(&form)).expect("reads");
    let secret = AnswerCell::Answer(Answer::Text("secret".into()));
    assert_eq!(read.cells.get(&node("gated")), Some(&secret), "and what is shown again is there again");
}

#[test]
fn answer_log_round_trips() {
    let form = everything();
    let pass = |log: &[(u32, u32)]| {
        let content = ReportContent { log: log.to_vec(), ..ReportContent::default() };
        ReportContent::decode(&form, &content.encode(&form)).map(|read| read.log)
    };
    let lines = [(3, 0), (4, 10), (4, 10), (3, 4_000), (9, u32::MAX)];
    assert_eq!(pass(&lines).expect("reads"), lines);
    assert_eq!(pass(&[]).expect("reads"), []);
    assert_eq!(pass(&[(1, 50), (2, 20), (3, 60)]).expect("reads"), [(1, 50), (2, 50), (3, 60)], "a clock set back");
    assert_eq!(pass(&[(1, 50), (9_999, 60)]), Err(AnswerError::NoQuestion { node: 9_999 }));
}

/// Whoever answers in the order of the checklist needs little more for the log than the seconds.
#[test]
fn log_in_the_order_of_the_checklist_is_short() {
    let items = (0..60).map(|n| super::support::item(&format!("q{n}"), None, Kind::Integer)).collect();
    let form = super::support::compile(Vec::new(), items);
    let mut filling = empty(&form);
    for node in 0..60 {
        filling.set(CellKey { node, row: 0 }, Answer::Integer(1)).expect("set");
    }
    let length =
        |log| ReportContent { answers: AnswerTree::of(&filling), log, ..ReportContent::default() }.encode(&form).len();
    let forwards = (0..60).map(|node| (node, 4 * node)).collect();
    let backwards = (0..60).map(|node| (59 - node, 4 * node)).collect();
    let (without, forwards, backwards) = (length(Vec::new()), length(forwards), length(backwards));
    assert!(forwards - without < 25 && backwards - without > 60, "{without}, {forwards}, {backwards} bytes");
}

/// Calculated numbers are encoded as the shortest decimal, however large or small; typed ones have at most nine decimal
/// places.
#[test]
fn calculated_number_round_trips_bit_for_bit() {
    use super::support::{compile, item};
    use baqylau_forms::value::Decimal;
    let calculated = |(n, expression): (usize, &str)| {
        let mut it = item(&format!("c{n}"), None, Kind::Calculate);
        it.calculation = Some(expression.into());
        it
    };
    let expressions = ["7 div 2", "1 div 3", "pow(2, 1000)", "pow(2, -1070)", "99999999999 + 0.01"];
    let mut items: Vec<_> = expressions.into_iter().enumerate().map(calculated).collect();
    items.push(item("typed", None, Kind::Decimal));
    let form = compile(Vec::new(), items);
    let tree = AnswerTree::of(&empty(&form));
    let bytes = tree.encode(&form);
    assert_eq!(AnswerTree::decode(&form, &bytes).expect("reads"), tree);
    for (node, expected) in
        [(2, f64::from_bits(0x7e70_0000_0000_0000)), (3, f64::from_bits(16)), (4, 99_999_999_999.01)]
    {
        let Some(AnswerCell::Answer(Answer::Decimal(d))) = tree.cells.get(&node) else { panic!("{node}: {tree:?}") };
        assert_eq!(d.float().to_bits(), expected.to_bits());
    }
    let misfits = |scale| {
        let mut tree = tree.clone();
        tree.cells.insert(5, AnswerCell::Answer(Answer::Decimal(Decimal { digits: 1, scale })));
        let read = AnswerTree::decode(&form, &tree.encode(&form));
        read.map(|t| Filling::recorded(form.clone(), VisitFacts::default(), environment(), t.mutations()).1).ok()
    };
    assert_eq!([9, 10, -1, 324, 325, -309].map(misfits), [Some(0), None, None, None, None, None]);
}
