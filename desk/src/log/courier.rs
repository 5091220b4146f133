//! Courier files at the desk: what they carry is handed to the server, and the receipts go back in a file.

use crate::error::DeskError;
use crate::faults::{LogFault, ServerFault, ServerRefusal};
use crate::log::link::ServerLink;
use crate::workspace::Workspace;
use baqylau_protocol::blob::CHUNK;
use baqylau_protocol::cbor;
use baqylau_protocol::courier::CourierFile;
use baqylau_protocol::ids::{Hash, MissionId};
use baqylau_protocol::receipt::{AttachmentProof, Receipt};
use baqylau_protocol::routes;
use baqylau_protocol::wire::{MAX_BATCH, MAX_REQUEST, UploadProgress, Verdict};
use minicbor::bytes::ByteVec;
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// How often an attachment is sent anew in one delivery, where the server had something else of it.
const ANEW: u32 = 1;

/// The most bytes of one object: what is around it in a request has room too.
const LARGEST: usize = MAX_REQUEST - (1 << 10);
/// The most bytes of several objects in one request.
const BATCH_BYTES: usize = 1 << 20;

/// Everything in a courier file is counted here, as stored or as refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CourierOutcome {
    /// Objects that the server has, now or since before.
    pub stored: usize,
    /// Objects and attachments that were not taken, each with its hash or name and the reason.
    pub refused: Vec<String>,
    /// A courier file with the receipts and the bundle, to be carried back.
    pub back: Vec<u8>,
    /// Attachments that the server has now, of those that came beside the file.
    pub attachments: usize,
}

impl CourierOutcome {
    /// What was refused, by reason in the order in which each came first: the reason, and the objects and attachments that have it.
    #[must_use]
    pub fn refused_by_reason(&self) -> Vec<(&str, Vec<&str>)> {
        let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for refused in &self.refused {
            let (what, reason) = refused.split_once(": ").unwrap_or((refused, ""));
            let at = *places.entry(reason).or_insert(reasons.len());
            if at == reasons.len() {
                reasons.push((reason, Vec::new()));
            }
            reasons[at].1.push(what);
        }
        reasons
    }
}

/// Hands what a courier brought to the server: the file, and the attachments that came beside it. Doing it again changes
/// nothing.
///
/// # Errors
/// It is no courier file of this mission, or the server does not answer.
pub(crate) fn deliver(
    link: &ServerLink<'_>,
    file: &[u8],
    attachments: &[PathBuf],
    progress: &dyn Fn(usize),
) -> Result<CourierOutcome, DeskError> {
    let courier = CourierFile::decode(file, link.mission())?;
    let mut receipts: Vec<(Hash, Receipt)> = Vec::new();
    let mut delivered = CourierOutcome::default();
    let (fit, large): (Vec<_>, Vec<_>) = courier.objects.into_iter().partition(|object| object.len() <= LARGEST);
    for object in &large {
        let (hash, length) = (Hash::of(object), object.len());
        delivered.refused.push(format!("object {hash}: it has {length} bytes, more than any server takes ({LARGEST})"));
    }
    let mut done = large.len();
    for batch in batches(fit) {
        done += batch.len();
        for (hash, verdict) in link.log_all(batch)? {
            match verdict {
                Verdict::Stored(receipt) => receipts.push((hash, receipt)),
                Verdict::Refused(refusal) => {
                    delivered.refused.push(format!("object {hash}: {}", ServerRefusal::from(refusal.code)));
                }
            }
        }
        progress(done);
    }
    delivered.stored = receipts.len();
    let mut kept = Vec::new();
    for path in attachments {
        match deliver_attachment(link, path) {
            Ok(proof) => kept.push(proof),
            // One that cannot be delivered keeps none waiting.
            Err(DeskError::Refused { why, .. }) => delivered.refused.push(format!("{}: {why}", path.display())),
            Err(DeskError::Conflict { reason, .. }) => {
                delivered.refused.push(format!("{}: {reason}", path.display()));
            }
            Err(e @ DeskError::File { .. }) => delivered.refused.push(e.to_string()),
            Err(e) => return Err(e),
        }
    }
    delivered.attachments = kept.len();
    delivered.back = courier_file(link.workspace(), link.mission(), receipts, kept)?;
    Ok(delivered)
}

/// Uploads an encrypted file, going on where an earlier upload broke off, and once more from the start where the server dropped
/// what it had. Gives the server's proof that it has it.
fn deliver_attachment(link: &ServerLink<'_>, path: &Path) -> Result<(Hash, ByteVec), DeskError> {
    let fault = |e: std::io::Error| DeskError::file(path, e);
    let mut file = File::open(path).map_err(fault)?;
    let (hash, _) = baqylau_protocol::blob::copy(&mut file, &mut std::io::sink()).map_err(fault)?;
    let (mut next, mut dropped) = (0, 0);
    let mut answer = link.find(&routes::blob_have(hash))?;
    loop {
        let answered = answer.ok_or_else(|| DeskError::refused(ServerRefusal::AttachmentUnnamed, &link.server))?;
        let have: UploadProgress = cbor::decode(&answered, "have").map_err(|_| link.failed(ServerFault::Nonsense))?;
        if let Some(proof) = have.proof {
            let (keys, mission) = (link.workspace().receipt_keys()?, link.mission());
            let verified = AttachmentProof::verify(&proof, hash, &keys, mission);
            verified.map_err(|_| LogFault::AttachmentProof)?;
            return Ok((hash, proof));
        }
        if have.bytes < next {
            dropped += 1;
        }
        if dropped > ANEW {
            return Err(DeskError::refused(ServerRefusal::AttachmentDropped, &link.server));
        }
        let mut chunk = Vec::with_capacity(CHUNK);
        file.seek(SeekFrom::Start(have.bytes)).map_err(fault)?;
        (&mut file).take(CHUNK as u64).read_to_end(&mut chunk).map_err(fault)?;
        if chunk.is_empty() {
            return Err(DeskError::refused(ServerRefusal::AttachmentShort, &link.server));
        }
        next = have.bytes + chunk.len() as u64;
        let place = routes::blob_chunk(hash, have.bytes);
        answer = Some(link.post(&place, &chunk)?);
    }
}

/// A courier file with the bundle, and receipts if there are any: for phones that have no network.
pub(crate) fn courier_file(
    workspace: &Workspace,
    mission: MissionId,
    receipts: Vec<(Hash, Receipt)>,
    kept: Vec<(Hash, ByteVec)>,
) -> Result<Vec<u8>, DeskError> {
    let (v, bundle) = (baqylau_protocol::VERSION, Some(workspace.published_parts()?));
    let kept = Some(kept).filter(|k| !k.is_empty());
    Ok(CourierFile { v, mission, objects: Vec::new(), receipts, bundle, kept }.encode())
}

/// Objects in their order, as many at once as go into a request.
pub(super) fn batches(objects: Vec<ByteVec>) -> Vec<Vec<ByteVec>> {
    let mut out: Vec<Vec<ByteVec>> = Vec::new();
    let mut bytes = 0;
    for object in objects {
        match out.last_mut().filter(|batch| batch.len() < MAX_BATCH && bytes + object.len() <= BATCH_BYTES) {
            Some(batch) => {
                bytes += object.len();
                batch.push(object);
            }
            None => {
                bytes = object.len();
                out.push(vec![object]);
            }
        }
    }
    out
}
