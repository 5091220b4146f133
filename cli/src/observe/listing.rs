//! What there is: places, drafts, messages.

use crate::common::{CommandResult, print_json};
use baqylau_observer::ObserverApp;
use baqylau_observer::app::{DraftView, LetterView, PlaceView, VisitView};
use serde_json::json;

pub fn places(core: &ObserverApp, query: &str, json: bool) -> CommandResult {
    let found = core.search_places(&[], None, query, 0, 20)?;
    if json {
        let row = |p: &PlaceView| json!({"code": p.code, "label": p.label, "level": p.level, "path": p.path});
        return print_json(&json!({"places": found.iter().map(row).collect::<Vec<_>>()}));
    }
    for place in found {
        println!("{:<10} {}  ({}: {})", place.code, place.label, place.level, place.path.join(" › "));
    }
    Ok(true)
}

pub fn drafts(core: &ObserverApp, json: bool) -> CommandResult {
    let visits = core.visits()?;
    if json {
        let open = visits.iter().flat_map(|v| v.drafts.iter().filter(|d| !d.finished).map(move |d| (v, d)));
        let row = |(v, d): (&VisitView, &DraftView)| json!({"draft": d.id, "visit": v.code, "checklist": d.checklist, "newer": d.newer});
        return print_json(&json!({"drafts": open.map(row).collect::<Vec<_>>()}));
    }
    for visit in visits {
        for draft in visit.drafts.iter().filter(|d| !d.finished) {
            let newer = if draft.newer { "  (a newer version: `observe carry`)" } else { "" };
            println!("{:>4}  {:<10} {:<18} {}{newer}", draft.id, visit.code, draft.checklist, draft.title);
        }
    }
    Ok(true)
}

pub fn letters(core: &ObserverApp, json: bool) -> CommandResult {
    let letters = core.letters()?;
    if json {
        let row = |l: &LetterView| {
            let questions: Vec<&str> = l.questions.iter().map(|q| q.0.as_str()).collect();
            json!({
                "letter": l.id, "written": l.written, "text": l.text, "report": l.report, "questions": questions,
                "handed": l.handed, "answered": l.answered,
            })
        };
        return print_json(&json!({"letters": letters.iter().map(row).collect::<Vec<_>>()}));
    }
    for l in letters {
        println!("{:>4}  {}", l.id, l.text);
        let asked: Vec<&str> = l.questions.iter().map(|q| &*q.1).collect();
        if let Some(report) = l.report {
            let state = if l.answered { "amended since" } else { "`observe answer` amends it" };
            println!("      about report {report} ({state}): {}", asked.join("; "));
        } else if let Some(visit) = l.handed {
            println!("      about visit {visit}, handed over (`observe answer` amends it): {}", asked.join("; "));
        }
    }
    Ok(true)
}
