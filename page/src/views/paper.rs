//! Entry of paper forms: a digit answers and moves on, and every answer is stored at once.

use super::parts::{problem, text};
use super::report::rows;
use super::{PageFailure, View};
use crate::query::FormFields;
use axum::extract::{Form, Path};
use axum::response::Redirect;
use baqylau_desk::DeskError;
use baqylau_desk::faults::{NotHere, PlaceCandidate};
use baqylau_desk::records::paper::{Paper, PaperHead};
use baqylau_forms::definition::Kind;
use baqylau_forms::fill::{OfferedChoices, QuestionView};
use baqylau_forms::value::{Answer, Missing, Moment};
use maud::{Markup, html};
use serde::Deserialize;

fn now(view: &View) -> Moment {
    view.state.tables.mission.zone.moment((view.state.now)())
}

pub(crate) async fn all(view: View) -> Result<Markup, PageFailure> {
    let papers = view.read(|desk| desk.papers().list())?;
    let body =
        html! { (begin(&view)) @if !papers.is_empty() { h2 { (view.strings.under_way) } (list(&view, &papers)) } };
    Ok(view.page("/paper", view.strings.paper, &body))
}

fn list(view: &View, papers: &[(i64, PaperHead)]) -> Markup {
    html! {
        table { tbody {
            @for (id, head) in papers {
                tr {
                    th scope="row" { a href=(view.link(&format!("/paper/{id}"))) { (text(&head.visit)) } }
                    td { (text(&head.checklist)) } td { (text(head.place.as_deref().unwrap_or("—"))) } td { (view.moment(head.started)) }
                }
            }
        } }
    }
}

fn begin(view: &View) -> Markup {
    let w = view.strings;
    html! {
        p .small { (w.paper_how) }
        form method="post" action=(view.link("/paper")) {
            label { (w.checklist) select name="checklist" required {
                @for (at, list) in view.state.tables.checklists.iter().enumerate() { option value=(list.id) { (view.title(Some(at))) } }
            } }
            label { (w.visit) input name="visit" required maxlength="40" autocomplete="off"; }
            label .grow { (w.place_code) input name="place" autocomplete="off"; }
            label { (w.arrived) input type="datetime-local" name="arrived"; }
            label { (w.departed) input type="datetime-local" name="departed"; }
            button { (w.begin) }
        }
    }
}

/// Fields in the head of a paper form.
#[derive(Deserialize)]
pub(crate) struct PaperForm {
    checklist: String,
    visit: String,
    #[serde(default)]
    place: String,
    #[serde(default)]
    arrived: String,
    #[serde(default)]
    departed: String,
}

/// Creates a paper form.
pub(crate) async fn start(view: View, Form(given): Form<PaperForm>) -> Result<Redirect, PageFailure> {
    let at = now(&view);
    let id = view.read(|desk| {
        let place = place(&view, given.place.trim())?;
        let mut head = PaperHead::new(&given.checklist, &given.visit, place, at.ms);
        head.arrived = moment(&view, &given.arrived);
        head.departed = moment(&view, &given.departed);
        desk.papers().begin(head, at)
    })?;
    Ok(view.to(&format!("/paper/{id}")))
}

/// Finds a place by its code, or by words that match only one.
fn place(view: &View, words: &str) -> Result<Option<String>, DeskError> {
    let places = &view.state.tables.places;
    if words.is_empty() {
        return Ok(None);
    }
    if places.find(words).is_some() {
        return Ok(Some(words.to_owned()));
    }
    let all: Vec<u32> = (0u32..).take(places.table().places.len()).collect();
    let found = places.search(&all, words, 0, 6);
    let code = |p: &u32| places.get(*p).map(|p| p.code.to_string()).unwrap_or_default();
    match found.as_slice() {
        [one] => Ok(Some(code(one))),
        [] => Err(NotHere::Place { place: words.to_owned() }.into()),
        several => {
            let candidate = |p: &u32| PlaceCandidate { name: view.place(*p), code: code(p) };
            let candidates = several.iter().map(candidate).collect();
            Err(DeskError::SeveralPlaces { words: words.to_owned(), candidates })
        }
    }
}

