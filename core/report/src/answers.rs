//! Answers as CBOR. The encoding of a value depends on the kind of its question, so that a report of sixty questions
//! stays small.

use baqylau_forms::definition::{Kind, ListRef};
use baqylau_forms::fill::{CellKey, Filling, Mutation, SavedRow};
use baqylau_forms::form::Form;
use baqylau_forms::value::{Answer, Date, Decimal, Missing, Moment, Point, TimeOfDay};
use baqylau_protocol::cbor::{self, Malformed};
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};
use std::collections::BTreeMap;

/// Answers at one level: those of the checklist itself, or of one row of a repeat.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnswerTree {
    /// Keyed by the question's index in the definition.
    pub cells: BTreeMap<u32, AnswerCell>,
}

/// Content of a question or repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerCell {
    /// The answer to a question, or its missing value.
    Answer(Answer),
    /// The rows of a repeat, in order.
    Rows(Vec<AnswerTree>),
}

/// Why bytes are not answers to a checklist. Answers are hostile input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Not deterministic CBOR.
    #[error("the answers are malformed: {0}")]
    Malformed(#[from] Malformed),
    /// CBOR that does not have the structure of answers.
    #[error("the answers are malformed: {0}")]
    Shape(String),
    /// The index does not belong to a question at this level.
    #[error("answer {node}: the checklist has no question with this number here")]
    NoQuestion {
        /// The index in the definition.
        node: u32,
    },
    /// The answer is of another kind than the question, or outside its range.
    #[error("answer {node}: it does not fit the kind of the question")]
    Misfit {
        /// The question's index in the definition.
        node: u32,
    },
}

impl From<minicbor::decode::Error> for AnswerError {
    fn from(e: minicbor::decode::Error) -> Self {
        Self::Shape(e.to_string())
    }
}

impl AnswerTree {
    /// The answers that a report contains: those of relevant questions, with rows in order.
    #[must_use]
    pub fn of(filling: &Filling) -> Self {
        Self::taken(filling, |key| filling.is_shown(key), |row| filling.is_used(row))
    }

    /// Every answer, including hidden ones and those in rows beyond the current number of rows: for saving a draft.
    #[must_use]
    pub fn whole(filling: &Filling) -> Self {
        Self::taken(filling, |_| true, |_| true)
    }

    fn taken(filling: &Filling, shown: impl Fn(CellKey) -> bool, used: impl Fn(u32) -> bool) -> Self {
        let form = filling.form();
        let mut tree = Self::default();
        let mut path_of: BTreeMap<u32, Vec<(u32, usize)>> = BTreeMap::from([(0, Vec::new())]);
        let mut counts: BTreeMap<(u32, u32), usize> = BTreeMap::new();
        for mutation in filling.snapshot() {
            match mutation {
                Mutation::AddRow(SavedRow { row, repeat, parent }) if used(row) => {
                    let position = counts.entry((repeat, parent)).or_default();
                    let mut path = path_of.get(&parent).cloned().unwrap_or_default();
                    path.push((repeat, *position));
                    *position += 1;
                    if shown(CellKey { node: repeat, row: parent }) {
                        tree.row(&path);
                    }
                    path_of.insert(row, path);
                }
                Mutation::Answer(key, Some(answer)) if shown(key) => {
                    debug_assert!((key.node as usize) < form.definition().items.len());
                    let path = path_of.get(&key.row).cloned().unwrap_or_default();
                    tree.row(&path).cells.insert(key.node, AnswerCell::Answer(answer));
                }
                _ => {}
            }
        }
        tree
    }

    fn row(&mut self, path: &[(u32, usize)]) -> &mut Self {
        let mut at = self;
        for (repeat, position) in path {
            let cell = at.cells.entry(*repeat).or_insert_with(|| AnswerCell::Rows(Vec::new()));
            if !matches!(cell, AnswerCell::Rows(_)) {
                *cell = AnswerCell::Rows(Vec::new());
            }
            let AnswerCell::Rows(rows) = cell else { unreachable!("the cell was made a list of rows above") };
            if rows.len() <= *position {
                rows.resize(position + 1, Self::default());
            }
            at = &mut rows[*position];
        }
        at
    }

