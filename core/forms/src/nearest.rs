//! Which places are near a position.

use crate::num::int;
use crate::places::Places;
use crate::value::Point;

/// Mean radius of the earth in metres (IUGG).
const EARTH: f64 = 6_371_008.8;

impl Places {
    /// Those of `among` that have a position ([`Places::position`]), the nearest first, with their
    /// distance in metres; at most `limit`.
    #[must_use]
    pub fn nearest(&self, among: &[u32], from: Point, limit: usize) -> Vec<(u32, u32)> {
        let from = (degrees(from.latitude), degrees(from.longitude));
        let away = |p: &u32| Some((*p, metres(from, self.position(*p)?)?));
        let mut found: Vec<(u32, u32)> = among.iter().filter_map(away).collect();
        found.sort_by_key(|(_, away)| *away);
        found.truncate(limit);
        found
    }
}

fn degrees(e7: i32) -> f64 {
    f64::from(e7) / 1e7
}

/// The great circle (haversine), to about 0.5 %.
fn metres((lat_a, lon_a): (f64, f64), (lat_b, lon_b): (f64, f64)) -> Option<u32> {
    let (a, b) = (lat_a.to_radians(), lat_b.to_radians());
    let (across, along) = (libm::sin((b - a) / 2.0), libm::sin((lon_b - lon_a).to_radians() / 2.0));
    let h = across * across + libm::cos(a) * libm::cos(b) * along * along;
    int(2.0 * EARTH * libm::asin(h.clamp(0.0, 1.0).sqrt())).and_then(|m| u32::try_from(m).ok())
}
