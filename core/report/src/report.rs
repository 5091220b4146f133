//! The report: payload of type 65001, under the device's inner signature.

use crate::answers::AnswerError;
use crate::packing::ReportContent;
use baqylau_forms::Form;
use baqylau_forms::value::{Moment, Point};
use baqylau_protocol::cbor::{self, Malformed};
use baqylau_protocol::ids::{Hash, ReportId};
use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Decoder, Encode};

/// A finished draft. Immutable once signed.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Report {
    /// [`Report::VERSION`].
    #[n(0)]
    pub v: u8,
    /// Identifier that stays the same in every copy; people and amendments refer to it.
    #[n(1)]
    pub id: ReportId,
    /// SHA-256 of the checklist's definition.
    #[n(2)]
    pub checklist: Hash,
    /// SHA-256 of the manifest under which it was filled in.
    #[n(3)]
    pub bundle: Hash,
    /// Team, place and times of the visit.
    #[n(4)]
    pub visit: Visit,
    /// The phone's clocks at signing.
    #[n(5)]
    pub clock: ClockReading,
    /// Answers, answer log and remarks: [`crate::ReportContent`], packed by `checklist`.
    #[n(6)]
    pub answers: ByteVec,
    /// Reason for signing although required answers are missing; `None` if none is.
    #[n(9)]
    pub incomplete: Option<String>,
    /// Hash of the envelope that this report amends.
    #[n(10)]
    pub supersedes: Option<Hash>,
    /// A test report, which is counted nowhere.
    #[n(11)]
    pub test: Option<bool>,
    /// Files that belong to answers; `None` if there are none.
    #[n(12)]
    pub attachments: Option<Vec<Attachment>>,
    /// Code of the language in which it was filled in, unless that is the checklist's first. Calculated texts may be in
    /// it.
    #[n(13)]
    pub language: Option<String>,
    /// Reason for the amendment.
    #[n(14)]
    pub why: Option<String>,
    /// Answers given under another version of the checklist that have no question in this one.
    #[n(15)]
    pub left: Option<Vec<UnmappedAnswer>>,
    /// Marks an emergency. A report that the observer fills in never has it.
    #[n(16)]
    pub alarm: Option<bool>,
}

baqylau_forms::redacted_debug! { Report: v, id, checklist, bundle, supersedes, test, alarm }

/// One visit: a team at one place from arrival to departure.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Visit {
    /// Readable code, for example `T047-05`. The same code and checklist from any device is the same observation.
    #[n(0)]
    pub code: String,
    /// Code of the place in the bundle.
    #[n(1)]
    pub place: Option<String>,
    /// The observer's description of a place that is not in the bundle.
    #[n(2)]
    pub unlisted: Option<String>,
    /// Time of arrival.
    #[n(3)]
    pub arrived: Option<RecordedMoment>,
    /// Time of departure.
    #[n(4)]
    pub departed: Option<RecordedMoment>,
    /// Index of a [`baqylau_forms::fill::Outcome`].
    #[n(5)]
    pub outcome: u8,
    /// How it was recorded: `phone`, `paper` or `call`.
    #[n(6)]
    pub mode: String,
    /// Location of the phone, if measured.
    #[n(7)]
    pub position: Option<RecordedPosition>,
}

baqylau_forms::redacted_debug! { Visit: code, outcome, mode }

/// How a visit was recorded: what [`Visit::mode`] says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitMode {
    /// On the observer's phone.
    Phone,
    /// On paper, and typed in.
    Paper,
    /// By telephone.
    Call,
}

impl VisitMode {
    /// As reports have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Paper => "paper",
            Self::Call => "call",
        }
    }

    /// By its name; `None` for one of a later version.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        [Self::Phone, Self::Paper, Self::Call].into_iter().find(|mode| mode.name() == name)
    }
}

/// A moment with its local offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct RecordedMoment {
    /// Milliseconds since 1970.
    #[n(0)]
    pub ms: i64,
    /// Minutes east of UTC.
    #[n(1)]
    pub offset: i16,
}

impl From<Moment> for RecordedMoment {
    fn from(m: Moment) -> Self {
        Self { ms: m.ms, offset: m.offset }
    }
}

impl From<RecordedMoment> for Moment {
    fn from(a: RecordedMoment) -> Self {
        Self { ms: a.ms, offset: a.offset }
    }
}

/// A location, in the units of [`Point`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct RecordedPosition {
    /// Latitude in 1e-7 degrees, north positive.
    #[n(0)]
    pub latitude: i32,
    /// Longitude in 1e-7 degrees, east positive.
    #[n(1)]
    pub longitude: i32,
    /// Accuracy as given by the phone, in centimetres.
    #[n(2)]
    pub accuracy: u32,
    /// Whether a program supplied the location instead of a sensor.
    #[n(3)]
    pub mock: bool,
}

impl From<RecordedPosition> for Point {
    fn from(p: RecordedPosition) -> Self {
        Self { latitude: p.latitude, longitude: p.longitude, accuracy: p.accuracy, mock: p.mock }
    }
}

impl From<Point> for RecordedPosition {
    fn from(p: Point) -> Self {
        Self { latitude: p.latitude, longitude: p.longitude, accuracy: p.accuracy, mock: p.mock }
    }
}

