//! The effective answers: what desks corrected, applied to a report in the order of the log. A correction passes the rules of the
//! checklist as the observer's own answer would; one that does not is no answer of the report, whichever desk signed it.

use baqylau_forms::definition::{Choice, Kind};
use baqylau_forms::fill::{AnswerProblem, CellKey, Issue, Mutation, read_literal_at};
use baqylau_forms::form::MAX_ROWS;
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
pub(crate) fn apply(filling: &Filling, node: u32, rows: &[u32], new: Option<&str>) -> Result<Filling, String> {
    let form = filling.form();
    let item = form.definition().items.get(node as usize).ok_or("the checklist has no such question")?;
    if matches!(item.kind, Kind::Repeat { .. } | Kind::Group { .. }) {
        let what = "has no answer of its own; name a question within it";
        return Err(format!("{}: it {what}, and its row where it is a repeat", item.name));
    }
    let key = filling.key_at(node, rows).ok_or_else(|| no_row(form, node, rows))?;
    if new.is_none() && matches!(item.kind, Kind::Start | Kind::End | Kind::Today) {
        // What the phone noted by itself may be wrong, too; nobody can put another in its place.
        return Ok(without(filling, key));
    }
    let mut corrected = filling.clone();
    let changed = match new {
        Some(_) if matches!(item.kind, Kind::Attachment { .. }) => {
            return Err(format!("{}: a file cannot be put in the place of the observer's", item.name));
        }
        Some(text) => corrected.set(key, literal(filling, node, text)?),
        None => corrected.clear(key),
    };
    changed.map_err(|e| e.to_string())?;
    let before = filling.issues();
    let error = |p: &AnswerProblem| p.issue.prevents_signing() && (p.key == key || !before.iter().any(|b| same(b, p)));
    match corrected.issues().iter().find(|p| error(p)) {
        Some(problem) => Err(format!("{}: {}", name(&corrected, problem), words(problem))),
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

/// The author's words for a problem, or what sort it is.
pub(crate) fn words(problem: &AnswerProblem) -> String {
    match (problem.text.is_empty(), problem.issue) {
        (false, _) => problem.text.to_string(),
        (true, Issue::Error) => "the checklist takes no such answer".into(),
        (true, Issue::Warning) => "the checklist calls this answer unlikely".into(),
        (true, Issue::NotOffered) => "the choice is not offered any more".into(),
        (true, Issue::Unanswered) => "it must be answered".into(),
        (true, Issue::Unfit) => "what was computed is no value of this question".into(),
        (true, Issue::TooManyRows) => format!("at most {MAX_ROWS} rows"),
    }
}

/// An answer in the notation of answer files; choices also by their labels in any language, several with commas between them.
fn literal(filling: &Filling, node: u32, text: &str) -> Result<baqylau_forms::value::Answer, String> {
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
    names
        .and_then(|names| read_literal_at(form, node, &names, &zone).ok())
        .ok_or_else(|| format!("{}: expected {expected}{}", item.name, choices(form, node)))
}

/// The name of the one choice that has this label, or this name.
///
/// # Errors
/// Several have the label.
fn by_label<'f>(form: &'f Form, node: u32, label: &str) -> Result<Option<&'f str>, String> {
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
        several => Err(format!(
            "{}: the label {:?} is that of several choices; give the name of one: {}",
            form.definition().items[node as usize].name,
            label,
            several.join(", ")
        )),
    }
}

fn no_row(form: &Form, node: u32, rows: &[u32]) -> String {
    let items = &form.definition().items;
    let above = std::iter::successors(items[node as usize].parent, |at| items.get(*at as usize)?.parent);
    let deep =
        above.filter(|at| items.get(*at as usize).is_some_and(|i| matches!(i.kind, Kind::Repeat { .. }))).count();
    let name = &items[node as usize].name;
    match (deep, rows.len()) {
        (0, _) => format!("{name}: it is in no repeat; leave the rows out"),
        (deep, 0) => format!("{name}: it stands in a row of a repeat; say in which ({})", numbers(deep)),
        (deep, given) if deep != given => {
            format!("{name}: it needs {}, outermost first; given: {given}", numbers(deep))
        }
        _ => {
            let rows: Vec<String> = rows.iter().map(|row| (u64::from(*row) + 1).to_string()).collect();
            format!("{name}: the report has no such row ({})", rows.join("."))
        }
    }
}

fn numbers(deep: usize) -> String {
    if deep == 1 { "one row number".into() } else { format!("{deep} row numbers") }
}

/// The choices of a question, where they are few.
fn choices(form: &Form, node: u32) -> String {
    let choices = form.list(node).map(|l| l.choices.as_slice()).unwrap_or_default();
    let names: Vec<&str> = choices.iter().take(NAMED).map(|c| &*c.name).collect();
    if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) }
}
