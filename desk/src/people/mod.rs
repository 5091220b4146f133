//! Who observes: invites, and what is decided about their devices.

pub mod decisions;

use crate::error::DeskError;
use crate::faults::NotHere;
use crate::people::decisions::Decisions;
use crate::records::identity::OwnDevice;
use crate::store::{NotedInvite, VerifiedStore};
use crate::tables::Person;
use crate::workspace::Workspace;
use crate::workspace::keys::DeskSecrets;
use baqylau_forms::zone::DAY_MS;
use baqylau_protocol::certificate::{Certificate, Invite, Role};
use baqylau_protocol::ids::{DeviceId, SubjectId};
use baqylau_protocol::keys::{SigningKey, random};

/// An invite that was made.
#[derive(Clone)]
pub struct NewInvite {
    /// For whom.
    pub person: Person,
    /// The text of the QR code.
    pub text: String,
}

baqylau_forms::redacted_debug! { NewInvite: person }

/// Makes invites.
#[derive(Clone, Copy)]
pub struct Invites<'d> {
    /// Has the people of the tables.
    pub workspace: &'d Workspace,
    /// Knows whom each invite is for.
    pub known: VerifiedStore<'d>,
    /// Has the issuer's key.
    pub secrets: &'d DeskSecrets,
}

impl<'d> Invites<'d> {
    fn decisions(&self) -> Decisions<'d> {
        Decisions { own: OwnDevice { known: self.known, secrets: self.secrets } }
    }

    /// Makes invites for people of the register, by code; all of them when there is none.
    ///
    /// # Errors
    /// There is no such person.
    pub fn make(&self, codes: &[String], now: i64, days: u32) -> Result<Vec<NewInvite>, DeskError> {
        let source = self.workspace.tables()?;
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
            noted.push(NotedInvite { key: key.public(), subject, person: person.code.clone(), text: text.clone() });
            out.push(NewInvite { person, text });
        }
        self.known.store.add_invites(&noted, now, expires)?;
        Ok(out)
    }

    /// Makes an invite for a phone that takes another's place: the same subject, so that it may amend what the other sent. A phone
    /// that was lost is revoked behind what was received of it; one that only broke may still deliver.
    ///
    /// # Errors
    /// There is no such phone.
    pub fn replace(&self, device: DeviceId, lost: bool, now: i64, days: u32) -> Result<NewInvite, DeskError> {
        let devices = self.known.store.devices()?;
        let old = devices.into_iter().find(|d| d.device == device && d.role == Role::Observer);
        let old = old.ok_or(NotHere::Device { device })?;
        let person = self.known.store.register()?.into_iter().find(|(s, _)| *s == old.subject).map(|(_, p)| p);
        let person = person.ok_or(NotHere::Holder { device })?;
        let (key, expires) = (SigningKey::generate(), now + i64::from(days) * DAY_MS);
        let text = self.invite_text(&person, old.subject, &key, expires, Some(device))?;
        let (key, subject, code) = (key.public(), old.subject, person.code.clone());
        self.known.store.add_invites(
            &[NotedInvite { key, subject, person: code, text: text.clone() }],
            now,
            expires,
        )?;
        if lost {
            self.decisions().revoke(device, None, now)?;
        }
        Ok(NewInvite { person, text })
    }

    /// The invites that were made here before, that nobody has used and that have not expired: for people by code, for all of them when
    /// there is none. Of several of one person the last.
    ///
    /// # Errors
    /// Somebody has none.
    pub fn open(&self, codes: &[String], now: i64) -> Result<Vec<NewInvite>, DeskError> {
        let source = self.workspace.tables()?;
        let mut texts = self.known.store.open_invites(now)?;
        if let Some(code) = codes.iter().find(|code| !texts.contains_key(*code)) {
            return Err(NotHere::Invite { code: code.clone() }.into());
        }
        let chosen = source.people.into_iter().filter(|p| codes.is_empty() || codes.contains(&p.code));
        let found = chosen.filter_map(|person| Some(NewInvite { text: texts.remove(&person.code)?, person }));
        Ok(found.collect())
    }

    /// The text of an invite.
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
            root: self.known.trust.root,
            servers: self.workspace.settings.servers.clone(),
            tls_roots: self.known.tls_roots()?.map_or_else(|| self.workspace.tls_roots(), Ok)?,
            seed: (*key.seed()).into(),
            certificate: Vec::new().into(),
            name: person.name.clone(),
            team: person.team.clone(),
            role: person.role.clone(),
            replaces,
        };
        let (v, mission, holder) = (baqylau_protocol::VERSION, self.known.trust.mission(), invite.holder());
        let certificate = Certificate { v, mission, subject, role, key: key.public(), expires, holder };
        let certificate = certificate.sign(self.secrets.issuer(self.known.latest_manifest()?.as_ref())?);
        let invite = Invite { certificate: certificate.into(), ..invite };
        Ok(invite.to_text())
    }
}
