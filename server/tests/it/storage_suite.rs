//! The tests that every backend passes. A backend's test calls [`run`] and [`against_the_model`] with a way to open it anew.

use baqylau_protocol::envelope::Blob;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_protocol::permit::UploadPermit;
use baqylau_server::storage::{LogPosition, LoggedObject, MaterialKind, PermittedUpload, ReceivedMaterial, Storage};
use std::collections::BTreeMap;

/// Runs the suite. `open` opens the same storage each time it is called; the first time it is empty.
///
/// # Panics
/// When the backend breaks a rule.
pub fn run(open: &dyn Fn() -> Box<dyn Storage>) {
    appends_find_and_page(open);
    keeps_missions_apart(open);
    refuses_a_taken_index(open);
    publishes(open);
    takes_back_only_what_was_lost(open);
}

const A: MissionId = MissionId([1; 16]);
const B: MissionId = MissionId([2; 16]);

fn entry(device: u8, seq: u64, body: &[u8]) -> LoggedObject {
    LoggedObject {
        received: 5,
        device: DeviceId([device; 16]),
        seq,
        recipient: None,
        hash: Hash::of(body),
        object: body.to_vec(),
    }
}

fn appends_find_and_page(open: &dyn Fn() -> Box<dyn Storage>) {
    let entries = [entry(1, 0, b"enrolment"), entry(1, 1, b"one"), entry(1, 1, b"fork of one"), entry(2, 1, b"other")];
    open().append(A, 0, &entries).expect("append");
    let mut storage = open();
    for (index, e) in (0..).zip(&entries) {
        let found = storage.find(A, e.device, e.seq, e.hash).expect("find");
        assert_eq!(found, Some(LogPosition { index, received: 5 }), "both branches of a fork are found");
    }
    assert_eq!(storage.find(A, DeviceId([1; 16]), 2, entries[1].hash).expect("find"), None);
    assert_eq!(storage.page(A, 0, 10, 1 << 20).expect("page"), entries);
    assert_eq!(storage.page(A, 1, 2, 1 << 20).expect("page"), entries[1..3]);
    assert_eq!(storage.page(A, 1, 10, 1).expect("page"), entries[1..2], "one entry comes, however small the limit");
    assert_eq!(unsealed(&mut *storage, A), vec![(0, b"enrolment".to_vec())]);
    let mut leaves = Vec::new();
    storage.leaves(A, &mut |hash, _| leaves.push(hash)).expect("leaves");
    assert_eq!(leaves, entries.iter().map(|e| e.hash).collect::<Vec<_>>());
}

fn keeps_missions_apart(open: &dyn Fn() -> Box<dyn Storage>) {
    let mut storage = open();
    let mine = entry(1, 1, b"one");
    assert_eq!(storage.find(B, mine.device, mine.seq, mine.hash).expect("find"), None);
    storage.append(B, 0, std::slice::from_ref(&mine)).expect("append");
    assert_eq!(storage.page(B, 0, 10, 1 << 20).expect("page"), [mine]);
    assert_eq!(storage.page(A, 0, 10, 1 << 20).expect("page").len(), 4);
}

fn refuses_a_taken_index(open: &dyn Fn() -> Box<dyn Storage>) {
    let mut storage = open();
    let two = [entry(3, 1, b"fresh"), entry(3, 2, b"second")];
    storage.append(A, 3, &two).expect_err("index 3 is taken");
    assert_eq!(storage.page(A, 0, 10, 1 << 20).expect("page").len(), 4, "all or none");
}

fn takes_back_only_what_was_lost(open: &dyn Fn() -> Box<dyn Storage>) {
    let mut storage = open();
    assert!(!storage.mend(A, 1, b"one").expect("mend"), "it is whole");
    assert!(!storage.mend(A, 1, b"another").expect("mend"), "nothing takes its place");
    assert!(!storage.mend(A, 99, b"one").expect("mend"), "there is no such place");
    assert_eq!(storage.page(A, 1, 1, 1 << 20).expect("page")[0].object, b"one");
}

