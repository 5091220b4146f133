//! Each unit, and the faults of a figure's definition.

use super::support::{compile, computed, figure, form, later_form, observation, observations};
use baqylau_findings::Unit;
use baqylau_findings::percentage::estimated_percentage;

#[test]
fn percents_round_half_up_but_never_to_a_hundred_that_is_not_all_or_a_nought_that_is_not_none() {
    let form = form();
    for (yes, no, expected) in [
        (0, 5, "0 %"),
        (1, 0, "100 %"),
        (1, 2, "33 %"),
        (2, 1, "67 %"),
        (1, 7, "13 %"),
        (1, 199, "1 %"),
        (1, 200, "0.5 %"),
        (4, 996, "0.4 %"),
        (999, 1, "99.9 %"),
        (99_996, 4, "99.996 %"),
    ] {
        let mut answers = vec!["sealed=yes"; yes];
        answers.extend(vec!["sealed=no"; no]);
        let all = observations(&form, &answers);
        let found = computed(&form, figure(Unit::Percent, "${sealed} = 'yes'"), &all);
        assert_eq!(found.computed, expected, "{yes} of {}", yes + no);
    }
    let none = computed(&form, figure(Unit::Percent, "${sealed} = 'yes'"), &[]);
    assert_eq!((none.computed.as_str(), none.equal), ("-", false), "nothing is no number, not nought");
}

#[test]
fn figure_is_equal_within_its_tolerance() {
    let form = form();
    let all = observations(&form, &["sealed=yes", "sealed=yes", "sealed=no"]);
    for (value, tolerance, equal) in [
        ("67", "", true),
        ("66", "", false),
        ("66", "1", true),
        ("65", "1", false),
        ("67", "0", true),
        ("70", "3", true),
    ] {
        let mut about = figure(Unit::Percent, "${sealed} = 'yes'");
        (about.value, about.tolerance) = (value.into(), tolerance.into());
        assert_eq!(computed(&form, about, &all).equal, equal, "{value} ± {tolerance}");
    }
}

#[test]
fn majority_is_more_than_half() {
    let form = form();
    for (answers, equal) in [
        (&["sealed=yes", "sealed=no"][..], false),
        (&["sealed=yes", "sealed=yes", "sealed=no"], true),
        (&["sealed=yes", "", "sealed=?dk", ""], true),
        (&["", ""], false),
    ] {
        let found = computed(&form, figure(Unit::Majority, "${sealed} = 'yes'"), &observations(&form, answers));
        assert_eq!(found.equal, equal, "{answers:?}");
    }
}

#[test]
fn breakdown_counts_each_choice() {
    let form = form();
    let all = observations(&form, &["papers=law+lists", "papers=law", "papers=?dk", "", "papers=lists+samples"]);
    let mut about = figure(Unit::Breakdown, "${papers}");
    about.value = "law=2; lists=2; samples=1".into();
    let found = computed(&form, about.clone(), &all);
    assert!(found.equal && found.several, "more choices than reports");
    assert_eq!((found.count, found.base, found.do_not_know, found.not_answered), (5, 3, 1, 1));
    assert_eq!(found.computed, "law 2; lists 2; samples 1");
    about.value = "law=2; lists=2; samples=2".into();
    assert!(!computed(&form, about.clone(), &all).equal);
    about.value = "law=2; flags=0".into();
    assert!(!computed(&form, about, &all).equal, "a choice that the list lacks is not nought");
}

#[test]
fn unpublished_figure_is_computed_but_not_compared() {
    let form = form();
    let all = observations(&form, &["sealed=yes papers=law", "sealed=no papers=law+samples"]);
    for (unit, counts, expected) in [
        (Unit::Count, "${sealed} = 'yes'", "1"),
        (Unit::Percent, "${sealed} = 'yes'", "50 %"),
        (Unit::Majority, "${sealed} = 'yes'", "50 %"),
        (Unit::Breakdown, "${papers}", "law 2; lists 0; samples 1"),
    ] {
        let mut about = figure(unit, counts);
        (about.published, about.value) = (String::new(), String::new());
        let found = computed(&form, about.clone(), &all);
        assert_eq!((found.computed.as_str(), found.published.as_str(), found.equal), (expected, "", true));
        // A published text needs a published number.
        about.published = "most".into();
        assert_eq!(compile(&form, about).expect_err("faulty")[0].column, "value");
    }
}

#[test]
fn per_place_counts_the_latest_report() {
    let form = form();
    let all = [
        observation(&form, 7, 1, "sealed=no"),
        observation(&form, 3, 1, "sealed=yes"),
        observation(&form, 5, 2, "sealed=yes"),
        observation(&form, 4, 2, "sealed=no"),
    ];
    let mut about = figure(Unit::Count, "${sealed} = 'yes'");
    assert_eq!(computed(&form, about.clone(), &all).count, 2);
    about.per = "place".into();
    let found = computed(&form, about, &all);
    assert_eq!((found.count, found.reports, found.forms, found.places), (1, vec![5], 2, 2));
}

