//! What travels by hand where no network is: a file, or frames for a screen and a camera. It carries objects for the log, receipts
//! on their way back, and a bundle. Nothing in it is readable, and all of it proves itself, so it matters to nobody who carries it.

use crate::cbor::Malformed;
use crate::ids::{Hash, MissionId};
use crate::receipt::Receipt;
use data_encoding::BASE64URL_NOPAD;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Decoder, Encode};
use std::collections::BTreeMap;

/// The most bytes of a courier file.
pub const MAX_FILE: usize = 64 << 20;
/// The most objects of one; also the most receipts, and proofs.
pub const MAX_OBJECTS: usize = 50_000;
/// The most parts of the bundle in one.
pub const MAX_PARTS: usize = 1024;
/// Bytes in one frame: what a camera reads from a phone's screen at once.
pub const FRAME_BYTES: usize = 600;

/// The content of a courier file.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CourierFile {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The mission.
    #[n(1)]
    pub mission: MissionId,
    /// Enrolments and envelopes, in the order in which they are to be taken in.
    #[n(2)]
    pub objects: Vec<ByteVec>,
    /// Receipts for objects that were carried before, by the objects' hashes.
    #[n(3)]
    pub receipts: Vec<(Hash, Receipt)>,
    /// A manifest and its packed parts.
    #[n(4)]
    pub bundle: Option<(ByteVec, Vec<ByteVec>)>,
    /// Proofs ([`crate::receipt::AttachmentProof`]) for attachments that were carried beside such a file, by their hashes.
    #[n(5)]
    pub kept: Option<Vec<(Hash, ByteVec)>>,
}

/// Why a file or frames are refused. What was there before stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CourierError {
    /// No courier file, or a cut one.
    #[error("the courier file is refused: {0}; export it again")]
    Malformed(#[from] Malformed),
    /// Too much for one.
    #[error("the courier file has {found} {what}, the limit is {limit}")]
    TooMuch {
        /// How many.
        found: usize,
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// Of another mission.
    #[error("the courier file is of the mission {found}, not of this one")]
    Mission {
        /// Which.
        found: MissionId,
    },
    /// Text that is no frame.
    #[error("this is no frame of a courier; point the camera at the other phone")]
    Frame,
    /// Frames of different files were mixed, or read wrongly.
    #[error("the frames do not make the file that they say; begin again")]
    Mixed,
}

impl CourierFile {
    /// Its bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        crate::cbor::encode(self)
    }

    /// Reads one. The objects, receipts and the bundle in it are judged one by one by who takes them.
    ///
    /// # Errors
    /// It is none, too large, of a later version or of another mission.
    pub fn decode(bytes: &[u8], mission: MissionId) -> Result<Self, CourierError> {
        if bytes.len() > MAX_FILE {
            return Err(CourierError::TooMuch { found: bytes.len(), what: "bytes", limit: MAX_FILE });
        }
        crate::cbor::check_version(bytes, "courier file")?;
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

/// Walks over a file and counts, before anything of it is taken into memory: a byte of the file can be an item of a hundred bytes
/// there.
fn count(bytes: &[u8]) -> Result<(), CourierError> {
    let shape = |detail: String| Malformed::Shape { what: "courier file", detail };
    let cbor = |e: minicbor::decode::Error| shape(e.to_string());
    let mut d = Decoder::new(bytes);
    for _ in 0..d.map().map_err(cbor)?.ok_or_else(|| shape("a map of no length".into()))? {
        let key = d.u64().map_err(cbor)?;
        let list = match key {
            2 => Some(("objects", MAX_OBJECTS)),
            3 => Some(("receipts", MAX_OBJECTS)),
            4 => Some(("parts of a bundle", MAX_PARTS)),
            5 => Some(("proofs", MAX_OBJECTS)),
            _ => None,
        };
        if let Some((what, limit)) = list {
            let mut ahead = d.clone();
            if key == 4 {
                // The manifest stands before its parts.
                ahead.array().and_then(|_| ahead.skip()).map_err(cbor)?;
            }
            let found = ahead.array().map_err(cbor)?.ok_or_else(|| shape("a list of no length".into()))?;
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

/// The frames of a file, to be shown one after the other, again and again. Each says which file it is of, its number, and how many
/// there are: `BAQYLAUC:<first 8 bytes of the file's hash>:<number>/<count>:<bytes>`, bytes in base64url.
#[must_use]
pub fn frames(file: &[u8]) -> Vec<String> {
    let name = BASE64URL_NOPAD.encode(&Hash::of(file).0[..8]);
    let chunks: Vec<&[u8]> = file.chunks(FRAME_BYTES).collect();
    let frame = |(n, chunk): (usize, &&[u8])| {
        format!("{PREFIX}{name}:{}/{}:{}", n + 1, chunks.len(), BASE64URL_NOPAD.encode(chunk))
    };
    chunks.iter().enumerate().map(frame).collect()
}

/// Puts frames together, in whatever order and however often they are read.
#[derive(Debug, Clone, Default)]
pub struct Assembler {
    name: String,
    count: usize,
    chunks: BTreeMap<usize, Vec<u8>>,
}

impl Assembler {
    /// Takes a frame. Gives the file when it was the last that was missing.
    ///
    /// # Errors
    /// The text is no frame, or the frames do not make a file. A frame of another file begins that one.
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

    /// How many frames are here, of how many.
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
