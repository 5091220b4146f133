//! Fonts, shaping (OpenType), writing direction (Unicode UAX 9) and line breaks. Lengths are in em, independent of the
//! font size.

use std::ops::Range;
use std::rc::Rc;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Direction, UnicodeBuffer};
use unicode_bidi::{BidiInfo, Level, ParagraphBidiInfo};

/// DejaVu 2.37: Latin, Cyrillic with the Kazakh letters, and Arabic.
const REGULAR: &[u8] = include_bytes!("../../fonts/DejaVuSans.ttf");
const BOLD: &[u8] = include_bytes!("../../fonts/DejaVuSans-Bold.ttf");

/// Most characters in a line: characters without width would never fill one.
const LINE: usize = 400;

/// Longest word that is measured as a whole, in characters; a longer one exceeds any line anyway.
const WORD: usize = 200;

/// The regular and bold faces of a document.
pub(super) struct FontFaces {
    pub regular: FontFace,
    pub bold: FontFace,
}

impl FontFaces {
    pub fn new() -> Self {
        Self { regular: FontFace::new(REGULAR), bold: FontFace::new(BOLD) }
    }

    pub fn of(&self, bold: bool) -> &FontFace {
        if bold { &self.bold } else { &self.regular }
    }
}

/// A font for embedding, and its shaper.
pub(super) struct FontFace {
    pub font: Font,
    shaper: rustybuzz::Face<'static>,
    em: f32,
}

/// One line of wrapped text.
pub(super) struct TextLine {
    /// Runs in reading order, which may differ from their order on the page.
    pub runs: Vec<TextRun>,
    /// Width in em, including trailing spaces.
    pub width: f32,
}

/// Part of a line with a single direction.
pub(super) struct TextRun {
    /// Distance in em from the line's left end.
    pub x: f32,
    /// Text in reading order.
    pub text: String,
    /// Glyphs from left to right.
    pub glyphs: Vec<KrillaGlyph>,
}

impl TextRun {
    fn width(&self) -> f32 {
        self.glyphs.iter().map(|glyph| glyph.x_advance).sum()
    }
}

impl FontFace {
    fn new(bytes: &'static [u8]) -> Self {
        let font = Font::new(bytes.into(), 0).expect("the font in the crate is valid");
        let shaper = rustybuzz::Face::from_slice(bytes, 0).expect("the font in the crate is valid");
        let em = font.units_per_em();
        Self { font, shaper, em }
    }

    /// Breaks text into lines of at most `width` em. There is at least one line, and each has at least one character
    /// unless the text is empty, however narrow the width.
    pub fn wrap(&self, text: &str, width: f32, rtl: bool) -> Vec<Rc<TextLine>> {
        let base = if rtl { Level::rtl() } else { Level::ltr() };
        let mut lines = Vec::new();
        for text in text.split('\n') {
            let bidi = ParagraphBidiInfo::new(text, Some(base));
            let ranges = self.breaks(text, width).into_iter();
            lines.extend(ranges.map(|range| Rc::new(self.line(text, range, &bidi.levels, base))));
        }
        lines
    }

    /// Approximate widths in em of the longest word and of the longest unwrapped line, without shaping.
    pub fn extent(&self, text: &str) -> (f32, f32) {
        let (mut word, mut whole) = (0.0_f32, 0.0_f32);
        for line in text.split('\n') {
            let mut sum = 0.0;
            for range in tokens(line) {
                let token = &line[range];
                sum += self.advances(token);
                word = word.max(self.advances(token.trim_end_matches(breaks_after)));
            }
            whole = whole.max(sum);
        }
        (word, whole)
    }

    fn breaks(&self, text: &str, width: f32) -> Vec<Range<usize>> {
        let (mut lines, mut start, mut filled) = (Vec::new(), 0, 0.0);
        for token in tokens(text) {
            let (word, whole) = self.measure(&text[token.clone()]);
            if filled > 0.0 && filled + word > width {
                lines.push(start..token.start);
                (start, filled) = (token.start, 0.0);
            }
            if word <= width {
                filled += whole;
                continue;
            }
            let mut count = 0;
            for (at, c) in text[token.clone()].char_indices() {
                let (at, advance) = (token.start + at, self.advance(c));
                if at > start && (filled + advance > width || count == LINE) {
                    lines.push(start..at);
                    (start, filled, count) = (at, 0.0, 0);
                }
                (filled, count) = (filled + advance, count + 1);
            }
        }
        lines.push(start..text.len());
        lines
    }

