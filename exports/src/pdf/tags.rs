//! Structure (ISO 32000-1, 14.8) and outline for screen readers, as PDF/UA-1 (ISO 14289-1) requires.

use std::num::NonZeroU16;

use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::outline::{Outline, OutlineNode};
use krilla::tagging::{Identifier, Node, TableHeaderScope, Tag, TagGroup, TagKind, TagTree};

use super::flow::MARGIN;
use crate::document::{Block, Document, columns, level, one_line};

/// Most characters of a heading in the outline.
const BRIEF: usize = 120;

/// Builds the structure tree from the marked content of each leaf, in the order in which `flow` numbered the leaves.
pub(super) fn tree(document: &Document, leaves: Vec<Vec<Identifier>>) -> TagTree {
    let mut leaves = leaves.into_iter();
    let mut tree = TagTree::new().with_lang(Some(crate::document::language(document)));
    if !document.title.is_empty() {
        tree.push(leaf(Tag::Title, &mut leaves));
    }
    let mut last = 0;
    for block in &document.blocks {
        match block {
            Block::Heading(wanted, text) => {
                // No level is skipped on the way down (ISO 14289-1, 7.4.2).
                last = level(*wanted).min(last + 1);
                tree.push(leaf(Tag::Hn(number(last), Some(brief(text))), &mut leaves));
            }
            Block::Paragraph(_) | Block::Note(_) => tree.push(leaf(Tag::P, &mut leaves)),
            Block::Table { head, rows } => {
                table(head, rows, &mut leaves).into_iter().for_each(|group| tree.push(group))
            }
        }
    }
    tree
}

fn number(level: u8) -> NonZeroU16 {
    NonZeroU16::MIN.saturating_add(u16::from(level) - 1)
}

fn leaf(tag: impl Into<TagKind>, leaves: &mut impl Iterator<Item = Vec<Identifier>>) -> TagGroup {
    let marks = leaves.next().expect("the flow numbered a leaf for each tag");
    TagGroup::with_children(tag, marks.into_iter().map(Node::Leaf).collect())
}

fn table(
    head: &[String],
    rows: &[Vec<String>],
    leaves: &mut impl Iterator<Item = Vec<Identifier>>,
) -> Option<TagGroup> {
    let columns = columns(head, rows);
    if columns == 0 {
        return None;
    }
    let mut row = |tag: fn() -> TagKind| {
        let mut group = TagGroup::new(Tag::TR);
        (0..columns).for_each(|_| group.push(leaf(tag(), leaves)));
        group
    };
    let mut table = TagGroup::new(Tag::Table);
    if !head.is_empty() {
        let cells = row(|| Tag::TH(TableHeaderScope::Column).into());
        table.push(TagGroup::with_children(Tag::THead, vec![cells.into()]));
    }
    if !rows.is_empty() {
        let rows = rows.iter().map(|_| Node::Group(row(|| Tag::TD.into()))).collect();
        table.push(TagGroup::with_children(Tag::TBody, rows));
    }
    Some(table)
}

/// Builds the outline from the headings, or from the title if there are none. `places` holds the start of each leaf.
pub(super) fn outline(document: &Document, places: &[(usize, f32)]) -> Outline {
    let (mut outline, mut open) = (Outline::new(), Vec::new());
    let mut next = usize::from(!document.title.is_empty());
    for block in &document.blocks {
        if let Block::Heading(wanted, text) = block {
            close(&mut outline, &mut open, level(*wanted));
            open.push((level(*wanted), entry(brief(text), places[next])));
        }
        next += match block {
            Block::Table { head, rows } => (rows.len() + usize::from(!head.is_empty())) * columns(head, rows),
            _ => 1,
        };
    }
    if open.is_empty() {
        open.push((1, entry(title(document), (0, MARGIN))));
    }
    close(&mut outline, &mut open, 0);
    outline
}

/// Moves open entries at `level` or deeper into their parent entries.
fn close(outline: &mut Outline, open: &mut Vec<(u8, OutlineNode)>, level: u8) {
    while let Some((_, node)) = open.pop_if(|(last, _)| *last >= level) {
        match open.last_mut() {
            Some((_, above)) => above.push_child(node),
            None => outline.push_child(node),
        }
    }
}

fn entry(text: String, (page, y): (usize, f32)) -> OutlineNode {
    OutlineNode::new(text, XyzDestination::new(page, Point::from_xy(MARGIN, y))).with_open(true)
}

/// Title in the file's properties, which PDF/UA-1 requires not to be empty.
pub(super) fn title(document: &Document) -> String {
    or_dash(one_line(&document.title))
}

/// The beginning of a text on one line, for the outline.
fn brief(text: &str) -> String {
    or_dash(one_line(text).chars().take(BRIEF).collect())
}

fn or_dash(text: String) -> String {
    if text.is_empty() { "–".to_owned() } else { text }
}
