//! The mission's cleaning log: every signed correction, and where desks contradict each other.

use super::View;
use super::export::leaves;
use super::parts::{mark, text, with_internal};
use baqylau_desk::DeskError;
use baqylau_desk::adjudication::Signed;
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::export::csv;
use baqylau_desk::index::report_row::ReportRow;
use baqylau_desk::index::report_table::ReportTable;
use baqylau_protocol::ids::DeviceId;
use baqylau_report::{Correction, Review};
use maud::{Markup, html};

/// Most corrections shown on the page; the table contains all.
const SHOWN: usize = 500;

pub(crate) async fn page(view: View) -> Markup {
    let shared = &view.state;
    let reports = shared.tables().of(AnswerBasis::Effective).clone();
    let w = view.strings;
    let disputed: Vec<&ReportRow> = reports.rows.iter().filter(|l| l.disputed()).collect();
    let all: usize = reports.rows.iter().map(|l| l.corrections.len()).sum();
    let body = html! {
        p role="status" { (w.corrections_all(all)) " · " a href=(view.link("/export/cleaning.csv")) { (w.table) }
            (with_internal(&view, reports.rows.iter().any(|l| l.internal && !l.corrections.is_empty()), "/export/cleaning.csv")) }
        @if !disputed.is_empty() {
            h2 { "⚠ " (w.disputed) }
            p .small { (w.disputed_how) }
            @for row in disputed { (sides(&view, row)) }
        }
        @if all > 0 { h2 { (w.corrections) } (log(&view, &reports)) }
    };
    view.page("/cleaning", w.cleaning, &body)
}

/// Short name of a desk: the beginning of its device id.
pub(super) fn desk(desk: DeviceId) -> String {
    desk.to_string().chars().take(8).collect()
}

/// Contradicting corrections by desk, side by side.
pub(super) fn sides(view: &View, row: &ReportRow) -> Markup {
    html! {
        h3 { a href=(view.link(&format!("/reports/{}", row.summary.meta.hash))) { (view.title(row.summary.checklist)) " · " (text(&row.summary.meta.visit)) } (mark(view, row)) }
        div .beside {
            @for review in &row.reviews { (side(view, review)) }
            @for (correction, fits) in &row.corrections { (corrected(view, row, correction, *fits)) }
        }
    }
}

fn side(view: &View, review: &Signed<Review>) -> Markup {
    html! {
        blockquote {
            strong { (view.decision(review.what.state)) } " — " (text(&review.what.reason))
            span .note { (view.strings.desk) " " code { (desk(review.desk)) } " · " (view.moment(review.what.at.ms)) }
        }
    }
}

fn corrected(view: &View, row: &ReportRow, c: &Signed<Correction>, fits: bool) -> Markup {
    let old = c.what.old.as_deref().unwrap_or("—");
    let new = c.what.new.as_deref().unwrap_or("—");
    html! {
        blockquote {
            strong { (text(row.question(c.what.node))) } ": " (view.strings.before) " " (text(old)) "; " (view.strings.after) " " (text(new))
            @if !fits { " ⚠ " (view.strings.unfit) }
            " — " (text(&c.what.reason)) " (" (text(&c.what.source)) ")"
            span .note { (view.strings.desk) " " code { (desk(c.desk)) } " · " (view.moment(c.what.at.ms)) }
        }
    }
}

fn log(view: &View, reports: &ReportTable) -> Markup {
    let w = view.strings;
    let all = reports.rows.iter().rev().flat_map(|l| l.corrections.iter().rev().map(move |c| (l, c)));
    html! {
        table {
            thead { tr {
                th scope="col" { (w.visit) } th scope="col" { (w.question) } th scope="col" { (w.before) } th scope="col" { (w.after) }
                th scope="col" { (w.reason) } th scope="col" { (w.source) } th scope="col" { (w.desk) } th scope="col" { (w.signed) }
            } }
            tbody {
                @for (line, (c, fits)) in all.take(SHOWN) {
                    tr {
                        th scope="row" { a href=(view.link(&format!("/reports/{}", line.summary.meta.hash))) { (text(&line.summary.meta.visit)) } (mark(view, line)) }
                        td { (text(line.question(c.what.node))) @if !fits { " ⚠ " (w.unfit) } }
                        td { (text(c.what.old.as_deref().unwrap_or("—"))) } td { (text(c.what.new.as_deref().unwrap_or("—"))) }
                        td { (text(&c.what.reason)) } td { (text(&c.what.source)) }
                        td { code { (desk(c.desk)) } } td { (view.moment(c.what.at.ms)) }
                    }
                }
            }
        }
    }
}

/// All corrections as a table.
pub(crate) fn table(view: &View, reports: &ReportTable) -> Result<Vec<u8>, DeskError> {
    let head = [
        "envelope", "visit", "question", "rows", "old", "new", "reason", "source", "desk", "signed", "fits", "internal",
    ];
    let mut out = vec![head.map(str::to_owned).to_vec()];
    for row in reports.rows.iter().filter(|row| leaves(view, row)) {
        for (c, fits) in &row.corrections {
            let rows: Vec<String> = c.what.rows.iter().map(ToString::to_string).collect();
            out.push(vec![
                row.summary.meta.hash.to_string(),
                row.summary.meta.visit.to_string(),
                row.question(c.what.node).to_owned(),
                rows.join("."),
                c.what.old.clone().unwrap_or_default(),
                c.what.new.clone().unwrap_or_default(),
                c.what.reason.clone(),
                c.what.source.clone(),
                c.desk.to_string(),
                view.moment(c.what.at.ms),
                fits.to_string(),
                u8::from(row.internal).to_string(),
            ]);
        }
    }
    csv(out)
}
