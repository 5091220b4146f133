//! Taking a bundle in, from the network or from a courier. What is refused is noted and shown; what was there before stays.

use crate::error::Error;
use crate::store::{Outbox, names};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::ids::{Hash, PublicKey};

/// A manifest that may be taken in: the root's, and no step back from the known one. A refusal is noted.
pub(crate) fn accept(outbox: &mut Outbox, root: &PublicKey, bytes: &[u8]) -> Result<Option<Manifest>, Error> {
    let known = outbox.setting(names::MANIFEST)?;
    let accepted = Manifest::open(bytes, root).and_then(|manifest| match &known {
        Some(known) => manifest.succeeds(bytes, &Manifest::open(known, root)?, known).map(|()| manifest),
        None => Ok(manifest),
    });
    match accepted {
        Ok(manifest) => Ok(Some(manifest)),
        Err(e) => {
            outbox.set(&[(names::BUNDLE_REFUSED, e.to_string().as_bytes())], &[])?;
            Ok(None)
        }
    }
}

/// Stores an accepted manifest with the parts that were lacking, at once.
pub(crate) fn store(
    outbox: &mut Outbox,
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
    outbox.set(&settings, parts)
}