    /// Mutations that rebuild a filling with these answers. Rows are numbered from 1 in order.
    #[must_use]
    pub fn mutations(&self) -> Vec<Mutation> {
        let mut out = Vec::new();
        let mut next = 1;
        self.collect(0, &mut next, &mut out);
        out
    }

    fn collect(&self, row: u32, next: &mut u32, out: &mut Vec<Mutation>) {
        for (node, cell) in &self.cells {
            match cell {
                AnswerCell::Answer(answer) => {
                    out.push(Mutation::Answer(CellKey { node: *node, row }, Some(answer.clone())))
                }
                AnswerCell::Rows(rows) => {
                    for inner in rows {
                        let number = *next;
                        *next += 1;
                        out.push(Mutation::AddRow(SavedRow { row: number, repeat: *node, parent: row }));
                        inner.collect(number, next, out);
                    }
                }
            }
        }
    }

    /// Encodes the answers to `form` as CBOR.
    ///
    /// # Panics
    /// Never: writing to memory does not fail.
    #[must_use]
    pub fn encode(&self, form: &Form) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(form, &mut Encoder::new(&mut out)).expect("writing to memory does not fail");
        out
    }

    fn write(&self, form: &Form, e: &mut Encoder<&mut Vec<u8>>) -> Written {
        e.map(self.cells.len() as u64)?;
        for (node, cell) in &self.cells {
            e.u32(*node)?;
            match cell {
                AnswerCell::Answer(answer) => write_answer(form, *node, answer, e)?,
                AnswerCell::Rows(rows) => {
                    e.array(rows.len() as u64)?;
                    rows.iter().try_for_each(|row| row.write(form, e))?;
                }
            }
        }
        Ok(())
    }

    /// Decodes answers to `form`.
    ///
    /// # Errors
    /// [`AnswerError`] if they are malformed, or not answers to this checklist.
    pub fn decode(form: &Form, bytes: &[u8]) -> Result<Self, AnswerError> {
        cbor::check(bytes)?;
        read_tree(form, &mut Decoder::new(bytes), None)
    }
}

type Written = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

fn write_answer(form: &Form, node: u32, answer: &Answer, e: &mut Encoder<&mut Vec<u8>>) -> Written {
    match answer {
        Answer::Missing(Missing::DoNotKnow) => e.null()?,
        Answer::Missing(Missing::NotPermitted) => e.bool(false)?,
        Answer::Missing(Missing::NotApplicable) => e.undefined()?,
        Answer::Acknowledged => e.bool(true)?,
        Answer::Text(text) | Answer::Attachment(text) => e.str(text)?,
        Answer::Integer(n) => e.i64(*n)?,
        Answer::Decimal(d) => e.array(3)?.u8(1)?.i64(d.digits)?.i16(d.scale)?,
        Answer::Date(d) => e.array(2)?.u8(2)?.i32(d.0)?,
        Answer::Time(t) => e.array(2)?.u8(3)?.u32(t.0)?,
        Answer::Moment(m) => e.array(3)?.u8(4)?.i64(m.ms)?.i16(m.offset)?,
        Answer::Point(p) => e.array(5)?.u8(5)?.i32(p.latitude)?.i32(p.longitude)?.u32(p.accuracy)?.bool(p.mock)?,
        Answer::One(choice) => return write_choice(form, node, *choice, e),
        Answer::Many(chosen) => {
            e.array(chosen.len() as u64)?;
            return chosen.iter().try_for_each(|c| write_choice(form, node, *c, e));
        }
    };
    Ok(())
}

/// Choices of the checklist are written by number; places by code, because their table may change after the report is
/// signed.
fn write_choice(form: &Form, node: u32, choice: u32, e: &mut Encoder<&mut Vec<u8>>) -> Written {
    if form.list(node).is_some() {
        e.u32(choice)?;
    } else {
        e.str(form.choice_name(node, choice).map_or("", AsRef::as_ref))?;
    }
    Ok(())
}

