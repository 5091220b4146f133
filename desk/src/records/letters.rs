//! What became of the letters that the desks of the mission wrote.

use crate::adjudication::standing_index::{ChainLinks, StandingIndex};
use crate::error::DeskError;
use crate::records::identity::OwnDevice;
use crate::store::{KnownDevice, LogExtent, PulledEnvelope};
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_report::{LetterOpened, LetterSent, Report};
use std::collections::{HashMap, HashSet};

/// A letter and its fate.
#[derive(Clone, PartialEq, Eq)]
pub struct LetterRow {
    /// The desk that wrote it.
    pub desk: DeviceId,
    /// The phone.
    pub phone: DeviceId,
    /// The code of the person, when the register knows.
    pub person: Option<String>,
    /// When it was written, in milliseconds since 1970.
    pub written: i64,
    /// The words.
    pub text: String,
    /// The report that it asks about.
    pub report: Option<Hash>,
    /// Whether the report is handed over to this phone, which did not sign it.
    pub handed: bool,
    /// Whether the server has it.
    pub sent: bool,
    /// When the phone's signed word that it arrived was received.
    pub arrived: Option<i64>,
    /// The amendment that answers it.
    pub answered: Option<Hash>,
}

baqylau_forms::redacted_debug! { LetterRow: desk, phone, written, report, sent, arrived, answered }

impl OwnDevice<'_> {
    /// The letters of all desks, in the order of the log; those of this desk that wait are the last.
    ///
    /// # Errors
    /// The database fails.
    pub fn letters(&self) -> Result<Vec<LetterRow>, DeskError> {
        let envelopes = self.known.store.envelopes()?;
        let fates = Fates::read(&envelopes);
        let devices = self.known.known_devices()?;
        let register: HashMap<_, _> = self.known.store.register()?.into_iter().collect();
        let code = |phone| Some(register.get(&devices.get(&phone)?.subject)?.code.clone());
        let mut out = Vec::new();
        for (desk, sent, delivered) in self.sent(&devices, &envelopes)? {
            for (phone, hash) in &sent.letters {
                let arrived = fates.seen.get(&(*phone, *hash)).copied();
                // What was amended before the phone had the letter answers nothing.
                let answer = sent.letter.report.and_then(|r| fates.amended.get(&(r, *phone)));
                out.push(LetterRow {
                    desk,
                    phone: *phone,
                    person: code(*phone),
                    written: sent.letter.at.ms,
                    text: sent.letter.text.clone(),
                    report: sent.letter.report,
                    handed: sent.handed,
                    sent: delivered,
                    arrived,
                    answered: answer.filter(|(at, _)| arrived.is_some_and(|a| a <= *at)).map(|a| a.1),
                });
            }
        }
        Ok(out)
    }

    /// What desks in good standing said of their letters, and whether the server has it.
    fn sent(
        &self,
        devices: &HashMap<DeviceId, KnownDevice>,
        envelopes: &[PulledEnvelope],
    ) -> Result<Vec<(DeviceId, LetterSent, bool)>, DeskError> {
        let links = ChainLinks::of(envelopes);
        let standings = StandingIndex::new(self.known, devices, &links, LogExtent::Whole)?;
        let opened =
            |e: &&PulledEnvelope| e.plain.as_ref().is_ok_and(|o| o.kind == ObjectType::Sent) && standings.is_desk(e);
        let logged: Vec<&PulledEnvelope> = envelopes.iter().filter(opened).collect();
        let known: HashSet<Hash> = logged.iter().map(|e| e.hash).collect();
        let read =
            |e: &&PulledEnvelope| Some((e.device, LetterSent::decode(&e.plain.as_ref().ok()?.bytes).ok()?, true));
        let mut out: Vec<_> = logged.iter().filter_map(read).collect();
        let own = self.device();
        let waiting = self.known.store.written(ObjectType::Sent)?.into_iter().filter(|w| !known.contains(&w.hash));
        out.extend(waiting.filter_map(|w| Some((own, LetterSent::decode(&w.payload).ok()?, w.sent))));
        Ok(out)
    }
}

/// Words of phones about letters, from the log.
struct Fates {
    /// When a phone's word that a letter arrived was received.
    seen: HashMap<(DeviceId, Hash), i64>,
    /// The first amendment of a report by a phone, and when it was received.
    amended: HashMap<(Hash, DeviceId), (i64, Hash)>,
}

impl Fates {
    fn read(envelopes: &[PulledEnvelope]) -> Self {
        let mut fates = Self { seen: HashMap::new(), amended: HashMap::new() };
        for envelope in envelopes {
            let Ok(opened) = &envelope.plain else { continue };
            if opened.kind == ObjectType::Seen {
                for letter in LetterOpened::decode(&opened.bytes).into_iter().flat_map(|s| s.letters) {
                    fates.seen.entry((envelope.device, letter)).or_insert(envelope.received);
                }
            } else if opened.kind == ObjectType::Report
                && let Some(target) = Report::decode(&opened.bytes).ok().and_then(|r| r.supersedes)
            {
                let key = (target, envelope.device);
                fates.amended.entry(key).or_insert((envelope.received, envelope.hash));
            }
        }
        fates
    }
}
