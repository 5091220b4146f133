//! What has been received compared with what was expected, by place and time; silent teams; and reports that do not
//! count, with reasons.

use super::View;
use super::charts::{ExpectedBar, bar, columns, line, pairs};
use super::parts::{card, paged, text};
use crate::query::PageQuery;
use baqylau_desk::adjudication::status::{Status, StatusKind};
use baqylau_desk::index::expected::{self, ExpectedProgress, ExpectedReports};
use baqylau_desk::index::report_row::ReportRow;
use baqylau_desk::index::report_table::ReportTable;
use baqylau_forms::zone::HOUR_MS;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Most teams listed: those with the most missing reports.
const TEAMS: usize = 40;

pub(crate) async fn page(view: View) -> Markup {
    let shared = &view.state;
    let reports = shared.tables().of(view.query.answers()).clone();
    let w = view.strings;
    let expected = expected::expected(&reports, &shared.tables, (shared.now)());
    let planned = expected.all.expected > 0;
    view.page(
        "/",
        w.overview,
        &html! {
            (cards(&view, &reports, &expected))
            h2 { (w.by_checklist) } (checklists(&view, &reports))
            h2 { (w.by_hour) }
            @if planned { (hours_expected(&view, &expected)) } @else { (hours(&view, &reports)) }
            h2 { (w.coming_in) } (coming_in(&view, &reports))
            h2 { (w.by_region) }
            @if planned { (regions_expected(&view, &expected)) } @else { (regions(&view, &reports)) }
            h2 { (w.by_team) } (teams(&view, &reports, &expected))
            h2 { (w.why_not) } (reasons(&view, &reports))
            (odd(&view, &reports))
        },
    )
}

fn counted(rows: &[&ReportRow]) -> usize {
    rows.iter().filter(|l| l.status == Status::Counted).count()
}

fn cards(view: &View, reports: &ReportTable, expected: &ExpectedReports) -> Markup {
    let w = view.strings;
    let all: Vec<&ReportRow> = reports.rows.iter().collect();
    let counts = counted(&all);
    // A replaced phone is not another observer.
    let people: std::collections::HashSet<&str> =
        all.iter().filter_map(|l| l.person.as_ref()).filter(|p| p.role != "desk").map(|p| p.code.as_str()).collect();
    let status = |status: &str| {
        PageQuery { status: status.into(), lang: view.query.lang.clone(), ..PageQuery::default() }.link("/reports")
    };
    let unverifiable = all.iter().filter(|l| matches!(l.status, Status::Unverifiable(_) | Status::Misfit(_))).count();
    html! {
        div .cards {
            (card(&html! { (all.len()) }, w.received, &view.link("/reports")))
            (card(&html! { (counts) }, w.counted, &status("counted")))
            (card(&html! { (all.len() - counts) }, w.not_counted, &status("not_counted")))
            @if expected.all.expected > 0 { (card(&html! { (expected.all.received) " " (w.of) " " (expected.all.expected) }, w.expected, "#main")) }
            (card(&html! { (people.len()) " " (w.of) " " (reports.people) }, w.phones_heard, &view.link("/phones")))
            @if unverifiable > 0 { (card(&html! { "⚠ " (unverifiable) }, w.unreadable_all, &status("unreadable"))) }
        }
    }
}

fn checklists(view: &View, reports: &ReportTable) -> Markup {
    let rows = view.state.tables.checklists.iter().enumerate().map(|(at, list)| {
        let rows: Vec<&ReportRow> = reports.rows.iter().filter(|l| l.summary.checklist == Some(at)).collect();
        let link = view.query.with(|a| a.checklist.clone_from(&list.id)).link("/reports");
        (view.title(Some(at)), link, rows)
    });
    table(view, view.strings.checklist, rows.collect())
}

fn regions(view: &View, reports: &ReportTable) -> Markup {
    let all: Vec<&ReportRow> = reports.rows.iter().collect();
    let rows = reports.by_region(&view.state.tables, &all).into_iter().map(|(region, lines)| {
        let (name, link) = region_of(view, region);
        (name, link, lines)
    });
    table(view, view.strings.region, rows.collect())
}

