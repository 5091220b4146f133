//! What a pull left undone, in the reader's language: what, why, and what to do.

use crate::failure;
use crate::faults::refusal;
use crate::words::{Words, words};
use baqylau_desk::log::attachments::{AttachmentFault, LackingAttachment};
use baqylau_desk::log::overdue::OverdueBundle;
use baqylau_desk::log::pull::UnsentRecord;
use baqylau_desk::log::undone::Undone;
use baqylau_desk::people::decisions::Dispute;
use baqylau_desk::store::Gap;
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
        Undone::BundleOverdue(_) => w.undone_overdue,
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
        Undone::BundleOverdue(OverdueBundle { version, renew_by }) => {
            w.left_overdue(version.to_string(), Moment { ms: *renew_by, offset: 0 }.to_string())
        }
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

fn damaged(w: &Words, gap: &Gap) -> String {
    let Gap { index, hash, device, seq, desk, received: _ } = gap;
    let (index, hash, device, seq) = (index.to_string(), hash.to_string(), device.to_string(), seq.to_string());
    if *desk { w.left_damaged_desk(index, hash, device, seq) } else { w.left_damaged(index, hash, device, seq) }
}
