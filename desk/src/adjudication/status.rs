//! Which reports count. One definition, used by figures, exports and every page.

use crate::adjudication::roster_index::ChainLinks;
use crate::adjudication::{Adjudicator, ReportMeta};
use crate::error::DeskError;
use crate::index::evaluate::{Forms, evaluate};
use crate::records::corrections;
use crate::store::{KnownDevice, PulledEnvelope};
use crate::tables::Person;
use crate::workspace::Desk;
use baqylau_forms::Filling;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::DeviceId;
use baqylau_report::review::ReviewState;
use baqylau_report::{Correction, Report, Review};
use std::collections::HashMap;
use std::sync::Arc;

/// Whether a report counts, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It counts.
    Counted,
    /// It could not be verified or opened.
    Unverifiable(String),
    /// It is no report of its checklist.
    Misfit(String),
    /// Its device is not confirmed, contested, or was revoked before.
    Device(&'static str),
    /// Two envelopes with one number: the phone was restored or cloned. None counts until it is reviewed.
    Forked,
    /// An exercise.
    Test,
    /// The team could not observe.
    NotObserved,
    /// A later report by the same person, or by a desk, supersedes it.
    Superseded,
    /// It supersedes an earlier one, and raw answers were asked for.
    Amendment,
    /// It would supersede somebody else's report, which only that person or a desk can.
    Proposal,
    /// An earlier amendment of the same report counts.
    Competing,
    /// The same visit and checklist came before.
    Duplicate,
    /// A desk excluded it.
    Excluded(String),
}

impl Status {
    /// Its name in tables.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Unverifiable(_) => "unverifiable",
            Self::Misfit(_) => "misfit",
            Self::Device(why) => why,
            Self::Forked => "forked",
            Self::Test => "test",
            Self::NotObserved => "not_observed",
            Self::Superseded => "superseded",
            Self::Amendment => "amendment",
            Self::Proposal => "proposal",
            Self::Competing => "competing",
            Self::Duplicate => "duplicate",
            Self::Excluded(_) => "excluded",
        }
    }
}

/// Which answers are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerBasis {
    /// As they were first reported; what supersedes a report is left out.
    Raw,
    /// With everything that supersedes.
    Effective,
}

/// A report as the desk knows it.
pub struct KnownReport {
    /// The envelope.
    pub envelope: PulledEnvelope,
    /// Whether it counts.
    pub status: Status,
    /// The report, when it was opened.
    pub report: Option<Report>,
    /// Its answers, evaluated again, when they fit.
    pub filling: Option<Filling>,
    /// Who sent it, when the register knows.
    pub person: Option<Arc<Person>>,
    /// What desks decided of it, in the order of the log; the last holds.
    pub reviews: Vec<Review>,
    /// What desks corrected in it, in the order of the log, and whether it fits.
    pub corrections: Vec<(Correction, bool)>,
}

impl KnownReport {
    /// Whether the last word of the desks is that it counts.
    #[must_use]
    pub fn accepted(&self) -> bool {
        self.reviews.last().is_some_and(|r| r.state == ReviewState::Accepted)
    }
}

/// Everything the desk knows, with the status of each report.
pub struct Picture {
    /// In the order of the log.
    pub reports: Vec<KnownReport>,
    /// Confirmed devices of people of the register.
    pub people: usize,
}

impl Desk {
    /// Looks at everything that was received up to a moment (all, when there is none), with all answers. [`crate::index::report_table::ReportTable`] knows
    /// the same in less memory.
    ///
    /// # Errors
    /// The database fails.
    pub fn picture(&self, as_of: Option<i64>, answers: AnswerBasis) -> Result<Picture, DeskError> {
        let devices: HashMap<DeviceId, KnownDevice> =
            self.store.devices()?.into_iter().map(|d| (d.device, d)).collect();
        let mut links = ChainLinks::default();
        let (mut records, mut reports) = (Vec::new(), Vec::new());
        for envelope in self.store.envelopes()? {
            links.add(&envelope);
            let other = envelope.plain.as_ref().is_ok_and(|o| o.kind != ObjectType::Report);
            if as_of.is_none_or(|moment| envelope.received <= moment) {
                if other { records.push(envelope) } else { reports.push(envelope) }
            }
        }
        let adjudicator = Adjudicator::new(self, &devices, &links, records.iter())?;
        let mut forms = Forms::default();
        let looked = reports.into_iter().map(|envelope| look(self, &mut forms, &adjudicator, envelope, answers));
        let looked: Vec<(ReportMeta, KnownReport)> = looked.collect::<Result<_, _>>()?;
        let (briefs, mut known): (Vec<ReportMeta>, Vec<KnownReport>) = looked.into_iter().unzip();
        let verdicts = adjudicator.adjudicate(&briefs.iter().collect::<Vec<_>>(), answers);
        for (known, verdict) in known.iter_mut().zip(verdicts) {
            (known.status, known.person) = (verdict.status, verdict.person);
            known.reviews = verdict.reviews.into_iter().map(|r| r.what).collect();
        }
        Ok(Picture { reports: known, people: adjudicator.people() })
    }
}

fn look(
    desk: &Desk,
    forms: &mut Forms,
    adjudicator: &Adjudicator,
    envelope: PulledEnvelope,
    answers: AnswerBasis,
) -> Result<(ReportMeta, KnownReport), DeskError> {
    let read = forms.report(desk, &envelope)?.and_then(|(report, form)| evaluate(&report, form).map(|f| (report, f)));
    let brief = ReportMeta::new(&envelope, read.as_ref().map(|(r, f)| (r, f.form())));
    let (report, filling) = read.ok().unzip();
    let mut known = KnownReport {
        status: brief.first.clone(),
        envelope,
        report,
        filling,
        person: None,
        reviews: Vec::new(),
        corrections: Vec::new(),
    };
    let corrections = adjudicator.corrections(&brief.hash);
    if let Some(filling) = &known.filling {
        let (corrected, fit) = corrections::all(filling, corrections.iter().map(|c| &c.what));
        known.corrections = corrections.iter().map(|c| c.what.clone()).zip(fit).collect();
        if answers == AnswerBasis::Effective {
            known.filling = Some(corrected);
        }
    }
    Ok((brief, known))
}
