//! What a pull did and left undone.

use crate::error::ReasonClass;
use baqylau_desk::log::attachments::FetchedAttachments;
use baqylau_desk::log::pull::PullOutcome;
use baqylau_desk::log::undone::Undone;
use baqylau_desk::log::witnessed::Witnessing;

/// Counts of one pull, and what it left undone.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Pulled {
    /// New objects of the log.
    pub objects: u64,
    /// New devices.
    pub devices: u64,
    /// Envelopes that were opened.
    pub opened: u64,
    /// Envelopes that could not be verified or opened.
    pub refused: u64,
    /// Attachments that came.
    pub attachments: u64,
    /// Records of this desk that the server refused: kept, and sent again by the next pull.
    pub unsent: Vec<UnsentInfo>,
    /// Attachments that could not be fetched.
    pub failed: Vec<FailedInfo>,
    /// Attachments that the server does not have, or not whole.
    pub lacking: Vec<LackingInfo>,
    /// Objects that are damaged at the server and not here.
    pub damaged: Vec<DamagedInfo>,
    /// Phones that two desks revoked at different places.
    pub disputes: Vec<DisputeInfo>,
    /// English words for why phones are not told what was read, and what to do.
    pub untold: Option<String>,
    /// Why the server was lost when everything was stored; the rest is left to the next pull.
    pub cut_short: Option<CutShortInfo>,
    /// Of a few entries at random places, those that the server hands out otherwise than when they were pulled.
    pub changed: Vec<ChangedInfo>,
    /// Reports whose phones say that they had seen another log.
    pub suspicions: Vec<SuspicionInfo>,
    /// Phones that sent more reports than are evaluated.
    pub beyond: Vec<BeyondInfo>,
    /// The bundle, where another one was promised by now.
    pub overdue: Option<OverdueInfo>,
    /// How far enough witnesses cosigned the log; left out where the mission asks for none, or it is unwitnessed.
    pub witnessed: Option<WitnessedInfo>,
    /// Why the log does not count as witnessed, where the mission asks for it.
    pub unwitnessed: Option<UnwitnessedInfo>,
}

/// Why the server was lost when everything was stored.
#[derive(Debug, Clone, uniffi::Record)]
pub struct CutShortInfo {
    /// The stable code of the error.
    pub code: String,
    /// Decides whether pulling again is of use.
    pub helps: ReasonClass,
    /// English words for a person: what happened, and what to do.
    pub reason: String,
}

/// A head that enough witnesses cosigned and that the log here leads to.
#[derive(Debug, Clone, uniffi::Record)]
pub struct WitnessedInfo {
    /// How many objects of the log here it covers.
    pub size: u64,
    /// How many are here.
    pub here: u64,
    /// The names of the witnesses.
    pub by: Vec<String>,
}

/// Why the log does not count as witnessed.
#[derive(Debug, Clone, uniffi::Record)]
pub struct UnwitnessedInfo {
    /// Why, as a stable code.
    pub code: String,
    /// English words for a person: what happened, and what to do.
    pub reason: String,
}

/// A bundle that was promised to be renewed by now.
#[derive(Debug, Clone, uniffi::Record)]
pub struct OverdueInfo {
    /// Of its manifest.
    pub version: u64,
    /// When another one was promised by, in milliseconds since 1970.
    pub renew_by_ms: i64,
    /// English words for a person: what happened, and what to do.
    pub reason: String,
}

/// A record of this desk that the server refused.
#[derive(Debug, Clone, uniffi::Record)]
pub struct UnsentInfo {
    /// Counted from 1 in the chain of this desk.
    pub seq: u64,
    /// Why, as a stable code.
    pub code: String,
    /// Why, and what to do.
    pub reason: String,
}

/// An attachment that could not be fetched. The others came.
#[derive(Debug, Clone, uniffi::Record)]
pub struct FailedInfo {
    /// The hash of the file.
    pub attachment: String,
    /// The hash of the report's envelope.
    pub report: String,
    /// Why, as a stable code of `docs/errors.md`.
    pub code: String,
    /// Whether time, a person, or nothing helps.
    pub helps: ReasonClass,
    /// Why, and what to do.
    pub reason: String,
}

/// An attachment that the server does not have: its phone did not send it yet, or the server lost it.
#[derive(Debug, Clone, uniffi::Record)]
pub struct LackingInfo {
    /// The hash of the file.
    pub attachment: String,
    /// The hash of the report's envelope.
    pub report: String,
    /// The device that signed the report.
    pub device: Option<String>,
    /// Counted from 1 in the chain of the device.
    pub seq: Option<u64>,
    /// English words for a person: what happened, and what to do.
    pub reason: String,
}

/// An object that is damaged at the server and not here.
#[derive(Debug, Clone, uniffi::Record)]
pub struct DamagedInfo {
    /// Counted from 0.
    pub index: u64,
    /// The hash of the object.
    pub hash: String,
    /// When the server received it, in milliseconds since 1970.
    pub received_ms: i64,
    /// Which device sent it, by the server's word.
    pub device: String,
    /// Its number in the device's chain, 0 for an enrolment; by the server's word.
    pub seq: u64,
    /// Whether that device is a desk, as far as its enrolment is here.
    pub desk: bool,
    /// English words for a person: what happened, and what to do.
    pub reason: String,
}

