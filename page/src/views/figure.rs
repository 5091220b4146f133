//! One figure by region, hour and answer, with links to the reports behind each number.

use super::charts::{Region, SmallMultiple, bar, columns, multiples};
use super::parts::text;
use super::{PageFailure, View};
use crate::query::PageQuery;
use axum::extract::Path;
use baqylau_desk::index::estimate::Estimates;
use baqylau_desk::index::filter::ReportFilter;
use baqylau_desk::index::report_row::ReportRow;
use baqylau_desk::index::report_table::ReportTable;
use baqylau_desk::tables::Trait;
use baqylau_findings::Computed;
use baqylau_findings::figure::PEOPLE;
use baqylau_findings::percentage::{estimated_percentage, percentage};
use baqylau_findings::sample::Estimate;
use baqylau_forms::definition::Text;
use maud::{Markup, html};

pub(crate) async fn page(view: View, Path(id): Path<String>) -> Result<Markup, PageFailure> {
    let (board, shared) = (view.board()?, &view.state);
    let at = shared.tables.figures.iter().position(|f| f.figure.id == id);
    let at = at.ok_or_else(|| view.nothing("/findings"))?;
    let filter = view.query.filter(&shared.tables);
    let of = shared.tables.number_at(at).map(|(checklist, _)| checklist);
    let rows: Vec<&ReportRow> = board.select(&shared.tables, &filter).filter(|l| l.summary.checklist == of).collect();
    let whole = view.worded(at, &board.total(&shared.tables, at, &rows));
    let older = board.older(&shared.tables, &filter)[at];
    let (w, figure) = (view.strings, &shared.tables.figures[at].figure);
    let shares = whole.parts.is_empty() && whole.base > 0 && whole.count <= whole.base && figure.checklist != PEOPLE;
    let body = html! {
        p .small { code { (id) } @if let Some(place) = filter.within { " · " strong { (text(&view.path(place))) } } }
        (super::findings::form(&view, board.level))
        (number(&view, &whole, filter == ReportFilter::default()))
        @if let Some(older) = view.older(older) { p { (older) } }
        @if !whole.parts.is_empty() { h2 { (w.choices) } (parts(&view, at, &whole)) }
        h2 { (w.by_region) } (tiles(&view, &board, at, &rows, &id)) (regions(&view, &board, at, &rows, &id))
        h2 { (w.by_hour) } (hours(&view, &board, at, &rows, &id))
        @if shares { h2 { (w.regions_by_hour) } (small(&view, &board, at, &rows, &id)) }
        @for kind in &shared.tables.traits { (by_trait(&view, &board, at, &rows, kind, &id)) }
        @match board.estimate(&shared.tables, at, &filter) {
            Some(estimates) => { h2 { (w.estimate) } (estimated(&view, &estimates)) }
            None if shared.tables.sample.is_none() => { p .small { (w.no_sample) } }
            None => {}
        }
    };
    let said = view.sentence(at, &whole).filter(|said| said.holds);
    let title = said.as_ref().map_or(&id, |said| &said.text);
    Ok(view.page(&format!("/findings/{id}"), title, &body))
}

fn contributing_link(view: &View, id: &str, change: impl FnOnce(&mut PageQuery)) -> String {
    let query = view.query.with(|a| id.clone_into(&mut a.behind));
    query.with(change).link("/reports")
}

/// The computed number, with the published one if it is for the whole mission.
fn number(view: &View, f: &Computed, of_all: bool) -> Markup {
    let w = view.strings;
    html! {
        dl .facts {
            @if of_all { dt { (w.published) } dd { (text(view.published(f))) } }
            dt { (w.computed) } dd { (text(&f.computed)) }
            dt { (w.how_many) } dd { (f.count) }
            dt { (w.base) } dd { (f.base) }
            dt { (w.dk) } dd { (f.do_not_know) }
            dt { (w.na) } dd { (f.not_applicable) }
            dt { (w.blank) } dd { (f.not_answered) }
        }
        @if f.several { p { "⚠ " (w.several) } }
        p { a href=(contributing_link(view, &f.id, |_| ())) { (w.behind) ": " (f.reports.len()) } }
    }
}

