//! `baqylau desk`: pull, figures, reports, exports.

mod log;
mod records;
mod upkeep;

use crate::common::{CommandResult, Folder, now, print_json, save, told};
use baqylau_desk::DeskError;
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::export::handout::{ATTACHMENTS, Handout};
use baqylau_desk::faults::StorageError;
use baqylau_desk::index::filter::ReportFilter;
use baqylau_desk::index::report_row::ReportRow;
use baqylau_desk::people::rosters::Dispute;
use baqylau_findings::Computed;
use clap::Subcommand;
use serde_json::{Value, json};
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
    /// Write the bundle into a courier file, for phones without a network.
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
    /// Put the desk's keys under another passphrase: the old one as always, the new one from a file or `BAQYLAU_NEW_PASSPHRASE`.
    #[command(name = "passphrase")]
    ChangePassphrase {
        #[command(flatten)]
        folder: Folder,
        /// A file with the new passphrase.
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
        DeskCommand::Figures { folder, as_of, raw, json } => figures(&folder, as_of, raw, json),
        DeskCommand::Reports { folder, export, internal, json } => reports(&folder, export, internal, json),
        DeskCommand::Sign(command) => records::run(command),
        DeskCommand::Attachments { folder, export, internal } => attachments(&folder.open()?, export, internal),
        DeskCommand::Deliver { folder, file, back, attachments } => {
            log::deliver(&folder.open()?, &file, back, attachments)
        }
        DeskCommand::Courier { folder, file } => {
            let bytes = folder.open()?.courier(Vec::new(), Vec::new())?;
            save(&file, &bytes)?;
            println!("the bundle in {} ({} bytes)", file.display(), bytes.len());
            Ok(true)
        }
        DeskCommand::Devices { folder, json } => devices(&folder.open()?, json),
        DeskCommand::Verify { folder } => log::verify(&folder.open()?),
        DeskCommand::Metrics { folder } => {
            print!("{}", folder.open()?.metrics(now())?);
            Ok(true)
        }
        DeskCommand::ChangePassphrase { folder, new_file } => upkeep::passphrase(&folder, new_file),
        DeskCommand::Salvage { folder } => upkeep::salvaged(&folder),
        DeskCommand::Log { folder, file } => log::export(&folder.open()?, &file),
    }
}

fn figures(folder: &Folder, as_of: Option<String>, raw: bool, json: bool) -> CommandResult {
    let as_of = as_of.map(|t| moment(&t)).transpose()?;
    let answers = if raw { AnswerBasis::Raw } else { AnswerBasis::Effective };
    let (tables, reports) = folder.open()?.report_table(as_of, answers)?;
    let all = ReportFilter::default();
    let (figures, older) = (reports.figures(&tables, &all), reports.older(&tables, &all));
    if json {
        let with_older = |(f, older): (&Computed, &usize)| {
            let mut f = figure_json(f);
            f["older_versions"] = json!(older);
            f
        };
        print_json(&json!({"figures": figures.iter().zip(&older).map(with_older).collect::<Vec<_>>()}))?;
    } else {
        print!("{}", figure_table(&figures));
        for (f, older) in figures.iter().zip(older).filter(|(_, older)| *older > 0) {
            println!("{}: reports of versions without a choice that it names, there not chosen: {older}", f.id);
        }
    }
    Ok(figures.iter().all(|f| f.equal))
}

