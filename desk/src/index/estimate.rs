//! Figures of the mission's sample, for all places of it or those of a domain.

use crate::index::filter::ReportFilter;
use crate::index::report_table::ReportTable;
use crate::tables::MissionTables;
use baqylau_findings::sample::Estimate;
use baqylau_findings::{FigureInput, Unit, latest};
use std::collections::HashMap;

/// A share estimated in two ways, which differ where answers lack in some strata more than in others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimates {
    /// Of the places where it is known.
    pub known: Estimate,
    /// Of all, the others taken to be like those of their stratum; `None` where it is known at none of a stratum.
    pub by_stratum: Option<Estimate>,
}

impl Estimates {
    /// Whether the two are a point of a hundred apart, or there is one alone.
    #[must_use]
    pub fn disagree(&self) -> bool {
        self.by_stratum.is_none_or(|other| (other.share - self.known.share).abs() >= 0.01)
    }
}

impl ReportTable {
    /// One figure for the places of the mission's sample that fit; `None` without a sample, where the figure is no share of observations,
    /// and where the filter takes reports and not places: those were not chosen by chance.
    #[must_use]
    pub fn estimate(&self, tables: &MissionTables, figure: usize, filter: &ReportFilter) -> Option<Estimates> {
        let sample = tables.sample.as_ref()?;
        if tables.numbers[figure].figure.unit != Unit::Percent || !filter.takes_places() {
            return None;
        }
        // The latest of each place, as figures that count by place have it: one that does not know leaves the place unknown.
        let share = |one: &FigureInput| {
            let given = one.contribution;
            (given.base > 0).then(|| f64::from(given.count) / f64::from(given.base))
        };
        let latest = latest(self.inputs(tables, figure, self.rows.iter()));
        let shares: HashMap<u32, f64> = latest.iter().filter_map(|one| Some((one.place?, share(one)?))).collect();
        let domain = filter.places(tables);
        let domain = |place: u32| domain.as_ref().is_none_or(|d| d.get(place as usize) == Some(&true));
        let value = |place: u32| shares.get(&place).copied();
        let known = sample.known(&domain, &value)?;
        Some(Estimates { known, by_stratum: sample.by_stratum(&domain, &value) })
    }
}
