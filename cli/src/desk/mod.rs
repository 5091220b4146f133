//! `baqylau desk`: pull, figures, reports, exports.

mod audit;
mod devices;
mod figures;
mod log;
mod records;
mod reports;
mod statement;
mod upkeep;

pub use devices::print_dispute;
pub use figures::{figure_json, figure_table};

use crate::common::{CommandResult, Folder, save};
use clap::Subcommand;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum DeskCommand {
    /// Pull what is new from the server, verify and open it. Exit status 1: it was pulled, and something is lacking, damaged, disputed or
    /// refused, which is listed.
    Pull {
        #[command(flatten)]
        folder: Folder,
        /// First hand the server everything again that is here of its log: what is damaged there is whole then.
        #[arg(long)]
        again: bool,
        /// One JSON object on one line.
        #[arg(long)]
        json: bool,
    },
    /// Show everything in a browser on this machine: what came in, the figures, every report; live.
    Page {
        #[command(flatten)]
        folder: Folder,
        /// The port on this machine; 0 takes any that is free.
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// Every how many seconds the server is asked for what is new.
        #[arg(long, value_name = "SECONDS", default_value_t = 15)]
        every: u64,
    },
    /// The figures of the statement, computed and compared.
    Figures {
        #[command(flatten)]
        folder: Folder,
        /// Only what was received up to this moment, as 2023-03-20T09:00+06:00.
        #[arg(long, value_name = "TIME")]
        as_of: Option<String>,
        /// The answers as they were first reported, without what supersedes them.
        #[arg(long)]
        raw: bool,
        /// One JSON object on one line.
        #[arg(long)]
        json: bool,
    },
    /// The figures of the statement up to one head of the log, signed by several desks where the mission asks for it.
    #[command(subcommand)]
    Statement(statement::StatementCommand),
    /// The reports, with their status.
    Reports {
        #[command(flatten)]
        folder: Folder,
        /// Write the answers as CSV tables into this folder; internal reports are left out.
        #[arg(long, value_name = "DIR")]
        export: Option<PathBuf>,
        /// With the words of internal reports, which are not to be quoted.
        #[arg(long)]
        internal: bool,
        /// A statement that enough desks signed: the reports it speaks of are exported, as they stood then, and it goes with them.
        #[arg(long, value_name = "FILE", requires = "export")]
        statement: Option<PathBuf>,
        /// One JSON object on one line.
        #[arg(long)]
        json: bool,
    },
    #[command(flatten)]
    Sign(records::SignCommand),
    /// Hand a courier file to the server, and write the receipts into a file that goes back.
    Deliver {
        #[command(flatten)]
        folder: Folder,
        /// What `observe export` or a phone wrote.
        file: PathBuf,
        /// Where the receipts go, with the bundle.
        #[arg(long, value_name = "FILE")]
        back: Option<PathBuf>,
        /// A folder with attachments that came beside it.
        #[arg(long, value_name = "DIR")]
        attachments: Option<PathBuf>,
    },
    /// Write the bundle, and what this desk has of every phone, into a courier file, for phones without a network.
    Courier {
        #[command(flatten)]
        folder: Folder,
        /// The file.
        file: PathBuf,
    },
    /// The attachments of the reports; with `--export` they are decrypted into a folder.
    Attachments {
        #[command(flatten)]
        folder: Folder,
        /// Decrypt all that are here into this folder; those of internal reports are left out.
        #[arg(long, value_name = "DIR")]
        export: Option<PathBuf>,
        /// With the files of internal reports.
        #[arg(long)]
        internal: bool,
    },
    /// The phones: whose, how much of each chain is here, what is missing.
    Devices {
        #[command(flatten)]
        folder: Folder,
        /// One JSON object on one line.
        #[arg(long)]
        json: bool,
    },
    /// Read the server's whole log again and compare it with what was pulled; what is damaged there is handed to it from here. Attachments
    /// are asked for by their end. Exit status 1: the server hands out something else, which is listed.
    Audit {
        #[command(flatten)]
        folder: Folder,
        /// Ask for every attachment, and not only for 64 of them.
        #[arg(long)]
        all: bool,
        /// One JSON object on one line.
        #[arg(long)]
        json: bool,
    },
    /// Verify everything that was pulled once more, from its bytes.
    Verify {
        #[command(flatten)]
        folder: Folder,
    },
    /// The server's counters.
    Metrics {
        #[command(flatten)]
        folder: Folder,
    },
    /// Go through a SOCKS5 proxy, where the network blocks the mission's servers. It resolves their names itself.
    Proxy {
        #[command(flatten)]
        folder: Folder,
        /// Where it listens, as 127.0.0.1:9050.
        #[arg(required_unless_present = "off")]
        address: Option<String>,
        /// Go through none any more.
        #[arg(long, conflicts_with = "address")]
        off: bool,
    },
    /// Put the desk's keys under another passphrase: the old one as always, the new one likewise.
    #[command(name = "passphrase")]
    ChangePassphrase {
        #[command(flatten)]
        folder: Folder,
        /// A file with the new passphrase; otherwise `BAQYLAU_NEW_PASSPHRASE` is read, otherwise you are asked.
        #[arg(long, value_name = "FILE")]
        new_file: Option<PathBuf>,
    },
    /// Make a damaged store anew from what can be read of it; the damaged file is kept beside it.
    Salvage {
        #[command(flatten)]
        folder: Folder,
    },
    /// Write the log into a file that `baqylau verify` verifies anywhere.
    Log {
        #[command(flatten)]
        folder: Folder,
        /// The file.
        file: PathBuf,
    },
}

