//! The statement's sentences with their numbers, each a way to how it is made. Printed, it is the annex.

use super::View;
use super::parts::text;
use crate::query::Ask;
use crate::state::Shared;
use axum::extract::{Query, State};
use baqylau_findings::Computed;
use maud::{Markup, html};

pub(crate) async fn page(State(shared): State<Shared>, Query(ask): Query<Ask>) -> Markup {
    let view = View::new(&shared, Ask { lang: ask.lang, raw: ask.raw, ..Ask::default() });
    let board = shared.boards().of(view.ask.answers()).clone();
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
            @if differ > 0 { p role="alert" { "⚠ " (differ) " " (w.differ) } }
            @for (at, list) in shared.source.checklists.iter().enumerate() {
                @let here = of(&list.id);
                @if !here.is_empty() {
                    h2 { (view.title(Some(at))) }
                    @for (at, figure) in here { (sentence(&view, at, figure)) }
                }
            }
            p .small { (w.no_sample) }
        },
    )
}

fn sentence(view: &View, at: usize, f: &Computed) -> Markup {
    let sentence = view.state.source.figures[at].figure.sentence.get(view.language);
    html! {
        p {
            @if sentence.is_empty() { (text(&f.id)) ": " (text(&f.computed)) } @else { (text(&f.sentence(&sentence))) }
            " " a .small href=(view.ask.link(&format!("/findings/{}", f.id))) { (f.count) "/" (f.base) }
            @if f.several { span .note { (view.words.several) } }
            @if !f.equal { strong { " ⚠ " (view.words.published) ": " (text(&f.published)) } }
        }
    }
}
