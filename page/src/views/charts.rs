//! Charts as inline SVG. Each is accompanied by its numbers in a table or list, for screen readers, printing and
//! colour-blind readers. Colours come from the style sheet, so the same chart serves light and dark mode.

use super::View;
use super::parts::text;
use maud::{Markup, html};
use std::collections::HashMap;

/// A bar for a percentage. The number is shown beside it.
pub(super) fn bar(part: usize, whole: usize) -> Markup {
    let width = if whole == 0 { 0 } else { (part * 100).div_euclid(whole).min(100) };
    html! {
        svg .bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
            rect .track width="100" height="10" {}
            rect .part width=(width) height="10" {}
        }
    }
}

/// A stacked bar of percentages, with classes `part-0` and up.
pub(super) fn stack(parts: &[usize]) -> Markup {
    let whole: usize = parts.iter().sum();
    let width = |part: usize| (part * 1000).checked_div(whole).unwrap_or(0);
    html! {
        svg .bar viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
            rect .track width="1000" height="10" {}
            @for (at, part) in parts.iter().enumerate() {
                rect class={"part-" (at)} x=(width(parts[..at].iter().sum())) width=(width(*part)) height="10" {}
            }
        }
    }
}

/// A column chart scaled to its highest column, with its table as text alternative.
pub(super) fn columns(name: &str, columns: &[(String, usize, String)]) -> Markup {
    let rows: Vec<ExpectedBar> = columns
        .iter()
        .map(|(label, n, link)| ExpectedBar { label: label.clone(), n: *n, of: 0, link: link.clone() })
        .collect();
    pairs(name, &rows, None)
}

/// A number and the expected one.
pub(super) struct ExpectedBar {
    pub label: String,
    pub n: usize,
    /// The expected number, drawn as a frame.
    pub of: usize,
    pub link: String,
}

/// A column chart, each column in a frame for the expected number; `words` are the legends of frame and column.
pub(super) fn pairs(name: &str, rows: &[ExpectedBar], words: Option<(&str, &str)>) -> Markup {
    let most = rows.iter().map(|r| r.n.max(r.of)).max().unwrap_or(0).max(1);
    let high = |n: usize| n * 90 / most;
    html! {
        figure .named[words.is_some()] {
            svg .columns viewBox={"0 0 " (rows.len() * 12) " 100"} preserveAspectRatio="none" role="img" aria-label=(name) {
                @for (at, r) in rows.iter().enumerate() {
                    @if r.of > 0 { rect .frame x=(at * 12 + 1) y=(95 - high(r.of)) width="10" height=(high(r.of)) {} }
                    rect .part x=(at * 12 + 2) y=(95 - high(r.n)) width="8" height=(high(r.n)) { title { (r.label) ": " (r.n) } }
                }
            }
            table .under {
                caption .away { (name) }
                // The hidden caption counts as the first row, so column widths are set explicitly.
                @if words.is_some() { colgroup { col .words; @for _ in rows { col; } } }
                tbody {
                    tr { @if words.is_some() { td {} } @for r in rows { th scope="col" { @if words.is_some() { a href=(r.link) { (r.label) } } @else { (r.label) } } } }
                    @if let Some((expected, _)) = words {
                        tr { th scope="row" { (expected) } @for r in rows { td { (r.of) } } }
                    }
                    tr {
                        @if let Some((_, received)) = words { th scope="row" { (received) } }
                        @for r in rows { td { @if words.is_some() { (r.n) } @else { a href=(r.link) { (r.n) } } } }
                    }
                }
            }
        }
    }
}

/// A line chart at equal time steps; `labels` are shown below its ends.
pub(super) fn line(name: &str, values: &[usize], labels: (&str, &str)) -> Markup {
    let most = values.iter().max().copied().unwrap_or(0).max(1);
    let last = values.len().saturating_sub(1).max(1);
    let point = |(at, n): (usize, &usize)| format!("{},{}", at * 1000 / last, 195 - n * 185 / most);
    let points: Vec<String> = values.iter().enumerate().map(point).collect();
    html! {
        figure {
            svg .line viewBox="0 0 1000 200" preserveAspectRatio="none" role="img" aria-label={(name) ": " (most)} {
                polyline points=(points.join(" ")) {}
            }
            p .ends { span { (labels.0) } strong { (most) } span { (labels.1) } }
        }
    }
}

