//! `baqylau observe`: a terminal observer on the same core that a phone has.

use crate::common::{Failure, Outcome, print_json};
use baqylau_forms::definition::Kind;
use baqylau_observer::ObserverCore;
use baqylau_observer::app::{Choices, Config, Issue, Key, QuestionView, ReportState, VisitUpdate};
use baqylau_observer::clock::{Clock, SystemClock};
use baqylau_observer::vault::FileVault;
use clap::{Args, Subcommand};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

const BUDGET: Duration = Duration::from_secs(120);

/// Where the store is.
#[derive(Args)]
pub struct Store {
    /// The folder of this observer's store.
    #[arg(long, value_name = "DIR")]
    store: PathBuf,
    /// The language to speak.
    #[arg(long, default_value = "en")]
    language: String,
    /// The PIN; otherwise `BAQYLAU_PIN` is read.
    #[arg(long, env = "BAQYLAU_PIN", hide_env_values = true)]
    pin: String,
}

impl Store {
    fn config(&self) -> Result<Config, Failure> {
        let vault = Arc::new(FileVault::open(&self.store.join("vault"))?);
        Ok(Config { folder: self.store.clone(), vault, clock: Arc::new(SystemClock), language: self.language.clone() })
    }

    fn open(&self) -> Result<ObserverCore, Failure> {
        Ok(ObserverCore::open(self.config()?, &self.pin)?)
    }
}

#[derive(Subcommand)]
pub enum Observe {
    /// Enrol with an invite.
    Enrol {
        #[command(flatten)]
        store: Store,
        /// A file with the invite's text.
        #[arg(long, value_name = "FILE")]
        invite: PathBuf,
    },
    /// The mission and its checklists.
    Mission {
        #[command(flatten)]
        store: Store,
    },
    /// Search the places.
    Places {
        #[command(flatten)]
        store: Store,
        /// Words of a name, a number or a code.
        query: String,
    },
    /// Fill a checklist: at prompts, or from a file of answers. What was answered before is kept.
    Fill {
        #[command(flatten)]
        store: Store,
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
    /// Deliver what waits.
    Sync {
        #[command(flatten)]
        store: Store,
    },
    /// Make a damaged store anew from what can still be read of it; the damaged file is kept.
    Salvage {
        #[command(flatten)]
        store: Store,
    },
    /// The state of every report.
    Reports {
        #[command(flatten)]
        store: Store,
        /// One JSON object on one line.
        #[arg(long)]
        json: bool,
    },
}

pub fn run(command: Observe) -> Outcome {
    match command {
        Observe::Enrol { store, invite } => enrol(&store, &invite),
        Observe::Salvage { store } => {
            let salvaged = ObserverCore::salvage(&store.config()?, &store.pin)?;
            println!("{} rows were taken over; the damaged file is {}", salvaged.rows, salvaged.aside.display());
            salvaged.lost.iter().for_each(|table| println!("not everything could be read: {table}"));
            Ok(salvaged.lost.is_empty())
        }
        Observe::Mission { store } => mission(&store.open()?),
        Observe::Places { store, query } => {
            for place in store.open()?.search_places(&[], &query, 0, 20)? {
                println!("{:<10} {}  ({}: {})", place.code, place.label, place.level, place.path.join(" › "));
            }
            Ok(true)
        }
        Observe::Fill { store, checklist, visit, place, answers, incomplete, draft } => {
            let core = store.open()?;
            let visit = match visit {
                Some(visit) => visit,
                None => core.start_visit(place.as_deref(), None)?.code,
            };
            let id = core.start_checklist(&visit, &checklist)?.id;
            let given = answers.map(read_answers).transpose()?;
            fill(&core, id, given.as_ref())?;
            if draft {
                println!("draft of {checklist} for visit {visit}");
                return Ok(true);
            }
            core.update_visit(&visit, VisitUpdate::Departed(SystemClock.wall()))?;
            sign(&core, id, incomplete)
        }
        Observe::Sync { store } => {
            let report = store.open()?.sync_now(BUDGET)?;
            println!("{} delivered, {} refused", report.delivered, report.refused);
            if report.again.is_some() {
                println!("the server does not answer or is busy; what waits is safe, try again later");
            }
            Ok(report.again.is_none() && report.refused == 0)
        }
        Observe::Reports { store, json } => reports(&store.open()?, json),
    }
}

fn enrol(store: &Store, invite: &PathBuf) -> Outcome {
    let text = std::fs::read_to_string(invite).map_err(|e| format!("{}: {e}", invite.display()))?;
    let config = store.config()?;
    // An enrolment that broke off goes on.
    let core = if store.store.join("lock.json").exists() {
        ObserverCore::open(config, &store.pin)?
    } else {
        ObserverCore::create(config, &store.pin, &text)?
    };
    core.enrol(BUDGET)?;
    mission(&core)
}

fn mission(core: &ObserverCore) -> Outcome {
    let mission = core.mission()?;
    println!("{} (bundle {})", mission.title, mission.version);
    println!("{}, {}, team {}", mission.name, mission.role, mission.team);
    println!("fingerprint {}: compare it with the coordinators'", mission.fingerprint);
    if mission.expired {
        println!("the bundle expired; reports can still be signed");
    }
    if let Some(reason) = mission.bundle_refused {
        println!("a bundle was refused: {reason}");
    }
    for checklist in core.checklists()? {
        println!("  {:<18} {} (at: {})", checklist.id, checklist.title, checklist.places.join(", "));
    }
    Ok(true)
}

fn read_answers(path: PathBuf) -> Result<BTreeMap<String, String>, Failure> {
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?)
}

