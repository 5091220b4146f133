//! What a pull left undone, in the reader's language: what, why, and what to do.

use crate::failure;
use crate::faults::{refusal, server};
use crate::words::{Words, words};
use baqylau_desk::faults::{EntryDifference, EntryFault, SuspectedOf, Suspicion};
use baqylau_desk::log::attachments::{AttachmentFault, LackingAttachment};
use baqylau_desk::log::overdue::OverdueBundle;
use baqylau_desk::log::pull::UnsentRecord;
use baqylau_desk::log::undone::Undone;
use baqylau_desk::log::witnessed::Unwitnessed;
use baqylau_desk::people::decisions::Dispute;
use baqylau_desk::store::{BeyondLimit, EVALUATED, Gap};
use baqylau_forms::value::Moment;

/// Something that a pull left undone, in the words of a language; in English for one that the page does not have.
#[must_use]
pub fn undone_in_words(language: &str, undone: &Undone) -> String {
    said(words(language), undone)
}

/// The head of a list of the same sort, before their number.
pub(crate) fn title(w: &Words, undone: &Undone) -> &'static str {
    match undone {
        Undone::RecordUnsent(_) => w.undone_unsent,
        Undone::RevocationDisputed(_) => w.undone_disputes,
        Undone::ObjectDamaged(_) => w.undone_damaged,
        Undone::ReadUntold(_) => w.undone_untold,
        Undone::EntryChanged(_) => w.undone_changed,
        Undone::LogSuspected(_) => w.undone_suspected,
        Undone::ReportsBeyondLimit(_) => w.undone_beyond,
        Undone::BundleOverdue(_) => w.undone_overdue,
        Undone::LogUnwitnessed(_) => w.undone_unwitnessed,
        Undone::CutShort(_) => w.undone_cut_short,
        Undone::AttachmentFailed(_) => w.undone_failed,
        Undone::AttachmentLacking(_) => w.undone_lacking,
    }
}

/// One of them.
pub(crate) fn said(w: &Words, undone: &Undone) -> String {
    match undone {
        Undone::RecordUnsent(UnsentRecord { seq, why }) => w.left_unsent(seq.to_string(), refusal(w, *why).to_owned()),
        Undone::RevocationDisputed(Dispute { device, kept, other }) => {
            w.left_disputed(device.to_string(), kept.to_string(), other.to_string())
        }
        Undone::ObjectDamaged(gap) => damaged(w, gap),
        Undone::ReadUntold(why) => w.left_untold(server(w, why)),
        Undone::EntryChanged(fault) => changed(w, fault),
        Undone::LogSuspected(suspicion) => suspected(w, suspicion),
        Undone::ReportsBeyondLimit(BeyondLimit { device, reports }) => {
            w.left_beyond(device.to_string(), reports.to_string(), EVALUATED.to_string())
        }
        Undone::BundleOverdue(OverdueBundle { version, renew_by }) => {
            w.left_overdue(version.to_string(), Moment { ms: *renew_by, offset: 0 }.to_string())
        }
        Undone::LogUnwitnessed(why) => unwitnessed(w, why),
        Undone::CutShort(why) => w.left_cut_short(failure::said(w, why)),
        Undone::AttachmentFailed(AttachmentFault { attachment, report, why }) => {
            w.left_failed(attachment.to_string(), report.to_string(), failure::said(w, why))
        }
        Undone::AttachmentLacking(LackingAttachment { attachment, report, sender: None }) => {
            w.left_lacking(attachment.to_string(), report.to_string())
        }
        Undone::AttachmentLacking(LackingAttachment { attachment, report, sender: Some((device, seq)) }) => {
            w.left_lacking_of(attachment.to_string(), report.to_string(), device.to_string(), seq.to_string())
        }
    }
}

fn unwitnessed(w: &Words, why: &Unwitnessed) -> String {
    match why {
        Unwitnessed::TooFew { needed, found, lacking } => {
            w.left_witnesses_few(found.to_string(), needed.to_string(), lacking.join(", "))
        }
        Unwitnessed::Behind { size, here, since, by } => {
            let since = Moment { ms: *since, offset: 0 };
            w.left_witnesses_behind(size.to_string(), here.to_string(), since.to_string(), by.join(", "))
        }
        Unwitnessed::Unproved { size, here } => w.left_witnesses_unproved(size.to_string(), here.to_string()),
        Unwitnessed::OtherLog { size } => w.left_witnesses_other(size.to_string()),
    }
}

fn changed(w: &Words, fault: &EntryFault) -> String {
    let (index, hash) = (fault.index.to_string(), fault.hash.to_string());
    match (fault.what, fault.here) {
        (EntryDifference::Damaged, true) => w.left_rotten(index, hash),
        (EntryDifference::Damaged, false) => w.left_rotten_there_and_here(index, hash),
        (EntryDifference::Altered { there }, _) => w.left_replaced(index, hash, there.to_string()),
        (EntryDifference::Missing, _) => w.left_left_out(index, hash),
        (EntryDifference::OtherTime { signed, said }, _) => {
            w.left_other_time(index, hash, said.saturating_sub(signed).to_string())
        }
    }
}

fn suspected(w: &Words, suspicion: &Suspicion) -> String {
    let Suspicion { report, device, seq, place, of } = suspicion;
    let (report, device, seq) = (report.to_string(), device.to_string(), seq.to_string());
    match of {
        SuspectedOf::Withheld { seen, here } => {
            w.left_withheld(report, device, seq, seen.to_string(), here.to_string())
        }
        SuspectedOf::PutBefore { seen } => w.left_put_before(report, device, seq, seen.to_string(), place.to_string()),
        SuspectedOf::OtherLog { seen } => w.left_other_log(report, device, seq, seen.to_string()),
        SuspectedOf::SetBack { ms } => w.left_set_back(report, device, seq, ms.to_string()),
        SuspectedOf::DatedAhead { ms } => w.left_dated_ahead(report, device, seq, ms.to_string()),
    }
}

fn damaged(w: &Words, gap: &Gap) -> String {
    let Gap { index, hash, device, seq, desk, received: _ } = gap;
    let (index, hash, device, seq) = (index.to_string(), hash.to_string(), device.to_string(), seq.to_string());
    if *desk { w.left_damaged_desk(index, hash, device, seq) } else { w.left_damaged(index, hash, device, seq) }
}
