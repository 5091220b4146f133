//! What an error of the desk says in detail: what is not there, what is wrong with an answer, with the log, and with the server.
//! `Display` is for terminals; the page has words of its own.

mod entry;
mod log;
mod server;
mod suspicion;

use baqylau_forms::fill::{Expected, FillError, Issue};
use baqylau_forms::form::MAX_ROWS;
use baqylau_protocol::ids::{DeviceId, Hash};
use std::fmt;

pub use baqylau_http::{CallError, HttpError};
pub use baqylau_protocol::courier::CourierError;
pub use baqylau_sqlite::StorageError;
pub use entry::{EntryDifference, EntryFault};
pub use log::{Contradiction, LogFault, Unproven, Unverifiable};
pub use server::{ServerFault, ServerRefusal};
pub use suspicion::{SuspectedOf, Suspicion};

/// Named by a coordinator or a file, and not at this desk. Each variant has a code of its own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
pub enum NotHere {
    /// A report.
    #[error("report {report}: none was pulled; pull first")]
    #[strum(serialize = "no-such-report")]
    Report {
        /// The hash of an envelope, as it was given.
        report: Hash,
    },
    /// A device.
    #[error("device {device}: none enrolled; pull first")]
    #[strum(serialize = "no-such-device")]
    Device {
        /// As it was given; it may belong to another mission.
        device: DeviceId,
    },
    /// A desk in use that the root lists, and that is another one.
    #[error("desk {device}: the bundle lists no other desk in use of this name; see `baqylau desk devices`")]
    #[strum(serialize = "no-such-desk")]
    Desk {
        /// As it was given.
        device: DeviceId,
    },
    /// A phone of the teams that were named.
    #[error("teams: no phone of these enrolled; pull first")]
    #[strum(serialize = "no-phone-of-teams")]
    PhoneOfTeams,
    /// The person who has a device.
    #[error("device {device}: the register does not know whose it is; pull first, or invite the person anew")]
    #[strum(serialize = "no-such-holder")]
    Holder {
        /// The device.
        device: DeviceId,
    },
    /// A person of the register.
    #[error("person {code}: the register has nobody with this code; compare people.csv")]
    #[strum(serialize = "no-such-person")]
    Person {
        /// The code.
        code: String,
    },
    /// An invite that nobody has used.
    #[error("person {code}: no invite of theirs is kept here that is good still; make a new one, without `--again`")]
    #[strum(serialize = "no-such-invite")]
    Invite {
        /// The code of the person.
        code: String,
    },
    /// A team, which a visit's code begins with.
    #[error("visit {visit}: it begins with no team of people.csv; a visit's code is as T047-05")]
    #[strum(serialize = "no-such-team")]
    Team {
        /// The visit's code.
        visit: String,
    },
    /// An envelope of a device.
    #[error("device {device}: it has no envelope {seq}; pull first")]
    #[strum(serialize = "no-such-envelope")]
    Envelope {
        /// The device.
        device: DeviceId,
        /// The number in its chain.
        seq: u64,
    },
    /// A checklist.
    #[error("checklist {checklist}: the mission has no such checklist; name one of its bundle")]
    #[strum(serialize = "no-such-checklist")]
    Checklist {
        /// As it was given.
        checklist: String,
    },
    /// A question or a repeat.
    #[error("question {question}: the checklist has no question of this name")]
    #[strum(serialize = "no-such-question")]
    Question {
        /// As it was given.
        question: String,
    },
    /// A text as the answer to a question.
    #[error("{question}: there is no text in this report")]
    #[strum(serialize = "no-such-text")]
    Text {
        /// The question's name.
        question: String,
    },
    /// A code of the codebook.
    #[error("code {code:?}: it is not in codebook.csv; add it there, or take another")]
    #[strum(serialize = "no-such-code")]
    Code {
        /// The code.
        code: String,
    },
    /// A place.
    #[error("place: {place:?} is no place of this mission; places.csv has their codes")]
    #[strum(serialize = "no-such-place")]
    Place {
        /// A code, or words.
        place: String,
    },
    /// A paper form under way.
    #[error("paper form: it was signed or thrown away")]
    #[strum(serialize = "no-such-paper-form")]
    PaperForm,
    /// A table that can be exported.
    #[error("table {table:?}: there is no such table; list them again")]
    #[strum(serialize = "no-such-table")]
    Table {
        /// As it was given; [`crate::export::export_tables`] has those that there are.
        table: String,
    },
}

