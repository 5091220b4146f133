//! A desk of a simulated day.

use crate::dice::Dice;
use crate::disk;
use baqylau_desk::adjudication::status::{AnswerBasis, StatusKind};
use baqylau_desk::log::pull::PullOutcome;
use baqylau_desk::{Desk, DeskError};
use baqylau_http::Transport;
use baqylau_tests::{PASSPHRASE, reports};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// Most calls that change files before a desk crashes.
const CRASH_WITHIN: u64 = 400;

/// One desk.
pub struct SimulatedDesk {
    /// Opened, except between a crash and the next start.
    desk: Option<Desk>,
    folder: PathBuf,
    line: Arc<dyn Transport>,
    /// The hash of every report that it ever had.
    pub had: BTreeSet<String>,
}

impl SimulatedDesk {
    /// A desk that has its folder already.
    ///
    /// # Panics
    /// When it does not open.
    #[must_use]
    pub fn new(folder: PathBuf, line: Arc<dyn Transport>) -> Self {
        let mut desk = Self { desk: None, folder, line, had: BTreeSet::new() };
        desk.start();
        desk
    }

    fn start(&mut self) {
        disk::mend(&self.folder);
        self.desk = Some(Desk::open(&self.folder, PASSPHRASE).expect("the desk opens").over(self.line.clone()));
    }

    /// The desk itself.
    ///
    /// # Panics
    /// When it is not started.
    #[must_use]
    pub fn desk(&self) -> &Desk {
        self.desk.as_ref().expect("it is started")
    }

    /// Leaves its disk no room, or some again.
    pub fn set_full(&self, full: bool) {
        if full { disk::fill(&self.folder) } else { disk::mend(&self.folder) }
    }

    /// Does something; it may crash meanwhile, and is started again then.
    ///
    /// # Errors
    /// Whatever the desk says of it.
    ///
    /// # Panics
    /// When it says that the program is wrong, or does not open after a crash.
    pub fn attempt<T>(
        &mut self,
        crash: Option<&mut Dice>,
        what: impl FnOnce(&mut Desk) -> Result<T, DeskError>,
    ) -> Result<T, DeskError> {
        if let Some(chance) = crash {
            disk::crash_after(&self.folder, chance.below(CRASH_WITHIN));
        }
        let outcome = what(self.desk.as_mut().expect("it is started"));
        if disk::has_crashed(&self.folder) {
            self.desk = None;
            self.start();
        } else {
            if let Err(wrong @ DeskError::Internal { .. }) = &outcome {
                panic!("the desk's program is wrong: {wrong}");
            }
            disk::spare(&self.folder);
        }
        self.noted();
        outcome
    }

    /// Pulls the log.
    ///
    /// # Errors
    /// Whatever the desk says of it.
    pub fn pull(&mut self, crash: Option<&mut Dice>, now: i64) -> Result<PullOutcome, DeskError> {
        self.attempt(crash, |desk| desk.pull(now, &|_| ()))
    }

    fn noted(&mut self) {
        let statuses = self.statuses();
        let gone: Vec<&String> = self.had.iter().filter(|hash| !statuses.contains_key(*hash)).collect();
        assert!(gone.is_empty(), "reports were here, and are gone: {gone:?}");
        // What cannot be opened yet may turn out to be no report.
        let opened = statuses.into_iter().filter(|(_, status)| *status != StatusKind::Unverifiable);
        self.had = opened.map(|(hash, _)| hash).collect();
    }

    /// What became of each report, by its hash in hexadecimal.
    ///
    /// # Panics
    /// When a report is here twice, or the desk does not show them.
    #[must_use]
    pub fn statuses(&self) -> BTreeMap<String, StatusKind> {
        let mut found = BTreeMap::new();
        for row in reports(self.desk()) {
            let before = found.insert(row.summary.meta.hash.to_string(), row.status.kind());
            assert_eq!(before, None, "a report is here twice");
        }
        found
    }

    /// Its figures, in words.
    ///
    /// # Panics
    /// When they cannot be computed.
    #[must_use]
    pub fn figures(&self) -> Vec<String> {
        let figures = self.desk().figures(None, AnswerBasis::Effective).expect("figures");
        figures.iter().map(|figure| format!("{figure:?}")).collect()
    }
}
