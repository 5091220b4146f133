//! Delivery by hand: everything that waits goes into a file or onto a screen, another phone carries it, and receipts come back the
//! same way. It is counted once, whatever way it came.

use super::ObserverApp;
use crate::bundle;
use crate::drive::{Comparison, SyncDriver, lock};
use crate::error::Error;
use crate::listen::Change;
use crate::reason::{BundleRefusal, InvalidReason};
use crate::store::{Number, Outbox, SignedPermit, StoredBlob, names};
use crate::time::Arrival;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor::{self, MAX_BYTES};
use baqylau_protocol::courier::{CourierList, CourierReader, CourierWriter};
use baqylau_protocol::enrolment::Enrolled;
use baqylau_protocol::envelope::Envelope;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId, MissionRoot, PublicKey};
use baqylau_protocol::notice::ProvedRow;
use baqylau_protocol::permit::{UploadPermit, UploadToken};
use baqylau_protocol::receipt::{Receipt, TreeHead};
use baqylau_sqlite::StorageError;
use minicbor::bytes::{ByteSlice, ByteVec};
use std::collections::HashMap;
use std::io::{Cursor, Read, Seek, Write};
use std::path::PathBuf;

/// Counts of what was taken of a courier file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CourierReport {
    /// Objects of other phones that are carried on from here.
    pub carried: usize,
    /// Own reports that a receipt proved to be delivered.
    pub delivered: usize,
    /// Objects and receipts that prove nothing, and were left out.
    pub refused: usize,
    /// Whether it brought a newer bundle.
    pub bundle: bool,
    /// Why the bundle in it was not taken; `None` too where there is none, or it is that of now or an earlier one.
    pub bundle_refused: Option<BundleRefusal>,
}

impl ObserverApp {
    /// Everything that another phone can carry: own envelopes and carried objects that no receipt was seen for, receipts of what was
    /// carried, and the bundle. Works while locked.
    ///
    /// # Errors
    /// The phone has no bundle yet, or the store failed.
    pub fn export_courier(&self) -> Result<Vec<u8>, Error> {
        let mut file = Vec::new();
        self.write_courier(true, &mut file)?;
        Ok(file)
    }

    /// As [`ObserverApp::export_courier`], written as it is read: it takes one object in memory.
    ///
    /// # Errors
    /// As there, or `out` failed.
    pub fn export_courier_to(&self, out: &mut dyn Write) -> Result<(), Error> {
        self.write_courier(true, out)
    }

    /// The same as frames for a screen, to be shown one after the other. Without the bundle: it alone would take minutes to show.
    ///
    /// # Errors
    /// The phone has no bundle yet, or the store failed.
    pub fn courier_codes(&self) -> Result<Vec<String>, Error> {
        let mut file = Vec::new();
        self.write_courier(false, &mut file)?;
        Ok(baqylau_protocol::courier::frames(&file))
    }

