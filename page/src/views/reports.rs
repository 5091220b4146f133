//! The reports that match a search, newest first.

use super::parts::{self, paged, text, with_internal};
use super::{PageFailure, View};
use baqylau_desk::adjudication::status::{Status, StatusKind};
use baqylau_desk::export::{ExportTable, export_tables};
use baqylau_desk::index::flags::Flag;
use baqylau_desk::index::report_row::ReportRow;
use maud::{Markup, html};

/// Reports per page.
const PAGE: usize = 100;
/// The reasons for not counting that can be searched for.
const STATUSES: [StatusKind; 7] = [
    StatusKind::Superseded,
    StatusKind::Duplicate,
    StatusKind::Forked,
    StatusKind::Excluded,
    StatusKind::Proposal,
    StatusKind::Competing,
    StatusKind::Test,
];

pub(crate) async fn page(view: View) -> Result<Markup, PageFailure> {
    let (board, shared) = (view.board()?, &view.state);
    let filter = view.query.filter(&shared.tables);
    let mut found: Vec<&ReportRow> = board.select(&shared.tables, &filter).collect();
    found.reverse();
    let (shown, ways) = paged(&view, "/reports", &found, PAGE);
    let (w, all) = (view.strings, view.query.link("/export/all.zip"));
    Ok(view.page(
        "/reports",
        w.reports,
        &html! {
            (form(&view))
            p role="status" { (w.reports) ": " (found.len())
                @for table in own_tables(&view, &found) {
                    @let file = |end| view.query.link(&format!("/export/{}.{end}", table.stem));
                    @if let Some(repeat) = &table.repeat { " · " (text(repeat)) ": " a href=(file("csv")) { (w.table) } }
                    @else { " · " a href=(file("csv")) { (w.table) } " · " a href=(file("xlsx")) { (w.workbook) } }
                    " · " a href=(file("parquet")) { "Parquet" }
                }
                @if !found.is_empty() { " · " a href=(all) { (w.tables) } }
                (with_internal(&view, found.iter().any(|l| l.internal), "/export/all.zip"))
            }
            @if found.is_empty() { p { (w.none) } } @else { (table(&view, shown)) }
            (ways)
        },
    ))
}

/// Tables of the selected checklist: its reports, and the rows of each repeat.
fn own_tables(view: &View, found: &[&ReportRow]) -> Vec<ExportTable> {
    let tables = &view.state.tables;
    let asked = tables.checklists.iter().position(|c| c.id == view.query.checklist);
    // In log order, like the tables.
    let rows: Vec<&ReportRow> = found.iter().rev().copied().filter(|_| asked.is_some()).collect();
    export_tables(tables, &rows).into_iter().filter(|table| Some(table.checklist) == asked).collect()
}

fn form(view: &View) -> Markup {
    let (w, ask) = (view.strings, &view.query);
    // Filters that came with a link are kept: a region, an hour, a figure.
    let kept = [
        ("within", &ask.within),
        ("team", &ask.team),
        ("hour", &ask.hour),
        ("behind", &ask.behind),
        ("having", &ask.having),
        ("used", &ask.used),
        ("code", &ask.code),
        ("raw", &ask.raw),
        ("as_of", &ask.as_of),
        ("lang", &ask.lang),
    ];
    html! {
        form method="get" role="search" {
            @for (name, value) in kept { @if !value.is_empty() { input type="hidden" name=(name) value=(value); } }
            label { (w.search) input type="search" name="q" value=(ask.q); }
            label { (w.checklist) select name="checklist" {
                option value="" { (w.all) }
                @for (at, list) in view.state.tables.checklists.iter().enumerate() {
                    option value=(list.id) selected[list.id == ask.checklist] { (view.title(Some(at))) }
                }
            } }
            label { (w.status) select name="status" {
                option value="" { (w.all) }
                option value="counted" selected[ask.status == "counted"] { (w.counted) }
                option value="not_counted" selected[ask.status == "not_counted"] { (w.not_counted) }
                option value="asked" selected[ask.status == "asked"] { (w.decided_ask) }
                option value="unreadable" selected[ask.status == "unreadable"] { (w.unreadable_all) }
                @for kind in STATUSES { option value=(kind.name()) selected[ask.status == kind.name()] { (view.status(kind)) } }
            } }
            label { (w.odd) select name="flag" {
                option value="" { (w.all) }
                @for flag in Flag::ALL { option value=(flag.name()) selected[ask.flag == flag.name()] { (view.flag(flag)) } }
            } }
            button { (w.show) }
            @for (_, value) in &kept[..6] { @if !value.is_empty() { span .chip { (text(value)) } } }
        }
    }
}

fn table(view: &View, rows: &[&ReportRow]) -> Markup {
    let w = view.strings;
    html! {
        table {
            thead { tr {
                th scope="col" { (w.visit) } th scope="col" { (w.checklist) } th scope="col" { (w.place) } th scope="col" { (w.team) }
                th scope="col" { (w.signed) } th scope="col" { (w.received) } th scope="col" { (w.status) }
            } }
            tbody { @for row in rows { (table_row(view, row)) } }
        }
    }
}

fn table_row(view: &View, row: &ReportRow) -> Markup {
    let mark = if row.status == Status::Counted { "✓ " } else { "⚠ " };
    let place = row
        .summary
        .place
        .map(|p| view.place(p))
        .or_else(|| row.summary.meta.unlisted.as_deref().map(str::to_owned))
        .unwrap_or_default();
    let name = if row.summary.meta.visit.is_empty() {
        row.summary.meta.index.to_string()
    } else {
        row.summary.meta.visit.to_string()
    };
    html! {
        tr {
            th scope="row" { a href=(view.link(&format!("/reports/{}", row.summary.meta.hash))) { (text(&name)) } (parts::mark(view, row)) }
            td { (view.title(row.summary.checklist)) }
            td { (text(&place)) }
            td { @if let Some(team) = row.team() { (text(team)) } }
            td { @if let Some(ms) = row.summary.meta.signed { (view.moment(ms)) } }
            td { (view.moment(row.summary.meta.received)) }
            td { (mark) (view.status(row.status.kind())) @if row.asked() { " · ❓ " (view.strings.decided_ask) } @if !row.corrections.is_empty() { " · ✎ " (row.corrections.len()) } @if row.summary.attachments > 0 { " · 📎 " (row.summary.attachments) }
                @for flag in row.flags.iter() { " · ⚑ " (view.flag(flag)) }
                @for flag in row.settled.iter() { " · ⚐ " (view.flag(flag)) " (" (view.strings.settled) ")" } }
        }
    }
}
