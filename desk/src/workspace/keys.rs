//! The desk's keys, encrypted under a passphrase: Argon2id, then ChaCha20-Poly1305. A file is JSON with the parameters.

use crate::error::DeskError;
use crate::files::FileFault;
use argon2::{Algorithm, Argon2, Params, Version};
use baqylau_protocol::certificate::Certificate;
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
    /// Seed of the issuer: invites and roster.
    pub issuer: [u8; 32],
    /// The reading key: X25519, then X-Wing.
    #[serde(with = "bytes64")]
    pub reading: [u8; 64],
    /// Counted from 1; envelopes name the reading key by it.
    pub reading_number: u32,
    /// Key of the desk's database.
    pub database: [u8; 32],
    /// Seed of this desk's own device key.
    pub device: [u8; 32],
}

impl Drop for DeskKeys {
    fn drop(&mut self) {
        self.issuer.zeroize();
        self.reading.zeroize();
        self.database.zeroize();
        self.device.zeroize();
    }
}

/// The same, as keys that sign and open.
pub struct DeskSecrets {
    /// Signs invites and rosters.
    pub(crate) issuer: SigningKey,
    /// Opens what phones seal to the desks.
    pub(crate) reading: ReadingSecret,
    /// Signs what this desk says.
    pub(crate) device: SigningKey,
}

impl DeskSecrets {
    /// `None` where the reading key is none.
    #[must_use]
    pub fn of(keys: &DeskKeys) -> Option<Self> {
        Some(Self {
            issuer: SigningKey::from_seed(keys.issuer),
            reading: ReadingSecret::from_bytes(keys.reading_number, &keys.reading)?,
            device: SigningKey::from_seed(keys.device),
        })
    }

    /// For another desk of the mission: all but the device and the database, which are its own.
    pub(crate) fn for_another(&self) -> DeskKeys {
        DeskKeys {
            issuer: *self.issuer.seed(),
            reading: *self.reading.to_bytes(),
            reading_number: self.reading.public().number,
            database: random(),
            device: *SigningKey::generate().seed(),
        }
    }

    /// The issuer's word about who holds a key: signed, for an invite or for a desk's own enrolment.
    pub(crate) fn certify(&self, certificate: &Certificate) -> Vec<u8> {
        certificate.sign(&self.issuer)
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
    let store = || {
        let new = path.with_extension("new");
        private::write(&new, bytes)?;
        std::fs::rename(&new, path)
    };
    store().map_err(|e: std::io::Error| DeskError::file(path, e))
}
