//! Sums over reports, and the value that a figure has of them: in the form of the published one, and compared with it.

use crate::compute::{Computed, FigureInput, NO_REPORTS, NoContribution};
use crate::figure::{CompiledFigure, FigureRule, PublishedValue, Unit};
use crate::percentage::{percentage, proportion};
use baqylau_forms::num;

/// Percentage rounded half up, in integers, as published percentages are compared; `None` if `base` is 0.
fn percent(count: usize, base: usize) -> Option<usize> {
    (base > 0).then(|| (200 * count + base) / (2 * base))
}

/// Sums over the reports of one figure. Memory grows with the reports that count and with the places.
#[derive(Default)]
pub(crate) struct Tally {
    pub count: usize,
    pub base: usize,
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
    pub fn new(figure: &CompiledFigure) -> Self {
        let choices = match figure.rule {
            FigureRule::Breakdown { question, .. } => {
                figure.form.as_ref().and_then(|f| f.list(question)).map(|l| &l.choices)
            }
            _ => None,
        };
        let parts = choices.into_iter().flatten().map(|c| (c.name.to_string(), 0)).collect();
        Self { parts, ..Self::default() }
    }

    pub fn add(&mut self, one: &FigureInput) {
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

    pub fn finish(self, figure: &CompiledFigure) -> Computed {
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
