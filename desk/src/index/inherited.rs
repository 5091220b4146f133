//! What desks corrected in a report holds in what supersedes it, too, where the observer left the answer as it was: an amendment says
//! nothing of what it does not change. Where the observer changed it, the correction is shown and does not hold.

use super::ReportIndex;
use crate::adjudication::{Adjudicator, Signed};
use crate::error::DeskError;
use crate::evaluation::evaluate;
use crate::store::VerifiedStore;
use baqylau_forms::Filling;
use baqylau_forms::fill::write_literal;
use baqylau_protocol::ids::Hash;
use baqylau_report::Correction;
use std::collections::HashMap;

/// The most reports of one chain of amendments; of longer ones the last count.
const LONGEST: usize = 64;

/// Corrections of a report and of those before it in its chain of amendments, in the order of the chain and of the log.
#[derive(Default)]
pub(super) struct Corrections {
    /// What holds: of the reports that it supersedes, then its own.
    pub held: Vec<Signed<Correction>>,
    /// What was corrected in the report that it supersedes, and what it says otherwise.
    pub dropped: Vec<Signed<Correction>>,
}

/// Where a corrected question stands in what supersedes a report, and whether its answer is as it was: by both reports, question and
/// rows.
pub(super) type Unchanged = HashMap<(Hash, Hash, u32, Vec<u32>), (u32, bool)>;

impl ReportIndex {
    /// What is corrected in a report and in those that it supersedes, by `supersedes`: from a report to the one before.
    pub(super) fn inherited(
        &mut self,
        known: VerifiedStore<'_>,
        adjudicator: &Adjudicator,
        supersedes: &HashMap<Hash, Hash>,
        report: Hash,
    ) -> Result<Corrections, DeskError> {
        let mut chain = vec![report];
        while let Some(before) = chain.last().and_then(|last| supersedes.get(last)).filter(|b| !chain.contains(b)) {
            if chain.len() == LONGEST {
                break;
            }
            chain.push(*before);
        }
        let mut all = Corrections::default();
        let mut before = None;
        for at in chain.into_iter().rev() {
            if let Some(before) = before {
                all = self.carried(known, (before, at), all.held)?;
            }
            all.held.extend_from_slice(adjudicator.corrections(&at));
            before = Some(at);
        }
        Ok(all)
    }

    fn carried(
        &mut self,
        known: VerifiedStore<'_>,
        (before, after): (Hash, Hash),
        held: Vec<Signed<Correction>>,
    ) -> Result<Corrections, DeskError> {
        let mut all = Corrections::default();
        for mut correction in held {
            let key = (before, after, correction.what.node, correction.what.rows.clone());
            if !self.unchanged.contains_key(&key)
                && let Some(found) = self.unchanged(known, (before, after), &correction.what)?
            {
                self.unchanged.insert(key.clone(), found);
            }
            let (node, same) = self.unchanged.get(&key).copied().unwrap_or((correction.what.node, false));
            correction.what.node = node;
            if same { &mut all.held } else { &mut all.dropped }.push(correction);
        }
        Ok(all)
    }

    /// Nothing where one of them cannot be evaluated: it may come with the next pull.
    fn unchanged(
        &mut self,
        known: VerifiedStore<'_>,
        (before, after): (Hash, Hash),
        correction: &Correction,
    ) -> Result<Option<(u32, bool)>, DeskError> {
        let (Some(before), Some(after)) = (self.as_sent(known, before)?, self.as_sent(known, after)?) else {
            return Ok(None);
        };
        // Another version of the checklist may have it elsewhere.
        let item = before.form().definition().items.get(correction.node as usize);
        let Some(node) = item.and_then(|item| after.form().find(&item.name)) else {
            return Ok(Some((correction.node, false)));
        };
        let answer = |filling: &Filling, node: u32| {
            let key = filling.key_at(node, &correction.rows)?;
            Some(filling.answer(key).map(|answer| write_literal(filling.form(), node, answer)))
        };
        let (was, is) = (answer(&before, correction.node), answer(&after, node));
        Ok(Some((node, was.is_some() && was == is)))
    }

    /// What a report says as it was sent; nothing where it cannot be evaluated.
    fn as_sent(&mut self, known: VerifiedStore<'_>, report: Hash) -> Result<Option<Filling>, DeskError> {
        let Some(envelope) = known.store.envelope(report)? else { return Ok(None) };
        let read = self.forms.report(known, &envelope)?.ok();
        Ok(read.and_then(|(report, form)| evaluate(&report, form).ok()))
    }
}
