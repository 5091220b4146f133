//! An invite, and the mission that it leads to: sections 5 and 6 of `docs/formats.md`.

use crate::cbor::Value;
use crate::{Hash, Name, cose, name};
use data_encoding::BASE64URL_NOPAD;

/// An invite.
pub struct Invite {
    /// The mission's root key.
    pub root: Hash,
    /// Where its servers listen, as `127.0.0.1:8443`.
    pub servers: Vec<String>,
    /// The roots of its TLS, DER.
    pub tls_roots: Vec<Vec<u8>>,
    /// The seed of the invite key.
    pub seed: Hash,
    /// The signed certificate.
    pub certificate: Vec<u8>,
}

impl Invite {
    /// Reads the text of one.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let packed = text.strip_prefix("BAQYLAU1:").expect("an invite");
        let map = Value::decode(&BASE64URL_NOPAD.decode(packed.as_bytes()).expect("base64url")).expect("a map");
        let address = |server: &Value| server.text().trim_start_matches("https://").to_owned();
        Self {
            root: map.at(1).array(),
            servers: map.at(2).items().iter().map(address).collect(),
            tls_roots: map.at(3).items().iter().map(|root| root.bytes().to_vec()).collect(),
            seed: map.at(4).array(),
            certificate: map.at(5).bytes().to_vec(),
        }
    }

    /// The mission that it is for.
    #[must_use]
    pub fn mission(&self) -> Name {
        name(&self.root)
    }
}

/// A manifest that was handed out, with its parts where they were.
pub struct Published {
    /// The signed manifest.
    pub manifest: Vec<u8>,
    /// Hashes and packed parts, in its order.
    pub parts: Vec<(Hash, Vec<u8>)>,
}

impl Published {
    /// Reads what a desk publishes: `publish/bundle.cbor`.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn read(file: &[u8]) -> Self {
        let file = Value::decode(file).expect("a bundle");
        let [manifest, packed] = file.items() else { panic!("no bundle") };
        let manifest = manifest.bytes().to_vec();
        let said = cose::payload(&manifest);
        let hashes = said.at(11).items().iter().map(|part| part.items()[2].array());
        let parts = hashes.zip(packed.items().iter().map(|part| part.bytes().to_vec())).collect();
        Self { manifest, parts }
    }

    /// What the manifest says.
    #[must_use]
    pub fn says(&self) -> Value {
        cose::payload(&self.manifest)
    }

    /// The definition of a checklist: its hash and its bytes.
    ///
    /// # Panics
    /// When the mission has none of this id.
    #[must_use]
    pub fn checklist(&self, id: &str) -> (Hash, Vec<u8>) {
        let said = self.says();
        let part = said.at(11).items().iter().find(|part| part.items()[1].text() == id).expect("the checklist");
        let hash: Hash = part.items()[2].array();
        let packed = &self.parts.iter().find(|(of, _)| *of == hash).expect("the part").1;
        (hash, miniz_oxide::inflate::decompress_to_vec(packed).expect("it inflates"))
    }
}
