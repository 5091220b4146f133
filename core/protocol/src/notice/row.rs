//! Rows of a read notice: sealed for the phone that they are of, and proved under the table that a desk signed.

use super::{NoticeError, PLAIN, ROW, ReadNotice, ReadRow, SEALED};
use crate::cbor;
use crate::ids::{DeviceId, Hash, MissionId, PublicKey, RowLabel};
use crate::keys::random;
use crate::merkle::{self, MerkleTree};
use crate::seal::SharedKey;
use crate::wire::MAX_PROOF;
use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use std::fmt;
use zeroize::Zeroizing;

/// Names and seals the rows of one phone. Phone and desks derive it from their shared key. `Debug` shows only the label.
#[derive(Clone)]
pub struct RowKey {
    label: RowLabel,
    key: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RowKey({})", self.label)
    }
}

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        48
    }
}

impl RowKey {
    /// HKDF-SHA256 of the shared key, with no salt and the info `baqylau/1/read`: 16 bytes of label, 32 of key.
    ///
    /// # Panics
    /// Never: 48 bytes are fewer than HKDF gives.
    #[must_use]
    pub fn of(shared: &SharedKey) -> Self {
        let mut bytes = Zeroizing::new([0; 48]);
        let expanded = Salt::new(HKDF_SHA256, &[]).extract(&*shared.to_parts().0);
        let expanded = expanded.expand(&[b"baqylau/1/read"], Length).and_then(|okm| okm.fill(&mut *bytes));
        expanded.expect("HKDF gives 48 bytes");
        Self::from_bytes(&bytes)
    }

    /// Restores a key from [`RowKey::to_bytes`].
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 48]) -> Self {
        let (mut label, mut key) = ([0; 16], Zeroizing::new([0; 32]));
        label.copy_from_slice(&bytes[..16]);
        key.copy_from_slice(&bytes[16..]);
        Self { label: RowLabel(label), key }
    }

    /// Label and key; keep them in an encrypted store only.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 48]> {
        let mut out = Zeroizing::new([0; 48]);
        out[..16].copy_from_slice(&self.label.0);
        out[16..].copy_from_slice(&*self.key);
        out
    }

    /// By this the phone asks for its rows.
    #[must_use]
    pub fn label(&self) -> RowLabel {
        self.label
    }

    fn cipher(&self) -> LessSafeKey {
        LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &*self.key).expect("a key has 32 bytes"))
    }

    /// ChaCha20-Poly1305 under a random nonce; label and desk are authenticated with it.
    ///
    /// # Panics
    /// Never: no row is longer than it may be.
    #[must_use]
    pub fn seal(&self, desk: DeviceId, row: &ReadRow) -> [u8; SEALED] {
        let (nonce, mut plain) = (random::<NONCE_LEN>(), cbor::encode(row));
        plain.resize(PLAIN, 0);
        let sealed = self.cipher().seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(self.aad(desk)),
            &mut plain,
        );
        sealed.expect("a row is short");
        let mut out = [0; SEALED];
        out[..NONCE_LEN].copy_from_slice(&nonce);
        out[NONCE_LEN..].copy_from_slice(&plain);
        out
    }

    fn aad(&self, desk: DeviceId) -> [u8; 32] {
        let mut aad = [0; 32];
        aad[..16].copy_from_slice(&self.label.0);
        aad[16..].copy_from_slice(&desk.0);
        aad
    }

    fn open(&self, desk: DeviceId, sealed: &[u8; SEALED]) -> Result<ReadRow, NoticeError> {
        let (nonce, sealed) = sealed.split_at(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| NoticeError::Row)?;
        let mut sealed = sealed.to_vec();
        let plain = self.cipher().open_in_place(nonce, Aad::from(self.aad(desk)), &mut sealed);
        let plain = plain.map_err(|_| NoticeError::Row)?;
        let mut decoder = minicbor::Decoder::new(plain);
        let row: ReadRow = decoder.decode().map_err(|_| NoticeError::Row)?;
        let rest = &plain[decoder.position()..];
        let whole = cbor::is_encoding_of(&plain[..decoder.position()], &row) && rest.iter().all(|byte| *byte == 0);
        let ascend = row.gaps.is_sorted_by(|a, b| a < b) && row.gaps.iter().all(|gap| (1..row.last).contains(gap));
        if whole && ascend { Ok(row) } else { Err(NoticeError::Row) }
    }
}

