//! The phones: enrol, fill, deliver. Under faults some are child processes that are killed.

use super::BUDGET;
use super::children::killed;
use super::server::ServerProcess;
use super::stage::{PIN, Stage};
use super::tally::Faults;
use crate::common::{CommandError, bar};
use baqylau_observer::app::{MissionCache, PhoneConfig};
use baqylau_observer::vault::FileVault;
use baqylau_observer::{Error, ObserverApp};
use baqylau_simulator::{PlannedReport, SimulatedClock, work};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Phones that are child processes under faults.
const CHILDREN: usize = 24;

/// A part that a few phones play in the demonstration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneRole {
    Usual,
    /// It forgets the last answer of each report; the coordinators ask.
    Forgets,
    /// It is lost with half of its work done.
    Lost,
    /// It never comes online.
    Offline,
}

/// Phones that attach a photograph to their first report.
const PHOTOGRAPHERS: usize = 40;

/// One phone.
pub struct DemoPhone {
    pub folder: PathBuf,
    invite: String,
    pub language: String,
    pub tasks: Vec<PlannedReport>,
    part: PhoneRole,
    missions: Arc<MissionCache>,
}

impl DemoPhone {
    /// What its core needs. All phones of the demonstration share what they decode.
    pub fn config(&self, clock: Arc<SimulatedClock>) -> Result<PhoneConfig, Error> {
        Ok(PhoneConfig { missions: self.missions.clone(), ..config(&self.folder, &self.language, clock)? })
    }

    /// The tasks before and after it is lost.
    pub fn halves(&self) -> (&[PlannedReport], &[PlannedReport]) {
        self.tasks.split_at(self.tasks.len() / 2)
    }

    /// What it works off before everybody delivers.
    fn first(&self) -> &[PlannedReport] {
        if self.part == PhoneRole::Lost { self.halves().0 } else { &self.tasks }
    }
}

/// All phones.
pub struct DemoPhones {
    phones: Vec<DemoPhone>,
    begins: i64,
    pub faults: bool,
}

/// Counts of one phone or of all; a child process prints it as JSON.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct FillResult {
    pub reports: usize,
    pub answers: usize,
    pub commits: u64,
    pub synchronous: String,
    #[serde(default)]
    pub peak_child_rss: u64,
}

/// Reports and bytes of all phones, without what a courier carried.
pub struct DeliveryCost {
    /// Reports that phones sent themselves.
    pub reports: usize,
    pub bytes: u64,
}

pub fn config(folder: &Path, language: &str, clock: Arc<SimulatedClock>) -> Result<PhoneConfig, Error> {
    let vault = Arc::new(FileVault::open(&folder.join("vault"))?);
    let (folder, language) = (folder.to_owned(), language.to_owned());
    Ok(PhoneConfig { folder, vault, clock, language, missions: Arc::default(), transport: None })
}

impl DemoPhones {
    pub fn new(stage: &Stage, faults: bool) -> Result<Self, CommandError> {
        let languages = &stage.tables.mission.languages;
        let missions: Arc<MissionCache> = Arc::default();
        let mut phones = Vec::new();
        for (at, person) in stage.people.iter().enumerate() {
            let folder = stage.folder.join("phones").join(&person.code);
            std::fs::create_dir_all(&folder)?;
            phones.push(DemoPhone {
                folder,
                invite: stage.invites.get(&person.code).cloned().unwrap_or_default(),
                language: languages[at % languages.len()].code.clone(),
                tasks: stage.tasks.get(&person.code).cloned().unwrap_or_default(),
                part: PhoneRole::Usual,
                missions: missions.clone(),
            });
        }
        cast(&mut phones);
        Ok(Self { phones, begins: stage.begins, faults })
    }

    /// The phones of a part.
    pub fn of(&self, part: PhoneRole) -> impl Iterator<Item = &DemoPhone> {
        self.phones.iter().filter(move |p| p.part == part)
    }

