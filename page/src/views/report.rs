//! One report: its answers, whether it counts, its proof, and the desks' decisions.

use super::parts::{problem, text};
use super::{PageFailure, View, attachments, cleaning, corrections, texts};
use crate::failure;
use crate::faults;
use crate::query::FormFields;
use axum::extract::{Form, Path};
use axum::response::Redirect;
use baqylau_desk::DeskError;
use baqylau_desk::adjudication::status::{AnswerBasis, Status};
use baqylau_desk::faults::RequiredText;
use baqylau_desk::index::report_row::ReportRow;
use baqylau_desk::index::report_summary::typed;
use baqylau_desk::index::report_table::ReportTable;
use baqylau_forms::definition::Kind;
use baqylau_forms::fill::Filling;
use baqylau_forms::fill::QuestionView;
use baqylau_forms::value::{Answer, Missing};
use baqylau_protocol::ids::Hash;
use baqylau_report::Report;
use baqylau_report::packing::LogLine;
use baqylau_report::review::ReviewState as Decision;
use maud::{Markup, html};

pub(crate) async fn page(view: View, Path(hash): Path<String>) -> Result<Markup, PageFailure> {
    let reports = view.state.tables().of(view.query.answers()).clone();
    let line = reports.row(view.report(&hash)?).ok_or_else(|| view.nothing("/reports"))?;
    let read = |hash| tokio::task::block_in_place(|| view.state.read(|desk| desk.read(hash)));
    let before = line.summary.meta.supersedes.and_then(|hash| read(hash).ok());
    let body = html! {
        (facts(&view, &reports, line))
        @match read(line.summary.meta.hash) {
            Ok((report, filling)) => {
                (observer_remarks(&view, &report))
                (attachments::shown(&view, line.summary.meta.hash, &report))
                (changes(&view, before.as_ref(), &filling))
                (corrections::log(&view, line, &filling))
                (answers(&view, line, filling.clone()))
                (texts(&view, line, &filling))
                (log(&view, &report, &filling))
                (corrections::form(&view, line, &filling))
            }
            Err(e) => { p { "⚠ " (view.strings.unreadable) ": " (text(&e.to_string())) } }
        }
        (proof(&view, line))
        (decisions(&view, line))
    };
    let title = format!(
        "{} · {}",
        view.title(line.summary.checklist),
        if line.summary.meta.visit.is_empty() { &hash[..8] } else { &line.summary.meta.visit }
    );
    Ok(view.page(&format!("/reports/{hash}"), &title, &body))
}

fn facts(view: &View, reports: &ReportTable, row: &ReportRow) -> Markup {
    let w = view.strings;
    let link = |hash: Hash| view.link(&format!("/reports/{hash}"));
    let later: Vec<&ReportRow> =
        reports.rows.iter().filter(|l| l.summary.meta.supersedes == Some(row.summary.meta.hash)).collect();
    let mark = if row.status == Status::Counted { "✓ " } else { "⚠ " };
    html! {
        dl .facts {
            @if row.internal { dt { "🔒 " (w.internal) } dd { (w.internal_how) } }
            dt { (w.status) } dd { strong { (mark) (view.status(row.status.kind())) }
                @match &row.status {
                    Status::Unverifiable(why) => { ": " (faults::unverifiable(w, *why)) }
                    Status::Excluded(why) => { ": " (text(why)) }
                    Status::Misfit(why) => { ": " (text(&failure::misfit(w, why))) }
                    _ => {}
                }
            }
            dt { (w.place) } dd { @match row.summary.place { Some(p) => { (text(&view.path(p))) } None => { (text(row.summary.meta.unlisted.as_deref().unwrap_or("—"))) } } }
            @if let Some(person) = &row.person { dt { (w.person) } dd { (text(&person.code)) " · " (text(&person.team)) } }
            @if let Some(ms) = row.summary.meta.signed { dt { (w.signed) } dd { (view.moment(ms)) } }
            dt { (w.received) } dd { (view.moment(row.summary.meta.received)) }
            @if let Some(first) = row.summary.meta.supersedes { dt { (w.supersedes) } dd { a href=(link(first)) { (first.to_string()[..12]) } } }
            @for one in later { dt { (w.superseded_by) } dd { a href=(link(one.summary.meta.hash)) { (one.summary.meta.hash.to_string()[..12]) } " (" (view.status(one.status.kind())) ")" } }
            @if row.summary.attachments > 0 { dt { (w.attachments) } dd { (row.summary.attachments) } }
            @if row.flags.iter().next().is_some() { dt { (w.odd) } dd { @for flag in row.flags.iter() { div { "⚑ " (view.flag(flag)) } } } }
            @for flag in row.settled.iter() { dt { (w.was_odd) } dd { "⚐ " (view.flag(flag)) " — " (w.settled) } }
        }
    }
}

