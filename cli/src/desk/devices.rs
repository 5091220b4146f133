//! `baqylau desk devices`: the phones, and what is missing of each; the desks, and who let them be one.

use crate::common::{CommandResult, now, print_json};
use baqylau_desk::adjudication::devices::DeskRow;
use baqylau_desk::faults::{SuspectedOf, Suspicion};
use baqylau_desk::people::decisions::Dispute;
use serde_json::{Value, json};

pub fn devices(desk: &baqylau_desk::Desk, json: bool) -> CommandResult {
    let rows = desk.devices(now())?;
    let (desks, suspicions) = (desk.desks()?, desk.store.suspicions()?);
    let whole = rows.iter().all(|d| d.missing.is_empty() && d.forked.is_empty() && d.disputed.is_none())
        && desks.iter().all(|d| d.term.is_some() || d.reader)
        && suspicions.is_empty();
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
        let desks = desks.iter().map(desk_as_json).collect::<Vec<_>>();
        let suspicions = suspicions.iter().map(suspicion_as_json).collect::<Vec<_>>();
        print_json(&json!({"devices": rows.collect::<Vec<_>>(), "desks": desks, "suspicions": suspicions}))?;
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
    suspicions.iter().for_each(|suspicion| println!("{suspicion}"));
    desk.decisions().disputes()?.iter().for_each(|dispute| print_dispute(desk, dispute));
    println!();
    println!("{:<32}  {:<18} {:>8} {:>8}", "desk", "listed", "signed", "ignored");
    for d in &desks {
        let own = if d.own { "  this desk" } else { "" };
        println!("{:<32}  {:<18} {:>8} {:>8}{own}", d.device.to_string(), listed(d), d.signed, d.ignored);
    }
    for d in desks.iter().filter(|d| d.term.is_none() && !d.reader) {
        println!(
            "{}: the root does not list it, and what it signs counts nowhere. If nobody of the mission made it, somebody has the issuer's key",
            d.device
        );
    }
    Ok(whole)
}

/// A phone's word about the log: whose, in which report, and what it makes one look for.
pub fn suspicion_as_json(suspicion: &Suspicion) -> Value {
    let Suspicion { report, device, seq, place, of } = suspicion;
    let mut about = json!({
        "report": report.to_string(), "device": device.to_string(), "seq": seq, "index": place, "of": of.code(),
        "words": suspicion.to_string(),
    });
    match of {
        SuspectedOf::Withheld { seen, here } => {
            about["seen"] = (*seen).into();
            about["here"] = (*here).into();
        }
        SuspectedOf::PutBefore { seen } | SuspectedOf::OtherLog { seen } => about["seen"] = (*seen).into(),
        SuspectedOf::SetBack { ms } | SuspectedOf::DatedAhead { ms } => about["ms"] = (*ms).into(),
    }
    about
}

/// For which places of the log a desk is one.
fn listed(desk: &DeskRow) -> String {
    match &desk.term {
        None if desk.reader => "reads only".into(),
        None => "no".into(),
        Some(term) => term.until.map_or_else(|| "yes".into(), |until| format!("ended at {until}")),
    }
}

fn desk_as_json(desk: &DeskRow) -> Value {
    json!({
        "device": desk.device.to_string(), "own": desk.own, "listed": desk.term.is_some(), "reader": desk.reader,
        "from": desk.term.as_ref().map(|t| t.from), "until": desk.term.as_ref().and_then(|t| t.until),
        "enrolled": desk.enrolled, "heard": desk.heard, "signed": desk.signed, "ignored": desk.ignored,
    })
}

/// Where two desks revoked one phone at different places, and the commands that decide it.
pub fn print_dispute(desk: &baqylau_desk::Desk, dispute: &Dispute) {
    let Dispute { device, kept, other } = dispute;
    let folder = desk.workspace.folder.display();
    println!(
        "{dispute}: `baqylau mission revoke --folder {folder} {device} --good {kept}`, or `baqylau mission reinstate` and then `--good {other}`"
    );
}
