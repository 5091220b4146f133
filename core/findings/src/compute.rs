//! The numbers. Blank, hidden and missing answers are unknown, never false; what is unknown is shown beside the base.

use crate::figure::{Base, Compiled, Expected, Rule, Unit};
use baqylau_forms::Filling;
use baqylau_forms::expr::{Expr, Val};
use baqylau_forms::fill::{Key, Mode};
use baqylau_forms::num;
use baqylau_forms::value::{Answer, Missing};
use std::collections::{HashMap, HashSet};

/// A report that counts: what passed every check, is no duplicate, no test, and not superseded.
#[derive(Debug, Clone)]
pub struct Observation {
    /// Its place in the server's log; the order in time.
    pub index: u64,
    /// The checklist's id.
    pub checklist: String,
    /// The place.
    pub place: Option<u32>,
    /// The answers, evaluated again.
    pub filling: Filling,
}

/// A figure with its number and everything that belongs beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Computed {
    /// The figure's id.
    pub id: String,
    /// As the statement prints it.
    pub published: String,
    /// The computed value in the same form.
    pub computed: String,
    /// How many count; the numerator of a mean share.
    pub count: usize,
    /// Out of how many; the denominator of a mean share.
    pub base: usize,
    /// How many answered that they do not know.
    pub do_not_know: usize,
    /// How many were not permitted to see it, or for whom it does not apply.
    pub not_applicable: usize,
    /// How many were asked and did not answer, or were not asked.
    pub not_answered: usize,
    /// How many reports were looked at.
    pub forms: usize,
    /// At how many distinct places.
    pub places: usize,
    /// Whether it is what was published, within the tolerance.
    pub equal: bool,
    /// Whether several answers per report are possible, so that parts may add up to more than the whole.
    pub several: bool,
    /// The reports that count, by place in the log.
    pub reports: Vec<u64>,
    /// How many of each choice of a breakdown, by the choice's name.
    pub parts: Vec<(String, usize)>,
}

impl Computed {
    /// A sentence of the statement with its numbers: `{value}`, `{count}` and `{base}`. The sentence says what a share is of.
    #[must_use]
    pub fn sentence(&self, words: &str) -> String {
        let value = self.computed.trim_end_matches(" %");
        words
            .replace("{value}", value)
            .replace("{count}", &self.count.to_string())
            .replace("{base}", &self.base.to_string())
    }
}

/// What one report gives a figure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// What it adds to the numerator.
    pub count: u32,
    /// What it adds to the denominator.
    pub base: u32,
    /// Why it is unknown, when it is.
    pub unknown: Option<Unknown>,
    /// Whether it is one of the reports behind the number.
    pub behind: bool,
    /// The choices of a breakdown.
    pub chosen: Vec<u32>,
}

/// Why a report says nothing for a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// The observer does not know.
    DoNotKnow,
    /// It was not permitted to be seen, or does not apply.
    NotApplicable,
    /// It was asked and not answered, or not asked.
    NotAnswered,
}

/// A report that counts, as a figure sees it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'g> {
    /// Its place in the server's log.
    pub index: u64,
    /// Its place.
    pub place: Option<u32>,
    /// What it gives.
    pub given: &'g Given,
}

/// Computes figures. `people` is how many people of the register have a device that counts.
#[must_use]
pub fn compute(figures: &[Compiled], observations: &[Observation], people: usize) -> Vec<Computed> {
    let one = |figure: &Compiled| {
        let given = observations.iter().filter_map(|o| Some((o, give(figure, o)?)));
        let given: Vec<(&Observation, Given)> = given.collect();
        total(figure, given.iter().map(|(o, given)| Seen { index: o.index, place: o.place, given }), people)
    };
    figures.iter().map(one).collect()
}

/// What a report gives a figure; `None` when it is of another checklist.
#[must_use]
pub fn give(figure: &Compiled, o: &Observation) -> Option<Given> {
    if figure.figure.checklist != o.checklist {
        return None;
    }
    match &figure.rule {
        Rule::People => None,
        Rule::Truth { counts, base } => Some(truth(o, counts, base)),
        Rule::Share { part, whole } => Some(share(o, part, whole)),
        Rule::Breakdown { question } => Some(breakdown(o, *question)),
    }
}

/// The number of a figure over some reports: all that count, or those of a region, an hour, a kind of station.
#[must_use]
pub fn total<'g>(figure: &Compiled, seen: impl Iterator<Item = Seen<'g>>, people: usize) -> Computed {
    let seen: Vec<Seen> = if figure.per_place { latest(seen) } else { seen.collect() };
    let mut tally = Tally::default();
    let choices = match figure.rule {
        Rule::Breakdown { question } => figure.form.as_ref().and_then(|f| f.list(question)).map(|l| &l.choices),
        _ => None,
    };
    tally.parts = choices.into_iter().flatten().map(|c| (c.name.to_string(), 0)).collect();
    seen.iter().for_each(|one| tally.add(one));
    if matches!(figure.rule, Rule::People) {
        tally.count = people;
        tally.base = people;
    }
    tally.finish(figure, &seen)
}

/// The latest of each place.
fn latest<'g>(all: impl Iterator<Item = Seen<'g>>) -> Vec<Seen<'g>> {
    let mut last: HashMap<Option<u32>, Seen> = HashMap::new();
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

