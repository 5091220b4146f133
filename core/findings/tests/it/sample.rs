//! Estimates against those of R's `survey` on published data.

use baqylau_findings::sample::{Estimate, Sample, everywhere};
use std::collections::HashMap;

/// The sample, and which schools met the target.
fn schools() -> (Sample, Vec<f64>) {
    let rows = include_str!("../data/apistrat.csv").lines().filter(|l| !l.starts_with('#')).skip(1);
    let rows: Vec<Vec<&str>> = rows.map(|l| l.split(',').collect()).collect();
    let strata = ["E", "H", "M"];
    let stratum = |row: &[&str]| strata.iter().position(|s| *s == row[0]).expect("a stratum");
    let mut populations = vec![0; 3];
    rows.iter().for_each(|row| populations[stratum(row)] = row[1].parse().expect("a number"));
    let drawn: HashMap<u32, usize> = (0..).zip(&rows).map(|(at, row)| (at, stratum(row))).collect();
    (Sample { populations, drawn }, rows.iter().map(|row| f64::from(u8::from(row[2] == "Yes"))).collect())
}

/// R's weights are rounded to two digits.
fn near(found: Estimate, share: f64, error: f64, low: f64, high: f64) {
    let (l, h) = found.interval.expect("an interval");
    for (found, expected) in [(found.share, share), (found.error.expect("an error"), error), (l, low), (h, high)] {
        assert!((found - expected).abs() < 1e-7, "{found} is not {expected}");
    }
}

#[test]
fn share_matches_r() {
    let (sample, met) = schools();
    let all = sample.known(&everywhere, &|place| Some(met[place as usize])).expect("an estimate");
    assert_eq!((all.drawn, all.known), (200, 200));
    // svymean and svyciprop(~I(comp.imp == "Yes"), svydesign(id=~1, strata=~stype, weights=~pw, data=apistrat, fpc=~fpc))
    near(all, 0.655_649_011_944, 0.033_725_495_798_3, 0.586_467_134_320, 0.718_806_401_667);
}

#[test]
fn nonresponse_widens_the_interval_as_in_r() {
    let (sample, met) = schools();
    let answered = |place: u32| Some(met[place as usize]).filter(|_| !(place + 1).is_multiple_of(5));
    let found = sample.known(&everywhere, &answered).expect("an estimate");
    assert_eq!((found.drawn, found.known), (200, 160));
    // The same of subset(design, !(as.numeric(row.names(apistrat)) %% 5 == 0))
    near(found, 0.646_549_156_195, 0.038_297_626_305_9, 0.567_801_779_896, 0.718_072_697_036);
}

#[test]
fn inestimable_shares_give_none() {
    let (sample, _) = schools();
    assert!(sample.known(&everywhere, &|_| None).is_none(), "nobody answered");
    let everybody = sample.known(&everywhere, &|_| Some(1.0)).expect("an estimate");
    assert!(everybody.share == 1.0 && everybody.error == Some(0.0) && everybody.interval.is_none());
    let one = sample.known(&everywhere, &|place| (place == 0).then_some(0.0)).expect("an estimate");
    assert!(one.known == 1 && one.interval.is_none(), "no degree of freedom");
    // A census has no sampling error.
    let census = Sample { populations: vec![3], drawn: HashMap::from([(1, 0), (2, 0), (3, 0)]) };
    let whole = census.known(&everywhere, &|place| Some(f64::from(u8::from(place == 1)))).expect("an estimate");
    assert!((whole.share - 1.0 / 3.0).abs() < 1e-12 && whole.error == Some(0.0));
    assert!(Sample::default().known(&everywhere, &|_| Some(1.0)).is_none());
}

/// `(row.known, row.region)` of the R code below.
fn unequally_known(sample: &Sample, place: u32) -> bool {
    match sample.drawn[&place] {
        0 => !(place + 1).is_multiple_of(5),
        1 => !(place + 1).is_multiple_of(2),
        _ => true,
    }
}

/// R 4.2.2 with survey 4.1-1 on `apistrat`, rows counted from 1, `y` whether the target was met:
/// ```r
/// d$known <- !((d$stype == "E" & d$row %% 5 == 0) | (d$stype == "H" & d$row %% 2 == 0)); d$region <- d$row %% 3 == 0
/// all <- svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = d)          # pw <- fpc / drawn in the stratum
/// k <- d[d$known, ]; k$w <- k$fpc / ave(k$y, k$stype, FUN = length)
/// answered <- svydesign(id = ~1, strata = ~stype, weights = ~w, fpc = ~fpc, data = k)
/// r <- d[d$known | !d$region, ]; r$w <- ifelse(r$region, r$pw * n_region / known_region, r$pw)     # both by stratum
/// domain <- svydesign(id = ~1, strata = ~stype, weights = ~w, fpc = ~fpc, data = r)
/// svymean(~y, D); svyciprop(~y, D, method = "logit")    # D: the four designs of the table, in its order
/// ```
#[test]
fn both_estimators_match_r_under_unequal_nonresponse() {
    let (sample, met) = schools();
    let value = |place: u32| Some(met[place as usize]).filter(|_| unequally_known(&sample, place));
    let region = |place: u32| (place + 1).is_multiple_of(3);
    let found = [
        // subset(all, known), answered
        sample.known(&everywhere, &value),
        sample.by_stratum(&everywhere, &value),
        // subset(all, known & region), subset(domain, region)
        sample.known(&region, &value),
        sample.by_stratum(&region, &value),
    ];
    let table = [
        (0.660_357_274_508, 0.038_957_800_977, 0.579_728_396_895, 0.732_651_084_874),
        (0.655_339_886_408, 0.038_944_063_191, 0.574_905_506_819, 0.727_761_785_658),
        (0.577_956_495_583, 0.074_252_183_319, 0.425_870_392_468, 0.716_567_917_677),
        (0.560_190_450_597, 0.074_201_084_816, 0.409_834_408_698, 0.700_256_589_599),
    ];
    for (found, (share, error, low, high)) in found.into_iter().zip(table) {
        near(found.expect("an estimate"), share, error, low, high);
    }
    let known = |found: Option<Estimate>| found.map(|e| (e.drawn, e.known));
    assert_eq!(known(found[0]), Some((200, 152)));
    assert_eq!(known(found[3]), Some((66, 48)), "of the region alone");
}

