//! Sentences whose wording depends on their number.

use super::support::{compile, computed, figure, form, observations};
use baqylau_findings::message::{Message, MessageNames, MessageValue};
use baqylau_findings::{Computed, Figure, Sentence, Unit};
use baqylau_forms::definition::Text;

fn about(unit: Unit, sentence: &str) -> Figure {
    Figure { sentence: Text(vec![sentence.into()]), of: "${members}".into(), ..figure(unit, "${sealed} = 'yes'") }
}

fn said(about: Figure, language: &str, yes: usize, no: usize) -> Sentence {
    let answers = [vec!["sealed=yes"; yes], vec!["sealed=no"; no]].concat();
    let found = computed(&form(), about.clone(), &observations(&form(), &answers));
    compile(&form(), about).expect("compiles").sentence((0, language), &found).expect("a sentence")
}

#[test]
fn number_takes_its_plural_form_in_every_language() {
    let forms = [
        ("en", "{value, plural, one {in # case} other {in # cases}}", &[(1, "in 1 case"), (21, "in 21 cases")][..]),
        (
            "ru",
            "{value, plural, one {в # случае} few {в # случаях} many {в # случаях} other {в # случая}}",
            &[(1, "в 1 случае"), (91, "в 91 случае"), (11, "в 11 случаях"), (92, "в 92 случаях")],
        ),
        ("kk", "{value, plural, other {# жағдайда}}", &[(1, "1 жағдайда"), (91, "91 жағдайда")]),
        (
            "ar",
            "{value, plural, zero {لا حالة} one {حالة واحدة} two {حالتان} few {# حالات} many {# حالة} other {# حالة}}",
            &[(0, "لا حالة"), (1, "حالة واحدة"), (2, "حالتان"), (3, "3 حالات"), (11, "11 حالة"), (100, "100 حالة")],
        ),
        (
            "fr",
            "{value, plural, one {# cas observé} other {# cas observés}}",
            &[(0, "0 cas observé"), (2, "2 cas observés")],
        ),
        (
            "en",
            "{value, plural, =0 {nowhere} one {once} other {# times}}",
            &[(0, "nowhere"), (1, "once"), (3, "3 times")],
        ),
    ];
    for (language, sentence, all) in forms {
        for (n, expected) in all {
            let found = said(about(Unit::Count, sentence), language, *n, 1);
            assert_eq!((found.text.as_str(), found.holds), (*expected, true), "{language} {n}");
        }
    }
}

#[test]
fn sentence_with_most_is_struck_unless_its_number_is_a_majority() {
    let most = || about(Unit::Majority, "Most chairs were women ({count} of {base}).");
    assert_eq!(said(most(), "en", 3, 1), Sentence { text: "Most chairs were women (3 of 4).".into(), holds: true });
    assert_eq!(
        said(most(), "en", 39, 61),
        Sentence { text: "Most chairs were women (39 of 100).".into(), holds: false }
    );
    assert!(!said(most(), "en", 2, 2).holds, "half are not most");
    // A percentage whose wording holds for only some of its numbers.
    let words =
        "{share, select, all {All} majority {Most} half {Half of the} none {No}} boxes were sealed ({value} per cent).";
    let found = |yes, no| said(about(Unit::Percent, words), "en", yes, no);
    for (yes, no, expected, holds) in [
        (4, 0, "All boxes were sealed (100 per cent).", true),
        (3, 1, "Most boxes were sealed (75 per cent).", true),
        (2, 2, "Half of the boxes were sealed (50 per cent).", true),
        (0, 4, "No boxes were sealed (0 per cent).", true),
        (1, 3, "Most boxes were sealed (25 per cent).", false),
    ] {
        assert_eq!(found(yes, no), Sentence { text: expected.into(), holds }, "{yes} of {}", yes + no);
    }
    // Nothing is known: no number, no sentence.
    let nothing = said(about(Unit::Percent, "{value} per cent were sealed."), "en", 0, 0);
    assert_eq!(nothing, Sentence { text: "– per cent were sealed.".into(), holds: false });
}

