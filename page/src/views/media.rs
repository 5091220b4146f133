//! Media monitoring: time and space given to each actor in each outlet, and the tone.

use super::charts::{bar, stack};
use super::counts::percent;
use super::parts::text;
use super::{PageFailure, View};
use baqylau_desk::adjudication::status::Status;
use baqylau_desk::index::report_row::ReportRow;
use baqylau_desk::index::report_table::ReportTable;
use baqylau_desk::tables::{FieldRole, RoledQuestion};
use maud::{Markup, html};

/// Totals over some items.
#[derive(Default, Clone)]
struct MediaTotals {
    items: usize,
    seconds: usize,
    space: usize,
    /// Seconds by choice of the tone question.
    tones: Vec<usize>,
}

impl MediaTotals {
    fn add(&mut self, row: &ReportRow) {
        self.items += 1;
        self.seconds += row.used(FieldRole::Airtime).map(|n| n as usize).sum::<usize>();
        self.space += row.used(FieldRole::Space).map(|n| n as usize).sum::<usize>();
        for tone in row.used(FieldRole::Tone).map(|t| t as usize) {
            if self.tones.len() <= tone {
                self.tones.resize(tone + 1, 0);
            }
            self.tones[tone] += 1;
        }
    }
}

pub(crate) async fn page(view: View) -> Result<Markup, PageFailure> {
    let (board, shared) = (view.board()?, &view.state);
    let w = view.strings;
    let Some(outlets) = shared.tables.used(FieldRole::Outlet).next() else {
        return Ok(view.page("/media", w.media, &html! { p { (w.no_media) } }));
    };
    let items = items(&view, &board, outlets);
    let actors = shared.tables.used(FieldRole::Actor).find(|u| u.checklist == outlets.checklist);
    let body = html! {
        (form(&view, outlets))
        p role="status" { (w.count_items(items.len())) }
        @if let Some(actors) = actors {
            h2 { (w.by_actor) } (by(&view, &items, actors))
            @if view.query.used.is_empty() { h2 { (w.airtime_by_outlet) } (matrix(&view, &items, outlets, actors)) }
        }
        h2 { (w.by_outlet) } (by(&view, &items, outlets))
    };
    Ok(view.page("/media", w.media, &body))
}

/// The items that count, of the selected outlet.
fn items<'b>(view: &View, reports: &'b ReportTable, outlets: &RoledQuestion) -> Vec<&'b ReportRow> {
    let tables = &view.state.tables;
    let filter = view.query.filter(&view.state.tables);
    let of = |l: &&ReportRow| l.summary.checklist == Some(outlets.checklist) && l.status == Status::Counted;
    reports.select(tables, &filter).filter(of).collect()
}

fn form(view: &View, outlets: &RoledQuestion) -> Markup {
    let w = view.strings;
    html! {
        form method="get" role="search" {
            @if !view.query.lang.is_empty() { input type="hidden" name="lang" value=(view.query.lang); }
            label { (w.outlet) select name="used" {
                option value="" { (w.all) }
                @for (name, label) in outlets.choices.iter().zip(&outlets.labels) {
                    @let value = format!("{}:{name}", FieldRole::Outlet.name());
                    option value=(value) selected[value == view.query.used] { (label.get(view.language)) }
                }
            } }
            button { (w.show) }
        }
    }
}

fn sums(items: &[&ReportRow], by: &RoledQuestion) -> Vec<MediaTotals> {
    let mut sums = vec![MediaTotals::default(); by.choices.len()];
    for row in items {
        for choice in row.used(by.what) {
            if let Some(sum) = sums.get_mut(choice as usize) {
                sum.add(row);
            }
        }
    }
    sums
}

fn by(view: &View, items: &[&ReportRow], by: &RoledQuestion) -> Markup {
    let (w, source) = (view.strings, &view.state.tables);
    let sums = sums(items, by);
    let (seconds, space): (usize, usize) = (sums.iter().map(|s| s.seconds).sum(), sums.iter().map(|s| s.space).sum());
    let tones = source.used(FieldRole::Tone).find(|u| u.checklist == by.checklist);
    let tone = |at: usize| tones.and_then(|t| t.labels.get(at)).map(|l| l.get(view.language)).unwrap_or_default();
    let count = tones.map_or(0, |t| t.choices.len());
    html! {
        table {
            thead { tr {
                th scope="col" { (if by.what == FieldRole::Outlet { w.outlet } else { w.actor }) } th scope="col" .n { (w.items) }
                th scope="col" .n { (w.airtime) } th scope="col" .n { (w.share) } td {}
                th scope="col" .n { (w.space) } th scope="col" .n { (w.share) }
                @for at in 0..count { th scope="col" .n { (tone(at)) } } @if count > 0 { td {} }
            } }
            tbody {
                @for (at, sum) in sums.iter().enumerate().filter(|(_, s)| s.items > 0) {
                    tr {
                        th scope="row" { a href=(contributing_link(view, by, at)) { (by.labels[at].get(view.language)) } }
                        td .n { (sum.items) }
                        td .n { (time(sum.seconds)) } td .n { (percent(sum.seconds, seconds)) } td .wide { (bar(sum.seconds, seconds)) }
                        td .n { (sum.space) } td .n { (percent(sum.space, space)) }
                        @for at in 0..count { td .n { (sum.tones.get(at).copied().unwrap_or(0)) } }
                        @if count > 0 { td .wide { (stack(&sum.tones)) } }
                    }
                }
            }
        }
    }
}

fn contributing_link(view: &View, by: &RoledQuestion, at: usize) -> String {
    let checklist = view.state.tables.checklists[by.checklist].id.clone();
    view.query
        .with(|a| (a.used, a.checklist) = (format!("{}:{}", by.what.name(), by.choices[at]), checklist))
        .link("/reports")
}

/// Each actor's share of an outlet's time, one row per outlet.
fn matrix(view: &View, items: &[&ReportRow], outlets: &RoledQuestion, actors: &RoledQuestion) -> Markup {
    let rows: Vec<(usize, Vec<MediaTotals>)> = (0..outlets.choices.len())
        .map(|at| {
            let here: Vec<&ReportRow> =
                items.iter().copied().filter(|l| l.used(FieldRole::Outlet).any(|o| o as usize == at)).collect();
            (at, sums(&here, actors))
        })
        .filter(|(_, sums)| sums.iter().any(|s| s.seconds > 0))
        .collect();
    html! {
        table {
            thead { tr { th scope="col" { (view.strings.outlet) } @for label in &actors.labels { th scope="col" .n { (label.get(view.language)) } } } }
            tbody {
                @for (at, sums) in rows {
                    @let whole: usize = sums.iter().map(|s| s.seconds).sum();
                    tr {
                        th scope="row" { (text(&outlets.labels[at].get(view.language))) }
                        @for sum in &sums {
                            td class={"n shade-" ((sum.seconds * 8).checked_div(whole).unwrap_or(0).min(4))} { (percent(sum.seconds, whole)) }
                        }
                    }
                }
            }
        }
    }
}

/// Formats seconds as hours, minutes and seconds.
fn time(seconds: usize) -> String {
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
