//! A draft becomes a report: checked, evaluated as the desk will, signed, sealed, handed to the outbox.

use super::mission::Loaded;
use super::reports::ReportView;
use super::visits::record_of;
use super::{ObserverApp, Unlocked, kept};
use crate::drive::lock;
use crate::error::Error;
use crate::reason::InvalidReason;
use crate::store::{Draft, NewReport, SealedEnvelope, SignedPermit, StoredAttachment, names};
use baqylau_forms::Answer;
use baqylau_forms::expr::Environment;
use baqylau_forms::fill::{CellKey, Filling, Issue, Unmapped};
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::envelope::{Address, Blob, Recipient, make};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId, ReportId};
use baqylau_protocol::keys::{SigningKey, random};
use baqylau_protocol::permit::{UploadPermit, UploadToken};
use baqylau_protocol::seal::SharedKey;
use baqylau_report::report::{Attachment, ClockReading as ReportClock, Remark, Report, UnmappedAnswer, Visit};
use baqylau_report::{AnswerTree, MAX_TEXT, ReportContent};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How often answers are evaluated again until nothing changes.
const ROUNDS: usize = 4;

/// As what a draft is signed.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Signing {
    /// A report that is finished, or as far as the observer got.
    Finished {
        /// Why something is missing.
        incomplete: Option<String>,
    },
    /// A call for help, which waits for nothing.
    Alarm,
}

impl Signing {
    fn incomplete(&self) -> Option<&str> {
        match self {
            Self::Finished { incomplete } => incomplete.as_deref(),
            Self::Alarm => None,
        }
    }
}

impl ObserverApp {
    /// Signs and seals a draft: a report, which never changes. It waits in the outbox when this returns, whatever happens to the
    /// phone. What is missing or unlikely needs a reason; what is impossible must be mended first.
    ///
    /// # Errors
    /// An answer is impossible, or something is missing and there is no reason.
    pub fn finalise(&self, draft: i64, incomplete: Option<String>) -> Result<ReportView, Error> {
        self.sign(draft, &Signing::Finished { incomplete })
    }

    pub(super) fn sign(&self, draft: i64, signing: &Signing) -> Result<ReportView, Error> {
        let seq = self.with_mission(|u, loaded| {
            let (stored, filling) = self.filling(u, loaded, draft)?;
            if stored.report.is_some() {
                return Err(InvalidReason::DraftSigned.into());
            }
            ready(filling, signing)?;
            let filling = as_the_desk(filling)?;
            let attachments = attached(u, &stored, &filling)?;
            // A file of a report that was handed over is at the phone that took it, and comes from there.
            let here = attachments.iter().filter(|a| self.blob(a.hash).exists());
            let blobs: Vec<Blob> = here.map(|a| Blob { hash: a.hash, length: a.length }).collect();
            let (payload, id) = self.payload(u, loaded, &stored, &filling, (signing, attachments))?;
            let signed = filling.environment().now.ms;
            let urgent = filling.form().definition().urgent || *signing == Signing::Alarm;
            let uptime = self.uptime(&u.main)?.sum;
            let new = NewReport { id, draft: &stored, signed, uptime, plain: &payload };
            let seq = self.append(u, loaded, (ObjectType::Report, urgent, &blobs), Some(&new), |_| payload.clone())?;
            u.open.remove(&draft);
            Ok(seq)
        })?;
        let mut all = self.reports()?;
        all.retain(|r| r.seq == seq);
        all.pop().ok_or_else(|| Error::Internal("the report was just stored".into()))
    }

    /// Signs, seals and stores what the next envelope holds, and hands it to the outbox.
    pub(super) fn append(
        &self,
        u: &mut Unlocked,
        loaded: &Loaded,
        (kind, urgent, blobs): (ObjectType, bool, &[Blob]),
        report: Option<&NewReport>,
        payload: impl FnOnce(u64) -> Vec<u8>,
    ) -> Result<i64, Error> {
        let keys = Keys::load(u)?;
        let sent = lock(&self.outbox)?.last()?;
        let mut made = Vec::new();
        let seq = u.main.append(report, sent, |seq, prev| {
            let address = Address {
                mission: loaded.manifest.mission,
                device: DeviceId::of(keys.enrolment),
                seq,
                prev: prev.unwrap_or(keys.enrolment),
                to: Recipient::Desks(loaded.manifest.reading_key()),
                blobs,
            };
            let bytes = make(&address, kind, &keys.device, &keys.shared, &payload(seq))?;
            made.clone_from(&bytes);
            Ok(SealedEnvelope { kind, urgent, bytes })
        })?;
        self.committed();
        let permit = (!blobs.is_empty()).then(|| keys.permit(loaded.manifest.mission, Hash::of(&made), blobs.to_vec()));
        lock(&self.outbox)?.add(seq, &made, urgent, permit.as_ref())?;
        Ok(seq)
    }

