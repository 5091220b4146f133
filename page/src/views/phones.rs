//! All phones: whose they are, when each was last heard from, and what is missing.

use super::parts::{paged, text};
use super::{PageFailure, View};
use baqylau_desk::adjudication::devices::DeviceRow;
use maud::{Markup, html};

pub(crate) async fn page(view: View) -> Result<Markup, PageFailure> {
    let rows = view.read(|desk| desk.devices((view.state.now)()))?;
    Ok(view.page("/phones", view.strings.phones, &table(&view, rows)))
}

/// Phones per page.
const PAGE: usize = 100;

/// Phones never heard from first, then by length of silence.
fn table(view: &View, mut rows: Vec<DeviceRow>) -> Markup {
    let w = view.strings;
    rows.sort_by_key(|d| d.heard);
    let (shown, ways) = paged(view, "/phones", &rows, PAGE);
    html! {
        table {
            thead { tr {
                th scope="col" { (w.person) } th scope="col" { (w.team) } th scope="col" { (w.standing) } th scope="col" { (w.last_heard) }
                th scope="col" .n { (w.received) } th scope="col" .n { (w.missing) } th scope="col" { (w.chain) }
            } }
            tbody {
                @for d in shown {
                    @let (person, team) = d.person.clone().unwrap_or_else(|| ("?".into(), "?".into()));
                    tr {
                        th scope="row" { (text(&person)) } td { (text(&team)) }
                        td {
                            @match d.standing { Some(s) => { (format!("{s:?}").to_lowercase()) } None => "—" }
                            @if d.disputed.is_some() { " ⚠ " (w.flag_disputed) }
                        }
                        td { @match d.heard { Some(ms) => { (view.moment(ms)) } None => { "⚠ " (w.nothing_yet) } } }
                        td .n { a href=(view.query.with(|a| a.team = team.clone()).link("/reports")) { (d.received) } }
                        td .n { @if d.missing.is_empty() { "0" } @else { "⚠ " (d.missing.len()) } }
                        td { @if !d.forked.is_empty() { "⚠ " (w.forked) " " } @if d.closed { "✓ " (w.closed) } }
                    }
                }
            }
        }
        (ways)
    }
}
