//! The head of the log as witnesses of the C2SP ecosystem read it: a checkpoint (c2sp.org/tlog-checkpoint) in a signed note
//! (c2sp.org/signed-note), and cosignatures on it (c2sp.org/tlog-cosignature). Text, because foreign programs parse it.

use crate::ids::{Hash, MissionId, PublicKey, Signature};
use crate::keys::SigningKey;
use data_encoding::{BASE64, HEXLOWER};
use minicbor::{Decode, Encode};
use std::collections::BTreeSet;

/// Most bytes of a note. Verifiers take at least sixteen signatures (c2sp.org/signed-note), and a post-quantum one has nearly 5 kB.
pub const MAX_NOTE: usize = 128 << 10;

/// Signature types of signed notes.
const ED25519: u8 = 1;
const COSIGNATURE: u8 = 4;

/// Size and root of a log, and which log it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Names the log; see [`origin`].
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Merkle root over those leaves (RFC 6962).
    pub root: Hash,
}

/// Why a text is no checkpoint, or not one that is vouched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not written as a checkpoint must be.
    #[error("it is not a checkpoint")]
    Malformed,
    /// No signature by the key that was asked for, or one that does not verify.
    #[error("it is not signed by that key")]
    Signature,
    /// Fewer witnesses cosigned it than were asked for.
    #[error("{found} of its witnesses cosigned it, and {needed} are needed")]
    Unwitnessed {
        /// Different witnesses whose cosignatures verify.
        found: usize,
        /// How many were asked for.
        needed: usize,
    },
}

/// A key that signs notes under a name: a log, or a witness.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct NoteKey {
    /// Without spaces and `+`.
    #[n(0)]
    pub name: String,
    /// The Ed25519 key.
    #[n(1)]
    pub key: PublicKey,
}

/// The name of a mission's log under which its receipt key signs checkpoints. It is not the address of a server: all of the mission's
/// servers are doors to one log, and may change. Each epoch is a log of its own: its key is another, and the first
/// 8 bytes of that key's SHA-256 are in the name.
#[must_use]
pub fn origin(mission: MissionId, key: &PublicKey) -> String {
    let name = HEXLOWER.encode(&Hash::of(&key.0).0[..8]);
    format!("baqylau.log/{mission}/{name}")
}

impl NoteKey {
    /// `None` where the name is none that a note can have.
    #[must_use]
    pub fn new(name: &str, key: PublicKey) -> Option<Self> {
        let fit = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+');
        fit.then(|| Self { name: name.to_owned(), key })
    }

    /// The text form of a witness's key: `name+id+key`, as other programs of the ecosystem take it.
    #[must_use]
    pub fn of_witness(&self) -> String {
        self.text(COSIGNATURE)
    }

    /// The text form of a log's key.
    #[must_use]
    pub fn of_log(&self) -> String {
        self.text(ED25519)
    }

    /// Reads the text form of a witness's key; `None` if it is another kind of key, or none.
    #[must_use]
    pub fn parse_witness(text: &str) -> Option<Self> {
        Self::parse(text, COSIGNATURE)
    }

    /// Reads the text form of a log's key; `None` if it is another kind of key, or none.
    #[must_use]
    pub fn parse_log(text: &str) -> Option<Self> {
        Self::parse(text, ED25519)
    }

    fn text(&self, kind: u8) -> String {
        let id = data_encoding::HEXLOWER.encode(&self.id(kind));
        format!("{}+{id}+{}", self.name, BASE64.encode(&[&[kind], &self.key.0[..]].concat()))
    }

    fn parse(text: &str, kind: u8) -> Option<Self> {
        let (name, rest) = text.trim().split_once('+')?;
        let (_, key) = rest.split_once('+')?;
        let key = BASE64.decode(key.as_bytes()).ok()?;
        let (found, key) = key.split_first()?;
        let parsed = Self::new(name, PublicKey::from_slice(key)?)?;
        (*found == kind && parsed.text(kind) == text.trim()).then_some(parsed)
    }

    fn id(&self, kind: u8) -> [u8; 4] {
        let hash = Hash::of(&[self.name.as_bytes(), b"\n", &[kind], &self.key.0].concat());
        [hash.0[0], hash.0[1], hash.0[2], hash.0[3]]
    }

    fn line(&self, kind: u8, signature: &[u8]) -> String {
        format!("\u{2014} {} {}\n", self.name, BASE64.encode(&[&self.id(kind)[..], signature].concat()))
    }

    /// The bytes that a note's lines have behind the id of this key.
    fn signatures<'n>(&'n self, kind: u8, lines: &'n str) -> impl Iterator<Item = Vec<u8>> + 'n {
        lines.lines().filter_map(move |line| {
            let (name, bytes) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
            let bytes = BASE64.decode(bytes.as_bytes()).ok()?;
            let (id, signature) = bytes.split_at_checked(4)?;
            (name == self.name && id == self.id(kind)).then(|| signature.to_vec())
        })
    }
}

