//! How far other people's programs vouch that there is one log: the cosignatures of the witnesses that the manifest names, looked for after
//! a pull. Whatever is lacking is told; only a head that the server signed and that contradicts the log here is evidence.

use crate::error::DeskError;
use crate::faults::Contradiction;
use crate::log::heads::SignedHeads;
use crate::log::link::ServerLink;
use baqylau_forms::value::Moment;
use baqylau_forms::zone::HOUR_MS;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::checkpoint::Checkpoint;
use baqylau_protocol::merkle::{MerkleTree, is_consistent};
use baqylau_protocol::routes;
use baqylau_protocol::wire::ConsistencyProof;
use std::fmt;

/// How long an object may lie in the log without a witness that saw it, in milliseconds.
const LATE_MS: i64 = HOUR_MS;
/// Setting: the first object that no witness covered, and when this desk first found it so.
const UNSEEN: &str = "unwitnessed";
/// How many witnesses that the manifest does not name a server may have: it counts them, and the desk does not.
const OTHERS: usize = 4;

/// What a pull found where the mission asks for witnesses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Witnessing {
    /// As many as are asked for cosigned what is here, as far as it says.
    Witnessed(WitnessedHead),
    /// Fewer, or too long ago; or what they cosigned is not the log here.
    Lacking(Unwitnessed),
}

/// A head that enough witnesses cosigned and that the log here leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessedHead {
    /// How many objects of the log here it covers.
    pub size: u64,
    /// How many are here.
    pub here: u64,
    /// The names of the witnesses, as the manifest has them.
    pub by: Vec<String>,
}

impl fmt::Display for WitnessedHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { size, here, by } = self;
        write!(f, "witnessed up to {size} of {here} objects by {}", by.join(" and "))
    }
}

/// Why the log here does not count as witnessed, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Unwitnessed {
    /// Not enough of the named ones cosigned any head that the server shows.
    #[error(
        "{found} witnesses cosigned the log and {needed} must; lacking: {}. Ask whoever runs the server whether it shows its heads to them, \
         and whoever runs them whether they saw another log; whoever holds the root key may ask for fewer",
        lacking.join(", ")
    )]
    TooFew {
        /// How many must.
        needed: u32,
        /// How many did.
        found: usize,
        /// The names of those that did not.
        lacking: Vec<String>,
    },
    /// Enough of them did, of a head that leaves out what has been in the log for more than an hour.
    #[error(
        "witnesses cosigned {size} of {here} objects, and nothing that came after {}. Ask whoever runs the server and the witnesses ({}) what \
         keeps them apart: behind the last head that they saw, two logs could be shown to two people",
        Moment { ms: *since, offset: 0 },
        by.join(", ")
    )]
    Behind {
        /// How many objects they cosigned.
        size: u64,
        /// How many are here.
        here: u64,
        /// When the server received the first that they did not see, in milliseconds since 1970.
        since: i64,
        /// Who cosigned.
        by: Vec<String>,
    },
    /// The server shows witnesses a larger log, and does not prove that it begins with the one here.
    #[error(
        "witnesses cosigned {size} objects, and the server does not prove that these begin with the {here} here. Pull again; if that goes on, \
         compare logs with another desk (`baqylau verify`): it may show two"
    )]
    Unproved {
        /// How many objects they cosigned.
        size: u64,
        /// How many are here.
        here: u64,
    },
    /// The server signed another log for witnesses than it shows here.
    #[error(
        "the server signed a head of {size} objects for witnesses that the log here does not lead to: it shows two logs. What it signed is kept \
         as evidence (`baqylau desk log` writes it); tell the coordinators, and trust no number until it is known who sees which log"
    )]
    OtherLog {
        /// How many objects that head has.
        size: u64,
    },
}

