//! Everything that was pulled, as pages know it. It grows with the log: what is here is never evaluated again, unless a desk corrects
//! it. What others say of the reports is judged anew for each board, which takes a fraction of it.

pub mod answers;
pub mod estimate;
pub mod expected;
pub mod filter;
pub(crate) mod fingerprint;
pub mod flags;
mod inherited;
mod limits;
pub mod report_row;
pub mod report_summary;
pub mod report_table;
pub(crate) mod versions;

use crate::adjudication::standing_index::ChainLinks;
use crate::adjudication::status::{AnswerBasis, Misfit, Status};
use crate::adjudication::{Adjudicator, ReportMeta, Signed};
use crate::error::DeskError;
use crate::evaluation::{BundleForms, corrections, evaluate};
use crate::index::inherited::{Corrections, Unchanged};
use crate::index::limits::ListedReports;
use crate::index::report_row::ReportRow;
use crate::index::report_summary::ReportSummary;
use crate::index::report_table::ReportTable;
use crate::index::versions::Versions;
use crate::parallel::{CHUNK, map_on_all_cores};
use crate::store::{LogExtent, PulledEnvelope, VerifiedStore};
use crate::tables::MissionTables;
use baqylau_findings::Contribution;
use baqylau_findings::compute::AdaptedFigures;
use baqylau_forms::form::Form;
use baqylau_forms::num;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::Hash;
use baqylau_report::{Correction, Report};
use std::collections::HashMap;
use std::sync::Arc;

/// Everything that was pulled.
pub struct ReportIndex {
    extent: LogExtent,
    tables: Arc<MissionTables>,
    rules: Versions,
    forms: BundleForms,
    entries: Vec<Arc<ReportSummary>>,
    /// Envelopes of desks, in the order of the log: decisions, corrections, codes, letters.
    records: Vec<PulledEnvelope>,
    links: ChainLinks,
    /// How many reports of each phone are among the entries.
    listed: ListedReports,
    /// The first place in the log that was not looked at.
    next: u64,
    /// Whether the log was changed behind that place: then everything is looked at again.
    rewritten: i64,
    /// How many bundles there were when it was last looked, and the version of the last.
    bundles: (i64, i64),
    values: ContributionTable,
    /// Reports as desks corrected them, by report and corrections.
    corrected: HashMap<(Hash, Hash), (Arc<ReportSummary>, Vec<bool>)>,
    unchanged: Unchanged,
}

/// What reports give to figures: many give the same.
#[derive(Default)]
struct ContributionTable {
    all: Arc<Vec<Contribution>>,
    known: HashMap<Contribution, u32>,
}

impl ContributionTable {
    fn number(&mut self, contribution: Contribution) -> u32 {
        let next = num::index(self.known.len());
        *self.known.entry(contribution).or_insert_with_key(|given| {
            Arc::make_mut(&mut self.all).push(given.clone());
            next
        })
    }
}

impl ReportIndex {
    /// An empty one.
    #[must_use]
    pub fn new(tables: Arc<MissionTables>) -> Self {
        Self::within(tables, LogExtent::Whole)
    }

    /// An empty one, which looks at a part of the log.
    pub(crate) fn within(tables: Arc<MissionTables>, extent: LogExtent) -> Self {
        Self {
            extent,
            tables,
            rules: Versions::default(),
            forms: BundleForms::default(),
            entries: Vec::new(),
            records: Vec::new(),
            links: ChainLinks::default(),
            listed: ListedReports::default(),
            next: 0,
            rewritten: 0,
            bundles: (0, 0),
            values: ContributionTable::default(),
            corrected: HashMap::new(),
            unchanged: Unchanged::new(),
        }
    }

    /// Takes in what was pulled since.
    ///
    /// # Errors
    /// The database fails.
    pub fn advance(&mut self, known: VerifiedStore<'_>) -> Result<(), DeskError> {
        let rewritten = known.store.rewritten()?;
        if self.rewritten != rewritten {
            *self = Self { rewritten, ..self.emptied() };
        }
        let bundles = known.store.bundles()?;
        if self.bundles != bundles {
            self.evaluate_again(known)?;
            self.bundles = bundles;
        }
        loop {
            let mut chunk = known.store.envelopes_from(self.next, CHUNK)?;
            chunk.retain(|e| self.extent.has(e.index));
            let Some(last) = chunk.last() else { return Ok(()) };
            let next = last.index + 1;
            chunk.iter().for_each(|e| self.links.add(e));
            let (reports, records): (Vec<_>, Vec<_>) =
                chunk.into_iter().partition(|e| e.plain.as_ref().map_or(true, |o| o.kind == ObjectType::Report));
            let (reports, records) = self.listed.within(known.store, reports, records)?;
            // Of a chunk that cannot be read as a whole nothing is taken in: all is looked at again.
            let entries = self.evaluate_new(known, reports).inspect_err(|_| *self = self.emptied())?;
            self.next = next;
            self.records.extend(records);
            self.entries.extend(entries);
        }
    }

