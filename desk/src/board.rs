//! A compact look at everything for pages: a line a report, and what it gives to each figure. The figures of any part of the reports
//! are sums over lines, so that a page, a region and the statement cannot contradict each other.

use crate::error::DeskError;
use crate::folder::Desk;
use crate::source::Source;
use crate::status::{Answers, Known, Status};
use baqylau_findings::sample::Estimate;
use baqylau_findings::{Computed, Given, Observation, Seen, Unit, give, total};
use baqylau_forms::definition::Kind;
use baqylau_forms::places::fold;
use baqylau_forms::value::Answer;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_report::Correction;
use baqylau_report::report::ALARM;
use baqylau_report::review::State;
use std::collections::{BTreeMap, HashMap};

const HOUR_MS: i64 = 3_600_000;

/// A report in a line.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its place in the log.
    pub index: u64,
    /// Its envelope.
    pub hash: Hash,
    /// The phone, and the number in its chain.
    pub device: DeviceId,
    /// The number in the phone's chain.
    pub seq: u64,
    /// When the server received it, in milliseconds since 1970.
    pub received: i64,
    /// When the phone signed it.
    pub signed: Option<i64>,
    /// Whether it counts, and if not, why.
    pub status: Status,
    /// The checklist, as a position in [`Source::checklists`].
    pub checklist: Option<usize>,
    /// The visit's code.
    pub visit: String,
    /// The place, as a position in [`Source::places`].
    pub place: Option<u32>,
    /// The place in words where it is in no list.
    pub unlisted: Option<String>,
    /// The hour of the day of arrival, where the mission has its seat.
    pub hour: Option<u8>,
    /// The person's code and team.
    pub person: Option<(String, String)>,
    /// What it supersedes.
    pub supersedes: Option<Hash>,
    /// What desks decided last.
    pub review: Option<(State, String)>,
    /// What desks corrected, in the order of the log, and whether it fits.
    pub corrections: Vec<(Correction, bool)>,
    /// Whether its checklist goes first.
    pub urgent: bool,
    /// Whether it is a call for help.
    pub alarm: bool,
    /// How many attachments it names.
    pub attachments: usize,
    words: String,
    given: Vec<(usize, Given)>,
}

/// Which reports are looked at. Everything that is set must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// A place that holds theirs.
    pub within: Option<u32>,
    /// The checklist.
    pub checklist: Option<usize>,
    /// [`Status::name`], or `not_counted`.
    pub status: Option<String>,
    /// The team.
    pub team: Option<String>,
    /// The hour of arrival.
    pub hour: Option<u8>,
    /// Words in visit, place, person or texts.
    pub words: String,
    /// The reports behind a figure, by its position.
    pub behind: Option<usize>,
}

/// Everything that was pulled, in lines.
pub struct Board {
    /// In the order of the log.
    pub lines: Vec<Line>,
    /// Confirmed devices of people of the register.
    pub people: usize,
    /// The level of places by which the mission is told apart.
    pub level: u16,
}

impl Line {
    /// Whether it is urgent and no desk has signed yet that somebody sees to it.
    #[must_use]
    pub fn unattended(&self) -> bool {
        let taken_over = matches!(self.status, Status::Superseded | Status::Duplicate | Status::Test);
        self.urgent && self.review.is_none() && !taken_over
    }
}

impl Board {
    /// Looks once at everything that was received up to a moment, in milliseconds since 1970; at all, when there is none.
    ///
    /// # Errors
    /// The database fails.
    pub fn new(desk: &Desk, source: &Source, answers: Answers, as_of: Option<i64>) -> Result<Self, DeskError> {
        let picture = desk.picture(as_of, answers)?;
        let lines: Vec<Line> = picture.reports.iter().map(|known| line(known, source)).collect();
        let level = level(source, &lines);
        Ok(Self { lines, people: picture.people, level })
    }

