//! The statement's sentences as a document of other programs (OpenDocument 1.3, ISO/IEC 26300).

use super::View;
use super::report::failed;
use crate::query::Ask;
use crate::state::Shared;
use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use baqylau_desk::DeskError;
use baqylau_desk::board::Board;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const MEDIA: &str = "application/vnd.oasis.opendocument.text";
const MANIFEST: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
</manifest:manifest>"#;
const BEGIN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3"><office:body><office:text>"#;
const END: &str = "</office:text></office:body></office:document-content>";

pub(crate) async fn odt(State(shared): State<Shared>, Query(ask): Query<Ask>) -> Response {
    let view = View::new(&shared, Ask { lang: ask.lang, raw: ask.raw, as_of: ask.as_of, ..Ask::default() });
    let made = shared.board(&view.ask).and_then(|board| {
        packed(&content(&view, &board)).map_err(|e| DeskError::Unknown(format!("the document: {e}")))
    });
    match made {
        Ok(bytes) => {
            let name = "attachment; filename=\"statement.odt\"";
            ([(CONTENT_TYPE, MEDIA), (CONTENT_DISPOSITION, name)], bytes).into_response()
        }
        Err(e) => failed(&view, &e),
    }
}

fn content(view: &View, board: &Board) -> String {
    let (source, w) = (&view.state.source, view.words);
    let figures = board.figures(source, &view.ask.filter(view.state));
    let (counted, set) = board.counted();
    let mut out = String::from(BEGIN);
    heading(&mut out, 1, &source.mission.title.get(view.language));
    let moment =
        view.ask.moment(view.state).map(|ms| format!("{} {} · ", w.as_of, view.moment(ms))).unwrap_or_default();
    paragraph(&mut out, &format!("{moment}{counted} {} · {} {set}", w.found, w.set));
    for (at, list) in source.checklists.iter().enumerate() {
        let here = || figures.iter().zip(&source.figures).filter(|(_, f)| f.figure.checklist == list.id);
        if here().next().is_some() {
            heading(&mut out, 2, &view.title(Some(at)));
        }
        for (figure, about) in here() {
            let sentence = about.figure.sentence.get(view.language);
            let said = if sentence.is_empty() {
                format!("{}: {}", figure.id, figure.computed)
            } else {
                figure.sentence(&sentence)
            };
            let several = if figure.several { format!(" {}", w.several) } else { String::new() };
            let differs =
                if figure.equal { String::new() } else { format!(" ⚠ {}: {}", w.published, figure.published) };
            let interval = interval(view, board, &figure.id);
            paragraph(&mut out, &format!("{said} ({}/{}){interval}{several}{differs}", figure.count, figure.base));
        }
    }
    if source.sample.is_none() {
        paragraph(&mut out, w.no_sample);
    }
    out.push_str(END);
    out
}

/// The interval of an estimate, as ` [95 %: 3.1 – 8.5 %]`; nothing where there is none.
pub(super) fn interval(view: &View, board: &Board, id: &str) -> String {
    let source = &view.state.source;
    let at = source.figures.iter().position(|f| f.figure.id == id);
    let found = at.and_then(|at| board.estimate(source, at)).and_then(|e| e.interval);
    found.map_or_else(String::new, |(low, high)| format!(" [95 %: {:.1} – {:.1} %]", low * 100.0, high * 100.0))
}

fn heading(out: &mut String, level: u8, text: &str) {
    out.push_str(&format!("<text:h text:outline-level=\"{level}\">{}</text:h>", escaped(text)));
}

fn paragraph(out: &mut String, text: &str) {
    out.push_str(&format!("<text:p>{}</text:p>", escaped(text)));
}

/// XML 1.0 has no word for control characters: they are left out.
fn escaped(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control()).collect();
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The type stands first and is not compressed, so that it is known by its first bytes.
fn packed(content: &str) -> zip::result::ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    zip.start_file("mimetype", options.compression_method(CompressionMethod::Stored))?;
    zip.write_all(MEDIA.as_bytes())?;
    for (name, text) in [("content.xml", content), ("META-INF/manifest.xml", MANIFEST)] {
        zip.start_file(name, options.compression_method(CompressionMethod::Deflated))?;
        zip.write_all(text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}
