//! `baqylau desk reports` and `attachments`: listed, or written into a folder.

use crate::common::{CommandResult, Folder, print_json, told};
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::export::handout::{ATTACHMENTS, Handout};
use baqylau_desk::faults::StorageError;
use baqylau_desk::index::report_row::ReportRow;
use baqylau_desk::{Desk, DeskError};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Writes the reports into a folder; with a statement those that it speaks of.
pub fn export(desk: &Desk, target: &Path, internal: bool, statement: Option<&Path>) -> CommandResult {
    let (rows, left) = match statement {
        None => desk.export(AnswerBasis::Effective, target, internal)?,
        Some(file) => {
            let statement = crate::statement::read(file)?;
            let reports = desk.statements().reports(&statement)?;
            println!("{}, with {} objects of the log", reports.reading, reports.reading.verified.figures.size);
            desk.exports().export_published(&reports, target, internal)?
        }
    };
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
    let beyond = desk.store.beyond_limit()?;
    beyond.iter().for_each(|beyond| println!("{beyond}"));
    Ok(damaged.is_empty() && beyond.is_empty())
}

pub fn reports(folder: &Folder, internal: bool, json: bool) -> CommandResult {
    let desk = folder.open()?;
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
    desk.store.beyond_limit()?.iter().for_each(|beyond| println!("{beyond}"));
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

pub fn attachments(desk: &Desk, export: Option<PathBuf>, internal: bool) -> CommandResult {
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
