use baqylau_words::{Catalogue, LANGUAGES, Notation, Value};

fn catalogue(code: &str, text: &str) -> Catalogue {
    Catalogue::read(code, text).unwrap_or_else(|faults| panic!("{code}: {faults:#?}"))
}

fn faults(code: &str, text: &str) -> Vec<String> {
    Catalogue::read(code, text).expect_err("a fault").iter().map(ToString::to_string).collect()
}

#[test]
fn every_language_has_what_english_has() {
    let english = catalogue("en", LANGUAGES[0].catalogue);
    assert_eq!(LANGUAGES[0].code, "en");
    for language in LANGUAGES {
        let read = catalogue(language.code, language.catalogue);
        assert_eq!(read.against_source(&english), [], "{}", language.code);
    }
}

#[test]
fn a_catalogue_that_cannot_be_read_names_the_line() {
    let said = faults("en", "back = Back\nopen = { $n\n");
    assert!(
        said.iter().all(|f| f.starts_with("line 2: ") || f.starts_with("line 3: ")) && !said.is_empty(),
        "{said:?}"
    );
    assert_eq!(faults("en", "back = Back\nback = Return\n"), ["back stands twice: take one away"]);
    assert!(faults("not a code", "")[0].contains("is no code of a language"));
}

#[test]
fn what_the_page_does_not_use_of_fluent_is_refused() {
    let others = [
        "a = { -term }",
        "a = { other }",
        "a = { NUMBER($n) }",
        "a = { \"text\" }",
        "a = Text\n    .title = Title",
        "a = before { $n ->\n    [one] one\n   *[other] others { $n }\n    } after",
        "a = { $n ->\n    [0] none\n    [one] one\n   *[other] others { $n }\n    }",
        "-term = Text",
    ];
    for text in others {
        let said = faults("en", &format!("{text}\n"));
        assert!(said.len() == 1 && said[0].contains("write text, arguments"), "{text}: {said:?}");
    }
}

#[test]
fn plural_forms_are_those_of_the_language() {
    let forms = |names: &[&str]| {
        let form = |name: &&str| format!("   {}[{name}] {{ $n }} {name}\n", if *name == "other" { "*" } else { " " });
        format!("a =\n    {{ $n ->\n{}    }}\n", names.iter().map(form).collect::<String>())
    };
    catalogue("ru", &forms(&["one", "few", "many", "other"]));
    let lacks = faults("ru", &forms(&["one", "many", "other"]));
    assert_eq!(lacks, ["a: its plural forms are one, many, other; the language has one, few, many, other"]);
    let too_many = faults("en", &forms(&["one", "few", "other"]));
    assert_eq!(too_many, ["a: its plural forms are one, few, other; the language has one, other"]);
    assert!(faults("en", &forms(&["one", "one", "other"]))[0].contains("one, one, other"), "one stands twice");
    for (code, count) in [("en", 2), ("kk", 2), ("ru", 4), ("ar", 6), ("fr", 3)] {
        assert_eq!(Notation::new(code).map(|n| n.forms().count()), Ok(count), "{code}");
    }
}

#[test]
fn a_form_that_stands_for_several_numbers_names_its_number() {
    let text =
        "a =\n    { $n ->\n        [one] a report of { $all }\n       *[other] { $n } reports of { $all }\n    }\n";
    catalogue("en", text);
    let lost = faults("en", &text.replace("{ $n } reports", "reports"));
    assert_eq!(lost, ["a[other]: its arguments are all; given are all, n"]);
    let lost = faults("en", &text.replace("a report of { $all }", "a report"));
    assert_eq!(lost, ["a[one]: its arguments are none; given are all, n"]);
    // In French 0 is singular too.
    let french = text.replace("       *[other]", "        [many] { $n } of { $all }\n       *[other]");
    assert_eq!(faults("fr", &french), ["a[one]: its arguments are all; given are all, n"]);
}

#[test]
fn a_translation_counts_by_the_number_that_english_counts_by() {
    let english = catalogue(
        "en",
        "a =\n    { $n ->\n        [one] { $n } of { $all }\n       *[other] { $n } of { $all }\n    }\n",
    );
    let other = catalogue(
        "kk",
        "a =\n    { $all ->\n        [one] { $n } / { $all }\n       *[other] { $n } / { $all }\n    }\n",
    );
    assert_eq!(other.against_source(&english).len(), 1);
    assert_eq!(catalogue("kk", "a = { $n } / { $all }\n").against_source(&english).len(), 1);
}

#[test]
fn arguments_are_said_as_the_language_writes_them() {
    let said = |code| {
        let form = |name| format!("[{name}] {{ $n }}, {{ $due }}\n");
        let forms = Notation::new(code).map(|n| n.forms().filter(|f| *f != "other").map(form).collect::<String>());
        let text = format!("a =\n    {{ $n ->\n{}*{}    }}\n", forms.expect("a language"), form("other"));
        catalogue(code, &text).say("a", &[("n", Value::Number(12_345)), ("due", Value::Text("08:00".into()))])
    };
    assert_eq!(said("en"), "12,345, \u{2068}08:00\u{2069}");
    assert_eq!(said("ru"), "12\u{a0}345, \u{2068}08:00\u{2069}");
    assert_eq!(said("fr"), "12\u{202f}345, \u{2068}08:00\u{2069}");
    assert_eq!(said("ar"), "12,345, \u{2068}08:00\u{2069}", "the digits of tables");
}
