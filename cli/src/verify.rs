//! `baqylau verify FILE`: an exported log, verified offline and without any secret key.
//!
//! The file is CBOR: `[1, root key, manifest, [[received, object], ...], tree head]`. Where an object is damaged at the server, it is
//! empty, and its hash stands behind it.

use crate::common::{CommandError, CommandResult, print_json, save, told};
use baqylau_desk::Desk;
use baqylau_desk::store::LogObject;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::enrolment::Enrolled;
use baqylau_protocol::envelope::Envelope;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId, PublicKey};
use baqylau_protocol::merkle::MerkleTree;
use baqylau_protocol::receipt::{TreeHead, leaf_hash};
use clap::Args;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use serde_json::json;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

/// Options of verify.
#[derive(Args)]
pub struct VerifyOptions {
    /// What `desk log` wrote.
    file: PathBuf,
    /// The mission's id that the file must be of; without it, compare the one that is shown.
    #[arg(long, value_name = "HEX")]
    mission: Option<String>,
    /// One JSON object on one line.
    #[arg(long)]
    json: bool,
}

type Exported = (u8, PublicKey, ByteVec, Vec<ExportedEntry>, ByteVec);

#[derive(Encode, Decode)]
struct ExportedEntry {
    #[n(0)]
    received: i64,
    #[n(1)]
    object: ByteVec,
    /// Of an object that is not here.
    #[n(2)]
    hash: Option<Hash>,
}

/// Writes a desk's log, as far as the head that the log leads to. Gives the number of objects. Heads that contradict it are written
/// beside it, an array of the bytes that the server signed.
pub fn export(desk: &Desk, file: &Path) -> Result<usize, CommandError> {
    let root = PublicKey::from_hex(&desk.workspace.settings.root).ok_or("the root key does not read")?;
    let manifest = desk.store.manifest()?.ok_or("build the bundle first")?;
    let (size, head) = desk.heads().last()?.ok_or("pull first")?;
    let entry = |o: LogObject| {
        let hash = o.is_gap().then_some(o.hash);
        ExportedEntry { received: o.received, object: o.bytes.into(), hash }
    };
    let covered = desk.store.objects()?.into_iter().take_while(|(index, _)| *index < size);
    let entries: Vec<ExportedEntry> = covered.map(|(_, o)| entry(o)).collect();
    let size = entries.len();
    let evidence: Vec<ByteVec> = desk.store.evidence()?.into_iter().map(|e| e.head.into()).collect();
    let beside = file.with_extension("evidence.cbor");
    match evidence.is_empty() {
        false => save(&beside, &minicbor::to_vec(evidence)?)?,
        // That of an earlier log would be taken for this one's.
        true => match std::fs::remove_file(&beside) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
            _ => {}
        },
    }
    let exported: Exported = (1, root, manifest.into(), entries, head.into());
    save(file, &minicbor::to_vec(exported)?)?;
    Ok(size)
}

#[derive(Default)]
struct Tally {
    devices: HashMap<DeviceId, ExportedChain>,
    envelopes: usize,
    seen: HashSet<Hash>,
    faults: Vec<String>,
}

struct ExportedChain {
    key: PublicKey,
    desk: bool,
    links: BTreeMap<u64, Vec<(Hash, Hash)>>,
    first: Hash,
}

