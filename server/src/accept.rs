//! Which objects are taken in. Their own signatures authenticate them; no account, no address.

use baqylau_protocol::blob::MAX_BLOB;
use baqylau_protocol::cbor::Malformed;
use baqylau_protocol::certificate::{CertificateError, Role};
use baqylau_protocol::cose::CoseError;
use baqylau_protocol::enrolment::Enrolled;
use baqylau_protocol::envelope::{Envelope, EnvelopeError};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId, PublicKey, SubjectId};
use baqylau_protocol::roster::{RosterEntry, Standing};
use baqylau_protocol::wire::{Refusal, RefusalCode};

/// A device as the log and the roster say it; the server knows no name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceState {
    /// Signs everything that the device sends.
    pub key: PublicKey,
    /// Whom it belongs to.
    pub subject: SubjectId,
    /// By its certificate.
    pub role: Role,
    /// `None` as long as no roster lists it; then its objects are taken, and no desk counts them.
    pub roster: Option<RosterEntry>,
}

impl DeviceState {
    /// Whether an envelope of this number may be logged.
    ///
    /// # Errors
    /// The device was revoked before it.
    pub(crate) fn may_send(&self, seq: u64) -> Result<(), Refusal> {
        self.roster.as_ref().map_or(Ok(()), |entry| may_send(entry, seq))
    }
}

/// Whether the roster lets an envelope of this number be logged.
///
/// # Errors
/// The device was revoked before it.
pub(crate) fn may_send(entry: &RosterEntry, seq: u64) -> Result<(), Refusal> {
    if entry.standing == Standing::Revoked && seq > entry.good_seq {
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
    /// Its number in the chain; 0 for the enrolment.
    pub seq: u64,
    /// The phone that a desk's letter is for.
    pub recipient: Option<DeviceId>,
    /// SHA-256 of the whole object.
    pub hash: Hash,
    /// As they came; nothing is encoded again.
    pub object: Vec<u8>,
    /// `None` for an envelope.
    pub enrolled: Option<DeviceState>,
    /// By whose certificate an enrolment was judged good.
    pub issuer: PublicKey,
}

/// Judges objects by the state of one moment; the writer looks again at what may change.
pub struct Acceptance<'j> {
    /// The mission.
    pub mission: MissionId,
    /// Signs certificates.
    pub issuer: PublicKey,
    /// When the manifest ends enrolment.
    pub enrolment_ends: i64,
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
                Ok(Accepted { device, subject, seq, recipient, hash, object, enrolled: None, issuer: self.issuer })
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
        if header.recipient.is_some() && device.role != Role::Desk {
            return Err(refusal(RefusalCode::Malformed, "only desks write to phones"));
        }
        if header.blobs.iter().flatten().any(|b| b.length == 0 || b.length > MAX_BLOB) {
            return Err(refusal(RefusalCode::Length, "it names an attachment that is too large; attach a shorter one"));
        }
        if i64::try_from(header.seq).is_err() {
            return Err(refusal(RefusalCode::Malformed, "its number is beyond any chain"));
        }
        device.may_send(header.seq)?;
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
        let enrolled = Enrolled::open(&object, &self.issuer, self.mission).map_err(refuse)?;
        let known = (self.device)(enrolled.device).is_some();
        // One that is in the log already is receipted again, however late.
        if !known {
            enrolled.in_time(self.now).map_err(refuse)?;
            if self.now > self.enrolment_ends {
                return Err(refusal(
                    RefusalCode::Expired,
                    "the mission's bundle expired; the coordinators must publish a new one",
                ));
            }
        }
        let (subject, hash) = (enrolled.subject, enrolled.hash);
        let device = DeviceState { key: enrolled.enrolment.device_key, subject, role: enrolled.role, roster: None };
        Ok(Accepted {
            device: enrolled.device,
            subject,
            seq: 0,
            recipient: None,
            hash,
            object,
            enrolled: Some(device),
            issuer: self.issuer,
        })
    }
}

fn code_of(e: &EnvelopeError) -> RefusalCode {
    match e {
        EnvelopeError::Mission { .. } => RefusalCode::Mission,
        EnvelopeError::Length { .. } | EnvelopeError::Malformed(Malformed::TooLong { .. }) => RefusalCode::Length,
        EnvelopeError::Cose(CoseError::Signature(_)) => RefusalCode::Signature,
        _ => RefusalCode::Malformed,
    }
}
