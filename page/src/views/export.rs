//! The content of a page as a table for other programs.

use super::{PageFailure, View, cleaning, texts};
use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use baqylau_desk::export::{Format, export_tables};
use baqylau_desk::index::report_row::ReportRow;

/// Exports, by name: the matching reports of a checklist or the rows of one of its repeats, one per row; all tables as
/// a ZIP; the texts; the cleaning log.
pub(crate) async fn table(view: View, Path(name): Path<String>) -> Result<Response, PageFailure> {
    let (board, shared) = (view.board()?, &view.state);
    let (what, end) = name.rsplit_once('.').unwrap_or_default();
    let format = Format::of(end);
    let answers = view.query.answers();
    let filter = view.query.filter(&shared.tables);
    let lines = || board.select(&shared.tables, &filter).filter(|row| leaves(&view, row)).collect::<Vec<_>>();
    let (tables, language) = (&shared.tables, view.language);
    let known = export_tables(tables, &lines()).iter().any(|table| table.stem == what);
    let bytes = match (what, format) {
        ("texts", Some(Format::Csv)) => texts::table(&view, &board).map_err(|e| view.failed(&e))?,
        ("cleaning", Some(Format::Csv)) => cleaning::table(&view, &board).map_err(|e| view.failed(&e))?,
        ("all", None) if end == "zip" => {
            view.read(|desk| desk.exports().archive(tables, &lines(), language, answers))?
        }
        (_, Some(format)) if known => {
            view.read(|desk| desk.exports().table(tables, &lines(), (what, language), answers, format))?
        }
        _ => return Err(view.nothing("/reports")),
    };
    let file = format!("attachment; filename=\"{what}.{end}\"");
    let media = format.map_or("application/zip", Format::media);
    Ok(([(CONTENT_TYPE, media.to_owned()), (CONTENT_DISPOSITION, file)], bytes).into_response())
}

/// Whether a report's texts may be exported: those of internal reports only on request.
pub(super) fn leaves(view: &View, row: &ReportRow) -> bool {
    !row.internal || !view.query.internal.is_empty()
}
