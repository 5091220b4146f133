//! Answers from texts and values, and back: defaults, calculations, answers typed at a terminal, exports.

use crate::definition::Kind;
use crate::expr::{NodeRef, Val};
use crate::form::Form;
use crate::num;
use crate::numeral;
use crate::value::{Answer, Date, Decimal, Missing, TimeOfDay};
use crate::zone::Zone;
use std::fmt::Write;

use super::expected::Expected;

/// The most places behind the point of a number that somebody types.
const MAX_PLACES: i16 = 9;

/// Reads an answer: choices by name, several separated by spaces, dates as in ISO 8601, `?dk` for a missing value; numbers and positions
/// as [`numeral`] reads them.
///
/// # Errors
/// What the question expects.
pub fn read(form: &Form, node: NodeRef, text: &str) -> Result<Answer, Expected> {
    read_at(form, node, text, &Zone::fixed(0))
}

/// As [`read`], where a moment without an offset is a time of this zone.
///
/// # Errors
/// What the question expects.
pub fn read_at(form: &Form, node: NodeRef, text: &str, zone: &Zone) -> Result<Answer, Expected> {
    let kind = &form.definition().items[node as usize].kind;
    if let Some(missing) = text.strip_prefix('?').and_then(Missing::from_code) {
        return Ok(Answer::Missing(missing));
    }
    let digits = numeral::plain(text);
    let answer = match kind {
        Kind::SelectOne { .. } => form.choice(node, text.trim()).map(Answer::One),
        Kind::SelectMultiple { .. } => {
            let chosen: Option<Vec<u32>> = text.split_whitespace().map(|name| form.choice(node, name)).collect();
            chosen.map(|mut c| {
                c.sort_unstable();
                c.dedup();
                Answer::Many(c)
            })
        }
        Kind::Integer => return numeral::integer(text).map(Answer::Integer).map_err(Expected::from),
        Kind::Range { .. } | Kind::Decimal => {
            return numeral::decimal(text).map(Answer::Decimal).map_err(Expected::from);
        }
        Kind::Date | Kind::Today => Date::parse(&digits).map(Answer::Date),
        Kind::Time => TimeOfDay::parse(&digits).map(Answer::Time),
        Kind::DateTime | Kind::Start | Kind::End => {
            return zone.read(&digits).map(Answer::Moment).map_err(Expected::from);
        }
        Kind::Geopoint => return numeral::position(text).map(Answer::Point).map_err(Expected::from),
        Kind::Acknowledge => matches!(text.trim(), "OK" | "yes").then_some(Answer::Acknowledged),
        Kind::Text | Kind::Barcode | Kind::Hidden | Kind::Calculate => Some(Answer::Text(text.to_owned())),
        Kind::Attachment { .. } => Some(Answer::Attachment(text.to_owned())),
        Kind::Group { .. } | Kind::Repeat { .. } | Kind::Note => None,
    };
    answer.ok_or_else(|| Expected::of(kind))
}

/// Writes an answer so that [`read`] reads it back.
#[must_use]
pub fn write(form: &Form, node: NodeRef, answer: &Answer) -> String {
    let mut out = String::new();
    append(form, node, answer, &mut out);
    out
}

/// As [`write()`], at the end of a text: tables write millions of answers.
pub fn append(form: &Form, node: NodeRef, answer: &Answer, out: &mut String) {
    // Writing to memory does not fail.
    let _ = match answer {
        Answer::Text(text) | Answer::Attachment(text) => out.write_str(text),
        Answer::Integer(n) => write!(out, "{n}"),
        Answer::Decimal(d) => write!(out, "{d}"),
        Answer::Date(d) => write!(out, "{d}"),
        Answer::Time(t) => write!(out, "{t}"),
        Answer::Moment(m) => write!(out, "{m}"),
        Answer::Point(p) => write!(out, "{p}"),
        Answer::One(choice) => out.write_str(form.choice_name(node, *choice).map_or("", AsRef::as_ref)),
        Answer::Many(chosen) => chosen.iter().zip(0..).try_for_each(|(choice, at)| {
            out.write_str(if at > 0 { " " } else { "" })?;
            out.write_str(form.choice_name(node, *choice).map_or("", AsRef::as_ref))
        }),
        Answer::Acknowledged => out.write_str("OK"),
        Answer::Missing(m) => write!(out, "?{}", m.code()),
    };
}

/// Writes an answer for people: choices by their label. Missing values stay `?dk`; shells have words for them.
#[must_use]
pub fn describe(form: &Form, node: NodeRef, answer: &Answer, language: usize) -> String {
    let label = |choice: &u32| form.choice_label(node, *choice, language).to_string();
    match answer {
        Answer::Decimal(d) => number_words(d, form, language),
        Answer::One(choice) => label(choice),
        Answer::Many(chosen) => chosen.iter().map(label).collect::<Vec<_>>().join(", "),
        other => write(form, node, other),
    }
}

/// A number as people write it in a language of the checklist.
pub(super) fn number_words(number: &Decimal, form: &Form, language: usize) -> String {
    let text = number.to_string();
    let code = form.definition().languages.get(language).map_or("", String::as_str);
    if writes_comma(code) { text.replace('.', ",") } else { text }
}

