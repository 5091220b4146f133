//! What a desk says that it read, and what a phone makes of it. The rows are made and asked by the code that is shipped; what
//! `core/observer/src/store/read.rs` asks its database is written again here.

use crate::bug::PlantedBug;
use crate::manifest::ModelledManifest;
use crate::object::{ModelledObject, report_hash};
use baqylau_protocol::notice::{OpenedNumber, ReadRow};
use std::collections::HashSet;

/// A signed notice. A desk counts its own in the place of a time.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ModelledNotice {
    /// From 1.
    pub at: u8,
    /// Of the log that was read.
    pub epoch: u8,
    /// Leaves of that log.
    pub size: usize,
    /// The reports that were opened, as phone and number, ascending.
    pub opened: Vec<(u8, u8)>,
}

impl ModelledNotice {
    /// As `ReadNotice::place`.
    pub fn place(&self) -> (u8, usize, u8) {
        (self.epoch, self.size, self.at)
    }

    fn row(&self, phone: u8) -> ReadRow {
        let of_phone = self.opened.iter().filter(|(of, _)| *of == phone);
        let number = |seq: u8| OpenedNumber {
            seq: seq.into(),
            hash: report_hash(phone, seq),
            prev: report_hash(phone, seq.saturating_sub(1)),
        };
        let opened: Vec<OpenedNumber> = of_phone.map(|(_, seq)| number(*seq)).collect();
        ReadRow::of(report_hash(phone, 0), &opened, &HashSet::new())
    }

    fn lacks(&self, phone: u8, seq: u8) -> bool {
        self.row(phone).lacks(seq.into())
    }

    fn covers(&self, phone: u8, seq: u8) -> bool {
        self.row(phone).covers(seq.into())
    }
}

/// The notices of both desks, as somebody has them.
pub(crate) type DeskNotices = [Option<ModelledNotice>; 2];

/// The reports that a log has, ascending.
pub(crate) fn reports(log: &[ModelledObject]) -> Vec<(u8, u8)> {
    let report = |object: &ModelledObject| match object {
        ModelledObject::Report(phone, seq) => Some((*phone, *seq)),
        ModelledObject::Enrolment(_) | ModelledObject::Decision(_) => None,
    };
    let mut reports: Vec<(u8, u8)> = log.iter().filter_map(report).collect();
    reports.sort_unstable();
    reports.dedup();
    reports
}

/// What a phone kept of the desks' notices.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct KeptRows {
    /// The last of each desk.
    pub notices: DeskNotices,
    /// The place of the latest that it was ever shown of each desk. Nobody keeps that; the properties need it.
    pub latest: [(u8, usize, u8); 2],
}

/// By what a phone judges its rows.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    /// Its own number, from 0.
    pub phone: u8,
    pub manifest: &'a ModelledManifest,
    /// So many desks have to have a report before it is read.
    pub desks_to_read: u8,
    pub bug: Option<PlantedBug>,
}

impl KeptRows {
    /// Keeps what is later than what is here, of desks that are listed; gives whether anything was.
    pub fn keep(&mut self, offered: &DeskNotices, by: Reading<'_>) -> bool {
        let mut kept = false;
        for (desk, notice) in (0..).zip(offered) {
            let Some(notice) = notice.as_ref().filter(|_| by.hears(desk)) else { continue };
            let place = usize::from(desk);
            self.latest[place] = self.latest[place].max(notice.place());
            let later = self.notices[place].as_ref().is_none_or(|known| known.place() < notice.place());
            let differs = self.notices[place].as_ref() != Some(notice);
            if later || (differs && by.bug == Some(PlantedBug::OlderNoticeReplaces)) {
                self.notices[place] = Some(notice.clone());
                kept = true;
            }
        }
        kept
    }

    fn heard<'k>(&'k self, by: Reading<'k>) -> impl Iterator<Item = &'k ModelledNotice> {
        let notices = (0..).zip(&self.notices).filter(move |(desk, _)| by.hears(*desk));
        notices.filter_map(|(_, notice)| notice.as_ref())
    }

    /// As `ReadRows::are_read`.
    pub fn are_read(&self, seq: u8, by: Reading<'_>) -> bool {
        let desks = if by.bug == Some(PlantedBug::OneDeskIsEnough) { 1 } else { by.desks_to_read };
        desks > 0 && self.heard(by).filter(|notice| notice.covers(by.phone, seq)).count() >= desks.into()
    }

    /// As `ReadRows::is_missing`.
    pub fn is_missing(&self, seq: u8, place: usize, by: Reading<'_>) -> bool {
        let beyond = |notice: &ModelledNotice| {
            let epoch = notice.epoch == by.manifest.key() || by.bug == Some(PlantedBug::NoticeOutlivesItsLog);
            epoch && (place < notice.size || by.bug == Some(PlantedBug::UnreadIsMissing))
        };
        let lacks = |notice: &ModelledNotice| beyond(notice) && notice.lacks(by.phone, seq);
        self.heard(by).all(|notice| !notice.covers(by.phone, seq)) && self.heard(by).any(lacks)
    }
}

impl Reading<'_> {
    fn hears(&self, desk: u8) -> bool {
        self.manifest.is_current_desk(desk) || self.bug == Some(PlantedBug::EndedDeskReads)
    }
}
