//! Every figure of the statement, over all reports that count or a part of them.

use super::charts::bar;
use super::parts::text;
use super::{PageFailure, View};
use crate::query::PageQuery;
use baqylau_findings::Computed;
use baqylau_findings::figure::PEOPLE;
use maud::{Markup, html};

pub(crate) async fn page(view: View) -> Result<Markup, PageFailure> {
    let (board, shared) = (view.board()?, &view.state);
    let filter = view.query.filter(&shared.tables);
    let (figures, older) = (board.figures(&shared.tables, &filter), board.older(&shared.tables, &filter));
    // The register does not say where people are: its figures exist only for the whole mission.
    let whole = PageQuery { raw: view.query.raw.clone(), lang: view.query.lang.clone(), ..PageQuery::default() };
    let part = view.query.with(|_| ()) != whole;
    let rows = figures.iter().enumerate().filter(|(at, f)| {
        let of_people = shared.tables.figures[*at].figure.checklist == PEOPLE;
        !(part && (of_people || f.forms == 0))
    });
    let w = view.strings;
    Ok(view.page(
        "/findings",
        w.findings,
        &html! {
            (form(&view, board.level))
            table .figures {
                thead { tr {
                    th scope="col" { (w.figure) } @if !part { th scope="col" { (w.published) } }
                    th scope="col" { (w.computed) } th scope="col" .n { (w.how_many) } th scope="col" .n { (w.base) }
                    th scope="col" .n { (w.dk) } th scope="col" .n { (w.na) } th scope="col" .n { (w.blank) } td {}
                } }
                tbody { @for (at, figure) in rows { (row(&view, at, figure, (part, older[at]))) } }
            }
            @if shared.tables.sample.is_none() { p .small { (w.no_sample) } }
        },
    ))
}

fn row(view: &View, at: usize, f: &Computed, (part, older): (bool, usize)) -> Markup {
    let said = view.sentence(at, f);
    let f = &view.worded(at, f);
    let link = view.query.link(&format!("/findings/{}", f.id));
    html! {
        tr {
            th scope="row" { a href=(link) { @match &said { Some(said) => { (super::parts::sentence(view, said)) } None => { (f.id) } } } }
            @if !part { td { (text(view.published(f))) } }
            td { (text(&f.computed)) @if !part && !f.equal { strong { " ⚠ " (view.strings.differs) } } @if let Some(older) = view.older(older) { span .note { (older) } } }
            td .n { (f.count) } td .n { (f.base) } td .n { (f.do_not_know) } td .n { (f.not_applicable) } td .n { (f.not_answered) }
            td .wide { @if !f.several && f.count <= f.base { (bar(f.count, f.base)) } }
        }
    }
}

/// Form for choosing a part of the reports.
pub(super) fn form(view: &View, level: u16) -> Markup {
    let (w, source) = (view.strings, &view.state.tables);
    let regions = source.places.of_level(level);
    html! {
        form method="get" role="search" {
            @if !view.query.lang.is_empty() { input type="hidden" name="lang" value=(view.query.lang); }
            label { (w.checklist) select name="checklist" {
                option value="" { (w.all) }
                @for (at, list) in source.checklists.iter().enumerate() {
                    option value=(list.id) selected[list.id == view.query.checklist] { (view.title(Some(at))) }
                }
            } }
            label { (w.region) select name="within" {
                option value="" { (w.all) }
                @for region in regions {
                    @let code = source.places.get(*region).map(|p| p.code.to_string()).unwrap_or_default();
                    option value=(code) selected[code == view.query.within] { (view.place(*region)) }
                }
            } }
            @if !source.traits.is_empty() {
                label { (w.stations_of) select name="having" {
                    option value="" { (w.all) }
                    @for kind in &source.traits { optgroup label=(kind.label.get(view.language)) { @for (value, label) in &kind.values {
                        @let having = format!("{}:{value}", kind.column);
                        option value=(having) selected[having == view.query.having] { (label.get(view.language)) }
                    } } }
                } }
            }
            label { (w.hour) input name="hour" inputmode="numeric" size="3" value=(view.query.hour); }
            label { (w.team) input name="team" size="6" value=(view.query.team); }
            label { (w.answers) select name="raw" {
                option value="" { (w.effective) }
                option value="1" selected[!view.query.raw.is_empty()] { (w.raw) }
            } }
            button { (w.show) }
        }
    }
}
