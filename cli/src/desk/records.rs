//! What coordinators sign: reviews, corrections, questions, messages. Everything waits until the next pull can deliver it.

use super::figure_json;
use crate::common::{CommandResult, Folder, now, print_json};
use crate::terminal::one_line;
use baqylau_desk::Desk;
use baqylau_desk::index::flags::Flag;
use baqylau_desk::records::CorrectionRequest;
use baqylau_desk::records::preview::{ConfidentialityChange, Preview};
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_report::review::ReviewState;
use clap::{Subcommand, ValueEnum};
use serde_json::json;

/// Decisions that a command can sign; a question is asked by `desk ask`.
#[derive(Clone, Copy, ValueEnum)]
pub enum Decision {
    /// It counts, a proposal or one of a fork too.
    Accept,
    /// It counts nowhere.
    Exclude,
}

#[derive(Subcommand)]
pub enum SignCommand {
    /// Decide whether a report counts. The last decision holds.
    Review {
        #[command(flatten)]
        folder: Folder,
        /// The report: its hash as `desk reports` shows it, or the beginning of it.
        report: String,
        /// Whether the report counts from now on, at every desk.
        decision: Decision,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Correct one answer of a report: shows what that changes, and which figures move; with `--sign` it is signed. Raw figures leave
    /// it out.
    Correct {
        #[command(flatten)]
        folder: Folder,
        /// The report, by its hash or the beginning of it.
        report: String,
        /// The question's name.
        question: String,
        /// The new answer, as in answer files: a choice by its name or label, `?dk`, `?np` or `?na` where it is missing; without it the
        /// answer is taken away.
        #[arg(long, allow_hyphen_values = true)]
        answer: Option<String>,
        /// The rows of repeats that it is in, from 1, outermost first, as in 1,2.
        #[arg(long, default_value = "", hide_default_value = true)]
        rows: String,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Where it is from: a call, the paper form.
        #[arg(long)]
        source: String,
        /// Sign it.
        #[arg(long)]
        sign: bool,
        /// It is so, although the checklist calls it unlikely.
        #[arg(long, requires = "sign")]
        confirm: bool,
        /// One JSON object on one line.
        #[arg(long)]
        json: bool,
    },
    /// Ask the observer about a report; the answer comes back as an amendment.
    Ask {
        #[command(flatten)]
        folder: Folder,
        /// The report, by its hash or the beginning of it.
        report: String,
        /// Names of the questions to look at again.
        questions: Vec<String>,
        /// The question in the words that the observer reads.
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

pub fn run(command: SignCommand) -> CommandResult {
    match command {
        SignCommand::Review { folder, report, decision, reason } => {
            let desk = folder.open()?;
            let state = match decision {
                Decision::Accept => ReviewState::Accepted,
                Decision::Exclude => ReviewState::Excluded,
            };
            desk.records().review(find(&desk, &report)?, state, &reason, now())?;
        }
        SignCommand::Correct { folder, report, question, answer, rows, reason, source, sign, confirm, json } => {
            let desk = folder.open()?;
            let numbers = rows.split([',', ' ']).filter(|r| !r.is_empty());
            let row = |text: &str| text.parse::<u32>().ok().and_then(|r| r.checked_sub(1));
            let rows = numbers.map(|text| row(text).ok_or("rows are whole numbers from 1, as in --rows 1,2"));
            let change = CorrectionRequest {
                question: &question,
                rows: rows.collect::<Result<_, _>>()?,
                new: answer.as_deref(),
                reason: &reason,
                source: &source,
            };
            let preview = desk.records().preview(find(&desk, &report)?, &change, now())?;
            return correct(&desk, &preview, sign, confirm, json);
        }
        SignCommand::Ask { folder, report, questions, note, to } => {
            let desk = folder.open()?;
            let other = to.map(|to| phone(&desk, &to)).transpose()?;
            desk.records().ask(find(&desk, &report)?, &questions, &note, other, now())?;
        }
        SignCommand::Message { folder, text, teams } => {
            let phones = folder.open()?.records().message(&teams, &text, now())?;
            println!("to {phones} phones");
        }
        SignCommand::Letters { folder, json } => return letters(&folder.open()?, json),
    }
    println!("{SIGNED}");
    Ok(true)
}

/// Shows what a correction does, and signs it where that is asked for.
fn correct(desk: &Desk, preview: &Preview, sign: bool, confirm: bool, json: bool) -> CommandResult {
    if !json {
        print!("{}", shown(preview));
    }
    if sign {
        desk.records().sign_correction(preview, confirm)?;
    }
    if json {
        return print_json(&preview_json(preview, sign));
    }
    println!("{}", if sign { SIGNED } else { "nothing is signed; the same with --sign signs it" });
    Ok(true)
}

fn shown(preview: &Preview) -> String {
    let or_none = |answer: &Option<String>| answer.as_deref().map_or_else(|| "(no answer)".into(), one_line);
    let mut out = format!("{} -> {}\n", or_none(&preview.correction.old), or_none(&preview.correction.new));
    for (name, before, after) in preview.following() {
        out += &format!("so {name}: {} -> {}\n", or_none(&before), or_none(&after));
    }
    preview.doubts_in_words().iter().for_each(|doubt| out += &format!("unlikely: {}\n", one_line(doubt)));
    preview.unanswered_by_name().iter().for_each(|name| out += &format!("asked then, and not answered: {name}\n"));
    preview.lost.iter().for_each(|flag| out += &format!("no longer odd: {}\n", flag.name()));
    preview.gained.iter().for_each(|flag| out += &format!("odd then: {}\n", flag.name()));
    match preview.confidentiality {
        Some(ConfidentialityChange::Opened) => {
            out += "this report would no longer be internal: its words may be quoted and exported\n";
        }
        Some(ConfidentialityChange::Closed { quotes }) => {
            out += &format!(
                "this report would be internal: its words are neither quoted nor exported; quotes that go: {quotes}\n"
            );
        }
        None => {}
    }
    for (_, before, after) in &preview.figures {
        let number = |f: &baqylau_findings::Computed| format!("{} ({}/{})", f.computed, f.count, f.base);
        out += &format!("figure {}: {} -> {}\n", after.id, number(before), number(after));
    }
    if preview.figures.is_empty() {
        out += "no figure moves\n";
    }
    out
}

fn preview_json(preview: &Preview, signed: bool) -> serde_json::Value {
    let flags = |flags: &[Flag]| flags.iter().map(|f| f.name()).collect::<Vec<_>>();
    let following = preview.following().into_iter();
    json!({
        "old": preview.correction.old, "new": preview.correction.new,
        "following": following.map(|(name, before, after)| json!({"question": name, "before": before, "after": after})).collect::<Vec<_>>(),
        "unlikely": preview.doubts_in_words(), "unanswered": preview.unanswered_by_name(),
        "figures": preview.figures.iter().map(|(_, before, after)| json!({"before": figure_json(before), "after": figure_json(after)})).collect::<Vec<_>>(),
        "flags_lost": flags(&preview.lost), "flags_gained": flags(&preview.gained),
        "internal": preview.confidentiality.map(|c| c != ConfidentialityChange::Opened),
        "quotes_lost": match preview.confidentiality { Some(ConfidentialityChange::Closed { quotes }) => quotes, _ => 0 },
        "signed": signed,
    })
}

/// Nothing is sent at once: a desk may be without a network.
const SIGNED: &str = "signed; the next `desk pull` delivers it";

/// A report by the beginning of its hash.
fn find(desk: &Desk, beginning: &str) -> Result<Hash, String> {
    let envelopes = desk.store.envelopes().map_err(|e| e.to_string())?;
    let reports = envelopes.iter().filter(|e| e.plain.as_ref().is_ok_and(|o| o.kind == ObjectType::Report));
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
    let of = |r: &&baqylau_desk::adjudication::devices::DeviceRow| {
        r.person.as_ref().is_some_and(|p| p.0 == name) || r.device.to_string() == name
    };
    let found = rows.iter().rfind(of).map(|r| r.device);
    found.ok_or_else(|| format!("no phone of {name} enrolled; `desk devices` lists them"))
}

fn letters(desk: &Desk, json: bool) -> CommandResult {
    let letters = desk.own().letters()?;
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
