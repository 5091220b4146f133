//! What a calculation gives, by its expression alone: no column is of another type because of what is in it.

use super::labels::CellKind;
use baqylau_forms::Form;
use baqylau_forms::definition::{Item, Kind, ListRef};
use baqylau_forms::expr::ast::{Function, Operator};
use baqylau_forms::expr::{Expr, VisitField};

/// How deep calculations are followed that name others.
const DEEPEST: usize = 64;

/// The narrowest kind that holds every answer to a question of one version.
pub(super) fn of(form: &Form, item: &Item) -> CellKind {
    within(form, item, DEEPEST)
}

fn within(form: &Form, item: &Item, left: usize) -> CellKind {
    match &item.kind {
        Kind::Integer => CellKind::Integer,
        Kind::Decimal | Kind::Range { .. } => CellKind::Number,
        Kind::Date | Kind::Today => CellKind::Date,
        Kind::Time => CellKind::Time,
        Kind::DateTime | Kind::Start | Kind::End => CellKind::Moment,
        Kind::Calculate if left > 0 => {
            let source = item.calculation.as_deref().unwrap_or_default();
            form.expression(source).map_or(CellKind::Text, |expr| given(form, &expr, left - 1))
        }
        Kind::SelectOne { list: ListRef::Own(_) } => CellKind::One,
        Kind::SelectMultiple { list: ListRef::Own(_) } => CellKind::Several,
        // Places are told by their codes.
        Kind::SelectOne { list: ListRef::Places(_) } | Kind::SelectMultiple { list: ListRef::Places(_) } => {
            CellKind::Text
        }
        Kind::Text
        | Kind::Geopoint
        | Kind::Attachment { .. }
        | Kind::Barcode
        | Kind::Acknowledge
        | Kind::Calculate
        | Kind::Hidden
        | Kind::Note
        | Kind::Group { .. }
        | Kind::Repeat { .. } => CellKind::Text,
    }
}

/// What an expression gives. A text stands for everything that is not sure: a choice's name, a truth value, one of two kinds.
fn given(form: &Form, expr: &Expr, left: usize) -> CellKind {
    let kind = |expr: &Expr| given(form, expr, left);
    match expr {
        Expr::Number(_) | Expr::Negate(_) => CellKind::Number,
        Expr::Binary(
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Modulo,
            _,
        ) => CellKind::Number,
        Expr::Name(node) => {
            let item = form.definition().items.get(*node as usize);
            match item.map_or(CellKind::Text, |item| within(form, item, left)) {
                // Calculations have no whole numbers of their own.
                CellKind::Integer => CellKind::Number,
                CellKind::One | CellKind::Several => CellKind::Text,
                kind @ (CellKind::Number | CellKind::Text | CellKind::Date | CellKind::Time | CellKind::Moment) => kind,
            }
        }
        Expr::Visit(VisitField::ArrivedAt | VisitField::DepartedAt) => CellKind::Moment,
        Expr::Call(function, of) => match (function, of.as_slice()) {
            (Function::If, [_, yes, no]) => either(kind, yes, no),
            (Function::Coalesce, [first, second]) => either(kind, first, second),
            (Function::Once | Function::IndexedRepeat, [first, ..]) => kind(first),
            (function, _) => called(*function),
        },
        Expr::Text(_)
        | Expr::Current
        | Expr::Column(_)
        | Expr::Binary(..)
        | Expr::Visit(_)
        | Expr::Place(_)
        | Expr::Matches(..)
        | Expr::Unresolved(..) => CellKind::Text,
    }
}

/// The kind of both; of one alone where the other is blank.
fn either(kind: impl Fn(&Expr) -> CellKind, one: &Expr, other: &Expr) -> CellKind {
    let blank = |expr: &Expr| matches!(expr, Expr::Text(text) if text.is_empty());
    match (kind(one), kind(other)) {
        (first, second) if first == second || blank(other) => first,
        (_, second) if blank(one) => second,
        _ => CellKind::Text,
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "`is_numeric` has every function; the texts among them need no list"
)]
fn called(function: Function) -> CellKind {
    match function {
        Function::Count | Function::CountNonEmpty | Function::Position => CellKind::Number,
        _ if function.is_numeric() => CellKind::Number,
        Function::Today | Function::Date => CellKind::Date,
        Function::Now | Function::DateTime => CellKind::Moment,
        _ => CellKind::Text,
    }
}
