//! A mission's folder at the desk.
//!
//! ```text
//! desk.json     public: where the tables are, the mission's root key, servers, TLS roots, receipt keys
//! keys/         root.key (offline: signs bundles only), desk.key, tls.key; each under the passphrase
//! desk.db       the encrypted database
//! publish/      bundle.cbor: what the server is to publish; waiting.cbor: what others have to sign before
//! server/       what the server needs, in plain: root.pub, receipt.key, tls.pem, tls-key.pem
//! ```

mod bundle;
mod identity;
pub mod keys;
pub mod passphrase;
mod tls;
mod waiting;

pub use bundle::BundleBuilder;
pub(crate) use bundle::parts;
pub use identity::DeskIdentity;
pub use waiting::{WaitingBundle, WaitingBundleError};

use crate::error::DeskError;
use crate::files::FileFault;
use crate::tables::MissionTables;
use baqylau_http::{SocksProxy, Transport};
use baqylau_protocol::cbor;
use baqylau_protocol::ids::{MissionId, MissionRoot, PublicKey};
use baqylau_protocol::keys::{ReadingSecret, SigningKey, random};
use baqylau_protocol::root::{RootError, RootStatement};
use baqylau_sqlite::private;
use data_encoding::{BASE64, HEXLOWER};
use keys::{DeskKeys, ReadingSeed};
use minicbor::bytes::ByteVec;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tls::{address, authority};

/// `desk.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskSettings {
    /// Version of this file.
    pub format: u32,
    /// The folder with the mission's tables.
    pub source: PathBuf,
    /// What pins the mission, hexadecimal: its root key, or the hash of `root_statement`.
    pub root: String,
    /// Whose signatures bundles need, hexadecimal; `None` where one root key signs alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_statement: Option<String>,
    /// The servers.
    pub servers: Vec<String>,
    /// The TLS roots, DER in base64.
    pub tls_roots: Vec<String>,
    /// The servers' receipt keys, hexadecimal.
    pub receipt_keys: Vec<String>,
    /// A SOCKS5 proxy that this desk goes through, as `127.0.0.1:9050`; none where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
}

impl DeskSettings {
    /// Reads `desk.json`.
    pub(crate) fn read(folder: &Path) -> Result<Self, DeskError> {
        let path = folder.join("desk.json");
        let text = fs::read(&path).map_err(|e| DeskError::file(&path, FileFault::NoMission(e)))?;
        serde_json::from_slice(&text).map_err(|e| DeskError::damaged(&path, e))
    }
}

/// Who else holds a key of a new mission's root. By default nobody: then the key that is made with the folder signs alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RootHolders {
    /// The public halves of their keys.
    pub others: Vec<PublicKey>,
    /// How many of all must sign a bundle.
    pub needed: u8,
}

impl RootHolders {
    /// What is signed by them and the key of the folder; `None` where that one signs alone.
    fn statement(&self, own: PublicKey) -> Result<Option<RootStatement>, RootError> {
        if self.others.is_empty() {
            return Ok(None);
        }
        let keys = self.others.iter().copied().chain([own]).collect();
        RootStatement::new(self.needed, keys).map(Some)
    }
}

/// A mission's folder on the disk. It holds no key, and neither the database nor the network.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Where it is.
    pub folder: PathBuf,
    /// `desk.json`, as it was when the folder was opened.
    pub settings: DeskSettings,
    /// What carries its requests, in the place of the network.
    pub transport: Option<Arc<dyn Transport>>,
}

