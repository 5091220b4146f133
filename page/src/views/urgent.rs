//! Urgent matters: emergencies, shown on every page until somebody signs for them, and urgent reports.

use super::View;
use super::parts::{facts, mark, paged, place, text, who};
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::index::report_row::ReportRow;
use baqylau_desk::tables::FieldRole;
use maud::{Markup, html};
use std::cmp::Reverse;

/// Most silent teams listed by name; the rest are on the page of phones.
const NAMED: usize = 20;
/// Reports per page.
const PAGE: usize = 100;

/// Every emergency that nobody has signed for yet.
pub(super) fn alarms(view: &View) -> Markup {
    let boards = view.state.tables();
    let reports = boards.of(AnswerBasis::Effective);
    let open: Vec<&ReportRow> = reports.rows.iter().filter(|l| l.summary.alarm && l.unattended()).collect();
    html! {
        div #alarms role="alert" {
            @for row in open {
                p .alarm { "⚠ " strong { (view.strings.sos) } " " (who(row)) " · " (place(view, row)) " · " (view.moment(row.summary.meta.signed.unwrap_or(row.summary.meta.received)))
                    " " a href=(view.link("/urgent")) { (view.strings.attend) } }
            }
            @if let Some((due, teams)) = &boards.overdue {
                p .alarm .silent { "⚠ " (view.strings.silent_teams(view.moment(*due))) " (" (teams.len()) "): " (text(&named(teams)))
                    " " a href=(view.link("/phones")) { (view.strings.phones) } }
            }
        }
    }
}

/// The first teams by name.
fn named(teams: &[String]) -> String {
    let more = if teams.len() > NAMED { ", …" } else { "" };
    format!("{}{more}", teams[..teams.len().min(NAMED)].join(", "))
}

pub(crate) async fn page(view: View) -> Markup {
    let shared = &view.state;
    let reports = shared.tables().of(AnswerBasis::Effective).clone();
    let w = view.strings;
    let mut rows: Vec<&ReportRow> = reports.rows.iter().filter(|l| l.summary.urgent).collect();
    let open = rows.iter().filter(|l| l.unattended()).count();
    // Unattended ones first; emergencies before the rest; then the most severe, and the newest.
    let severity = |l: &ReportRow| l.used(FieldRole::Severity).max();
    rows.sort_by_key(|l| (!l.unattended(), !l.summary.alarm, Reverse(severity(l)), Reverse(l.summary.meta.index)));
    let (shown, ways) = paged(&view, "/urgent", &rows, PAGE);
    let body = html! {
        p role="status" { @if open == 0 { "✓ " (w.all_attended) } @else { "⚠ " (w.unattended(open)) } }
        @if rows.is_empty() { p { (w.none) } } @else { (table(&view, shown)) }
        (ways)
    };
    view.page("/urgent", w.urgent, &body)
}

fn table(view: &View, rows: &[&ReportRow]) -> Markup {
    let w = view.strings;
    html! {
        table {
            thead { tr {
                th scope="col" { (w.visit) } th scope="col" { (w.signed) } th scope="col" { (w.person) } th scope="col" { (w.place) }
                th scope="col" { (w.severity) } th scope="col" { (w.evidence) } th scope="col" { (w.answers) } th scope="col" { (w.attended) }
            } }
            tbody { @for row in rows { (table_row(view, row)) } }
        }
    }
}

fn table_row(view: &View, row: &ReportRow) -> Markup {
    html! {
        tr {
            th scope="row" {
                @if row.summary.alarm { strong { "⚠ " (view.strings.sos) " " } }
                a href=(view.link(&format!("/reports/{}", row.summary.meta.hash))) { (text(if row.summary.meta.visit.is_empty() { "?" } else { &row.summary.meta.visit })) } (mark(view, row))
            }
            td { (view.moment(row.summary.meta.signed.unwrap_or(row.summary.meta.received))) }
            td { (who(row)) }
            td { (place(view, row)) }
            td { @for label in labels(view, row, FieldRole::Severity) { strong { (text(&label)) } " " } }
            td { @for label in labels(view, row, FieldRole::Evidence) { div { (text(&label)) } } }
            td { @for fact in facts(view, row) { div { (text(&fact)) } } }
            td {
                @if let Some(review) = row.reviews.last() { "✓ " (text(&review.what.reason)) }
                @else if row.unattended() { (assign(view, row, "/urgent")) }
                @else { (view.status(row.status.kind())) }
            }
        }
    }
}

/// A report's choices for a use, in words.
fn labels(view: &View, row: &ReportRow, what: FieldRole) -> Vec<String> {
    let choices = row.choices(&view.state.tables, what);
    choices.filter_map(|(used, at)| Some(used.labels.get(at)?.get(view.language).to_string())).collect()
}

/// Form for signing who attends to it; the signature is a decision like any other.
pub(super) fn assign(view: &View, row: &ReportRow, back: &str) -> Markup {
    let w = view.strings;
    html! {
        form .attend method="post" action=(view.link(&format!("/reports/{}/review", row.summary.meta.hash))) {
            input type="hidden" name="decision" value="accept";
            input type="hidden" name="back" value=(back);
            label { (w.who_attends) input name="reason" required; }
            button { (w.sign) }
        }
    }
}
