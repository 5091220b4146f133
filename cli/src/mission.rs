//! `baqylau mission`: tables, keys, bundle, people.

use crate::common::{Folder, Outcome, Passphrase, now, print_json};
use baqylau_desk::Desk;
use baqylau_desk::source::Source;
use baqylau_protocol::ids::DeviceId;
use clap::Subcommand;
use serde_json::json;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum Mission {
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
        #[command(flatten)]
        secret: Passphrase,
    },
    /// Sign the next version of the bundle from the tables.
    Build {
        #[command(flatten)]
        folder: Folder,
        /// Days until enrolment ends and phones warn.
        #[arg(long, default_value_t = 90)]
        days: u32,
        /// Send it to the server too.
        #[arg(long)]
        publish: bool,
    },
    /// Make invites: one text a person, for a QR code, in the folder's `invites/`.
    Invite {
        #[command(flatten)]
        folder: Folder,
        /// Codes of people.csv; everybody when there is none.
        people: Vec<String>,
        /// Days until they expire.
        #[arg(long, default_value_t = 30)]
        days: u32,
        /// One JSON object on one line.
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
        #[arg(long, default_value_t = 30)]
        days: u32,
    },
    /// Revoke a device that was lost or seized.
    Revoke {
        #[command(flatten)]
        folder: Folder,
        /// The device, as `desk devices` shows it.
        device: String,
        /// The number of its last good envelope; without it, all that were pulled.
        #[arg(long)]
        good: Option<u64>,
        /// Do not tell the server.
        #[arg(long)]
        offline: bool,
    },
}

pub fn run(command: Mission) -> Outcome {
    match command {
        Mission::Check { source, json } => check(&source, json),
        Mission::New { folder, source, servers, secret } => {
            let desk = Desk::new(&folder, &source, &servers, &secret.read()?)?;
            println!("mission {} in {}", desk.mission(), folder.display());
            println!("next: `baqylau mission build --folder {}`", folder.display());
            Ok(true)
        }
        Mission::Build { folder, days, publish } => {
            let passphrase = folder.secret.read()?;
            let mut desk = Desk::open(&folder.folder, &passphrase)?;
            let manifest = desk.build(&passphrase, now(), days)?;
            println!(
                "bundle {} with {} parts in {}/publish",
                manifest.version,
                manifest.parts.len(),
                folder.folder.display()
            );
            if publish {
                desk.publish()?;
                println!("published to {}", desk.settings.servers.join(", "));
            }
            Ok(true)
        }
        Mission::Invite { folder, people, days, json } => {
            let invited = folder.open()?.invite(&people, now(), days)?;
            if json {
                let rows: Vec<_> = invited.iter().map(|i| json!({"person": i.person.code, "invite": i.text})).collect();
                return print_json(&rows);
            }
            println!("{} invites in {}/invites", invited.len(), folder.folder.display());
            Ok(true)
        }
        Mission::Replace { folder, device, lost, days } => {
            let mut desk = folder.open()?;
            let invited = desk.replace(device_id(&device)?, lost, now(), days)?;
            if lost {
                desk.publish_roster()?;
            }
            println!("an invite for {} in {}/invites", invited.person.code, folder.folder.display());
            Ok(true)
        }
        Mission::Revoke { folder, device, good, offline } => {
            let desk = folder.open()?;
            let id = device_id(&device)?;
            let entry = desk.revoke(id, good)?;
            if !offline {
                desk.publish_roster()?;
            }
            println!("revoked {device}; envelopes up to {} count", entry.good_seq);
            Ok(true)
        }
    }
}

fn device_id(text: &str) -> Result<DeviceId, &'static str> {
    DeviceId::from_hex(text).ok_or("a device is 32 hexadecimal digits, as `desk devices` shows it")
}

fn check(source: &std::path::Path, json: bool) -> Outcome {
    match Source::read(source) {
        Ok(read) => {
            let questions: usize = read.checklists.iter().map(|c| c.items.len()).sum();
            if json {
                let places = read.places.table().places.len();
                return print_json(&json!({
                    "checklists": read.checklists.len(), "questions": questions, "places": places,
                    "people": read.people.len(), "figures": read.figures.len(), "warnings": read.warnings, "faults": [],
                }));
            }
            read.warnings.iter().for_each(|w| println!("warning: {w}"));
            println!(
                "{} checklists with {questions} items, {} places, {} people, {} figures: no fault",
                read.checklists.len(),
                read.places.table().places.len(),
                read.people.len(),
                read.figures.len()
            );
            Ok(true)
        }
        Err(baqylau_desk::DeskError::Source { faults }) => {
            if json {
                print_json(&json!({"faults": faults}))?;
            } else {
                faults.iter().for_each(|f| println!("{f}"));
                println!("{} fault(s)", faults.len());
            }
            Ok(false)
        }
        Err(e) => Err(e.into()),
    }
}
