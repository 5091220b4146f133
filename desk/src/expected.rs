//! Who was expected to report what, and who was not heard from.

use crate::board::Board;
use crate::source::Source;
use crate::status::Status;
use baqylau_forms::value::Date;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

const HOUR_MS: i64 = 3_600_000;

/// Reports that were expected, and those that came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Expected in all.
    pub expected: usize,
    /// Expected by now.
    pub due: usize,
    /// Came: each visit with each checklist once.
    pub received: usize,
}

/// Expected and received, by what tells them apart.
#[derive(Debug, Default)]
pub struct Expected {
    /// By team.
    pub teams: BTreeMap<String, Progress>,
    /// By the place that holds theirs; `None` without one.
    pub regions: BTreeMap<Option<u32>, Progress>,
    /// By the hour of the election day, where the mission has its seat.
    pub hours: BTreeMap<u8, Progress>,
    /// In all; of each team no more is received than was expected.
    pub all: Progress,
}

/// What the deployment expects of a moment, beside what came of its checklists.
#[must_use]
pub fn expected(board: &Board, source: &Source, now: i64) -> Expected {
    let mut out = Expected::default();
    let region = |place: Option<u32>| place.and_then(|p| source.places.ancestor(p, board.level));
    let offset = i64::from(source.mission.offset) * 60_000;
    let day = Date::parse(&source.mission.election_day).map_or(0, |d| i64::from(d.0) * 24 * HOUR_MS);
    let hour = |ms: i64| u8::try_from((ms + offset - day).div_euclid(HOUR_MS)).ok().filter(|h| *h < 24);
    for due in &source.deployment {
        out.each(&due.team, region(due.place), hour(due.at), |p| {
            p.expected += 1;
            p.due += usize::from(due.at <= now);
        });
    }
    let listed: HashSet<usize> = source.deployment.iter().map(|d| d.checklist).collect();
    let came = |status: &Status| {
        !matches!(status, Status::Duplicate | Status::Competing | Status::Test | Status::Unverifiable(_))
    };
    let first = board.lines.iter().filter(|l| l.supersedes.is_none() && came(&l.status));
    for line in first.filter(|l| l.checklist.is_some_and(|c| listed.contains(&c))) {
        let at = line.arrived.and_then(hour);
        out.each(line.team().unwrap_or_default(), region(line.place), at, |p| p.received += 1);
    }
    // What one team reports too much is not what another lacks.
    out.all.received = out.teams.values().map(|p| p.received.min(p.expected)).sum();
    out
}

impl Expected {
    fn each(&mut self, team: &str, region: Option<u32>, hour: Option<u8>, mut count: impl FnMut(&mut Progress)) {
        match self.teams.get_mut(team) {
            Some(known) => count(known),
            None => count(self.teams.entry(team.to_owned()).or_default()),
        }
        count(self.regions.entry(region).or_default());
        hour.into_iter().for_each(|hour| count(self.hours.entry(hour).or_default()));
        count(&mut self.all);
    }
}

/// When each team was heard last, in milliseconds since 1970; teams of the register that never were have none.
#[must_use]
pub fn heard<'s>(board: &'s Board, source: &'s Source) -> BTreeMap<&'s str, Option<i64>> {
    let mut last: HashMap<&str, i64> = HashMap::new();
    for line in &board.lines {
        if let Some(team) = line.team() {
            let at = last.entry(team).or_insert(line.received);
            *at = line.received.max(*at);
        }
    }
    teams(source).into_iter().map(|team| (team, last.get(team).copied())).collect()
}

fn teams(source: &Source) -> BTreeSet<&str> {
    source.people.iter().map(|p| p.team.as_str()).filter(|t| !t.is_empty()).collect()
}

/// The teams that were to be heard from on election day and were not: the moment when they were due, in milliseconds since 1970, and
/// their codes. A team is given half an hour, and what came in the hour before counts. `None` where nobody is due, or all are heard.
#[must_use]
pub fn silent(board: &Board, source: &Source, now: i64) -> Option<(i64, Vec<String>)> {
    let day = Date::parse(&source.mission.election_day)?;
    let midnight = i64::from(day.0) * 24 * HOUR_MS - i64::from(source.mission.offset) * 60_000;
    let mut times = source.call_ins.iter().map(|minute| midnight + i64::from(*minute) * 60_000);
    let due = times.rfind(|at| at + HOUR_MS / 2 <= now && now < midnight + 30 * HOUR_MS)?;
    let heard = board.lines.iter().filter(|l| l.received >= due - HOUR_MS && l.received <= now);
    let heard: HashSet<&str> = heard.filter_map(|l| l.team()).collect();
    let silent: Vec<String> = teams(source).into_iter().filter(|t| !heard.contains(t)).map(str::to_owned).collect();
    (!silent.is_empty()).then_some((due, silent))
}
