//! Free texts: coded with the mission's codebook, translated, marked as quotable.

use super::charts::bar;
use super::export::leaves;
use super::parts::{mark, paged, place, text, who, with_internal};
use super::{PageFailure, View};
use crate::query::{FormFields, PageQuery};
use axum::extract::{Form, Path};
use axum::response::Redirect;
use baqylau_desk::adjudication::status::{AnswerBasis, Status};
use baqylau_desk::index::report_row::ReportRow;
use baqylau_desk::index::report_summary::typed;
use baqylau_desk::index::report_table::ReportTable;
use baqylau_desk::records::CodingRequest;
use baqylau_report::Coding;
use maud::{Markup, html};

/// Reports with texts per page.
const PAGE: usize = 50;

/// Question index and row numbers of a text.
type TextPlace = (u32, Box<[u32]>);

/// The coding of a text that applies: the latest in the log.
fn coding<'l>(row: &'l ReportRow, cell: &TextPlace) -> Option<&'l Coding> {
    row.codings.iter().rev().map(|c| &c.what).find(|c| c.node == cell.0 && *c.rows == *cell.1)
}

/// Whether a text matches the filter: a code, no code, or quotable.
fn wanted(query: &PageQuery, row: &ReportRow, cell: &TextPlace) -> bool {
    let coding = coding(row, cell);
    match query.code.as_str() {
        "" => true,
        "-" => coding.is_none_or(|c| c.codes.is_empty()),
        "!" => quotable(row, coding),
        code => coding.is_some_and(|c| c.codes.iter().any(|known| known == code)),
    }
}

pub(crate) async fn page(view: View) -> Result<Markup, PageFailure> {
    let (board, shared) = (view.board()?, &view.state);
    let filter = view.query.filter(&shared.tables);
    let lines = board.select(&shared.tables, &filter).filter(|l| l.status == Status::Counted);
    let mut rows: Vec<&ReportRow> =
        lines.filter(|l| l.summary.typed.iter().any(|cell| wanted(&view.query, l, cell))).collect();
    rows.reverse();
    let (shown, ways) = paged(&view, "/texts", &rows, PAGE);
    let w = view.strings;
    let body = html! {
        (form(&view))
        p role="status" { (w.reports) ": " (rows.len()) " · " a href=(view.query.link("/export/texts.csv")) { (w.table) }
            (with_internal(&view, rows.iter().any(|l| l.internal), "/export/texts.csv")) }
        @if view.query.code.is_empty() { (codes(&view, &board)) }
        @for row in shown { (report(&view, row)) }
        (ways)
    };
    Ok(view.page("/texts", w.texts, &body))
}

fn form(view: &View) -> Markup {
    let (w, source) = (view.strings, &view.state.tables);
    html! {
        form method="get" role="search" {
            @if !view.query.lang.is_empty() { input type="hidden" name="lang" value=(view.query.lang); }
            label { (w.search) input type="search" name="q" value=(view.query.q); }
            label { (w.checklist) select name="checklist" {
                option value="" { (w.all) }
                @for (at, list) in source.checklists.iter().enumerate() {
                    option value=(list.id) selected[list.id == view.query.checklist] { (view.title(Some(at))) }
                }
            } }
            label { (w.text_code) select name="code" {
                option value="" { (w.all) }
                option value="-" selected[view.query.code == "-"] { (w.uncoded) }
                option value="!" selected[view.query.code == "!"] { (w.quotable) }
                @for (code, label) in &source.codebook { option value=(code) selected[*code == view.query.code] { (label.get(view.language)) } }
            } }
            button { (w.show) }
        }
    }
}

/// Frequency of each code.
fn codes(view: &View, reports: &ReportTable) -> Markup {
    let tables = &view.state.tables;
    let counted = reports.rows.iter().filter(|l| l.status == Status::Counted && !l.codings.is_empty());
    let all: Vec<&Coding> = counted.flat_map(|l| l.summary.typed.iter().filter_map(|cell| coding(l, cell))).collect();
    let count = |code: &String| all.iter().filter(|c| c.codes.contains(code)).count();
    let rows: Vec<_> =
        tables.codebook.iter().map(|(code, label)| (code, label, count(code))).filter(|r| r.2 > 0).collect();
    let most = rows.iter().map(|r| r.2).max().unwrap_or(0);
    html! {
        @if !rows.is_empty() {
            table { tbody { @for (code, label, n) in rows {
                tr {
                    th scope="row" { a href=(view.query.with(|a| a.code.clone_from(code)).link("/texts")) { (label.get(view.language)) } }
                    td .n { (n) } td .wide { (bar(n, most)) }
                }
            } } }
        }
    }
}

/// The matching texts of a report.
fn report(view: &View, row: &ReportRow) -> Markup {
    let read = tokio::task::block_in_place(|| view.state.read(|desk| desk.read(row.summary.meta.hash)));
    let Ok((_, filling)) = read else { return html! {} };
    let texts: Vec<(TextPlace, String, String)> = typed(&filling)
        .map(|(key, text)| ((key.node, filling.row_path(key.row).into()), label(view, row, key.node), text.to_owned()))
        .filter(|(cell, _, _)| wanted(&view.query, row, cell))
        .collect();
    html! {
        article .texts {
            h2 { a href=(view.link(&format!("/reports/{}", row.summary.meta.hash))) { (view.title(row.summary.checklist)) " · " (text(&row.summary.meta.visit)) } (mark(view, row)) }
            p .small { (who(row)) " · " (place(view, row)) }
            @for (cell, label, words) in texts { (self::one(view, row, &cell, &label, &words)) }
        }
    }
}

