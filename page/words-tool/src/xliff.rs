//! Catalogues as XLIFF 1.2. Each text is a unit; a counted word is a group with a unit for each plural form that the language has, so that
//! no tool has to know its plural rules. Arguments are `<x/>`, which tools keep as they are.

use baqylau_words::{Catalogue, CatalogueEntry, CatalogueFault, Entry, Notation, Part, UnknownLanguage};
use roxmltree::{Document, Node};
use std::collections::BTreeMap;

const NAMESPACE: &str = "urn:oasis:names:tc:xliff:document:1.2";

/// A file of translators that is not taken. Nothing of it is written.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Wrong {
    #[error("not XML: {0}")]
    Xml(String),
    #[error("no file of XLIFF 1.2 in {0}: take the one that was exported")]
    Other(String),
    #[error("{0} is not translated")]
    Untranslated(String),
    #[error("{0} stands twice")]
    Twice(String),
    #[error("{0} is no word of the page: export again")]
    Unknown(String),
    #[error("{0} was translated from other English: export again, and look at its translation")]
    Stale(String),
    #[error("{0}: write it in one line, and keep its placeholders as they are")]
    Text(String),
    #[error(transparent)]
    Language(#[from] UnknownLanguage),
    #[error(transparent)]
    Catalogue(#[from] CatalogueFault),
}

/// A text that is translated alone.
struct Unit<'c> {
    id: String,
    source: &'c [Part],
    /// The plural form, and the argument that decides it.
    form: Option<(&'c str, &'c str)>,
}

/// The texts of a word in a language, in the order of its plural forms.
fn units<'c>(entry: &'c Entry, notation: &Notation) -> Vec<Unit<'c>> {
    match &entry.message {
        CatalogueEntry::Plain(parts) => vec![Unit { id: entry.id.clone(), source: parts, form: None }],
        CatalogueEntry::Counted { about, forms } => {
            let english = |wanted: &str| forms.iter().find(|(form, _)| form == wanted);
            let unit = |form: &'static str| {
                let source = english(form).or_else(|| english("other")).map_or([].as_slice(), |f| &f.1);
                Unit { id: format!("{}[{form}]", entry.id), source, form: Some((form, about.as_str())) }
            };
            notation.forms().map(unit).collect()
        }
    }
}

/// The words of a language beside English; without translations, where it has no catalogue yet.
pub(crate) fn export(english: &Catalogue, code: &str, there: Option<&Catalogue>) -> Result<String, UnknownLanguage> {
    let notation = Notation::new(code)?;
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xliff version=\"1.2\" xmlns=\"{NAMESPACE}\">\n\
         <file original=\"page/words/{}.ftl\" source-language=\"{}\" target-language=\"{code}\" datatype=\"plaintext\">\n<body>\n",
        english.code, english.code
    );
    for entry in &english.entries {
        let translated = there.and_then(|there| there.entries.iter().find(|e| e.id == entry.id));
        let group = entry.message.about().is_some();
        if group {
            out.push_str(&format!("<group id=\"{}\" restype=\"x-plural\">\n", entry.id));
        }
        for unit in units(entry, &notation) {
            out.push_str(&format!("<trans-unit id=\"{}\" xml:space=\"preserve\">\n", unit.id));
            out.push_str(&format!("<source>{}</source>\n", inline(unit.source)));
            if let Some(target) = translated.and_then(|t| text(&t.message, unit.form.map(|f| f.0))) {
                out.push_str(&format!("<target>{}</target>\n", inline(target)));
            }
            let examples = unit.form.map(|(form, about)| examples(form, about, &notation));
            let notes = entry.comment.iter().chain(&examples).map(|line| ("developer", line));
            let own = translated.into_iter().flat_map(|t| &t.comment).map(|line| ("translator", line));
            for (from, line) in notes.chain(own) {
                out.push_str(&format!("<note from=\"{from}\">{}</note>\n", escape(line)));
            }
            out.push_str("</trans-unit>\n");
        }
        if group {
            out.push_str("</group>\n");
        }
    }
    out.push_str("</body>\n</file>\n</xliff>\n");
    Ok(out)
}

fn text<'m>(message: &'m CatalogueEntry, form: Option<&str>) -> Option<&'m [Part]> {
    match (message, form) {
        (CatalogueEntry::Plain(parts), None) => Some(parts),
        (CatalogueEntry::Counted { forms, .. }, Some(wanted)) => {
            forms.iter().find(|(form, _)| form == wanted).map(|f| f.1.as_slice())
        }
        _ => None,
    }
}

fn examples(form: &str, about: &str, notation: &Notation) -> String {
    let numbers: Vec<String> = notation.examples(form).iter().map(ToString::to_string).collect();
    match numbers.is_empty() {
        true => format!("Plural form {form}: ${about} is a fraction."),
        false => format!("Plural form {form}: ${about} is {} …", numbers.join(", ")),
    }
}

fn inline(parts: &[Part]) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => escape(text),
        Part::Argument(name) => format!("<x id=\"{name}\"/>"),
    };
    parts.iter().map(part).collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A unit of the file: its source must still be the catalogue's.
struct Sent {
    source: Option<Vec<Part>>,
    target: Option<Vec<Part>>,
    notes: Vec<String>,
}

