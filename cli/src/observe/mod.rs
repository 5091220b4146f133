//! `baqylau observe`: a terminal observer on the same core that a phone has.

mod carrying;
mod fill;
mod listing;

use crate::common::{CommandError, CommandResult, print_json, told};
use baqylau_observer::app::{DeliveryState, PhoneConfig, Trouble, VisitChange};
use baqylau_observer::clock::{Clock, SystemClock};
use baqylau_observer::vault::FileVault;
use baqylau_observer::{Error, ObserverApp, RefusalReason};
use clap::{Args, Subcommand};
use fill::{fill, read_answers, sign};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const BUDGET: Duration = Duration::from_secs(120);

/// Where the store is.
#[derive(Args)]
pub struct StoreOptions {
    /// The folder of this observer's store.
    #[arg(long, value_name = "DIR")]
    store: PathBuf,
    /// The language to speak; the mission's first without it.
    #[arg(long)]
    language: Option<String>,
    /// The PIN; otherwise `BAQYLAU_PIN` is read.
    #[arg(long, env = "BAQYLAU_PIN", hide_env_values = true, required_unless_present = "locked", default_value = "")]
    pin: String,
    /// Without the PIN, as a locked phone: for `sync`, `export` and `import`.
    #[arg(long)]
    locked: bool,
}

impl StoreOptions {
    fn config(&self) -> Result<PhoneConfig, CommandError> {
        config(&self.store, self.language.as_deref().unwrap_or_default())
    }

    fn open(&self) -> Result<ObserverApp, CommandError> {
        if !ObserverApp::exists(&self.config()?) {
            return Err(
                format!("{}: there is no store; `baqylau observe enrol` makes one", self.store.display()).into()
            );
        }
        let core = ObserverApp::open(self.config()?, &self.pin)?;
        if let Ok(mission) = core.mission()
            && let Some(language) = &self.language
            && !mission.languages.iter().any(|(code, _)| code == language)
        {
            let spoken: Vec<String> = mission.languages.into_iter().map(|(code, _)| code).collect();
            return Err(format!("the mission does not speak {language}, but {}", spoken.join(", ")).into());
        }
        Ok(core)
    }
}

impl StoreOptions {
    /// For delivery, which needs no PIN: after too many wrong ones, and where only the outbox can be read, it goes on without.
    fn deliver(&self) -> Result<ObserverApp, CommandError> {
        if self.locked {
            return Ok(ObserverApp::open_locked(self.config()?)?);
        }
        match self.open() {
            Err(e) if matches!(e.downcast_ref(), Some(Error::Locked { attempts_left: 0 })) => {
                println!("locked for good; what was signed is delivered all the same");
                Ok(ObserverApp::open_locked(self.config()?)?)
            }
            Err(e) if e.downcast_ref().is_some_and(leaves_outbox) => {
                let core = ObserverApp::open_locked(self.config()?)?;
                println!("{e}; what was signed is delivered all the same");
                Ok(core)
            }
            other => other,
        }
    }
}

/// Whether an error keeps everybody from the work, and nothing from being delivered.
fn leaves_outbox(e: &Error) -> bool {
    use baqylau_observer::{InvalidReason::LockDamaged, StorageError::Damaged};
    matches!(e, Error::Invalid(LockDamaged) | Error::Storage(Damaged { .. }))
}

fn config(folder: &Path, language: &str) -> Result<PhoneConfig, CommandError> {
    let vault = Arc::new(FileVault::open(&folder.join("vault"))?);
    Ok(PhoneConfig {
        folder: folder.to_owned(),
        vault,
        clock: Arc::new(SystemClock),
        language: language.to_owned(),
        missions: Arc::default(),
    })
}

