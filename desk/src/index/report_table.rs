//! Every report in a line, and the numbers over any part of them. The figures of any part of the reports are sums over lines, so that a
//! page, a region and the statement cannot contradict each other.

use crate::adjudication::status::{AnswerBasis, Status};
use crate::error::DeskError;
use crate::index::ReportIndex;
use crate::index::filter::{ReportFilter, SearchWords, fits};
use crate::index::flags;
use crate::index::report_row::ReportRow;
use crate::index::report_summary::ReportSummary;
use crate::index::versions::LackingForms;
use crate::store::{LogExtent, VerifiedStore};
use crate::tables::MissionTables;
use baqylau_findings::{Computed, Contribution, FigureInput, total};
use baqylau_protocol::ids::Hash;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

/// Everything that was pulled, in lines.
pub struct ReportTable {
    /// In the order of the log.
    pub rows: Vec<ReportRow>,
    /// Confirmed devices of people of the register.
    pub people: usize,
    /// The level of places by which the mission is told apart.
    pub level: u16,
    values: Arc<Vec<Contribution>>,
    /// Where the line of a report stands.
    at: HashMap<Hash, usize>,
    whole: OnceLock<Vec<Computed>>,
    /// Figures that name choices which older versions lack, by the address of those.
    pub(crate) lacking: OnceLock<LackingForms>,
    pub(crate) tables: Arc<MissionTables>,
    pub(crate) answers: AnswerBasis,
    pub(crate) counted: OnceLock<(usize, Hash)>,
}

/// Lines by their checklists.
pub struct ByChecklist<'b>(Vec<Vec<&'b ReportRow>>);

impl<'b> ByChecklist<'b> {
    /// Those that a number looks at.
    #[must_use]
    pub fn rows(&self, tables: &MissionTables, number: usize) -> &[&'b ReportRow] {
        tables.number_at(number).and_then(|(at, _)| self.0.get(at)).map_or(&[], Vec::as_slice)
    }
}

impl ReportTable {
    pub(crate) fn new(
        tables: &Arc<MissionTables>,
        mut rows: Vec<ReportRow>,
        answers: AnswerBasis,
        people: usize,
        values: Arc<Vec<Contribution>>,
    ) -> Self {
        keep_internal(&mut rows);
        let level = level(tables, &rows);
        // The first in the log, as a desk reads it.
        let at = rows.iter().enumerate().rev().map(|(at, line)| (line.summary.meta.hash, at)).collect();
        let (whole, lacking, counted) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        let tables = tables.clone();
        let mut reports = Self { rows, people, level, values, at, whole, lacking, tables, answers, counted };
        let tables = reports.tables.clone();
        flags::mark(&tables, &mut reports);
        reports
    }

    /// Everything that was received up to a moment, in milliseconds since 1970 (all, when there is none).
    ///
    /// # Errors
    /// The database fails.
    pub fn read(
        tables: &Arc<MissionTables>,
        known: VerifiedStore<'_>,
        as_of: Option<i64>,
        answers: AnswerBasis,
    ) -> Result<Self, DeskError> {
        let mut index = ReportIndex::new(tables.clone());
        index.advance(known)?;
        index.table(known, answers, as_of)
    }

    /// The answers with everything that supersedes, as the first objects of the log say, whatever came behind them. The register and the manifest
    /// are those of now.
    ///
    /// # Errors
    /// The database fails.
    pub fn read_first(tables: &Arc<MissionTables>, known: VerifiedStore<'_>, size: u64) -> Result<Self, DeskError> {
        let mut index = ReportIndex::within(tables.clone(), LogExtent::First(size));
        index.advance(known)?;
        index.table(known, AnswerBasis::Effective, None)
    }

    /// The reports whose words stay at the desk.
    #[must_use]
    pub fn internal(&self) -> HashSet<Hash> {
        self.rows.iter().filter(|row| row.internal).map(|row| row.summary.meta.hash).collect()
    }

    /// Keeps the words of some reports at the desk.
    pub(crate) fn keep(&mut self, internal: &HashSet<Hash>) {
        self.rows.iter_mut().for_each(|row| row.internal |= internal.contains(&row.summary.meta.hash));
    }

    /// The line of a report.
    #[must_use]
    pub fn row(&self, report: Hash) -> Option<&ReportRow> {
        self.rows.get(*self.at.get(&report)?)
    }

