//! What proves one report: everything verified again, from the bytes of the log.

use crate::error::DeskError;
use crate::faults::{LogFault, Unproven};
use crate::log::heads::SignedHeads;
use crate::log::verify::Opener;
use crate::workspace::keys::DeskSecrets;
use baqylau_protocol::ids::{Hash, PublicKey};
use baqylau_protocol::merkle::{MerkleTree, root_from_path};
use baqylau_protocol::receipt::{TreeHead, leaf_hash};
use std::collections::HashMap;

/// Where the proof of a report leads, for somebody who verifies it by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The invite key that the issuer certified, with which the device enrolled.
    pub invite: PublicKey,
    /// Where the enrolment is in the log.
    pub enrolled: u64,
    /// The envelope before it in the device's chain; the enrolment, for the first.
    pub previous: Hash,
    /// How large the log was when the server signed it last, what its root was, and when: milliseconds since 1970.
    pub head: (u64, Hash, i64),
}

/// Proves reports. It needs the keys that open them, and neither the network nor the tables.
#[derive(Clone, Copy)]
pub struct Prover<'d> {
    /// The log that the server signed.
    pub heads: SignedHeads<'d>,
    /// Opens what phones sealed.
    pub secrets: &'d DeskSecrets,
}

impl Prover<'_> {
    /// Verifies a report again: the certificate and the enrolment of its device, both signatures, that what comes before it is here, and that
    /// the log that the server signed holds it.
    ///
    /// # Errors
    /// [`LogFault::Unproven`] with the first of these that does not hold; the database fails.
    pub fn prove(&self, report: Hash) -> Result<Proof, DeskError> {
        let wrong = |why| DeskError::from(LogFault::Unproven { report, why });
        let known = self.heads.known;
        let envelope = known.store.envelope(report)?.ok_or_else(|| wrong(Unproven::NotHere))?;
        let device = known.store.devices()?.into_iter().find(|d| d.device == envelope.device);
        let device = device.ok_or_else(|| wrong(Unproven::NotEnrolled))?;
        let opener = Opener::of(known.manifest()?, self.secrets);
        let enrolment = known.store.objects_from(device.index, 1)?;
        let enrolled = opener.page(device.index, &enrolment, &HashMap::new());
        let certified = enrolled.devices.first().filter(|d| d.device == device.device && d.key == device.key);
        let certified = certified.ok_or_else(|| wrong(Unproven::Certificate))?;
        let devices = HashMap::from([(certified.device, certified.clone())]);
        let object = known.store.objects_from(envelope.index, 1)?;
        let found = opener.page(envelope.index, &object, &devices);
        let again = found.envelopes.first().filter(|e| e.hash == report).ok_or_else(|| wrong(Unproven::OtherBytes))?;
        again.plain.as_ref().map_err(|why| wrong(Unproven::Unverifiable(*why)))?;
        if again.prev != certified.hash && known.store.envelope(again.prev)?.is_none() {
            return Err(wrong(Unproven::NoPrevious));
        }
        let head = self.heads.verified()?.ok_or_else(|| wrong(Unproven::NoHead))?;
        let tree = known.store.tree(head.size)?;
        included(&tree, &head, envelope.index, leaf_hash(report, envelope.received))
            .ok_or_else(|| wrong(Unproven::NotInLog))?;
        Ok(Proof {
            invite: certified.invite,
            enrolled: device.index,
            previous: again.prev,
            head: (head.size, head.root, head.time),
        })
    }
}

fn included(tree: &MerkleTree, head: &TreeHead, index: u64, leaf: Hash) -> Option<()> {
    let path = tree.path(usize::try_from(index).ok()?)?;
    (root_from_path(leaf, index, head.size, &path)? == head.root).then_some(())
}
