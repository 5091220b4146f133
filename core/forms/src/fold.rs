//! Texts as a search compares them: what a reader takes for the same letter is the same.

use crate::numeral::local_digit;
use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMap;

/// A text without case, accents and the differences that keyboards and spellings make: `École` and `ecole`, `Straße` and `strasse`,
/// `Łódź` and `lodz`, `Oʻzbekiston` and `ozbekiston`, `Қыз` and `кыз`, `Qız məktəbi` and `qiz mektebi`, `مدرسة الأمل` and `مدرسه الامل`,
/// `№١٢` and `no12`. Fold both a text and what is searched for in it; a text is folded once and kept.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        let mut out = text.to_ascii_lowercase();
        out.retain(|c| !is_apostrophe(c));
        return out;
    }
    let classes = CanonicalCombiningClassMap::new();
    // Lower case first: some capitals decompose into what has a lower case of its own, as the Turkish dotted I.
    // Apostrophes before that: the acute accent that is typed for one decomposes into a space.
    let lower = text.chars().filter(|c| !is_apostrophe(*c)).flat_map(char::to_lowercase);
    let mut out = String::with_capacity(text.len());
    for c in DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(lower).flat_map(char::to_lowercase) {
        if is_apostrophe(c) {
            continue;
        }
        if c.is_ascii() {
            out.push(c);
        } else if !is_accent(classes.get_u8(c)) && !is_unseen(c) {
            match letters(c) {
                Some(same) => out.push_str(same),
                None => out.push(local_digit(c).unwrap_or(c)),
            }
        }
    }
    out
}

/// What is written for an apostrophe, in Uzbek, Ukrainian, English and others: who searches leaves it out, or types another.
fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '‘' | '’' | '‛' | 'ʻ' | 'ʼ' | 'ʹ' | '′' | '`' | '´')
}

/// Accents, points of Hebrew and vowel marks of Arabic, by their canonical combining class. The vowels of Thai, Telugu and others are
/// letters, though they combine.
fn is_accent(class: u8) -> bool {
    matches!(class, 1 | 7 | 10..=36 | 200..=240)
}

/// Marks that are not seen: the tatweel, joiners, marks of direction, soft hyphens.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{640}' | '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Letters that Unicode does not decompose, as those write them who lack them on their keyboard.
fn letters(c: char) -> Option<&'static str> {
    Some(match c {
        // Latin
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ð' | 'đ' | 'ɖ' => "d",
        'ø' | 'ɵ' => "o",
        'ł' => "l",
        'ħ' => "h",
        'ŧ' => "t",
        'ŋ' => "n",
        'ı' => "i",
        'ə' | 'ǝ' => "e",
        'ĸ' => "k",
        // Greek
        'ς' => "σ",
        // Cyrillic, of Kazakh and others
        'қ' | 'ҡ' | 'ҟ' => "к",
        'ғ' => "г",
        'ң' | 'ҥ' => "н",
        'ө' => "о",
        'ү' | 'ұ' => "у",
        'һ' | 'ҳ' => "х",
        'і' => "и",
        'ә' => "а",
        'ґ' => "г",
        'є' => "е",
        'ҷ' => "ч",
        'җ' => "ж",
        // Arabic, Persian and Urdu
        'ٱ' => "ا",
        'ة' | 'ھ' | 'ہ' | 'ە' | 'ۃ' => "ه",
        'ى' | 'ی' | 'ې' | 'ے' => "ي",
        'ک' | 'ڪ' => "ك",
        _ => return None,
    })
}