fn observer_remarks(view: &View, report: &Report) -> Markup {
    let w = view.strings;
    html! {
        @if report.alarm == Some(true) { p { strong { "⚠ " (w.sos) } } }
        @if let Some(why) = &report.why { p { strong { (w.why) ": " } (text(why)) } }
        @if let Some(why) = &report.incomplete { p { "⚠ " strong { (w.incomplete) ": " } (text(why)) } }
    }
}

/// All answered questions by section, in the order of the checklist.
pub(super) fn rows(mut filling: Filling, language: usize) -> Vec<(String, Vec<QuestionView>)> {
    let mut environment = filling.environment();
    environment.language = language;
    filling.set_environment(environment);
    let sections: Vec<usize> = filling.sections().iter().filter(|s| s.shown).map(|s| s.section).collect();
    let open = |section| filling.open_section(section).map(|s| (s.title.to_string(), s.rows));
    sections.into_iter().filter_map(open).collect()
}

fn changes(view: &View, before: Option<&(Report, Filling)>, after: &Filling) -> Markup {
    let Some((_, before)) = before else { return html! {} };
    html! { h2 { (view.strings.changed) } (differences(view, before, after)) }
}

/// The answers that differ between two fillings of the same checklist.
pub(super) fn differences(view: &View, before: &Filling, after: &Filling) -> Markup {
    let w = view.strings;
    let flat = |f: &Filling| rows(f.clone(), view.language).into_iter().flat_map(|(_, rows)| rows).collect::<Vec<_>>();
    let (old, new) = (flat(before), flat(after));
    let was = |q: &QuestionView| old.iter().find(|o| o.key == q.key).map(|o| value(view, o)).unwrap_or_default();
    let now = |q: &QuestionView| new.iter().find(|n| n.key == q.key).map(|n| value(view, n)).unwrap_or_default();
    let gone = old.iter().filter(|o| !new.iter().any(|n| n.key == o.key));
    let differ: Vec<&QuestionView> = new.iter().chain(gone).filter(|q| was(q) != now(q)).collect();
    html! {
        table {
            thead { tr { td {} th scope="col" { (w.before) } th scope="col" { (w.after) } } }
            tbody { @for q in differ { tr { th scope="row" { (text(&q.label)) } td { (text(&was(q))) } td { (text(&now(q))) } } } }
        }
    }
}

fn answers(view: &View, row: &ReportRow, filling: Filling) -> Markup {
    html! {
        @for (title, rows) in rows(filling.clone(), view.language) {
            h2 { (text(&title)) }
            dl .answers {
                @for q in rows.iter().filter(|q| !matches!(q.kind, Kind::Note | Kind::Group { .. })) {
                    dt {
                        label .pick { input type="checkbox" name="question" value=(q.name) form="decide" aria-label={(view.strings.ask) ": " (q.label)}; }
                        @if !q.number.is_empty() { (q.number) ". " } (text(&q.label))
                    }
                    dd {
                        (text(&value(view, q))) (corrections::link(view, row, &filling, q))
                        @for issue in &q.issues {
                            span .issue { "⚠ " (problem(view, issue)) @if let Some(why) = &issue.confirmed { " — " (text(why)) } }
                        }
                        @if let Some(note) = &q.note { span .note { (view.strings.note) ": " (text(note)) } }
                    }
                }
            }
        }
    }
}

/// The free texts, with their coding.
fn texts(view: &View, row: &ReportRow, filling: &Filling) -> Markup {
    let all: Vec<_> = typed(filling).collect();
    html! {
        @if !all.is_empty() {
            h2 { (view.strings.texts) }
            article .texts {
                @for (key, words) in all {
                    (texts::one(view, row, &(key.node, filling.row_path(key.row).into()), &texts::label(view, row, key.node), words))
                }
            }
        }
    }
}

/// The times at which answers were given, as logged by the phone.
fn log(view: &View, report: &Report, filling: &Filling) -> Markup {
    let w = view.strings;
    let items = &filling.form().definition().items;
    let content = report.content(filling.form()).unwrap_or_default();
    let mut before = 0;
    let line = |(node, seconds): &LogLine| {
        let took = seconds - before;
        before = *seconds;
        (items[*node as usize].name.as_str(), took, report.clock.started.saturating_add(i64::from(*seconds) * 1_000))
    };
    let lines: Vec<_> = content.log.iter().map(line).collect();
    html! {
        @if !lines.is_empty() {
            details {
                summary { (w.answer_log) " (" (lines.len()) ")" }
                table { thead { tr { th scope="col" { (w.question) } th scope="col" { (w.signed_at) } th scope="col" .n { (w.seconds) } } }
                    tbody { @for (name, seconds, at) in lines { tr { th scope="row" { (text(name)) } td { (view.clock(at)) } td .n { (seconds) } } } } }
            }
        }
    }
}

