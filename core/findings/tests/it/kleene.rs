//! Blank, hidden and missing answers are unknown; unknown is never false, and never counts as true.

use super::support::{computed, figure, form, observations};
use baqylau_findings::Unit;

/// Answered either way, unanswered in every way, and hidden.
const ALL: [&str; 8] = [
    "sealed=yes by_chair=yes",
    "sealed=yes by_chair=no",
    "sealed=yes by_chair=?dk",
    "sealed=yes by_chair=?np",
    "sealed=yes by_chair=?na",
    "sealed=yes",
    "sealed=no",
    "",
];

#[test]
fn unanswered_is_neither_true_nor_false() {
    let form = form();
    let all = observations(&form, &ALL);
    for (counts, expected) in [
        ("${by_chair} = 'yes'", vec![0]),
        ("not(${by_chair} = 'yes')", vec![1]),
        ("${by_chair} != 'yes'", vec![1]),
        ("${by_chair} = 'no'", vec![1]),
        ("not(not(${by_chair} = 'yes'))", vec![0]),
        // Unknown combined with something known: Kleene's truth tables.
        ("${by_chair} = 'yes' or true()", (0..8).collect()),
        ("${by_chair} = 'yes' and true()", vec![0]),
        ("${by_chair} = 'yes' or false()", vec![0]),
        ("not(${by_chair} = 'yes' and false())", (0..8).collect()),
        ("not(${by_chair} = 'yes' or false())", vec![1]),
        ("${sealed} = 'no' or ${by_chair} = 'no'", vec![1, 6]),
        ("not(${sealed} = 'yes' and ${by_chair} = 'yes')", vec![1, 6]),
    ] {
        let found = computed(&form, figure(Unit::Percent, counts), &all);
        assert_eq!(found.reports, expected, "{counts}");
        assert_eq!(found.count, expected.len(), "{counts}");
    }
}

#[test]
fn unknown_answers_are_reported_beside_the_base() {
    let form = form();
    let all = observations(&form, &ALL);
    let mut about = figure(Unit::Percent, "${by_chair} = 'yes'");
    let found = computed(&form, about.clone(), &all);
    let beside = (found.do_not_know, found.not_applicable, found.not_answered);
    assert_eq!((found.count, found.base), (1, 2));
    assert_eq!(beside, (1, 2, 3), "dk; not permitted and not applicable; blank, hidden, not asked");
    assert_eq!(found.base + 1 + 2 + 3, found.forms, "everybody is somewhere");
    assert_eq!(found.computed, "50 %");

    about.base = "all".into();
    let found = computed(&form, about.clone(), &all);
    assert_eq!((found.count, found.base, found.computed.as_str()), (1, 8, "13 %"), "12.5, rounded half up");

    about.base = "${sealed} = 'yes'".into();
    let found = computed(&form, about.clone(), &all);
    assert_eq!((found.count, found.base), (1, 2));
    assert_eq!(found.do_not_know + found.not_applicable + found.not_answered + found.base, 8);
    // If the base is unknown, a report is not in it: an empty report is not a `no`.
    about.base = "not(${sealed} = 'yes')".into();
    about.counts = "true()".into();
    let found = computed(&form, about, &all);
    assert_eq!((found.reports, found.base), (vec![6], 1));
}

#[test]
fn missing_numbers_are_in_no_sum() {
    let form = form();
    let all = observations(
        &form,
        &[
            "women=3 members=7",
            "women=2 members=?dk",
            "women=?np members=9",
            "women=4",
            "members=5",
            "women=0 members=3",
        ],
    );
    let mut about = figure(Unit::MeanShare, "${women}");
    about.of = "${members}".into();
    about.value = "0.3".into();
    let found = computed(&form, about, &all);
    assert_eq!((found.count, found.base, found.reports), (3, 10, vec![0, 5]));
    assert_eq!((found.do_not_know, found.not_applicable, found.not_answered), (1, 1, 2));
    assert!(found.equal);
    let more = computed(&form, figure(Unit::Count, "${women} > 2"), &all);
    assert_eq!((more.reports, more.base), (vec![0, 3], 4));
}
