//! What the phones of one process decode once.

use super::mission::Loaded;
use baqylau_forms::{Form, Places};
use baqylau_protocol::ids::Hash;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Missions as they were decoded, for every phone of a process that is given the same cache. It holds nothing by itself: what no phone
/// has loaded any more is gone.
#[derive(Default)]
pub struct MissionCache {
    /// By the hash of the manifest.
    pub(super) missions: WeakByHash<Loaded>,
    /// By the hash of their table.
    pub(super) places: WeakByHash<Places>,
    /// By the hash of definition and places.
    pub(super) forms: WeakByHash<Form>,
}

/// Values by the hash of what they were made from, as long as somebody holds them.
pub(super) struct WeakByHash<T>(Mutex<HashMap<Hash, Weak<T>>>);

impl<T> Default for WeakByHash<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> WeakByHash<T> {
    pub fn get(&self, hash: Hash) -> Option<Arc<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&hash).and_then(Weak::upgrade)
    }

    pub fn put(&self, hash: Hash, made: &Arc<T>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, weak| weak.strong_count() > 0);
        known.insert(hash, Arc::downgrade(made));
    }

    /// The lock is not held while the value is made.
    pub fn get_or_make<E>(&self, hash: Hash, make: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        if let Some(known) = self.get(hash) {
            return Ok(known);
        }
        let made = Arc::new(make()?);
        self.put(hash, &made);
        Ok(made)
    }
}
