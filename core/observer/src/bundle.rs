//! Taking a bundle in, from the network or from a courier. What is refused is noted and shown; what was there before stays.

use crate::error::{Error, RefusalReason};
use crate::store::{Outbox, names};
use baqylau_protocol::bundle::{BundleError, Manifest};
use baqylau_protocol::cbor;
use baqylau_protocol::ids::{Hash, MissionRoot};

/// Why a bundle that came was not taken. The outbox keeps the code; `Display` is for terminals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum BundleRefusal {
    /// The mission's root did not sign it, or it does not read.
    #[error("the mission's root did not sign it, or it is damaged; tell the coordinators")]
    NotGenuine,
    /// The mission's root signed it, and it is of a later version than this program reads.
    #[error(
        "it is of a later version than this program: update the program. What is here stays in use, and reports are signed and delivered as before"
    )]
    AppTooOld,
    /// It is of another mission.
    #[error("it belongs to another mission; tell the coordinators")]
    OtherMission,
    /// Its version is older than the known one.
    #[error("it went back to an older version: somebody may be replaying an old one; tell the coordinators")]
    Rollback,
    /// It does not follow the known one.
    #[error("it does not follow the known one: two different bundles are in circulation; tell the coordinators")]
    Fork,
    /// A part is not what the manifest names.
    #[error("a part of it is damaged; it will be fetched again")]
    PartDamaged,
}

impl BundleRefusal {
    /// The stable code: the variant's name, in lower case with hyphens.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// Reads what the outbox kept; an earlier version of this program kept words.
    pub(crate) fn of(kept: &[u8]) -> Self {
        std::str::from_utf8(kept).ok().and_then(|code| code.parse().ok()).unwrap_or(Self::NotGenuine)
    }
}

impl From<&BundleError> for BundleRefusal {
    fn from(e: &BundleError) -> Self {
        match e {
            BundleError::Cose(_) | BundleError::Root(_) => Self::NotGenuine,
            BundleError::Newer { .. } => Self::AppTooOld,
            BundleError::Mission { .. } => Self::OtherMission,
            BundleError::Rollback { .. } => Self::Rollback,
            BundleError::Fork { .. } => Self::Fork,
            BundleError::Part { .. } => Self::PartDamaged,
        }
    }
}

impl From<BundleRefusal> for RefusalReason {
    fn from(why: BundleRefusal) -> Self {
        match why {
            BundleRefusal::AppTooOld => Self::AppTooOld,
            BundleRefusal::OtherMission => Self::OtherMission,
            BundleRefusal::NotGenuine | BundleRefusal::Rollback | BundleRefusal::Fork | BundleRefusal::PartDamaged => {
                Self::NotGenuine
            }
        }
    }
}

/// Notes why a bundle was not taken, until a good one comes.
pub(crate) fn note_refusal(outbox: &mut Outbox, e: &BundleError) -> Result<BundleRefusal, Error> {
    let why = BundleRefusal::from(e);
    outbox.set(&[(names::BUNDLE_REFUSED, why.code().as_bytes())], &[])?;
    Ok(why)
}

/// A manifest that may be taken in: the root's, and no step back from the known one. A refusal is noted.
pub(crate) fn accept(
    outbox: &mut Outbox,
    root: &MissionRoot,
    bytes: &[u8],
) -> Result<Result<Manifest, BundleRefusal>, Error> {
    let known = outbox.setting(names::MANIFEST)?;
    let accepted = Manifest::open(bytes, root).and_then(|manifest| match &known {
        Some(known) => manifest.succeeds(bytes, &Manifest::open(known, root)?, known).map(|()| manifest),
        None => Ok(manifest),
    });
    match accepted {
        Ok(manifest) => Ok(Ok(manifest)),
        Err(e) => Ok(Err(note_refusal(outbox, &e)?)),
    }
}

/// Stores an accepted manifest with the parts that were lacking. One whose log is another than that of the known manifest takes back what
/// nobody vouches for.
pub(crate) fn store(
    outbox: &mut Outbox,
    root: &MissionRoot,
    manifest: &Manifest,
    bytes: &[u8],
    parts: &[(Hash, Vec<u8>)],
) -> Result<(), Error> {
    let servers = cbor::encode(&manifest.servers);
    let tls_roots = cbor::encode(&manifest.tls_roots);
    let settings = [
        (names::MANIFEST, bytes),
        (names::SERVERS, &servers),
        (names::TLS_ROOTS, &tls_roots),
        (names::BUNDLE_REFUSED, b""),
    ];
    // One that does not read any more is taken for the first: to offer something once more harms nobody.
    let known = outbox.setting(names::MANIFEST)?.and_then(|known| Manifest::open(&known, root).ok());
    let kept = manifest.log.kept_since(known.map_or(0, |known| known.log.epoch));
    let Some(kept) = kept else { return outbox.set(&settings, parts) };
    outbox.set(&[], parts)?;
    outbox.begin_epoch(&settings, &kept)
}
