//! Which objects are taken in. Their own signatures authenticate them; no account, no address.

use baqylau_protocol::blob::MAX_BLOB;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor::Malformed;
use baqylau_protocol::certificate::{CertificateError, Role};
use baqylau_protocol::cose::{self, CoseError, ObjectType};
use baqylau_protocol::enrolment::Enrolled;
use baqylau_protocol::envelope::{Envelope, EnvelopeError};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId, PublicKey, SubjectId};
use baqylau_protocol::standing::{Standing, StandingError, StandingRecord, Standings};
use baqylau_protocol::wire::{Refusal, RefusalCode};

/// A device as its enrolment says it; the server knows no name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceState {
    /// Signs everything that the device sends.
    pub key: PublicKey,
    /// Whom it belongs to.
    pub subject: SubjectId,
    /// By its certificate.
    pub role: Role,
}

/// Whether an envelope of this number may be logged.
///
/// # Errors
/// The device was revoked before it.
pub(crate) fn may_send(standings: &Standings, device: DeviceId, seq: u64) -> Result<(), Refusal> {
    let held = standings.of(device).map(|held| &held.decision);
    if held.is_some_and(|d| d.standing == Standing::Revoked && seq > d.good_seq) {
        return Err(refusal(RefusalCode::Revoked, "this device was revoked; ask the coordinators for a new invite"));
    }
    Ok(())
}

/// An object that was found good and may be logged.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The device.
    pub device: DeviceId,
    /// Whom it belongs to.
    pub subject: SubjectId,
    /// Its number in the chain; 0 for what is not sealed.
    pub seq: u64,
    /// The phone that a desk's letter is for.
    pub recipient: Option<DeviceId>,
    /// SHA-256 of the whole object.
    pub hash: Hash,
    /// As they came; nothing is encoded again.
    pub object: Vec<u8>,
    /// What else is to be known of it.
    pub kind: AcceptedKind,
}

/// What an object is, and what of it may be judged anew where it is written.
#[derive(Debug, Clone)]
pub enum AcceptedKind {
    /// A sealed envelope.
    Envelope,
    /// The enrolment of a device, with a certificate by this issuer.
    Enrolment(DeviceState, PublicKey),
    /// What a desk says of devices.
    Standing(StandingRecord),
}

/// Judges objects by the state of one moment; the writer looks again at what may change.
pub struct Acceptance<'j> {
    /// The mission.
    pub mission: MissionId,
    /// What is published.
    pub manifest: &'j Manifest,
    /// The length of the log: what is new comes behind it.
    pub place: u64,
    /// What desks decided.
    pub standings: &'j Standings,
    /// Now, in milliseconds since 1970.
    pub now: i64,
    /// Looks a device up.
    pub device: &'j dyn Fn(DeviceId) -> Option<DeviceState>,
}

pub(crate) fn refusal(code: RefusalCode, reason: impl Into<String>) -> Refusal {
    Refusal { code, reason: reason.into() }
}