    fn emptied(&self) -> Self {
        Self::within(self.tables.clone(), self.extent)
    }

    /// Another bundle came: what fitted none may fit now.
    fn evaluate_again(&mut self, known: VerifiedStore<'_>) -> Result<(), DeskError> {
        let lost = |e: &Arc<ReportSummary>| e.meta.first == Status::Misfit(Misfit::NoChecklist);
        for at in 0..self.entries.len() {
            if lost(&self.entries[at])
                && let Some(envelope) = known.store.envelope(self.entries[at].meta.hash)?
                && let Some(entry) = self.evaluate_new(known, vec![envelope])?.pop()
            {
                self.entries[at] = entry;
            }
        }
        Ok(())
    }

    /// Evaluates reports on all cores.
    fn evaluate_new(
        &mut self,
        known: VerifiedStore<'_>,
        envelopes: Vec<PulledEnvelope>,
    ) -> Result<Vec<Arc<ReportSummary>>, DeskError> {
        let jobs: Vec<EvaluationJob> = envelopes.into_iter().map(|e| self.job(known, e)).collect::<Result<_, _>>()?;
        let tables = &*self.tables;
        let done = map_on_all_cores(&jobs, |job| job.run(tables, &[]));
        Ok(done.into_iter().map(|(entry, given, _)| self.keep(entry, given)).collect())
    }

    fn job(&mut self, known: VerifiedStore<'_>, envelope: PulledEnvelope) -> Result<EvaluationJob, DeskError> {
        let read = self
            .forms
            .report(known, &envelope)?
            .map(|(report, form)| (report, self.rules.of(&self.tables, &form), form));
        Ok(EvaluationJob { envelope, read })
    }

    fn keep(&mut self, summary: ReportSummary, contribution: Vec<Contribution>) -> Arc<ReportSummary> {
        summary.with_contributions(contribution.into_iter().map(|given| self.values.number(given)).collect())
    }

    /// Everything that was received up to a moment, in milliseconds since 1970; at all, when there is none. What is internal by now is
    /// internal of any moment: nobody gets at words by asking for an earlier one.
    ///
    /// # Errors
    /// The database fails.
    pub fn table(
        &mut self,
        known: VerifiedStore<'_>,
        answers: AnswerBasis,
        as_of: Option<i64>,
    ) -> Result<ReportTable, DeskError> {
        let in_time = |received: i64| as_of.is_none_or(|moment| received <= moment);
        let mut table = self.judged(known, &in_time, |index, judge| index.drawn(known, judge, answers, &in_time))?;
        if as_of.is_some() {
            table.keep(&self.table(known, answers, None)?.internal());
        }
        Ok(table)
    }

    /// The board as it would be with one correction more.
    pub(crate) fn assume(
        &mut self,
        known: VerifiedStore<'_>,
        answers: AnswerBasis,
        correction: &Signed<Correction>,
    ) -> Result<ReportTable, DeskError> {
        self.judged(known, &|_| true, |ledger, judge| {
            judge.assume(correction.clone());
            ledger.drawn(known, judge, answers, &|_| true)
        })
    }

    /// What desks corrected in a report or in what it supersedes, as far as it holds.
    pub(crate) fn corrections(&mut self, known: VerifiedStore<'_>, report: Hash) -> Result<Vec<Correction>, DeskError> {
        let supersedes = supersedes(&self.entries);
        self.judged(known, &|_| true, |index, judge| {
            let corrections = index.inherited(known, judge, &supersedes, report)?;
            Ok(corrections.held.into_iter().map(|c| c.what).collect())
        })
    }

    pub(crate) fn source(&self) -> &MissionTables {
        &self.tables
    }

    /// Hears everything that desks signed in time, and looks.
    fn judged<T>(
        &mut self,
        known: VerifiedStore<'_>,
        in_time: &dyn Fn(i64) -> bool,
        look: impl FnOnce(&mut Self, &mut Adjudicator) -> Result<T, DeskError>,
    ) -> Result<T, DeskError> {
        let mut devices = known.known_devices()?;
        devices.retain(|_, device| self.extent.has(device.index));
        let links = std::mem::take(&mut self.links);
        let records = std::mem::take(&mut self.records);
        let in_time = records.iter().filter(|e| in_time(e.received));
        let seen = Adjudicator::new(known, &devices, &links, self.extent, in_time)
            .and_then(|mut judge| look(self, &mut judge));
        (self.links, self.records) = (links, records);
        seen
    }