pub fn run(args: &VerifyOptions) -> CommandResult {
    let bytes = std::fs::read(&args.file).map_err(|e| told(&args.file, &e))?;
    let damaged = |e: minicbor::decode::Error| match e.is_end_of_input() {
        true => format!("{}: the file is cut off; export it again with `baqylau desk log`", args.file.display()),
        false => format!("{}: it is no exported log ({e})", args.file.display()),
    };
    let (version, root, manifest, entries, head): Exported = minicbor::decode(&bytes).map_err(damaged)?;
    let parsed = minicbor::to_vec((version, root, &manifest, &entries, &head))?.len();
    if parsed != bytes.len() {
        return Err(format!("{}: bytes after the end", args.file.display()).into());
    }
    if version != 1 {
        return Err(format!("the file has version {version}; update this program").into());
    }
    let mission = MissionId::of(&root);
    if args.mission.as_ref().is_some_and(|m| m.replace(' ', "") != mission.to_string()) {
        return Err(format!("the file is of the mission {mission}").into());
    }
    let mut tally = Tally::default();
    let opened = Manifest::open(&manifest, &root).map_err(|e| e.to_string()).and_then(|manifest| {
        let head = TreeHead::open(&head, &manifest.receipt_keys, mission).map_err(|e| e.to_string())?;
        Ok((manifest, head))
    });
    let (manifest, head) = match opened {
        Ok(opened) => opened,
        Err(why) => {
            tally.faults.push(why);
            return report(args, mission, &tally, 0);
        }
    };
    let mut tree = MerkleTree::default();
    for (index, ExportedEntry { received, object, hash }) in entries.iter().enumerate() {
        tree.push(leaf_hash(hash.unwrap_or_else(|| Hash::of(object)), *received));
        match hash {
            None => tally.object(index, object, &manifest, mission),
            Some(hash) if object.is_empty() => {
                tally
                    .faults
                    .push(format!("object {index}: the server's copy of {hash} is damaged, and it is not here"));
            }
            Some(_) => tally.faults.push(format!("object {index}: it is here, and said not to be")),
        }
    }
    if tree.len() as u64 != head.size || tree.root() != head.root {
        tally.faults.push(format!("the log does not lead to the root that the server signed ({} objects)", head.size));
    }
    let gaps = tally.chains();
    report(args, mission, &tally, gaps)
}

impl Tally {
    fn object(&mut self, index: usize, object: &[u8], manifest: &Manifest, mission: MissionId) {
        if !self.seen.insert(Hash::of(object)) {
            self.faults.push(format!("object {index}: it is in the log before"));
            return;
        }
        if let Ok(enrolled) = Enrolled::open(object, &manifest.issuer, mission) {
            let chain = ExportedChain {
                key: enrolled.enrolment.device_key,
                desk: enrolled.role == Role::Desk,
                links: BTreeMap::new(),
                first: enrolled.hash,
            };
            self.devices.insert(enrolled.device, chain);
            return;
        }
        let checked = Envelope::parse(object, mission).map_err(|e| e.to_string()).and_then(|envelope| {
            let chain = self.devices.get_mut(&envelope.header.device).ok_or("its device did not enrol before it")?;
            if envelope.header.recipient.is_some() && !chain.desk {
                return Err("a letter that no desk wrote".to_owned());
            }
            envelope.verify(&chain.key).map_err(|e| e.to_string())?;
            chain.links.entry(envelope.header.seq).or_default().push((envelope.header.prev, envelope.hash));
            Ok(())
        });
        match checked {
            Ok(()) => self.envelopes += 1,
            Err(why) => self.faults.push(format!("object {index}: {why}")),
        }
    }

    /// Follows every chain. Gives the envelopes that are missing: on their way still, or kept back.
    fn chains(&mut self) -> u64 {
        let mut gaps: u64 = 0;
        for (device, chain) in &self.devices {
            let mut before = vec![chain.first];
            let mut expected = 1;
            // The numbers that exist: a device may sign any, and a gap may be as wide as it likes.
            for (seq, links) in &chain.links {
                if *seq > expected {
                    gaps = gaps.saturating_add(seq - expected);
                    before.clear();
                }
                expected = seq.saturating_add(1);
                if links.len() > 1 {
                    self.faults.push(format!("device {device}: {} envelopes have the number {seq}", links.len()));
                }
                if links.iter().any(|(prev, _)| !before.is_empty() && !before.contains(prev)) {
                    self.faults.push(format!("device {device}: envelope {seq} does not follow the one before"));
                }
                before = links.iter().map(|(_, hash)| *hash).collect();
            }
        }
        gaps
    }
}

fn report(args: &VerifyOptions, mission: MissionId, tally: &Tally, gaps: u64) -> CommandResult {
    let desks = tally.devices.values().filter(|c| c.desk).count();
    if args.json {
        print_json(&json!({
            "mission": mission.to_string(), "devices": tally.devices.len(), "desks": desks, "envelopes": tally.envelopes,
            "missing": gaps, "faults": tally.faults,
        }))?;
    } else {
        println!("mission {mission}");
        let phones = tally.devices.len() - desks;
        let envelopes = tally.envelopes;
        println!("{phones} phones and {desks} desks, {envelopes} envelopes verified, {gaps} missing in chains");
        tally.faults.iter().for_each(|f| println!("{f}"));
    }
    Ok(tally.faults.is_empty())
}
