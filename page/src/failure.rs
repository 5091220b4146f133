//! An error of the desk in the reader's language. What only whoever looks after the program understands stands behind it, as it came.

use crate::faults;
use crate::words::{Words, words};
use baqylau_desk::DeskError;
use baqylau_desk::adjudication::status::Misfit;
use baqylau_desk::faults::{AnswerDoubt, AnswerFault, CallError, CourierError, NotHere, RequiredText, StorageError};
use baqylau_forms::fill::{Expected, FillError, Issue};
use baqylau_forms::numeral::NumeralError;
use baqylau_forms::zone::LocalError;

/// An error of the desk in the words of a language; in English for one that the page does not have.
#[must_use]
pub fn failure_in_words(language: &str, error: &DeskError) -> String {
    said(words(language), error)
}

/// An error in a language.
pub(crate) fn said(w: &Words, error: &DeskError) -> String {
    match error {
        DeskError::File { path, why } => w.fail_file(path.display().to_string(), faults::file(w, why)),
        DeskError::Source { faults } => w.fail_source(faults.join("; ")),
        DeskError::Passphrase { path } => w.fail_passphrase(path.display().to_string()),
        DeskError::PassphraseTooShort { least } => w.fail_passphrase_short(*least),
        DeskError::Storage(e) => storage(w, e),
        DeskError::Server { server, why } => w.fail_server(server.clone(), faults::server(w, why)),
        DeskError::Unreachable { server, why } => unreachable(w, server, *why),
        DeskError::Conflict { server, .. } => w.fail_conflict(server.clone()),
        DeskError::Stranger { server, answer } => w.fail_stranger(server.clone(), answer.clone()),
        DeskError::NoServer => w.fail_no_server.to_owned(),
        DeskError::BadAddress { server } => w.fail_address(server.clone()),
        DeskError::BadProxy { address } => w.fail_proxy(address.clone()),
        DeskError::Client(e) => w.fail_client(e.to_string()),
        DeskError::System(e) => w.fail_system(e.to_string()),
        DeskError::Tables { folder, files } => w.fail_tables(folder.display().to_string(), files.join(", ")),
        DeskError::BundleWaits { path, version, signed, needed } => {
            let counted = (signed.to_string(), needed.to_string());
            w.fail_bundle_waits(path.display().to_string(), version.to_string(), counted.0, counted.1)
        }
        DeskError::WaitingBundleOld { path, version, known } => {
            w.fail_waiting_old(path.display().to_string(), version.to_string(), known.to_string())
        }
        DeskError::DeskTooOld { found, known } => w.fail_desk_too_old(found.to_string(), known.to_string()),
        DeskError::NoBundle => w.fail_no_bundle.to_owned(),
        DeskError::Missing => w.fail_missing.to_owned(),
        DeskError::Refused { server, why } => w.fail_refused(server.clone(), faults::refusal(w, *why).to_owned()),
        DeskError::Log(why) => w.fail_log(faults::log(w, why)),
        DeskError::Shrunk { signed, pulled } => w.fail_shrunk(signed.to_string(), pulled.to_string()),
        DeskError::Locked { server } => w.fail_locked(server.clone()),
        DeskError::Unpublished { server } => w.fail_unpublished(server.clone()),
        DeskError::AttachmentTooLarge { limit } => w.fail_blob_large(limit.to_string()),
        DeskError::AttachmentDamaged => w.fail_blob_damaged.to_owned(),
        DeskError::Courier(e) => courier(w, e).to_owned(),
        DeskError::NotHere(what) => not_here(w, what),
        DeskError::EmptyText { what } => empty(w, *what).to_owned(),
        DeskError::Answer(fault) => answer(w, fault),
        DeskError::Unchanged { question, answer } => w.fail_unchanged(question.clone(), answer.clone()),
        DeskError::Internal { question } => w.fail_internal(question.clone()),
        DeskError::IsDesk { device } => w.fail_is_desk(device.to_string()),
        DeskError::KnownReceiptKey => w.fail_known_key.to_owned(),
        DeskError::Reader => w.fail_reader.to_owned(),
        DeskError::Unlisted => w.fail_unlisted.to_owned(),
        DeskError::Revoked { device } => w.fail_revoked(device.to_string()),
        DeskError::VisitCode { longest } => w.fail_visit_code(*longest),
        DeskError::SeveralPlaces { words, candidates } => {
            let places: Vec<String> = candidates.iter().map(ToString::to_string).collect();
            w.fail_several_places(words.clone(), places.join(", "))
        }
        DeskError::NotATime { text } => w.fail_time(text.clone()),
        DeskError::UnknownDecision { decision } => w.fail_decision(decision.clone()),
        DeskError::NotAHash { text } => w.fail_hash(text.clone()),
        DeskError::ReportUnfit { report, detail } => w.fail_report_unfit(report.to_string(), detail.clone()),
        DeskError::PaperDamaged => w.fail_paper_damaged.to_owned(),
        DeskError::Making { name, source } => w.fail_making(name.clone(), source.to_string()),
    }
}

