//! Invites, and the roster of devices: who may speak for whom.

use crate::error::DeskError;
use crate::faults::NotHere;
use crate::tables::Person;
use crate::workspace::Desk;
use crate::workspace::keys;
use baqylau_forms::zone::DAY_MS;
use baqylau_protocol::certificate::{Certificate, Invite, Role};
use baqylau_protocol::ids::{DeviceId, Hash, SubjectId};
use baqylau_protocol::keys::{SigningKey, random};
use baqylau_protocol::roster::{RosterEntry, Standing};
use std::collections::HashMap;

/// An invite that was made.
#[derive(Debug, Clone)]
pub struct NewInvite {
    /// For whom.
    pub person: Person,
    /// The text of the QR code.
    pub text: String,
}

impl Desk {
    /// The register with the teams as they were, or will be, at a moment.
    ///
    /// # Errors
    /// The database fails.
    pub fn register_at(&self, moment: i64) -> Result<HashMap<SubjectId, Person>, DeskError> {
        let mut register: HashMap<SubjectId, Person> = self.store.register()?.into_iter().collect();
        for (code, _, team) in self.store.moves()?.into_iter().filter(|(_, since, _)| *since <= moment) {
            for person in register.values_mut().filter(|p| p.code == code) {
                person.team.clone_from(&team);
            }
        }
        Ok(register)
    }

    /// Makes invites for people of the register, by code; all of them when there is none.
    ///
    /// # Errors
    /// There is no such person.
    pub fn invite(&mut self, codes: &[String], now: i64, days: u32) -> Result<Vec<NewInvite>, DeskError> {
        let source = self.source()?;
        let unknown = codes.iter().find(|c| !source.people.iter().any(|p| p.code == **c));
        if let Some(code) = unknown {
            return Err(NotHere::Person { code: code.clone() }.into());
        }
        let chosen = source.people.into_iter().filter(|p| codes.is_empty() || codes.contains(&p.code));
        let expires = now + i64::from(days) * DAY_MS;
        let mut out = Vec::new();
        let mut noted = Vec::new();
        for person in chosen {
            let (subject, key) = (SubjectId(random()), SigningKey::generate());
            let text = self.invite_text(&person, subject, &key, expires, None)?;
            noted.push((key.public(), subject, person.code.clone()));
            out.push(NewInvite { person, text });
        }
        self.store.add_invites(&noted, now, expires)?;
        Ok(out)
    }

    /// Makes an invite for a phone that takes another's place: the same subject, so that it may amend what the other sent. A phone
    /// that was lost is revoked behind what was received of it; one that only broke may still deliver.
    ///
    /// # Errors
    /// There is no such phone.
    pub fn replace(&mut self, device: DeviceId, lost: bool, now: i64, days: u32) -> Result<NewInvite, DeskError> {
        let devices = self.store.devices()?;
        let old = devices.into_iter().find(|d| d.device == device && d.role == Role::Observer);
        let old = old.ok_or(NotHere::Device { device })?;
        let person = self.store.register()?.into_iter().find(|(s, _)| *s == old.subject).map(|(_, p)| p);
        let person = person.ok_or(NotHere::Holder { device })?;
        let (key, expires) = (SigningKey::generate(), now + i64::from(days) * DAY_MS);
        let text = self.invite_text(&person, old.subject, &key, expires, Some(device))?;
        self.store.add_invites(&[(key.public(), old.subject, person.code.clone())], now, expires)?;
        if lost {
            self.revoke(device, None)?;
        }
        Ok(NewInvite { person, text })
    }

    /// The text of an invite, laid down in `invites/` too.
    fn invite_text(
        &self,
        person: &Person,
        subject: SubjectId,
        key: &SigningKey,
        expires: i64,
        replaces: Option<DeviceId>,
    ) -> Result<String, DeskError> {
        let role = Role::Observer;
        let invite = Invite {
            v: baqylau_protocol::VERSION,
            root: self.root,
            servers: self.settings.servers.clone(),
            tls_roots: self.tls_roots()?,
            seed: (*key.seed()).into(),
            certificate: Vec::new().into(),
            name: person.name.clone(),
            team: person.team.clone(),
            role: person.role.clone(),
            replaces,
        };
        let certificate = self.certificate(subject, key, role, expires, invite.holder());
        let invite = Invite { certificate: certificate.into(), ..invite };
        let text = invite.to_text();
        keys::write_private(&self.folder.join("invites").join(format!("{}.txt", person.code)), text.as_bytes())?;
        Ok(text)
    }

    pub(crate) fn certificate(
        &self,
        subject: SubjectId,
        key: &SigningKey,
        role: Role,
        expires: i64,
        holder: Hash,
    ) -> Vec<u8> {
        let v = baqylau_protocol::VERSION;
        Certificate { v, mission: self.mission(), subject, role, key: key.public(), expires, holder }.sign(&self.issuer)
    }

    /// Confirms a device: one that is contested, or of a mission that does not confirm on pull.
    ///
    /// # Errors
    /// There is no such device, or it was revoked.
    pub fn confirm(&self, device: DeviceId) -> Result<(), DeskError> {
        self.stand(device, Standing::Confirmed)
    }

    /// Contests a device: what it sent counts nowhere until it is confirmed or revoked.
    ///
    /// # Errors
    /// There is no such device, or it was revoked.
    pub fn contest(&self, device: DeviceId) -> Result<(), DeskError> {
        self.stand(device, Standing::Contested)
    }

    fn stand(&self, device: DeviceId, standing: Standing) -> Result<(), DeskError> {
        self.enrolled_device(device)?;
        let known = self.roster()?.and_then(|(r, _)| r.find(device).map(|e| e.standing));
        if known == Some(Standing::Revoked) {
            return Err(DeskError::Revoked { device });
        }
        self.change_roster(vec![RosterEntry::new(device, standing)]).map(drop)
    }

    fn enrolled_device(&self, device: DeviceId) -> Result<(), DeskError> {
        let known = self.store.devices()?.iter().any(|d| d.device == device);
        if known { Ok(()) } else { Err(NotHere::Device { device }.into()) }
    }

    /// Revokes a device: what it sent up to `good_seq` still counts, nothing after it.
    ///
    /// # Errors
    /// There is no such device or envelope.
    pub fn revoke(&self, device: DeviceId, good_seq: Option<u64>) -> Result<RosterEntry, DeskError> {
        self.enrolled_device(device)?;
        let envelopes = self.store.envelopes()?;
        let mine = envelopes.iter().filter(|e| e.device == device);
        let last = good_seq.or_else(|| mine.clone().map(|e| e.seq).max()).unwrap_or(0);
        let good = mine.clone().find(|e| e.seq == last);
        if last > 0 && good.is_none() {
            return Err(NotHere::Envelope { device, seq: last }.into());
        }
        let good_hash = good.map(|e| e.hash);
        let entry = RosterEntry { good_seq: last, good_hash, ..RosterEntry::new(device, Standing::Revoked) };
        self.change_roster(vec![entry.clone()])?;
        Ok(entry)
    }
}