/// The label of a question in the page's language.
pub(super) fn label(view: &View, row: &ReportRow, node: u32) -> String {
    let item = row.summary.meta.form.as_ref().and_then(|f| f.definition().items.get(node as usize));
    item.map_or_else(String::new, |item| item.label.get(view.language).to_string())
}

/// A text with its coding, and the form to change it.
pub(super) fn one(view: &View, row: &ReportRow, cell: &TextPlace, label: &str, words: &str) -> Markup {
    let w = view.strings;
    let known = coding(row, cell);
    let has = |code: &String| known.is_some_and(|c| c.codes.contains(code));
    let name = row.question(cell.0);
    html! {
        section {
            h3 { (text(label)) @if quotable(row, known) { " · ❝ " (w.quotable) } (mark(view, row)) }
            div .beside {
                blockquote dir="auto" { (text(words)) }
                @if let Some(translation) = known.and_then(|c| c.translation.as_ref()) { blockquote .translation dir="auto" { (text(translation)) } }
            }
            @if let Some(known) = known { p { @for code in &known.codes { span .chip { (code_label(view, code)) } " " } } }
            details {
                summary { (w.code_it) }
                form method="post" action=(view.link(&format!("/reports/{}/code", row.summary.meta.hash))) {
                    input type="hidden" name="question" value=(name);
                    input type="hidden" name="rows" value=(rows(cell));
                    input type="hidden" name="back" value=(view.query.link("/texts"));
                    fieldset {
                        legend { (w.codes) }
                        @for (code, label) in &view.state.tables.codebook {
                            label .pick { input type="checkbox" name="code" value=(code) checked[has(code)]; (label.get(view.language)) }
                        }
                    }
                    label .grow { (w.translation) textarea name="translation" rows="2" { (known.and_then(|c| c.translation.as_deref()).unwrap_or_default()) } }
                    @if row.internal { p { "🔒 " (w.internal_how) } } @else {
                        label .pick { input type="checkbox" name="quotable" value="1" checked[quotable(row, known)]; (w.quotable_how) }
                    }
                    button { (w.sign) }
                }
            }
        }
    }
}

/// Whether a text may be quoted: a desk says so, and the report is not internal, even if it was marked so only later.
fn quotable(row: &ReportRow, coding: Option<&Coding>) -> bool {
    !row.internal && coding.is_some_and(|c| c.quotable)
}

fn rows(cell: &TextPlace) -> String {
    cell.1.iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
}

fn code_label(view: &View, code: &str) -> String {
    let found = view.state.tables.codebook.iter().find(|c| c.0 == code);
    found.map_or_else(|| code.to_owned(), |c| c.1.get(view.language).to_string())
}

/// Signs the coding of a text. Fields: `question`, `rows`, any number of `code`, `translation`, `quotable`.
pub(crate) async fn code(
    view: View,
    Path(hash): Path<String>,
    Form(fields): Form<FormFields>,
) -> Result<Redirect, PageFailure> {
    let report = view.report(&hash)?;
    let (question, translation, back) = (fields.one("question"), fields.one("translation"), fields.one("back"));
    let rows = fields.one("rows").split('.').filter_map(|n| n.parse().ok()).collect();
    let (codes, quotable) = (fields.all("code"), !fields.one("quotable").is_empty());
    let coded = CodingRequest { question: &question, rows, codes: &codes, translation: &translation, quotable };
    let reports = view.state.tables().of(AnswerBasis::Effective).clone();
    let signed =
        view.sign(&format!("/reports/{report}"), |desk, now| desk.records().code_in(&reports, report, &coded, now))?;
    // Redirect only to our own pages.
    Ok(if back.starts_with("/texts") { Redirect::to(&back) } else { signed })
}

/// All texts that count, with their coding, as a table.
pub(crate) fn table(view: &View, reports: &ReportTable) -> Result<Vec<u8>, baqylau_desk::DeskError> {
    let tables = &view.state.tables;
    let filter = view.query.filter(&view.state.tables);
    let head = [
        "envelope",
        "checklist",
        "visit",
        "place",
        "team",
        "question",
        "rows",
        "text",
        "codes",
        "translation",
        "quotable",
        "internal",
    ];
    let mut out = vec![head.map(str::to_owned).to_vec()];
    let spoken = |l: &&ReportRow| l.status == Status::Counted && !l.summary.typed.is_empty() && leaves(view, l);
    for row in reports.select(tables, &filter).filter(spoken) {
        let Ok((_, filling)) = view.state.read(|desk| desk.read(row.summary.meta.hash)) else { continue };
        for (key, words) in typed(&filling) {
            let cell: TextPlace = (key.node, filling.row_path(key.row).into());
            if wanted(&view.query, row, &cell) {
                let known = coding(row, &cell);
                out.push(vec![
                    row.summary.meta.hash.to_string(),
                    row.summary.meta.form.as_ref().map(|f| f.definition().id.clone()).unwrap_or_default(),
                    row.summary.meta.visit.to_string(),
                    row.summary.meta.code.as_deref().unwrap_or_default().to_owned(),
                    row.team().unwrap_or_default().to_owned(),
                    filling.question(key).name,
                    rows(&cell),
                    words.to_owned(),
                    known.map(|c| c.codes.join(" ")).unwrap_or_default(),
                    known.and_then(|c| c.translation.clone()).unwrap_or_default(),
                    u8::from(quotable(row, known)).to_string(),
                    u8::from(row.internal).to_string(),
                ]);
            }
        }
    }
    baqylau_desk::export::csv(out)
}
