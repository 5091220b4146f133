//! What a desk finds otherwise than a statement says.

use baqylau_protocol::statement::{StatedFigure, StatedResults};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// One thing that differs. `there` is what the statement says, `here` what this desk computed; `None` where it is not there at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// Figures, checklists, places, sample or settings.
    #[error("this desk's tables are others than those of the desk that made it; bring the same tables to both")]
    Tables,
    /// People of the register with a confirmed phone.
    #[error("people with a confirmed phone: {there} there, {here} here")]
    People {
        /// As it says.
        there: u64,
        /// As this desk knows them.
        here: u64,
    },
    /// How many reports have a status.
    #[error("reports that are {status}: {there} there, {here} here")]
    Reports {
        /// As exports write it.
        status: String,
        /// As it says.
        there: u64,
        /// As this desk judges them.
        here: u64,
    },
    /// A figure.
    #[error("{0}")]
    Figure(Box<FigureDifference>),
    /// No number differs, and what they were made from does.
    #[error("no number differs, but other reports count, or with other corrections")]
    Reading,
}

/// A figure that differs, or that only one of the two has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureDifference {
    /// Of the figure.
    pub id: String,
    /// As the statement has it.
    pub there: Option<StatedFigure>,
    /// As this desk computed it.
    pub here: Option<StatedFigure>,
}

impl fmt::Display for FigureDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (there, here) = match (&self.there, &self.here) {
            (Some(there), Some(here)) => (cells(there), cells(here)),
            (Some(_), None) => return write!(f, "figure {}: this desk has none of this name", self.id),
            (None, _) => return write!(f, "figure {}: the statement has none of this name", self.id),
        };
        write!(f, "figure {}: ", self.id)?;
        let differing = there.into_iter().zip(here).filter(|(there, here)| there != here);
        for (at, ((name, there), (_, here))) in differing.enumerate() {
            write!(f, "{}{name} {there} there, {here} here", if at > 0 { "; " } else { "" })?;
        }
        Ok(())
    }
}

/// Everything that a figure says, by name.
fn cells(figure: &StatedFigure) -> [(&'static str, String); 10] {
    let StatedFigure { id: _, published, computed, count, base, .. } = figure;
    let parts = figure.parts.iter().map(|(choice, count)| format!("{choice} {count}")).collect::<Vec<_>>().join(", ");
    [
        ("published", format!("{published:?}")),
        ("computed", format!("{computed:?}")),
        ("count", count.to_string()),
        ("base", base.to_string()),
        ("do not know", figure.do_not_know.to_string()),
        ("not applicable", figure.not_applicable.to_string()),
        ("blank", figure.not_answered.to_string()),
        ("reports", figure.forms.to_string()),
        ("places", figure.places.to_string()),
        ("choices", format!("({parts})")),
    ]
}

/// What differs between what a statement says and what a desk computed up to the same head.
pub(super) fn differences(there: &StatedResults, here: &StatedResults) -> Vec<Difference> {
    let mut found = Vec::new();
    if there.tables != here.tables {
        found.push(Difference::Tables);
    }
    if there.people != here.people {
        found.push(Difference::People { there: there.people, here: here.people });
    }
    let counts = |results: &StatedResults| results.reports.iter().cloned().collect::<BTreeMap<String, u64>>();
    let (theirs, ours) = (counts(there), counts(here));
    for status in theirs.keys().chain(ours.keys()).collect::<BTreeSet<_>>() {
        let [there, here] = [&theirs, &ours].map(|counts| counts.get(status).copied().unwrap_or(0));
        if there != here {
            found.push(Difference::Reports { status: status.clone(), there, here });
        }
    }
    found.extend(figures(&there.figures, &here.figures).into_iter().map(|figure| Difference::Figure(Box::new(figure))));
    if found.is_empty() && there != here {
        found.push(Difference::Reading);
    }
    found
}

fn figures(there: &[StatedFigure], here: &[StatedFigure]) -> Vec<FigureDifference> {
    let by_id = |all: &[StatedFigure]| all.iter().cloned().map(|f| (f.id.clone(), f)).collect::<BTreeMap<_, _>>();
    let (theirs, ours) = (by_id(there), by_id(here));
    let names: BTreeSet<&String> = theirs.keys().chain(ours.keys()).collect();
    let pair =
        |id: &String| FigureDifference { id: id.clone(), there: theirs.get(id).cloned(), here: ours.get(id).cloned() };
    names.into_iter().map(pair).filter(|pair| pair.there != pair.here).collect()
}