/// Parses a moment in the mission's time zone.
fn moment(view: &View, text: &str) -> Option<(i64, i16)> {
    let moment = view.state.tables.mission.zone.read(text).ok()?;
    Some((moment.ms, moment.offset))
}

pub(crate) async fn page(view: View, Path(id): Path<i64>) -> Result<Markup, PageFailure> {
    let paper = view.read(|desk| desk.papers().get(id, now(&view), view.language))?;
    Ok(form(&view, paper))
}

fn form(view: &View, paper: Paper) -> Markup {
    let w = view.strings;
    let Paper { id, head, filling } = paper;
    let progress = filling.progress();
    let tables = &view.state.tables;
    let place = head.place.as_deref().and_then(|code| tables.places.find(code));
    let place = place.map_or_else(|| "—".to_owned(), |p| view.path(p));
    let title = view.title(tables.checklists.iter().position(|c| c.id == head.checklist));
    let body = html! {
        p .small { (text(&place)) " · " (progress.answered) "/" (progress.asked) " · " (w.keys_how) }
        div .paper {
            @for (title, rows) in rows(filling, view.language) {
                h2 { (text(&title)) }
                @for q in &rows { (question(view, id, q)) }
            }
        }
        form #sign method="post" action=(view.link(&format!("/paper/{id}/sign"))) {
            label .grow { (w.incomplete_why) input name="incomplete" autocomplete="off"; }
            button name="act" value="sign" { (w.sign) }
            button .second name="act" value="drop" { (w.throw_away) }
        }
    };
    view.page("/paper", &format!("{title} · {}", head.visit), &body)
}

fn question(view: &View, id: i64, q: &QuestionView) -> Markup {
    let w = view.strings;
    let action = view.link(&format!("/paper/{id}/set"));
    let hidden =
        html! { input type="hidden" name="question" value=(q.name); input type="hidden" name="row" value=(q.key.row); };
    match &q.kind {
        Kind::Note => html! { p .note { (text(&q.label)) } },
        Kind::Group { .. } => html! { h3 { (text(&q.label)) } },
        Kind::Attachment { .. } => html! {},
        Kind::Repeat { count } => html! {
            h3 { (text(&q.label)) " (" (q.rows) ")" }
            @for issue in &q.issues { span .issue { "⚠ " (problem(view, issue)) } }
            @if count.is_none() { form method="post" action=(view.link(&format!("/paper/{id}/extend"))) { (hidden) button .second { "+ " (w.one_more) } } }
        },
        _ => html! {
            form .question method="post" action=(action) data-entry="" {
                (hidden)
                (input(view, q))
                @for issue in &q.issues { @if q.answer.is_some() { span .issue { "⚠ " (problem(view, issue)) } } }
                noscript { button { (w.keep) } }
            }
        },
    }
}

/// Input for a question; choices, text and missing values are all named `value`.
pub(super) fn input(view: &View, q: &QuestionView) -> Markup {
    match &q.choices {
        OfferedChoices::Inline(_) => choices(view, q),
        _ => typed(view, q),
    }
}

/// The answer in a submitted form. A missing value replaces all others.
pub(super) fn value(fields: &FormFields) -> String {
    let values: Vec<String> = fields.all("value").into_iter().filter(|v| !v.is_empty()).collect();
    values.iter().rev().find(|v| v.starts_with('?')).map_or_else(|| values.join(" "), Clone::clone)
}

fn name(q: &QuestionView) -> Markup {
    html! { @if !q.number.is_empty() { (q.number) ". " } (text(&q.label)) }
}

/// A short list of choices and missing values; the first nine have digits as shortcuts.
fn choices(view: &View, q: &QuestionView) -> Markup {
    let OfferedChoices::Inline(list) = &q.choices else { return html! {} };
    let several = matches!(q.kind, Kind::SelectMultiple { .. });
    let chosen = |at: u32| match &q.answer {
        Some(Answer::One(one)) => *one == at,
        Some(Answer::Many(many)) => many.contains(&at),
        _ => false,
    };
    html! {
        fieldset disabled[q.read_only] {
            legend { (name(q)) }
            @for (at, choice) in list.iter().enumerate() {
                label .pick { input type=(if several { "checkbox" } else { "radio" }) name="value" value=(choice.name) checked[chosen(choice.choice)];
                    @if at < 9 { kbd { (at + 1) } " " } (text(&choice.label)) }
            }
            (missing(view, q, if several { "checkbox" } else { "radio" }, Some(list.len())))
            @if q.answer.is_some() && !several { label .pick { input type="radio" name="value" value=""; "—" } }
        }
    }
}

