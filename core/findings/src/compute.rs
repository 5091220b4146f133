//! Computes figures. Blank, hidden and missing answers are unknown, never false; how many are unknown is reported
//! beside the base.

use crate::figure::{Base, CompiledFigure, FigureRule, PublishedValue, Unit};
use crate::percentage::{percentage, proportion};
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

/// Percentage rounded half up, in integers, as published percentages are compared; `None` if `base` is 0.
fn percent(count: usize, base: usize) -> Option<usize> {
    (base > 0).then(|| (200 * count + base) / (2 * base))
}

#[derive(Default)]
struct Tally {
    count: usize,
    base: usize,
    do_not_know: usize,
    not_applicable: usize,
    not_answered: usize,
    forms: usize,
    /// Whether a place has a report in the base, by its index.
    places: Vec<bool>,
    reports: Vec<u64>,
    parts: Vec<(String, usize)>,
}

impl Tally {
    fn new(figure: &CompiledFigure) -> Self {
        let choices = match figure.rule {
            FigureRule::Breakdown { question, .. } => {
                figure.form.as_ref().and_then(|f| f.list(question)).map(|l| &l.choices)
            }
            _ => None,
        };
        let parts = choices.into_iter().flatten().map(|c| (c.name.to_string(), 0)).collect();
        Self { parts, ..Self::default() }
    }

    fn add(&mut self, one: &FigureInput) {
        self.forms += 1;
        if let Some(place) = one.place.map(|p| p as usize).filter(|_| one.contribution.base > 0) {
            if self.places.len() <= place {
                self.places.resize(place + 1, false);
            }
            self.places[place] = true;
        }
        self.count += one.contribution.count as usize;
        self.base += one.contribution.base as usize;
        match one.contribution.unknown {
            Some(NoContribution::DoNotKnow) => self.do_not_know += 1,
            Some(NoContribution::NotApplicable) => self.not_applicable += 1,
            Some(NoContribution::NotAnswered) => self.not_answered += 1,
            None => {}
        }
        if one.contribution.behind {
            self.reports.push(one.index);
        }
        for choice in &one.contribution.chosen {
            if let Some(part) = self.parts.get_mut(*choice as usize) {
                part.1 += 1;
            }
        }
    }

    fn finish(self, figure: &CompiledFigure) -> Computed {
        let computed = self.words(figure);
        Computed {
            id: figure.figure.id.clone(),
            published: figure.published().to_owned(),
            equal: self.equal(figure),
            several: figure.figure.unit == Unit::Breakdown && self.count > self.base,
            computed,
            count: self.count,
            base: self.base,
            do_not_know: self.do_not_know,
            not_applicable: self.not_applicable,
            not_answered: self.not_answered,
            forms: self.forms,
            places: self.places.iter().filter(|seen| **seen).count(),
            reports: self.reports,
            parts: self.parts,
        }
    }

    fn percent(&self) -> Option<usize> {
        percent(self.count, self.base)
    }

    fn ratio(&self) -> f64 {
        num::float_of(self.count) / num::float_of(self.base)
    }

    /// The number to compare with the published one.
    fn number(&self, unit: Unit) -> f64 {
        match unit {
            Unit::Percent => self.percent().map_or(f64::NAN, num::float_of),
            Unit::MeanShare => self.ratio(),
            _ => num::float_of(self.count),
        }
    }

    fn equal(&self, figure: &CompiledFigure) -> bool {
        match &figure.expected {
            // Allows for rounding when decimal fractions become floating-point numbers.
            PublishedValue::Number { value, tolerance } => {
                (self.number(figure.figure.unit) - value).abs() <= tolerance + 1e-9
            }
            PublishedValue::Majority => 2 * self.count > self.base,
            PublishedValue::Nothing => true,
            PublishedValue::Parts(parts) => parts.iter().all(|p| self.parts.contains(p)),
        }
    }

    fn words(&self, figure: &CompiledFigure) -> String {
        match (figure.figure.unit, &figure.expected) {
            (Unit::Percent | Unit::Majority, _) => {
                percentage(self.count, self.base, 0).map_or("-".into(), |p| format!("{p} %"))
            }
            (Unit::MeanShare, _) => proportion(self.count, self.base, 3).unwrap_or_else(|| "-".into()),
            (Unit::Breakdown, _) if self.base == 0 => NO_REPORTS.to_owned(),
            (Unit::Breakdown, PublishedValue::Parts(parts)) => {
                let found = |name: &str| self.parts.iter().find(|p| p.0 == *name).map_or(0, |p| p.1);
                parts.iter().map(|(name, _)| format!("{name} {}", found(name))).collect::<Vec<_>>().join("; ")
            }
            (Unit::Breakdown, _) => {
                self.parts.iter().map(|(name, n)| format!("{name} {n}")).collect::<Vec<_>>().join("; ")
            }
            (Unit::Count, _) => self.count.to_string(),
        }
    }
}