    fn write_courier(&self, with_bundle: bool, out: &mut dyn Write) -> Result<(), Error> {
        let outbox = lock(&self.outbox)?;
        let (root, manifest) = mission_of(&outbox)?;
        let own: Vec<Number> = outbox.queue(None)?.into_iter().map(|queued| queued.number).collect();
        let with_enrolment = !own.is_empty() || outbox.setting(names::ENROLMENT_RECEIPT)?.is_none();
        let enrolment = outbox.setting(names::ENROLMENT)?.filter(|_| with_enrolment);
        let relayed = outbox.relayed()?;
        let receipted: Vec<i64> = relayed.iter().filter(|(_, receipt, _)| *receipt).map(|(id, ..)| *id).collect();
        let carried: Vec<i64> = relayed.iter().filter(|(.., on)| *on).map(|(id, ..)| *id).collect();
        let proofs = Some(outbox.relayed_proofs()?).filter(|proofs| !proofs.is_empty());
        let permits = Some(outbox.permits_to_carry()?).filter(|permits| !permits.is_empty());
        let contradictions = Some(outbox.evidence()?).filter(|pairs| !pairs.is_empty());
        let optional = [with_bundle, proofs.is_some(), permits.is_some(), contradictions.is_some()];
        let optional = optional.into_iter().map(u64::from).sum();
        let mut file = CourierWriter::begin(out, MissionId::of(root), optional).map_err(unwritten)?;
        file.objects(usize::from(enrolment.is_some()) + own.len() + carried.len()).map_err(unwritten)?;
        enrolment.iter().try_for_each(|enrolment| file.bytes(enrolment)).map_err(unwritten)?;
        for number in own.into_iter().chain(carried.into_iter().map(Number::Carried)) {
            file.bytes(&outbox.bytes(number)?.1).map_err(unwritten)?;
        }
        file.receipts(receipted.len()).map_err(unwritten)?;
        for id in receipted {
            let (hash, receipt) = outbox.relayed_receipt(id)?;
            file.receipt(hash, &receipt).map_err(unwritten)?;
        }
        if with_bundle {
            let mut parts = Vec::new();
            for part in &Manifest::open(&manifest, root)?.parts {
                parts.extend(outbox.part(part.hash)?);
            }
            file.bundle(&manifest, parts.len()).map_err(unwritten)?;
            parts.iter().try_for_each(|part| file.bytes(part)).map_err(unwritten)?;
        }
        proofs.iter().try_for_each(|proofs| file.proofs(proofs)).map_err(unwritten)?;
        permits.iter().try_for_each(|permits| file.permits(permits)).map_err(unwritten)?;
        contradictions.iter().try_for_each(|pairs| file.contradictions(pairs)).map_err(unwritten)
    }

    /// The attachments that may travel beside a courier file, each a file of its own under the name that is its hash: those, own and
    /// carried, that no proof was seen for. They are encrypted.
    ///
    /// # Errors
    /// The store failed.
    pub fn courier_attachments(&self) -> Result<Vec<PathBuf>, Error> {
        let path = |b: StoredBlob| Some(self.blob(b.hash)).filter(|p| p.exists());
        Ok(lock(&self.outbox)?.unproved_blobs()?.into_iter().filter_map(path).collect())
    }

    /// Takes an attachment that a courier brought, to be carried on. Twice is once.
    ///
    /// # Errors
    /// No carried report names it: the courier file goes first. Or it was cut off or altered, or the disk is full.
    pub fn import_attachment(&self, source: &mut dyn Read) -> Result<(), Error> {
        let known = lock(&self.outbox)?.unproved_blobs()?;
        let longest = known.iter().map(|b| b.length).max().unwrap_or(0);
        let (new, hash, length) = self.take_file(source, longest)?;
        let named = known.iter().any(|b| b.hash == hash && b.length == length);
        if named {
            return self.place_file(&new, hash);
        }
        let _left = std::fs::remove_file(&new);
        Err(InvalidReason::AttachmentUnnamed.into())
    }

    /// Takes what a courier brings. Each object, receipt and the bundle must prove itself; what does not is left out and counted.
    /// Works while locked.
    ///
    /// # Errors
    /// It is no courier file, or of another mission. Nothing was taken then.
    pub fn import_courier(&self, file: &[u8]) -> Result<CourierReport, Error> {
        self.import_courier_from(Cursor::new(file))
    }

    /// As [`ObserverApp::import_courier`], read from where it lies: it takes one object in memory.
    ///
    /// # Errors
    /// As there, or the source failed: what was taken by then stays.
    pub fn import_courier_from(&self, source: impl Read + Seek) -> Result<CourierReport, Error> {
        let report = self.take_courier(source)?;
        if self.unlocked()?.is_some() {
            self.tidy();
        }
        self.notifier.notify(Change::Delivery);
        Ok(report)
    }

