//! A report's cleaning log, and the form for a new correction: the question as in the checklist, then a preview of the
//! effects, and only then the signature.

use super::parts::{problem, text};
use super::report::{differences, rows};
use super::{PageFailure, View, paper};
use crate::query::{FormFields, escaped};
use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Response};
use baqylau_desk::index::report_row::ReportRow;
use baqylau_desk::records::CorrectionRequest;
use baqylau_desk::records::preview::{ConfidentialityChange, Preview};
use baqylau_findings::Computed;
use baqylau_forms::definition::Kind;
use baqylau_forms::fill::{AnswerProblem, Filling, OfferedChoices, QuestionView};
use baqylau_protocol::ids::Hash;
use maud::{Markup, html};
use serde::Deserialize;
use tokio::task::block_in_place;

/// Most choices offered beside a field.
const OFFERED: usize = 1_000;

/// The report's corrections, in log order.
pub(super) fn log(view: &View, row: &ReportRow, filling: &Filling) -> Markup {
    let w = view.strings;
    if row.corrections.is_empty() {
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
                @for (signed, fits) in &row.corrections {
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

/// Identifies an answer by its question and row numbers, for example `votes@2`.
fn cell(filling: &Filling, q: &QuestionView) -> String {
    let rows: Vec<String> = filling.row_path(q.key.row).iter().map(ToString::to_string).collect();
    if rows.is_empty() { q.name.clone() } else { format!("{}@{}", q.name, rows.join(".")) }
}

/// Splits such an identifier into question name and row numbers.
fn parts(cell: &str) -> (&str, Vec<u32>) {
    let (question, rows) = cell.split_once('@').unwrap_or((cell, ""));
    (question, rows.split('.').filter_map(|row| row.parse().ok()).collect())
}

fn correctable(q: &QuestionView) -> bool {
    !q.read_only && !matches!(q.kind, Kind::Note | Kind::Group { .. } | Kind::Repeat { .. })
}

/// Link to the form for correcting an answer.
pub(super) fn link(view: &View, row: &ReportRow, filling: &Filling, q: &QuestionView) -> Markup {
    let path = view.link(&format!("/reports/{}/correct", row.summary.meta.hash));
    let sign = if path.contains('?') { '&' } else { '?' };
    let to = format!("{path}{sign}cell={}", escaped(&cell(filling, q)));
    html! { @if correctable(q) { " " a href=(to) aria-label={(view.strings.correct) ": " (q.label)} { "✎" } } }
}

/// Form for choosing the answer to correct, including those in rows.
pub(super) fn form(view: &View, row: &ReportRow, filling: &Filling) -> Markup {
    let w = view.strings;
    let name = |q: &QuestionView| {
        let rows: Vec<String> = filling.row_path(q.key.row).iter().map(|row| (row + 1).to_string()).collect();
        if rows.is_empty() {
            format!("{} {}", q.number, q.label)
        } else {
            format!("{} {} [{}]", q.number, q.label, rows.join("."))
        }
    };
    html! {
        h2 { (w.correct) }
        p .small { (w.correct_how) }
        form #correct method="get" action=(format!("/reports/{}/correct", row.summary.meta.hash)) {
            @if !view.query.lang.is_empty() { input type="hidden" name="lang" value=(view.query.lang); }
            label .grow { (w.question) select name="cell" required {
                @for (title, rows) in rows(filling.clone(), view.language) {
                    optgroup label=(title) {
                        @for q in rows.iter().filter(|q| correctable(q)) { option value=(cell(filling, q)) { (name(q)) } }
                    }
                }
            } }
            button { (w.go_on) }
        }
    }
}

/// The answer to correct, in the query string.
#[derive(Deserialize)]
pub(crate) struct AnswerPlace {
    #[serde(default)]
    cell: String,
}

/// Shows a question as in its checklist, with its current effective answer.
pub(crate) async fn ask(
    view: View,
    Path(hash): Path<String>,
    Query(which): Query<AnswerPlace>,
) -> Result<Markup, PageFailure> {
    let report = view.report(&hash)?;
    let mut filling = block_in_place(|| view.state.effective(report)).map_err(|e| view.failed(&e))?;
    let mut environment = filling.environment();
    environment.language = view.language;
    filling.set_environment(environment);
    let (question, rows) = parts(&which.cell);
    let key = filling.form().find(question).and_then(|node| filling.key_at(node, &rows));
    let key = key.filter(|key| filling.is_shown(*key)).ok_or_else(|| view.nothing("/reports"))?;
    let (q, w) = (filling.question(key), view.strings);
    let choices = match q.choices {
        OfferedChoices::Paged { .. } => filling.choices(key, "", 0, OFFERED),
        _ => Vec::new(),
    };
    let body = html! {
        p .small { (w.empty_takes_away) }
        form #correct method="post" action=(view.link(&format!("/reports/{report}/correct"))) {
            input type="hidden" name="cell" value=(which.cell);
            (paper::input(&view, &q))
            @if !choices.is_empty() {
                datalist #choices { @for choice in &choices { option value=(choice.name) { (choice.label) } } }
            }
            label .grow { (w.reason) input name="reason" required; }
            label .grow { (w.source) input name="source" required; }
            button name="act" value="preview" { (w.go_on) }
        }
        p { a href=(view.link(&format!("/reports/{report}"))) { (w.back) } }
    };
    Ok(view.page(&format!("/reports/{report}"), w.correct, &body))
}

/// Previews or signs a correction. Fields: `cell`, any number of `value`, `reason`, `source`; `act` is `sign` to sign,
/// with `confirmed` if a warning applies.
pub(crate) async fn correct(
    view: View,
    Path(hash): Path<String>,
    Form(fields): Form<FormFields>,
) -> Result<Response, PageFailure> {
    let report = view.report(&hash)?;
    let (cell, value) = (fields.one("cell"), paper::value(&fields));
    let (question, rows) = parts(&cell);
    let (reason, source) = (fields.one("reason"), fields.one("source"));
    let new = Some(value.trim()).filter(|new| !new.is_empty());
    let confirmed = !fields.one("confirmed").is_empty();
    let change = CorrectionRequest { question, rows, new, reason: &reason, source: &source };
    if fields.one("act") == "sign" {
        let signed = view.sign(&format!("/reports/{report}"), |desk, now| {
            let preview = view.state.preview(desk, report, &change, now)?;
            desk.records().sign_correction(&preview, confirmed)
        })?;
        return Ok(signed.into_response());
    }
    let now = (view.state.now)();
    let preview = view.read(|desk| view.state.preview(desk, report, &change, now))?;
    Ok(page(&view, report, &cell, &preview).into_response())
}

/// The effects of the correction, and the button that signs it.
fn page(view: &View, report: Hash, cell: &str, preview: &Preview) -> Markup {
    let w = view.strings;
    let c = &preview.correction;
    let body = html! {
        p role="status" { strong { (w.not_signed_yet) } }
        (differences(view, &preview.before, &preview.after))
        (problems(view, w.unlikely, preview, &preview.doubts))
        (problems(view, w.asked_then, preview, &preview.unanswered))
        @for flag in &preview.lost { p { "⚐ " strong { (view.flag(*flag)) } ": " (w.flag_lost) } }
        @for flag in &preview.gained { p { "⚑ " strong { (view.flag(*flag)) } ": " (w.flag_gained) } }
        @match preview.confidentiality {
            Some(ConfidentialityChange::Opened) => { p { "⚠ " strong { (w.would_be_open) } } }
            Some(ConfidentialityChange::Closed { quotes }) => { p { "🔒 " strong { (w.would_be_internal(quotes)) } } }
            None => {}
        }
        (figures(view, &preview.figures))
        form #sign-correction method="post" action=(view.link(&format!("/reports/{report}/correct"))) {
            @for (name, value) in [("cell", cell), ("value", c.new.as_deref().unwrap_or_default()), ("reason", &c.reason), ("source", &c.source)] {
                input type="hidden" name=(name) value=(value);
            }
            @if !preview.doubts.is_empty() {
                label .pick { input type="checkbox" name="confirmed" value="1" required; (w.confirm_unlikely) }
            }
            button name="act" value="sign" { (w.sign) }
        }
        p { a href=(view.link(&format!("/reports/{report}"))) { (w.back) } }
    };
    view.page(&format!("/reports/{report}"), w.correct, &body)
}

