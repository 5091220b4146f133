//! What the coordinators write: messages, and questions about reports. A locked phone fetches them sealed; they are opened when it
//! is unlocked, and the coordinators get a signed word that they arrived.

use super::mission::Loaded;
use super::{ObserverApp, Unlocked, kept};
use crate::drive::lock;
use crate::error::{Error, RefusalReason};
use crate::mail::sender;
use crate::reason::InvalidReason;
use crate::store::StoredLetter;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::envelope::Envelope;
use baqylau_protocol::ids::DeviceId;
use baqylau_protocol::keys::BoxKey;
use baqylau_report::letter::Question;
use baqylau_report::{Letter, LetterOpened, Report};
use std::sync::Arc;

/// A letter of the coordinators.
#[derive(Clone, PartialEq, Eq)]
pub struct LetterView {
    /// Given by this phone when it was fetched.
    pub id: i64,
    /// When it was written, in milliseconds since 1970, by the desk's clock.
    pub written: i64,
    /// The words.
    pub text: String,
    /// The report that it asks about, by its number; the newest that supersedes it.
    pub report: Option<i64>,
    /// The visit of another phone's report that is handed over with it, to be amended here.
    pub handed: Option<String>,
    /// Names and labels of the questions to look at again.
    pub questions: Vec<(String, Arc<str>)>,
    /// Whether the report was amended since, from this phone.
    pub answered: bool,
}

baqylau_forms::redacted_debug! { LetterView: id, written, report, answered }

impl ObserverApp {
    /// The letters, newest first.
    ///
    /// # Errors
    /// The store is locked or damaged.
    pub fn letters(&self) -> Result<Vec<LetterView>, Error> {
        self.with_mission(|u, loaded| self.letter_views(u, loaded))
    }

    pub(super) fn letter_views(&self, u: &mut Unlocked, loaded: &Arc<Loaded>) -> Result<Vec<LetterView>, Error> {
        let reports = u.main.reports()?;
        let language = self.language(loaded);
        let mut out = Vec::new();
        for stored in u.main.letters()? {
            let asked = reports.iter().find(|r| stored.letter.report == Some(r.hash));
            let handed = stored.letter.copy.as_ref().and_then(|copy| Report::decode(copy).ok());
            let mut newest =
                asked.or_else(|| reports.iter().find(|r| r.amends == stored.letter.report && handed.is_some()));
            while let Some(later) = newest.and_then(|n| reports.iter().find(|r| r.amends == Some(n.hash))) {
                newest = Some(later);
            }
            let mut questions = Vec::new();
            let checklist = asked.map(|r| r.checklist).or(handed.as_ref().map(|h| h.checklist));
            let form = match checklist.map(|checklist| self.form(&u.main, loaded, checklist)) {
                // A desk may hand over a report of a checklist that never was here: its words are shown all the same.
                None | Some(Err(Error::Refused { why: RefusalReason::Unfit, .. })) => None,
                Some(form) => Some(form?),
            };
            if let Some(form) = form {
                let items = &form.definition().items;
                let item = |q: &Question| items.get(q.node as usize);
                let known = stored.letter.questions.iter().filter_map(item);
                questions.extend(known.map(|i| (i.name.clone(), i.label.get(language))));
            }
            out.push(LetterView {
                id: stored.id,
                written: stored.letter.at.ms,
                text: stored.letter.text,
                report: newest.map(|r| r.seq),
                questions,
                handed: handed.map(|h| h.visit.code),
                answered: newest.map(|r| r.hash) != asked.map(|r| r.hash),
            });
        }
        out.reverse();
        Ok(out)
    }

    /// Opens the letters that were fetched, keeps them, and signs that they arrived. One that does not verify is left out.
    /// Whether such a word waits now.
    pub(super) fn open_letters(&self) -> Result<bool, Error> {
        self.keep_fetched()?;
        self.notify_letters()
    }

    fn keep_fetched(&self) -> Result<(), Error> {
        let fetched = lock(&self.outbox)?.unread()?;
        if fetched.is_empty() {
            return Ok(());
        }
        let numbers: Vec<i64> = fetched.iter().map(|f| f.0).collect();
        self.with_mission(|u, loaded| {
            let keys = super::signing::Keys::load(u)?;
            let box_key = u.main.setting(kept::BOX_KEY)?.and_then(|b| b.try_into().ok());
            let box_key = box_key.and_then(|b: [u8; 32]| BoxKey::from_bytes(&b));
            let box_key = box_key.ok_or(InvalidReason::NotEnrolled)?;
            let me = DeviceId::of(keys.enrolment);
            let mut opened: Vec<StoredLetter> = Vec::new();
            for (id, bytes, desk) in fetched {
                let mission = loaded.manifest.mission;
                let read = || {
                    let desk = sender(&loaded.manifest, &desk)?;
                    let envelope = Envelope::parse(&bytes, mission).ok()?;
                    let header = &envelope.header;
                    let mine = header.recipient == Some(me) && header.device == desk.device;
                    let (kind, plain) =
                        envelope.open(&desk.enrolment.device_key, &box_key, &keys.shared).ok().filter(|_| mine)?;
                    let letter = Letter::decode(&plain).ok().filter(|_| kind == ObjectType::Letter)?;
                    Some(StoredLetter { id, hash: envelope.hash, letter })
                };
                opened.extend(read());
            }
            u.main.keep_letters(&opened)?;
            Ok(())
        })?;
        lock(&self.outbox)?.read(&numbers)?;
        Ok(())
    }

    /// Signs that letters arrived. Killed before it is noted, it is said twice.
    fn notify_letters(&self) -> Result<bool, Error> {
        self.with_mission(|u, loaded| {
            let letters = u.main.unnotified_letters()?;
            if letters.is_empty() || u.main.closed()? {
                return Ok(false);
            }
            let seen = LetterOpened { v: baqylau_protocol::VERSION, letters: letters.clone() };
            self.append(u, loaded, (ObjectType::Seen, false, &[]), None, |_| seen.encode())?;
            u.main.mark_letters_notified(&letters)?;
            Ok(true)
        })
    }
}

/// What a letter asks about: items of the report's checklist, in its rows.
pub(super) fn questions_of(u: &mut Unlocked, letter: i64) -> Result<Vec<Question>, Error> {
    let stored = u.main.letters()?.into_iter().find(|l| l.id == letter);
    Ok(stored.ok_or(InvalidReason::NoSuchLetter)?.letter.questions)
}
