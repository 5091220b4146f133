//! How far two positions are apart.

use crate::value::Point;

/// Mean radius of the earth in metres (IUGG).
const EARTH: f64 = 6_371_008.8;

impl Point {
    /// Latitude and longitude in degrees.
    #[must_use]
    pub fn degrees(&self) -> (f64, f64) {
        (f64::from(self.latitude) / 1e7, f64::from(self.longitude) / 1e7)
    }
}

/// The great circle between two positions, latitude and longitude in degrees, in metres (haversine), to about 0.5 %.
#[must_use]
pub fn metres((lat_a, lon_a): (f64, f64), (lat_b, lon_b): (f64, f64)) -> f64 {
    let (a, b) = (lat_a.to_radians(), lat_b.to_radians());
    let (across, along) = (libm::sin((b - a) / 2.0), libm::sin((lon_b - lon_a).to_radians() / 2.0));
    let h = across * across + libm::cos(a) * libm::cos(b) * along * along;
    2.0 * EARTH * libm::asin(h.clamp(0.0, 1.0).sqrt())
}