    fn payload(
        &self,
        u: &mut Unlocked,
        loaded: &Arc<Loaded>,
        draft: &Draft,
        filling: &Filling,
        (signing, attachments): (&Signing, Vec<StoredAttachment>),
    ) -> Result<(Vec<u8>, ReportId), Error> {
        let stored = u.main.visit(draft.visit)?;
        let record = record_of(&stored)?;
        let clock = &self.config.clock;
        let Environment { now: wall, language, .. } = filling.environment();
        let seen = lock(&self.outbox)?.anchor()?.map(|a| (a.size, a.root));
        let id = ReportId::new(wall.ms, random());
        let content =
            ReportContent { answers: AnswerTree::of(filling), log: u.main.log(draft)?, remarks: remarks(filling) };
        let answers = content.encode(filling.form());
        // What no desk would unpack must not be signed.
        if ReportContent::decode(filling.form(), &answers).is_err() {
            return Err(InvalidReason::ReportTooLarge { found: MAX_TEXT + 1, limit: MAX_TEXT }.into());
        }
        let report = Report {
            v: Report::VERSION,
            id,
            checklist: draft.checklist,
            bundle: loaded.manifest_hash,
            visit: Visit {
                code: record.handed.unwrap_or(stored.code),
                place: record.place,
                unlisted: record.unlisted,
                arrived: record.arrived.map(Into::into),
                departed: record.departed.map(Into::into),
                outcome: u8::try_from(
                    baqylau_forms::fill::Outcome::ALL.iter().position(|o| *o == record.outcome).unwrap_or(0),
                )
                .unwrap_or(0),
                mode: record.mode,
                position: record.position.map(Into::into),
            },
            clock: ReportClock {
                wall: wall.into(),
                boot_ms: clock.boot_ms(),
                boot_id: clock.boot_id().into(),
                seen,
                started: draft.started,
            },
            answers: answers.into(),
            incomplete: signing.incomplete().map(str::to_owned),
            supersedes: draft.amends,
            test: None,
            attachments: named(attachments),
            why: u.main.why(draft)?,
            left: left_of(u.main.leftovers(draft)?),
            alarm: (*signing == Signing::Alarm).then_some(true),
            language: (language > 0).then(|| filling.form().definition().languages.get(language).cloned()).flatten(),
        };
        Ok((report.encode(), id))
    }
}

/// The keys that sign and seal.
pub(super) struct Keys {
    device: SigningKey,
    pub(super) shared: SharedKey,
    pub(super) enrolment: Hash,
}

impl Keys {
    pub(super) fn load(u: &Unlocked) -> Result<Self, Error> {
        let get = |name| -> Result<[u8; 32], Error> {
            let bytes = u.main.setting(name)?.and_then(|b| b.try_into().ok());
            bytes.ok_or(Error::Invalid(InvalidReason::NotEnrolled))
        };
        let enrolment = u.main.setting(names::ENROLMENT)?.unwrap_or_default();
        Ok(Self {
            device: SigningKey::from_seed(get(kept::DEVICE_SEED)?),
            shared: SharedKey::from_parts(get(kept::SHARED_KEY)?, Hash(get(kept::SHARED_ID)?)),
            enrolment: Hash::of(&enrolment),
        })
    }

    /// Permits the attachments of an envelope, with new tokens.
    pub(super) fn permit(&self, mission: MissionId, envelope: Hash, blobs: Vec<Blob>) -> SignedPermit {
        let (token, courier) = (UploadToken::generate(), UploadToken::generate());
        let permit = UploadPermit {
            v: baqylau_protocol::VERSION,
            mission,
            device: DeviceId::of(self.enrolment),
            envelope,
            blobs,
            tokens: vec![token.hash(), courier.hash()],
        };
        SignedPermit { permit: permit.sign(&self.device), token, courier }
    }
}

