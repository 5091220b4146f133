//! Estimates beside those of R's `survey` on published data.

use baqylau_findings::sample::{Estimate, Sample};
use std::collections::HashMap;

/// The sample, and who met the target.
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
    for (found, expected) in [(found.share, share), (found.error, error), (l, low), (h, high)] {
        assert!((found - expected).abs() < 1e-7, "{found} is not {expected}");
    }
}

#[test]
fn a_share_is_that_of_r() {
    let (sample, met) = schools();
    let all = sample.estimate(&|place| Some(met[place as usize])).expect("an estimate");
    assert_eq!((all.drawn, all.known), (200, 200));
    // svymean and svyciprop(~I(comp.imp == "Yes"), svydesign(id=~1, strata=~stype, weights=~pw, data=apistrat, fpc=~fpc))
    near(all, 0.655_649_011_944, 0.033_725_495_798_3, 0.586_467_134_320, 0.718_806_401_667);
}

#[test]
fn who_did_not_answer_widens_it_as_in_r() {
    let (sample, met) = schools();
    let answered = |place: u32| Some(met[place as usize]).filter(|_| !(place + 1).is_multiple_of(5));
    let found = sample.estimate(&answered).expect("an estimate");
    assert_eq!((found.drawn, found.known), (200, 160));
    // The same of subset(design, !(as.numeric(row.names(apistrat)) %% 5 == 0))
    near(found, 0.646_549_156_195, 0.038_297_626_305_9, 0.567_801_779_896, 0.718_072_697_036);
}

#[test]
fn what_cannot_be_estimated_is_not() {
    let (sample, _) = schools();
    assert!(sample.estimate(&|_| None).is_none(), "nobody answered");
    let everybody = sample.estimate(&|_| Some(1.0)).expect("an estimate");
    assert!(everybody.share == 1.0 && everybody.error == 0.0 && everybody.interval.is_none());
    let one = sample.estimate(&|place| (place == 0).then_some(0.0)).expect("an estimate");
    assert!(one.known == 1 && one.interval.is_none(), "no degree of freedom");
    // A census has no sampling error.
    let census = Sample { populations: vec![3], drawn: HashMap::from([(1, 0), (2, 0), (3, 0)]) };
    let whole = census.estimate(&|place| Some(f64::from(u8::from(place == 1)))).expect("an estimate");
    assert!((whole.share - 1.0 / 3.0).abs() < 1e-12 && whole.error == 0.0);
    assert!(Sample::default().estimate(&|_| Some(1.0)).is_none());
}
