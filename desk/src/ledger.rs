//! Everything that was pulled, as pages know it. It grows with the log: what is here is never evaluated again, unless a desk corrects
//! it. What others say of the reports is judged anew for each board, which takes a fraction of it.

use crate::board::{Board, Line};
use crate::cores::on_all_cores;
use crate::corrections;
use crate::entry::Entry;
use crate::error::DeskError;
use crate::evaluate::{Forms, NO_CHECKLIST, evaluate};
use crate::folder::Desk;
use crate::judge::{Brief, Judge, Signed};
use crate::source::Source;
use crate::standings::Links;
use crate::status::{Answers, Status};
use crate::store::{Device, Envelope};
use crate::versions::Versions;
use baqylau_findings::Given;
use baqylau_findings::compute::Adapted;
use baqylau_forms::form::Form;
use baqylau_forms::num;
use baqylau_protocol::cose::Type;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_report::{Correction, Report};
use std::collections::HashMap;
use std::sync::Arc;

/// How many envelopes are opened at once: enough for all cores, little for the memory.
const CHUNK: usize = 512;

/// Everything that was pulled.
pub struct Ledger {
    source: Arc<Source>,
    rules: Versions,
    forms: Forms,
    entries: Vec<Arc<Entry>>,
    /// What desks signed.
    records: Vec<Envelope>,
    links: Links,
    /// The first place in the log that was not looked at.
    next: u64,
    /// Whether the log was changed behind that place: then everything is looked at again.
    rewritten: i64,
    bundle: Option<Hash>,
    values: Values,
    /// Reports as desks corrected them, by report and corrections.
    corrected: HashMap<(Hash, Hash), (Arc<Entry>, Vec<bool>)>,
}

/// What reports give to figures: many give the same.
#[derive(Default)]
struct Values {
    all: Arc<Vec<Given>>,
    known: HashMap<Given, u32>,
}

impl Values {
    fn number(&mut self, given: Given) -> u32 {
        let next = num::index(self.known.len());
        *self.known.entry(given).or_insert_with_key(|given| {
            Arc::make_mut(&mut self.all).push(given.clone());
            next
        })
    }
}

impl Ledger {
    /// An empty one.
    #[must_use]
    pub fn new(source: Arc<Source>) -> Self {
        Self {
            source,
            rules: Versions::default(),
            forms: Forms::default(),
            entries: Vec::new(),
            records: Vec::new(),
            links: Links::default(),
            next: 0,
            rewritten: 0,
            bundle: None,
            values: Values::default(),
            corrected: HashMap::new(),
        }
    }

    /// Takes in what was pulled since.
    ///
    /// # Errors
    /// The database fails.
    pub fn advance(&mut self, desk: &Desk) -> Result<(), DeskError> {
        let rewritten = desk.store.rewritten()?;
        if self.rewritten != rewritten {
            *self = Self { rewritten, ..Self::new(self.source.clone()) };
        }
        let bundle = desk.store.manifest()?.map(|bytes| Hash::of(&bytes));
        if self.bundle != bundle {
            self.look_again(desk)?;
            self.bundle = bundle;
        }
        loop {
            let chunk = desk.store.envelopes_from(self.next, CHUNK)?;
            let Some(last) = chunk.last() else { return Ok(()) };
            let next = last.index + 1;
            chunk.iter().for_each(|e| self.links.add(e));
            let (reports, records): (Vec<_>, Vec<_>) =
                chunk.into_iter().partition(|e| e.plain.as_ref().map_or(true, |o| o.kind == Type::Report));
            // Nothing of a chunk is taken in when a part of it cannot be read.
            let entries = self.look(desk, reports)?;
            self.next = next;
            self.records.extend(records);
            self.entries.extend(entries);
        }
    }

    /// Another bundle came: what fitted none may fit now.
    fn look_again(&mut self, desk: &Desk) -> Result<(), DeskError> {
        let lost = |e: &Arc<Entry>| matches!(&e.first, Status::Misfit(why) if why == NO_CHECKLIST);
        for at in 0..self.entries.len() {
            if lost(&self.entries[at])
                && let Some(envelope) = desk.store.envelope(self.entries[at].hash)?
                && let Some(entry) = self.look(desk, vec![envelope])?.pop()
            {
                self.entries[at] = entry;
            }
        }
        Ok(())
    }

    /// Evaluates reports on all cores.
    fn look(&mut self, desk: &Desk, envelopes: Vec<Envelope>) -> Result<Vec<Arc<Entry>>, DeskError> {
        let jobs: Vec<Job> = envelopes.into_iter().map(|e| self.job(desk, e)).collect::<Result<_, _>>()?;
        let source = &*self.source;
        let done = on_all_cores(&jobs, |job| job.run(source, &[]));
        Ok(done.into_iter().map(|(entry, given, _)| self.keep(entry, given)).collect())
    }

    fn job(&mut self, desk: &Desk, envelope: Envelope) -> Result<Job, DeskError> {
        let read = self
            .forms
            .report(desk, &envelope)?
            .map(|(report, form)| (report, self.rules.of(&self.source, &form), form));
        Ok(Job { envelope, read })
    }

    fn keep(&mut self, entry: Entry, given: Vec<Given>) -> Arc<Entry> {
        entry.giving(given.into_iter().map(|given| self.values.number(given)).collect())
    }

    /// Everything that was received up to a moment, in milliseconds since 1970; at all, when there is none.
    ///
    /// # Errors
    /// The database fails.
    pub fn board(&mut self, desk: &Desk, answers: Answers, as_of: Option<i64>) -> Result<Board, DeskError> {
        let in_time = |received: i64| as_of.is_none_or(|moment| received <= moment);
        self.judged(desk, &in_time, |ledger, judge| ledger.drawn(desk, judge, answers, &in_time))
    }

