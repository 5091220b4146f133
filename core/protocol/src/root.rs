//! A root that several people hold, a key each: a manifest is theirs when enough of them signed it, each on a machine of their own. No secret is
//! ever put together.

use crate::bundle::{BundleError, Manifest};
use crate::cbor::{self, Malformed};
use crate::cose::{self, ObjectType};
use crate::ids::{Hash, MissionRoot, PublicKey, Signature};
use crate::keys::SigningKey;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// Most keys of a root.
pub const MAX_ROOT_KEYS: usize = 16;

/// The keys of a root, and how many of them must sign. It never changes: its hash names the mission.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct RootStatement {
    #[n(0)]
    needed: u8,
    #[cbor(n(1), decode_with = "cbor::at_most::<_, _, MAX_ROOT_KEYS>")]
    keys: Vec<PublicKey>,
}

/// Why something is not signed by the mission's root.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootError {
    /// Too few or too many keys, one twice, or a number of signatures that they cannot give.
    #[error("a root has 2 to {MAX_ROOT_KEYS} different keys, of which at least one and at most all must sign")]
    Statement,
    /// In another encoding than the permitted one.
    #[error("not a manifest that several sign: {0}")]
    Malformed(#[from] Malformed),
    /// Its keys are not those that the mission is named by.
    #[error("its keys are not the root of this mission")]
    Foreign,
    /// A signature in it is not of the key that it stands for, or they are out of order.
    #[error("signature {number} does not verify")]
    Signature {
        /// Of the key, from 0.
        number: u8,
    },
    /// Fewer signed than must, or more.
    #[error("{found} of the holders of the root signed it, and {needed} must")]
    Count {
        /// Signatures in it.
        found: usize,
        /// [`RootStatement::needed`].
        needed: u8,
    },
    /// The key that is to sign is none of the root's.
    #[error("this key is not one of the root; take the one whose public half the mission was made with")]
    NotAHolder,
    /// The key signed already.
    #[error("this key signed it already; another holder of the root must")]
    Twice,
}

impl RootStatement {
    /// The keys in any order.
    ///
    /// # Errors
    /// [`RootError::Statement`].
    pub fn new(needed: u8, mut keys: Vec<PublicKey>) -> Result<Self, RootError> {
        keys.sort_unstable();
        let statement = Self { needed, keys };
        if statement.is_sound() { Ok(statement) } else { Err(RootError::Statement) }
    }

    /// From its encoding.
    ///
    /// # Errors
    /// It does not read, or is not sound.
    pub fn decode(bytes: &[u8]) -> Result<Self, RootError> {
        let statement: Self = cbor::decode(bytes, "root statement")?;
        if statement.is_sound() { Ok(statement) } else { Err(RootError::Statement) }
    }

    /// In deterministic CBOR.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    fn is_sound(&self) -> bool {
        let ascend = self.keys.windows(2).all(|pair| pair[0] < pair[1]);
        ascend && (2..=MAX_ROOT_KEYS).contains(&self.keys.len()) && (1..=self.keys.len()).contains(&self.needed.into())
    }

    /// How many must sign.
    #[must_use]
    pub fn needed(&self) -> u8 {
        self.needed
    }

    /// The keys, ascending.
    #[must_use]
    pub fn keys(&self) -> &[PublicKey] {
        &self.keys
    }

    /// What pins the mission.
    #[must_use]
    pub fn root(&self) -> MissionRoot {
        MissionRoot(Hash::of(&self.encode()).0)
    }
}

/// A manifest that several sign; with fewer signatures than must be it waits.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct JointManifest {
    #[n(0)]
    statement: ByteVec,
    #[n(1)]
    payload: ByteVec,
    /// Ascending by the position of the key.
    #[cbor(n(2), decode_with = "cbor::at_most::<_, _, MAX_ROOT_KEYS>")]
    signatures: Vec<(u8, Signature)>,
}