/// The filling as the desk will evaluate it: from the answers that the report carries, at the moment of signing. What it computes
/// from the time or from names in the observer's language must come out the same there.
fn as_the_desk(filling: &Filling) -> Result<Filling, Error> {
    let mut filling = filling.clone();
    filling.finish();
    let again = |f: &Filling, mutations, how: fn(_, _, _, _) -> (Filling, usize)| {
        how(f.form().clone(), f.facts().clone(), f.environment(), mutations).0
    };
    for _ in 0..ROUNDS {
        filling = again(&filling, filling.snapshot(), Filling::restore);
        let tree = AnswerTree::of(&filling);
        if AnswerTree::of(&again(&filling, tree.mutations(), Filling::recorded)) == tree {
            return Ok(filling);
        }
    }
    Err(Error::Internal("the checklist's calculations do not come to rest".into()))
}

/// Whether a draft may be signed.
fn ready(filling: &Filling, signing: &Signing) -> Result<(), Error> {
    let name = |key: CellKey| filling.form().definition().items[key.node as usize].name.clone();
    let given = *signing == Signing::Alarm || signing.incomplete().is_some_and(|r| !r.trim().is_empty());
    for problem in filling.issues() {
        let (question, confirmed) = (name(problem.key), problem.confirmed.is_some());
        match problem.issue {
            Issue::Error => {
                return Err(InvalidReason::Impossible { question, text: problem.text.to_string() }.into());
            }
            Issue::Unanswered if !given => {
                return Err(InvalidReason::Unanswered { question }.into());
            }
            Issue::Warning | Issue::NotOffered if !given && !confirmed => {
                return Err(InvalidReason::Unconfirmed { question }.into());
            }
            Issue::TooManyRows => {
                return Err(InvalidReason::TooManyRows { question, most: baqylau_forms::form::MAX_ROWS }.into());
            }
            // Said already with the reason for signing it incomplete; or it asks for nothing.
            Issue::Unanswered | Issue::Warning | Issue::NotOffered | Issue::Unfit => {}
        }
    }
    Ok(())
}

/// The attachments that a filling shows, each once.
fn attached(u: &mut Unlocked, draft: &Draft, filling: &Filling) -> Result<Vec<StoredAttachment>, Error> {
    // A file that found no place in the newer checklist goes along too.
    let left = u.main.leftovers(draft)?.into_iter().map(|l| l.text);
    let file =
        |(_, answer): (CellKey, &Answer)| if let Answer::Attachment(name) = answer { Some(name.clone()) } else { None };
    let named: BTreeSet<String> = filling.shown_answers().filter_map(file).chain(left).collect();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let known = u.main.attachments(draft)?;
    Ok(known.into_iter().filter(|a| named.contains(&a.name)).collect())
}

fn named(attachments: Vec<StoredAttachment>) -> Option<Vec<Attachment>> {
    let one = |a: StoredAttachment| Attachment {
        name: a.name,
        hash: a.hash,
        key: a.key.into(),
        size: a.size,
        media: a.media,
    };
    let all: Vec<Attachment> = attachments.into_iter().map(one).collect();
    (!all.is_empty()).then_some(all)
}

fn left_of(left: Vec<Unmapped>) -> Option<Vec<UnmappedAnswer>> {
    let left: Vec<UnmappedAnswer> =
        left.into_iter().map(|l| UnmappedAnswer { name: l.name, rows: l.rows, text: l.text }).collect();
    (!left.is_empty()).then_some(left)
}

fn remarks(filling: &Filling) -> Vec<Remark> {
    use baqylau_forms::fill::Mutation;
    let mut out = Vec::new();
    for mutation in filling.snapshot() {
        let (key, confirms, text) = match mutation {
            Mutation::Note(key, Some(text)) => (key, false, text),
            Mutation::Reason(key, Some(text)) => (key, true, text),
            Mutation::Answer(..)
            | Mutation::Note(..)
            | Mutation::Reason(..)
            | Mutation::AddRow(_)
            | Mutation::RemoveRow(_) => continue,
        };
        if filling.is_shown(key) {
            out.push(Remark { node: key.node, rows: filling.row_path(key.row), confirms, text });
        }
    }
    out
}
