//! Whose an object in the outbox is: this phone's, or another's that it carries. On disk one column holds both, those that are
//! carried below zero; nothing else knows of that.

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};

/// The number of an object that goes to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Number {
    /// An envelope of this phone, by its place in the chain.
    Own(i64),
    /// An object of another phone, by its row in `carried`.
    Carried(i64),
}

impl Number {
    /// Of what is stored, or what the sync step gives back.
    pub fn of(stored: i64) -> Self {
        if stored < 0 { Self::Carried(stored.saturating_neg()) } else { Self::Own(stored) }
    }

    /// As it is stored, and as the sync step knows it.
    pub fn stored(self) -> i64 {
        match self {
            Self::Own(seq) => seq,
            Self::Carried(id) => id.saturating_neg(),
        }
    }
}

impl FromSql for Number {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(Self::of)
    }
}

impl ToSql for Number {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.stored().into())
    }
}