#[derive(Subcommand)]
pub enum ObserveCommand {
    /// Enrol with an invite.
    Enrol {
        #[command(flatten)]
        store: StoreOptions,
        /// The invite's text, or a file with it.
        #[arg(long, value_name = "FILE")]
        invite: PathBuf,
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
        /// The new PIN; otherwise `BAQYLAU_NEW_PIN` is read.
        #[arg(long, env = "BAQYLAU_NEW_PIN", hide_env_values = true)]
        new: String,
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

pub fn run(command: ObserveCommand) -> CommandResult {
    match command {
        ObserveCommand::Enrol { store, invite } => enrol(&store, &invite),
        ObserveCommand::Salvage { store } => salvage(&store),
        ObserveCommand::Mission { store, json } => mission(&store.open()?, json),
        ObserveCommand::Places { store, query, json } => listing::places(&store.open()?, &query, json),
        ObserveCommand::Fill { store, checklist, visit, place, answers, incomplete, draft } => {
            let core = store.open()?;
            // What is wrong with the file is said before anything is begun.
            answers.as_deref().map(read_answers).transpose()?;
            let visit = match visit {
                Some(visit) => visit,
                None => core.start_visit(place.as_deref(), None)?.code,
            };
            println!("visit {visit}; `--visit {visit}` goes on with it");
            let id = core.start_checklist(&visit, &checklist)?.id;
            fill(&core, id, answers.as_deref(), false)?;
            if draft {
                println!("draft of {checklist} for visit {visit}");
                return Ok(true);
            }
            core.update_visit(&visit, VisitChange::Departed(SystemClock.wall()))?;
            sign(&core, id, incomplete)
        }
        ObserveCommand::Amend { store, report, why, answers, incomplete } => {
            amend(&store.open()?, report, &why, answers.as_deref(), incomplete)
        }
        ObserveCommand::Close { store } => {
            store.open()?.close()?;
            println!("closed: nothing more can be signed here; `baqylau observe sync` delivers what waits");
            Ok(true)
        }
        ObserveCommand::Drafts { store, json } => listing::drafts(&store.open()?, json),
        ObserveCommand::Carry { store, draft } => {
            let (new, left) = store.open()?.carry(draft)?;
            println!("draft {} goes on as draft {}", draft, new.id);
            left.iter().for_each(|l| println!("no place for {}: {}", l.name, l.text));
            Ok(true)
        }
        ObserveCommand::Discard { store, draft } => {
            store.open()?.discard(draft)?;
            println!("draft {draft} is gone");
            Ok(true)
        }
        ObserveCommand::Letters { store, json } => listing::letters(&store.open()?, json),
        ObserveCommand::Answer { store, letter, why, answers, incomplete } => {
            let core = store.open()?;
            let draft = core.answer(letter, &why)?.id;
            amended(&core, draft, answers.as_deref(), incomplete)
        }
        ObserveCommand::Export { store, file, frames, qr, attachments } => {
            carrying::export(&store.deliver()?, file.filter(|_| !qr), frames, attachments)
        }
        ObserveCommand::Import { store, file, attachments } => carrying::import(&store, &file, attachments.as_deref()),
        ObserveCommand::Pin { store, new } => {
            store.open()?.change_pin(&store.pin, &new)?;
            println!("the PIN was changed");
            Ok(true)
        }
        ObserveCommand::Wipe { store, yes: _ } => {
            if !ObserverApp::is_left(&store)? {
                return Err(format!("{}: there is no store here; nothing was wiped", store.display()).into());
            }
            ObserverApp::wipe(&config(&store, "en")?)?;
            println!("wiped: {}", store.display());
            Ok(true)
        }
        ObserveCommand::Sync { store, again, json } => {
            let core = store.deliver()?;
            let report = if again { core.sync_again(BUDGET)? } else { core.sync_now(BUDGET)? };
            let safe = report.again.is_none() && report.refused == 0 && report.refusal.is_none();
            if json {
                print_json(&json!({
                    "delivered": report.delivered, "refused": report.refused, "again": report.again,
                    "bytes_sent": report.bytes_sent, "attachment_bytes": report.attachment_bytes,
                    "trouble": report.trouble.map(trouble_name), "refusal": report.refusal.map(RefusalReason::code),
                }))?;
                return Ok(safe);
            }
            println!("{} delivered, {} refused", report.delivered, report.refused);
            match report.refusal {
                Some(why) if report.trouble.is_none() => println!("{}", refusal(why)),
                _ if report.again.is_some() => println!("{}; what waits is safe", trouble(report.trouble)),
                _ => {}
            }
            Ok(safe)
        }
        ObserveCommand::Reports { store, json } => reports(&store.open()?, json),
    }
}

fn salvage(store: &StoreOptions) -> CommandResult {
    let salvaged = ObserverApp::salvage(&store.config()?, &store.pin)?;
    println!("{} rows were taken over; the damaged file is {}", salvaged.rows, salvaged.aside.display());
    salvaged.lost.iter().for_each(|table| println!("not everything could be read: {table}"));
    if !salvaged.lost.is_empty() {
        println!("what was signed is delivered all the same; drafts and visits in these tables are lost here");
    }
    Ok(salvaged.lost.is_empty())
}

/// As programs read it.
fn trouble_name(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Unreachable => "unreachable",
        Trouble::Silent => "silent",
        Trouble::Foreign => "foreign",
        Trouble::Busy => "busy",
        Trouble::Unpublished => "unpublished",
        Trouble::Full => "full",
    }
}

/// Why something still waits, and what to do.
fn trouble(trouble: Option<Trouble>) -> &'static str {
    match trouble {
        Some(Trouble::Unreachable) => "the server cannot be reached: try again with a network",
        Some(Trouble::Silent) => "the server does not answer in time: try again later",
        Some(Trouble::Foreign) => {
            "who answers is not your mission's server: try another network, or ask the coordinators"
        }
        Some(Trouble::Busy) => "the server is busy: try again later",
        Some(Trouble::Unpublished) => {
            "the mission is not published at its server yet: ask the coordinators, and try again later"
        }
        Some(Trouble::Full) => "the disk is full, and receipts cannot be kept: free some room, then try again",
        None => "not everything could be delivered: try again later",
    }
}

