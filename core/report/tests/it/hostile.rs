//! Answers are hostile input: any bytes give a typed error or valid answers, never a panic.

use super::support::{Dice, compile, edited, environment, everything, item, list};
use baqylau_forms::definition::{Kind, ListRef};
use baqylau_forms::fill::{Mode, VisitFacts};
use baqylau_forms::form::MAX_ROWS;
use baqylau_forms::value::{Answer, Date, Decimal, Moment, Point, TimeOfDay};
use baqylau_forms::{Filling, Form};
use baqylau_report::answers::AnswerCell;
use baqylau_report::report::Remark;
use baqylau_report::{AnswerError, AnswerTree, ReportContent};
use std::sync::Arc;

/// Processes answers as a desk does; whether they survive a round trip through a filling.
fn use_them(form: &Arc<Form>, tree: &AnswerTree) -> bool {
    let (filling, misfits) = Filling::restore(form.clone(), VisitFacts::default(), environment(), tree.mutations());
    let _ = (filling.issues(), filling.sections(), filling.progress());
    for key in filling.shown_keys().into_iter().take(300) {
        let _ = filling.question(key);
        if let Some(answer) = filling.answer(key) {
            let _ = baqylau_forms::fill::write_literal(form, key.node, answer);
        }
    }
    for source in ["${q4} + ${q5} > 3", "count(${row}) div ${q4}", "${q7} < today()", "string-length(${q6}) - ${q4}"] {
        let expr = form.expression(source).expect("compiles");
        let _ = (filling.evaluate(&expr, Mode::Unknown), filling.evaluate(&expr, Mode::Blank));
    }
    misfits == 0 && AnswerTree::of(&filling) == *tree
}

