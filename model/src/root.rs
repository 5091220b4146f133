//! What the root signs: desks and issuers that end, phones that are reinstated, a log that begins anew.

use crate::bug::PlantedBug;
use crate::object::phone_id;
use crate::server::ModelledServer;
use crate::state::{DeliveryModel, MissionState, spend};
use baqylau_protocol::standing::Standing;

impl MissionState {
    /// Whether the first desk knows places of the log of now.
    fn knows_places(&self, model: &DeliveryModel) -> bool {
        self.desks[0].epoch == self.newest().key() || model.bug == Some(PlantedBug::PlacesOfTheOldLog)
    }

    pub(crate) fn end_desk(&mut self, model: &DeliveryModel, until: usize) -> Option<()> {
        spend(&mut self.spare.ends)?;
        let mut manifest = self.newest().clone();
        if !manifest.is_current_desk(1) || !self.knows_places(model) {
            return None;
        }
        manifest.desks[1].1 = Some(u8::try_from(until).ok()?);
        self.manifests.push(manifest);
        // What it decided behind that goes with it.
        self.desks.iter_mut().for_each(|desk| desk.revoked = [None; 2]);
        Some(())
    }

    /// The issuer of all invites is replaced, and ended from a place on.
    pub(crate) fn end_issuer(&mut self, model: &DeliveryModel, until: usize) -> Option<()> {
        spend(&mut self.spare.issuers_ended)?;
        let mut manifest = self.newest().clone();
        if manifest.issuer_end.is_some() || !self.knows_places(model) {
            return None;
        }
        manifest.issuer_end = Some(u8::try_from(until).ok()?);
        self.manifests.push(manifest);
        Some(())
    }

    pub(crate) fn reinstate(&mut self, model: &DeliveryModel, phone: u8) -> Option<()> {
        spend(&mut self.spare.reinstatements)?;
        let mut manifest = self.newest().clone();
        let standings = self.desks[0].standings(&manifest, model.bug);
        let held = standings.of(phone_id(phone)).map(|held| held.decision.standing);
        if held != Some(Standing::Revoked) || !self.knows_places(model) {
            return None;
        }
        manifest.reinstated[usize::from(phone)] = u8::try_from(self.desks[0].log.len()).ok()?;
        self.manifests.push(manifest);
        self.desks.iter_mut().for_each(|desk| desk.revoked[usize::from(phone)] = None);
        Some(())
    }

    /// A new log begins with what the first desk has, and the root says so.
    pub(crate) fn begin_log(&mut self, model: &DeliveryModel, size: usize) -> Option<()> {
        spend(&mut self.spare.epochs)?;
        let mut manifest = self.newest().clone();
        let (desk, newest) = (&self.desks[0], manifest.key());
        let named = manifest.named_place() > size && model.bug != Some(PlantedBug::EpochBelowNamedPlaces);
        if desk.epoch != newest || named {
            return None;
        }
        let log = desk.log[..size].to_vec();
        manifest.before.push(log.clone());
        let key = manifest.key();
        // Who runs the server may keep the notices of the log before.
        let (notices, older) = (self.server.notices.clone(), self.server.older.clone());
        self.server =
            ModelledServer { key, durable: log.len(), log, for_phones: None, went_back: false, notices, older };
        self.manifests.push(manifest);
        Some(())
    }
}
