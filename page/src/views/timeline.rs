//! What long-term observers log, day by day: meetings, commissions, campaign, complaints; wherever no station is.

use super::View;
use super::parts::{facts, place, text, who};
use super::report::failed;
use crate::query::Ask;
use crate::state::Shared;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use baqylau_desk::board::Line;
use baqylau_desk::status::Status;
use maud::{Markup, html};

/// How many stand on a page; the filters lead to the rest.
const SHOWN: usize = 200;

pub(crate) async fn page(State(shared): State<Shared>, Query(ask): Query<Ask>) -> Response {
    let view = View::new(&shared, ask);
    let board = match shared.board(&view.ask) {
        Ok(board) => board,
        Err(e) => return failed(&view, &e),
    };
    let places = &shared.source.places;
    let lowest = u16::try_from(places.table().levels.len().saturating_sub(1)).unwrap_or(u16::MAX);
    let elsewhere = |line: &&Line| line.place.and_then(|p| places.get(p)).is_none_or(|p| p.level != lowest);
    let filter = view.ask.filter(&shared);
    let counted = board.select(&shared.source, &filter).filter(|l| l.status == Status::Counted);
    let mut lines: Vec<&Line> = counted.filter(elsewhere).collect();
    lines.sort_by_key(|l| std::cmp::Reverse(l.signed));
    let w = view.words;
    let body = html! {
        (super::findings::form(&view, board.level))
        p role="status" { (lines.len()) " " (w.found) }
        @for day in lines[..lines.len().min(SHOWN)].chunk_by(|a, b| day(&view, a) == day(&view, b)) {
            h2 { (day.first().map(|l| self::day(&view, l)).unwrap_or_default()) }
            (table(&view, day))
        }
    };
    view.page("/timeline", w.timeline, &body).into_response()
}

fn day(view: &View, line: &Line) -> String {
    let moment = view.moment(line.signed.unwrap_or(line.received));
    moment.split(' ').next().unwrap_or_default().to_owned()
}

fn table(view: &View, lines: &[&Line]) -> Markup {
    html! {
        table .day { tbody { @for line in lines { (row(view, line)) } } }
    }
}

fn row(view: &View, line: &Line) -> Markup {
    let moment = view.moment(line.signed.unwrap_or(line.received));
    html! {
        tr {
            th scope="row" {
                a href=(view.link(&format!("/reports/{}", line.hash))) { (moment.split(' ').nth(1).unwrap_or_default()) " " (view.title(line.checklist)) }
            }
            td { (place(view, line)) }
            td { (who(line)) }
            td { @for fact in facts(view, line) { div { (text(&fact)) } } }
        }
    }
}
