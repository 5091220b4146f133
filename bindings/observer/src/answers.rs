//! Answers, and what a visit is told, as values of every language.

use baqylau_forms::fill;
use baqylau_forms::value::{self, Date, Decimal, Moment, Point, TimeOfDay};
use baqylau_observer::app;

/// Names a question or a row in every call, as long as the draft is of one version of its checklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Record)]
pub struct Key {
    /// Position of the item in the checklist.
    pub node: u32,
    /// Number of the row; 0 outside of repeats.
    pub row: u32,
}

impl From<fill::CellKey> for Key {
    fn from(k: fill::CellKey) -> Self {
        Self { node: k.node, row: k.row }
    }
}

impl From<Key> for fill::CellKey {
    fn from(k: Key) -> Self {
        Self { node: k.node, row: k.row }
    }
}

mirror! {
    /// Why there is no value.
    Missing of value::Missing {
        /// The observer does not know.
        DoNotKnow,
        /// The observer was not permitted to see it.
        NotPermitted,
        /// The question does not apply here.
        NotApplicable,
    }
}

/// Where the phone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct Position {
    /// Latitude in 1e-7 degree, north positive.
    pub latitude: i32,
    /// Longitude in 1e-7 degree, east positive.
    pub longitude: i32,
    /// Radius of the circle the phone is in with 68 % probability, in centimetres.
    pub accuracy: u32,
    /// Whether the system said that a program set the position.
    pub mock: bool,
}

impl From<Point> for Position {
    fn from(Point { latitude, longitude, accuracy, mock }: Point) -> Self {
        Self { latitude, longitude, accuracy, mock }
    }
}

impl From<Position> for Point {
    fn from(Position { latitude, longitude, accuracy, mock }: Position) -> Self {
        Self { latitude, longitude, accuracy, mock }
    }
}

/// An answer.
#[derive(Clone, PartialEq, uniffi::Enum)]
pub enum Answer {
    /// Text, a barcode.
    Text {
        /// The words.
        value: String,
    },
    /// A whole number.
    Integer {
        /// The number.
        value: i64,
    },
    /// `digits / 10^scale`.
    Decimal {
        /// The digits with their sign.
        digits: i64,
        /// How many of them stand behind the point: 0 to 9 where it was typed, -308 to 324 where it was computed (negative: zeros
        /// before the point).
        scale: i16,
    },
    /// A calendar day.
    Date {
        /// Days since 1970-01-01.
        days: i32,
    },
    /// A time of day.
    Time {
        /// Seconds since midnight.
        seconds: u32,
    },
    /// A moment.
    Moment {
        /// Milliseconds since 1970-01-01T00:00:00Z.
        ms: i64,
        /// Minutes east of UTC.
        offset_minutes: i16,
    },
    /// A position.
    Point {
        /// Where.
        at: Position,
    },
    /// One choice.
    One {
        /// Index in the list, as [`ChoiceView`](crate::ChoiceView) gives it.
        choice: u32,
    },
    /// Several choices.
    Many {
        /// Their numbers, ascending, each once.
        choices: Vec<u32>,
    },
    /// A file; set by `attach`.
    Attachment {
        /// The name under which the store holds it.
        name: String,
    },
    /// A statement was confirmed.
    Acknowledged,
    /// Asked, and answered that there is no value.
    Missing {
        /// Why.
        why: Missing,
    },
}

impl From<value::Answer> for Answer {
    fn from(a: value::Answer) -> Self {
        match a {
            value::Answer::Text(value) => Self::Text { value },
            value::Answer::Integer(value) => Self::Integer { value },
            value::Answer::Decimal(d) => Self::Decimal { digits: d.digits, scale: d.scale },
            value::Answer::Date(Date(days)) => Self::Date { days },
            value::Answer::Time(TimeOfDay(seconds)) => Self::Time { seconds },
            value::Answer::Moment(m) => Self::Moment { ms: m.ms, offset_minutes: m.offset },
            value::Answer::Point(p) => Self::Point { at: p.into() },
            value::Answer::One(choice) => Self::One { choice },
            value::Answer::Many(choices) => Self::Many { choices },
            value::Answer::Attachment(name) => Self::Attachment { name },
            value::Answer::Acknowledged => Self::Acknowledged,
            value::Answer::Missing(m) => Self::Missing { why: m.into() },
        }
    }
}

impl From<Answer> for value::Answer {
    fn from(a: Answer) -> Self {
        match a {
            Answer::Text { value } => Self::Text(value),
            Answer::Integer { value } => Self::Integer(value),
            Answer::Decimal { digits, scale } => Self::Decimal(Decimal { digits, scale }),
            Answer::Date { days } => Self::Date(Date(days)),
            Answer::Time { seconds } => Self::Time(TimeOfDay(seconds)),
            Answer::Moment { ms, offset_minutes } => Self::Moment(Moment { ms, offset: offset_minutes }),
            Answer::Point { at } => Self::Point(at.into()),
            Answer::One { choice } => Self::One(choice),
            Answer::Many { choices } => Self::Many(choices),
            Answer::Attachment { name } => Self::Attachment(name),
            Answer::Acknowledged => Self::Acknowledged,
            Answer::Missing { why } => Self::Missing(why.into()),
        }
    }
}

mirror! {
    /// How a visit went.
    Outcome of fill::Outcome {
        /// The team observed.
        Observed,
        /// It was not let in.
        Refused,
        /// It was made to leave.
        Expelled,
        /// The place was closed.
        Closed,
        /// The place was not there.
        NotFound,
        /// It was not safe to stay.
        Unsafe,
    }
}

/// A change to a visit. Moments are milliseconds since 1970 and minutes east of UTC.
#[derive(Clone, PartialEq, uniffi::Enum)]
pub enum VisitUpdate {
    /// The visit was started at the wrong place, or the place became known.
    Place {
        /// As a search of places gives it.
        code: String,
    },
    /// A place that is not in the list.
    Unlisted {
        /// The observer's words.
        words: String,
    },
    /// When the team arrived.
    Arrived {
        /// Milliseconds since 1970.
        ms: i64,
        /// Minutes east of UTC.
        offset_minutes: i16,
    },
    /// When it left.
    Departed {
        /// Milliseconds since 1970.
        ms: i64,
        /// Minutes east of UTC.
        offset_minutes: i16,
    },
    /// How it went.
    Went {
        /// How.
        outcome: Outcome,
    },
    /// How it is entered: `phone`, `paper` or `call`.
    Mode {
        /// `phone`, `paper` or `call`.
        mode: String,
    },
    /// Where the phone is.
    Position {
        /// Where.
        at: Position,
    },
}

impl From<VisitUpdate> for app::VisitChange {
    fn from(u: VisitUpdate) -> Self {
        match u {
            VisitUpdate::Place { code } => Self::Place(code),
            VisitUpdate::Unlisted { words } => Self::Unlisted(words),
            VisitUpdate::Arrived { ms, offset_minutes } => Self::Arrived(Moment { ms, offset: offset_minutes }),
            VisitUpdate::Departed { ms, offset_minutes } => Self::Departed(Moment { ms, offset: offset_minutes }),
            VisitUpdate::Went { outcome } => Self::Outcome(outcome.into()),
            VisitUpdate::Mode { mode } => Self::Mode(mode),
            VisitUpdate::Position { at } => Self::Position(at.into()),
        }
    }
}
