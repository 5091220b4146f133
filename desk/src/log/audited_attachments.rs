//! Attachments that are here, asked of the server again: whether it has them still, with the same end. All their bytes would be as much as
//! the first pull of them.

use crate::error::DeskError;
use crate::log::attachments::{AttachmentFolder, LackingAttachment};
use crate::log::link::ServerLink;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::keys::random;
use baqylau_protocol::routes;
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// How many bytes at the end of each are compared.
const END: u64 = 1 << 10;

/// What became of attachments that were fetched before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttachmentAudit {
    /// How many were asked for.
    pub compared: usize,
    /// The server does not have them any more; they are here.
    pub lacking: Vec<LackingAttachment>,
    /// The server has other bytes of them.
    pub altered: Vec<Hash>,
}

/// What the server has of one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    Nothing,
    OtherBytes,
    SameEnd,
}

impl AttachmentFolder<'_> {
    /// Asks for the end of those that are here; of some only, where `most` is given.
    pub(crate) fn audit(&self, link: &ServerLink<'_>, most: Option<usize>) -> Result<AttachmentAudit, DeskError> {
        let device = link.enrolled()?;
        let mut reports: BTreeMap<Hash, Vec<Hash>> = BTreeMap::new();
        for row in self.list()?.into_iter().filter(|row| row.here) {
            reports.entry(row.attachment.hash).or_default().push(row.report);
        }
        let mut chosen: Vec<(Hash, Vec<Hash>)> = reports.into_iter().collect();
        if let Some(most) = most.filter(|most| *most < chosen.len()) {
            chosen.sort_by_cached_key(|_| random::<8>());
            chosen.truncate(most);
        }
        let mut audit = AttachmentAudit { compared: chosen.len(), ..AttachmentAudit::default() };
        for (hash, reports) in chosen {
            match self.found(link, &device, (hash, &reports))? {
                Found::SameEnd => {}
                Found::OtherBytes => audit.altered.push(hash),
                Found::Nothing => {
                    let sender = self.store.envelope(reports[0])?.map(|e| (e.device, e.seq));
                    audit.lacking.push(LackingAttachment { attachment: hash, report: reports[0], sender });
                }
            }
        }
        Ok(audit)
    }

    /// A report that was handed over has its files at the phone that took them: whoever names the file may have uploaded it.
    fn found(
        &self,
        link: &ServerLink<'_>,
        device: &DeviceId,
        (hash, reports): (Hash, &[Hash]),
    ) -> Result<Found, DeskError> {
        let path = self.blob(hash);
        let (from, own) = end_of(&path).map_err(|e| DeskError::file(&path, e))?;
        let (mut best, mut asked) = (Found::Nothing, HashSet::new());
        for report in reports {
            let Some(envelope) = self.store.envelope(*report)? else { continue };
            if best == Found::SameEnd || !asked.insert(envelope.device) {
                continue;
            }
            let found = match link.read_if_there(device, &routes::blob(envelope.device, hash, from))? {
                None => Found::Nothing,
                Some(bytes) if bytes == own => Found::SameEnd,
                Some(_) => Found::OtherBytes,
            };
            best = best.max(found);
        }
        Ok(best)
    }
}

/// The last bytes of a file, and where they begin.
fn end_of(path: &Path) -> std::io::Result<(u64, Vec<u8>)> {
    let mut file = File::open(path)?;
    let from = file.metadata()?.len().saturating_sub(END);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(END).read_to_end(&mut bytes)?;
    Ok((from, bytes))
}
