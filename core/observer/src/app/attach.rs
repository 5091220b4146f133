//! Photographs, sound, video and files. They are cleaned of metadata and encrypted while they are read: nothing else of them is
//! ever on this disk.

use super::mission::Loaded;
use super::signing::Keys;
use super::{BLOBS, ObserverApp};
use crate::drive::lock;
use crate::error::{Error, RefusalReason};
use crate::reason::InvalidReason;
use crate::scrub::{CLEANED, plain, scrub};
use crate::store::{Number, StoredAttachment, Unpermitted};
use baqylau_forms::definition::{Kind, Media};
use baqylau_forms::fill::{CellKey, ViewChange};
use baqylau_forms::value::Answer;
use baqylau_protocol::blob::Sealer;
use baqylau_protocol::ids::{Hash, MissionId};
use baqylau_protocol::keys::random;
use baqylau_sqlite::{StorageError, private};
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How old a file is that nothing will name any more.
const SWEPT_AFTER: Duration = Duration::from_secs(3600);

impl ObserverApp {
    /// Attaches a file to a question, from wherever it is read. Durable when it returns; what was attached before is replaced.
    ///
    /// # Errors
    /// The question takes no file, or none of this media type; the file is damaged or too large; the disk is full.
    pub fn attach(&self, draft: i64, key: CellKey, media: &str, source: &mut dyn Read) -> Result<ViewChange, Error> {
        let (stored, name) = self.with_mission(|u, loaded| {
            let (stored, filling) = self.filling(u, loaded, draft)?;
            let items = &filling.form().definition().items;
            let item = items.get(key.node as usize);
            let item = item.ok_or(InvalidReason::NoSuchQuestion)?;
            let Kind::Attachment { media: sort } = &item.kind else {
                return Err(InvalidReason::TakesNoFile { question: item.name.clone() }.into());
            };
            if !fits(*sort, media) {
                let taken = CLEANED.into_iter().filter(|m| fits(*sort, m)).map(str::to_owned).collect();
                let (question, media) = (item.name.clone(), media.to_owned());
                return Err(InvalidReason::MediaNotTaken { question, media, taken }.into());
            }
            Ok((stored, item.name.clone()))
        })?;
        let key_bytes: [u8; 32] = random();
        let sealed = self.seal_file(&name, media, &key_bytes, source)?;
        let extension = extension(media);
        let file = format!("{name}-{}.{extension}", &sealed.hash.to_string()[..8]);
        let attachment = StoredAttachment {
            name: file.clone(),
            hash: sealed.hash,
            key: key_bytes,
            size: sealed.size,
            length: sealed.length,
            media: media.to_owned(),
        };
        self.with(|u| u.main.add_attachment(&stored, &attachment))?;
        self.set(draft, key, Answer::Attachment(file))
    }

    /// Decrypts an attachment into `out`, to be shown.
    ///
    /// # Errors
    /// There is no such attachment, or it was altered.
    pub fn read_attachment(&self, draft: i64, name: &str, out: &mut dyn Write) -> Result<(), Error> {
        let found = self.with(|u| {
            let stored = u.main.draft(draft)?;
            Ok(u.main.attachments(&stored)?.into_iter().find(|a| a.name == name))
        })?;
        let found = found.ok_or_else(|| InvalidReason::NoSuchAttachment { name: name.to_owned() })?;
        let file = File::open(self.blob(found.hash)).map_err(|e| StorageError::Io(e.to_string()))?;
        let opened = baqylau_protocol::blob::open(&found.key, found.size, BufReader::new(file), out);
        opened.map_err(|e| {
            let damaged = e.kind() == std::io::ErrorKind::InvalidData;
            if damaged {
                InvalidReason::AttachmentDamaged { name: name.to_owned() }.into()
            } else {
                StorageError::from(e).into()
            }
        })
    }

    /// Cleans and encrypts into the store's folder. The file has its name when all of it is on disk.
    fn seal_file(
        &self,
        name: &str,
        media: &str,
        key: &[u8; 32],
        source: &mut dyn Read,
    ) -> Result<baqylau_protocol::blob::SealedFile, Error> {
        let source = &mut Source(source);
        let fault = |e: std::io::Error| fault(name, &e);
        let new = self.new_file().map_err(fault)?;
        let write = || {
            let mut sealer = Sealer::new(key, BufWriter::new(private::create(&new)?));
            if CLEANED.contains(&media) {
                scrub(media, source, &mut sealer)?
            } else {
                plain(source, &mut sealer)?
            }
            let (sealed, out) = sealer.finish()?;
            out.into_inner()?.sync_all()?;
            Ok(sealed)
        };
        let sealed = write();
        if sealed.is_err() {
            let _left = std::fs::remove_file(&new);
        }
        let sealed = sealed.map_err(fault)?;
        self.place_file(&new, sealed.hash)?;
        Ok(sealed)
    }

    /// A name for a file that is not whole yet.
    fn new_file(&self) -> std::io::Result<PathBuf> {
        let folder = self.config.folder.join(BLOBS);
        private::folder(&folder)?;
        Ok(folder.join(format!("new-{:016x}", u64::from_le_bytes(random()))))
    }

    /// Gives a whole file its name, durably.
    pub(super) fn place_file(&self, new: &Path, hash: Hash) -> Result<(), Error> {
        private::rename(new, &self.blob(hash)).map_err(|e| fault("attachment", &e))
    }

