//! Computes figures. Blank, hidden and missing answers are unknown, never false; how many are unknown is reported
//! beside the base.

use crate::figure::{Base, CompiledFigure, FigureRule};
use crate::tally::Tally;
use baqylau_forms::expr::{Expr, Val};
use baqylau_forms::fill::{CellKey, Mode};
use baqylau_forms::num;
use baqylau_forms::value::{Answer, Missing};
use baqylau_forms::{ByIdentity, Filling, Form};
use std::collections::HashMap;
use std::sync::Arc;

/// A report that counts: it has passed every check, and is neither a duplicate, a test, nor superseded.
#[derive(Debug, Clone)]
pub struct Observation {
    /// Index in the server's log; orders reports in time.
    pub index: u64,
    /// Id of its checklist.
    pub checklist: String,
    /// Index of its place in the bundle's tree; `None` for an unlisted place.
    pub place: Option<u32>,
    /// Answers of the report, with relevance and calculations evaluated again here.
    pub filling: Filling,
}

/// A figure's computed value, with its base and what is unknown.
#[derive(Debug, Clone, PartialEq)]
pub struct Computed {
    /// [`crate::Figure::id`].
    pub id: String,
    /// The published value as the statement prints it; empty if nothing is published.
    pub published: String,
    /// The computed value in the form of the published one. If there is no base, `-`; [`NO_REPORTS`] for a breakdown.
    pub computed: String,
    /// Number that count; the numerator of a mean share.
    pub count: usize,
    /// Number in the base; the denominator of a mean share.
    pub base: usize,
    /// Reports unknown because the observer answered "do not know".
    pub do_not_know: usize,
    /// Reports unknown because it was not permitted to be seen, or does not apply.
    pub not_applicable: usize,
    /// Reports unknown because the question was left blank, or not asked.
    pub not_answered: usize,
    /// Reports considered, known or not.
    pub forms: usize,
    /// Distinct places with at least one report in the base.
    pub places: usize,
    /// Whether it equals the published value within the tolerance; true if nothing is published.
    pub equal: bool,
    /// Whether a report counted for several choices, so that parts may exceed the whole.
    pub several: bool,
    /// Log indices of the reports that count.
    pub reports: Vec<u64>,
    /// Breakdown: name of each choice, and how many chose it.
    pub parts: Vec<(String, usize)>,
}

/// [`Computed::computed`] of a breakdown without a base.
pub const NO_REPORTS: &str = "no reports";

/// The part of one report in a figure; the sum over all reports is the figure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Contribution {
    /// Added to the numerator.
    pub count: u32,
    /// Added to the denominator.
    pub base: u32,
    /// The reason, if the report is unknown for this figure.
    pub unknown: Option<NoContribution>,
    /// Whether the report counts and is listed in [`Computed::reports`].
    pub behind: bool,
    /// Breakdown: indices of the choices, in the figure's order.
    pub chosen: Vec<u32>,
}

/// Why a report is unknown for a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoContribution {
    /// The observer answered "do not know".
    DoNotKnow,
    /// It was not permitted to be seen, or does not apply.
    NotApplicable,
    /// The question was left blank, or not asked.
    NotAnswered,
}

/// A report that counts, reduced to what one figure needs.
#[derive(Debug, Clone, Copy)]
pub struct FigureInput<'g> {
    /// Index in the server's log; orders reports in time.
    pub index: u64,
    /// Index of its place; `None` for an unlisted one.
    pub place: Option<u32>,
    /// As [`contribute`] gave it.
    pub contribution: &'g Contribution,
}

/// Computes every figure. `people` is the number of people in the register with a device that counts.
#[must_use]
pub fn compute(figures: &[CompiledFigure], observations: &[Observation], people: usize) -> Vec<Computed> {
    let mut rules = Rules::default();
    let mut contributions: Vec<Vec<(&Observation, Contribution)>> = figures.iter().map(|_| Vec::new()).collect();
    for observation in observations {
        contribute(&rules.of(figures, observation.filling.form()), observation)
            .into_iter()
            .for_each(|(at, given)| contributions[at].push((observation, given)));
    }
    let computed = |(figure, contributions): (&CompiledFigure, &Vec<(&Observation, Contribution)>)| {
        total(
            figure,
            contributions.iter().map(|(o, given)| FigureInput { index: o.index, place: o.place, contribution: given }),
            people,
        )
    };
    figures.iter().zip(&contributions).map(computed).collect()
}

/// Compiled figures, cached for each version of their checklists.
#[derive(Default)]
pub struct Rules {
    of_form: HashMap<ByIdentity<Form>, Arc<AdaptedFigures>>,
}

/// A form, and for each figure of its checklist its index and rule; `None` if the form lacks a question that the figure
/// needs.
pub type AdaptedFigures = (Arc<Form>, Vec<(usize, Option<CompiledFigure>)>);

impl Rules {
    /// The rules for reports of one form, shareable between threads. Pass the same figures in every call.
    pub fn of(&mut self, figures: &[CompiledFigure], form: &Arc<Form>) -> Arc<AdaptedFigures> {
        let adapt = || {
            let ours = figures.iter().enumerate().filter(|(_, f)| f.figure.checklist == form.definition().id);
            Arc::new((form.clone(), ours.map(|(at, figure)| (at, figure.under(form))).collect::<Vec<_>>()))
        };
        self.of_form.entry(ByIdentity::of(form)).or_insert_with(adapt).clone()
    }
}

