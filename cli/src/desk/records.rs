//! What coordinators sign: reviews, corrections, questions, messages. Everything waits until the next pull can deliver it.

use crate::common::{Folder, Outcome, now, print_json};
use baqylau_desk::Desk;
use baqylau_desk::records::Change;
use baqylau_protocol::cose::Type;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_report::review::State;
use clap::{Subcommand, ValueEnum};
use serde_json::json;

/// What may be decided of a report.
#[derive(Clone, Copy, ValueEnum)]
pub enum Decision {
    /// It counts, a proposal or one of a fork too.
    Accept,
    /// It counts nowhere.
    Exclude,
}

#[derive(Subcommand)]
pub enum Sign {
    /// Decide whether a report counts. The last decision holds.
    Review {
        #[command(flatten)]
        folder: Folder,
        /// The report: its hash as `desk reports` shows it, or the beginning of it.
        report: String,
        /// What is decided.
        decision: Decision,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Correct one answer of a report; raw figures leave it out.
    Correct {
        #[command(flatten)]
        folder: Folder,
        /// The report, by its hash or the beginning of it.
        report: String,
        /// The question's name.
        question: String,
        /// The new answer, as in answer files; without it the answer is taken away.
        #[arg(long)]
        answer: Option<String>,
        /// The rows of repeats that it is in, from 1, outermost first.
        #[arg(long, value_delimiter = ',')]
        rows: Vec<u32>,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Where it is from: a call, the paper form.
        #[arg(long)]
        source: String,
    },
    /// Ask the observer about a report; the answer comes back as an amendment.
    Ask {
        #[command(flatten)]
        folder: Folder,
        /// The report, by its hash or the beginning of it.
        report: String,
        /// Names of the questions to look at again.
        questions: Vec<String>,
        /// What is asked.
        #[arg(long)]
        note: String,
        /// Another person, by code, or device whose phone shall amend it: the report goes there with the questions.
        #[arg(long, value_name = "PERSON")]
        to: Option<String>,
    },
    /// Write to the phones of teams, or to all.
    Message {
        #[command(flatten)]
        folder: Folder,
        /// The words.
        text: String,
        /// The teams; everybody without it.
        #[arg(long = "team")]
        teams: Vec<String>,
    },
    /// The letters that the desks wrote, and which arrived.
    Letters {
        #[command(flatten)]
        folder: Folder,
        /// One JSON object on one line.
        #[arg(long)]
        json: bool,
    },
}

pub fn run(command: Sign) -> Outcome {
    match command {
        Sign::Review { folder, report, decision, reason } => {
            let desk = folder.open()?;
            let state = match decision {
                Decision::Accept => State::Accepted,
                Decision::Exclude => State::Excluded,
            };
            desk.review(find(&desk, &report)?, state, &reason, now())?;
        }
        Sign::Correct { folder, report, question, answer, rows, reason, source } => {
            let desk = folder.open()?;
            let rows = rows.into_iter().map(|r| r.checked_sub(1).ok_or("rows are counted from 1"));
            let change = Change {
                question: &question,
                rows: rows.collect::<Result<_, _>>()?,
                new: answer.as_deref(),
                reason: &reason,
                source: &source,
            };
            desk.correct(find(&desk, &report)?, &change, now())?;
        }
        Sign::Ask { folder, report, questions, note, to } => {
            let desk = folder.open()?;
            let other = to.map(|to| phone(&desk, &to)).transpose()?;
            desk.ask(find(&desk, &report)?, &questions, &note, other, now())?;
        }
        Sign::Message { folder, text, teams } => {
            let phones = folder.open()?.message(&teams, &text, now())?;
            println!("to {phones} phones");
        }
        Sign::Letters { folder, json } => return letters(&folder.open()?, json),
    }
    println!("signed; the next `desk pull` delivers it");
    Ok(true)
}

/// A report by the beginning of its hash.
fn find(desk: &Desk, beginning: &str) -> Result<Hash, String> {
    let envelopes = desk.store.envelopes().map_err(|e| e.to_string())?;
    let reports = envelopes.iter().filter(|e| e.plain.as_ref().is_ok_and(|o| o.kind == Type::Report));
    let mut found: Vec<Hash> = reports.map(|e| e.hash).filter(|h| h.to_string().starts_with(beginning)).collect();
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(format!("no report begins with {beginning}; `desk reports` lists them")),
        several => Err(format!("{} reports begin with {beginning}; give more of the hash", several.len())),
    }
}

/// The newest phone of a person, or the device of this name.
fn phone(desk: &Desk, name: &str) -> Result<DeviceId, String> {
    let rows = desk.devices(now()).map_err(|e| e.to_string())?;
    let of = |r: &&baqylau_desk::devices::DeviceRow| {
        r.person.as_ref().is_some_and(|p| p.0 == name) || r.device.to_string() == name
    };
    let found = rows.iter().rfind(of).map(|r| r.device);
    found.ok_or_else(|| format!("no phone of {name} enrolled; `desk devices` lists them"))
}

fn letters(desk: &Desk, json: bool) -> Outcome {
    let letters = desk.letters()?;
    if json {
        let rows = letters.iter().map(|l| {
            json!({
                "phone": l.phone.to_string(), "person": l.person, "written": l.written, "text": l.text,
                "report": l.report.map(|r| r.to_string()), "handed": l.handed, "desk": l.desk.to_string(), "sent": l.sent, "arrived": l.arrived,
                "answered": l.answered.map(|a| a.to_string()),
            })
        });
        return print_json(&json!({"letters": rows.collect::<Vec<_>>()}));
    }
    for l in &letters {
        let state = match (l.sent, l.arrived, l.answered) {
            (_, _, Some(_)) => "answered",
            (_, Some(_), None) => "arrived",
            (true, None, None) => "sent",
            (false, None, None) => "waits",
        };
        let person = l.person.as_deref().unwrap_or("?");
        println!("{state:<9} {person:<6} {}", l.text);
    }
    Ok(true)
}
