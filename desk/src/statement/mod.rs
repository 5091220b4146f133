//! The figures of the statement, as several desks sign them. Each computes them from its own log, up to one head, and signs only what it
//! found itself: what one desk alone says is a draft where the mission asks for more.

mod difference;
mod fault;

pub use difference::{Difference, FigureDifference};
pub use fault::StatementFault;

use crate::adjudication::status::AnswerBasis;
use crate::error::DeskError;
use crate::index::filter::ReportFilter;
use crate::index::report_table::ReportTable;
use crate::log::heads::SignedHeads;
use crate::records::identity::OwnDevice;
use crate::tables::MissionTables;
use crate::workspace::Workspace;
use baqylau_findings::Computed;
use baqylau_protocol::VERSION;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::statement::{SignedStatement, StatedFigure, StatedFigures, StatedResults, VerifiedStatement};
use baqylau_report::mission::Mission;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A statement whose signatures all hold, and how many it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementReading {
    /// What was signed, by whom, under which manifest.
    pub verified: VerifiedStatement,
    /// How many desks must sign, as the mission's settings under that manifest say.
    pub needed: usize,
}

impl StatementReading {
    /// Verifies a file by itself: whoever reads it compares the mission with one that came another way.
    ///
    /// # Errors
    /// It is no statement, or something in it does not verify.
    pub fn of(file: &SignedStatement) -> Result<Self, StatementFault> {
        let verified = file.open()?;
        let settings: Mission = serde_json::from_slice(&verified.settings)
            .map_err(|e| StatementFault::Settings { detail: e.to_string() })?;
        Ok(Self { verified, needed: settings.statement_signers.max(1) as usize })
    }

    /// Whether as many desks signed as must.
    #[must_use]
    pub fn is_published(&self) -> bool {
        self.verified.signers.len() >= self.needed
    }
}

impl fmt::Display for StatementReading {
    /// As `draft: 1 of 2 signatures`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.is_published() { "published" } else { "draft" };
        write!(f, "{state}: {} of {} signatures", self.verified.signers.len(), self.needed)
    }
}

/// The reports that a published statement speaks of.
pub struct PublishedReports {
    /// By whom it was signed.
    pub reading: StatementReading,
    /// The statement.
    pub file: Vec<u8>,
    /// This desk's tables, which are those of the statement.
    pub tables: Arc<MissionTables>,
    /// The reports as they stood then.
    pub table: ReportTable,
}

/// Makes statements, and signs those of other desks.
#[derive(Clone, Copy)]
pub struct Statements<'d> {
    /// Has the tables.
    pub workspace: &'d Workspace,
    /// Signs.
    pub own: OwnDevice<'d>,
}