/// Why something that waits is refused, and what to do.
fn refusal(why: RefusalReason) -> &'static str {
    match why {
        RefusalReason::Revoked => {
            "the server says that this device was revoked: talk to the coordinators. What was signed is kept, and tried again daily"
        }
        RefusalReason::Expired => {
            "the server says that the invite or the mission has expired: ask the coordinators. What was signed is kept, and tried again daily"
        }
        RefusalReason::FileLost | RefusalReason::FileNotTaken => file_problem(why),
        RefusalReason::Later => "the server does not take everything yet: it is kept, and tried again",
        RefusalReason::NoAnswer
        | RefusalReason::OtherMission
        | RefusalReason::NotGenuine
        | RefusalReason::Unfit
        | RefusalReason::NotTaken
        | RefusalReason::KeyStore
        | RefusalReason::NotPublished
        | RefusalReason::NothingUrgent
        | RefusalReason::Syncing
        | RefusalReason::Source => {
            "the server refuses something: `baqylau observe reports` says why. It is kept, and tried again daily; a courier can take it"
        }
    }
}

/// Why a file of a report is not delivered, and what to do.
fn file_problem(why: RefusalReason) -> &'static str {
    match why {
        RefusalReason::FileLost => {
            "a file is damaged, or not on this device any more: tell the coordinators; amend the report if you can take it again"
        }
        _ => "the server has not taken a file yet: it is kept here and tried again; a courier can take it meanwhile",
    }
}

fn enrol(store: &StoreOptions, invite: &PathBuf) -> CommandResult {
    let text = invite.to_string_lossy();
    let text = match text.starts_with("BAQYLAU") {
        true => text.into_owned(),
        false => std::fs::read_to_string(invite).map_err(|e| told(invite, &e))?,
    };
    baqylau_protocol::certificate::Invite::from_text(&text)?;
    let config = store.config()?;
    // An enrolment that broke off goes on.
    let core = if ObserverApp::exists(&config) {
        ObserverApp::open(config, &store.pin)?
    } else {
        ObserverApp::create(config, &store.pin, &text)?
    };
    core.enrol(BUDGET)?;
    mission(&core, false)
}

