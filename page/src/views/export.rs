//! What is on a page, as a table for other programs.

use super::report::failed;
use super::{View, cleaning, texts};
use crate::query::Ask;
use crate::state::Shared;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use baqylau_desk::export::Format;

/// The reports of a checklist that fit the filters, a row each; the texts; the cleaning log.
pub(crate) async fn table(State(shared): State<Shared>, Path(name): Path<String>, Query(ask): Query<Ask>) -> Response {
    let view = View::new(&shared, ask);
    let (what, end) = name.rsplit_once('.').unwrap_or_default();
    let Some(format) = Format::of(end) else { return StatusCode::NOT_FOUND.into_response() };
    let known = shared.source.checklists.iter().any(|c| c.id == what);
    let board = match shared.board(&view.ask) {
        Ok(board) => board,
        Err(e) => return failed(&view, &e),
    };
    let answers = view.ask.answers();
    let made = tokio::task::block_in_place(|| match (what, format) {
        ("texts", Format::Csv) => Some(texts::table(&view, &board)),
        ("cleaning", Format::Csv) => Some(cleaning::table(&view, &board)),
        _ if known => {
            let filter = view.ask.filter(&shared);
            let lines: Vec<_> = board.select(&shared.source, &filter).collect();
            let of = (what, view.language);
            Some(shared.read(|desk| desk.table(&shared.source, &lines, of, answers, format)))
        }
        _ => None,
    });
    match made {
        Some(Ok(bytes)) => {
            let file = format!("attachment; filename=\"{what}.{end}\"");
            ([(CONTENT_TYPE, format.media().to_owned()), (CONTENT_DISPOSITION, file)], bytes).into_response()
        }
        Some(Err(e)) => failed(&view, &e),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
