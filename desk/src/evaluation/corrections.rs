//! The effective answers: what desks corrected, applied to a report in the order of the log. A correction passes the rules of the
//! checklist as the observer's own answer would; one that does not is no answer of the report, whichever desk signed it.

use crate::faults::{AnswerDoubt, AnswerFault};
use baqylau_forms::definition::{Choice, Kind};
use baqylau_forms::fill::{AnswerProblem, CellKey, FillError, Mutation, read_literal_at};
use baqylau_forms::{Filling, Form, Zone};
use baqylau_report::Correction;

/// The longest list of choices that an error names.
const NAMED: usize = 20;

/// The filling with every correction that fits, and which do.
pub(crate) fn all<'c>(filling: &Filling, corrections: impl Iterator<Item = &'c Correction>) -> (Filling, Vec<bool>) {
    let mut now = filling.clone();
    let fits = corrections.map(|c| match apply(&now, c.node, &c.rows, c.new.as_deref()) {
        Ok(corrected) => {
            now = corrected;
            true
        }
        Err(_) => false,
    });
    let fits = fits.collect();
    (now, fits)
}

/// The time of a report's place; without one, the offset of the moment when it was signed.
pub(crate) fn zone(filling: &Filling) -> Zone {
    let place = filling.facts().place.and_then(|p| filling.form().places().zone(p));
    place.cloned().unwrap_or_else(|| Zone::fixed(filling.environment().now.offset))
}

/// The filling with one answer corrected, or taken away, and every rule evaluated that depends on it.
///
/// # Errors
/// Why the observer could not have given this answer, with the remedy: it is of another kind, not offered, not asked, or makes an
/// answer impossible.
pub(crate) fn apply(filling: &Filling, node: u32, rows: &[u32], new: Option<&str>) -> Result<Filling, AnswerFault> {
    let form = filling.form();
    let item = form.definition().items.get(node as usize).ok_or(FillError::NoSuchKey)?;
    if matches!(item.kind, Kind::Repeat { .. } | Kind::Group { .. }) {
        return Err(AnswerFault::TakesNoAnswer { question: item.name.clone() });
    }
    let key = filling.key_at(node, rows).ok_or_else(|| no_row(form, node, rows))?;
    if new.is_none() && matches!(item.kind, Kind::Start | Kind::End | Kind::Today) {
        // What the phone noted by itself may be wrong, too; nobody can put another in its place.
        return Ok(without(filling, key));
    }
    let mut corrected = filling.clone();
    let changed = match new {
        Some(_) if matches!(item.kind, Kind::Attachment { .. }) => {
            return Err(AnswerFault::FileStays { question: item.name.clone() });
        }
        Some(text) => corrected.set(key, literal(filling, node, text)?),
        None => corrected.clear(key),
    };
    changed?;
    let before = filling.issues();
    let error = |p: &AnswerProblem| p.issue.prevents_signing() && (p.key == key || !before.iter().any(|b| same(b, p)));
    match corrected.issues().iter().find(|p| error(p)) {
        Some(problem) => Err(AnswerFault::Impossible(doubt(name(&corrected, problem), problem))),
        None => Ok(corrected),
    }
}

fn without(filling: &Filling, key: CellKey) -> Filling {
    let mut kept = filling.snapshot();
    kept.retain(|m| !matches!(m, Mutation::Answer(k, _) if *k == key));
    Filling::recorded(filling.form().clone(), filling.facts().clone(), filling.environment(), kept).0
}

/// What became unlikely by a correction, has a choice that is offered no longer, or is asked and not answered: of that answer, and of
/// any that depends on it.
pub(crate) fn new_problems(before: &Filling, after: &Filling, node: u32, rows: &[u32]) -> Vec<AnswerProblem> {
    let (key, known) = (after.key_at(node, rows), before.issues());
    let new = |p: &AnswerProblem| Some(p.key) == key || !known.iter().any(|b| same(b, p));
    after.issues().into_iter().filter(|p| !p.issue.prevents_signing() && new(p)).collect()
}

fn same(a: &AnswerProblem, b: &AnswerProblem) -> bool {
    a.key == b.key && a.issue == b.issue
}

/// The name of the question that a problem is about.
pub(crate) fn name(filling: &Filling, problem: &AnswerProblem) -> String {
    filling.question(problem.key).name
}

/// A problem under the name or number of its question.
pub(crate) fn doubt(question: String, problem: &AnswerProblem) -> AnswerDoubt {
    AnswerDoubt { question, issue: problem.issue, text: problem.text.to_string() }
}

/// An answer in the notation of answer files; choices also by their labels in any language, several with commas between them.
fn literal(filling: &Filling, node: u32, text: &str) -> Result<baqylau_forms::value::Answer, AnswerFault> {
    let form = filling.form();
    let item = &form.definition().items[node as usize];
    let zone = zone(filling);
    let expected = match read_literal_at(form, node, text, &zone) {
        Ok(answer) => return Ok(answer),
        Err(expected) => expected,
    };
    let several = matches!(item.kind, Kind::SelectMultiple { .. });
    let labels: Vec<&str> = if several { text.split(',').collect() } else { vec![text] };
    let names = match by_label(form, node, text)? {
        Some(name) => Some(name.to_owned()),
        None => labels
            .into_iter()
            .map(|l| by_label(form, node, l))
            .collect::<Result<Option<Vec<_>>, _>>()?
            .map(|n| n.join(" ")),
    };
    names.and_then(|names| read_literal_at(form, node, &names, &zone).ok()).ok_or_else(|| AnswerFault::NotAnAnswer {
        question: item.name.clone(),
        expected,
        choices: choices(form, node),
    })
}

/// The name of the one choice that has this label, or this name.
///
/// # Errors
/// Several have the label.
fn by_label<'f>(form: &'f Form, node: u32, label: &str) -> Result<Option<&'f str>, AnswerFault> {
    let all = form.list(node).map(|l| l.choices.as_slice()).unwrap_or_default();
    let label = label.trim();
    if label.is_empty() {
        return Ok(None);
    }
    let named = |c: &&Choice| *c.name == *label || c.label.0.iter().any(|l| **l == *label);
    let found: Vec<&str> = all.iter().filter(named).map(|c| &*c.name).collect();
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        several => Err(AnswerFault::SeveralChoices {
            question: form.definition().items[node as usize].name.clone(),
            label: label.to_owned(),
            choices: several.iter().map(|name| (*name).to_owned()).collect(),
        }),
    }
}

fn no_row(form: &Form, node: u32, rows: &[u32]) -> AnswerFault {
    let items = &form.definition().items;
    let above = std::iter::successors(items[node as usize].parent, |at| items.get(*at as usize)?.parent);
    let deep =
        above.filter(|at| items.get(*at as usize).is_some_and(|i| matches!(i.kind, Kind::Repeat { .. }))).count();
    let question = items[node as usize].name.clone();
    match (deep, rows.len()) {
        (0, _) => AnswerFault::NoRepeat { question },
        (wanted, 0) => AnswerFault::RowMissing { question, wanted },
        (wanted, given) if wanted != given => AnswerFault::OtherRows { question, wanted, given },
        _ => {
            let rows: Vec<String> = rows.iter().map(|row| (u64::from(*row) + 1).to_string()).collect();
            AnswerFault::NoSuchRow { question, row: rows.join(".") }
        }
    }
}

/// The names of the choices of a question, the first of them where they are many.
fn choices(form: &Form, node: u32) -> Vec<String> {
    let choices = form.list(node).map(|l| l.choices.as_slice()).unwrap_or_default();
    choices.iter().take(NAMED).map(|c| c.name.to_string()).collect()
}