fn storage(w: &Words, error: &StorageError) -> String {
    match error {
        StorageError::Full => w.fail_disk_full.to_owned(),
        StorageError::ReadOnly => w.fail_read_only.to_owned(),
        StorageError::Damaged { path } => w.fail_store_damaged(path.display().to_string()),
        StorageError::Newer { .. } => w.fail_store_newer.to_owned(),
        StorageError::Io(detail) => w.fail_store(detail.clone()),
        StorageError::Other(e) => w.fail_store(e.to_string()),
    }
}

fn unreachable(w: &Words, server: &str, why: CallError) -> String {
    match why {
        CallError::Foreign => w.fail_foreign(server.to_owned()),
        CallError::Silent => w.fail_silent(server.to_owned()),
        CallError::Unreachable => w.fail_unreachable(server.to_owned()),
        CallError::Plain => w.fail_plain(server.to_owned()),
    }
}

fn courier(w: &Words, error: &CourierError) -> &'static str {
    match error {
        CourierError::Malformed(_) | CourierError::Frame | CourierError::Mixed => w.fail_courier,
        CourierError::TooMuch { .. } => w.fail_courier_large,
        CourierError::Mission { .. } => w.fail_courier_other,
    }
}

fn not_here(w: &Words, what: &NotHere) -> String {
    match what {
        NotHere::Report { report } => w.fail_no_report(report.to_string()),
        NotHere::Desk { device } => w.fail_no_desk(device.to_string()),
        NotHere::Device { device } => w.fail_no_device(device.to_string()),
        NotHere::PhoneOfTeams => w.fail_no_phones.to_owned(),
        NotHere::Holder { device } => w.fail_no_holder(device.to_string()),
        NotHere::Person { code } => w.fail_no_person(code.clone()),
        NotHere::Invite { code } => w.fail_no_invite(code.clone()),
        NotHere::Team { visit } => w.fail_no_team(visit.clone()),
        NotHere::Envelope { device, seq } => w.fail_no_envelope(device.to_string(), seq.to_string()),
        NotHere::Checklist { checklist } => w.fail_no_checklist(checklist.clone()),
        NotHere::Question { question } => w.fail_no_question(question.clone()),
        NotHere::Text { question } => w.fail_no_text(question.clone()),
        NotHere::Code { code } => w.fail_no_code(code.clone()),
        NotHere::Place { place } => w.fail_no_place(place.clone()),
        NotHere::PaperForm => w.fail_no_paper.to_owned(),
        NotHere::Table { table } => w.fail_no_table(table.clone()),
    }
}

fn empty(w: &Words, what: RequiredText) -> &'static str {
    match what {
        RequiredText::Reason => w.fail_no_reason,
        RequiredText::Source => w.fail_no_source,
        RequiredText::Note => w.fail_no_note,
        RequiredText::Letter => w.fail_no_letter,
        RequiredText::Questions => w.ask_what,
    }
}

fn answer(w: &Words, fault: &AnswerFault) -> String {
    let about = |question: &String, what: &str| w.fail_about(question.clone(), what.to_owned());
    match fault {
        AnswerFault::TakesNoAnswer { question } => about(question, w.fail_group),
        AnswerFault::NoRepeat { question } => about(question, w.fail_no_repeat),
        AnswerFault::RowMissing { question, wanted } => about(question, &w.fail_row_missing(*wanted)),
        AnswerFault::OtherRows { question, wanted, given } => about(question, &w.fail_other_rows(*wanted, *given)),
        AnswerFault::NoSuchRow { question, row } => about(question, &w.fail_no_row(row.clone())),
        AnswerFault::FileStays { question } => about(question, w.fail_file_stays),
        AnswerFault::NotAnAnswer { question, expected, choices } if choices.is_empty() => {
            about(question, wrong(w, *expected))
        }
        AnswerFault::NotAnAnswer { question, expected, choices } => {
            about(question, &format!("{} {}", wrong(w, *expected), w.fail_choices(choices.join(", "))))
        }
        AnswerFault::SeveralChoices { question, label, choices } => {
            about(question, &w.fail_label(label.clone(), choices.join(", ")))
        }
        AnswerFault::Unfit(error) => unfit(w, error),
        AnswerFault::Impossible(doubt) => doubted(w, doubt),
        AnswerFault::Unanswered { question } => about(question, w.fail_unanswered),
        AnswerFault::Unconfirmed { doubts } => {
            let doubts: Vec<String> = doubts.iter().map(|d| doubted(w, d)).collect();
            format!("{}. {}", doubts.join("; "), w.fail_look_again)
        }
    }
}