impl JointManifest {
    /// A manifest that nobody signed yet. Its `mission` must be that of the statement.
    #[must_use]
    pub fn propose(manifest: &Manifest, statement: &RootStatement) -> Self {
        Self { statement: statement.encode().into(), payload: cbor::encode(manifest).into(), signatures: Vec::new() }
    }

    /// Whether bytes begin as one, and not as an object that one key signed.
    pub(crate) fn is_one(bytes: &[u8]) -> bool {
        bytes.first() == Some(&0x83)
    }

    /// Its bytes without signatures; `None` where it is none.
    pub(crate) fn unsigned(bytes: &[u8]) -> Option<Vec<u8>> {
        let joint: Self = Self::is_one(bytes).then(|| cbor::decode(bytes, "manifest").ok())??;
        Some(Self { signatures: Vec::new(), ..joint }.encode())
    }

    /// Reads one and verifies every signature that is there, be they enough or not.
    ///
    /// # Errors
    /// [`RootError`]: its keys are not this root, or a signature does not hold.
    pub fn open(bytes: &[u8], root: MissionRoot) -> Result<Self, RootError> {
        let joint: Self = cbor::decode(bytes, "manifest")?;
        let statement = joint.statement()?;
        if statement.root() != root {
            return Err(RootError::Foreign);
        }
        let mut next = 0;
        for (number, signature) in &joint.signatures {
            let key = statement.keys.get(usize::from(*number)).filter(|_| *number >= next);
            if !key.is_some_and(|key| cose::is_signed(ObjectType::Manifest, key, &joint.payload, signature)) {
                return Err(RootError::Signature { number: *number });
            }
            next = number + 1;
        }
        Ok(joint)
    }

    /// Who must sign something that is not verified yet.
    ///
    /// # Errors
    /// It does not read.
    pub fn read_statement(bytes: &[u8]) -> Result<RootStatement, RootError> {
        cbor::decode::<Self>(bytes, "manifest")?.statement()
    }

    /// Who must sign. Compare its [`RootStatement::root`] with the mission's.
    ///
    /// # Errors
    /// It does not read, or is not sound.
    pub fn statement(&self) -> Result<RootStatement, RootError> {
        RootStatement::decode(&self.statement)
    }

    /// Adds a signature.
    ///
    /// # Errors
    /// The key is not one of the root, or signed already; or enough signed.
    pub fn sign(&mut self, key: &SigningKey) -> Result<(), RootError> {
        let statement = self.statement()?;
        let position = statement.keys.iter().position(|known| *known == key.public());
        let number = position.and_then(|at| u8::try_from(at).ok()).ok_or(RootError::NotAHolder)?;
        if self.signatures.iter().any(|(signed, _)| *signed == number) {
            return Err(RootError::Twice);
        }
        if self.signatures.len() >= usize::from(statement.needed) {
            return Err(RootError::Count { found: self.signatures.len() + 1, needed: statement.needed });
        }
        self.signatures.push((number, cose::detached(ObjectType::Manifest, key, &[], &self.payload)));
        self.signatures.sort_unstable_by_key(|(number, _)| *number);
        Ok(())
    }

    /// How many signed.
    #[must_use]
    pub fn signed(&self) -> usize {
        self.signatures.len()
    }

    /// Whether as many signed as must, no fewer and no more.
    ///
    /// # Errors
    /// [`RootError::Count`].
    pub fn complete(&self) -> Result<(), RootError> {
        let needed = self.statement()?.needed;
        let found = self.signatures.len();
        if found == usize::from(needed) { Ok(()) } else { Err(RootError::Count { found, needed }) }
    }

    /// What is signed, or proposed.
    ///
    /// # Errors
    /// It does not read as a manifest, or is of another mission than its keys.
    pub fn manifest(&self) -> Result<Manifest, BundleError> {
        Manifest::decode(&self.payload, self.statement()?.root())
    }

    /// As it is stored and sent.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }
}
