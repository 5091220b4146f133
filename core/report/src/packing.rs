//! What a report says, packed by its definition: answers, answer log and remarks as one sequence of bits.

use crate::answers::{AnswerCell, AnswerError, AnswerTree};
use crate::coder::BitWriter;
use crate::packer::{PackedNumber, Packer, context};
use crate::report::Remark;
use crate::unpacking::unpack;
use baqylau_forms::Form;
use baqylau_forms::definition::{Item, Kind};
use baqylau_forms::frequencies::END;
use baqylau_forms::value::Answer;
use std::collections::BTreeSet;

/// One entry of the answer log: the question's index, and seconds since filling began.
pub type LogLine = (u32, u32);

/// What a report says that nobody can read without its definition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportContent {
    /// The answers.
    pub answers: AnswerTree,
    /// When questions were set or cleared by hand, in that order. Times that run backwards are packed as standing
    /// still.
    pub log: Vec<LogLine>,
    /// Notes to questions, and reasons for confirming warnings.
    pub remarks: Vec<Remark>,
}

/// What an answer is, in the order of its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnswerType {
    One,
    Many,
    Text,
    Attachment,
    Integer,
    Decimal,
    Date,
    Time,
    Moment,
    Point,
    Acknowledged,
}

impl AnswerType {
    /// All of them.
    pub(crate) const ALL: [Self; 11] = [
        Self::One,
        Self::Many,
        Self::Text,
        Self::Attachment,
        Self::Integer,
        Self::Decimal,
        Self::Date,
        Self::Time,
        Self::Moment,
        Self::Point,
        Self::Acknowledged,
    ];

    /// Of a missing value: none.
    fn of(answer: &Answer) -> Option<Self> {
        Some(match answer {
            Answer::One(_) => Self::One,
            Answer::Many(_) => Self::Many,
            Answer::Text(_) => Self::Text,
            Answer::Attachment(_) => Self::Attachment,
            Answer::Integer(_) => Self::Integer,
            Answer::Decimal(_) => Self::Decimal,
            Answer::Date(_) => Self::Date,
            Answer::Time(_) => Self::Time,
            Answer::Moment(_) => Self::Moment,
            Answer::Point(_) => Self::Point,
            Answer::Acknowledged => Self::Acknowledged,
            Answer::Missing(_) => return None,
        })
    }

    /// What answers to a kind of question usually are.
    pub(crate) fn usual(kind: &Kind) -> Self {
        match kind {
            Kind::SelectOne { .. } => Self::One,
            Kind::SelectMultiple { .. } => Self::Many,
            Kind::Integer | Kind::Calculate => Self::Integer,
            Kind::Decimal | Kind::Range { .. } => Self::Decimal,
            Kind::Date | Kind::Today => Self::Date,
            Kind::Time => Self::Time,
            Kind::DateTime | Kind::Start | Kind::End => Self::Moment,
            Kind::Geopoint => Self::Point,
            Kind::Attachment { .. } => Self::Attachment,
            Kind::Acknowledge => Self::Acknowledged,
            Kind::Text | Kind::Barcode | Kind::Hidden => Self::Text,
            Kind::Group { .. } | Kind::Repeat { .. } | Kind::Note => Self::Text,
        }
    }
}

/// Contexts of a question: whether it is answered, missing, of the usual type.
pub(crate) fn contexts(form: &Form, node: u32, item: &Item, before: bool) -> [usize; 3] {
    let computed = usize::from(form.computes(node));
    let usual = AnswerType::usual(&item.kind) as usize;
    [
        context::PRESENT + 2 * computed + usize::from(before),
        context::MISSING + usize::from(!item.missing.is_empty()),
        context::USUAL + AnswerType::ALL.len() * computed + usual,
    ]
}

impl ReportContent {
    /// Packs what a report on `form` says.
    ///
    /// # Panics
    /// Never: writing to memory does not fail.
    #[must_use]
    pub fn encode(&self, form: &Form) -> Vec<u8> {
        let mut packer = Packer::new(form, BitWriter::new());
        packer.write(self).expect("writing to memory does not fail");
        packer.coder.finish()
    }

    /// Unpacks what a report on `form` says. There is one encoding of everything.
    ///
    /// # Errors
    /// [`AnswerError`] if it is malformed, or no report on this checklist.
    pub fn decode(form: &Form, bytes: &[u8]) -> Result<Self, AnswerError> {
        unpack(form, bytes)
    }
}

/// The question that the log goes on with as a rule: the next that is answered by hand.
pub(crate) fn next(asked: &BTreeSet<u32>, last: Option<u32>) -> Option<u32> {
    asked.range(last.map_or(0, |last| last.saturating_add(1))..).next().copied()
}

/// The questions that were answered by hand, in any row.
pub(crate) fn asked(form: &Form, tree: &AnswerTree, out: &mut BTreeSet<u32>) {
    for (node, cell) in &tree.cells {
        match cell {
            AnswerCell::Answer(_) if form.computes(*node) => {}
            AnswerCell::Answer(_) => drop(out.insert(*node)),
            AnswerCell::Rows(rows) => rows.iter().for_each(|row| asked(form, row, out)),
        }
    }
}