    /// The lines that fit, in the order of the log.
    pub fn select<'b, 'q>(
        &'b self,
        tables: &'q MissionTables,
        filter: &'q ReportFilter,
    ) -> impl Iterator<Item = &'b ReportRow> {
        let mut words = SearchWords::new(tables, &filter.words);
        let places = filter.places(tables);
        self.rows.iter().filter(move |row| {
            fits(row, filter)
                && filter.behind.is_none_or(|number| self.contribution(tables, row, number).is_some_and(|g| g.behind))
                && places
                    .as_ref()
                    .is_none_or(|fit| row.summary.place.is_some_and(|p| fit.get(p as usize) == Some(&true)))
                && filter.used.as_ref().is_none_or(|(what, choice)| row.chose(tables, *what, choice))
                && words.found(row)
        })
    }

    /// Every figure over the counted reports that fit. Those of everything are computed once.
    #[must_use]
    pub fn figures(&self, tables: &MissionTables, filter: &ReportFilter) -> Vec<Computed> {
        if *filter == ReportFilter::default() {
            return self.whole.get_or_init(|| self.part(tables, filter)).clone();
        }
        self.part(tables, filter)
    }

    fn part(&self, tables: &MissionTables, filter: &ReportFilter) -> Vec<Computed> {
        let rows: Vec<&ReportRow> = self.select(tables, filter).collect();
        let of = Self::by_checklist(tables, &rows);
        (0..tables.figures.len()).map(|at| self.total(tables, at, of.rows(tables, at))).collect()
    }

    /// Lines by their checklists: a number looks at those of its checklist only.
    #[must_use]
    pub fn by_checklist<'b>(tables: &MissionTables, rows: &[&'b ReportRow]) -> ByChecklist<'b> {
        let mut of: Vec<Vec<&ReportRow>> = tables.checklists.iter().map(|_| Vec::new()).collect();
        for row in rows {
            if let Some(lines) = row.summary.checklist.and_then(|at| of.get_mut(at)) {
                lines.push(*row);
            }
        }
        ByChecklist(of)
    }

    /// A number, by its position in [`MissionTables::numbers`], over the counted reports among some lines.
    #[must_use]
    pub fn total(&self, tables: &MissionTables, number: usize, rows: &[&ReportRow]) -> Computed {
        let seen = self.inputs(tables, number, rows.iter().copied());
        total(&tables.numbers[number], seen, self.people)
    }

    /// What the counted reports among some rows give to a number.
    pub(crate) fn inputs<'t>(
        &'t self,
        tables: &MissionTables,
        number: usize,
        rows: impl Iterator<Item = &'t ReportRow>,
    ) -> impl Iterator<Item = FigureInput<'t>> {
        rows.filter_map(move |row| {
            let given = self.contribution(tables, row, number)?;
            Some(FigureInput { index: row.summary.meta.index, place: row.summary.place, contribution: given })
        })
    }

    /// What a report gives to a number; `None` when it is of another checklist, or does not count.
    #[must_use]
    pub fn contribution(&self, tables: &MissionTables, row: &ReportRow, number: usize) -> Option<&Contribution> {
        self.contribution_of(tables, row, &row.summary, number)
    }

    /// As [`ReportTable::contribution`], of the report as it was sent.
    pub(crate) fn first_contribution(
        &self,
        tables: &MissionTables,
        row: &ReportRow,
        number: usize,
    ) -> Option<&Contribution> {
        self.contribution_of(tables, row, &row.first, number)
    }

    fn contribution_of(
        &self,
        tables: &MissionTables,
        row: &ReportRow,
        summary: &ReportSummary,
        number: usize,
    ) -> Option<&Contribution> {
        let (checklist, position) = tables.number_at(number)?;
        if summary.checklist != Some(checklist) || row.status != Status::Counted {
            return None;
        }
        self.values.get(*summary.contributions.get(position)? as usize)
    }

    /// Lines by the place of [`ReportTable::level`] that holds theirs, in the order of places; those without one last.
    #[must_use]
    pub fn by_region<'b>(
        &self,
        tables: &MissionTables,
        rows: &[&'b ReportRow],
    ) -> Vec<(Option<u32>, Vec<&'b ReportRow>)> {
        let mut regions: BTreeMap<u32, Vec<&ReportRow>> = BTreeMap::new();
        let mut rest = Vec::new();
        for row in rows {
            match row.summary.place.and_then(|place| tables.places.ancestor(place, self.level)) {
                Some(region) => regions.entry(region).or_default().push(*row),
                None => rest.push(*row),
            }
        }
        let mut out: Vec<_> = regions.into_iter().map(|(region, lines)| (Some(region), lines)).collect();
        if !rest.is_empty() {
            out.push((None, rest));
        }
        out
    }
}

/// What an amendment keeps at the desk, the reports that it supersedes do not let out. An amendment stands behind its report in the log.
fn keep_internal(rows: &mut [ReportRow]) {
    let mut kept: HashSet<Hash> = HashSet::new();
    for row in rows.iter_mut().rev() {
        row.internal |= kept.contains(&row.summary.meta.hash);
        if row.internal {
            kept.extend(row.summary.meta.supersedes);
        }
    }
}

/// That of the map, where the mission has one. Otherwise the first level at which the reports are at more than two places: countries where stations abroad are the mission, regions of one.
fn level(tables: &MissionTables, rows: &[ReportRow]) -> u16 {
    if let Some(outlined) = tables.map.first().and_then(|(place, _)| tables.places.get(*place)) {
        return outlined.level;
    }
    let spread = |level: u16| {
        let mut count: BTreeMap<u32, usize> = BTreeMap::new();
        let at = rows.iter().filter_map(|l| tables.places.ancestor(l.summary.place?, level));
        at.for_each(|place| *count.entry(place).or_default() += 1);
        // One place with nearly everything tells nothing apart.
        let all: usize = count.values().sum();
        count.len() > 2 && count.values().max().is_some_and(|most| most * 10 < all * 9)
    };
    let levels = u16::try_from(tables.places.table().levels.len()).unwrap_or(1);
    (0..levels).find(|level| spread(*level)).unwrap_or(0)
}
