//! The effective answers: what desks corrected, applied to a report in the order of the log.

use baqylau_forms::Filling;
use baqylau_forms::fill::{Key, Mutation, read_literal_at};
use baqylau_report::Correction;

/// The key of a question by the positions of its rows.
pub(crate) fn key_of(filling: &Filling, node: u32, rows: &[u32]) -> Option<Key> {
    let added = filling.snapshot().into_iter().filter_map(|m| match m {
        Mutation::AddRow(saved) => Some(saved.row),
        _ => None,
    });
    let row = std::iter::once(0).chain(added).find(|row| filling.row_path(*row) == rows)?;
    Some(Key { node, row })
}

/// The filling with a correction applied; `None` when it does not fit the report.
pub(crate) fn apply(filling: &Filling, correction: &Correction) -> Option<Filling> {
    let form = filling.form();
    form.definition().items.get(correction.node as usize)?;
    let key = key_of(filling, correction.node, &correction.rows)?;
    let offset = filling.environment().now.offset;
    let answer = match &correction.new {
        Some(text) => Some(read_literal_at(form, correction.node, text, offset).ok()?),
        None => None,
    };
    let mut kept = filling.snapshot();
    kept.retain(|m| !matches!(m, Mutation::Answer(k, _) if *k == key));
    kept.push(Mutation::Answer(key, answer));
    let (corrected, misfits) = Filling::restore(form.clone(), filling.facts().clone(), filling.environment(), kept);
    (misfits == 0).then_some(corrected)
}