    /// A phone's core, as it lies in a pocket.
    pub fn locked(&self, phone: &DemoPhone) -> Result<ObserverApp, CommandError> {
        Ok(ObserverApp::open_locked(phone.config(self.clock())?)?)
    }

    /// Delivers everything; on a bad line it tries again.
    pub fn sync(&self, core: &ObserverApp) -> Result<(), CommandError> {
        patiently(|| match core.sync_now(BUDGET) {
            Err(Error::Interrupted) if self.faults => Ok(None),
            report => Ok(report?.again.is_none().then_some(())),
        })
    }

    /// Delivers what the server refuses for good. Gives how much.
    pub fn sync_refused(&self, core: &ObserverApp) -> Result<usize, CommandError> {
        let mut refused = 0;
        patiently(|| match core.sync_now(BUDGET) {
            Err(Error::Interrupted) if self.faults => Ok(None),
            report => {
                let report = report?;
                refused += report.refused;
                // What was refused is tried again, but not today.
                Ok((report.again.is_none() || refused > 0).then_some(()))
            }
        })?;
        Ok(refused)
    }

    /// Has the desk pull; on a bad line it tries again. Gives how many envelopes it could not verify.
    pub fn pull(&self, desk: &mut baqylau_desk::Desk) -> Result<usize, CommandError> {
        let mut refused = 0;
        patiently(|| match desk.pull(crate::common::now(), &|_| ()) {
            Err(e) if e.may_pass() && self.faults => Ok(None),
            pulled => {
                refused = pulled?.refused;
                Ok(Some(()))
            }
        })?;
        Ok(refused)
    }

    pub fn len(&self) -> usize {
        self.phones.len()
    }

    pub fn clock(&self) -> Arc<SimulatedClock> {
        Arc::new(SimulatedClock::at(self.begins))
    }

    /// Every phone makes its store and enrols; on a bad line it tries again.
    pub fn enrol(&self) -> Result<(), CommandError> {
        self.each("enrolling", |_, phone| {
            let core = ObserverApp::create(phone.config(self.clock())?, PIN, &phone.invite)?;
            patiently(|| {
                let done = core.enrol(BUDGET);
                match done {
                    Ok(report) if report.enrolled => Ok(Some(())),
                    Ok(_) | Err(Error::Refused { .. } | Error::Interrupted) if self.faults => Ok(None),
                    Ok(_) => Err("a phone could not enrol".into()),
                    Err(e) => Err(e.into()),
                }
            })
        })
    }