#[test]
fn people_are_counted_from_the_register() {
    let form = form();
    let mut about = figure(Unit::Count, "");
    (about.checklist, about.value) = ("people".into(), "404".into());
    let found = computed(&form, about, &observations(&form, &["sealed=yes"]));
    assert_eq!((found.count, found.equal), (404, true));
}

#[test]
fn faults_name_their_column() {
    let form = form();
    let percent = || figure(Unit::Percent, "${sealed} = 'yes'");
    let breakdown = || figure(Unit::Breakdown, "${papers}");
    let wrong = [
        ("counts", figure(Unit::Percent, "${nothing} = 'yes'")),
        ("counts", figure(Unit::Percent, "${sealed} = ")),
        ("counts", figure(Unit::Breakdown, "${women}")),
        ("counts", figure(Unit::Breakdown, "${papers} + 1")),
        ("of", figure(Unit::MeanShare, "${women}")),
        ("base", baqylau_findings::Figure { base: "${nothing}".into(), ..percent() }),
        ("per", baqylau_findings::Figure { per: "region".into(), ..percent() }),
        ("checklist", baqylau_findings::Figure { checklist: "other".into(), ..percent() }),
        ("value", baqylau_findings::Figure { value: "many".into(), ..percent() }),
        ("value", baqylau_findings::Figure { value: "inf".into(), ..percent() }),
        ("value", baqylau_findings::Figure { tolerance: "some".into(), ..percent() }),
        ("value", baqylau_findings::Figure { value: "law".into(), ..breakdown() }),
        ("value", baqylau_findings::Figure { value: "50".into(), ..figure(Unit::Majority, "true()") }),
    ];
    for (column, about) in wrong {
        let said = format!("{about:?}");
        let faults = compile(&form, about).expect_err("faulty");
        assert_eq!(faults.iter().map(|f| f.column).collect::<Vec<_>>(), [column], "{said}");
        assert!(faults[0].to_string().contains(column) && !faults[0].what.is_empty());
    }
}

#[test]
fn report_of_another_version_is_matched_by_name() {
    let (form, later) = (form(), later_form());
    let all = [
        observation(&form, 1, 1, "sealed=yes papers=law women=2 members=4"),
        observation(&later, 2, 2, "sealed=no papers=law+samples members=9"),
    ];
    let sealed = computed(&form, figure(Unit::Count, "${sealed} = 'yes'"), &all);
    assert_eq!((sealed.count, sealed.base, sealed.reports), (1, 2, vec![1]));
    let mut about = figure(Unit::Breakdown, "${papers}");
    about.value = "law=2; samples=1".into();
    let papers = computed(&form, about, &all);
    assert!(papers.equal, "by the names of the choices: {:?}", papers.parts);
    assert_eq!((papers.count, papers.base), (3, 2));
    // What the other version does not ask is unknown, not zero.
    let mut share = figure(Unit::MeanShare, "${women}");
    share.of = "${members}".into();
    let share = computed(&form, share, &all);
    assert_eq!((share.count, share.base, share.not_answered), (2, 4, 1));
}

#[test]
fn breakdown_covers_only_the_published_choices() {
    let form = form();
    let all = observations(&form, &["papers=law+lists", "papers=samples", "papers=law"]);
    let mut about = figure(Unit::Breakdown, "${papers}");
    about.value = "law=2; lists=1".into();
    let found = computed(&form, about, &all);
    assert!(found.equal && found.several, "three mentions in two reports");
    assert_eq!((found.count, found.base, found.not_applicable), (3, 2, 1));
}

#[test]
fn mean_share_is_never_rounded_to_all_or_none() {
    let form = form();
    for (women, members, expected) in [(2_999, 3_000, "0.9997"), (1, 3_000, "0.0003"), (3, 3, "1.000"), (0, 3, "0.000")]
    {
        let mut about = figure(Unit::MeanShare, "${women}");
        about.of = "${members}".into();
        let all = observations(&form, &[&format!("women={women} members={members}")]);
        assert_eq!(computed(&form, about, &all).computed, expected);
    }
}

#[test]
fn estimate_is_never_rounded_to_all_or_none() {
    let shares = [0.0, 0.0004, 0.051, 0.9996, 1.0].map(estimated_percentage);
    assert_eq!(shares, ["0.0", "<0.1", "5.1", ">99.9", "100.0"]);
}

#[test]
fn breakdown_without_a_base_has_no_reports() {
    let form = form();
    for value in ["law=2; lists=2", ""] {
        let mut about = figure(Unit::Breakdown, "${papers}");
        (about.value, about.published) = (value.into(), String::new());
        let found = computed(&form, about, &observations(&form, &["papers=?dk", ""]));
        assert_eq!((found.computed.as_str(), found.base), ("no reports", 0));
    }
}
