//! Deterministic CBOR (RFC 8949, section 4.2.1). Nothing else is accepted.

use minicbor::{Decode, Decoder, Encode};

/// Most bytes in one encoded object (1 MiB).
pub const MAX_BYTES: usize = 1 << 20;
/// Deepest nesting of arrays, maps and tags.
pub const MAX_DEPTH: usize = 16;

/// Why bytes are rejected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// More than [`MAX_BYTES`].
    #[error("{found} bytes exceed the limit of {limit}")]
    TooLong {
        /// Length in bytes.
        found: usize,
        /// Most bytes allowed.
        limit: usize,
    },
    /// Not deterministic CBOR.
    #[error("byte {at}: {what}")]
    Cbor {
        /// Offset of the first offending byte.
        at: usize,
        /// The rule that is broken.
        what: &'static str,
    },
    /// Deterministic CBOR, but not the expected structure.
    #[error("{what}: unexpected structure ({detail})")]
    Shape {
        /// Kind of object that was expected.
        what: &'static str,
        /// The decoder's message.
        detail: String,
    },
    /// Written by a later version.
    #[error("{what} has version {found}, but this program reads version {known}; use the program that goes with it")]
    Version {
        /// Kind of object.
        what: &'static str,
        /// Version in the object.
        found: u64,
        /// Latest version that this program supports.
        known: u8,
    },
}

/// Encodes a value. Maps come out in key order by construction.
///
/// # Panics
/// Never: writing to memory does not fail.
#[must_use]
pub fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("writing to memory does not fail")
}

/// Decodes an object with no unknown keys: encoding the result again must give the same bytes.
///
/// # Errors
/// [`Malformed`] if it is not deterministic CBOR, is of a later version, has another structure or an unknown key or
/// value.
pub fn decode<'b, T: Decode<'b, ()> + Encode<()>>(bytes: &'b [u8], what: &'static str) -> Result<T, Malformed> {
    decode_version(bytes, what, crate::VERSION)
}

/// The same for an object whose version is another than [`crate::VERSION`].
///
/// # Errors
/// As [`decode`].
pub fn decode_version<'b, T: Decode<'b, ()> + Encode<()>>(
    bytes: &'b [u8],
    what: &'static str,
    known: u8,
) -> Result<T, Malformed> {
    let value = decode_open(bytes, what, known)?;
    if !is_encoding_of(bytes, &value) {
        return Err(Malformed::Shape { what, detail: "a key or value that this version does not know".into() });
    }
    Ok(value)
}

/// Whether `bytes` are the encoding of `value`. Compares while encoding, without a second copy.
#[must_use]
pub fn is_encoding_of<T: Encode<()>>(bytes: &[u8], value: &T) -> bool {
    let mut same = Comparison { rest: bytes };
    minicbor::encode(value, &mut same).is_ok() && same.rest.is_empty()
}

/// A writer that fails as soon as the output differs from `rest`.
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

/// Decodes a list of at most `MAX` items and stops at the first one beyond. One input byte can become an item of a
/// hundred bytes in memory, so the limit must hold before the items are collected. Room is made as items come, never
/// for more than the list promises.
///
/// # Errors
/// More than `MAX` items, or an item that cannot be decoded.
pub fn at_most<'b, C, T: Decode<'b, C>, const MAX: usize>(
    d: &mut Decoder<'b>,
    ctx: &mut C,
) -> Result<Vec<T>, minicbor::decode::Error> {
    let at = d.position();
    let beyond = || minicbor::decode::Error::message(format!("more than {MAX} items")).at(at);
    let promised = d.probe().array()?.map_or(MAX, |count| usize::try_from(count).unwrap_or(usize::MAX));
    let mut out = Vec::new();
    for item in d.array_iter_with(ctx)? {
        if out.len() == MAX {
            return Err(beyond());
        }
        let item = item?;
        if out.len() == out.capacity() {
            let left = promised.min(MAX).saturating_sub(out.len());
            out.reserve_exact(left.min(out.len().max(16)).max(1));
        }
        out.push(item);
    }
    Ok(out)
}

/// Decodes an object of version `known` that may hold negative keys, which later versions may add.
///
/// # Errors
/// [`Malformed`] if it is not deterministic CBOR, is of another version, or has another structure.
pub fn decode_open<'b, T: Decode<'b, ()>>(bytes: &'b [u8], what: &'static str, known: u8) -> Result<T, Malformed> {
    check(bytes)?;
    check_version(bytes, what, known)?;
    minicbor::decode(bytes).map_err(|e| Malformed::Shape { what, detail: e.to_string() })
}

/// Decodes a request body, which may exceed [`MAX_BYTES`]. The caller checks the objects in it one by one.
///
/// # Errors
/// [`Malformed::Shape`] if the structure differs.
pub fn decode_request<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Result<T, Malformed> {
    minicbor::decode(bytes).map_err(|e| Malformed::Shape { what: "request", detail: e.to_string() })
}

/// Every map of the formats starts with its version at key 0. The version is checked before the structure, which a
/// later version may change, so that the advice is to update and not that the data is damaged.
pub(crate) fn check_version(bytes: &[u8], what: &'static str, known: u8) -> Result<(), Malformed> {
    let mut d = Decoder::new(bytes);
    let found = match (d.map(), d.u8(), d.u64()) {
        (Ok(_), Ok(0), Ok(found)) => found,
        _ => return Ok(()),
    };
    if found == u64::from(known) { Ok(()) } else { Err(Malformed::Version { what, found, known }) }
}

/// Checks for one data item: definite lengths, shortest forms, sorted unique keys, no floats, no trailing bytes.
///
/// # Errors
/// [`Malformed`] with the offset of the first byte that breaks a rule.
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
        let end = end.ok_or_else(|| self.fault("data ends too early"))?;
        let out = &self.bytes[self.at..end];
        self.at = end;
        Ok(out)
    }

    /// Major type and argument; rejects any but the shortest form.
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
            _ => return Err(self.fault("reserved additional information")),
        };
        let argument = self.take(width)?.iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
        let least = [24, 1 << 8, 1 << 16, 1 << 32][width.trailing_zeros() as usize];
        // Width 1, 2, 4, 8 must be needed; simple values are looked at by the caller.
        if major != 7 && argument < least { Err(self.fault("not in the shortest form")) } else { Ok((major, argument)) }
    }

    fn item(&mut self, depth: usize) -> Result<(), Malformed> {
        if depth > MAX_DEPTH {
            return Err(self.fault("nested too deeply"));
        }
        let start = self.at;
        let (major, argument) = self.head()?;
        let count = usize::try_from(argument).unwrap_or(usize::MAX);
        match major {
            0 | 1 => Ok(()),
            2 => self.take(count).map(drop),
            3 => {
                let text = self.take(count)?;
                std::str::from_utf8(text).map(drop).map_err(|_| self.fault("text is not UTF-8"))
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
                return Err(self.fault("map keys out of order or duplicated"));
            }
            last = Some(key);
            self.item(depth + 1)?;
        }
        Ok(())
    }
}