/// An answer in words; a dash if there is none.
pub(super) fn value(view: &View, q: &QuestionView) -> String {
    match &q.answer {
        Some(Answer::Missing(Missing::DoNotKnow)) => view.strings.dk.into(),
        Some(Answer::Missing(Missing::NotPermitted)) => view.strings.np.into(),
        Some(Answer::Missing(Missing::NotApplicable)) => view.strings.na.into(),
        Some(_) => q.answer_text.clone(),
        None => "—".into(),
    }
}

fn proof(view: &View, row: &ReportRow) -> Markup {
    let w = view.strings;
    html! {
        h2 { (w.proof) }
        dl .facts .proof {
            dt { (w.hash) } dd { code { (row.summary.meta.hash) } }
            dt { (w.phone) } dd { code { (row.summary.meta.device) } }
            dt { (w.chain) } dd { (row.summary.meta.seq) }
            dt { (w.log) } dd { (row.summary.meta.index) }
        }
        p { a href=(view.link(&format!("/reports/{}/proof", row.summary.meta.hash))) { (w.verify) } }
    }
}

/// Verifies a report again from its bytes, with all that proves it.
pub(crate) async fn prove(view: View, Path(hash): Path<String>) -> Result<Markup, PageFailure> {
    let w = view.strings;
    let report = view.report(&hash)?;
    let proof = view.read(|desk| desk.prover().prove(report))?;
    let (size, root, time) = proof.head;
    let boards = view.state.tables();
    let person = boards.of(AnswerBasis::Effective).row(report).and_then(|row| row.person.as_ref());
    let body = html! {
        p role="status" { "✓ " (w.proven) }
        dl .facts .proof {
            @if let Some(person) = person { dt { (w.person) } dd { (text(&person.code)) " · " (text(&person.team)) } }
            dt { (w.hash) } dd { a href=(view.link(&format!("/reports/{report}"))) { code { (report) } } }
            dt { (w.certificate) " " (proof.enrolled) } dd { code { (proof.invite) } }
            dt { (w.previous) } dd { code { (proof.previous) } }
            dt { (w.tree) } dd { (size) " · " code { (root) } " · " (view.moment(time)) }
        }
    };
    Ok(view.page("/reports", w.proof, &body))
}

fn decisions(view: &View, row: &ReportRow) -> Markup {
    let w = view.strings;
    let readable = !matches!(row.status, Status::Unverifiable(_));
    html! {
        h2 { (w.decide) }
        @if row.disputed() { p { "⚠ " strong { (w.disputed) } " " (w.disputed_how) } (cleaning::sides(view, row)) }
        @for review in &row.reviews {
            p { (w.decided) ": " strong { (view.decision(review.what.state)) } " — " (text(&review.what.reason)) span .note { (w.desk) " " code { (cleaning::desk(review.desk)) } " · " (view.moment(review.what.at.ms)) } }
        }
        @if readable {
            p .small { (w.counts_then) " " (w.ask_how) @if row.summary.meta.supersedes.is_some() { " ⚠ " (w.before_counts) } }
            form #decide method="post" action=(view.link(&format!("/reports/{}/review", row.summary.meta.hash))) {
                label { (w.status) select name="decision" {
                    option value="accept" { (w.accept) }
                    option value="exclude" { (w.exclude) }
                    option value="ask" { (w.ask) }
                } }
                label .grow { (w.reason) input name="reason" required size="40"; }
                button { (w.sign) }
            }
        }
    }
}

/// Signs a decision about a report. Fields: `decision`, `reason`, and any number of `question` for a query.
pub(crate) async fn review(
    view: View,
    Path(hash): Path<String>,
    Form(fields): Form<FormFields>,
) -> Result<Redirect, PageFailure> {
    let report = view.report(&hash)?;
    let (decision, reason) = (fields.one("decision"), fields.one("reason"));
    // Redirect only to our own pages.
    let back = Some(fields.one("back")).filter(|back| ["/urgent", "/timeline"].contains(&back.as_str()));
    let back = back.unwrap_or_else(|| format!("/reports/{report}"));
    view.sign(&back, |desk, now| match decision.as_str() {
        "accept" => desk.records().review(report, Decision::Accepted, &reason, now),
        "exclude" => desk.records().review(report, Decision::Excluded, &reason, now),
        "ask" if fields.all("question").is_empty() => Err(DeskError::EmptyText { what: RequiredText::Questions }),
        "ask" => desk.records().ask(report, &fields.all("question"), &reason, None, now),
        other => Err(DeskError::UnknownDecision { decision: other.to_owned() }),
    })
}
