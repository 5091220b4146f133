//! Documents shared by the tests.

use baqylau_exports::{Block, Document};

/// Text that could break a file, run as a script in it, or reverse its reading order.
pub const HOSTILE: &str =
    "<script>alert('x')</script>&\"]]>\0\u{1b}\u{202e}evil\u{2066}\u{feff}\u{ffff} {{x}} (\\) 漢字 😀";

pub fn document(language: &str, rtl: bool, blocks: Vec<Block>) -> Document {
    Document { title: "Kazakhstan, early election".to_owned(), language: language.to_owned(), rtl, blocks }
}

pub fn texts(row: &[&str]) -> Vec<String> {
    row.iter().map(|text| (*text).to_owned()).collect()
}

/// The same text in every place that takes one.
pub fn everywhere(text: &str, rtl: bool) -> Document {
    let cells = || vec![text.to_owned(), text.to_owned()];
    let table = Block::Table { head: cells(), rows: vec![cells(), vec![], cells()] };
    let blocks = vec![
        Block::Heading(9, text.to_owned()),
        Block::Paragraph(text.to_owned()),
        Block::Note(text.to_owned()),
        table,
    ];
    Document { title: text.to_owned(), language: text.to_owned(), rtl, blocks }
}

/// A document of several pages with every kind of block, in three languages.
pub fn long(rtl: bool) -> Document {
    let kazakh = "Қазақстан, кезектен тыс парламент сайлауы. ";
    let russian = "Наблюдатели сообщили о ходе голосования на участках. ";
    let arabic = "كازاخستان، الانتخابات البرلمانية المبكرة 2026 (OSCE/ODIHR). ";
    let text = if rtl { arabic.to_owned() } else { format!("{kazakh}{russian}") };
    let mut blocks = vec![Block::Heading(1, text.clone()), Block::Note(text.clone())];
    for part in 1..=12 {
        blocks.push(Block::Heading(2, format!("{part}. {text}")));
        blocks.push(Block::Paragraph(text.repeat(6)));
    }
    let head =
        if rtl { texts(&["المنطقة", "النتيجة", "%"]) } else { texts(&["Өңір", "Вывод", "%"]) };
    let rows = (1..=60).map(|row| vec![format!("№ {row}"), text.clone(), format!("{}.5", row % 100)]).collect();
    blocks.push(Block::Heading(3, text.clone()));
    blocks.push(Block::Table { head, rows });
    Document { title: text, language: if rtl { "ar" } else { "kk" }.to_owned(), rtl, blocks }
}
