//! The cleaning log of one report: what desks corrected and why, and a form for one more.

use super::parts::text;
use super::report::rows;
use super::{Failed, View};
use axum::extract::{Form, Path};
use axum::response::Redirect;
use baqylau_desk::board::Line;
use baqylau_desk::records::Change;
use baqylau_forms::definition::{Choice, Kind};
use baqylau_forms::fill::Filling;
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A longer list of choices is not offered.
const OFFERED: usize = 100;

/// What desks corrected, in the order of the log.
pub(super) fn log(view: &View, line: &Line, filling: &Filling) -> Markup {
    let w = view.words;
    if line.corrections.is_empty() {
        return html! {};
    }
    let items = &filling.form().definition().items;
    let name = |node: u32| items.get(node as usize).map_or("?", |item| item.name.as_str());
    html! {
        h2 { (w.corrections) }
        table {
            thead { tr {
                th scope="col" { (w.question) } th scope="col" { (w.before) } th scope="col" { (w.after) }
                th scope="col" { (w.reason) } th scope="col" { (w.source) } th scope="col" { (w.signed) }
            } }
            tbody {
                @for (signed, fits) in &line.corrections {
                    @let c = &signed.what;
                    tr {
                        th scope="row" { (text(name(c.node))) @if !fits { " ⚠ " (w.unfit) } }
                        td { (text(c.old.as_deref().unwrap_or("—"))) } td { (text(c.new.as_deref().unwrap_or("—"))) }
                        td { (text(&c.reason)) } td { (text(&c.source)) } td { (view.moment(c.at.ms)) }
                    }
                }
            }
        }
    }
}

/// A form for one more. Choices go by their names, which the list offers.
pub(super) fn form(view: &View, line: &Line, filling: Filling) -> Markup {
    let w = view.words;
    let form = filling.form().clone();
    let lists = form.definition().lists.iter().filter(|list| list.choices.len() <= OFFERED);
    let labelled = |c: &Choice| (c.name.clone(), c.label.get(view.language).to_string());
    let names: BTreeSet<(Arc<str>, String)> = lists.flat_map(|list| &list.choices).map(labelled).collect();
    let asked = |kind: &Kind| !matches!(kind, Kind::Note | Kind::Group { .. } | Kind::Attachment { .. });
    html! {
        h2 { (w.correct) }
        p .small { (w.correct_how) }
        form #correct method="post" action=(view.link(&format!("/reports/{}/correct", line.hash))) {
            label .grow { (w.question) select name="question" required {
                @for (title, rows) in rows(filling, view.language) {
                    optgroup label=(title) {
                        @for q in rows.iter().filter(|q| asked(&q.kind)) { option value=(q.name) { (q.number) " " (q.label) } }
                    }
                }
            } }
            label { (w.new_answer) input name="new" list="names"; }
            datalist #names { @for (name, label) in &names { option value=(name) { (label) } } }
            label .grow { (w.reason) input name="reason" required; }
            label .grow { (w.source) input name="source" required; }
            button { (w.sign) }
        }
    }
}

/// What a coordinator corrects.
#[derive(Deserialize)]
pub(crate) struct Given {
    question: String,
    new: String,
    reason: String,
    source: String,
}

/// Signs one correction.
pub(crate) async fn correct(
    view: View,
    Path(hash): Path<String>,
    Form(given): Form<Given>,
) -> Result<Redirect, Failed> {
    let report = view.report(&hash)?;
    let change = Change {
        question: &given.question,
        rows: Vec::new(),
        new: Some(given.new.trim()).filter(|new| !new.is_empty()),
        reason: &given.reason,
        source: &given.source,
    };
    view.sign(&format!("/reports/{report}"), |desk, now| desk.correct(report, &change, now))
}
