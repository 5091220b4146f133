//! A bundle that nobody renewed, or that was renewed and is kept from this desk.

use crate::error::DeskError;
use crate::store::VerifiedStore;
use baqylau_forms::value::Moment;
use std::fmt;

/// A bundle that was promised to be renewed by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverdueBundle {
    /// Of its manifest.
    pub version: u64,
    /// When another one was promised by, in milliseconds since 1970.
    pub renew_by: i64,
}

impl fmt::Display for OverdueBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let until = Moment { ms: self.renew_by, offset: 0 };
        write!(
            f,
            "bundle {} was to be renewed by {until}, and no newer one came. Ask whoever holds the root key: if they did not renew it, they do \
             now (`baqylau mission publish`); if they did, the server keeps it back, or this machine's clock is wrong",
            self.version
        )
    }
}

/// The bundle here, where another one was promised by now, in milliseconds since 1970.
pub(crate) fn overdue(known: VerifiedStore<'_>, now: i64) -> Result<Option<OverdueBundle>, DeskError> {
    let manifest = known.latest_manifest()?.filter(|manifest| manifest.is_overdue(now));
    Ok(manifest.map(|m| OverdueBundle { version: m.version, renew_by: m.renew_by }))
}
