//! The bundle on its way to the server, and what other desks published meanwhile.

use crate::error::DeskError;
use crate::faults::LogFault;
use crate::log::earlier_bundles::EarlierBundles;
use crate::log::link::ServerLink;
use crate::store::VerifiedStore;
use crate::workspace::{BundleBuilder, Workspace, keys, parts};
use baqylau_http::CallError;
use baqylau_protocol::bundle::{BundlePart, Manifest, PartKind};
use baqylau_protocol::cbor;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::routes;
use minicbor::bytes::ByteVec;
use std::collections::{BTreeMap, BTreeSet};

/// Setting: the hash of the manifest that the server last had.
const PUBLISHED: &str = "bundle_published";
/// Setting: the hash of each table that was last published from here, or told of.
const TABLES: &str = "tables_published";
/// How often a bundle is built upon another desk's that came in between.
const BUNDLE_TRIES: u32 = 20;

/// The bundle at the server and the one that was built here, and which of them is newer.
#[derive(Clone, Copy)]
pub(crate) struct PublishedBundles<'d> {
    pub workspace: &'d Workspace,
    pub known: VerifiedStore<'d>,
}

impl PublishedBundles<'_> {
    /// Publishes the bundle that was built last; one that waited for signatures, when it has them.
    pub fn publish(&self, link: &ServerLink<'_>, builder: BundleBuilder<'_>) -> Result<(), DeskError> {
        if let Some(waiting) = self.workspace.waiting_bundle()? {
            builder.take_waiting(&waiting)?;
        }
        let body = self.workspace.published()?;
        let place = baqylau_protocol::published::signed(&body).ok().flatten();
        let manifest = place.and_then(|place| body.get(place)).map(<[u8]>::to_vec);
        link.post(routes::BUNDLE, &body)?;
        let Some(manifest) = manifest else { return Ok(()) };
        self.known.store.set_setting(PUBLISHED, &Manifest::hash(&manifest).0)?;
        self.note_tables(&hashes(&self.known.open_manifest(&manifest)?.parts))?;
        match (EarlierBundles { known: self.known }).offer(link) {
            // It is published. The others go with the next pull.
            Err(lost) if lost.may_pass() => Ok(()),
            done => done,
        }
    }

    /// Builds the bundle and publishes it; upon that of another desk, where that was faster. One that others must sign is built only.
    pub fn build_and_publish(
        &self,
        link: &ServerLink<'_>,
        builder: BundleBuilder<'_>,
        (passphrase, now, days): (&str, i64, u32),
    ) -> Result<Manifest, DeskError> {
        let known = self.known_tables()?;
        let mut tries = 0;
        loop {
            self.same_tables(known.as_ref())?;
            let manifest = builder.build(passphrase, now, days)?;
            if self.workspace.waiting_file().exists() {
                return Ok(manifest);
            }
            match self.publish(link, builder) {
                Err(DeskError::Conflict { .. }) if tries < BUNDLE_TRIES => tries += 1,
                done => return done.map(|()| manifest),
            }
            self.refresh(link)?;
        }
    }

    /// The tables that were published when this desk last published or was told of another's; before that, those it knows now.
    fn known_tables(&self) -> Result<Option<BTreeMap<String, Hash>>, DeskError> {
        if let Some(bytes) = self.known.store.setting(TABLES)? {
            return Ok(Some(cbor::decode_request(&bytes).map_err(|e| self.known.store.damaged(e))?));
        }
        let manifest = self.known.store.manifest()?.map(|bytes| self.known.open_manifest(&bytes)).transpose()?;
        Ok(manifest.map(|m| hashes(&m.parts)))
    }

    fn note_tables(&self, tables: &BTreeMap<String, Hash>) -> Result<(), DeskError> {
        self.known.store.set_setting(TABLES, &cbor::encode(tables))
    }

    /// Whether nothing is lost when this desk's tables take the place of those of the bundle here: it has not changed what was known,
    /// or to what is here too. Who was told once what differs may go on.
    fn same_tables(&self, known: Option<&BTreeMap<String, Hash>>) -> Result<(), DeskError> {
        let (Some(known), Some(bytes)) = (known, self.known.store.manifest()?) else { return Ok(()) };
        let published = hashes(&self.known.open_manifest(&bytes)?.parts);
        let built_here = self.known.store.setting(PUBLISHED)?.as_deref() != Some(&Manifest::hash(&bytes).0[..]);
        if published == *known || built_here {
            return Ok(());
        }
        let own = parts(&self.workspace.tables()?)?;
        let own = hashes(own.iter().map(|p| &p.0));
        let all: BTreeSet<&String> = own.keys().chain(published.keys()).collect();
        let files: Vec<String> = all.into_iter().filter(|f| own.get(*f) != published.get(*f)).cloned().collect();
        if files.is_empty() {
            return Ok(());
        }
        self.note_tables(&published)?;
        Err(DeskError::Tables { folder: self.workspace.settings.source.clone(), files })
    }

    /// Takes the bundle that the server publishes, when it is a later one that the root signed, or another than was built here and
    /// never published. Where no server can be verified, a later one may come from whoever answers there: it verifies itself.
    pub(crate) fn refresh(&self, link: &ServerLink<'_>) -> Result<(), DeskError> {
        match link.find(routes::BUNDLE) {
            Ok(Some(bytes)) => {
                if self.take(&bytes, |path| link.find(path))? {
                    link.follow_manifest()?;
                }
                EarlierBundles { known: self.known }.fetch(link)
            }
            Ok(None) => Ok(()),
            Err(foreign @ DeskError::Unreachable { why: CallError::Foreign, .. }) => {
                let bytes = link.find_unverified(routes::BUNDLE)?.unwrap_or_default();
                let known = self.known.latest_manifest()?.map_or(0, |known| known.version);
                match self.known.trust.manifest(&bytes) {
                    Ok(manifest) if manifest.version > known => {}
                    Ok(_) => return Err(foreign),
                    Err(e) => return Err(DeskError::unless_newer(e, |_| foreign)),
                }
                self.take(&bytes, |path| link.find_unverified(path))?;
                link.follow_manifest()
            }
            Err(e) => Err(e),
        }
    }

    /// Whether it was another than the one that is here, and took its place.
    fn take(&self, bytes: &[u8], find: impl Fn(&str) -> Result<Option<Vec<u8>>, DeskError>) -> Result<bool, DeskError> {
        let opened = self.known.trust.manifest(bytes);
        let manifest = opened.map_err(|e| DeskError::unless_newer(e, |_| LogFault::Bundle.into()))?;
        let known = self.known.store.manifest()?;
        if known.as_deref() == Some(bytes) {
            self.known.store.set_setting(PUBLISHED, &Manifest::hash(bytes).0)?;
            return Ok(false);
        }
        let before = known.as_deref().map(|b| self.known.open_manifest(b)).transpose()?;
        let later = before.is_none_or(|k| k.version < manifest.version);
        if !later && !self.is_superseded_by(bytes)? {
            return Ok(false);
        }
        let (mut plain, mut packed) = (Vec::new(), Vec::new());
        for part in &manifest.parts {
            let bytes = find(&routes::part(part.hash))?.unwrap_or_default();
            plain.push((part.hash, inflated(part, &bytes).ok_or(LogFault::Part { part: part.hash })?));
            packed.push(ByteVec::from(bytes));
        }
        self.known.store.replace_bundle(manifest.version, bytes, &plain)?;
        self.known.store.set_setting(PUBLISHED, &Manifest::hash(bytes).0)?;
        let published = cbor::encode(&(ByteVec::from(bytes.to_vec()), packed));
        keys::write_private(&self.workspace.bundle_file(), &published)?;
        Ok(true)
    }

    /// Whether the bundle here is another than the server is known to have.
    pub fn is_unpublished(&self) -> Result<bool, DeskError> {
        let Some(latest) = self.known.store.manifest()? else { return Ok(false) };
        Ok(self.known.store.setting(PUBLISHED)?.as_deref() != Some(&Manifest::hash(&latest).0[..]))
    }

    /// Whether what was built here last was never published, and the server has a bundle that is no step on the way to it.
    fn is_superseded_by(&self, servers: &[u8]) -> Result<bool, DeskError> {
        let latest = self.known.store.manifest()?.map(|b| Manifest::hash(&b));
        let published = self.known.store.setting(PUBLISHED)?;
        let own = published.as_deref() == latest.as_ref().map(|h| &h.0[..]);
        Ok(!own && self.known.store.bundle(Manifest::hash(servers))?.is_none())
    }
}

/// What a part holds; nothing where these bytes are none.
pub(super) fn inflated(part: &BundlePart, packed: &[u8]) -> Option<Vec<u8>> {
    if packed.len() > part.longest() { None } else { part.unpack(packed).ok() }
}

/// The hash of each table that is published, by its file.
fn hashes<'p>(parts: impl IntoIterator<Item = &'p BundlePart>) -> BTreeMap<String, Hash> {
    let file = |part: &BundlePart| match part.kind {
        PartKind::Mission => "mission.json".to_owned(),
        PartKind::Places => "places.csv".to_owned(),
        PartKind::Checklist => format!("checklists/{}", part.name),
    };
    parts.into_iter().map(|part| (file(part), part.hash)).collect()
}
