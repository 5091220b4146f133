//! Texts whose wording depends on a number: the part of ICU MessageFormat that statements need.
//!
//! `{name}` is replaced by the number. `{name, plural, =0 {…} one {…} other {…}}` selects the branch for the number's
//! plural category in the text's language (CLDR); `#` in it is the number. `{share, select, majority {…} other {…}}`
//! selects the branch of the first keyword that fits; if none does, the text does not hold. Branches are texts too. A
//! literal brace cannot be written.

use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};

/// A parsed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message(Vec<MessagePart>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum MessagePart {
    Text(String),
    /// `#`: the number of the enclosing plural.
    Hash,
    Name(String),
    Plural {
        name: String,
        branches: Vec<(When, Message)>,
    },
    Select {
        name: String,
        branches: Vec<(String, Message)>,
    },
}

/// The condition of a plural branch: one number, or a category of CLDR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Exactly(usize),
    Category(PluralCategory),
}

/// The value of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageValue {
    /// A number, for which plural forms exist.
    Number(usize),
    /// A number with decimal places, as `99.9`; written as the language writes it.
    Decimal(String),
    /// A text; a plural takes its branch `other`.
    Text(String),
    /// Keywords; a select takes the branch of the first one that has any.
    Keywords(&'static [&'static str]),
}

/// Keywords for a part of a whole, from the narrowest to the widest; none if the whole is 0.
#[must_use]
pub fn share(part: usize, whole: usize) -> &'static [&'static str] {
    match (part, whole) {
        (_, 0) => &[],
        (0, _) => &["none", "minority", "other"],
        (part, whole) if part >= whole => &["all", "majority", "other"],
        (part, whole) if 2 * part == whole => &["half", "other"],
        (part, whole) if 2 * part > whole => &["majority", "other"],
        _ => &["minority", "other"],
    }
}

/// As [`share`], without `other`, which fits any share.
pub(crate) fn narrowest(part: usize, whole: usize) -> &'static [&'static str] {
    let keywords = share(part, whole);
    keywords.strip_suffix(&["other"]).unwrap_or(keywords)
}

/// Every keyword that [`share`] can return.
const SHARES: [&str; 6] = ["none", "minority", "half", "majority", "all", "other"];

/// The names that a text may contain.
#[derive(Debug, Clone, Copy)]
pub struct MessageNames<'n> {
    /// Names with a number as value, allowed in a plural.
    pub numbers: &'n [&'n str],
    /// Names with a text as value.
    pub texts: &'n [&'n str],
    /// Names with keywords as value, allowed in a select.
    pub shares: &'n [&'n str],
}

impl Message {
    /// Parses a text and checks its names.
    ///
    /// # Errors
    /// The fault and its remedy.
    pub fn parse(source: &str, names: MessageNames) -> Result<Self, String> {
        let mut parser = MessageParser { rest: source, names };
        let message = parser.message(0)?;
        if parser.rest.is_empty() { Ok(message) } else { Err("there is one } too many".into()) }
    }

    /// Renders the text in the language with this code; `None` if no branch of a select fits.
    #[must_use]
    pub fn say(&self, language: &str, value: &dyn Fn(&str) -> MessageValue) -> Option<String> {
        let mut out = String::new();
        self.write(&Notation::of(language), value, "#", &mut out)?;
        Some(out)
    }

    fn write(
        &self,
        notation: &Notation,
        value: &dyn Fn(&str) -> MessageValue,
        about: &str,
        out: &mut String,
    ) -> Option<()> {
        for part in &self.0 {
            match part {
                MessagePart::Text(text) => out.push_str(text),
                MessagePart::Hash => out.push_str(about),
                MessagePart::Name(name) => match value(name) {
                    MessageValue::Number(n) => out.push_str(&n.to_string()),
                    MessageValue::Decimal(digits) => out.push_str(&notation.decimal(&digits)),
                    MessageValue::Text(text) => out.push_str(&text),
                    MessageValue::Keywords(_) => {}
                },
                MessagePart::Plural { name, branches } => {
                    let found = |when: When| branches.iter().find(|b| b.0 == when);
                    let other = || found(When::Category(PluralCategory::Other));
                    let (branch, about) = match value(name) {
                        MessageValue::Number(n) => {
                            let exact = found(When::Exactly(n));
                            let exact = exact.or_else(|| found(When::Category(notation.category(&n.to_string()))));
                            (exact.or_else(other)?, n.to_string())
                        }
                        MessageValue::Decimal(digits) => {
                            let branch = found(When::Category(notation.category(&digits))).or_else(other)?;
                            (branch, notation.decimal(&digits))
                        }
                        MessageValue::Text(text) => (other()?, text),
                        MessageValue::Keywords(_) => return None,
                    };
                    branch.1.write(notation, value, &about, out)?;
                }
                MessagePart::Select { name, branches } => {
                    let MessageValue::Keywords(keywords) = value(name) else { return None };
                    let branch = keywords.iter().find_map(|k| branches.iter().find(|b| b.0 == **k))?;
                    branch.1.write(notation, value, about, out)?;
                }
            }
        }
        Some(())
    }
}

/// Plural forms and decimal places of a language; those of none for a code that names no language.
struct Notation {
    rules: Option<PluralRules>,
    decimals: Option<DecimalFormatter>,
}

