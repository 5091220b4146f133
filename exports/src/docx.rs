//! A document as Office Open XML (ISO/IEC 29500-1, transitional), for word processors.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

use crate::ExportError;
use crate::document::{Block, Document, cells, columns, escape, language, level, one_line, plain};

/// Most columns in a table that Word can open.
const COLUMNS: usize = 63;

/// Width of the text in twentieths of a point: A4 without margins of 20 mm.
const WIDTH: usize = 9638;

/// Bounds of the number of characters that count towards a column's width.
const SHORT: usize = 8;
const LONG: usize = 48;

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const NAMESPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
                          xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";

const TYPES: &str = include_str!("docx/types.xml");
const RELATIONS: &str = include_str!("docx/relations.xml");
const PARTS: &str = include_str!("docx/parts.xml");
const STYLES: &str = include_str!("docx/styles.xml");
const FOOTER: &str = include_str!("docx/footer.xml");

/// Renders a document as DOCX: headings, tables with a repeated header row, page numbers, language and direction.
///
/// # Errors
///
/// [`ExportError::DocxColumns`] if a table has more columns than Word can open, [`ExportError::Docx`] if the package
/// cannot be zipped.
pub fn docx(document: &Document) -> Result<Vec<u8>, ExportError> {
    let title = || document.title.clone();
    for block in &document.blocks {
        if let Block::Table { head, rows } = block
            && columns(head, rows) > COLUMNS
        {
            return Err(ExportError::DocxColumns { title: title(), columns: columns(head, rows), most: COLUMNS });
        }
    }
    package(document).map_err(|source| ExportError::Docx { title: title(), source })
}

fn package(document: &Document) -> Result<Vec<u8>, ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let styles = STYLES.replace("LANGUAGE", &language(document));
    for (name, content) in [
        ("[Content_Types].xml", TYPES.to_owned()),
        ("_rels/.rels", RELATIONS.to_owned()),
        ("docProps/core.xml", properties(document)),
        ("word/document.xml", body(document)),
        ("word/_rels/document.xml.rels", PARTS.to_owned()),
        ("word/styles.xml", styles),
        ("word/footer.xml", FOOTER.to_owned()),
    ] {
        zip.start_file(name, SimpleFileOptions::default())?;
        zip.write_all(content.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

fn properties(document: &Document) -> String {
    let (title, language) = (escape(&one_line(&document.title)), language(document));
    format!(
        "{XML}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{title}</dc:title>\
         <dc:language>{language}</dc:language></cp:coreProperties>"
    )
}

fn body(document: &Document) -> String {
    let rtl = document.rtl;
    let mut out = format!("{XML}<w:document {NAMESPACES}><w:body>");
    if !document.title.is_empty() {
        out += &paragraph("Title", &document.title, rtl);
    }
    for block in &document.blocks {
        out += &match block {
            Block::Heading(wanted, text) => paragraph(&format!("Heading{}", level(*wanted)), text, rtl),
            Block::Paragraph(text) => paragraph("Normal", text, rtl),
            Block::Note(text) => paragraph("Note", text, rtl),
            Block::Table { head, rows } => table(head, rows, rtl),
        };
    }
    out += "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"footer\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/>\
            <w:pgMar w:top=\"1134\" w:right=\"1134\" w:bottom=\"1134\" w:left=\"1134\" w:header=\"567\" \
            w:footer=\"567\" w:gutter=\"0\"/>";
    out += if rtl { "<w:bidi/>" } else { "" };
    out + "</w:sectPr></w:body></w:document>"
}

fn paragraph(style: &str, text: &str, rtl: bool) -> String {
    let (bidi, run) = if rtl { ("<w:bidi/>", "<w:rPr><w:rtl/></w:rPr>") } else { ("", "") };
    let lines: Vec<String> =
        plain(text).split('\n').map(|line| format!("<w:t xml:space=\"preserve\">{}</w:t>", escape(line))).collect();
    let lines = lines.join("<w:br/>");
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{bidi}</w:pPr><w:r>{run}{lines}</w:r></w:p>")
}

/// A table and an empty paragraph after it, without which two adjacent tables would merge.
fn table(head: &[String], rows: &[Vec<String>], rtl: bool) -> String {
    let columns = columns(head, rows);
    if columns == 0 {
        return String::new();
    }
    let grid: String = widths(head, rows, columns).map(|width| format!("<w:gridCol w:w=\"{width}\"/>")).collect();
    let row = |row: &[String], properties: &str, style: &str| {
        let cells = cells(row, columns).map(|text| format!("<w:tc>{}</w:tc>", paragraph(style, text, rtl)));
        format!("<w:tr><w:trPr><w:cantSplit/>{properties}</w:trPr>{}</w:tr>", cells.collect::<String>())
    };
    let head = if head.is_empty() { String::new() } else { row(head, "<w:tblHeader/>", "Head") };
    let rows: String = rows.iter().map(|cells| row(cells, "", "Cell")).collect();
    let direction = if rtl { "<w:bidiVisual/>" } else { "" };
    format!(
        "<w:tbl><w:tblPr><w:tblStyle w:val=\"Grid\"/>{direction}<w:tblW w:w=\"5000\" w:type=\"pct\"/></w:tblPr>\
         <w:tblGrid>{grid}</w:tblGrid>{head}{rows}</w:tbl>{}",
        paragraph("Normal", "", rtl)
    )
}

/// Column widths by the longest text in each, within limits; word processors then adjust them to the words.
fn widths(head: &[String], rows: &[Vec<String>], columns: usize) -> impl Iterator<Item = usize> {
    let mut letters = vec![SHORT; columns];
    for row in std::iter::once(head).chain(rows.iter().map(Vec::as_slice)) {
        for (text, most) in row.iter().zip(&mut letters) {
            *most = text.chars().take(LONG).count().max(*most);
        }
    }
    let sum: usize = letters.iter().sum();
    letters.into_iter().map(move |letters| WIDTH * letters / sum)
}