fn problems(view: &View, title: &str, preview: &Preview, problems: &[AnswerProblem]) -> Markup {
    let mut after = preview.after.clone();
    let mut environment = after.environment();
    environment.language = view.language;
    after.set_environment(environment);
    html! {
        @if !problems.is_empty() {
            h2 { "⚠ " (title) }
            ul { @for p in problems {
                @let q = after.question(p.key);
                li { (text(&q.label)) @for issue in q.issues.iter().filter(|i| i.issue == p.issue) { span .issue { (problem(view, issue)) } } }
            } }
        }
    }
}

fn figures(view: &View, moved: &[(usize, Computed, Computed)]) -> Markup {
    let w = view.strings;
    let number = |at: usize, f: &Computed| {
        let f = view.worded(at, f);
        html! { (text(&f.computed)) " " span .small { (f.count) " / " (f.base) } }
    };
    html! {
        h2 { (w.figures_move) }
        @if moved.is_empty() { p { (w.no_figure_moves) } } @else {
            table .moved {
                thead { tr { th scope="col" { (w.figure) } th scope="col" { (w.before) } th scope="col" { (w.after) } } }
                tbody { @for (at, before, after) in moved {
                    tr {
                        th scope="row" { a href=(view.link(&format!("/findings/{}", after.id))) { (after.id) } }
                        td { (number(*at, before)) } td { (number(*at, after)) }
                    }
                } }
            }
        }
    }
}
