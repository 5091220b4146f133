//! A document as one self-contained page of HTML (<https://html.spec.whatwg.org/>): no scripts, no external resources.

use crate::document::{Block, Document, cells, columns, escape, language, level, one_line};

/// Light or dark by the reader's preference, with rules for print.
const STYLE: &str = include_str!("html.css");

/// Content security policy: forbids all but the inline style, in case a text should ever get past the escaping.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// Renders a document as one HTML page in UTF-8. The title is its `h1`, so headings start at `h2`.
#[must_use]
pub fn html(document: &Document) -> String {
    let (lang, dir) = (language(document), if document.rtl { "rtl" } else { "ltr" });
    let title = escape(&one_line(&document.title));
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\" dir=\"{dir}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"
    );
    if !title.is_empty() {
        out += &format!("<h1>{title}</h1>\n");
    }
    document.blocks.iter().for_each(|block| out += &element(block));
    out + "</main>\n</body>\n</html>\n"
}

fn element(block: &Block) -> String {
    match block {
        Block::Heading(wanted, text) => {
            let tag = level(*wanted) + 1;
            format!("<h{tag}>{}</h{tag}>\n", escape(text))
        }
        Block::Paragraph(text) => format!("<p>{}</p>\n", escape(text)),
        Block::Note(text) => format!("<p class=\"note\">{}</p>\n", escape(text)),
        Block::Table { head, rows } => table(head, rows),
    }
}

fn table(head: &[String], rows: &[Vec<String>]) -> String {
    let columns = columns(head, rows);
    let row = |row: &[String], open: &str, close: &str| {
        let cells = cells(row, columns).map(|text| format!("<{open}>{}</{close}>", escape(text)));
        format!("<tr>{}</tr>\n", cells.collect::<String>())
    };
    let head = if head.is_empty() {
        String::new()
    } else {
        format!("<thead>\n{}</thead>\n", row(head, "th scope=\"col\"", "th"))
    };
    let body: String = rows.iter().map(|cells| row(cells, "td", "td")).collect();
    format!("<div class=\"table\"><table>\n{head}<tbody>\n{body}</tbody>\n</table></div>\n")
}
