//! One phone carrying out its tasks. After a kill the work can be started again: what is stored is skipped, the rest is
//! done.

use crate::clock::SimulatedClock;
use crate::plan::below;
use crate::schedule::PlannedReport;
use baqylau_forms::definition::{Kind, Media};
use baqylau_forms::value::Moment;
use baqylau_observer::app::{CellKey, Issue, Outcome, QuestionView, ViewChange, VisitChange};
use baqylau_observer::{Error, ObserverApp};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::{BTreeSet, HashMap};

/// Totals of one run of [`work`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WorkDone {
    /// Reports signed.
    pub reports: usize,
    /// Answers set, in signed reports.
    pub answers: usize,
}

/// Carries out tasks, skipping those whose report is already signed. `after` is called after every answer, so that a
/// test can end the process there.
/// # Errors
/// The core's error if it rejects a step of the plan.
pub fn work(
    core: &ObserverApp,
    clock: &SimulatedClock,
    tasks: &[PlannedReport],
    after: &mut dyn FnMut(),
) -> Result<WorkDone, Error> {
    let mut done = WorkDone::default();
    let signed: BTreeSet<(String, String)> = core.reports()?.into_iter().map(|r| (r.visit, r.checklist)).collect();
    for task in tasks {
        let known = core.visits()?.into_iter().map(|v| v.code).find(|code| is_of(code, task));
        if known.as_ref().is_some_and(|code| signed.contains(&(code.clone(), task.checklist.clone()))) {
            continue;
        }
        clock.set(task.arrives);
        let code = match known {
            Some(code) => code,
            None => core.start_visit(task.place.as_deref(), Some(task.visit))?.code,
        };
        let draft = core.start_checklist(&code, &task.checklist)?.id;
        let mut observer = Observer::new(core, clock, task, draft, after);
        observer.fill()?;
        done.answers += observer.answers;
        core.update_visit(&code, VisitChange::Outcome(Outcome::from_name(&task.outcome).unwrap_or_default()))?;
        let leaves = baqylau_observer::clock::Clock::wall(clock);
        core.update_visit(&code, VisitChange::Departed(Moment { ms: leaves.ms.max(task.arrives), ..leaves }))?;
        if task.photographs {
            observer.photograph()?;
        }
        let forgotten = observer.last.filter(|_| task.forgets);
        if let Some(last) = forgotten {
            core.clear(draft, last)?;
        }
        sign(core, draft, forgotten.map(|_| FORGOTTEN.to_owned()))?;
        done.reports += 1;
    }
    Ok(done)
}

/// Reason given for signing an incomplete report whose last answer was left out; see [`PlannedReport::forgets`].
pub const FORGOTTEN: &str = "one answer will follow";

/// Answers the coordinators' queries: amends each report that an unanswered letter is about with the answers of the
/// plan. Returns the number of amendments.
/// # Errors
/// The core's error if it rejects a step of the plan.
pub fn answer_letters(core: &ObserverApp, clock: &SimulatedClock, tasks: &[PlannedReport]) -> Result<usize, Error> {
    let reports = core.reports()?;
    let mut amended = 0;
    for letter in core.letters()?.into_iter().filter(|l| !l.answered) {
        let Some(report) = reports.iter().find(|r| Some(r.seq) == letter.report) else { continue };
        let task = tasks.iter().find(|t| is_of(&report.visit, t) && t.checklist == report.checklist);
        let Some(task) = task else { continue };
        clock.set(task.arrives);
        let draft = core.amend(report.seq, "answered at the coordinators' request")?.id;
        let mut nothing = || ();
        let mut observer = Observer::new(core, clock, task, draft, &mut nothing);
        observer.fill()?;
        sign(core, draft, None)?;
        amended += 1;
    }
    Ok(amended)
}

/// Whether a visit code such as `T047-05` or `T047-R05` belongs to the task.
fn is_of(code: &str, task: &PlannedReport) -> bool {
    let number = code.rsplit('-').next().map(|n| n.trim_start_matches(char::is_alphabetic));
    number.and_then(|n| n.parse().ok()) == Some(task.visit)
}

/// Confirms warnings and signs; unanswered required questions get a reason.
fn sign(core: &ObserverApp, draft: i64, forgotten: Option<String>) -> Result<(), Error> {
    let mut incomplete = forgotten;
    for problem in core.issues(draft)? {
        match problem.issue {
            Issue::Warning | Issue::NotOffered if problem.confirmed.is_none() => {
                core.confirm(draft, problem.key, Some("checked twice; it is correct".into()))?;
            }
            Issue::Unanswered if incomplete.is_none() => {
                incomplete = Some("left before all questions could be asked".to_owned());
            }
            _ => {}
        }
    }
    core.finalise(draft, incomplete).map(drop)
}

