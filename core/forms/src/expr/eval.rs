//! Evaluates a resolved tree against the answers.

use super::ast::{Expr, NodeRef, Operator, VisitField};
use super::functions::call;
use super::val::{Val, compare};
use crate::value::Moment;
use std::fmt;
use std::sync::Arc;

/// Where `random()` and `uuid()` draw from. The caller injects it; where there is none, they are blank.
#[derive(Clone, Copy)]
pub struct Chance(Option<fn() -> [u8; 16]>);

impl Chance {
    /// Nothing is drawn: what was drawn is recorded already.
    pub const NONE: Self = Self(None);

    /// Draws bytes that nobody can foresee.
    #[must_use]
    pub const fn of(draw: fn() -> [u8; 16]) -> Self {
        Self(Some(draw))
    }

    /// A number from 0 to below 1, of 53 bits.
    pub(super) fn number<'a>(self) -> Val<'a> {
        let Some(draw) = self.0 else { return Val::BLANK };
        let [a, b, c, d, e, f, g, ..] = draw();
        let bits = i64::from_be_bytes([0, a & 0x1f, b, c, d, e, f, g]);
        Val::Number(crate::num::float(bits) / crate::num::float(1 << 53))
    }

    /// A UUID of version 4 (RFC 9562).
    pub(super) fn uuid<'a>(self) -> Val<'a> {
        let Some(draw) = self.0 else { return Val::BLANK };
        let bits = (u128::from_be_bytes(draw()) & !(0xf << 76) & !(0b11 << 62)) | (4 << 76) | (0b10 << 62);
        let hex = format!("{bits:032x}");
        Val::text([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
    }
}

impl PartialEq for Chance {
    /// Two draws differ anyway; what matters is whether there is one.
    fn eq(&self, other: &Self) -> bool {
        self.0.is_some() == other.0.is_some()
    }
}

impl Eq for Chance {}

impl fmt::Debug for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chance({})", if self.0.is_some() { ".." } else { "none" })
    }
}

/// What is outside the answers: the time and chance, which the caller injects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Environment {
    /// The moment at which the expression is evaluated, with the offset of the place.
    pub now: Moment,
    /// Position of the language in which labels are read.
    pub language: usize,
    /// Where `random()` and `uuid()` draw from.
    pub chance: Chance,
}

/// Where an expression is evaluated: a row of the answers.
pub trait Scope {
    /// The value of an item as seen from this row: one value, or the rows of a repeat.
    fn value(&self, node: NodeRef) -> Val<'_>;
    /// The value in the given row (from 1) of a repeat.
    fn indexed(&self, node: NodeRef, repeat: NodeRef, row: usize) -> Val<'_>;
    /// The number (from 1) of this row in its repeat.
    fn position(&self) -> usize;
    /// The value that `.` stands for.
    fn current(&self) -> Val<'_>;
    /// A column of the choice that a filter looks at.
    fn column(&self, name: &str) -> Val<'_>;
    /// A fact of the visit.
    fn visit(&self, field: VisitField) -> Val<'_>;
    /// A property of the visit's place.
    fn place(&self, attribute: &str) -> Val<'_>;
    /// The label of a choice of a question.
    fn choice_label(&self, node: NodeRef, choice: &str) -> Option<Arc<str>>;
    /// The time.
    fn environment(&self) -> Environment;
}

/// The value of an expression.
#[must_use]
pub fn eval<'a>(expr: &'a Expr, scope: &'a dyn Scope) -> Val<'a> {
    match expr {
        Expr::Number(n) => Val::Number(*n),
        Expr::Text(t) => Val::text(t.as_ref()),
        Expr::Current => scope.current(),
        Expr::Name(node) => scope.value(*node),
        Expr::Column(name) => scope.column(name),
        Expr::Visit(field) => scope.visit(*field),
        Expr::Place(attribute) => scope.place(attribute),
        Expr::Negate(inner) => match eval(inner, scope) {
            Val::Unknown => Val::Unknown,
            value => Val::Number(-value.number()),
        },
        Expr::Matches(inner, pattern) => match eval(inner, scope) {
            Val::Unknown => Val::Unknown,
            value => Val::Bool(pattern.is_match(&value.string())),
        },
        Expr::Binary(op, pair) => binary(*op, &pair.0, &pair.1, scope),
        Expr::Call(function, args) => call(*function, args, scope),
        // Resolving leaves none.
        Expr::Unresolved(..) => Val::BLANK,
    }
}

fn binary<'a>(op: Operator, left: &'a Expr, right: &'a Expr, scope: &'a dyn Scope) -> Val<'a> {
    match op {
        Operator::Or => kleene(true, left, right, scope),
        Operator::And => kleene(false, left, right, scope),
        Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Modulo => {
            let (l, r) = (eval(left, scope), eval(right, scope));
            if matches!(l, Val::Unknown) || matches!(r, Val::Unknown) {
                return Val::Unknown;
            }
            Val::Number(arithmetic(op, l.number(), r.number()))
        }
        _ => compare(op, &eval(left, scope), &eval(right, scope)).map_or(Val::Unknown, Val::Bool),
    }
}

/// `or` (decided by true) and `and` (decided by false); what does not decide may be unknown.
fn kleene<'a>(decides: bool, left: &'a Expr, right: &'a Expr, scope: &'a dyn Scope) -> Val<'a> {
    let l = eval(left, scope).truth();
    if l == Some(decides) {
        return Val::Bool(decides);
    }
    match (l, eval(right, scope).truth()) {
        (_, Some(r)) if r == decides => Val::Bool(decides),
        (Some(_), Some(_)) => Val::Bool(!decides),
        _ => Val::Unknown,
    }
}

fn arithmetic(op: Operator, l: f64, r: f64) -> f64 {
    match op {
        Operator::Add => l + r,
        Operator::Subtract => l - r,
        Operator::Multiply => l * r,
        Operator::Divide => l / r,
        // The sign of the dividend, as in XPath.
        _ => l % r,
    }
}
