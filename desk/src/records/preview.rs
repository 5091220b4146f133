//! What a correction would do, before it is signed: to the answer and those that depend on it, to the figures, and to what is odd.

use crate::adjudication::Signed;
use crate::adjudication::status::AnswerBasis;
use crate::error::DeskError;
use crate::evaluation::ReportReader;
use crate::evaluation::corrections::{all, apply, doubt, name, new_problems};
use crate::faults::{AnswerDoubt, AnswerFault, RequiredText};
use crate::index::ReportIndex;
use crate::index::filter::ReportFilter;
use crate::index::flags::{Flag, Flags};
use crate::index::report_row::ReportRow;
use crate::index::report_table::ReportTable;
use crate::records::{CorrectionRequest, Records, question, require_text};
use baqylau_findings::Computed;
use baqylau_forms::fill::{AnswerProblem, CellKey, Issue, write_literal};
use baqylau_forms::{Answer, Filling};
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::Hash;
use baqylau_report::Correction;
use baqylau_report::report::RecordedMoment;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A correction that passes the rules of its checklist, and what it would do.
pub struct Preview {
    /// Signed as it is by [`Records::sign_correction`].
    pub correction: Correction,
    /// The answers as they are now, with the corrections so far.
    pub before: Filling,
    /// The answers with it.
    pub after: Filling,
    /// What it makes unlikely: to be confirmed before it is signed.
    pub doubts: Vec<AnswerProblem>,
    /// What the checklist asks then, and nobody answered.
    pub unanswered: Vec<AnswerProblem>,
    /// The figures that move, by their position, as they are now and as they would be.
    pub figures: Vec<(usize, Computed, Computed)>,
    /// What is odd about the report now and would not show any more.
    pub lost: Vec<Flag>,
    /// Flags that it has not now and would have.
    pub gained: Vec<Flag>,
    /// What it does to the confidentiality of the report, and of those that it supersedes.
    pub confidentiality: Option<ConfidentialityChange>,
}

/// What a correction does to whether the words of a report stay at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfidentialityChange {
    /// It would no longer be internal: its words may be quoted and exported.
    Opened,
    /// It would be internal.
    Closed {
        /// How many texts that are marked as quotable would be quoted no longer.
        quotes: usize,
    },
}

impl Preview {
    /// The doubts, with the names of their questions.
    #[must_use]
    pub fn named_doubts(&self) -> Vec<AnswerDoubt> {
        self.doubts.iter().map(|p| doubt(name(&self.after, p), p)).collect()
    }

    /// The same in words.
    #[must_use]
    pub fn doubts_in_words(&self) -> Vec<String> {
        self.named_doubts().iter().map(ToString::to_string).collect()
    }

    /// The names of the questions that are asked then and not answered.
    #[must_use]
    pub fn unanswered_by_name(&self) -> Vec<String> {
        self.unanswered.iter().map(|p| name(&self.after, p)).collect()
    }

    /// What follows from it: other answers that are computed, hidden or shown anew, in the notation of answer files.
    #[must_use]
    pub fn following(&self) -> Vec<(String, Option<String>, Option<String>)> {
        let form = self.before.form();
        let all = |filling: &Filling| -> BTreeMap<(u32, Vec<u32>), String> {
            let said = |(key, answer): (CellKey, &Answer)| {
                ((key.node, filling.row_path(key.row)), write_literal(form, key.node, answer))
            };
            filling.shown_answers().map(said).collect()
        };
        let (before, after) = (all(&self.before), all(&self.after));
        let cells: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        let own = (self.correction.node, self.correction.rows.clone());
        let differ = cells.into_iter().filter(|cell| **cell != own && before.get(*cell) != after.get(*cell));
        let name = |node: u32| form.definition().items.get(node as usize).map_or_else(String::new, |i| i.name.clone());
        differ.map(|cell| (name(cell.0), before.get(cell).cloned(), after.get(cell).cloned())).collect()
    }
}

impl Records<'_> {
    /// Tries a correction and signs nothing. Figures are those of everything that was pulled.
    ///
    /// # Errors
    /// There is no such report, question or row, the checklist takes no such answer, or reason or source are missing.
    pub fn preview(&self, report: Hash, change: &CorrectionRequest, now: i64) -> Result<Preview, DeskError> {
        let mut index = ReportIndex::new(Arc::new(self.workspace.tables()?));
        index.advance(self.known())?;
        index.preview(self, report, change, now)
    }

    /// Signs a correction of one answer that the checklist does not call unlikely.
    ///
    /// # Errors
    /// As [`Records::preview`]; and something is unlikely, which [`Records::sign_correction`] signs when it is confirmed.
    pub fn correct(&self, report: Hash, change: &CorrectionRequest, now: i64) -> Result<(), DeskError> {
        self.sign_correction(&self.preview(report, change, now)?, false)
    }

    /// Signs a correction that was looked at.
    ///
    /// # Errors
    /// Something is unlikely and was not confirmed.
    pub fn sign_correction(&self, preview: &Preview, confirmed: bool) -> Result<(), DeskError> {
        if !confirmed && !preview.doubts.is_empty() {
            return Err(AnswerFault::Unconfirmed { doubts: preview.named_doubts() }.into());
        }
        self.own.sign_one(ObjectType::Correction, &preview.correction.encode())
    }
}

