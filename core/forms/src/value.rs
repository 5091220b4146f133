//! Answers as the observer gives them.

use crate::zone::MINUTE_MS;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, SecondsFormat, Timelike};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a question that was asked has no value. Never a choice, never a sentinel number; blank in expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// `dk`: the observer does not know.
    DoNotKnow,
    /// `np`: the observer was not permitted to see it.
    NotPermitted,
    /// `na`: the question does not apply here.
    NotApplicable,
}

impl Missing {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 3] = [Self::DoNotKnow, Self::NotPermitted, Self::NotApplicable];

    /// The code in tables: `dk`, `np` or `na`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::DoNotKnow => "dk",
            Self::NotPermitted => "np",
            Self::NotApplicable => "na",
        }
    }

    /// The value of a code, or `None`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.code() == code)
    }
}

/// A moment with the offset of the place where it was noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub ms: i64,
    /// Minutes east of UTC.
    pub offset: i16,
}

impl Moment {
    /// The moment as a calendar date and time, `None` when it is outside the calendar.
    #[must_use]
    pub fn local(self) -> Option<DateTime<FixedOffset>> {
        let zone = FixedOffset::east_opt(i32::from(self.offset) * 60)?;
        Some(DateTime::from_timestamp_millis(self.ms)?.with_timezone(&zone))
    }

    /// The local calendar day.
    #[must_use]
    pub fn date(self) -> Option<Date> {
        self.local().map(|t| Date::from(t.date_naive()))
    }

    /// Reads RFC 3339, or a local date and time without an offset, which then is `offset`.
    #[must_use]
    pub fn parse(text: &str, offset: i16) -> Option<Self> {
        if let Ok(t) =
            DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%#z"))
        {
            let minutes = i16::try_from(t.offset().local_minus_utc() / 60).ok()?;
            return Some(Self { ms: t.timestamp_millis(), offset: minutes });
        }
        let naive = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|f| chrono::NaiveDateTime::parse_from_str(text, f).ok())?;
        Some(Self { ms: naive.and_utc().timestamp_millis() - i64::from(offset) * MINUTE_MS, offset })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.local() {
            Some(t) => f.write_str(&t.to_rfc3339_opts(SecondsFormat::Millis, true)),
            None => write!(f, "{}ms", self.ms),
        }
    }
}

/// A calendar day, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Date(pub i32);

const EPOCH_FROM_CE: i32 = 719_163;

impl From<NaiveDate> for Date {
    fn from(day: NaiveDate) -> Self {
        Self(day.num_days_from_ce() - EPOCH_FROM_CE)
    }
}

impl Date {
    /// The day as chrono writes it, `None` when it is outside the calendar.
    #[must_use]
    pub fn calendar(self) -> Option<NaiveDate> {
        NaiveDate::from_num_days_from_ce_opt(self.0.checked_add(EPOCH_FROM_CE)?)
    }

    /// Reads `YYYY-MM-DD`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(Self::from)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.calendar() {
            Some(day) => write!(f, "{}", day.format("%Y-%m-%d")),
            None => write!(f, "{}d", self.0),
        }
    }
}

/// A time of day, as seconds since midnight (0 to 86,399).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimeOfDay(pub u32);

impl TimeOfDay {
    /// Reads `HH:MM` or `HH:MM:SS`; a fraction and an offset behind the seconds, as ODK writes them, are left out. `None` for a leap
    /// second, which no clock of a phone shows.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (clock, rest) = text.split_at_checked(8).unwrap_or((text, ""));
        let t =
            NaiveTime::parse_from_str(clock, "%H:%M:%S").or_else(|_| NaiveTime::parse_from_str(text, "%H:%M")).ok()?;
        let odd = |c: char| !(c.is_ascii_digit() || matches!(c, '.' | ':' | '+' | '-' | 'Z'));
        let follows = rest.is_empty() || (rest.starts_with(['.', '+', '-', 'Z']) && !rest.contains(odd));
        (follows && t.nanosecond() < 1_000_000_000).then(|| Self(t.num_seconds_from_midnight()))
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}:{:02}", self.0 / 3600, self.0 / 60 % 60, self.0 % 60)
    }
}

/// A decimal number, exact: `digits / 10^scale`. Reports carry no floating point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Decimal {
    /// The digits with their sign.
    pub digits: i64,
    /// How many of them stand behind the point: 0 to 9 where somebody typed the number, [`Decimal::SCALES`] where it was computed;
    /// negative for zeros before the point.
    pub scale: i16,
}

impl Decimal {
    /// The scales that numbers of XPath need.
    pub const SCALES: std::ops::RangeInclusive<i16> = -308..=324;

