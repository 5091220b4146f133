//! Filling a checklist at prompts or from a file.

use crate::common::{CommandError, CommandResult, told};
use baqylau_forms::definition::Kind;
use baqylau_forms::numeral;
use baqylau_observer::ObserverApp;
use baqylau_observer::app::{CellKey, Issue, OfferedChoices, QuestionView};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;
use std::path::Path;

/// Answers by question from a JSON file.
pub fn read_answers(path: &Path) -> Result<BTreeMap<String, String>, CommandError> {
    let text = std::fs::read_to_string(path).map_err(|e| told(path, &e))?;
    let read: BTreeMap<String, Value> =
        serde_json::from_str(&text).map_err(|e| format!("{}: {e}; expected an object of answers", path.display()))?;
    let words = |(name, value): (String, Value)| match value {
        Value::String(text) => Ok((name, text)),
        Value::Number(number) => Ok((name, number.to_string())),
        _ => Err(format!("{}: {name}: expected a text or a number", path.display())),
    };
    Ok(read.into_iter().map(words).collect::<Result<_, _>>()?)
}

/// Goes through the sections with answers from a file, or asks for everything that has no answer yet; `again` asks for what has
/// one too.
pub fn fill(core: &ObserverApp, draft: i64, answers: Option<&Path>, again: bool) -> Result<(), CommandError> {
    let given = answers.map(read_answers).transpose()?;
    let mut used: BTreeSet<String> = BTreeSet::new();
    let mut asked: BTreeSet<CellKey> = BTreeSet::new();
    for section in core.sections(draft)? {
        if given.is_none() && section.shown {
            println!();
            println!("== {} ==", section.title);
        }
        loop {
            let rows = core.open_section(draft, section.section)?.rows;
            let due = |r: &QuestionView| again || given.is_some() || r.answer.is_none();
            let open = |r: &&QuestionView| due(r) && !r.read_only && !asked.contains(&r.key);
            let Some(row) = rows.iter().find(open).cloned() else { break };
            asked.insert(row.key);
            match &given {
                Some(answers) => {
                    if let Some(text) = answers.get(&row.name) {
                        put(core, draft, &row, text)?;
                        used.insert(row.name);
                    }
                }
                None => prompt(core, draft, &row)?,
            }
        }
    }
    let unused: Vec<&String> = given.iter().flat_map(BTreeMap::keys).filter(|name| !used.contains(*name)).collect();
    if unused.is_empty() {
        return Ok(());
    }
    let names = unused.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    Err(format!("the checklist does not ask: {names}. The other answers are kept in the draft; correct the file")
        .into())
}

fn put(core: &ObserverApp, draft: i64, row: &QuestionView, text: &str) -> Result<(), CommandError> {
    if let Kind::Repeat { .. } = row.kind {
        let count = numeral::integer(text).ok().and_then(|n| usize::try_from(n).ok());
        let count = count.ok_or_else(|| format!("{}: expected how many rows, as in 3", row.name))?;
        for _ in row.rows..count {
            core.add_row(draft, row.key)?;
        }
        return Ok(());
    }
    if let Kind::Attachment { .. } = row.kind {
        let path = Path::new(text.trim());
        let mut file = std::fs::File::open(path).map_err(|e| told(path, &e))?;
        core.attach(draft, row.key, media_type(path)?, &mut file)?;
        return Ok(());
    }
    let answer = core.read_answer(draft, row.key, text)?;
    core.set(draft, row.key, answer)?;
    Ok(())
}

/// The media type by the file's name.
fn media_type(path: &Path) -> Result<&'static str, String> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    Ok(match extension.as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "mp4" => "video/mp4",
        "mov" => "video/quicktime",
        "3gp" => "video/3gpp",
        "m4a" => "audio/mp4",
        "wav" => "audio/wav",
        "pdf" => "application/pdf",
        "txt" | "csv" => "text/plain",
        _ => return Err(format!("{}: take a jpg, png, mp4, mov, 3gp, m4a, wav, pdf, txt or csv", path.display())),
    })
}

fn prompt(core: &ObserverApp, draft: i64, row: &QuestionView) -> Result<(), CommandError> {
    let number = if row.number.is_empty() { String::new() } else { format!("{}. ", row.number) };
    let now = row.answer.as_ref().map(|_| format!(" [{}: Enter keeps it]", row.answer_text)).unwrap_or_default();
    println!("{number}{}{now}", row.label);
    if matches!(row.kind, Kind::Note | Kind::Group { .. }) {
        return Ok(());
    }
    if !row.hint.is_empty() {
        println!("   {}", row.hint);
    }
    if let Kind::Attachment { .. } = row.kind {
        println!("   the path of a file");
    }
    match &row.choices {
        OfferedChoices::Inline(choices) => choices.iter().for_each(|c| println!("   {} = {}", c.name, c.label)),
        OfferedChoices::Paged { count } => println!("   one of {count}; type its code"),
        OfferedChoices::None => {}
    }
    let missing: Vec<String> = row.missing.iter().map(|m| format!("?{}", m.code())).collect();
    let hints = if missing.is_empty() { String::new() } else { format!(" [{}]", missing.join(" ")) };
    loop {
        print!(" {hints}> ");
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

/// Signs, after telling what is wrong or missing.
pub fn sign(core: &ObserverApp, draft: i64, incomplete: Option<String>) -> CommandResult {
    let mut labels: BTreeMap<CellKey, String> = BTreeMap::new();
    for section in core.sections(draft)? {
        let rows = core.open_section(draft, section.section)?.rows;
        labels.extend(rows.into_iter().map(|r| (r.key, format!("{} {}", r.number, r.label).trim().to_owned())));
    }
    for problem in core.issues(draft)? {
        let what = match problem.issue {
            Issue::Unanswered => "not answered",
            Issue::Warning => "unlikely",
            Issue::Error => "impossible",
            Issue::NotOffered => "no longer offered",
            Issue::TooManyRows => "too many rows",
            Issue::Unfit => "computed, and no value of this question",
        };
        let label = labels.get(&problem.key).map_or("", String::as_str);
        println!("{what}: {label}{}{}", if problem.text.is_empty() { "" } else { ": " }, problem.text);
    }
    let report = core.finalise(draft, incomplete)?;
    println!(
        "signed: {} of visit {}, number {} of this device, {}",
        report.checklist, report.visit, report.seq, report.hash
    );
    println!("it waits for `baqylau observe sync`");
    Ok(true)
}
