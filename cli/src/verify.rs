//! `baqylau verify FILE`: an exported log, verified offline and without any secret key; two of them are compared.
//!
//! The file is CBOR: `[1, root key, manifest, [[received, object], ...], tree head]`. Where an object is damaged at the server, it is
//! empty, and its hash stands behind it.

use crate::common::{CommandError, CommandResult, print_json, save, told};
use baqylau_desk::Desk;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::comparison::ForkProof;
use baqylau_protocol::cose::{self, ObjectType};
use baqylau_protocol::enrolment::Enrolled;
use baqylau_protocol::envelope::Envelope;
use baqylau_protocol::exported::{ExportedEntry, ExportedLog};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId, PublicKey};
use baqylau_protocol::receipt::TreeHead;
use baqylau_protocol::standing::{Standing, StandingRecord, Standings};
use baqylau_protocol::statement::SignedStatement;
use clap::Args;
use minicbor::bytes::ByteVec;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

/// Options of verify.
#[derive(Args)]
pub struct VerifyOptions {
    /// What `desk log` wrote; the proof that `--evidence` wrote; or what `desk statement` wrote.
    pub file: PathBuf,
    /// Another log, of another desk or another day: whether one begins with the other, or the server signed two logs. Beside a statement,
    /// a log as late as it or later: whether it begins with what the statement was computed from, and no desk that signed was ended before.
    pub other: Option<PathBuf>,
    /// Where the proof goes if the server signed two logs: whoever has the mission's id can check it without the two files.
    #[arg(long, value_name = "FILE", requires = "other")]
    pub evidence: Option<PathBuf>,
    /// The mission's id that the file must be of; without it, compare the one that is shown.
    #[arg(long, value_name = "HEX")]
    pub mission: Option<String>,
    /// One JSON object on one line.
    #[arg(long)]
    pub json: bool,
}

/// Writes a desk's log, as far as the head that the log leads to. Gives the number of objects. Heads that contradict it are written
/// beside it, an array of the bytes that the server signed.
pub fn export(desk: &Desk, file: &Path) -> Result<usize, CommandError> {
    let log = desk.heads().export()?.ok_or("pull first")?;
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
    save(file, &minicbor::to_vec(&log)?)?;
    Ok(log.entries.len())
}

/// What one file turned out to be.
pub struct Examined {
    pub mission: MissionId,
    pub log: ExportedLog,
    tally: Tally,
    /// Envelopes that are missing in chains.
    gaps: u64,
}

#[derive(Default)]
struct Tally {
    devices: HashMap<DeviceId, ExportedChain>,
    envelopes: usize,
    seen: HashSet<Hash>,
    faults: Vec<String>,
    standings: Standings,
    /// Records of desks that the root did not list there.
    ignored: usize,
}

struct ExportedChain {
    key: PublicKey,
    desk: bool,
    links: BTreeMap<u64, Vec<(Hash, Hash)>>,
    first: Hash,
}

pub fn run(args: &VerifyOptions) -> CommandResult {
    let bytes = std::fs::read(&args.file).map_err(|e| told(&args.file, &e))?;
    if let Some(fork) = ForkProof::decode(&bytes) {
        return crate::compare::evidence(args, &fork);
    }
    if let Ok(statement) = SignedStatement::decode(&bytes) {
        return crate::statement::verify(args, &statement);
    }
    let one = examine(args, &args.file, &bytes)?;
    let Some(other) = &args.other else { return one.report(args.json) };
    let bytes = std::fs::read(other).map_err(|e| told(other, &e))?;
    let two = examine(args, other, &bytes)?;
    crate::compare::compare(args, [(&args.file, one), (other, two)])
}

/// The mission of a file must be the one that was named.
pub fn expect_mission(args: &VerifyOptions, mission: MissionId) -> Result<(), CommandError> {
    match args.mission.as_ref().is_some_and(|m| m.replace(' ', "") != mission.to_string()) {
        true => Err(format!("the file is of the mission {mission}").into()),
        false => Ok(()),
    }
}