/// The catalogue that a file of translators makes; nothing of it is taken where anything is wrong.
pub(crate) fn import(english: &Catalogue, code: &str, file: &str) -> Result<Catalogue, Vec<Wrong>> {
    let notation = Notation::new(code).map_err(|e| vec![e.into()])?;
    let document = Document::parse(file).map_err(|e| vec![Wrong::Xml(e.to_string())])?;
    let of_language = |n: &Node| n.has_tag_name((NAMESPACE, "file")) && n.attribute("target-language") == Some(code);
    let body = document.descendants().find(of_language).ok_or_else(|| vec![Wrong::Other(code.to_owned())])?;
    let mut wrong = Vec::new();
    let mut sent: BTreeMap<String, Sent> = BTreeMap::new();
    for unit in body.descendants().filter(|n| n.has_tag_name((NAMESPACE, "trans-unit"))) {
        let id = unit.attribute("id").unwrap_or_default().to_owned();
        if sent.insert(id.clone(), read(unit)).is_some() {
            wrong.push(Wrong::Twice(id));
        }
    }
    let mut entries = Vec::new();
    for entry in &english.entries {
        let mut texts = Vec::new();
        let mut comment = Vec::new();
        for unit in units(entry, &notation) {
            match taken(&unit, sent.remove(&unit.id)) {
                Ok((target, notes)) => {
                    texts.push((unit.form.map_or("other", |f| f.0).to_owned(), target));
                    comment.extend(notes.into_iter().filter(|note| !comment.contains(note)).collect::<Vec<_>>());
                }
                Err(why) => wrong.push(why),
            }
        }
        let message = match entry.message.about() {
            Some(about) => CatalogueEntry::Counted { about: about.to_owned(), forms: texts },
            None => CatalogueEntry::Plain(texts.pop().map(|t| t.1).unwrap_or_default()),
        };
        entries.push(Entry { id: entry.id.clone(), comment, message });
    }
    wrong.extend(sent.into_keys().map(Wrong::Unknown));
    if wrong.is_empty() { checked(english, Catalogue { code: code.to_owned(), entries }) } else { Err(wrong) }
}

/// That it is a translation, and reads as it is written.
fn checked(english: &Catalogue, translated: Catalogue) -> Result<Catalogue, Vec<Wrong>> {
    let all = |faults: Vec<CatalogueFault>| faults.into_iter().map(Wrong::Catalogue).collect::<Vec<_>>();
    let faults = translated.against_source(english);
    if !faults.is_empty() {
        return Err(all(faults));
    }
    let again = Catalogue::read(&translated.code, &translated.write()).map_err(all)?;
    let differ = |e: &&Entry| again.entries.iter().find(|a| a.id == e.id) != Some(e);
    let wrong: Vec<_> = translated.entries.iter().filter(differ).map(|e| Wrong::Text(e.id.clone())).collect();
    if wrong.is_empty() && again == translated { Ok(translated) } else { Err(wrong) }
}

fn taken(unit: &Unit, sent: Option<Sent>) -> Result<(Vec<Part>, Vec<String>), Wrong> {
    let Some(sent) = sent else { return Err(Wrong::Untranslated(unit.id.clone())) };
    if sent.source.as_deref() != Some(unit.source) {
        return Err(Wrong::Stale(unit.id.clone()));
    }
    let target = sent.target.ok_or_else(|| Wrong::Text(unit.id.clone()))?;
    // What a catalogue could take for its own signs, or would not keep.
    let loose =
        |part: &Part| matches!(part, Part::Text(text) if text.contains(|c: char| c.is_control() || "{}".contains(c)));
    match target.is_empty() {
        true => Err(Wrong::Untranslated(unit.id.clone())),
        false if target.iter().any(loose) || sent.notes.iter().any(|n| n.contains(char::is_control)) => {
            Err(Wrong::Text(unit.id.clone()))
        }
        false => Ok((target, sent.notes)),
    }
}

fn read(unit: Node) -> Sent {
    let child = |name: &'static str| unit.children().find(move |n| n.has_tag_name((NAMESPACE, name)));
    let own = |n: &Node| n.has_tag_name((NAMESPACE, "note")) && n.attribute("from") == Some("translator");
    Sent {
        source: child("source").and_then(parts),
        // Without a target it is not translated; with another element in it, it cannot be read.
        target: child("target").map_or_else(|| Some(Vec::new()), parts),
        notes: unit.children().filter(own).map(|n| n.text().unwrap_or_default().trim().to_owned()).collect(),
    }
}

/// Texts and placeholders; `None` where there is anything else.
fn parts(node: Node) -> Option<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    for child in node.children().filter(|n| !n.is_comment()) {
        match (child.text().filter(|_| child.is_text()), parts.last_mut()) {
            (Some(more), Some(Part::Text(text))) => text.push_str(more),
            (Some(text), _) => parts.push(Part::Text(text.to_owned())),
            (None, _) if child.has_tag_name((NAMESPACE, "x")) => {
                parts.push(Part::Argument(child.attribute("id")?.to_owned()))
            }
            (None, _) => return None,
        }
    }
    Some(parts)
}
