//! Estimates, with confidence intervals, from a stratified probability sample of places drawn without replacement: for
//! all places, or for those of a domain such as a region.
//!
//! There are two estimators, which agree if the answer is known for the same proportion of each stratum:
//! - [`Sample::known`] estimates for places where the answer is known: the combined ratio estimator of a domain. A
//!   stratum is weighted by the places known in it, so one with few answers has little weight.
//! - [`Sample::by_stratum`] assumes that the others resemble the known places of their stratum: a stratum is weighted
//!   by all its places. Each stratum is a response homogeneity group, whose respondents are a random sample of it.
//!
//! Both use the variance by Taylor linearisation with each stratum's finite population correction, and the logit
//! interval with Student's t (Särndal, Swensson, Wretman, Model Assisted Survey Sampling, 1992, 5.6, 5.10 and 15.6;
//! Lumley, Complex Surveys, 2010, 2.3). Checked against R's `survey`: the first is `svymean` over `subset(design,
//! known)`, the second over a design of those that are known.

use statrs::distribution::{ContinuousCDF, StudentsT};
use std::collections::HashMap;

/// The places drawn, and the sizes of their strata.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    /// Number of places in each stratum.
    pub populations: Vec<u32>,
    /// Each place drawn, with the index of its stratum.
    pub drawn: HashMap<u32, usize>,
}

/// An estimated share of all places of a domain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate, from 0 to 1.
    pub share: f64,
    /// Standard error; 0 if the share is 0 or 1. `None` if a single place stands for others of its stratum, or if all
    /// known places of each stratum agree while others of it are unknown.
    pub error: Option<f64>,
    /// Ends of the 95 % confidence interval; `None` if the share is 0 or 1, or no degree of freedom is left.
    pub interval: Option<(f64, f64)>,
    /// Number of places of the domain that were drawn.
    pub drawn: usize,
    /// Number of those where the answer is known.
    pub known: usize,
}

/// The observed value at a place, 0 or 1 for a share; `None` if it was not visited or the answer is unknown.
pub type PlaceValue<'v> = &'v dyn Fn(u32) -> Option<f64>;

/// Whether a place belongs to the domain.
pub type Domain<'d> = &'d dyn Fn(u32) -> bool;

/// The domain of all places.
pub fn everywhere(_: u32) -> bool {
    true
}

/// A stratum and its respondents, each with its value if it is in the domain and known.
struct Stratum {
    population: u32,
    /// Number of places that each known place of the domain stands for.
    weight: f64,
    parts: Vec<Option<f64>>,
}

impl Sample {
    /// Estimates the share among places of the domain where the answer is known; `None` if it is known at none of those
    /// drawn.
    #[must_use]
    pub fn known(&self, domain: Domain, value: PlaceValue) -> Option<Estimate> {
        let part = |place| value(place).filter(|_| domain(place));
        let strata = self.strata().map(|(population, places)| Stratum {
            population,
            weight: f64::from(population) / float(places.len().max(1)),
            parts: places.iter().map(|place| part(*place)).collect(),
        });
        ratio(&strata.collect::<Vec<_>>(), self.drawn_in(domain))
    }

    /// Estimates the share among all places of the domain, assuming that unknown ones resemble the known places of the
    /// domain in their stratum; `None` if a stratum with drawn places of the domain has no known one among them.
    #[must_use]
    pub fn by_stratum(&self, domain: Domain, value: PlaceValue) -> Option<Estimate> {
        let mut strata = Vec::new();
        for (population, places) in self.strata() {
            let (of_domain, others): (Vec<u32>, Vec<u32>) = places.iter().partition(|place| domain(**place));
            let known: Vec<Option<f64>> = of_domain.iter().filter_map(|place| value(*place)).map(Some).collect();
            if known.is_empty() && !of_domain.is_empty() {
                return None;
            }
            let response = float(of_domain.len()) / float(known.len().max(1));
            let weight = f64::from(population) / float(places.len().max(1)) * response;
            strata.push(Stratum { population, weight, parts: [known, vec![None; others.len()]].concat() });
        }
        ratio(&strata, self.drawn_in(domain))
    }

    /// The size of each stratum and its drawn places, sorted so that floating-point sums are reproducible.
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
    /// Whether all known places have the same value.
    fn agrees(&self) -> bool {
        let mut known = self.parts.iter().flatten();
        known.next().is_none_or(|first| known.all(|v| v.total_cmp(first).is_eq()))
    }

    /// Variance of the stratum's total of residuals. `None` if a single respondent stands for others.
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
        strata.iter().map(|s| s.weight * s.parts.iter().flatten().map(|v| of(*v)).sum::<f64>()).sum()
    };
    let base = weighted(|_| 1.0);
    if base == 0.0 {
        return None;
    }
    let share = weighted(|v| v) / base;
    let variance: Option<f64> =
        strata.iter().map(|s| s.variance(|v| s.weight * (v - share) / base)).sum::<Option<f64>>();
    // Where the known places of each stratum agree, nothing shows how much the others vary: residuals differ then only
    // between known and unknown places, which says nothing of the answer.
    let mixed = share > 0.0 && share < 1.0;
    let partial = strata.iter().any(|s| s.parts.len() < s.population as usize && s.parts.iter().any(Option::is_some));
    let told = !(mixed && partial && strata.iter().all(Stratum::agrees));
    let error = variance.filter(|_| told).map(|v| v.max(0.0).sqrt());
    let known = strata.iter().flat_map(|s| &s.parts).flatten().count();
    let strata_known = strata.iter().filter(|s| s.parts.iter().any(Option::is_some)).count();
    let interval = error.and_then(|error| interval(share, error, known.saturating_sub(strata_known)));
    Some(Estimate { share, error, interval, drawn, known })
}

fn interval(share: f64, error: f64, freedom: usize) -> Option<(f64, f64)> {
    let inside = share > 0.0 && share < 1.0;
    let t = StudentsT::new(0.0, 1.0, float(freedom)).ok().filter(|_| inside)?.inverse_cdf(0.975);
    let (logit, width) = (libm::log(share / (1.0 - share)), t * error / (share * (1.0 - share)));
    let inverse_logit = |x: f64| 1.0 / (1.0 + libm::exp(-x));
    Some((inverse_logit(logit - width), inverse_logit(logit + width)))
}

fn float(count: usize) -> f64 {
    baqylau_forms::num::float_of(count)
}
