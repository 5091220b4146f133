//! The errors of the desk: one of each, which `docs/errors.md` is generated from, in every language of the page.

use baqylau_desk::DeskError::{self, *};
use baqylau_desk::faults::ServerRefusal;
use baqylau_desk::faults::{
    AnswerDoubt, AnswerFault, CallError, CourierError, HttpError, NotHere, PlaceCandidate, RequiredText, StorageError,
};
use baqylau_desk::faults::{LogFault, ServerFault, Unproven, Unverifiable};
use baqylau_desk::files::FileFault;
use baqylau_forms::fill::{Expected, FillError, Issue};
use baqylau_page::failure_in_words;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Error, ErrorKind};
use strum::VariantArray;

fn text(name: &str) -> String {
    format!("‹{name}›")
}

fn not_here() -> Vec<NotHere> {
    let (report, device) = (Hash([7; 32]), DeviceId([7; 16]));
    vec![
        NotHere::Report { report },
        NotHere::Device { device },
        NotHere::Desk { device },
        NotHere::PhoneOfTeams,
        NotHere::Holder { device },
        NotHere::Person { code: text("code") },
        NotHere::Invite { code: text("code") },
        NotHere::Team { visit: text("visit") },
        NotHere::Envelope { device, seq: 7 },
        NotHere::Checklist { checklist: text("checklist") },
        NotHere::Question { question: text("question") },
        NotHere::Text { question: text("question") },
        NotHere::Code { code: text("code") },
        NotHere::Place { place: text("place") },
        NotHere::PaperForm,
        NotHere::Table { table: text("table") },
    ]
}

fn answers() -> Vec<AnswerFault> {
    let question = text("question");
    let doubt = AnswerDoubt { question: question.clone(), issue: Issue::Warning, text: text("the checklist's words") };
    vec![
        AnswerFault::TakesNoAnswer { question: question.clone() },
        AnswerFault::NoRepeat { question: question.clone() },
        AnswerFault::RowMissing { question: question.clone(), wanted: 1 },
        AnswerFault::OtherRows { question: question.clone(), wanted: 1, given: 2 },
        AnswerFault::NoSuchRow { question: question.clone(), row: text("row") },
        AnswerFault::FileStays { question: question.clone() },
        AnswerFault::NotAnAnswer {
            question: question.clone(),
            expected: Expected::Choice,
            choices: vec![text("choice")],
        },
        AnswerFault::SeveralChoices { question: question.clone(), label: text("label"), choices: vec![text("choice")] },
        AnswerFault::Unfit(FillError::Hidden { name: question.clone() }),
        AnswerFault::Impossible(doubt.clone()),
        AnswerFault::Unanswered { question },
        AnswerFault::Unconfirmed { doubts: vec![doubt] },
    ]
}

