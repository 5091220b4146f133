//! Which files belong to a draft: hash, key and size, encrypted under the key of its visit.

use super::drafts::Draft;
use super::main::{MainStore, aad, damaged};
use crate::error::Error;
use crate::lock::{open_with, seal_with};
use baqylau_protocol::ids::Hash;
use minicbor::bytes::ByteArray;
use rusqlite::params;

/// An attachment as stored.
#[derive(Clone)]
pub(crate) struct StoredAttachment {
    pub name: String,
    /// Of the encrypted file, which is its name on disk.
    pub hash: Hash,
    pub key: [u8; 32],
    pub size: u64,
    pub length: u64,
    pub media: String,
}

baqylau_forms::redacted_debug! { StoredAttachment: hash, size, length }

type Packed = (String, Hash, ByteArray<32>, u64, u64, String);

fn attachment_aad(hash: Hash) -> Vec<u8> {
    [&aad(b'a', 0)[..], &hash.0].concat()
}

impl MainStore {
    pub fn add_attachment(&mut self, draft: &Draft, a: &StoredAttachment) -> Result<(), Error> {
        let packed: Packed = (a.name.clone(), a.hash, a.key.into(), a.size, a.length, a.media.clone());
        let body =
            seal_with(self.cipher(draft.visit)?, &attachment_aad(a.hash), &baqylau_protocol::cbor::encode(&packed));
        let insert = "INSERT OR REPLACE INTO attachment VALUES (?1, ?2, ?3)";
        self.db.execute(insert, params![a.hash.0, draft.visit, body])?;
        Ok(())
    }

    /// The files of all attachments.
    pub fn attachment_files(&self) -> Result<Vec<Hash>, Error> {
        let mut statement = self.db.prepare("SELECT hash FROM attachment")?;
        let rows = statement.query_map([], |r| Ok(Hash(r.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The attachments of a draft's visit: an amendment has those of the report that it corrects.
    pub fn attachments(&mut self, draft: &Draft) -> Result<Vec<StoredAttachment>, Error> {
        let rows: Vec<([u8; 32], Vec<u8>)> = {
            let mut statement = self.db.prepare("SELECT hash, body FROM attachment WHERE visit = ?1")?;
            let rows = statement.query_map([draft.visit], |r| Ok((r.get(0)?, r.get(1)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        let cipher = self.cipher(draft.visit)?;
        let open = |(hash, body): ([u8; 32], Vec<u8>)| {
            let plain = open_with(cipher, &attachment_aad(Hash(hash)), &body).ok_or_else(damaged)?;
            let (name, hash, key, size, length, media): Packed = minicbor::decode(&plain).map_err(|_| damaged())?;
            Ok(StoredAttachment { name, hash, key: *key, size, length, media })
        };
        rows.into_iter().map(open).collect()
    }
}
