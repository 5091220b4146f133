//! How much of one phone a desk looks at. A stolen phone may send what its observer's quota at the server lets through, for weeks: all of it is
//! kept as it came, and what lies beyond these numbers costs no more than that.

use super::{DeskStore, unsigned};
use crate::error::DeskError;
use crate::faults::Unverifiable;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::DeviceId;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;
use std::fmt;

/// Reports of one phone that are evaluated and listed, the first in the log; and as many that cannot be verified or opened. Ten times what
/// the busiest observer signs in two months.
pub const EVALUATED: u64 = 3_000;
/// Envelopes of one phone whose contents are stored beside their sealed bytes. More than are evaluated, so that every desk evaluates the same
/// whatever order a damaged server's objects came in.
pub const OPENED: u64 = 2 * EVALUATED;

/// A phone that sent more reports than a desk looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BeyondLimit {
    /// Whose reports.
    pub device: DeviceId,
    /// How many are kept and not evaluated.
    pub reports: u64,
}

impl fmt::Display for BeyondLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { device, reports } = self;
        write!(
            f,
            "{reports} reports of the device {device}, beyond its first {EVALUATED}, are kept, not evaluated, and count nowhere: no phone in \
             use sends as many. Revoke it behind the last number that is good (`baqylau desk devices`, `baqylau mission revoke --good`), and \
             give its observer another phone (`baqylau mission replace`), which has an allowance of its own"
        )
    }
}

impl DeskStore {
    /// Phones that sent more reports than are looked at, by their ids.
    ///
    /// # Errors
    /// The database fails.
    pub fn beyond_limit(&self) -> Result<Vec<BeyondLimit>, DeskError> {
        // From the index alone: only of those that have as many envelopes the rows are read.
        let many = "SELECT device FROM envelope GROUP BY device HAVING count(*) > ?1";
        let mut statement = self.db.prepare_cached(many)?;
        let devices = statement.query_map([EVALUATED.cast_signed()], |r| Ok(DeviceId(r.get(0)?)))?;
        let mut all = Vec::new();
        for device in devices.collect::<Result<Vec<_>, _>>()? {
            if is_desk(&self.db, device)? {
                continue;
            }
            let sql = "SELECT count(*) FILTER (WHERE kind = ?2 OR refused = ?3),
                              count(*) FILTER (WHERE kind IS NULL AND refused <> ?3) FROM envelope WHERE device = ?1";
            let of = params![device.0, ObjectType::Report as u16, Unverifiable::BeyondLimit.code()];
            let (good, bad) = self.db.query_row(sql, of, |r| Ok((unsigned(r, 0)?, unsigned(r, 1)?)))?;
            let reports = good.saturating_sub(EVALUATED) + bad.saturating_sub(EVALUATED);
            if reports > 0 {
                all.push(BeyondLimit { device, reports });
            }
        }
        Ok(all)
    }

    /// Whether a device enrolled as a desk.
    pub(crate) fn is_desk(&self, device: DeviceId) -> Result<bool, DeskError> {
        is_desk(&self.db, device)
    }
}

fn is_desk(db: &Connection, device: DeviceId) -> Result<bool, DeskError> {
    let mut statement = db.prepare_cached("SELECT role FROM device WHERE device = ?1")?;
    let role = statement.query_row([device.0], |r| r.get::<_, u8>(0)).optional()?;
    Ok(role == Some(Role::Desk as u8))
}

/// How many more envelopes of each device are stored with their contents, while a page is kept.
pub(super) struct OpenedRoom {
    /// How many envelopes the page has.
    page: u64,
    left: HashMap<DeviceId, u64>,
}

impl OpenedRoom {
    pub(super) fn new(page: usize) -> Self {
        Self { page: page as u64, left: HashMap::new() }
    }

    /// Takes one of a device; whether there was room. Desks have no limit.
    pub(super) fn takes(&mut self, db: &Connection, device: DeviceId) -> Result<bool, DeskError> {
        if !self.left.contains_key(&device) {
            self.left.insert(device, self.room(db, device)?);
        }
        let Some(left) = self.left.get_mut(&device) else { return Ok(false) };
        let taken = *left > 0;
        *left = left.saturating_sub(1);
        Ok(taken)
    }

    fn room(&self, db: &Connection, device: DeviceId) -> Result<u64, DeskError> {
        // The index knows how many there are; which of them opened, only the rows.
        let count = |only: &str| -> Result<u64, DeskError> {
            let mut statement = db.prepare_cached(&format!("SELECT count(*) FROM envelope WHERE device = ?1{only}"))?;
            Ok(statement.query_row([device.0], |r| unsigned(r, 0))?)
        };
        if count("")? + self.page <= OPENED || is_desk(db, device)? {
            return Ok(u64::MAX);
        }
        Ok(OPENED.saturating_sub(count(" AND kind IS NOT NULL")?))
    }
}