    /// Every phone fills its checklists, without any network.
    pub fn fill(&self, faults: &Faults) -> Result<FillResult, CommandError> {
        let total = Mutex::new(FillResult::default());
        let mut busy: Vec<usize> = (0..self.phones.len()).collect();
        busy.retain(|i| !self.phones[*i].tasks.is_empty());
        let children: Vec<usize> = if self.faults { busy.iter().copied().take(CHILDREN).collect() } else { Vec::new() };
        self.each("filling checklists", |at, phone| {
            if phone.tasks.is_empty() {
                return Ok(());
            }
            let filled =
                if children.contains(&at) { killed(phone, self.begins, faults)? } else { fill(phone, self.clock())? };
            let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
            total.reports += phone.tasks.len();
            total.answers += filled.answers;
            total.commits += filled.commits;
            total.synchronous = filled.synchronous;
            total.peak_child_rss = total.peak_child_rss.max(filled.peak_child_rss);
            Ok(())
        })?;
        Ok(total.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Every phone delivers, locked. Under faults the server is killed three times meanwhile.
    pub fn deliver(&self, server: &ServerProcess, faults: &Faults) -> Result<DeliveryCost, CommandError> {
        let sent = Mutex::new(DeliveryCost { reports: 0, bytes: 0 });
        let started = AtomicUsize::new(0);
        self.each("delivering", |_, phone| {
            let number = started.fetch_add(1, Ordering::Relaxed) + 1;
            if self.faults && number.is_multiple_of(self.phones.len() / 4 + 1) {
                let killed = server.kill_and_restart().map_err(|e| e.to_string())?;
                if killed {
                    Faults::one(&faults.servers_killed);
                }
            }
            if phone.part == PhoneRole::Offline {
                return Ok(());
            }
            let core = self.locked(phone)?;
            patiently(|| {
                let report = match core.sync_now(BUDGET) {
                    Err(Error::Interrupted) if self.faults => return Ok(None),
                    other => other?,
                };
                {
                    let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
                    sent.bytes += report.bytes_sent;
                    sent.reports += report.delivered;
                }
                match report.again {
                    None if report.refused == 0 => Ok(Some(())),
                    _ if self.faults => {
                        Faults::one(&faults.syncs_broken);
                        Ok(None)
                    }
                    _ => Err("a phone could not deliver".into()),
                }
            })
        })?;
        Ok(sent.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Does something with every phone, on all cores.
    fn each(
        &self,
        what: &'static str,
        f: impl Fn(usize, &DemoPhone) -> Result<(), CommandError> + Sync,
    ) -> Result<(), CommandError> {
        let next = AtomicUsize::new(0);
        let failed = AtomicBool::new(false);
        let bar = bar(self.phones.len(), what);
        let run = || -> Result<(), CommandError> {
            while !failed.load(Ordering::Relaxed) {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(phone) = self.phones.get(at) else { break };
                if let Err(e) = f(at, phone) {
                    failed.store(true, Ordering::Relaxed);
                    return Err(format!("{}: {e}", phone.folder.display()).into());
                }
                bar.inc(1);
            }
            Ok(())
        };
        // One more than the cores: a thread that waits for the disk leaves its core to another.
        let threads = std::thread::available_parallelism().map_or(1, usize::from) + 1;
        let results: Vec<_> = std::thread::scope(|scope| {
            let handles: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
            handles.into_iter().map(|h| h.join().unwrap_or_else(|_| Err("a thread panicked".into()))).collect()
        });
        bar.finish_and_clear();
        results.into_iter().collect()
    }
}

/// Gives the parts out, to a few of those who have work and are no processes of their own under faults.
fn cast(phones: &mut [DemoPhone]) {
    let busy: Vec<usize> = (0..phones.len()).filter(|i| !phones[*i].tasks.is_empty()).skip(CHILDREN).collect();
    let few = (busy.len() / 10).min(8);
    for (place, at) in busy.iter().rev().enumerate() {
        let phone = &mut phones[*at];
        phone.part = match place {
            p if p < few => PhoneRole::Offline,
            p if p < 2 * few => PhoneRole::Forgets,
            _ => PhoneRole::Usual,
        };
        let forgets = phone.part == PhoneRole::Forgets;
        phone.tasks.iter_mut().for_each(|t| t.forgets = forgets);
    }
    let usual: Vec<usize> = busy.iter().copied().filter(|i| phones[*i].part == PhoneRole::Usual).collect();
    for at in usual.into_iter().skip(1).take(PHOTOGRAPHERS) {
        phones[at].tasks[0].photographs = true;
    }
    let lost = busy.into_iter().find(|i| phones[*i].part == PhoneRole::Usual && phones[*i].tasks.len() > 1);
    if let Some(lost) = lost {
        phones[lost].part = PhoneRole::Lost;
    }
}

/// Tries until it is done.
pub fn patiently(mut once: impl FnMut() -> Result<Option<()>, CommandError>) -> Result<(), CommandError> {
    for _ in 0..200 {
        if once()?.is_some() {
            return Ok(());
        }
    }
    Err("gave up after 200 tries".into())
}

fn fill(phone: &DemoPhone, clock: Arc<SimulatedClock>) -> Result<FillResult, CommandError> {
    let core = ObserverApp::open(phone.config(clock.clone())?, PIN)?;
    let done = work(&core, &clock, phone.first(), &mut || ())?;
    let synchronous = core.synchronous()?.to_owned();
    Ok(FillResult {
        reports: done.reports,
        answers: done.answers,
        commits: core.commits(),
        synchronous,
        peak_child_rss: 0,
    })
}
