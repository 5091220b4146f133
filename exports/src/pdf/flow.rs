//! Lays out the lines of a document on pages, from top to bottom. Lengths are in points (1/72 inch), from the top left
//! corner.

use std::rc::Rc;

use super::table::{self, LaidOutRow, LaidOutTable};
use super::text::{FontFaces, TextLine};
use crate::document::{Block, Document, level, plain};

/// A4 (ISO 216).
pub(super) const WIDTH: f32 = 595.28;
pub(super) const HEIGHT: f32 = 841.89;
pub(super) const MARGIN: f32 = 56.7;

const BOTTOM: f32 = HEIGHT - MARGIN;
const ROOM: f32 = BOTTOM - MARGIN;

/// Appearance of a block of text.
#[derive(Clone, Copy)]
pub(super) struct Style {
    /// Font size in points.
    pub size: f32,
    pub bold: bool,
    pub grey: bool,
    /// Space above in points; omitted at the top of a page.
    pub above: f32,
}

impl Style {
    const TITLE: Self = Self { size: 18.0, bold: true, grey: false, above: 0.0 };
    const PARAGRAPH: Self = Self { size: 10.0, bold: false, grey: false, above: 6.0 };
    const NOTE: Self = Self { size: 8.5, bold: false, grey: true, above: 4.0 };
    pub const FOOTER: Self = Self { above: 0.0, ..Self::NOTE };

    fn heading(wanted: u8) -> Self {
        let (size, above) = [(14.0, 18.0), (12.0, 14.0), (10.5, 10.0)][usize::from(level(wanted)) - 1];
        Self { size, above, ..Self::TITLE }
    }

    pub fn line_height(self) -> f32 {
        self.size * 1.4
    }
}

/// A line at its position on the page.
pub(super) struct PlacedLine {
    pub x: f32,
    /// Distance of the baseline from the top of the page.
    pub baseline: f32,
    pub style: Style,
    pub line: Rc<TextLine>,
    /// Index of the structure leaf it belongs to, in reading order; `None` for repeated content.
    pub leaf: Option<usize>,
}

/// A horizontal rule at its position on the page.
pub(super) struct RuledLine {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub thick: bool,
}

/// Content of one page, without the page number.
#[derive(Default)]
pub(super) struct Page {
    pub marks: Vec<PlacedLine>,
    pub rules: Vec<RuledLine>,
}

/// A block whose text is broken into lines.
enum LaidOutBlock {
    Text { style: Style, lines: Vec<Rc<TextLine>>, heading: bool },
    Table(LaidOutTable),
}

impl LaidOutBlock {
    fn new(block: &Block, faces: &FontFaces, rtl: bool) -> Self {
        let (style, text) = match block {
            Block::Heading(level, text) => (Style::heading(*level), text),
            Block::Paragraph(text) => (Style::PARAGRAPH, text),
            Block::Note(text) => (Style::NOTE, text),
            Block::Table { head, rows } => return Self::Table(LaidOutTable::new(head, rows, faces, rtl)),
        };
        Self::text(text, style, matches!(block, Block::Heading(..)), faces, rtl)
    }

    fn text(text: &str, style: Style, heading: bool, faces: &FontFaces, rtl: bool) -> Self {
        let lines = faces.of(style.bold).wrap(&plain(text), (WIDTH - 2.0 * MARGIN) / style.size, rtl);
        Self::Text { style, lines, heading }
    }

    /// Height that its start needs on a page: a heading and what follows it, two lines of text, or a table's first
    /// rows.
    fn beginning(&self, following: f32) -> f32 {
        match self {
            Self::Text { style, lines, heading: true } => style.above + height(lines, *style) + following,
            Self::Text { style, lines, .. } => style.above + height(&lines[..lines.len().min(2)], *style),
            Self::Table(grid) => table::ABOVE + grid.beginning(),
        }
    }
}

fn height(lines: &[Rc<TextLine>], style: Style) -> f32 {
    lines.iter().map(|_| style.line_height()).sum()
}

/// The pages of a document, and the start of each structure leaf: page index and distance from the top.
pub(super) struct Flow {
    pub pages: Vec<Page>,
    pub leaves: Vec<(usize, f32)>,
    rtl: bool,
    y: f32,
}

