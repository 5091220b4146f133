//! What became of this desk's letters.

use crate::error::DeskError;
use crate::folder::Desk;
use baqylau_protocol::cose::Type;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_report::{Letter, Report, Seen};
use std::collections::HashMap;

/// A letter and its fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterRow {
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
    /// Whether the server has it.
    pub sent: bool,
    /// When the phone's signed word that it arrived was received.
    pub arrived: Option<i64>,
    /// The amendment that answers it.
    pub answered: Option<Hash>,
}

impl Desk {
    /// The letters of this desk, oldest first.
    ///
    /// # Errors
    /// The database fails.
    pub fn letters(&self) -> Result<Vec<LetterRow>, DeskError> {
        let mut seen: HashMap<(DeviceId, Hash), i64> = HashMap::new();
        let mut amended: HashMap<Hash, (i64, Hash)> = HashMap::new();
        for envelope in self.store.envelopes()? {
            let Ok(opened) = &envelope.plain else { continue };
            match opened.kind {
                Type::Seen => {
                    for letter in Seen::decode(&opened.bytes).into_iter().flat_map(|s| s.letters) {
                        seen.entry((envelope.device, letter)).or_insert(envelope.received);
                    }
                }
                Type::Report => {
                    if let Some(target) = Report::decode(&opened.bytes).ok().and_then(|r| r.supersedes) {
                        amended.entry(target).or_insert((envelope.received, envelope.hash));
                    }
                }
                _ => {}
            }
        }
        let register: HashMap<_, _> = self.store.register()?.into_iter().collect();
        let people: HashMap<DeviceId, String> = self
            .store
            .devices()?
            .into_iter()
            .filter_map(|d| Some((d.device, register.get(&d.subject)?.code.clone())))
            .collect();
        let row = |written: crate::store::Written| {
            let letter = Letter::decode(&written.payload).ok()?;
            let arrived = seen.get(&(written.recipient, written.hash)).copied();
            // What was amended before the phone had the letter answers nothing.
            let answer = letter.report.and_then(|r| amended.get(&r));
            let answered = answer.filter(|(at, _)| arrived.is_some_and(|a| a <= *at)).map(|a| a.1);
            Some(LetterRow {
                phone: written.recipient,
                person: people.get(&written.recipient).cloned(),
                written: letter.at.ms,
                text: letter.text,
                report: letter.report,
                sent: written.sent,
                arrived,
                answered,
            })
        };
        Ok(self.store.letters()?.into_iter().filter_map(row).collect())
    }
}
