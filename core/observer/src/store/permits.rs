//! What opens the way for attachments: permits, and the tokens that they name. They lie in the outbox, so that a locked phone uploads.

use super::number::Number;
use super::outbox::Outbox;
use crate::error::Error;
use baqylau_protocol::envelope::{Blob, Envelope};
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::permit::UploadToken;
use minicbor::bytes::ByteVec;
use rusqlite::{OptionalExtension, Transaction, params};

/// A permit as its device signed it. What couriers carry opens another way than what the phone keeps: none of them can disturb it.
#[derive(Debug, Clone)]
pub(crate) struct SignedPermit {
    pub permit: Vec<u8>,
    /// With which this phone uploads.
    pub token: UploadToken,
    /// Which it hands on.
    pub courier: UploadToken,
}

/// An own envelope whose attachments nobody may upload yet.
pub(crate) struct Unpermitted {
    pub seq: i64,
    pub hash: Hash,
    pub blobs: Vec<Blob>,
}

impl Outbox {
    /// The permit for the attachments of an envelope.
    pub fn permit(&self, number: Number) -> Result<Option<SignedPermit>, Error> {
        let select = "SELECT permit, token, courier FROM permit WHERE seq = ?1";
        let found = self
            .db
            .prepare_cached(select)?
            .query_row([number], |r| Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, Vec<u8>>(1)?, r.get::<_, Vec<u8>>(2)?)));
        let signed = |(permit, token, courier): (Vec<u8>, Vec<u8>, Vec<u8>)| {
            let (token, courier) = (UploadToken::from_slice(&token)?, UploadToken::from_slice(&courier)?);
            Some(SignedPermit { permit, token, courier })
        };
        Ok(found.optional()?.and_then(signed))
    }

    /// Keeps a permit.
    pub fn keep_permit(&mut self, number: Number, permit: &SignedPermit) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        add_permit(&tx, number, permit)?;
        Ok(tx.commit()?)
    }

    /// Permits for attachments that no proof was seen for, each with the token that is handed on.
    pub fn permits_to_carry(&self) -> Result<Vec<(ByteVec, UploadToken)>, Error> {
        let select =
            "SELECT permit, courier FROM permit WHERE seq IN (SELECT seq FROM blob WHERE proof IS NULL) ORDER BY seq";
        let mut statement = self.db.prepare(select)?;
        let rows = statement.query_map([], |r| Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, Vec<u8>>(1)?)))?;
        let all: Vec<(Vec<u8>, Vec<u8>)> = rows.collect::<Result<_, _>>()?;
        Ok(all
            .into_iter()
            .filter_map(|(permit, token)| Some((permit.into(), UploadToken::from_slice(&token)?)))
            .collect())
    }

    /// Own envelopes with attachments and no permit: an earlier version signed them, or the outbox was made anew.
    pub fn unpermitted(&self) -> Result<Vec<Unpermitted>, Error> {
        let select = "SELECT e.seq, e.hash, e.bytes FROM envelope e WHERE e.seq NOT IN (SELECT seq FROM permit)
                      AND e.seq IN (SELECT seq FROM blob WHERE proof IS NULL OR again = 1)";
        let mut statement = self.db.prepare_cached(select)?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, Hash(r.get(1)?), r.get::<_, Vec<u8>>(2)?)))?;
        let all: Vec<(i64, Hash, Vec<u8>)> = rows.collect::<Result<_, _>>()?;
        let named = |bytes: &[u8]| Envelope::untrusted_header(bytes).and_then(|h| h.blobs).unwrap_or_default();
        Ok(all.into_iter().map(|(seq, hash, bytes)| Unpermitted { seq, hash, blobs: named(&bytes) }).collect())
    }

    /// Whose a carried object is.
    pub fn device_of(&self, number: Number) -> Result<Option<DeviceId>, Error> {
        let (_, bytes) = self.bytes(number)?;
        Ok(Envelope::untrusted_header(&bytes).map(|header| header.device))
    }

    /// The number of a carried object, and whose it is.
    pub fn find_carried(&self, hash: Hash) -> Result<Option<(Number, DeviceId)>, Error> {
        let select = "SELECT id, bytes FROM carried WHERE hash = ?1";
        let found = self.db.prepare_cached(select)?.query_row([hash.0], |r| Ok((r.get(0)?, r.get::<_, Vec<u8>>(1)?)));
        let found: Option<(i64, Vec<u8>)> = found.optional()?;
        Ok(found.and_then(|(id, bytes)| Some((Number::Carried(id), Envelope::untrusted_header(&bytes)?.device))))
    }
}

/// Notes a permit; the first for an envelope stays.
pub(super) fn add_permit(tx: &Transaction, number: Number, permit: &SignedPermit) -> Result<(), Error> {
    let insert = "INSERT OR IGNORE INTO permit VALUES (?1, ?2, ?3, ?4)";
    tx.execute(insert, params![number, permit.permit, permit.token.as_bytes(), permit.courier.as_bytes()])?;
    Ok(())
}
