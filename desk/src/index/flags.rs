//! What is odd about a report. A flag decides nothing: a coordinator looks, and asks or decides.

use crate::adjudication::status::Status;
use crate::index::report_row::ReportRow;
use crate::index::report_table::ReportTable;
use crate::tables::MissionTables;
use baqylau_forms::distance::metres;
use baqylau_forms::value::Point;
use baqylau_forms::zone::MINUTE_MS;
use std::collections::HashMap;

/// Something odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// Filled in faster than the questions can be read.
    Speed,
    /// The team cannot have travelled as fast as from the report before.
    Travel,
    /// The phone was far from the place, or its position was set by a program.
    Position,
    /// The phone's clock cannot be right: it signed before it was begun, or after the server had it.
    Clock,
    /// Another team reported of the same place, with the same checklist, at the same time.
    Double,
    /// A check of `reconcile.csv` fails.
    Arithmetic,
    /// Desks disagree.
    Disputed,
}

impl Flag {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Speed, Self::Travel, Self::Position, Self::Clock, Self::Double, Self::Arithmetic, Self::Disputed];

    /// As addresses of the page write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Speed => "speed",
            Self::Travel => "travel",
            Self::Position => "position",
            Self::Clock => "clock",
            Self::Double => "double",
            Self::Arithmetic => "arithmetic",
            Self::Disputed => "disputed",
        }
    }

    /// The flag of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.name() == name)
    }
}

/// The flags of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// Whether one is among them.
    #[must_use]
    pub fn has(self, flag: Flag) -> bool {
        self.0 & (1 << flag as u8) != 0
    }

    /// Those that are set.
    pub fn iter(self) -> impl Iterator<Item = Flag> {
        Flag::ALL.into_iter().filter(move |f| self.has(*f))
    }

    fn set(&mut self, flag: Flag) {
        self.0 |= 1 << flag as u8;
    }
}

/// Below this, nobody read the question.
const MS_AN_ANSWER: i64 = 1_000;
/// Faster than a car on a good road.
const METRES_A_SECOND: f64 = 50.0;
/// What positions of places and phones may be off together.
const METRES_OFF: f64 = 10_000.0;
/// What clocks may be off.
const CLOCK_MS: i64 = 10 * MINUTE_MS;
/// Two teams within this are there together.
const TOGETHER_MS: i64 = 45 * MINUTE_MS;

/// Sets the flags of every report of a board.
pub(crate) fn mark(tables: &MissionTables, reports: &mut ReportTable) {
    let checks: Vec<usize> = tables.reconciled.iter().filter(|r| r.is_check()).map(|r| r.number).collect();
    let look = |row| (alone(tables, reports, row, &checks), settled(tables, reports, row, &checks));
    let odd: Vec<(Flags, Flags)> = reports.rows.iter().map(look).collect();
    reports.rows.iter_mut().zip(odd).for_each(|(line, odd)| (line.flags, line.settled) = odd);
    travel(tables, reports);
    double(reports);
}

fn alone(tables: &MissionTables, reports: &ReportTable, row: &ReportRow, checks: &[usize]) -> Flags {
    let mut flags = Flags::default();
    if let (Some(signed), Some(started)) = (row.summary.meta.signed, row.summary.started) {
        // How fast it was filled in, no desk can correct.
        let answered = i64::try_from(row.first.answered).unwrap_or(i64::MAX);
        if row.summary.by_phone && row.summary.meta.supersedes.is_none() && signed - started < answered * MS_AN_ANSWER {
            flags.set(Flag::Speed);
        }
        if signed < started || signed > row.summary.meta.received + CLOCK_MS {
            flags.set(Flag::Clock);
        }
    }
    if let Some(position) = row.summary.position {
        let there = row.summary.place.and_then(|p| tables.coordinates(p));
        if position.mock || there.is_some_and(|there| metres(Point::from(position).degrees(), there) > METRES_OFF) {
            flags.set(Flag::Position);
        }
    }
    let fails = |number: &usize| reports.contribution(tables, row, *number).is_some_and(|g| g.count > 0);
    if checks.iter().any(fails) {
        flags.set(Flag::Arithmetic);
    }
    if row.disputed() {
        flags.set(Flag::Disputed);
    }
    flags
}

