//! `baqylau desk audit`: whether the server still hands out what was pulled from it.

use crate::common::{CommandResult, bar, print_json};
use baqylau_desk::Desk;
use baqylau_desk::faults::{EntryDifference, EntryFault};
use baqylau_desk::log::audit::AuditedHead;
use serde_json::{Value, json};

/// How many attachments are asked for where not all are.
const ATTACHMENTS: usize = 64;

pub fn audit(desk: &Desk, all: bool, json: bool) -> CommandResult {
    let covered = desk.heads().last()?.map_or(0, |(size, _)| size);
    let bar = bar(usize::try_from(covered).unwrap_or(usize::MAX), "reading the log again");
    let log = desk.audit(&|compared| bar.set_position(compared))?;
    bar.finish_and_clear();
    let attachments = desk.audit_attachments((!all).then_some(ATTACHMENTS))?;
    let proved = !matches!(log.head, AuditedHead::Unproved { .. });
    let good = log.faults.is_empty() && log.unnamed == 0 && proved;
    let good = good && attachments.lacking.is_empty() && attachments.altered.is_empty();
    if json {
        print_json(&json!({
            "compared": log.compared, "mended": log.mended, "faults": log.faults.iter().map(fault_as_json).collect::<Vec<_>>(),
            "unnamed": log.unnamed, "head": head_as_json(log.head), "attachments": attachments.compared,
            "attachments_lacking": attachments.lacking.iter().map(|l| l.attachment.to_string()).collect::<Vec<_>>(),
            "attachments_altered": attachments.altered.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }))?;
        return Ok(good);
    }
    println!("{} entries of the server's log compared, {} attachments", log.compared, attachments.compared);
    match log.head {
        AuditedHead::Same => println!("it signs what was pulled, and nothing more"),
        AuditedHead::Proved { signed } => {
            println!("it signs {signed} objects, and proved that they begin with these; pull")
        }
        AuditedHead::Unproved { signed } => println!(
            "it signs {signed} objects, and did not prove that they begin with these; pull, which compares each. Where that fails, \
             do not trust this server"
        ),
    }
    if log.mended > 0 {
        println!("{} objects were damaged there, were handed to it again, and are whole now", log.mended);
    }
    log.faults.iter().for_each(|fault| println!("{fault}"));
    if log.unnamed > 0 {
        println!("{} more differ", log.unnamed);
    }
    attachments.lacking.iter().for_each(|lacking| println!("{lacking}. It is here, in blobs/, too"));
    for hash in &attachments.altered {
        println!(
            "the attachment {hash} has another end at the server; it is here, in blobs/. Let its phone send everything again \
             (`observe sync --again`), or have the server's folder server.blobs/ put back from a copy"
        );
    }
    Ok(good)
}

/// An entry that differs: its place, what differs, and the words for a terminal.
pub fn fault_as_json(fault: &EntryFault) -> Value {
    let mut about =
        json!({"index": fault.index, "hash": fault.hash.to_string(), "here": fault.here, "what": fault.what.code()});
    match fault.what {
        EntryDifference::Altered { there } => about["there"] = there.to_string().into(),
        EntryDifference::OtherTime { signed, said } => {
            about["signed"] = signed.into();
            about["said"] = said.into();
        }
        EntryDifference::Damaged | EntryDifference::Missing => {}
    }
    about["words"] = fault.to_string().into();
    about
}

fn head_as_json(head: AuditedHead) -> Value {
    match head {
        AuditedHead::Same => json!({"proved": true}),
        AuditedHead::Proved { signed } => json!({"proved": true, "signed": signed}),
        AuditedHead::Unproved { signed } => json!({"proved": false, "signed": signed}),
    }
}
