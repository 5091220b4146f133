//! Protocols reconciled, stations compared with the tabulation, observed turnout compared with the official one.

use super::charts::bar;
use super::parts::text;
use super::{PageFailure, View};
use baqylau_desk::index::report_row::ReportRow;
use baqylau_desk::index::report_table::{ByChecklist, ReportTable};
use baqylau_desk::tables::{Official, Reconcile, Reconciled};
use baqylau_findings::percentage::percentage;
use maud::{Markup, html};

/// In percentage points: differences from here on are highlighted.
const MUCH: f64 = 5.0;
/// Most stations listed; the export contains all.
const LISTED: usize = 200;

pub(crate) async fn page(view: View) -> Result<Markup, PageFailure> {
    let (board, shared) = (view.board()?, &view.state);
    let filter = view.query.filter(&shared.tables);
    let rows: Vec<&ReportRow> = board.select(&shared.tables, &filter).collect();
    let lines = ReportTable::by_checklist(&shared.tables, &rows);
    let w = view.strings;
    let all = &shared.tables.reconciled;
    let of = |how: fn(&Reconciled) -> bool| all.iter().enumerate().filter(move |(_, r)| how(r));
    let body = html! {
        (super::findings::form(&view, board.level))
        @if all.is_empty() { p { (w.nothing_reconciled) } }
        @if of(Reconciled::is_check).next().is_some() {
            h2 { (w.adds_up) } p .small { (w.adds_up_how) }
            (checks(&view, &board, of(Reconciled::is_check).map(|r| r.1), &lines))
        }
        @for (at, rate) in of(|r| r.how == Reconcile::Rate) { (self::rate(&view, &board, at, rate, &lines)) }
        @for (at, number) in of(|r| r.how == Reconcile::Number) { (self::number(&view, &board, at, number, &lines)) }
    };
    Ok(view.page("/counts", w.counts, &body))
}

fn checks<'r>(
    view: &View,
    reports: &ReportTable,
    checks: impl Iterator<Item = &'r Reconciled>,
    lines: &ByChecklist,
) -> Markup {
    let (w, source) = (view.strings, &view.state.tables);
    html! {
        table {
            thead { tr {
                th scope="col" { (w.check) } th scope="col" { (w.checklist) } th scope="col" .n { (w.fails) } th scope="col" .n { (w.base) }
                th scope="col" .n { (w.dk) } th scope="col" .n { (w.na) } th scope="col" .n { (w.blank) } th scope="col" .n { (w.widest) } td {}
            } }
            tbody {
                @for check in checks {
                    @let lines = lines.rows(source, check.number);
                    @let f = reports.total(source, check.number, lines);
                    @let of = source.number_at(check.number).map(|(at, _)| at);
                    tr {
                        th scope="row" { (text(&check.label.get(view.language))) }
                        td { (view.title(of)) }
                        td .n { @if f.count > 0 { a href=(view.query.with(|a| a.behind.clone_from(&check.id)).link("/reports")) { "⚠ " (f.count) } } @else { "✓ 0" } }
                        td .n { (f.base) } td .n { (f.do_not_know) } td .n { (f.not_applicable) } td .n { (f.not_answered) }
                        td .n { (widest(reports, view, check, lines)) }
                        td .wide { (bar(f.count, f.base)) }
                    }
                }
            }
        }
    }
}

/// The largest gap among reports whose numbers do not add up.
fn widest(reports: &ReportTable, view: &View, check: &Reconciled, rows: &[&ReportRow]) -> Markup {
    let tables = &view.state.tables;
    let Reconcile::Check(gap) = check.how else { return html! {} };
    let fails = |l: &&&ReportRow| reports.contribution(tables, l, check.number).is_some_and(|g| g.count > 0);
    let found = rows
        .iter()
        .filter(fails)
        .filter_map(|l| Some((reports.contribution(tables, l, gap)?.count, l.summary.meta.hash)));
    html! {
        @match found.max_by_key(|f| f.0) {
            Some((gap, hash)) => { a href=(view.link(&format!("/reports/{hash}"))) { (gap) } }
            None => "—",
        }
    }
}