/// A JPEG of random noise, 60 to 120 kB, with a time in its Exif data.
fn jpeg(seed: u64) -> Vec<u8> {
    let mut rng = ChaCha12Rng::seed_from_u64(seed);
    let mut noise = vec![0; 60_000 + below(&mut rng, 60_000)];
    rng.fill_bytes(&mut noise);
    // 0xff would start a marker.
    noise.iter_mut().filter(|b| **b == 0xff).for_each(|b| *b = 0xfe);
    let exif = b"\xff\xe1\x00\x1bExif\0\x002023:03:19 08:00:00";
    let scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00";
    [&b"\xff\xd8"[..], exif, scan, &noise, b"\xff\xd9"].concat()
}

struct Observer<'o> {
    core: &'o ObserverApp,
    clock: &'o SimulatedClock,
    task: &'o PlannedReport,
    draft: i64,
    answers: usize,
    /// The question answered last.
    last: Option<CellKey>,
    /// Questions already tried, so that a rejected or blank answer is not tried again.
    tried: HashMap<CellKey, ()>,
    after: &'o mut dyn FnMut(),
}

impl<'o> Observer<'o> {
    fn new(
        core: &'o ObserverApp,
        clock: &'o SimulatedClock,
        task: &'o PlannedReport,
        draft: i64,
        after: &'o mut dyn FnMut(),
    ) -> Self {
        Self { core, clock, task, draft, answers: 0, last: None, tried: HashMap::new(), after }
    }
}

impl Observer<'_> {
    /// Attaches a photograph to each image question.
    fn photograph(&mut self) -> Result<(), Error> {
        for section in self.core.sections(self.draft)? {
            for row in self.core.open_section(self.draft, section.section)?.rows {
                if matches!(row.kind, Kind::Attachment { media: Media::Image }) && row.answer.is_none() {
                    let picture = jpeg(self.task.seed);
                    self.core.attach(self.draft, row.key, "image/jpeg", &mut &picture[..])?;
                }
            }
        }
        Ok(())
    }

    fn fill(&mut self) -> Result<(), Error> {
        for section in self.core.sections(self.draft)? {
            let mut screen = Screen { rows: self.core.open_section(self.draft, section.section)?.rows };
            while let Some(row) = screen.rows.iter().find(|r| self.wants(r)).cloned() {
                self.answer(&row)?.into_iter().for_each(|change| screen.apply(change));
            }
        }
        Ok(())
    }

    /// Whether the plan has an answer for this unanswered question.
    fn wants(&self, row: &QuestionView) -> bool {
        let planned = self.task.answers.get(&row.name).is_some_and(|v| !v.is_empty());
        planned && row.answer.is_none() && !row.read_only && !self.tried.contains_key(&row.key)
    }

    fn answer(&mut self, row: &QuestionView) -> Result<Vec<ViewChange>, Error> {
        self.clock.step();
        self.tried.insert(row.key, ());
        let value = self.task.answers.get(&row.name).cloned().unwrap_or_default();
        if let Kind::Repeat { .. } = row.kind {
            return self.extend(row, &value);
        }
        let text = self.spell(row, &value)?;
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let answer = self.core.read_answer(self.draft, row.key, &text)?;
        let change = self.core.set(self.draft, row.key, answer)?;
        self.answers += 1;
        self.last = Some(row.key);
        (self.after)();
        Ok(vec![change])
    }

    /// Adds rows to a repeat until it has the planned number.
    fn extend(&mut self, row: &QuestionView, value: &str) -> Result<Vec<ViewChange>, Error> {
        let wanted: usize = self.spell(row, value)?.parse().unwrap_or(0);
        (row.rows..wanted).map(|_| Ok(self.core.add_row(self.draft, row.key)?.1)).collect()
    }

    /// A planned value as text: expressions are computed, numbers drawn from ranges.
    fn spell(&self, row: &QuestionView, value: &str) -> Result<String, Error> {
        if let Some(expression) = value.strip_prefix('=') {
            let text = self.core.compute(self.draft, expression)?;
            return Ok(if text == "NaN" { String::new() } else { text });
        }
        let range = value.split_once("..").and_then(|(a, b)| Some((a.parse::<i64>().ok()?, b.parse::<i64>().ok()?)));
        let Some((low, high)) = range else { return Ok(value.to_owned()) };
        // Seeded by task and question, so that the same number is drawn after a restart.
        let mut rng =
            ChaCha12Rng::seed_from_u64(self.task.seed ^ (u64::from(row.key.node) << 32 | u64::from(row.key.row)));
        let width = usize::try_from(high - low).unwrap_or(0) + 1;
        Ok((low + i64::try_from(below(&mut rng, width)).unwrap_or(0)).to_string())
    }
}

/// The rows of a section, updated with the core's changes.
struct Screen {
    rows: Vec<QuestionView>,
}

impl Screen {
    fn apply(&mut self, change: ViewChange) {
        self.rows.retain(|r| !change.removed.contains(&r.key));
        for row in change.changed {
            match self.rows.iter_mut().find(|r| r.key == row.key) {
                Some(known) => *known = row,
                None => self.rows.push(row),
            }
        }
        if let Some(order) = change.order {
            let place: HashMap<CellKey, usize> = order.into_iter().enumerate().map(|(at, key)| (key, at)).collect();
            self.rows.sort_by_key(|r| place.get(&r.key).copied().unwrap_or(usize::MAX));
        }
    }
}
