//! A phone of a simulated day, and what it has acknowledged.

use crate::clock::PhoneClocks;
use crate::dice::Dice;
use crate::disk;
use baqylau_forms::value::Answer;
use baqylau_observer::app::{CellKey, DeliveryState, PhoneConfig, ReportView};
use baqylau_observer::{Error, ObserverApp};
use baqylau_tests::{BUDGET, PIN};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The checklist that is filled in, its question, and that for a file.
const CHECKLIST: &str = "collation";
const QUESTION: &str = "staff";
/// Most calls that change files before a phone crashes.
const CRASH_WITHIN: u64 = 160;

/// What a phone did, in words that are the same each time.
pub type Outcome = Result<(), Error>;

/// A report that was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The hash of its envelope, in hexadecimal.
    pub hash: String,
    /// Its number in the chain.
    pub seq: i64,
    /// The number that it supersedes.
    pub amends: Option<i64>,
}

/// One phone.
pub struct SimulatedPhone {
    /// Opened, except between a crash and the next start.
    pub app: Option<ObserverApp>,
    /// Its clocks.
    pub clocks: Arc<PhoneClocks>,
    config: PhoneConfig,
    /// The draft that is filled in, with the answer that was saved last.
    draft: Option<(i64, CellKey, Option<i64>)>,
    /// Every report that it said was signed.
    pub signed: Vec<Signed>,
    /// Whether its mission is here and its keys are made: only then anything is filled in.
    pub ready: bool,
    /// Letters that it showed.
    pub letters: usize,
}

impl SimulatedPhone {
    /// A phone whose store is in its folder already.
    #[must_use]
    pub fn new(config: PhoneConfig, clocks: Arc<PhoneClocks>) -> Self {
        Self { app: None, clocks, config, draft: None, signed: Vec::new(), ready: false, letters: 0 }
    }

    /// Starts its program and enters the PIN.
    ///
    /// # Panics
    /// When it does not open, or something that it acknowledged is not there any more.
    pub fn start(&mut self) {
        disk::mend(&self.config.folder);
        self.clocks.start();
        self.app = Some(ObserverApp::open(self.config.clone(), PIN).expect("the phone's store opens"));
        self.remembers();
    }

    /// Its program is killed.
    pub fn kill(&mut self) {
        self.app = None;
    }

    fn app(&self) -> &ObserverApp {
        self.app.as_ref().expect("it is started")
    }

    /// Leaves its disk no room, or some again.
    pub fn set_full(&self, full: bool) {
        if full { disk::fill(&self.config.folder) } else { disk::mend(&self.config.folder) }
    }

    /// Does something; it may crash meanwhile, and is started again then.
    ///
    /// # Errors
    /// Whatever the phone says of it.
    ///
    /// # Panics
    /// When it says that the program is wrong, or does not open after a crash.
    pub fn attempt(&mut self, crash: Option<&mut Dice>, what: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        if let Some(chance) = crash {
            disk::crash_after(&self.config.folder, chance.below(CRASH_WITHIN));
        }
        let outcome = what(self);
        let crashed = disk::has_crashed(&self.config.folder);
        if crashed {
            self.kill();
            self.start();
            return outcome;
        }
        disk::spare(&self.config.folder);
        if let Err(Error::Internal(why)) = &outcome {
            panic!("the phone's program is wrong: {why}");
        }
        self.noted();
        outcome
    }

    /// Enrols, as far as the network lets it.
    ///
    /// # Errors
    /// The server is not heard, or refuses.
    pub fn enrol(&mut self) -> Outcome {
        self.app().enrol(BUDGET).map(drop)
    }

    /// Sends what waits, and hears what there is.
    ///
    /// # Errors
    /// The store fails.
    pub fn sync(&mut self) -> Outcome {
        let app = self.app();
        if self.ready { app.sync_now(BUDGET).map(drop) } else { app.enrol(BUDGET).map(drop) }
    }

    /// Takes a courier file in.
    ///
    /// # Errors
    /// The store fails, or it is of no use.
    pub fn take(&mut self, file: &[u8]) -> Outcome {
        self.app().import_courier(file).map(drop)
    }

    /// Saves an answer, in a draft that is begun where there is none.
    ///
    /// # Errors
    /// The store fails.
    pub fn answer(&mut self, number: i64) -> Outcome {
        let (draft, key) = match self.draft {
            Some((draft, key, _)) => (draft, key),
            None => self.begin()?,
        };
        self.draft = Some((draft, key, self.draft.and_then(|(_, _, saved)| saved)));
        self.app().set(draft, key, Answer::Integer(number))?;
        self.draft = Some((draft, key, Some(number)));
        Ok(())
    }

