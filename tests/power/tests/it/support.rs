//! The recorded day, which all tests look at.

use baqylau_power::day::recorded;
use baqylau_power::harness::{Machine, asked_for};
use baqylau_power::mission::RecordedDay;
use std::sync::LazyLock;

/// A day with the programs as they are.
pub static DAY: LazyLock<RecordedDay> = LazyLock::new(|| recorded(false));
/// The same with databases that do not sync their commits.
pub static CARELESS_DAY: LazyLock<RecordedDay> = LazyLock::new(|| recorded(true));

/// Tries as many states as the environment asks for, and tells what was found.
#[expect(clippy::disallowed_methods, reason = "it is told how long it took; nothing depends on it")]
pub fn nothing_is_lost(machine: &Machine<'_>) {
    let began = std::time::Instant::now();
    let tried = machine.tries(asked_for());
    println!(
        "{} states of {} steps, {:.1?}: {} lost or wrong",
        tried.states,
        machine.steps(),
        began.elapsed(),
        tried.lost.len()
    );
    assert!(tried.lost.is_empty(), "{:#?}", tried.lost);
}

/// Something is lost without a sync of each of these files and folders. Asked for many states, it tells of every single sync.
pub fn syncs_matter(machine: &Machine<'_>, names: &[&str]) {
    if std::env::var_os("BAQYLAU_POWER").is_some() {
        for one in machine.without_syncs() {
            println!("without a sync of {}: {}", one.what.display(), one.lost.as_deref().unwrap_or("nothing is lost"));
        }
    }
    let spared: Vec<&&str> = names.iter().filter(|name| machine.without_one_of(name).is_none()).collect();
    assert!(spared.is_empty(), "without their syncs nothing is lost: {spared:?}");
}

/// Whether one of some hundred states has lost something.
pub fn loses_something(machine: &Machine<'_>) -> bool {
    (0..300).any(|seed| !machine.tries(seed..seed + 1).lost.is_empty())
}
