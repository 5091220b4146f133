//! Who goes where and when.

use crate::plan::{Plan, PlanError, PlannedAnswers, below, shuffle};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Somebody with a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedObserver {
    /// The code.
    pub code: String,
    /// The role.
    pub role: String,
    /// The team.
    pub team: String,
}

/// What the schedule is made from.
pub struct ScheduleInputs {
    /// Everybody.
    pub people: Vec<SimulatedObserver>,
    /// For each checklist, in order: its id and the places it may be filled for.
    pub checklists: Vec<(String, Vec<String>)>,
    /// The folder of the plans.
    pub plans: PathBuf,
    /// When the day begins, in milliseconds since 1970.
    pub begins: i64,
    /// Decides who answers what; never keys or nonces.
    pub seed: u64,
}

/// One checklist to be filled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedReport {
    /// The visit's number in the team.
    pub visit: u32,
    /// The checklist.
    pub checklist: String,
    /// The place.
    pub place: Option<String>,
    /// When the team arrives.
    pub arrives: i64,
    /// How the visit goes.
    pub outcome: String,
    /// What to answer.
    pub answers: PlannedAnswers,
    /// Decides numbers that the plan gives as ranges.
    pub seed: u64,
    /// The last answer is forgotten, and follows when the coordinators ask.
    #[serde(default)]
    pub forgets: bool,
    /// A photograph is taken where the checklist asks for one.
    #[serde(default)]
    pub photographs: bool,
}

/// From the opening to the count.
const DAY_MINUTES: i64 = 14 * 60;

/// Every person's tasks, in the order of time; people without any are there too.
///
/// # Errors
/// A plan cannot be followed.
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
                what: "nobody has one of these roles".into(),
            });
        }
        let drawn = plan.draw(seed)?;
        // Where there are fewer reports than teams, teams all over the country have one.
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

/// The teams whose members have one of the plan's roles.
fn teams<'w>(world: &'w ScheduleInputs, plan: &Plan) -> Vec<(String, Vec<&'w str>)> {
    let mut teams: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for person in world.people.iter().filter(|p| plan.roles.contains(&p.role)) {
        teams.entry(&person.team).or_default().push(&person.code);
    }
    teams.into_iter().map(|(team, members)| (team.to_owned(), members)).collect()
}

/// A place for each report, none twice unless the plan says that a place is visited again or there are too few. The places of a team
/// lie beside each other in the table, so that it can go from one to the next.
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
