//! Estimates from a stratified probability sample of places, drawn without replacement: for all places or those of a domain, as a region
//! is one; with an interval.
//!
//! Two estimators, which agree where the same part of each stratum is known:
//! - [`Sample::known`] is of the places where the answer is known: the combined ratio estimator of a domain. A stratum weighs as much as
//!   places of it are known, so that one with few answers weighs little.
//! - [`Sample::by_stratum`] takes the others to be like those of their stratum where it is known: a stratum weighs as much as it has
//!   places. Each stratum is a response homogeneity group, of which those that answered are a sample by chance.
//!
//! The variance of both is Taylor's linearisation with the finite population correction of each stratum, the interval the logit's with
//! Student's t (Särndal, Swensson, Wretman, Model Assisted Survey Sampling, 1992, 5.6, 5.10 and 15.6; Lumley, Complex Surveys, 2010, 2.3).
//! Checked against R's `survey`: the first is `svymean` over `subset(design, known)`, the second over a design of those that are known.

use statrs::distribution::{ContinuousCDF, StudentsT};
use std::collections::HashMap;

/// Which places were drawn, and of how many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    /// How many places each stratum has.
    pub populations: Vec<u32>,
    /// The stratum of each place that was drawn.
    pub drawn: HashMap<u32, usize>,
}

/// A share of all places of a domain, by what was seen at those of it that were drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Between 0 and 1.
    pub share: f64,
    /// Its standard error; 0 where nobody or everybody has it. `None` where one place alone speaks for others of its stratum.
    pub error: Option<f64>,
    /// The ends of the interval of 95 per cent; none where nobody or everybody has it, or no degree of freedom is left.
    pub interval: Option<(f64, f64)>,
    /// How many places of the domain were drawn.
    pub drawn: usize,
    /// At how many of them it is known.
    pub known: usize,
}

/// What was seen at a place: `None` where nobody was, or it is not known.
pub type PlaceValue<'v> = &'v dyn Fn(u32) -> Option<f64>;

/// Whether a place is of the domain.
pub type Domain<'d> = &'d dyn Fn(u32) -> bool;

/// The domain of all places.
pub fn everywhere(_: u32) -> bool {
    true
}

/// A stratum: the parts of those that speak for it, each a value where it is of the domain and known.
struct Stratum {
    population: u32,
    parts: Vec<Option<f64>>,
}

impl Sample {
    /// Estimates a share of the places of a domain where it is known; `None` where it is known at none of those that were drawn.
    #[must_use]
    pub fn known(&self, domain: Domain, value: PlaceValue) -> Option<Estimate> {
        let part = |place| value(place).filter(|_| domain(place));
        let strata = self.strata().map(|(population, places)| Stratum {
            population,
            parts: places.iter().map(|place| part(*place)).collect(),
        });
        ratio(&strata.collect::<Vec<_>>(), self.drawn_in(domain))
    }

    /// Estimates a share of the places of a domain, those where it is not known taken to be like the others of their stratum; `None`
    /// where a stratum of which places of the domain were drawn has none that is known.
    #[must_use]
    pub fn by_stratum(&self, domain: Domain, value: PlaceValue) -> Option<Estimate> {
        let mut strata = Vec::new();
        for (population, places) in self.strata() {
            let answered = places.iter().filter_map(|place| Some((*place, value(*place)?)));
            let parts: Vec<_> = answered.map(|(place, value)| Some(value).filter(|_| domain(place))).collect();
            if parts.is_empty() && places.iter().any(|place| domain(*place)) {
                return None;
            }
            strata.push(Stratum { population, parts });
        }
        ratio(&strata, self.drawn_in(domain))
    }

    /// How many places each stratum has, and those of it that were drawn, in order: sums do not depend on chance.
    fn strata(&self) -> impl Iterator<Item = (u32, Vec<u32>)> {
        let mut drawn: Vec<(u32, usize)> = self.drawn.iter().map(|(place, stratum)| (*place, *stratum)).collect();
        drawn.sort_unstable();
        self.populations.iter().enumerate().map(move |(at, population)| {
            (*population, drawn.iter().filter(|(_, stratum)| *stratum == at).map(|(place, _)| *place).collect())
        })
    }

    fn drawn_in(&self, domain: Domain) -> usize {
        self.drawn.keys().filter(|place| domain(**place)).count()
    }
}

impl Stratum {
    /// For how many places each part speaks.
    fn weight(&self) -> f64 {
        f64::from(self.population) / float(self.parts.len().max(1))
    }

    /// The variance of its total of some parts. One alone tells nothing of others: `None` where there are any.
    fn variance(&self, residual: impl Fn(f64) -> f64) -> Option<f64> {
        let n = float(self.parts.len());
        let parts: Vec<f64> = self.parts.iter().map(|v| v.map_or(0.0, &residual)).collect();
        if parts.len() < 2 {
            let speaks = self.parts.iter().any(Option::is_some);
            return (!speaks || self.population < 2).then_some(0.0);
        }
        let mean = parts.iter().sum::<f64>() / n;
        let squares: f64 = parts.iter().map(|p| (p - mean) * (p - mean)).sum();
        Some(n / (n - 1.0) * (1.0 - n / f64::from(self.population)) * squares)
    }
}

fn ratio(strata: &[Stratum], drawn: usize) -> Option<Estimate> {
    let weighted = |of: fn(f64) -> f64| -> f64 {
        strata.iter().map(|s| s.weight() * s.parts.iter().flatten().map(|v| of(*v)).sum::<f64>()).sum()
    };
    let base = weighted(|_| 1.0);
    if base == 0.0 {
        return None;
    }
    let share = weighted(|v| v) / base;
    let variance: Option<f64> =
        strata.iter().map(|s| s.variance(|v| s.weight() * (v - share) / base)).sum::<Option<f64>>();
    let error = variance.map(|v| v.max(0.0).sqrt());
    let known = strata.iter().flat_map(|s| &s.parts).flatten().count();
    let heard = strata.iter().filter(|s| s.parts.iter().any(Option::is_some)).count();
    let interval = error.and_then(|error| interval(share, error, known.saturating_sub(heard)));
    Some(Estimate { share, error, interval, drawn, known })
}

fn interval(share: f64, error: f64, freedom: usize) -> Option<(f64, f64)> {
    let inside = share > 0.0 && share < 1.0;
    let t = StudentsT::new(0.0, 1.0, float(freedom)).ok().filter(|_| inside)?.inverse_cdf(0.975);
    let (logit, width) = (libm::log(share / (1.0 - share)), t * error / (share * (1.0 - share)));
    let back = |x: f64| 1.0 / (1.0 + libm::exp(-x));
    Some((back(logit - width), back(logit + width)))
}

fn float(count: usize) -> f64 {
    baqylau_forms::num::float_of(count)
}
