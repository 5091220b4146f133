//! `baqylau mission`: tables, keys, bundle, people.

use crate::common::{CommandResult, Folder, now, print_json};
use crate::demo::stage::planned;
use crate::invites::Handing;
use crate::root::RootCommand;
use crate::secrets::Passphrase;
use baqylau_desk::Desk;
use baqylau_desk::tables::MissionTables;
use baqylau_desk::workspace::RootHolders;
use baqylau_protocol::ids::{DeviceId, PublicKey};
use clap::Subcommand;
use serde_json::json;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum MissionCommand {
    /// Check a mission's tables: every fault with file, row and column.
    Check {
        /// The folder with the tables.
        source: PathBuf,
        /// One JSON object on one line.
        #[arg(long)]
        json: bool,
    },
    /// Make a mission's folder with all its keys.
    New {
        /// The folder to make.
        folder: PathBuf,
        /// The folder with the tables.
        #[arg(long, value_name = "DIR")]
        source: PathBuf,
        /// The server's address, as https://host:port. Several may be given, in the order in which phones try them.
        #[arg(long = "server", value_name = "URL", required = true)]
        servers: Vec<String>,
        /// The public half of a key that somebody else holds of the mission's root (`mission root-key`). Several may be given.
        #[arg(long = "holder", value_name = "HEX")]
        holders: Vec<String>,
        /// How many of the holders, and the key that is made here, must sign a bundle.
        #[arg(long, value_name = "N", default_value_t = 2, requires = "holders")]
        signatures: u8,
        #[command(flatten)]
        secret: Passphrase,
        /// One JSON object on one line.
        #[arg(long)]
        json: bool,
    },
    /// Sign the next version of the bundle from the tables.
    Build {
        #[command(flatten)]
        folder: Folder,
        /// Days until enrolment ends and phones warn.
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..))]
        days: u32,
        /// Send it to the server too, which must run. Before that no phone can enrol.
        #[arg(long)]
        publish: bool,
        /// One JSON object on one line.
        #[arg(long)]
        json: bool,
    },
    /// Make invites: one text a person, for a QR code. One is printed; the desk keeps all, encrypted, until they are used or expire.
    Invite {
        #[command(flatten)]
        folder: Folder,
        /// Codes of people.csv; everybody when there is none.
        people: Vec<String>,
        /// Days until they expire.
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
        days: u32,
        /// Make none: those that were made here before and that nobody has used.
        #[arg(long, conflicts_with = "days")]
        again: bool,
        #[command(flatten)]
        handing: Handing,
        /// One JSON array on one line, with every text.
        #[arg(long)]
        json: bool,
    },
    /// Make an invite for a phone that takes another's place: the same observer, who may amend what the other sent.
    Replace {
        #[command(flatten)]
        folder: Folder,
        /// The phone that is replaced, as `desk devices` shows it.
        device: String,
        /// It was lost or seized: what it sends from now on counts nowhere.
        #[arg(long)]
        lost: bool,
        /// Days until the invite expires.
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
        days: u32,
        #[command(flatten)]
        handing: Handing,
    },
    /// Move a person to another team from a moment on. What was signed before stays with the team before.
    Move {
        #[command(flatten)]
        folder: Folder,
        /// The code of people.csv.
        person: String,
        /// The team.
        team: String,
        /// From when on, as 2023-03-19T12:00+06:00; now without it.
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
    },
    /// Confirm a device: a contested one, or where the mission does not confirm on pull.
    Confirm {
        #[command(flatten)]
        folder: Folder,
        /// The device, as `desk devices` shows it.
        device: String,
        /// Do not tell the server now; the next pull does.
        #[arg(long)]
        offline: bool,
    },
    /// Contest a device: what it sent counts nowhere until it is confirmed or revoked.
    Contest {
        #[command(flatten)]
        folder: Folder,
        /// The device, as `desk devices` shows it.
        device: String,
        /// Do not tell the server now; the next pull does.
        #[arg(long)]
        offline: bool,
    },
    #[command(flatten)]
    Root(RootCommand),
    /// Revoke a device that was lost or seized.
    Revoke {
        #[command(flatten)]
        folder: Folder,
        /// The device, as `desk devices` shows it.
        device: String,
        /// The number of its last good envelope; without it, all that were pulled.
        #[arg(long)]
        good: Option<u64>,
        /// Do not tell the server now; the next pull does.
        #[arg(long)]
        offline: bool,
    },
}

