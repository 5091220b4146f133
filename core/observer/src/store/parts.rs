//! Parts of bundles, packed as they came.

use baqylau_protocol::bundle::inflate;
use baqylau_protocol::ids::Hash;

/// Whether a packed part is what its hash says: one that is damaged is as good as none, and is fetched again.
pub(super) fn is_part(hash: Hash, packed: &[u8]) -> bool {
    inflate(packed).is_some_and(|bytes| Hash::of(&bytes) == hash)
}