fn publishes(open: &dyn Fn() -> Box<dyn Storage>) {
    let part = (Hash::of(b"part"), b"packed".to_vec());
    let first = open().publish(A, b"first", std::slice::from_ref(&part), &mut |known| known.is_none());
    assert!(first.expect("publish"), "nothing was there");
    let mut storage = open();
    let other = (Hash::of(b"other"), b"packed".to_vec());
    let mut known = None;
    let late = storage.publish(A, b"late", std::slice::from_ref(&other), &mut |there| {
        known = there.map(<[u8]>::to_vec);
        false
    });
    assert!(!late.expect("publish"));
    assert_eq!(known.as_deref(), Some(&b"first"[..]), "it is told what is there");
    assert_eq!(storage.manifest(A).expect("document"), Some(b"first".to_vec()));
    assert_eq!(storage.part(A, other.0).expect("part"), None, "all or nothing");
    assert!(storage.publish(A, b"second", &[], &mut |_| true).expect("publish"));
    let mut storage = open();
    assert_eq!(storage.manifest(A).expect("document"), Some(b"second".to_vec()));
    assert_eq!(storage.manifest(B).expect("document"), None);
    assert_eq!(storage.part(A, part.0).expect("part"), Some(part.1));
}

/// What is not sealed, with its places.
pub fn unsealed(storage: &mut dyn Storage, mission: MissionId) -> Vec<(u64, Vec<u8>)> {
    let mut all = Vec::new();
    storage.unsealed(mission, &mut |place, object| all.push((place, object.to_vec()))).expect("reads");
    all
}

/// What a storage is, without a disk.
#[derive(Default)]
struct StorageModel {
    logs: BTreeMap<MissionId, Vec<LoggedObject>>,
    manifests: BTreeMap<MissionId, Vec<u8>>,
    parts: BTreeMap<(MissionId, Hash), Vec<u8>>,
    /// By desk: the notice and its rows.
    notices: BTreeMap<(MissionId, DeviceId), (Vec<u8>, Vec<u8>)>,
    /// Device, attachment and token: since when, and the length.
    permitted: BTreeMap<(MissionId, DeviceId, Hash, Hash), (i64, u64)>,
}

/// Numbers that look random and are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn byte(&mut self, sides: u64) -> u8 {
        u8::try_from(self.throw(sides)).expect("few sides")
    }

    fn small(&mut self, sides: u64) -> usize {
        usize::try_from(self.throw(sides)).expect("few sides")
    }

    fn mission(&mut self) -> MissionId {
        if self.throw(3) == 0 { B } else { A }
    }

    fn device(&mut self) -> DeviceId {
        DeviceId([self.byte(4); 16])
    }

    fn hash(&mut self) -> Hash {
        Hash([self.byte(6); 32])
    }

    fn entry(&mut self) -> LoggedObject {
        let object = vec![self.byte(200); self.small(300)];
        let recipient = (self.throw(3) == 0).then(|| self.device());
        let received = i64::try_from(self.throw(1 << 40)).expect("small");
        let (device, seq) = (self.device(), self.throw(4));
        LoggedObject { received, device, seq, recipient, hash: Hash::of(&object), object }
    }

    fn permit(&mut self, mission: MissionId) -> UploadPermit {
        let blobs = (0..=self.throw(3)).map(|_| Blob { hash: self.hash(), length: 1 + self.throw(1 << 30) });
        let (blobs, device) = (blobs.collect(), self.device());
        let tokens = (0..=self.throw(2)).map(|_| self.hash()).collect();
        UploadPermit { v: 1, mission, device, envelope: self.hash(), blobs, tokens }
    }
}

impl StorageModel {
    fn log(&self, mission: MissionId) -> &[LoggedObject] {
        self.logs.get(&mission).map_or(&[], Vec::as_slice)
    }

    fn page(&self, mission: MissionId, from: u64, limit: usize, bytes: usize) -> Vec<LoggedObject> {
        let mut out: Vec<LoggedObject> = Vec::new();
        for entry in self.log(mission).iter().skip(usize::try_from(from).expect("small")).take(limit) {
            let total: usize = out.iter().map(|e| e.object.len()).sum::<usize>() + entry.object.len();
            if total > bytes && !out.is_empty() {
                break;
            }
            out.push(entry.clone());
        }
        out
    }