#[test]
fn places_outside_a_domain_say_nothing_about_its_unknown_places() {
    // Two strata of 100, 10 drawn in each: five in town, five in a village. Villages of A are unknown, its towns say yes, B says no.
    let drawn = (0..10).map(|place| (place, 0)).chain((10..20).map(|place| (place, 1)));
    let sample = Sample { populations: vec![100, 100], drawn: drawn.collect() };
    let town = |place: u32| place % 10 < 5;
    let value = |place: u32| (place >= 10 || town(place)).then(|| f64::from(u8::from(place < 10)));
    for found in [sample.known(&town, &value), sample.by_stratum(&town, &value)] {
        let found = found.expect("an estimate");
        assert!((found.share - 0.5).abs() < 1e-12, "R: svymean over the domain is 0.5, not {}", found.share);
    }
    let village = |place: u32| !town(place);
    assert!(sample.by_stratum(&village, &value).is_none(), "no village of A is known");
}

#[test]
fn known_places_that_agree_in_each_stratum_give_no_interval_unless_all_are_known() {
    let drawn = (0..10).map(|place| (place, 0)).chain((10..20).map(|place| (place, 1)));
    let sample = Sample { populations: vec![100, 100], drawn: drawn.collect() };
    let value = |place: u32| (place % 10 < 5).then(|| f64::from(u8::from(place < 10)));
    let found = sample.by_stratum(&everywhere, &value).expect("an estimate");
    assert!((found.share - 0.5).abs() < 1e-12 && found.error.is_none() && found.interval.is_none(), "{found:?}");
    let census = Sample { populations: vec![10, 10], ..sample };
    let found = census.by_stratum(&everywhere, &|place| Some(f64::from(u8::from(place < 10)))).expect("an estimate");
    assert_eq!(found.error, Some(0.0), "a census has no sampling error");
}

#[test]
fn sparse_stratum_is_weighted_by_its_places_or_by_its_answers() {
    // Two strata of 500, 50 drawn in each. All of A is known, with a share of 0; ten of B are known, with a share of 1.
    let drawn = (0..50).map(|place| (place, 0)).chain((50..100).map(|place| (place, 1)));
    let sample = Sample { populations: vec![500, 500], drawn: drawn.collect() };
    let value = |place| match place {
        0..50 => Some(0.0),
        50..60 => Some(1.0),
        _ => None,
    };
    let near = |found: Option<Estimate>, share: f64| (found.expect("an estimate").share - share).abs() < 1e-12;
    assert!(near(sample.known(&everywhere, &value), 1.0 / 6.0), "R: svymean over subset(design, !is.na(y)) is 0.16667");
    assert!(
        near(sample.by_stratum(&everywhere, &value), 0.5),
        "R: svymean over a design of those that answered is 0.5"
    );
    // A stratum without a known place has nothing to infer the others from.
    let only_a = |place| value(place).filter(|_| place < 50);
    assert!(sample.by_stratum(&everywhere, &only_a).is_none());
    assert!(near(sample.by_stratum(&|place| place < 50, &only_a), 0.0), "the domain has no place of the other stratum");
    // A single respondent says nothing about the spread.
    let one = |place| value(place).filter(|_| place <= 50);
    let lonely = sample.by_stratum(&everywhere, &one).expect("an estimate");
    assert!(lonely.error.is_none() && lonely.interval.is_none());
}

#[test]
fn known_places_that_agree_give_no_interval_because_others_are_unknown() {
    // The unknown places vary from the known ones only in being unknown.
    let drawn = (0..10).map(|place| (place, 0)).chain((10..20).map(|place| (place, 1)));
    let sample = Sample { populations: vec![100, 100], drawn: drawn.collect() };
    let value = |place: u32| (place % 10 < 5).then(|| f64::from(u8::from(place < 10)));
    let found = sample.known(&everywhere, &value).expect("an estimate");
    assert!((found.share - 0.5).abs() < 1e-12 && found.error.is_none() && found.interval.is_none(), "{found:?}");
    // One that differs within its stratum shows how much they vary.
    let mixed = |place: u32| if place == 0 { Some(0.0) } else { value(place) };
    assert!(sample.known(&everywhere, &mixed).expect("an estimate").interval.is_some());
}