/// The rows of a notice, by ascending label, with the tree over them.
#[derive(Debug, Clone, Default)]
pub struct ReadTable {
    rows: Vec<u8>,
    tree: MerkleTree,
}

impl ReadTable {
    /// A table of sealed rows. Of several with one label the first stays.
    #[must_use]
    pub fn new(mut rows: Vec<(RowLabel, [u8; SEALED])>) -> Self {
        rows.sort_by_key(|(label, _)| *label);
        rows.dedup_by_key(|(label, _)| *label);
        let mut table = Self::default();
        for (label, sealed) in rows {
            table.rows.extend(label.0);
            table.rows.extend(sealed);
            table.tree.push(merkle::leaf_hash(&table.rows[table.rows.len() - ROW..]));
        }
        table
    }

    /// From [`ReadTable::as_bytes`]; `None` if they are no whole rows, or their labels do not ascend.
    #[must_use]
    pub fn from_bytes(rows: Vec<u8>) -> Option<Self> {
        let (chunks, rest) = rows.as_chunks::<ROW>();
        if !rest.is_empty() || !chunks.is_sorted_by(|a, b| a[..16] < b[..16]) {
            return None;
        }
        let mut tree = MerkleTree::default();
        chunks.iter().for_each(|row| tree.push(merkle::leaf_hash(row)));
        Some(Self { rows, tree })
    }

    /// The rows one after the other, [`ROW`] bytes each.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.rows
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tree.len()
    }

    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tree.is_empty()
    }

    /// Root over the rows.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.tree.root()
    }

    /// Whether it is the table that a notice names.
    #[must_use]
    pub fn is_of(&self, notice: &ReadNotice) -> bool {
        self.len() as u64 == notice.rows && self.root() == notice.table
    }

    /// The row with this label, proved under a signed notice; `None` if there is none.
    #[must_use]
    pub fn prove(&self, label: RowLabel, notice: &[u8]) -> Option<ProvedRow> {
        let chunks = self.rows.as_chunks::<ROW>().0;
        let index = chunks.binary_search_by(|row| row[..16].cmp(&label.0)).ok()?;
        let mut sealed = [0; SEALED];
        sealed.copy_from_slice(&chunks[index][16..]);
        let path = self.tree.path(index)?;
        Some(ProvedRow { notice: notice.to_vec().into(), index: index as u64, label, sealed: sealed.into(), path })
    }
}

/// A row with the notice that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct ProvedRow {
    /// Signed [`ReadNotice`].
    #[n(0)]
    pub notice: ByteVec,
    /// Place of the row in the table, from 0.
    #[n(1)]
    pub index: u64,
    /// Whose row it is, to who can tell.
    #[n(2)]
    pub label: RowLabel,
    /// [`RowKey::seal`].
    #[n(3)]
    pub sealed: ByteArray<SEALED>,
    /// Inclusion path, lowest sibling first.
    #[cbor(n(4), decode_with = "cbor::at_most::<_, _, MAX_PROOF>")]
    pub path: Vec<Hash>,
}

impl ProvedRow {
    /// Verifies that the desk's device signed the notice and that the row is of its table.
    ///
    /// # Errors
    /// [`NoticeError`] if either is not so.
    pub fn verify(&self, desk: &PublicKey, mission: MissionId) -> Result<ReadNotice, NoticeError> {
        let notice = ReadNotice::open(&self.notice, desk, mission)?;
        let row = [&self.label.0[..], &self.sealed[..]].concat();
        let root = merkle::root_from_path(merkle::leaf_hash(&row), self.index, notice.rows, &self.path);
        if root == Some(notice.table) { Ok(notice) } else { Err(NoticeError::Path) }
    }

    /// The same, and opens the row.
    ///
    /// # Errors
    /// [`NoticeError`] if it is not proved, or another phone's.
    pub fn open(
        &self,
        desk: &PublicKey,
        mission: MissionId,
        key: &RowKey,
    ) -> Result<(ReadNotice, ReadRow), NoticeError> {
        let notice = self.verify(desk, mission)?;
        if self.label != key.label {
            return Err(NoticeError::Row);
        }
        let row = key.open(notice.desk, &self.sealed)?;
        Ok((notice, row))
    }
}