/// The estimates for all places, with their intervals.
fn estimated(view: &View, estimates: &Estimates) -> Markup {
    let w = view.strings;
    html! {
        h3 { (w.estimate_known) } (estimate(view, &estimates.known))
        p .small { (w.estimate_known_how) }
        h3 { (w.estimate_stratum) }
        @match &estimates.by_stratum { Some(e) => { (estimate(view, e)) } None => { p { (w.estimate_lacks) } } }
        p .small { (w.estimate_stratum_how) }
    }
}

fn estimate(view: &View, e: &Estimate) -> Markup {
    let w = view.strings;
    let percent = |share: f64| format!("{} %", estimated_percentage(share));
    html! {
        dl .facts {
            dt { (w.estimate_share) } dd { (percent(e.share)) }
            dt { (w.interval) } dd { @match e.interval { Some((low, high)) => { (percent(low)) " – " (percent(high)) } None => { (w.no_interval) } } }
            dt { (w.standard_error) } dd { (e.error.map_or_else(|| "—".to_owned(), percent)) }
            dt { (w.drawn) } dd { (e.drawn) }
            dt { (w.known_at) } dd { (e.known) " (" (percentage(e.known, e.drawn, 0).unwrap_or_else(|| "0".to_owned())) " %)" }
        }
    }
}

fn parts(view: &View, at: usize, f: &Computed) -> Markup {
    let label = |name: &str| view.state.tables.numbers[at].choice_label(name, view.language).unwrap_or_default();
    html! {
        table { tbody {
            @for (name, n) in &f.parts {
                tr { th scope="row" { (text(&label(name))) } td .n { (n) } td .wide { (bar(*n, f.base)) } }
            }
        } }
    }
}

/// The regions on a map or as tiles; the smallest share is the lightest.
fn tiles(view: &View, reports: &ReportTable, at: usize, rows: &[&ReportRow], id: &str) -> Markup {
    let tables = &view.state.tables;
    let found = reports
        .by_region(tables, rows)
        .into_iter()
        .filter_map(|(region, lines)| Some((region?, reports.total(tables, at, &lines))));
    let found: Vec<_> = found.filter(|(_, f)| f.base > 0 && f.count <= f.base).collect();
    let share = |f: &Computed| f.count * 1_000 / f.base;
    let (least, most) = (found.iter().map(|(_, f)| share(f)).min(), found.iter().map(|(_, f)| share(f)).max());
    let (least, width) = least.zip(most).map_or((0, 1), |(least, most)| (least, (most - least).max(1)));
    let region = |(place, f): &(u32, Computed)| Region {
        place: *place,
        link: contributing_link(view, id, |a| a.within = code(view, Some(*place))),
        value: short(view, f),
        shade: (share(f) - least) * 4 / width,
    };
    super::charts::regions(view, &found.iter().map(region).collect::<Vec<_>>())
}

/// Short form of a number for a tile; for a breakdown, answers of reports.
fn short(view: &View, f: &Computed) -> String {
    match (f.parts.is_empty(), f.base) {
        (true, _) => f.computed.clone(),
        (false, 0) => view.strings.no_reports.to_owned(),
        (false, _) => format!("{}/{}", f.count, f.base),
    }
}

fn code(view: &View, place: Option<u32>) -> String {
    place.and_then(|p| view.state.tables.places.get(p)).map(|p| p.code.to_string()).unwrap_or_default()
}

/// The share by hour in each region, on a common scale.
fn small(view: &View, reports: &ReportTable, at: usize, rows: &[&ReportRow], id: &str) -> Markup {
    let tables = &view.state.tables;
    let hours: Vec<u8> =
        rows.iter().filter(|l| reports.contribution(tables, l, at).is_some()).filter_map(|l| l.summary.hour).collect();
    let (first, last) = (hours.iter().min().copied().unwrap_or(0), hours.iter().max().copied().unwrap_or(0));
    let of_region = |(region, lines): (Option<u32>, Vec<&ReportRow>)| {
        let whole = reports.total(tables, at, &lines);
        let share = |hour: u8| {
            let here: Vec<&ReportRow> = lines.iter().copied().filter(|l| l.summary.hour == Some(hour)).collect();
            let f = reports.total(tables, at, &here);
            (f.base > 0).then(|| f.count * 100 / f.base)
        };
        region.filter(|_| whole.base > 0).map(|region| SmallMultiple {
            title: view.place(region),
            link: contributing_link(view, id, |a| a.within = code(view, Some(region))),
            value: whole.computed.clone(),
            columns: (first..=last).map(share).collect(),
        })
    };
    let all: Vec<SmallMultiple> = reports.by_region(tables, rows).into_iter().filter_map(of_region).collect();
    multiples(&all, (&format!("{first}:00"), &format!("{last}:00")))
}

