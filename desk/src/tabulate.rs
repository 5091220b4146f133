//! The figures of the statement from what the desk knows.

use crate::error::DeskError;
use crate::folder::Desk;
use crate::status::{Answers, Picture, Status};
use baqylau_findings::{Computed, Observation, compute};

impl Picture {
    /// The reports that count, as the figures take them.
    #[must_use]
    pub fn observations(&self) -> Vec<Observation> {
        let counted = self.reports.iter().filter(|k| k.status == Status::Counted);
        counted
            .filter_map(|known| {
                let filling = known.filling.clone()?;
                Some(Observation {
                    index: known.envelope.index,
                    checklist: filling.form().definition().id.clone(),
                    place: filling.facts().place,
                    filling,
                })
            })
            .collect()
    }
}

impl Desk {
    /// Computes every figure, of what was received up to a moment, raw or with what supersedes.
    ///
    /// # Errors
    /// The tables have faults, or the database fails.
    pub fn figures(&self, as_of: Option<i64>, answers: Answers) -> Result<Vec<Computed>, DeskError> {
        let picture = self.picture(as_of, answers)?;
        Ok(compute(&self.source()?.figures, &picture.observations(), picture.people))
    }
}
