//! One report in a line: what is kept of its answers, what others say of it, and what is odd.

use crate::adjudication::status::Status;
use crate::adjudication::{Adjudication, Signed, reporter};
use crate::index::RequestedReport;
use crate::index::flags::Flags;
use crate::index::report_summary::ReportSummary;
use crate::tables::{FieldRole, MissionTables, Person, RoledQuestion};
use baqylau_report::review::ReviewState;
use baqylau_report::{Coding, Correction, Review};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// A report in a line.
#[derive(Debug, Clone)]
pub struct ReportRow {
    /// What is kept of its answers, as they were asked for: with or without what desks corrected.
    pub summary: Arc<ReportSummary>,
    /// The report as it was sent, where desks corrected it.
    pub(crate) first: Arc<ReportSummary>,
    /// Whether it counts, and if not, why.
    pub status: Status,
    /// Who sent it, with the team of that time.
    pub person: Option<Arc<Person>>,
    /// What desks decided, in the order of the log; the last holds.
    pub reviews: Vec<Signed<Review>>,
    /// What desks corrected in it and in what it supersedes, in the order of the log, and whether it fits and holds.
    pub corrections: Vec<(Signed<Correction>, bool)>,
    /// What desks said of its texts, in the order of the log; the last of a text holds.
    pub codings: Vec<Signed<Coding>>,
    /// Set when the table is made: some depend on other reports.
    pub flags: Flags,
    /// What was odd about it as it was sent, and is not since desks corrected it.
    pub settled: Flags,
    /// Whether its words stay at the desk: by its own word as desks corrected it, or by that of what supersedes it.
    pub internal: bool,
}

impl ReportRow {
    pub(crate) fn new(
        asked: RequestedReport,
        verdict: Adjudication,
        corrections: Vec<(Signed<Correction>, bool)>,
        codings: Vec<Signed<Coding>>,
    ) -> Self {
        let Adjudication { status, person, reviews } = verdict;
        let (flags, settled) = (Flags::default(), Flags::default());
        let RequestedReport { summary: entry, first, internal } = asked;
        Self { summary: entry, first, status, person, reviews, corrections, codings, flags, settled, internal }
    }

    /// The name of a question of its checklist.
    #[must_use]
    pub fn question(&self, node: u32) -> &str {
        let item = self.summary.meta.form.as_ref().and_then(|f| f.definition().items.get(node as usize));
        item.map_or("?", |item| item.name.as_str())
    }

    /// The team that observed.
    #[must_use]
    pub fn team(&self) -> Option<&str> {
        self.person.as_ref().map(|p| p.team.as_str())
    }

    /// Who observed: the team, or the device where nobody knows whose it is.
    pub(crate) fn reporter(&self) -> String {
        reporter(self.person.as_deref(), self.summary.meta.device)
    }

    /// Whether it is urgent and no desk has signed yet that somebody sees to it.
    #[must_use]
    pub fn unattended(&self) -> bool {
        let taken_over = matches!(self.status, Status::Superseded | Status::Duplicate | Status::Test);
        // Who asks about an emergency does not see to it yet.
        self.summary.urgent && self.reviews.iter().all(|r| r.what.state == ReviewState::Queried) && !taken_over
    }

    /// Whether a desk asked the observer about it last, and no amendment took its place.
    #[must_use]
    pub fn asked(&self) -> bool {
        let superseded = matches!(self.status, Status::Superseded);
        !superseded && self.reviews.last().is_some_and(|r| r.what.state == ReviewState::Queried)
    }

    /// Whether desks disagree of it, about whether it counts or about an answer; or whether the observer changed an answer that a desk had
    /// corrected, and no desk has said since what holds.
    #[must_use]
    pub fn disputed(&self) -> bool {
        let decided = |r: &&Signed<Review>| r.what.state != ReviewState::Queried;
        let last: BTreeMap<_, _> = self.reviews.iter().filter(decided).map(|r| (r.desk, r.what.state)).collect();
        let states: HashSet<u8> = last.values().map(|state| *state as u8).collect();
        let cell = |c: &Correction| (c.node, c.rows.clone());
        let mut answers: HashMap<_, HashMap<_, &Option<String>>> = HashMap::new();
        for (c, _) in &self.corrections {
            answers.entry(cell(&c.what)).or_default().insert(c.desk, &c.what.new);
        }
        let differ = |by_desk: &HashMap<_, &Option<String>>| by_desk.values().collect::<HashSet<_>>().len() > 1;
        states.len() > 1 || answers.values().any(differ) || self.contradicted()
    }

    fn contradicted(&self) -> bool {
        let own = |c: &Correction| c.report == self.summary.meta.hash;
        let settled = |cell: &Correction| {
            self.corrections.iter().any(|(c, _)| own(&c.what) && (c.what.node, &c.what.rows) == (cell.node, &cell.rows))
        };
        let open = |(c, fits): &(Signed<Correction>, bool)| !fits && !own(&c.what) && !settled(&c.what);
        self.status != Status::Superseded && self.corrections.iter().any(open)
    }

    /// Whether a choice was made in a question of a use.
    pub(super) fn chose(&self, tables: &MissionTables, what: FieldRole, choice: &str) -> bool {
        self.choices(tables, what).any(|(used, at)| used.choices.get(at).is_some_and(|name| **name == *choice))
    }

    /// The choices made in questions of a use: the question, and which of its choices.
    pub fn choices<'l>(
        &'l self,
        tables: &'l MissionTables,
        what: FieldRole,
    ) -> impl Iterator<Item = (&'l RoledQuestion, usize)> {
        let used = tables.used(what).find(|u| Some(u.checklist) == self.summary.checklist);
        used.into_iter().flat_map(move |used| self.used(what).map(move |at| (used, at as usize)))
    }

    /// What the desk takes out of it for a use.
    pub fn used(&self, what: FieldRole) -> impl Iterator<Item = u32> {
        self.summary.uses.iter().filter(move |u| u.0 == what).map(|u| u.1)
    }
}