    fn letters(&self, mission: MissionId, to: DeviceId, from: u64, limit: usize) -> Vec<(u64, LoggedObject)> {
        let all = (0u64..).zip(self.log(mission)).filter(|(index, e)| *index >= from && e.recipient == Some(to));
        all.take(limit).map(|(index, e)| (index, e.clone())).collect()
    }

    fn change(&mut self, dice: &mut Dice, storage: &mut dyn Storage) {
        let mission = dice.mission();
        if dice.throw(3) == 0 {
            return self.publish(dice, storage, mission);
        }
        if dice.throw(6) == 0 {
            let (desk, notice) = (dice.device(), (vec![dice.byte(200); 9], vec![dice.byte(200); dice.small(50)]));
            storage.put_notice(mission, desk, &notice.0, &notice.1).expect("kept");
            self.notices.insert((mission, desk), notice);
            return;
        }
        if dice.throw(6) == 0 {
            let (permit, received) = (dice.permit(mission), i64::try_from(dice.throw(1 << 40)).expect("small"));
            storage.permit(mission, &permit, received).expect("noted");
            for blob in &permit.blobs {
                for token in &permit.tokens {
                    let row = self.permitted.entry((mission, permit.device, blob.hash, *token));
                    row.and_modify(|(_, length)| *length = blob.length).or_insert((received, blob.length));
                }
            }
            return;
        }
        let entries: Vec<LoggedObject> = (0..=dice.throw(4)).map(|_| dice.entry()).collect();
        let log = self.logs.entry(mission).or_default();
        let taken = dice.throw(5) == 0 && !log.is_empty();
        let first = log.len() as u64 - u64::from(taken);
        let appended = storage.append(mission, first, &entries);
        assert_eq!(appended.is_err(), taken, "{appended:?}");
        if !taken {
            log.extend(entries);
        }
    }

    fn publish(&mut self, dice: &mut Dice, storage: &mut dyn Storage, mission: MissionId) {
        let (follows, bytes) = (dice.throw(3) > 0, vec![dice.byte(200); dice.small(50)]);
        let parts: Vec<(Hash, Vec<u8>)> = (0..dice.throw(3)).map(|_| (dice.hash(), vec![dice.byte(200); 9])).collect();
        let mut told = None;
        let stored = storage.publish(mission, &bytes, &parts, &mut |known| {
            told = known.map(<[u8]>::to_vec);
            follows
        });
        assert_eq!(stored.expect("publishes"), follows);
        assert_eq!(told.as_ref(), self.manifests.get(&mission));
        if follows {
            self.manifests.insert(mission, bytes);
            for (hash, packed) in parts {
                self.parts.insert((mission, hash), packed);
            }
        }
    }

    fn compare(&self, dice: &mut Dice, storage: &mut dyn Storage) {
        let (mission, device, hash) = (dice.mission(), dice.device(), dice.hash());
        let (log, from) = (self.log(mission), dice.throw(40));
        let (limit, bytes) = (dice.small(20), dice.small(2000));
        assert_eq!(storage.page(mission, from, limit, bytes).expect("page"), self.page(mission, from, limit, bytes));
        let letters = storage.letters(mission, device, from, limit).expect("letters");
        assert_eq!(letters, self.letters(mission, device, from, limit));
        let enrolled: Vec<&LoggedObject> = log.iter().filter(|e| e.seq == 0).collect();
        let places = (0..).zip(log.iter()).filter(|(_, e)| e.seq == 0);
        let objects: Vec<(u64, Vec<u8>)> = places.map(|(place, e)| (place, e.object.clone())).collect();
        assert_eq!(unsealed(storage, mission), objects);
        let found = storage.enrolment(mission, device).expect("enrolment");
        let of_device: Vec<&[u8]> = enrolled.iter().filter(|e| e.device == device).map(|e| &e.object[..]).collect();
        assert_eq!(found.is_none(), of_device.is_empty());
        assert!(found.is_none_or(|found| of_device.contains(&&found[..])));
        let rows = self.permitted.iter().filter(|((m, d, h, _), _)| (*m, *d, *h) == (mission, device, hash));
        let rows: Vec<PermittedUpload> =
            rows.map(|((.., token), (_, length))| PermittedUpload { token: *token, length: *length }).collect();
        assert_eq!(storage.permitted(mission, device, hash).expect("permitted"), rows);
        let logged = log.iter().any(|e| e.device == device && e.hash == hash);
        assert_eq!(storage.object(mission, device, hash).expect("looks").is_some(), logged);
        self.came_since(dice, storage, mission);
        assert_eq!(storage.part(mission, hash).expect("part").as_ref(), self.parts.get(&(mission, hash)));
        assert_eq!(storage.manifest(mission).expect("manifest").as_ref(), self.manifests.get(&mission));
        let mut notices = Vec::new();
        storage.notices(mission, &mut |notice, rows| notices.push((notice, rows))).expect("notices");
        let known = self.notices.iter().filter(|((m, _), _)| *m == mission);
        assert_eq!(notices, known.map(|(_, notice)| notice.clone()).collect::<Vec<_>>());
        storage.probe(mission, i64::try_from(from).expect("small")).expect("probe");
        self.places(dice, storage, mission);
    }

