//! Who was expected to report what, and who was not heard from.

use crate::adjudication::status::Status;
use crate::index::report_table::ReportTable;
use crate::tables::MissionTables;
use baqylau_forms::value::Date;
use baqylau_forms::zone::{HOUR_MS, MINUTE_MS};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Reports that were expected, and which of them came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExpectedProgress {
    /// Expected in all.
    pub expected: usize,
    /// Expected by now.
    pub due: usize,
    /// Expected, and came: a report is that of one expectation.
    pub received: usize,
    /// Expected by now, and did not come.
    pub lacking: usize,
}

/// Expected and received, by what tells them apart.
#[derive(Debug, Default)]
pub struct ExpectedReports {
    /// By team.
    pub teams: BTreeMap<String, ExpectedProgress>,
    /// By the place that holds theirs; `None` without one.
    pub regions: BTreeMap<Option<u32>, ExpectedProgress>,
    /// By the hour of the election day, where the mission has its seat.
    pub hours: BTreeMap<u8, ExpectedProgress>,
    /// In all.
    pub all: ExpectedProgress,
}

/// What the deployment expects of a moment, and what of it came: a team's report with the checklist, first that from the place itself, then
/// any other that is left over. So every table lacks the same.
#[must_use]
pub fn expected(reports: &ReportTable, tables: &MissionTables, now: i64) -> ExpectedReports {
    let mut out = ExpectedReports::default();
    let region = |place: Option<u32>| place.and_then(|p| tables.places.ancestor(p, reports.level));
    let day = Date::parse(&tables.mission.election_day).map_or(0, |d| i64::from(d.0) * 24 * HOUR_MS);
    let local = |ms: i64| ms + i64::from(tables.mission.zone.at(ms)) * MINUTE_MS;
    let hour = |ms: i64| u8::try_from((local(ms) - day).div_euclid(HOUR_MS)).ok().filter(|h| *h < 24);
    let met = met(reports, tables);
    for (due, met) in tables.deployment.iter().zip(met) {
        out.each(&due.team, region(due.place), hour(due.at), |p| {
            p.expected += 1;
            p.due += usize::from(due.at <= now);
            p.received += usize::from(met);
            p.lacking += usize::from(due.at <= now && !met);
        });
    }
    out
}

/// By the position of each expectation: whether a report was matched to it. Each report is matched once.
fn met(reports: &ReportTable, tables: &MissionTables) -> Vec<bool> {
    let came = |status: &Status| {
        !matches!(status, Status::Duplicate | Status::Competing | Status::Test | Status::Unverifiable(_))
    };
    let mut left: HashMap<(&str, usize), Vec<Option<u32>>> = HashMap::new();
    for line in reports.rows.iter().filter(|l| l.summary.meta.supersedes.is_none() && came(&l.status)) {
        if let (Some(team), Some(checklist)) = (line.team(), line.summary.checklist) {
            left.entry((team, checklist)).or_default().push(line.summary.place);
        }
    }
    let mut met = vec![false; tables.deployment.len()];
    for exactly in [true, false] {
        for (due, met) in tables.deployment.iter().zip(&mut met).filter(|(_, met)| !**met) {
            let Some(places) = left.get_mut(&(due.team.as_str(), due.checklist)) else { continue };
            let fits = |place: &Option<u32>| !exactly || (place.is_some() && *place == due.place);
            if let Some(at) = places.iter().position(fits) {
                places.swap_remove(at);
                *met = true;
            }
        }
    }
    met
}

impl ExpectedReports {
    fn each(
        &mut self,
        team: &str,
        region: Option<u32>,
        hour: Option<u8>,
        mut count: impl FnMut(&mut ExpectedProgress),
    ) {
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
pub fn last_heard<'s>(reports: &'s ReportTable, tables: &'s MissionTables) -> BTreeMap<&'s str, Option<i64>> {
    let mut last: HashMap<&str, i64> = HashMap::new();
    for line in &reports.rows {
        if let Some(team) = line.team() {
            let at = last.entry(team).or_insert(line.summary.meta.received);
            *at = line.summary.meta.received.max(*at);
        }
    }
    teams(tables).into_iter().map(|team| (team, last.get(team).copied())).collect()
}

fn teams(tables: &MissionTables) -> BTreeSet<&str> {
    tables.people.iter().map(|p| p.team.as_str()).collect()
}

/// The teams that were to be heard from on election day and were not: the moment when they were due, in milliseconds since 1970, and
/// their codes. A team is given half an hour, and what came in the hour before counts. `None` where nobody is due, or all are heard.
#[must_use]
pub fn silent_teams(reports: &ReportTable, tables: &MissionTables, now: i64) -> Option<(i64, Vec<String>)> {
    let day = Date::parse(&tables.mission.election_day)?;
    let midnight = tables.mission.zone.midnight(day);
    let mut times = tables.call_ins.iter().map(|minute| tables.mission.zone.of_day(day, *minute));
    let due = times.rfind(|at| at + HOUR_MS / 2 <= now && now < midnight + 30 * HOUR_MS)?;
    let heard =
        reports.rows.iter().filter(|l| l.summary.meta.received >= due - HOUR_MS && l.summary.meta.received <= now);
    let heard: HashSet<&str> = heard.filter_map(|l| l.team()).collect();
    let silent: Vec<String> = teams(tables).into_iter().filter(|t| !heard.contains(t)).map(str::to_owned).collect();
    (!silent.is_empty()).then_some((due, silent))
}
