//! The daily log of long-term observers: meetings, commissions, campaign, complaints; everything not at a polling
//! station.

use super::parts::{facts, mark, paged, place, text, who};
use super::{PageFailure, View};
use baqylau_desk::adjudication::status::Status;
use baqylau_desk::index::report_row::ReportRow;
use baqylau_desk::index::report_table::ReportTable;
use baqylau_desk::tables::FieldRole;
use baqylau_forms::value::Date;
use baqylau_forms::zone::{DAY_MS, MINUTE_MS};
use maud::{Markup, html};

/// Entries per page.
const PAGE: usize = 100;
/// Most follow-ups shown: those overdue longest, until somebody signs for them.
const SHOWN: usize = 10;

pub(crate) async fn page(view: View) -> Result<Markup, PageFailure> {
    let (board, shared) = (view.board()?, &view.state);
    let places = &shared.tables.places;
    let lowest = u16::try_from(places.table().levels.len().saturating_sub(1)).unwrap_or(u16::MAX);
    let elsewhere =
        |line: &&ReportRow| line.summary.place.and_then(|p| places.get(p)).is_none_or(|p| p.level != lowest);
    let filter = view.query.filter(&shared.tables);
    let counted = board.select(&shared.tables, &filter).filter(|l| l.status == Status::Counted);
    // Media items have a page of their own.
    let media =
        |l: &&ReportRow| shared.tables.used(FieldRole::Outlet).all(|o| Some(o.checklist) != l.summary.checklist);
    let mut rows: Vec<&ReportRow> = counted.filter(elsewhere).filter(media).collect();
    rows.sort_by_key(|l| std::cmp::Reverse(l.summary.meta.signed));
    let (shown, ways) = paged(&view, "/timeline", &rows, PAGE);
    let w = view.strings;
    let body = html! {
        (due(&view, &board))
        (actors(&view))
        (super::findings::form(&view, board.level))
        p role="status" { (w.reports) ": " (rows.len()) }
        @for day in shown.chunk_by(|a, b| day(&view, a) == day(&view, b)) {
            h2 { (day.first().map(|l| self::day(&view, l)).unwrap_or_default()) }
            (table(&view, day))
        }
        (ways)
    };
    Ok(view.page("/timeline", w.timeline, &body))
}

/// Follow-ups that nobody has signed for yet, the longest overdue first.
fn due(view: &View, reports: &ReportTable) -> Markup {
    let w = view.strings;
    let now = (view.state.now)();
    let today = now + i64::from(view.state.tables.mission.zone.at(now)) * MINUTE_MS;
    let today = u32::try_from(today.div_euclid(DAY_MS)).unwrap_or(0);
    let open = reports.rows.iter().filter(|l| l.status == Status::Counted && l.reviews.is_empty());
    let mut open: Vec<(u32, &ReportRow)> = open.filter_map(|l| Some((l.used(FieldRole::FollowUp).min()?, l))).collect();
    open.sort_by_key(|o| o.0);
    let date = |day: u32| Date(i32::try_from(day).unwrap_or(0)).calendar().map(|d| d.to_string()).unwrap_or_default();
    html! {
        @if !open.is_empty() {
            h2 { (w.follow_ups) " (" (open.len()) ")" }
            table { tbody { @for (day, line) in open.iter().take(SHOWN) {
                tr {
                    th .when scope="row" { @if *day <= today { "⚠ " } (date(*day)) }
                    td { a href=(view.link(&format!("/reports/{}", line.summary.meta.hash))) { (view.title(line.summary.checklist)) " · " (text(&line.summary.meta.visit)) } (mark(view, line)) }
                    td { (who(line)) } td { (place(view, line)) }
                    td { @for fact in facts(view, line) { div { (text(&fact)) } } }
                    td { (super::urgent::assign(view, line, "/timeline")) }
                }
            } } }
        }
    }
}

/// Links to the entries about each actor.
fn actors(view: &View) -> Markup {
    let tables = &view.state.tables;
    let lists =
        tables.used(FieldRole::Actor).filter(|u| tables.used(FieldRole::Outlet).all(|o| o.checklist != u.checklist));
    html! {
        form method="get" aria-label=(view.strings.actor) {
            @if !view.query.lang.is_empty() { input type="hidden" name="lang" value=(view.query.lang); }
            label { (view.strings.actor) select name="used" {
                option value="" { (view.strings.all) }
                @for list in lists { optgroup label=(view.title(Some(list.checklist))) {
                    @for (name, label) in list.choices.iter().zip(&list.labels) {
                        @let value = format!("{}:{name}", FieldRole::Actor.name());
                        option value=(value) selected[value == view.query.used] { (label.get(view.language)) }
                    }
                } }
            } }
            button { (view.strings.show) }
        }
    }
}

fn day(view: &View, row: &ReportRow) -> String {
    let moment = view.moment(row.summary.meta.signed.unwrap_or(row.summary.meta.received));
    moment.split(' ').next().unwrap_or_default().to_owned()
}

fn table(view: &View, rows: &[&ReportRow]) -> Markup {
    html! {
        table .day { tbody { @for row in rows { (table_row(view, row)) } } }
    }
}

fn table_row(view: &View, row: &ReportRow) -> Markup {
    let moment = view.moment(row.summary.meta.signed.unwrap_or(row.summary.meta.received));
    html! {
        tr {
            th scope="row" {
                a href=(view.link(&format!("/reports/{}", row.summary.meta.hash))) { (moment.split(' ').nth(1).unwrap_or_default()) " " (view.title(row.summary.checklist)) } (mark(view, row))
            }
            td { (place(view, row)) }
            td { (who(row)) }
            td { @for fact in facts(view, row) { div { (text(&fact)) } } }
        }
    }
}