/// Whether decimals are written with a comma, by the Unicode CLDR. Of languages with several customs, the one of most speakers.
fn writes_comma(code: &str) -> bool {
    const COMMA: &[&str] = &[
        "af", "az", "be", "bg", "bs", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi", "fo", "fr", "gl", "hr",
        "hu", "hy", "id", "is", "it", "ka", "kk", "kl", "ky", "lb", "lt", "lv", "mk", "mo", "nb", "nl", "nn", "no",
        "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "tg", "tk", "tr", "tt", "uk", "uz", "vi",
    ];
    /// Regions where Spanish is written with a point.
    const POINT: &[&str] = &["419", "MX", "US", "GT", "HN", "NI", "PA", "PE", "PR", "SV", "DO", "CU"];
    let mut parts = code.split(['-', '_']);
    let language = parts.next().unwrap_or_default().to_ascii_lowercase();
    COMMA.contains(&language.as_str()) && !parts.any(|p| POINT.contains(&p.to_ascii_uppercase().as_str()))
}

/// Whether an answer is of the question's kind.
pub(super) fn accepts(kind: &Kind, answer: &Answer) -> Result<(), Expected> {
    if !answer.is_possible() {
        return Err(Expected::Possible);
    }
    let fits = match kind {
        Kind::SelectOne { .. } => matches!(answer, Answer::One(_)),
        Kind::SelectMultiple { .. } => matches!(answer, Answer::Many(_)),
        Kind::Integer => matches!(answer, Answer::Integer(_)),
        Kind::Decimal => matches!(answer, Answer::Decimal(d) if (0..=MAX_PLACES).contains(&d.scale)),
        Kind::Range { start, end, step } => match answer {
            Answer::Decimal(d) if (0..=MAX_PLACES).contains(&d.scale) && within(*d, start, end, step) => true,
            _ => return Err(Expected::Step),
        },
        Kind::Text | Kind::Barcode | Kind::Hidden => matches!(answer, Answer::Text(_)),
        Kind::Date | Kind::Today => matches!(answer, Answer::Date(_)),
        Kind::Time => matches!(answer, Answer::Time(_)),
        Kind::DateTime | Kind::Start | Kind::End => matches!(answer, Answer::Moment(_)),
        Kind::Geopoint => matches!(answer, Answer::Point(_)),
        Kind::Attachment { .. } => matches!(answer, Answer::Attachment(_)),
        Kind::Acknowledge => matches!(answer, Answer::Acknowledged),
        Kind::Calculate | Kind::Note | Kind::Group { .. } | Kind::Repeat { .. } => false,
    };
    if fits { Ok(()) } else { Err(Expected::of(kind)) }
}

/// As [`accepts`], for answers that were kept: calculations too, of any plain kind, and what a rule fills in.
pub(super) fn accepts_stored(kind: &Kind, computes: bool, answer: &Answer) -> Result<(), Expected> {
    match (kind, answer) {
        (_, Answer::Missing(_)) => Ok(()),
        (Kind::Calculate | Kind::Decimal | Kind::Range { .. }, Answer::Decimal(_))
            if computes && answer.is_possible() =>
        {
            Ok(())
        }
        (Kind::Calculate, Answer::One(_) | Answer::Many(_) | Answer::Attachment(_)) => Err(Expected::Computed),
        (Kind::Calculate, _) if answer.is_possible() => Ok(()),
        _ => accepts(kind, answer),
    }
}

/// Whether a number is on a step of a range.
fn within(d: Decimal, start: &str, end: &str, step: &str) -> bool {
    // Nine places behind the point, exactly.
    let exact = |d: Decimal| {
        i128::from(d.digits) * 10i128.pow((MAX_PLACES - d.scale.clamp(0, MAX_PLACES)).unsigned_abs().into())
    };
    let [Some(start), Some(end), Some(step)] = [start, end, step].map(|t| Decimal::parse(t).map(exact)) else {
        return false;
    };
    let d = exact(d);
    (start..=end).contains(&d) && step > 0 && (d - start) % step == 0
}

/// A computed value as the answer of a question; a blank one, or one that the question cannot hold, is none.
pub(super) fn from_value(form: &Form, node: NodeRef, value: &Val) -> Option<Answer> {
    let value = value.first();
    if value.is_blank() || matches!(value, Val::Unknown) {
        return None;
    }
    match (&form.definition().items[node as usize].kind, value) {
        (Kind::Calculate, Val::Number(n)) => number(*n),
        (Kind::Hidden | Kind::Text, Val::Number(n)) => n.is_finite().then(|| Answer::Text(value.string().into_owned())),
        (Kind::Decimal | Kind::Range { .. }, Val::Number(n)) => Decimal::shortest(*n).map(Answer::Decimal),
        (Kind::Calculate, Val::Date(d)) => Some(Answer::Date(*d)),
        (Kind::Calculate, Val::Moment(m)) => Some(Answer::Moment(*m)),
        (Kind::Calculate, Val::Time(t)) => Some(Answer::Time(*t)),
        (Kind::DateTime, Val::Moment(m)) => Some(Answer::Moment(*m)),
        _ => read(form, node, &value.string()).ok(),
    }
}

/// Whether a computed value says something; NaN is what comes of blank answers.
pub(super) fn says_something(value: &Val) -> bool {
    let value = value.first();
    !value.is_blank() && !matches!(value, Val::Unknown) && !matches!(value, Val::Number(n) if n.is_nan())
}

/// A number without floating point, which reads back as the same: whole up to 9e15, else the shortest decimal; NaN and infinity are none.
fn number(n: f64) -> Option<Answer> {
    let whole = num::int(n).filter(|whole| num::float(*whole) == n);
    whole.map(Answer::Integer).or_else(|| Decimal::shortest(n).map(Answer::Decimal))
}
