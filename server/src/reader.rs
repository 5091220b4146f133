//! The way of the handlers to the storage. Its methods are asynchronous and there is no other way: the backend blocks, and is called
//! on threads that may.

use crate::storage::{LogError, LoggedObject, Storage};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
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

    /// The length in bytes of an attachment that the log names.
    pub async fn blob(&self, hash: Hash) -> Result<Option<u64>, LogError> {
        self.ask(move |storage, mission| storage.blob(mission, hash)).await
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

    /// The name of a part of the manifest that is neither here nor sent with it. Parts that are here stay.
    pub async fn lacking(&self, manifest: &Manifest, sent: &[(Hash, Vec<u8>)]) -> Result<Option<String>, LogError> {
        let unsent = manifest.parts.iter().filter(|p| sent.iter().all(|(hash, _)| *hash != p.hash));
        let unsent: Vec<(Hash, String)> = unsent.map(|p| (p.hash, p.name.clone())).collect();
        self.ask(move |storage, mission| {
            for (hash, name) in unsent {
                if storage.part(mission, hash)?.is_none() {
                    return Ok(Some(name));
                }
            }
            Ok(None)
        })
        .await
    }
}
