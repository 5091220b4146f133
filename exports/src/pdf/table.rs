//! The widths and rows of tables. Lengths are in points.

use std::rc::Rc;

use super::flow::{MARGIN, Style, WIDTH};
use super::text::{FontFaces, TextLine};
use crate::document::{cells, columns, plain};

/// Space above a table.
pub(super) const ABOVE: f32 = 8.0;

/// Space above and below the text of a row.
pub(super) const PADDING: f32 = 3.0;

/// Space at each side of the text of a cell.
const SIDE: f32 = 3.0;

/// Sizes of the text of the widest and of most tables.
const SMALLEST: f32 = 3.0;
const LARGEST: f32 = 9.0;

/// A longer word, in em, is broken rather than making the whole table small.
const WORD: f32 = 12.0;

const ROOM: f32 = WIDTH - 2.0 * MARGIN;

/// A table with its text broken into lines.
pub(super) struct LaidOutTable {
    pub head: Option<LaidOutRow>,
    pub rows: Vec<LaidOutRow>,
    /// Left end and width of each column's text, in reading order.
    pub columns: Vec<(f32, f32)>,
    size: f32,
}

/// A row of a table.
pub(super) struct LaidOutRow {
    pub cells: Vec<Vec<Rc<TextLine>>>,
    /// Lines of its longest cell.
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

    /// The height of the head and the first row.
    pub fn beginning(&self) -> f32 {
        self.head.iter().chain(self.rows.first()).map(|row| self.height(row)).sum()
    }

    /// Whether the head is repeated: not one that would leave little of each page.
    pub fn repeats(&self, page: f32) -> bool {
        self.head.as_ref().is_some_and(|head| self.height(head) <= page / 3.0)
    }

    /// The height that a page has below a repeated head.
    pub fn room(&self, page: f32) -> f32 {
        let head = self.head.as_ref().filter(|_| self.repeats(page));
        page - head.map_or(0.0, |head| self.height(head))
    }
}

/// What a column wants in em: room for its longest word, and for its longest line.
fn extents(head: Option<&Vec<String>>, rows: &[Vec<String>], faces: &FontFaces, count: usize) -> Vec<(f32, f32)> {
    let mut extents = vec![(0.0_f32, 0.0_f32); count];
    let rows = head.into_iter().map(|row| (row, true)).chain(rows.iter().map(|row| (row, false)));
    for (row, bold) in rows {
        for (text, wanted) in row.iter().zip(&mut extents) {
            let (word, line) = faces.of(bold).extent(text);
            // A little more, as shapes may be wider than the letters they are made of.
            *wanted = (wanted.0.max(word * 1.02), wanted.1.max(line * 1.02));
        }
    }
    extents
}

/// The size of the text: smaller if the words would not fit else. A word too long for most tables does not count.
fn size(extents: &[(f32, f32)]) -> f32 {
    let room = ROOM - extents.iter().map(|_| 2.0 * SIDE).sum::<f32>();
    let words: f32 = extents.iter().map(|(word, _)| word.clamp(1.0, WORD)).sum();
    (room / words.max(1.0)).clamp(SMALLEST, LARGEST)
}

/// The widths of the columns, which fill the page: room for the longest line if all have it, else for the longest word
/// and a share of the rest, else an even share for those that need more than that.
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

/// Shares the page among columns that want more than it has: the narrow ones get what they want.
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

/// Where the text of each column stands; the first column is the rightmost one if the text runs from right to left.
fn places(widths: &[f32], rtl: bool) -> Vec<(f32, f32)> {
    let mut start = 0.0;
    let place = |width: &f32| {
        let left = if rtl { WIDTH - MARGIN - start - width } else { MARGIN + start };
        start += width;
        (left + SIDE.min(width / 2.0), (width - 2.0 * SIDE).max(0.0))
    };
    widths.iter().map(place).collect()
}
