//! The desk's keys, encrypted under a passphrase: Argon2id, then ChaCha20-Poly1305. A file is JSON with the parameters.

use crate::error::DeskError;
use crate::files::FileFault;
use crate::workspace::identity::DeskIdentity;
use argon2::{Algorithm, Argon2, Params, Version};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::handover::KeyHandover;
use baqylau_protocol::keys::{ReadingSecret, SigningKey, random};
use baqylau_sqlite::private;
use data_encoding::BASE64;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::path::Path;
use zeroize::{Zeroize, Zeroizing};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    format: u32,
    memory_kib: u32,
    passes: u32,
    salt: String,
    nonce: String,
    sealed: String,
}

/// The secrets that every desk of a mission holds. The root key is not among them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskKeys {
    /// Seeds of the issuers, the oldest first: invites. A reader has none.
    pub issuers: Vec<[u8; 32]>,
    /// The reading keys, by ascending number; the last is the current one.
    pub reading: Vec<ReadingSeed>,
    /// Key of the desk's database.
    pub database: [u8; 32],
    /// Seed of this desk's own device key.
    pub device: [u8; 32],
    /// The enrolment of that device.
    pub identity: DeskIdentity,
}

/// A reading key as it is kept.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadingSeed {
    /// Counted from 1; envelopes name the reading key by it.
    pub number: u32,
    /// X25519, then X-Wing.
    #[serde(with = "bytes64")]
    pub bytes: [u8; 64],
}

impl ReadingSeed {
    /// Of a key.
    #[must_use]
    pub fn of(secret: &ReadingSecret) -> Self {
        Self { number: secret.number, bytes: *secret.to_bytes() }
    }
}

impl Drop for ReadingSeed {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl Drop for DeskKeys {
    fn drop(&mut self) {
        self.issuers.zeroize();
        self.database.zeroize();
        self.device.zeroize();
    }
}

/// What another desk of a mission is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskKind {
    /// Decides, corrects, invites.
    Signs,
    /// Pulls, looks, exports and verifies.
    ReadsOnly,
}

/// The same, as keys that sign and open.
pub struct DeskSecrets {
    /// Sign invites, the oldest first; a reader has none.
    pub(crate) issuers: Vec<SigningKey>,
    /// Open what phones seal to the desks; the last is the current one, and there is one.
    pub(crate) reading: Vec<ReadingSecret>,
    /// Signs what this desk says.
    pub(crate) device: SigningKey,
    /// What it signs as.
    pub(crate) identity: DeskIdentity,
}

impl DeskSecrets {
    /// `None` where a reading key is none, or there is none.
    #[must_use]
    pub fn of(keys: &DeskKeys) -> Option<Self> {
        let reading = keys.reading.iter().map(|seed| ReadingSecret::from_bytes(seed.number, &seed.bytes));
        Some(Self {
            issuers: keys.issuers.iter().map(|seed| SigningKey::from_seed(*seed)).collect(),
            reading: reading.collect::<Option<Vec<_>>>().filter(|reading| !reading.is_empty())?,
            device: SigningKey::from_seed(keys.device),
            identity: keys.identity.clone(),
        })
    }

    /// Whether this desk was made to sign nothing: it has the reading keys, and no issuer's.
    #[must_use]
    pub(crate) fn reads_only(&self) -> bool {
        self.issuers.is_empty()
    }

    /// For another desk of the mission: all but the device and the database, which are its own; for a reader no issuer's key.
    ///
    /// # Errors
    /// The reading key is none, or this desk is a reader.
    pub(crate) fn for_another(&self, manifest: &Manifest, kind: DeskKind) -> Result<DeskKeys, DeskError> {
        let device = SigningKey::generate();
        Ok(DeskKeys {
            identity: DeskIdentity::new(
                manifest.mission,
                self.issuer(Some(manifest))?,
                manifest.reading_key(),
                &device,
            )?,
            issuers: match kind {
                DeskKind::Signs => self.issuers.iter().map(|key| *key.seed()).collect(),
                DeskKind::ReadsOnly => Vec::new(),
            },
            reading: self.reading.iter().map(ReadingSeed::of).collect(),
            database: random(),
            device: *device.seed(),
        })
    }