fn truth(o: &Observation, counts: &Expr, base: &Base) -> Given {
    if let Base::Where(applies) = base
        && o.filling.evaluate(applies, Mode::Unknown).truth() != Some(true)
    {
        return Given { unknown: Some(Unknown::NotApplicable), ..Given::default() };
    }
    let truth = o.filling.evaluate(counts, Mode::Unknown).truth();
    Given {
        count: u32::from(truth == Some(true)),
        base: u32::from(truth.is_some() || matches!(base, Base::All)),
        unknown: truth.is_none().then(|| unknown(o, counts)),
        behind: truth == Some(true),
        chosen: Vec::new(),
    }
}

/// Why an expression is unknown: by the first answer that makes it so.
fn unknown(o: &Observation, expr: &Expr) -> Unknown {
    let mut why = None;
    expr.walk(&mut |e| {
        if let Expr::Name(node) = e
            && let Some(Answer::Missing(missing)) = o.filling.answer(Key { node: *node, row: 0 })
        {
            why = why.or(Some(*missing));
        }
    });
    match why {
        Some(Missing::DoNotKnow) => Unknown::DoNotKnow,
        Some(_) => Unknown::NotApplicable,
        None => Unknown::NotAnswered,
    }
}

fn share(o: &Observation, part: &Expr, whole: &Expr) -> Given {
    let number = |e| match o.filling.evaluate(e, Mode::Unknown) {
        Val::Unknown => None,
        value => num::int(value.number().round()).and_then(|n| u32::try_from(n).ok()),
    };
    let without = |e| Given { unknown: Some(unknown(o, e)), ..Given::default() };
    match (number(part), number(whole)) {
        (Some(count), Some(base)) => Given { count, base, behind: true, ..Given::default() },
        (None, _) => without(part),
        _ => without(whole),
    }
}

fn breakdown(o: &Observation, question: u32) -> Given {
    let key = Key { node: question, row: 0 };
    let chosen: Vec<u32> = match o.filling.answer(key).filter(|_| o.filling.is_shown(key)) {
        Some(Answer::One(choice)) => vec![*choice],
        Some(Answer::Many(chosen)) => chosen.clone(),
        _ => return Given { unknown: Some(unknown(o, &Expr::Name(question))), ..Given::default() },
    };
    Given { count: u32::try_from(chosen.len()).unwrap_or(u32::MAX), base: 1, unknown: None, behind: true, chosen }
}

#[derive(Default)]
struct Tally {
    count: usize,
    base: usize,
    do_not_know: usize,
    not_applicable: usize,
    not_answered: usize,
    reports: Vec<u64>,
    parts: Vec<(String, usize)>,
}

impl Tally {
    fn add(&mut self, one: &Seen) {
        self.count += one.given.count as usize;
        self.base += one.given.base as usize;
        match one.given.unknown {
            Some(Unknown::DoNotKnow) => self.do_not_know += 1,
            Some(Unknown::NotApplicable) => self.not_applicable += 1,
            Some(Unknown::NotAnswered) => self.not_answered += 1,
            None => {}
        }
        if one.given.behind {
            self.reports.push(one.index);
        }
        for choice in &one.given.chosen {
            if let Some(part) = self.parts.get_mut(*choice as usize) {
                part.1 += 1;
            }
        }
    }

    fn finish(self, figure: &Compiled, seen: &[Seen]) -> Computed {
        let computed = self.words(figure);
        let places: HashSet<u32> = seen.iter().filter_map(|one| one.place).collect();
        Computed {
            id: figure.figure.id.clone(),
            published: figure.figure.published.clone(),
            equal: self.equal(figure),
            several: figure.figure.unit == Unit::Breakdown && self.count > self.base,
            computed,
            count: self.count,
            base: self.base,
            do_not_know: self.do_not_know,
            not_applicable: self.not_applicable,
            not_answered: self.not_answered,
            forms: seen.len(),
            places: places.len(),
            reports: self.reports,
            parts: self.parts,
        }
    }

    /// Half up, in integers; `None` when there is no base.
    fn percent(&self) -> Option<usize> {
        (self.base > 0).then(|| (200 * self.count + self.base) / (2 * self.base))
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

    fn equal(&self, figure: &Compiled) -> bool {
        match &figure.expected {
            // The last digits of a decimal fraction are not the author's.
            Expected::Number { value, tolerance } => {
                (self.number(figure.figure.unit) - value).abs() <= tolerance + 1e-9
            }
            Expected::Majority => 2 * self.count > self.base,
            Expected::Parts(parts) => parts.iter().all(|p| self.parts.contains(p)),
        }
    }

    fn words(&self, figure: &Compiled) -> String {
        match (figure.figure.unit, &figure.expected) {
            (Unit::Percent, _) => self.percent().map_or("-".into(), |p| format!("{p} %")),
            (Unit::MeanShare, _) => format!("{:.3}", self.ratio()),
            (Unit::Majority, _) => self.percent().map_or("-".into(), |p| format!("{p} %")),
            (_, Expected::Parts(parts)) => {
                let found = |name: &str| self.parts.iter().find(|p| p.0 == *name).map_or(0, |p| p.1);
                parts.iter().map(|(name, _)| format!("{name} {}", found(name))).collect::<Vec<_>>().join("; ")
            }
            _ => self.count.to_string(),
        }
    }
}
