//! Courier files at the desk: what they carry is handed to the server, and the receipts go back in a file.

use crate::error::DeskError;
use crate::faults::{LogFault, ServerFault, ServerRefusal};
use crate::files::FileFault;
use crate::log::link::ServerLink;
use crate::log::notice::NoticeBoard;
use baqylau_protocol::blob::CHUNK;
use baqylau_protocol::cbor;
use baqylau_protocol::courier::CourierFile;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::permit::{UploadPermit, UploadToken};
use baqylau_protocol::receipt::{AttachmentProof, Receipt};
use baqylau_protocol::routes;
use baqylau_protocol::wire::{MAX_BATCH, MAX_REQUEST, UploadProgress, Verdict};
use minicbor::bytes::ByteVec;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How often an attachment is sent anew in one delivery, where the server had something else of it.
const ANEW: u32 = 1;

/// The most permits that are tried for one attachment.
const MOST_PERMITS: usize = 16;

/// The most bytes of one object: what is around it in a request has room too.
const LARGEST: usize = MAX_REQUEST - (1 << 10);
/// The most bytes of several objects in one request.
const BATCH_BYTES: usize = 1 << 20;

/// Everything in a courier file is counted here, as stored or as refused.
#[derive(Debug, Clone, Default)]
pub struct CourierOutcome {
    /// Objects that the server has, now or since before.
    pub stored: usize,
    /// What was not taken, in the order of the file; attachments last.
    pub refused: Vec<CourierRefusal>,
    /// A courier file with the receipts and the bundle, to be carried back.
    pub back: Vec<u8>,
    /// Attachments that the server has now, of those that came beside the file.
    pub attachments: usize,
}

/// Something of a delivery that was not taken.
#[derive(Debug, Clone)]
pub struct CourierRefusal {
    /// Which.
    pub item: CourierItem,
    /// Why.
    pub why: NotTaken,
}

/// An object of a courier file, or a file beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CourierItem {
    /// An object, by its hash.
    Object(Hash),
    /// An attachment, by the path of its file.
    Attachment(PathBuf),
}

impl fmt::Display for CourierItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object(hash) => write!(f, "object {hash}"),
            Self::Attachment(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Why something that a courier brought was not taken.
#[derive(Debug, Clone, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum NotTaken {
    /// It was not sent: no server takes as much at once.
    #[error("it has {found} bytes, more than any server takes ({limit})")]
    TooLarge {
        /// How many bytes it has.
        found: usize,
        /// The most of one object.
        limit: usize,
    },
    /// The server refuses it.
    #[error("{0}")]
    Refused(ServerRefusal),
    /// It is longer than the report that names it says.
    #[error("it is longer than the report says")]
    TooLong,
    /// Its file cannot be read.
    #[error("{0}")]
    File(Arc<FileFault>),
}

impl NotTaken {
    /// The stable code: the server's refusal, or the variant's name, in lower case with hyphens.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(why) => why.code(),
            Self::TooLarge { .. } | Self::TooLong | Self::File(_) => self.into(),
        }
    }
}

impl CourierOutcome {
    /// What was refused, by reason in the order in which each came first.
    #[must_use]
    pub fn refused_by_reason(&self) -> Vec<(&NotTaken, Vec<&CourierItem>)> {
        let mut reasons: Vec<(&NotTaken, Vec<&CourierItem>)> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for CourierRefusal { item, why } in &self.refused {
            let at = *places.entry(why.to_string()).or_insert(reasons.len());
            if at == reasons.len() {
                reasons.push((why, Vec::new()));
            }
            reasons[at].1.push(item);
        }
        reasons
    }

    fn refuse(&mut self, item: CourierItem, why: NotTaken) {
        self.refused.push(CourierRefusal { item, why });
    }
}

/// Hands what a courier brought to the server: the file, and the attachments that came beside it. Doing it again changes
/// nothing.
///
/// # Errors
/// It is no courier file of this mission, or the server does not answer.
pub(crate) fn deliver(
    link: &ServerLink<'_>,
    board: NoticeBoard<'_>,
    (file, attachments): (&[u8], &[PathBuf]),
    progress: &dyn Fn(usize),
) -> Result<CourierOutcome, DeskError> {
    let courier = CourierFile::decode(file, link.mission())?;
    let mut receipts: Vec<(Hash, Receipt)> = Vec::new();
    let mut delivered = CourierOutcome::default();
    let (fit, large): (Vec<_>, Vec<_>) = courier.objects.into_iter().partition(|object| object.len() <= LARGEST);
    for object in &large {
        let too_large = NotTaken::TooLarge { found: object.len(), limit: LARGEST };
        delivered.refuse(CourierItem::Object(Hash::of(object)), too_large);
    }
    let mut done = large.len();
    for batch in batches(fit) {
        done += batch.len();
        for (hash, verdict) in link.log_all(batch)? {
            match verdict {
                Verdict::Stored(receipt) => receipts.push((hash, receipt)),
                Verdict::Refused(refusal) => {
                    delivered.refuse(CourierItem::Object(hash), NotTaken::Refused(refusal.code.into()));
                }
            }
        }
        progress(done);
    }
    delivered.stored = receipts.len();
    let mut kept = Vec::new();
    let permits = courier.permits.unwrap_or_default();
    for path in attachments {
        // One that cannot be delivered keeps none waiting.
        let why = match deliver_attachment(link, path, &permits) {
            Ok(proofs) => {
                delivered.attachments += 1;
                kept.extend(proofs);
                continue;
            }
            Err(DeskError::Refused { why, .. }) => NotTaken::Refused(why),
            Err(DeskError::Conflict { .. }) => NotTaken::TooLong,
            Err(DeskError::File { why, .. }) => NotTaken::File(Arc::new(why)),
            Err(DeskError::Server { why: ServerFault::Status { status: 429 | 503, .. }, .. }) => {
                NotTaken::Refused(ServerRefusal::Quota)
            }
            Err(e) => return Err(e),
        };
        delivered.refuse(CourierItem::Attachment(path.clone()), why);
    }
    delivered.back = courier_file(board, receipts, kept)?;
    Ok(delivered)
}

