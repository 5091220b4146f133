//! What desks tell each other of people (payload of type 65017): whose a subject is, and who moved to which team. It travels sealed:
//! no server and no phone learns a name.

use baqylau_protocol::cbor::{self, Malformed};
use baqylau_protocol::ids::{PublicKey, SubjectId};
use minicbor::{Decode, Encode};

/// Additions to the register.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Register {
    /// [`baqylau_protocol::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The people that invites and moves name.
    #[n(1)]
    pub people: Vec<RegisteredPerson>,
    /// Invites that were made.
    #[n(2)]
    pub invites: Vec<RegisteredInvite>,
    /// Moves from team to team.
    #[n(3)]
    pub moves: Vec<TeamMove>,
}

/// Somebody of the mission.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct RegisteredPerson {
    /// The code, as in the mission's tables.
    #[n(0)]
    pub code: String,
    /// The name.
    #[n(1)]
    pub name: String,
    /// The role.
    #[n(2)]
    pub role: String,
    /// The team at the beginning.
    #[n(3)]
    pub team: String,
}

/// An invite: its key is not in it, so nobody can enrol with this.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct RegisteredInvite {
    /// The public key of the invite.
    #[n(0)]
    pub key: PublicKey,
    /// Whom it makes its device speak for.
    #[n(1)]
    pub subject: SubjectId,
    /// The person's code.
    #[n(2)]
    pub person: String,
    /// When it was made, in milliseconds since 1970.
    #[n(3)]
    pub issued: i64,
    /// When it expires.
    #[n(4)]
    pub expires: i64,
}

/// A move to another team.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct TeamMove {
    /// The person's code.
    #[n(0)]
    pub person: String,
    /// From when on, in milliseconds since 1970.
    #[n(1)]
    pub since: i64,
    /// The team.
    #[n(2)]
    pub team: String,
}

impl Register {
    /// Its bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Reads one.
    ///
    /// # Errors
    /// It is none.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::decode(bytes, "register")
    }
}