/// A phone that two desks revoked at different places.
#[derive(Debug, Clone, uniffi::Record)]
pub struct DisputeInfo {
    /// The phone's id, hexadecimal.
    pub device: String,
    /// The last number that counts meanwhile, the smaller of both.
    pub kept: u64,
    /// The other desk's.
    pub other: u64,
    /// English words for a person: what happened, and what to do.
    pub reason: String,
}

/// An entry of the log that the server hands out otherwise than when it was pulled.
#[derive(Debug, Clone, uniffi::Record)]
pub struct ChangedInfo {
    /// Counted from 0.
    pub index: u64,
    /// The hash of the object that was pulled.
    pub hash: String,
    /// How it differs, as a stable code.
    pub code: String,
    /// English words for a person: what happened, and what to do.
    pub reason: String,
}

/// A report whose phone says that it had seen another log: its word alone.
#[derive(Debug, Clone, uniffi::Record)]
pub struct SuspicionInfo {
    /// The hash of the report's envelope.
    pub report: String,
    /// The device that signed the report.
    pub device: String,
    /// Counted from 1 in the chain of the device.
    pub seq: u64,
    /// What somebody may have done, as a stable code.
    pub code: String,
    /// English words for a person: what happened, and what to do.
    pub reason: String,
}

/// A phone that sent more reports than are evaluated.
#[derive(Debug, Clone, uniffi::Record)]
pub struct BeyondInfo {
    /// The phone's id, hexadecimal.
    pub device: String,
    /// How many are kept and not evaluated.
    pub reports: u64,
    /// English words for a person: what happened, and what to do.
    pub reason: String,
}

impl WitnessedInfo {
    fn of(witnessing: &Witnessing) -> Option<Self> {
        match witnessing {
            Witnessing::Witnessed(head) => Some(Self { size: head.size, here: head.here, by: head.by.clone() }),
            Witnessing::Lacking(_) => None,
        }
    }
}

impl Pulled {
    pub(crate) fn new(pulled: &PullOutcome, fetched: &FetchedAttachments) -> Self {
        let mut told = Self {
            objects: pulled.objects as u64,
            devices: pulled.devices as u64,
            opened: pulled.opened as u64,
            refused: pulled.refused as u64,
            attachments: fetched.came as u64,
            unsent: Vec::new(),
            failed: Vec::new(),
            lacking: Vec::new(),
            damaged: Vec::new(),
            disputes: Vec::new(),
            untold: None,
            cut_short: None,
            changed: Vec::new(),
            suspicions: Vec::new(),
            beyond: Vec::new(),
            overdue: None,
            witnessed: pulled.witnessed.as_ref().and_then(WitnessedInfo::of),
            unwitnessed: None,
        };
        pulled.undone().into_iter().chain(fetched.undone()).for_each(|undone| told.add(&undone));
        told
    }

    /// Puts something that was left undone with its like.
    fn add(&mut self, undone: &Undone) {
        let reason = undone.to_string();
        match undone {
            Undone::RecordUnsent(u) => {
                self.unsent.push(UnsentInfo { seq: u.seq, code: u.why.code().to_owned(), reason });
            }
            Undone::RevocationDisputed(d) => {
                let device = d.device.to_string();
                self.disputes.push(DisputeInfo { device, kept: d.kept, other: d.other, reason });
            }
            Undone::ObjectDamaged(g) => self.damaged.push(DamagedInfo {
                index: g.index,
                hash: g.hash.to_string(),
                received_ms: g.received,
                device: g.device.to_string(),
                seq: g.seq,
                desk: g.desk,
                reason,
            }),
            Undone::ReadUntold(_) => self.untold = Some(reason),
            Undone::CutShort(why) => {
                self.cut_short = Some(CutShortInfo { code: why.code().to_owned(), helps: why.class().into(), reason });
            }
            Undone::EntryChanged(e) => {
                let (hash, code) = (e.hash.to_string(), e.what.code().to_owned());
                self.changed.push(ChangedInfo { index: e.index, hash, code, reason });
            }
            Undone::LogSuspected(s) => self.suspicions.push(SuspicionInfo {
                report: s.report.to_string(),
                device: s.device.to_string(),
                seq: s.seq,
                code: s.of.code().to_owned(),
                reason,
            }),
            Undone::ReportsBeyondLimit(b) => {
                self.beyond.push(BeyondInfo { device: b.device.to_string(), reports: b.reports, reason });
            }
            Undone::BundleOverdue(b) => {
                self.overdue = Some(OverdueInfo { version: b.version, renew_by_ms: b.renew_by, reason });
            }
            Undone::LogUnwitnessed(why) => {
                self.unwitnessed = Some(UnwitnessedInfo { code: why.code().to_owned(), reason });
            }
            Undone::AttachmentFailed(f) => self.failed.push(FailedInfo {
                attachment: f.attachment.to_string(),
                report: f.report.to_string(),
                code: f.why.code().to_owned(),
                helps: f.why.class().into(),
                reason,
            }),
            Undone::AttachmentLacking(l) => self.lacking.push(LackingInfo {
                attachment: l.attachment.to_string(),
                report: l.report.to_string(),
                device: l.sender.map(|s| s.0.to_string()),
                seq: l.sender.map(|s| s.1),
                reason,
            }),
        }
    }
}
