//! Attachments of a report: decrypted on request, never written to disk.

use super::parts::text;
use super::{PageFailure, View};
use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use baqylau_protocol::ids::Hash;
use baqylau_report::Report;
use maud::{Markup, html};

/// Media types shown in the page. Anything else, whatever the report calls it, is offered as a download.
const SHOWN: [&str; 4] = ["image/jpeg", "image/png", "audio/wav", "video/mp4"];

/// Lists every attachment of a report.
pub(super) fn shown(view: &View, hash: Hash, report: &Report) -> Markup {
    let all = report.attachments.as_deref().unwrap_or_default();
    if all.is_empty() {
        return html! {};
    }
    html! {
        h2 { (view.strings.attachments) }
        div .pictures {
            @for (number, a) in all.iter().enumerate() {
                @let address = format!("/reports/{hash}/attachments/{number}");
                @let here = view.state.read(|desk| Ok(desk.attachments().has(a))).unwrap_or(false);
                figure {
                    @match a.media.as_str() {
                        _ if !here => { p { "… " (view.strings.not_here) } }
                        "image/jpeg" | "image/png" => { a href=(address) { img src=(address) alt=(a.name) loading="lazy"; } }
                        "audio/wav" => { audio controls preload="none" src=(address) {} }
                        "video/mp4" => { video controls preload="none" src=(address) {} }
                        _ => {}
                    }
                    figcaption { a href=(address) { (text(&a.name)) } " · " (a.size.div_ceil(1_000)) " kB" }
                }
            }
        }
    }
}

/// The decrypted bytes of one attachment.
pub(crate) async fn bytes(view: View, Path((hash, number)): Path<(String, usize)>) -> Result<Response, PageFailure> {
    let hash = view.report(&hash)?;
    let opened = view.read(|desk| {
        let (report, _) = desk.read(hash)?;
        let Some(a) = report.attachments.as_ref().and_then(|all| all.get(number)) else { return Ok(None) };
        let mut bytes = Vec::new();
        desk.attachments().open(a, &mut bytes)?;
        Ok(Some((a.media.clone(), bytes)))
    })?;
    let (media, bytes) = opened.ok_or_else(|| view.nothing("/reports"))?;
    Ok(match SHOWN.into_iter().find(|known| *known == media) {
        Some(known) => ([(CONTENT_TYPE, known)], bytes).into_response(),
        None => {
            let as_file = [(CONTENT_TYPE, "application/octet-stream"), (CONTENT_DISPOSITION, "attachment")];
            (as_file, bytes).into_response()
        }
    })
}
