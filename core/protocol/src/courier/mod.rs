//! Courier files: what is carried by hand where there is no network, as a file or as frames from a screen to a camera.
//! A file carries objects for the log, receipts on their way back, and a bundle. Its contents are encrypted or signed,
//! so the carrier need not be trusted.

mod reader;
mod writer;

pub use reader::{CourierList, CourierReadError, CourierReader};
pub use writer::CourierWriter;

use crate::bundle::{MAX_NAMED, MAX_PARTS};
use crate::cbor::Malformed;
use crate::ids::{Hash, MissionId};
use crate::notice::ProvedRow;
use crate::permit::UploadToken;
use crate::receipt::Receipt;
use data_encoding::BASE64URL_NOPAD;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Decoder, Encode};
use std::collections::BTreeMap;

/// Most bytes in a courier file (64 MiB).
pub const MAX_FILE: usize = 64 << 20;
/// Most objects in a courier file; the same limit holds for receipts and for proofs.
pub const MAX_OBJECTS: usize = 50_000;
/// Most pairs of contradicting heads in a courier file.
pub const MAX_CONTRADICTIONS: usize = 64;
/// Most rows of read notices in a courier file.
pub const MAX_CARRIED_ROWS: usize = 20_000;
/// Most letters in a courier file.
pub const MAX_CARRIED_LETTERS: usize = 10_000;
/// Bytes of the file per frame: as many as a camera reliably reads from a phone's screen.
pub const FRAME_BYTES: usize = 600;

/// Content of a courier file.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CourierFile {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The only mission for which the file is accepted.
    #[n(1)]
    pub mission: MissionId,
    /// Enrolments and envelopes, in the order in which the server is to store them.
    #[n(2)]
    pub objects: Vec<ByteVec>,
    /// Object hash and receipt, for objects that were carried earlier.
    #[n(3)]
    pub receipts: Vec<(Hash, Receipt)>,
    /// A signed manifest and its packed parts.
    #[n(4)]
    pub bundle: Option<(ByteVec, Vec<ByteVec>)>,
    /// Attachment hash and signed [`crate::receipt::AttachmentProof`], for attachments that were carried earlier.
    #[n(5)]
    pub kept: Option<Vec<(Hash, ByteVec)>>,
    /// Signed [`crate::permit::UploadPermit`] and one of its tokens, for attachments that travel beside the file.
    #[n(6)]
    pub permits: Option<Vec<(ByteVec, UploadToken)>>,
    /// Pairs of signed tree heads that cannot be of one log; at most [`MAX_CONTRADICTIONS`].
    #[n(7)]
    pub contradictions: Option<Vec<(ByteVec, ByteVec)>>,
    /// What desks have read of phones, row by row; at most [`MAX_CARRIED_ROWS`].
    #[n(8)]
    pub rows: Option<Vec<ProvedRow>>,
    /// Signed enrolments of the desks that signed for the rows, or wrote the letters.
    #[n(9)]
    pub desks: Option<Vec<ByteVec>>,
    /// Letters to phones, each with what proves that the log has it; at most [`MAX_CARRIED_LETTERS`].
    #[n(10)]
    pub letters: Option<Vec<(Receipt, ByteVec)>>,
}

/// Why a file or frame is rejected. What is already stored stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CourierError {
    /// Not a courier file, or cut off.
    #[error("the courier file cannot be read: {0}; export it again")]
    Malformed(#[from] Malformed),
    /// More bytes or items than allowed.
    #[error("the courier file has {found} {what}; the limit is {limit}")]
    TooMuch {
        /// Number found.
        found: usize,
        /// Unit of the count.
        what: &'static str,
        /// Most allowed.
        limit: usize,
    },
    /// For another mission.
    #[error("the courier file belongs to mission {found}, not to this one")]
    Mission {
        /// The mission named in the file.
        found: MissionId,
    },
    /// The scanned text is not a frame.
    #[error("this code is not part of a courier file; point the camera at the other phone")]
    Frame,
    /// All frames are there, but the file's hash is wrong: frames of different files were mixed, or misread.
    #[error("the scanned codes do not form one complete file; start again")]
    Mixed,
}

impl CourierFile {
    /// A file without anything in it.
    #[must_use]
    pub fn new(mission: MissionId) -> Self {
        Self {
            v: crate::VERSION,
            mission,
            objects: Vec::new(),
            receipts: Vec::new(),
            bundle: None,
            kept: None,
            permits: None,
            contradictions: None,
            rows: None,
            desks: None,
            letters: None,
        }
    }

    /// Bytes of the courier file, as deterministic CBOR.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        crate::cbor::encode(self)
    }

    /// Decodes a file and checks its limits. Objects, receipts and bundle are not verified: whoever stores them does
    /// that one by one.
    ///
    /// # Errors
    /// [`CourierError`] if it is not a courier file, is too large, of a later version, or for another mission.
    pub fn decode(bytes: &[u8], mission: MissionId) -> Result<Self, CourierError> {
        if bytes.len() > MAX_FILE {
            return Err(CourierError::TooMuch { found: bytes.len(), what: "bytes", limit: MAX_FILE });
        }
        crate::cbor::check_version(bytes, "courier file", crate::VERSION)?;
        count(bytes)?;
        let read: Self = crate::cbor::decode_request(bytes)?;
        if !crate::cbor::is_encoding_of(bytes, &read) {
            return Err(Malformed::Shape { what: "courier file", detail: "bytes after the end".into() }.into());
        }
        if read.mission != mission {
            return Err(CourierError::Mission { found: read.mission });
        }
        Ok(read)
    }
}

