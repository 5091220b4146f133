//! What several pages draw.

use super::View;
use super::report::rows;
use baqylau_desk::board::Line;
use baqylau_forms::definition::Kind;
use baqylau_forms::value::Answer;
use maud::{Markup, html};

/// By how many of its answers a report is told.
const FACTS: usize = 3;

/// Text of a report or a table: it cannot turn what stands around it.
pub(super) fn text(text: &str) -> Markup {
    html! { bdi { (text) } }
}

/// A bar as long as a share of a hundred. The number stands beside it.
pub(super) fn bar(part: usize, whole: usize) -> Markup {
    let width = if whole == 0 { 0 } else { (part * 100).div_euclid(whole).min(100) };
    html! {
        svg .bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
            rect .track width="100" height="10" {}
            rect .part width=(width) height="10" {}
        }
    }
}

/// A column for each, the highest as high as the picture. Its table is the picture in words.
pub(super) fn columns(name: &str, columns: &[(String, usize, String)]) -> Markup {
    let most = columns.iter().map(|c| c.1).max().unwrap_or(0).max(1);
    let high = |n: usize| n * 90 / most;
    html! {
        figure {
            svg .columns viewBox={"0 0 " (columns.len() * 12) " 100"} preserveAspectRatio="none" role="img" aria-label=(name) {
                @for (at, (label, n, _)) in columns.iter().enumerate() {
                    rect x=(at * 12 + 1) y=(95 - high(*n)) width="10" height=(high(*n)) { title { (label) ": " (n) } }
                }
            }
            table .under {
                caption .away { (name) }
                tbody {
                    tr { @for (label, _, _) in columns { th scope="col" { (label) } } }
                    tr { @for (_, n, link) in columns { td { a href=(link) { (n) } } } }
                }
            }
        }
    }
}

/// A number with what it is.
pub(super) fn card(number: &Markup, what: &str, link: &str) -> Markup {
    html! { a .card href=(link) { span .number { (number) } span { (what) } } }
}

/// Who sent it.
pub(super) fn who(line: &Line) -> Markup {
    html! { @match &line.person { Some((person, team)) => { (text(person)) " · " (text(team)) } None => "?" } }
}

/// Where it was, from the top.
pub(super) fn place(view: &View, line: &Line) -> Markup {
    html! { @match line.place { Some(p) => { (text(&view.path(p))) } None => { (text(line.unlisted.as_deref().unwrap_or("—"))) } } }
}

/// The first of its questions with one choice that are answered, in words.
pub(super) fn facts(view: &View, line: &Line) -> Vec<String> {
    let read = tokio::task::block_in_place(|| view.state.read(|desk| desk.read(line.hash)));
    let Ok((_, filling)) = read else { return Vec::new() };
    let all = rows(filling, view.language).into_iter().flat_map(|(_, rows)| rows);
    let chosen = all.filter(|q| matches!(q.kind, Kind::SelectOne { .. }) && matches!(q.answer, Some(Answer::One(_))));
    chosen.take(FACTS).map(|q| format!("{} {}", q.label, q.answer_text)).collect()
}