fn attachments(desk: &baqylau_desk::Desk, export: Option<PathBuf>, internal: bool) -> CommandResult {
    let rows = desk.attachments().list()?;
    let (_, table) = desk.report_table(None, AnswerBasis::Effective)?;
    let kept = table.internal();
    let mut whole = true;
    let mut handout = export.map(|folder| Handout::begin(&folder, ATTACHMENTS)).transpose()?;
    for row in &rows {
        let a = &row.attachment;
        let short = row.report.to_string()[..8].to_owned();
        let state = if row.here { "here" } else { "not here yet" };
        let mark = if kept.contains(&row.report) { "  internal" } else { "" };
        println!("{short}  {:<28} {:>10} bytes  {:<12} {state}{mark}", a.name, a.size, a.media);
        let leaves = row.here && (internal || mark.is_empty());
        let Some(handout) = handout.as_mut().filter(|_| leaves) else { continue };
        let path = handout.place_attachment(&short, &a.name);
        let mut file = std::fs::File::create(&path).map_err(|e| told(&path, &e))?;
        if let Err(e) = desk.attachments().open(a, &mut file) {
            std::fs::remove_file(&path)?;
            if matches!(e, DeskError::Storage(StorageError::Full)) {
                return Err(told(&path, &std::io::ErrorKind::StorageFull.into()).into());
            }
            println!("{e}");
            whole = false;
        }
    }
    handout.map(Handout::finish).transpose()?;
    Ok(whole && rows.iter().all(|r| r.here))
}

fn devices(desk: &baqylau_desk::Desk, json: bool) -> CommandResult {
    let rows = desk.devices(now())?;
    let whole = rows.iter().all(|d| d.missing.is_empty() && d.forked.is_empty() && d.disputed.is_none());
    if json {
        let rows = rows.iter().map(|d| {
            json!({
                "device": d.device.to_string(),
                "person": d.person.as_ref().map(|p| &p.0),
                "team": d.person.as_ref().map(|p| &p.1),
                "standing": d.standing.map(|s| format!("{s:?}").to_lowercase()),
                "replaces": d.replaces.map(|r| r.to_string()),
                "enrolled": d.enrolled, "heard": d.heard, "received": d.received,
                "missing": d.missing, "disputed": d.disputed, "forked": d.forked, "closed": d.closed,
            })
        });
        print_json(&json!({"devices": rows.collect::<Vec<_>>()}))?;
        return Ok(whole);
    }
    println!("{:<32}  {:<6} {:<6} {:<11} {:>8} {:>8}", "device", "person", "team", "standing", "received", "missing");
    for d in &rows {
        let (person, team) = d.person.clone().unwrap_or_else(|| ("?".into(), "?".into()));
        let standing = d.standing.map_or_else(|| "new".into(), |s| format!("{s:?}").to_lowercase());
        let mark = match d {
            _ if !d.forked.is_empty() => "  forked",
            _ if d.disputed.is_some() => "  disputed",
            _ if d.closed => "  closed",
            _ => "",
        };
        let (received, missing) = (d.received, d.missing.len());
        println!("{:<32}  {person:<6} {team:<6} {standing:<11} {received:>8} {missing:>8}{mark}", d.device.to_string());
    }
    desk.rosters().disputes()?.iter().for_each(|dispute| print_dispute(desk, dispute));
    Ok(whole)
}

/// Where two desks revoked one phone at different places, and the commands that decide it.
pub fn print_dispute(desk: &baqylau_desk::Desk, dispute: &Dispute) {
    let Dispute { device, kept, other } = dispute;
    let folder = desk.workspace.folder.display();
    println!("{dispute}: `baqylau mission revoke --folder {folder} {device} --good {kept}` or `--good {other}`");
}

pub fn moment(text: &str) -> Result<i64, String> {
    let moment = baqylau_forms::value::Moment::parse(text, 0);
    moment.map(|m| m.ms).ok_or_else(|| format!("{text:?} is no moment such as 2023-03-20T09:00:00+06:00"))
}

