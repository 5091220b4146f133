//! A document as plain blocks, and the cleaning that every text goes through before it is written anywhere.

/// A document that [`crate::pdf`], [`crate::docx`] and [`crate::html`] turn into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Stands above the blocks and in the file's properties; nothing stands above the blocks if it is empty.
    pub title: String,
    /// Language of the text as a BCP 47 tag, such as `kk`, `ru` or `ar`; other characters than letters, digits and
    /// hyphens are left out, and nothing left counts as `und`.
    pub language: String,
    /// Whether the text runs from right to left: lines start at the right, and so do the columns of tables.
    pub rtl: bool,
    /// What stands below the title, in reading order.
    pub blocks: Vec<Block>,
}

/// One block of a document. Line breaks in its text are kept; runs of spaces and tabs count as one space; control
/// characters and marks that override the writing direction are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading of level 1 to 3; any other level counts as the nearest of them.
    Heading(u8, String),
    /// Running text.
    Paragraph(String),
    /// Running text that is smaller and grey, for remarks such as sources and dates.
    Note(String),
    /// A table; rows shorter than the longest one are filled up with empty cells.
    Table {
        /// The head row, repeated on each page; empty for none.
        head: Vec<String>,
        /// The rows below it.
        rows: Vec<Vec<String>>,
    },
}

/// The level of a heading, 1 to 3.
pub(crate) fn level(wanted: u8) -> u8 {
    wanted.clamp(1, 3)
}

/// The number of columns of a table.
pub(crate) fn columns(head: &[String], rows: &[Vec<String>]) -> usize {
    rows.iter().map(Vec::len).fold(head.len(), usize::max)
}

/// The cells of a row, filled up with empty ones.
pub(crate) fn cells(row: &[String], columns: usize) -> impl Iterator<Item = &str> {
    row.iter().map(String::as_str).chain(std::iter::repeat("")).take(columns)
}

/// The language tag with nothing in it that BCP 47 does not allow.
pub(crate) fn language(document: &Document) -> String {
    let tag: String = document.language.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    if tag.is_empty() { "und".to_owned() } else { tag }
}

/// The text without what would break a file or fool a reader; a line break is always `\n`.
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

/// The text in one line, for titles.
pub(crate) fn one_line(text: &str) -> String {
    plain(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text for the content of an element or the value of an attribute in XML and HTML.
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

/// Characters that are seen nowhere but change what is seen (Unicode UAX 9 and the tag block), or that XML and PDF
/// forbid. The marks U+200E and U+200F stay: they only hint at a direction.
fn hidden(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
        || matches!(c, '\u{fffe}' | '\u{ffff}')
}
