//! XLSForm's functions.

use super::ast::{Expr, Function};
use super::eval::{Scope, eval};
use super::val::Val;
use crate::num;
use crate::value::{Date, Decimal, Moment};
use crate::zone::{DAY_MS, MINUTE_MS};
use std::borrow::Cow;

pub(super) fn call<'a>(function: Function, args: &'a [Expr], scope: &'a dyn Scope) -> Val<'a> {
    // These look at their arguments themselves.
    match function {
        Function::If => return choose(args, scope),
        Function::Coalesce => return coalesce(args, scope),
        Function::Once => {
            let old = scope.current();
            return if old.is_blank() || old == Val::Unknown { eval(&args[0], scope) } else { old };
        }
        Function::IndexedRepeat => return indexed(args, scope),
        Function::ChoiceName => return choice_name(args, scope),
        Function::Position => return Val::Number(num::float_of(scope.position())),
        _ => {}
    }
    let values: Vec<Val> = args.iter().map(|a| eval(a, scope)).collect();
    if function == Function::Count {
        return Val::Number(count(&values[0]));
    }
    if function == Function::CountNonEmpty {
        return Val::Number(num::float_of(each(&values[0]).iter().filter(|v| !v.is_blank() && !is_unknown(v)).count()));
    }
    if values.iter().any(is_unknown) {
        return Val::Unknown;
    }
    match function {
        _ if function.is_numeric() => Val::Number(numeric(function, &values, scope)),
        Function::Today => scope.environment().now.date().map_or(Val::BLANK, Val::Date),
        Function::Random => scope.environment().chance.number(),
        Function::Uuid => scope.environment().chance.uuid(),
        Function::Now => Val::Moment(scope.environment().now),
        Function::Date => to_date(&values[0], scope),
        Function::DateTime => to_moment(&values[0], scope),
        Function::True => Val::Bool(true),
        Function::False => Val::Bool(false),
        Function::Not => values[0].truth().map_or(Val::Unknown, |b| Val::Bool(!b)),
        Function::Boolean => values[0].truth().map_or(Val::Unknown, Val::Bool),
        Function::Selected | Function::Contains | Function::StartsWith | Function::EndsWith => {
            Val::Bool(test(function, &values[0].string(), &values[1].string()))
        }
        _ => Val::Text(Cow::Owned(text(function, &values, scope))),
    }
}

fn is_unknown(value: &Val) -> bool {
    match value {
        Val::Unknown => true,
        Val::Many(rows) => rows.iter().any(is_unknown),
        _ => false,
    }
}

fn choose<'a>(args: &'a [Expr], scope: &'a dyn Scope) -> Val<'a> {
    match eval(&args[0], scope).truth() {
        Some(true) => eval(&args[1], scope),
        Some(false) => eval(&args[2], scope),
        None => Val::Unknown,
    }
}

fn coalesce<'a>(args: &'a [Expr], scope: &'a dyn Scope) -> Val<'a> {
    let first = eval(&args[0], scope);
    if first.is_blank() || first == Val::Unknown { eval(&args[1], scope) } else { first }
}

fn indexed<'a>(args: &'a [Expr], scope: &'a dyn Scope) -> Val<'a> {
    let (Expr::Name(node), Expr::Name(repeat)) = (&args[0], &args[1]) else { return Val::BLANK };
    let row = num::int(eval(&args[2], scope).number()).and_then(|n| usize::try_from(n).ok());
    row.map_or(Val::BLANK, |n| scope.indexed(*node, *repeat, n))
}

/// `jr:choice-name(value, '${question}')`, or the question without quotes.
fn choice_name<'a>(args: &'a [Expr], scope: &'a dyn Scope) -> Val<'a> {
    let value = eval(&args[0], scope);
    let Expr::Name(node) = &args[1] else { return Val::BLANK };
    scope.choice_label(*node, &value.string()).map_or(Val::BLANK, |label| Val::text(label.to_string()))
}

