//! The mission and the reports, as they are shown.

use super::waiting::{file_problem, log_name, log_words};
use crate::common::{CommandResult, print_json};
use baqylau_observer::app::DeliveryState;
use baqylau_observer::{BundleRefusal, ObserverApp, RefusalReason};
use serde_json::json;

pub fn mission(core: &ObserverApp, json: bool) -> CommandResult {
    let mission = core.mission()?;
    if json {
        let checklists = core.checklists()?;
        let row = |c: &baqylau_observer::app::ChecklistView| json!({"id": c.id, "title": c.title, "places": c.places});
        return print_json(&json!({
            "title": mission.title, "bundle": mission.version, "fingerprint": mission.fingerprint, "name": mission.name,
            "team": mission.team, "role": mission.role, "expired": mission.expired, "overdue": mission.overdue, "clock_error": mission.clock_error,
            "bundle_refused": mission.bundle_refused.map(|why| why.to_string()), "bundle_refused_code": mission.bundle_refused.map(BundleRefusal::code), "lacking": mission.lacking, "checklists": checklists.iter().map(row).collect::<Vec<_>>(),
        }));
    }
    println!("{} (bundle {})", mission.title, mission.version);
    println!("{}, {}, team {}", mission.name, mission.role, mission.team);
    println!("fingerprint {}: compare it with the coordinators'", mission.fingerprint);
    if mission.expired {
        println!("the bundle expired; reports can still be signed");
    }
    if mission.overdue {
        println!(
            "a newer bundle was promised by now: sync, and if none comes take another network, or a courier file from the coordinators; if they know \
             of none, the clock of this device is wrong"
        );
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

pub fn reports(core: &ObserverApp, json: bool) -> CommandResult {
    let reports = core.reports()?;
    let summary = core.summary()?;
    let state = |s: &DeliveryState| match s {
        DeliveryState::Waiting => "waiting".to_owned(),
        DeliveryState::Sending => "sending".to_owned(),
        DeliveryState::Stuck { reason, .. } => format!("stuck: {reason}"),
        DeliveryState::Delivered { index, .. } => format!("stored, place {index} in the log; not read yet"),
        DeliveryState::Missing => "stored, but the coordinators did not find it; it is sent again".to_owned(),
        DeliveryState::Read => "read by the coordinators".to_owned(),
    };
    if json {
        let rows: Vec<_> = reports
            .iter()
            .map(|r| json!({"seq": r.seq, "visit": r.visit, "checklist": r.checklist, "hash": r.hash, "amends": r.amends, "state": state(&r.state), "attachments": r.attachments, "attachments_delivered": r.attachments_delivered, "attachment_problem": r.attachment_problem.map(RefusalReason::code)}))
            .collect();
        return print_json(
            &json!({"reports": rows, "all_safe": summary.all_safe(), "all_stored": summary.all_stored(), "drafts": summary.drafts, "closed": summary.closed, "log": log_name(summary.log)}),
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
    if let Some(words) = log_words(summary.log) {
        println!("{words}");
    }
    if summary.all_safe() {
        println!("all safe: {} read by the coordinators, {} drafts", summary.read, summary.drafts);
    } else if summary.all_stored() {
        let (read, stored, files) = (summary.read, summary.delivered, summary.attachments_unread);
        println!("all stored: {read} read by the coordinators, {stored} reports and {files} attachments not yet");
    } else {
        let (waiting, stuck, files) = (summary.waiting, summary.stuck, summary.attachments_waiting);
        let missing = summary.missing;
        println!(
            "NOT safe yet: {waiting} wait, {stuck} stuck, {missing} missing at the desks, {files} attachments wait"
        );
    }
    Ok(true)
}