    /// The board as it would be with one correction more.
    pub(crate) fn suppose(
        &mut self,
        desk: &Desk,
        answers: Answers,
        correction: &Signed<Correction>,
    ) -> Result<Board, DeskError> {
        self.judged(desk, &|_| true, |ledger, judge| {
            judge.suppose(correction.clone());
            ledger.drawn(desk, judge, answers, &|_| true)
        })
    }

    /// What desks corrected in a report, in the order of the log.
    pub(crate) fn corrections(&mut self, desk: &Desk, report: Hash) -> Result<Vec<Correction>, DeskError> {
        self.judged(desk, &|_| true, |_, judge| Ok(judge.corrections(&report).iter().map(|c| c.what.clone()).collect()))
    }

    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// Hears everything that desks signed in time, and looks.
    fn judged<T>(
        &mut self,
        desk: &Desk,
        in_time: &dyn Fn(i64) -> bool,
        look: impl FnOnce(&mut Self, &mut Judge) -> Result<T, DeskError>,
    ) -> Result<T, DeskError> {
        let devices: HashMap<DeviceId, Device> = desk.store.devices()?.into_iter().map(|d| (d.device, d)).collect();
        let links = std::mem::take(&mut self.links);
        let records = std::mem::take(&mut self.records);
        let seen = Judge::new(desk, &devices, &links, records.iter().filter(|e| in_time(e.received)))
            .and_then(|mut judge| look(self, &mut judge));
        (self.links, self.records) = (links, records);
        seen
    }

    fn drawn(
        &mut self,
        desk: &Desk,
        judge: &Judge,
        answers: Answers,
        in_time: &dyn Fn(i64) -> bool,
    ) -> Result<Board, DeskError> {
        let lines = self.lines(desk, judge, answers, in_time)?;
        Ok(Board::new(&self.source, lines, answers, judge.people(), self.values.all.clone()))
    }

    fn lines(
        &mut self,
        desk: &Desk,
        judge: &Judge,
        answers: Answers,
        in_time: &dyn Fn(i64) -> bool,
    ) -> Result<Vec<Line>, DeskError> {
        let entries: Vec<Arc<Entry>> = self.entries.iter().filter(|e| in_time(e.received)).cloned().collect();
        let verdicts = judge.verdicts(&entries.iter().map(|e| e.brief()).collect::<Vec<&Brief>>(), answers);
        let mut lines = Vec::with_capacity(entries.len());
        for (entry, verdict) in entries.into_iter().zip(verdicts) {
            let corrections = judge.corrections(&entry.hash);
            let (asked, fits) = self.effective(desk, entry, corrections, answers)?;
            let corrections = corrections.iter().cloned().zip(fits).collect();
            let codings = judge.codings(&asked.first.hash).to_vec();
            lines.push(Line::new(asked, verdict, corrections, codings));
        }
        Ok(lines)
    }

    /// A report as it is asked for, and which corrections fit.
    fn effective(
        &mut self,
        desk: &Desk,
        entry: Arc<Entry>,
        corrections: &[Signed<Correction>],
        answers: Answers,
    ) -> Result<(Asked, Vec<bool>), DeskError> {
        let first = entry;
        if corrections.is_empty() {
            return Ok((Asked { entry: first.clone(), internal: first.internal, first }, Vec::new()));
        }
        let said: Vec<u8> = corrections.iter().flat_map(|c| c.what.encode()).collect();
        let key = (first.hash, Hash::of(&said));
        if !self.corrected.contains_key(&key)
            && let Some(envelope) = desk.store.envelope(first.hash)?
        {
            let what: Vec<&Correction> = corrections.iter().map(|c| &c.what).collect();
            let (corrected, given, fits) = self.job(desk, envelope)?.run(&self.source, &what);
            let corrected = self.keep(corrected, given);
            self.corrected.insert(key, (corrected, fits));
        }
        let Some((corrected, fits)) = self.corrected.get(&key) else {
            return Ok((Asked { entry: first.clone(), internal: first.internal, first }, Vec::new()));
        };
        let entry = if answers == Answers::Effective { corrected } else { &first }.clone();
        // Whoever looks at the raw answers learns no more than the desks let out.
        Ok((Asked { entry, internal: corrected.internal, first }, fits.clone()))
    }
}

/// A report as it is asked for.
pub(crate) struct Asked {
    /// With or without what desks corrected.
    pub entry: Arc<Entry>,
    /// As it was sent.
    pub first: Arc<Entry>,
    /// Whether its words stay at the desk: what desks corrected holds, whichever answers are asked for.
    pub internal: bool,
}

/// A report to be evaluated.
struct Job {
    envelope: Envelope,
    read: Result<(Report, Arc<Adapted>, Arc<Form>), Status>,
}

impl Job {
    /// Evaluates it, with corrections, and tells which of them fit.
    fn run(&self, source: &Source, corrections: &[&Correction]) -> (Entry, Vec<Given>, Vec<bool>) {
        let unread = |why: &Status| (Entry::unread(&self.envelope, why), Vec::new(), vec![false; corrections.len()]);
        let (report, rules, form) = match &self.read {
            Ok(read) => read,
            Err(why) => return unread(why),
        };
        match evaluate(report, form.clone()) {
            Err(why) => unread(&why),
            Ok(filling) => {
                let (filling, fits) = corrections::all(&filling, corrections.iter().copied());
                let (entry, given) = Entry::read(source, rules, &self.envelope, report, filling);
                (entry, given, fits)
            }
        }
    }
}
