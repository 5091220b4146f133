//! What is wrong with answers, or missing.

use super::Filling;
use super::data::CellKey;
use crate::definition::Check;
use std::sync::Arc;

/// Something about an answer, in words.
#[derive(Clone, PartialEq, Eq)]
pub struct AnswerProblem {
    /// The question, in its row.
    pub key: CellKey,
    /// The section that it is in.
    pub section: usize,
    /// Decides whether a reason is needed, or signing is out of the question.
    pub issue: Issue,
    /// The words of the checklist's author, if there are any.
    pub text: Arc<str>,
    /// The reason the observer gave when confirming.
    pub confirmed: Option<String>,
}

crate::redacted_debug! { AnswerProblem: key, section, issue }

impl AnswerProblem {
    /// Whether a report with it can be signed only with a reason: something is missing, or unlikely and not confirmed.
    #[must_use]
    pub fn needs_reason(&self) -> bool {
        match self.issue {
            Issue::Unanswered => true,
            Issue::Warning | Issue::NotOffered => self.confirmed.is_none(),
            Issue::Error | Issue::TooManyRows | Issue::Unfit => false,
        }
    }
}

/// Sorts of issues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Issue {
    /// A required question has no answer. The visit can be signed incomplete with a reason.
    Unanswered,
    /// The answer is unlikely; to be confirmed with a reason.
    Warning,
    /// The answer is impossible; to be changed before signing.
    Error,
    /// The choice is no longer offered since another answer changed.
    NotOffered,
    /// A repeat would have more rows than there may be ([`MAX_ROWS`](crate::form::MAX_ROWS)); the number is to be changed before signing.
    TooManyRows,
    /// What was computed for the question is no value of its kind, so that it is blank. It is told, and asks for nothing.
    Unfit,
}

impl Issue {
    /// Whether a report with it cannot be signed.
    #[must_use]
    pub fn prevents_signing(self) -> bool {
        matches!(self, Self::Error | Self::TooManyRows)
    }
}

impl Filling {
    /// Every issue of the whole checklist, in order.
    #[must_use]
    pub fn issues(&self) -> Vec<AnswerProblem> {
        (0..self.form.sections.len()).flat_map(|s| self.keys_of(s)).flat_map(|k| self.issues_of(k)).collect()
    }

    pub(super) fn issues_of(&self, key: CellKey) -> Vec<AnswerProblem> {
        let item = &self.form.definition.items[key.node as usize];
        let Some(cell) = self.cell(key) else { return Vec::new() };
        let language = self.environment.language;
        let confirmed = cell.reason.as_deref().map(str::to_owned);
        let section = self.form.nodes[key.node as usize].section;
        let problem = |issue, text: Arc<str>| AnswerProblem { key, section, issue, text, confirmed: confirmed.clone() };
        let mut out = Vec::new();
        if cell.required && cell.answer.is_none() {
            out.push(problem(Issue::Unanswered, item.required_message.get(language)));
        }
        if cell.violated {
            let issue = if item.check == Check::Error { Issue::Error } else { Issue::Warning };
            out.push(problem(issue, item.constraint_message.get(language)));
        }
        if cell.not_offered {
            out.push(problem(Issue::NotOffered, Arc::default()));
        }
        if cell.unfit {
            out.push(problem(Issue::Unfit, Arc::default()));
        }
        if self.counts_too_many(key) {
            out.push(problem(Issue::TooManyRows, Arc::default()));
        }
        out
    }
}