/// One of each code, with placeholders in the place of names.
pub fn samples() -> Vec<DeskError> {
    let (server, question, device) = (text("server"), text("question"), DeviceId([7; 16]));
    let own = vec![
        File { path: text("path").into(), why: FileFault::Damaged { detail: text("detail") } },
        Source { faults: vec![text("faults")] },
        Passphrase { path: text("path").into() },
        PassphraseTooShort { least: 8 },
        Storage(StorageError::Damaged { path: text("path").into() }),
        Server { server: server.clone(), why: ServerFault::Nonsense },
        Unreachable { server: server.clone(), why: CallError::Silent },
        Conflict { server: server.clone(), reason: "it has another".into() },
        Stranger { server: server.clone(), answer: text("answer") },
        NoServer,
        BadAddress { server: server.clone() },
        BadProxy { address: text("address") },
        Client(HttpError::Root(text("detail"))),
        System(std::io::Error::other(text("detail"))),
        Tables { folder: text("folder").into(), files: vec![text("files")] },
        DeskTooOld { found: 3, known: 2 },
        NoBundle,
        Shrunk { signed: 3, pulled: 7 },
        Locked { server: server.clone() },
        Unpublished { server: server.clone() },
        Missing,
        Refused { server, why: ServerRefusal::Malformed },
        Log(LogFault::Bundle),
        AttachmentTooLarge { limit: baqylau_protocol::blob::MAX_BLOB },
        AttachmentDamaged,
        Courier(CourierError::Mixed),
        EmptyText { what: RequiredText::Reason },
        Unchanged { question: question.clone(), answer: text("answer") },
        Internal { question },
        Revoked { device },
        IsDesk { device },
        KnownReceiptKey,
        BundleWaits { path: "waiting.cbor".into(), version: 4, signed: 1, needed: 2 },
        WaitingBundleOld { path: "waiting.cbor".into(), version: 4, known: 5 },
        Unlisted,
        Reader,
        VisitCode { longest: 40 },
        SeveralPlaces {
            words: text("words"),
            candidates: vec![PlaceCandidate { name: text("place"), code: text("code") }],
        },
        NotATime { text: text("text") },
        UnknownDecision { decision: text("decision") },
        NotAHash { text: text("text") },
        ReportUnfit { report: Hash([7; 32]), detail: text("detail") },
        PaperDamaged,
        DeskError::making(text("name"), text("detail")),
    ];
    own.into_iter().chain(not_here().into_iter().map(Into::into)).chain(answers().into_iter().map(Into::into)).collect()
}

fn files() -> Vec<FileFault> {
    let kinds = [
        ErrorKind::NotFound,
        ErrorKind::PermissionDenied,
        ErrorKind::StorageFull,
        ErrorKind::ReadOnlyFilesystem,
        ErrorKind::AlreadyExists,
        ErrorKind::IsADirectory,
        ErrorKind::NotADirectory,
        ErrorKind::InvalidData,
    ];
    let own = [
        FileFault::Io(Error::other(text("detail"))),
        FileFault::Encrypting,
        FileFault::MissionHere,
        FileFault::NoMission(ErrorKind::NotFound.into()),
        FileFault::NoRoot,
        FileFault::NoStore,
        FileFault::NoStoreButOther { empty: true },
        FileFault::NoStoreButOther { empty: false },
        FileFault::Lost,
        FileFault::Attachment(ErrorKind::InvalidData.into()),
        FileFault::NotEmpty,
        FileFault::Exporting,
        FileFault::ExportChanged,
        FileFault::ExportForeign,
        FileFault::ExportLine { line: text("line") },
    ];
    kinds.into_iter().map(|kind| FileFault::Io(kind.into())).chain(own).collect()
}

fn log_faults() -> Vec<LogFault> {
    let report = Hash([7; 32]);
    let own = [
        LogFault::Root { signed: 7, suspects: Vec::new() },
        LogFault::Vouched { size: 7 },
        LogFault::Withheld { signed: 7, here: 3 },
        LogFault::Head,
        LogFault::Part { part: report },
        LogFault::AttachmentProof,
    ];
    let unproven = [
        Unproven::NotHere,
        Unproven::NotEnrolled,
        Unproven::Certificate,
        Unproven::OtherBytes,
        Unproven::NoPrevious,
        Unproven::NoHead,
        Unproven::NotInLog,
    ];
    let unverifiable = Unverifiable::VARIANTS.iter().copied();
    let suspect = |why| LogFault::Root { signed: 7, suspects: vec![(3, why)] };
    let unproven = unproven.into_iter().chain(unverifiable.clone().map(Unproven::Unverifiable));
    let unproven = unproven.map(|why| LogFault::Unproven { report, why });
    own.into_iter().chain(unproven).chain(unverifiable.map(suspect)).collect()
}

fn server_faults() -> Vec<ServerFault> {
    vec![
        ServerFault::TooLong { limit: 7 },
        ServerFault::Status { status: 500, words: "what no reader may understand".into() },
        ServerFault::Receipt { object: Hash([7; 32]) },
    ]
}

