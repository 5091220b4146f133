//! A statement that desks signed: read, verified offline, and told.

use crate::common::{CommandError, CommandResult, print_json, told};
use crate::verify::{VerifyOptions, expect_mission};
use baqylau_desk::statement::StatementReading;
use baqylau_protocol::comparison::StandingLog;
use baqylau_protocol::exported::ExportedLog;
use baqylau_protocol::statement::{SignedStatement, StatedFigure};
use serde_json::{Value, json};
use std::path::Path;

/// A file with a statement. Nothing in it is verified.
pub fn read(path: &Path) -> Result<SignedStatement, CommandError> {
    let bytes = std::fs::read(path).map_err(|e| told(path, &e))?;
    Ok(SignedStatement::decode(&bytes).map_err(|e| format!("{}: {e}", path.display()))?)
}

/// Verifies a statement by itself, and beside an exported log where there is one: a later manifest may have ended a desk that signed it.
/// Gives whether it is published.
pub fn verify(args: &VerifyOptions, statement: &SignedStatement) -> CommandResult {
    expect_mission(args, statement.mission())?;
    let checked = StatementReading::of(statement).map_err(|e| e.to_string()).and_then(|reading| {
        args.other.as_ref().map_or(Ok(()), |log| beside(&reading, log))?;
        Ok(reading)
    });
    match checked {
        Ok(reading) => {
            print(&reading, args.json)?;
            Ok(reading.is_published())
        }
        Err(why) => {
            let mission = statement.mission();
            if args.json {
                print_json(&json!({"mission": mission.to_string(), "published": false, "faults": [why]}))?;
            } else {
                println!("mission {mission}");
                println!("{why}");
            }
            Ok(false)
        }
    }
}

/// Whether an exported log begins with what the statement was computed from, and its manifest does not end who signed.
fn beside(reading: &StatementReading, log: &Path) -> Result<(), String> {
    let bytes = std::fs::read(log).map_err(|e| told(log, &e).to_string())?;
    let exported = ExportedLog::decode(&bytes).map_err(|e| format!("{}: {e}", log.display()))?;
    if exported.root != reading.verified.root {
        return Err(format!("{}: it is of another mission than the statement", log.display()));
    }
    let standing = StandingLog::of(&exported).map_err(|e| format!("{}: {e}", log.display()))?;
    let figures = &reading.verified.figures;
    if standing.manifest.version < reading.verified.manifest.version || standing.head.size < figures.size {
        return Err(format!("{}: it is older than the statement; export the log anew", log.display()));
    }
    reading.verified.holds_under(&standing.manifest).map_err(|e| e.to_string())?;
    match exported.tree().root_at(figures.size) == Some(figures.root) {
        true => Ok(()),
        false => Err(format!("the first {} objects of {} are not those of the statement", figures.size, log.display())),
    }
}

/// For a terminal or a program. Well, whatever it is: a draft too.
pub fn print(reading: &StatementReading, json: bool) -> CommandResult {
    if json {
        return print_json(&as_json(reading));
    }
    let verified = &reading.verified;
    let figures = &verified.figures;
    println!("mission {}", figures.mission);
    println!("figures of the first {} objects of the log, root {}", figures.size, figures.root);
    println!("under bundle {}, made by desk {}", verified.manifest.version, figures.desk);
    let counts = figures.results.reports.iter().map(|(status, count)| format!("{count} {status}"));
    println!("reports: {}", counts.collect::<Vec<_>>().join(", "));
    print!("{}", table(&figures.results.figures));
    verified.signers.iter().for_each(|desk| println!("signed by desk {desk}"));
    println!("digest {}", figures.results.digest());
    println!("{reading}");
    Ok(true)
}

fn table(figures: &[StatedFigure]) -> String {
    let mut out = format!("{:<38} {:<22} {:<22} {:>9}\n", "figure", "published", "computed", "of");
    for f in figures {
        let published = if f.published.is_empty() { "not published yet" } else { &f.published };
        let of = format!("{}/{}", f.count, f.base);
        out += &format!("{:<38} {published:<22} {:<22} {of:>9}\n", f.id, f.computed);
    }
    out
}

fn as_json(reading: &StatementReading) -> Value {
    let verified = &reading.verified;
    let figures = &verified.figures;
    let pairs = |all: &[(String, u64)]| -> serde_json::Map<String, Value> {
        all.iter().map(|(name, count)| (name.clone(), json!(count))).collect()
    };
    let figure = |f: &StatedFigure| {
        json!({
            "id": f.id, "published": Some(&f.published).filter(|p| !p.is_empty()), "computed": f.computed, "count": f.count, "base": f.base,
            "do_not_know": f.do_not_know, "not_applicable": f.not_applicable, "not_answered": f.not_answered, "forms": f.forms,
            "places": f.places, "choices": pairs(&f.parts),
        })
    };
    json!({
        "mission": figures.mission.to_string(), "manifest": verified.manifest.version, "epoch": figures.epoch, "objects": figures.size,
        "root": figures.root.to_string(), "desk": figures.desk.to_string(), "at": figures.at,
        "tables": figures.results.tables.to_string(), "fingerprint": figures.results.fingerprint.to_string(),
        "people": figures.results.people, "reports": pairs(&figures.results.reports),
        "figures": figures.results.figures.iter().map(figure).collect::<Vec<_>>(), "digest": figures.results.digest().to_string(),
        "signers": verified.signers.iter().map(ToString::to_string).collect::<Vec<_>>(), "needed": reading.needed,
        "published": reading.is_published(), "faults": [],
    })
}
