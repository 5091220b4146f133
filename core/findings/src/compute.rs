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
}

/// Computes figures. `people` is how many people of the register have a device that counts.
#[must_use]
pub fn compute(figures: &[Compiled], observations: &[Observation], people: usize) -> Vec<Computed> {
    let mut by_checklist: HashMap<&str, Vec<&Observation>> = HashMap::new();
    for observation in observations {
        by_checklist.entry(&observation.checklist).or_default().push(observation);
    }
    let one = |figure: &Compiled| {
        let all = by_checklist.get(figure.figure.checklist.as_str()).map_or(&[][..], Vec::as_slice);
        if figure.per_place { Tally::of(figure, &latest(all), people) } else { Tally::of(figure, all, people) }
    };
    figures.iter().map(one).collect()
}

/// The latest observation of each place.
fn latest<'o>(all: &[&'o Observation]) -> Vec<&'o Observation> {
    let mut last: HashMap<Option<u32>, &Observation> = HashMap::new();
    for observation in all {
        let known = last.entry(observation.place).or_insert(observation);
        if known.index < observation.index {
            *known = observation;
        }
    }
    let mut out: Vec<_> = last.into_values().collect();
    out.sort_by_key(|o| o.index);
    out
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
    fn of(figure: &Compiled, observations: &[&Observation], people: usize) -> Computed {
        let mut tally = Self::default();
        match &figure.rule {
            Rule::People => {
                tally.count = people;
                tally.base = people;
            }
            Rule::Truth { counts, base } => observations.iter().for_each(|o| tally.truth(o, counts, base)),
            Rule::Share { part, whole } => observations.iter().for_each(|o| tally.share(o, part, whole)),
            Rule::Breakdown { question } => tally.breakdown(figure, observations, *question),
        }
        tally.finish(figure, observations)
    }

    fn truth(&mut self, o: &Observation, counts: &Expr, base: &Base) {
        if let Base::Where(applies) = base
            && o.filling.evaluate(applies, Mode::Unknown).truth() != Some(true)
        {
            self.not_applicable += 1;
            return;
        }
        let truth = o.filling.evaluate(counts, Mode::Unknown).truth();
        if truth == Some(true) {
            self.count += 1;
            self.reports.push(o.index);
        }
        if truth.is_some() || matches!(base, Base::All) {
            self.base += 1;
        }
        if truth.is_none() {
            self.unknown(o, counts);
        }
    }

    /// Why an expression is unknown: by the first answer that makes it so.
    fn unknown(&mut self, o: &Observation, expr: &Expr) {
        let mut why = None;
        expr.walk(&mut |e| {
            if let Expr::Name(node) = e
                && let Some(Answer::Missing(missing)) = o.filling.answer(Key { node: *node, row: 0 })
            {
                why = why.or(Some(*missing));
            }
        });
        match why {
            Some(Missing::DoNotKnow) => self.do_not_know += 1,
            Some(_) => self.not_applicable += 1,
            None => self.not_answered += 1,
        }
    }

    fn share(&mut self, o: &Observation, part: &Expr, whole: &Expr) {
        let number = |e| match o.filling.evaluate(e, Mode::Unknown) {
            Val::Unknown => None,
            value => num::int(value.number().round()).and_then(|n| usize::try_from(n).ok()),
        };
        match (number(part), number(whole)) {
            (Some(p), Some(w)) => {
                self.count += p;
                self.base += w;
                self.reports.push(o.index);
            }
            (None, _) => self.unknown(o, part),
            _ => self.unknown(o, whole),
        }
    }

    fn breakdown(&mut self, figure: &Compiled, observations: &[&Observation], question: u32) {
        let choices = figure.form.as_ref().and_then(|f| f.list(question)).map(|l| &l.choices);
        self.parts = choices.into_iter().flatten().map(|c| (c.name.to_string(), 0)).collect();
        for o in observations {
            let key = Key { node: question, row: 0 };
            let chosen: Vec<u32> = match o.filling.answer(key).filter(|_| o.filling.is_shown(key)) {
                Some(Answer::One(choice)) => vec![*choice],
                Some(Answer::Many(chosen)) => chosen.clone(),
                _ => {
                    self.unknown(o, &Expr::Name(question));
                    continue;
                }
            };
            self.base += 1;
            self.count += chosen.len();
            self.reports.push(o.index);
            for choice in chosen {
                if let Some(part) = self.parts.get_mut(choice as usize) {
                    part.1 += 1;
                }
            }
        }
    }

    fn finish(self, figure: &Compiled, observations: &[&Observation]) -> Computed {
        let computed = self.words(figure);
        let places: HashSet<u32> = observations.iter().filter_map(|o| o.place).collect();
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
            forms: observations.len(),
            places: places.len(),
            reports: self.reports,
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
