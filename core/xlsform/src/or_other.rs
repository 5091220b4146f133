//! `or_other`: one more choice, and a question for what it is.

use baqylau_forms::definition::{Choice, Item, Kind, List, Text};
use std::sync::Arc;

/// The name of the choice.
pub(crate) const OTHER: &str = "other";

/// The choice's label and the question's, by language.
const WORDS: &[(&str, &str, &str)] = &[
    ("en", "Other", "Other: please specify"),
    ("ar", "أخرى", "أخرى: يرجى التحديد"),
    ("de", "Andere", "Andere: bitte angeben"),
    ("es", "Otro", "Otro: especifique"),
    ("fr", "Autre", "Autre : précisez"),
    ("kk", "Басқа", "Басқа: нақтылаңыз"),
    ("ky", "Башка", "Башка: тактаңыз"),
    ("pt", "Outro", "Outro: especifique"),
    ("ru", "Другое", "Другое: уточните"),
    ("tr", "Diğer", "Diğer: belirtiniz"),
    ("uk", "Інше", "Інше: уточніть"),
    ("uz", "Boshqa", "Boshqa: aniqlashtiring"),
];

fn words(languages: &[String], pick: fn(&(&'static str, &'static str, &'static str)) -> &'static str) -> Text {
    // `pt-BR` and `pt` say it alike.
    let of = |code: &String| WORDS.iter().find(|w| code.split(['-', '_']).next() == Some(w.0)).unwrap_or(&WORDS[0]);
    Text(languages.iter().map(|code| Arc::from(pick(of(code)))).collect())
}

/// Adds the choice, unless the author has it.
pub(crate) fn add_choice(list: &mut List, languages: &[String]) {
    if list.choices.iter().any(|c| c.name.as_ref() == OTHER) {
        return;
    }
    let cells = vec![String::new(); list.columns.len()];
    list.choices.push(Choice { name: Arc::from(OTHER), label: words(languages, |w| w.1), exclusive: false, cells });
}

/// The question that follows.
pub(crate) fn question(asked: &Item, languages: &[String]) -> Item {
    Item {
        name: format!("{}_{OTHER}", asked.name),
        parent: asked.parent,
        kind: Kind::Text,
        label: words(languages, |w| w.2),
        relevant: Some(format!("selected(${{{}}}, '{OTHER}')", asked.name)),
        required: Some("true()".to_owned()),
        ..Item::default()
    }
}
