//! The few number conversions that can lose something, each said once.

/// An integer as the `f64` of XPath. Exact up to 2^53, which no count of ballots reaches.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "XPath has one number type")]
pub fn float(n: i64) -> f64 {
    n as f64
}

/// A count as the `f64` of XPath.
#[must_use]
pub fn float_of(n: usize) -> f64 {
    float(i64::try_from(n).unwrap_or(i64::MAX))
}

/// The integer part of `x`, or `None` when it is not finite or does not fit.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
pub fn int(x: f64) -> Option<i64> {
    (x.is_finite() && x.abs() < 9.0e15).then_some(x as i64)
}

/// An index as the `u32` by which definitions number things.
///
/// # Panics
/// Never in practice: definitions are limited to far fewer items (see [`crate::form::MAX_ITEMS`]).
#[must_use]
pub fn index(n: usize) -> u32 {
    u32::try_from(n).expect("definitions and rows are limited to far below 2^32")
}
