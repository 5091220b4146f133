//! `baqylau desk devices`: the phones, and what is missing of each.

use crate::common::{CommandResult, now, print_json};
use baqylau_desk::people::rosters::Dispute;
use serde_json::json;

pub fn devices(desk: &baqylau_desk::Desk, json: bool) -> CommandResult {
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
