//! The statement's sentences with their numbers, each linked to its computation. When printed, it is the annex.

use super::parts::text;
use super::{PageFailure, View};
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::index::filter::ReportFilter;
use baqylau_desk::index::report_table::ReportTable;
use baqylau_findings::{Computed, Unit};
use baqylau_report::review::ReviewState as Decision;
use maud::{Markup, html};
use std::collections::HashSet;

/// Per cent: a larger proportion of unknown answers is pointed out.
const MUCH_UNKNOWN: usize = 10;

pub(crate) async fn page(view: View) -> Result<Markup, PageFailure> {
    let view = view.whole();
    let (board, shared) = (view.board()?, &view.state);
    let figures = board.figures(&shared.tables, &view.query.filter(&shared.tables));
    let older = board.older(&shared.tables, &view.query.filter(&shared.tables));
    let of = |checklist: &str| -> Vec<(usize, &Computed)> {
        figures.iter().enumerate().filter(|(at, _)| shared.tables.figures[*at].figure.checklist == checklist).collect()
    };
    let (w, draft) = (view.strings, draft(&view)?);
    Ok(view.page(
        "/statement",
        w.statement,
        &html! {
            @if let Some(words) = draft { p role="note" { (words) } }
            (frozen(&view, &board))
            (self::shown(&view, &doubts(&view, &board, &figures)))
            @for (at, list) in shared.tables.checklists.iter().enumerate() {
                @let here = of(&list.id);
                @if !here.is_empty() {
                    h2 { (view.title(Some(at))) }
                    @for (at, figure) in here { (sentence(&view, &board, (at, figure), older[at])) }
                }
            }
            @if shared.tables.sample.is_none() { p .small { (w.no_sample) } }
        },
    ))
}

/// That the figures are a draft, where the mission publishes none that one desk alone stands for. No page knows who signed.
pub(super) fn draft(view: &View) -> Result<Option<String>, PageFailure> {
    let signers = view.read(|desk| Ok(desk.verified().statement_signers(&view.state.tables)))?;
    Ok((signers > 1).then(|| view.strings.statement_draft(signers)))
}

/// The moment and kind of answers that the statement is based on.
fn frozen(view: &View, reports: &ReportTable) -> Markup {
    let w = view.strings;
    let (counted, set) = reports.counted();
    let file = |format: &str| view.query.link(&format!("/statement.{format}"));
    html! {
        form method="get" {
            @for (name, value) in [("lang", &view.query.lang), ("raw", &view.query.raw)] {
                @if !value.is_empty() { input type="hidden" name=(name) value=(value); }
            }
            label { (w.as_of) input type="datetime-local" name="as_of" value=(view.query.as_of); }
            button { (w.show) }
            span { (w.document) ": " a href=(file("docx")) { "DOCX" } " · " a href=(file("pdf")) { "PDF" } " · " a href=(file("html")) { "HTML" } }
        }
        p .small { (w.reports) ": " (counted) " · " (w.set) " " code { (set) } }
    }
}

fn shown(view: &View, doubts: &[(String, String)]) -> Markup {
    html! {
        @if !doubts.is_empty() {
            details .doubts open[doubts.len() < 8] {
                summary { "⚠ " (doubts.len()) " " (view.strings.doubts) }
                ul { @for (id, what) in doubts { li { a href=(view.query.link(&format!("/findings/{id}"))) { (id) } ": " (text(what)) } } }
            }
        }
    }
}

/// What to check before a figure is published: its id and the reason.
pub(super) fn doubts(view: &View, reports: &ReportTable, figures: &[Computed]) -> Vec<(String, String)> {
    let (tables, w) = (&view.state.tables, view.strings);
    let queried = reports.rows.iter().filter(|l| l.reviews.last().is_some_and(|r| r.what.state == Decision::Queried));
    let queried: HashSet<u64> = queried.map(|l| l.summary.meta.index).collect();
    let disputed: HashSet<u64> = reports.rows.iter().filter(|l| l.disputed()).map(|l| l.summary.meta.index).collect();
    let among = |f: &Computed, which: &HashSet<u64>| match which.is_empty() {
        true => 0,
        false => f.reports.iter().filter(|r| which.contains(r)).count(),
    };
    let raw = match view.query.answers() {
        AnswerBasis::Effective => {
            let first = crate::query::PageQuery { raw: "1".into(), ..view.query.clone() };
            view.state.table(&first).map_or_else(|_| Vec::new(), |raw| raw.figures(tables, &ReportFilter::default()))
        }
        AnswerBasis::Raw => Vec::new(),
    };
    let mut out = Vec::new();
    for (at, f) in figures.iter().enumerate() {
        let mut say = |what: String| out.push((f.id.clone(), what));
        let shown = view.worded(at, f).computed;
        if !f.equal {
            say(format!("{}: {shown}; {}: {}", w.computed, w.published, f.published));
        } else if view.sentence(at, f).is_some_and(|said| !said.holds) {
            say(format!("{}: {shown}", w.struck));
        }
        if reports.estimate(tables, at, &ReportFilter::default()).is_some_and(|e| e.disagree()) {
            say(w.estimates_differ.to_owned());
        }
        if f.several {
            say(format!("{} ({} / {})", w.several, f.count, f.base));
        }
        let unknown = f.do_not_know + f.not_answered;
        if tables.figures[at].figure.unit == Unit::Percent && unknown * 100 > f.base.max(1) * MUCH_UNKNOWN {
            say(format!("{}: {unknown} / {}", w.much_unknown, f.base));
        }
        if let Some(first) = raw.get(at).filter(|first| first.computed != f.computed) {
            say(format!("{}: {}; {}: {shown}", w.raw_differs, view.worded(at, first).computed, w.after));
        }
        for (which, words) in [(&queried, w.being_asked), (&disputed, w.disputed)] {
            let n = among(f, which);
            if n > 0 {
                say(format!("{words}: {n}"));
            }
        }
    }
    out
}

fn sentence(view: &View, reports: &ReportTable, (at, f): (usize, &Computed), older: usize) -> Markup {
    let said = view.sentence(at, f);
    let f = &view.worded(at, f);
    html! {
        p {
            @match &said {
                Some(said) => { (super::parts::sentence(view, said)) @if !said.holds { ": " (text(&f.computed)) } }
                None => { (text(&f.id)) ": " (text(&f.computed)) }
            }
            " " a .small href=(view.query.link(&format!("/findings/{}", f.id))) { (f.count) "/" (f.base) }
            (super::document::interval(view, reports, at))
            @if f.several { span .note { (view.strings.several) } }
            @if let Some(older) = view.older(older) { span .note { (older) } }
            @if !f.equal { strong { " ⚠ " (view.strings.published) ": " (text(&f.published)) } }
        }
    }
}
