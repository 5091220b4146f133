//! Objects of the log, verified and opened, on all cores. Everything here is hostile input.

use crate::faults::Unverifiable;
use crate::parallel::map_on_all_cores;
use crate::store::{KnownDevice, LogObject, Opened, PageContents, PulledDecision, PulledEnvelope};
use crate::workspace::DeskIdentity;
use crate::workspace::keys::DeskSecrets;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::cose::{self, CoseError, ObjectType};
use baqylau_protocol::enrolment::Enrolled;
use baqylau_protocol::envelope::{self, EnvelopeError};
use baqylau_protocol::ids::{DeviceId, MissionId};
use baqylau_protocol::keys::ReadingSecret;
use baqylau_protocol::seal::SharedKey;
use baqylau_protocol::standing::StandingRecord;
use std::collections::HashMap;

/// Verifies and opens objects of the log. It holds no network and no database: everything that it is handed is hostile.
pub struct Opener<'o> {
    /// The mission.
    pub mission: MissionId,
    /// Who signs certificates, and for which places of the log.
    pub manifest: Manifest,
    /// Open envelopes; each names its key by number.
    pub reading: &'o [ReadingSecret],
    /// What other desks seal to this one.
    pub own: &'o DeskIdentity,
}

/// Objects of the log, sorted by what they turned out to be.
#[derive(Debug, Default)]
pub struct VerifiedPage {
    /// New devices.
    pub devices: Vec<KnownDevice>,
    /// Envelopes, opened or with the reason why not.
    pub envelopes: Vec<PulledEnvelope>,
    /// Records of standings.
    pub decisions: Vec<PulledDecision>,
    /// Objects that are none of these: place in the log and reason. A server that logs such things is broken or hostile.
    pub strange: Vec<(u64, Unverifiable)>,
}

impl<'o> Opener<'o> {
    pub(crate) fn of(manifest: Manifest, secrets: &'o DeskSecrets) -> Self {
        Self { mission: manifest.mission, manifest, reading: &secrets.reading, own: &secrets.identity }
    }
}

impl VerifiedPage {
    /// What the store keeps of it.
    #[must_use]
    pub fn contents(&self) -> PageContents<'_> {
        PageContents { devices: &self.devices, envelopes: &self.envelopes, decisions: &self.decisions }
    }
}

impl Opener<'_> {
    /// Verifies and opens a page, given the devices known before.
    #[must_use]
    pub fn page(&self, first: u64, objects: &[LogObject], known: &HashMap<DeviceId, KnownDevice>) -> VerifiedPage {
        let mut found = VerifiedPage::default();
        let (mut sealed, mut decided) = (Vec::new(), Vec::new());
        for (object, index) in objects.iter().zip(first..).filter(|(object, _)| !object.is_gap()) {
            match envelope::Envelope::parse(&object.bytes, self.mission) {
                Ok(envelope) => sealed.push((index, object.received, envelope)),
                Err(EnvelopeError::Cose(CoseError::Type { .. })) if cose::is(ObjectType::Standing, &object.bytes) => {
                    match StandingRecord::untrusted(&object.bytes, self.mission) {
                        Ok(record) => decided.push((index, object, record.desk)),
                        Err(e) => found.strange.push((index, e.into())),
                    }
                }
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
        let decision = |(index, object, desk): (u64, &LogObject, DeviceId)| {
            let device = find(&desk, index).ok_or(Unverifiable::NotEnrolled);
            let opened = |d: &KnownDevice| StandingRecord::open(&object.bytes, &d.key, self.mission);
            let verified = device.and_then(|d| opened(d).map(drop).map_err(Unverifiable::from));
            PulledDecision { index, desk, bytes: object.bytes.clone(), verified }
        };
        found.decisions = decided.into_iter().map(decision).collect();
        found
    }

    fn device(&self, index: u64, object: &LogObject) -> Result<KnownDevice, Unverifiable> {
        let enrolled = Enrolled::open(&object.bytes, &self.manifest.issuers_at(index), self.mission)?;
        let in_time = enrolled.in_time(object.received).is_ok();
        let reading = self.reading(enrolled.enrolment.reading_key)?;
        let shared = SharedKey::decapsulate(reading, &enrolled.enrolment.encapsulation, self.mission);
        let (key, id) = shared?.to_parts();
        Ok(KnownDevice {
            device: enrolled.device,
            index,
            hash: enrolled.hash,
            subject: enrolled.subject,
            role: enrolled.role,
            issuer: enrolled.issuer,
            key: enrolled.enrolment.device_key,
            shared: (*key, id),
            in_time,
            invite: enrolled.invite,
            replaces: enrolled.enrolment.replaces,
            box_key: *enrolled.enrolment.box_key,
            received: object.received,
        })
    }

    fn reading(&self, number: u32) -> Result<&ReadingSecret, Unverifiable> {
        self.reading.iter().find(|key| key.number == number).ok_or(Unverifiable::Sealed)
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
                if header.recipient == Some(self.own.device()) {
                    let opened = self.open_own(device, envelope, *index);
                    return self.found(*index, *received, envelope, opened);
                }
                if header.recipient.is_some() {
                    let letter = Opened { kind: ObjectType::Letter, bytes: Vec::new() };
                    return self.found(*index, *received, envelope, self.letter(device, envelope).map(|()| letter));
                }
                let shared = SharedKey::from_parts(device.shared.0, device.shared.1);
                let reading = self.reading(header.to);
                let opened = reading.and_then(|key| Ok(envelope.open(&device.key, key, &shared)?));
                opened.map(|(kind, bytes)| Opened { kind, bytes: bytes.to_vec() })
            }
        };
        self.found(*index, *received, envelope, plain)
    }

    /// What another desk sealed to this one.
    fn open_own(
        &self,
        device: &KnownDevice,
        envelope: &envelope::Envelope,
        place: u64,
    ) -> Result<Opened, Unverifiable> {
        if !self.manifest.is_desk_at(device.device, place) {
            return Err(Unverifiable::NoDesksLetter);
        }
        let key = self.own.box_key().ok_or(Unverifiable::Sealed)?;
        let (kind, bytes) = envelope.open(&device.key, &key, &self.own.shared())?;
        Ok(Opened { kind, bytes: bytes.to_vec() })
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
