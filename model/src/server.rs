//! The server: what it takes, what it forgets and how it lies.

use crate::bug::PlantedBug;
use crate::manifest::ModelledManifest;
use crate::notice::DeskNotices;
use crate::object::{ModelledObject, phone_id};
use baqylau_protocol::standing::Standing;
use baqylau_protocol::wire::RefusalCode;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    Phone,
    Desk,
}

/// A server with its log.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ModelledServer {
    /// Its receipt key: the epoch that it was made for.
    pub key: u8,
    pub log: Vec<ModelledObject>,
    /// The log that it shows to phones, where it is another.
    pub for_phones: Option<Vec<ModelledObject>>,
    /// How much of the log a crash leaves.
    pub durable: usize,
    /// Whether this log lacks something that its key signed a receipt for or might have.
    pub went_back: bool,
    /// The last notice of each desk.
    pub notices: DeskNotices,
    /// The notice of each desk that it was handed before that.
    pub older: DeskNotices,
}

impl ModelledServer {
    pub fn view(&self, reader: Reader) -> &Vec<ModelledObject> {
        match reader {
            Reader::Phone => self.for_phones.as_ref().unwrap_or(&self.log),
            Reader::Desk => &self.log,
        }
    }

    /// Logs an object, or says why not; gives its place. One that is there already is proved where it stands.
    pub fn append(
        &mut self,
        reader: Reader,
        object: ModelledObject,
        manifest: &ModelledManifest,
        bug: Option<PlantedBug>,
    ) -> Result<usize, RefusalCode> {
        let log = self.view(reader);
        let known = log.iter().position(|logged| *logged == object);
        if let Some(place) = known.filter(|_| bug != Some(PlantedBug::ServerLogsTwice)) {
            return Ok(place);
        }
        may_log(log, object, manifest, bug)?;
        let place = log.len();
        self.log_anyhow(reader, object);
        self.durable = if bug == Some(PlantedBug::ReceiptBeforeCommit) { place } else { self.log.len() };
        Ok(place)
    }

    /// Logs an object without looking at it.
    pub fn log_anyhow(&mut self, reader: Reader, object: ModelledObject) {
        match (&mut self.for_phones, reader) {
            (Some(log), Reader::Phone) => log.push(object),
            (Some(_) | None, _) => self.log.push(object),
        }
        self.durable = self.log.len();
    }
}

/// As `server/src/accept.rs` and `writer.rs`.
fn may_log(
    log: &[ModelledObject],
    object: ModelledObject,
    manifest: &ModelledManifest,
    bug: Option<PlantedBug>,
) -> Result<(), RefusalCode> {
    match object {
        ModelledObject::Enrolment(_) if manifest.certifies(log.len(), bug) => Ok(()),
        ModelledObject::Enrolment(_) => Err(RefusalCode::Expired),
        ModelledObject::Report(phone, _) if !manifest.has_enrolled(log, phone, bug) => Err(RefusalCode::UnknownDevice),
        ModelledObject::Report(phone, seq) => {
            let standings = manifest.standings(log, bug);
            let held = standings.of(phone_id(phone)).map(|held| &held.decision);
            let revoked = held.is_some_and(|d| d.standing == Standing::Revoked && u64::from(seq) > d.good_seq);
            if revoked { Err(RefusalCode::Revoked) } else { Ok(()) }
        }
        ModelledObject::Decision(decision) => {
            let taken = manifest.takes(log, &decision, bug);
            if taken { Ok(()) } else { Err(RefusalCode::Revoked) }
        }
    }
}
