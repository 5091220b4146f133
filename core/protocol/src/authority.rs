//! Who may sign what in a mission, and for which places of its log. Only the root says so, in the manifest.
//!
//! A *place* is the index of an object in the log. It orders everything: a server cannot move what is proved, and a key that was ended
//! at a place cannot sign itself in before it.

use crate::bundle::Manifest;
use crate::ids::{DeviceId, Hash, PublicKey};
use crate::keys::ReadingKey;
use crate::merkle::MerkleTree;
use minicbor::{Decode, Encode};

/// A key that signs certificates, for enrolments at the places `from..until`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct IssuerTerm {
    /// Ed25519.
    #[n(0)]
    pub key: PublicKey,
    /// The first place.
    #[n(1)]
    pub from: u64,
    /// The place behind the last; `None` while it is in use.
    #[n(2)]
    pub until: Option<u64>,
}

/// A desk: what its device signs counts at the places `from..until`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct DeskTerm {
    /// First 16 bytes of the hash of its enrolment.
    #[n(0)]
    pub device: DeviceId,
    /// The first place.
    #[n(1)]
    pub from: u64,
    /// The place behind the last; `None` while it is in use.
    #[n(2)]
    pub until: Option<u64>,
}

/// What desks decided about a device before a place holds no more.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Reinstatement {
    /// First 16 bytes of the hash of its enrolment.
    #[n(0)]
    pub device: DeviceId,
    /// The first place whose decisions hold again.
    #[n(1)]
    pub before: u64,
}

/// The log that receipts come from. A log that was lost or put back from an old copy is replaced by the next epoch, which begins with
/// what the desks vouch for: the places below [`VouchedHead::size`] stay what they were.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct LogEpoch {
    /// From 0.
    #[n(0)]
    pub epoch: u32,
    /// Ed25519 key that signs its heads, and no other epoch's.
    #[n(1)]
    pub key: PublicKey,
    /// The epochs before, the first one first. At most [`crate::bundle::MAX_NAMED`].
    #[cbor(n(2), decode_with = "crate::cbor::at_most::<_, _, { crate::bundle::MAX_NAMED }>")]
    pub before: Vec<VouchedHead>,
}

/// How an epoch ended: the next one begins with these leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct VouchedHead {
    /// Signed its heads.
    #[n(0)]
    pub key: PublicKey,
    /// Leaves that the desks had verified.
    #[n(1)]
    pub size: u64,
    /// Merkle root over them.
    #[n(2)]
    pub root: Hash,
}

impl VouchedHead {
    /// Whether a log begins so, as far as it is here.
    #[must_use]
    pub fn holds(&self, tree: &MerkleTree) -> bool {
        tree.root_at(self.size).is_none_or(|root| root == self.root)
    }
}

impl LogEpoch {
    /// The first log of a mission.
    #[must_use]
    pub fn first(key: PublicKey) -> Self {
        Self { epoch: 0, key, before: Vec::new() }
    }

    /// What of the log of an earlier epoch is still the log: the smallest head that was vouched for since. `None` where no log began
    /// since.
    #[must_use]
    pub fn kept_since(&self, epoch: u32) -> Option<VouchedHead> {
        let since = self.before.get(usize::try_from(epoch).ok()?..)?;
        since.iter().copied().min_by_key(|head| head.size)
    }

    /// What the log of now has of each log before, the first one first: less than was vouched for where a later one kept less.
    #[must_use]
    pub fn kept(&self) -> Vec<VouchedHead> {
        let epochs = 0..self.before.len();
        let kept = epochs.filter_map(|epoch| self.kept_since(u32::try_from(epoch).ok()?));
        kept.collect()
    }

    /// Whether a log may follow this one: the same, or later ones that begin with what was vouched for of it.
    #[must_use]
    pub fn is_followed_by(&self, next: &Self) -> bool {
        let (here, there) = (self.before.len(), next.before.len());
        let ended = next.before.get(here).map_or(next.key, |head| head.key);
        there >= here && next.before[..here] == self.before[..] && ended == self.key
    }

    /// Every key that ever signed heads, the current one first.
    #[must_use]
    pub fn keys(&self) -> Vec<PublicKey> {
        std::iter::once(self.key).chain(self.before.iter().rev().map(|head| head.key)).collect()
    }
}

fn covers(from: u64, until: Option<u64>, place: u64) -> bool {
    from <= place && until.is_none_or(|until| place < until)
}

impl Manifest {
    /// The keys whose certificates let a device enrol at a place of the log.
    #[must_use]
    pub fn issuers_at(&self, place: u64) -> Vec<PublicKey> {
        self.issuers.iter().filter(|i| covers(i.from, i.until, place)).map(|i| i.key).collect()
    }

    /// Every key that ever signed certificates: for who sees an enrolment and does not know its place.
    #[must_use]
    pub fn issuer_keys(&self) -> Vec<PublicKey> {
        self.issuers.iter().map(|i| i.key).collect()
    }

    /// Whether a device speaks as a desk at a place of the log.
    #[must_use]
    pub fn is_desk_at(&self, device: DeviceId, place: u64) -> bool {
        self.desks.iter().any(|d| d.device == device && covers(d.from, d.until, place))
    }

    /// Lets every term that began or ended behind a place begin or end there: the places from it on are given anew by another log, and a key
    /// that was ended must not come back in them.
    pub fn end_places_at(&mut self, place: u64) {
        let issuers = self.issuers.iter_mut().map(|term| (&mut term.from, &mut term.until));
        let desks = self.desks.iter_mut().map(|term| (&mut term.from, &mut term.until));
        for (from, until) in issuers.chain(desks) {
            *from = (*from).min(place);
            *until = until.map(|until| until.min(place));
        }
        self.reinstated.iter_mut().for_each(|one| one.before = one.before.min(place));
    }

    /// Whether a device is or was a desk.
    #[must_use]
    pub fn is_desk(&self, device: DeviceId) -> bool {
        self.desks.iter().any(|d| d.device == device)
    }

    /// Whether a device is a desk that was not ended.
    #[must_use]
    pub fn is_current_desk(&self, device: DeviceId) -> bool {
        self.desks.iter().any(|d| d.device == device && d.until.is_none())
    }

    /// Whether a device may read the log: a desk that was not ended, or a reader.
    #[must_use]
    pub fn may_read(&self, device: DeviceId) -> bool {
        self.is_current_desk(device) || self.readers.contains(&device)
    }

    /// Whether what was decided about a device at a place holds no more.
    #[must_use]
    pub fn is_reinstated(&self, device: DeviceId, place: u64) -> bool {
        self.reinstated.iter().any(|r| r.device == device && place < r.before)
    }

    /// The key that reports are sealed to now.
    ///
    /// # Panics
    /// Of a manifest that was made without one; none is opened.
    #[must_use]
    pub fn reading_key(&self) -> &ReadingKey {
        self.reading.last().expect("a manifest names a reading key")
    }
}
