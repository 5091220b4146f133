//! The witness's own key: one line in a file that only its owner reads, made at the first start.

use baqylau_protocol::checkpoint::NoteKey;
use baqylau_protocol::keys::SigningKey;
use baqylau_sqlite::private;
use data_encoding::BASE64;
use std::io;
use std::path::Path;
use zeroize::Zeroizing;

/// Signature type of a cosignature, before the seed.
const COSIGNATURE: u8 = 4;
const PREFIX: &str = "PRIVATE+KEY+";

/// A name and the key that cosigns under it.
#[derive(Debug)]
pub struct WitnessKey {
    /// The public half, as logs and readers know it.
    pub public: NoteKey,
    pub(crate) secret: SigningKey,
}

impl WitnessKey {
    /// A new key; `None` if the name is none that a note can have.
    #[must_use]
    pub fn generate(name: &str) -> Option<Self> {
        let secret = SigningKey::generate();
        Some(Self { public: NoteKey::new(name, secret.public())?, secret })
    }

    /// The text of a key file: `PRIVATE+KEY+<name>+<id>+<base64 of 0x04 and the seed>`.
    fn to_text(&self) -> Zeroizing<String> {
        let public = self.public.of_witness();
        // The last part may have a `+` of its own: it is base64.
        let mut parts = public.splitn(3, '+');
        let (name, id) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let seed = Zeroizing::new([&[COSIGNATURE][..], self.secret.seed()].concat());
        Zeroizing::new(format!("{PREFIX}{name}+{id}+{}\n", BASE64.encode(&seed)))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().strip_prefix(PREFIX)?.splitn(3, '+');
        let (name, _, seed) = (parts.next()?, parts.next()?, parts.next()?);
        let bytes = Zeroizing::new(BASE64.decode(seed.as_bytes()).ok()?);
        let seed = <[u8; 32]>::try_from(bytes.strip_prefix(&[COSIGNATURE])?).ok()?;
        let secret = SigningKey::from_seed(seed);
        let read = Self { public: NoteKey::new(name, secret.public())?, secret };
        (read.to_text().trim() == text.trim()).then_some(read)
    }

    /// Reads a key file; `None` if there is none.
    ///
    /// # Errors
    /// It cannot be read; `InvalidData` if it is no key.
    pub fn read(path: &Path) -> io::Result<Option<Self>> {
        match std::fs::read_to_string(path).map(Zeroizing::new) {
            Ok(text) => Self::parse(&text).map(Some).ok_or_else(|| io::ErrorKind::InvalidData.into()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Writes a key file that only its owner reads. It is durable when this returns, and whole or not there before.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        private::replace(path, self.to_text().as_bytes())
    }
}
