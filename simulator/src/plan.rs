//! Plans: how many reports of a checklist have which answers. The seed decides which reports these are, never how many.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Why a plan cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, row {row}: {what}")]
pub struct PlanError {
    /// File name of the plan.
    pub file: String,
    /// Row in the file; the header is row 1.
    pub row: usize,
    /// The fault and its remedy.
    pub what: String,
}

#[derive(Debug, Clone, Deserialize)]
struct PlanRow {
    question: String,
    when: String,
    value: String,
    count: String,
}

/// The plan for one checklist.
#[derive(Debug, Clone)]
pub struct Plan {
    file: String,
    rows: Vec<PlanRow>,
    /// Roles of the people who fill in the checklist.
    pub roles: Vec<String>,
    /// Number of reports.
    pub reports: usize,
}

/// The answers of one report by question name; also `@outcome` and `@place`.
pub type PlannedAnswers = BTreeMap<String, String>;

impl Plan {
    /// Reads a plan from a CSV file with the columns `question`, `when`, `value` and `count`.
    ///
    /// # Errors
    /// [`PlanError`] if columns are missing or the first row is not `@reports`.
    pub fn read(path: &Path) -> Result<Self, PlanError> {
        let file = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let fault = |row, what: String| PlanError { file: file.clone(), row, what };
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_path(path).map_err(|e| fault(1, e.to_string()))?;
        let rows: Result<Vec<PlanRow>, _> = reader.deserialize().collect();
        let mut rows = rows.map_err(|e| fault(1, e.to_string()))?;
        let missing = || {
            fault(
                2,
                "the first row must be @reports, with the roles as value and the number of reports as count".into(),
            )
        };
        if rows.first().is_none_or(|r| r.question != "@reports") {
            return Err(missing());
        }
        let head = rows.remove(0);
        let reports = head.count.parse().map_err(|_| missing())?;
        let roles = head.value.split_whitespace().map(str::to_owned).collect();
        Ok(Self { file, rows, roles, reports })
    }

    /// Assigns answers to reports at random; the same seed gives the same assignment.
    ///
    /// # Errors
    /// [`PlanError`] if the counts of a question do not add up to the number of matching reports.
    pub fn draw(&self, seed: u64) -> Result<Vec<PlannedAnswers>, PlanError> {
        let mut out = vec![PlannedAnswers::new(); self.reports];
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        let mut at = 0;
        while at < self.rows.len() {
            let head = &self.rows[at];
            let same = |r: &&PlanRow| r.question == head.question && r.when == head.when;
            let block: Vec<&PlanRow> = self.rows[at..].iter().take_while(same).collect();
            self.draw_block(at, &block, &mut out, &mut rng)?;
            at += block.len();
        }
        Ok(out)
    }

    fn draw_block(
        &self,
        at: usize,
        block: &[&PlanRow],
        out: &mut [PlannedAnswers],
        rng: &mut ChaCha12Rng,
    ) -> Result<(), PlanError> {
        let fault = |offset: usize, what: String| PlanError { file: self.file.clone(), row: at + offset + 3, what };
        let condition = parse_when(&block[0].when).map_err(|e| fault(0, e))?;
        let mut matching: Vec<usize> = (0..out.len()).filter(|i| holds(&condition, &out[*i])).collect();
        shuffle(&mut matching, rng);
        let mut counts = Vec::new();
        for (offset, row) in block.iter().enumerate() {
            counts.push(match row.count.trim() {
                "*" => None,
                number => {
                    Some(number.parse::<usize>().map_err(|_| {
                        fault(offset, format!("{number:?} is neither a number nor *; write one of them"))
                    })?)
                }
            });
        }
        let fixed: usize = counts.iter().flatten().sum();
        let open = counts.iter().filter(|c| c.is_none()).count();
        let rest = matching.len().checked_sub(fixed).filter(|rest| open == 1 || (open == 0 && *rest == 0));
        let rest = rest.ok_or_else(|| {
            fault(
                0,
                format!("the counts of {:?} add up to {fixed}, but {} reports match; correct the counts, or write * in one row", block[0].question, matching.len()),
            )
        })?;
        let mut next = matching.into_iter();
        for (row, count) in block.iter().zip(counts) {
            for report in next.by_ref().take(count.unwrap_or(rest)) {
                out[report].insert(row.question.clone(), row.value.clone());
            }
        }
        Ok(())
    }
}

type Condition = Vec<(String, Vec<String>)>;

/// Parses `question=value|value; question=value`.
fn parse_when(text: &str) -> Result<Condition, String> {
    let part = |part: &str| {
        let (question, values) =
            part.split_once('=').ok_or_else(|| format!("{part:?} is not a condition; write question=value"))?;
        Ok((question.trim().to_owned(), values.split('|').map(|v| v.trim().to_owned()).collect()))
    };
    text.split(';').filter(|p| !p.trim().is_empty()).map(part).collect()
}

fn holds(condition: &Condition, answers: &PlannedAnswers) -> bool {
    condition.iter().all(|(question, values)| answers.get(question).is_some_and(|a| values.contains(a)))
}

/// Fisher–Yates shuffle.
pub(crate) fn shuffle<T>(items: &mut [T], rng: &mut ChaCha12Rng) {
    for i in (1..items.len()).rev() {
        items.swap(i, below(rng, i + 1));
    }
}

/// A random number below `limit`; 0 if `limit` is 0.
pub(crate) fn below(rng: &mut impl Rng, limit: usize) -> usize {
    usize::try_from(rng.next_u64() % (limit.max(1) as u64)).unwrap_or(0)
}
