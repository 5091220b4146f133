//! Fetching the bundle. What is refused is noted and shown; what was there before stays.

use super::http::body;
use super::{StepError, SyncDriver, lock};
use crate::bundle;
use crate::reason::BundleRefusal;
use crate::store::names;
use baqylau_http::reqwest::StatusCode;
use baqylau_http::reqwest::header::ETAG;
use baqylau_protocol::bundle::{BundlePart, Manifest};
use baqylau_protocol::cbor;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::routes;
use baqylau_protocol::sync::{Event, Failure};

impl SyncDriver {
    /// Asks for the bundle and its parts; where no server can be verified, those who answer there for the same.
    pub(super) async fn bundle(&self) -> Result<Event, StepError> {
        match self.verified_bundle().await {
            Err(StepError::Network(Failure::Untrusted)) if self.unverified_bundle().await? => {
                self.verified_bundle().await
            }
            done => done,
        }
    }

    /// Asks the mission's servers for the bundle and its parts. What is refused is noted and shown; what was there before stays.
    async fn verified_bundle(&self) -> Result<Event, StepError> {
        let known = self.manifest()?;
        let etag = known.as_ref().map(|(_, bytes)| format!("\"{}\"", Hash::of(bytes)));
        let response = self.get(routes::BUNDLE, etag.as_deref()).await?;
        if response.status() == StatusCode::NOT_MODIFIED {
            // A part may have been damaged here since.
            let whole = lock(&self.outbox)?.whole.get();
            if let Some((manifest, bytes)) = known.filter(|(_, bytes)| whole != Some(Hash::of(bytes))) {
                match self.fetch_lacking(&manifest).await {
                    Ok(0) => lock(&self.outbox)?.whole.set(Some(Hash::of(&bytes))),
                    // Whoever loaded the mission without them loads it again.
                    Ok(_) => bundle::store(&mut *lock(&self.outbox)?, &self.root, &manifest, &bytes, &[])?,
                    // It keeps nothing that was signed from being sent, and is tried again.
                    Err(StepError::Network(_)) => {}
                    Err(e) => return Err(e),
                }
            }
            let mut outbox = lock(&self.outbox)?;
            // Written only when it changes: a full disk keeps nothing from being sent.
            if outbox.setting(names::BUNDLE_REFUSED)?.is_some() {
                outbox.set(&[(names::BUNDLE_REFUSED, b"")], &[])?;
            }
            return Ok(Event::BundleDone);
        }
        let named = response.headers().get(ETAG).is_some();
        let bytes = body(response, cbor::MAX_BYTES).await?;
        let accepted = bundle::accept(&mut *lock(&self.outbox)?, &self.root, &bytes)?;
        let manifest = match accepted {
            Ok(manifest) => manifest,
            // The root signed that: it is the mission's bundle, whatever the line took off.
            Err(why) if named || why == BundleRefusal::AppTooOld => return Ok(Event::BundleDone),
            Err(_) => return Err(StepError::Network(Failure::Nonsense)),
        };
        self.fetch_lacking(&manifest).await?;
        bundle::store(&mut *lock(&self.outbox)?, &self.root, &manifest, &bytes, &[])?;
        self.follow_manifest()?;
        Ok(Event::BundleDone)
    }

    /// Fetches the parts that are not here, or damaged. Each is kept as it comes, so that a line that breaks off costs no other part
    /// again. Gives how many came.
    async fn fetch_lacking(&self, manifest: &Manifest) -> Result<usize, StepError> {
        let mut came = 0;
        for part in &manifest.parts {
            let here = lock(&self.outbox)?.part(part.hash)?;
            if here.is_none() {
                let packed = self.part(part).await?;
                lock(&self.outbox)?.set(&[], &[(part.hash, packed)])?;
                came += 1;
            }
        }
        Ok(came)
    }

    async fn part(&self, part: &BundlePart) -> Result<Vec<u8>, StepError> {
        let response = self.get(&routes::part(part.hash), None).await?;
        let packed = body(response, part.longest()).await?;
        match part.verify(&packed) {
            Ok(()) => Ok(packed),
            Err(e) => {
                bundle::note_refusal(&mut *lock(&self.outbox)?, &e)?;
                Err(StepError::Network(Failure::Nonsense))
            }
        }
    }
}