    fn take_courier(&self, source: impl Read + Seek) -> Result<CourierReport, Error> {
        let driver = self.driver()?;
        let mut report = CourierReport::default();
        let mut outbox = lock(&self.outbox)?;
        let root = root_of(&outbox)?;
        let mut courier = CourierReader::open(source, MissionId::of(root))?;
        match take_bundle(&mut outbox, &root, &mut courier)? {
            Ok(taken) => report.bundle = taken,
            Err(why) => report.bundle_refused = Some(why),
        }
        let manifest = Manifest::open(&mission_of(&outbox)?.1, root)?;
        let devices = take_objects(&mut outbox, &manifest, &mut courier, &mut report)?;
        courier.each(CourierList::Permits, MAX_BYTES, |item| {
            let carried = item.and_then(|item| minicbor::decode::<(&ByteSlice, UploadToken)>(item).ok());
            let taken =
                carried.map(|(permit, token)| take_permit(&mut outbox, manifest.mission, &devices, (permit, &token)));
            report.refused += usize::from(!taken.transpose()?.unwrap_or(false));
            Ok::<_, Error>(())
        })?;
        courier.each(CourierList::Contradictions, MAX_BYTES, |item| {
            let pair = item.and_then(|item| minicbor::decode::<(&ByteSlice, &ByteSlice)>(item).ok());
            match pair.filter(|(one, other)| TreeHead::contradict(one, other, &[manifest.log.key], manifest.mission)) {
                Some((one, other)) => outbox.add_evidence(one, other)?,
                None => report.refused += 1,
            }
            Ok::<_, Error>(())
        })?;
        drop(outbox);
        courier.each(CourierList::Receipts, MAX_BYTES, |item| {
            let carried = item.and_then(|item| minicbor::decode::<(Hash, Receipt)>(item).ok());
            let proved = carried.map(|(hash, receipt)| driver.receipt_by_hand(hash, &receipt));
            match proved.transpose()?.flatten() {
                Some(true) => report.delivered += 1,
                Some(false) => {}
                None => report.refused += 1,
            }
            Ok::<_, Error>(())
        })?;
        self.take_desks_words(&driver, &manifest, &mut courier)?;
        let waiting = lock(&self.outbox)?.unproved_blobs()?;
        courier.each(CourierList::Proofs, MAX_BYTES, |item| {
            let carried = item.and_then(|item| minicbor::decode::<(Hash, &ByteSlice)>(item).ok());
            let proved = carried.map(|(hash, proof)| self.take_proof(&driver, &waiting, hash, proof));
            report.refused += usize::from(!proved.transpose()?.unwrap_or(false));
            Ok::<_, Error>(())
        })?;
        Ok(report)
    }

    /// Takes what desks have read of this phone, and their letters to it; what is for other phones is theirs.
    fn take_desks_words(
        &self,
        driver: &SyncDriver,
        manifest: &Manifest,
        courier: &mut CourierReader<impl Read + Seek>,
    ) -> Result<(), Error> {
        let (mut desks, mut rows): (Vec<ByteVec>, Vec<ProvedRow>) = Default::default();
        courier.each(CourierList::Desks, MAX_BYTES, |enrolment| {
            desks.extend(enrolment.map(|enrolment| ByteVec::from(enrolment.to_vec())));
            Ok::<_, Error>(())
        })?;
        courier.each(CourierList::Letters, MAX_BYTES, |item| {
            let carried = item.and_then(|item| minicbor::decode::<(Receipt, &ByteSlice)>(item).ok());
            let taken = carried.map(|(receipt, letter)| driver.letter_by_hand(manifest, &desks, (letter, &receipt)));
            taken.transpose().map(drop)
        })?;
        let Some(key) = lock(&self.outbox)?.row_key()? else { return Ok(()) };
        courier.each(CourierList::Rows, MAX_BYTES, |row| {
            let row = row.and_then(|row| minicbor::decode::<ProvedRow>(row).ok());
            rows.extend(row.filter(|row| row.label == key.label()));
            Ok::<_, Error>(())
        })?;
        driver.keep_rows(&mut *lock(&self.outbox)?, manifest, &rows, &desks)?;
        Ok(())
    }

    /// Whether a proof proves the attachments of its hash that wait, if any.
    fn take_proof(&self, driver: &SyncDriver, waiting: &[StoredBlob], hash: Hash, proof: &[u8]) -> Result<bool, Error> {
        let mut proved = None;
        for blob in waiting.iter().filter(|b| b.hash == hash) {
            let device = match blob.number {
                Number::Own(_) => own_device(&*lock(&self.outbox)?)?,
                Number::Carried(_) => lock(&self.outbox)?.device_of(blob.number)?,
            };
            let proves = device.map_or(Ok(false), |device| driver.store_proof(*blob, device, proof))?;
            proved = Some(proves || proved == Some(true));
        }
        Ok(proved.unwrap_or(true))
    }
}