/// A name, linked to its reports if there is a link.
fn way(link: &str, name: &str) -> Markup {
    html! { @if link.is_empty() { (text(name)) } @else { a href=(link) { (text(name)) } } }
}

fn region_of(view: &View, region: Option<u32>) -> (String, String) {
    let code = region.and_then(|r| view.state.tables.places.get(r)).map(|p| p.code.to_string());
    let link = code.map(|code| view.query.with(|a| a.within = code).link("/reports")).unwrap_or_default();
    (region.map_or_else(|| view.strings.elsewhere.into(), |r| view.place(r)), link)
}

fn table(view: &View, what: &str, rows: Vec<(String, String, Vec<&ReportRow>)>) -> Markup {
    let w = view.strings;
    let most = rows.iter().map(|r| r.2.len()).max().unwrap_or(0);
    html! {
        table {
            thead { tr { th scope="col" { (what) } th scope="col" .n { (w.received) } th scope="col" .n { (w.counted) } td {} } }
            tbody {
                @for (name, link, lines) in rows {
                    tr {
                        th scope="row" { (way(&link, &name)) }
                        td .n { (lines.len()) }
                        td .n { (counted(&lines)) }
                        td .wide { (bar(lines.len(), most)) }
                    }
                }
            }
        }
    }
}

fn hours(view: &View, reports: &ReportTable) -> Markup {
    let mut count: BTreeMap<u8, usize> = BTreeMap::new();
    reports.rows.iter().filter_map(|l| l.summary.hour).for_each(|h| *count.entry(h).or_default() += 1);
    let (first, last) = (count.keys().next().copied(), count.keys().last().copied());
    let Some((first, last)) = first.zip(last) else { return html! { p { (view.strings.none) } } };
    let column = |h: u8| (h.to_string(), count.get(&h).copied().unwrap_or(0), hour_link(view, h));
    columns(view.strings.by_hour, &(first..=last).map(column).collect::<Vec<_>>())
}

fn hour_link(view: &View, hour: u8) -> String {
    view.query.with(|a| a.hour = hour.to_string()).link("/reports")
}

fn hours_expected(view: &View, expected: &ExpectedReports) -> Markup {
    let w = view.strings;
    let pair = |(hour, p): (&u8, &ExpectedProgress)| ExpectedBar {
        label: hour.to_string(),
        n: p.received,
        of: p.expected,
        link: hour_link(view, *hour),
    };
    let rows: Vec<ExpectedBar> = expected.hours.iter().map(pair).collect();
    pairs(w.by_hour, &rows, Some((w.expected, w.received)))
}

fn progress(view: &View, what: &str, rows: &[(String, String, ExpectedProgress, Option<String>)]) -> Markup {
    let w = view.strings;
    let heard = rows.iter().any(|r| r.3.is_some());
    html! {
        table {
            thead { tr {
                th scope="col" { (what) } th scope="col" .n { (w.expected) } th scope="col" .n { (w.due_by_now) } th scope="col" .n { (w.received) }
                th scope="col" .n { (w.lacking) } td {} @if heard { th scope="col" { (w.last_heard) } }
            } }
            tbody {
                @for (name, link, p, heard_at) in rows {
                    tr {
                        th scope="row" { (way(link, name)) }
                        td .n { (p.expected) } td .n { (p.due) } td .n { (p.received) }
                        td .n { @if p.lacking > 0 { "⚠ " } (p.lacking) }
                        td .wide { (bar(p.received, p.expected)) }
                        @if heard { td { @match heard_at { Some(at) => { (at) } None => { "⚠ " (w.nothing_yet) } } } }
                    }
                }
            }
        }
    }
}

fn regions_expected(view: &View, expected: &ExpectedReports) -> Markup {
    let row = |(region, p): (&Option<u32>, &ExpectedProgress)| {
        let (name, link) = region_of(view, *region);
        (name, link, *p, None)
    };
    progress(view, view.strings.region, &expected.regions.iter().map(row).collect::<Vec<_>>())
}

