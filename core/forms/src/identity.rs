//! Shared values as keys.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A shared value as a key: it is equal to clones of the same `Arc`, and to nothing else, however like. It holds the value, so that no
/// other comes to stand at its address.
#[derive(Debug)]
pub struct ByIdentity<T>(Arc<T>);

impl<T> ByIdentity<T> {
    /// The key of a value.
    #[must_use]
    pub fn of(value: &Arc<T>) -> Self {
        Self(value.clone())
    }

    /// The value.
    #[must_use]
    pub fn get(&self) -> &Arc<T> {
        &self.0
    }
}

impl<T> Clone for ByIdentity<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> PartialEq for ByIdentity<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Eq for ByIdentity<T> {}

impl<T> Hash for ByIdentity<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}
