//! Which objects are taken in. Their own signatures authenticate them; no account, no address.

use baqylau_protocol::blob::MAX_BLOB;
use baqylau_protocol::cbor::Malformed;
use baqylau_protocol::certificate::{CertificateError, Role};
use baqylau_protocol::cose::CoseError;
use baqylau_protocol::enrolment::Enrolled;
use baqylau_protocol::envelope::{Blob, Envelope, EnvelopeError};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId, PublicKey, SubjectId};
use baqylau_protocol::roster::{Entry as RosterEntry, Standing};
use baqylau_protocol::wire::{Code, Refusal};

/// What the server knows of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its key.
    pub key: PublicKey,
    /// Whom it belongs to.
    pub subject: SubjectId,
    /// What it may do.
    pub role: Role,
    /// What the roster says of it.
    pub roster: Option<RosterEntry>,
}

impl Device {
    /// Whether an envelope of this number may be logged.
    ///
    /// # Errors
    /// The device was revoked before it.
    pub(crate) fn may_send(&self, seq: u64) -> Result<(), Refusal> {
        let revoked = self.roster.as_ref().filter(|r| r.standing == Standing::Revoked);
        if revoked.is_some_and(|r| seq > r.good_seq) {
            return Err(refusal(Code::Revoked, "this device was revoked; ask the coordinators for a new invite"));
        }
        Ok(())
    }
}

/// An object that was found good and may be logged.
#[derive(Debug, Clone)]
pub struct Good {
    /// The device.
    pub device: DeviceId,
    /// Whom it belongs to.
    pub subject: SubjectId,
    /// Its number in the chain; 0 for the enrolment.
    pub seq: u64,
    /// The phone that a desk's letter is for.
    pub recipient: Option<DeviceId>,
    /// The attachments that it names.
    pub blobs: Vec<Blob>,
    /// Its hash.
    pub hash: Hash,
    /// Its bytes.
    pub object: Vec<u8>,
    /// What an enrolment makes known.
    pub enrolled: Option<Device>,
}

/// What is needed to judge an object.
pub struct Judge<'j> {
    /// The mission.
    pub mission: MissionId,
    /// Signs certificates.
    pub issuer: PublicKey,
    /// When the manifest ends enrolment.
    pub enrolment_ends: i64,
    /// Now, in milliseconds since 1970.
    pub now: i64,
    /// Looks a device up.
    pub device: &'j dyn Fn(DeviceId) -> Option<Device>,
}

fn refusal(code: Code, reason: impl Into<String>) -> Refusal {
    Refusal { code, reason: reason.into() }
}

impl Judge<'_> {
    /// Judges an object.
    ///
    /// # Errors
    /// The reason of the refusal, as it goes to the observer.
    pub fn judge(&self, object: Vec<u8>) -> Result<Good, Refusal> {
        match Envelope::parse(&object, self.mission) {
            Ok(envelope) => {
                let subject = self.envelope(&envelope)?.subject;
                let (device, seq, recipient) = (envelope.header.device, envelope.header.seq, envelope.header.recipient);
                let (hash, blobs) = (envelope.hash, envelope.header.blobs.clone().unwrap_or_default());
                Ok(Good { device, subject, seq, recipient, blobs, hash, object, enrolled: None })
            }
            Err(EnvelopeError::Cose(CoseError::Type { .. })) => self.enrolment(object),
            Err(e) => Err(refusal(code_of(&e), e.to_string())),
        }
    }

    fn envelope(&self, envelope: &Envelope) -> Result<Device, Refusal> {
        let header = &envelope.header;
        let device = (self.device)(header.device)
            .ok_or_else(|| refusal(Code::UnknownDevice, "this device is not enrolled here; it enrols again"))?;
        envelope.verify(&device.key).map_err(|e| refusal(Code::Signature, e.to_string()))?;
        if header.recipient.is_some() && device.role != Role::Desk {
            return Err(refusal(Code::Malformed, "only desks write to phones"));
        }
        if header.blobs.iter().flatten().any(|b| b.length == 0 || b.length > MAX_BLOB) {
            return Err(refusal(Code::Length, "it names an attachment that is too large; attach a shorter one"));
        }
        device.may_send(header.seq)?;
        Ok(device)
    }

    fn enrolment(&self, object: Vec<u8>) -> Result<Good, Refusal> {
        let code = |e: &CertificateError| match e {
            CertificateError::Mission { .. } => Code::Mission,
            CertificateError::Expired => Code::Expired,
            CertificateError::Cose(CoseError::Signature(_)) => Code::Signature,
            CertificateError::Cose(_) => Code::Malformed,
        };
        let refuse = |e: CertificateError| refusal(code(&e), e.to_string());
        let enrolled = Enrolled::open(&object, &self.issuer, self.mission).map_err(refuse)?;
        let known = (self.device)(enrolled.device).is_some();
        // One that is in the log already is receipted again, however late.
        if !known {
            enrolled.in_time(self.now).map_err(refuse)?;
            if self.now > self.enrolment_ends {
                return Err(refusal(
                    Code::Expired,
                    "the mission's bundle expired; the coordinators must publish a new one",
                ));
            }
        }
        let (subject, hash) = (enrolled.subject, enrolled.hash);
        let device = Device { key: enrolled.enrolment.device_key, subject, role: enrolled.role, roster: None };
        Ok(Good {
            device: enrolled.device,
            subject,
            seq: 0,
            recipient: None,
            blobs: Vec::new(),
            hash,
            object,
            enrolled: Some(device),
        })
    }
}

fn code_of(e: &EnvelopeError) -> Code {
    match e {
        EnvelopeError::Mission { .. } => Code::Mission,
        EnvelopeError::Length { .. } | EnvelopeError::Malformed(Malformed::TooLong { .. }) => Code::Length,
        EnvelopeError::Cose(CoseError::Signature(_)) => Code::Signature,
        _ => Code::Malformed,
    }
}
