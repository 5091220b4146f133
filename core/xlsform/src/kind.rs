//! The `type` column.

use crate::finding::SheetProblem;
use baqylau_forms::closest::closest;
use baqylau_forms::definition::{Kind, Media};

/// The `type` of a survey row, read: the beginning or end of something, or a question.
#[derive(Debug)]
pub(crate) enum RowType<'t> {
    /// A question that needs nothing else.
    Plain(Kind),
    /// A question with choices.
    Select {
        many: bool,
        list: &'t str,
        other: bool,
    },
    /// A question with `parameters`.
    Range,
    Begin(Holder),
    End(Holder),
}

/// Opened by `begin_…` and closed by `end_…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    Group,
    Repeat,
}

impl Holder {
    pub fn name(self) -> &'static str {
        if self == Self::Group { "group" } else { "repeat" }
    }

    pub fn end(self) -> &'static str {
        if self == Self::Group { "end_group" } else { "end_repeat" }
    }
}

/// XLSForm's types with no counterpart here, and what to do.
const UNSUPPORTED: &[(&str, &str)] = &[
    ("geotrace", "use geopoint"),
    ("geoshape", "use geopoint"),
    ("start-geopoint", "the visit holds the position; use geopoint for another one"),
    ("background-geopoint", "use geopoint"),
    ("background-audio", "use audio"),
    ("rank", "ask for each rank with a select_one"),
    ("select_one_from_file", "put the choices into the choices sheet or make them a level of the places"),
    ("select_multiple_from_file", "put the choices into the choices sheet or make them a level of the places"),
    ("select_one_external", "put the choices into the choices sheet and use choice_filter"),
    ("csv-external", "put the choices into the choices sheet"),
    ("xml-external", "put the choices into the choices sheet"),
    ("begin_loop", "use begin_repeat with repeat_count"),
    ("end_loop", "use end_repeat"),
    ("audit", "remove the row"),
    ("deviceid", "remove the row: the report names its observer"),
    ("device id", "remove the row: the report names its observer"),
    ("username", "remove the row: the report names its observer"),
    ("email", "remove the row: the report names its observer"),
    ("phonenumber", "remove the row: the report names its observer"),
    ("simserial", "remove the row: the report names its observer"),
    ("subscriberid", "remove the row: the report names its observer"),
    ("uri:deviceid", "remove the row: the report names its observer"),
    ("osm", "use geopoint"),
    ("entity", "remove the row"),
];

/// Every word that a type may begin with, for suggestions.
const KNOWN: &[&str] = &[
    "select_one",
    "select_multiple",
    "integer",
    "decimal",
    "text",
    "date",
    "time",
    "dateTime",
    "geopoint",
    "image",
    "audio",
    "video",
    "file",
    "barcode",
    "range",
    "acknowledge",
    "note",
    "calculate",
    "hidden",
    "start",
    "end",
    "today",
    "begin_group",
    "end_group",
    "begin_repeat",
    "end_repeat",
];

/// The beginnings of a question with choices; longer ones first.
const SELECTS: &[(&str, bool)] = &[
    ("select_one from", false),
    ("select one from", false),
    ("select_one", false),
    ("select one", false),
    ("select1", false),
    ("select_multiple from", true),
    ("select all that apply from", true),
    ("select all that apply", true),
    ("select_multiple", true),
    ("select multiple", true),
];

/// Understands a type.
pub(crate) fn parse(cell: &str) -> Result<RowType<'_>, SheetProblem> {
    let lower = cell.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    if let Some(kind) = plain(&lower) {
        return Ok(RowType::Plain(kind));
    }
    match lower.replace(' ', "_").as_str() {
        "range" => return Ok(RowType::Range),
        "begin_group" => return Ok(RowType::Begin(Holder::Group)),
        "end_group" => return Ok(RowType::End(Holder::Group)),
        "begin_repeat" => return Ok(RowType::Begin(Holder::Repeat)),
        "end_repeat" => return Ok(RowType::End(Holder::Repeat)),
        _ => {}
    }
    let first = lower.split(' ').next().unwrap_or_default();
    let unsupported = UNSUPPORTED.iter().find(|u| u.0 == first || u.0 == lower || u.0 == lower.replace(' ', "_"));
    if let Some((kind, remedy)) = unsupported {
        return Err(SheetProblem::UnsupportedType { kind: (*kind).to_owned(), remedy });
    }
    if let Some(select) = select(cell) {
        return select;
    }
    let suggestion = closest(first, KNOWN.iter().copied());
    Err(SheetProblem::UnknownType { found: cell.to_owned(), suggestion })
}

fn plain(lower: &str) -> Option<Kind> {
    Some(match lower {
        "integer" | "int" => Kind::Integer,
        "decimal" => Kind::Decimal,
        "text" | "string" => Kind::Text,
        "date" => Kind::Date,
        "time" => Kind::Time,
        "datetime" => Kind::DateTime,
        "geopoint" | "gps" | "location" => Kind::Geopoint,
        "image" | "photo" => Kind::Attachment { media: Media::Image },
        "audio" => Kind::Attachment { media: Media::Audio },
        "video" => Kind::Attachment { media: Media::Video },
        "file" => Kind::Attachment { media: Media::File },
        "barcode" => Kind::Barcode,
        "acknowledge" | "trigger" => Kind::Acknowledge,
        "note" => Kind::Note,
        "calculate" => Kind::Calculate,
        "hidden" => Kind::Hidden,
        "start" => Kind::Start,
        "end" => Kind::End,
        "today" => Kind::Today,
        _ => return None,
    })
}