    fn drawn(
        &mut self,
        known: VerifiedStore<'_>,
        adjudicator: &Adjudicator,
        answers: AnswerBasis,
        in_time: &dyn Fn(i64) -> bool,
    ) -> Result<ReportTable, DeskError> {
        let lines = self.lines(known, adjudicator, answers, in_time)?;
        Ok(ReportTable::new(&self.tables, lines, answers, adjudicator.people(), self.values.all.clone()))
    }

    fn lines(
        &mut self,
        known: VerifiedStore<'_>,
        adjudicator: &Adjudicator,
        answers: AnswerBasis,
        in_time: &dyn Fn(i64) -> bool,
    ) -> Result<Vec<ReportRow>, DeskError> {
        let entries: Vec<Arc<ReportSummary>> =
            self.entries.iter().filter(|e| in_time(e.meta.received)).cloned().collect();
        let verdicts = adjudicator.adjudicate(&entries.iter().map(|e| &*e.meta).collect::<Vec<&ReportMeta>>(), answers);
        let supersedes = supersedes(&entries);
        let mut lines = Vec::with_capacity(entries.len());
        for (entry, verdict) in entries.into_iter().zip(verdicts) {
            let Corrections { held, dropped } = self.inherited(known, adjudicator, &supersedes, entry.meta.hash)?;
            let (asked, fits) = self.effective(known, entry, &held, answers)?;
            let corrections = held.into_iter().zip(fits).chain(dropped.into_iter().map(|c| (c, false))).collect();
            let codings = adjudicator.codings(&asked.first.meta.hash).to_vec();
            lines.push(ReportRow::new(asked, verdict, corrections, codings));
        }
        Ok(lines)
    }

    /// A report as it is asked for, and which corrections fit.
    fn effective(
        &mut self,
        known: VerifiedStore<'_>,
        summary: Arc<ReportSummary>,
        corrections: &[Signed<Correction>],
        answers: AnswerBasis,
    ) -> Result<(RequestedReport, Vec<bool>), DeskError> {
        let first = summary;
        if corrections.is_empty() {
            return Ok((RequestedReport { summary: first.clone(), internal: first.internal, first }, Vec::new()));
        }
        let said: Vec<u8> = corrections.iter().flat_map(|c| c.what.encode()).collect();
        let key = (first.meta.hash, Hash::of(&said));
        if !self.corrected.contains_key(&key)
            && let Some(envelope) = known.store.envelope(first.meta.hash)?
        {
            let what: Vec<&Correction> = corrections.iter().map(|c| &c.what).collect();
            let (corrected, given, fits) = self.job(known, envelope)?.run(&self.tables, &what);
            let corrected = self.keep(corrected, given);
            self.corrected.insert(key, (corrected, fits));
        }
        let Some((corrected, fits)) = self.corrected.get(&key) else {
            return Ok((RequestedReport { summary: first.clone(), internal: first.internal, first }, Vec::new()));
        };
        let entry = if answers == AnswerBasis::Effective { corrected } else { &first }.clone();
        // Whoever looks at the raw answers learns no more than the desks let out.
        Ok((RequestedReport { summary: entry, internal: corrected.internal, first }, fits.clone()))
    }
}

/// From reports to those that they supersede.
fn supersedes(entries: &[Arc<ReportSummary>]) -> HashMap<Hash, Hash> {
    entries.iter().filter_map(|entry| Some((entry.meta.hash, entry.meta.supersedes?))).collect()
}

/// A report as it is asked for.
pub(crate) struct RequestedReport {
    /// With or without what desks corrected.
    pub summary: Arc<ReportSummary>,
    /// As it was sent.
    pub first: Arc<ReportSummary>,
    /// Whether its words stay at the desk: what desks corrected holds, whichever answers are asked for.
    pub internal: bool,
}

/// A report to be evaluated.
struct EvaluationJob {
    envelope: PulledEnvelope,
    read: Result<(Report, Arc<AdaptedFigures>, Arc<Form>), Status>,
}

impl EvaluationJob {
    /// Evaluates it, with corrections, and tells which of them fit.
    fn run(
        &self,
        tables: &MissionTables,
        corrections: &[&Correction],
    ) -> (ReportSummary, Vec<Contribution>, Vec<bool>) {
        let unread =
            |why: &Status| (ReportSummary::unread(&self.envelope, why), Vec::new(), vec![false; corrections.len()]);
        let (report, rules, form) = match &self.read {
            Ok(read) => read,
            Err(why) => return unread(why),
        };
        match evaluate(report, form.clone()) {
            Err(why) => unread(&why),
            Ok(filling) => {
                let (filling, fits) = corrections::all(&filling, corrections.iter().copied());
                let (entry, given) = ReportSummary::read(tables, rules, &self.envelope, report, filling);
                (entry, given, fits)
            }
        }
    }
}
