//! Reads what a report says. It is hostile input: as much memory is taken as [`MAX_PARTS`], [`MAX_ROWS`] and [`MAX_TEXT`]
//! allow, whatever the bytes say.

use crate::answers::{AnswerCell, AnswerError, AnswerTree};
use crate::coder::BitReader;
use crate::packer::{PackedNumber, Packer, context};
use crate::packing::{AnswerType, LogLine, ReportContent, asked, contexts, following, next};
use crate::report::Remark;
use baqylau_forms::Form;
use baqylau_forms::definition::{Item, Kind};
use baqylau_forms::form::MAX_ROWS;
use baqylau_forms::frequencies::END;
use baqylau_forms::value::{Answer, Date, Decimal, Missing, Moment, Point, TimeOfDay};
use std::collections::BTreeSet;

/// Most answers, choices, rows, lines of the log, remarks and places of remarks in a report.
const MAX_PARTS: usize = 1 << 19;
/// Most bytes of text in a report.
pub const MAX_TEXT: usize = 1 << 20;

/// Reads what a report on `form` says.
pub fn unpack(form: &Form, bytes: &[u8]) -> Result<ReportContent, AnswerError> {
    let mut unpacker = Unpacker { packer: Packer::new(form, BitReader::new(bytes)), rows: 0, parts: 0, text: 0 };
    let answers = unpacker.tree(None)?;
    let log = unpacker.log(&answers)?;
    let remarks = unpacker.remarks()?;
    unpacker.packer.coder.finish()?;
    Ok(ReportContent { answers, log, remarks })
}

struct Unpacker<'f, 'b> {
    packer: Packer<'f, BitReader<'b>>,
    rows: usize,
    parts: usize,
    text: usize,
}

impl Unpacker<'_, '_> {
    /// Counts one more part.
    fn part(&mut self) -> Result<(), AnswerError> {
        self.parts += 1;
        if self.parts > MAX_PARTS { Err(AnswerError::TooMany { limit: MAX_PARTS }) } else { Ok(()) }
    }

    fn text(&mut self) -> Result<String, AnswerError> {
        let (mut out, mut preceding) = (Vec::new(), [END; 4]);
        loop {
            let byte = self.packer.byte(preceding, 0)?;
            if byte == END {
                return String::from_utf8(out).map_err(|_| AnswerError::NotText);
            }
            self.text += 1;
            if self.text > MAX_TEXT {
                return Err(AnswerError::TooLong { limit: MAX_TEXT });
            }
            out.push(byte);
            preceding = following(preceding, byte);
        }
    }

    fn tree(&mut self, holder: Option<u32>) -> Result<AnswerTree, AnswerError> {
        let form = self.packer.form;
        let (mut tree, mut before) = (AnswerTree::default(), false);
        for node in self.packer.level(holder).iter().copied() {
            let item = &form.definition().items[node as usize];
            let [present, missing, usual] = contexts(form, node, item, before);
            before = self.packer.bit(present, false)?;
            if !before {
                continue;
            }
            self.part()?;
            let cell = if matches!(item.kind, Kind::Repeat { .. }) {
                let count: usize = self.packer.count(PackedNumber::Rows, 0)?;
                self.rows = self.rows.saturating_add(count);
                if self.rows > MAX_ROWS {
                    return Err(AnswerError::TooManyRows { limit: MAX_ROWS });
                }
                let inner = (0..count).map(|_| self.tree(Some(node)));
                AnswerCell::Rows(inner.collect::<Result<_, _>>()?)
            } else if self.packer.bit(missing, false)? {
                let which = self.packer.symbol(context::WHICH, 2, 0)?;
                let why = Missing::ALL.get(which as usize).ok_or(AnswerError::Misfit { node })?;
                AnswerCell::Answer(Answer::Missing(*why))
            } else {
                let expected = AnswerType::usual(&item.kind);
                let found = if self.packer.bit(usual, false)? {
                    expected
                } else {
                    let found = AnswerType::ALL.get(self.packer.symbol(context::TYPE, 4, 0)? as usize).copied();
                    found.filter(|found| *found != expected).ok_or(AnswerError::Misfit { node })?
                };
                AnswerCell::Answer(self.answer(node, item, found)?)
            };
            tree.cells.insert(node, cell);
        }
        Ok(tree)
    }

