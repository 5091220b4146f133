//! A catalogue: of Fluent it takes messages, arguments and one selector by plural form around whole texts; the rest is refused, so that
//! everything that it takes can be checked, and given to translators and taken back.

use crate::notation::{Notation, UnknownLanguage};
use crate::syntax;
use std::collections::BTreeSet;

/// A catalogue that is not taken, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueFault {
    /// Not Fluent.
    #[error("line {line}: {why}")]
    Syntax {
        /// Where, from 1.
        line: usize,
        /// In the parser's words, English.
        why: String,
    },
    /// No such language.
    #[error(transparent)]
    Language(#[from] UnknownLanguage),
    /// A part of Fluent that the page does not use.
    #[error("{0}: write text, arguments such as {{ $n }}, or one selector by plural form around whole texts")]
    Unused(String),
    /// Two messages of one name.
    #[error("{0} stands twice: take one away")]
    Twice(String),
    /// Plural forms that are not those of the language.
    #[error("{word}: its plural forms are {found}; the language has {wanted}")]
    Forms {
        /// The message.
        word: String,
        /// Those it has.
        found: String,
        /// Those it must have.
        wanted: String,
    },
    /// A message that the page asks for is not there.
    #[error("{0} is missing")]
    Missing(String),
    /// A message that nobody asks for.
    #[error("{0} is asked for nowhere: take it away")]
    Unknown(String),
    /// Other arguments than those that are given.
    #[error("{word}: its arguments are {found}; given are {wanted}")]
    Arguments {
        /// The message.
        word: String,
        /// Those it has.
        found: String,
        /// Those it must have.
        wanted: String,
    },
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// As it stands.
    Text(String),
    /// The program gives its value.
    Argument(String),
}

/// A text, or one for each plural form of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CatalogueEntry {
    /// A text.
    Plain(Vec<Part>),
    /// A text for each plural form of a number.
    Counted {
        /// The argument that is the number.
        about: String,
        /// The texts, by the names of their forms.
        forms: Vec<(String, Vec<Part>)>,
    },
}

/// A message with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Unique in the catalogue; `page/src/words.rs` has the same.
    pub id: String,
    /// What translators should know, or what they wrote; one line an element.
    pub comment: Vec<String>,
    /// With the places where arguments go.
    pub message: CatalogueEntry,
}

/// How an argument is written: as it is, or as the language writes numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number, which has plural forms, written as the language writes it.
    Number(usize),
    /// A text.
    Text(String),
}

impl From<usize> for Value {
    fn from(n: usize) -> Self {
        Self::Number(n)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Part {
    fn argument(&self) -> Option<&str> {
        match self {
            Self::Argument(name) => Some(name),
            Self::Text(_) => None,
        }
    }
}

impl CatalogueEntry {
    /// Its texts: one, or one for each plural form.
    pub fn texts(&self) -> impl Iterator<Item = &[Part]> {
        let (plain, forms) = match self {
            Self::Plain(parts) => (Some(parts.as_slice()), [].as_slice()),
            Self::Counted { forms, .. } => (None, forms.as_slice()),
        };
        plain.into_iter().chain(forms.iter().map(|(_, parts)| parts.as_slice()))
    }

    /// The argument that decides its plural form.
    #[must_use]
    pub fn about(&self) -> Option<&str> {
        match self {
            Self::Plain(_) => None,
            Self::Counted { about, .. } => Some(about),
        }
    }

    /// The names of its arguments.
    #[must_use]
    pub fn arguments(&self) -> BTreeSet<&str> {
        self.texts().flatten().filter_map(Part::argument).chain(self.about()).collect()
    }
}

/// The messages of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// The code of the language.
    pub code: String,
    /// The messages, as they stand in the file.
    pub entries: Vec<Entry>,
}

impl Catalogue {
    /// Reads a catalogue.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(code: &str, text: &str) -> Result<Self, Vec<CatalogueFault>> {
        let notation = Notation::new(code).map_err(|e| vec![e.into()])?;
        let (entries, mut faults) = syntax::read(text)?;
        let mut names = BTreeSet::new();
        for entry in &entries {
            faults.extend(forms(entry, &notation));
            faults.extend(left_out(entry, &notation));
            if !names.insert(&entry.id) {
                faults.push(CatalogueFault::Twice(entry.id.clone()));
            }
        }
        if faults.is_empty() { Ok(Self { code: code.to_owned(), entries }) } else { Err(faults) }
    }