/// One of several small charts of the same kind.
pub(super) struct SmallMultiple {
    pub title: String,
    pub link: String,
    /// Text beside the title.
    pub value: String,
    /// Percentages at equal steps, for example hours; `None` if unknown.
    pub columns: Vec<Option<usize>>,
}

/// Small charts on a common scale, so that they can be compared.
pub(super) fn multiples(all: &[SmallMultiple], ends: (&str, &str)) -> Markup {
    html! {
        div .multiples {
            @for one in all {
                a href=(one.link) {
                    span { (text(&one.title)) } strong { (one.value) }
                    svg viewBox={"0 0 " (one.columns.len().max(1) * 10) " 104"} preserveAspectRatio="none" aria-hidden="true" {
                        @for (at, share) in one.columns.iter().enumerate() {
                            @match share {
                                Some(share) => { rect .part x=(at * 10 + 1) y=(102 - share.min(&100)) width="8" height=(share.min(&100) + 2) {} }
                                None => {}
                            }
                        }
                    }
                    span .ends { span { (ends.0) } span { (ends.1) } }
                }
            }
        }
    }
}

/// A region of a map or grid.
pub(super) struct Region {
    pub place: u32,
    pub link: String,
    pub value: String,
    /// From 0 to 4; darker means more.
    pub shade: usize,
}

/// The mission's map if it has one, otherwise a grid of tiles.
pub(super) fn regions(view: &View, regions: &[Region]) -> Markup {
    let tables = &view.state.tables;
    let outlined = regions.iter().filter(|r| tables.map.iter().any(|(place, _)| *place == r.place)).count();
    if outlined > 0 && outlined == regions.len() { map(view, regions) } else { tiles(view, regions) }
}

/// A map in equirectangular projection, true to scale at its centre.
fn map(view: &View, regions: &[Region]) -> Markup {
    let outlines = &view.state.tables.map;
    let points = || outlines.iter().flat_map(|(_, rings)| rings).flatten();
    let low = points().fold((f64::MAX, f64::MAX), |a, p| (a.0.min(p.0), a.1.min(p.1)));
    let high = points().fold((f64::MIN, f64::MIN), |a, p| (a.0.max(p.0), a.1.max(p.1)));
    let narrow = libm::cos(((low.1 + high.1) / 2.0).to_radians());
    let scale = 1000.0 / ((high.0 - low.0) * narrow).max(1e-6);
    let place = |p: &(f64, f64)| ((p.0 - low.0) * narrow * scale, (high.1 - p.1) * scale);
    let ring = |ring: &Vec<(f64, f64)>| {
        let points = ring.iter().map(place).map(|(x, y)| format!("{x:.1},{y:.1}"));
        format!("M{}Z", points.collect::<Vec<_>>().join("L"))
    };
    let of: HashMap<u32, &Region> = regions.iter().map(|r| (r.place, r)).collect();
    html! {
        svg .map viewBox={"-4 -4 1008 " (format!("{:.0}", (high.1 - low.1) * scale + 8.0))} role="group" aria-label=(view.strings.map) {
            @for (place, rings) in outlines {
                @let path = rings.iter().map(ring).collect::<String>();
                @match of.get(place) {
                    Some(region) => {
                        a href=(region.link) aria-label={(view.place(*place)) ": " (region.value)} {
                            path class={"shade-" (region.shade)} d=(path) { title { (view.place(*place)) ": " (region.value) } }
                        }
                    }
                    None => { path .nothing d=(path) {} }
                }
            }
        }
    }
}

/// Tiles in the regions' relative positions: rows from north to south, each from west to east.
fn tiles(view: &View, regions: &[Region]) -> Markup {
    let tables = &view.state.tables;
    let mut placed: Vec<&Region> = regions.iter().collect();
    let at = |r: &Region| tables.coordinates(r.place).unwrap_or((f64::MIN, 0.0));
    placed.sort_by(|a, b| at(b).0.total_cmp(&at(a).0));
    let across = (1..).find(|n| n * n >= placed.len()).unwrap_or(1).clamp(1, 6);
    for row in placed.chunks_mut(across) {
        row.sort_by(|a, b| at(a).1.total_cmp(&at(b).1));
    }
    html! {
        div class={"tiles across-" (across)} {
            @for region in placed {
                a class={"tile shade-" (region.shade)} href=(region.link) {
                    span { (view.place(region.place)) } strong { (text(&region.value)) }
                }
            }
        }
    }
}
