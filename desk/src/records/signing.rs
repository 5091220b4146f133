//! The chain of this desk: what it signs is numbered, sealed, and kept until it is delivered.

use crate::error::DeskError;
use crate::records::identity::OwnDevice;
use crate::store::{DeskChain, KnownDevice, VerifiedStore};
use crate::workspace::DeskIdentity;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::envelope::{Address, Recipient, make};
use baqylau_protocol::ids::Hash;
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::seal::SharedKey;
use baqylau_report::{Letter, LetterSent};

impl<'d> OwnDevice<'d> {
    /// Signs one record for the desks.
    pub(crate) fn sign_one(&self, kind: ObjectType, payload: &[u8]) -> Result<(), DeskError> {
        let signer = self.signer()?;
        self.known.store.sign(self.device(), |chain| signer.add(chain, kind, None, payload).map(drop))
    }

    pub(crate) fn signer(&self) -> Result<Signer<'d>, DeskError> {
        let (known, key) = (self.known, self.key()?);
        Ok(Signer { known, key, identity: &self.secrets.identity, manifest: known.manifest()? })
    }
}

/// Numbers, signs and seals what goes to the desks, or to a phone. It is kept until it is delivered.
pub(crate) struct Signer<'d> {
    known: VerifiedStore<'d>,
    key: &'d SigningKey,
    identity: &'d DeskIdentity,
    manifest: Manifest,
}

impl Signer<'_> {
    pub(crate) fn add(
        &self,
        chain: &mut DeskChain,
        kind: ObjectType,
        phone: Option<&KnownDevice>,
        payload: &[u8],
    ) -> Result<Hash, DeskError> {
        let (own, own_shared) = (self.identity, self.identity.shared());
        let handed_out = phone.map(|p| SharedKey::from_parts(p.shared.0, p.shared.1));
        let (to, shared) = match (phone, &handed_out) {
            (Some(p), Some(shared)) => (Recipient::Phone(p.device, &p.box_key), shared),
            _ => (Recipient::Desks(self.manifest.reading_key()), &own_shared),
        };
        chain.add(kind, phone.map(|p| p.device), payload, |last| {
            let (seq, prev) = last.map_or((1, own.first()), |(seq, hash)| (seq + 1, hash));
            let address =
                Address { mission: self.known.trust.mission(), device: own.device(), seq, prev, to, blobs: &[] };
            make(&address, kind, self.key, shared, payload).map_err(|e| DeskError::making("envelope", e))
        })
    }

    /// The same letter to several phones, and behind them a word to the other desks; several, where one cannot name all phones.
    pub(super) fn letters(
        &self,
        chain: &mut DeskChain,
        phones: &[KnownDevice],
        letter: &Letter,
    ) -> Result<(), DeskError> {
        let mut letters = Vec::new();
        for phone in phones {
            letters.push((phone.device, self.add(chain, ObjectType::Letter, Some(phone), &letter.encode())?));
        }
        for sent in LetterSent::of(&letters, letter, letter.copy.is_some()) {
            self.add(chain, ObjectType::Sent, None, &sent.encode())?;
        }
        Ok(())
    }
}