/// Uploads an encrypted file for everybody whose permit names it: who else names the same hash takes it from nobody. Gives the server's
/// proofs that it has it.
fn deliver_attachment(
    link: &ServerLink<'_>,
    path: &Path,
    permits: &[(ByteVec, UploadToken)],
) -> Result<Vec<(Hash, ByteVec)>, DeskError> {
    let fault = |e: std::io::Error| DeskError::file(path, e);
    let mut file = File::open(path).map_err(fault)?;
    let (hash, length) = baqylau_protocol::blob::copy(&mut file, &mut std::io::sink()).map_err(fault)?;
    let named = permits.iter().filter_map(|(signed, token)| Some((UploadPermit::peek(signed).ok()?, signed, token)));
    let named = named.filter(|(permit, ..)| permit.length(hash) == Some(length)).take(MOST_PERMITS);
    let (mut proofs, mut done, mut failed) = (Vec::new(), HashSet::new(), None);
    for (permit, signed, token) in named {
        if done.contains(&permit.device) {
            continue;
        }
        let place = (permit.device, hash);
        let sent = match link.upload(&routes::blob_permit(permit.device, hash), token, signed) {
            Ok(None) => continue,
            Ok(Some(answer)) => upload(link, (&mut file, path), place, token, answer),
            Err(e) => Err(e),
        };
        match sent {
            Ok(proof) => {
                done.insert(permit.device);
                proofs.push((hash, proof));
            }
            Err(gone @ DeskError::Unreachable { .. }) => return Err(gone),
            Err(e) => failed = Some(e),
        }
    }
    if proofs.is_empty() {
        return Err(failed.unwrap_or_else(|| DeskError::refused(ServerRefusal::AttachmentUnnamed, link.server())));
    }
    Ok(proofs)
}

/// Uploads a file to one place, going on where an earlier upload broke off, and once more from the start where the server dropped what it
/// had. Gives the server's proof that it has it.
fn upload(
    link: &ServerLink<'_>,
    (file, path): (&mut File, &Path),
    (device, hash): (DeviceId, Hash),
    token: &UploadToken,
    mut answered: Vec<u8>,
) -> Result<ByteVec, DeskError> {
    let fault = |e: std::io::Error| DeskError::file(path, e);
    let (mut next, mut dropped) = (0, 0);
    loop {
        let have: UploadProgress = cbor::decode(&answered, "have").map_err(|_| link.failed(ServerFault::Nonsense))?;
        if let Some(proof) = have.proof {
            let (key, mission) = (link.receipt_key()?, link.mission());
            let verified = AttachmentProof::verify(&proof, (device, hash), &[key], mission);
            verified.map_err(|_| LogFault::AttachmentProof)?;
            return Ok(proof);
        }
        if have.bytes < next {
            dropped += 1;
        }
        if dropped > ANEW {
            return Err(DeskError::refused(ServerRefusal::AttachmentDropped, link.server()));
        }
        let mut chunk = Vec::with_capacity(CHUNK);
        file.seek(SeekFrom::Start(have.bytes)).map_err(fault)?;
        (&mut *file).take(CHUNK as u64).read_to_end(&mut chunk).map_err(fault)?;
        if chunk.is_empty() {
            return Err(DeskError::refused(ServerRefusal::AttachmentShort, link.server()));
        }
        next = have.bytes + chunk.len() as u64;
        let place = routes::blob_chunk(device, hash, have.bytes);
        let unnamed = || DeskError::refused(ServerRefusal::AttachmentUnnamed, link.server());
        answered = link.upload(&place, token, &chunk)?.ok_or_else(unnamed)?;
    }
}

/// A courier file with the bundle, what this desk read and wrote, and receipts if there are any: for phones that have no network.
pub(crate) fn courier_file(
    board: NoticeBoard<'_>,
    receipts: Vec<(Hash, Receipt)>,
    kept: Vec<(Hash, ByteVec)>,
) -> Result<Vec<u8>, DeskError> {
    let NoticeBoard { workspace, own, .. } = board;
    let rows = Some(board.carried()?).filter(|rows| !rows.is_empty());
    let letters = Some(board.carried_letters()?).filter(|letters| !letters.is_empty());
    let file = CourierFile {
        receipts,
        bundle: Some(workspace.published_parts()?),
        kept: Some(kept).filter(|kept| !kept.is_empty()),
        desks: (rows.is_some() || letters.is_some()).then(|| vec![own.secrets.identity.enrolment.clone().into()]),
        rows,
        letters,
        ..CourierFile::new(own.known.trust.mission())
    };
    Ok(file.encode())
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
