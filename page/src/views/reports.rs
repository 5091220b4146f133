//! The reports that fit a search, newest first.

use super::parts::{self, paged, text, with_internal};
use super::{PageFailure, View};
use baqylau_desk::adjudication::status::Status;
use baqylau_desk::export::{ExportTable, export_tables};
use baqylau_desk::index::flags::Flag;
use baqylau_desk::index::report_table::ReportRow;
use maud::{Markup, html};

/// How many stand on a page.
const PAGE: usize = 100;
/// Why a report does not count, as far as somebody looks for it.
const STATUSES: [&str; 7] = ["superseded", "duplicate", "forked", "excluded", "proposal", "competing", "test"];

pub(crate) async fn page(view: View) -> Result<Markup, PageFailure> {
    let (board, shared) = (view.board()?, &view.state);
    let filter = view.ask.filter(shared);
    let mut found: Vec<&ReportRow> = board.select(&shared.source, &filter).collect();
    found.reverse();
    let (shown, ways) = paged(&view, "/reports", &found, PAGE);
    let (w, all) = (view.words, view.ask.link("/export/all.zip"));
    Ok(view.page(
        "/reports",
        w.reports,
        &html! {
            (form(&view))
            p role="status" { (w.reports) ": " (found.len())
                @for table in own_tables(&view, &found) {
                    @let file = |end| view.ask.link(&format!("/export/{}.{end}", table.stem));
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

/// The tables of the checklist that is asked for: its reports, and the rows of each of its repeats.
fn own_tables(view: &View, found: &[&ReportRow]) -> Vec<ExportTable> {
    let source = &view.state.source;
    let asked = source.checklists.iter().position(|c| c.id == view.ask.checklist);
    // In the order of the log, as the tables have them.
    let lines: Vec<&ReportRow> = found.iter().rev().copied().filter(|_| asked.is_some()).collect();
    export_tables(source, &lines).into_iter().filter(|table| Some(table.checklist) == asked).collect()
}

fn form(view: &View) -> Markup {
    let (w, ask) = (view.words, &view.ask);
    // What came with a link is kept: a region, an hour, a number.
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
                @for (at, list) in view.state.source.checklists.iter().enumerate() {
                    option value=(list.id) selected[list.id == ask.checklist] { (view.title(Some(at))) }
                }
            } }
            label { (w.status) select name="status" {
                option value="" { (w.all) }
                option value="counted" selected[ask.status == "counted"] { (w.counted) }
                option value="not_counted" selected[ask.status == "not_counted"] { (w.not_counted) }
                option value="asked" selected[ask.status == "asked"] { (w.decided_ask) }
                option value="unreadable" selected[ask.status == "unreadable"] { (w.unreadable_all) }
                @for name in STATUSES { option value=(name) selected[ask.status == name] { (view.status(name)) } }
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

fn table(view: &View, lines: &[&ReportRow]) -> Markup {
    let w = view.words;
    html! {
        table {
            thead { tr {
                th scope="col" { (w.visit) } th scope="col" { (w.checklist) } th scope="col" { (w.place) } th scope="col" { (w.team) }
                th scope="col" { (w.signed) } th scope="col" { (w.received) } th scope="col" { (w.status) }
            } }
            tbody { @for line in lines { (table_row(view, line)) } }
        }
    }
}

fn table_row(view: &View, line: &ReportRow) -> Markup {
    let mark = if line.status == Status::Counted { "✓ " } else { "⚠ " };
    let place =
        line.place.map(|p| view.place(p)).or_else(|| line.unlisted.as_deref().map(str::to_owned)).unwrap_or_default();
    let name = if line.visit.is_empty() { line.index.to_string() } else { line.visit.to_string() };
    html! {
        tr {
            th scope="row" { a href=(view.link(&format!("/reports/{}", line.hash))) { (text(&name)) } (parts::mark(view, line)) }
            td { (view.title(line.checklist)) }
            td { (text(&place)) }
            td { @if let Some(team) = line.team() { (text(team)) } }
            td { @if let Some(ms) = line.signed { (view.moment(ms)) } }
            td { (view.moment(line.received)) }
            td { (mark) (view.status(line.status.name())) @if line.asked() { " · ❓ " (view.words.decided_ask) } @if !line.corrections.is_empty() { " · ✎ " (line.corrections.len()) } @if line.attachments > 0 { " · 📎 " (line.attachments) }
                @for flag in line.flags.iter() { " · ⚑ " (view.flag(flag)) }
                @for flag in line.settled.iter() { " · ⚐ " (view.flag(flag)) " (" (view.words.settled) ")" } }
        }
    }
}
