//! Every report of this phone, and how far it got.

use super::mission::Loaded;
use super::{ObserverApp, Unlocked};
use crate::drive::lock;
use crate::error::{Error, RefusalReason};
use crate::store::{Delivery, LogConsistency, Number};
use std::sync::Arc;

/// A signed report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportView {
    /// Counted in the phone's chain from 1, together with closes and words of arrival.
    pub seq: i64,
    /// A UUID of version 7, in lower case.
    pub id: String,
    /// The hash of its envelope.
    pub hash: String,
    /// The visit's code; empty when a salvage lost it.
    pub visit: String,
    /// The checklist's id; empty when its definition is damaged.
    pub checklist: String,
    /// The draft that it was, to look at its answers.
    pub draft: i64,
    /// The number of the report that it supersedes.
    pub amends: Option<i64>,
    /// When it was signed, in milliseconds since 1970.
    pub signed: i64,
    /// How far it got.
    pub state: DeliveryState,
    /// How many of its attachments the server proved to have.
    pub attachments_delivered: usize,
    /// How many attachments it has.
    pub attachments: usize,
    /// How many of them the coordinators have.
    pub attachments_read: usize,
    /// Why one of them is not delivered: it is tried again ever later.
    pub attachment_problem: Option<RefusalReason>,
}

/// How far a report got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryState {
    /// To be sent when there is a connection.
    Waiting,
    /// On its way at this moment.
    Sending,
    /// The server does not take it, and says why.
    Stuck {
        /// Why, for a shell that has words of its own.
        why: RefusalReason,
        /// The server's words.
        reason: String,
    },
    /// The server proved that it is durably in its log. No coordinator is known to have it yet.
    Delivered {
        /// Counted from 0, as the receipt proves.
        index: u64,
        /// When the server received it, in milliseconds since 1970.
        received: i64,
    },
    /// The server proved that it has it, and a desk that read the log further did not find it there. It is sent again by itself.
    Missing,
    /// As many desks as the mission asks for signed that they have it.
    Read,
}

/// One line for the home screen: all safe, all stored, or how many are neither.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Not signed yet.
    pub drafts: usize,
    /// Signed, not delivered.
    pub waiting: usize,
    /// Refused.
    pub stuck: usize,
    /// Delivered, with a receipt that the phone verified; not known to be read.
    pub delivered: usize,
    /// Delivered, and not found by the coordinators.
    pub missing: usize,
    /// Read by the coordinators.
    pub read: usize,
    /// Attachments that the server did not prove to have.
    pub attachments_waiting: usize,
    /// Attachments that the coordinators do not have yet.
    pub attachments_unread: usize,
    /// Whether this phone's work was closed: nothing more can be signed.
    pub closed: bool,
    /// Whether the server's log is the one that this phone saw before.
    pub log: LogConsistency,
}

impl Summary {
    /// Whether the server proved to have everything that was signed, or the coordinators read it.
    #[must_use]
    pub fn all_stored(&self) -> bool {
        self.waiting == 0 && self.stuck == 0 && self.missing == 0 && self.attachments_waiting == 0
    }

    /// Whether the coordinators read everything that was signed.
    #[must_use]
    pub fn all_safe(&self) -> bool {
        self.all_stored() && self.delivered == 0 && self.attachments_unread == 0
    }
}

impl ObserverApp {
    /// Every report of this phone with its state.
    ///
    /// # Errors
    /// The store is locked or damaged.
    pub fn reports(&self) -> Result<Vec<ReportView>, Error> {
        self.with_mission(|u, loaded| self.report_views(u, loaded))
    }

    pub(super) fn report_views(&self, u: &mut Unlocked, loaded: &Arc<Loaded>) -> Result<Vec<ReportView>, Error> {
        let (deliveries, counts, read) = {
            let outbox = lock(&self.outbox)?;
            (outbox.deliveries()?, outbox.blob_counts()?, outbox.read_rows(&loaded.manifest)?)
        };
        let desks = loaded.mission.desks_to_read;
        let mut out = Vec::new();
        let reports = u.main.reports()?;
        for report in &reports {
            let fetched = read.are_fetched(report.seq, desks);
            let blobs = counts.iter().find(|c| c.0 == Number::Own(report.seq));
            let state = match deliveries.iter().find(|(seq, _)| *seq == report.seq).map(|(_, d)| d) {
                _ if read.are_read(report.seq, desks) => DeliveryState::Read,
                Some(Delivery::Delivered { index, .. }) if read.is_missing(report.seq, *index) => {
                    DeliveryState::Missing
                }
                Some(Delivery::Delivered { index, received }) => {
                    DeliveryState::Delivered { index: *index, received: *received }
                }
                Some(Delivery::Stuck(code, reason)) => {
                    DeliveryState::Stuck { why: (*code).into(), reason: reason.clone() }
                }
                _ if self.in_flight.has(Number::Own(report.seq)) => DeliveryState::Sending,
                _ => DeliveryState::Waiting,
            };
            out.push(ReportView {
                seq: report.seq,
                id: report.id.to_string(),
                hash: report.hash.to_string(),
                visit: report.visit.clone().unwrap_or_default(),
                checklist: self.checklist_id(&u.main, loaded, report.checklist)?,
                draft: report.draft,
                amends: reports.iter().find(|r| Some(r.hash) == report.amends).map(|r| r.seq),
                signed: report.signed,
                state,
                attachments_delivered: blobs.map_or(0, |b| if fetched { b.2 } else { b.1 }),
                attachments: blobs.map_or(0, |b| b.2),
                attachments_read: blobs.filter(|_| fetched).map_or(0, |b| b.2),
                attachment_problem: blobs.and_then(|b| b.3),
            });
        }
        Ok(out)
    }

    /// How safe everything is.
    ///
    /// # Errors
    /// The store is locked or damaged.
    pub fn summary(&self) -> Result<Summary, Error> {
        let mut out = Summary::default();
        for report in self.reports()? {
            out.attachments_waiting += report.attachments - report.attachments_delivered;
            out.attachments_unread += report.attachments - report.attachments_read;
            match report.state {
                DeliveryState::Waiting | DeliveryState::Sending => out.waiting += 1,
                DeliveryState::Stuck { .. } => out.stuck += 1,
                DeliveryState::Delivered { .. } => out.delivered += 1,
                DeliveryState::Missing => out.missing += 1,
                DeliveryState::Read => out.read += 1,
            }
        }
        out.log = self.with_mission(|_, loaded| lock(&self.outbox)?.consistency(&loaded.manifest))?;
        out.closed = self.with(|u| u.main.closed())?;
        out.drafts = self.with(|u| Ok(u.main.drafts()?.iter().filter(|d| d.report.is_none()).count()))?;
        Ok(out)
    }
}