/// What precedes the byte after this one.
pub(crate) fn following(preceding: [u8; 4], byte: u8) -> [u8; 4] {
    let [_, b, c, d] = preceding;
    [b, c, d, byte]
}

type Written = Result<(), AnswerError>;

impl Packer<'_, BitWriter> {
    fn write(&mut self, content: &ReportContent) -> Written {
        self.write_tree(&content.answers, None)?;
        let mut by_hand = BTreeSet::new();
        asked(self.form, &content.answers, &mut by_hand);
        self.unsigned(PackedNumber::Lines, content.log.len() as u64)?;
        let (mut last, mut then) = (None, 0);
        for (node, at) in &content.log {
            let foretold = next(&by_hand, last);
            if foretold.is_none() || !self.bit(context::NEXT, foretold == Some(*node))? {
                self.unsigned(PackedNumber::Line, u64::from(*node))?;
            }
            self.unsigned(PackedNumber::Seconds, u64::from(at.saturating_sub(then)))?;
            (last, then) = (Some(*node), then.max(*at));
        }
        self.unsigned(PackedNumber::Remarks, content.remarks.len() as u64)?;
        for remark in &content.remarks {
            self.unsigned(PackedNumber::Remark, u64::from(remark.node))?;
            self.unsigned(PackedNumber::Depth, remark.rows.len() as u64)?;
            for row in &remark.rows {
                self.unsigned(PackedNumber::Position, u64::from(*row))?;
            }
            self.bit(context::CONFIRMS, remark.confirms)?;
            self.write_text(&remark.text)?;
        }
        Ok(())
    }

    fn write_tree(&mut self, tree: &AnswerTree, holder: Option<u32>) -> Written {
        let mut before = false;
        for node in self.level(holder).iter().copied() {
            let item = &self.form.definition().items[node as usize];
            let cell = tree.cells.get(&node);
            let [present, missing, usual] = contexts(self.form, node, item, before);
            before = self.bit(present, cell.is_some())?;
            match cell {
                Some(AnswerCell::Rows(rows)) => {
                    self.unsigned(PackedNumber::Rows, rows.len() as u64)?;
                    rows.iter().try_for_each(|row| self.write_tree(row, Some(node)))?;
                }
                Some(AnswerCell::Answer(Answer::Missing(why))) => {
                    self.bit(missing, true)?;
                    self.symbol(context::WHICH, 2, *why as u32)?;
                }
                Some(AnswerCell::Answer(answer)) => {
                    self.bit(missing, false)?;
                    let found = AnswerType::of(answer).expect("it is not missing");
                    if !self.bit(usual, found == AnswerType::usual(&item.kind))? {
                        self.symbol(context::TYPE, 4, found as u32)?;
                    }
                    self.write_answer(node, item, answer)?;
                }
                None => {}
            }
        }
        Ok(())
    }

    fn write_answer(&mut self, node: u32, item: &Item, answer: &Answer) -> Written {
        let form = self.form;
        match answer {
            Answer::Text(text) | Answer::Attachment(text) => self.write_text(text)?,
            Answer::Integer(n) => drop(self.signed(PackedNumber::Integer, *n)?),
            Answer::Decimal(d) => {
                self.signed(PackedNumber::Digits, d.digits)?;
                self.signed(PackedNumber::Scale, d.scale.into())?;
            }
            Answer::Date(d) => drop(self.signed(PackedNumber::Date, d.0.into())?),
            Answer::Time(t) => drop(self.unsigned(PackedNumber::Time, t.0.into())?),
            Answer::Moment(m) => {
                self.signed(PackedNumber::Moment, m.ms)?;
                self.signed(PackedNumber::Offset, m.offset.into())?;
            }
            Answer::Point(p) => {
                self.signed(PackedNumber::Latitude, p.latitude.into())?;
                self.signed(PackedNumber::Longitude, p.longitude.into())?;
                self.unsigned(PackedNumber::Accuracy, p.accuracy.into())?;
                self.bit(context::MOCK, p.mock)?;
            }
            Answer::One(choice) => match item.kind.own_list() {
                Some(list) => drop(self.choice(list, *choice)?),
                None => self.write_text(form.choice_name(node, *choice).map_or("", AsRef::as_ref))?,
            },
            Answer::Many(chosen) => match item.kind.own_list() {
                Some(list) => {
                    let chosen: BTreeSet<u32> = chosen.iter().copied().collect();
                    for (_, choice) in form.definition().lists[list].choices.iter().zip(0..) {
                        self.chosen(list, chosen.contains(&choice))?;
                    }
                }
                None => {
                    self.unsigned(PackedNumber::Chosen, chosen.len() as u64)?;
                    for choice in chosen {
                        self.write_text(form.choice_name(node, *choice).map_or("", AsRef::as_ref))?;
                    }
                }
            },
            Answer::Acknowledged | Answer::Missing(_) => {}
        }
        Ok(())
    }

    fn write_text(&mut self, text: &str) -> Written {
        let mut preceding = [END; 4];
        for byte in text.bytes().chain([END]) {
            self.byte(preceding, byte)?;
            preceding = following(preceding, byte);
        }
        Ok(())
    }
}
