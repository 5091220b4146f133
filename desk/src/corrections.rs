//! The effective answers: what desks corrected, applied to a report in the order of the log.

use baqylau_forms::fill::{Mutation, read_literal_at};
use baqylau_forms::{Filling, Zone};
use baqylau_report::Correction;

/// The filling with every correction that fits, and which do.
pub(crate) fn all<'c>(filling: &Filling, corrections: impl Iterator<Item = &'c Correction>) -> (Filling, Vec<bool>) {
    let mut now = filling.clone();
    let fits = corrections.map(|correction| match apply(&now, correction) {
        Some(corrected) => {
            now = corrected;
            true
        }
        None => false,
    });
    let fits = fits.collect();
    (now, fits)
}

/// The time of a report's place; without one, the offset of the moment when it was signed.
pub(crate) fn zone(filling: &Filling) -> Zone {
    let place = filling.facts().place.and_then(|p| filling.form().places().zone(p));
    place.cloned().unwrap_or_else(|| Zone::fixed(filling.environment().now.offset))
}

/// The filling with a correction applied; `None` when it does not fit the report.
fn apply(filling: &Filling, correction: &Correction) -> Option<Filling> {
    let form = filling.form();
    let key = filling.key_at(correction.node, &correction.rows)?;
    let answer = match &correction.new {
        Some(text) => Some(read_literal_at(form, correction.node, text, &zone(filling)).ok()?),
        None => None,
    };
    let mut kept = filling.snapshot();
    kept.retain(|m| !matches!(m, Mutation::Answer(k, _) if *k == key));
    kept.push(Mutation::Answer(key, answer));
    let (corrected, misfits) = Filling::restore(form.clone(), filling.facts().clone(), filling.environment(), kept);
    (misfits == 0).then_some(corrected)
}