fn unwritten(e: std::io::Error) -> Error {
    StorageError::from(e).into()
}

fn root_of(outbox: &Outbox) -> Result<MissionRoot, Error> {
    let root = outbox.setting(names::ROOT)?.and_then(|r| MissionRoot::from_slice(&r));
    root.ok_or_else(|| InvalidReason::NoStore.into())
}

fn mission_of(outbox: &Outbox) -> Result<(MissionRoot, Vec<u8>), Error> {
    let manifest = outbox.setting(names::MANIFEST)?;
    let manifest = manifest.ok_or(InvalidReason::NoMission)?;
    Ok((root_of(outbox)?, manifest))
}

/// Whether the bundle is newer than the known one, whole, and was taken; or why it never will be.
fn take_bundle(
    outbox: &mut Outbox,
    root: &MissionRoot,
    courier: &mut CourierReader<impl Read + Seek>,
) -> Result<Result<bool, BundleRefusal>, Error> {
    let Some(manifest) = courier.manifest()? else { return Ok(Ok(false)) };
    if outbox.setting(names::MANIFEST)?.as_ref() == Some(&manifest) {
        return Ok(Ok(false));
    }
    // A courier often comes from a phone that has not heard of the newest one: that is no attack.
    if let (Some(known), Ok(other)) = (outbox.setting(names::MANIFEST)?, Manifest::open(&manifest, root))
        && other.version < Manifest::open(&known, root)?.version
    {
        return Ok(Ok(false));
    }
    let accepted = match bundle::accept(outbox, root, &manifest)? {
        Ok(accepted) => accepted,
        Err(why) => return Ok(Err(why)),
    };
    let mut lacking = Vec::new();
    for part in &accepted.parts {
        if outbox.part(part.hash)?.is_none() {
            lacking.push(part);
        }
    }
    let mut parts = Vec::new();
    let longest = lacking.iter().map(|part| part.longest()).max().unwrap_or(0);
    courier.each(CourierList::Parts, longest, |packed| {
        if let Some(packed) = packed
            && let Some(found) = accepted.part_of(packed)
            && let Some(at) = lacking.iter().position(|part| part.hash == found.hash)
        {
            parts.push((lacking.swap_remove(at).hash, packed.to_vec()));
        }
        Ok::<_, Error>(())
    })?;
    if !lacking.is_empty() {
        return Ok(Ok(false));
    }
    bundle::store(outbox, root, &accepted, &manifest, &parts)?;
    Ok(Ok(true))
}

/// Takes what verifies, one object after the other: an enrolment under the issuer, an envelope under a device whose enrolment is
/// carried with it. Gives the devices whose objects are carried.
fn take_objects(
    outbox: &mut Outbox,
    manifest: &Manifest,
    courier: &mut CourierReader<impl Read + Seek>,
    report: &mut CourierReport,
) -> Result<HashMap<DeviceId, PublicKey>, Error> {
    let enrolled = |bytes: &[u8]| Enrolled::open(bytes, &manifest.issuer_keys(), manifest.mission).ok();
    let mine = own_device(outbox)?;
    let mut devices: HashMap<DeviceId, PublicKey> = HashMap::new();
    outbox.relayed_enrolments(&mut |bytes| {
        devices.extend(enrolled(bytes).map(|e| (e.device, e.enrolment.device_key)));
    })?;
    let mut relaying = outbox.relay()?;
    courier.each(CourierList::Objects, MAX_BYTES, |object| {
        let device = object.and_then(|object| match enrolled(object) {
            Some(e) => {
                devices.insert(e.device, e.enrolment.device_key);
                Some(e.device)
            }
            None => Envelope::parse(object, manifest.mission).ok().and_then(|envelope| {
                let device = envelope.header.device;
                let own = Some(device) == mine;
                (own || devices.get(&device).is_some_and(|key| envelope.verify(key).is_ok())).then_some(device)
            }),
        });
        match (device, object) {
            // What came home again needs no carrying.
            (Some(device), _) if Some(device) == mine => {}
            (Some(_), Some(object)) => relaying.take(object)?,
            _ => report.refused += 1,
        }
        Ok::<_, Error>(())
    })?;
    report.carried += relaying.commit()?;
    Ok(devices)
}