/// The missing values; after a list of choices they continue its digits.
fn missing(view: &View, q: &QuestionView, kind: &str, after: Option<usize>) -> Markup {
    let w = view.strings;
    let words = |m: &Missing| match m {
        Missing::DoNotKnow => w.dk,
        Missing::NotPermitted => w.np,
        Missing::NotApplicable => w.na,
    };
    html! {
        @for (at, m) in q.missing.iter().enumerate() {
            @let digit = after.map(|n| n + at + 1).filter(|n| *n <= 9);
            label .pick { input type=(kind) name="value" value={"?" (m.code())} checked[q.answer == Some(Answer::Missing(*m))];
                @if let Some(digit) = digit { kbd { (digit) } " " } (words(m)) }
        }
    }
}

fn typed(view: &View, q: &QuestionView) -> Markup {
    let kind = match q.kind {
        Kind::Date => "date",
        Kind::Time => "time",
        _ => "text",
    };
    let number = matches!(q.kind, Kind::Integer | Kind::Decimal | Kind::Range { .. });
    let value = if matches!(q.answer, Some(Answer::Missing(_))) { "" } else { &q.answer_text };
    html! {
        fieldset disabled[q.read_only] {
            legend { (name(q)) }
            @if q.kind == Kind::Acknowledge {
                label .pick { input type="checkbox" name="value" value="OK" checked[q.answer.is_some()]; (view.strings.acknowledged) }
            } @else if q.appearance.contains("multiline") {
                textarea name="value" rows="2" aria-label=(q.label) { (value) }
            } @else {
                @let paged = matches!(q.choices, OfferedChoices::Paged { .. }).then_some("choices");
                input type=(kind) name="value" value=(value) list=[paged] inputmode=[number.then_some("numeric")] aria-label=(q.label) autocomplete="off";
            }
            (missing(view, q, "radio", None))
        }
    }
}

/// Stores an answer: `question`, `row`, and any number of `value`; for a single answer the last one that is not empty
/// applies.
pub(crate) async fn set(
    view: View,
    Path(id): Path<i64>,
    Form(fields): Form<FormFields>,
) -> Result<Redirect, PageFailure> {
    let value = value(&fields);
    let (question, row) = (fields.one("question"), fields.one("row").parse().unwrap_or(0));
    let at = now(&view);
    view.read(|desk| desk.papers().set(id, &question, row, &value, at))?;
    Ok(view.to(&format!("/paper/{id}")))
}

/// Adds a row to a repeat.
pub(crate) async fn extend(
    view: View,
    Path(id): Path<i64>,
    Form(fields): Form<FormFields>,
) -> Result<Redirect, PageFailure> {
    let (repeat, row) = (fields.one("question"), fields.one("row").parse().unwrap_or(0));
    let at = now(&view);
    view.read(|desk| desk.papers().extend(id, &repeat, row, at))?;
    Ok(view.to(&format!("/paper/{id}")))
}

/// How a form ends: `act` is `sign` or `drop`.
#[derive(Deserialize)]
pub(crate) struct PaperAct {
    act: String,
    #[serde(default)]
    incomplete: String,
}

/// Signs a form or discards it.
pub(crate) async fn end(view: View, Path(id): Path<i64>, Form(given): Form<PaperAct>) -> Result<Redirect, PageFailure> {
    let at = now(&view);
    match given.act.as_str() {
        "drop" => view.read(|desk| desk.papers().drop(id)).map(|()| view.to("/paper")),
        _ => view.sign("/paper", |desk, _| desk.papers().sign(id, &given.incomplete, at)),
    }
}
