//! Numbers, choices and texts as bits, each with a chance that follows from what was packed before it.

use crate::answers::AnswerError;
use crate::coder::{BitCoder, EVEN};
use baqylau_forms::Form;
use baqylau_forms::definition::{Kind, List};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a number says: each has chances of its own.
#[derive(Debug, Clone, Copy)]
pub enum PackedNumber {
    /// How many rows a repeat has.
    Rows,
    /// A whole number that was answered.
    Integer,
    /// Digits of a decimal.
    Digits,
    /// Scale of a decimal.
    Scale,
    /// Days since 1970.
    Date,
    /// Seconds since midnight.
    Time,
    /// Milliseconds since 1970.
    Moment,
    /// Minutes east of UTC.
    Offset,
    /// In 1e-7 degrees.
    Latitude,
    /// In 1e-7 degrees.
    Longitude,
    /// In centimetres.
    Accuracy,
    /// How many places are chosen.
    Chosen,
    /// How many lines the answer log has.
    Lines,
    /// The question of a line.
    Line,
    /// Seconds since the line before.
    Seconds,
    /// How many remarks there are.
    Remarks,
    /// The question of a remark.
    Remark,
    /// In how many repeats it stands.
    Depth,
    /// The row in one of them.
    Position,
}

/// Where the chances of something stand. What is packed with `symbol` or as a number has those behind it too.
pub mod context {
    /// Whether a question has an answer: four, by whether the one before has and whether it is computed.
    pub const PRESENT: usize = 0;
    /// Whether the answer is a missing value: two, by whether the checklist offers one.
    pub const MISSING: usize = 4;
    /// Which missing value.
    pub const WHICH: usize = 6;
    /// Whether an answer is of its question's usual type: eleven each of what is asked and what is computed.
    pub const USUAL: usize = 10;
    /// Its type, if not.
    pub const TYPE: usize = 32;
    /// Whether a program set the position.
    pub const MOCK: usize = 48;
    /// Whether the log goes on with the next question.
    pub const NEXT: usize = 49;
    /// Whether a remark confirms a warning.
    pub const CONFIRMS: usize = 50;
    /// Numbers.
    pub(super) const NUMBERS: usize = 51;
    /// Lists of choices.
    pub(super) const LISTS: usize = NUMBERS + 64 * (super::PackedNumber::Position as usize + 1);
}

/// Packs with a writer, unpacks with a reader.
pub struct Packer<'f, C> {
    /// The checklist.
    pub form: &'f Form,
    /// Where the bits go, or come from.
    pub coder: C,
    /// Of every context, how often it was asked, and how often the bit was 1.
    counts: Vec<(u32, u32)>,
    /// For every own list, where its contexts begin, and how many bits a choice has.
    lists: Vec<(usize, u32)>,
    /// Questions and repeats of the checklist itself, and of the rows of each repeat.
    levels: BTreeMap<Option<u32>, Rc<[u32]>>,
}

impl<'f, C: BitCoder> Packer<'f, C> {
    /// With nothing packed yet.
    pub fn new(form: &'f Form, coder: C) -> Self {
        let definition = form.definition();
        let mut end = context::LISTS;
        let place = |list: &List| {
            let bits = usize::BITS - list.choices.len().saturating_sub(1).leading_zeros();
            end += 1 << bits;
            (end - (1 << bits), bits)
        };
        let lists = definition.lists.iter().map(place).collect();
        let mut levels: BTreeMap<Option<u32>, Vec<u32>> = BTreeMap::new();
        for (item, node) in definition.items.iter().zip(0u32..) {
            if item.kind.has_answers() || matches!(item.kind, Kind::Repeat { .. }) {
                levels.entry(form.holder(node)).or_default().push(node);
            }
        }
        let levels = levels.into_iter().map(|(holder, nodes)| (holder, nodes.into())).collect();
        Self { form, coder, counts: vec![(0, 0); end], lists, levels }
    }

    /// What may be answered in a row of a repeat, or in the checklist itself.
    pub fn level(&self, holder: Option<u32>) -> Rc<[u32]> {
        self.levels.get(&holder).cloned().unwrap_or_default()
    }

    /// A bit with the chance that its context had so far.
    pub fn bit(&mut self, context: usize, bit: bool) -> Result<bool, AnswerError> {
        let (all, ones) = self.counts[context];
        let chance = (2 * u64::from(ones) + 1) * u64::from(EVEN) / (u64::from(all) + 1);
        let bit = self.coder.code(u32::try_from(chance).expect("a chance"), bit)?;
        self.counts[context] = (all + 1, ones + u32::from(bit));
        Ok(bit)
    }

    /// A number of so many bits, the highest first; each bit has chances of its own for every one of those above it.
    pub fn symbol(&mut self, context: usize, bits: u32, value: u32) -> Result<u32, AnswerError> {
        let mut known = 1;
        for at in (0..bits).rev() {
            let bit = self.bit(context + known, value >> at & 1 == 1)?;
            known = known << 1 | usize::from(bit);
        }
        Ok(u32::try_from(known - (1 << bits)).expect("as many bits"))
    }

    /// A number from 0: the length of its successor in bits, then those below its first.
    pub fn unsigned(&mut self, number: PackedNumber, value: u64) -> Result<u64, AnswerError> {
        let successor = value.saturating_add(1);
        let length = self.symbol(context::NUMBERS + 64 * number as usize, 6, successor.ilog2())?;
        let mut read = 1u64;
        for at in (0..length).rev() {
            read = read << 1 | u64::from(self.coder.code(EVEN, successor >> at & 1 == 1)?);
        }
        Ok(read - 1)
    }

    /// A number with its sign; -1 has the size of 0.
    pub fn signed(&mut self, number: PackedNumber, value: i64) -> Result<i64, AnswerError> {
        let negative = self.bit(context::NUMBERS + 64 * number as usize, value < 0)?;
        let size = self.unsigned(number, if value < 0 { !value } else { value }.unsigned_abs())?;
        let size = i64::try_from(size).map_err(|_| AnswerError::Range)?;
        Ok(if negative { !size } else { size })
    }

    /// A number from 0 that fits a narrower type.
    pub fn count<T: TryFrom<u64>>(&mut self, number: PackedNumber, value: u64) -> Result<T, AnswerError> {
        T::try_from(self.unsigned(number, value)?).map_err(|_| AnswerError::Range)
    }

    /// A number with its sign that fits a narrower type.
    pub fn narrow<T: TryFrom<i64>>(&mut self, number: PackedNumber, value: i64) -> Result<T, AnswerError> {
        T::try_from(self.signed(number, value)?).map_err(|_| AnswerError::Range)
    }

    /// A choice of an own list, by position. It may be one that the list does not have.
    pub fn choice(&mut self, list: usize, choice: u32) -> Result<u32, AnswerError> {
        let (context, bits) = self.lists[list];
        self.symbol(context, bits, choice)
    }

    /// Whether a choice of an own list is one of those that were chosen.
    pub fn chosen(&mut self, list: usize, chosen: bool) -> Result<bool, AnswerError> {
        self.bit(self.lists[list].0, chosen)
    }

    /// The next byte of a text, as likely as the checklist's words make it.
    pub fn byte(&mut self, preceding: [u8; 4], byte: u8) -> Result<u8, AnswerError> {
        let mut next = self.form.word_frequencies().after(preceding);
        let mut read = 0;
        for at in (0..8).rev() {
            let bit = self.coder.code(next.chance(), byte >> at & 1 == 1)?;
            next.add(bit);
            read = read << 1 | u8::from(bit);
        }
        Ok(read)
    }
}