/// Verifies one file alone.
fn examine(args: &VerifyOptions, file: &Path, bytes: &[u8]) -> Result<Examined, CommandError> {
    let log = ExportedLog::decode(bytes).map_err(|e| format!("{}: {e}", file.display()))?;
    let mission = log.mission();
    expect_mission(args, mission)?;
    let mut tally = Tally::default();
    let (manifest, head) = match log.open() {
        Ok(opened) => opened,
        Err(why) => {
            tally.faults.push(why.to_string());
            return Ok(Examined { mission, log, tally, gaps: 0 });
        }
    };
    for (index, ExportedEntry { object, hash, .. }) in log.entries.iter().enumerate() {
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
    tally.log(&log, &manifest, &head);
    let gaps = tally.chains();
    Ok(Examined { mission, log, tally, gaps })
}

impl Tally {
    fn object(&mut self, index: usize, object: &[u8], manifest: &Manifest, mission: MissionId) {
        if !self.seen.insert(Hash::of(object)) {
            self.faults.push(format!("object {index}: it is in the log before"));
            return;
        }
        let place = index as u64;
        if cose::is(ObjectType::Standing, object) {
            return self.standing(place, object, manifest);
        }
        if let Ok(enrolled) = Enrolled::open(object, &manifest.issuers_at(place), mission) {
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

    /// The tree, and what was vouched for of the logs before.
    fn log(&mut self, log: &ExportedLog, manifest: &Manifest, head: &TreeHead) {
        let tree = log.tree();
        if tree.len() as u64 != head.size || tree.root() != head.root {
            self.faults
                .push(format!("the log does not lead to the root that the server signed ({} objects)", head.size));
        }
        for kept in manifest.log.kept().iter().filter(|kept| !kept.holds(&tree)) {
            self.faults.push(format!("it does not begin with the {} objects that the root vouches for", kept.size));
        }
    }

    /// A record of standings: signed by a desk that enrolled before it. One that the root did not list there changes nothing.
    fn standing(&mut self, place: u64, object: &[u8], manifest: &Manifest) {
        let record = StandingRecord::untrusted(object, manifest.mission).map_err(|e| e.to_string());
        let checked = record.and_then(|record| {
            let desk = self.devices.get(&record.desk).ok_or("its desk did not enrol before it")?;
            StandingRecord::open(object, &desk.key, manifest.mission).map_err(|e| e.to_string())
        });
        match checked {
            Ok(record) if self.standings.apply(place, &record, manifest) => {}
            Ok(_) => self.ignored += 1,
            Err(why) => self.faults.push(format!("object {place}: {why}")),
        }
    }

    /// How many devices stand so.
    fn count(&self, standing: Standing) -> usize {
        self.standings.devices().filter(|held| held.decision.standing == standing).count()
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

impl Examined {
    /// What is wrong with it, in words.
    pub fn faults(&self) -> &[String] {
        &self.tally.faults
    }

    pub fn to_json(&self) -> Value {
        let tally = &self.tally;
        let desks = tally.devices.values().filter(|c| c.desk).count();
        json!({
            "mission": self.mission.to_string(), "devices": tally.devices.len(), "desks": desks, "envelopes": tally.envelopes,
            "missing": self.gaps, "faults": tally.faults, "confirmed": tally.count(Standing::Confirmed),
            "contested": tally.count(Standing::Contested), "revoked": tally.count(Standing::Revoked), "ignored": tally.ignored,
        })
    }

    /// For a terminal.
    pub fn print(&self) {
        let tally = &self.tally;
        let desks = tally.devices.values().filter(|c| c.desk).count();
        println!("mission {}", self.mission);
        let (phones, envelopes, gaps) = (tally.devices.len() - desks, tally.envelopes, self.gaps);
        println!("{phones} phones and {desks} desks, {envelopes} envelopes verified, {gaps} missing in chains");
        let standings = [Standing::Confirmed, Standing::Contested, Standing::Revoked].map(|s| tally.count(s));
        println!("{} phones confirmed, {} contested, {} revoked", standings[0], standings[1], standings[2]);
        if tally.ignored > 0 {
            println!("{} decisions by desks that the root did not list hold nowhere", tally.ignored);
        }
        tally.faults.iter().for_each(|f| println!("{f}"));
    }

    fn report(&self, json: bool) -> CommandResult {
        if json {
            print_json(&self.to_json())?;
        } else {
            self.print();
        }
        Ok(self.tally.faults.is_empty())
    }
}