#[test]
fn share_is_rendered_as_a_percentage() {
    let about =
        Figure { counts: "${women}".into(), ..about(Unit::MeanShare, "Women were {value} per cent of the members.") };
    let all = observations(&form(), &["women=49 members=100"]);
    let found: Computed = computed(&form(), about.clone(), &all);
    let said = compile(&form(), about).expect("compiles").sentence((0, "en"), &found);
    assert_eq!(said.expect("a sentence").text, "Women were 49 per cent of the members.");
}

#[test]
fn faults_in_a_sentence_are_reported() {
    let wrong = [
        ("{nothing}", "use one of value, count, base, share"),
        ("{value", ", is missing"),
        ("{value, plural, one {a}}", "needs a branch other"),
        ("{value, plural, some {a} other {b}}", "not a plural form"),
        ("{value, plural, one {a} one {b} other {c}}", "appears twice"),
        ("{value, select, majority {a}}", "use plural with a number"),
        ("{share}", "needs branches"),
        ("{share, select, many {a}}", "not a share"),
        ("a } b", "too many"),
        ("{}", "a name is missing"),
        (&"{value, plural, other {".repeat(20), "nested more than"),
    ];
    for (sentence, what) in wrong {
        let faults = compile(&form(), about(Unit::Count, sentence)).expect_err(sentence);
        assert!(faults[0].column == "sentence" && faults[0].what.contains(what), "{sentence}: {}", faults[0]);
    }
}

#[test]
fn text_in_an_unknown_language_takes_the_branch_other() {
    let names = MessageNames { numbers: &["n"], texts: &[], shares: &[] };
    let message = Message::parse("{n, plural, one {one} other {# other}}", names).expect("a text");
    assert_eq!(message.say("not a language", &|_| MessageValue::Number(1)).as_deref(), Some("1 other"));
    assert_eq!(message.say("en", &|_| MessageValue::Text("–".into())).as_deref(), Some("– other"));
}

#[test]
fn a_majority_that_is_none_is_struck_unless_its_words_were_chosen_by_the_share() {
    let any = "In more than half{share, select, all {, in fact in all,} other {}} it was so.";
    assert!(said(about(Unit::Majority, any), "en", 6, 0).holds);
    assert!(said(about(Unit::Majority, any), "en", 4, 2).holds);
    assert!(!said(about(Unit::Majority, any), "en", 0, 6).holds, "nothing in it was chosen by the share");
    assert!(!said(about(Unit::Majority, any), "en", 3, 3).holds, "half is not more than half");
    let chosen = "In {share, select, majority {most} half {half} minority {few} other {some}} it was so.";
    assert!(said(about(Unit::Majority, chosen), "en", 1, 5).holds);
}

#[test]
fn hundred_that_is_not_all_and_nought_that_is_not_none_are_not_said() {
    let words = [
        ("en", "{value, plural, one {# percent} other {# per cent}}", "99.9 per cent", "0.4 per cent"),
        (
            "ru",
            "{value, plural, one {# процент} few {# процента} other {# процента} many {# процентов}}",
            "99,9 процента",
            "0,4 процента",
        ),
        ("kk", "{value} пайызы", "99,9 пайызы", "0,4 пайызы"),
        ("fr", "{value} pour cent", "99,9 pour cent", "0,4 pour cent"),
        ("ar", "{value} في المائة", "99.9 في المائة", "0.4 في المائة"),
    ];
    for (language, sentence, nearly_all, nearly_none) in words {
        for unit in [Unit::Percent, Unit::Majority] {
            let said = |yes, no| said(about(unit, sentence), language, yes, no).text;
            assert_eq!((said(999, 1).as_str(), said(4, 996).as_str()), (nearly_all, nearly_none));
        }
    }
}

#[test]
fn sentence_about_no_reports_is_struck() {
    let about = Figure { counts: "${papers}".into(), ..about(Unit::Breakdown, "Papers that were missing: {value}.") };
    let about = Figure { value: "law=0".into(), ..about };
    let found = computed(&form(), about.clone(), &[]);
    let said = compile(&form(), about).expect("compiles").sentence((0, "en"), &found);
    assert_eq!(said, Some(Sentence { text: "Papers that were missing: no reports.".into(), holds: false }));
}