/// A text that must be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray)]
pub enum RequiredText {
    /// Why something is signed.
    Reason,
    /// Where a correction is from.
    Source,
    /// The question in words, which a letter needs.
    Note,
    /// The words of a letter.
    Letter,
    /// The questions that the observer is asked about.
    Questions,
}

impl fmt::Display for RequiredText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reason => "reason",
            Self::Source => "source",
            Self::Note => "note",
            Self::Letter => "text of the letter",
            Self::Questions => "names of the questions",
        })
    }
}

/// A place that words match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceCandidate {
    /// In the language that was asked for.
    pub name: String,
    /// As `places.csv` has it.
    pub code: String,
}

impl fmt::Display for PlaceCandidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.code)
    }
}

/// A rule of the checklist that an answer breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerDoubt {
    /// The question's name.
    pub question: String,
    /// Whether it prevents signing, and what is to be said where the author has no words.
    pub issue: Issue,
    /// The author's words; empty where there are none.
    pub text: String,
}

impl fmt::Display for AnswerDoubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.question, issue_words(self.issue, &self.text))
    }
}

/// The author's words for a problem, or what sort it is.
fn issue_words(issue: Issue, text: &str) -> String {
    match (text.is_empty(), issue) {
        (false, _) => text.to_owned(),
        (true, Issue::Error) => "the checklist takes no such answer".into(),
        (true, Issue::Warning) => "the checklist calls this answer unlikely".into(),
        (true, Issue::NotOffered) => "the choice is not offered any more".into(),
        (true, Issue::Unanswered) => "it must be answered".into(),
        (true, Issue::Unfit) => "what was computed is no value of this question".into(),
        (true, Issue::TooManyRows) => format!("at most {MAX_ROWS} rows"),
    }
}

/// Why an answer that a coordinator gives is not taken. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum AnswerFault {
    /// A group or a repeat.
    #[error("{question}: it has no answer of its own; name a question within it, and its row where it is a repeat")]
    TakesNoAnswer {
        /// As it was given.
        question: String,
    },
    /// A row was named of a question that is in no repeat.
    #[error("{question}: it is in no repeat; leave the rows out")]
    NoRepeat {
        /// The question's name.
        question: String,
    },
    /// The row of a question in a repeat was not named.
    #[error("{question}: it stands in a row of a repeat; say in which ({})", numbers(*wanted))]
    RowMissing {
        /// The question's name.
        question: String,
        /// How many numbers name a row of it.
        wanted: usize,
    },
    /// A row was named with too many or too few numbers.
    #[error("{question}: it needs {}, outermost first; given: {given}", numbers(*wanted))]
    OtherRows {
        /// The question's name.
        question: String,
        /// How many numbers name a row of it.
        wanted: usize,
        /// How many were given.
        given: usize,
    },
    /// The report has no such row.
    #[error("{question}: the report has no such row ({row})")]
    NoSuchRow {
        /// The question's name.
        question: String,
        /// The row's numbers from 1, with points between them.
        row: String,
    },
    /// A file cannot be corrected.
    #[error("{question}: a file cannot be put in the place of the observer's")]
    FileStays {
        /// The question's name.
        question: String,
    },
    /// The text is no answer to the question.
    #[error("{question}: expected {expected}{}", offered(choices))]
    NotAnAnswer {
        /// The question's name.
        question: String,
        /// In the notation of answer files.
        expected: Expected,
        /// The names of its choices, where they are few.
        choices: Vec<String>,
    },
    /// Several choices have the label that was given.
    #[error("{question}: the label {label:?} is that of several choices; give the name of one: {}", choices.join(", "))]
    SeveralChoices {
        /// The question's name.
        question: String,
        /// The label.
        label: String,
        /// The names of the choices.
        choices: Vec<String>,
    },
    /// The checklist takes no such answer.
    #[error(transparent)]
    Unfit(#[from] FillError),
    /// An answer is impossible.
    #[error("{0}")]
    Impossible(AnswerDoubt),
    /// A required question has no answer, and no reason was given.
    #[error("{question} is not answered; say why the form is incomplete")]
    Unanswered {
        /// The question's name or number.
        question: String,
    },
    /// Answers are unlikely, and were not confirmed.
    #[error("{}. Look at it again, and confirm it if it is so", doubts.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Unconfirmed {
        /// All of them.
        doubts: Vec<AnswerDoubt>,
    },
}

fn numbers(wanted: usize) -> String {
    if wanted == 1 { "one row number".into() } else { format!("{wanted} row numbers") }
}

fn offered(choices: &[String]) -> String {
    if choices.is_empty() { String::new() } else { format!(" ({})", choices.join(", ")) }
}
