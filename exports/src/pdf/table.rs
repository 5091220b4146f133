//! Column widths and rows of tables. Lengths are in points.

use std::rc::Rc;

use super::flow::{MARGIN, Style, WIDTH};
use super::text::{FontFaces, TextLine};
use crate::document::{cells, columns, plain};

/// Space above a table.
pub(super) const ABOVE: f32 = 8.0;

/// Space above and below the text of a row.
pub(super) const PADDING: f32 = 3.0;

/// Space on each side of a cell's text.
const SIDE: f32 = 3.0;

/// Font sizes for the widest tables and for most.
const SMALLEST: f32 = 3.0;
const LARGEST: f32 = 9.0;

/// Words longer than this, in em, are broken instead of shrinking the whole table.
const WORD: f32 = 12.0;

const ROOM: f32 = WIDTH - 2.0 * MARGIN;

/// A table whose text is broken into lines.
pub(super) struct LaidOutTable {
    pub head: Option<LaidOutRow>,
    pub rows: Vec<LaidOutRow>,
    /// Left edge and width of each column's text, in reading order.
    pub columns: Vec<(f32, f32)>,
    size: f32,
}

/// A row of a table.
pub(super) struct LaidOutRow {
    pub cells: Vec<Vec<Rc<TextLine>>>,
    /// Number of lines in its tallest cell.
    pub lines: usize,
    pub head: bool,
}

impl LaidOutTable {
    pub fn new(head: &[String], rows: &[Vec<String>], faces: &FontFaces, rtl: bool) -> Self {
        let count = columns(head, rows);
        let clean = |row: &[String]| cells(row, count).map(plain).collect::<Vec<_>>();
        let head = (!head.is_empty()).then(|| clean(head));
        let rows: Vec<Vec<String>> = rows.iter().map(|row| clean(row)).collect();
        let extents = extents(head.as_ref(), &rows, faces, count);
        let size = size(&extents);
        let columns = places(&widths(&extents, size), rtl);
        let row = |cells: &Vec<String>, head: bool| {
            let cells = cells.iter().zip(&columns);
            let cells: Vec<_> = cells.map(|(text, (_, width))| faces.of(head).wrap(text, width / size, rtl)).collect();
            LaidOutRow { lines: cells.iter().map(Vec::len).max().unwrap_or(0), cells, head }
        };
        let head = head.as_ref().map(|cells| row(cells, true));
        let rows = rows.iter().map(|cells| row(cells, false)).collect();
        Self { head, rows, columns, size }
    }

    pub fn style(&self, row: &LaidOutRow) -> Style {
        Style { size: self.size, bold: row.head, grey: false, above: 0.0 }
    }

    pub fn height(&self, row: &LaidOutRow) -> f32 {
        let line = self.style(row).line_height();
        2.0 * PADDING + (0..row.lines).map(|_| line).sum::<f32>()
    }

    /// Height of the header and the first row.
    pub fn beginning(&self) -> f32 {
        self.head.iter().chain(self.rows.first()).map(|row| self.height(row)).sum()
    }

    /// Whether the header is repeated on each page: only if it takes at most a third of one.
    pub fn repeats(&self, page: f32) -> bool {
        self.head.as_ref().is_some_and(|head| self.height(head) <= page / 3.0)
    }

    /// Height that a page has left below a repeated header.
    pub fn room(&self, page: f32) -> f32 {
        let head = self.head.as_ref().filter(|_| self.repeats(page));
        page - head.map_or(0.0, |head| self.height(head))
    }
}

/// Wanted widths per column in em: of its longest word, and of its longest line.
fn extents(head: Option<&Vec<String>>, rows: &[Vec<String>], faces: &FontFaces, count: usize) -> Vec<(f32, f32)> {
    let mut extents = vec![(0.0_f32, 0.0_f32); count];
    let rows = head.into_iter().map(|row| (row, true)).chain(rows.iter().map(|row| (row, false)));
    for (row, bold) in rows {
        for (text, wanted) in row.iter().zip(&mut extents) {
            let (word, line) = faces.of(bold).extent(text);
            // A margin, since shaped words may be wider than their letters.
            *wanted = (wanted.0.max(word * 1.02), wanted.1.max(line * 1.02));
        }
    }
    extents
}

/// Font size: smaller if the words would not fit otherwise. Words longer than [`WORD`] do not count.
fn size(extents: &[(f32, f32)]) -> f32 {
    let room = ROOM - extents.iter().map(|_| 2.0 * SIDE).sum::<f32>();
    let words: f32 = extents.iter().map(|(word, _)| word.clamp(1.0, WORD)).sum();
    (room / words.max(1.0)).clamp(SMALLEST, LARGEST)
}

/// Column widths, which fill the page: room for the longest line if all columns have it; else for the longest word and
/// a share of the rest; else an even share for columns that need more than that.
fn widths(extents: &[(f32, f32)], size: f32) -> Vec<f32> {
    let wanted = |em: f32, most: f32| (em * size + 2.0 * SIDE).min(most);
    let least: Vec<f32> = extents.iter().map(|(word, _)| wanted(*word, ROOM)).collect();
    let most: Vec<f32> =
        extents.iter().zip(&least).map(|((_, line), least)| wanted(*line, ROOM * 0.6).max(*least)).collect();
    let (words, lines): (f32, f32) = (least.iter().sum(), most.iter().sum());
    if lines <= ROOM {
        return most.iter().map(|most| most * ROOM / lines).collect();
    }
    if words <= ROOM {
        let share = (ROOM - words) / (lines - words);
        return least.iter().zip(most).map(|(least, most)| least + (most - least) * share).collect();
    }
    even(&least)
}

/// Divides the page among columns that want more than it has: narrow ones get all they want.
fn even(wanted: &[f32]) -> Vec<f32> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    let (mut widths, mut room) = (vec![0.0; wanted.len()], ROOM);
    let mut left: f32 = wanted.iter().map(|_| 1.0).sum();
    for index in order {
        widths[index] = wanted[index].min(room / left);
        (room, left) = (room - widths[index], left - 1.0);
    }
    widths
}

/// Position of each column's text; in right-to-left text the first column is the rightmost.
fn places(widths: &[f32], rtl: bool) -> Vec<(f32, f32)> {
    let mut start = 0.0;
    let place = |width: &f32| {
        let left = if rtl { WIDTH - MARGIN - start - width } else { MARGIN + start };
        start += width;
        (left + SIDE.min(width / 2.0), (width - 2.0 * SIDE).max(0.0))
    };
    widths.iter().map(place).collect()
}