    /// Widths in em of a word without and with the space after it.
    fn measure(&self, token: &str) -> (f32, f32) {
        let word = token.trim_end_matches(breaks_after);
        if word.chars().nth(WORD).is_some() {
            return (f32::INFINITY, f32::INFINITY);
        }
        let rtl = word.chars().any(|c| matches!(unicode_bidi::bidi_class(c), unicode_bidi::BidiClass::AL));
        let width = self.shape(word, rtl).width();
        (width, width + self.advances(&token[word.len()..]))
    }

    fn advances(&self, text: &str) -> f32 {
        text.chars().map(|c| self.advance(c)).sum()
    }

    fn advance(&self, c: char) -> f32 {
        let glyph = self.shaper.glyph_index(self.shown(c));
        glyph.and_then(|glyph| self.shaper.glyph_hor_advance(glyph)).map_or(0.0, f32::from) / self.em
    }

    /// The character itself, or U+FFFD if the font lacks it: PDF/UA-1 forbids missing glyphs.
    fn shown(&self, c: char) -> char {
        if self.shaper.glyph_index(c).is_some() { c } else { char::REPLACEMENT_CHARACTER }
    }

    fn line(&self, text: &str, range: Range<usize>, levels: &[Level], base: Level) -> TextLine {
        let spans = spans(text, range, levels, base);
        let mut runs: Vec<TextRun> =
            spans.iter().map(|(range, level)| self.shape(&text[range.clone()], level.is_rtl())).collect();
        let levels: Vec<Level> = spans.into_iter().map(|(_, level)| level).collect();
        let mut width = 0.0;
        for index in BidiInfo::reorder_visual(&levels) {
            runs[index].x = width;
            width += runs[index].width();
        }
        TextLine { runs, width }
    }

    fn shape(&self, text: &str, rtl: bool) -> TextRun {
        let mut buffer = UnicodeBuffer::new();
        let mut starts = Vec::new();
        for (cluster, (at, c)) in (0_u32..).zip(text.char_indices()) {
            buffer.add(self.shown(c), cluster);
            starts.push(at);
        }
        buffer.guess_segment_properties();
        buffer.set_direction(if rtl { Direction::RightToLeft } else { Direction::LeftToRight });
        let shaped = rustybuzz::shape(&self.shaper, &[], buffer);
        let clusters: Vec<usize> = shaped.glyph_infos().iter().map(|info| starts[info.cluster as usize]).collect();
        let mut sorted = clusters.clone();
        sorted.sort_unstable();
        let end = |start| sorted.get(sorted.partition_point(|at| *at <= start)).copied().unwrap_or(text.len());
        let glyphs = shaped.glyph_infos().iter().zip(shaped.glyph_positions()).zip(clusters);
        let glyphs = glyphs.map(|((info, at), start)| KrillaGlyph {
            glyph_id: GlyphId::new(info.glyph_id),
            text_range: start..end(start),
            x_advance: self.units(at.x_advance),
            x_offset: self.units(at.x_offset),
            y_offset: self.units(at.y_offset),
            y_advance: self.units(at.y_advance),
            location: None,
        });
        TextRun { x: 0.0, glyphs: glyphs.collect(), text: text.to_owned() }
    }

    /// Converts font units to em. OpenType glyph metrics have at most 16 bits.
    fn units(&self, value: i32) -> f32 {
        i16::try_from(value).map_or(0.0, f32::from) / self.em
    }
}

/// Splits a line into spans of one level. Trailing spaces take the paragraph's level (rule L1), so they end up at the
/// end of the line.
fn spans(text: &str, range: Range<usize>, levels: &[Level], base: Level) -> Vec<(Range<usize>, Level)> {
    let end = range.start + text[range.clone()].trim_end().len();
    let mut spans: Vec<(Range<usize>, Level)> = Vec::new();
    for (at, c) in text[range.clone()].char_indices() {
        let at = range.start + at;
        let (next, level) = (at + c.len_utf8(), if at < end { levels[at] } else { base });
        match spans.last_mut() {
            Some((span, last)) if *last == level => span.end = next,
            _ => spans.push((at..next, level)),
        }
    }
    spans
}

/// Words with the spaces after them, split after hyphens and slashes.
fn tokens(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    let mut before = ' ';
    let ends = text.char_indices().filter_map(move |(at, c)| {
        let end = at + c.len_utf8();
        let next = text[end..].chars().next()?;
        let joint = matches!(c, '-' | '/') && before.is_alphanumeric() && next.is_alphabetic();
        before = c;
        (joint || breaks_after(c) && !breaks_after(next)).then_some(end)
    });
    ends.chain(std::iter::once(text.len())).map(move |end| std::mem::replace(&mut start, end)..end)
}

/// Whether a line may end at this space; not at no-break ones (U+00A0, U+2007, U+202F).
fn breaks_after(c: char) -> bool {
    c == '\u{200b}' || c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}')
}