impl Checkpoint {
    /// The three lines that are signed.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64.encode(&self.root.0))
    }

    /// A note with one signature, under the origin as name.
    ///
    /// # Panics
    /// Never for an origin that [`origin`] made.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> String {
        let text = self.text();
        let name = NoteKey { name: self.origin.clone(), key: key.public() };
        format!("{text}\n{}", name.line(ED25519, &key.sign(text.as_bytes()).0))
    }

    /// Reads a note without verifying anything. Extension lines are refused: nobody here writes one.
    ///
    /// # Errors
    /// [`CheckpointError::Malformed`].
    pub fn peek(note: &str) -> Result<Self, CheckpointError> {
        let (text, _) = parts(note)?;
        let mut lines = text.lines();
        let mut next = || lines.next().filter(|line| !line.is_empty()).ok_or(CheckpointError::Malformed);
        let (origin, size, root) = (next()?, next()?, next()?);
        let root = BASE64.decode(root.as_bytes()).ok().and_then(|root| Hash::from_slice(&root));
        let size = size.parse().map_err(|_| CheckpointError::Malformed)?;
        let read = Self { origin: origin.to_owned(), size, root: root.ok_or(CheckpointError::Malformed)? };
        if read.text() == text { Ok(read) } else { Err(CheckpointError::Malformed) }
    }

    /// Reads a note that the log signed.
    ///
    /// # Errors
    /// [`CheckpointError`] if it is malformed, for another log, or a signature under that name and key does not verify.
    pub fn open(note: &str, log: &NoteKey) -> Result<Self, CheckpointError> {
        let read = Self::peek(note)?;
        if read.origin == log.name && is_signed(note, log) { Ok(read) } else { Err(CheckpointError::Signature) }
    }

    /// The line by which a witness says that it saw this head, consistent with all before, at `time` (seconds since 1970).
    ///
    /// # Panics
    /// Never: the name of the witness is one.
    #[must_use]
    pub fn cosign(&self, name: &str, key: &SigningKey, time: u64) -> String {
        let signature = key.sign(&cosigned(&self.text(), time));
        let name = NoteKey { name: name.to_owned(), key: key.public() };
        name.line(COSIGNATURE, &[&time.to_be_bytes()[..], &signature.0].concat())
    }
}

/// Whether a note has a signature by this key of a log, and none under its name and id that does not verify. Says nothing of the origin.
#[must_use]
pub fn is_signed(note: &str, log: &NoteKey) -> bool {
    let Ok((text, lines)) = parts(note) else { return false };
    let mut signatures = log.signatures(ED25519, lines).peekable();
    signatures.peek().is_some()
        && signatures.all(|s| Signature::from_slice(&s).is_some_and(|s| log.key.verify(text.as_bytes(), &s)))
}

/// Reads a note that the log signed and at least `needed` of these witnesses cosigned. Signatures of others are ignored. A key counts once,
/// under however many names or lines: a cosignature does not say the name. The log's own key is no witness.
///
/// # Errors
/// [`CheckpointError`]: as [`Checkpoint::open`], or [`CheckpointError::Unwitnessed`].
pub fn verify_cosigned(
    note: &str,
    log: &NoteKey,
    witnesses: &[NoteKey],
    needed: usize,
) -> Result<Checkpoint, CheckpointError> {
    let read = Checkpoint::open(note, log)?;
    let others = witnesses.iter().filter(|witness| witness.key != log.key);
    let signed = others.filter(|witness| witnessed(note, witness).is_some()).map(|witness| witness.key.0);
    let found = signed.collect::<BTreeSet<_>>().len();
    if found >= needed { Ok(read) } else { Err(CheckpointError::Unwitnessed { found, needed }) }
}

/// When a witness cosigned a note, in seconds since 1970; of several times the last. `None` if it did not.
#[must_use]
pub fn witnessed(note: &str, witness: &NoteKey) -> Option<u64> {
    let (text, lines) = parts(note).ok()?;
    let times = witness.signatures(COSIGNATURE, lines).filter_map(|bytes| {
        let (time, signature) = bytes.split_at_checked(8)?;
        let time = u64::from_be_bytes(time.try_into().ok()?);
        witness.key.verify(&cosigned(text, time), &Signature::from_slice(signature)?).then_some(time)
    });
    times.max()
}

/// The text of a note with its last newline, and its lines of signatures.
fn parts(note: &str) -> Result<(&str, &str), CheckpointError> {
    let fits = note.len() <= MAX_NOTE && !note.contains(|c: char| c < ' ' && c != '\n');
    let split = note.rfind("\n\n").filter(|_| fits && note.ends_with('\n'));
    let (text, lines) = note.split_at(split.ok_or(CheckpointError::Malformed)? + 1);
    Ok((text, &lines[1..]))
}

fn cosigned(text: &str, time: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{text}").into_bytes()
}