impl ReportIndex {
    /// What a correction would do, to what [`ReportIndex::advance`] took in.
    ///
    /// # Errors
    /// As [`Records::preview`].
    pub fn preview(
        &mut self,
        records: &Records<'_>,
        report: Hash,
        change: &CorrectionRequest,
        now: i64,
    ) -> Result<Preview, DeskError> {
        require_text(RequiredText::Reason, change.reason)?;
        require_text(RequiredText::Source, change.source)?;
        records.reports.envelope(report)?;
        let before = self.effective_answers(records.reports, report)?;
        let node = question(before.form(), change.question)?;
        // Nothing typed is no text without letters: it takes the answer away.
        let new = change.new.filter(|new| !new.trim().is_empty());
        let after = apply(&before, node, &change.rows, new)?;
        let answer = |filling: &Filling| {
            let key = filling.key_at(node, &change.rows)?;
            Some(write_literal(filling.form(), node, filling.answer(key)?))
        };
        let correction = Correction {
            v: baqylau_protocol::VERSION,
            report,
            node,
            rows: change.rows.clone(),
            old: answer(&before),
            // As the checklist writes it, whichever way it was typed.
            new: answer(&after),
            reason: change.reason.trim().to_owned(),
            source: change.source.trim().to_owned(),
            at: RecordedMoment { ms: now, offset: 0 },
        };
        if correction.old == correction.new {
            let answer = correction.old.unwrap_or_else(|| "(no answer)".into());
            return Err(DeskError::Unchanged { question: change.question.to_owned(), answer });
        }
        let supposed = Signed { desk: records.own.device(), what: correction.clone() };
        let known = records.known();
        let boards =
            [self.table(known, AnswerBasis::Effective, None)?, self.assume(known, AnswerBasis::Effective, &supposed)?];
        let [lost, gained] = flags(&boards, report);
        let confidentiality = confidentiality(&boards, report);
        let problems = new_problems(&before, &after, node, &change.rows);
        let (unanswered, doubts) = problems.into_iter().partition(|p| p.issue == Issue::Unanswered);
        Ok(Preview {
            correction,
            doubts,
            unanswered,
            figures: self.moved(&boards),
            lost,
            gained,
            confidentiality,
            before,
            after,
        })
    }

    /// The answers of a report with the corrections so far.
    ///
    /// # Errors
    /// There is no such report, or it does not fit its checklist.
    pub fn effective_answers(&mut self, reports: ReportReader<'_>, report: Hash) -> Result<Filling, DeskError> {
        let earlier = self.corrections(reports.known, report)?;
        Ok(all(&reports.evaluated(report)?, earlier.iter()).0)
    }

    /// The figures that are not the same on two boards.
    fn moved(&self, [before, after]: &[ReportTable; 2]) -> Vec<(usize, Computed, Computed)> {
        let figures = |reports: &ReportTable| reports.figures(self.source(), &ReportFilter::default());
        let pairs = figures(before).into_iter().zip(figures(after)).enumerate();
        let moved = pairs.filter(|(_, (before, after))| !same(before, after));
        moved.map(|(at, (before, after))| (at, before, after)).collect()
    }
}

/// Whether what is shown of a figure is the same: its value, how many, out of how many. Why others are unknown stands in neither.
fn same(a: &Computed, b: &Computed) -> bool {
    (&a.computed, a.count, a.base, &a.parts) == (&b.computed, b.count, b.base, &b.parts)
}

/// The flags that a report loses, and those that it gains.
fn flags(boards: &[ReportTable; 2], report: Hash) -> [Vec<Flag>; 2] {
    let [before, after] = boards.each_ref().map(|b| b.row(report).map(|l: &ReportRow| l.flags).unwrap_or_default());
    let only = |these: Flags, those: Flags| these.iter().filter(|f| !those.has(*f)).collect();
    [only(before, after), only(after, before)]
}

/// Whether the words of a report, or of one that it supersedes, would be let out or kept.
fn confidentiality([before, after]: &[ReportTable; 2], report: Hash) -> Option<ConfidentialityChange> {
    let pairs = || before.rows.iter().filter_map(|row| Some((row, after.row(row.summary.meta.hash)?)));
    let kept = pairs().filter(|(before, after)| !before.internal && after.internal);
    let quotes = kept.map(|(row, _)| quotes(row)).sum();
    match pairs()
        .find(|(row, _)| row.summary.meta.hash == report)
        .map(|(before, after)| (before.internal, after.internal))?
    {
        (true, false) => Some(ConfidentialityChange::Opened),
        (false, true) => Some(ConfidentialityChange::Closed { quotes }),
        _ => None,
    }
}

/// How many texts of a report are marked as quotable; the last word of a desk on a text holds.
fn quotes(row: &ReportRow) -> usize {
    let last: BTreeMap<_, _> = row.codings.iter().map(|c| ((c.what.node, &c.what.rows), c.what.quotable)).collect();
    last.into_values().filter(|quotable| *quotable).count()
}