fn mission(core: &ObserverApp, json: bool) -> CommandResult {
    let mission = core.mission()?;
    if json {
        let checklists = core.checklists()?;
        let row = |c: &baqylau_observer::app::ChecklistView| json!({"id": c.id, "title": c.title, "places": c.places});
        return print_json(&json!({
            "title": mission.title, "bundle": mission.version, "fingerprint": mission.fingerprint, "name": mission.name,
            "team": mission.team, "role": mission.role, "expired": mission.expired, "clock_error": mission.clock_error,
            "bundle_refused": mission.bundle_refused, "lacking": mission.lacking, "checklists": checklists.iter().map(row).collect::<Vec<_>>(),
        }));
    }
    println!("{} (bundle {})", mission.title, mission.version);
    println!("{}, {}, team {}", mission.name, mission.role, mission.team);
    println!("fingerprint {}: compare it with the coordinators'", mission.fingerprint);
    if mission.expired {
        println!("the bundle expired; reports can still be signed");
    }
    if mission.clock_error.abs() > 5 * 60_000 {
        println!("the clock of this device is wrong by {} minutes; it is corrected for", mission.clock_error / 60_000);
    }
    if let Some(reason) = mission.bundle_refused {
        println!("a bundle was refused: {reason}");
    }
    if !mission.lacking.is_empty() {
        println!("damaged here: {}; `baqylau observe sync` fetches them again", mission.lacking.join(", "));
    }
    for checklist in core.checklists()? {
        println!("  {:<18} {} (at: {})", checklist.id, checklist.title, checklist.places.join(", "));
    }
    Ok(true)
}

fn amend(
    core: &ObserverApp,
    report: i64,
    why: &str,
    answers: Option<&Path>,
    incomplete: Option<String>,
) -> CommandResult {
    amended(core, core.amend(report, why)?.id, answers, incomplete)
}

fn amended(core: &ObserverApp, id: i64, answers: Option<&Path>, incomplete: Option<String>) -> CommandResult {
    fill(core, id, answers, true)?;
    for change in core.changes(id)? {
        let text = |t: Option<String>| t.unwrap_or_else(|| "(no answer)".into());
        println!("{}: {} -> {}", change.label, text(change.before), text(change.after));
    }
    sign(core, id, incomplete)
}

fn reports(core: &ObserverApp, json: bool) -> CommandResult {
    let reports = core.reports()?;
    let summary = core.summary()?;
    let state = |s: &DeliveryState| match s {
        DeliveryState::Waiting => "waiting".to_owned(),
        DeliveryState::Sending => "sending".to_owned(),
        DeliveryState::Stuck { reason, .. } => format!("stuck: {reason}"),
        DeliveryState::Delivered { index, .. } => format!("delivered, place {index} in the log"),
    };
    if json {
        let rows: Vec<_> = reports
            .iter()
            .map(|r| json!({"seq": r.seq, "visit": r.visit, "checklist": r.checklist, "hash": r.hash, "amends": r.amends, "state": state(&r.state), "attachments": r.attachments, "attachments_delivered": r.attachments_delivered, "attachment_problem": r.attachment_problem.map(RefusalReason::code)}))
            .collect();
        return print_json(
            &json!({"reports": rows, "all_safe": summary.all_safe(), "drafts": summary.drafts, "closed": summary.closed}),
        );
    }
    for r in &reports {
        let files = match (&r.attachment_problem, r.attachments) {
            (_, 0) => String::new(),
            (Some(why), all) => format!(", {} of {all} attachments: {}", r.attachments_delivered, file_problem(*why)),
            (None, all) => format!(", {} of {all} attachments", r.attachments_delivered),
        };
        println!("{:>4}  {:<10} {:<18} {}{files}", r.seq, r.visit, r.checklist, state(&r.state));
    }
    if summary.all_safe() {
        println!("all safe: {} delivered, {} drafts", summary.delivered, summary.drafts);
    } else {
        let (waiting, stuck, files) = (summary.waiting, summary.stuck, summary.attachments_waiting);
        println!("NOT safe yet: {waiting} wait, {stuck} stuck, {files} attachments wait");
    }
    Ok(true)
}
