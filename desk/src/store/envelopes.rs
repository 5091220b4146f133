//! What was opened from the log: devices and envelopes.

use super::allowance::OpenedRoom;
use super::decisions::{self, PulledDecision};
use super::{DeskStore, set_setting, signed, unsigned};
use crate::error::DeskError;
use crate::faults::Unverifiable;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::{DeviceId, Hash, PublicKey, SubjectId};
use baqylau_protocol::notice::OpenedNumber;
use rusqlite::{OptionalExtension, Transaction, params};

/// A device as the log made it known.
#[derive(Clone)]
pub struct KnownDevice {
    /// The first 16 bytes of the hash of its enrolment.
    pub device: DeviceId,
    /// Where its enrolment is in the log.
    pub index: u64,
    /// The hash of its enrolment: the first `prev` of its chain.
    pub hash: Hash,
    /// Whom it belongs to.
    pub subject: SubjectId,
    /// By the certificate in its enrolment. Whether it speaks as a desk, the manifest says.
    pub role: Role,
    /// Signed the certificate in its enrolment.
    pub issuer: PublicKey,
    /// Signs what the device sends.
    pub key: PublicKey,
    /// The shared key and its id.
    pub shared: ([u8; 32], Hash),
    /// Whether the invite had not expired.
    pub in_time: bool,
    /// The key of the invite that it used.
    pub invite: PublicKey,
    /// The device that it replaces.
    pub replaces: Option<DeviceId>,
    /// The X25519 key that letters to it are sealed to.
    pub box_key: [u8; 32],
    /// When the server received the enrolment, in milliseconds since 1970.
    pub received: i64,
}

baqylau_forms::redacted_debug! { KnownDevice: device, index, hash, subject, role, in_time, received }

/// An envelope as it was found when it was pulled.
#[derive(Debug, Clone)]
pub struct PulledEnvelope {
    /// Counted from 0.
    pub index: u64,
    /// The device.
    pub device: DeviceId,
    /// Counted from 1 in the chain of its device.
    pub seq: u64,
    /// The hash of the envelope before.
    pub prev: Hash,
    /// SHA-256 of the whole envelope, by which others name it.
    pub hash: Hash,
    /// When the server received it.
    pub received: i64,
    /// As it opened when it was pulled; [`crate::log::recheck::verify_all`] opens it again.
    pub plain: Result<Opened, Unverifiable>,
}

/// The sealed part of an envelope, after its signature was verified.
#[derive(Clone)]
pub struct Opened {
    /// By the type within the seal; only types that may be sealed.
    pub kind: ObjectType,
    /// Deterministic CBOR; empty for a letter to a phone, which no desk can open.
    pub bytes: Vec<u8>,
}

baqylau_forms::redacted_debug! { Opened: kind }

/// An envelope as a link of its device's chain.
#[derive(Debug, Clone)]
pub struct ChainLink {
    /// Place in the log.
    pub index: u64,
    /// The device.
    pub device: DeviceId,
    /// Counted from 1 in the chain of its device.
    pub seq: u64,
    /// SHA-256 of the whole envelope.
    pub hash: Hash,
    /// When the server received it.
    pub received: i64,
    /// The record that closes the chain, where it is one.
    pub close: Option<Vec<u8>>,
}

/// Reading this many rows for one that is wanted takes as long as looking it up.
const NEAR: u64 = 4;
/// Setting: whether something came that tells of the register, and was not taken into it yet.
const REGISTER_CAME: &str = "register_came";

