//! The sentences of the statement, with their numbers.

use crate::compute::Computed;
use crate::figure::{CompiledFigure, PublishedValue, Unit};
use crate::message::{MessageValue, narrowest, share};
use crate::percentage::percentage;

/// A rendered sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Rendered text in the requested language.
    pub text: String,
    /// Whether the wording is true of the number. A sentence that does not hold is shown struck through.
    pub holds: bool,
}

/// Keywords for showing a sentence that does not hold: the first one with a branch is used.
const ANY_SHARE: &[&str] = &["majority", "all", "half", "minority", "none", "other"];

impl CompiledFigure {
    /// The published value as the statement prints it; empty if nothing is published.
    #[must_use]
    pub fn published(&self) -> &str {
        match (&self.expected, self.figure.published.trim()) {
            (PublishedValue::Nothing, _) => "",
            (_, "") => &self.figure.value,
            (_, printed) => printed,
        }
    }

    /// Renders the sentence about a computed figure in a language, given by index and code; `None` if the figure has no
    /// sentence. A share is rendered as a whole percentage, with decimal places where it would otherwise be 0 without
    /// being none or 100 without being all; a breakdown as [`Computed::computed`].
    #[must_use]
    pub fn sentence(&self, (language, code): (usize, &str), f: &Computed) -> Option<Sentence> {
        let message = self.sentences.get(language).or(self.sentences.first())?;
        let unit = self.figure.unit;
        let of_base = matches!(unit, Unit::Percent | Unit::Majority | Unit::MeanShare);
        let value = |name: &str| match name {
            "share" => MessageValue::Keywords(share(f.count, f.base)),
            "count" => MessageValue::Number(f.count),
            "base" => MessageValue::Number(f.base),
            _ if of_base => match percentage(f.count, f.base, 0) {
                None => MessageValue::Text("–".into()),
                Some(digits) => digits.parse().map_or(MessageValue::Decimal(digits), MessageValue::Number),
            },
            _ if unit == Unit::Breakdown => MessageValue::Text(f.computed.clone()),
            _ => MessageValue::Number(f.count),
        };
        let said = message.say(code, &value);
        let worded = |keywords| {
            let narrow = |name: &str| if name == "share" { MessageValue::Keywords(keywords) } else { value(name) };
            message.say(code, &narrow).is_some()
        };
        // Words that were chosen by the share need no other test; those that fit any share do.
        let chosen = !worded(&[]) && worded(narrowest(f.count, f.base));
        let majority = unit != Unit::Majority || chosen || 2 * f.count > f.base;
        let holds = said.is_some() && majority && (f.base > 0 || unit == Unit::Count);
        let any = |name: &str| if name == "share" { MessageValue::Keywords(ANY_SHARE) } else { value(name) };
        let text = said.or_else(|| message.say(code, &any)).unwrap_or_default();
        (!text.is_empty()).then_some(Sentence { text, holds })
    }
}
