//! Time zones without a database of zones: the offset from UTC and when it changes. Whoever makes the tables looks the changes up; a
//! phone needs no list of the world's zones, and is told of a change of summer time with the next bundle.

use crate::value::{Date, Moment};
use chrono::{NaiveDateTime, Timelike};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// Milliseconds of a minute.
pub const MINUTE_MS: i64 = 60_000;
/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds of a day.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// The time of a place. Before the first change it has the offset that it begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// As the tables name it: `Europe/Bucharest`, or `+05:00` where the offset never changes.
    pub name: Arc<str>,
    /// Minutes east of UTC before the first change.
    pub offset: i16,
    /// When it changes, in milliseconds since 1970, ascending, and the minutes east of UTC from then on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<(i64, i16)>,
}

/// A time of the wall clock that is no moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalError {
    /// The clocks were put forward over it.
    Skipped,
    /// The clocks were put back over it: it is either of these.
    Twice(Moment, Moment),
    /// No date and time, or one outside the calendar.
    NoMoment,
}

/// Completes a sentence that says what to type instead, as in "expected …".
impl fmt::Display for LocalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Skipped => f.write_str("a time that there is: the clocks were put forward over this one"),
            Self::Twice(first, second) => write!(
                f,
                "which of the two: the clocks were put back, so add the offset from UTC: {} or {}",
                typed(*first),
                typed(*second)
            ),
            Self::NoMoment => f.write_str("a date and time, YYYY-MM-DDTHH:MM"),
        }
    }
}

impl std::error::Error for LocalError {}

/// A moment as somebody types it, with its offset.
fn typed(moment: Moment) -> String {
    let local = moment.local().map(|t| t.naive_local());
    let seconds = local.is_some_and(|t| t.second() != 0);
    let clock = local.map(|t| t.format(if seconds { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%dT%H:%M" }).to_string());
    clock.unwrap_or_default() + &Zone::fixed(moment.offset).name
}

/// The widest offset there is, in minutes.
const WIDEST: i16 = 18 * 60;

impl Zone {
    /// One offset for ever, in minutes east of UTC.
    #[must_use]
    pub fn fixed(offset: i16) -> Self {
        let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
        let name = format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60).into();
        Self { name, offset, changes: Vec::new() }
    }

    /// The minutes of `+05:00` or `-02:30`; `None` for anything else.
    #[must_use]
    pub fn parse_offset(text: &str) -> Option<i16> {
        let behind = text.strip_prefix('+').map(|rest| (1, rest));
        let (sign, rest) = behind.or_else(|| text.strip_prefix(['-', '\u{2212}']).map(|rest| (-1, rest)))?;
        let (hours, minutes) = rest.split_once(':')?;
        let digits = |t: &str| (t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse::<i16>().ok());
        let (hours, minutes) = (digits(hours)??, digits(minutes)??);
        (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
    }

    /// Whether every offset is one, and the changes stand in their order.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let possible = |minutes: i16| minutes.unsigned_abs() <= WIDEST.unsigned_abs();
        possible(self.offset)
            && self.changes.iter().all(|c| possible(c.1))
            && self.changes.windows(2).all(|pair| pair[0].0 < pair[1].0)
    }

    /// Minutes east of UTC at a moment, in milliseconds since 1970.
    #[must_use]
    pub fn at(&self, ms: i64) -> i16 {
        let past = self.changes.partition_point(|change| change.0 <= ms);
        past.checked_sub(1).map_or(self.offset, |last| self.changes[last].1)
    }

    /// A moment with this zone's offset.
    #[must_use]
    pub fn moment(&self, ms: i64) -> Moment {
        Moment { ms, offset: self.at(ms) }
    }

    /// The moment that the wall clock here shows as `local`.
    ///
    /// # Errors
    /// There is none, or there are two.
    pub fn resolve(&self, local: NaiveDateTime) -> Result<Moment, LocalError> {
        let local = local.and_utc().timestamp_millis();
        let mut offsets: Vec<i16> = self.changes.iter().map(|c| c.1).chain([self.offset]).collect();
        offsets.sort_unstable();
        offsets.dedup();
        let moment = |offset: i16| Moment { ms: local - i64::from(offset) * MINUTE_MS, offset };
        let mut found = offsets.into_iter().map(moment).filter(|m| self.at(m.ms) == m.offset);
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(one),
            (Some(one), Some(other)) => {
                // The greater offset is the earlier moment.
                let (first, second) = if one.ms < other.ms { (one, other) } else { (other, one) };
                Err(LocalError::Twice(first, second))
            }
            (None, _) => Err(LocalError::Skipped),
        }
    }

    /// Reads RFC 3339, or a local date and time without an offset, which is then this zone's.
    ///
    /// # Errors
    /// The text is neither, or the local time is skipped or twice.
    pub fn read(&self, text: &str) -> Result<Moment, LocalError> {
        match Moment::parse(text, 0) {
            // With an offset of its own it does not matter which it is given; without, the two differ.
            Some(moment) if Moment::parse(text, 1) == Some(moment) => Ok(moment),
            Some(local) => self.resolve(local.local().ok_or(LocalError::NoMoment)?.naive_utc()),
            None => Err(LocalError::NoMoment),
        }
    }

    /// The moment when a day begins here, in milliseconds since 1970.
    #[must_use]
    pub fn midnight(&self, day: Date) -> i64 {
        self.of_day(day, 0)
    }

    /// The moment at a minute of a day here, in milliseconds since 1970: the first of two, and after the gap where there is none.
    #[must_use]
    pub fn of_day(&self, day: Date, minute: u16) -> i64 {
        let local = i64::from(day.0) * DAY_MS + i64::from(minute) * MINUTE_MS;
        let offsets = self.changes.iter().map(|c| c.1).chain([self.offset]);
        let shown = offsets.map(|offset| local - i64::from(offset) * MINUTE_MS);
        let first = shown.filter(|ms| ms + i64::from(self.at(*ms)) * MINUTE_MS == local).min();
        // The clocks skip it: the offset of the day before leads behind the gap.
        first.unwrap_or_else(|| local - i64::from(self.at(local - DAY_MS)) * MINUTE_MS)
    }
}