pub fn run(command: MissionCommand) -> CommandResult {
    match command {
        MissionCommand::Check { source, json } => check(&source, json),
        MissionCommand::New { folder, source, servers, holders, signatures, secret, json } => {
            let others = holders.iter().map(|hex| PublicKey::from_hex(hex)).collect::<Option<Vec<_>>>();
            let others = others.ok_or("a holder is 64 hexadecimal digits, as `mission root-key` prints them")?;
            let holders = RootHolders { others, needed: signatures };
            let desk = Desk::with_holders(&folder, &source, &servers, &secret.read_new()?, &holders)?;
            let warnings = desk.source()?.warnings;
            if json {
                let mission = desk.mission().to_string();
                return print_json(&json!({"mission": mission, "folder": folder, "warnings": warnings}));
            }
            warn(&warnings);
            println!("mission {} in {}", desk.mission(), folder.display());
            println!("next: `baqylau serve --folder {}/server`, and while it runs", folder.display());
            println!("`baqylau mission build --folder {} --publish`; phones enrol after that", folder.display());
            println!(
                "{}/server has the server's keys in plain: it belongs on the server's machine only",
                folder.display()
            );
            Ok(true)
        }
        MissionCommand::Build { folder, days, publish, json } => build(&folder, days, publish, json),
        MissionCommand::Invite { folder, people, days, again, handing, json } => {
            let desk = folder.open()?;
            let invited =
                if again { desk.invites().open(&people, now())? } else { desk.invites().make(&people, now(), days)? };
            if json {
                let rows: Vec<_> = invited.iter().map(|i| json!({"person": i.person.code, "invite": i.text})).collect();
                return print_json(&rows);
            }
            handing.hand(&invited)
        }
        MissionCommand::Replace { folder, device, lost, days, handing } => {
            let desk = folder.open()?;
            let invited = desk.invites().replace(device_id(&device)?, lost, now(), days)?;
            // The invite first: it was made, whether the server answers or not.
            let done = handing.hand(&[invited])?;
            if lost {
                desk.publish_decisions()?;
            }
            Ok(done)
        }
        MissionCommand::Move { folder, person, team, since } => {
            let since = since.map(|t| crate::desk::moment(&t)).transpose()?.unwrap_or_else(now);
            let desk = folder.open()?;
            desk.own().may_sign()?;
            desk.store.move_person(&person, &team, since)?;
            println!("{person} is in team {team} from then on");
            Ok(true)
        }
        MissionCommand::Confirm { folder, device, offline } => {
            let desk = folder.open()?;
            desk.decisions().confirm(device_id(&device)?, now())?;
            if !offline {
                desk.publish_decisions()?;
            }
            println!("confirmed {device}");
            Ok(true)
        }
        MissionCommand::Contest { folder, device, offline } => {
            let desk = folder.open()?;
            desk.decisions().contest(device_id(&device)?, now())?;
            if !offline {
                desk.publish_decisions()?;
            }
            println!("contested {device}");
            Ok(true)
        }
        MissionCommand::Root(command) => crate::root::run(command),
        MissionCommand::Revoke { folder, device, good, offline } => revoke(&folder, &device, good, offline),
    }
}

fn build(folder: &Folder, days: u32, publish: bool, json: bool) -> CommandResult {
    let passphrase = folder.secret.read()?;
    let desk = Desk::open(&folder.folder, &passphrase)?;
    let warnings = desk.source()?.warnings;
    let manifest =
        if publish { desk.build_and_publish(&passphrase, now(), days)? } else { desk.build(&passphrase, now(), days)? };
    if json {
        return print_json(&json!({
            "version": manifest.version, "parts": manifest.parts.len(), "expires": manifest.expires,
            "published": publish && !desk.workspace.waiting_file().exists(), "warnings": warnings,
        }));
    }
    warn(&warnings);
    if desk.workspace.waiting_bundle()?.is_some() {
        return crate::root::publish(&desk, false);
    }
    let published = folder.folder.join("publish");
    println!("bundle {} with {} parts in {}", manifest.version, manifest.parts.len(), published.display());
    let servers = desk.workspace.settings.servers.join(", ");
    if publish {
        println!("published to {servers}");
    } else {
        println!("not published: phones can enrol when `--publish` has sent a bundle to {servers}");
    }
    Ok(true)
}

fn revoke(folder: &Folder, device: &str, good: Option<u64>, offline: bool) -> CommandResult {
    let desk = folder.open()?;
    let id = device_id(device)?;
    let held = desk.decisions().revoke(id, good, now())?;
    if !offline {
        desk.publish_decisions()?;
    }
    let disputes = desk.decisions().disputes()?;
    let dispute = disputes.iter().find(|d| d.device == id);
    match dispute {
        Some(dispute) => crate::desk::print_dispute(&desk, dispute),
        None => println!("revoked {device}; envelopes up to {} count", held.decision.good_seq),
    }
    Ok(dispute.is_none())
}

pub fn device_id(text: &str) -> Result<DeviceId, &'static str> {
    DeviceId::from_hex(text).ok_or("a device is 32 hexadecimal digits, as `desk devices` shows it")
}

/// What is worth knowing about the tables, wherever they are read to be used.
fn warn(warnings: &[String]) {
    warnings.iter().for_each(|w| println!("warning: {w}"));
}

fn check(source: &std::path::Path, json: bool) -> CommandResult {
    let checked = MissionTables::read(source).map_err(|e| match e {
        baqylau_desk::DeskError::Source { faults } => faults,
        other => vec![other.to_string()],
    });
    // A mission may have a plan that the demonstration plays.
    let checked = checked.and_then(|read| {
        let plan = source.join("plan").exists().then(|| planned(&read, source, 0)).transpose();
        plan.map_err(|e| e.to_string().lines().map(str::to_owned).collect::<Vec<_>>()).map(|_| read)
    });
    let read = match checked {
        Ok(read) => read,
        Err(faults) => {
            if json {
                print_json(&json!({"faults": faults}))?;
            } else {
                faults.iter().for_each(|f| println!("{f}"));
                println!("{} fault(s)", faults.len());
            }
            return Ok(false);
        }
    };
    let questions: usize = read.checklists.iter().map(|c| c.items.len()).sum();
    let places = read.places.table().places.len();
    let awaited = read.figures.iter().filter(|f| f.published().is_empty()).count();
    if json {
        return print_json(&json!({
            "checklists": read.checklists.len(), "questions": questions, "places": places,
            "people": read.people.len(), "figures": read.figures.len(), "not_published_yet": awaited, "warnings": read.warnings, "faults": [],
        }));
    }
    warn(&read.warnings);
    let (checklists, people, figures) = (read.checklists.len(), read.people.len(), read.figures.len());
    let awaited = if awaited == 0 { String::new() } else { format!(" ({awaited} not published yet)") };
    println!(
        "{checklists} checklists with {questions} items, {places} places, {people} people, {figures} figures{awaited}: no fault"
    );
    Ok(true)
}
