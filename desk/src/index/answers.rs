//! The answers of reports, for whoever needs more than rows keep: opened again from the signed bytes, under the version that each was
//! filled in under.

use crate::adjudication::status::AnswerBasis;
use crate::error::DeskError;
use crate::evaluation::corrections;
use crate::evaluation::evaluate;
use crate::index::report_row::ReportRow;
use crate::index::report_table::ReportTable;
use crate::parallel::{CHUNK, map_on_all_cores};
use crate::store::DeskStore;
use baqylau_forms::Filling;
use baqylau_forms::definition::Item;
use baqylau_forms::fill::write_literal;
use baqylau_report::Report;
use std::collections::HashMap;

/// The answers of one report, opened and evaluated for as long as somebody looks at them.
pub struct ReportAnswers {
    /// As it was signed.
    pub report: Report,
    /// Its answers, evaluated again; with what desks corrected, where the effective answers were asked for.
    pub filling: Filling,
}

impl ReportAnswers {
    /// The answers that are shown, by question and in the notation of answer files; rows of repeats are not among them.
    #[must_use]
    pub fn written(&self) -> Vec<(String, String)> {
        let form = self.filling.form();
        let items = form.definition().items.iter().zip(0u32..);
        let answered = |(item, node): (&Item, u32)| {
            let key = self.filling.key_at(node, &[]);
            let key = key.filter(|key| item.kind.has_answers() && self.filling.is_shown(*key))?;
            Some((item.name.clone(), write_literal(form, node, self.filling.answer(key)?)))
        };
        items.filter_map(answered).filter(|(_, cell)| !cell.is_empty()).collect()
    }
}

impl ReportTable {
    /// What `make` makes of some rows of this table and what they say, in their order, on all cores; nothing where a report does not fit
    /// its checklist. Rows are to be in the order of the log.
    ///
    /// # Errors
    /// The database fails.
    pub fn with_answers<'r, T: Send>(
        &self,
        store: &DeskStore,
        rows: impl IntoIterator<Item = &'r ReportRow>,
        make: impl Fn(&ReportRow, Option<ReportAnswers>) -> T + Sync,
    ) -> Result<Vec<T>, DeskError> {
        let rows: Vec<&ReportRow> = rows.into_iter().collect();
        let mut out = Vec::with_capacity(rows.len());
        for chunk in rows.chunks(CHUNK) {
            let places: Vec<u64> = chunk.iter().map(|row| row.summary.meta.index).collect();
            let bytes: HashMap<u64, Vec<u8>> = store.plain_at(&places)?.into_iter().collect();
            let made = map_on_all_cores(chunk, |row| {
                make(row, bytes.get(&row.summary.meta.index).and_then(|bytes| self.answers_of(row, bytes)))
            });
            out.extend(made);
        }
        Ok(out)
    }

    fn answers_of(&self, row: &ReportRow, bytes: &[u8]) -> Option<ReportAnswers> {
        let report = Report::decode_again(bytes).ok()?;
        let filling = evaluate(&report, row.summary.meta.form.clone()?).ok()?;
        let corrected = self.answers == AnswerBasis::Effective && !row.corrections.is_empty();
        let filling = match corrected {
            true => {
                corrections::all(&filling, row.corrections.iter().filter(|(_, fits)| *fits).map(|(c, _)| &c.what)).0
            }
            false => filling,
        };
        Some(ReportAnswers { report, filling })
    }
}
