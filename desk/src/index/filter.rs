//! Which reports somebody looks at.

use crate::adjudication::status::{Status, StatusKind};
use crate::index::flags::Flag;
use crate::index::report_row::ReportRow;
use crate::tables::{FieldRole, MissionTables, Person};
use baqylau_forms::ByIdentity;
use baqylau_forms::fold::fold;
use std::collections::HashMap;
use std::sync::Arc;

/// Reports must fit everything that is set; the default takes all.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ReportFilter {
    /// Something that does not exist was asked for: nothing fits.
    pub nothing: bool,
    /// A place that holds theirs.
    pub within: Option<u32>,
    /// The checklist.
    pub checklist: Option<usize>,
    /// A status, or one of the groups of [`StatusFilter`].
    pub status: Option<StatusFilter>,
    /// The team.
    pub team: Option<String>,
    /// The hour of arrival.
    pub hour: Option<u8>,
    /// Words in visit, place, person or texts.
    pub words: String,
    /// The reports behind a number, by its position in [`MissionTables::numbers`].
    pub behind: Option<usize>,
    /// What is odd about it, or was before it was corrected.
    pub flag: Option<Flag>,
    /// What a column of the places says of theirs, as `setting` and `urban`.
    pub having: Option<(String, String)>,
    /// A choice that the desk takes out of it, by its name.
    pub used: Option<(FieldRole, Arc<str>)>,
}

baqylau_forms::redacted_debug! { ReportFilter: nothing, within, checklist, status, hour, behind, flag, used }

/// One status, or a group that the page offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusFilter {
    /// This one.
    Is(StatusKind),
    /// Any but that it counts.
    NotCounted,
    /// It could not be verified, opened or read.
    Unreadable,
    /// A question to the observer is open.
    Asked,
}

impl StatusFilter {
    /// As it stands in a URL: [`StatusKind::name`], `not_counted`, `unreadable`, or `asked`.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        match text {
            "not_counted" => Some(Self::NotCounted),
            "unreadable" => Some(Self::Unreadable),
            "asked" => Some(Self::Asked),
            name => name.parse().ok().map(Self::Is),
        }
    }
}

impl ReportFilter {
    /// Whether it takes places, with all their reports, and leaves nothing else out.
    pub(crate) fn takes_places(&self) -> bool {
        let Self { within, having, checklist, .. } = self.clone();
        *self == Self { within, having, checklist, ..Self::default() }
    }

    /// Which places fit; `None` where all do, and reports without one.
    pub(crate) fn places(&self, tables: &MissionTables) -> Option<Vec<bool>> {
        if self.within.is_none() && self.having.is_none() {
            return None;
        }
        let places = &tables.places;
        let mut fit = vec![true; places.table().places.len()];
        if let Some(place) = self.within {
            let level = places.get(place)?.level;
            (0u32..).zip(&mut fit).for_each(|(p, fit)| *fit = places.ancestor(p, level) == Some(place));
        }
        if let Some((column, value)) = &self.having {
            tables.places_with(column, value).into_iter().zip(&mut fit).for_each(|(has, fit)| *fit &= has);
        }
        Some(fit)
    }
}

/// Words that are looked for, and the places that have each in their names: ten thousand names are searched once, not for each report.
pub(crate) struct SearchWords {
    words: Vec<(String, Vec<bool>)>,
    /// Which words of each person were found: there are fewer people than reports.
    people: HashMap<ByIdentity<Person>, Vec<bool>>,
}

impl SearchWords {
    pub fn new(tables: &MissionTables, words: &str) -> Self {
        let all: Vec<u32> = (0u32..).take(tables.places.table().places.len()).collect();
        let word = |word: &str| {
            let mut named = vec![false; all.len()];
            tables.places.search(&all, word, 0, usize::MAX).into_iter().for_each(|p| named[p as usize] = true);
            (fold(word), named)
        };
        Self { words: words.split_whitespace().map(word).collect(), people: HashMap::new() }
    }

    pub fn found(&mut self, row: &ReportRow) -> bool {
        let words = &self.words;
        let of_person = row.person.as_ref().map(|person| {
            let has = |(word, _): &(String, Vec<bool>)| {
                fold(&person.code).contains(word.as_str()) || fold(&person.team).contains(word.as_str())
            };
            &*self.people.entry(ByIdentity::of(person)).or_insert_with(|| words.iter().map(has).collect())
        });
        words.iter().enumerate().all(|(at, (word, named))| {
            row.summary.place.is_some_and(|p| named.get(p as usize) == Some(&true))
                || of_person.is_some_and(|found| found[at])
                || row.summary.texts.contains(word.as_str())
        })
    }
}

/// Whether a line fits in what can be told without the tables.
pub(crate) fn fits(row: &ReportRow, filter: &ReportFilter) -> bool {
    let status = |wanted: StatusFilter| match wanted {
        StatusFilter::Asked => row.asked(),
        StatusFilter::NotCounted => row.status != Status::Counted,
        StatusFilter::Unreadable => matches!(row.status, Status::Unverifiable(_) | Status::Misfit(_)),
        StatusFilter::Is(kind) => row.status.kind() == kind,
    };
    !filter.nothing
        && filter.checklist.is_none_or(|c| row.summary.checklist == Some(c))
        && filter.status.is_none_or(status)
        && filter.team.as_ref().is_none_or(|t| row.team() == Some(t))
        && filter.hour.is_none_or(|h| row.summary.hour == Some(h))
        && filter.flag.is_none_or(|flag| row.flags.has(flag) || row.settled.has(flag))
}
