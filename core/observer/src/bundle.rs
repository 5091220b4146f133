//! Taking a bundle in, from the network or from a courier. What is refused is noted and shown; what was there before stays.

use crate::error::Error;
use crate::reason::BundleRefusal;
use crate::store::{Outbox, names};
use baqylau_protocol::bundle::{BundleError, Manifest};
use baqylau_protocol::cbor;
use baqylau_protocol::ids::{Hash, MissionRoot};

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