/// The phone's clocks at signing. Signing times prove nothing; together with receipts they correct a wrong clock.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct ClockReading {
    /// Wall clock; the observer can change it.
    #[n(0)]
    pub wall: RecordedMoment,
    /// Milliseconds since the phone booted, including sleep.
    #[n(1)]
    pub boot_ms: i64,
    /// Random, new at each boot: `boot_ms` is comparable only under the same one.
    #[n(2)]
    pub boot_id: ByteArray<8>,
    /// Size and root of the largest tree head that the phone had verified.
    #[n(3)]
    pub seen: Option<(u64, Hash)>,
    /// Start of filling in, in milliseconds since 1970.
    #[n(4)]
    pub started: i64,
}

/// A note to a question, or the reason for confirming a warning.
#[derive(Clone, PartialEq, Eq)]
pub struct Remark {
    /// The question's index in the checklist.
    pub node: u32,
    /// Row numbers of the enclosing repeats, outermost first; empty outside repeats.
    pub rows: Vec<u32>,
    /// Whether it is the reason for confirming a warning.
    pub confirms: bool,
    /// Plain text as typed.
    pub text: String,
}

baqylau_forms::redacted_debug! { Remark: node, rows, confirms }

/// An answer without a question in the checklist.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct UnmappedAnswer {
    /// Name of the question in the version under which it was answered.
    #[n(0)]
    pub name: String,
    /// Row numbers of the enclosing repeats, outermost first; empty outside repeats.
    #[n(1)]
    pub rows: Vec<u32>,
    /// The answer as text.
    #[n(2)]
    pub text: String,
}

baqylau_forms::redacted_debug! { UnmappedAnswer: name, rows }

/// A file that belongs to an answer; see [`baqylau_protocol::blob`].
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct Attachment {
    /// File name, as in the answer.
    #[n(0)]
    pub name: String,
    /// SHA-256 of the encrypted bytes.
    #[n(1)]
    pub hash: Hash,
    /// Key of this file alone, 32 bytes.
    #[n(2)]
    pub key: ByteArray<32>,
    /// Bytes before padding and encryption.
    #[n(3)]
    pub size: u64,
    /// Media type, for example `image/jpeg`.
    #[n(4)]
    pub media: String,
}

baqylau_forms::redacted_debug! { Attachment: hash, size }

/// Why a payload is not a report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// Malformed, or of another version.
    #[error("the report was rejected: {0}")]
    Malformed(#[from] Malformed),
    /// A non-negative key that this version does not know, and must not ignore.
    #[error("the report has the unknown key {key}, which a later version writes; update this program")]
    UnknownKey {
        /// The first such key.
        key: i64,
    },
    /// Answers that are no CBOR of this format, or do not fit the checklist.
    #[error("the report was rejected: {0}")]
    Answers(#[from] AnswerError),
}

/// The largest key of a report in this version.
const LAST_KEY: i64 = 16;

impl Report {
    /// The version of reports that this program reads and writes. Version 1 had answers, log and remarks in CBOR.
    pub const VERSION: u8 = 2;

    /// Unpacks what it says, given its checklist.
    ///
    /// # Errors
    /// [`AnswerError`] if it is malformed, or no report on this checklist.
    pub fn content(&self, form: &Form) -> Result<ReportContent, AnswerError> {
        ReportContent::decode(form, &self.answers)
    }

    /// Encodes the payload as deterministic CBOR.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Decodes a report. Negative unknown keys are of later versions and ignored; anything else unknown, at any depth,
    /// is rejected.
    ///
    /// # Errors
    /// [`ReportError`] if it is malformed, of another version, or has unknown content.
    pub fn decode(bytes: &[u8]) -> Result<Self, ReportError> {
        let report: Self = cbor::decode_open(bytes, "report", Self::VERSION)?;
        let shape = |detail: String| Malformed::Shape { what: "report", detail };
        let (keys, known) = known_pairs(bytes).map_err(|e| shape(e.to_string()))?;
        if let Some(key) = keys.into_iter().find(|key| *key > LAST_KEY) {
            return Err(ReportError::UnknownKey { key });
        }
        if report.encode() != known {
            return Err(shape("a nested key or value that this version does not know".into()).into());
        }
        Ok(report)
    }

    /// Decodes bytes that [`Report::decode`] has already accepted and that cannot have changed since: skips all but the
    /// structural checks.
    ///
    /// # Errors
    /// [`ReportError::Malformed`] if the structure differs.
    pub fn decode_again(bytes: &[u8]) -> Result<Self, ReportError> {
        let read = minicbor::decode(bytes);
        Ok(read.map_err(|e| Malformed::Shape { what: "report", detail: e.to_string() })?)
    }
}

/// The keys of a map, and its encoding without the pairs whose key is negative.
fn known_pairs(bytes: &[u8]) -> Result<(Vec<i64>, Vec<u8>), minicbor::decode::Error> {
    let mut d = Decoder::new(bytes);
    let length = d.map()?.unwrap_or_default();
    let (mut keys, mut pairs, mut known) = (Vec::new(), Vec::new(), 0);
    for _ in 0..length {
        let start = d.position();
        let key = d.i64()?;
        keys.push(key);
        d.skip()?;
        if key >= 0 {
            known += 1;
            pairs.extend_from_slice(&bytes[start..d.position()]);
        }
    }
    let mut out = Vec::new();
    let _infallible = minicbor::Encoder::new(&mut out).map(known);
    out.extend(pairs);
    Ok((keys, out))
}