fn count(value: &Val) -> f64 {
    match value {
        Val::Many(rows) => num::float_of(rows.len()),
        Val::Unknown => 0.0,
        one => f64::from(u8::from(!one.is_blank())),
    }
}

/// The rows, or the value itself.
fn each<'v, 'a>(value: &'v Val<'a>) -> &'v [Val<'a>] {
    match value {
        Val::Many(rows) => rows,
        one => std::slice::from_ref(one),
    }
}

fn numeric(function: Function, values: &[Val], scope: &dyn Scope) -> f64 {
    let first = || values.first().map_or_else(|| scope.current().number(), Val::number);
    match function {
        // As in JavaRosa, what is no number does not count.
        Function::Sum => rows(values).filter(|n| !n.is_nan()).sum(),
        Function::Min => fold(rows(values), f64::min),
        Function::Max => fold(rows(values), f64::max),
        Function::Round => round(first(), values.get(1).map_or(0.0, Val::number)),
        Function::Int => first().trunc(),
        Function::Abs => first().abs(),
        Function::Pow => libm::pow(first(), values[1].number()),
        Function::Number => first(),
        Function::DecimalDateTime => days(&values[0], scope),
        Function::CountSelected => num::float_of(values[0].string().split_whitespace().count()),
        _ => {
            let length =
                values.first().map_or_else(|| scope.current().string().chars().count(), |v| v.string().chars().count());
            num::float_of(length)
        }
    }
}

fn rows<'v>(values: &'v [Val]) -> impl Iterator<Item = f64> + 'v {
    values.iter().flat_map(each).map(Val::number)
}

/// Of what is a number; NaN when nothing is.
fn fold(values: impl Iterator<Item = f64>, pick: fn(f64, f64) -> f64) -> f64 {
    values.filter(|n| !n.is_nan()).reduce(pick).unwrap_or(f64::NAN)
}

/// Half up, of the decimal number that is shown: `round(1.005, 2)` is 1.01, although the nearest double lies below 1.005. More than 30
/// places either way give NaN, as in JavaRosa.
fn round(value: f64, places: f64) -> f64 {
    let Some(Decimal { digits, scale }) = Decimal::shortest(value) else { return value };
    let Some(places) = num::int(if places.is_nan() { 0.0 } else { places }).and_then(|p| i16::try_from(p).ok()) else {
        return f64::NAN;
    };
    if places.abs() > 30 {
        return f64::NAN;
    }
    let Some(dropped) = u32::try_from(scale - places).ok().filter(|d| *d > 0) else { return value };
    // No double shows more than 17 digits.
    let Some(unit) = 10i64.checked_pow(dropped) else { return 0.0 };
    let up = i64::from(digits.rem_euclid(unit) >= unit / 2);
    Decimal { digits: digits.div_euclid(unit) + up, scale: places }.float()
}

/// Days since 1970, of a text too; a day is a whole number wherever it is.
fn days(value: &Val, scope: &dyn Scope) -> f64 {
    match value.first() {
        Val::Text(t) => {
            let day = Date::parse(t).map(Val::Date);
            let date = day.or_else(|| Moment::parse(t, scope.environment().now.offset).map(Val::Moment));
            date.map_or_else(|| value.number(), |d| d.number())
        }
        other => other.number(),
    }
}

fn test(function: Function, text: &str, part: &str) -> bool {
    match function {
        Function::Selected => selected(text, part.trim()),
        Function::Contains => text.contains(part),
        Function::StartsWith => text.starts_with(part),
        _ => text.ends_with(part),
    }
}

/// As in JavaRosa, nothing is selected in nothing.
fn selected(text: &str, part: &str) -> bool {
    match part {
        "" => text.trim().is_empty(),
        _ if part.contains(' ') => format!(" {text} ").contains(&format!(" {part} ")),
        _ => text.split_whitespace().any(|t| t == part),
    }
}

