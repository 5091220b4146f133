//! Attachments at the desk: fetched encrypted, verified by hash, and decrypted only where they are looked at.

use crate::error::DeskError;
use crate::files::FileFault;
use crate::log::link::ServerLink;
use crate::parallel::CHUNK;
use crate::store::{DeskStore, PulledEnvelope};
use baqylau_protocol::blob::{self, MAX_BLOB};
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::routes;
use baqylau_report::Report;
use baqylau_report::report::Attachment;
use baqylau_sqlite::{StorageError, private};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An attachment of a report.
#[derive(Debug, Clone)]
pub struct AttachmentRow {
    /// The envelope of the report.
    pub report: Hash,
    /// Name, media type, size in bytes, and the key that opens the file.
    pub attachment: Attachment,
    /// Whether all of it is here.
    pub here: bool,
}

/// Attachments that were lacking, counted once each by what became of them.
#[derive(Debug, Clone, Default)]
pub struct FetchedAttachments {
    /// How many came.
    pub came: usize,
    /// Asked for, and not at the server, or not whole.
    pub lacking: Vec<LackingAttachment>,
    /// Not fetched although the server answers, each with its reason.
    pub failed: Vec<AttachmentFault>,
}

/// An attachment that the server does not have: its phone did not send it yet, or the server lost it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LackingAttachment {
    /// The hash of the file.
    pub attachment: Hash,
    /// The envelope of the report that names it.
    pub report: Hash,
    /// The device that signed the report, and its number in the device's chain.
    pub sender: Option<(DeviceId, u64)>,
}

impl std::fmt::Display for LackingAttachment {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "the attachment {} of the report {}", self.attachment, self.report)?;
        if let Some((device, seq)) = self.sender {
            write!(f, " (number {seq} of the device {device})")?;
        }
        f.write_str(
            " is not at the server. Where that phone says that everything is safe, the server lost it: let the phone send everything \
             again (`observe sync --again`, or in the app's settings), and pull again",
        )
    }
}

/// An attachment that could not be fetched. The others came.
#[derive(Debug, Clone)]
pub struct AttachmentFault {
    /// The hash of the file.
    pub attachment: Hash,
    /// The envelope of the report that names it.
    pub report: Hash,
    /// Why.
    pub why: Arc<DeskError>,
}

impl std::fmt::Display for AttachmentFault {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "the attachment {} of the report {} did not come: {}", self.attachment, self.report, self.why)
    }
}

/// The attachments of a desk: what reports name, and the encrypted files in `blobs/`.
#[derive(Clone, Copy)]
pub struct AttachmentFolder<'d> {
    /// Has the reports.
    pub store: &'d DeskStore,
    /// The mission's folder.
    pub folder: &'d Path,
}