#[test]
fn altered_answers_never_panic() {
    let form = everything();
    let (mut read, mut refused, mut fit) = (0, 0, 0);
    for seed in 0..60 {
        let mut dice = Dice(seed);
        let bytes = AnswerTree::of(&edited(&form, &mut dice).0).encode(&form);
        for _ in 0..150 {
            let mut altered = bytes.clone();
            for _ in 0..=dice.below(3) {
                let at = dice.below(altered.len().max(1));
                altered.resize(altered.len().max(1), 0);
                match dice.below(4) {
                    0 => altered[at] = dice.byte(),
                    1 => altered[at] ^= 1 << dice.below(8),
                    2 => drop(altered.drain(at..)),
                    _ => altered.insert(at, dice.byte()),
                }
            }
            match AnswerTree::decode(&form, &altered) {
                Ok(tree) => {
                    assert_eq!(tree.encode(&form), altered, "there is one encoding");
                    read += 1;
                    fit += usize::from(use_them(&form, &tree));
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(read > 0 && refused > 300, "{read} read, {fit} fit, {refused} refused");
}

/// Any answer, of whatever kind.
fn any(dice: &mut Dice) -> Answer {
    let number = i64::from_le_bytes(dice.next().to_le_bytes()) >> dice.below(64);
    match dice.below(11) {
        0 => Answer::Text(["", "а", "?dk", "r0s1"][dice.below(4)].into()),
        1 => Answer::Attachment("a1.jpg".into()),
        2 => Answer::Integer(number),
        3 => Answer::Decimal(Decimal { digits: number, scale: dice.small(12) }),
        4 => Answer::Date(Date(dice.small(1 << 31))),
        5 => Answer::Time(TimeOfDay(dice.small(1 << 18))),
        6 => Answer::Moment(Moment { ms: number, offset: dice.small(2_000) }),
        7 => Answer::Point(Point { latitude: dice.small(1 << 31), longitude: -5, accuracy: 0, mock: true }),
        8 => Answer::One(dice.small(8)),
        9 => Answer::Many((0..5).filter(|_| dice.below(2) == 0).collect()),
        _ => Answer::Acknowledged,
    }
}

/// What honest programs do not pack unpacks all the same, or is refused.
#[test]
fn answers_to_other_questions_never_panic() {
    let form = everything();
    let (mut read, mut refused, mut fit) = (0, 0, 0);
    for seed in 0..3_000 {
        let mut dice = Dice(seed);
        let mut tree = AnswerTree::of(&edited(&form, &mut dice).0);
        for _ in 0..=dice.below(3) {
            tree.cells.insert(dice.small(15), AnswerCell::Answer(any(&mut dice)));
        }
        let bytes = tree.encode(&form);
        match AnswerTree::decode(&form, &bytes) {
            Ok(tree) => {
                assert_eq!(tree.encode(&form), bytes, "there is one encoding");
                read += 1;
                fit += usize::from(use_them(&form, &tree));
            }
            Err(_) => refused += 1,
        }
    }
    assert!(read > 300 && refused > 300 && fit > 20 && fit < read, "{read} read, {fit} fit, {refused} refused");
}

/// Every bit of a report with answers, log and remarks is needed: without it, it is refused, or says something else.
#[test]
fn flipped_bit_is_refused_or_says_something_else() {
    let form = everything();
    let (mut read, mut refused) = (0, 0);
    for seed in 0..40 {
        let (filling, _) = edited(&form, &mut Dice(seed));
        let node = form.find("q6").expect("a text");
        let content = ReportContent {
            answers: AnswerTree::of(&filling),
            log: vec![(0, 5), (1, 9), (node, 40)],
            remarks: vec![Remark {
                node, rows: vec![0, 2], confirms: true, text: "екі рет қарадым".into()
            }],
        };
        let bytes = content.encode(&form);
        assert_eq!(ReportContent::decode(&form, &bytes).expect("reads"), content);
        ReportContent::decode(&form, &[&bytes[..], &[0]].concat()).expect_err("too long");
        let cut = (0..bytes.len()).map(|cut| bytes[..cut].to_vec());
        let flipped = (0..8 * bytes.len()).map(|bit| {
            let mut altered = bytes.clone();
            altered[bit / 8] ^= 0x80 >> (bit % 8);
            altered
        });
        for altered in cut.chain(flipped) {
            match ReportContent::decode(&form, &altered) {
                Ok(other) => {
                    assert_ne!(other, content);
                    assert_eq!(other.encode(&form), altered, "there is one encoding");
                    read += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(read > 10 && refused > 10_000, "{read} read, {refused} refused");
}

#[test]
fn random_bytes_never_panic() {
    let form = everything();
    let mut dice = Dice(77);
    for _ in 0..50_000 {
        let length = 1 + dice.below(24);
        let noise: Vec<u8> = (0..length).map(|_| dice.byte()).collect();
        if let Ok(tree) = AnswerTree::decode(&form, &noise) {
            use_them(&form, &tree);
        }
    }
}

/// A tree with one answer.
fn single(node: u32, answer: Answer) -> AnswerTree {
    AnswerTree { cells: [(node, AnswerCell::Answer(answer))].into() }
}

#[test]
fn answer_that_does_not_fit_is_named() {
    let form = everything();
    let node = |name: &str| form.find(name).expect("the item exists");
    let misfit = |name: &str, answer| {
        let bytes = single(node(name), answer).encode(&form);
        assert_eq!(AnswerTree::decode(&form, &bytes), Err(AnswerError::Misfit { node: node(name) }), "{name}");
    };
    misfit("q2", Answer::One(0));
    misfit("q3", Answer::Many(vec![1, 0]));
    misfit("q6", Answer::One(0));
    misfit("q5", Answer::Decimal(Decimal { digits: 1, scale: 10 }));
    misfit("q5", Answer::Decimal(Decimal { digits: 1, scale: -1 }));
    // A list of five has choices of three bits.
    let five = Kind::SelectOne { list: ListRef::Own(0) };
    let form = compile(vec![list("five", 5)], vec![item("q", None, five)]);
    for choice in 0..8 {
        let tree = single(0, Answer::One(choice));
        let expected = if choice < 5 { Ok(tree.clone()) } else { Err(AnswerError::Misfit { node: 0 }) };
        assert_eq!(AnswerTree::decode(&form, &tree.encode(&form)), expected);
    }
}

/// An answer of another kind than its question is decoded, found not to fit, and counted nowhere.
#[test]
fn answer_of_another_kind_does_not_fit() {
    let form = everything();
    let node = |name: &str| form.find(name).expect("the item exists");
    let wrong = [
        ("q4", Answer::Text("seven".into())),
        ("q6", Answer::Integer(7)),
        ("q7", Answer::Integer(7)),
        ("q14", Answer::Text("yes".into())),
        ("q7", Answer::Date(Date(i32::MAX))),
        ("q8", Answer::Time(TimeOfDay(u32::MAX))),
        ("q9", Answer::Moment(Moment { ms: i64::MAX, offset: i16::MIN })),
        ("q10", Answer::Point(Point { latitude: i32::MAX, longitude: i32::MIN, accuracy: 0, mock: true })),
        ("sum", Answer::Integer(12)),
        ("gated", Answer::Text("not shown".into())),
    ];
    for (name, answer) in wrong {
        let tree = single(node(name), answer);
        assert_eq!(AnswerTree::decode(&form, &tree.encode(&form)).as_ref(), Ok(&tree), "{name}: it unpacks");
        assert!(!use_them(&form, &tree), "{name} fits");
    }
}

/// What few bytes can stand for is bounded: rows, text, and everything together.
#[test]
fn few_bytes_take_bounded_memory() {
    let form = everything();
    let row = form.find("row").expect("the repeat");
    let rows = |count| AnswerTree { cells: [(row, AnswerCell::Rows(vec![AnswerTree::default(); count]))].into() };
    let most = rows(MAX_ROWS).encode(&form);
    assert_eq!(AnswerTree::decode(&form, &most).expect("as many as there may be"), rows(MAX_ROWS));
    let many = rows(MAX_ROWS + 1).encode(&form);
    assert_eq!(AnswerTree::decode(&form, &many), Err(AnswerError::TooManyRows { limit: MAX_ROWS }));
    let text = |length| single(form.find("q6").expect("a text"), Answer::Text("q".repeat(length)));
    assert_eq!(AnswerTree::decode(&form, &text(1 << 20).encode(&form)).expect("a long text"), text(1 << 20));
    let long = text((1 << 20) + 1).encode(&form);
    assert_eq!(AnswerTree::decode(&form, &long), Err(AnswerError::TooLong { limit: 1 << 20 }));
    let content = |lines| ReportContent { log: vec![(0, 0); lines], ..ReportContent::default() };
    ReportContent::decode(&form, &content(1 << 19).encode(&form)).expect("a long log");
    let long = content((1 << 19) + 1).encode(&form);
    assert_eq!(ReportContent::decode(&form, &long), Err(AnswerError::TooMany { limit: 1 << 19 }));
}
