//! What is on a page, as a table for other programs.

use super::View;
use super::report::failed;
use crate::query::Ask;
use crate::state::Shared;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use std::collections::HashSet;

/// The reports of a checklist that fit the filters, a row each.
pub(crate) async fn table(State(shared): State<Shared>, Path(name): Path<String>, Query(ask): Query<Ask>) -> Response {
    let view = View::new(&shared, ask);
    let (checklist, end) = name.rsplit_once('.').unwrap_or_default();
    let media = match end {
        "csv" => "text/csv; charset=utf-8",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    if !shared.source.checklists.iter().any(|c| c.id == checklist) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let (answers, filter) = (view.ask.answers(), view.ask.filter(&shared));
    let board = shared.boards().of(answers).clone();
    let wanted: HashSet<u64> = board.select(&shared.source, &filter).map(|line| line.index).collect();
    let made = tokio::task::block_in_place(|| {
        shared.read(|desk| {
            let picture = desk.picture(None, answers)?;
            match end {
                "csv" => desk.table(&picture, checklist, &wanted),
                _ => desk.workbook(&picture, checklist, &wanted, view.language),
            }
        })
    });
    match made {
        Ok(bytes) => {
            let name = format!("attachment; filename=\"{checklist}.{end}\"");
            ([(CONTENT_TYPE, media.to_owned()), (CONTENT_DISPOSITION, name)], bytes).into_response()
        }
        Err(e) => failed(&view, &e),
    }
}