fn read_tree(form: &Form, d: &mut Decoder, holder: Option<u32>) -> Result<AnswerTree, AnswerError> {
    let length = d.map()?.unwrap_or_default();
    let mut tree = AnswerTree::default();
    for _ in 0..length {
        let node = d.u32()?;
        let item = form.definition().items.get(node as usize).ok_or(AnswerError::NoQuestion { node })?;
        if form.holder(node) != holder {
            return Err(AnswerError::NoQuestion { node });
        }
        let cell = match &item.kind {
            Kind::Repeat { .. } => {
                let rows = d.array()?.unwrap_or_default();
                AnswerCell::Rows((0..rows).map(|_| read_tree(form, d, Some(node))).collect::<Result<_, _>>()?)
            }
            Kind::Group { .. } | Kind::Note => return Err(AnswerError::NoQuestion { node }),
            kind => AnswerCell::Answer(read_answer(form, node, kind, d)?),
        };
        tree.cells.insert(node, cell);
    }
    Ok(tree)
}

fn read_answer(form: &Form, node: u32, kind: &Kind, d: &mut Decoder) -> Result<Answer, AnswerError> {
    match d.datatype()? {
        Type::Null => {
            d.null()?;
            return Ok(Answer::Missing(Missing::DoNotKnow));
        }
        Type::Undefined => {
            d.undefined()?;
            return Ok(Answer::Missing(Missing::NotApplicable));
        }
        Type::Bool => {
            let acknowledged = d.bool()?;
            return Ok(if acknowledged { Answer::Acknowledged } else { Answer::Missing(Missing::NotPermitted) });
        }
        _ => {}
    }
    let answer = match kind {
        Kind::SelectOne { list } => Answer::One(read_choice(form, node, list, d)?),
        Kind::SelectMultiple { list } => {
            let length = d.array()?.unwrap_or_default();
            Answer::Many((0..length).map(|_| read_choice(form, node, list, d)).collect::<Result<_, _>>()?)
        }
        Kind::Attachment { .. } => Answer::Attachment(d.str()?.to_owned()),
        _ => match d.datatype()? {
            Type::String => Answer::Text(d.str()?.to_owned()),
            Type::Array => read_plain(form, node, d)?,
            _ => Answer::Integer(d.i64()?),
        },
    };
    Ok(answer)
}

fn read_plain(form: &Form, node: u32, d: &mut Decoder) -> Result<Answer, AnswerError> {
    let length = d.array()?.unwrap_or_default();
    Ok(match (d.u8()?, length) {
        (1, 3) => {
            let decimal = Decimal { digits: d.i64()?, scale: d.i16()? };
            let answer = Answer::Decimal(decimal);
            // What people type has few places.
            let fits = (0..=9).contains(&decimal.scale) || form.computes(node) && answer.is_possible();
            if !fits {
                return Err(AnswerError::Misfit { node });
            }
            answer
        }
        (2, 2) => Answer::Date(Date(d.i32()?)),
        (3, 2) => Answer::Time(TimeOfDay(d.u32()?)),
        (4, 3) => Answer::Moment(Moment { ms: d.i64()?, offset: d.i16()? }),
        (5, 5) => Answer::Point(Point { latitude: d.i32()?, longitude: d.i32()?, accuracy: d.u32()?, mock: d.bool()? }),
        _ => return Err(AnswerError::Misfit { node }),
    })
}

fn read_choice(form: &Form, node: u32, list: &ListRef, d: &mut Decoder) -> Result<u32, AnswerError> {
    let choice = match list {
        ListRef::Own(_) => Some(d.u32()?).filter(|c| form.choice_name(node, *c).is_some()),
        ListRef::Places(_) => form.choice(node, d.str()?),
    };
    choice.ok_or(AnswerError::Misfit { node })
}

/// One entry of the answer log: the question's index, and seconds since filling began.
pub type LogLine = (u32, u32);

/// Flattens the answer log: question index and seconds since the previous entry, in turn. Times that run backwards
/// count as 0.
#[must_use]
pub fn encode_log(lines: &[LogLine]) -> Vec<u32> {
    let mut last = 0;
    let pair = |(node, at): &LogLine| {
        let step = at.saturating_sub(last);
        last = last.max(*at);
        [*node, step]
    };
    lines.iter().flat_map(pair).collect()
}

/// Inverse of [`encode_log`]; ignores an incomplete last pair.
#[must_use]
pub fn decode_log(numbers: &[u32]) -> Vec<LogLine> {
    let mut at: u32 = 0;
    let line = |pair: &[u32]| {
        at = at.saturating_add(pair[1]);
        (pair[0], at)
    };
    numbers.chunks_exact(2).map(line).collect()
}
