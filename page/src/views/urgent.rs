//! What cannot wait: calls for help, which stand on top of every page until somebody signs for them, and urgent checklists.

use super::View;
use super::parts::text;
use super::report::rows;
use crate::query::Ask;
use crate::state::Shared;
use axum::extract::{Query, State};
use baqylau_desk::board::Line;
use baqylau_desk::status::Answers;
use baqylau_forms::definition::Kind;
use baqylau_forms::value::Answer;
use maud::{Markup, html};

/// How many are shown; what is older is among the reports.
const SHOWN: usize = 200;
/// By how many of its answers a report is told.
const FACTS: usize = 3;

/// Every call for help that nobody signed for yet.
pub(super) fn alarms(view: &View) -> Markup {
    let board = view.state.boards().of(Answers::Effective).clone();
    let open: Vec<&Line> = board.lines.iter().filter(|l| l.alarm && l.unattended()).collect();
    html! {
        div #alarms role="alert" {
            @for line in open {
                p .alarm { "⚠ " strong { (view.words.sos) } " " (who(line)) " · " (place(view, line)) " · " (view.moment(line.signed.unwrap_or(line.received)))
                    " " a href=(view.link("/urgent")) { (view.words.attend) } }
            }
        }
    }
}

pub(crate) async fn page(State(shared): State<Shared>, Query(ask): Query<Ask>) -> Markup {
    let view = View::new(&shared, ask);
    let board = shared.boards().of(Answers::Effective).clone();
    let w = view.words;
    let mut lines: Vec<&Line> = board.lines.iter().filter(|l| l.urgent).collect();
    let open = lines.iter().filter(|l| l.unattended()).count();
    // What nobody sees to stands first, calls for help before the rest, the newest before older ones.
    lines.sort_by_key(|l| (!l.unattended(), !l.alarm, std::cmp::Reverse(l.index)));
    let body = html! {
        p role="status" { @if open == 0 { "✓ " (w.all_attended) } @else { "⚠ " (open) " " (w.unattended) } }
        @if lines.is_empty() { p { (w.none) } } @else { (table(&view, &lines)) }
    };
    view.page("/urgent", w.urgent, &body)
}

fn table(view: &View, lines: &[&Line]) -> Markup {
    let w = view.words;
    html! {
        table {
            thead { tr {
                th scope="col" { (w.visit) } th scope="col" { (w.signed) } th scope="col" { (w.person) } th scope="col" { (w.place) }
                th scope="col" { (w.answers) } th scope="col" { (w.attended) }
            } }
            tbody { @for line in lines.iter().take(SHOWN) { (row(view, line)) } }
        }
    }
}

fn row(view: &View, line: &Line) -> Markup {
    html! {
        tr {
            th scope="row" {
                @if line.alarm { strong { "⚠ " (view.words.sos) " " } }
                a href=(view.link(&format!("/reports/{}", line.hash))) { (text(if line.visit.is_empty() { "?" } else { &line.visit })) }
            }
            td { (view.moment(line.signed.unwrap_or(line.received))) }
            td { (who(line)) }
            td { (place(view, line)) }
            td { @for fact in facts(view, line) { div { (text(&fact)) } } }
            td {
                @if let Some((_, words)) = &line.review { "✓ " (text(words)) }
                @else if line.unattended() { (attend(view, line)) }
                @else { (view.status(line.status.name())) }
            }
        }
    }
}

/// Who sees to it is signed, as every decision is.
fn attend(view: &View, line: &Line) -> Markup {
    let w = view.words;
    html! {
        form .attend method="post" action=(view.link(&format!("/reports/{}/review", line.hash))) {
            input type="hidden" name="decision" value="accept";
            label { (w.who_attends) input name="reason" required; }
            button { (w.sign) }
        }
    }
}

fn who(line: &Line) -> Markup {
    html! { @match &line.person { Some((person, team)) => { (text(person)) " · " (text(team)) } None => "?" } }
}

fn place(view: &View, line: &Line) -> Markup {
    html! { @match line.place { Some(p) => { (text(&view.path(p))) } None => { (text(line.unlisted.as_deref().unwrap_or("—"))) } } }
}

/// The first of its questions with one choice that are answered, in words.
fn facts(view: &View, line: &Line) -> Vec<String> {
    let read = tokio::task::block_in_place(|| view.state.read(|desk| desk.read(line.hash)));
    let Ok((_, filling)) = read else { return Vec::new() };
    let all = rows(filling, view.language).into_iter().flat_map(|(_, rows)| rows);
    let chosen = all.filter(|q| matches!(q.kind, Kind::SelectOne { .. }) && matches!(q.answer, Some(Answer::One(_))));
    chosen.take(FACTS).map(|q| format!("{} {}", q.label, q.answer_text)).collect()
}