    /// Copies an encrypted file onto the disk, up to a length. Gives where it is, its hash and length.
    pub(super) fn take_file(&self, source: &mut dyn Read, longest: u64) -> Result<(PathBuf, Hash, u64), Error> {
        let source = &mut Source(source);
        let fault = |e: std::io::Error| fault("attachment", &e);
        let new = self.new_file().map_err(fault)?;
        let mut copy = || {
            let mut out = private::create(&new)?;
            let copied = baqylau_protocol::blob::copy(&mut source.take(longest.saturating_add(1)), &mut out)?;
            out.sync_all()?;
            Ok(copied)
        };
        let copied = copy();
        if copied.is_err() {
            let _left = std::fs::remove_file(&new);
        }
        copied.map(|(hash, length)| (new, hash, length)).map_err(fault)
    }

    /// Permits the attachments of own envelopes that have no permit: only an unlocked phone can sign.
    pub(super) fn permit_uploads(&self) -> Result<(), Error> {
        let lacking = lock(&self.outbox)?.unpermitted()?;
        if lacking.is_empty() {
            return Ok(());
        }
        let keys = self.with(|u| Keys::load(u))?;
        let mission = self.with(|u| Ok(MissionId::of(u.invite.root)))?;
        for Unpermitted { seq, hash, blobs } in lacking {
            let permit = keys.permit(mission, hash, blobs);
            lock(&self.outbox)?.keep_permit(Number::Own(seq), &permit)?;
        }
        Ok(())
    }

    /// Removes what a call left behind that was killed: files that nothing names, after an hour, so that none is in the making.
    pub(super) fn remove_orphan_files(&self) -> Result<(), Error> {
        let mut named: HashSet<String> =
            self.with(|u| u.main.attachment_files())?.iter().map(Hash::to_string).collect();
        named.extend(lock(&self.outbox)?.unproved_blobs()?.iter().map(|b| b.hash.to_string()));
        named.extend(self.with_mission(|_, loaded| self.unread_files(loaded))?.iter().map(Hash::to_string));
        let Ok(files) = std::fs::read_dir(self.config.folder.join(BLOBS)) else { return Ok(()) };
        for file in files.flatten() {
            let age = file.metadata().and_then(|m| m.modified()).ok().and_then(|at| at.elapsed().ok());
            let old = age.is_some_and(|age| age > SWEPT_AFTER);
            if old && !named.contains(&*file.file_name().to_string_lossy()) {
                let _next_time = std::fs::remove_file(file.path());
            }
        }
        Ok(())
    }

    /// The files of own reports that fewer desks have than the mission asks for.
    pub(super) fn unread_files(&self, loaded: &Loaded) -> Result<HashSet<Hash>, Error> {
        let outbox = lock(&self.outbox)?;
        let (read, desks) = (outbox.read_rows(&loaded.manifest)?, loaded.mission.desks_to_read);
        let own = outbox.own_blobs()?.into_iter();
        Ok(own.filter(|(seq, _)| !read.are_fetched(*seq, desks)).map(|(_, hash)| hash).collect())
    }

    pub(super) fn blob(&self, hash: Hash) -> PathBuf {
        self.config.folder.join(BLOBS).join(hash.to_string())
    }
}

/// As files of the media type are usually named.
fn extension(media: &str) -> &str {
    match media {
        "image/jpeg" => "jpg",
        "video/quicktime" => "mov",
        "video/3gpp" | "audio/3gpp" => "3gp",
        "audio/mp4" => "m4a",
        "text/plain" => "txt",
        other => other.rsplit('/').next().filter(|e| e.chars().all(char::is_alphanumeric)).unwrap_or("bin"),
    }
}

/// Whatever bytes are read from. That it fails is no fault of this disk.
struct Source<'s>(&'s mut dyn Read);

/// Why a source failed.
#[derive(Debug, thiserror::Error)]
#[error("it could not be read to its end: {0}")]
struct SourceFailed(std::io::Error);

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer).map_err(|e| {
            let again = e.kind() == std::io::ErrorKind::Interrupted;
            if again { e } else { std::io::Error::other(SourceFailed(e)) }
        })
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the kinds are the system's, and more may come")]
fn fault(place: &str, e: &std::io::Error) -> Error {
    if let Some(failed) = e.get_ref().and_then(|inner| inner.downcast_ref::<SourceFailed>()) {
        return Error::refused(RefusalReason::Source, failed);
    }
    use std::io::ErrorKind::{FileTooLarge, InvalidData, UnexpectedEof, Unsupported};
    let question = place.to_owned();
    match e.kind() {
        InvalidData | UnexpectedEof => InvalidReason::FileDamaged { question }.into(),
        Unsupported => InvalidReason::ForeignTrack { question, track: e.to_string() }.into(),
        FileTooLarge => InvalidReason::FileTooLarge { question, limit: baqylau_protocol::blob::MAX_BLOB }.into(),
        _ => StorageError::from(std::io::Error::from(e.kind())).into(),
    }
}

/// Whether a question of a sort takes a media type. A `file` takes whatever has no metadata that we would have to take out.
fn fits(sort: Media, media: &str) -> bool {
    let family = media.split('/').next().unwrap_or_default();
    let cleaned = CLEANED.contains(&media);
    match sort {
        Media::Image => cleaned && family == "image",
        Media::Audio => cleaned && family == "audio",
        Media::Video => cleaned && family == "video",
        Media::File => cleaned || !["image", "audio", "video"].contains(&family),
    }
}
