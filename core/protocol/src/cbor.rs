//! Deterministic CBOR (RFC 8949, section 4.2.1) and nothing else.

use minicbor::{Decode, Decoder, Encode};

/// The most bytes of one object.
pub const MAX_BYTES: usize = 1 << 20;
/// The deepest nesting.
pub const MAX_DEPTH: usize = 16;

/// Why bytes are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Longer than any object may be.
    #[error("{found} bytes, the limit is {limit}")]
    TooLong {
        /// How many.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// Not deterministic CBOR.
    #[error("byte {at}: {what}")]
    Cbor {
        /// Where.
        at: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// Deterministic CBOR of another shape.
    #[error("{what}: not of the specified shape ({detail})")]
    Shape {
        /// Which object.
        what: &'static str,
        /// What the decoder says.
        detail: String,
    },
    /// Written by a later version.
    #[error("{what} has version {found}, this program knows up to {known}; update it")]
    Version {
        /// Which object.
        what: &'static str,
        /// What it has.
        found: u64,
        /// What is known.
        known: u8,
    },
}

/// Encodes; maps are written in the order of their keys by construction.
///
/// # Panics
/// Never: writing to memory does not fail.
#[must_use]
pub fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("writing to memory does not fail")
}

/// Decodes an object whose every key must be known: what is encoded again must give the same bytes.
///
/// # Errors
/// Not deterministic, of a later version, not of the shape, or with something this version does not know.
pub fn decode<'b, T: Decode<'b, ()> + Encode<()>>(bytes: &'b [u8], what: &'static str) -> Result<T, Malformed> {
    let value = decode_open(bytes, what)?;
    if !is_encoding_of(bytes, &value) {
        return Err(Malformed::Shape { what, detail: "a key or value that this version does not know".into() });
    }
    Ok(value)
}

/// Whether bytes are the encoding of a value, without making it.
#[must_use]
pub fn is_encoding_of<T: Encode<()>>(bytes: &[u8], value: &T) -> bool {
    let mut same = Comparison { rest: bytes };
    minicbor::encode(value, &mut same).is_ok() && same.rest.is_empty()
}

/// Compares what is written with what is expected.
struct Comparison<'b> {
    rest: &'b [u8],
}

impl minicbor::encode::Write for Comparison<'_> {
    type Error = ();

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), ()> {
        self.rest = self.rest.strip_prefix(bytes).ok_or(())?;
        Ok(())
    }
}

/// Decodes a list of at most `MAX` items; the first one beyond it ends the decoding. A byte of input can be an item of a hundred
/// bytes in memory.
///
/// # Errors
/// It is longer, or an item is not of its shape.
pub fn at_most<'b, C, T: Decode<'b, C>, const MAX: usize>(
    d: &mut Decoder<'b>,
    ctx: &mut C,
) -> Result<Vec<T>, minicbor::decode::Error> {
    let at = d.position();
    let mut out = Vec::new();
    for item in d.array_iter_with(ctx)? {
        if out.len() == MAX {
            return Err(minicbor::decode::Error::message(format!("more than {MAX} items")).at(at));
        }
        out.push(item?);
    }
    Ok(out)
}

/// Decodes an object that may hold negative keys of later versions.
///
/// # Errors
/// Not deterministic, of a later version, or not of the shape.
pub fn decode_open<'b, T: Decode<'b, ()>>(bytes: &'b [u8], what: &'static str) -> Result<T, Malformed> {
    check(bytes)?;
    check_version(bytes, what)?;
    minicbor::decode(bytes).map_err(|e| Malformed::Shape { what, detail: e.to_string() })
}

/// Decodes a request body, which may be longer than any object in it; the objects in it are checked one by one.
///
/// # Errors
/// Not of the shape.
pub fn decode_request<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Result<T, Malformed> {
    minicbor::decode(bytes).map_err(|e| Malformed::Shape { what: "request", detail: e.to_string() })
}

/// Every map of the formats starts with its version at key 0. It is looked at before the shape, which a later version may change:
/// so that "update this program" is not told as damage.
pub(crate) fn check_version(bytes: &[u8], what: &'static str) -> Result<(), Malformed> {
    let mut d = Decoder::new(bytes);
    let found = match (d.map(), d.u8(), d.u64()) {
        (Ok(_), Ok(0), Ok(found)) => found,
        _ => return Ok(()),
    };
    let known = crate::VERSION;
    if found == u64::from(known) { Ok(()) } else { Err(Malformed::Version { what, found, known }) }
}

/// Scans bytes: one data item, definite lengths, shortest forms, sorted unique keys, no floats, no trailing bytes.
///
/// # Errors
/// The first byte that breaks a rule.
pub fn check(bytes: &[u8]) -> Result<(), Malformed> {
    if bytes.len() > MAX_BYTES {
        return Err(Malformed::TooLong { found: bytes.len(), limit: MAX_BYTES });
    }
    let mut scanner = Scanner { bytes, at: 0 };
    scanner.item(0)?;
    if scanner.at == bytes.len() { Ok(()) } else { Err(scanner.fault("bytes after the end")) }
}

struct Scanner<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Scanner<'b> {
    fn fault(&self, what: &'static str) -> Malformed {
        Malformed::Cbor { at: self.at, what }
    }

    fn take(&mut self, length: usize) -> Result<&'b [u8], Malformed> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or_else(|| self.fault("ends too early"))?;
        let out = &self.bytes[self.at..end];
        self.at = end;
        Ok(out)
    }

    /// Major type and argument, in the shortest form.
    fn head(&mut self) -> Result<(u8, u64), Malformed> {
        let first = self.take(1)?[0];
        let (major, info) = (first >> 5, first & 0x1f);
        let width = match info {
            0..=23 => return Ok((major, u64::from(info))),
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            31 => return Err(self.fault("indefinite length")),
            _ => return Err(self.fault("reserved head")),
        };
        let argument = self.take(width)?.iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
        let least = [24, 1 << 8, 1 << 16, 1 << 32][width.trailing_zeros() as usize];
        // Width 1, 2, 4, 8 must be needed; simple values are looked at by the caller.
        if major != 7 && argument < least { Err(self.fault("not the shortest form")) } else { Ok((major, argument)) }
    }

    fn item(&mut self, depth: usize) -> Result<(), Malformed> {
        if depth > MAX_DEPTH {
            return Err(self.fault("nested too deep"));
        }
        let start = self.at;
        let (major, argument) = self.head()?;
        let count = usize::try_from(argument).unwrap_or(usize::MAX);
        match major {
            0 | 1 => Ok(()),
            2 => self.take(count).map(drop),
            3 => {
                let text = self.take(count)?;
                std::str::from_utf8(text).map(drop).map_err(|_| self.fault("text that is not UTF-8"))
            }
            4 => (0..count).try_for_each(|_| self.item(depth + 1)),
            5 => self.map(count, depth),
            6 => self.item(depth + 1),
            _ if self.at == start + 1 && (20..=23).contains(&argument) => Ok(()),
            _ => Err(self.fault("a float or an unknown simple value")),
        }
    }

    fn map(&mut self, count: usize, depth: usize) -> Result<(), Malformed> {
        let mut last: Option<&[u8]> = None;
        for _ in 0..count {
            let start = self.at;
            self.item(depth + 1)?;
            let key = &self.bytes[start..self.at];
            if last.is_some_and(|l| l >= key) {
                return Err(self.fault("map keys not in order, or doubled"));
            }
            last = Some(key);
            self.item(depth + 1)?;
        }
        Ok(())
    }
}
