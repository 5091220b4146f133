//! Delivery by hand: everything that waits goes into a file or onto a screen, another phone carries it, and receipts come back the
//! same way. It is counted once, whatever way it came.

use super::ObserverApp;
use crate::bundle;
use crate::drive::{SyncDriver, contradict, lock};
use crate::error::Error;
use crate::listen::Change;
use crate::reason::InvalidReason;
use crate::store::{Number, Outbox, SignedPermit, StoredBlob, names};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::courier::CourierFile;
use baqylau_protocol::enrolment::Enrolled;
use baqylau_protocol::envelope::Envelope;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId, PublicKey};
use baqylau_protocol::permit::{UploadPermit, UploadToken};
use baqylau_protocol::receipt::Receipt;
use minicbor::bytes::ByteVec;
use std::collections::HashMap;
use std::io::Read;
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
}

impl ObserverApp {
    /// Everything that another phone can carry: own envelopes and carried objects that no receipt was seen for, receipts of what was
    /// carried, and the bundle. Works while locked.
    ///
    /// # Errors
    /// The phone has no bundle yet, or the store failed.
    pub fn export_courier(&self) -> Result<Vec<u8>, Error> {
        self.courier(true)
    }

    /// The same as frames for a screen, to be shown one after the other. Without the bundle: it alone would take minutes to show.
    ///
    /// # Errors
    /// The phone has no bundle yet, or the store failed.
    pub fn courier_codes(&self) -> Result<Vec<String>, Error> {
        Ok(baqylau_protocol::courier::frames(&self.courier(false)?))
    }

    fn courier(&self, with_bundle: bool) -> Result<Vec<u8>, Error> {
        let outbox = lock(&self.outbox)?;
        let (root, manifest) = mission_of(&outbox)?;
        let mut objects: Vec<ByteVec> = Vec::new();
        let waiting = outbox.queue(None)?;
        if !waiting.is_empty() || outbox.setting(names::ENROLMENT_RECEIPT)?.is_none() {
            objects.extend(outbox.setting(names::ENROLMENT)?.map(Into::into));
        }
        for envelope in waiting {
            objects.push(outbox.bytes(envelope.number)?.1.into());
        }
        let mut receipts = Vec::new();
        for (hash, bytes, receipt) in outbox.relayed()? {
            match receipt.and_then(|r| Receipt::from_bytes(&r).ok()) {
                Some(receipt) => receipts.push((hash, receipt)),
                None => objects.push(bytes.into()),
            }
        }
        let mut parts = Vec::new();
        for part in &Manifest::open(&manifest, &root)?.parts {
            parts.extend(outbox.part(part.hash)?.map(ByteVec::from));
        }
        let bundle = with_bundle.then(|| (manifest.into(), parts));
        let kept = Some(outbox.relayed_proofs()?).filter(|k| !k.is_empty());
        let permits = outbox.permits_to_carry()?.into_iter().map(|(permit, token)| (permit.into(), token));
        let permits = Some(permits.collect::<Vec<_>>()).filter(|p| !p.is_empty());
        let (v, mission) = (baqylau_protocol::VERSION, MissionId::of(&root));
        let contradictions = Some(outbox.evidence()?).filter(|c| !c.is_empty());
        Ok(CourierFile { v, mission, objects, receipts, bundle, kept, permits, contradictions }.encode())
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
        let report = self.take_courier(file)?;
        if self.unlocked()?.is_some() {
            self.tidy();
        }
        self.notifier.notify(Change::Delivery);
        Ok(report)
    }

    fn take_courier(&self, file: &[u8]) -> Result<CourierReport, Error> {
        let driver = self.driver()?;
        let mut report = CourierReport::default();
        let mut outbox = lock(&self.outbox)?;
        let root = root_of(&outbox)?;
        let courier = CourierFile::decode(file, MissionId::of(&root))?;
        if let Some((manifest, parts)) = &courier.bundle {
            report.bundle = take_bundle(&mut outbox, &root, manifest, parts)?;
        }
        let manifest = Manifest::open(&mission_of(&outbox)?.1, &root)?;
        let devices = take_objects(&mut outbox, &manifest, &courier.objects, &mut report)?;
        for (permit, token) in courier.permits.iter().flatten() {
            take_permit(&mut outbox, manifest.mission, &devices, (permit, token), &mut report)?;
        }
        for (one, other) in courier.contradictions.iter().flatten() {
            match contradict(one, other, &manifest) {
                true => outbox.add_evidence(one, other)?,
                false => report.refused += 1,
            }
        }
        let mine = own_device(&outbox)?;
        drop(outbox);
        for (hash, receipt) in &courier.receipts {
            match driver.receipt_by_hand(*hash, receipt)? {
                Some(true) => report.delivered += 1,
                Some(false) => {}
                None => report.refused += 1,
            }
        }
        let waiting = lock(&self.outbox)?.unproved_blobs()?;
        for (hash, proof) in courier.kept.iter().flatten() {
            let mut proved = None;
            for blob in waiting.iter().filter(|b| b.hash == *hash) {
                let device = match blob.number {
                    Number::Own(_) => mine,
                    Number::Carried(_) => lock(&self.outbox)?.device_of(blob.number)?,
                };
                let proves = device.map_or(Ok(false), |device| driver.store_proof(*blob, device, proof))?;
                proved = Some(proves || proved == Some(true));
            }
            report.refused += usize::from(proved == Some(false));
        }
        Ok(report)
    }
}