impl DeskStore {
    /// The devices, in the order of the log.
    ///
    /// # Errors
    /// The database fails.
    pub fn devices(&self) -> Result<Vec<KnownDevice>, DeskError> {
        let sql =
            "SELECT d.device, d.idx, d.hash, d.subject, d.role, d.key, d.shared, d.shared_id, d.in_time, d.invite,
                   d.replaces, o.received, d.box, d.issuer FROM device d JOIN object o ON o.idx = d.idx ORDER BY d.idx";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([], |r| {
            Ok(KnownDevice {
                device: DeviceId(r.get(0)?),
                index: unsigned(r, 1)?,
                hash: Hash(r.get(2)?),
                subject: SubjectId(r.get(3)?),
                role: if r.get::<_, u8>(4)? == Role::Desk as u8 { Role::Desk } else { Role::Observer },
                key: PublicKey(r.get(5)?),
                shared: (r.get(6)?, Hash(r.get(7)?)),
                in_time: r.get(8)?,
                invite: PublicKey(r.get(9)?),
                replaces: r.get::<_, Option<[u8; 16]>>(10)?.map(DeviceId),
                received: r.get(11)?,
                box_key: r.get(12)?,
                issuer: PublicKey(r.get(13)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What chains are made of: device, number, hash and time of receipt of each envelope that opened, in the order of the log; and the
    /// bytes of those that close one.
    ///
    /// # Errors
    /// The database fails.
    pub fn chains(&self) -> Result<Vec<ChainLink>, DeskError> {
        let sql = "SELECT e.device, e.seq, e.hash, o.received, CASE e.kind WHEN ?1 THEN e.plain END, e.idx
                   FROM envelope e JOIN object o ON o.idx = e.idx WHERE e.kind IS NOT NULL ORDER BY e.idx";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([ObjectType::Close as u16], |r| {
            let (device, hash) = (DeviceId(r.get(0)?), Hash(r.get(2)?));
            Ok(ChainLink {
                index: unsigned(r, 5)?,
                device,
                seq: unsigned(r, 1)?,
                hash,
                received: r.get(3)?,
                close: r.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every envelope that opened, or is kept sealed beyond what is looked at of its phone (`false`); device by device, by ascending number;
    /// of one number in the order of the log.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) fn opened_numbers(&self, each: &mut dyn FnMut(DeviceId, OpenedNumber, bool)) -> Result<(), DeskError> {
        let sql = "SELECT device, seq, hash, prev, kind IS NOT NULL FROM envelope
                   WHERE kind IS NOT NULL OR refused = 'beyond-limit' ORDER BY device, seq, idx";
        let mut statement = self.db.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let number = OpenedNumber { seq: unsigned(row, 1)?, hash: Hash(row.get(2)?), prev: Hash(row.get(3)?) };
            each(DeviceId(row.get(0)?), number, row.get(4)?);
        }
        Ok(())
    }

    /// The keys that were handed to this desk: by which device, at which place, and what they are, in the order of the log.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) fn handed_keys(&self) -> Result<Vec<(DeviceId, u64, Vec<u8>)>, DeskError> {
        // The number stands here so that its index is used.
        let sql = "SELECT device, idx, plain FROM envelope WHERE kind = 65020 ORDER BY idx";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([], |r| Ok((DeviceId(r.get(0)?), unsigned(r, 1)?, r.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether another desk told of the register, and the register here does not say so yet: also where a pull broke off in between.
    pub(crate) fn register_came(&self) -> Result<bool, DeskError> {
        Ok(self.setting(REGISTER_CAME)?.is_some_and(|came| !came.is_empty()))
    }

    /// The register here says all that came.
    pub(crate) fn register_taken(&self) -> Result<(), DeskError> {
        self.set_setting(REGISTER_CAME, &[])
    }

    /// The envelopes, in the order of the log.
    ///
    /// # Errors
    /// The database fails.
    pub fn envelopes(&self) -> Result<Vec<PulledEnvelope>, DeskError> {
        let mut statement = self.db.prepare(&format!("{ENVELOPES} ORDER BY e.idx"))?;
        Ok(statement.query_map([], envelope)?.collect::<Result<_, _>>()?)
    }

    /// Some envelopes, from a place in the log on.
    ///
    /// # Errors
    /// The database fails.
    pub fn envelopes_from(&self, from: u64, count: usize) -> Result<Vec<PulledEnvelope>, DeskError> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let mut statement =
            self.db.prepare_cached(&format!("{ENVELOPES} WHERE e.idx >= ?1 ORDER BY e.idx LIMIT ?2"))?;
        Ok(statement.query_map([signed(from), count], envelope)?.collect::<Result<_, _>>()?)
    }

    /// What was in the envelopes at some places of the log, in their order; nothing for those that did not open.
    ///
    /// # Errors
    /// The database fails.
    pub fn plain_at(&self, places: &[u64]) -> Result<Vec<(u64, Vec<u8>)>, DeskError> {
        let (Some(first), Some(last)) = (places.first(), places.last()) else { return Ok(Vec::new()) };
        let near = last - first < places.len() as u64 * NEAR;
        let sql = "SELECT idx, plain FROM envelope WHERE idx BETWEEN ?1 AND ?2 AND plain IS NOT NULL ORDER BY idx";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut out = Vec::with_capacity(places.len());
        let mut read = |from: u64, to: u64| -> Result<(), DeskError> {
            let mut rows = statement.query([signed(from), signed(to)])?;
            while let Some(row) = rows.next()? {
                let index = unsigned(row, 0)?;
                if places.binary_search(&index).is_ok() {
                    out.push((index, row.get(1)?));
                }
            }
            Ok(())
        };
        // Places that lie near each other are read in one go.
        if near {
            read(*first, *last)?;
        } else {
            places.iter().try_for_each(|at| read(*at, *at))?;
        }
        Ok(out)
    }

    /// One envelope: the first in the log with this hash.
    ///
    /// # Errors
    /// The database fails.
    pub fn envelope(&self, hash: Hash) -> Result<Option<PulledEnvelope>, DeskError> {
        let sql = format!("{ENVELOPES} WHERE e.hash = ?1 ORDER BY e.idx LIMIT 1");
        Ok(self.db.query_row(&sql, [hash.0], envelope).optional()?)
    }
}

/// What was found in objects of the log.
#[derive(Debug, Clone, Copy, Default)]
pub struct PageContents<'p> {
    /// Devices that enrolled.
    pub devices: &'p [KnownDevice],
    /// Envelopes, opened or not.
    pub envelopes: &'p [PulledEnvelope],
    /// Records of standings.
    pub decisions: &'p [PulledDecision],
}

/// Keeps it.
pub(super) fn insert(tx: &Transaction<'_>, found: PageContents<'_>) -> Result<(), DeskError> {
    let is_register = |e: &PulledEnvelope| e.plain.as_ref().is_ok_and(|opened| opened.kind == ObjectType::Register);
    if found.envelopes.iter().any(is_register) {
        set_setting(tx, REGISTER_CAME, &[1])?;
    }
    for d in found.devices {
        let sql = "INSERT OR IGNORE INTO device VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
        let role = d.role as u8;
        let values = params![
            d.device.0,
            signed(d.index),
            d.hash.0,
            d.subject.0,
            role,
            d.key.0,
            d.shared.0,
            d.shared.1.0,
            d.in_time,
            d.invite.0,
            d.replaces.map(|r| r.0),
            d.box_key,
            d.issuer.0
        ];
        tx.prepare_cached(sql)?.execute(values)?;
    }
    let mut room = OpenedRoom::new(found.envelopes.len());
    for e in found.envelopes {
        let sql = "INSERT INTO envelope VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let plain = match &e.plain {
            Ok(_) if !room.takes(tx, e.device)? => Err(Unverifiable::BeyondLimit),
            Ok(opened) => Ok(opened),
            Err(why) => Err(*why),
        };
        let (opened, refused) = (plain.ok(), plain.err().map(Unverifiable::code));
        let (kind, plain) = (opened.map(|o| o.kind as u16), opened.map(|o| &o.bytes));
        let values = params![signed(e.index), e.device.0, signed(e.seq), e.prev.0, e.hash.0, kind, refused, plain];
        tx.prepare_cached(sql)?.execute(values)?;
    }
    decisions::insert(tx, found.decisions)
}

const ENVELOPES: &str = "SELECT e.idx, e.device, e.seq, e.prev, e.hash, o.received, e.refused, e.plain, e.kind
                         FROM envelope e JOIN object o ON o.idx = e.idx";

fn envelope(r: &rusqlite::Row) -> rusqlite::Result<PulledEnvelope> {
    let (refused, bytes): (Option<String>, Option<Vec<u8>>) = (r.get(6)?, r.get(7)?);
    let kind = r.get::<_, Option<u16>>(8)?.and_then(ObjectType::sealed);
    let plain = kind.zip(bytes).map(|(kind, bytes)| Opened { kind, bytes });
    Ok(PulledEnvelope {
        index: unsigned(r, 0)?,
        device: DeviceId(r.get(1)?),
        seq: unsigned(r, 2)?,
        prev: Hash(r.get(3)?),
        hash: Hash(r.get(4)?),
        received: r.get(5)?,
        plain: match (plain, refused) {
            (Some(plain), _) => Ok(plain),
            // Earlier versions kept words.
            (None, Some(refused)) => Err(refused.parse().unwrap_or(Unverifiable::Earlier)),
            // Neither: the row is damaged.
            (None, None) => {
                return Err(rusqlite::Error::InvalidColumnType(7, "plain".into(), rusqlite::types::Type::Null));
            }
        },
    })
}
