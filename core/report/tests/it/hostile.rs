//! Answers are hostile input: any bytes give a typed error or valid answers, never a panic.

use super::support::{Dice, edited, environment, everything};
use baqylau_forms::fill::{Mode, VisitFacts};
use baqylau_forms::{Filling, Form};
use baqylau_report::{AnswerError, AnswerTree};
use minicbor::Encoder;
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
                let at = dice.below(altered.len());
                match dice.below(4) {
                    0 => altered[at] = dice.byte(),
                    1 => altered[at] ^= 1 << dice.below(8),
                    2 => drop(altered.drain(at..)),
                    _ => altered.insert(at, dice.byte()),
                }
                if altered.is_empty() {
                    altered.push(0xa0);
                }
            }
            match AnswerTree::decode(&form, &altered) {
                Ok(tree) => {
                    read += 1;
                    fit += usize::from(use_them(&form, &tree));
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(read > 300 && refused > 300 && fit > 100 && fit < read, "{read} read, {fit} fit, {refused} refused");
}

#[test]
fn random_bytes_never_panic() {
    let form = everything();
    let mut dice = Dice(77);
    for _ in 0..50_000 {
        let length = 1 + dice.below(24);
        let mut noise: Vec<u8> = (0..length).map(|_| dice.byte()).collect();
        // Mostly starts like a map, so that decoding gets further.
        noise[0] = 0xa0 | (noise[0] & 7);
        if let Ok(tree) = AnswerTree::decode(&form, &noise) {
            use_them(&form, &tree);
        }
    }
}

/// A hand-encoded answer at an index.
fn single(node: u32, write: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut out = Vec::new();
    let mut e = Encoder::new(&mut out);
    e.map(1).and_then(|e| e.u32(node)).expect("memory");
    write(&mut e);
    out
}

#[test]
fn answer_that_does_not_fit_is_named() {
    let form = everything();
    let node = |name: &str| form.find(name).expect("the item exists");
    let no_question = |node, bytes: &[u8]| {
        assert_eq!(AnswerTree::decode(&form, bytes), Err(AnswerError::NoQuestion { node }));
    };
    no_question(9_999, &single(9_999, |e| drop(e.u8(1))));
    no_question(u32::MAX, &single(u32::MAX, |e| drop(e.u8(1))));
    no_question(node("q15"), &single(node("q15"), |e| drop(e.str("a note"))));
    // A question of a repeat is not one of the checklist itself.
    no_question(node("r4"), &single(node("r4"), |e| drop(e.u8(1))));
    let misfit = |node, bytes: &[u8]| {
        assert_eq!(AnswerTree::decode(&form, bytes), Err(AnswerError::Misfit { node }));
    };
    misfit(node("q0"), &single(node("q0"), |e| drop(e.u32(2))));
    misfit(node("q2"), &single(node("q2"), |e| drop(e.str("nowhere"))));
    misfit(node("q1"), &single(node("q1"), |e| drop(e.array(2).and_then(|e| e.u32(0)).and_then(|e| e.u32(5)))));
    misfit(node("q5"), &single(node("q5"), |e| drop(e.array(3).and_then(|e| e.u8(1)?.i64(1)?.u8(10)))));
    misfit(node("q5"), &single(node("q5"), |e| drop(e.array(2).and_then(|e| e.u8(9)?.u8(1)))));
    for bytes in [&[][..], &[0x00], &[0x80], &[0xf6], &[0xa1], &[0xbf, 0xff], &[0xa1, 0x60, 0x00]] {
        assert!(AnswerTree::decode(&form, bytes).is_err(), "{bytes:02x?}");
    }
}

/// An answer of another kind than its question is decoded, found not to fit, and counted nowhere.
#[test]
fn answer_of_another_kind_does_not_fit() {
    let form = everything();
    let node = |name: &str| form.find(name).expect("the item exists");
    let wrong = [
        single(node("q4"), |e| drop(e.str("seven"))),
        single(node("q6"), |e| drop(e.i64(7))),
        single(node("q7"), |e| drop(e.i64(7))),
        single(node("q14"), |e| drop(e.str("yes"))),
        single(node("q7"), |e| drop(e.array(2).and_then(|e| e.u8(2)?.i32(i32::MAX)))),
        single(node("q8"), |e| drop(e.array(2).and_then(|e| e.u8(3)?.u32(u32::MAX)))),
        single(node("q9"), |e| drop(e.array(3).and_then(|e| e.u8(4)?.i64(i64::MAX)?.i16(i16::MIN)))),
        single(node("q10"), |e| {
            drop(e.array(5).and_then(|e| e.u8(5)?.i32(i32::MAX)?.i32(i32::MIN)?.u32(0)?.bool(true)))
        }),
        single(node("sum"), |e| drop(e.i64(12))),
        single(node("gated"), |e| drop(e.str("not shown"))),
        single(node("q1"), |e| drop(e.array(2).and_then(|e| e.u32(1)?.u32(0)))),
        single(node("q1"), |e| drop(e.array(2).and_then(|e| e.u32(0)?.u32(0)))),
    ];
    for bytes in wrong {
        if let Ok(tree) = AnswerTree::decode(&form, &bytes) {
            assert!(!use_them(&form, &tree), "{bytes:02x?} fits");
        }
    }
}

/// As many rows as the input can encode.
#[test]
fn decoding_many_rows_terminates() {
    let form = everything();
    let row = form.find("row").expect("the repeat");
    let bytes = single(row, |e| {
        e.array(200_000).expect("memory");
        for _ in 0..200_000 {
            e.map(0).expect("memory");
        }
    });
    if let Ok(tree) = AnswerTree::decode(&form, &bytes) {
        let (filling, _) = Filling::restore(form.clone(), VisitFacts::default(), environment(), tree.mutations());
        assert!(filling.shown_keys().len() > 1);
    }
}