    /// How many reports count, and which: the SHA-256 of their envelopes' hashes in order. Who has the same has the same figures.
    #[must_use]
    pub fn counted(&self) -> (usize, Hash) {
        let lines = self.lines.iter().filter(|l| l.status == Status::Counted);
        let mut hashes: Vec<Hash> = lines.map(|l| l.hash).collect();
        hashes.sort_unstable();
        (hashes.len(), Hash::of(&hashes.iter().flat_map(|h| h.0).collect::<Vec<u8>>()))
    }

    /// The lines that fit, in the order of the log.
    pub fn select<'b>(&'b self, source: &'b Source, filter: &'b Filter) -> impl Iterator<Item = &'b Line> {
        let words: Vec<String> = filter.words.split_whitespace().map(fold).collect();
        self.lines.iter().filter(move |line| fits(line, source, filter, &words))
    }

    /// Every figure over the counted reports that fit.
    #[must_use]
    pub fn figures(&self, source: &Source, filter: &Filter) -> Vec<Computed> {
        let lines: Vec<&Line> = self.select(source, filter).collect();
        (0..source.figures.len()).map(|at| self.total(source, at, &lines)).collect()
    }

    /// One figure over the counted reports among some lines.
    #[must_use]
    pub fn total(&self, source: &Source, figure: usize, lines: &[&Line]) -> Computed {
        let counted = lines.iter().filter(|l| l.status == Status::Counted);
        let seen = counted.filter_map(|line| {
            let (_, given) = line.given.iter().find(|(at, _)| *at == figure)?;
            Some(Seen { index: line.index, place: line.place, given })
        });
        total(&source.figures[figure], seen, self.people)
    }

    /// One figure for all places of the mission's sample; `None` without one, or where the figure is no share of observations.
    #[must_use]
    pub fn estimate(&self, source: &Source, figure: usize) -> Option<Estimate> {
        let sample = source.sample.as_ref()?;
        if source.figures[figure].figure.unit != Unit::Percent {
            return None;
        }
        // The latest of each place, as figures that count by place have it.
        let mut seen: HashMap<u32, f64> = HashMap::new();
        for line in self.lines.iter().filter(|l| l.status == Status::Counted) {
            let given = line.given.iter().find(|(at, _)| *at == figure).map(|(_, given)| given);
            if let (Some(place), Some(given)) = (line.place, given.filter(|g| g.base > 0)) {
                seen.insert(place, f64::from(given.count) / f64::from(given.base));
            }
        }
        sample.estimate(&|place| seen.get(&place).copied())
    }

    /// Lines by the place of [`Board::level`] that holds theirs, in the order of places; those without one last.
    #[must_use]
    pub fn by_region<'b>(&self, source: &Source, lines: &[&'b Line]) -> Vec<(Option<u32>, Vec<&'b Line>)> {
        let mut regions: BTreeMap<u32, Vec<&Line>> = BTreeMap::new();
        let mut rest = Vec::new();
        for line in lines {
            match line.place.and_then(|place| source.places.ancestor(place, self.level)) {
                Some(region) => regions.entry(region).or_default().push(*line),
                None => rest.push(*line),
            }
        }
        let mut out: Vec<_> = regions.into_iter().map(|(region, lines)| (Some(region), lines)).collect();
        if !rest.is_empty() {
            out.push((None, rest));
        }
        out
    }
}

fn line(known: &Known, source: &Source) -> Line {
    let report = known.report.as_ref();
    let checklist = known.filling.as_ref().map(|f| f.form().definition().id.clone());
    let place = report.and_then(|r| r.visit.place.as_deref()).and_then(|code| source.places.find(code));
    let arrived = report.and_then(|r| r.visit.arrived);
    let local = arrived.map(|at| at.ms + i64::from(source.mission.offset) * 60_000);
    Line {
        index: known.envelope.index,
        hash: known.envelope.hash,
        device: known.envelope.device,
        seq: known.envelope.seq,
        received: known.envelope.received,
        signed: report.map(|r| r.clock.wall.ms),
        status: known.status.clone(),
        checklist: checklist.and_then(|id| source.checklists.iter().position(|c| c.id == id)),
        visit: report.map(|r| r.visit.code.clone()).unwrap_or_default(),
        place,
        unlisted: report.and_then(|r| r.visit.unlisted.clone()),
        hour: local.and_then(|ms| u8::try_from(ms.rem_euclid(24 * HOUR_MS) / HOUR_MS).ok()),
        person: known.person.as_ref().map(|p| (p.code.clone(), p.team.clone())),
        supersedes: report.and_then(|r| r.supersedes),
        review: known.reviews.last().map(|r| (r.state, r.reason.clone())),
        corrections: known.corrections.clone(),
        urgent: known.filling.as_ref().is_some_and(|f| f.form().definition().urgent),
        alarm: report.is_some_and(|r| r.incomplete.as_deref() == Some(ALARM)),
        attachments: report.and_then(|r| r.attachments.as_ref()).map_or(0, Vec::len),
        words: words(known, place, source),
        given: given(known, source),
    }
}

