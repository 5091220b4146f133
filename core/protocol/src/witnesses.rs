//! The witnesses that a mission's manifest names, and how many of them must cosign a head of its log.

use crate::authority::LogEpoch;
use crate::bundle::Manifest;
use crate::checkpoint::{Checkpoint, CheckpointError, NoteKey, origin, witnessed};

/// Why a list of witnesses can be nobody's intention.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WitnessListFault {
    /// No head could ever be witnessed.
    #[error("{needed} witnesses must cosign and {named} are named: name more, or ask for fewer")]
    TooFew {
        /// How many must cosign.
        needed: u32,
        /// How many are named.
        named: usize,
    },
    /// One witness would count for two.
    #[error("{name} has the key of another witness in the list: a key counts once, so name it once")]
    Twice {
        /// Under which it stands there again.
        name: String,
    },
    /// The log would witness itself.
    #[error("{name} has the key of the mission's own log: ask somebody else to be a witness")]
    OwnLog {
        /// Under which it stands there.
        name: String,
    },
    /// Empty, or with a space or a plus in it: no signature could be found under it.
    #[error("{name:?} is no name of a witness: copy the line that `baqylau witness key` prints")]
    Name {
        /// As it was given.
        name: String,
    },
}

/// Whether witnesses and their number go together, and with the logs of the mission that are known.
///
/// # Errors
/// The first fault.
pub fn check(witnesses: &[NoteKey], needed: u32, log: Option<&LogEpoch>) -> Result<(), WitnessListFault> {
    let own = log.map(LogEpoch::keys).unwrap_or_default();
    for (place, witness) in witnesses.iter().enumerate() {
        let name = || witness.name.clone();
        if NoteKey::new(&witness.name, witness.key).is_none() {
            return Err(WitnessListFault::Name { name: name() });
        }
        if own.contains(&witness.key) {
            return Err(WitnessListFault::OwnLog { name: name() });
        }
        if witnesses[..place].iter().any(|before| before.key == witness.key) {
            return Err(WitnessListFault::Twice { name: name() });
        }
    }
    let named = witnesses.len();
    if usize::try_from(needed).is_ok_and(|needed| needed <= named) {
        Ok(())
    } else {
        Err(WitnessListFault::TooFew { needed, named })
    }
}

impl Manifest {
    /// Reads a checkpoint of the mission's log, with the listed witnesses that cosigned it. Lines of others, and those that do not
    /// verify, are nobody's.
    ///
    /// # Errors
    /// [`CheckpointError`] if it is malformed, of another log or epoch, or the log did not sign it.
    pub fn cosigned(&self, note: &str) -> Result<(Checkpoint, Vec<&NoteKey>), CheckpointError> {
        let log = NoteKey { name: origin(self.mission, &self.log.key), key: self.log.key };
        let head = Checkpoint::open(note, &log)?;
        Ok((head, self.witnesses.iter().filter(|witness| witnessed(note, witness).is_some()).collect()))
    }
}
