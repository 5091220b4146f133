//! Definitions come from outside: none may make the compiler or a filling panic, hang or overflow.

use super::limits::on_a_small_stack;
use super::random::{Dice, edit, everything};
use super::support::{
    calculate, compile, definition, environment, facts, faults, filling, group, places, q, repeat, set,
};
use baqylau_forms::definition::{Definition, Kind, ListRef};
use baqylau_forms::expr::parse;
use baqylau_forms::form::{DefinitionProblem, MAX_ITEMS};
use baqylau_forms::{Filling, Form};
use std::sync::Arc;

fn problems(definition: Definition) -> Vec<DefinitionProblem> {
    Form::compile(definition, places(1, 1)).err().unwrap_or_default()
}

/// A change that makes no sense.
type Spoil = fn(&mut Definition);

#[test]
fn structures_that_make_no_sense_are_refused() {
    let cases: Vec<(Spoil, &str)> = vec![
        (|d| d.format = 9, "reads format 1"),
        (|d| d.languages.clear(), "a language is missing"),
        (|d| d.items.clear(), "a question is missing"),
        (|d| d.places = vec!["moon".to_owned()], "\"moon\" is no level"),
        (|d| d.items[1].parent = Some(1), "no group or repeat before it"),
        (|d| d.items[1].parent = Some(9), "no group or repeat before it"),
        (|d| d.items[0].parent = Some(u32::MAX), "no group or repeat before it"),
        (|d| d.items[1].name = "page".to_owned(), "is used before"),
        (|d| d.items[1].name = String::new(), "no valid name"),
        (|d| d.items[1].name = "a b".to_owned(), "no valid name"),
        (|d| d.items[1].kind = Kind::SelectOne { list: ListRef::Own(99) }, "does not exist"),
        (|d| d.items[1].kind = Kind::SelectOne { list: ListRef::Places("moon".to_owned()) }, "no level"),
        (|d| d.lists[0].choices.clear(), "a choice in its list is missing"),
        (|d| d.lists[0].choices[1].name = Arc::from("yes"), "is used before"),
        (|d| d.lists[0].choices[1].cells = vec![String::new()], "a cell of a choice is missing"),
        (|d| d.items[1].kind = Kind::Calculate, "the calculation is missing"),
        (|d| d.items[0].required = Some("yes".to_owned()), "means nothing here"),
        (|d| d.items[0].calculation = Some("1".to_owned()), "means nothing here"),
        (|d| d.items[0].choice_filter = Some("1".to_owned()), "means nothing here"),
        (|d| d.languages.push("kk".to_owned()), "the text is missing in kk"),
        (|d| d.items = vec![d.items[1].clone(); MAX_ITEMS + 1], "the limit is 5000"),
    ];
    for (spoil, expected) in cases {
        let mut definition = definition(vec![group("page"), super::support::one("a", 0).inside("page")]);
        spoil(&mut definition);
        let found = problems(definition);
        let said: Vec<String> = found.iter().map(|p| p.fault.to_string()).collect();
        assert!(said.iter().any(|s| s.contains(expected)), "{expected}: {said:?}");
    }
}

#[test]
fn every_fault_of_every_expression_is_said() {
    let found = faults(vec![
        q("a", Kind::Integer).constraint("${b} + ${c}", baqylau_forms::definition::Check::Error).relevant("foo()"),
        q("d", Kind::Integer).required("substr('a')").label("${e}"),
        q("f", Kind::Integer).default("many"),
        calculate("g", "visit('weather')"),
        calculate("h", "place('weather')"),
        calculate("i", "regex(${a}, '(')"),
        calculate("j", "position(${a})"),
        calculate("k", "indexed-repeat(${a}, ${a}, 1)"),
    ]);
    let starts = [
        "a relevant: the function foo() is not supported",
        "a constraint: unknown name ${b}",
        "a constraint: unknown name ${c}",
        "d required: substr() takes 2 to 3 arguments, not 1",
        "d label: unknown name ${e}",
        "f default: \"many\" is no value for this question",
        "g calculation: visit(): takes 'code'",
        "h calculation: place(): takes the name of a column",
        "i calculation: regex(): the pattern is not valid",
        "j calculation: position(): takes `..`",
        "k calculation: indexed-repeat(): the second argument must be a repeat",
    ];
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    for (fault, start) in found.iter().zip(starts) {
        assert!(fault.starts_with(start), "{fault}\n{start}");
    }
}