    fn answer(&mut self, node: u32, item: &Item, found: AnswerType) -> Result<Answer, AnswerError> {
        let form = self.packer.form;
        Ok(match found {
            AnswerType::Text => Answer::Text(self.text()?),
            AnswerType::Attachment => Answer::Attachment(self.text()?),
            AnswerType::Integer => Answer::Integer(self.packer.signed(PackedNumber::Integer, 0)?),
            AnswerType::Decimal => {
                let decimal = Decimal {
                    digits: self.packer.signed(PackedNumber::Digits, 0)?,
                    scale: self.packer.narrow(PackedNumber::Scale, 0)?,
                };
                let answer = Answer::Decimal(decimal);
                // What people type has few places.
                let fits = (0..=9).contains(&decimal.scale) || form.computes(node) && answer.is_possible();
                return if fits { Ok(answer) } else { Err(AnswerError::Misfit { node }) };
            }
            AnswerType::Date => Answer::Date(Date(self.packer.narrow(PackedNumber::Date, 0)?)),
            AnswerType::Time => Answer::Time(TimeOfDay(self.packer.count(PackedNumber::Time, 0)?)),
            AnswerType::Moment => Answer::Moment(Moment {
                ms: self.packer.signed(PackedNumber::Moment, 0)?,
                offset: self.packer.narrow(PackedNumber::Offset, 0)?,
            }),
            AnswerType::Point => Answer::Point(Point {
                latitude: self.packer.narrow(PackedNumber::Latitude, 0)?,
                longitude: self.packer.narrow(PackedNumber::Longitude, 0)?,
                accuracy: self.packer.count(PackedNumber::Accuracy, 0)?,
                mock: self.packer.bit(context::MOCK, false)?,
            }),
            AnswerType::Acknowledged => Answer::Acknowledged,
            AnswerType::One => Answer::One(self.choice(node, item)?),
            AnswerType::Many => Answer::Many(self.choices(node, item)?),
        })
    }

    fn choice(&mut self, node: u32, item: &Item) -> Result<u32, AnswerError> {
        let choice = match item.kind.own_list() {
            Some(list) => {
                Some(self.packer.choice(list, 0)?).filter(|c| self.packer.form.choice_name(node, *c).is_some())
            }
            None => self.place(node)?,
        };
        choice.ok_or(AnswerError::Misfit { node })
    }

    fn choices(&mut self, node: u32, item: &Item) -> Result<Vec<u32>, AnswerError> {
        let mut chosen = Vec::new();
        if let Some(list) = item.kind.own_list() {
            for (_, choice) in self.packer.form.definition().lists[list].choices.iter().zip(0..) {
                if self.packer.chosen(list, false)? {
                    self.part()?;
                    chosen.push(choice);
                }
            }
        } else {
            let count: u32 = self.packer.count(PackedNumber::Chosen, 0)?;
            for _ in 0..count {
                self.part()?;
                chosen.push(self.place(node)?.ok_or(AnswerError::Misfit { node })?);
            }
        }
        Ok(chosen)
    }

    /// Places are packed by code, because their table may change after the report is signed.
    fn place(&mut self, node: u32) -> Result<Option<u32>, AnswerError> {
        let code = self.text()?;
        Ok(self.packer.form.choice(node, &code))
    }

    fn log(&mut self, answers: &AnswerTree) -> Result<Vec<LogLine>, AnswerError> {
        let mut by_hand = BTreeSet::new();
        asked(self.packer.form, answers, &mut by_hand);
        let count: u32 = self.packer.count(PackedNumber::Lines, 0)?;
        let (mut log, mut last, mut at) = (Vec::new(), None, 0u32);
        for _ in 0..count {
            self.part()?;
            let foretold = next(&by_hand, last);
            let node = match foretold {
                Some(node) if self.packer.bit(context::NEXT, false)? => node,
                _ => self.question(PackedNumber::Line, foretold)?,
            };
            at = at.checked_add(self.packer.count(PackedNumber::Seconds, 0)?).ok_or(AnswerError::Range)?;
            log.push((node, at));
            last = Some(node);
        }
        Ok(log)
    }

    /// A question by its number, which is not the one that was foretold.
    fn question(&mut self, number: PackedNumber, foretold: Option<u32>) -> Result<u32, AnswerError> {
        let node: u32 = self.packer.count(number, 0)?;
        let known = (node as usize) < self.packer.form.definition().items.len() && Some(node) != foretold;
        if known { Ok(node) } else { Err(AnswerError::NoQuestion { node }) }
    }

    fn remarks(&mut self) -> Result<Vec<Remark>, AnswerError> {
        let count: u32 = self.packer.count(PackedNumber::Remarks, 0)?;
        let remark = |_| {
            self.part()?;
            let node = self.question(PackedNumber::Remark, None)?;
            let depth: u32 = self.packer.count(PackedNumber::Depth, 0)?;
            let row = |_| {
                self.part()?;
                self.packer.count(PackedNumber::Position, 0)
            };
            let rows = (0..depth).map(row).collect::<Result<_, _>>()?;
            let confirms = self.packer.bit(context::CONFIRMS, false)?;
            Ok(Remark { node, rows, confirms, text: self.text()? })
        };
        (0..count).map(remark).collect()
    }
}
