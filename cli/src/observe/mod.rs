//! `baqylau observe`: a terminal observer on the same core that a phone has.

mod carrying;
mod command;
mod fill;
mod listing;
mod showing;
mod store;
mod waiting;

use crate::common::{CommandResult, print_json, told};
use crate::secrets::{Asking, read};
use baqylau_observer::app::VisitChange;
use baqylau_observer::clock::{Clock, SystemClock};
use baqylau_observer::{ObserverApp, RefusalReason};
pub use command::ObserveCommand;
use fill::{fill, read_answers, sign};
use serde_json::json;
use showing::{mission, reports};
use std::path::Path;
use std::time::Duration;
use store::{StoreOptions, config};
use waiting::{refusal, trouble, trouble_name};

const BUDGET: Duration = Duration::from_secs(120);

pub fn run(command: ObserveCommand) -> CommandResult {
    match command {
        ObserveCommand::Enrol { store, invite, proxy } => enrol(&store, &invite, proxy.as_deref()),
        ObserveCommand::Proxy { store, address, off: _ } => {
            store.deliver()?.set_proxy(address.as_deref())?;
            Ok(true)
        }
        ObserveCommand::Salvage { store } => salvage(&store),
        ObserveCommand::Mission { store, json } => mission(&store.open()?, json),
        ObserveCommand::Places { store, query, json } => listing::places(&store.open()?, &query, json),
        ObserveCommand::Fill { store, checklist, visit, place, answers, incomplete, draft } => {
            let core = store.open()?;
            // What is wrong with the file is said before anything is begun.
            answers.as_deref().map(read_answers).transpose()?;
            let visit = match visit {
                Some(visit) => visit,
                None => core.start_visit(place.as_deref(), None)?.code,
            };
            println!("visit {visit}; `--visit {visit}` goes on with it");
            let id = core.start_checklist(&visit, &checklist)?.id;
            fill(&core, id, answers.as_deref(), false)?;
            if draft {
                println!("draft of {checklist} for visit {visit}");
                return Ok(true);
            }
            core.update_visit(&visit, VisitChange::Departed(SystemClock.wall()))?;
            sign(&core, id, incomplete)
        }
        ObserveCommand::Amend { store, report, why, answers, incomplete } => {
            amend(&store.open()?, report, &why, answers.as_deref(), incomplete)
        }
        ObserveCommand::Close { store } => {
            store.open()?.close()?;
            println!("closed: nothing more can be signed here; `baqylau observe sync` delivers what waits");
            Ok(true)
        }
        ObserveCommand::Drafts { store, json } => listing::drafts(&store.open()?, json),
        ObserveCommand::Carry { store, draft } => {
            let (new, left) = store.open()?.carry(draft)?;
            println!("draft {} goes on as draft {}", draft, new.id);
            left.iter().for_each(|l| println!("no place for {}: {}", l.name, l.text));
            Ok(true)
        }
        ObserveCommand::Discard { store, draft } => {
            store.open()?.discard(draft)?;
            println!("draft {draft} is gone");
            Ok(true)
        }
        ObserveCommand::Letters { store, json } => listing::letters(&store.open()?, json),
        ObserveCommand::Answer { store, letter, why, answers, incomplete } => {
            let core = store.open()?;
            let draft = core.answer(letter, &why)?.id;
            amended(&core, draft, answers.as_deref(), incomplete)
        }
        ObserveCommand::Export { store, file, frames, qr, attachments } => {
            carrying::export(&store.deliver()?, file.filter(|_| !qr), frames, attachments)
        }
        ObserveCommand::Import { store, file, attachments } => carrying::import(&store, &file, attachments.as_deref()),
        ObserveCommand::Pin { store, new_file } => {
            let core = store.open()?;
            let new = read(new_file.as_deref(), "BAQYLAU_NEW_PIN", "new PIN", Asking::Twice)?;
            core.change_pin(store.pin.read()?, &new)?;
            println!("the PIN was changed");
            Ok(true)
        }
        ObserveCommand::Duress { store, new_file, off } => {
            let core = store.open()?;
            let second = (!off).then(|| read(new_file.as_deref(), "BAQYLAU_NEW_PIN", "second PIN", Asking::Twice));
            core.set_duress_pin(store.pin.read()?, second.transpose()?.as_deref().map(String::as_str))?;
            println!("{}", if off { "there is no second PIN" } else { "the second PIN is set" });
            Ok(true)
        }
        ObserveCommand::Wipe { store, yes: _ } => {
            if !ObserverApp::is_left(&store)? {
                return Err(format!("{}: there is no store here; nothing was wiped", store.display()).into());
            }
            ObserverApp::wipe(&config(&store, "en")?)?;
            println!("wiped: {}", store.display());
            Ok(true)
        }
        ObserveCommand::Sync { store, again, json } => {
            let core = store.deliver()?;
            let report = if again { core.sync_again(BUDGET)? } else { core.sync_now(BUDGET)? };
            let safe = report.again.is_none() && report.refused == 0 && report.refusal.is_none();
            if json {
                print_json(&json!({
                    "delivered": report.delivered, "refused": report.refused, "again": report.again,
                    "bytes_sent": report.bytes_sent, "attachment_bytes": report.attachment_bytes,
                    "trouble": report.trouble.map(trouble_name), "refusal": report.refusal.map(RefusalReason::code),
                }))?;
                return Ok(safe);
            }
            println!("{} delivered, {} refused", report.delivered, report.refused);
            match report.refusal {
                Some(why) if report.trouble.is_none() => println!("{}", refusal(why)),
                _ if report.again.is_some() => println!("{}; what waits is safe", trouble(report.trouble)),
                _ => {}
            }
            Ok(safe)
        }
        ObserveCommand::Reports { store, json } => reports(&store.open()?, json),
    }
}

