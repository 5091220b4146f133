//! Attachments: photographs, sound, video and files, encrypted in chunks under a key of their own before the first byte
//! reaches disk.
//!
//! STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015) with ChaCha20-Poly1305: chunk `i` has the nonce `i (4 bytes) ||
//! last (1) || 0 (7)`, so that chunks can be neither reordered nor cut off. The plain text is padded (Padmé, Nikitin
//! and others 2019): its length reveals only its order of magnitude. The sealed report holds key, hash and size; the
//! clear header holds hash and length.

use crate::ids::Hash;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::digest::{Context, SHA256};
use std::io::{Error, ErrorKind, Read, Result, Write};

/// Bytes of an encrypted chunk, with its 16-byte tag; also the unit of upload. The last chunk may be shorter.
pub const CHUNK: usize = 64 << 10;
/// Most bytes of an encrypted file (1 GiB).
pub const MAX_BLOB: u64 = 1 << 30;
const TAG: usize = 16;
const PLAIN: usize = CHUNK - TAG;

/// Identity and lengths of an encrypted file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedFile {
    /// SHA-256 of the encrypted bytes.
    pub hash: Hash,
    /// Bytes of the encrypted file: padded text and one tag per chunk.
    pub length: u64,
    /// Bytes of the plain file, before padding.
    pub size: u64,
}

/// Length in bytes that `size` bytes are padded to (Padmé): at most an eighth longer, and at least 1.
#[must_use]
pub fn padded(size: u64) -> u64 {
    if size < 2 {
        return 1;
    }
    let exponent = size.ilog2();
    let kept = exponent.ilog2() + 1;
    let mask = (1u64 << exponent.saturating_sub(kept)) - 1;
    size.saturating_add(mask) & !mask
}

/// Length in bytes of the encrypted file for `size` plain bytes.
#[must_use]
pub fn sealed_length(size: u64) -> u64 {
    let padded = padded(size);
    padded + padded.div_ceil(PLAIN as u64) * TAG as u64
}

/// Copies an encrypted file; returns the SHA-256 and the number of bytes copied.
///
/// # Errors
/// The I/O error of the reader or the writer.
pub fn copy(source: &mut dyn Read, out: &mut dyn Write) -> Result<(Hash, u64)> {
    let (mut hasher, mut length, mut buffer) = (Context::new(&SHA256), 0, vec![0; CHUNK]);
    loop {
        let read = source.read(&mut buffer)?;
        if read == 0 {
            return Ok((digest(hasher), length));
        }
        hasher.update(&buffer[..read]);
        out.write_all(&buffer[..read])?;
        length += read as u64;
    }
}

fn digest(hasher: Context) -> Hash {
    let mut hash = Hash([0; 32]);
    hash.0.copy_from_slice(hasher.finish().as_ref());
    hash
}

fn cipher(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, key).expect("the key has 32 bytes"))
}

fn nonce(chunk: u32, last: bool) -> Nonce {
    let mut bytes = [0; 12];
    bytes[..4].copy_from_slice(&chunk.to_be_bytes());
    bytes[4] = u8::from(last);
    Nonce::assume_unique_for_key(bytes)
}

/// A writer that encrypts to `out`. Holds one chunk in memory.
pub struct Sealer<W> {
    out: W,
    key: LessSafeKey,
    hash: Context,
    plain: Vec<u8>,
    chunk: u32,
    size: u64,
    length: u64,
}

impl<W: Write> Sealer<W> {
    /// Starts an encrypted file under `key`, which must never be used for a second one.
    #[must_use]
    pub fn new(key: &[u8; 32], out: W) -> Self {
        let plain = Vec::with_capacity(CHUNK);
        Self { out, key: cipher(key), hash: Context::new(&SHA256), plain, chunk: 0, size: 0, length: 0 }
    }

    /// Pads, seals the last chunk and returns the result with the writer. Without this call the file cannot be opened.
    ///
    /// # Errors
    /// The writer's I/O error; `FileTooLarge` beyond [`MAX_BLOB`].
    pub fn finish(mut self) -> Result<(SealedFile, W)> {
        let mut padding = padded(self.size) - self.size;
        let zeros = [0; 4096];
        while padding > 0 {
            let some = usize::try_from(padding).unwrap_or(zeros.len()).min(zeros.len());
            self.take(&zeros[..some])?;
            padding -= some as u64;
        }
        self.seal(true)?;
        let hash = digest(self.hash);
        Ok((SealedFile { hash, length: self.length, size: self.size }, self.out))
    }

    fn take(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            // Only when more comes is it known that a full chunk is not the last.
            if self.plain.len() == PLAIN {
                self.seal(false)?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(PLAIN - self.plain.len()));
            self.plain.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    fn seal(&mut self, last: bool) -> Result<()> {
        let tag = self.key.seal_in_place_separate_tag(nonce(self.chunk, last), Aad::empty(), &mut self.plain);
        self.plain.extend_from_slice(tag.map_err(|_| Error::other("a chunk is too large to encrypt"))?.as_ref());
        self.hash.update(&self.plain);
        self.out.write_all(&self.plain)?;
        self.length += self.plain.len() as u64;
        self.plain.clear();
        self.chunk += 1;
        if self.length > MAX_BLOB {
            Err(Error::new(ErrorKind::FileTooLarge, "the file is too large to attach"))
        } else {
            Ok(())
        }
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.take(bytes)?;
        self.size += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Decrypts a file of `size` plain bytes. Holds two chunks in memory. On error, discard what was written.
///
/// # Errors
/// The I/O error of reader or writer; `InvalidData` if the file was altered, cut off, or encrypted under another key.
pub fn open(key: &[u8; 32], size: u64, mut sealed: impl Read, mut out: impl Write) -> Result<()> {
    let altered =
        || Error::new(ErrorKind::InvalidData, "the attachment was altered, cut off, or encrypted under another key");
    let key = cipher(key);
    let mut left = size;
    let mut here = chunk(&mut sealed)?;
    for number in 0u32.. {
        let next = chunk(&mut sealed)?;
        let plain =
            key.open_in_place(nonce(number, next.is_empty()), Aad::empty(), &mut here).map_err(|_| altered())?;
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(plain.len());
        out.write_all(&plain[..wanted])?;
        left -= wanted as u64;
        if next.is_empty() {
            break;
        }
        here = next;
    }
    if left == 0 { Ok(()) } else { Err(altered()) }
}

fn chunk(sealed: &mut impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(CHUNK);
    sealed.take(CHUNK as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
