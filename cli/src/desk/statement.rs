//! `baqylau desk statement`: made at one desk, signed at others.

use crate::common::{CommandResult, Folder, now, save};
use crate::statement::{print, read};
use clap::Subcommand;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum StatementCommand {
    /// Compute the figures of everything that was pulled, sign them, and write them into a file for the other desks.
    Make {
        #[command(flatten)]
        folder: Folder,
        /// The file.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// One JSON object on one line.
        #[arg(long)]
        json: bool,
    },
    /// Compute the figures of a statement again, from this desk's own log up to the same object, and sign it where all are the same.
    Sign {
        #[command(flatten)]
        folder: Folder,
        /// What `desk statement make` wrote at another desk; this desk's signature is added to it.
        file: PathBuf,
        /// One JSON object on one line.
        #[arg(long)]
        json: bool,
    },
}

pub fn run(command: &StatementCommand) -> CommandResult {
    match command {
        StatementCommand::Make { folder, out, json } => {
            let desk = folder.open()?;
            let (statement, reading) = desk.statements().make(now())?;
            save(out, &statement.encode())?;
            let waiting = desk.store.waiting()?;
            if waiting > 0 {
                eprint!(
                    "baqylau: {waiting} records of this desk are not in the log yet, and not in these figures; pull and make the statement anew to have them in it\n"
                );
            }
            print(&reading, *json)
        }
        StatementCommand::Sign { folder, file, json } => {
            let mut statement = read(file)?;
            let reading = folder.open()?.statements().sign(&mut statement)?;
            save(file, &statement.encode())?;
            print(&reading, *json)
        }
    }
}
