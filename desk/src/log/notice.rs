//! What this desk has read, told to the phones: a signed notice over a row for each, published after a pull. Only then an observer is told
//! that a report is safe: a receipt is the server's word, this is the coordinators' own.

use crate::error::DeskError;
use crate::faults::ServerFault;
use crate::log::attachments::AttachmentFolder;
use crate::log::heads::SignedHeads;
use crate::log::lacking::LackingFiles;
use crate::log::link::ServerLink;
use crate::records::identity::OwnDevice;
use crate::store::KnownDevice;
use crate::workspace::Workspace;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::courier::{MAX_CARRIED_LETTERS, MAX_CARRIED_ROWS};
use baqylau_protocol::ids::{DeviceId, Hash, RowLabel};
use baqylau_protocol::keys::ReadingKey;
use baqylau_protocol::notice::{MAX_ROWS, OpenedNumber, ProvedRow, ReadNotice, ReadRow, ReadTable, RowKey};
use baqylau_protocol::receipt::{Receipt, TreeHead};
use baqylau_protocol::seal::SharedKey;
use baqylau_protocol::{VERSION, cbor, published, routes};
use minicbor::bytes::ByteVec;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

/// Setting: what was last published, as the hash of its contents, and when.
const PUBLISHED: &str = "notice_published";
/// After so long the same is published again, in milliseconds: a server that was put back from a copy may have lost it.
const AGAIN_MS: i64 = 3_600_000;

/// Most bytes of letters in a courier file: the bundle and rows have to fit too.
const MOST_LETTER_BYTES: usize = 8 << 20;

/// Says what was read.
#[derive(Clone, Copy)]
pub(crate) struct NoticeBoard<'d> {
    pub workspace: &'d Workspace,
    pub own: OwnDevice<'d>,
    pub lacking: &'d RefCell<LackingFiles>,
}

/// A notice that is made, and not yet published.
struct NewNotice {
    contents: Hash,
    at: i64,
    bytes: Vec<u8>,
    table: ReadTable,
}

