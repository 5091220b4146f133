//! One hash over everything that decides a number of the statement: who has the same has the same figures.
//!
//! SHA-256 over: the hash of the tables; `raw` or `effective`; how many people have devices; and for each report that counts, in the
//! order of the log, the hash of its envelope (which signs its answers, its place and the version of its checklist), how many
//! corrections it has and each, with whether it fits. Reviews decide which reports count, and nothing else: they are in that list, and not
//! beside it. Corrections stand there with their history: one that is taken back by another moves the hash, and may move no figure. So the
//! same hash means the same figures; another hash does not mean that a figure differs. The tables are settings, places, checklists, figures and the
//! sample, each as JSON behind its length.

use crate::adjudication::status::{AnswerBasis, Status};
use crate::index::report_row::ReportRow;
use crate::index::report_table::ReportTable;
use crate::tables::MissionTables;
use baqylau_protocol::ids::Hash;
use serde::Serialize;

/// Bytes that cannot run into each other.
#[derive(Default)]
struct FingerprintInput(Vec<u8>);

impl FingerprintInput {
    fn number(&mut self, n: usize) {
        self.0.extend((n as u64).to_be_bytes());
    }

    fn add(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    fn json(&mut self, what: &impl Serialize) {
        self.add(&serde_json::to_vec(what).expect("plain data is JSON"));
    }
}

impl MissionTables {
    /// The hash of the tables that decide a number.
    pub(crate) fn hash(&self) -> Hash {
        let mut bytes = FingerprintInput::default();
        bytes.json(&self.mission);
        bytes.json(self.places.table());
        bytes.json(&self.checklists);
        let figures = self.figures.iter().map(|f| &f.figure);
        bytes.json(&figures.collect::<Vec<_>>());
        if let Some(sample) = &self.sample {
            let mut drawn: Vec<_> = sample.drawn.iter().collect();
            drawn.sort_unstable();
            bytes.json(&(&sample.populations, drawn));
        }
        Hash::of(&bytes.0)
    }
}

impl ReportTable {
    /// How many reports count, and the fingerprint of their numbers.
    #[must_use]
    pub fn counted(&self) -> (usize, Hash) {
        *self.counted.get_or_init(|| {
            let rows: Vec<&ReportRow> = self.rows.iter().filter(|l| l.status == Status::Counted).collect();
            let mut bytes = FingerprintInput::default();
            bytes.add(&self.tables.hash().0);
            bytes.add(if self.answers == AnswerBasis::Raw { b"raw" } else { b"effective" });
            bytes.number(self.people);
            rows.iter().for_each(|row| self.decided(row, &mut bytes));
            (rows.len(), Hash::of(&bytes.0))
        })
    }

    /// Status, reviews, corrections and codes, as far as they decide a number.
    fn decided(&self, row: &ReportRow, bytes: &mut FingerprintInput) {
        bytes.add(&row.summary.meta.hash.0);
        let corrections = if self.answers == AnswerBasis::Raw { &[][..] } else { &row.corrections };
        bytes.number(corrections.len());
        for (correction, fits) in corrections {
            bytes.add(&correction.what.encode());
            bytes.number(usize::from(*fits));
        }
    }
}
