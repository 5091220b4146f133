//! `baqylau desk figures`: computed and compared.

use super::moment;
use crate::common::{CommandResult, Folder, print_json};
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::index::filter::ReportFilter;
use baqylau_findings::Computed;
use serde_json::{Value, json};

pub fn figures(folder: &Folder, as_of: Option<String>, raw: bool, json: bool) -> CommandResult {
    let as_of = as_of.map(|t| moment(&t)).transpose()?;
    let answers = if raw { AnswerBasis::Raw } else { AnswerBasis::Effective };
    let (tables, reports) = folder.open()?.report_table(as_of, answers)?;
    let all = ReportFilter::default();
    let (figures, older) = (reports.figures(&tables, &all), reports.older(&tables, &all));
    if json {
        let with_older = |(f, older): (&Computed, &usize)| {
            let mut f = figure_json(f);
            f["older_versions"] = json!(older);
            f
        };
        print_json(&json!({"figures": figures.iter().zip(&older).map(with_older).collect::<Vec<_>>()}))?;
    } else {
        print!("{}", figure_table(&figures));
        for (f, older) in figures.iter().zip(older).filter(|(_, older)| *older > 0) {
            println!("{}: reports of versions without a choice that it names, there not chosen: {older}", f.id);
        }
    }
    Ok(figures.iter().all(|f| f.equal))
}

/// A figure as JSON.
pub fn figure_json(f: &Computed) -> Value {
    json!({
        "id": f.id, "published": Some(&f.published).filter(|p| !p.is_empty()), "computed": f.computed, "count": f.count, "base": f.base,
        "do_not_know": f.do_not_know, "not_applicable": f.not_applicable, "not_answered": f.not_answered,
        "forms": f.forms, "places": f.places, "several": f.several, "equal": Some(f.equal).filter(|_| !f.published.is_empty()),
    })
}

/// The figures as a table for a terminal.
pub fn figure_table(figures: &[Computed]) -> String {
    let short = |text: &str| -> String {
        if text.chars().count() > 22 { text.chars().take(21).chain(['…']).collect() } else { text.to_owned() }
    };
    let mut out = format!(
        "{:<38} {:<22} {:<22} {:>6} {:>4} {:>4} {:>5}\n",
        "figure", "published", "computed", "base", "dk", "n/a", "blank"
    );
    for f in figures {
        let mark = if f.equal { "" } else { "   DIFFERS" };
        out += &format!(
            "{:<38} {:<22} {:<22} {:>6} {:>4} {:>4} {:>5}{mark}\n",
            f.id,
            short(if f.published.is_empty() { "not published yet" } else { &f.published }),
            short(&f.computed),
            f.base,
            f.do_not_know,
            f.not_applicable,
            f.not_answered
        );
    }
    let several = figures.iter().filter(|f| f.several).map(|f| format!("{}: several answers possible", f.id));
    several.for_each(|line| out += &format!("{line}\n"));
    out
}
