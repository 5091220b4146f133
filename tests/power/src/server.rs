//! What has to be on a server after a power cut.

use crate::harness::Cut;
use crate::mission::{Acknowledged, Claim};
use crate::phone::{no_damage, told};
use baqylau_http::reqwest::Body;
use baqylau_protocol::blob::MAX_BLOB;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_protocol::merkle::MerkleTree;
use baqylau_protocol::receipt::{Receipt, TreeHead, leaf_hash};
use baqylau_protocol::routes;
use baqylau_protocol::wire::{MEDIA_TYPE, Upload, Verdict, Verdicts};
use baqylau_server::OpenedServer;
use baqylau_server::blobs::{BlobPlace, Blobs};
use baqylau_server::storage;
use minicbor::bytes::ByteVec;
use std::collections::BTreeMap;
use std::path::Path;
use tokio::runtime::Runtime;

/// Opens the server, looks for everything that it acknowledged, and hands it everything again.
///
/// # Errors
/// What is lost or wrong.
pub fn check(folder: &Path, cut: &Cut<'_>) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(told)?;
    let database = folder.join("server.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(told)?;
    let opened = runtime.block_on(baqylau_server::open(cut.day.keys.config(database.clone())));
    let server = opened.map_err(|e| format!("it does not open: {e:?}"))?;
    let had: Vec<&Acknowledged> = cut.acknowledged().collect();
    let checked = no_damage(folder)
        .and_then(|()| rows(&database, cut))
        .and_then(|()| bundle(&database, &had, cut))
        .and_then(|()| files(&database, &had))
        .and_then(|()| again(&runtime, &server, &had, cut));
    runtime.block_on(server.close());
    checked
}

/// Every row of the log is the one that was written there, whether it was acknowledged or not.
fn rows(database: &Path, cut: &Cut<'_>) -> Result<(), String> {
    let mission = MissionId::of(cut.day.keys.root);
    let mut storage = storage::open(database).map_err(told)?;
    let rows = storage.page(mission, 0, usize::from(u16::MAX), usize::MAX).map_err(told)?;
    let receipts = receipts(cut.day.claims.iter());
    for (index, row) in (0..).zip(&rows) {
        if Hash::of(&row.object) != row.hash {
            return Err(format!("the bytes of the entry {index} are others"));
        }
        let known = receipts
            .get(&index)
            .is_some_and(|(object, receipt)| *object == row.object.as_slice() && receipt.received == row.received);
        if !known {
            return Err(format!("the entry {index} is another one"));
        }
    }
    Ok(())
}

/// Objects and receipts by their place in the log.
fn receipts<'a>(claims: impl Iterator<Item = &'a Acknowledged>) -> BTreeMap<u64, (&'a [u8], &'a Receipt)> {
    let receipts = claims.filter_map(|a| match &a.claim {
        Claim::Receipt(object, receipt) => Some((receipt.index, (object.as_slice(), receipt))),
        _ => None,
    });
    receipts.collect()
}

/// The bundle that was published last, or one that was being published, with all its parts.
fn bundle(database: &Path, had: &[&Acknowledged], cut: &Cut<'_>) -> Result<(), String> {
    let version = |a: &Acknowledged| {
        let Claim::Published(asked) = &a.claim else { return None };
        let (manifest, _): (ByteVec, Vec<ByteVec>) = minicbor::decode(asked).ok()?;
        Some(Manifest::open(&manifest, cut.day.keys.root).ok()?.version)
    };
    let Some(published) = had.iter().filter_map(|a| version(a)).max() else { return Ok(()) };
    let mission = MissionId::of(cut.day.keys.root);
    let mut storage = storage::open(database).map_err(told)?;
    let manifest = storage.manifest(mission).map_err(told)?.ok_or("the bundle is gone")?;
    let manifest = Manifest::open(&manifest, cut.day.keys.root).map_err(told)?;
    if manifest.version < published {
        return Err(format!("the bundle is an earlier one: {} and not {published}", manifest.version));
    }
    let mut lacking = manifest.parts.iter().filter(|part| !matches!(storage.part(mission, part.hash), Ok(Some(_))));
    lacking.next().map_or(Ok(()), |part| Err(format!("the part {} of the bundle is gone", part.hash)))
}

/// Attachments are whole.
fn files(database: &Path, had: &[&Acknowledged]) -> Result<(), String> {
    let blobs = Blobs::next_to(database).map_err(told)?;
    for acknowledged in had {
        let Claim::Kept(path) = &acknowledged.claim else { continue };
        let mut parts = path.trim_start_matches("/v1/blobs/").split('/');
        let device = parts.next().and_then(DeviceId::from_hex).ok_or("no device")?;
        let hash = parts.next().and_then(Hash::from_hex).ok_or("no hash")?;
        let bytes = blobs.read(BlobPlace { device, hash }, 0, MAX_BLOB).map_err(told)?;
        if bytes.map(|bytes| Hash::of(&bytes)) != Some(hash) {
            return Err(format!("the attachment {hash} is gone"));
        }
    }
    Ok(())
}

/// Whatever was receipted gets the same receipt again, from a log that goes on from the one before.
fn again(runtime: &Runtime, server: &OpenedServer, had: &[&Acknowledged], cut: &Cut<'_>) -> Result<(), String> {
    let receipted = receipts(had.iter().copied());
    if receipted.is_empty() {
        return Ok(());
    }
    let objects = receipted.values().map(|(object, _)| object.to_vec().into()).collect();
    let body = cbor::encode(&Upload { objects, known: None });
    let request = http::Request::post(routes::OBJECTS).header("content-type", MEDIA_TYPE).body(Body::from(body));
    let answer = runtime.block_on(server.answer(request.map_err(told)?)).map_err(told)?;
    let verdicts: Verdicts = minicbor::decode(answer.body()).map_err(|_| format!("it answers {}", answer.status()))?;
    let keys = [cut.day.keys.receipts().public()];
    let mission = MissionId::of(cut.day.keys.root);
    let mut tree = MerkleTree::default();
    let all = receipts(cut.day.claims.iter());
    all.values().for_each(|(object, receipt)| tree.push(leaf_hash(Hash::of(object), receipt.received)));
    for ((object, before), verdict) in receipted.values().zip(verdicts.verdicts) {
        let Verdict::Stored(now) = verdict else { return Err(format!("it refuses what it has: {verdict:?}")) };
        if (now.index, now.received) != (before.index, before.received) {
            return Err(format!("the entry {} is at {} now", before.index, now.index));
        }
        let head: TreeHead = now.verify(Hash::of(object), &keys, mission).map_err(told)?;
        if tree.root_at(head.size) != Some(head.root) {
            return Err(format!("its log of {} does not go on from the one before", head.size));
        }
    }
    Ok(())
}
