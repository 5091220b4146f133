//! Days, each by its seed.

use baqylau_whole::day::Day;
use baqylau_whole::template::Template;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How many days are played, and from which seed on: `BAQYLAU_DAYS=10000 BAQYLAU_SEED=1`.
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

#[test]
fn whatever_happens_every_report_counts_once_at_every_desk() {
    let template = Template::new();
    let (first, days) = (number("BAQYLAU_SEED", 1), number("BAQYLAU_DAYS", 20));
    let mut failed = Vec::new();
    for seed in first..first + days {
        let mut day = Day::begin(&template, seed);
        if catch_unwind(AssertUnwindSafe(|| day.play())).is_err() {
            eprintln!("seed {seed}:\n{}", day.trace.join("\n"));
            failed.push(seed);
        }
    }
    assert!(
        failed.is_empty(),
        "BAQYLAU_SEED={} plays it again; {} of {days} failed: {failed:?}",
        failed[0],
        failed.len()
    );
}

#[test]
fn a_seed_plays_the_same_day_again() {
    let template = Template::new();
    for seed in 1..4 {
        let mut days = [0, 1].map(|_| Day::begin(&template, seed));
        days.iter_mut().for_each(Day::play);
        assert_eq!(days[0].trace, days[1].trace, "seed {seed}");
    }
}