/// By a trait of the places in the mission's tables: town or country, kind of station.
fn by_trait(view: &View, reports: &ReportTable, at: usize, rows: &[&ReportRow], kind: &Trait, id: &str) -> Markup {
    let (w, source) = (view.strings, &view.state.tables);
    let row = |value: &(String, Text)| {
        let having = source.places_with(&kind.column, &value.0);
        let has = |l: &&ReportRow| l.summary.place.is_some_and(|p| having.get(p as usize) == Some(&true));
        let here: Vec<&ReportRow> = rows.iter().copied().filter(has).collect();
        let f = reports.total(source, at, &here);
        let link = contributing_link(view, id, |a| a.having = format!("{}:{}", kind.column, value.0));
        (f.forms > 0).then(|| (value.1.get(view.language), link, f))
    };
    let rows: Vec<_> = kind.values.iter().filter_map(row).collect();
    html! {
        @if rows.len() > 1 {
            h2 { (kind.label.get(view.language)) }
            table {
                thead { tr { td {} th scope="col" { (w.computed) } th scope="col" .n { (w.how_many) } th scope="col" .n { (w.base) } td {} } }
                tbody { @for (name, link, f) in rows {
                    tr {
                        th scope="row" { a href=(link) { (text(&name)) } } td { (text(&short(view, &f))) } td .n { (f.count) } td .n { (f.base) }
                        td .wide { @if f.count <= f.base { (bar(f.count, f.base)) } }
                    }
                } }
            }
        }
    }
}

fn regions(view: &View, reports: &ReportTable, at: usize, rows: &[&ReportRow], id: &str) -> Markup {
    let (w, source) = (view.strings, &view.state.tables);
    html! {
        table {
            thead { tr {
                th scope="col" { (w.region) } th scope="col" { (w.computed) } th scope="col" .n { (w.how_many) } th scope="col" .n { (w.base) } td {}
            } }
            tbody {
                @for (region, lines) in reports.by_region(source, rows) {
                    @let f = reports.total(source, at, &lines);
                    @let code = code(view, region);
                    @if f.forms > 0 {
                        tr {
                            th scope="row" {
                                a href=(contributing_link(view, id, |a| a.within = code)) { (region.map_or_else(|| w.elsewhere.to_owned(), |r| view.place(r))) }
                            }
                            td { (text(&short(view, &f))) } td .n { (f.count) } td .n { (f.base) }
                            td .wide { @if f.count <= f.base { (bar(f.count, f.base)) } }
                        }
                    }
                }
            }
        }
    }
}

fn hours(view: &View, reports: &ReportTable, at: usize, rows: &[&ReportRow], id: &str) -> Markup {
    let of_hour = |h: u8| {
        let of_hour: Vec<&ReportRow> = rows.iter().copied().filter(|l| l.summary.hour == Some(h)).collect();
        (h, reports.total(&view.state.tables, at, &of_hour))
    };
    let all: Vec<(u8, Computed)> = (0..24).map(of_hour).collect();
    let any = |(_, f): &(u8, Computed)| f.forms > 0;
    let (Some(first), Some(last)) = (all.iter().position(any), all.iter().rposition(any)) else { return html! {} };
    // Hours without reports are kept between the others.
    let column =
        |(h, f): &(u8, Computed)| (h.to_string(), f.count, contributing_link(view, id, |a| a.hour = h.to_string()));
    columns(view.strings.by_hour, &all[first..=last].iter().map(column).collect::<Vec<_>>())
}