/// What was odd about the numbers that were sent, and is not any more: a correction takes no flag away without a word.
fn settled(tables: &MissionTables, reports: &ReportTable, row: &ReportRow, checks: &[usize]) -> Flags {
    let mut flags = Flags::default();
    let failed = |number: &usize| reports.first_contribution(tables, row, *number).is_some_and(|g| g.count > 0);
    let fails = |number: &usize| reports.contribution(tables, row, *number).is_some_and(|g| g.count > 0);
    if checks.iter().any(failed) && !checks.iter().any(fails) {
        flags.set(Flag::Arithmetic);
    }
    flags
}

/// What counts stands where its team was and when: an amendment for the report that it supersedes.
fn counts(row: &ReportRow) -> bool {
    row.status == Status::Counted
}

/// The report that an amendment speaks for, or the report itself: whoever signed the amendment was not there by that.
fn origin<'r>(reports: &'r ReportTable, row: &'r ReportRow) -> &'r ReportRow {
    let before = |row: &&'r ReportRow| reports.row(row.summary.meta.supersedes?);
    std::iter::successors(Some(row), before).last().unwrap_or(row)
}

/// From the departure of each visit of a device to the arrival at its next.
fn travel(tables: &MissionTables, reports: &mut ReportTable) {
    let mut of_device: HashMap<_, Vec<usize>> = HashMap::new();
    for (at, line) in reports.rows.iter().enumerate().filter(|(_, l)| counts(l) && l.summary.arrived.is_some()) {
        of_device.entry(origin(reports, line).summary.meta.device).or_default().push(at);
    }
    for mut way in of_device.into_values() {
        way.sort_by_key(|at| reports.rows[*at].summary.arrived);
        for pair in way.windows(2) {
            let (from, to) = (&reports.rows[pair[0]], &reports.rows[pair[1]]);
            let at = |l: &ReportRow| l.summary.place.and_then(|p| tables.coordinates(p));
            let left = from.summary.departed.or(from.summary.arrived).unwrap_or_default();
            let seconds = (to.summary.arrived.unwrap_or_default() - left).max(0) / 1_000;
            let far = at(from).zip(at(to)).map_or(0.0, |(a, b)| metres(a, b));
            if from.summary.place != to.summary.place
                && far > METRES_OFF
                && far > METRES_A_SECOND * baqylau_forms::num::float(seconds)
            {
                reports.rows[pair[1]].flags.set(Flag::Travel);
            }
        }
    }
}

/// Two teams at one place at the same time: the design lets both count, so somebody should know.
fn double(reports: &mut ReportTable) {
    let mut of_place: HashMap<_, Vec<usize>> = HashMap::new();
    for (at, line) in reports
        .rows
        .iter()
        .enumerate()
        .filter(|(_, l)| counts(l) && l.summary.meta.form.as_ref().is_some_and(|f| f.definition().once))
    {
        if let (Some(place), Some(checklist)) = (line.summary.place, line.summary.checklist) {
            of_place.entry((place, checklist)).or_default().push(at);
        }
    }
    for mut there in of_place.into_values().filter(|there| there.len() > 1) {
        there.sort_by_key(|at| reports.rows[*at].summary.arrived);
        for pair in there.windows(2) {
            let (a, b) = (&reports.rows[pair[0]], &reports.rows[pair[1]]);
            let near = a.summary.arrived.zip(b.summary.arrived).is_some_and(|(a, b)| b - a < TOGETHER_MS);
            if near && origin(reports, a).reporter() != origin(reports, b).reporter() {
                pair.iter().for_each(|at| reports.rows[*at].flags.set(Flag::Double));
            }
        }
    }
}
