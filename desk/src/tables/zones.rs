//! Time zones of the tables: a name of the IANA database, or a constant offset. A name becomes the offset and its changes of the
//! mission's years, so that phones need no database of zones.

use baqylau_forms::Zone;
use baqylau_forms::closest::closest;
use baqylau_forms::value::Date;
use baqylau_forms::zone::DAY_MS;
use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};

/// How far the changes go: what is noted before or after has the first or the last offset of them.
const DAYS_BEFORE: i64 = 2 * 366;
const DAYS_AFTER: i64 = 10 * 366;
/// Longer than any summer or winter time, and shorter than both.
const HALF_YEAR: i64 = 200;

/// A zone by its name or offset, with the changes around a day.
///
/// # Errors
/// A name of the IANA database or a constant offset. The error says what is wrong, and how to write it.
pub(super) fn zone(text: &str, around: Date) -> Result<Zone, String> {
    if let Some(offset) = Zone::parse_offset(text) {
        return Ok(Zone::fixed(offset));
    }
    let Ok(tz) = text.parse::<Tz>() else {
        let near = closest(text, TZ_VARIANTS.iter().map(|t| t.name()));
        let near = near.map(|n| format!("; did you mean {n}?")).unwrap_or_default();
        return Err(format!(
            "{text:?} is no time zone{near}; write a name of the IANA database such as Asia/Almaty, or an offset such as +06:00"
        ));
    };
    let middle = i64::from(around.0);
    let (from, to) = ((middle - DAYS_BEFORE) * DAY_MS, (middle + DAYS_AFTER) * DAY_MS);
    let offset = at(tz, from).ok_or_else(|| format!("{text:?} has no offset in the years of the mission"))?;
    Ok(Zone { name: tz.name().into(), offset, changes: changes(tz, from, to) })
}

/// Minutes east of UTC at a moment.
fn at(tz: Tz, ms: i64) -> Option<i16> {
    let utc = DateTime::from_timestamp_millis(ms)?.naive_utc();
    i16::try_from(tz.offset_from_utc_datetime(&utc).fix().local_minus_utc() / 60).ok()
}

fn changes(tz: Tz, from: i64, to: i64) -> Vec<(i64, i16)> {
    let mut out = Vec::new();
    let mut day = from;
    while day < to {
        let (before, after) = (at(tz, day), at(tz, day + DAY_MS));
        if let Some(new) = after.filter(|_| before != after) {
            // Between the two, to the second.
            let (mut old_until, mut new_from) = (day, day + DAY_MS);
            while new_from - old_until > 1_000 {
                let middle = (old_until + new_from) / 2_000 * 1_000;
                if at(tz, middle) == before { old_until = middle } else { new_from = middle }
            }
            out.push((new_from, new));
        }
        day += DAY_MS;
    }
    out
}

/// Whether a constant offset is this zone's, but in the other half of the year than the given day: winter time in a summer's mission.
pub(super) fn is_of_another_season(offset: i16, zone: &Zone, day: Date) -> bool {
    let at = |days: i64| zone.at((i64::from(day.0) + days) * DAY_MS + DAY_MS / 2);
    let season = |days: i64| at(days) == offset;
    at(0) != offset && (season(-HALF_YEAR) || season(HALF_YEAR))
}
