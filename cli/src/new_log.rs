//! `baqylau new-log`: a server's log begins again with what a desk has of it.

use crate::common::{CommandResult, print_json, told};
use baqylau_protocol::exported::ExportedLog;
use baqylau_protocol::ids::MissionRoot;
use baqylau_server::beginning::begin;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Options of new-log.
#[derive(Args)]
pub struct NewLogOptions {
    /// The folder `server/` of a mission. Its database and receipt key are moved aside, and a new key is made.
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
    /// What `baqylau desk log` wrote, at the desk that has most of the log.
    log: PathBuf,
    /// One JSON object on one line.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &NewLogOptions) -> CommandResult {
    let path = args.folder.join("root.pub");
    let root = std::fs::read_to_string(&path).map_err(|e| told(&path, &e))?;
    let root = MissionRoot::from_hex(root.trim())
        .ok_or("root.pub is no key in hexadecimal; copy the mission's folder `server` here")?;
    let bytes = std::fs::read(&args.log).map_err(|e| told(&args.log, &e))?;
    let log = ExportedLog::decode(&bytes).map_err(|e| format!("{}: {e}", args.log.display()))?;
    let begun = begin(&args.folder, root, &log)?;
    if args.json {
        print_json(&json!({
            "receipt_key": begun.key.to_string(), "size": begun.size, "root": begun.root.to_string(), "gap": begun.gap,
        }))?;
        return Ok(true);
    }
    println!("a new log that begins with {} objects; root {}", begun.size, begun.root);
    if let Some(gap) = begun.gap {
        println!("object {gap} is not in the file, or is none; what is behind it comes again from desks and phones");
    }
    println!("next: start the server, and where the root key is");
    println!("`baqylau mission epoch --folder ... --signed-by {} --size {}`", begun.key, begun.size);
    Ok(true)
}