fn text(function: Function, values: &[Val], scope: &dyn Scope) -> String {
    let first = || values.first().map_or_else(|| scope.current().string().into_owned(), |v| v.string().into_owned());
    match function {
        Function::Concat => strings(values).concat(),
        Function::Join => strings(&values[1..]).join(&first()),
        Function::SelectedAt => {
            let at = num::int(values[1].number()).and_then(|n| usize::try_from(n).ok());
            at.and_then(|n| first().split_whitespace().nth(n).map(str::to_owned)).unwrap_or_default()
        }
        Function::Substr => substring(&first(), values[1].number(), values.get(2).map(Val::number)),
        Function::NormalizeSpace => first().split_whitespace().collect::<Vec<_>>().join(" "),
        Function::Translate => translate(&first(), &values[1].string(), &values[2].string()),
        Function::FormatDate => format_date(&values[0], &values[1].string(), scope),
        _ => first(),
    }
}

fn strings(values: &[Val]) -> Vec<String> {
    values.iter().flat_map(each).map(|v| v.string().into_owned()).collect()
}

/// Characters from `start` (from 0) up to `end`; negative positions count from the end.
fn substring(text: &str, start: f64, end: Option<f64>) -> String {
    let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let at = |n: f64| {
        let n = num::int(n.trunc()).unwrap_or(0);
        usize::try_from(if n < 0 { n + length } else { n }.clamp(0, length)).unwrap_or(0)
    };
    let (from, to) = (at(start), end.map_or(usize::MAX, at));
    text.chars().skip(from).take(to.saturating_sub(from)).collect()
}

fn translate(text: &str, from: &str, to: &str) -> String {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    text.chars()
        .filter_map(|c| match from.iter().position(|f| *f == c) {
            Some(at) => to.get(at).copied(),
            None => Some(c),
        })
        .collect()
}

fn to_date<'a>(value: &Val, scope: &dyn Scope) -> Val<'a> {
    let date = match value.first() {
        Val::Date(d) => Some(*d),
        Val::Moment(m) => m.date(),
        Val::Text(t) => Date::parse(t).or_else(|| Moment::parse(t, scope.environment().now.offset)?.date()),
        other => num::int(other.number().floor()).and_then(|n| i32::try_from(n).ok()).map(Date),
    };
    date.map_or(Val::BLANK, Val::Date)
}

fn to_moment<'a>(value: &Val, scope: &dyn Scope) -> Val<'a> {
    let offset = scope.environment().now.offset;
    let midnight = |d: Date| Moment { ms: i64::from(d.0) * DAY_MS - i64::from(offset) * MINUTE_MS, offset };
    let moment = match value.first() {
        Val::Moment(m) => Some(*m),
        Val::Date(d) => Some(midnight(*d)),
        Val::Time(t) => Some(Moment { ms: midnight(Date(0)).ms + i64::from(t.0) * 1000, offset }),
        Val::Text(t) => Moment::parse(t, offset).or_else(|| Date::parse(t).map(midnight)),
        other => num::int(other.number() * num::float(DAY_MS)).map(|ms| Moment { ms, offset }),
    };
    moment.map_or(Val::BLANK, Val::Moment)
}

fn format_date(value: &Val, format: &str, scope: &dyn Scope) -> String {
    let Val::Moment(moment) = to_moment(value, scope) else { return String::new() };
    let Some(local) = moment.local() else { return String::new() };
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        // ODK's codes are a subset of strftime's, but for %n, %h, %e and %3.
        let code = match chars.next() {
            Some('n') => "%-m".to_owned(),
            Some('h') => "%-H".to_owned(),
            Some('3') => "%3f".to_owned(),
            Some('e') => "%-d".to_owned(),
            Some(k @ ('Y' | 'y' | 'm' | 'b' | 'd' | 'H' | 'M' | 'S' | 'a')) => format!("%{k}"),
            _ => continue,
        };
        out.push_str(&local.format(&code).to_string());
    }
    out
}
