//! Numbers as people type them: digits of every script, a decimal comma, thousands set apart. Whatever reads a number that
//! somebody typed reads it here, so that a phone, a terminal and a desk take the same texts for the same numbers.

use crate::value::{Decimal, Point};
use std::fmt;

/// Why a text is no number. `Display` says what to type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumeralError {
    /// No whole number.
    Integer,
    /// A whole number of too many digits.
    LongInteger,
    /// No decimal number.
    Decimal,
    /// A decimal number of too many digits.
    LongDecimal,
    /// `12,345` or `1.234,5`: it may be read in two ways.
    Ambiguous,
    /// No position, or one that may be read in two ways.
    Position,
}

/// Completes a sentence that says what to type instead, as in "expected …".
impl fmt::Display for NumeralError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Integer => "a whole number, in digits only, as in 12345",
            Self::LongInteger => "a whole number of at most 18 digits, as in 12345",
            Self::Decimal => "a number, as in 12345 or 12.5",
            Self::LongDecimal => {
                "a number of at most 18 digits, at most 9 of them behind the point, as in 12345 or 12.5"
            }
            Self::Ambiguous => {
                "a number that can be read in one way only: type thousands without a separator, as in 12345, and a point before decimals, as in 12.345"
            }
            Self::Position => {
                "a position: latitude and longitude in degrees, a blank between them and points before decimals, as in 51.1 71.4"
            }
        })
    }
}

impl std::error::Error for NumeralError {}

/// The zeros of all decimal digits but ASCII's (Unicode 16, general category Nd); nine more follow each.
const ZEROS: [u32; 75] = [
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0, 0xF20,
    0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0,
    0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136, 0x111D0,
    0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50,
    0x11D50, 0x11DA0, 0x11F50, 0x16130, 0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8, 0x1D7E2,
    0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
];

/// The ASCII digit that a digit of another script stands for. `²` and `½` are no digits.
#[must_use]
pub fn local_digit(c: char) -> Option<char> {
    if (c as u32) < ZEROS[0] {
        return None;
    }
    let zero = ZEROS[ZEROS.partition_point(|z| *z <= c as u32).checked_sub(1)?];
    char::from_digit(c as u32 - zero, 10)
}

/// The text with ASCII digits, without what surrounds it and without the marks of no width that right-to-left writing adds.
#[must_use]
pub fn plain(text: &str) -> String {
    let unseen = |c: &char| matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let text: String = text.chars().filter(|c| !unseen(c)).map(|c| local_digit(c).unwrap_or(c)).collect();
    text.trim().to_owned()
}

/// Reads a whole number: `12345`, `12 345`, `١٢٣`, `-5`.
///
/// # Errors
/// It is none, or may be read in two ways.
pub fn integer(text: &str) -> Result<i64, NumeralError> {
    let TypedNumber { sign, whole, part } = TypedNumber::read(text).map_err(|e| e.of(NumeralError::Integer))?;
    if !part.is_empty() {
        return Err(NumeralError::Integer);
    }
    format!("{sign}{whole}").parse().map_err(|_| NumeralError::LongInteger)
}

/// Reads a decimal number: `12.5`, `12,5`, `١٢٫٥`, `12 345,6`; up to 18 digits, 9 of them behind the point.
///
/// # Errors
/// It is none, or may be read in two ways.
pub fn decimal(text: &str) -> Result<Decimal, NumeralError> {
    let TypedNumber { sign, whole, part } = TypedNumber::read(text).map_err(|e| e.of(NumeralError::Decimal))?;
    let plain = if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") };
    Decimal::parse(&plain).ok_or(NumeralError::LongDecimal)
}

/// Reads degrees, where no thousands can be: `51.128`, `51,128`. `None` when it is no number from `-limit` to `limit`.
#[must_use]
pub fn degrees(text: &str, limit: f64) -> Option<f64> {
    let text = plain(text).replace(['\u{66b}', '\u{60c}', '\u{ff0c}', ','], ".").replace('\u{2212}', "-");
    let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole.strip_prefix(['-', '+']).unwrap_or(whole)) || !digits(part) {
        return None;
    }
    text.parse::<f64>().ok().filter(|d| d.abs() <= limit)
}

/// The highest altitude and the widest circle of a position, in metres.
const METRES: f64 = 1e6;

/// Reads `latitude longitude [altitude [accuracy in metres]]`, as ODK writes it, with decimal commas too.
///
/// # Errors
/// It is no position, or may be read in two ways.
pub fn position(text: &str) -> Result<Point, NumeralError> {
    read_position(text).ok_or(NumeralError::Position)
}

