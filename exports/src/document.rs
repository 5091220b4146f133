//! A document as plain blocks, and the cleaning applied to every text before it is written anywhere.

/// A document to be rendered by [`crate::pdf`], [`crate::docx`] or [`crate::html`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Shown above the blocks and set in the file's properties; if it is empty, nothing is shown.
    pub title: String,
    /// Language of the text as a BCP 47 tag, such as `kk`, `ru` or `ar`. Characters other than ASCII letters, digits
    /// and hyphens are ignored; an empty tag counts as `und`.
    pub language: String,
    /// Whether the text runs from right to left: lines, and the columns of tables, start at the right.
    pub rtl: bool,
    /// Content below the title, in reading order.
    pub blocks: Vec<Block>,
}

/// One block of a document. Line breaks in its text are kept; a run of spaces and tabs becomes one space; control
/// characters and characters that override the writing direction are removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading with its level: 1 to 3; other levels are clamped.
    Heading(u8, String),
    /// Running text.
    Paragraph(String),
    /// Running text, smaller and grey, for remarks such as sources and dates.
    Note(String),
    /// A table. Rows shorter than the longest are padded with empty cells.
    Table {
        /// The header row, repeated on each page; empty for none.
        head: Vec<String>,
        /// The body rows.
        rows: Vec<Vec<String>>,
    },
}

/// The heading level, clamped to 1 to 3.
pub(crate) fn level(wanted: u8) -> u8 {
    wanted.clamp(1, 3)
}

/// The length of the longest row, header included.
pub(crate) fn columns(head: &[String], rows: &[Vec<String>]) -> usize {
    rows.iter().map(Vec::len).fold(head.len(), usize::max)
}

/// The cells of a row, padded with empty ones to `columns`.
pub(crate) fn cells(row: &[String], columns: usize) -> impl Iterator<Item = &str> {
    row.iter().map(String::as_str).chain(std::iter::repeat("")).take(columns)
}

/// The language tag without characters that BCP 47 forbids.
pub(crate) fn language(document: &Document) -> String {
    let tag: String = document.language.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    if tag.is_empty() { "und".to_owned() } else { tag }
}

/// Removes whatever could break a file or mislead a reader, and normalises line breaks to `
/// `.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            ' ' | '\t' if out.ends_with(' ') => {}
            '\t' => out.push(' '),
            _ if c.is_control() || hidden(c) => {}
            _ => out.push(c),
        }
    }
    out
}

/// The cleaned text on one line, for titles.
pub(crate) fn one_line(text: &str) -> String {
    plain(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The cleaned text, escaped for element content and attribute values in XML and HTML.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// Invisible characters that change how text is displayed (Unicode UAX 9 and the tag block), or that XML and PDF
/// forbid. U+200E and U+200F are kept: they only hint at a direction.
fn hidden(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
        || matches!(c, '\u{fffe}' | '\u{ffff}')
}