    fn came_since(&self, dice: &mut Dice, storage: &mut dyn Storage, mission: MissionId) {
        let since = i64::try_from(dice.throw(1 << 40)).expect("small");
        let mut came: Vec<ReceivedMaterial> = Vec::new();
        storage.since(mission, since, &mut |material| came.push(*material)).expect("came");
        let (objects, mut attachments): (Vec<_>, Vec<_>) =
            came.into_iter().partition(|material| material.kind == MaterialKind::Object);
        let recent = self.log(mission).iter().rev().take_while(|e| e.received >= since);
        let mut recent: Vec<_> = recent.map(|e| (e.device, e.received, e.object.len() as u64)).collect();
        recent.reverse();
        assert_eq!(objects.iter().map(|o| (o.device, o.received, o.bytes)).collect::<Vec<_>>(), recent);
        let mut places: BTreeMap<(DeviceId, Hash), (i64, u64)> = BTreeMap::new();
        for ((m, device, hash, _), (received, length)) in &self.permitted {
            if *m == mission {
                let place = places.entry((*device, *hash)).or_insert((*received, *length));
                *place = (place.0.min(*received), place.1.max(*length));
            }
        }
        assert!(attachments.is_sorted_by_key(|a| a.received));
        attachments.sort_by_key(|a| (a.device, a.received, a.bytes));
        let mut places: Vec<_> =
            places.into_iter().map(|((device, _), (first, bytes))| (device, first, bytes)).collect();
        places.retain(|(_, first, _)| *first >= since);
        places.sort_unstable();
        assert_eq!(attachments.iter().map(|a| (a.device, a.received, a.bytes)).collect::<Vec<_>>(), places);
    }

    fn places(&self, dice: &mut Dice, storage: &mut dyn Storage, mission: MissionId) {
        let log = self.log(mission);
        let mut leaves = Vec::new();
        storage.leaves(mission, &mut |hash, received| leaves.push((hash, received))).expect("leaves");
        assert_eq!(leaves, log.iter().map(|e| (e.hash, e.received)).collect::<Vec<_>>());
        let Some(entry) = log.get(dice.small(40)) else { return };
        let found = storage.find(mission, entry.device, entry.seq, entry.hash).expect("find").expect("it is there");
        let there = &log[usize::try_from(found.index).expect("small")];
        assert_eq!((there.device, there.seq, there.hash), (entry.device, entry.seq, entry.hash));
        assert_eq!(found.received, there.received);
        assert_eq!(storage.find(mission, entry.device, 9, entry.hash).expect("find"), None);
        assert!(!storage.mend(mission, found.index, &entry.object).expect("mend"), "it is whole");
    }
}

/// Changes a storage and a model alike, in an order that the seed gives, and compares them; often the storage is opened anew.
///
/// # Panics
/// When they differ.
pub fn against_the_model(seed: u64, steps: usize, open: &dyn Fn() -> Box<dyn Storage>) {
    let (mut dice, mut model) = (Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)), StorageModel::default());
    let mut storage = open();
    for _ in 0..steps {
        match dice.throw(8) {
            0 => {
                drop(storage);
                storage = open();
            }
            1 | 2 => model.change(&mut dice, &mut *storage),
            _ => model.compare(&mut dice, &mut *storage),
        }
    }
}
