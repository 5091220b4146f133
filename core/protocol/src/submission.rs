//! The body of a request to a witness, `POST <prefix>/add-checkpoint` (c2sp.org/tlog-witness): the size that the witness knows, the proof
//! from there, and the checkpoint that it shall cosign. Text, as all of that ecosystem.

use crate::checkpoint::MAX_NOTE;
use crate::ids::Hash;
use data_encoding::BASE64;

/// Where a witness takes checkpoints, below the prefix of its address.
pub const ADD_CHECKPOINT: &str = "/add-checkpoint";
/// Content type of the answer 409 that says which size the witness knows.
pub const SIZE_TYPE: &str = "text/x.tlog.size";
/// Most hashes of a proof.
pub const MAX_PROOF: usize = 63;

/// What a log asks of a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointSubmission {
    /// Size of the checkpoint that the witness cosigned last; 0 if it cosigned none.
    pub old: u64,
    /// Consistency proof (RFC 6962, section 2.1.2) from there to the size of the note.
    pub proof: Vec<Hash>,
    /// The signed checkpoint; nothing of it is verified here.
    pub note: String,
}

/// The body is not written as c2sp.org/tlog-witness has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected `old <size>`, up to 63 hashes, an empty line and a checkpoint")]
pub struct MalformedSubmission;

impl CheckpointSubmission {
    /// The body as it is sent.
    #[must_use]
    pub fn to_text(&self) -> String {
        let proof: String = self.proof.iter().map(|hash| BASE64.encode(&hash.0) + "\n").collect();
        format!("old {}\n{proof}\n{}", self.old, self.note)
    }

    /// Reads a body, whoever sent it.
    ///
    /// # Errors
    /// [`MalformedSubmission`].
    pub fn parse(body: &[u8]) -> Result<Self, MalformedSubmission> {
        let text = std::str::from_utf8(body).map_err(|_| MalformedSubmission)?;
        let (asked, note) = text.split_once("\n\n").ok_or(MalformedSubmission)?;
        let mut lines = asked.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(size).ok_or(MalformedSubmission)?;
        let mut proof = Vec::new();
        for line in lines {
            let hash = BASE64.decode(line.as_bytes()).ok().and_then(|hash| Hash::from_slice(&hash));
            proof.push(hash.filter(|_| proof.len() < MAX_PROOF).ok_or(MalformedSubmission)?);
        }
        if note.len() > MAX_NOTE {
            return Err(MalformedSubmission);
        }
        Ok(Self { old, proof, note: note.to_owned() })
    }
}

/// A size in decimal digits without leading zeroes.
#[must_use]
pub fn size(text: &str) -> Option<u64> {
    text.parse().ok().filter(|size: &u64| size.to_string() == text)
}
