//! A courier file written item by item.

use crate::ids::{Hash, MissionId};
use crate::permit::UploadToken;
use minicbor::bytes::ByteVec;
use minicbor::{Encode, Encoder};
use std::convert::Infallible;
use std::io::{self, Write};

/// Writes a courier file in the order of its keys; the caller keeps to it: objects, receipts, bundle, proofs, permits,
/// contradictions.
pub struct CourierWriter<'w> {
    out: &'w mut dyn Write,
}

type Head = Encoder<Vec<u8>>;
type Encoded = Result<(), minicbor::encode::Error<Infallible>>;

impl<'w> CourierWriter<'w> {
    /// Begins a file with objects, receipts, and so many of bundle, proofs, permits and contradictions.
    ///
    /// # Errors
    /// `out` fails.
    pub fn begin(out: &'w mut dyn Write, mission: MissionId, optional: u64) -> io::Result<Self> {
        let mut this = Self { out };
        this.head(|e| e.map(4 + optional)?.u8(0)?.u8(crate::VERSION)?.u8(1)?.bytes(&mission.0)?.ok())?;
        Ok(this)
    }

    fn head(&mut self, encode: impl FnOnce(&mut Head) -> Encoded) -> io::Result<()> {
        let mut head = Encoder::new(Vec::new());
        encode(&mut head).map_err(io::Error::other)?;
        self.out.write_all(head.writer())
    }

    fn all<T: Encode<()>>(&mut self, key: u8, items: &[T]) -> io::Result<()> {
        self.head(|e| e.u8(key)?.array(items.len() as u64)?.ok())?;
        items.iter().try_for_each(|item| self.out.write_all(&crate::cbor::encode(item)))
    }

    /// Begins the objects.
    ///
    /// # Errors
    /// The output fails.
    pub fn objects(&mut self, count: usize) -> io::Result<()> {
        self.head(|e| e.u8(2)?.array(count as u64)?.ok())
    }

    /// Begins the receipts.
    ///
    /// # Errors
    /// The output fails.
    pub fn receipts(&mut self, count: usize) -> io::Result<()> {
        self.head(|e| e.u8(3)?.array(count as u64)?.ok())
    }

    /// Writes the manifest, and begins the packed parts.
    ///
    /// # Errors
    /// The output fails.
    pub fn bundle(&mut self, manifest: &[u8], parts: usize) -> io::Result<()> {
        self.head(|e| e.u8(4)?.array(2)?.bytes(manifest)?.array(parts as u64)?.ok())
    }

    /// Writes an object, or a packed part.
    ///
    /// # Errors
    /// The output fails.
    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.head(|e| e.bytes_len(bytes.len() as u64)?.ok())?;
        self.out.write_all(bytes)
    }

    /// Writes a receipt as it is encoded, with the hash of its object.
    ///
    /// # Errors
    /// The output fails.
    pub fn receipt(&mut self, object: Hash, receipt: &[u8]) -> io::Result<()> {
        self.head(|e| e.array(2)?.encode(object)?.ok())?;
        self.out.write_all(receipt)
    }

    /// Writes all proofs, each with the hash of its attachment.
    ///
    /// # Errors
    /// The output fails.
    pub fn proofs(&mut self, proofs: &[(Hash, ByteVec)]) -> io::Result<()> {
        self.all(5, proofs)
    }

    /// Writes all permits, each with a token.
    ///
    /// # Errors
    /// The output fails.
    pub fn permits(&mut self, permits: &[(ByteVec, UploadToken)]) -> io::Result<()> {
        self.all(6, permits)
    }

    /// Writes all pairs of tree heads that contradict each other.
    ///
    /// # Errors
    /// The output fails.
    pub fn contradictions(&mut self, pairs: &[(ByteVec, ByteVec)]) -> io::Result<()> {
        self.all(7, pairs)
    }
}
