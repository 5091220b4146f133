use baqylau_exports::{Block, Document, pdf};
use lopdf::{Dictionary, Object};

use super::samples::{HOSTILE, document, everywhere, long, texts};

fn read(document: &Document) -> lopdf::Document {
    lopdf::Document::load_mem(&pdf(document).expect("a PDF")).expect("a readable PDF")
}

fn pages(document: &Document) -> usize {
    read(document).get_pages().len()
}

/// All dictionaries of the file in which this key has this name as its value.
fn having<'a>(file: &'a lopdf::Document, key: &str, name: &str) -> Vec<&'a Dictionary> {
    let dictionaries = file.objects.values().filter_map(|object| match object {
        Object::Dictionary(dictionary) => Some(dictionary),
        Object::Stream(stream) => Some(&stream.dict),
        _ => None,
    });
    dictionaries
        .filter(|entry| entry.get(key.as_bytes()).is_ok_and(|v| v.as_name().ok() == Some(name.as_bytes())))
        .collect()
}

fn tags(file: &lopdf::Document, name: &str) -> usize {
    having(file, "S", name).iter().filter(|entry| entry.has(b"P")).count()
}

#[test]
fn long_document_has_pages_fonts_and_structure() {
    for (rtl, lang) in [(false, "kk"), (true, "ar")] {
        let file = read(&long(rtl));
        assert!(file.get_pages().len() > 3);
        let catalog = file.catalog().unwrap();
        assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), lang.as_bytes());
        assert!(catalog.get(b"MarkInfo").unwrap().as_dict().unwrap().get(b"Marked").unwrap().as_bool().unwrap());
        assert!(catalog.has(b"StructTreeRoot") && catalog.has(b"Outlines"));
        let fonts = having(&file, "Type", "FontDescriptor");
        assert_eq!(fonts.len(), 2, "regular and bold");
        assert!(fonts.iter().all(|font| font.has(b"FontFile2") || font.has(b"FontFile3")));
        assert_eq!((tags(&file, "H1"), tags(&file, "H2"), tags(&file, "H3")), (1, 12, 1));
        assert_eq!((tags(&file, "P"), tags(&file, "Table"), tags(&file, "THead")), (13, 1, 1));
        assert_eq!((tags(&file, "TR"), tags(&file, "TH"), tags(&file, "TD")), (61, 3, 180));
    }
}

#[test]
fn fonts_are_subsets() {
    let small = pdf(&document("ru", false, vec![Block::Paragraph("Қазақстан".to_owned())])).unwrap();
    assert!(small.len() < 60_000, "{} bytes", small.len());
}

#[test]
fn same_document_gives_the_same_file() {
    assert_eq!(pdf(&long(true)).unwrap(), pdf(&long(true)).unwrap());
}

#[test]
fn hostile_text_stays_inert() {
    for rtl in [false, true] {
        assert!(pages(&everywhere(HOSTILE, rtl)) >= 1);
        assert!(pages(&everywhere("", rtl)) >= 1);
        assert!(pages(&everywhere("\n \n\u{200b}\u{ad}\u{300}", rtl)) >= 1);
        assert!(pages(&everywhere(&"\u{200b}".repeat(60_000), rtl)) >= 1);
        assert!(pages(&everywhere(&"\u{2003}\t ".repeat(60_000), rtl)) >= 1);
    }
}

#[test]
fn overlong_words_are_broken() {
    for unit in ["W", "i", "ع", "\u{301}", "\u{a0}", "a\u{301}", "漢", "(ع", "aع"] {
        let word = unit.repeat(200_000 / unit.len());
        assert!(pages(&document("und", false, vec![Block::Paragraph(word.clone())])) > 1, "{unit}");
        let table = Block::Table { head: vec![], rows: vec![vec![word[..unit.len() * 3000].to_owned(), word]] };
        assert!(pages(&document("und", true, vec![table])) > 1, "{unit}");
    }
}

#[test]
fn every_character_can_be_written() {
    let all: Vec<char> = (char::MIN..='\u{2ffff}').chain('\u{e0000}'..='\u{e01ff}').collect();
    let blocks = all.chunks(2000).map(|part| Block::Paragraph(part.iter().collect())).collect();
    assert!(pages(&document("und", false, blocks)) > 1);
}

#[test]
fn tables_of_unusual_shape_fit_the_page() {
    let wide = |columns: usize| Block::Table {
        head: vec!["Қазақстан".to_owned(); columns],
        rows: vec![vec!["сайлау 2026".to_owned(); columns]; 3],
    };
    let tall_head = Block::Table { head: texts(&[&"head ".repeat(5000)]), rows: vec![texts(&["x"]); 3] };
    let tall_row = Block::Table { head: texts(&["a", "b"]), rows: vec![texts(&["x", &"сайлау ".repeat(3000)])] };
    let empty = Block::Table { head: vec![], rows: vec![vec![], vec![]] };
    let head_only = Block::Table { head: texts(&["a"]), rows: vec![] };
    for table in [wide(1), wide(12), wide(300), tall_head, tall_row, empty, head_only] {
        for rtl in [false, true] {
            assert!(pages(&document("kk", rtl, vec![table.clone(), table.clone()])) >= 1);
        }
    }
}

#[test]
fn headings_stay_with_the_block_that_follows() {
    for lines in 30..60 {
        let mut blocks = vec![Block::Paragraph(vec!["x"; lines].join("\n"))];
        blocks.extend([Block::Heading(1, "Head".to_owned()), Block::Heading(2, "Head".to_owned())]);
        blocks.push(Block::Paragraph("y\ny".to_owned()));
        let file = read(&document("ru", false, blocks));
        let on_page = |role: &str| having(&file, "S", role).iter().filter_map(|tag| page_of(tag)).collect::<Vec<_>>();
        let (first, second) = (on_page("H1"), on_page("H2"));
        assert_eq!((first.len(), &first), (1, &second), "{lines} lines");
        assert!(on_page("P").last().is_some_and(|last| *last == second[0]), "{lines} lines");
    }
}

fn page_of(tag: &Dictionary) -> Option<lopdf::ObjectId> {
    tag.get(b"Pg").ok()?.as_reference().ok()
}
