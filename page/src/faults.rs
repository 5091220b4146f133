//! What is wrong with a file, an object of the log, the log, or a server's answer, and what a server refuses, in the reader's language.

use crate::words::Words;
use baqylau_desk::faults::{LogFault, ServerFault, ServerRefusal, Unproven, Unverifiable};
use baqylau_desk::files::FileFault;
use std::io::{Error, ErrorKind};

/// Why an envelope could not be verified or opened.
pub(crate) fn unverifiable(w: &Words, why: Unverifiable) -> &'static str {
    match why {
        Unverifiable::NotEnrolled => w.unverified_device,
        Unverifiable::NoDesksLetter => w.unverified_letter,
        Unverifiable::NotGenuine => w.unverified_signature,
        Unverifiable::OtherMission => w.unverified_mission,
        Unverifiable::Number => w.unverified_number,
        Unverifiable::Length => w.unverified_length,
        Unverifiable::Sealed => w.unverified_sealed,
        Unverifiable::Packing => w.unverified_packing,
        Unverifiable::Inflated => w.unverified_inflated,
        Unverifiable::BeyondLimit => w.unverified_beyond,
        Unverifiable::ExpiredInvite => w.unverified_expired,
        Unverifiable::Malformed => w.unverified_malformed,
        Unverifiable::Earlier => w.unverified_earlier,
    }
}

/// Why the server's log is not what it signed.
pub(crate) fn log(w: &Words, fault: &LogFault) -> String {
    match fault {
        LogFault::Root { signed, suspects } => {
            let suspect =
                |(index, why): &(u64, Unverifiable)| w.log_suspect(index.to_string(), unverifiable(w, *why).to_owned());
            let all = std::iter::once(w.log_root(signed.to_string())).chain(suspects.iter().map(suspect));
            all.collect::<Vec<_>>().join("; ")
        }
        LogFault::Withheld { signed, here } => w.log_withheld(signed.to_string(), here.to_string()),
        LogFault::Vouched { size } => w.log_vouched(size.to_string()),
        LogFault::Head => w.log_head.to_owned(),
        LogFault::Bundle => w.log_bundle.to_owned(),
        LogFault::Part { part } => w.log_part(part.to_string()),
        LogFault::AttachmentProof => w.log_proof.to_owned(),
        LogFault::Unproven { report, why } => w.log_unproven(report.to_string(), unproven(w, *why).to_owned()),
    }
}

fn unproven(w: &Words, why: Unproven) -> &'static str {
    match why {
        Unproven::NotHere => w.unproven_report,
        Unproven::NotEnrolled => w.unproven_device,
        Unproven::Certificate => w.unproven_certificate,
        Unproven::OtherBytes => w.unproven_bytes,
        Unproven::Unverifiable(why) => unverifiable(w, why),
        Unproven::NoPrevious => w.unproven_previous,
        Unproven::NoHead => w.unproven_head,
        Unproven::NotInLog => w.unproven_log,
    }
}

/// What is wrong with an answer of the server. Its own words are left out: nobody knows in which language they are.
pub(crate) fn server(w: &Words, fault: &ServerFault) -> String {
    match fault {
        ServerFault::TooLong { limit } => w.server_too_long(limit.to_string()),
        ServerFault::Status { status, words: _ } => w.server_status(status.to_string()),
        ServerFault::Nonsense => w.server_nonsense.to_owned(),
        ServerFault::Receipt { object } => w.server_receipt(object.to_string()),
    }
}

/// What is wrong with a file, and the remedy.
pub(crate) fn file(w: &Words, fault: &FileFault) -> String {
    match fault {
        FileFault::Io(e) => refused(w, e),
        FileFault::Damaged { detail } => w.file_damaged(detail.clone()),
        FileFault::Encrypting => w.file_encrypting.to_owned(),
        FileFault::MissionHere => w.file_mission_here.to_owned(),
        FileFault::NoMission(e) => w.file_no_mission(refused(w, e)),
        FileFault::NoRoot => w.file_no_root.to_owned(),
        FileFault::NoStore => w.file_no_store.to_owned(),
        FileFault::NoStoreButOther { empty: true } => w.file_store_empty.to_owned(),
        FileFault::NoStoreButOther { empty: false } => w.file_store_folder.to_owned(),
        FileFault::Lost => w.file_lost.to_owned(),
        FileFault::Attachment(e) => w.file_attachment(refused(w, e)),
        FileFault::NotEmpty => w.file_not_empty.to_owned(),
        FileFault::Exporting => w.file_exporting.to_owned(),
        FileFault::ExportChanged => w.file_changed.to_owned(),
        FileFault::ExportForeign => w.file_foreign.to_owned(),
        FileFault::ExportLine { line } => w.file_line(line.clone()),
    }
}

/// What the operating system refuses. What is rare stands as the system says it.
fn refused(w: &Words, e: &Error) -> String {
    match e.kind() {
        ErrorKind::NotFound => w.io_missing.to_owned(),
        ErrorKind::PermissionDenied => w.io_forbidden.to_owned(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => w.io_full.to_owned(),
        ErrorKind::ReadOnlyFilesystem => w.io_read_only.to_owned(),
        ErrorKind::AlreadyExists => w.io_exists.to_owned(),
        ErrorKind::IsADirectory => w.io_folder.to_owned(),
        ErrorKind::NotADirectory => w.io_no_folder.to_owned(),
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof => w.io_altered.to_owned(),
        _ => w.io_other(e.to_string()),
    }
}

/// Why a server takes something not.
pub(crate) fn refusal(w: &Words, why: ServerRefusal) -> &'static str {
    match why {
        ServerRefusal::Malformed => w.refused_malformed,
        ServerRefusal::OtherMission => w.refused_mission,
        ServerRefusal::UnknownDevice => w.refused_device,
        ServerRefusal::NotGenuine => w.refused_signature,
        ServerRefusal::Expired => w.refused_expired,
        ServerRefusal::Revoked => w.refused_revoked,
        ServerRefusal::Length => w.refused_length,
        ServerRefusal::Quota => w.refused_quota,
        ServerRefusal::UnknownReason => w.refused_later,
        ServerRefusal::AttachmentUnnamed => w.refused_unnamed,
        ServerRefusal::AttachmentDropped => w.refused_dropped,
        ServerRefusal::AttachmentShort => w.refused_short,
    }
}

#[cfg(test)]
mod tests {
    use super::{Unverifiable, unverifiable};
    use crate::words::all;
    use std::collections::BTreeSet;
    use strum::VariantArray;

    #[test]
    fn why_a_report_cannot_be_verified_is_said_differently_in_every_language() {
        let reasons = Unverifiable::VARIANTS;
        let said: BTreeSet<&str> = all().iter().flat_map(|w| reasons.iter().map(|why| unverifiable(w, *why))).collect();
        assert_eq!(said.len(), reasons.len() * all().len(), "{said:#?}");
    }
}