pub fn run(command: DeskCommand) -> CommandResult {
    match command {
        DeskCommand::Pull { folder, again, json } => log::pull(&folder, again, json),
        DeskCommand::Page { folder, port, every } => {
            let passphrase = folder.secret.read()?;
            let open = || Ok(baqylau_desk::Desk::open(&folder.folder, &passphrase)?);
            crate::page::serve(open, port, std::time::Duration::from_secs(every.max(1)))
        }
        DeskCommand::Figures { folder, as_of, raw, json } => figures::figures(&folder, as_of, raw, json),
        DeskCommand::Statement(command) => statement::run(&command),
        DeskCommand::Reports { folder, export, internal, statement, json } => match export {
            Some(target) => reports::export(&folder.open()?, &target, internal, statement.as_deref()),
            None => reports::reports(&folder, internal, json),
        },
        DeskCommand::Sign(command) => records::run(command),
        DeskCommand::Attachments { folder, export, internal } => {
            reports::attachments(&folder.open()?, export, internal)
        }
        DeskCommand::Deliver { folder, file, back, attachments } => {
            log::deliver(&folder.open()?, &file, back, attachments)
        }
        DeskCommand::Courier { folder, file } => {
            let bytes = folder.open()?.courier(Vec::new(), Vec::new())?;
            save(&file, &bytes)?;
            println!("the bundle in {} ({} bytes)", file.display(), bytes.len());
            Ok(true)
        }
        DeskCommand::Devices { folder, json } => devices::devices(&folder.open()?, json),
        DeskCommand::Audit { folder, all, json } => audit::audit(&folder.open()?, all, json),
        DeskCommand::Verify { folder } => log::verify(&folder.open()?),
        DeskCommand::Metrics { folder } => {
            print!("{}", folder.open()?.metrics()?);
            Ok(true)
        }
        DeskCommand::Proxy { folder, address, off: _ } => upkeep::proxy(&folder, address.as_deref()),
        DeskCommand::ChangePassphrase { folder, new_file } => upkeep::passphrase(&folder, new_file),
        DeskCommand::Salvage { folder } => upkeep::salvaged(&folder),
        DeskCommand::Log { folder, file } => log::export(&folder.open()?, &file),
    }
}

pub fn moment(text: &str) -> Result<i64, String> {
    let moment = baqylau_forms::value::Moment::parse(text, 0);
    moment.map(|m| m.ms).ok_or_else(|| format!("{text:?} is no moment such as 2023-03-20T09:00:00+06:00"))
}
