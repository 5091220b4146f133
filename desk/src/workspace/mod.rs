//! A mission's folder at the desk.
//!
//! ```text
//! desk.json     public: where the tables are, the mission's root key, servers, TLS roots, receipt keys
//! keys/         root.key (offline: signs bundles only), desk.key, tls.key; each under the passphrase
//! desk.db       the encrypted database
//! publish/      bundle.cbor: what the server is to publish
//! server/       what the server needs: root.pub, receipt.key, tls.pem, tls-key.pem
//! invites/      one text a person, for a QR code
//! ```

pub mod identity;
pub mod keys;
pub mod people;
pub mod recovery;

use crate::error::DeskError;
use crate::files::FileFault;
use crate::index::evaluate::Forms;
use crate::store::DeskStore;
use crate::tables::MissionTables;
use baqylau_forms::zone::DAY_MS;
use baqylau_http::Transport;
use baqylau_protocol::bundle::{BundlePart, Manifest, PartKind};
use baqylau_protocol::cbor;
use baqylau_protocol::ids::{Hash, MissionId, PublicKey};
use baqylau_protocol::keys::{ReadingSecret, SigningKey, random};
use baqylau_protocol::merkle::MerkleTree;
use data_encoding::{BASE64, HEXLOWER};
use keys::DeskKeys;
use minicbor::bytes::ByteVec;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// `desk.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskSettings {
    /// Version of this file.
    pub format: u32,
    /// The folder with the mission's tables.
    pub source: PathBuf,
    /// The root key, hexadecimal.
    pub root: String,
    /// The servers.
    pub servers: Vec<String>,
    /// The TLS roots, DER in base64.
    pub tls_roots: Vec<String>,
    /// The servers' receipt keys, hexadecimal.
    pub receipt_keys: Vec<String>,
}

impl DeskSettings {
    /// Reads `desk.json`.
    pub(crate) fn read(folder: &Path) -> Result<Self, DeskError> {
        let path = folder.join("desk.json");
        let text = fs::read(&path).map_err(|e| DeskError::file(&path, FileFault::NoMission(e)))?;
        serde_json::from_slice(&text).map_err(|e| DeskError::damaged(&path, e))
    }
}

/// An open mission folder.
pub struct Desk {
    /// Where it is.
    pub folder: PathBuf,
    /// `desk.json`.
    pub settings: DeskSettings,
    /// The database.
    pub store: DeskStore,
    pub(crate) root: PublicKey,
    pub(crate) issuer: SigningKey,
    pub(crate) reading: ReadingSecret,
    pub(crate) device: SigningKey,
    /// The tree of what was pulled.
    pub(crate) tree: Option<MerkleTree>,
    /// The forms that reports were read with.
    pub(crate) forms: RefCell<Forms>,
    /// What carries its requests, in the place of the network.
    pub(crate) transport: Option<Arc<dyn Transport>>,
}

impl Desk {
    /// Makes a mission's folder with all its keys. The tables are checked first.
    ///
    /// # Errors
    /// The tables have faults, the folder is not empty, or the disk refuses.
    pub fn new(folder: &Path, source: &Path, servers: &[String], passphrase: &str) -> Result<Self, DeskError> {
        let tables = MissionTables::read(source)?;
        if folder.join("desk.json").exists() {
            return Err(DeskError::file(folder, FileFault::MissionHere));
        }
        crate::workspace::recovery::long_enough(passphrase)?;
        servers.iter().try_for_each(|s| address(s))?;
        for inner in ["keys", "publish", "server", "invites"] {
            fs::create_dir_all(folder.join(inner)).map_err(|e| DeskError::file(folder.join(inner), e))?;
        }
        let (root, receipt) = (SigningKey::generate(), SigningKey::generate());
        let reading = ReadingSecret::generate(1);
        let secrets = DeskKeys {
            issuer: *SigningKey::generate().seed(),
            reading: *reading.to_bytes(),
            reading_number: 1,
            database: random(),
            device: *SigningKey::generate().seed(),
        };
        keys::write(&folder.join("keys/root.key"), passphrase, root.seed())?;
        keys::write(&folder.join("keys/desk.key"), passphrase, &secrets)?;
        let server = folder.join("server");
        let tls_root = authority(folder, servers, passphrase)?;
        keys::write_private(&server.join("receipt.key"), HEXLOWER.encode(receipt.seed()).as_bytes())?;
        keys::write_private(&server.join("root.pub"), root.public().to_string().as_bytes())?;
        let source_folder = fs::canonicalize(source).map_err(|e| DeskError::file(source, e))?;
        let settings = DeskSettings {
            format: 1,
            source: source_folder,
            root: root.public().to_string(),
            servers: servers.to_vec(),
            tls_roots: vec![BASE64.encode(&tls_root)],
            receipt_keys: vec![receipt.public().to_string()],
        };
        let json = serde_json::to_vec_pretty(&settings).map_err(|e| DeskError::damaged(folder, e))?;
        keys::write_private(&folder.join("desk.json"), &json)?;
        drop(DeskStore::open(&folder.join("desk.db"), &secrets.database)?);
        let mut desk = Self::open(folder, passphrase)?;
        desk.store.set_people(&tables.people)?;
        Ok(desk)
    }

