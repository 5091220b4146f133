//! What CLDR knows of a language: its plural forms, and how it writes a number.

use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};

/// A code that names no language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no code of a language; take one of BCP 47, such as en or kk")]
pub struct UnknownLanguage(pub String);

/// Plural forms and numbers of one language.
pub struct Notation {
    rules: PluralRules,
    numbers: DecimalFormatter,
}

/// The plural forms by their names in CLDR, in its order.
const FORMS: [(&str, PluralCategory); 6] = [
    ("zero", PluralCategory::Zero),
    ("one", PluralCategory::One),
    ("two", PluralCategory::Two),
    ("few", PluralCategory::Few),
    ("many", PluralCategory::Many),
    ("other", PluralCategory::Other),
];

/// Numbers that are tried for examples: every form of a whole number occurs below, or at a million and two.
const TRIED: u32 = 200;

impl Notation {
    /// Of a language, by its code.
    ///
    /// # Errors
    /// The code names none.
    pub fn new(code: &str) -> Result<Self, UnknownLanguage> {
        let unknown = || UnknownLanguage(code.to_owned());
        // Digits are those of tables and documents in every language, and of the phone's own texts.
        let locale = Locale::try_from_str(&format!("{code}-u-nu-latn")).map_err(|_| unknown())?;
        let rules = PluralRules::try_new_cardinal((&locale).into()).map_err(|_| unknown())?;
        let numbers =
            DecimalFormatter::try_new(locale.into(), icu_decimal::options::DecimalFormatterOptions::default());
        Ok(Self { rules, numbers: numbers.map_err(|_| unknown())? })
    }

    /// The names of the plural forms that the language has.
    pub fn forms(&self) -> impl Iterator<Item = &'static str> + '_ {
        FORMS.into_iter().filter(|(_, form)| self.rules.categories().any(|c| c == *form)).map(|(name, _)| name)
    }

    /// The name of the plural form of a number.
    #[must_use]
    pub fn form(&self, n: usize) -> &'static str {
        let form = self.rules.category_for(n);
        FORMS.iter().find(|f| f.1 == form).map_or("other", |f| f.0)
    }

    /// The first whole numbers that take a form; none where only fractions do.
    #[must_use]
    pub fn examples(&self, form: &str) -> Vec<u32> {
        let tried = (0..TRIED).chain([1_000_000, 2_000_000]);
        tried.filter(|n| usize::try_from(*n).is_ok_and(|n| self.form(n) == form)).take(4).collect()
    }

    /// A number as the language writes it.
    #[must_use]
    pub fn number(&self, n: usize) -> String {
        self.numbers.format(&Decimal::from(n)).to_string()
    }
}