impl NoticeBoard<'_> {
    /// Publishes what is here of every phone, where it changed or was published long ago. Gives why the server did not take it: phones
    /// then hear of it with the next pull.
    pub(crate) fn publish(&self, link: &ServerLink<'_>, now: i64) -> Result<Option<ServerFault>, DeskError> {
        let Some(new) = self.make(now)? else { return Ok(None) };
        if let Some(why) = link.publish(routes::NOTICES, &published::notice(&new.bytes, &new.table))? {
            return Ok(Some(why));
        }
        self.own.known.store.set_setting(PUBLISHED, &cbor::encode(&(new.contents, new.at)))?;
        Ok(None)
    }

    /// The time in milliseconds since 1970 of the last notice that was published; 0 before the first.
    pub(crate) fn last(&self) -> Result<i64, DeskError> {
        Ok(self.published()?.map_or(0, |(_, at)| at))
    }

    fn published(&self) -> Result<Option<(Hash, i64)>, DeskError> {
        let known = self.own.known.store.setting(PUBLISHED)?;
        Ok(known.and_then(|bytes| minicbor::decode(&bytes).ok()))
    }

    /// Rows to be carried to phones that have no network.
    pub(crate) fn carried(&self) -> Result<Vec<ProvedRow>, DeskError> {
        let Some(manifest) = self.own.known.latest_manifest()? else { return Ok(Vec::new()) };
        let Some(head) = self.head(&manifest)? else { return Ok(Vec::new()) };
        let rows = self.rows(head.size)?;
        let table = self.seal(&rows);
        let notice = self.sign(&manifest, &head, &table, self.last()?.max(head.time).saturating_add(1))?;
        let labels = rows.iter().map(|(key, _)| key.label()).take(MAX_CARRIED_ROWS);
        Ok(labels.filter_map(|label| table.prove(label, &notice)).collect())
    }

    /// Nothing where it is as it was, or where nobody would hear this desk.
    fn make(&self, now: i64) -> Result<Option<NewNotice>, DeskError> {
        let manifest = self.own.known.manifest()?;
        let Some(head) = self.head(&manifest)? else { return Ok(None) };
        let rows = self.rows(head.size)?;
        let plain: Vec<(RowLabel, &ReadRow)> = rows.iter().map(|(key, row)| (key.label(), row)).collect();
        let contents = Hash::of(&cbor::encode(&(manifest.log.epoch, plain)));
        let before = self.published()?;
        if before.is_some_and(|(same, at)| same == contents && now.saturating_sub(at) < AGAIN_MS) {
            return Ok(None);
        }
        let table = self.seal(&rows);
        // A clock that was ahead, and is put right, makes no notice older than the one before, nor than one that was carried since.
        let last = before.map_or(0, |(_, at)| at).max(head.time);
        let at = now.max(last.saturating_add(2));
        Ok(Some(NewNotice { contents, at, bytes: self.sign(&manifest, &head, &table, at)?, table }))
    }

    fn seal(&self, rows: &[(RowKey, ReadRow)]) -> ReadTable {
        let desk = self.own.device();
        ReadTable::new(rows.iter().map(|(key, row)| (key.label(), key.seal(desk, row))).collect())
    }

    fn sign(&self, manifest: &Manifest, head: &TreeHead, table: &ReadTable, at: i64) -> Result<Vec<u8>, DeskError> {
        let notice = ReadNotice {
            v: VERSION,
            mission: manifest.mission,
            desk: self.own.device(),
            at,
            epoch: manifest.log.epoch,
            size: head.size,
            root: head.root,
            rows: table.len() as u64,
            table: table.root(),
        };
        Ok(notice.sign(self.own.key()?))
    }

    /// The head that everything here leads to, of the log of now; nothing while the mission does not list this desk, or the other desks have
    /// not handed it every reading key: what it cannot open yet is not missing.
    fn head(&self, manifest: &Manifest) -> Result<Option<TreeHead>, DeskError> {
        let has = |key: &ReadingKey| self.own.secrets.reading.iter().any(|secret| secret.number == key.number);
        if !manifest.is_current_desk(self.own.device()) || !manifest.reading.iter().all(has) {
            return Ok(None);
        }
        let heads = SignedHeads { workspace: self.workspace, known: self.own.known };
        match heads.last()? {
            Some((_, bytes)) => heads.open(&bytes),
            None => Ok(None),
        }
    }

    /// Letters of this desk to be carried, newest first, each with what proves that the log has it.
    pub(crate) fn carried_letters(&self) -> Result<Vec<(Receipt, ByteVec)>, DeskError> {
        let store = self.own.known.store;
        let heads = SignedHeads { workspace: self.workspace, known: self.own.known };
        let Some((size, head)) = heads.last()? else { return Ok(Vec::new()) };
        let (mut letters, mut bytes) = (Vec::new(), 0);
        store.each_logged_letter(size, &mut |index, received, letter| {
            bytes += letter.len();
            let room = letters.len() < MAX_CARRIED_LETTERS && bytes <= MOST_LETTER_BYTES;
            if room {
                letters.push((index, received, letter));
            }
            room
        })?;
        if letters.is_empty() {
            return Ok(Vec::new());
        }
        let tree = store.tree(size)?;
        let proved = letters.into_iter().filter_map(|(index, received, letter)| {
            let path = tree.path(usize::try_from(index).ok()?)?;
            Some((Receipt { head: head.clone().into(), index, received, path }, letter.into()))
        });
        Ok(proved.collect())
    }

    /// What is here of each phone, of the first `size` objects of the log.
    fn rows(&self, size: u64) -> Result<Vec<(RowKey, ReadRow)>, DeskError> {
        let store = self.own.known.store;
        let attachments = AttachmentFolder { store, folder: &self.workspace.folder };
        let mut lacking = self.lacking.borrow_mut().refresh(attachments)?;
        let mut opened: HashMap<DeviceId, Vec<OpenedNumber>> = HashMap::new();
        store.opened_numbers(&mut |device, number, looked_at| {
            // Nobody knows which files one names that is kept sealed: its phone keeps them.
            if !looked_at {
                lacking.insert(number.hash);
            }
            opened.entry(device).or_default().push(number);
        })?;
        let phones = store.devices()?.into_iter().filter(|device| device.role == Role::Observer).take(MAX_ROWS);
        let letters = store.logged_letters(size)?;
        let row = |phone: KnownDevice| {
            let (key, row) = row(&phone, opened.get(&phone.device), &lacking);
            (key, ReadRow { letters: letters.get(&phone.device).copied().unwrap_or(0), ..row })
        };
        Ok(phones.map(row).collect())
    }
}

fn row(phone: &KnownDevice, opened: Option<&Vec<OpenedNumber>>, lacking: &HashSet<Hash>) -> (RowKey, ReadRow) {
    let opened = opened.map_or(&[][..], Vec::as_slice);
    let key = RowKey::of(&SharedKey::from_parts(phone.shared.0, phone.shared.1));
    (key, ReadRow::of(phone.hash, opened, lacking))
}
