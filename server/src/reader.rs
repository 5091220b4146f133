//! The way of the handlers to the storage. Its methods are asynchronous and there is no other way: the backend blocks, and is called
//! on threads that may.

use crate::storage::{LogError, LoggedObject, PermittedUpload, Storage};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use std::collections::HashSet;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Reads the log of one mission, one request after another.
pub(crate) struct LogReader {
    mission: MissionId,
    storage: Arc<Mutex<Box<dyn Storage>>>,
}

/// Letters with their indices, and the enrolments of the desks that wrote them.
pub(crate) type Letters = (Vec<(u64, LoggedObject)>, Vec<Vec<u8>>);

impl LogReader {
    pub fn new(mission: MissionId, storage: Box<dyn Storage>) -> Self {
        Self { mission, storage: Arc::new(Mutex::new(storage)) }
    }

    /// Waits for its turn without a thread, then reads on one that may block.
    async fn ask<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut dyn Storage, MissionId) -> Result<T, LogError> + Send + 'static,
    ) -> Result<T, LogError> {
        let (mut storage, mission) = (self.storage.clone().lock_owned().await, self.mission);
        let read = tokio::task::spawn_blocking(move || read(&mut **storage, mission));
        read.await.unwrap_or_else(|e| Err(LogError::Other(e.into())))
    }

    pub async fn part(&self, hash: Hash) -> Result<Option<Vec<u8>>, LogError> {
        self.ask(move |storage, mission| storage.part(mission, hash)).await
    }

    /// Who may upload an attachment of a device.
    pub async fn permitted(&self, device: DeviceId, hash: Hash) -> Result<Vec<PermittedUpload>, LogError> {
        self.ask(move |storage, mission| storage.permitted(mission, device, hash)).await
    }

    pub async fn page(&self, from: u64, limit: usize, bytes: usize) -> Result<Vec<LoggedObject>, LogError> {
        self.ask(move |storage, mission| storage.page(mission, from, limit, bytes)).await
    }

    pub async fn letters(&self, recipient: DeviceId, from: u64, limit: usize) -> Result<Letters, LogError> {
        self.ask(move |storage, mission| {
            let found = storage.letters(mission, recipient, from, limit)?;
            let mut writers: Vec<DeviceId> = found.iter().map(|(_, e)| e.device).collect();
            writers.sort_unstable();
            writers.dedup();
            let mut desks = Vec::new();
            for writer in writers {
                desks.extend(storage.enrolment(mission, writer)?);
            }
            Ok((found, desks))
        })
        .await
    }

    /// The enrolments of desks, as far as they are here.
    pub async fn enrolments(&self, devices: Vec<DeviceId>) -> Result<Vec<Vec<u8>>, LogError> {
        self.ask(move |storage, mission| {
            let found = devices.into_iter().map(|device| storage.enrolment(mission, device));
            Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
        })
        .await
    }

    /// The name of a part of the manifest that is neither here nor sent with it. Parts that are here stay; one that is damaged on this
    /// disk is not here.
    pub async fn lacking(&self, manifest: &Manifest, sent: &[(Hash, Vec<u8>)]) -> Result<Option<String>, LogError> {
        let (manifest, sent) = (manifest.clone(), sent.iter().map(|(hash, _)| *hash).collect::<HashSet<Hash>>());
        self.ask(move |storage, mission| {
            for part in manifest.parts.iter().filter(|p| !sent.contains(&p.hash)) {
                let here = match storage.part(mission, part.hash) {
                    Err(LogError::Damaged { .. }) => None,
                    found => found?,
                };
                if here.is_none_or(|packed| part.verify(&packed).is_err()) {
                    return Ok(Some(part.name.clone()));
                }
            }
            Ok(None)
        })
        .await
    }
}
