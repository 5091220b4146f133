//! A courier file read from where it lies, one item after the other: a phone with little memory takes a large one.

use super::{CourierError, MAX_FILE, limit_of};
use crate::cbor::{MAX_DEPTH, Malformed};
use crate::ids::MissionId;
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};

/// A list of a courier file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CourierList {
    /// Enrolments and envelopes.
    Objects,
    /// Hashes and receipts.
    Receipts,
    /// The packed parts of the bundle.
    Parts,
    /// Hashes and proofs of attachments.
    Proofs,
    /// Permits and tokens.
    Permits,
    /// Pairs of tree heads.
    Contradictions,
    /// Rows of read notices.
    Rows,
    /// Enrolments of the desks that signed for the rows, or wrote the letters.
    Desks,
    /// Receipts and letters.
    Letters,
}

/// Why a courier file is not read on.
#[derive(Debug, thiserror::Error)]
pub enum CourierReadError {
    /// It is none, or too large, or for another mission.
    #[error(transparent)]
    File(#[from] CourierError),
    /// What it is read from fails.
    #[error(transparent)]
    Source(#[from] io::Error),
}

impl From<Malformed> for CourierReadError {
    fn from(e: Malformed) -> Self {
        Self::File(e.into())
    }
}

/// A courier file whose structure was checked: an item is no longer than the file, and each list no longer than it may be.
/// What the items say is not looked at.
pub struct CourierReader<R> {
    source: BufReader<R>,
    length: u64,
    at: u64,
    /// Where each list begins, and how many items it has.
    lists: [(u64, usize); 9],
    /// Where the signed manifest begins.
    manifest: Option<u64>,
}

impl<R: Read + Seek> CourierReader<R> {
    /// Walks through the whole file without keeping any of it.
    ///
    /// # Errors
    /// [`CourierReadError`] if it is not a courier file, is too large, of a later version, or for another mission.
    pub fn open(mut source: R, mission: MissionId) -> Result<Self, CourierReadError> {
        let length = source.seek(SeekFrom::End(0))?;
        source.rewind()?;
        if length > MAX_FILE as u64 {
            let found = usize::try_from(length).unwrap_or(usize::MAX);
            return Err(CourierError::TooMuch { found, what: "bytes", limit: MAX_FILE }.into());
        }
        let mut this = Self { source: BufReader::new(source), length, at: 0, lists: [(0, 0); 9], manifest: None };
        let fields = this.count(5)?;
        let mut before = None;
        for _ in 0..fields {
            let key = this.number()?;
            if before.is_some_and(|before| before >= key) {
                return Err(this.fault("map keys out of order or duplicated"));
            }
            before = Some(key);
            this.field(key, mission)?;
        }
        if before.is_none_or(|last| last < 3) {
            return Err(this.fault("a key is missing"));
        }
        if this.at == length { Ok(this) } else { Err(this.fault("bytes after the end")) }
    }

    /// The signed manifest of the bundle, if one came along.
    ///
    /// # Errors
    /// The source fails.
    pub fn manifest(&mut self) -> Result<Option<Vec<u8>>, CourierReadError> {
        let Some(place) = self.manifest else { return Ok(None) };
        self.seek(place)?;
        let length = self.bytes_head()?;
        if length > crate::cbor::MAX_BYTES as u64 {
            return Ok(Some(Vec::new()));
        }
        self.take(length).map(Some)
    }

    /// Hands each item of a list on, as it is encoded; the byte strings of objects and parts without their head. One of more than `longest`
    /// bytes comes as none. Ends at the first error of `each`.
    ///
    /// # Errors
    /// The source fails, or `each` does.
    pub fn each<E: From<CourierReadError>>(
        &mut self,
        list: CourierList,
        longest: usize,
        mut each: impl FnMut(Option<&[u8]>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut place, count) = self.lists[list as usize];
        for _ in 0..count {
            self.seek(place)?;
            let start = match list {
                CourierList::Objects | CourierList::Parts | CourierList::Desks => {
                    let length = self.bytes_head()?;
                    let start = self.at;
                    self.skip(length)?;
                    start
                }
                CourierList::Receipts
                | CourierList::Proofs
                | CourierList::Permits
                | CourierList::Contradictions
                | CourierList::Rows
                | CourierList::Letters => {
                    self.item(0)?;
                    place
                }
            };
            let (end, length) = (self.at, self.at - start);
            if length > longest as u64 {
                each(None)?;
            } else {
                self.seek(start)?;
                let bytes = self.take(length)?;
                each(Some(&bytes))?;
            }
            place = end;
        }
        Ok(())
    }

    fn field(&mut self, key: u64, mission: MissionId) -> Result<(), CourierReadError> {
        match key {
            0 => {
                let (found, known) = (self.number()?, crate::VERSION);
                if found != u64::from(known) {
                    return Err(Malformed::Version { what: "courier file", found, known }.into());
                }
            }
            1 => {
                let length = self.bytes_head()?;
                let found = if length == 16 { MissionId::from_slice(&self.take(16)?) } else { None };
                let found = found.ok_or_else(|| self.fault("expected a mission"))?;
                if found != mission {
                    return Err(CourierError::Mission { found }.into());
                }
            }
            2 => self.list(CourierList::Objects, key)?,
            3 => self.list(CourierList::Receipts, key)?,
            4 => {
                if self.count(4)? != 2 {
                    return Err(self.fault("expected a manifest and its parts"));
                }
                self.manifest = Some(self.at);
                let length = self.bytes_head()?;
                self.skip(length)?;
                self.list(CourierList::Parts, key)?;
            }
            5 => self.list(CourierList::Proofs, key)?,
            6 => self.list(CourierList::Permits, key)?,
            7 => self.list(CourierList::Contradictions, key)?,
            8 => self.list(CourierList::Rows, key)?,
            9 => self.list(CourierList::Desks, key)?,
            10 => self.list(CourierList::Letters, key)?,
            _ => return Err(self.fault("a key that this version does not know")),
        }
        Ok(())
    }

    fn list(&mut self, list: CourierList, key: u64) -> Result<(), CourierReadError> {
        let count = self.count(4)?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if let Some((what, limit)) = limit_of(key).filter(|(_, limit)| count > *limit) {
            return Err(CourierError::TooMuch { found: count, what, limit }.into());
        }
        self.lists[list as usize] = (self.at, count);
        for _ in 0..count {
            match list {
                CourierList::Objects | CourierList::Parts | CourierList::Desks => {
                    let length = self.bytes_head()?;
                    self.skip(length)?;
                }
                CourierList::Receipts
                | CourierList::Proofs
                | CourierList::Permits
                | CourierList::Contradictions
                | CourierList::Rows
                | CourierList::Letters => {
                    self.item(0)?;
                }
            }
        }
        Ok(())
    }

    fn fault(&self, what: &'static str) -> CourierReadError {
        Malformed::Cbor { at: usize::try_from(self.at).unwrap_or(usize::MAX), what }.into()
    }

    fn seek(&mut self, place: u64) -> Result<(), CourierReadError> {
        let by = i64::try_from(place).unwrap_or(i64::MAX) - i64::try_from(self.at).unwrap_or(i64::MAX);
        // Within what is buffered it costs nothing.
        self.source.seek_relative(by)?;
        self.at = place;
        Ok(())
    }

    fn skip(&mut self, length: u64) -> Result<(), CourierReadError> {
        match self.at.checked_add(length).filter(|end| *end <= self.length) {
            Some(end) => self.seek(end),
            None => Err(self.fault("data ends too early")),
        }
    }

    fn take(&mut self, length: u64) -> Result<Vec<u8>, CourierReadError> {
        if length > self.length.saturating_sub(self.at) {
            return Err(self.fault("data ends too early"));
        }
        let mut out = vec![0; usize::try_from(length).unwrap_or(0)];
        self.fill(&mut out)?;
        Ok(out)
    }

    fn fill(&mut self, out: &mut [u8]) -> Result<(), CourierReadError> {
        self.source.read_exact(out).map_err(|e| {
            let ended = e.kind() == ErrorKind::UnexpectedEof;
            if ended { self.fault("data ends too early") } else { e.into() }
        })?;
        self.at += out.len() as u64;
        Ok(())
    }

    /// Major type and argument, in the shortest form.
    fn head(&mut self) -> Result<(u8, u64), CourierReadError> {
        let mut first = [0];
        self.fill(&mut first)?;
        let [first] = first;
        let width = match first & 0x1f {
            info @ 0..=23 => return Ok((first >> 5, u64::from(info))),
            info @ 24..=27 => 1usize << (info - 24),
            _ => return Err(self.fault("indefinite length")),
        };
        let mut argument = [0; 8];
        self.fill(&mut argument[8 - width..])?;
        let argument = u64::from_be_bytes(argument);
        let least = [24, 1 << 8, 1 << 16, 1 << 32][width.trailing_zeros() as usize];
        if argument < least { Err(self.fault("not in the shortest form")) } else { Ok((first >> 5, argument)) }
    }

    fn count(&mut self, major: u8) -> Result<u64, CourierReadError> {
        match self.head()? {
            (found, count) if found == major => Ok(count),
            _ => Err(self.fault("unexpected structure")),
        }
    }

    fn number(&mut self) -> Result<u64, CourierReadError> {
        self.count(0)
    }

    fn bytes_head(&mut self) -> Result<u64, CourierReadError> {
        self.count(2)
    }

    fn item(&mut self, depth: usize) -> Result<(), CourierReadError> {
        if depth > MAX_DEPTH {
            return Err(self.fault("nested too deeply"));
        }
        match self.head()? {
            (0 | 1, _) => Ok(()),
            (2 | 3, length) => self.skip(length),
            (4, count) => (0..count).try_for_each(|_| self.item(depth + 1)),
            _ => Err(self.fault("unexpected structure")),
        }
    }
}