fn unfit(w: &Words, error: &FillError) -> String {
    let about = |name: &String, what: &str| w.fail_about(name.clone(), what.to_owned());
    match error {
        FillError::NoSuchKey => w.fail_row_gone.to_owned(),
        FillError::Hidden { name } => about(name, w.fail_hidden),
        FillError::ReadOnly { name } => about(name, w.fail_fixed),
        FillError::WrongKind { name, expected } => about(name, wrong(w, *expected)),
        FillError::NotOffered { name } => about(name, w.fail_not_offered),
        FillError::Exclusive { name, choice } => about(name, &w.fail_exclusive(choice.clone())),
        FillError::NoSuchMissing { name } => about(name, w.fail_no_missing),
        FillError::TooLong { name, limit } => about(name, &w.fail_too_long(*limit)),
        FillError::TooManyRows { name, .. } => about(name, w.too_many_rows),
    }
}

/// Why a report is none of its checklist.
pub(crate) fn misfit(w: &Words, why: &Misfit) -> String {
    match why {
        Misfit::NoChecklist => w.misfit_checklist.to_owned(),
        Misfit::NoPlace => w.misfit_place.to_owned(),
        Misfit::NoLanguage => w.misfit_language.to_owned(),
        Misfit::NoOutcome => w.misfit_outcome.to_owned(),
        Misfit::OtherAnswers => w.misfit_answers.to_owned(),
        Misfit::Report(e) => w.misfit_bytes(e.to_string()),
        Misfit::Answers(e) => w.misfit_bytes(e.to_string()),
    }
}

/// What the checklist says of an answer: its author's words, or what sort it is.
fn doubted(w: &Words, doubt: &AnswerDoubt) -> String {
    let sort = issue(w, doubt.issue);
    let what = if doubt.text.is_empty() { sort } else { &doubt.text };
    w.fail_about(doubt.question.clone(), what.to_owned())
}

/// What sort of thing the checklist says of an answer.
pub(crate) fn issue(w: &Words, issue: Issue) -> &'static str {
    match issue {
        Issue::Unanswered => w.to_be_answered,
        Issue::Warning => w.unlikely,
        Issue::Error => w.impossible,
        Issue::NotOffered => w.not_offered,
        Issue::TooManyRows => w.too_many_rows,
        Issue::Unfit => w.computed_unfit,
    }
}

fn wrong(w: &Words, expected: Expected) -> &'static str {
    match expected {
        Expected::Choice => w.wrong_choice,
        Expected::Choices | Expected::EachChoiceOnce => w.wrong_choices,
        Expected::Integer | Expected::Numeral(NumeralError::Integer | NumeralError::LongInteger) => w.wrong_integer,
        Expected::Decimal | Expected::Numeral(NumeralError::Decimal | NumeralError::LongDecimal) => w.wrong_number,
        Expected::Numeral(NumeralError::Ambiguous) => w.wrong_ambiguous,
        Expected::Step | Expected::PositiveStep => w.wrong_step,
        Expected::Date => w.wrong_date,
        Expected::Time => w.wrong_time,
        Expected::Moment | Expected::Local(LocalError::NoMoment) => w.wrong_moment,
        Expected::Local(LocalError::Skipped) => w.wrong_skipped,
        Expected::Local(LocalError::Twice(..)) => w.wrong_twice,
        Expected::Position | Expected::Numeral(NumeralError::Position) => w.wrong_position,
        Expected::File => w.wrong_file,
        Expected::Acknowledgement => w.wrong_ok,
        Expected::Text => w.wrong_text,
        Expected::Possible | Expected::Computed => w.wrong_possible,
        Expected::Nothing => w.wrong_nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::misfit;
    use crate::words::all;
    use baqylau_desk::adjudication::status::Misfit;
    use baqylau_report::AnswerError;
    use std::collections::BTreeSet;

    #[test]
    fn why_a_report_is_none_of_its_checklist_is_said_differently_in_every_language() {
        let bytes = Misfit::Answers(AnswerError::NoQuestion { node: 7 });
        let reasons =
            [Misfit::NoChecklist, Misfit::NoPlace, Misfit::NoLanguage, Misfit::NoOutcome, Misfit::OtherAnswers, bytes];
        let said: BTreeSet<String> = all().iter().flat_map(|w| reasons.iter().map(|why| misfit(w, why))).collect();
        assert_eq!(said.len(), reasons.len() * all().len(), "{said:#?}");
    }
}
