//! Names in what other programs read: each once, letters' case aside. Who comes first keeps the name; who comes later gets `@2`, `@3`,
//! … behind it. No question has an `@` in its name, so that no other question takes what was given.

use std::collections::HashSet;

/// The names that are taken.
#[derive(Debug, Clone, Default)]
pub struct UniqueNames(HashSet<String>);

impl UniqueNames {
    /// Names that are the table's own.
    pub fn of(own: &[&str]) -> Self {
        Self(own.iter().map(|name| name.to_lowercase()).collect())
    }

    /// A name, or the first beside it that is free.
    pub fn claim(&mut self, wanted: &str) -> String {
        self.claim_as(wanted, |name| vec![name.to_owned()])
    }

    /// A name of which everything that is made of it is free.
    pub fn claim_as(&mut self, wanted: &str, made: impl Fn(&str) -> Vec<String>) -> String {
        let lower = |name: &str| -> Vec<String> { made(name).iter().map(|n| n.to_lowercase()).collect() };
        let free = |name: &String| lower(name).iter().all(|n| !self.0.contains(n));
        let numbered = (2u32..).map(|n| format!("{wanted}@{n}"));
        let found = std::iter::once(wanted.to_owned()).chain(numbered).find(free);
        let found = found.unwrap_or_else(|| wanted.to_owned());
        self.0.extend(lower(&found));
        found
    }
}

/// The most bytes that a variable's name has in SPSS, with room for a number behind it.
const SPSS_NAME: usize = 58;
/// Words of the command language.
const SPSS_WORDS: [&str; 13] = ["all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"];

/// What SPSS takes for a name: no `-`, no `_` in front, no dot or `_` at the end, no word of its own, 64 bytes.
pub fn spss(name: &str) -> String {
    let plain = name.replace(|c: char| !c.is_alphanumeric() && !"._@".contains(c), "_");
    let plain = cut(&plain, SPSS_NAME).trim_end_matches(['.', '_']);
    let letter = plain.starts_with(|c: char| c.is_alphabetic() || c == '@');
    match SPSS_WORDS.contains(&plain.to_lowercase().as_str()) || !letter {
        true => format!("@{plain}"),
        false => plain.to_owned(),
    }
}

/// A text up to a number of bytes, at the end of a character.
pub fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// The most characters of a worksheet's name.
const SHEET_NAME: usize = 28;

/// What a worksheet may be called: without `[]:*?/\`, no apostrophe at an end, 31 characters with a number behind it.
pub fn sheet(name: &str) -> String {
    name.replace(|c: char| "[]:*?/\\'".contains(c), "_").chars().take(SHEET_NAME).collect()
}
