//! What can be asked of a terminal observer.

use super::store::StoreOptions;
use clap::Subcommand;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum ObserveCommand {
    /// Enrol with an invite.
    Enrol {
        #[command(flatten)]
        store: StoreOptions,
        /// A file with the invite's text; `-` reads it from standard input.
        #[arg(long, value_name = "FILE")]
        invite: PathBuf,
        /// Go through a SOCKS5 proxy from now on, as 127.0.0.1:9050: the network blocks the mission's servers.
        #[arg(long, value_name = "ADDRESS")]
        proxy: Option<String>,
    },
    /// Go through a SOCKS5 proxy, where the network blocks the mission's servers. It resolves their names itself.
    Proxy {
        #[command(flatten)]
        store: StoreOptions,
        /// Where it listens, as 127.0.0.1:9050.
        #[arg(required_unless_present = "off")]
        address: Option<String>,
        /// Go through none any more.
        #[arg(long, conflicts_with = "address")]
        off: bool,
    },
    /// The mission and its checklists.
    Mission {
        #[command(flatten)]
        store: StoreOptions,
        /// One JSON object on one line.
        #[arg(long)]
        json: bool,
    },
    /// Search the places.
    Places {
        #[command(flatten)]
        store: StoreOptions,
        /// Words of a name, a number or a code.
        query: String,
        /// One JSON object on one line.
        #[arg(long)]
        json: bool,
    },
    /// Fill a checklist: at prompts, or from a file of answers. What was answered before is kept.
    Fill {
        #[command(flatten)]
        store: StoreOptions,
        /// The checklist's id.
        #[arg(long)]
        checklist: String,
        /// The visit to go on with; without it a new one is started.
        #[arg(long)]
        visit: Option<String>,
        /// The code of the place.
        #[arg(long)]
        place: Option<String>,
        /// Answers by question: JSON, as {"overall": "good", "list_shown": "?dk"}.
        #[arg(long, value_name = "FILE")]
        answers: Option<PathBuf>,
        /// Why it is signed although something is missing or unlikely.
        #[arg(long, value_name = "REASON")]
        incomplete: Option<String>,
        /// Keep it as a draft.
        #[arg(long)]
        draft: bool,
    },
    /// Correct a signed report: a report of its own that supersedes it. The original is kept.
    Amend {
        #[command(flatten)]
        store: StoreOptions,
        /// The report's number, as `observe reports` shows it.
        #[arg(long)]
        report: i64,
        /// Why; it goes with the amendment.
        #[arg(long, value_name = "REASON")]
        why: String,
        /// Answers that change, as for `fill`; without it every question is asked again.
        #[arg(long, value_name = "FILE")]
        answers: Option<PathBuf>,
        /// Why it is signed although something is missing or unlikely.
        #[arg(long, value_name = "REASON")]
        incomplete: Option<String>,
    },
    /// End this phone's work: sign that nothing follows. What waits is still delivered.
    Close {
        #[command(flatten)]
        store: StoreOptions,
    },
    /// The drafts that are not signed yet.
    Drafts {
        #[command(flatten)]
        store: StoreOptions,
        /// One JSON object on one line.
        #[arg(long)]
        json: bool,
    },
    /// Carry a draft to the version of its checklist that the mission has now. Nothing is dropped: what has no place is listed.
    Carry {
        #[command(flatten)]
        store: StoreOptions,
        /// The draft's number, as `observe drafts` shows it.
        draft: i64,
    },
    /// Throw a draft away.
    Discard {
        #[command(flatten)]
        store: StoreOptions,
        /// The draft's number, as `observe drafts` shows it.
        draft: i64,
    },
    /// What the coordinators write.
    Letters {
        #[command(flatten)]
        store: StoreOptions,
        /// One JSON object on one line.
        #[arg(long)]
        json: bool,
    },
    /// Answer a letter that asks about a report: an amendment of it.
    Answer {
        #[command(flatten)]
        store: StoreOptions,
        /// The letter's number, as `observe letters` shows it.
        letter: i64,
        /// What is answered; it goes with the amendment.
        #[arg(long, value_name = "WORDS")]
        why: String,
        /// Answers that change, as for `fill`; without it every question is asked again.
        #[arg(long, value_name = "FILE")]
        answers: Option<PathBuf>,
        /// Why it is signed although something is missing or unlikely.
        #[arg(long, value_name = "REASON")]
        incomplete: Option<String>,
    },
    /// Write all that waits into a courier file, or as frames for a screen: another phone or the desk delivers it.
    Export {
        #[command(flatten)]
        store: StoreOptions,
        /// The file.
        #[arg(required_unless_present = "qr")]
        file: Option<PathBuf>,
        /// One frame a line, to be shown as QR codes, instead of bytes.
        #[arg(long)]
        frames: bool,
        /// Show the frames as QR codes, again and again, until it is interrupted.
        #[arg(long)]
        qr: bool,
        /// A folder for the photographs and other files that wait, to be carried beside it.
        #[arg(long, value_name = "DIR")]
        attachments: Option<PathBuf>,
    },
    /// Take a courier file, or frames one a line: carry what is another's, keep what is one's own.
    Import {
        #[command(flatten)]
        store: StoreOptions,
        /// The file.
        file: PathBuf,
        /// A folder with files that came beside it.
        #[arg(long, value_name = "DIR")]
        attachments: Option<PathBuf>,
    },
    /// Change the PIN.
    Pin {
        #[command(flatten)]
        store: StoreOptions,
        /// A file with the new PIN; otherwise `BAQYLAU_NEW_PIN` is read, otherwise you are asked.
        #[arg(long, value_name = "FILE")]
        new_file: Option<PathBuf>,
    },
    /// Set a second PIN, where the mission has one: who opens the store with it finds an empty one, and what was here is destroyed.
    Duress {
        #[command(flatten)]
        store: StoreOptions,
        /// A file with the second PIN; otherwise `BAQYLAU_NEW_PIN` is read, otherwise you are asked.
        #[arg(long, value_name = "FILE")]
        new_file: Option<PathBuf>,
        /// Take it away.
        #[arg(long, conflicts_with = "new_file")]
        off: bool,
    },
    /// Destroy the keys and files of a store, without the PIN. What was not delivered is lost.
    Wipe {
        /// The folder of the store.
        #[arg(long, value_name = "DIR")]
        store: PathBuf,
        /// Yes, everything.
        #[arg(long, required = true)]
        yes: bool,
    },
    /// Deliver what waits.
    Sync {
        #[command(flatten)]
        store: StoreOptions,
        /// What was delivered before too: the coordinators' server lost or damaged some of it.
        #[arg(long)]
        again: bool,
        /// One JSON object on one line.
        #[arg(long)]
        json: bool,
    },
    /// Make a damaged store anew from what can still be read of it; the damaged file is kept.
    Salvage {
        #[command(flatten)]
        store: StoreOptions,
    },
    /// The state of every report.
    Reports {
        #[command(flatten)]
        store: StoreOptions,
        /// One JSON object on one line.
        #[arg(long)]
        json: bool,
    },
}