impl Acceptance<'_> {
    /// Judges an object.
    ///
    /// # Errors
    /// The reason of the refusal, as it goes to the observer.
    pub fn judge(&self, object: Vec<u8>) -> Result<Accepted, Refusal> {
        match Envelope::parse(&object, self.mission) {
            Ok(envelope) => {
                let subject = self.envelope(&envelope)?.subject;
                let (device, seq, recipient) = (envelope.header.device, envelope.header.seq, envelope.header.recipient);
                let hash = envelope.hash;
                Ok(Accepted { device, subject, seq, recipient, hash, object, kind: AcceptedKind::Envelope })
            }
            Err(EnvelopeError::Cose(CoseError::Type { .. })) if cose::is(ObjectType::Standing, &object) => {
                self.standing(object)
            }
            Err(EnvelopeError::Cose(CoseError::Type { .. })) => self.enrolment(object),
            Err(e) => Err(refusal(code_of(&e), e.to_string())),
        }
    }

    fn envelope(&self, envelope: &Envelope) -> Result<DeviceState, Refusal> {
        let header = &envelope.header;
        let device = (self.device)(header.device)
            .ok_or_else(|| refusal(RefusalCode::UnknownDevice, "this device is not enrolled here; it enrols again"))?;
        envelope.verify(&device.key).map_err(|e| refusal(RefusalCode::Signature, e.to_string()))?;
        let desk = device.role == Role::Desk && self.manifest.is_desk_at(header.device, self.place);
        if header.recipient.is_some() && !desk {
            return Err(refusal(RefusalCode::Malformed, "only desks write to phones"));
        }
        if header.blobs.iter().flatten().any(|b| b.length == 0 || b.length > MAX_BLOB) {
            return Err(refusal(RefusalCode::Length, "it names an attachment that is too large; attach a shorter one"));
        }
        if i64::try_from(header.seq).is_err() {
            return Err(refusal(RefusalCode::Malformed, "its number is beyond any chain"));
        }
        may_send(self.standings, header.device, header.seq)?;
        Ok(device)
    }

    fn enrolment(&self, object: Vec<u8>) -> Result<Accepted, Refusal> {
        let code = |e: &CertificateError| match e {
            CertificateError::Mission { .. } => RefusalCode::Mission,
            CertificateError::Expired => RefusalCode::Expired,
            CertificateError::Cose(CoseError::Signature(_)) => RefusalCode::Signature,
            CertificateError::Cose(_) => RefusalCode::Malformed,
        };
        let refuse = |e: CertificateError| refusal(code(&e), e.to_string());
        let enrolled = Enrolled::open(&object, &self.manifest.issuer_keys(), self.mission).map_err(refuse)?;
        let known = (self.device)(enrolled.device).is_some();
        // One that is in the log already is receipted again, however late.
        if !known {
            enrolled.in_time(self.now).map_err(refuse)?;
            may_enrol(self.manifest, enrolled.issuer, self.place, self.now)?;
        }
        let (subject, hash) = (enrolled.subject, enrolled.hash);
        let device = DeviceState { key: enrolled.enrolment.device_key, subject, role: enrolled.role };
        let kind = AcceptedKind::Enrolment(device, enrolled.issuer);
        Ok(Accepted { device: enrolled.device, subject, seq: 0, recipient: None, hash, object, kind })
    }

    fn standing(&self, object: Vec<u8>) -> Result<Accepted, Refusal> {
        let refuse = |e: StandingError| {
            let code = match &e {
                StandingError::Mission { .. } => RefusalCode::Mission,
                StandingError::Cose(CoseError::Signature(_)) => RefusalCode::Signature,
                StandingError::Cose(_) => RefusalCode::Malformed,
            };
            refusal(code, e.to_string())
        };
        let desk = StandingRecord::untrusted(&object, self.mission).map_err(refuse)?.desk;
        let device = (self.device)(desk)
            .ok_or_else(|| refusal(RefusalCode::UnknownDevice, "this desk is not enrolled here; it enrols again"))?;
        if !self.manifest.is_desk_at(desk, self.place) {
            return Err(unlisted());
        }
        let record = StandingRecord::open(&object, &device.key, self.mission).map_err(refuse)?;
        let (subject, hash) = (device.subject, Hash::of(&object));
        let kind = AcceptedKind::Standing(record);
        Ok(Accepted { device: desk, subject, seq: 0, recipient: None, hash, object, kind })
    }
}

/// Of a record whose desk the manifest does not list where it would stand.
pub(crate) fn unlisted() -> Refusal {
    let reason = "the published bundle does not list this desk, or ended it; whoever holds the root key lists desks";
    refusal(RefusalCode::Revoked, reason)
}

/// Whether a certificate of this issuer lets a device enrol at a place of the log, and now.
///
/// # Errors
/// The issuer was ended before, or the manifest expired.
pub(crate) fn may_enrol(manifest: &Manifest, issuer: PublicKey, place: u64, now: i64) -> Result<(), Refusal> {
    if !manifest.issuers_at(place).contains(&issuer) {
        let reason = "the key that signed this invite is no longer in use; ask the coordinators for a new invite";
        return Err(refusal(RefusalCode::Expired, reason));
    }
    if now > manifest.expires {
        let reason = "the mission's bundle expired; the coordinators must publish a new one";
        return Err(refusal(RefusalCode::Expired, reason));
    }
    Ok(())
}

fn code_of(e: &EnvelopeError) -> RefusalCode {
    match e {
        EnvelopeError::Mission { .. } => RefusalCode::Mission,
        EnvelopeError::Length { .. } | EnvelopeError::Malformed(Malformed::TooLong { .. }) => RefusalCode::Length,
        EnvelopeError::Cose(CoseError::Signature(_)) => RefusalCode::Signature,
        _ => RefusalCode::Malformed,
    }
}