fn salvage(store: &StoreOptions) -> CommandResult {
    let salvaged = ObserverApp::salvage(&store.config()?, store.pin.read()?)?;
    println!("{} rows were taken over; the damaged file is {}", salvaged.rows, salvaged.aside.display());
    salvaged.lost.iter().for_each(|table| println!("not everything could be read: {table}"));
    if !salvaged.lost.is_empty() {
        println!("what was signed is delivered all the same; drafts and visits in these tables are lost here");
    }
    Ok(salvaged.lost.is_empty())
}

fn enrol(store: &StoreOptions, invite: &Path, proxy: Option<&str>) -> CommandResult {
    if invite.to_string_lossy().starts_with("BAQYLAU") {
        return Err("an invite's text is a key, and others on this machine read what stands on a command line: put it into a file, or name `-` and send it to standard input".into());
    }
    let text = match invite == Path::new("-") {
        true => std::io::read_to_string(std::io::stdin())?,
        false => std::fs::read_to_string(invite).map_err(|e| told(invite, &e))?,
    };
    baqylau_protocol::certificate::Invite::from_text(&text)?;
    let config = store.config()?;
    // An enrolment that broke off goes on.
    let core = if ObserverApp::exists(&config) {
        ObserverApp::open(config, store.pin.read()?)?
    } else {
        ObserverApp::create(config, store.pin.read_new()?, &text)?
    };
    if proxy.is_some() {
        core.set_proxy(proxy)?;
    }
    core.enrol(BUDGET)?;
    mission(&core, false)
}

fn amend(
    core: &ObserverApp,
    report: i64,
    why: &str,
    answers: Option<&Path>,
    incomplete: Option<String>,
) -> CommandResult {
    amended(core, core.amend(report, why)?.id, answers, incomplete)
}

fn amended(core: &ObserverApp, id: i64, answers: Option<&Path>, incomplete: Option<String>) -> CommandResult {
    fill(core, id, answers, true)?;
    for change in core.changes(id)? {
        let text = |t: Option<String>| t.unwrap_or_else(|| "(no answer)".into());
        println!("{}: {} -> {}", change.label, text(change.before), text(change.after));
    }
    sign(core, id, incomplete)
}
