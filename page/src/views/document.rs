//! The statement as a file for other programs: DOCX, PDF or a self-contained HTML page.

use super::statement::{doubts, draft};
use super::{PageFailure, View};
use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use baqylau_desk::DeskError;
use baqylau_desk::index::filter::ReportFilter;
use baqylau_desk::index::report_table::ReportTable;
use baqylau_exports::{Block, Document, ExportError};
use baqylau_findings::Computed;
use baqylau_findings::percentage::estimated_percentage;

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// Renders a document to the bytes of a file.
type Make = fn(&Document) -> Result<Vec<u8>, ExportError>;

pub(crate) async fn file(view: View, Path(format): Path<String>) -> Result<Response, PageFailure> {
    let view = view.whole();
    let (media, make): (_, Make) = match format.as_str() {
        "docx" => (DOCX, baqylau_exports::docx),
        "pdf" => ("application/pdf", baqylau_exports::pdf),
        "html" => ("text/html; charset=utf-8", |document| Ok(baqylau_exports::html(document).into_bytes())),
        _ => return Err(view.nothing("/statement")),
    };
    let document = document(&view, &*view.board()?, draft(&view)?);
    let made = tokio::task::block_in_place(|| make(&document));
    let bytes = made.map_err(|e| view.failed(&DeskError::making(format!("statement.{format}"), e)))?;
    let name = format!("attachment; filename=\"statement.{format}\"");
    Ok(([(CONTENT_TYPE, media.to_owned()), (CONTENT_DISPOSITION, name)], bytes).into_response())
}

fn document(view: &View, reports: &ReportTable, draft: Option<String>) -> Document {
    let (tables, w) = (&view.state.tables, view.strings);
    let figures = reports.figures(tables, &view.query.filter(&view.state.tables));
    let older = reports.older(tables, &view.query.filter(&view.state.tables));
    let (counted, set) = reports.counted();
    let moment = view
        .query
        .moment(&view.state.tables)
        .map(|ms| format!("{} {} · ", w.as_of, view.moment(ms)))
        .unwrap_or_default();
    let mut blocks = vec![Block::Note(format!("{moment}{}: {counted} · {} {set}", w.reports, w.set))];
    blocks.splice(0..0, draft.map(Block::Note));
    for (at, list) in tables.checklists.iter().enumerate() {
        let here = || figures.iter().enumerate().filter(|(n, _)| tables.figures[*n].figure.checklist == list.id);
        if here().next().is_some() {
            blocks.push(Block::Heading(1, view.title(Some(at))));
        }
        blocks.extend(here().map(|(n, figure)| sentence(view, reports, (n, figure), older[n])));
    }
    if tables.sample.is_none() {
        blocks.push(Block::Note(w.no_sample.to_owned()));
    }
    let doubts = doubts(view, reports, &figures);
    if !doubts.is_empty() {
        blocks.push(Block::Heading(1, w.doubts.to_owned()));
        blocks.extend(doubts.into_iter().map(|(id, what)| Block::Note(format!("{id}: {what}"))));
    }
    blocks.push(Block::Heading(1, w.findings.to_owned()));
    let worded = figures.iter().enumerate().map(|(at, f)| view.worded(at, f));
    blocks.push(table(view, &worded.collect::<Vec<_>>()));
    Document {
        title: tables.mission.title.get(view.language).to_string(),
        language: w.code.to_owned(),
        rtl: w.rtl,
        blocks,
    }
}

/// A sentence as a block. One that its number does not support is replaced by a note with the number.
fn sentence(view: &View, reports: &ReportTable, (at, figure): (usize, &Computed), older: usize) -> Block {
    let number = || format!("{}: {}", figure.id, view.worded(at, figure).computed);
    let older = view.older(older).map_or_else(String::new, |words| format!(" [{words}]"));
    let beside = format!("({}/{}){}{older}", figure.count, figure.base, interval(view, reports, at));
    match view.sentence(at, figure) {
        Some(said) if said.holds => Block::Paragraph(format!("{} {beside}", said.text)),
        Some(_) => Block::Note(format!("⚠ {} {beside} · {}", number(), view.strings.struck)),
        None => Block::Paragraph(format!("{} {beside}", number())),
    }
}

/// A table of all figures with their bases.
fn table(view: &View, figures: &[Computed]) -> Block {
    let w = view.strings;
    let head = [w.figure, w.computed, w.how_many, w.base, w.dk, w.na, w.blank];
    let row = |f: &Computed| {
        let numbers = [f.count, f.base, f.do_not_know, f.not_applicable, f.not_answered];
        [f.id.clone(), f.computed.clone()].into_iter().chain(numbers.map(|n| n.to_string())).collect()
    };
    Block::Table { head: head.map(str::to_owned).to_vec(), rows: figures.iter().map(row).collect() }
}

/// The estimate of a share with its interval, as ` [Estimate: 5.4 %; 95 % interval: 3.1 % – 8.5 %]`; empty if there is no
/// interval.
pub(super) fn interval(view: &View, reports: &ReportTable, figure: usize) -> String {
    let found = reports.estimate(&view.state.tables, figure, &ReportFilter::default()).map(|e| e.known);
    let Some((share, (low, high))) = found.and_then(|e| Some((e.share, e.interval?))) else { return String::new() };
    let [share, low, high] = [share, low, high].map(estimated_percentage);
    format!(" [{}: {share} %; {}: {low} % – {high} %]", view.strings.estimate_share, view.strings.interval)
}