fn root_of(outbox: &Outbox) -> Result<PublicKey, Error> {
    let root = outbox.setting(names::ROOT)?.and_then(|r| PublicKey::from_slice(&r));
    root.ok_or_else(|| InvalidReason::NoStore.into())
}

fn mission_of(outbox: &Outbox) -> Result<(PublicKey, Vec<u8>), Error> {
    let manifest = outbox.setting(names::MANIFEST)?;
    let manifest = manifest.ok_or(InvalidReason::NoMission)?;
    Ok((root_of(outbox)?, manifest))
}

/// Whether the bundle is newer than the known one, whole, and was taken.
fn take_bundle(outbox: &mut Outbox, root: &PublicKey, manifest: &[u8], packed: &[ByteVec]) -> Result<bool, Error> {
    if outbox.setting(names::MANIFEST)?.as_deref() == Some(manifest) {
        return Ok(false);
    }
    // A courier often comes from a phone that has not heard of the newest one: that is no attack.
    if let (Some(known), Ok(other)) = (outbox.setting(names::MANIFEST)?, Manifest::open(manifest, root))
        && other.version < Manifest::open(&known, root)?.version
    {
        return Ok(false);
    }
    let Some(accepted) = bundle::accept(outbox, root, manifest)? else { return Ok(false) };
    let mut parts = Vec::new();
    for part in &accepted.parts {
        if outbox.part(part.hash)?.is_none() {
            let Some(bytes) = packed.iter().find(|p| part.unpack(p).is_ok()) else { return Ok(false) };
            parts.push((part.hash, bytes.to_vec()));
        }
    }
    bundle::store(outbox, &accepted, manifest, &parts)?;
    Ok(true)
}

/// Takes what verifies: an enrolment under the issuer, an envelope under a device whose enrolment is carried with it.
fn take_objects(
    outbox: &mut Outbox,
    manifest: &Manifest,
    objects: &[ByteVec],
    report: &mut CourierReport,
) -> Result<HashMap<DeviceId, PublicKey>, Error> {
    let enrolled = |bytes: &[u8]| Enrolled::open(bytes, &manifest.issuer, manifest.mission).ok();
    let mine = own_device(outbox)?;
    let known = outbox.relayed()?;
    let mut devices: HashMap<DeviceId, PublicKey> =
        known.iter().filter_map(|c| enrolled(&c.1)).map(|e| (e.device, e.enrolment.device_key)).collect();
    let mut taken: Vec<&[u8]> = Vec::new();
    for object in objects {
        let device = match enrolled(object) {
            Some(e) => {
                devices.insert(e.device, e.enrolment.device_key);
                Some(e.device)
            }
            None => Envelope::parse(object, manifest.mission).ok().and_then(|envelope| {
                let device = envelope.header.device;
                let own = Some(device) == mine;
                (own || devices.get(&device).is_some_and(|key| envelope.verify(key).is_ok())).then_some(device)
            }),
        };
        match device {
            None => report.refused += 1,
            // What came home again needs no carrying.
            Some(device) if Some(device) == mine => {}
            Some(_) => taken.push(object),
        }
    }
    report.carried += outbox.relay(&taken)?;
    Ok(devices)
}

fn own_device(outbox: &Outbox) -> Result<Option<DeviceId>, Error> {
    Ok(outbox.setting(names::ENROLMENT)?.map(|e| DeviceId::of(Hash::of(&e))))
}

/// Takes a permit for the attachments of an envelope that is carried, where the device of that envelope signed it and it names the
/// token that came with it. What is for this phone itself needs no carrying.
fn take_permit(
    outbox: &mut Outbox,
    mission: MissionId,
    devices: &HashMap<DeviceId, PublicKey>,
    (signed, token): (&[u8], &UploadToken),
    report: &mut CourierReport,
) -> Result<(), Error> {
    let Some(permit) = UploadPermit::peek(signed).ok().filter(|p| p.mission == mission) else {
        report.refused += 1;
        return Ok(());
    };
    if own_device(outbox)? == Some(permit.device) {
        return Ok(());
    }
    let key = devices.get(&permit.device);
    let good = key.is_some_and(|key| UploadPermit::open(signed, key).is_ok()) && permit.tokens.contains(&token.hash());
    match outbox.find_carried(permit.envelope)?.filter(|(_, device)| good && *device == permit.device) {
        Some((number, _)) => {
            let (permit, token) = (signed.to_vec(), token.clone());
            outbox.keep_permit(number, &SignedPermit { permit, courier: token.clone(), token })?;
        }
        None => report.refused += 1,
    }
    Ok(())
}

impl SyncDriver {
    /// A receipt that came by hand: `Some(true)` when it proves an own envelope delivered that was not before, `None` when it
    /// proves nothing.
    pub(crate) fn receipt_by_hand(&self, hash: Hash, receipt: &Receipt) -> Result<Option<bool>, Error> {
        let mut outbox = lock(&self.outbox)?;
        let Ok(head) = self.prove(&outbox, hash, receipt)? else { return Ok(None) };
        self.compare_by_hand(&mut outbox, &head, &receipt.head)?;
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
        let anchor = self.anchor_after(&outbox, &head)?;
        outbox.receipted(seq, &bytes, anchor.as_ref())?;
        Ok(Some(fresh))
    }
}
