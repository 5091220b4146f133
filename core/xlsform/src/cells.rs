//! Cells as text, whatever a spreadsheet makes of them.

use crate::finding::SheetProblem;
use baqylau_forms::num;
use calamine::{Data, ExcelDateTime};

/// A text without what surrounds it unseen: blanks of every width, and marks of no width.
pub(crate) fn clean(text: &str) -> String {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')).to_owned()
}

/// Whether expressions can name it.
pub(crate) fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// `Some` for what spreadsheets and authors write for yes and no.
pub(crate) fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "true" | "true()" | "1" => Some(true),
        "no" | "false" | "false()" | "0" => Some(false),
        _ => None,
    }
}

/// Errors that spreadsheets show in a cell, and that stay in what is saved as CSV.
const ERRORS: [&str; 11] = [
    "#REF!",
    "#N/A",
    "#VALUE!",
    "#DIV/0!",
    "#NAME?",
    "#NULL!",
    "#NUM!",
    "#SPILL!",
    "#CALC!",
    "#GETTING_DATA",
    "#FIELD!",
];

/// Whether a cell shows an error in the place of a value.
pub fn is_error(text: &str) -> bool {
    ERRORS.contains(&text)
}

/// A cell of Excel as it is shown, or why that cannot be told. `format` is its number format.
pub(crate) fn excel(cell: &Data, format: &str) -> Result<String, SheetProblem> {
    Ok(match cell {
        Data::Empty => String::new(),
        Data::Int(n) => return number(num::float(*n), format),
        Data::Float(n) => return number(*n, format),
        Data::Bool(b) => b.to_string().to_uppercase(),
        Data::DateTime(moment) => date_time(moment),
        Data::DurationIso(text) | Data::DateTimeIso(text) => clean(text),
        Data::Error(error) => return Err(SheetProblem::CellError { error: error.to_string() }),
        other => clean(&other.to_string()),
    })
}

/// Excel keeps 15 digits of a number: what is longer was a code once.
const MOST: f64 = 1e15;

fn number(n: f64, format: &str) -> Result<String, SheetProblem> {
    if n.abs() >= MOST || !n.is_finite() {
        return Err(SheetProblem::LongNumber);
    }
    shown(n, format).ok_or_else(|| SheetProblem::NumberFormat { number: plain(n), format: format.to_owned() })
}

/// A number with the 15 digits that Excel has: 0.1 + 0.2 is 0.3.
fn plain(n: f64) -> String {
    format!("{n:.14e}").parse::<f64>().unwrap_or(n).to_string()
}

/// A number in the formats `General`, `@`, `0`, `0.00` and so on, with `%` behind it or not; `None` for any other format.
fn shown(n: f64, format: &str) -> Option<String> {
    if format.is_empty() || format.eq_ignore_ascii_case("general") || format == "@" {
        return Some(plain(n));
    }
    let (digits, percent) = match format.strip_suffix('%') {
        Some(rest) => (rest.trim_end_matches([' ', '\\']), true),
        None => (format, false),
    };
    let places = match digits.strip_prefix('0')? {
        "" => 0,
        rest => rest.strip_prefix('.').filter(|r| !r.is_empty() && r.bytes().all(|b| b == b'0'))?.len(),
    };
    // Excel rounds the decimal number that it shows, half away from zero.
    let n: f64 = plain(n).parse().ok()?;
    let scale: f64 = format!("1e{places}").parse().ok()?;
    let n = (plain(if percent { n * 100.0 } else { n } * scale).parse::<f64>().ok()?).round() / scale;
    let behind = &format[digits.len()..].replace('\\', "");
    Some(format!("{n:.places$}{behind}"))
}

/// A day, a time of day, or both: what the cell shows.
fn date_time(moment: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    // Day 0 is no day: the cell holds a time only.
    if moment.as_f64() < 1.0 {
        time
    } else if (hour, minute, second) == (0, 0, 0) {
        date
    } else {
        format!("{date}T{time}")
    }
}
