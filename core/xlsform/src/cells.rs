//! Cells as text, whatever a spreadsheet makes of them.

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

/// A cell of Excel, as CSV would have it.
pub(crate) fn excel(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::Int(n) => n.to_string(),
        // Excel knows one sort of number: 3 is 3.0.
        Data::Float(n) => n.to_string(),
        Data::Bool(b) => b.to_string(),
        Data::DateTime(moment) => date_time(moment),
        Data::DurationIso(text) | Data::DateTimeIso(text) => clean(text),
        Data::Error(error) => error.to_string(),
        other => clean(&other.to_string()),
    }
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