fn reports(folder: &Folder, export: Option<PathBuf>, internal: bool, json: bool) -> CommandResult {
    let desk = folder.open()?;
    if let Some(target) = export {
        let (rows, left) = desk.export(AnswerBasis::Effective, &target, internal)?;
        println!("{rows} reports in {}", target.display());
        if left > 0 {
            println!("{left} internal reports were left out; with --internal they are there too");
        }
        let damaged = desk.verified().damaged_bundles()?;
        for bundle in &damaged {
            println!(
                "the bundle {bundle} is damaged in this desk's store: its version of the checklists is left out of the tables, and its \
                 reports have no answers there; `baqylau desk salvage` brings back what can be, and another desk of the mission has it whole"
            );
        }
        return Ok(damaged.is_empty());
    }
    let (_, table) = desk.report_table(None, AnswerBasis::Effective)?;
    let rows = table.rows.iter().map(|row| report_json(row, internal));
    let rows: Vec<Value> = rows.collect();
    if json {
        return print_json(&rows);
    }
    for row in rows {
        let text = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
        println!(
            "{:>6}  {:<10} {:<16} {:<12} {} #{}{}",
            row["index"],
            text("visit"),
            text("checklist"),
            text("status"),
            text("device"),
            row["seq"],
            if row["internal"] == true { "  internal" } else { "" }
        );
    }
    Ok(true)
}

/// A report as JSON. The words of what is internal are there only for whoever asks for them.
fn report_json(row: &ReportRow, internal: bool) -> Value {
    let words = internal || !row.internal;
    let form = row.summary.meta.form.as_ref().map(|form| form.definition());
    let reviews = row.reviews.iter().map(|r| &r.what);
    let reviews = reviews.map(|r| json!({"state": format!("{:?}", r.state).to_lowercase(), "reason": r.reason}));
    let corrections = row.corrections.iter().filter(|_| words).map(|(c, fits)| {
        let c = &c.what;
        let question = form.and_then(|form| form.items.get(c.node as usize)).map(|item| &item.name);
        json!({"question": question, "old": c.old, "new": c.new, "reason": c.reason, "source": c.source, "fits": fits})
    });
    let left: Vec<Value> = row.summary.left.iter().map(|l| json!({"question": l.name, "answer": l.text})).collect();
    json!({
        "index": row.summary.meta.index,
        "internal": row.internal,
        "hash": row.summary.meta.hash.to_string(),
        "supersedes": row.summary.meta.supersedes.map(|h| h.to_string()),
        "why": row.summary.why.as_ref().filter(|_| words),
        "alarm": row.summary.alarm,
        "reviews": reviews.collect::<Vec<_>>(),
        "left": Some(left).filter(|left| words && !left.is_empty()),
        "corrections": corrections.collect::<Vec<_>>(),
        "device": row.summary.meta.device.to_string(),
        "seq": row.summary.meta.seq,
        "visit": form.map(|_| &row.summary.meta.visit),
        "checklist": form.map(|form| &form.id),
        "status": row.status.name(),
    })
}

/// A figure as JSON.
pub fn figure_json(f: &Computed) -> Value {
    json!({
        "id": f.id, "published": Some(&f.published).filter(|p| !p.is_empty()), "computed": f.computed, "count": f.count, "base": f.base,
        "do_not_know": f.do_not_know, "not_applicable": f.not_applicable, "not_answered": f.not_answered,
        "forms": f.forms, "places": f.places, "several": f.several, "equal": Some(f.equal).filter(|_| !f.published.is_empty()),
    })
}

/// The figures as a table for a terminal.
pub fn figure_table(figures: &[Computed]) -> String {
    let short = |text: &str| -> String {
        if text.chars().count() > 22 { text.chars().take(21).chain(['…']).collect() } else { text.to_owned() }
    };
    let mut out = format!(
        "{:<38} {:<22} {:<22} {:>6} {:>4} {:>4} {:>5}\n",
        "figure", "published", "computed", "base", "dk", "n/a", "blank"
    );
    for f in figures {
        let mark = if f.equal { "" } else { "   DIFFERS" };
        out += &format!(
            "{:<38} {:<22} {:<22} {:>6} {:>4} {:>4} {:>5}{mark}\n",
            f.id,
            short(if f.published.is_empty() { "not published yet" } else { &f.published }),
            short(&f.computed),
            f.base,
            f.do_not_know,
            f.not_applicable,
            f.not_answered
        );
    }
    let several = figures.iter().filter(|f| f.several).map(|f| format!("{}: several answers possible", f.id));
    several.for_each(|line| out += &format!("{line}\n"));
    out
}