fn own_device(outbox: &Outbox) -> Result<Option<DeviceId>, Error> {
    Ok(outbox.setting(names::ENROLMENT)?.map(|e| DeviceId::of(Hash::of(&e))))
}

/// Takes a permit for the attachments of an envelope that is carried, where the device of that envelope signed it and it names the
/// token that came with it; whether it is one. What is for this phone itself needs no carrying.
fn take_permit(
    outbox: &mut Outbox,
    mission: MissionId,
    devices: &HashMap<DeviceId, PublicKey>,
    (signed, token): (&[u8], &UploadToken),
) -> Result<bool, Error> {
    let Some(permit) = UploadPermit::peek(signed).ok().filter(|p| p.mission == mission) else { return Ok(false) };
    if own_device(outbox)? == Some(permit.device) {
        return Ok(true);
    }
    let key = devices.get(&permit.device);
    let good = key.is_some_and(|key| UploadPermit::open(signed, key).is_ok()) && permit.tokens.contains(&token.hash());
    match outbox.find_carried(permit.envelope)?.filter(|(_, device)| good && *device == permit.device) {
        // One that allows something else than its envelope names would open nothing at a server, and keep a good one out.
        Some((number, _))
            if Envelope::untrusted_header(&outbox.bytes(number)?.1).and_then(|h| h.blobs) != Some(permit.blobs) =>
        {
            Ok(false)
        }
        Some((number, _)) => {
            let (permit, token) = (signed.to_vec(), token.clone());
            outbox.keep_permit(number, &SignedPermit { permit, courier: token.clone(), token })?;
            Ok(true)
        }
        None => Ok(false),
    }
}

impl SyncDriver {
    /// A receipt that came by hand: `Some(true)` when it proves an own envelope delivered that was not before, `None` when it
    /// proves nothing. A courier brings no proof that a head goes on from the kept one: it is asked for at the next sync, and a
    /// receipt that is not proved then makes nothing delivered any more.
    pub(crate) fn receipt_by_hand(&self, hash: Hash, receipt: &Receipt) -> Result<Option<bool>, Error> {
        let mut outbox = lock(&self.outbox)?;
        let Ok(head) = self.prove(&outbox, hash, receipt)? else { return Ok(None) };
        let compared = self.compare_by_hand(&mut outbox, &receipt.head)?;
        let bytes = cbor::encode(receipt);
        if outbox.setting(names::ENROLMENT)?.is_some_and(|e| Hash::of(&e) == hash) {
            outbox.set(&[(names::ENROLMENT_RECEIPT, &bytes), (names::ENROLMENT_REFUSED, b"")], &[])?;
            return Ok(Some(false));
        }
        let Some(seq) = outbox.find(hash)? else {
            outbox.relayed_proved(hash, &bytes)?;
            return Ok(Some(false));
        };
        // One from before the loss that is being made good proves nothing new.
        if outbox.has_receipt(seq, &bytes)? {
            return Ok(Some(false));
        }
        let fresh = !outbox.is_receipted(seq)?;
        match compared {
            Comparison::Proved { .. } => {
                let anchor = self.anchor_after(&outbox, &head, Arrival::Late)?;
                outbox.receipted(seq, &bytes, anchor.as_ref())?;
                Ok(Some(fresh))
            }
            // It counts until a server can be asked; what stands here already is worth more.
            Comparison::NotCompared => {
                if fresh {
                    outbox.receipted(seq, &bytes, None)?;
                }
                outbox.keep_uncompared(hash, &bytes)?;
                Ok(Some(fresh))
            }
            Comparison::Contradicted | Comparison::Foreign => {
                outbox.keep_uncompared(hash, &bytes)?;
                Ok(Some(false))
            }
        }
    }
}