fn rate(view: &View, reports: &ReportTable, at: usize, rate: &Reconciled, lines: &ByChecklist) -> Markup {
    let (w, source) = (view.strings, &view.state.tables);
    let lines = lines.rows(source, rate.number);
    let official = |place: Option<u32>| place.and_then(|p| source.official.get(&(at, p)));
    let mut rows: Vec<(Option<u32>, Vec<&ReportRow>)> = reports.by_region(source, lines);
    let any = source.official.keys().any(|(of, _)| *of == at);
    let whole = whole(view, reports.level);
    rows.insert(0, (whole, lines.to_vec()));
    html! {
        h2 { (text(&rate.label.get(view.language))) }
        p .small { (w.rate_how) }
        table {
            thead { tr {
                th scope="col" { (w.region) } th scope="col" .n { (w.observed) }
                @if any { th scope="col" .n { (w.official) } th scope="col" .n { (w.difference) } }
                th scope="col" .n { (w.how_many) } th scope="col" .n { (w.base) } th scope="col" .n { (w.stations) } td {}
                @if any { th scope="col" { (w.by_whom) } }
            } }
            tbody {
                @for (region, lines) in rows {
                    @let f = reports.total(source, rate.number, &lines);
                    @if f.base > 0 {
                        tr {
                            th scope="row" { a href=(contributing_link(view, rate, region)) { (region.map_or_else(|| w.elsewhere.to_owned(), |r| view.place(r))) } }
                            td .n { (percent(f.count, f.base)) }
                            @if any { (official_difference(official(region), f64::from(per_mille(f.count, f.base)) / 10.0, " %")) }
                            td .n { (f.count) } td .n { (f.base) } td .n { (f.places) }
                            td .wide { (bar(f.count, f.base)) }
                            @if any { td { (official(region).map(|o| o.source.as_str()).unwrap_or_default()) } }
                        }
                    }
                }
            }
        }
    }
}

fn contributing_link(view: &View, of: &Reconciled, region: Option<u32>) -> String {
    let code = region.and_then(|r| view.state.tables.places.get(r)).map(|p| p.code.to_string()).unwrap_or_default();
    view.query.with(|a| (a.behind, a.within) = (of.id.clone(), code)).link("/reports")
}

/// The place that contains all others at a level, if there is only one.
fn whole(view: &View, level: u16) -> Option<u32> {
    let places = &view.state.tables.places;
    let first = places.of_level(level).first()?;
    places.get(*first)?.parent
}

fn number(view: &View, reports: &ReportTable, at: usize, number: &Reconciled, lines: &ByChecklist) -> Markup {
    let (w, source) = (view.strings, &view.state.tables);
    let lines = lines.rows(source, number.number);
    let found = lines.iter().filter_map(|row| {
        let official = source.official.get(&(at, row.summary.place?))?;
        let given = reports.contribution(source, row, number.number).filter(|g| g.base > 0)?;
        Some((row, given.count, official))
    });
    let found: Vec<_> = found.collect();
    html! {
        h2 { (text(&number.label.get(view.language))) " · " (w.against_tabulated) }
        @if found.is_empty() { p { (w.none) } } @else {
            table {
                thead { tr {
                    th scope="col" { (w.place) } th scope="col" { (w.visit) } th scope="col" .n { (w.observed) } th scope="col" .n { (w.official) }
                    th scope="col" .n { (w.difference) } th scope="col" { (w.by_whom) }
                } }
                tbody {
                    @for (line, n, official) in found.iter().take(LISTED) {
                        tr {
                            th scope="row" { @if let Some(p) = line.summary.place { (text(&view.path(p))) } }
                            td { a href=(view.link(&format!("/reports/{}", line.summary.meta.hash))) { (text(&line.summary.meta.visit)) } }
                            td .n { (n) }
                            (official_difference(Some(official), f64::from(*n), ""))
                            td { (text(&official.source)) }
                        }
                    }
                }
            }
        }
    }
}

/// The official number, and its difference from ours.
fn official_difference(official: Option<&Official>, ours: f64, unit: &str) -> Markup {
    let digits = usize::from(!unit.is_empty());
    // Percentages from a sample of stations may differ; a single station's number must be equal.
    let much = if unit.is_empty() { 0.5 } else { MUCH };
    html! {
        @match official {
            Some(o) => {
                @let far = o.value - ours;
                td .n { (format!("{:.digits$}{unit}", o.value)) }
                td .n { @if far.abs() >= much { "⚠ " } bdi { (format!("{far:+.digits$}").replace('-', "−")) } }
            }
            None => { td .n { "—" } td .n { "—" } }
        }
    }
}

/// Share in thousandths, rounded half up.
fn per_mille(part: usize, whole: usize) -> u32 {
    let share = (part * 2_000 + whole).checked_div(2 * whole).unwrap_or(0);
    u32::try_from(share).unwrap_or(u32::MAX)
}

/// A share with tenths, as `12.5 %`; `—` of nothing.
pub(super) fn percent(part: usize, whole: usize) -> String {
    percentage(part, whole, 1).map_or_else(|| "—".to_owned(), |share| format!("{share} %"))
}
