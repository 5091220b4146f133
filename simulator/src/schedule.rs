//! Assigns reports to people: who observes where and when.

use crate::plan::{Plan, PlanError, PlannedAnswers, below, shuffle};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A person with a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedObserver {
    /// Unique code in the mission's tables.
    pub code: String,
    /// Role code, for example `sto`.
    pub role: String,
    /// Team code.
    pub team: String,
}

/// Input of [`schedule`].
pub struct ScheduleInputs {
    /// Everybody with a phone.
    pub people: Vec<SimulatedObserver>,
    /// For each checklist, in order: its id and the codes of the places it may be filled in for.
    pub checklists: Vec<(String, Vec<String>)>,
    /// Folder with one plan per checklist, `<id>.csv`.
    pub plans: PathBuf,
    /// Start of the day, in milliseconds since 1970.
    pub begins: i64,
    /// Seeds the assignment of answers; never used for keys or nonces.
    pub seed: u64,
}

/// One checklist to be filled in at one visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedReport {
    /// Number of the visit within the team.
    pub visit: u32,
    /// Id of the checklist.
    pub checklist: String,
    /// Code of the place; `None` if the checklist has none.
    pub place: Option<String>,
    /// Time of arrival, in milliseconds since 1970.
    pub arrives: i64,
    /// Name of a [`baqylau_observer::app::Outcome`].
    pub outcome: String,
    /// Planned answers by question name.
    pub answers: PlannedAnswers,
    /// Seeds the numbers that the plan gives as ranges.
    pub seed: u64,
    /// Leaves out the last answer, to be added when the coordinators ask for it.
    #[serde(default)]
    pub forgets: bool,
    /// Takes a photograph for each image question.
    #[serde(default)]
    pub photographs: bool,
}

/// Minutes from opening to the count.
const DAY_MINUTES: i64 = 14 * 60;

/// The tasks of every person by code, in order of time; empty for people without any.
///
/// # Errors
/// [`PlanError`] if a plan cannot be read or its counts do not add up.
pub fn schedule(world: &ScheduleInputs) -> Result<BTreeMap<String, Vec<PlannedReport>>, PlanError> {
    let mut out: BTreeMap<String, Vec<PlannedReport>> =
        world.people.iter().map(|p| (p.code.clone(), Vec::new())).collect();
    let mut visits: BTreeMap<String, u32> = BTreeMap::new();
    for (number, (checklist, places)) in (1u64..).zip(&world.checklists) {
        let path = world.plans.join(format!("{checklist}.csv"));
        if !path.exists() {
            continue;
        }
        let plan = Plan::read(&path)?;
        let seed = world.seed.wrapping_mul(1000).wrapping_add(number);
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        let teams = teams(world, &plan);
        if teams.is_empty() {
            return Err(PlanError {
                file: format!("{checklist}.csv"),
                row: 2,
                what: "nobody has one of these roles; correct the roles, or add people".into(),
            });
        }
        let drawn = plan.draw(seed)?;
        // Spreads few reports over teams in all regions.
        let (reports, all) = (drawn.len(), teams.len());
        let team_of = |at: usize| if reports < all { at * all / reports } else { at % all };
        let places = assign_places(&drawn, places, &team_of, &mut rng);
        for (at, (answers, place)) in drawn.into_iter().zip(places).enumerate() {
            let (team, members) = &teams[team_of(at)];
            let visit = visits.entry(team.clone()).or_default();
            *visit += 1;
            let outcome = answers.get("@outcome").cloned().unwrap_or_else(|| "observed".into());
            let task = PlannedReport {
                visit: *visit,
                checklist: checklist.clone(),
                place,
                arrives: 0,
                outcome,
                answers,
                seed: seed.wrapping_mul(1_000_003).wrapping_add(at as u64),
                forgets: false,
                photographs: false,
            };
            let member = members[(*visit as usize) % members.len()];
            out.entry(member.to_owned()).or_default().push(task);
        }
    }
    let team: BTreeMap<&str, &str> = world.people.iter().map(|p| (p.code.as_str(), p.team.as_str())).collect();
    for (person, tasks) in &mut out {
        let all = team.get(person.as_str()).and_then(|team| visits.get(*team)).copied().unwrap_or(1);
        let apart = (DAY_MINUTES / i64::from(all.max(1))).clamp(20, 120);
        tasks.iter_mut().for_each(|task| task.arrives = world.begins + i64::from(task.visit) * apart * 60_000);
    }
    Ok(out)
}

/// Teams with members in one of the plan's roles, and these members' codes.
fn teams<'w>(world: &'w ScheduleInputs, plan: &Plan) -> Vec<(String, Vec<&'w str>)> {
    let mut teams: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for person in world.people.iter().filter(|p| plan.roles.contains(&p.role)) {
        teams.entry(&person.team).or_default().push(&person.code);
    }
    teams.into_iter().map(|(team, members)| (team.to_owned(), members)).collect()
}

/// A place for each report, each used once unless the plan revisits it or there are too few. A team's places are
/// neighbours in the table, so that it can get from one to the next.
fn assign_places(
    reports: &[PlannedAnswers],
    places: &[String],
    team_of: &dyn Fn(usize) -> usize,
    rng: &mut ChaCha12Rng,
) -> Vec<Option<String>> {
    let mut chosen: Vec<usize> = (0..places.len()).collect();
    shuffle(&mut chosen, rng);
    let mut visited: Vec<String> = Vec::new();
    let mut out = vec![None; reports.len()];
    let again = |a: &PlannedAnswers| a.get("@place").is_some_and(|p| p == "repeat");
    let (mut first, repeats): (Vec<_>, Vec<_>) = (0..reports.len()).partition(|i| !again(&reports[*i]));
    chosen.truncate(first.len());
    chosen.sort_unstable_by_key(|at| std::cmp::Reverse(*at));
    let mut fresh: Vec<&String> = chosen.into_iter().map(|at| &places[at]).collect();
    first.sort_by_key(|at| (team_of(*at), *at));
    for at in first.into_iter().chain(repeats) {
        let place = if again(&reports[at]) { None } else { fresh.pop().cloned() };
        let place = place.or_else(|| (!visited.is_empty()).then(|| visited[below(rng, visited.len())].clone()));
        visited.extend(place.clone());
        out[at] = place;
    }
    out
}
