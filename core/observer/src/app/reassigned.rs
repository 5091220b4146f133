//! Answering a letter, from the phone that signed the report or from another that the coordinators handed it over to: a second
//! phone amends for a team whose own is lost.

use super::mission::Loaded;
use super::visits::VisitRecord;
use super::{DraftView, ObserverApp, Unlocked};
use crate::error::{Error, RefusalReason};
use crate::reason::InvalidReason;
use crate::store::{NewDraft, StoredAttachment, StoredLetter};
use baqylau_forms::Filling;
use baqylau_forms::fill::{CellKey, Mutation, Outcome, Unmapped};
use baqylau_forms::value::Moment;
use baqylau_protocol::blob::sealed_length;
use baqylau_report::Report;
use baqylau_report::report::Remark;
use std::sync::Arc;

impl ObserverApp {
    /// Opens the report that a letter asks about, to be amended: a draft with its answers. `why` goes with the amendment. Called
    /// again, it gives the draft that is there.
    ///
    /// # Errors
    /// There is no such letter, it asks about no report, or there is no reason.
    pub fn answer(&self, letter: i64, why: &str) -> Result<DraftView, Error> {
        let found = self.letters()?.into_iter().find(|l| l.id == letter);
        let found = found.ok_or(InvalidReason::NoSuchLetter)?;
        match found.report {
            // What came with the letter is there even when this phone has forgotten its own, and until it was answered.
            Some(report) if found.handed.is_none() || found.answered => self.amend(report, why),
            _ if found.handed.is_some() => self.take_over(letter, why),
            _ => Err(InvalidReason::LetterWithoutReport.into()),
        }
    }

    fn take_over(&self, letter: i64, why: &str) -> Result<DraftView, Error> {
        if why.trim().is_empty() {
            return Err(InvalidReason::NoReason.into());
        }
        let started = self.config.clock.wall().ms;
        self.with_mission(|u, loaded| {
            let stored = u.main.letters()?.into_iter().find(|l| l.id == letter);
            let stored = stored.ok_or(InvalidReason::NoSuchLetter)?;
            let open = u.main.drafts()?.into_iter().find(|d| d.report.is_none() && d.amends == stored.letter.report);
            if let Some(draft) = open {
                return self.draft_view(&u.main, loaded, draft);
            }
            let (report, filling, said) = self.reassigned_report(u, loaded, &stored)?;
            let visit = reassigned_visit(u, &stored, &report)?;
            let mut answers = filling.snapshot();
            answers.extend(remarks(&filling, said));
            let left = report.left.into_iter().flatten();
            let new = NewDraft {
                visit,
                checklist: report.checklist,
                started,
                amends: stored.letter.report,
                why: Some(why.trim().to_owned()),
                left: left.map(|l| Unmapped { name: l.name, rows: l.rows, text: l.text }).collect(),
                log: Vec::new(),
                instead: None,
            };
            let id = u.main.add_draft(&new, &answers)?;
            let draft = u.main.draft(id)?;
            for a in report.attachments.into_iter().flatten() {
                let (key, length) = (*a.key, sealed_length(a.size));
                let attachment =
                    StoredAttachment { name: a.name, hash: a.hash, key, size: a.size, length, media: a.media };
                u.main.add_attachment(&draft, &attachment)?;
            }
            self.committed();
            self.draft_view(&u.main, loaded, draft)
        })
    }

    /// The report that a letter hands over, with its answers and remarks.
    pub(super) fn reassigned_report(
        &self,
        u: &Unlocked,
        loaded: &Arc<Loaded>,
        stored: &StoredLetter,
    ) -> Result<(Report, Filling, Vec<Remark>), Error> {
        let unfit = || Error::refused(RefusalReason::Unfit, "the report in the letter does not fit its checklist");
        let report = stored.letter.copy.as_ref().and_then(|copy| Report::decode(copy).ok()).ok_or_else(unfit)?;
        let form = self.form(&u.main, loaded, report.checklist)?;
        let content = report.content(&form).map_err(|_| unfit())?;
        let record = record(&report);
        let facts = super::visits::facts(loaded, &report.visit.code, &record);
        let (filling, misfits) =
            Filling::recorded(form, facts, self.environment(loaded, &record), content.answers.mutations());
        if misfits > 0 { Err(unfit()) } else { Ok((report, filling, content.remarks)) }
    }
}

/// A visit for a report that was handed over, with a key of its own, which the letter is kept under from then on. Killed in
/// between, it is found again.
fn reassigned_visit(u: &mut Unlocked, letter: &StoredLetter, report: &Report) -> Result<i64, Error> {
    // The team's own visits may have the same codes.
    let code = format!("{}/{}", report.visit.code, letter.id);
    let known = u.main.visits()?.into_iter().find(|v| v.code == code);
    let visit = match known {
        Some(visit) => visit.id,
        None => u.main.add_visit(&code, &record(report))?,
    };
    u.main.file_letter(letter, visit)?;
    Ok(visit)
}

fn record(report: &Report) -> VisitRecord {
    let visit = &report.visit;
    VisitRecord {
        place: visit.place.clone(),
        unlisted: visit.unlisted.clone(),
        arrived: visit.arrived.map(Moment::from),
        departed: visit.departed.map(Moment::from),
        outcome: Outcome::ALL.get(usize::from(visit.outcome)).copied().unwrap_or_default(),
        mode: visit.mode.clone(),
        position: visit.position.map(Into::into),
        handed: Some(visit.code.clone()),
    }
}

fn remarks(filling: &Filling, said: Vec<Remark>) -> Vec<Mutation> {
    let mutation = |r: Remark| {
        let key: CellKey = filling.key_at(r.node, &r.rows)?;
        let text = Some(r.text);
        Some(if r.confirms { Mutation::Reason(key, text) } else { Mutation::Note(key, text) })
    };
    said.into_iter().filter_map(mutation).collect()
}
