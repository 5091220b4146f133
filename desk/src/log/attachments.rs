//! Attachments at the desk: fetched encrypted, verified by hash, and decrypted only where they are looked at.

use crate::error::DeskError;
use crate::log::pull::block;
use crate::store::PulledEnvelope;
use crate::workspace::Desk;
use baqylau_protocol::blob;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::Hash;
use baqylau_report::Report;
use baqylau_report::report::Attachment;
use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, Write};
use std::path::PathBuf;

/// How many envelopes are read at once.
const CHUNK: usize = 512;

/// An attachment of a report.
#[derive(Debug, Clone)]
pub struct AttachmentRow {
    /// The envelope of the report.
    pub report: Hash,
    /// What the report says of it.
    pub attachment: Attachment,
    /// Whether all of it is here.
    pub here: bool,
}

impl Desk {
    /// The attachments of all reports, in the order of the log.
    ///
    /// # Errors
    /// The database fails.
    pub fn attachments(&self) -> Result<Vec<AttachmentRow>, DeskError> {
        Ok(self.attachments_from(0)?.0)
    }

    /// Those of reports from a place in the log on, and the place behind the last.
    ///
    /// # Errors
    /// The database fails.
    pub fn attachments_from(&self, mut from: u64) -> Result<(Vec<AttachmentRow>, u64), DeskError> {
        let mut rows = Vec::new();
        loop {
            let chunk = self.store.envelopes_from(from, CHUNK)?;
            let Some(last) = chunk.last() else { return Ok((rows, from)) };
            from = last.index + 1;
            chunk.iter().for_each(|envelope| self.named(envelope, &mut rows));
        }
    }

    /// What one report names.
    fn named(&self, envelope: &PulledEnvelope, rows: &mut Vec<AttachmentRow>) {
        if let Ok(opened) = &envelope.plain
            && opened.kind == ObjectType::Report
        {
            let attachments = Report::decode(&opened.bytes).ok().and_then(|r| r.attachments).unwrap_or_default();
            rows.extend(attachments.into_iter().map(|attachment| {
                let here = self.blob(attachment.hash).exists();
                AttachmentRow { report: envelope.hash, attachment, here }
            }));
        }
    }

    /// Whether the bytes of an attachment are here.
    #[must_use]
    pub fn has_attachment(&self, attachment: &Attachment) -> bool {
        self.blob(attachment.hash).exists()
    }

    /// Fetches the attachments that are lacking and that the server has; what broke off goes on. Gives how many came.
    ///
    /// # Errors
    /// The server does not answer, or hands out other bytes than those that were signed.
    pub fn pull_attachments(&self, now: i64) -> Result<usize, DeskError> {
        self.fetch_attachments(&self.attachments()?, now)
    }

    /// Fetches those of some attachments that are lacking, as [`Desk::pull_attachments`] does.
    ///
    /// # Errors
    /// The server does not answer, or hands out other bytes than those that were signed.
    pub fn fetch_attachments(&self, rows: &[AttachmentRow], now: i64) -> Result<usize, DeskError> {
        let device = self.enrolled(now)?;
        let folder = self.folder.join("blobs");
        fs::create_dir_all(&folder).map_err(|e| DeskError::file(&folder, e))?;
        let mut came = 0;
        for row in rows.iter().filter(|r| !self.has_attachment(&r.attachment)) {
            let (whole, part) = (self.blob(row.attachment.hash), folder.join(format!("{}.part", row.attachment.hash)));
            let disk = |e: std::io::Error| DeskError::file(&part, e);
            loop {
                let from = fs::metadata(&part).map_or(0, |m| m.len());
                let asks = format!("/v1/blobs/{}?from={from}", row.attachment.hash);
                let fetched = block(async { self.link()?.read_if_there(&device, asks).await })?;
                let Some(bytes) = fetched else { break };
                if bytes.is_empty() {
                    if digest(&part).map_err(disk)? != row.attachment.hash {
                        fs::remove_file(&part).map_err(disk)?;
                        return Err(DeskError::Log(format!("the attachment {} has other bytes", row.attachment.hash)));
                    }
                    fs::rename(&part, &whole).map_err(disk)?;
                    came += 1;
                    break;
                }
                let mut file = OpenOptions::new().append(true).create(true).open(&part).map_err(disk)?;
                file.write_all(&bytes).and_then(|()| file.sync_data()).map_err(disk)?;
            }
        }
        Ok(came)
    }

    /// The attachments that are here and are not what their reports say, by the hash of the file.
    ///
    /// # Errors
    /// The database fails, or a file cannot be read.
    pub fn altered_attachments(&self) -> Result<Vec<Hash>, DeskError> {
        let mut altered = Vec::new();
        for row in self.attachments()?.into_iter().filter(|r| r.here) {
            let path = self.blob(row.attachment.hash);
            if digest(&path).map_err(|e| DeskError::file(&path, e))? != row.attachment.hash {
                altered.push(row.attachment.hash);
            }
        }
        Ok(altered)
    }

    /// Decrypts an attachment into `out`.
    ///
    /// # Errors
    /// It is not here, or was altered. What was written before an error must be thrown away.
    pub fn open_attachment(&self, attachment: &Attachment, out: &mut dyn Write) -> Result<(), DeskError> {
        let path = self.blob(attachment.hash);
        let file = File::open(&path).map_err(|e| DeskError::file(&path, e))?;
        let opened = blob::open(&attachment.key, attachment.size, BufReader::new(file), out);
        let remedy = |e| DeskError::file(&path, format!("{e}; delete the file, and the next pull fetches it again"));
        opened.map_err(remedy)
    }

    fn blob(&self, hash: Hash) -> PathBuf {
        self.folder.join("blobs").join(hash.to_string())
    }
}

fn digest(path: &std::path::Path) -> std::io::Result<Hash> {
    blob::copy(&mut File::open(path)?, &mut std::io::sink()).map(|(hash, _)| hash)
}
