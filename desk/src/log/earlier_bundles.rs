//! Bundles that were published and replaced while a desk did not look, and that a server which came later does not have. Reports name the
//! bundle that they were filled in under: a desk that lacks it cannot read them.

use crate::error::DeskError;
use crate::log::bundles::inflated;
use crate::log::link::ServerLink;
use crate::store::VerifiedStore;
use baqylau_protocol::bundle::{BundlePart, Manifest};
use baqylau_protocol::ids::Hash;
use baqylau_protocol::{cbor, routes};
use baqylau_sqlite::StorageError;
use minicbor::bytes::ByteVec;
use std::collections::HashSet;

/// Setting: the hash of the latest manifest of which all that came before are here.
const WHOLE: &str = "bundles_whole";
/// Setting: the hash of the latest manifest of which the server has all that came before.
const OFFERED: &str = "bundles_offered";

/// The chain of bundles behind the latest.
#[derive(Clone, Copy)]
pub(crate) struct EarlierBundles<'d> {
    pub known: VerifiedStore<'d>,
}

impl EarlierBundles<'_> {
    /// Asks the server for those that are not here, from the latest back. What it does not have is asked for at the next pull.
    pub fn fetch(self, link: &ServerLink<'_>) -> Result<(), DeskError> {
        let Some(latest) = self.known.store.manifest()? else { return Ok(()) };
        let known = Manifest::hash(&latest);
        if self.known.store.setting(WHOLE)?.as_deref() == Some(&known.0[..]) {
            return Ok(());
        }
        let mut later = self.known.open_manifest(&latest)?;
        while let Some(hash) = later.prev {
            let here = match self.known.store.bundle(hash) {
                // To check the store finds it, and has it made again.
                Err(DeskError::Storage(StorageError::Damaged { .. })) => return Ok(()),
                here => here?.and_then(|bytes| self.known.trust.manifest(&bytes).ok()),
            };
            let found = here.map_or_else(|| self.ask(link, hash), |here| Ok(Some(here)))?;
            match found.filter(|found| found.version < later.version) {
                Some(found) => later = found,
                None => return Ok(()),
            }
        }
        self.known.store.set_setting(WHOLE, &known.0)
    }

    /// One of them with its parts, kept; nothing where the server has it not, or not whole.
    fn ask(self, link: &ServerLink<'_>, hash: Hash) -> Result<Option<Manifest>, DeskError> {
        let Some(bytes) = find(link, hash)?.filter(|bytes| Manifest::hash(bytes) == hash) else { return Ok(None) };
        let Ok(manifest) = self.known.trust.manifest(&bytes) else { return Ok(None) };
        let mut parts = Vec::new();
        for part in &manifest.parts {
            if self.known.store.part(part.hash).is_ok_and(|here| here.is_some()) {
                continue;
            }
            let Some(plain) = find(link, part.hash)?.and_then(|packed| inflated(part, &packed)) else {
                return Ok(None);
            };
            parts.push((part.hash, plain));
        }
        self.known.store.add_earlier_bundle(manifest.version, &bytes, &parts)?;
        Ok(Some(manifest))
    }

    /// Gives the server those that it lacks, from the first on: it may be another one than that which they were published at.
    pub fn offer(self, link: &ServerLink<'_>) -> Result<(), DeskError> {
        let Some(latest) = self.known.store.manifest()? else { return Ok(()) };
        let known = Manifest::hash(&latest);
        if self.known.store.setting(OFFERED)?.as_deref() == Some(&known.0[..]) {
            return Ok(());
        }
        let latest = self.known.open_manifest(&latest)?;
        let mut there: HashSet<Hash> = latest.parts.iter().map(|part| part.hash).collect();
        let all = self.known.store.published_bundles()?;
        for (hash, bytes) in all.into_iter().filter(|(hash, _)| *hash != known) {
            // One that is damaged here another desk may have.
            let Ok(manifest) = self.known.trust.manifest(&bytes) else { continue };
            if link.find(&routes::part(hash))?.is_none() {
                let mut packed = Vec::new();
                for part in manifest.parts.iter().filter(|part| !there.contains(&part.hash)) {
                    let Ok(Some(plain)) = self.known.store.part(part.hash) else { continue };
                    packed.push(ByteVec::from(BundlePart::pack(part.kind, &part.name, &plain).1));
                }
                let body = cbor::encode(&(ByteVec::from(bytes), packed));
                if link.publish(routes::BUNDLE_BEFORE, &body)?.is_some() {
                    return Ok(());
                }
            }
            there.extend(manifest.parts.iter().map(|part| part.hash));
        }
        self.known.store.set_setting(OFFERED, &known.0)
    }
}

/// What the server has under a hash. A refusal is no reason to leave the rest of a pull undone.
fn find(link: &ServerLink<'_>, hash: Hash) -> Result<Option<Vec<u8>>, DeskError> {
    match link.find(&routes::part(hash)) {
        Err(DeskError::Server { .. }) => Ok(None),
        found => found,
    }
}
