//! Values of expressions and XPath 1.0's rules for turning one kind into another.

use super::ast::Operator;
use crate::num;
use crate::value::{Answer, Date, Moment, TimeOfDay};
use crate::zone::{DAY_MS, MINUTE_MS};
use std::borrow::Cow;
use std::cmp::Ordering;

/// A value of an expression.
#[derive(Clone, PartialEq)]
pub enum Val<'a> {
    /// Figures only: blank, hidden or missing.
    Unknown,
    /// A number; NaN when a text is none.
    Number(f64),
    /// A text; blank answers are the empty one.
    Text(Cow<'a, str>),
    /// A truth value.
    Bool(bool),
    /// A day.
    Date(Date),
    /// A time of day.
    Time(TimeOfDay),
    /// A moment.
    Moment(Moment),
    /// The rows of a repeated question.
    Many(Vec<Val<'a>>),
}

impl<'a> Val<'a> {
    /// The empty text.
    pub const BLANK: Self = Self::Text(Cow::Borrowed(""));

    /// A text.
    #[must_use]
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// Whether it is the empty text.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Text(t) => t.is_empty(),
            Self::Many(rows) => rows.first().is_none_or(Self::is_blank),
            _ => false,
        }
    }

    /// The same value, owning its text.
    #[must_use]
    pub fn into_owned(self) -> Val<'static> {
        match self {
            Self::Unknown => Val::Unknown,
            Self::Number(n) => Val::Number(n),
            Self::Text(t) => Val::Text(Cow::Owned(t.into_owned())),
            Self::Bool(b) => Val::Bool(b),
            Self::Date(d) => Val::Date(d),
            Self::Time(t) => Val::Time(t),
            Self::Moment(m) => Val::Moment(m),
            Self::Many(rows) => Val::Many(rows.into_iter().map(Val::into_owned).collect()),
        }
    }

    /// XPath's first node: the first row, or the value itself.
    #[must_use]
    pub fn first(&self) -> &Self {
        const BLANK: Val<'static> = Val::BLANK;
        match self {
            Self::Many(rows) => rows.first().unwrap_or(&BLANK),
            one => one,
        }
    }

    /// XPath's `number()`. Days count from 1970, as JavaRosa has it.
    #[must_use]
    pub fn number(&self) -> f64 {
        match self.first() {
            Self::Number(n) => *n,
            Self::Text(t) => parse_number(t),
            Self::Bool(b) => f64::from(u8::from(*b)),
            Self::Date(d) => f64::from(d.0),
            Self::Time(t) => f64::from(t.0) / 86_400.0,
            Self::Moment(m) => num::float(m.ms) / num::float(DAY_MS),
            Self::Unknown | Self::Many(_) => f64::NAN,
        }
    }

    /// XPath's `string()`.
    #[must_use]
    pub fn string(&self) -> Cow<'_, str> {
        match self.first() {
            Self::Text(t) => Cow::Borrowed(t.as_ref()),
            Self::Number(n) => Cow::Owned(format_number(*n)),
            Self::Bool(b) => Cow::Borrowed(if *b { "true" } else { "false" }),
            Self::Date(d) => Cow::Owned(d.to_string()),
            Self::Time(t) => Cow::Owned(t.to_string()),
            Self::Moment(m) => Cow::Owned(m.to_string()),
            Self::Unknown | Self::Many(_) => Cow::Borrowed(""),
        }
    }

    /// XPath's `boolean()`; `None` when it is unknown.
    #[must_use]
    pub fn truth(&self) -> Option<bool> {
        match self.first() {
            Self::Unknown => None,
            Self::Bool(b) => Some(*b),
            Self::Number(n) => Some(*n != 0.0 && !n.is_nan()),
            Self::Text(t) => Some(!t.is_empty()),
            Self::Many(rows) => Some(!rows.is_empty()),
            Self::Date(_) | Self::Time(_) | Self::Moment(_) => Some(true),
        }
    }

    fn is_temporal(&self) -> bool {
        matches!(self, Self::Date(_) | Self::Time(_) | Self::Moment(_))
    }

    /// The instant of a temporal value, and of a text read as one; `offset` is that of the other operand.
    fn instant(&self, offset: i16) -> Option<i64> {
        let day = |d: Date| i64::from(d.0) * DAY_MS - i64::from(offset) * MINUTE_MS;
        match self {
            Self::Moment(m) => Some(m.ms),
            Self::Date(d) => Some(day(*d)),
            Self::Time(t) => Some(i64::from(t.0) * 1000),
            Self::Text(t) => Moment::parse(t, offset)
                .map(|m| m.ms)
                .or_else(|| Date::parse(t).map(day))
                .or_else(|| TimeOfDay::parse(t).map(|t| i64::from(t.0) * 1000)),
            Self::Number(n) => num::int(n * num::float(DAY_MS)),
            _ => None,
        }
    }
}

