//! The words of the coordinators' page: one Fluent catalogue a language, compiled in.
//!
//! # Layout
//! - `catalogue`: a catalogue read, compared with another, and said with its arguments
//! - `syntax`: a catalogue as Fluent writes it
//! - `notation`: plural forms and numbers of a language, from CLDR
//!
//! A new language is a catalogue beside the others and an entry in [`LANGUAGES`].

mod catalogue;
mod notation;
mod syntax;

pub use catalogue::{Catalogue, CatalogueEntry, CatalogueFault, Entry, Part, Value};
pub use notation::{Notation, UnknownLanguage};

/// A language of the page.
#[derive(Debug, Clone, Copy)]
pub struct CatalogueLanguage {
    /// As BCP 47 has it.
    pub code: &'static str,
    /// In the language itself, for the list of languages.
    pub name: &'static str,
    /// A Fluent resource (`.ftl`), checked by a test.
    pub catalogue: &'static str,
}

/// The languages of the page; the first is the one that the others are translated from.
pub const LANGUAGES: [CatalogueLanguage; 5] = [
    CatalogueLanguage { code: "en", name: "English", catalogue: include_str!("../en.ftl") },
    CatalogueLanguage { code: "kk", name: "Қазақша", catalogue: include_str!("../kk.ftl") },
    CatalogueLanguage { code: "ru", name: "Русский", catalogue: include_str!("../ru.ftl") },
    CatalogueLanguage { code: "ar", name: "العربية", catalogue: include_str!("../ar.ftl") },
    CatalogueLanguage { code: "fr", name: "Français", catalogue: include_str!("../fr.ftl") },
];

impl CatalogueLanguage {
    /// Whether it is written from right to left: as its own name is.
    #[must_use]
    pub fn rtl(&self) -> bool {
        unicode_bidi::get_base_direction(self.name) == unicode_bidi::Direction::Rtl
    }
}