/// Goes through the sections; asks for everything that has no answer yet.
fn fill(core: &ObserverCore, draft: i64, given: Option<&BTreeMap<String, String>>) -> Result<(), Failure> {
    let mut asked: BTreeSet<Key> = BTreeSet::new();
    for section in core.sections(draft)? {
        if given.is_none() && section.shown {
            println!("\n== {} ==", section.title);
        }
        loop {
            let rows = core.open_section(draft, section.section)?.rows;
            let open = |r: &&QuestionView| r.answer.is_none() && !r.read_only && !asked.contains(&r.key);
            let Some(row) = rows.iter().find(open).cloned() else { break };
            asked.insert(row.key);
            match given {
                Some(answers) => {
                    if let Some(text) = answers.get(&row.name) {
                        put(core, draft, &row, text)?;
                    }
                }
                None => prompt(core, draft, &row)?,
            }
        }
    }
    Ok(())
}

fn put(core: &ObserverCore, draft: i64, row: &QuestionView, text: &str) -> Result<(), baqylau_observer::Error> {
    if let Kind::Repeat { .. } = row.kind {
        for _ in row.rows..text.trim().parse().unwrap_or(0) {
            core.add_row(draft, row.key)?;
        }
        return Ok(());
    }
    let answer = core.read_answer(draft, row.key, text)?;
    core.set(draft, row.key, answer).map(drop)
}

fn prompt(core: &ObserverCore, draft: i64, row: &QuestionView) -> Result<(), Failure> {
    let number = if row.number.is_empty() { String::new() } else { format!("{}. ", row.number) };
    println!("{number}{}", row.label);
    if matches!(row.kind, Kind::Note | Kind::Group { .. } | Kind::Attachment { .. }) {
        return Ok(());
    }
    if !row.hint.is_empty() {
        println!("   {}", row.hint);
    }
    match &row.choices {
        Choices::Inline(choices) => choices.iter().for_each(|c| println!("   {} = {}", c.name, c.label)),
        Choices::Paged { count } => println!("   one of {count}; type its code"),
        Choices::None => {}
    }
    let missing: Vec<String> = row.missing.iter().map(|m| format!("?{}", m.code())).collect();
    let hints = if missing.is_empty() { String::new() } else { format!(" [{}]", missing.join(" ")) };
    loop {
        print!(" {hints}> ");
        std::io::stdout().flush()?;
        let mut line = String::new();
        if std::io::stdin().lock().read_line(&mut line)? == 0 || line.trim().is_empty() {
            return Ok(());
        }
        match put(core, draft, row, line.trim()) {
            Ok(()) => return Ok(()),
            Err(e) => println!("   {e}"),
        }
    }
}

fn sign(core: &ObserverCore, draft: i64, incomplete: Option<String>) -> Outcome {
    for problem in core.issues(draft)? {
        let what = match problem.issue {
            Issue::Unanswered => "not answered",
            Issue::Warning => "unlikely",
            Issue::Error => "impossible",
            Issue::NotOffered => "no longer offered",
        };
        println!("{what}: {}", problem.text);
    }
    let report = core.finalise(draft, incomplete)?;
    println!(
        "signed: {} of visit {}, number {} of this device, {}",
        report.checklist, report.visit, report.seq, report.hash
    );
    println!("it waits for `baqylau observe sync`");
    Ok(true)
}

fn reports(core: &ObserverCore, json: bool) -> Outcome {
    let reports = core.reports()?;
    let summary = core.summary()?;
    let state = |s: &ReportState| match s {
        ReportState::Waiting => "waiting".to_owned(),
        ReportState::Stuck { reason } => format!("stuck: {reason}"),
        ReportState::Delivered { index, .. } => format!("delivered, place {index} in the log"),
    };
    if json {
        let rows: Vec<_> = reports
            .iter()
            .map(|r| json!({"seq": r.seq, "visit": r.visit, "checklist": r.checklist, "hash": r.hash, "state": state(&r.state)}))
            .collect();
        return print_json(&json!({"reports": rows, "all_safe": summary.all_safe(), "drafts": summary.drafts}));
    }
    for r in &reports {
        println!("{:>4}  {:<10} {:<18} {}", r.seq, r.visit, r.checklist, state(&r.state));
    }
    if summary.all_safe() {
        println!("all safe: {} delivered, {} drafts", summary.delivered, summary.drafts);
    } else {
        println!("NOT safe yet: {} wait, {} stuck", summary.waiting, summary.stuck);
    }
    Ok(true)
}