impl Statements<'_> {
    /// Makes a statement of everything that was pulled, signed by this desk alone.
    ///
    /// # Errors
    /// This desk may not sign, has pulled nothing, or computes more than a statement holds.
    pub fn make(&self, now: i64) -> Result<(SignedStatement, StatementReading), StatementFault> {
        let known = self.own.known;
        let manifest = self.may_sign()?;
        let heads = SignedHeads { workspace: self.workspace, known };
        let head = match heads.last()? {
            Some((_, bytes)) => heads.open(&bytes)?.ok_or(StatementFault::NothingPulled)?,
            None => return Err(StatementFault::NothingPulled),
        };
        let signed = known.store.manifest()?.ok_or(DeskError::NoBundle)?;
        let figures = StatedFigures {
            v: VERSION,
            mission: manifest.mission,
            manifest: Manifest::hash(&signed),
            epoch: manifest.log.epoch,
            size: head.size,
            root: head.root,
            desk: self.own.device(),
            at: now,
            results: self.results(head.size)?,
        };
        let mut statement = SignedStatement::propose(known.trust.root, signed, known.settings()?, &figures);
        let reading = self.add_signature(&mut statement)?;
        Ok((statement, reading))
    }

    /// Adds this desk's signature to a statement, where it finds the same from its own log.
    ///
    /// # Errors
    /// The statement does not verify, is of another mission or bundle, or this desk finds something else, has less of the log, may not sign, or
    /// signed already.
    pub fn sign(&self, statement: &mut SignedStatement) -> Result<StatementReading, StatementFault> {
        self.may_sign()?;
        let VerifiedStatement { manifest, signers, figures, .. } = self.confirm(statement)?.verified;
        let here = self.own.known.manifest()?;
        if self.bundle()? != Some(figures.manifest) {
            return Err(StatementFault::OtherBundle { there: manifest.version, here: here.version });
        }
        let desk = self.own.device();
        if signers.contains(&desk) {
            return Err(StatementFault::Twice { desk });
        }
        self.add_signature(statement)
    }

    /// Verifies a statement, and that this desk finds the same from its own log. It may have been signed under an earlier bundle than the one
    /// here.
    ///
    /// # Errors
    /// The statement does not verify, or does not hold under the bundle here; it is of another mission or a later bundle; this desk finds
    /// something else, or has less of the log.
    pub fn confirm(&self, statement: &SignedStatement) -> Result<StatementReading, StatementFault> {
        let known = self.own.known;
        if statement.mission() != known.trust.mission() {
            return Err(StatementFault::OtherMission { found: statement.mission() });
        }
        let reading = StatementReading::of(statement)?;
        let (there, manifest) = (&reading.verified.figures, known.manifest()?);
        if self.bundle()? != Some(there.manifest) {
            let (there, here) = (reading.verified.manifest.version, manifest.version);
            if there >= here {
                return Err(StatementFault::OtherBundle { there, here });
            }
            reading.verified.holds_under(&manifest)?;
        }
        let (size, here) = (there.size, known.store.cursor()?);
        if here < size {
            return Err(StatementFault::Shorter { size, here });
        }
        if known.store.tree(size)?.root() != there.root {
            return Err(StatementFault::OtherLog { size });
        }
        let differences = difference::differences(&there.results, &self.results(size)?);
        if differences.is_empty() { Ok(reading) } else { Err(StatementFault::Differs { size, differences }) }
    }

    /// The reports that a published statement speaks of, as they stood then; what is internal by now is internal there.
    ///
    /// # Errors
    /// As [`Statements::confirm`]; or too few signed it.
    pub fn reports(&self, statement: &SignedStatement) -> Result<PublishedReports, StatementFault> {
        let reading = self.confirm(statement)?;
        if !reading.is_published() {
            return Err(StatementFault::Draft { state: reading.to_string() });
        }
        let (tables, known) = (Arc::new(self.workspace.tables()?), self.own.known);
        let now = ReportTable::read(&tables, known, None, AnswerBasis::Effective)?;
        let mut then = ReportTable::read_first(&tables, known, reading.verified.figures.size)?;
        then.keep(&now.internal());
        Ok(PublishedReports { reading, file: statement.encode(), tables, table: then })
    }

    /// The manifest under which this desk may sign.
    fn may_sign(&self) -> Result<Manifest, DeskError> {
        self.own.may_sign()?;
        let manifest = self.own.known.manifest()?;
        if manifest.is_current_desk(self.own.device()) { Ok(manifest) } else { Err(DeskError::Unlisted) }
    }

    /// [`Manifest::hash`] of the bundle here.
    fn bundle(&self) -> Result<Option<Hash>, DeskError> {
        Ok(self.own.known.store.manifest()?.map(|bytes| Manifest::hash(&bytes)))
    }

    /// Signs, and verifies what came of it as anybody would.
    fn add_signature(&self, statement: &mut SignedStatement) -> Result<StatementReading, StatementFault> {
        statement.sign(self.own.secrets.identity.enrolment.clone(), self.own.key()?);
        StatementReading::of(statement)
    }

    /// What this desk computes from the first objects of its log.
    fn results(&self, size: u64) -> Result<StatedResults, DeskError> {
        let tables = Arc::new(self.workspace.tables()?);
        let table = ReportTable::read_first(&tables, self.own.known, size)?;
        let mut reports: BTreeMap<&str, u64> = BTreeMap::new();
        table.rows.iter().for_each(|row| *reports.entry(row.status.name()).or_default() += 1);
        Ok(StatedResults {
            tables: tables.hash(),
            fingerprint: table.counted().1,
            people: table.people as u64,
            reports: reports.into_iter().map(|(status, count)| (status.to_owned(), count)).collect(),
            figures: table.figures(&tables, &ReportFilter::default()).into_iter().map(stated).collect(),
        })
    }
}

fn stated(figure: Computed) -> StatedFigure {
    let Computed { id, published, computed, parts, .. } = figure;
    let parts = parts.into_iter().map(|(choice, count)| (choice, count as u64)).collect();
    let [count, base, forms, places] = [figure.count, figure.base, figure.forms, figure.places].map(|n| n as u64);
    let unknown = [figure.do_not_know, figure.not_applicable, figure.not_answered];
    let [do_not_know, not_applicable, not_answered] = unknown.map(|n| n as u64);
    StatedFigure {
        id,
        published,
        computed,
        count,
        base,
        do_not_know,
        not_applicable,
        not_answered,
        forms,
        places,
        parts,
    }
}
