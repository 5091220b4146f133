//! Objects of the log, verified and opened, on all cores. Everything here is hostile input.

use crate::faults::Unverifiable;
use crate::parallel::map_on_all_cores;
use crate::store::{KnownDevice, LogObject, MissionTrust, Opened, PulledEnvelope};
use crate::workspace::keys::DeskSecrets;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::cose::{CoseError, ObjectType};
use baqylau_protocol::enrolment::Enrolled;
use baqylau_protocol::envelope::{self, EnvelopeError};
use baqylau_protocol::ids::{DeviceId, MissionId, PublicKey};
use baqylau_protocol::keys::ReadingSecret;
use baqylau_protocol::seal::SharedKey;
use std::collections::HashMap;

/// Verifies and opens objects of the log. It holds no network and no database: everything that it is handed is hostile.
pub struct Opener<'o> {
    /// The mission.
    pub mission: MissionId,
    /// Signs certificates.
    pub issuer: PublicKey,
    /// Opens envelopes.
    pub reading: &'o ReadingSecret,
}

/// Objects of the log, sorted by what they turned out to be.
#[derive(Debug, Default)]
pub struct VerifiedPage {
    /// New devices.
    pub devices: Vec<KnownDevice>,
    /// Envelopes, opened or with the reason why not.
    pub envelopes: Vec<PulledEnvelope>,
    /// Objects that are neither: place in the log and reason. A server that logs such things is broken or hostile.
    pub strange: Vec<(u64, Unverifiable)>,
}

impl<'o> Opener<'o> {
    pub(crate) fn of(trust: &MissionTrust, secrets: &'o DeskSecrets) -> Self {
        Self { mission: trust.mission(), issuer: trust.issuer, reading: &secrets.reading }
    }
}

impl Opener<'_> {
    /// Verifies and opens a page, given the devices known before.
    #[must_use]
    pub fn page(&self, first: u64, objects: &[LogObject], known: &HashMap<DeviceId, KnownDevice>) -> VerifiedPage {
        let mut found = VerifiedPage::default();
        let mut sealed = Vec::new();
        for (object, index) in objects.iter().zip(first..).filter(|(object, _)| !object.is_gap()) {
            match envelope::Envelope::parse(&object.bytes, self.mission) {
                Ok(envelope) => sealed.push((index, object.received, envelope)),
                Err(EnvelopeError::Cose(CoseError::Type { .. })) => match self.device(index, object) {
                    Ok(device) => found.devices.push(device),
                    Err(reason) => found.strange.push((index, reason)),
                },
                Err(e) => found.strange.push((index, e.into())),
            }
        }
        let fresh: HashMap<DeviceId, &KnownDevice> = found.devices.iter().map(|d| (d.device, d)).collect();
        // A device speaks from its enrolment on, wherever a page begins.
        let find = |id: &DeviceId, at: u64| known.get(id).or_else(|| fresh.get(id).copied()).filter(|d| d.index < at);
        found.envelopes = map_on_all_cores(&sealed, |s| self.open(s, &find));
        found
    }

    fn device(&self, index: u64, object: &LogObject) -> Result<KnownDevice, Unverifiable> {
        let enrolled = Enrolled::open(&object.bytes, &self.issuer, self.mission)?;
        let in_time = enrolled.in_time(object.received).is_ok();
        let shared = SharedKey::decapsulate(self.reading, &enrolled.enrolment.encapsulation, self.mission);
        let (key, id) = shared?.to_parts();
        Ok(KnownDevice {
            device: enrolled.device,
            index,
            hash: enrolled.hash,
            subject: enrolled.subject,
            role: enrolled.role,
            key: enrolled.enrolment.device_key,
            shared: (*key, id),
            in_time,
            invite: enrolled.invite,
            replaces: enrolled.enrolment.replaces,
            box_key: *enrolled.enrolment.box_key,
            received: object.received,
        })
    }

    fn open<'d>(
        &self,
        (index, received, envelope): &(u64, i64, envelope::Envelope),
        find: &impl Fn(&DeviceId, u64) -> Option<&'d KnownDevice>,
    ) -> PulledEnvelope {
        let header = &envelope.header;
        let plain = match find(&header.device, *index) {
            None => Err(Unverifiable::NotEnrolled),
            Some(device) => {
                // A letter is sealed to its phone; that it is the desk's is all that can be said of it here.
                if header.recipient.is_some() {
                    let letter = Opened { kind: ObjectType::Letter, bytes: Vec::new() };
                    return self.found(*index, *received, envelope, self.letter(device, envelope).map(|()| letter));
                }
                let shared = SharedKey::from_parts(device.shared.0, device.shared.1);
                let opened = envelope.open(&device.key, self.reading, &shared);
                opened.map(|(kind, bytes)| Opened { kind, bytes: bytes.to_vec() }).map_err(Unverifiable::from)
            }
        };
        self.found(*index, *received, envelope, plain)
    }

    fn letter(&self, device: &KnownDevice, envelope: &envelope::Envelope) -> Result<(), Unverifiable> {
        if device.role != Role::Desk {
            return Err(Unverifiable::NoDesksLetter);
        }
        Ok(envelope.verify(&device.key)?)
    }

    fn found(
        &self,
        index: u64,
        received: i64,
        envelope: &envelope::Envelope,
        plain: Result<Opened, Unverifiable>,
    ) -> PulledEnvelope {
        let header = &envelope.header;
        let (device, seq, prev) = (header.device, header.seq, header.prev);
        PulledEnvelope { index, device, seq, prev, hash: envelope.hash, received, plain }
    }
}
