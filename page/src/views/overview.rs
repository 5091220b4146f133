//! What came in, from where and when, and what does not count and why.

use super::View;
use super::parts::{bar, card, columns, text};
use crate::query::Ask;
use crate::state::Shared;
use axum::extract::{Query, State};
use baqylau_desk::board::{Board, Line};
use baqylau_desk::status::Status;
use maud::{Markup, html};
use std::collections::BTreeMap;

pub(crate) async fn page(State(shared): State<Shared>, Query(ask): Query<Ask>) -> Markup {
    let view = View::new(&shared, ask);
    let board = shared.boards().of(view.ask.answers()).clone();
    let w = view.words;
    view.page(
        "/",
        w.overview,
        &html! {
            (cards(&view, &board))
            h2 { (w.by_checklist) } (checklists(&view, &board))
            h2 { (w.by_hour) } (hours(&view, &board))
            h2 { (w.by_region) } (regions(&view, &board))
            h2 { (w.why_not) } (reasons(&view, &board))
        },
    )
}

fn counted(lines: &[&Line]) -> usize {
    lines.iter().filter(|l| l.status == Status::Counted).count()
}

fn cards(view: &View, board: &Board) -> Markup {
    let w = view.words;
    let all: Vec<&Line> = board.lines.iter().collect();
    let counts = counted(&all);
    let devices: std::collections::HashSet<_> = all.iter().map(|l| l.device).collect();
    let status =
        |status: &str| Ask { status: status.into(), lang: view.ask.lang.clone(), ..Ask::default() }.link("/reports");
    html! {
        div .cards {
            (card(&html! { (all.len()) }, w.received, &view.link("/reports")))
            (card(&html! { (counts) }, w.counted, &status("counted")))
            (card(&html! { (all.len() - counts) }, w.not_counted, &status("not_counted")))
            (card(&html! { (devices.len()) " " (w.of) " " (board.people) }, w.phones_heard, &view.link("/phones")))
        }
    }
}

fn checklists(view: &View, board: &Board) -> Markup {
    let rows = view.state.source.checklists.iter().enumerate().map(|(at, list)| {
        let lines: Vec<&Line> = board.lines.iter().filter(|l| l.checklist == Some(at)).collect();
        let link = view.ask.with(|a| a.checklist.clone_from(&list.id)).link("/reports");
        (view.title(Some(at)), link, lines)
    });
    table(view, view.words.checklist, rows.collect())
}

fn regions(view: &View, board: &Board) -> Markup {
    let all: Vec<&Line> = board.lines.iter().collect();
    let rows = board.by_region(&view.state.source, &all).into_iter().map(|(region, lines)| {
        let code = region.and_then(|r| view.state.source.places.get(r)).map(|p| p.code.to_string());
        let link = view.ask.with(|a| a.within = code.unwrap_or_default()).link("/reports");
        (region.map_or_else(|| view.words.elsewhere.into(), |r| view.place(r)), link, lines)
    });
    table(view, view.words.region, rows.collect())
}

fn table(view: &View, what: &str, rows: Vec<(String, String, Vec<&Line>)>) -> Markup {
    let w = view.words;
    let most = rows.iter().map(|r| r.2.len()).max().unwrap_or(0);
    html! {
        table {
            thead { tr { th scope="col" { (what) } th scope="col" .n { (w.received) } th scope="col" .n { (w.counted) } td {} } }
            tbody {
                @for (name, link, lines) in rows {
                    tr {
                        th scope="row" { a href=(link) { (text(&name)) } }
                        td .n { (lines.len()) }
                        td .n { (counted(&lines)) }
                        td .wide { (bar(lines.len(), most)) }
                    }
                }
            }
        }
    }
}

fn hours(view: &View, board: &Board) -> Markup {
    let mut count: BTreeMap<u8, usize> = BTreeMap::new();
    board.lines.iter().filter_map(|l| l.hour).for_each(|h| *count.entry(h).or_default() += 1);
    let (first, last) = (count.keys().next().copied(), count.keys().last().copied());
    let Some((first, last)) = first.zip(last) else { return html! { p { (view.words.none) } } };
    let column = |h: u8| {
        let link = view.ask.with(|a| a.hour = h.to_string()).link("/reports");
        (h.to_string(), count.get(&h).copied().unwrap_or(0), link)
    };
    columns(view.words.by_hour, &(first..=last).map(column).collect::<Vec<_>>())
}

fn reasons(view: &View, board: &Board) -> Markup {
    let w = view.words;
    let mut count: BTreeMap<&'static str, usize> = BTreeMap::new();
    let left = board.lines.iter().filter(|l| l.status != Status::Counted);
    left.for_each(|l| *count.entry(l.status.name()).or_default() += 1);
    if count.is_empty() {
        return html! { p { "✓ " (w.all_counted) } };
    }
    html! {
        table {
            thead { tr { th scope="col" { (w.reason) } th scope="col" .n { (w.found) } } }
            tbody {
                @for (name, n) in count {
                    tr {
                        th scope="row" { a href=(view.ask.with(|a| a.status = name.into()).link("/reports")) { (view.status(name)) } }
                        td .n { (n) }
                    }
                }
            }
        }
    }
}