    /// Opens a mission's folder.
    ///
    /// # Errors
    /// There is none, or the passphrase is wrong.
    pub fn open(folder: &Path, passphrase: &str) -> Result<Self, DeskError> {
        let path = folder.join("desk.json");
        let settings = DeskSettings::read(folder)?;
        let secrets: DeskKeys = keys::read(&folder.join("keys/desk.key"), passphrase)?;
        let damaged = |what: &str| DeskError::damaged(&path, what);
        let root = PublicKey::from_hex(&settings.root).ok_or_else(|| damaged("root"))?;
        let reading = ReadingSecret::from_bytes(secrets.reading_number, &secrets.reading);
        let store = folder.join("desk.db");
        if !store.exists() {
            return Err(DeskError::file(store, FileFault::NoStore));
        }
        let length = |path: &Path| fs::metadata(path).map_or(0, |m| m.len());
        // What was written last may still lie beside it.
        if !store.is_file() || length(&store) + length(&folder.join("desk.db-wal")) == 0 {
            let empty = store.is_file();
            return Err(DeskError::file(store, FileFault::NoStoreButOther { empty }));
        }
        Ok(Self {
            folder: folder.to_owned(),
            store: DeskStore::open(&store, &secrets.database)?,
            root,
            issuer: SigningKey::from_seed(secrets.issuer),
            reading: reading.ok_or_else(|| damaged("reading key"))?,
            device: SigningKey::from_seed(secrets.device),
            tree: None,
            forms: RefCell::default(),
            transport: None,
            settings,
        })
    }

    /// The same desk, whose requests something else than the network carries.
    #[must_use]
    pub fn over(self, transport: Arc<dyn Transport>) -> Self {
        Self { transport: Some(transport), ..self }
    }

    /// The mission.
    #[must_use]
    pub fn mission(&self) -> MissionId {
        MissionId::of(&self.root)
    }

    /// The mission's tables.
    ///
    /// # Errors
    /// They have faults.
    pub fn source(&self) -> Result<MissionTables, DeskError> {
        MissionTables::read(&self.settings.source)
    }

    /// Signs the next version of the bundle from the tables and lays it into `publish/`. Only this needs the root key.
    ///
    /// # Errors
    /// The tables have faults, or the passphrase is wrong.
    pub fn build(&mut self, passphrase: &str, now: i64, days: u32) -> Result<Manifest, DeskError> {
        let tables = self.source()?;
        let parts = parts(&tables)?;
        let seed: [u8; 32] = keys::read(&self.folder.join("keys/root.key"), passphrase)?;
        let root = SigningKey::from_seed(seed);
        let before = self.store.manifest()?;
        let version = match &before {
            Some(bytes) => self.manifest_of(bytes)?.version + 1,
            None => 1,
        };
        let manifest = Manifest {
            v: baqylau_protocol::VERSION,
            mission: self.mission(),
            version,
            prev: before.as_deref().map(Hash::of),
            issued: now,
            expires: now + i64::from(days) * DAY_MS,
            issuer: self.issuer.public(),
            receipt_keys: self.receipt_keys()?,
            tls_roots: self.tls_roots()?,
            reading: self.reading.public(),
            servers: self.settings.servers.clone(),
            parts: parts.iter().map(|p| p.0.clone()).collect(),
        };
        let bytes = manifest.sign(&root);
        let plain: Vec<(Hash, Vec<u8>)> = parts.iter().map(|(p, _, plain)| (p.hash, plain.clone())).collect();
        self.store.add_bundle(version, &bytes, &plain)?;
        self.store.set_people(&tables.people)?;
        let packed: Vec<ByteVec> = parts.into_iter().map(|(_, packed, _)| packed.into()).collect();
        let published = minicbor::to_vec((ByteVec::from(bytes), packed))
            .map_err(|e| DeskError::making("publish/bundle.cbor", e))?;
        keys::write_private(&self.folder.join("publish/bundle.cbor"), &published)?;
        Ok(manifest)
    }

    pub(crate) fn manifest_of(&self, bytes: &[u8]) -> Result<Manifest, DeskError> {
        Manifest::open(bytes, &self.root).map_err(|e| DeskError::damaged(self.folder.join("desk.db"), e))
    }