fn read_position(text: &str) -> Option<Point> {
    let text = plain(text).replace('\u{66b}', ".").replace(['\u{60c}', '\u{ff0c}'], ",");
    let texts = coordinates(&text)?;
    let units = |text: &str, limit: f64, per: f64| crate::num::int((degrees(text, limit)? * per).round());
    let [latitude, longitude, further @ ..] = texts.as_slice() else { return None };
    let [altitude, accuracy] = [0, 1].map(|at| further.get(at).copied().unwrap_or("0"));
    degrees(altitude, METRES)?;
    Some(Point {
        latitude: i32::try_from(units(latitude, 90.0, 1e7)?).ok()?,
        longitude: i32::try_from(units(longitude, 180.0, 1e7)?).ok()?,
        accuracy: u32::try_from(units(accuracy, METRES, 100.0)?).ok()?,
        mock: false,
    })
}

/// The two to four numbers of a position. A comma stands between two of them or before decimals; where both are possible, the text is
/// none.
fn coordinates(text: &str) -> Option<Vec<&str>> {
    let blank = |c: char| c.is_whitespace() || c == ';';
    let words: Vec<&str> = text.split(blank).filter(|w| !w.is_empty() && *w != ",").collect();
    let last = words.len().checked_sub(1)?;
    // `51.1, 71.4`: a comma at the end of a word says nothing more than the blank behind it.
    let inner = |(at, word)| if at < last { str::strip_suffix(word, ',').unwrap_or(word) } else { word };
    let words: Vec<&str> = words.into_iter().enumerate().map(inner).collect();
    let comma = |word: &&str| word.contains(',');
    if words.iter().any(|w| w.contains('.')) {
        // `51.1,71.4`: beside points, commas stand between numbers; `51.1 71,4` is neither.
        let sound = words.iter().filter(|w| comma(w)).all(|w| w.contains('.'));
        let numbers: Vec<&str> = words.iter().flat_map(|w| w.split(',')).collect();
        return (sound && numbers.len() <= 4).then_some(numbers);
    }
    // `51,1 71` may be 51.1 and 71, or 51, 1 and 71.
    (words.len() <= 4 && words.get(1).is_some_and(|second| comma(second) == comma(&words[0]))).then_some(words)
}

/// A number taken apart.
struct TypedNumber {
    sign: &'static str,
    whole: String,
    part: String,
}

enum Misread {
    None,
    Ambiguous,
}

impl Misread {
    fn of(self, none: NumeralError) -> NumeralError {
        match self {
            Self::None => none,
            Self::Ambiguous => NumeralError::Ambiguous,
        }
    }
}

impl TypedNumber {
    fn read(text: &str) -> Result<Self, Misread> {
        let text = plain(text);
        let (sign, rest) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(rest) => ("-", rest),
            None => ("", text.strip_prefix('+').unwrap_or(&text)),
        };
        let point = |c: char| matches!(c, '.' | '\u{ff0e}');
        let comma = |c: char| matches!(c, ',' | '\u{60c}' | '\u{ff0c}');
        // Nobody writes thousands with the Arabic decimal separator.
        let arabic = |c: char| c == '\u{66b}';
        let (points, commas) = (rest.matches(point).count(), rest.matches(comma).count());
        let arabics = rest.matches(arabic).count();
        if points + commas + arabics > 1 {
            return Err(if rest.contains(|c: char| c.is_ascii_digit()) { Misread::Ambiguous } else { Misread::None });
        }
        let (whole, part) = rest.split_once(|c| point(c) || comma(c) || arabic(c)).unwrap_or((rest, ""));
        if !part.chars().all(|c| c.is_ascii_digit()) || (whole.is_empty() && part.is_empty()) {
            return Err(Misread::None);
        }
        // `12,345`: three digits behind a comma, one to three before it, and nothing else that sets thousands apart.
        let thousands = matches!(whole.len(), 1..=3) && !whole.starts_with('0') && part.len() == 3;
        if commas == 1 && thousands {
            return Err(Misread::Ambiguous);
        }
        let whole = if whole.is_empty() { "0".to_owned() } else { ungrouped(whole).ok_or(Misread::None)? };
        Ok(Self { sign, whole, part: part.to_owned() })
    }
}

/// The digits of `12 345`, `12'345` or `12٬345`: groups of three behind the first. `None` for anything else that is not digits.
fn ungrouped(text: &str) -> Option<String> {
    let apart = |c: char| c.is_whitespace() || matches!(c, '\'' | '\u{2019}' | '\u{66c}');
    let groups: Vec<&str> = text.split(apart).collect();
    let digits = |g: &&str| !g.is_empty() && g.bytes().all(|b| b.is_ascii_digit());
    let threes = groups.len() == 1 || (groups[0].len() <= 3 && groups[1..].iter().all(|g| g.len() == 3));
    (threes && groups.iter().all(digits)).then(|| groups.concat())
}
