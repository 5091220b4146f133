//! Everything that was pulled, verified again from the bytes of the log.

use crate::error::DeskError;
use crate::faults::Unverifiable;
use crate::log::verify::Opener;
use crate::store::{DeskStore, Gap, LogObject};
use baqylau_protocol::ids::Hash;
use std::collections::HashMap;

/// What an object of the log here is not, when all is verified again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ObjectFault {
    /// The bytes do not have the hash that the log names.
    #[error("its bytes are not those that were pulled")]
    Altered,
    /// No bytes, and no gap was noted when it was pulled.
    #[error("its bytes are no longer here")]
    Gone,
    /// It is damaged at the server and was never here.
    #[error("{0}")]
    Gap(Gap),
    /// It does not verify or open.
    #[error("{0}")]
    Unverifiable(Unverifiable),
}

impl ObjectFault {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Altered => "altered",
            Self::Gone => "gone",
            Self::Gap(_) => "object-damaged",
            Self::Unverifiable(why) => why.code(),
        }
    }
}

/// How many envelopes of a store verify again now, and which do not: everything, from the bytes of the log.
///
/// # Errors
/// The database fails.
pub fn verify_all(store: &DeskStore, opener: &Opener<'_>) -> Result<(usize, Vec<(u64, ObjectFault)>), DeskError> {
    let objects: Vec<LogObject> = store.objects()?.into_iter().map(|(_, o)| o).collect();
    let found = opener.page(0, &objects, &HashMap::new());
    let altered = objects.iter().zip(0..).filter(|(o, _)| !o.is_gap() && Hash::of(&o.bytes) != o.hash);
    let mut faults: Vec<(u64, ObjectFault)> = altered.map(|(_, i)| (i, ObjectFault::Altered)).collect();
    let noted = store.gaps()?;
    let emptied =
        objects.iter().zip(0..).filter(|(o, i)| o.is_gap() && noted.binary_search_by_key(i, |gap| gap.index).is_err());
    faults.extend(emptied.map(|(_, i)| (i, ObjectFault::Gone)));
    faults.extend(noted.iter().map(|gap| (gap.index, ObjectFault::Gap(*gap))));
    let unopened = found.envelopes.iter().filter_map(|e| Some((e.index, *e.plain.as_ref().err()?)));
    faults.extend(found.strange.into_iter().chain(unopened).map(|(i, why)| (i, ObjectFault::Unverifiable(why))));
    Ok((found.envelopes.iter().filter(|e| e.plain.is_ok()).count(), faults))
}