impl Notation {
    fn of(language: &str) -> Self {
        let rules = Locale::try_from_str(language).ok().and_then(|l| PluralRules::try_new_cardinal(l.into()).ok());
        // Digits are those of tables in every language.
        let latin = Locale::try_from_str(&format!("{language}-u-nu-latn")).ok();
        let decimals = latin.and_then(|l| DecimalFormatter::try_new(l.into(), Default::default()).ok());
        Self { rules, decimals }
    }

    fn category(&self, digits: &str) -> PluralCategory {
        let number: Option<Decimal> = digits.parse().ok();
        self.rules.as_ref().zip(number).map_or(PluralCategory::Other, |(rules, n)| rules.category_for(&n))
    }

    fn decimal(&self, digits: &str) -> String {
        let number: Option<Decimal> = digits.parse().ok();
        let written = self.decimals.as_ref().zip(number).map(|(decimals, n)| decimals.format(&n).to_string());
        written.unwrap_or_else(|| digits.to_owned())
    }
}

struct MessageParser<'s> {
    rest: &'s str,
    names: MessageNames<'s>,
}

/// Deepest nesting of branches.
const DEEPEST: usize = 8;

impl MessageParser<'_> {
    /// Parses up to the closing brace, which is left, or to the end.
    fn message(&mut self, depth: usize) -> Result<Message, String> {
        if depth > DEEPEST {
            return Err(format!("braces are nested more than {DEEPEST} deep"));
        }
        let mut parts = Vec::new();
        let mut text = String::new();
        while let Some(c) = self.rest.chars().next().filter(|c| *c != '}') {
            self.rest = &self.rest[c.len_utf8()..];
            let part = match c {
                '{' => self.placeholder(depth)?,
                '#' if depth > 0 => MessagePart::Hash,
                c => {
                    text.push(c);
                    continue;
                }
            };
            if !text.is_empty() {
                parts.push(MessagePart::Text(std::mem::take(&mut text)));
            }
            parts.push(part);
        }
        if !text.is_empty() {
            parts.push(MessagePart::Text(text));
        }
        Ok(Message(parts))
    }

    /// Parses a placeholder whose opening brace has been read.
    fn placeholder(&mut self, depth: usize) -> Result<MessagePart, String> {
        let name = self.word()?;
        let MessageNames { numbers, texts, shares } = self.names;
        let known = |list: &[&str]| list.contains(&name.as_str());
        let all = || [numbers, texts, shares].concat().join(", ");
        if !known(numbers) && !known(texts) && !known(shares) {
            return Err(format!("{{{name}}} is not available in a sentence; use one of {}", all()));
        }
        if self.take('}') {
            return if known(shares) {
                Err(format!("{{{name}}} needs branches: {{{name}, select, majority {{…}} other {{…}}}}"))
            } else {
                Ok(MessagePart::Name(name))
            };
        }
        self.expect(',')?;
        let kind = self.word()?;
        self.expect(',')?;
        match kind.as_str() {
            "plural" if known(numbers) => {
                let branches = self.branches(depth, when)?;
                if !branches.iter().any(|b| b.0 == When::Category(PluralCategory::Other)) {
                    return Err(format!("{{{name}, plural, …}} needs a branch other {{…}}"));
                }
                Ok(MessagePart::Plural { name, branches })
            }
            "select" if known(shares) => {
                let keyword = |word: &str| SHARES.contains(&word).then(|| word.to_owned());
                let branches = self.branches(depth, |word| {
                    keyword(word).ok_or_else(|| format!("{word:?} is not a share; use one of {}", SHARES.join(", ")))
                })?;
                Ok(MessagePart::Select { name, branches })
            }
            _ => Err(format!("{{{name}, {kind}, …}}: use plural with a number, select with a share")),
        }
    }

    fn branches<K: PartialEq>(
        &mut self,
        depth: usize,
        key: impl Fn(&str) -> Result<K, String>,
    ) -> Result<Vec<(K, Message)>, String> {
        let mut branches: Vec<(K, Message)> = Vec::new();
        while !self.take('}') {
            let word = self.word()?;
            let key = key(&word)?;
            if branches.iter().any(|b| b.0 == key) {
                return Err(format!("the branch {word} appears twice"));
            }
            self.expect('{')?;
            let message = self.message(depth + 1)?;
            self.expect('}')?;
            branches.push((key, message));
        }
        Ok(branches)
    }

    fn word(&mut self) -> Result<String, String> {
        let rest = self.rest.trim_start();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '=' && c != '_').unwrap_or(rest.len());
        if end == 0 {
            return Err(format!("a name is missing before {:?}", rest.chars().take(12).collect::<String>()));
        }
        self.rest = &rest[end..];
        Ok(rest[..end].to_owned())
    }

    fn take(&mut self, c: char) -> bool {
        let rest = self.rest.trim_start();
        let found = rest.strip_prefix(c);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn expect(&mut self, c: char) -> Result<(), String> {
        if self.take(c) { Ok(()) } else { Err(format!("a {c} is missing")) }
    }
}

fn when(word: &str) -> Result<When, String> {
    let category = |word: &str| PluralCategory::get_for_cldr_string(word).map(When::Category);
    let found = match word.strip_prefix('=') {
        Some(number) => number.parse().ok().map(When::Exactly),
        None => category(word),
    };
    found.ok_or_else(|| format!("{word:?} is not a plural form; use =0, =1, zero, one, two, few, many or other"))
}
