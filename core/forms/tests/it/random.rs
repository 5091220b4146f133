//! Random edits: after each, what the view was told must be what a freshly opened section shows, and what was kept must make
//! the same filling again.

use super::support::{Q, calculate, environment, facts, filling, group, many, one, place, q, repeat};
use baqylau_forms::definition::{Check, Kind};
use baqylau_forms::fill::{CellKey, Mutation, Outcome, QuestionView, ViewChange, VisitFacts};
use baqylau_forms::value::Answer;
use baqylau_forms::{Filling, Missing};

/// Knuth's linear congruential generator: the same edits for the same seed, everywhere.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(n.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}

/// Everything that can depend on something, in two sections and the space between.
pub fn everything() -> Vec<Q> {
    vec![
        group("first"),
        one("open", 0).inside("first"),
        q("n", Kind::Integer).missing().required("${open} = 'yes'").inside("first"),
        q("women", Kind::Integer).constraint(". <= ${n}", Check::Warning).inside("first"),
        group("g").relevant("${open} = 'yes'").inside("first"),
        many("who", 1).missing().inside("g"),
        q("why", Kind::Text).relevant("selected(${who}, 'b')").label("Why ${n} of ${who}?").inside("g"),
        place("region", "region").inside("g"),
        place("station", "station").filter("region = ${region}").inside("g"),
        repeat("row", None).relevant("${n} > 1").inside("first"),
        q("v", Kind::Integer).default("${n}").constraint(". < ${sum}", Check::Error).inside("row"),
        q("at", Kind::Integer).calculation("position(..)").read_only("yes").inside("row"),
        one("more", 0).inside("row"),
        q("detail", Kind::Text).relevant("${more} = 'yes'").required("${v} > 2").inside("row"),
        repeat("inner", Some("${v}")).relevant("${more} = 'yes'").inside("row"),
        q("w", Kind::Integer).default("2").label("Of ${v} and ${n}").inside("inner"),
        calculate("row_sum", "sum(${w}) + ${n}").inside("row"),
        calculate("sum", "sum(${v})"),
        group("last").relevant("visit('outcome') = 'observed' or ${sum} > 20"),
        q("share", Kind::Decimal).calculation("${women} div ${n}").read_only("yes").inside("last"),
        q("closing", Kind::Text).relevant("${total} > 3").read_only("${open} = 'no'").inside("last"),
        calculate("total", "sum(${v}) + count(${inner})"),
        q("loose", Kind::Text).label("${total}").relevant("count(${row}) mod 2 = 1"),
    ]
}

fn literal(f: &Filling, key: CellKey, dice: &mut Dice) -> Option<Answer> {
    let item = &f.form().definition().items[key.node as usize];
    if !item.missing.is_empty() && dice.below(6) == 0 {
        return Some(Answer::Missing(Missing::ALL[dice.below(3)]));
    }
    let small = i64::try_from(dice.below(5)).ok()?;
    match item.kind {
        Kind::Integer => Some(Answer::Integer(small)),
        Kind::Text => Some(Answer::Text(format!("text {small}"))),
        Kind::SelectOne { .. } => {
            let choices = f.choices(key, "", 0, 50);
            choices.get(dice.below(choices.len())).map(|c| Answer::One(c.choice))
        }
        Kind::SelectMultiple { .. } => {
            let chosen = [vec![], vec![0], vec![1], vec![0, 1, 2], vec![3]];
            Some(Answer::Many(chosen[dice.below(5)].clone()))
        }
        _ => None,
    }
}

/// One edit of a question that is shown; `None` when there was nothing to do.
pub fn edit(f: &mut Filling, dice: &mut Dice) -> Option<ViewChange> {
    if dice.below(20) == 0 {
        let outcome = Outcome::ALL[dice.below(2)];
        return Some(f.set_facts(VisitFacts { outcome, ..facts() }));
    }
    let keys = f.shown_keys();
    let key = keys[dice.below(keys.len())];
    if let Kind::Repeat { .. } = f.form().definition().items[key.node as usize].kind {
        return f.add_row(key).ok().map(|a| a.1);
    }
    match dice.below(12) {
        0 => f.clear(key).ok(),
        1 => f.set_note(key, Some("noted".to_owned())).ok(),
        2 => f.confirm(key, Some("true all the same".to_owned())).ok(),
        3 if key.row > 0 => {
            let repeat = f.form().holder(key.node)?;
            f.remove_row(CellKey { node: repeat, row: key.row }).ok()
        }
        _ => {
            let answer = literal(f, key, dice)?;
            f.set(key, answer).ok()
        }
    }
}

/// Draws a change as a shell would.
fn draw(rows: &mut Vec<QuestionView>, change: &ViewChange) {
    rows.retain(|r| !change.removed.contains(&r.key));
    for row in &change.changed {
        match rows.iter_mut().find(|r| r.key == row.key) {
            Some(old) => old.clone_from(row),
            None => rows.push(row.clone()),
        }
    }
    if let Some(order) = &change.order {
        rows.sort_by_key(|r| order.iter().position(|k| *k == r.key));
        assert_eq!(rows.iter().map(|r| r.key).collect::<Vec<_>>(), *order, "the order names every row");
    }
}

#[test]
fn changes_drawn_are_what_opening_again_shows() {
    for seed in 0..60 {
        let mut dice = Dice(seed);
        let mut f = filling(everything());
        let section = dice.below(f.sections().len());
        let mut rows = f.open_section(section).expect("a section").rows;
        let mut heads = f.sections();
        let mut revision = 0;
        for step in 0..80 {
            let Some(change) = edit(&mut f, &mut dice) else { continue };
            assert!(change.revision > revision);
            revision = change.revision;
            draw(&mut rows, &change);
            let oracle = f.clone().open_section(section).expect("a section");
            assert_eq!(rows, oracle.rows, "seed {seed}, step {step}, section {section}");
            for head in change.sections {
                let at = head.section;
                heads[at] = head;
            }
            assert_eq!(heads, f.sections(), "seed {seed}, step {step}: a section that is not named is as it was");
            assert_eq!(change.progress, f.progress());
            let counted = f.sections().iter().fold((0, 0), |(a, b), s| (a + s.progress.answered, b + s.progress.asked));
            assert_eq!((change.progress.answered, change.progress.asked), counted);
        }
    }
}

/// What was computed step by step is what computing everything from the answers gives.
#[test]
fn what_is_kept_makes_the_same_filling_again() {
    for seed in 100..160 {
        let mut dice = Dice(seed);
        let mut f = filling(everything());
        let mut kept: Vec<Mutation> = f.take_mutations();
        for _ in 0..60 {
            let _ = edit(&mut f, &mut dice);
            kept.extend(f.take_mutations());
        }
        for (how, mutations) in [("snapshot", f.snapshot()), ("mutations", kept)] {
            let (again, misfits) = Filling::restore(f.form().clone(), f.facts().clone(), environment(), mutations);
            assert_eq!(misfits, 0, "seed {seed}, {how}");
            same(&again, &f, &format!("seed {seed}, {how}"));
        }
    }
}

pub fn same(a: &Filling, b: &Filling, what: &str) {
    assert_eq!(a.snapshot(), b.snapshot(), "{what}");
    assert_eq!(a.shown_keys(), b.shown_keys(), "{what}");
    assert_eq!(a.issues(), b.issues(), "{what}");
    assert_eq!(a.progress(), b.progress(), "{what}");
    assert_eq!(a.sections(), b.sections(), "{what}");
    for key in a.shown_keys() {
        assert_eq!(a.question(key), b.question(key), "{what}");
    }
}
