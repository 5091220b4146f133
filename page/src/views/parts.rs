//! Elements shared by several pages.

use super::View;
use crate::failure;
use baqylau_desk::index::report_row::ReportRow;
use baqylau_forms::definition::Kind;
use baqylau_forms::expr::Environment;
use baqylau_forms::fill::{AnswerProblem, CellKey};
use baqylau_forms::value::Answer;
use maud::{Markup, html};

/// Number of answers in a report's summary.
const FACTS: usize = 3;

/// Text from a report or table, isolated so that its direction does not affect the surrounding text.
pub(super) fn text(text: &str) -> Markup {
    html! { bdi { (text) } }
}

/// What is wrong with an answer: in the words of the checklist's author, or what sort it is.
pub(super) fn problem(view: &View, problem: &AnswerProblem) -> Markup {
    let sort = failure::issue(view.strings, problem.issue);
    text(if problem.text.is_empty() { sort } else { &problem.text })
}

/// A number with its caption.
pub(super) fn card(number: &Markup, what: &str, link: &str) -> Markup {
    html! { a .card href=(link) { span .number { (number) } span { (what) } } }
}

/// One page of a long list, with links to the others.
pub(super) fn paged<'l, T>(view: &View, path: &str, all: &'l [T], size: usize) -> (&'l [T], Markup) {
    let last = all.len().saturating_sub(1) / size;
    let at = view.query.page.parse().unwrap_or(0).min(last);
    let to = |page: usize| view.query.with(|a| a.page = page.to_string()).link(path);
    // Links to the first and last page, and to those around this one.
    let near = (0..=last).filter(|page| *page == 0 || *page == last || page.abs_diff(at) < 3);
    let ways = html! {
        @if last > 0 {
            nav .turn aria-label=(view.strings.pages) {
                @for page in near {
                    @if page > 0 && page == last && last.abs_diff(at) > 3 { span { "…" } }
                    a href=(to(page)) aria-current=[(page == at).then_some("page")] { (page + 1) }
                    @if page == 0 && at > 3 { span { "…" } }
                }
            }
        }
    };
    (&all[at * size..all.len().min((at + 1) * size)], ways)
}

/// The sender of a report.
pub(super) fn who(row: &ReportRow) -> Markup {
    html! { @match &row.person { Some(person) => { (text(&person.code)) " · " (text(&person.team)) } None => "?" } }
}

/// Marks an internal report.
pub(super) fn mark(view: &View, row: &ReportRow) -> Markup {
    html! { @if row.internal { " " span .internal { "🔒 " (view.strings.internal) } } }
}

/// Link to the same table including the texts of internal reports, if there are any.
pub(super) fn with_internal(view: &View, any: bool, path: &str) -> Markup {
    let to = view.query.with(|a| a.internal = "1".into()).link(path);
    html! { @if any { " (" (view.strings.internal_left_out) "; " a href=(to) { (view.strings.internal_too) } ")" } }
}

/// The place of a report, from the top level down.
pub(super) fn place(view: &View, row: &ReportRow) -> Markup {
    html! { @match row.summary.place { Some(p) => { (text(&view.path(p))) } None => { (text(row.summary.meta.unlisted.as_deref().unwrap_or("—"))) } } }
}

/// A summary of a report: its first answered questions with a single choice.
pub(super) fn facts(view: &View, row: &ReportRow) -> Vec<String> {
    let read = tokio::task::block_in_place(|| view.state.read(|desk| desk.read(row.summary.meta.hash)));
    let Ok((_, mut filling)) = read else { return Vec::new() };
    let language = view.language;
    filling.set_environment(Environment { language, ..filling.environment() });
    let form = filling.form().clone();
    let items = &form.definition().items;
    let chosen = |key: &CellKey| {
        matches!(items[key.node as usize].kind, Kind::SelectOne { .. })
            && matches!(filling.answer(*key), Some(Answer::One(_)))
            && key.row == 0
    };
    let keys = filling.shown_keys().into_iter().filter(chosen).take(FACTS);
    keys.map(|key| filling.question(key)).map(|q| format!("{} {}", q.label, q.answer_text)).collect()
}

/// A sentence; struck through if its number does not support it.
pub(crate) fn sentence(view: &super::View, said: &baqylau_findings::Sentence) -> Markup {
    html! {
        @if said.holds { (text(&said.text)) } @else { s { (text(&said.text)) } strong { " ⚠ " (view.strings.struck) } }
    }
}