impl Workspace {
    /// Makes a folder with all keys of a new mission, and no database yet. Gives what the desk holds.
    ///
    /// # Errors
    /// There is a mission in it, the passphrase is too short, an address is none, the holders of the root do not fit, or the disk refuses.
    pub fn make(
        folder: &Path,
        source: &Path,
        servers: &[String],
        passphrase: &str,
        holders: &RootHolders,
    ) -> Result<(Self, DeskKeys), DeskError> {
        if folder.join("desk.json").exists() {
            return Err(DeskError::file(folder, FileFault::MissionHere));
        }
        passphrase::long_enough(passphrase)?;
        servers.iter().try_for_each(|s| address(s))?;
        let (own, receipt) = (SigningKey::generate(), SigningKey::generate());
        let statement = holders.statement(own.public()).map_err(|e| DeskError::making("keys/root.key", e))?;
        let root = statement.as_ref().map_or_else(|| own.public().into(), RootStatement::root);
        for inner in ["keys", "publish", "server"] {
            private::folder(&folder.join(inner)).map_err(|e| DeskError::file(folder.join(inner), e))?;
        }
        let reading = ReadingSecret::generate(1);
        let (issuer, device) = (SigningKey::generate(), SigningKey::generate());
        let secrets = DeskKeys {
            identity: DeskIdentity::new(MissionId::of(root), &issuer, &reading.public(), &device)?,
            issuers: vec![*issuer.seed()],
            reading: vec![ReadingSeed::of(&reading)],
            database: random(),
            device: *device.seed(),
        };
        keys::write(&folder.join("keys/root.key"), passphrase, own.seed())?;
        keys::write(&folder.join("keys/desk.key"), passphrase, &secrets)?;
        let server = folder.join("server");
        let tls_root = authority(folder, servers, passphrase, tls::FIRST)?;
        keys::write_private(&server.join("receipt.key"), HEXLOWER.encode(receipt.seed()).as_bytes())?;
        keys::write_private(&server.join("root.pub"), root.to_string().as_bytes())?;
        let source_folder = fs::canonicalize(source).map_err(|e| DeskError::file(source, e))?;
        let settings = DeskSettings {
            format: 1,
            source: source_folder,
            root: root.to_string(),
            root_statement: statement.map(|statement| HEXLOWER.encode(&statement.encode())),
            servers: servers.to_vec(),
            tls_roots: vec![BASE64.encode(&tls_root)],
            receipt_keys: vec![receipt.public().to_string()],
            proxy: None,
        };
        let workspace = Self { folder: folder.to_owned(), settings, transport: None };
        workspace.write_settings()?;
        Ok((workspace, secrets))
    }

    /// Opens a folder.
    ///
    /// # Errors
    /// There is no mission in it, or `desk.json` cannot be read.
    pub fn open(folder: &Path) -> Result<Self, DeskError> {
        Ok(Self { folder: folder.to_owned(), settings: DeskSettings::read(folder)?, transport: None })
    }

    /// Goes through a SOCKS5 proxy from now on, or through none.
    ///
    /// # Errors
    /// The text is no address of one, or the disk refuses.
    pub fn set_proxy(&mut self, address: Option<&str>) -> Result<(), DeskError> {
        let bad = |text: &str| DeskError::BadProxy { address: text.to_owned() };
        let parsed = address.map(|text| SocksProxy::parse(text).ok_or_else(|| bad(text))).transpose()?;
        self.settings.proxy = parsed.map(|proxy| proxy.to_string());
        self.write_settings()
    }

    /// The proxy that is set.
    pub(crate) fn proxy(&self) -> Result<Option<SocksProxy>, DeskError> {
        let parse =
            |text: &String| SocksProxy::parse(text).ok_or_else(|| DeskError::BadProxy { address: text.clone() });
        self.settings.proxy.as_ref().map(parse).transpose()
    }

    /// Makes another TLS authority, and lays the certificate and the key that the server is to have next into `server/`. Gives the root, DER.
    pub(crate) fn next_authority(&self, passphrase: &str) -> Result<Vec<u8>, DeskError> {
        let server = self.folder.join("server");
        private::folder(&server).map_err(|e| DeskError::file(server, e))?;
        authority(&self.folder, &self.settings.servers, passphrase, tls::NEXT)
    }