    /// The number as XPath sees it: the nearest that there is.
    #[must_use]
    pub fn float(self) -> f64 {
        /// Exact, as are integers up to 2^53; a division of the two is rounded once.
        const POWERS: [f64; 16] =
            [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
        match usize::try_from(self.scale).ok().and_then(|s| POWERS.get(s)) {
            Some(power) if self.digits.unsigned_abs() <= 1 << 53 => crate::num::float(self.digits) / power,
            _ => format!("{}e{}", self.digits, -i32::from(self.scale)).parse().unwrap_or(f64::NAN),
        }
    }

    /// The shortest decimal number that reads back as the same number of XPath; `None` for NaN and infinity.
    #[must_use]
    pub fn shortest(n: f64) -> Option<Self> {
        let text = format!("{n:e}");
        let (digits, exponent) = text.split_once('e')?;
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let exponent: i16 = exponent.parse().ok()?;
        let digits = format!("{whole}{part}").parse().ok()?;
        Some(Self { digits, scale: i16::try_from(part.len()).ok()? - exponent })
    }

    /// Reads `-12.50`; `None` when it is no plain decimal number of up to 18 digits, 9 of them behind the point.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let bare = whole.trim_start_matches('-');
        let plain = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        if bare.is_empty() || !plain(bare) || !plain(part) || part.len() > 9 || whole.len() - bare.len() > 1 {
            return None;
        }
        let digits = format!("{whole}{part}").parse().ok()?;
        Some(Self { digits, scale: i16::try_from(part.len()).ok()? })
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(scale) = usize::try_from(self.scale).ok().filter(|s| *s > 0) else {
            let zeros = if self.digits == 0 { 0 } else { usize::from(self.scale.unsigned_abs()) };
            return write!(f, "{}{:0<zeros$}", self.digits, "");
        };
        let sign = if self.digits < 0 { "-" } else { "" };
        let text = format!("{:0>width$}", self.digits.unsigned_abs(), width = scale + 1);
        let (whole, part) = text.split_at(text.len() - scale);
        write!(f, "{sign}{whole}.{part}")
    }
}

/// A position as the phone measured it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Point {
    /// Latitude in units of 1e-7 degree, north positive.
    pub latitude: i32,
    /// Longitude in units of 1e-7 degree, east positive.
    pub longitude: i32,
    /// Radius of the circle the phone is in with 68 % probability, in centimetres.
    pub accuracy: u32,
    /// Whether the system said that the position was set by a program, not measured.
    pub mock: bool,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (latitude, longitude) = self.degrees();
        write!(f, "{latitude:.7} {longitude:.7} 0 {:.2}", f64::from(self.accuracy) / 100.0)
    }
}

/// The answer to one question. Choices are numbers in their list; places are numbers in [`crate::Places`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// `text`, `barcode`, `hidden`, and calculations that give text.
    Text(String),
    /// `integer`, `range` of whole numbers, and calculations that give one.
    Integer(i64),
    /// `decimal` and `range`.
    Decimal(Decimal),
    /// `date`.
    Date(Date),
    /// `time`.
    Time(TimeOfDay),
    /// `dateTime`, `start`, `end`.
    Moment(Moment),
    /// `geopoint`.
    Point(Point),
    /// `select_one`.
    One(u32),
    /// `select_multiple`, ascending, each once.
    Many(Vec<u32>),
    /// `image`, `audio`, `video`, `file`: the name under which the store holds it.
    Attachment(String),
    /// `acknowledge`.
    Acknowledged,
    /// Asked, and answered that there is no value.
    Missing(Missing),
}

impl Answer {
    /// Whether the value is one: a time within a day, a position on the earth, a day of the years 1900 to 2199. Other years are those
    /// of other calendars, as 1405, or slips.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        match self {
            Self::Decimal(d) => Decimal::SCALES.contains(&d.scale) && d.float().is_finite(),
            Self::Date(d) => d.calendar().is_some_and(of_this_age),
            Self::Time(t) => t.0 < 86_400,
            Self::Moment(m) => {
                m.offset.unsigned_abs() <= 18 * 60 && m.local().is_some_and(|t| of_this_age(t.date_naive()))
            }
            Self::Point(p) => p.latitude.unsigned_abs() <= 900_000_000 && p.longitude.unsigned_abs() <= 1_800_000_000,
            _ => true,
        }
    }
}

fn of_this_age(day: NaiveDate) -> bool {
    (1900..2200).contains(&day.year())
}

/// Says the kind only: what an observer answered never reaches a log line.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text(..)",
            Self::Integer(_) => "Integer(..)",
            Self::Decimal(_) => "Decimal(..)",
            Self::Date(_) => "Date(..)",
            Self::Time(_) => "Time(..)",
            Self::Moment(_) => "Moment(..)",
            Self::Point(_) => "Point(..)",
            Self::One(_) => "One(..)",
            Self::Many(_) => "Many(..)",
            Self::Attachment(_) => "Attachment(..)",
            Self::Acknowledged => "Acknowledged",
            Self::Missing(_) => "Missing(..)",
        })
    }
}