/// What the list at a key of a file holds, and how many it may hold.
fn limit_of(key: u64) -> Option<(&'static str, usize)> {
    match key {
        2 => Some(("objects", MAX_OBJECTS)),
        3 => Some(("receipts", MAX_OBJECTS)),
        4 => Some(("parts of a bundle", MAX_PARTS)),
        5 => Some(("proofs", MAX_OBJECTS)),
        6 => Some(("permits", MAX_OBJECTS)),
        7 => Some(("contradictions", MAX_CONTRADICTIONS)),
        8 => Some(("rows", MAX_CARRIED_ROWS)),
        9 => Some(("desks", MAX_NAMED)),
        10 => Some(("letters", MAX_CARRIED_LETTERS)),
        _ => None,
    }
}

/// Counts the items of a file before anything is decoded into memory: one byte of the file can become an item of a
/// hundred bytes.
fn count(bytes: &[u8]) -> Result<(), CourierError> {
    let shape = |detail: String| Malformed::Shape { what: "courier file", detail };
    let cbor = |e: minicbor::decode::Error| shape(e.to_string());
    let mut d = Decoder::new(bytes);
    for _ in 0..d.map().map_err(cbor)?.ok_or_else(|| shape("a map of indefinite length".into()))? {
        let key = d.u64().map_err(cbor)?;
        if let Some((what, limit)) = limit_of(key) {
            let mut ahead = d.clone();
            if key == 4 {
                // The manifest stands before its parts.
                ahead.array().and_then(|_| ahead.skip()).map_err(cbor)?;
            }
            let found = ahead.array().map_err(cbor)?.ok_or_else(|| shape("a list of indefinite length".into()))?;
            let found = usize::try_from(found).unwrap_or(usize::MAX);
            if found > limit {
                return Err(CourierError::TooMuch { found, what, limit });
            }
        }
        d.skip().map_err(cbor)?;
    }
    Ok(())
}

const PREFIX: &str = "BAQYLAUC:";

/// Splits a file into frames, to be shown in turn and repeatedly. Each names its file, its number and the total:
/// `BAQYLAUC:<first 8 bytes of the file's hash>:<number>/<count>:<bytes>`, hash and bytes in base64url.
#[must_use]
pub fn frames(file: &[u8]) -> Vec<String> {
    let name = BASE64URL_NOPAD.encode(&Hash::of(file).0[..8]);
    let chunks: Vec<&[u8]> = file.chunks(FRAME_BYTES).collect();
    let frame = |(n, chunk): (usize, &&[u8])| {
        format!("{PREFIX}{name}:{}/{}:{}", n + 1, chunks.len(), BASE64URL_NOPAD.encode(chunk))
    };
    chunks.iter().enumerate().map(frame).collect()
}

/// Reassembles a file from its frames, in any order and with repetitions.
#[derive(Debug, Clone, Default)]
pub struct Assembler {
    name: String,
    count: usize,
    chunks: BTreeMap<usize, Vec<u8>>,
}

impl Assembler {
    /// Adds a frame; returns the file once no frame is missing. A frame of another file discards what was collected.
    ///
    /// # Errors
    /// [`CourierError::Frame`] if the text is not a frame, [`CourierError::Mixed`] if the complete file has the wrong
    /// hash.
    pub fn take(&mut self, text: &str) -> Result<Option<Vec<u8>>, CourierError> {
        let (name, number, count, chunk) = parse(text).ok_or(CourierError::Frame)?;
        if name != self.name || count != self.count {
            *self = Self { name, count, chunks: BTreeMap::new() };
        }
        self.chunks.insert(number, chunk);
        if self.chunks.len() < self.count {
            return Ok(None);
        }
        let file = std::mem::take(&mut self.chunks).into_values().collect::<Vec<_>>().concat();
        let name = BASE64URL_NOPAD.encode(&Hash::of(&file).0[..8]);
        if name == self.name { Ok(Some(file)) } else { Err(CourierError::Mixed) }
    }

    /// Frames collected, and frames in total (0 before the first).
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.chunks.len(), self.count)
    }
}

fn parse(text: &str) -> Option<(String, usize, usize, Vec<u8>)> {
    let mut parts = text.trim().strip_prefix(PREFIX)?.splitn(3, ':');
    let (name, place, bytes) = (parts.next()?, parts.next()?, parts.next()?);
    let (number, count) = place.split_once('/')?;
    let (number, count) = (number.parse::<usize>().ok()?, count.parse::<usize>().ok()?);
    let chunk = BASE64URL_NOPAD.decode(bytes.as_bytes()).ok()?;
    let fits = (1..=count).contains(&number) && count <= MAX_FILE.div_ceil(FRAME_BYTES) && chunk.len() <= FRAME_BYTES;
    fits.then(|| (name.to_owned(), number, count, chunk))
}