    /// Writes `desk.json`.
    pub(crate) fn write_settings(&self) -> Result<(), DeskError> {
        let json = serde_json::to_vec_pretty(&self.settings).map_err(|e| DeskError::damaged(&self.folder, e))?;
        keys::write_private(&self.folder.join("desk.json"), &json)
    }

    /// The secrets that every desk of the mission holds.
    ///
    /// # Errors
    /// The passphrase is wrong, or the file is damaged.
    pub fn keys(&self, passphrase: &str) -> Result<DeskKeys, DeskError> {
        keys::read(&self.folder.join("keys/desk.key"), passphrase)
    }

    /// Held by whoever pulls, or opens everything again: two that begin at the same place of the log would both write what follows. It is
    /// a lock on the folder itself, which needs no room on the disk, and ends with the program that holds it.
    pub(crate) fn alone(&self) -> Result<fs::File, DeskError> {
        let io = |e: std::io::Error| DeskError::file(&self.folder, e);
        let folder = fs::File::open(&self.folder).map_err(io)?;
        folder.lock().map_err(io)?;
        Ok(folder)
    }

    /// Keeps other secrets in the place of those that are kept.
    pub(crate) fn keep_keys(&self, passphrase: &str, keys: &DeskKeys) -> Result<(), DeskError> {
        keys::write(&self.folder.join("keys/desk.key"), passphrase, keys)
    }

    /// The mission's tables, read anew.
    ///
    /// # Errors
    /// They have faults.
    pub fn tables(&self) -> Result<MissionTables, DeskError> {
        MissionTables::read(&self.settings.source)
    }

    /// Where the database lies.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.folder.join("desk.db")
    }

    /// `desk.json`, and what in it does not read.
    pub(crate) fn damaged(&self, what: impl ToString) -> DeskError {
        DeskError::damaged(self.folder.join("desk.json"), what)
    }

    /// Whose word bundles are.
    pub(crate) fn root(&self) -> Result<MissionRoot, DeskError> {
        MissionRoot::from_hex(&self.settings.root).ok_or_else(|| self.damaged("root"))
    }

    /// The keys that the mission's servers sign receipts with.
    pub(crate) fn receipt_keys(&self) -> Result<Vec<PublicKey>, DeskError> {
        let keys: Option<Vec<_>> = self.settings.receipt_keys.iter().map(|k| PublicKey::from_hex(k)).collect();
        keys.ok_or_else(|| self.damaged("receipt_keys"))
    }

    /// X.509 roots, DER: only servers whose certificates lead to one are asked anything.
    pub(crate) fn tls_roots(&self) -> Result<Vec<ByteVec>, DeskError> {
        let decode = |r: &String| BASE64.decode(r.as_bytes()).map(ByteVec::from);
        let roots: Result<Vec<_>, _> = self.settings.tls_roots.iter().map(decode).collect();
        roots.map_err(|e| self.damaged(e))
    }

    /// The bytes of a CBOR request that publishes the bundle that was built last.
    ///
    /// # Errors
    /// Nothing was built, or `publish/bundle.cbor` is damaged.
    pub fn published(&self) -> Result<Vec<u8>, DeskError> {
        let path = self.bundle_file();
        let bytes = fs::read(&path).map_err(|e| DeskError::file(&path, e))?;
        cbor::decode_request::<(ByteVec, Vec<ByteVec>)>(&bytes).map_err(|e| DeskError::damaged(&path, e))?;
        Ok(bytes)
    }

    /// The manifest and the packed parts of the bundle that was built last.
    pub(crate) fn published_parts(&self) -> Result<(ByteVec, Vec<ByteVec>), DeskError> {
        let published = self.published()?;
        minicbor::decode(&published).map_err(|e| DeskError::damaged(self.bundle_file(), e))
    }

    pub(crate) fn bundle_file(&self) -> PathBuf {
        self.folder.join("publish/bundle.cbor")
    }
}
