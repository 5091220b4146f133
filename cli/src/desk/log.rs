//! The log: pulled, delivered to by hand, verified, exported.

use crate::common::{CommandResult, Folder, courier_file, files_in, now, print_json, save};
use baqylau_desk::Desk;
use baqylau_desk::log::undone::Undone;
use baqylau_desk::log::witnessed::{Unwitnessed, WitnessedHead, Witnessing};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// How many of what was refused for one reason are named.
const FIRST_REFUSED: usize = 3;

pub fn pull(folder: &Folder, again: bool, json: bool) -> CommandResult {
    let mut desk = folder.open()?;
    if again {
        desk.hand_back()?;
    }
    let pulled = desk.pull(now(), &|_| ())?;
    let attachments = desk.pull_attachments()?;
    let p = &pulled;
    let undone = p.refused + p.strange + p.undone().len();
    let whole = undone + attachments.failed.len() + attachments.lacking.len() == 0;
    if json {
        print_json(&json!({
            "objects": p.objects, "devices": p.devices, "desks": p.desks.iter().map(ToString::to_string).collect::<Vec<_>>(), "opened": p.opened, "reports": p.reports, "refused": p.refused,
            "strange": p.strange, "confirmed": p.confirmed, "contested": p.contested, "sent_again": p.sent_again, "attachments": attachments.came,
            "unsent": p.unsent.iter().map(ToString::to_string).collect::<Vec<_>>(), "disputes": p.disputes.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "filled": p.filled, "stranded": desk.store.stranded()?.len(), "attachments_failed": attachments.failed.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "attachments_lacking": attachments.lacking.iter().map(ToString::to_string).collect::<Vec<_>>(), "damaged": p.gaps.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "witnessed": p.witnessed.as_ref().map(witnessing_as_json),
            "undone": p.undone().iter().chain(&attachments.undone()).map(undone_as_json).collect::<Vec<_>>(),
        }))?;
        return Ok(whole);
    }
    println!(
        "{} new objects: {} devices, {} reports, {} other envelopes opened, {} attachments",
        p.objects,
        p.devices,
        p.reports,
        p.opened - p.reports,
        attachments.came
    );
    println!(
        "{} not verifiable, {} strange, {} confirmed, {} contested",
        p.refused, p.strange, p.confirmed, p.contested
    );
    let listed = desk.manifest()?;
    for device in &p.desks {
        let whose = if *device == desk.own().device() { "this one" } else { "another one" };
        match listed.is_desk(*device) {
            false if listed.may_read(*device) => {
                println!("desk {device} enrolled, {whose}; the root lists it as a reader")
            }
            true => println!("desk {device} enrolled, {whose}; the root lists it"),
            false => println!("desk {device} enrolled, and the root does not list it: what it signs counts nowhere"),
        }
    }
    let stranded = desk.store.stranded()?.len();
    if stranded > 0 {
        println!(
            "{stranded} objects of the log before are not taken by the log of now, and count nowhere: invites of their phones have expired or were ended"
        );
    }
    if p.sent_again > 0 {
        println!("{} records of this desk were not in the log; the next pull sends them again", p.sent_again);
    }
    if p.filled > 0 {
        println!("{} objects that were damaged at the server came whole", p.filled);
    }
    p.gaps.iter().for_each(|gap| println!("{gap}"));
    p.changed.iter().for_each(|entry| println!("{entry}"));
    p.beyond.iter().for_each(|beyond| println!("{beyond}"));
    p.suspicions.iter().for_each(|suspicion| println!("{suspicion}"));
    p.unsent.iter().for_each(|record| println!("{record}"));
    p.overdue.iter().for_each(|bundle| println!("{bundle}"));
    p.witnessed.iter().for_each(|witnessing| match witnessing {
        Witnessing::Witnessed(head) => println!("{head}"),
        Witnessing::Lacking(why) => println!("{why}"),
    });
    p.disputes.iter().for_each(|dispute| super::print_dispute(&desk, dispute));
    let of_server = |u: &&Undone| matches!(u, Undone::ReadUntold(_) | Undone::CutShort(_));
    p.undone().iter().filter(of_server).for_each(|undone| println!("{undone}"));
    attachments.failed.iter().for_each(|fault| println!("{fault}"));
    attachments.lacking.iter().for_each(|lacking| println!("{lacking}"));
    Ok(whole)
}

