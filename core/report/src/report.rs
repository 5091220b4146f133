//! The report: the payload of the inner signature.

use crate::answers::AnswerError;
use baqylau_forms::value::{Moment, Point};
use baqylau_protocol::cbor::{self, Malformed};
use baqylau_protocol::ids::{Hash, ReportId};
use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Decoder, Encode};

/// A finished draft. Immutable from the moment it is signed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Report {
    /// [`baqylau_protocol::VERSION`].
    #[n(0)]
    pub v: u8,
    /// Its name, for people and for amendments.
    #[n(1)]
    pub id: ReportId,
    /// The hash of the checklist's definition.
    #[n(2)]
    pub checklist: Hash,
    /// The hash of the manifest it was filled in under.
    #[n(3)]
    pub bundle: Hash,
    /// The visit it is about.
    #[n(4)]
    pub visit: Visit,
    /// When it was signed.
    #[n(5)]
    pub clock: ClockReading,
    /// The answers: [`crate::AnswerTree`] in CBOR.
    #[n(6)]
    pub answers: ByteVec,
    /// The answer log: question, seconds since the line before, and so on.
    #[n(7)]
    pub log: Vec<u32>,
    /// Notes and confirmations.
    #[n(8)]
    pub remarks: Option<Vec<Remark>>,
    /// Why it was signed although something required is missing.
    #[n(9)]
    pub incomplete: Option<String>,
    /// The envelope that this one supersedes.
    #[n(10)]
    pub supersedes: Option<Hash>,
    /// An exercise, which counts nowhere.
    #[n(11)]
    pub test: Option<bool>,
    /// Attachments.
    #[n(12)]
    pub attachments: Option<Vec<Attachment>>,
    /// The code of the language it was filled in, when it is not the checklist's first: what it computed may be in it.
    #[n(13)]
    pub language: Option<String>,
    /// Why it supersedes what it supersedes.
    #[n(14)]
    pub why: Option<String>,
    /// Answers that were given under another version of the checklist and have no place in this one.
    #[n(15)]
    pub left: Option<Vec<UnmappedAnswer>>,
    /// A call for help. What the observer writes makes none.
    #[n(16)]
    pub alarm: Option<bool>,
}

/// What a visit tells. One team at one place from arrival to departure.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Visit {
    /// The readable code, as `T047-05`: the same code and checklist from any device is one observation.
    #[n(0)]
    pub code: String,
    /// The code of the place.
    #[n(1)]
    pub place: Option<String>,
    /// The place in the observer's words, where it is not in the list.
    #[n(2)]
    pub unlisted: Option<String>,
    /// When the team arrived.
    #[n(3)]
    pub arrived: Option<RecordedMoment>,
    /// When it left.
    #[n(4)]
    pub departed: Option<RecordedMoment>,
    /// [`baqylau_forms::fill::Outcome`] by position.
    #[n(5)]
    pub outcome: u8,
    /// `phone`, `paper` or `call`.
    #[n(6)]
    pub mode: String,
    /// Where the phone was.
    #[n(7)]
    pub position: Option<RecordedPosition>,
}

/// A moment: milliseconds since 1970, minutes east of UTC.
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

/// A position, in the units of [`Point`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct RecordedPosition {
    /// Latitude in 1e-7 degree.
    #[n(0)]
    pub latitude: i32,
    /// Longitude in 1e-7 degree.
    #[n(1)]
    pub longitude: i32,
    /// Accuracy in centimetres.
    #[n(2)]
    pub accuracy: u32,
    /// Set by a program, not measured.
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

/// What the phone's clocks said when the report was signed. Signing times prove nothing; together with receipts they correct a
/// wrong clock.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct ClockReading {
    /// The wall clock.
    #[n(0)]
    pub wall: RecordedMoment,
    /// Milliseconds since the phone was started, sleep included.
    #[n(1)]
    pub boot_ms: i64,
    /// Changes with every start.
    #[n(2)]
    pub boot_id: ByteArray<8>,
    /// The largest tree head the phone had seen: size and root.
    #[n(3)]
    pub seen: Option<(u64, Hash)>,
    /// When filling began.
    #[n(4)]
    pub started: i64,
}

/// A note to a question, or the reason given when a warning was confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Remark {
    /// The question.
    #[n(0)]
    pub node: u32,
    /// The positions of the rows it is in, outermost first.
    #[n(1)]
    pub rows: Vec<u32>,
    /// Whether it confirms a warning.
    #[n(2)]
    pub confirms: bool,
    /// The words.
    #[n(3)]
    pub text: String,
}

/// An answer without a place in the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct UnmappedAnswer {
    /// The question's name in the version that was filled.
    #[n(0)]
    pub name: String,
    /// The positions of the rows it was in, outermost first.
    #[n(1)]
    pub rows: Vec<u32>,
    /// What stood there.
    #[n(2)]
    pub text: String,
}

/// A file that belongs to an answer.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Attachment {
    /// The name that the answer holds.
    #[n(0)]
    pub name: String,
    /// SHA-256 of the encrypted bytes.
    #[n(1)]
    pub hash: Hash,
    /// The key they are encrypted with.
    #[n(2)]
    pub key: ByteArray<32>,
    /// Length before encryption.
    #[n(3)]
    pub size: u64,
    /// Media type.
    #[n(4)]
    pub media: String,
}

/// Why a payload is no report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// Malformed, or of a later version.
    #[error("the report is refused: {0}")]
    Malformed(#[from] Malformed),
    /// A key that this version does not know and may not ignore.
    #[error("the report has the unknown key {key}; update this program")]
    UnknownKey {
        /// The key.
        key: i64,
    },
    /// The answers are none.
    #[error("the report is refused: {0}")]
    Answers(#[from] AnswerError),
}

/// The largest key of a report that this version knows.
const LAST_KEY: i64 = 16;

impl Report {
    /// Its bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Reads one. Unknown negative keys are of later versions and ignored; anything else that is unknown, however deep, is refused.
    ///
    /// # Errors
    /// It is no report.
    pub fn decode(bytes: &[u8]) -> Result<Self, ReportError> {
        let report: Self = cbor::decode_open(bytes, "report")?;
        let shape = |detail: String| Malformed::Shape { what: "report", detail };
        let (keys, known) = known_pairs(bytes).map_err(|e| shape(e.to_string()))?;
        if let Some(key) = keys.into_iter().find(|key| *key > LAST_KEY) {
            return Err(ReportError::UnknownKey { key });
        }
        if report.encode() != known {
            return Err(shape("a key or value inside that this version does not know".into()).into());
        }
        Ok(report)
    }

    /// Reads one again that [`Report::decode`] took before, where nothing could touch it since: only its shape is looked at.
    ///
    /// # Errors
    /// It is no report.
    pub fn decode_again(bytes: &[u8]) -> Result<Self, ReportError> {
        let read = minicbor::decode(bytes);
        Ok(read.map_err(|e| Malformed::Shape { what: "report", detail: e.to_string() })?)
    }
}

/// The keys of a map, and the map without its negative ones.
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