/// What a search looks into: visit, person, place, and every text that somebody typed.
fn words(known: &Known, place: Option<u32>, source: &Source) -> String {
    let mut all = String::new();
    let mut add = |text: &str| {
        all.push_str(&fold(text));
        all.push('\n');
    };
    if let Some(report) = &known.report {
        add(&report.visit.code);
        report.visit.unlisted.iter().for_each(|text| add(text));
    }
    known.person.iter().for_each(|p| add(&format!("{} {}", p.code, p.team)));
    (0..source.mission.languages.len()).for_each(|l| place.iter().for_each(|p| add(&source.places.label(*p, l))));
    if let Some(filling) = &known.filling {
        let items = &filling.form().definition().items;
        let typed = |key: &baqylau_forms::fill::Key| matches!(items[key.node as usize].kind, Kind::Text);
        for key in filling.shown_keys().iter().filter(|k| typed(k)) {
            if let Some(Answer::Text(text)) = filling.answer(*key) {
                add(text);
            }
        }
    }
    all
}

fn given(known: &Known, source: &Source) -> Vec<(usize, Given)> {
    let Some(filling) = known.filling.clone().filter(|_| known.status == Status::Counted) else { return Vec::new() };
    let observation = Observation {
        index: known.envelope.index,
        checklist: filling.form().definition().id.clone(),
        place: filling.facts().place,
        filling,
    };
    let one = |(at, figure)| Some((at, give(figure, &observation)?));
    source.figures.iter().enumerate().filter_map(one).collect()
}

/// The first level at which the reports are at more than two places: countries where stations abroad are the mission, regions of one.
fn level(source: &Source, lines: &[Line]) -> u16 {
    let spread = |level: u16| {
        let mut count: BTreeMap<u32, usize> = BTreeMap::new();
        let at = lines.iter().filter_map(|l| source.places.ancestor(l.place?, level));
        at.for_each(|place| *count.entry(place).or_default() += 1);
        // One place with nearly everything tells nothing apart.
        let all: usize = count.values().sum();
        count.len() > 2 && count.values().max().is_some_and(|most| most * 10 < all * 9)
    };
    let levels = u16::try_from(source.places.table().levels.len()).unwrap_or(1);
    (0..levels).find(|level| spread(*level)).unwrap_or(0)
}

fn fits(line: &Line, source: &Source, filter: &Filter, words: &[String]) -> bool {
    let within = |place: u32| {
        let level = source.places.get(place).map(|p| p.level);
        level.is_some_and(|level| line.place.and_then(|p| source.places.ancestor(p, level)) == Some(place))
    };
    let status = |name: &String| match name.as_str() {
        "not_counted" => line.status != Status::Counted,
        name => line.status.name() == name,
    };
    filter.within.is_none_or(within)
        && filter.checklist.is_none_or(|c| line.checklist == Some(c))
        && filter.status.as_ref().is_none_or(status)
        && filter.team.as_ref().is_none_or(|t| line.person.as_ref().is_some_and(|p| p.1 == *t))
        && filter.hour.is_none_or(|h| line.hour == Some(h))
        && filter.behind.is_none_or(|f| line.given.iter().any(|(at, given)| *at == f && given.behind))
        && words.iter().all(|word| line.words.contains(word.as_str()))
}
