//! A document as tagged PDF 1.7 (ISO 32000-1) on A4 pages, following PDF/UA-1 (ISO 14289-1): fonts embedded as subsets,
//! text selectable and searchable; structure, outline, language and title for screen readers.

mod flow;
mod table;
mod tags;
mod text;

use krilla::SerializeSettings;
use krilla::color::luma;
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{Metadata, TextDirection};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag};

use self::flow::{Flow, HEIGHT, MARGIN, Page, PlacedLine, RuledLine, Style, WIDTH};
use self::text::FontFaces;
use crate::ExportError;
use crate::document::{Document, language};

/// Grey levels: 0 is black.
const INK: u8 = 0;
const FAINT: u8 = 90;
const LINE: u8 = 160;

/// Renders a document as PDF. Characters missing from the font appear as U+FFFD, but can be searched and copied
/// unchanged.
///
/// # Errors
///
/// [`ExportError::Pdf`] if the PDF library rejects the document.
pub fn pdf(document: &Document) -> Result<Vec<u8>, ExportError> {
    let refused = |reason: String| ExportError::Pdf { title: document.title.clone(), reason };
    let configuration = ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1).finish();
    let configuration = configuration.map_err(|error| refused(format!("{error:?}")))?;
    let mut file = krilla::Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let faces = FontFaces::new();
    let flow = Flow::new(document, &faces);
    let mut leaves = vec![Vec::new(); flow.leaves.len()];
    for (index, page) in flow.pages.iter().enumerate() {
        let settings = PageSettings::from_wh(WIDTH, HEIGHT).expect("A4 is a valid size");
        let mut sheet = file.start_page_with(settings);
        let mut surface = sheet.surface();
        paint(&mut surface, page, &faces, &mut leaves);
        number(&mut surface, &faces, &format!("{} / {}", index + 1, flow.pages.len()), document.rtl);
        surface.finish();
        sheet.finish();
    }
    file.set_metadata(metadata(document));
    file.set_outline(tags::outline(document, &flow.leaves));
    file.set_tag_tree(tags::tree(document, leaves));
    file.finish().map_err(|error| refused(format!("{error}: {error:?}")))
}

fn metadata(document: &Document) -> Metadata {
    let direction = if document.rtl { TextDirection::RightToLeft } else { TextDirection::LeftToRight };
    Metadata::new().title(tags::title(document)).language(language(document)).text_direction(direction)
}

fn paint(surface: &mut Surface<'_>, page: &Page, faces: &FontFaces, leaves: &mut [Vec<Identifier>]) {
    page.rules.iter().for_each(|rule| line(surface, rule));
    for mark in &page.marks {
        match mark.leaf {
            Some(leaf) => leaves[leaf].push(surface.start_tagged(ContentTag::Span(SpanTag::empty()))),
            None => _ = artifact(surface, ArtifactType::PaginationOther),
        }
        write(surface, mark, faces);
        surface.end_tagged();
    }
}

/// Starts content that screen readers skip.
fn artifact(surface: &mut Surface<'_>, kind: ArtifactType) -> Identifier {
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)))
}

fn write(surface: &mut Surface<'_>, mark: &PlacedLine, faces: &FontFaces) {
    let Style { size, bold, grey, .. } = mark.style;
    surface.set_fill(Some(fill(if grey { FAINT } else { INK })));
    for run in &mark.line.runs {
        let start = Point::from_xy(mark.x + run.x * size, mark.baseline);
        surface.draw_glyphs(start, &run.glyphs, faces.of(bold).font.clone(), &run.text, size, false);
    }
}

fn line(surface: &mut Surface<'_>, rule: &RuledLine) {
    let thickness = if rule.thick { 1.0 } else { 0.4 };
    let Some(rect) = Rect::from_xywh(rule.x, rule.y - thickness, rule.width, thickness) else { return };
    let mut path = PathBuilder::new();
    path.push_rect(rect);
    let Some(path) = path.finish() else { return };
    artifact(surface, ArtifactType::Layout);
    surface.set_fill(Some(fill(LINE)));
    surface.draw_path(&path);
    surface.end_tagged();
}

/// Prints the page number, centred in the bottom margin.
fn number(surface: &mut Surface<'_>, faces: &FontFaces, text: &str, rtl: bool) {
    let (style, baseline) = (Style::FOOTER, HEIGHT - MARGIN / 2.0);
    artifact(surface, ArtifactType::Footer);
    for line in faces.regular.wrap(text, WIDTH / style.size, rtl) {
        let x = (WIDTH - line.width * style.size) / 2.0;
        write(surface, &PlacedLine { x, baseline, style, line, leaf: None }, faces);
    }
    surface.end_tagged();
}

fn fill(grey: u8) -> Fill {
    Fill { paint: luma::Color::new(grey).into(), opacity: NormalizedF32::ONE, rule: FillRule::default() }
}