/// What a pull left undone: its code, what it is about, and the words for a terminal.
fn undone_as_json(undone: &Undone) -> Value {
    let mut about = match undone {
        Undone::RecordUnsent(record) => json!({"seq": record.seq, "why": record.why.code()}),
        Undone::RevocationDisputed(dispute) => {
            json!({"device": dispute.device.to_string(), "kept": dispute.kept, "other": dispute.other})
        }
        Undone::ObjectDamaged(gap) => json!({
            "index": gap.index, "hash": gap.hash.to_string(), "received": gap.received, "device": gap.device.to_string(),
            "seq": gap.seq, "desk": gap.desk,
        }),
        Undone::ReadUntold(_) => json!({}),
        Undone::EntryChanged(fault) => super::audit::fault_as_json(fault),
        Undone::ReportsBeyondLimit(beyond) => json!({"device": beyond.device.to_string(), "reports": beyond.reports}),
        Undone::LogSuspected(suspicion) => super::devices::suspicion_as_json(suspicion),
        Undone::BundleOverdue(bundle) => json!({"version": bundle.version, "renew_by": bundle.renew_by}),
        Undone::LogUnwitnessed(why) => unwitnessed_as_json(why),
        Undone::CutShort(why) => json!({"why": why.code()}),
        Undone::AttachmentFailed(fault) => json!({
            "attachment": fault.attachment.to_string(), "report": fault.report.to_string(), "why": fault.why.code(),
        }),
        Undone::AttachmentLacking(lacking) => json!({
            "attachment": lacking.attachment.to_string(), "report": lacking.report.to_string(),
            "device": lacking.sender.map(|(device, _)| device.to_string()), "seq": lacking.sender.map(|(_, seq)| seq),
        }),
    };
    about["code"] = undone.code().into();
    about["words"] = undone.to_string().into();
    about
}

fn witnessing_as_json(witnessing: &Witnessing) -> Value {
    match witnessing {
        Witnessing::Witnessed(WitnessedHead { size, here, by }) => json!({"size": size, "here": here, "by": by}),
        Witnessing::Lacking(why) => unwitnessed_as_json(why),
    }
}

fn unwitnessed_as_json(why: &Unwitnessed) -> Value {
    let code = why.code();
    match why {
        Unwitnessed::TooFew { needed, found, lacking } => {
            json!({"why": code, "needed": needed, "found": found, "lacking": lacking})
        }
        Unwitnessed::Behind { size, here, since, by } => {
            json!({"why": code, "size": size, "here": here, "since": since, "by": by})
        }
        Unwitnessed::Unproved { size, here } => json!({"why": code, "size": size, "here": here}),
        Unwitnessed::OtherLog { size } => json!({"why": code, "size": size}),
    }
}

pub fn deliver(desk: &Desk, file: &Path, back: Option<PathBuf>, attachments: Option<PathBuf>) -> CommandResult {
    let bytes = courier_file(file)?;
    let files = attachments.map(|folder| files_in(&folder)).transpose()?.unwrap_or_default();
    let delivered = desk.deliver(&bytes, &files, &|_| ())?;
    let refused = delivered.refused.len();
    println!(
        "{} objects are in the log, {} attachments, {refused} were refused",
        delivered.stored, delivered.attachments
    );
    for (reason, which) in delivered.refused_by_reason() {
        let first = which.iter().take(FIRST_REFUSED).map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let rest = which.len().saturating_sub(FIRST_REFUSED);
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        println!("refused, {}: {reason} ({first}{rest})", which.len());
    }
    if let Some(back) = back {
        save(&back, &delivered.back)?;
        println!("receipts and bundle in {}", back.display());
    }
    Ok(delivered.refused.is_empty())
}

pub fn verify(desk: &Desk) -> CommandResult {
    let (good, faults) = desk.verify_all()?;
    let altered = desk.attachments().altered()?;
    println!("{good} envelopes verify");
    faults.iter().for_each(|(index, what)| println!("object {index}: {what}"));
    altered.iter().for_each(|hash| println!("attachment {hash}: its bytes are not those that were signed; delete blobs/{hash}, and the next pull fetches it again"));
    Ok(faults.is_empty() && altered.is_empty())
}

pub fn export(desk: &Desk, file: &Path) -> CommandResult {
    let size = crate::verify::export(desk, file)?;
    println!("{size} objects in {}", file.display());
    for evidence in desk.store.evidence()? {
        println!("the server also signed another log: {}", evidence.why);
    }
    Ok(true)
}