    fn begin(&self) -> Result<(i64, CellKey), Error> {
        let app = self.app();
        let places = app.checklists()?.into_iter().find(|c| c.id == CHECKLIST).map(|c| c.places).unwrap_or_default();
        let place = app.search_places(&places, None, "", 0, 1)?.pop().map(|place| place.code);
        let visit = app.start_visit(place.as_deref(), None)?.code;
        let draft = app.start_checklist(&visit, CHECKLIST)?.id;
        Ok((draft, self.key(draft)?))
    }

    fn key(&self, draft: i64) -> Result<CellKey, Error> {
        for section in self.app().sections(draft)?.into_iter().filter(|s| s.shown) {
            let rows = self.app().open_section(draft, section.section)?.rows;
            if let Some(row) = rows.into_iter().find(|row| row.name == QUESTION) {
                return Ok(row.key);
            }
        }
        Err(Error::Internal(format!("{QUESTION} is not shown")))
    }

    /// Signs the draft, if there is one with an answer.
    ///
    /// # Errors
    /// The store fails.
    pub fn sign(&mut self) -> Outcome {
        let Some((draft, _, Some(_))) = self.draft else { return Ok(()) };
        let report = self.app().finalise(draft, Some("pas fini".into()))?;
        self.draft = None;
        self.note(&report);
        Ok(())
    }

    /// Begins to correct one of its reports.
    ///
    /// # Errors
    /// The store fails, or it was corrected before.
    pub fn amend(&mut self, chance: &mut Dice) -> Outcome {
        if self.draft.is_some() || self.signed.is_empty() {
            return Ok(());
        }
        let seq = self.signed[chance.place(self.signed.len())].seq;
        let draft = self.app().amend(seq, "une faute")?.id;
        self.draft = Some((draft, self.key(draft)?, None));
        Ok(())
    }

    fn note(&mut self, report: &ReportView) {
        let signed = Signed { hash: report.hash.clone(), seq: report.seq, amends: report.amends };
        if !self.signed.contains(&signed) {
            self.signed.push(signed);
        }
    }

    /// What it shows now: whether there is a mission, and how many letters came.
    fn noted(&mut self) {
        let app = self.app();
        let (ready, letters) = (app.mission().is_ok() && app.checklists().is_ok(), app.letters());
        self.ready = ready;
        if let Ok(letters) = letters {
            let count = letters.len();
            assert!(count >= self.letters, "a letter was shown, and is gone");
            self.letters = count;
        }
    }

    /// Its reports, as it shows them.
    ///
    /// # Panics
    /// When it does not show them.
    #[must_use]
    pub fn reports(&self) -> Vec<ReportView> {
        if self.ready { self.app().reports().expect("it shows its reports") } else { Vec::new() }
    }

    /// The hashes of those that it shows as read.
    #[must_use]
    pub fn read(&self) -> BTreeSet<String> {
        let read = self.reports().into_iter().filter(|report| report.state == DeliveryState::Read);
        read.map(|report| report.hash).collect()
    }

    /// After a start: everything that was acknowledged is there, once. What was being signed may be signed.
    fn remembers(&mut self) {
        self.noted();
        let shown = self.reports();
        for signed in &self.signed {
            let same = shown.iter().filter(|report| report.seq == signed.seq);
            let hashes: Vec<&str> = same.map(|report| report.hash.as_str()).collect();
            assert_eq!(hashes, [signed.hash.as_str()], "report {} was signed", signed.seq);
        }
        let numbers: BTreeSet<i64> = shown.iter().map(|report| report.seq).collect();
        assert_eq!(numbers.len(), shown.len(), "a number was given twice");
        shown.iter().for_each(|report| self.note(report));
        let Some((draft, key, saved)) = self.draft else { return };
        if shown.iter().any(|report| report.draft == draft) {
            self.draft = None;
            return;
        }
        let Some(saved) = saved else {
            self.draft = None;
            return;
        };
        assert!(self.shows(draft, key) >= Some(saved), "answer {saved} was saved, and another is shown");
    }

    /// The number that a draft shows. Each that is saved is larger than the one before.
    fn shows(&self, draft: i64, key: CellKey) -> Option<i64> {
        let app = self.app();
        let sections = app.sections(draft).expect("it shows the draft").into_iter().filter(|s| s.shown);
        let mut rows = sections.flat_map(|s| app.open_section(draft, s.section).expect("it shows a section").rows);
        let row = rows.find(|row| row.key == key)?;
        match row.answer {
            Some(Answer::Integer(number)) => Some(number),
            _ => None,
        }
    }
}
