//! Estimates from a stratified probability sample of places, drawn without replacement: for all places, with an interval.
//!
//! A share is that of a domain (the places whose answer is known) by the combined ratio estimator; its variance is Taylor's linearisation
//! with the finite population correction of each stratum, its interval the logit's with Student's t (Särndal, Swensson, Wretman, Model
//! Assisted Survey Sampling, 1992, 5.6 and 5.10; Lumley, Complex Surveys, 2010, 2.3). Checked against R's `survey`.

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

/// A share of all places of the strata, by what was seen at those that were drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Between 0 and 1.
    pub share: f64,
    /// Its standard error; 0 where nobody or everybody has it.
    pub error: f64,
    /// The ends of the interval of 95 per cent; none where nobody or everybody has it, or no degree of freedom is left.
    pub interval: Option<(f64, f64)>,
    /// How many places were drawn.
    pub drawn: usize,
    /// At how many of them it is known.
    pub known: usize,
}

/// What was seen at a place: `None` where nobody was, or it is not known.
pub type Value<'v> = &'v dyn Fn(u32) -> Option<f64>;

impl Sample {
    /// Estimates a share; `None` where it is known at none of the places that were drawn.
    #[must_use]
    pub fn estimate(&self, value: Value) -> Option<Estimate> {
        let mut strata: Vec<Vec<Option<f64>>> = vec![Vec::new(); self.populations.len()];
        for (place, stratum) in &self.drawn {
            strata.get_mut(*stratum)?.push(value(*place));
        }
        let weight = |h: usize| f64::from(self.populations[h]) / float(strata[h].len());
        let weighted = |of: fn(f64) -> f64| -> f64 {
            let sum = |h: usize| strata[h].iter().flatten().map(|v| of(*v)).sum::<f64>();
            (0..strata.len()).filter(|h| !strata[*h].is_empty()).map(|h| weight(h) * sum(h)).sum()
        };
        let base = weighted(|_| 1.0);
        if base == 0.0 {
            return None;
        }
        let share = weighted(|v| v) / base;
        let known = strata.iter().flatten().flatten().count();
        let of_stratum = |h: usize| {
            let residual = |v: &Option<f64>| v.map_or(0.0, |v| weight(h) * (v - share) / base);
            variance(self.populations[h], &strata[h].iter().map(residual).collect::<Vec<_>>())
        };
        let error = (0..strata.len()).map(of_stratum).sum::<f64>().max(0.0).sqrt();
        let heard = strata.iter().filter(|s| s.iter().any(Option::is_some)).count();
        let interval = interval(share, error, known.saturating_sub(heard));
        Some(Estimate { share, error, interval, drawn: self.drawn.len(), known })
    }
}

/// Of a stratum's total, from the parts of the places that were drawn. One alone tells nothing of the others: it is taken as certain,
/// as the tables forbid unless the stratum has no other.
fn variance(population: u32, parts: &[f64]) -> f64 {
    let n = float(parts.len());
    if parts.len() < 2 {
        return 0.0;
    }
    let mean = parts.iter().sum::<f64>() / n;
    let squares: f64 = parts.iter().map(|p| (p - mean) * (p - mean)).sum();
    n / (n - 1.0) * (1.0 - n / f64::from(population)) * squares
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