    /// The current manifest.
    ///
    /// # Errors
    /// None was built yet.
    pub fn manifest(&self) -> Result<Manifest, DeskError> {
        let bytes = self.store.manifest()?;
        self.manifest_of(&bytes.ok_or(DeskError::NoBundle)?)
    }

    pub(crate) fn receipt_keys(&self) -> Result<Vec<PublicKey>, DeskError> {
        let keys: Option<Vec<_>> = self.settings.receipt_keys.iter().map(|k| PublicKey::from_hex(k)).collect();
        keys.ok_or_else(|| DeskError::damaged(self.folder.join("desk.json"), "receipt_keys"))
    }

    pub(crate) fn tls_roots(&self) -> Result<Vec<ByteVec>, DeskError> {
        let decode = |r: &String| BASE64.decode(r.as_bytes()).map(ByteVec::from);
        let roots: Result<Vec<_>, _> = self.settings.tls_roots.iter().map(decode).collect();
        roots.map_err(|e| DeskError::damaged(self.folder.join("desk.json"), e))
    }
}

/// What of the tables goes into the bundle.
pub(crate) fn parts(tables: &MissionTables) -> Result<Vec<PackedPart>, DeskError> {
    let mut parts = vec![
        part(PartKind::Mission, "mission", &tables.mission)?,
        part(PartKind::Places, "places", tables.places.table())?,
    ];
    for definition in &tables.checklists {
        parts.push(part(PartKind::Checklist, &definition.id, definition)?);
    }
    Ok(parts)
}

type PackedPart = (BundlePart, Vec<u8>, Vec<u8>);

fn part<T: Serialize>(kind: PartKind, name: &str, value: &T) -> Result<PackedPart, DeskError> {
    let bytes = serde_json::to_vec(value).map_err(|e| DeskError::making(name, e))?;
    let (part, packed) = BundlePart::pack(kind, name, &bytes);
    Ok((part, packed, bytes))
}

/// The mission's own TLS authority and the server's certificate. Gives the root, DER.
fn authority(folder: &Path, servers: &[String], passphrase: &str) -> Result<Vec<u8>, DeskError> {
    let tls = |e: rcgen::Error| DeskError::making("server/tls.pem", e);
    let key = rcgen::KeyPair::generate().map_err(tls)?;
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Constrained(0));
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, "Baqylau mission");
    let root = params.self_signed(&key).map_err(tls)?;
    let issuer = rcgen::Issuer::new(params, &key);
    let server_key = rcgen::KeyPair::generate().map_err(tls)?;
    let hosts: Vec<String> = servers.iter().map(|s| host(s)).collect();
    let server = rcgen::CertificateParams::new(hosts).map_err(tls)?.signed_by(&server_key, &issuer).map_err(tls)?;
    keys::write(&folder.join("keys/tls.key"), passphrase, &key.serialize_pem())?;
    keys::write_private(&folder.join("server/tls.pem"), (server.pem() + &root.pem()).as_bytes())?;
    keys::write_private(&folder.join("server/tls-key.pem"), server_key.serialize_pem().as_bytes())?;
    Ok(root.der().to_vec())
}

/// Whether phones can go to an address: HTTPS, or plain HTTP on this machine, for benchmarks.
fn address(server: &str) -> Result<(), DeskError> {
    let fault = || DeskError::BadAddress { server: server.to_owned() };
    let url = baqylau_http::reqwest::Url::parse(server).map_err(|_| fault())?;
    let host = url.host_str().ok_or_else(fault)?;
    let local = ["127.0.0.1", "localhost", "[::1]"].contains(&host);
    if url.scheme() == "https" || (url.scheme() == "http" && local) { Ok(()) } else { Err(fault()) }
}

/// The host of `https://host:port/`.
fn host(server: &str) -> String {
    let rest = server.split_once("://").map_or(server, |(_, r)| r);
    let rest = rest.split('/').next().unwrap_or(rest);
    if let Some(six) = rest.strip_prefix('[') {
        return six.split(']').next().unwrap_or(six).to_owned();
    }
    rest.rsplit_once(':').map_or(rest, |(h, _)| h).to_owned()
}

/// The bytes of a CBOR request that publishes what [`Desk::build`] laid down.
///
/// # Errors
/// Nothing was built.
pub fn published(folder: &Path) -> Result<Vec<u8>, DeskError> {
    let path = folder.join("publish/bundle.cbor");
    let bytes = fs::read(&path).map_err(|e| DeskError::file(&path, e))?;
    cbor::decode_request::<(ByteVec, Vec<ByteVec>)>(&bytes).map_err(|e| DeskError::damaged(&path, e))?;
    Ok(bytes)
}