/// Pieces of expressions in any order: most are refused, and those that are not can be evaluated.
#[test]
fn any_text_can_stand_where_an_expression_is_expected() {
    let pieces = [
        "${n}",
        "${r}",
        "${v}",
        ".",
        "..",
        "'a'",
        "\"",
        "1",
        "0.5",
        "-",
        "+",
        "*",
        "=",
        "!=",
        "<",
        ">=",
        "and",
        "or",
        "div",
        "mod",
        "(",
        ")",
        ",",
        "selected(",
        "sum(",
        "position(..)",
        "indexed-repeat(${v}, ${r}, ",
        "round(",
        "pow(9, ",
        "substr('абв', ",
        "format-date(",
        "date(",
        "if(",
        "regex(",
        "jr:choice-name(",
        "today()",
        "now()",
        "$",
        "{",
        "é",
        "9e99",
        "99999999999999999999",
    ];
    let mut compiled = 0;
    let mut dice = Dice(7);
    for _ in 0..6_000 {
        let source: String =
            (0..=dice.below(8)).map(|_| pieces[dice.below(pieces.len())]).collect::<Vec<_>>().join(" ");
        let items = vec![
            q("n", Kind::Integer).default("3"),
            repeat("r", Some("2")),
            q("v", Kind::Integer).default("1").inside("r"),
            calculate("in", &source).inside("r"),
            q("x", Kind::Text).calculation(&source).relevant(&source),
        ];
        if let Ok(form) = compile(items) {
            compiled += 1;
            let mut f = Filling::new(Arc::new(form), facts(), environment());
            f.open_section(0);
            set(&mut f, "n", "4");
        }
    }
    assert!(compiled > 100, "only {compiled} of the expressions compile");
}

#[test]
fn texts_of_any_shape_are_parsed_or_refused() {
    for source in [
        "${", "${}", "'", "((((", "a(((", "1 or", "\u{0}", "\u{202e}", "😀", "${😀}", "f(,)", "- - -", "...", ". .",
        "!", "a:b:c()",
    ] {
        let _ = parse(source);
    }
    for piece in ["(", "-", "f(", "not(", "${n}", "1,", ")", "if(1,"] {
        let source = piece.repeat(20_000);
        on_a_small_stack(move || drop(parse(&source)));
    }
}

/// A definition with its cells mixed up: whatever still compiles can be filled.
#[test]
fn definitions_with_mixed_up_cells_do_not_panic() {
    let mut compiled = 0;
    for seed in 0..400 {
        let mut dice = Dice(seed);
        let mut definition = definition(everything());
        for _ in 0..=dice.below(2) {
            let count = definition.items.len();
            let (a, b) = (dice.below(count), dice.below(count));
            let other = definition.items[b].clone();
            let item = &mut definition.items[a];
            match dice.below(8) {
                0 => item.kind = other.kind,
                1 => item.relevant = other.relevant,
                2 => item.calculation = other.calculation,
                3 => item.parent = other.parent,
                4 => item.constraint = other.relevant,
                5 => item.default = other.calculation,
                6 => item.choice_filter = other.choice_filter,
                _ => item.label = other.label,
            }
        }
        // What a bundle carries went through JSON.
        let json = serde_json::to_string(&definition).expect("a definition is data");
        let read: Definition = serde_json::from_str(&json).expect("it reads what it wrote");
        assert_eq!(read, definition);
        if let Ok(form) = Form::compile(read, places(2, 3)) {
            compiled += 1;
            let mut f = Filling::new(Arc::new(form), facts(), environment());
            f.open_section(0);
            for _ in 0..40 {
                let _ = edit(&mut f, &mut dice);
            }
        }
    }
    assert!(compiled > 50, "only {compiled} of the definitions compile");
}

#[test]
fn an_empty_form_and_sections_that_do_not_exist() {
    let mut f = filling(vec![group("g"), calculate("c", "1")]);
    assert_eq!(f.open_section(9), None);
    assert_eq!(f.open_section(0).expect("a section").rows.len(), 0);
    assert_eq!((f.progress().asked, f.issues().len()), (0, 0));
}
