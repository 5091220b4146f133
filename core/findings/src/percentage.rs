//! Shares as text. Rounding never makes all of some, or none of a few: digits are added until it does not.

/// A percentage, rounded half up to at least this many decimal places, with a point; `None` if `whole` is 0. Only 0 of
/// the whole is `0`, and only the whole is `100`: 999 of 1,000 without decimal places is `99.9`.
#[must_use]
pub fn percentage(part: usize, whole: usize, places: u32) -> Option<String> {
    rounded(part, whole, 100, places)
}

/// As [`percentage`], as a part of 1.
#[must_use]
pub fn proportion(part: usize, whole: usize, places: u32) -> Option<String> {
    rounded(part, whole, 1, places)
}

/// An estimated share, from 0 to 1, as a percentage with one decimal place: `<0.1` and `>99.9` for what would otherwise
/// be rounded to none or all.
#[must_use]
pub fn estimated_percentage(share: f64) -> String {
    match format!("{:.1}", share * 100.0).as_str() {
        "0.0" if share > 0.0 => "<0.1".to_owned(),
        "100.0" if share < 1.0 => ">99.9".to_owned(),
        rounded => rounded.to_owned(),
    }
}

fn rounded(part: usize, whole: usize, times: u128, places: u32) -> Option<String> {
    let (part, whole) = (part as u128, whole as u128);
    // More places than these cannot be needed: a share that is not all misses it by at least one part of the whole.
    let exact = (places..places + 20).find_map(|places| {
        let scale = 10_u128.checked_pow(places)?;
        let units = (2 * part * times * scale).checked_add(whole)?.checked_div(2 * whole)?;
        let honest = (units == 0) == (part == 0) && (units == times * scale) == (part == whole);
        honest.then(|| written(units, scale, places))
    });
    exact.filter(|_| whole > 0)
}

fn written(units: u128, scale: u128, places: u32) -> String {
    match places {
        0 => units.to_string(),
        _ => format!("{}.{:0width$}", units / scale, units % scale, width = places as usize),
    }
}
