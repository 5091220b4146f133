//! Which reports count. One definition, used by figures, exports and every page.

/// Whether a report counts, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It counts.
    Counted,
    /// It could not be verified or opened.
    Unverifiable(String),
    /// It is no report of its checklist.
    Misfit(String),
    /// Its device is not confirmed, contested, or was revoked before.
    Device(&'static str),
    /// Two envelopes with one number: the phone was restored or cloned. None counts until it is reviewed.
    Forked,
    /// An exercise.
    Test,
    /// The team could not observe.
    NotObserved,
    /// A later report by the same person, or by a desk, supersedes it.
    Superseded,
    /// It supersedes an earlier one, and raw answers were asked for.
    Amendment,
    /// It would supersede somebody else's report, which only that person or a desk can.
    Proposal,
    /// An earlier amendment of the same report counts.
    Competing,
    /// The same visit and checklist came before.
    Duplicate,
    /// A desk excluded it.
    Excluded(String),
}

impl Status {
    /// Its name in tables.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Unverifiable(_) => "unverifiable",
            Self::Misfit(_) => "misfit",
            Self::Device(why) => why,
            Self::Forked => "forked",
            Self::Test => "test",
            Self::NotObserved => "not_observed",
            Self::Superseded => "superseded",
            Self::Amendment => "amendment",
            Self::Proposal => "proposal",
            Self::Competing => "competing",
            Self::Duplicate => "duplicate",
            Self::Excluded(_) => "excluded",
        }
    }
}

/// Which answers are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerBasis {
    /// As they were first reported; what supersedes a report is left out.
    Raw,
    /// With everything that supersedes.
    Effective,
}
