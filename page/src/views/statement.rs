//! The statement's sentences with their numbers, each a way to how it is made. Printed, it is the annex.

use super::View;
use super::parts::text;
use super::report::failed;
use crate::query::Ask;
use crate::state::Shared;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use baqylau_desk::board::Board;
use baqylau_findings::Computed;
use maud::{Markup, html};

pub(crate) async fn page(State(shared): State<Shared>, Query(ask): Query<Ask>) -> Response {
    let view = View::new(&shared, Ask { lang: ask.lang, raw: ask.raw, as_of: ask.as_of, ..Ask::default() });
    let board = match shared.board(&view.ask) {
        Ok(board) => board,
        Err(e) => return failed(&view, &e),
    };
    let figures = board.figures(&shared.source, &view.ask.filter(&shared));
    let of = |checklist: &str| -> Vec<(usize, &Computed)> {
        figures.iter().enumerate().filter(|(at, _)| shared.source.figures[*at].figure.checklist == checklist).collect()
    };
    let differ = figures.iter().filter(|f| !f.equal).count();
    let w = view.words;
    view.page(
        "/statement",
        w.statement,
        &html! {
            (frozen(&view, &board))
            @if differ > 0 { p role="alert" { "⚠ " (differ) " " (w.differ) } }
            @for (at, list) in shared.source.checklists.iter().enumerate() {
                @let here = of(&list.id);
                @if !here.is_empty() {
                    h2 { (view.title(Some(at))) }
                    @for (at, figure) in here { (sentence(&view, &board, at, figure)) }
                }
            }
            @if shared.source.sample.is_none() { p .small { (w.no_sample) } }
        },
    )
    .into_response()
}

/// Of which moment, and of which reports.
fn frozen(view: &View, board: &Board) -> Markup {
    let w = view.words;
    let (counted, set) = board.counted();
    html! {
        form method="get" {
            @for (name, value) in [("lang", &view.ask.lang), ("raw", &view.ask.raw)] {
                @if !value.is_empty() { input type="hidden" name=(name) value=(value); }
            }
            label { (w.as_of) input type="datetime-local" name="as_of" value=(view.ask.as_of); }
            button { (w.show) }
            a href=(view.ask.link("/statement.odt")) { (w.document) }
        }
        p .small { (counted) " " (w.found) " · " (w.set) " " code { (set) } }
    }
}

fn sentence(view: &View, board: &Board, at: usize, f: &Computed) -> Markup {
    let sentence = view.state.source.figures[at].figure.sentence.get(view.language);
    html! {
        p {
            @if sentence.is_empty() { (text(&f.id)) ": " (text(&f.computed)) } @else { (text(&f.sentence(&sentence))) }
            " " a .small href=(view.ask.link(&format!("/findings/{}", f.id))) { (f.count) "/" (f.base) }
            (super::document::interval(view, board, &f.id))
            @if f.several { span .note { (view.words.several) } }
            @if !f.equal { strong { " ⚠ " (view.words.published) ": " (text(&f.published)) } }
        }
    }
}