/// Each figure's index, with what a report contributes to it, by the rules for the report's form.
#[must_use]
pub fn contribute(rules: &AdaptedFigures, o: &Observation) -> Vec<(usize, Contribution)> {
    let one = |figure: &Option<CompiledFigure>| match figure.as_ref().map(|f| &f.rule) {
        // A question that another version did not ask is unknown.
        None | Some(FigureRule::People) => {
            Contribution { unknown: Some(NoContribution::NotAnswered), ..Contribution::default() }
        }
        Some(FigureRule::Truth { counts, base }) => statement_holds(o, counts, base),
        Some(FigureRule::Share { part, whole }) => share(o, part, whole),
        Some(FigureRule::Breakdown { question, order, named }) => breakdown(o, *question, order.as_deref(), named),
    };
    rules.1.iter().map(|(at, figure)| (*at, one(figure))).collect()
}

/// Computes a figure over some reports: all that count, or those of a region, an hour, a kind of polling station.
#[must_use]
pub fn total<'g>(figure: &CompiledFigure, seen: impl Iterator<Item = FigureInput<'g>>, people: usize) -> Computed {
    let mut tally = Tally::new(figure);
    if figure.per_place {
        latest(seen).iter().for_each(|one| tally.add(one));
    } else {
        seen.for_each(|one| tally.add(&one));
    }
    if matches!(figure.rule, FigureRule::People) {
        tally.count = people;
        tally.base = people;
    }
    tally.finish(figure)
}

/// The latest report of each place, in log order. Those without a place count as of one.
#[must_use]
pub fn latest<'g>(all: impl Iterator<Item = FigureInput<'g>>) -> Vec<FigureInput<'g>> {
    let mut last: HashMap<Option<u32>, FigureInput> = HashMap::new();
    for one in all {
        let known = last.entry(one.place).or_insert(one);
        if known.index < one.index {
            *known = one;
        }
    }
    let mut out: Vec<_> = last.into_values().collect();
    out.sort_by_key(|one| one.index);
    out
}

fn statement_holds(o: &Observation, counts: &Expr, base: &Base) -> Contribution {
    if let Base::Where(applies) = base
        && o.filling.evaluate(applies, Mode::Unknown).truth() != Some(true)
    {
        return Contribution { unknown: Some(NoContribution::NotApplicable), ..Contribution::default() };
    }
    let truth = o.filling.evaluate(counts, Mode::Unknown).truth();
    Contribution {
        count: u32::from(truth == Some(true)),
        base: u32::from(truth.is_some() || matches!(base, Base::All)),
        unknown: truth.is_none().then(|| unknown(o, counts)),
        behind: truth == Some(true),
        chosen: Vec::new(),
    }
}

/// Why an expression is unknown: by its first missing answer.
fn unknown(o: &Observation, expr: &Expr) -> NoContribution {
    let mut why = None;
    expr.walk(&mut |e| {
        if let Expr::Name(node) = e
            && let Some(Answer::Missing(missing)) = o.filling.answer(CellKey { node: *node, row: 0 })
        {
            why = why.or(Some(*missing));
        }
    });
    match why {
        Some(Missing::DoNotKnow) => NoContribution::DoNotKnow,
        Some(_) => NoContribution::NotApplicable,
        None => NoContribution::NotAnswered,
    }
}

fn share(o: &Observation, part: &Expr, whole: &Expr) -> Contribution {
    let number = |e| match o.filling.evaluate(e, Mode::Unknown) {
        Val::Unknown => None,
        value => num::int(value.number().round()).and_then(|n| u32::try_from(n).ok()),
    };
    let without = |e| Contribution { unknown: Some(unknown(o, e)), ..Contribution::default() };
    match (number(part), number(whole)) {
        (Some(count), Some(base)) => Contribution { count, base, behind: true, ..Contribution::default() },
        (None, _) => without(part),
        _ => without(whole),
    }
}

fn breakdown(o: &Observation, question: u32, order: Option<&[Option<u32>]>, named: &[bool]) -> Contribution {
    let key = CellKey { node: question, row: 0 };
    let chosen: Vec<u32> = match o.filling.answer(key).filter(|_| o.filling.is_shown(key)) {
        Some(Answer::One(choice)) => vec![*choice],
        Some(Answer::Many(chosen)) => chosen.clone(),
        _ => return Contribution { unknown: Some(unknown(o, &Expr::Name(question))), ..Contribution::default() },
    };
    let ours = |choice: &u32| match order {
        None => Some(*choice),
        Some(order) => *order.get(*choice as usize)?,
    };
    let chosen = chosen.iter().filter_map(ours).filter(|c| named.get(*c as usize) == Some(&true));
    let chosen: Vec<u32> = chosen.collect();
    if chosen.is_empty() {
        return Contribution { unknown: Some(NoContribution::NotApplicable), ..Contribution::default() };
    }
    let count = u32::try_from(chosen.len()).unwrap_or(u32::MAX);
    Contribution { count, base: 1, unknown: None, behind: true, chosen }
}