/// Compares as XPath does: any row that holds makes it true. `None` when it is unknown.
pub(super) fn compare(op: Operator, left: &Val, right: &Val) -> Option<bool> {
    if let Val::Many(rows) = left {
        return any(rows.iter().map(|l| compare(op, l, right)));
    }
    if let Val::Many(rows) = right {
        return any(rows.iter().map(|r| compare(op, left, r)));
    }
    if matches!(left, Val::Unknown) || matches!(right, Val::Unknown) {
        return None;
    }
    Some(match op {
        Operator::Equal => equal(left, right),
        Operator::NotEqual => !equal(left, right),
        _ => order(left, right).is_some_and(|o| match op {
            Operator::Less => o == Ordering::Less,
            Operator::LessOrEqual => o != Ordering::Greater,
            Operator::Greater => o == Ordering::Greater,
            _ => o != Ordering::Less,
        }),
    })
}

fn any(results: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut out = Some(false);
    for result in results {
        match result {
            Some(true) => return Some(true),
            None => out = None,
            Some(false) => {}
        }
    }
    out
}

fn equal(left: &Val, right: &Val) -> bool {
    match (left, right) {
        (Val::Bool(_), _) | (_, Val::Bool(_)) => left.truth() == right.truth(),
        (Val::Number(_), _) | (_, Val::Number(_)) => left.number() == right.number(),
        _ if left.is_temporal() || right.is_temporal() => {
            !left.is_blank() && !right.is_blank() && instants(left, right).is_some_and(|(l, r)| l == r)
        }
        _ => left.string() == right.string(),
    }
}

fn order(left: &Val, right: &Val) -> Option<Ordering> {
    if left.is_temporal() || right.is_temporal() {
        let (l, r) = instants(left, right)?;
        return Some(l.cmp(&r));
    }
    left.number().partial_cmp(&right.number())
}

fn instants(left: &Val, right: &Val) -> Option<(i64, i64)> {
    let offset = match (left, right) {
        (Val::Moment(m), _) | (_, Val::Moment(m)) => m.offset,
        _ => 0,
    };
    Some((left.instant(offset)?, right.instant(offset)?))
}

/// XPath's number syntax: digits with at most one point and a leading minus; anything else is NaN. A comma is a point, as in JavaRosa.
pub(super) fn parse_number(text: &str) -> f64 {
    let text = text.trim();
    if text.contains(',') {
        return parse_number(&text.replace(',', "."));
    }
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
    if plain { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

/// XPath's `string()` of a number: no exponent, no trailing zeros.
pub(super) fn format_number(n: f64) -> String {
    match num::int(n) {
        Some(whole) if num::float(whole) == n => whole.to_string(),
        _ if n.is_nan() => "NaN".into(),
        _ if n.is_infinite() => {
            if n > 0.0 {
                "Infinity".into()
            } else {
                "-Infinity".into()
            }
        }
        _ => n.to_string(),
    }
}

impl<'a> From<&'a Answer> for Val<'a> {
    /// Choices and files are turned by the scope, which knows the lists; here they are blank.
    fn from(answer: &'a Answer) -> Self {
        match answer {
            Answer::Text(t) => Val::text(t.as_str()),
            Answer::Integer(n) => Val::Number(num::float(*n)),
            Answer::Decimal(d) => Val::Number(d.float()),
            Answer::Date(d) => Val::Date(*d),
            Answer::Time(t) => Val::Time(*t),
            Answer::Moment(m) => Val::Moment(*m),
            Answer::Point(p) => Val::text(p.to_string()),
            Answer::Attachment(name) => Val::text(name.as_str()),
            Answer::Acknowledged => Val::text("OK"),
            Answer::One(_) | Answer::Many(_) | Answer::Missing(_) => Val::BLANK,
        }
    }
}