    /// The key that invites are signed with: the latest that the manifest lists without an end; before there is one, the latest.
    ///
    /// # Errors
    /// This desk is a reader.
    pub(crate) fn issuer(&self, manifest: Option<&Manifest>) -> Result<&SigningKey, DeskError> {
        let listed = |key: &&SigningKey| {
            manifest.is_none_or(|m| m.issuers.iter().any(|term| term.key == key.public() && term.until.is_none()))
        };
        self.issuers.iter().rev().find(listed).or(self.issuers.last()).ok_or(DeskError::Reader)
    }

    /// Takes over what another desk handed to this one, as far as the manifest names it. Gives whether a reading key was new.
    pub(crate) fn learn(&mut self, handed: &KeyHandover, manifest: &Manifest) -> bool {
        if !self.reads_only()
            && let Some(issuer) = handed.issuer(manifest)
            && !self.issuers.iter().any(|key| key.public() == issuer.public())
        {
            self.issuers.push(issuer);
        }
        let known: Vec<u32> = self.reading.iter().map(|key| key.number).collect();
        let fresh: Vec<_> = handed.reading(manifest).into_iter().filter(|key| !known.contains(&key.number)).collect();
        let learned = !fresh.is_empty();
        self.reading.extend(fresh);
        self.reading.sort_by_key(|key| key.number);
        learned
    }
}

mod bytes64 {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8; 64], s: S) -> Result<S::Ok, S::Error> {
        bytes.as_slice().serialize(s)
    }

    pub fn deserialize<'d, D: Deserializer<'d>>(d: D) -> Result<[u8; 64], D::Error> {
        let bytes = Vec::<u8>::deserialize(d)?;
        bytes.try_into().map_err(|_| serde::de::Error::custom("expected 64 bytes"))
    }
}

fn cipher(passphrase: &str, file: &KeyFile, salt: &[u8]) -> Option<LessSafeKey> {
    let params = Params::new(file.memory_kib.min(1 << 21), file.passes.min(100), 1, Some(32)).ok()?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut *key)
        .ok()?;
    Some(LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &*key).ok()?))
}

/// Writes secrets under a passphrase. The file is new or replaced whole.
///
/// # Errors
/// The disk refuses.
pub fn write<T: Serialize>(path: &Path, passphrase: &str, secrets: &T) -> Result<(), DeskError> {
    let (salt, nonce): ([u8; 16], [u8; 12]) = (random(), random());
    let mut file = KeyFile {
        format: 1,
        memory_kib: 64 << 10,
        passes: 3,
        salt: BASE64.encode(&salt),
        nonce: BASE64.encode(&nonce),
        sealed: String::new(),
    };
    let internal = || DeskError::file(path, FileFault::Encrypting);
    let mut text = serde_json::to_vec(secrets).map_err(|e| DeskError::damaged(path, e))?;
    let key = cipher(passphrase, &file, &salt).ok_or_else(internal)?;
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut text)
        .map_err(|_| internal())?;
    file.sealed = BASE64.encode(&text);
    let json = serde_json::to_vec_pretty(&file).map_err(|e| DeskError::damaged(path, e))?;
    write_private(path, &json)
}

/// Reads secrets.
///
/// # Errors
/// The passphrase is wrong, or the file is damaged.
pub fn read<T: DeserializeOwned>(path: &Path, passphrase: &str) -> Result<T, DeskError> {
    let text = std::fs::read(path).map_err(|e| DeskError::file(path, e))?;
    let file: KeyFile = serde_json::from_slice(&text).map_err(|e| DeskError::damaged(path, e))?;
    let decode = |t: &str| BASE64.decode(t.as_bytes()).map_err(|e| DeskError::damaged(path, e));
    let (salt, nonce, sealed) = (decode(&file.salt)?, decode(&file.nonce)?, decode(&file.sealed)?);
    let wrong = || DeskError::Passphrase { path: path.to_owned() };
    let key = cipher(passphrase, &file, &salt).ok_or_else(wrong)?;
    let nonce = Nonce::try_assume_unique_for_key(&nonce).map_err(|_| wrong())?;
    let mut sealed = Zeroizing::new(sealed);
    let plain = key.open_in_place(nonce, Aad::empty(), &mut sealed).map_err(|_| wrong())?;
    serde_json::from_slice(plain).map_err(|e| DeskError::damaged(path, e))
}

/// Writes a file that only its owner may read, durably.
///
/// # Errors
/// The disk refuses.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), DeskError> {
    private::replace(path, bytes).map_err(|e| DeskError::file(path, e))
}
