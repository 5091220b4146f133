//! A phone that was away while the servers' TLS authority was replaced knows none of them any more. Manifest and parts verify themselves: they
//! may come from whoever answers. Nothing else is asked there, and nothing is sent: neither what this phone has, nor a name.

use super::http::body;
use super::{StepError, SyncDriver, lock};
use crate::bundle;
use baqylau_http::UnverifiedClient;
use baqylau_protocol::bundle::{BundleError, Manifest};
use baqylau_protocol::cbor;
use baqylau_protocol::routes;

impl SyncDriver {
    /// Whether a newer manifest came so, with all its parts, and was taken. What is no such thing changes nothing and is not told: whoever
    /// answers may be anybody.
    pub(super) async fn unverified_bundle(&self) -> Result<bool, StepError> {
        let Some(client) = &self.unverified else { return Ok(false) };
        for server in &self.servers {
            let Some(bytes) = fetched(client, &format!("{server}{}", routes::BUNDLE), cbor::MAX_BYTES).await else {
                continue;
            };
            let Some(manifest) = self.newer(&bytes)? else { continue };
            if self.unverified_parts(client, server, &manifest).await? {
                bundle::store(&mut *lock(&self.outbox)?, &self.root, &manifest, &bytes, &[])?;
                self.follow_manifest()?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A manifest by the root that follows the known one and is another. One of a later version than this program reads is noted.
    fn newer(&self, bytes: &[u8]) -> Result<Option<Manifest>, StepError> {
        let manifest = match Manifest::open(bytes, self.root) {
            Ok(manifest) => manifest,
            Err(e @ BundleError::Newer { .. }) => {
                bundle::note_refusal(&mut *lock(&self.outbox)?, &e)?;
                return Ok(None);
            }
            Err(_) => return Ok(None),
        };
        let Some((known, known_bytes)) = self.manifest()? else { return Ok(Some(manifest)) };
        let newer = manifest.version > known.version && manifest.succeeds(bytes, &known, &known_bytes).is_ok();
        Ok(newer.then_some(manifest))
    }

    /// Whether every part that was lacking came.
    async fn unverified_parts(
        &self,
        client: &UnverifiedClient,
        server: &str,
        manifest: &Manifest,
    ) -> Result<bool, StepError> {
        for part in &manifest.parts {
            if lock(&self.outbox)?.part(part.hash)?.is_some() {
                continue;
            }
            let packed = fetched(client, &format!("{server}{}", routes::part(part.hash)), part.longest()).await;
            let Some(packed) = packed.filter(|packed| part.verify(packed).is_ok()) else { return Ok(false) };
            lock(&self.outbox)?.set(&[], &[(part.hash, packed)])?;
        }
        Ok(true)
    }
}

async fn fetched(client: &UnverifiedClient, url: &str, limit: usize) -> Option<Vec<u8>> {
    let response = client.get(url).send().await.ok().filter(|response| response.status().is_success())?;
    body(response, limit).await.ok()
}