impl AttachmentFolder<'_> {
    /// The attachments of all reports, in the order of the log.
    ///
    /// # Errors
    /// The database fails.
    pub fn list(&self) -> Result<Vec<AttachmentRow>, DeskError> {
        Ok(self.list_from(0)?.0)
    }

    /// Those of reports from a place in the log on, and the place behind the last.
    ///
    /// # Errors
    /// The database fails.
    pub fn list_from(&self, mut from: u64) -> Result<(Vec<AttachmentRow>, u64), DeskError> {
        let mut rows = Vec::new();
        loop {
            let chunk = self.store.envelopes_from(from, CHUNK)?;
            let Some(last) = chunk.last() else { return Ok((rows, from)) };
            from = last.index + 1;
            chunk.iter().for_each(|envelope| self.named(envelope, &mut rows));
        }
    }

    /// Reports whose envelope did not open name nothing.
    fn named(&self, envelope: &PulledEnvelope, rows: &mut Vec<AttachmentRow>) {
        if let Ok(opened) = &envelope.plain
            && opened.kind == ObjectType::Report
        {
            let attachments = Report::decode(&opened.bytes).ok().and_then(|r| r.attachments).unwrap_or_default();
            rows.extend(attachments.into_iter().map(|attachment| {
                let here = self.has(&attachment);
                AttachmentRow { report: envelope.hash, attachment, here }
            }));
        }
    }

    /// Whether the bytes of an attachment are here.
    #[must_use]
    pub fn has(&self, attachment: &Attachment) -> bool {
        self.blob(attachment.hash).is_file()
    }

    /// Fetches those of some attachments that are lacking and that the server has; what broke off goes on. Each stands for itself: one
    /// that fails is told, and the others come.
    pub(crate) fn fetch(&self, link: &ServerLink<'_>, rows: &[AttachmentRow]) -> Result<FetchedAttachments, DeskError> {
        let device = link.enrolled()?;
        let folder = self.folder.join("blobs");
        private::folder(&folder).map_err(|e| DeskError::file(&folder, e))?;
        let mut fetched = FetchedAttachments::default();
        for row in rows.iter().filter(|r| !self.has(&r.attachment)) {
            let lacking = self.lacking(row)?;
            // A report lies in the log under the device that sent it, and so do its attachments.
            let Some((sender, _)) = lacking.sender else {
                fetched.lacking.push(lacking);
                continue;
            };
            match self.fetch_one(link, (sender, row.attachment.hash), &device) {
                Ok(true) => fetched.came += 1,
                Ok(false) => match self.fetch_from_others(link, (sender, row.attachment.hash), &device)? {
                    true => fetched.came += 1,
                    false => fetched.lacking.push(lacking),
                },
                Err(gone @ DeskError::Unreachable { .. }) => return Err(gone),
                Err(why) => {
                    fetched.failed.push(AttachmentFault {
                        attachment: row.attachment.hash,
                        report: row.report,
                        why: Arc::new(why),
                    });
                }
            }
        }
        Ok(fetched)
    }

    /// Fetches one that its sender did not upload from whoever else did: a report that was handed over keeps its files at the phone that
    /// took them.
    fn fetch_from_others(
        &self,
        link: &ServerLink<'_>,
        (sender, hash): (DeviceId, Hash),
        device: &DeviceId,
    ) -> Result<bool, DeskError> {
        let mut asked = HashSet::from([sender]);
        for row in self.list()?.into_iter().filter(|row| row.attachment.hash == hash) {
            let Some(envelope) = self.store.envelope(row.report)? else { continue };
            if asked.insert(envelope.device) && self.fetch_one(link, (envelope.device, hash), device)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Fetches one; whether the server has it. What was begun and turns out to be other bytes is begun anew once: it may have been
    /// damaged here.
    fn fetch_one(
        &self,
        link: &ServerLink<'_>,
        (sender, hash): (DeviceId, Hash),
        device: &DeviceId,
    ) -> Result<bool, DeskError> {
        let whole = self.blob(hash);
        let part = whole.with_extension("part");
        let disk = |e: std::io::Error| DeskError::file(&part, e);
        for path in [&whole, &part] {
            // A folder or the like: it is kept, and what belongs there is fetched.
            if path.symlink_metadata().is_ok() && !path.is_file() {
                baqylau_sqlite::set_aside(path)?;
            }
        }
        let mut anew = false;
        loop {
            let from = fs::metadata(&part).map_or(0, |m| m.len());
            if from > MAX_BLOB {
                fs::remove_file(&part).map_err(disk)?;
                return Err(DeskError::AttachmentTooLarge { limit: MAX_BLOB });
            }
            let Some(bytes) = link.read_if_there(device, &routes::blob(sender, hash, from))? else {
                return Ok(false);
            };
            if !bytes.is_empty() {
                let mut file = private::options().append(true).open(&part).map_err(disk)?;
                file.write_all(&bytes).and_then(|()| file.sync_data()).map_err(disk)?;
                continue;
            }
            if digest(&part).is_ok_and(|found| found == hash) {
                // Durably: phones are told that it is here, and let go of it.
                private::rename(&part, &whole).map_err(disk)?;
                return Ok(true);
            }
            if part.exists() {
                fs::remove_file(&part).map_err(disk)?;
            }
            if std::mem::replace(&mut anew, true) {
                return Err(DeskError::AttachmentDamaged);
            }
        }
    }

    /// Whose it is, so that somebody can be asked for it.
    fn lacking(&self, row: &AttachmentRow) -> Result<LackingAttachment, DeskError> {
        let envelope = self.store.envelope(row.report)?;
        Ok(LackingAttachment {
            attachment: row.attachment.hash,
            report: row.report,
            sender: envelope.map(|e| (e.device, e.seq)),
        })
    }

    /// The attachments that are here and are not what their reports say, by the hash of the file: other bytes, or no file that can
    /// be read.
    ///
    /// # Errors
    /// The database fails.
    pub fn altered(&self) -> Result<Vec<Hash>, DeskError> {
        let here = self.list()?.into_iter().map(|row| row.attachment.hash);
        let altered = |hash: &Hash| {
            let path = self.blob(*hash);
            path.exists() && !digest(&path).is_ok_and(|found| found == *hash)
        };
        Ok(here.filter(altered).collect())
    }

    /// Decrypts an attachment into `out`.
    ///
    /// # Errors
    /// It is not here, or was altered. What was written before an error must be thrown away.
    pub fn open(&self, attachment: &Attachment, out: &mut dyn Write) -> Result<(), DeskError> {
        let path = self.blob(attachment.hash);
        let file = File::open(&path).map_err(|e| DeskError::file(&path, e))?;
        let opened = blob::open(&attachment.key, attachment.size, BufReader::new(file), out);
        opened.map_err(|e| {
            // Reading needs no room: it is where it is written to.
            let full = matches!(e.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded);
            if full { StorageError::Full.into() } else { DeskError::file(&path, FileFault::Attachment(e)) }
        })
    }

    pub(super) fn blob(&self, hash: Hash) -> PathBuf {
        self.folder.join("blobs").join(hash.to_string())
    }
}

fn digest(path: &Path) -> std::io::Result<Hash> {
    blob::copy(&mut File::open(path)?, &mut std::io::sink()).map(|(hash, _)| hash)
}