    /// A message by its name.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&CatalogueEntry> {
        self.entries.iter().find(|e| e.id == id).map(|e| &e.message)
    }

    /// What is missing, too much, or takes other arguments than those that are given for it.
    #[must_use]
    pub fn against(&self, asked: &[(&str, BTreeSet<&str>)]) -> Vec<CatalogueFault> {
        let mut faults = Vec::new();
        for (id, arguments) in asked {
            match self.get(id).map(CatalogueEntry::arguments) {
                None => faults.push(CatalogueFault::Missing((*id).to_owned())),
                Some(found) if found != *arguments => {
                    faults.push(CatalogueFault::Arguments {
                        word: (*id).to_owned(),
                        found: list(found),
                        wanted: list(arguments.iter().copied()),
                    });
                }
                Some(_) => {}
            }
        }
        let unknown = self.entries.iter().filter(|e| asked.iter().all(|(id, _)| *id != e.id));
        faults.extend(unknown.map(|e| CatalogueFault::Unknown(e.id.clone())));
        faults
    }

    /// The same of a translation and what it translates; also where they do not count by the same number.
    #[must_use]
    pub fn against_source(&self, source: &Self) -> Vec<CatalogueFault> {
        let asked: Vec<_> = source.entries.iter().map(|e| (e.id.as_str(), e.message.arguments())).collect();
        let mut faults = self.against(&asked);
        for entry in &source.entries {
            let (wanted, found) = (entry.message.about(), self.get(&entry.id).map(CatalogueEntry::about));
            if found.is_some_and(|found| found != wanted) {
                faults.push(CatalogueFault::Arguments {
                    word: entry.id.clone(),
                    found: counts(found.flatten()),
                    wanted: counts(wanted),
                });
            }
        }
        faults
    }

    /// A message with its arguments; its name where there is none.
    #[must_use]
    pub fn say(&self, id: &str, given: &[(&str, Value)]) -> String {
        let notation = Notation::new(&self.code).ok();
        let value = |name: &str| given.iter().find(|(n, _)| *n == name).map(|(_, value)| value);
        let form = |n: usize| notation.as_ref().map_or("other", |notation| notation.form(n));
        let parts = match self.get(id) {
            Some(CatalogueEntry::Plain(parts)) => Some(parts),
            Some(CatalogueEntry::Counted { about, forms }) => {
                let wanted = match value(about) {
                    Some(Value::Number(n)) => form(*n),
                    _ => "other",
                };
                forms.iter().find(|(name, _)| name == wanted).map(|(_, parts)| parts)
            }
            None => None,
        };
        let Some(parts) = parts else { return id.to_owned() };
        let said = parts.iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Argument(name) => match (value(name), &notation) {
                (Some(Value::Number(n)), Some(notation)) => notation.number(*n),
                (Some(Value::Number(n)), None) => n.to_string(),
                // Isolated: what stands around it does not turn it, nor it what stands around it.
                (Some(Value::Text(text)), _) => format!("\u{2068}{text}\u{2069}"),
                (None, _) => format!("{{ ${name} }}"),
            },
        });
        said.collect()
    }

    /// The catalogue as a file: each message with its comment, in order.
    #[must_use]
    pub fn write(&self) -> String {
        syntax::write(&self.entries)
    }
}

fn list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn counts(about: Option<&str>) -> String {
    about.map_or_else(|| "no number that decides its form".to_owned(), |name| format!("{name}, which decides its form"))
}

/// Whether a message has the plural forms that the language has.
fn forms(entry: &Entry, notation: &Notation) -> Option<CatalogueFault> {
    let CatalogueEntry::Counted { forms, .. } = &entry.message else { return None };
    let mut found: Vec<&str> = forms.iter().map(|(name, _)| name.as_str()).collect();
    let mut wanted: Vec<&str> = notation.forms().collect();
    let fault =
        CatalogueFault::Forms { word: entry.id.clone(), found: list(found.clone()), wanted: list(wanted.clone()) };
    found.sort_unstable();
    wanted.sort_unstable();
    (found != wanted).then_some(fault)
}

/// The forms of a counted message that leave an argument out. Its number may be left out where the form stands for one number alone.
fn left_out(entry: &Entry, notation: &Notation) -> Vec<CatalogueFault> {
    let CatalogueEntry::Counted { about, forms } = &entry.message else { return Vec::new() };
    let all = entry.message.arguments();
    let fault = |(form, parts): &(String, Vec<Part>)| {
        let found: BTreeSet<&str> = parts.iter().filter_map(Part::argument).collect();
        let alone = notation.examples(form).len() == 1;
        let fits = all.iter().all(|name| found.contains(name) || (alone && name == about));
        let word = format!("{}[{form}]", entry.id);
        (!fits).then(|| CatalogueFault::Arguments { word, found: list(found), wanted: list(all.iter().copied()) })
    };
    forms.iter().filter_map(fault).collect()
}
