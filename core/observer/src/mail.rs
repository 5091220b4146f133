//! Letters of the desks, fetched sealed: opening them takes the PIN, which a locked phone has not. That a desk of this mission
//! wrote one to this phone is verified without; the server's word for its place in the log is not relied upon.

use crate::drive::{StepError, SyncDriver, SyncOutcome, body, lock};
use crate::error::Error;
use crate::store::{Genuine, names};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::enrolment::Enrolled;
use baqylau_protocol::envelope::Envelope;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::routes;
use baqylau_protocol::sync::{Event, Failure};
use baqylau_protocol::wire::LetterPage;

/// The most bytes of one answer.
const MAX_BYTES: usize = 8 << 20;
/// The most answers of one run, so that a server which always has more keeps no phone busy.
const MOST_ANSWERS: usize = 64;
/// How often everything is asked for from the beginning, in milliseconds: whatever a server said of places, no letter is missed for
/// longer.
const WHOLE_MS: u64 = 86_400_000;

impl SyncDriver {
    /// Asks for letters until there are no more. What no desk wrote is left out, and moves nothing.
    pub(crate) async fn letters(&self, outcome: &mut SyncOutcome) -> Result<Event, StepError> {
        let Some((manifest, _)) = self.manifest()? else { return Ok(Event::LettersDone) };
        let me = DeviceId::of(Hash::of(&lock(&self.outbox)?.setting(names::ENROLMENT)?.unwrap_or_default()));
        let wall = self.clock.wall().ms;
        let whole = wall.abs_diff(lock(&self.outbox)?.number(names::LETTERS_WHOLE)?) >= WHOLE_MS;
        let mut from = if whole { 0 } else { self.letters_from()? };
        for _ in 0..MOST_ANSWERS {
            let response = self.get(&routes::letters(me, from), None).await?;
            let bytes = body(response, MAX_BYTES).await?;
            let LetterPage { letters, desks } = cbor::decode_request(&bytes).map_err(|_| Failure::Nonsense)?;
            if letters.is_empty() {
                break;
            }
            let mut genuine = Vec::new();
            for (index, bytes) in &letters {
                if *index < from {
                    return Err(Failure::Nonsense.into());
                }
                from = index.saturating_add(1);
                let desk = desks.iter().find(|desk| is_written_by(desk, bytes, me, &manifest));
                genuine.extend(desk.map(|desk| Genuine { index: *index, bytes, desk }));
            }
            outcome.letters += lock(&self.outbox)?.keep_letters(&genuine)?;
        }
        if whole {
            lock(&self.outbox)?.set(&[(names::LETTERS_WHOLE, &wall.to_be_bytes())], &[])?;
        }
        Ok(Event::LettersDone)
    }

    fn letters_from(&self) -> Result<u64, Error> {
        Ok(u64::try_from(lock(&self.outbox)?.number(names::LETTERS_FROM)?).unwrap_or(0))
    }
}

/// Whether a desk of this mission wrote a letter to a phone.
fn is_written_by(desk: &[u8], letter: &[u8], to: DeviceId, manifest: &Manifest) -> bool {
    let Ok(envelope) = Envelope::parse(letter, manifest.mission) else { return false };
    if envelope.header.device != DeviceId::of(Hash::of(desk)) || envelope.header.recipient != Some(to) {
        return false;
    }
    sender(manifest, desk).is_some_and(|desk| envelope.verify(&desk.enrolment.device_key).is_ok())
}

/// The desk that an enrolment makes: certified by an issuer of the mission, and listed by the root. The server is not trusted with that.
pub(crate) fn sender(manifest: &Manifest, enrolment: &[u8]) -> Option<Enrolled> {
    let enrolled = Enrolled::open(enrolment, &manifest.issuer_keys(), manifest.mission).ok()?;
    manifest.is_current_desk(enrolled.device).then_some(enrolled)
}