impl Unwitnessed {
    /// The stable code of its sort: the variant's name, in lower case with hyphens.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

/// A head that the log signed, and who of the manifest cosigned it.
struct Cosigned {
    note: Vec<u8>,
    head: Checkpoint,
    by: Vec<String>,
}

/// Asks a server for what witnesses cosigned, and compares it with the log here.
pub(crate) struct WitnessCheck<'a, 'd> {
    pub link: &'a ServerLink<'d>,
    pub heads: SignedHeads<'d>,
    /// Of all that is here.
    pub tree: &'a MerkleTree,
}

impl WitnessCheck<'_, '_> {
    /// `None` where the mission asks for no witnesses. `now` in milliseconds since 1970.
    pub(crate) fn run(&self, now: i64) -> Result<Option<Witnessing>, DeskError> {
        let manifest = self.heads.known.manifest()?;
        let needed = usize::try_from(manifest.cosignatures).unwrap_or(usize::MAX);
        if needed == 0 {
            return Ok(None);
        }
        let found = self.latest(&manifest, needed);
        let by = found.as_ref().map(|found| found.by.clone()).unwrap_or_default();
        let covered = match found.map(|found| self.covered(&found)).transpose()? {
            Some(Err(why)) => return Ok(Some(Witnessing::Lacking(why))),
            Some(Ok(size)) if by.len() >= needed => size,
            Some(Ok(_)) | None => {
                let names = manifest.witnesses.iter().map(|witness| witness.name.clone());
                let lacking = names.filter(|name| !by.contains(name)).collect();
                let few = Unwitnessed::TooFew { needed: manifest.cosignatures, found: by.len(), lacking };
                return Ok(Some(Witnessing::Lacking(few)));
            }
        };
        let here = self.tree.len() as u64;
        let late = self.late_since(covered, now)?;
        Ok(Some(match late {
            Some(since) => Witnessing::Lacking(Unwitnessed::Behind { size: covered, here, since, by }),
            None => Witnessing::Witnessed(WitnessedHead { size: covered, here, by }),
        }))
    }

    /// Since when the first object that is not covered is there, in milliseconds since 1970, where that is too long. The server says when
    /// it came; by this desk's clock it was there at the first pull that found it uncovered. One that is dated ahead may be of any age.
    fn late_since(&self, covered: u64, now: i64) -> Result<Option<i64>, DeskError> {
        let store = self.heads.known.store;
        let Some(received) = store.received_at(covered)? else { return Ok(None) };
        let noted = store.setting(UNSEEN)?.and_then(|bytes| cbor::decode_request::<(u64, i64)>(&bytes).ok());
        let noted = noted.filter(|(place, _)| *place == covered);
        let (_, found) = noted.unwrap_or((covered, now));
        if noted.is_none() {
            store.set_setting(UNSEEN, &cbor::encode(&(covered, found)))?;
        }
        let since = received.min(found);
        let late = now.saturating_sub(since) > LATE_MS || received > now.saturating_add(LATE_MS);
        Ok(late.then_some(since))
    }

    /// The latest head that enough named witnesses cosigned; where there is none, one that most of them did.
    fn latest(&self, manifest: &Manifest, needed: usize) -> Option<Cosigned> {
        let mut best: Option<Cosigned> = None;
        for asked in needed..=needed + OTHERS {
            let Some(found) = self.ask(manifest, asked) else { break };
            if best.as_ref().is_none_or(|best| found.by.len() > best.by.len()) {
                best = Some(found);
            }
            if best.as_ref().is_some_and(|best| best.by.len() >= needed) {
                break;
            }
        }
        best.or_else(|| (1..needed).rev().find_map(|asked| self.ask(manifest, asked)))
    }

    /// A server that does not answer, or with what its log did not sign, shows nothing that is cosigned.
    fn ask(&self, manifest: &Manifest, witnesses: usize) -> Option<Cosigned> {
        let note = self.link.find(&routes::cosigned(witnesses)).ok()??;
        let (head, by) = manifest.cosigned(std::str::from_utf8(&note).ok()?).ok()?;
        let by = by.into_iter().map(|witness| witness.name.clone()).collect();
        Some(Cosigned { note, head, by })
    }

    /// How many objects of the log here a head covers; or why it is no head of it.
    fn covered(&self, found: &Cosigned) -> Result<Result<u64, Unwitnessed>, DeskError> {
        let (size, here) = (found.head.size, self.tree.len() as u64);
        match self.tree.root_at(size) {
            Some(root) if root == found.head.root => Ok(Ok(size)),
            Some(_) => {
                let store = self.heads.known.store;
                store.add_evidence(&found.note, Contradiction::Root { signed: size })?;
                Ok(Err(Unwitnessed::OtherLog { size }))
            }
            None if self.is_proved(&found.head) => Ok(Ok(here)),
            None => Ok(Err(Unwitnessed::Unproved { size, here })),
        }
    }

    /// Whether a larger log begins with the one here.
    fn is_proved(&self, head: &Checkpoint) -> bool {
        let here = self.tree.len() as u64;
        let answer = self.link.find(&routes::consistency(here, head.size)).ok().flatten();
        let proof = answer.and_then(|bytes| cbor::decode::<ConsistencyProof>(&bytes, "consistency proof").ok());
        proof.is_some_and(|proof| is_consistent((here, self.tree.root()), (head.size, head.root), &proof.hashes))
    }
}
