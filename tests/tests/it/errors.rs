//! The reasons that a phone gives: `docs/errors.md` is generated from them.

use baqylau_ffi::{BaqylauError, sort_of_error};
use baqylau_forms::expr::ExprError;
use baqylau_forms::fill::{Expected, FillError};
use baqylau_observer::InvalidReason::{self, *};
use baqylau_observer::{Error, ReasonClass, RefusalReason};
use baqylau_protocol::certificate::InviteError;
use baqylau_protocol::courier::CourierError;
use baqylau_sqlite::StorageError;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use strum::VariantArray;

/// Set to write the page instead of comparing it.
const WRITE: &str = "BAQYLAU_WRITE_DOCS";

/// One of each, with placeholders in the place of names.
fn samples() -> Vec<InvalidReason> {
    let text = |name: &str| format!("‹{name}›");
    let (question, code, checklist, name) = (text("question"), text("code"), text("checklist"), text("name"));
    vec![
        Invite(InviteError::NotOne),
        InviteUnusable,
        StoreExists,
        NoStore,
        Wiped,
        MainLost,
        LockDamaged,
        PinTooShort { least: 4 },
        PinTaken,
        DuressOff,
        NoProxy,
        BiometricOff,
        EnrolmentUnsigned,
        NotEnrolled,
        NoMission,
        WorkClosed,
        NoSuchVisit { code: code.clone() },
        VisitCodeTaken { code: code.clone() },
        VisitDamaged { code: code.clone() },
        VisitForgotten,
        NoSuchPlace { code },
        PlaceNotListed,
        DepartureBeforeArrival,
        NoSuchChecklist { checklist: checklist.clone() },
        ChecklistSigned { checklist: checklist.clone() },
        OtherPlaceLevel { checklist, levels: vec![text("level")] },
        NoSuchDraft,
        DraftSigned,
        NoNewerVersion,
        NoSuchSection,
        NoSuchQuestion,
        NotAnAnswer { question: question.clone(), expected: Expected::Integer },
        Answer(FillError::Hidden { name: question.clone() }),
        Expression { faults: vec![ExprError::Expected { expected: "a value", at: 3 }] },
        Impossible { question: question.clone(), text: text("the checklist's words") },
        Unanswered { question: question.clone() },
        Unconfirmed { question: question.clone() },
        TooManyRows { question: question.clone(), most: baqylau_forms::form::MAX_ROWS },
        ReportTooLarge { found: 2_000_000, limit: 1_024_000 },
        NoSuchReport,
        Superseded { by: 7 },
        NoReason,
        NoAmendment,
        AmendedReportGone,
        OpenDrafts { count: 2 },
        NoSuchLetter,
        LetterWithoutReport,
        TakesNoFile { question: question.clone() },
        MediaNotTaken { question: question.clone(), media: text("media type"), taken: vec![text("media types")] },
        FileDamaged { question: question.clone() },
        ForeignTrack { question: question.clone(), track: text("track") },
        FileTooLarge { question, limit: baqylau_protocol::blob::MAX_BLOB },
        NoSuchAttachment { name: name.clone() },
        AttachmentDamaged { name },
        Courier(CourierError::Frame),
        AttachmentUnnamed,
    ]
}

/// What is neither: the state of the store, of the disk, or of the program.
fn others() -> Vec<BaqylauError> {
    let storage = [
        StorageError::Full,
        StorageError::ReadOnly,
        StorageError::Io(String::new()),
        StorageError::Newer { found: 2, known: 1 },
        StorageError::Damaged { path: "main.db".into() },
    ];
    let own = [Error::Locked { attempts_left: 3 }, Error::Interrupted, Error::Internal(String::new())];
    own.into_iter().chain(storage.into_iter().map(Error::Storage)).map(Into::into).collect()
}

fn class(class: ReasonClass) -> &'static str {
    match class {
        ReasonClass::Final => "final",
        ReasonClass::Retry => "retry",
        ReasonClass::Act => "act",
    }
}

fn page() -> String {
    let mut page = String::from(
        "# Errors\n\n\
         Generated from `core/observer/src/reason.rs` and `error.rs`, `desk/src/error.rs` and `faults/mod.rs` by `BAQYLAU_WRITE_DOCS=1 cargo test --package baqylau-tests errors`.\n\n\
         A code never changes its meaning. Its class says what helps: *act*, the person does what the words say; *retry*, time: it is tried\n\
         again by itself, or the same call may succeed later; *final*, it stays so. Android and iOS have words of their own for every\n\
         reason, in every language, and so has the page for the desk's; those below are a terminal's.\n\n\
         ## What does not fit in a call of the phone's core\n\n\
         Nothing was changed.\n\n| code | class | words |\n|---|---|---|\n",
    );
    for reason in samples() {
        writeln!(page, "| `{}` | {} | {reason} |", reason.code(), class(reason.class())).expect("memory");
    }
    page += "\n## Refusals of the phone's core\n\nThe words depend on who refused.\n\n| code | class |\n|---|---|\n";
    for reason in RefusalReason::VARIANTS {
        writeln!(page, "| `{}` | {} |", reason.code(), class(reason.class())).expect("memory");
    }
    page += "\n## Other errors of the phone's core\n\nIn Python all three sorts are `BaqylauError`, with `code` and `helps`.\n\n| code | class |\n|---|---|\n";
    for error in others() {
        let sort = sort_of_error(&error);
        writeln!(page, "| `{}` | {} |", sort.code, class(sort.helps.into())).expect("memory");
    }
    page += "\n## The desk\n\nIn Python they are `DeskError`, with `code` and `helps`.\n\n| code | class | words |\n|---|---|---|\n";
    for error in super::desk_errors::samples() {
        let words = error.to_string().replace('\n', " ");
        writeln!(page, "| `{}` | {} | {words} |", error.code(), class(error.class())).expect("memory");
    }
    page
}

#[test]
fn every_reason_has_one_code_and_a_sample() {
    let samples = samples();
    let codes: BTreeSet<&str> = samples.iter().map(InvalidReason::code).collect();
    let all: BTreeSet<&str> = InvalidReason::codes().iter().copied().collect();
    assert_eq!(codes, all);
    assert_eq!(samples.len(), all.len(), "one sample each");
    assert!(samples.iter().all(|r| !r.to_string().is_empty()));
}

#[test]
fn every_error_of_a_shell_has_the_code_and_the_class_that_the_core_gives() {
    for reason in samples() {
        let (code, helps) = (reason.code(), reason.class());
        let sort = sort_of_error(&Error::Invalid(reason).into());
        assert_eq!((&*sort.code, sort.helps), (code, helps.into()));
    }
    for why in RefusalReason::VARIANTS {
        let sort = sort_of_error(&Error::Refused { why: *why, reason: String::new() }.into());
        assert_eq!((&*sort.code, sort.helps), (why.code(), why.class().into()));
    }
    let codes: BTreeSet<String> = others().iter().map(|error| sort_of_error(error).code).collect();
    assert_eq!(codes.len(), others().len());
}

#[test]
fn the_page_of_errors_is_that_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors.md");
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, page()).expect("written");
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), page(), "{WRITE}=1 writes it anew");
}
