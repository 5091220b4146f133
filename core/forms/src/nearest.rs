//! Which places are near a position.

use crate::distance::metres;
use crate::num::int;
use crate::places::Places;
use crate::value::Point;

impl Places {
    /// Those of `among` that have a position ([`Places::position`]), the nearest first, with their
    /// distance in metres; at most `limit`.
    #[must_use]
    pub fn nearest(&self, among: &[u32], from: Point, limit: usize) -> Vec<(u32, u32)> {
        let from = from.degrees();
        let away = |p: &u32| Some((*p, u32::try_from(int(metres(from, self.position(*p)?))?).ok()?));
        let mut found: Vec<(u32, u32)> = among.iter().filter_map(away).collect();
        found.sort_by_key(|(_, away)| *away);
        found.truncate(limit);
        found
    }
}
