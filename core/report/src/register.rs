//! The register that desks share (payload of type 65017): which person a subject is, and who moved to which team. It
//! travels sealed to the desks, so neither server nor phones learn a name.

use baqylau_protocol::cbor::{self, Malformed};
use baqylau_protocol::ids::{PublicKey, SubjectId};
use minicbor::{Decode, Encode};

/// Additions to the register by one desk.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Register {
    /// [`baqylau_protocol::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The people to whom the invites and moves refer.
    #[n(1)]
    pub people: Vec<RegisteredPerson>,
    /// Invites that this desk made.
    #[n(2)]
    pub invites: Vec<RegisteredInvite>,
    /// Moves of people between teams.
    #[n(3)]
    pub moves: Vec<TeamMove>,
}

/// A person of the mission.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct RegisteredPerson {
    /// Unique code in the mission's tables.
    #[n(0)]
    pub code: String,
    /// Full name.
    #[n(1)]
    pub name: String,
    /// Role in the mission, for example `sto`.
    #[n(2)]
    pub role: String,
    /// Code of the team at the start of the mission.
    #[n(3)]
    pub team: String,
}

baqylau_forms::redacted_debug! { RegisteredPerson: code }

/// A record of an invite. Its secret key is not included, so nobody can enrol with it.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct RegisteredInvite {
    /// Public half of the invite's one-use key.
    #[n(0)]
    pub key: PublicKey,
    /// The pseudonym in its certificate.
    #[n(1)]
    pub subject: SubjectId,
    /// [`RegisteredPerson::code`] of the holder.
    #[n(2)]
    pub person: String,
    /// Time of issue, in milliseconds since 1970.
    #[n(3)]
    pub issued: i64,
    /// End of enrolment, in milliseconds since 1970.
    #[n(4)]
    pub expires: i64,
}

baqylau_forms::redacted_debug! { RegisteredInvite: key, subject, issued, expires }

/// A person's move to another team.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct TeamMove {
    /// [`RegisteredPerson::code`] of who moves.
    #[n(0)]
    pub person: String,
    /// First moment in the new team, in milliseconds since 1970.
    #[n(1)]
    pub since: i64,
    /// Code of the new team.
    #[n(2)]
    pub team: String,
}

baqylau_forms::redacted_debug! { TeamMove: since }

impl Register {
    /// Encodes the payload as deterministic CBOR.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Decodes the payload.
    ///
    /// # Errors
    /// [`Malformed`] if it is not a register, or of a later version.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::decode(bytes, "register")
    }
}