/// What differs within one code.
fn further() -> Vec<DeskError> {
    let (server, name) = (|| text("server"), || text("question"));
    let storage = [
        StorageError::Full,
        StorageError::ReadOnly,
        StorageError::Newer { found: 9, known: 3 },
        StorageError::Io(text("detail")),
    ];
    let calls = [CallError::Foreign, CallError::Unreachable, CallError::Plain];
    let couriers = [
        CourierError::Frame,
        CourierError::TooMuch { found: 9, what: "objects", limit: 3 },
        CourierError::Mission { found: MissionId([7; 16]) },
    ];
    let fills = [
        FillError::NoSuchKey,
        FillError::ReadOnly { name: name() },
        FillError::WrongKind { name: name(), expected: Expected::Integer },
        FillError::NotOffered { name: name() },
        FillError::Exclusive { name: name(), choice: text("choice") },
        FillError::NoSuchMissing { name: name() },
        FillError::TooLong { name: name(), limit: 200 },
        FillError::TooManyRows { name: name(), limit: 5000 },
    ];
    let expected = [
        Expected::Choices,
        Expected::Decimal,
        Expected::Step,
        Expected::Date,
        Expected::Time,
        Expected::Moment,
        Expected::Position,
        Expected::File,
        Expected::Acknowledgement,
        Expected::Text,
        Expected::Possible,
        Expected::Nothing,
        Expected::Numeral(baqylau_forms::numeral::NumeralError::Ambiguous),
        Expected::Local(baqylau_forms::zone::LocalError::Skipped),
    ];
    let answer = |expected| AnswerFault::NotAnAnswer { question: name(), expected, choices: Vec::new() };
    let mut all: Vec<DeskError> = storage.into_iter().map(Storage).collect();
    all.extend(calls.into_iter().map(|why| Unreachable { server: server(), why }));
    all.extend(couriers.into_iter().map(Courier));
    all.extend(files().into_iter().map(|why| File { path: text("path").into(), why }));
    all.extend(log_faults().into_iter().map(Log));
    all.extend(server_faults().into_iter().map(|why| Server { server: server(), why }));
    all.extend(RequiredText::VARIANTS.iter().map(|what| EmptyText { what: *what }));
    all.extend(fills.into_iter().map(|e| DeskError::from(AnswerFault::Unfit(e))));
    all.extend(expected.into_iter().map(|e| DeskError::from(answer(e))));
    all
}

#[test]
fn every_error_of_the_desk_has_one_code_and_a_sample() {
    let samples = samples();
    let codes: Vec<&str> = samples.iter().map(DeskError::code).collect();
    let each: BTreeSet<&str> = codes.iter().copied().collect();
    assert_eq!(each, DeskError::codes().into_iter().collect());
    assert_eq!(codes.len(), each.len(), "no code has two meanings");
}

/// The names that words carry.
fn named(words: &str) -> BTreeSet<String> {
    words.split('‹').skip(1).filter_map(|rest| Some(rest.split_once('›')?.0.to_owned())).collect()
}

#[test]
fn every_error_of_the_desk_is_said_in_every_language_with_all_that_it_names() {
    for error in samples().into_iter().chain(further()) {
        let mut said: BTreeMap<String, &str> = BTreeMap::new();
        for language in ["en", "fr", "ru", "kk", "ar"] {
            let words = failure_in_words(language, &error);
            assert!(words.contains(' ') && !words.contains("fail_") && !words.contains('$'), "{language}: {words}");
            assert_eq!(named(&words), named(&error.to_string()), "{language}, {}: {words}", error.code());
            assert!(language == "en" || !words.contains("what no reader"), "{language}: {words}");
            // Only what a checklist's author wrote is the same in all.
            let own = matches!(&error, Answer(AnswerFault::Impossible(_)));
            let other = said.insert(words, language);
            assert!(own || other.is_none(), "{}: {language} says what {other:?} says", error.code());
        }
    }
}
