//! Whether an answer is one for its question, before anything is changed.

use super::data::CellKey;
use super::error::FillError;
use super::expected::Expected;
use super::{Filling, MAX_TEXT, literal};
use crate::definition::Kind;
use crate::value::Answer;

impl Filling {
    pub(super) fn exists(&self, key: CellKey) -> Result<(), FillError> {
        let table = self.form.nodes.get(key.node as usize).ok_or(FillError::NoSuchKey)?.table;
        let used = self.rows.get(key.row as usize).is_some_and(|r| r.used && r.table == table);
        if used { Ok(()) } else { Err(FillError::NoSuchKey) }
    }

    pub(super) fn editable(&self, key: CellKey) -> Result<(), FillError> {
        self.exists(key)?;
        let cell = self.cell(key).ok_or(FillError::NoSuchKey)?;
        if !cell.shown {
            return Err(FillError::Hidden { name: self.name(key) });
        }
        let item = &self.form.definition.items[key.node as usize];
        let fixed =
            matches!(item.kind, Kind::Calculate | Kind::Hidden | Kind::Start | Kind::End | Kind::Today | Kind::Note);
        if cell.read_only || fixed {
            return Err(FillError::ReadOnly { name: self.name(key) });
        }
        Ok(())
    }

    pub(super) fn open_repeat(&self, repeat: CellKey) -> Result<(), FillError> {
        self.exists(repeat)?;
        match &self.form.definition.items[repeat.node as usize].kind {
            Kind::Repeat { count: None } => {}
            Kind::Repeat { .. } => return Err(FillError::ReadOnly { name: self.name(repeat) }),
            _ => return Err(FillError::NoSuchKey),
        }
        if self.cell(repeat).is_some_and(|c| c.shown) {
            Ok(())
        } else {
            Err(FillError::Hidden { name: self.name(repeat) })
        }
    }

    /// Whether the answer is one for this question.
    pub(super) fn fits(&self, key: CellKey, answer: &Answer) -> Result<(), FillError> {
        let item = &self.form.definition.items[key.node as usize];
        if let Answer::Missing(missing) = answer {
            let offered = item.missing.contains(missing);
            return if offered { Ok(()) } else { Err(FillError::NoSuchMissing { name: item.name.clone() }) };
        }
        literal::accepts(&item.kind, answer)
            .map_err(|expected| FillError::WrongKind { name: item.name.clone(), expected })?;
        match answer {
            Answer::Text(text) if text.len() > MAX_TEXT => {
                Err(FillError::TooLong { name: item.name.clone(), limit: MAX_TEXT })
            }
            Answer::One(choice) => self.offered(key, *choice),
            Answer::Many(chosen) => self.compatible(key, chosen),
            _ => Ok(()),
        }
    }

    fn offered(&self, key: CellKey, choice: u32) -> Result<(), FillError> {
        if self.is_offered(key, choice) { Ok(()) } else { Err(FillError::NotOffered { name: self.name(key) }) }
    }

    fn compatible(&self, key: CellKey, chosen: &[u32]) -> Result<(), FillError> {
        if !chosen.is_sorted_by(|a, b| a < b) {
            return Err(FillError::WrongKind { name: self.name(key), expected: Expected::EachChoiceOnce });
        }
        chosen.iter().try_for_each(|c| self.offered(key, *c))?;
        let list = self.form.list(key.node);
        let exclusive = list.and_then(|l| chosen.iter().map(|c| &l.choices[*c as usize]).find(|c| c.exclusive));
        match exclusive {
            Some(choice) if chosen.len() > 1 => {
                Err(FillError::Exclusive { name: self.name(key), choice: choice.name.to_string() })
            }
            _ => Ok(()),
        }
    }
}
