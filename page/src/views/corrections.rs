//! The cleaning log of one report: what desks corrected and why, and a form for one more.

use super::View;
use super::parts::text;
use super::report::{failed, rows};
use crate::query::Ask;
use crate::state::Shared;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use baqylau_desk::board::Line;
use baqylau_desk::records::Change;
use baqylau_forms::definition::Kind;
use baqylau_forms::fill::Filling;
use baqylau_protocol::ids::Hash;
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeSet;

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
    let names: BTreeSet<&str> = lists.flat_map(|list| &list.choices).map(|c| &*c.name).collect();
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
            datalist #names { @for name in names { option value=(name) {} } }
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
    State(shared): State<Shared>,
    Path(hash): Path<String>,
    Query(ask): Query<Ask>,
    Form(given): Form<Given>,
) -> Response {
    let view = View::new(&shared, Ask { lang: ask.lang, ..Ask::default() });
    let Some(report) = Hash::from_hex(&hash) else { return StatusCode::NOT_FOUND.into_response() };
    let change = Change {
        question: &given.question,
        rows: Vec::new(),
        new: Some(given.new.trim()).filter(|new| !new.is_empty()),
        reason: &given.reason,
        source: &given.source,
    };
    let signed = tokio::task::block_in_place(|| shared.sign(|desk, now| desk.correct(report, &change, now)));
    match signed {
        Ok(()) => Redirect::to(&view.link(&format!("/reports/{report}"))).into_response(),
        Err(e) => failed(&view, &e),
    }
}