/// `select_one LIST`, `select_multiple LIST or_other`; `None` when it is no question with choices.
fn select(cell: &str) -> Option<Result<RowType<'_>, SheetProblem>> {
    let words: Vec<&str> = cell.split_whitespace().collect();
    let begins = |start: &str| {
        let start: Vec<&str> = start.split(' ').collect();
        let same = words.iter().zip(&start).all(|(w, s)| w.eq_ignore_ascii_case(s));
        (same && words.len() >= start.len()).then_some(start.len())
    };
    let (length, many) = SELECTS.iter().find_map(|(start, many)| Some((begins(start)?, *many)))?;
    let rest = words.get(length..).unwrap_or_default();
    Some(match rest {
        [list] => Ok(RowType::Select { many, list, other: false }),
        [list, "or_other"] | [list, "or", "other"] | [list, "or", "specify", "other"] => {
            Ok(RowType::Select { many, list, other: true })
        }
        _ => {
            let name = if many { "select_multiple" } else { "select_one" };
            let expected = format!("`{name} LIST` or `{name} LIST or_other`, with the name of one list");
            Err(SheetProblem::Value { value: cell.to_owned(), expected })
        }
    })
}

/// Parameters of XLSForm that change how a question is shown or a file is recorded, and no answer.
pub(crate) const COSMETIC: [&str; 16] = [
    "randomize",
    "seed",
    "quality",
    "max-pixels",
    "app",
    "rows",
    "capture-accuracy",
    "warning-accuracy",
    "allow-mock-accuracy",
    "incremental",
    "tick_interval",
    "tick_labelset",
    "placeholder",
    "location-priority",
    "location-min-interval",
    "location-max-age",
];

/// The parameters of a cell, by name and value. Blanks around the `=` belong to it.
pub(crate) fn parameters(cell: &str) -> Vec<(String, String)> {
    let tight = cell.split('=').map(str::trim).collect::<Vec<_>>().join("=");
    let apart = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (name.to_owned(), value.to_owned())
    };
    tight.split(apart).filter(|p| !p.is_empty()).map(pair).collect()
}

/// Appearances that change which answers there are or where they come from, and what to do. What ends in `(` or `:` stands for all that
/// begin so.
const APPEARANCES: [(&str, &str); 10] = [
    ("search(", "put the choices into the choices sheet and use choice_filter"),
    ("ex:", "ask for the value with a question"),
    ("printer:", "remove the word"),
    ("month-year", "ask for the month with a select_one, or for the whole day"),
    ("year", "ask for the year with an integer"),
    ("bearing", "ask for the value with a decimal"),
    ("signature", "ask for a photograph of the signed paper"),
    ("draw", "ask for a photograph"),
    ("annotate", "ask for a photograph, and for what is marked on it with a text"),
    ("placement-map", "remove the word: the position is the one that the phone measures"),
];

/// The words of an appearance that are refused.
pub(crate) fn refused_appearances(cell: &str) -> Vec<(&str, &'static str)> {
    let is = |name: &str, word: &str| {
        if name.ends_with(['(', ':']) { word.starts_with(name) } else { word == name }
    };
    // `search ('x')` is `search('x')`.
    let find = |word: &str| {
        let tight = if word == "search" { "search(" } else { word };
        APPEARANCES.iter().find(|a| is(a.0, tight)).map(|a| a.1)
    };
    cell.split_whitespace().filter_map(|word| Some((word, find(&word.to_lowercase())?))).collect()
}

/// `start=1 end=5 step=1`; what is left out is as in XLSForm. Problems are said of the parameter they are about.
pub(crate) fn range(parameters: &str) -> (Kind, Vec<SheetProblem>) {
    let mut values = [("start", "1".to_owned()), ("end", "10".to_owned()), ("step", "1".to_owned())];
    let mut problems = Vec::new();
    for (name, value) in self::parameters(parameters) {
        match values.iter_mut().find(|v| v.0 == name) {
            Some(known) if is_decimal(&value) => known.1 = value,
            None if COSMETIC.contains(&name.as_str()) => {
                problems.push(SheetProblem::LeftOut { why: "changes only how the question is shown or recorded" });
            }
            _ => {
                let part = if value.is_empty() { name } else { format!("{name}={value}") };
                let expected = "start=, end= and step= with numbers, as in start=1 end=5 step=1".to_owned();
                problems.push(SheetProblem::Value { value: part, expected });
            }
        }
    }
    let [(_, start), (_, end), (_, step)] = values;
    let number = |text: &str| baqylau_forms::value::Decimal::parse(text).map_or(0.0, |d| d.float());
    if number(&step) <= 0.0 || number(&start) > number(&end) {
        let expected = "a start below the end and a step above 0".to_owned();
        problems.push(SheetProblem::Value { value: parameters.to_owned(), expected });
    }
    let kind =
        if problems.iter().all(SheetProblem::is_warning) { Kind::Range { start, end, step } } else { Kind::Decimal };
    (kind, problems)
}

fn is_decimal(text: &str) -> bool {
    baqylau_forms::value::Decimal::parse(text).is_some()
}