impl Flow {
    pub fn new(document: &Document, faces: &FontFaces) -> Self {
        let title = (!document.title.is_empty())
            .then(|| LaidOutBlock::text(&document.title, Style::TITLE, true, faces, document.rtl));
        let blocks = document.blocks.iter().map(|block| LaidOutBlock::new(block, faces, document.rtl));
        let laid: Vec<LaidOutBlock> = title.into_iter().chain(blocks).collect();
        let mut beginnings = vec![0.0; laid.len() + 1];
        for (index, block) in laid.iter().enumerate().rev() {
            beginnings[index] = block.beginning(beginnings[index + 1]);
        }
        let mut flow = Self { pages: vec![Page::default()], leaves: Vec::new(), rtl: document.rtl, y: MARGIN };
        for (block, beginning) in laid.iter().zip(beginnings) {
            flow.keep(beginning);
            match block {
                LaidOutBlock::Text { style, lines, .. } => flow.text(*style, lines),
                LaidOutBlock::Table(grid) => flow.table(grid),
            }
        }
        flow
    }

    fn page(&mut self) -> &mut Page {
        self.pages.last_mut().expect("the first page is made at the start")
    }

    fn at_top(&self) -> bool {
        self.y <= MARGIN
    }

    fn next_page(&mut self) {
        self.pages.push(Page::default());
        self.y = MARGIN;
    }

    /// Starts a new page if this much is not left on the current one, unless it exceeds a whole page.
    fn keep(&mut self, wanted: f32) {
        if self.y + wanted > BOTTOM && wanted <= ROOM && !self.at_top() {
            self.next_page();
        }
    }

    fn begin_leaf(&mut self) -> usize {
        self.leaves.push((self.pages.len() - 1, self.y));
        self.leaves.len() - 1
    }

    fn space(&mut self, above: f32) {
        if !self.at_top() {
            self.y += above;
        }
    }

    fn text(&mut self, style: Style, lines: &[Rc<TextLine>]) {
        self.space(style.above);
        self.keep(height(&lines[..lines.len().min(2)], style));
        let leaf = self.begin_leaf();
        for line in lines {
            self.keep(style.line_height());
            self.mark(line, style, (MARGIN, WIDTH - 2.0 * MARGIN), self.y, Some(leaf));
            self.y += style.line_height();
        }
    }

    /// Places a line at the side of its box where reading starts.
    fn mark(&mut self, line: &Rc<TextLine>, style: Style, (left, width): (f32, f32), top: f32, leaf: Option<usize>) {
        let x = if self.rtl { left + width - line.width * style.size } else { left };
        let baseline = top + style.size * 1.1;
        self.page().marks.push(PlacedLine { x, baseline, style, line: Rc::clone(line), leaf });
    }

    fn table(&mut self, grid: &LaidOutTable) {
        if grid.columns.is_empty() {
            return;
        }
        self.space(table::ABOVE);
        if let Some(head) = &grid.head {
            let first = self.begin_row(grid);
            self.row(grid, head, Some(first));
        }
        for row in &grid.rows {
            let height = grid.height(row);
            if self.y + height > BOTTOM && height <= grid.room(ROOM) && !self.at_top() {
                self.next_page_of(grid);
            }
            let first = self.begin_row(grid);
            self.row(grid, row, Some(first));
        }
    }

    fn begin_row(&mut self, grid: &LaidOutTable) -> usize {
        let first = self.leaves.len();
        grid.columns.iter().for_each(|_| _ = self.begin_leaf());
        first
    }

    fn next_page_of(&mut self, grid: &LaidOutTable) {
        self.next_page();
        if let Some(head) = grid.head.as_ref().filter(|_| grid.repeats(ROOM)) {
            self.row(grid, head, None);
        }
    }

    /// Places a row line by line, so that one taller than a page continues on the next.
    fn row(&mut self, grid: &LaidOutTable, row: &LaidOutRow, first: Option<usize>) {
        let style = grid.style(row);
        self.y += table::PADDING;
        for index in 0..row.lines {
            if self.y + style.line_height() + table::PADDING > BOTTOM && !self.at_top() {
                if row.head {
                    self.next_page()
                } else {
                    self.next_page_of(grid)
                }
                self.y += table::PADDING;
            }
            for (column, (cell, place)) in row.cells.iter().zip(&grid.columns).enumerate() {
                if let Some(line) = cell.get(index) {
                    self.mark(line, style, *place, self.y, first.map(|first| first + column));
                }
            }
            self.y += style.line_height();
        }
        self.y += table::PADDING;
        let rule = RuledLine { x: MARGIN, y: self.y, width: WIDTH - 2.0 * MARGIN, thick: row.head };
        self.page().rules.push(rule);
    }
}
