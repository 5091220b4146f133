//! The sentences of the statement, with their numbers.

use crate::compute::{Computed, percent};
use crate::figure::{CompiledFigure, PublishedValue, Unit};
use crate::message::{MessageValue, share};

/// A sentence with its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// What it says.
    pub text: String,
    /// Whether its words are true of its number. A sentence that does not hold is struck.
    pub holds: bool,
}

/// Every share in words, where a sentence is shown that holds for none: the first that has words.
const ANY_SHARE: &[&str] = &["majority", "all", "half", "minority", "none", "other"];

impl CompiledFigure {
    /// As the statement prints the number; empty where it is not published yet.
    #[must_use]
    pub fn published(&self) -> &str {
        match (&self.expected, self.figure.published.trim()) {
            (PublishedValue::Nothing, _) => "",
            (_, "") => &self.figure.value,
            (_, printed) => printed,
        }
    }

    /// The sentence about a number, in a language by its position and its code; `None` where the figure has no sentence. A share is said
    /// in whole hundredths; of a breakdown, what [`Computed::computed`] says.
    #[must_use]
    pub fn sentence(&self, (language, code): (usize, &str), f: &Computed) -> Option<Sentence> {
        let message = self.sentences.get(language).or(self.sentences.first())?;
        let unit = self.figure.unit;
        let of_base = matches!(unit, Unit::Percent | Unit::Majority | Unit::MeanShare);
        let value = |name: &str| match name {
            "share" => MessageValue::Keywords(share(f.count, f.base)),
            "count" => MessageValue::Number(f.count),
            "base" => MessageValue::Number(f.base),
            _ if of_base => percent(f.count, f.base).map_or(MessageValue::Text("–".into()), MessageValue::Number),
            _ if unit == Unit::Breakdown => MessageValue::Text(f.computed.clone()),
            _ => MessageValue::Number(f.count),
        };
        let said = message.say(code, &value);
        let majority = unit != Unit::Majority || message.selects() || 2 * f.count > f.base;
        let holds = said.is_some() && majority && (f.base > 0 || !of_base);
        let any = |name: &str| if name == "share" { MessageValue::Keywords(ANY_SHARE) } else { value(name) };
        let text = said.or_else(|| message.say(code, &any)).unwrap_or_default();
        (!text.is_empty()).then_some(Sentence { text, holds })
    }
}