/// Teams with the most missing reports first, then those silent longest.
fn teams(view: &View, reports: &ReportTable, expected: &ExpectedReports) -> Markup {
    let w = view.strings;
    let heard = expected::last_heard(reports, &view.state.tables);
    let mut rows: Vec<_> = heard
        .iter()
        .map(|(team, at)| {
            let progress = expected.teams.get(*team).copied().unwrap_or_default();
            (*team, progress, *at)
        })
        .collect();
    rows.sort_by_key(|(_, p, at)| (std::cmp::Reverse(p.lacking), *at));
    let silent = rows.iter().filter(|r| r.2.is_none()).count();
    let row = |(team, p, at): &(&str, ExpectedProgress, Option<i64>)| {
        let link = view.query.with(|a| (*team).clone_into(&mut a.team)).link("/reports");
        ((*team).to_owned(), link, *p, at.map(|ms| view.moment(ms)))
    };
    let (shown, ways) = paged(view, "/", &rows, TEAMS);
    let shown: Vec<_> = shown.iter().map(row).collect();
    html! {
        p { @if silent > 0 { "⚠ " } (w.never_heard_teams(silent, rows.len())) }
        (progress(view, w.team, &shown))
        (ways)
    }
}

/// Cumulative number of received reports by hour, from the first.
fn coming_in(view: &View, reports: &ReportTable) -> Markup {
    let at = |l: &ReportRow| l.summary.meta.received.div_euclid(HOUR_MS);
    let (first, last) = (reports.rows.iter().map(at).min(), reports.rows.iter().map(at).max());
    let Some((first, last)) = first.zip(last) else { return html! { p { (view.strings.none) } } };
    let mut by_hour: BTreeMap<i64, usize> = BTreeMap::new();
    reports.rows.iter().for_each(|l| *by_hour.entry(at(l)).or_default() += 1);
    // The chart has the same width for a day and for a month.
    let step = (last - first) / 200 + 1;
    let ends = (first..=last).step_by(usize::try_from(step).unwrap_or(1)).map(|from| from + step);
    let mut sum = 0;
    let mut before = first;
    let values: Vec<usize> = std::iter::once(0)
        .chain(ends.map(|end| {
            sum += by_hour.range(before..end).map(|(_, n)| n).sum::<usize>();
            before = end;
            sum
        }))
        .collect();
    line(view.strings.coming_in, &values, (&view.moment(first * HOUR_MS), &view.moment((last + 1) * HOUR_MS)))
}

fn reasons(view: &View, reports: &ReportTable) -> Markup {
    let w = view.strings;
    let mut count: BTreeMap<StatusKind, usize> = BTreeMap::new();
    let left = reports.rows.iter().filter(|l| l.status != Status::Counted);
    left.for_each(|l| *count.entry(l.status.kind()).or_default() += 1);
    if count.is_empty() {
        return html! { p { "✓ " (w.all_counted) } };
    }
    html! {
        table {
            thead { tr { th scope="col" { (w.reason) } th scope="col" .n { (w.reports) } } }
            tbody {
                @for (kind, n) in count {
                    tr {
                        th scope="row" { a href=(view.query.with(|a| a.status = kind.name().into()).link("/reports")) { (view.status(kind)) } }
                        td .n { (n) }
                    }
                }
            }
        }
    }
}

/// Flagged reports, whether they count or not.
fn odd(view: &View, reports: &ReportTable) -> Markup {
    let mut count: BTreeMap<_, usize> = BTreeMap::new();
    reports.rows.iter().flat_map(|l| l.flags.iter()).for_each(|flag| *count.entry(flag).or_default() += 1);
    html! {
        @if !count.is_empty() {
            h2 { (view.strings.odd) }
            table { tbody { @for (flag, n) in count {
                tr {
                    th scope="row" { a href=(view.query.with(|a| flag.name().clone_into(&mut a.flag)).link("/reports")) { (view.flag(flag)) } }
                    td .n { (n) }
                }
            } } }
        }
    }
}
