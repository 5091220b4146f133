use std::io::{Cursor, Read};

use baqylau_exports::{Block, Document, ExportError, docx};
use roxmltree::{Document as Xml, Node};

use super::samples::{HOSTILE, document, everywhere, long, texts};

const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

/// Unzips a part after checking that every part is well-formed XML.
fn part(document: &Document, name: &str) -> String {
    let mut package = zip::ZipArchive::new(Cursor::new(docx(document).expect("a DOCX"))).expect("a zip file");
    let names: Vec<String> = package.file_names().map(str::to_owned).collect();
    let mut found = String::new();
    for other in names {
        let mut text = String::new();
        package.by_name(&other).expect("a listed part").read_to_string(&mut text).expect("UTF-8");
        Xml::parse(&text).expect("XML");
        if other == name {
            found = text;
        }
    }
    found
}

fn count(xml: &Xml<'_>, tag: &str) -> usize {
    xml.descendants().filter(|node| node.has_tag_name((W, tag))).count()
}

fn styles<'a>(xml: &'a Xml<'_>) -> Vec<&'a str> {
    let style = |node: Node<'a, '_>| node.attribute((W, "val"));
    xml.descendants().filter(|node| node.has_tag_name((W, "pStyle"))).filter_map(style).collect()
}

#[test]
fn hostile_text_stays_text() {
    let body = part(&everywhere(HOSTILE, false), "word/document.xml");
    let xml = Xml::parse(&body).unwrap();
    let text: Vec<&str> =
        xml.descendants().filter(|node| node.has_tag_name((W, "t"))).filter_map(|t| t.text()).collect();
    let clean = "<script>alert('x')</script>&\"]]>evil {{x}} (\\) 漢字 😀";
    assert_eq!(text, [clean; 4 + 6]);
    let properties = part(&everywhere(HOSTILE, false), "docProps/core.xml");
    assert!(Xml::parse(&properties).unwrap().descendants().any(|node| node.text() == Some(clean)));
}

#[test]
fn docx_has_headings_tables_and_language() {
    let body = part(&long(false), "word/document.xml");
    let xml = Xml::parse(&body).unwrap();
    let styles = styles(&xml);
    let of = |wanted: &str| styles.iter().filter(|style| **style == wanted).count();
    assert_eq!((of("Title"), of("Heading1"), of("Heading2"), of("Heading3"), of("Note")), (1, 1, 12, 1, 1));
    assert_eq!((count(&xml, "tbl"), count(&xml, "tr"), count(&xml, "tblHeader")), (1, 61, 1));
    assert_eq!(count(&xml, "bidi") + count(&xml, "rtl") + count(&xml, "bidiVisual"), 0);
    let sheet = part(&long(false), "word/styles.xml");
    assert!(sheet.contains("<w:lang w:val=\"kk\""));
    styles.iter().for_each(|style| assert!(sheet.contains(&format!("w:styleId=\"{style}\"")), "{style}"));
}

#[test]
fn right_to_left_text_is_marked() {
    let body = part(&long(true), "word/document.xml");
    let xml = Xml::parse(&body).unwrap();
    assert_eq!(count(&xml, "bidi"), count(&xml, "p") + 1, "each paragraph and the section");
    assert_eq!(count(&xml, "rtl"), count(&xml, "r"));
    assert_eq!(count(&xml, "bidiVisual"), 1);
}

#[test]
fn line_breaks_are_kept_and_short_rows_padded() {
    let table = Block::Table { head: texts(&["a", "b"]), rows: vec![texts(&["1"])] };
    let empty = Block::Table { head: vec![], rows: vec![vec![]] };
    let body =
        part(&document("ru", false, vec![Block::Paragraph("x\r\ny".to_owned()), table, empty]), "word/document.xml");
    let xml = Xml::parse(&body).unwrap();
    assert_eq!((count(&xml, "br"), count(&xml, "tc"), count(&xml, "tbl")), (1, 4, 1));
}

#[test]
fn table_too_wide_for_word_is_refused() {
    let table = |columns| Block::Table { head: vec![String::new(); columns], rows: vec![] };
    assert!(docx(&document("ru", false, vec![table(63)])).is_ok());
    let refused = docx(&document("ru", false, vec![table(64)]));
    assert!(matches!(refused, Err(ExportError::DocxColumns { columns: 64, most: 63, .. })));
}
