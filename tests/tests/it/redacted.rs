//! What a developer is shown of a value (`Debug`) holds no secret, no answer and no word of anybody.

use baqylau_forms::Answer;
use baqylau_report::Letter;
use baqylau_report::report::{RecordedMoment, Remark};
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use syn::{Fields, Item, Meta, Type};

/// Where types stand that an observer, a desk or a server has in memory.
const SOURCES: [&str; 11] = [
    "core/forms/src",
    "core/findings/src",
    "core/protocol/src",
    "core/report/src",
    "core/sqlite/src",
    "core/http/src",
    "core/observer/src",
    "server/src",
    "desk/src",
    "bindings/observer/src",
    "bindings/desk/src",
];

/// What a field is called that holds a secret, an answer, or words of people.
const CONFIDENTIAL: [&str; 37] = [
    "after",
    "answer",
    "answer_text",
    "answers",
    "before",
    "bytes",
    "confirmed",
    "database",
    "incomplete",
    "invite_text",
    "issuer",
    "literal",
    "new",
    "note",
    "notes",
    "old",
    "passphrase",
    "payload",
    "person",
    "pin",
    "plain",
    "psk",
    "reading",
    "reason",
    "remark",
    "remarks",
    "salt",
    "seed",
    "secret",
    "shared",
    "shared_key",
    "text",
    "translation",
    "unlisted",
    "why",
    "words",
    "wrapped",
];

/// Types of which a field is so called and is public: the mission's own words, a server's, or a signed head.
const PUBLIC: [(&str, &str); 22] = [
    ("Sentence", "text"),
    ("Folded", "text"),
    ("SignedHead", "bytes"),
    ("ShownHead", "note"),
    ("CheckpointSubmission", "note"),
    ("AnswerDoubt", "text"),
    ("InvalidReason", "text"),
    ("Refusal", "reason"),
    ("UnsentInfo", "reason"),
    ("FailedInfo", "reason"),
    ("LackingInfo", "reason"),
    ("CutShortInfo", "reason"),
    ("DamagedInfo", "reason"),
    ("DisputeInfo", "reason"),
    ("ChangedInfo", "reason"),
    ("SuspicionInfo", "reason"),
    ("BeyondInfo", "reason"),
    ("OverdueInfo", "reason"),
    ("UnwitnessedInfo", "reason"),
    ("FaultInfo", "reason"),
    ("ReportState", "reason"),
    ("DeliveryState", "reason"),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() => sources(&path, found),
            path if path.extension().is_some_and(|e| e == "rs") => found.push(path),
            _ => {}
        }
    }
}

/// The words in a type, as `Option`, `Vec`, `u8` of `Option<Vec<u8>>`.
fn words(kind: &Type, out: &mut Vec<String>) {
    match kind {
        Type::Path(path) => {
            for segment in &path.path.segments {
                out.push(segment.ident.to_string());
                if let syn::PathArguments::AngleBracketed(inner) = &segment.arguments {
                    for argument in &inner.args {
                        if let syn::GenericArgument::Type(inner) = argument {
                            words(inner, out);
                        }
                    }
                }
            }
        }
        Type::Reference(inner) => words(&inner.elem, out),
        Type::Slice(inner) => words(&inner.elem, out),
        Type::Array(inner) => words(&inner.elem, out),
        Type::Tuple(inner) => inner.elems.iter().for_each(|t| words(t, out)),
        _ => {}
    }
}

/// Whether a value of it is shown as it is: text or bytes. Every other type is judged where it stands.
fn is_shown(kind: &Type) -> bool {
    let mut found = Vec::new();
    words(kind, &mut found);
    found.iter().any(|w| ["String", "str", "u8", "ByteVec", "ByteArray", "ByteSlice"].contains(&w.as_str()))
}

fn derives(attributes: &[syn::Attribute], name: &str) -> bool {
    attributes.iter().any(|a| match &a.meta {
        Meta::List(list) if list.path.is_ident("derive") => {
            list.tokens.to_string().split(',').any(|t| t.trim().rsplit("::").next().is_some_and(|t| t.trim() == name))
        }
        _ => false,
    })
}

/// The fields of a type that its derived `Debug` would tell.
fn told(name: &str, fields: &Fields) -> Vec<String> {
    let named = fields.iter().filter_map(|f| Some((f.ident.as_ref()?.to_string(), &f.ty)));
    let told = named.filter(|(field, kind)| {
        let confidential = CONFIDENTIAL.contains(&field.as_str()) || field == "key";
        confidential && is_shown(kind) && !PUBLIC.contains(&(name, field))
    });
    told.map(|(field, _)| field).collect()
}

#[test]
fn no_type_with_secrets_or_answers_derives_debug() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    SOURCES.iter().for_each(|folder| sources(&root.join(folder), &mut files));
    let mut faults = Vec::new();
    let mut judged = 0;
    for file in &files {
        let parsed = syn::parse_file(&fs::read_to_string(file).expect("a source")).expect("Rust");
        for item in parsed.items {
            let (name, fields) = match &item {
                Item::Struct(s) if derives(&s.attrs, "Debug") => (s.ident.to_string(), vec![&s.fields]),
                // An error names what is wrong with what somebody typed just now, and is shown to them.
                Item::Enum(e) if derives(&e.attrs, "Debug") && !derives(&e.attrs, "Error") => {
                    (e.ident.to_string(), e.variants.iter().map(|v| &v.fields).collect())
                }
                _ => continue,
            };
            judged += 1;
            for field in fields.into_iter().flat_map(|f| told(&name, f)) {
                faults.push(format!("{}: {name}.{field}", file.display()));
            }
        }
    }
    assert!(judged > 150, "{judged} types were judged");
    assert!(faults.is_empty(), "write their Debug with `redacted_debug!`:\n{}", faults.join("\n"));
}

#[test]
fn people_are_shown_by_their_code() {
    let person = baqylau_desk::tables::Person {
        code: "p001".into(),
        name: "Aigerim S.".into(),
        role: "sto".into(),
        team: "T01".into(),
        languages: "kk".into(),
    };
    let shown = format!("{person:?}");
    assert!(shown.contains("p001") && !shown.contains("Aigerim") && !shown.contains("T01"), "{shown}");
}

/// A value is compared by all it holds, and shown without.
fn compared_and_hidden<T: Debug + PartialEq>(one: &T, other: &T, hidden: &str) {
    assert_ne!(one, other);
    assert!(!format!("{one:?}").contains(hidden), "{one:?}");
    assert!(!format!("{one:#?}").contains(hidden));
}

#[test]
fn words_of_observers_and_coordinators_are_compared_and_not_shown() {
    let at = RecordedMoment { ms: 0, offset: 0 };
    let letter = |text: &str| Letter { v: 1, text: text.into(), report: None, questions: Vec::new(), at, copy: None };
    compared_and_hidden(&letter("go to the hotel"), &letter("stay"), "hotel");
    let remark = |text: &str| Remark { node: 1, rows: Vec::new(), confirms: false, text: text.into() };
    compared_and_hidden(&remark("the chair hid it"), &remark("nothing"), "chair");
    compared_and_hidden(&Answer::Text("ballots".into()), &Answer::Text("none".into()), "ballots");
}
