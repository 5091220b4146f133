//! What has to be at a desk after a power cut.

use crate::harness::Cut;
use crate::mission::{Acknowledged, Claim};
use crate::phone::{no_damage, told};
use baqylau_desk::Desk;
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::export::handout::REPORTS;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::envelope::Envelope;
use baqylau_protocol::ids::Hash;
use baqylau_tests::{PASSPHRASE, now, reports};
use std::collections::HashSet;
use std::path::Path;

/// Opens the desk, looks for everything that it acknowledged, and signs another letter.
///
/// # Errors
/// What is lost or wrong.
pub fn check(folder: &Path, cut: &Cut<'_>) -> Result<(), String> {
    let had: Vec<&Acknowledged> = cut.acknowledged().collect();
    exported(folder, &had, cut)?;
    let opened = Desk::open(folder, PASSPHRASE);
    if !had.iter().any(|a| matches!(a.claim, Claim::Desk(_))) {
        return Ok(());
    }
    let desk = opened.map_err(|e| format!("it does not open: {e:?}"))?;
    no_damage(folder)?;
    for acknowledged in &had {
        holds(&desk, &acknowledged.claim)?;
    }
    let (_, faults) = if had.iter().any(|a| matches!(a.claim, Claim::Pulled(..))) {
        desk.verify_all().map_err(told)?
    } else {
        (0, Vec::new())
    };
    if let Some(fault) = faults.first() {
        return Err(format!("an object does not verify: {fault:?}"));
    }
    sent(&desk, &had)?;
    if cut.begun().any(|a| matches!(a.claim, Claim::Exported(..))) {
        // Whatever was left of an export, the next one goes over it.
        desk.export(AnswerBasis::Effective, &folder.join("export"), false).map_err(told)?;
    }
    Ok(())
}

fn holds(desk: &Desk, claim: &Claim) -> Result<(), String> {
    let lost = |there: bool, what: &str| if there { Ok(()) } else { Err(format!("{what} is gone")) };
    match claim {
        Claim::Desk(0) => Ok(()),
        Claim::Desk(version) => {
            let there = desk.manifest().is_ok_and(|manifest| manifest.version >= *version);
            lost(there && desk.workspace.published().is_ok(), "the bundle")
        }
        Claim::Invited(_) => {
            let people = desk.store.devices().map_err(told)?.len();
            lost(people > 1 || desk.invites().open(&[], now()).is_ok_and(|invites| !invites.is_empty()), "the invite")
        }
        Claim::Pulled(place, count) => {
            lost(desk.store.cursor().map_err(told)? >= *place, "what was pulled")?;
            let rows = reports(desk);
            lost(rows.len() >= *count, "a report")?;
            let once: HashSet<Hash> = rows.iter().map(|row| row.summary.meta.hash).collect();
            lost(once.len() == rows.len(), "one of two that are the same")
        }
        Claim::Written(count) => lost(desk.own().letters().map_err(told)?.len() >= *count, "a letter"),
        Claim::Fetched(hash) => {
            let rows = desk.attachments().list().map_err(told)?;
            let here = rows.iter().any(|row| row.here && row.attachment.hash == *hash);
            lost(here && desk.attachments().altered().map_err(told)?.is_empty(), "an attachment")
        }
        Claim::Pin(_) | Claim::Answer(..) | Claim::Signed(..) | Claim::Attached(..) | Claim::Delivered(_) => Ok(()),
        Claim::Letters(_) | Claim::Receipt(..) | Claim::Kept(_) | Claim::Published(_) | Claim::Exported(..) => Ok(()),
        Claim::Rows(_) | Claim::Begun { .. } | Claim::Wiped => Ok(()),
    }
}

/// An export that was finished is there, and one that looks whole is whole.
fn exported(folder: &Path, had: &[&Acknowledged], cut: &Cut<'_>) -> Result<(), String> {
    let export = folder.join("export");
    let listed = export.join(format!("{REPORTS}.sha256"));
    let lines = std::fs::read_to_string(&listed);
    let exports = |a: &&&Acknowledged| matches!(a.claim, Claim::Exported(..));
    let finished = had.iter().filter(exports).count();
    let under_way = cut.begun().filter(|a| exports(&a)).count() > finished;
    let unfinished = export.join(format!("{REPORTS}.unfinished")).exists();
    if finished > 0 && !under_way && unfinished {
        return Err("an export that was finished looks unfinished".into());
    }
    let lines = match lines {
        Ok(lines) => lines,
        Err(_) if finished > 0 && !unfinished => return Err("the export is gone".into()),
        Err(_) => return Ok(()),
    };
    for line in lines.lines() {
        let (digest, name) = line.split_once("  ").ok_or("the list of the export is cut off")?;
        let bytes =
            std::fs::read(export.join(name)).map_err(|_| format!("{name} of an export that looks whole is gone"))?;
        if Hash::of(&bytes).to_string() != digest {
            return Err(format!("{name} of an export that looks whole is another"));
        }
    }
    Ok(())
}

/// What the server has of this desk's records the desk has too, so that no number of its chain is given twice.
fn sent(desk: &Desk, had: &[&Acknowledged]) -> Result<(), String> {
    let own = desk.own().device();
    let mut written: HashSet<Hash> = HashSet::new();
    for kind in ObjectType::SEALED {
        written.extend(desk.store.written(kind).map_err(told)?.into_iter().map(|record| record.hash));
    }
    for acknowledged in had {
        let Claim::Receipt(object, _) = &acknowledged.claim else { continue };
        let Some(header) = Envelope::untrusted_header(object).filter(|header| header.device == own) else { continue };
        if !written.contains(&Hash::of(object)) {
            return Err(format!("the desk does not know its own record {}", header.seq));
        }
    }
    Ok(())
}
