//! Parts of bundles, packed as they came.

use baqylau_protocol::bundle::is_packed;
use baqylau_protocol::ids::Hash;

/// Whether a packed part is what its hash says: one that is damaged is as good as none, and is fetched again.
pub(super) fn is_part(hash: Hash, packed: &[u8]) -> bool {
    is_packed(packed, hash)
}
