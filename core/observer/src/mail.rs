//! Letters of the desks, fetched sealed: opening them takes the PIN, which a locked phone has not. That a desk of this mission wrote one
//! to this phone, and that the log which the phone knows has it, is verified without. One that is not proved yet is kept, and not shown.

use crate::drive::{Comparison, StepError, SyncDriver, SyncOutcome, body, lock};
use crate::error::Error;
use crate::listen::Change;
use crate::store::{Genuine, Outbox, names};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::enrolment::Enrolled;
use baqylau_protocol::envelope::Envelope;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::receipt::Receipt;
use baqylau_protocol::routes;
use baqylau_protocol::sync::{Event, Failure};
use baqylau_protocol::wire::LetterPage;
use minicbor::bytes::ByteVec;

/// The most bytes of one answer.
const MAX_BYTES: usize = 8 << 20;
/// The most answers of one run, so that a server which always has more keeps no phone busy.
const MOST_ANSWERS: usize = 64;
/// How often everything is asked for from the beginning, in milliseconds: whatever a server said of places, no letter is missed for
/// longer.
const WHOLE_MS: u64 = 86_400_000;

/// Where a phone is in its letters.
struct Reached {
    /// From where the next answer of this run is asked for.
    from: u64,
    /// From where the next run asks: nothing before it was left unproved.
    next: Option<u64>,
}

impl SyncDriver {
    /// Asks for letters until there are no more. What no desk wrote is left out, and moves nothing. Where a desk says that it wrote
    /// more, everything is asked for once more; what is not handed out then is withheld. `now` as in [`SyncDriver::run`].
    pub(crate) async fn letters(&self, now: bool, outcome: &mut SyncOutcome) -> Result<Event, StepError> {
        let Some((manifest, _)) = self.manifest()? else { return Ok(Event::LettersDone) };
        let wall = self.clock.wall().ms;
        let (whole, from, lacking) = {
            let outbox = lock(&self.outbox)?;
            let lacking = outbox.lacking_letters(&manifest)?;
            let daily = wall.abs_diff(outbox.number(names::LETTERS_WHOLE)?) >= WHOLE_MS;
            let whole = daily || (now && !lacking.is_empty()) || outbox.has_unasked_letters(&manifest)?;
            (whole, if whole { 0 } else { outbox.position(names::LETTERS_FROM)? }, lacking.into_iter().max())
        };
        let fetched = self.fetch_letters(&manifest, from, outcome).await;
        if whole && fetched.is_ok() {
            lock(&self.outbox)?.set(&[(names::LETTERS_WHOLE, &wall.to_be_bytes())], &[])?;
        }
        // An answer that is none hands out no letter either, and keeps nothing else waiting.
        let answered = matches!(fetched, Ok(()) | Err(StepError::Network(Failure::Nonsense)));
        if let Some(size) = lacking.filter(|_| whole && answered) {
            lock(&self.outbox)?.set(&[(names::LETTERS_ASKED, &size.to_be_bytes())], &[])?;
            self.notifier.notify(Change::Delivery);
        }
        if answered { Ok(Event::LettersDone) } else { fetched.map(|()| Event::LettersDone) }
    }

    async fn fetch_letters(&self, manifest: &Manifest, from: u64, outcome: &mut SyncOutcome) -> Result<(), StepError> {
        let me = self.own_device()?;
        let mut reached = Reached { from, next: Some(from) };
        for _ in 0..MOST_ANSWERS {
            let known = self.known_size()?;
            let response = self.get(&routes::letters(me, reached.from, known), None).await?;
            let bytes = body(response, MAX_BYTES).await?;
            let page: LetterPage = cbor::decode_request(&bytes).map_err(|_| Failure::Nonsense)?;
            outcome.letters += self.keep_page(manifest, me, &page, &mut reached)?;
            if page.letters.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// Keeps what desks wrote of a page; gives how many letters are proved now that were not before.
    fn keep_page(
        &self,
        manifest: &Manifest,
        me: DeviceId,
        page: &LetterPage,
        reached: &mut Reached,
    ) -> Result<usize, StepError> {
        let mut outbox = lock(&self.outbox)?;
        let compared = self.compare_head(&mut outbox, manifest, &page.head, page.proof.as_deref())?;
        let (mut genuine, mut next) = (Vec::new(), None);
        for letter in &page.letters {
            if letter.index < reached.from {
                return Err(Failure::Nonsense.into());
            }
            reached.from = letter.index.saturating_add(1);
            let Some(desk) = writer(&page.desks, &letter.object, me, manifest) else { continue };
            let receipt = letter.receipt(&page.head);
            let kept = self.placed(&outbox, compared, (&letter.object, desk), &receipt)?;
            reached.next = reached.next.filter(|_| kept.place.is_some()).map(|_| reached.from);
            next = reached.next.or(next);
            genuine.push(kept);
        }
        Ok(outbox.keep_letters(&genuine, next)?)
    }

    /// A letter with its place, where a head of the known log proves it; with what has to be compared, where that head is not known to be
    /// one.
    fn placed<'l>(
        &self,
        outbox: &Outbox,
        compared: Comparison,
        (bytes, desk): (&'l [u8], &'l [u8]),
        receipt: &Receipt,
    ) -> Result<Genuine<'l>, Error> {
        let proves = self.prove(outbox, Hash::of(bytes), receipt)?.is_ok();
        let (place, waits) = match compared {
            Comparison::Proved { .. } => (Some(receipt.index), false),
            Comparison::NotCompared => (None, true),
            Comparison::Contradicted | Comparison::Foreign => (None, false),
        };
        let receipt = Some(receipt).filter(|_| proves && waits).map(cbor::encode);
        Ok(Genuine { bytes, desk, place: place.filter(|_| proves), receipt })
    }

    /// A letter that came by hand, with the enrolments that came along. As of a receipt, its head is compared at the next sync, and the
    /// letter is shown until then. Gives whether it is one to this phone, and proved.
    pub(crate) fn letter_by_hand(
        &self,
        manifest: &Manifest,
        desks: &[ByteVec],
        (bytes, receipt): (&[u8], &Receipt),
    ) -> Result<bool, Error> {
        let me = self.own_device()?;
        let mut outbox = lock(&self.outbox)?;
        let Some(desk) = writer(desks, bytes, me, manifest) else { return Ok(false) };
        if self.prove(&outbox, Hash::of(bytes), receipt)?.is_err() {
            return Ok(false);
        }
        let compared = self.compare_by_hand(&mut outbox, &receipt.head)?;
        let mut kept = self.placed(&outbox, compared, (bytes, desk), receipt)?;
        if compared == Comparison::NotCompared {
            kept.place = Some(receipt.index);
        }
        outbox.keep_letters(&[kept], None)?;
        Ok(true)
    }

    fn own_device(&self) -> Result<DeviceId, Error> {
        Ok(DeviceId::of(Hash::of(&lock(&self.outbox)?.setting(names::ENROLMENT)?.unwrap_or_default())))
    }
}

/// The enrolment of the desk of this mission that wrote a letter to a phone.
fn writer<'d>(desks: &'d [ByteVec], letter: &[u8], to: DeviceId, manifest: &Manifest) -> Option<&'d [u8]> {
    let envelope = Envelope::parse(letter, manifest.mission).ok()?;
    let desk = desks.iter().find(|desk| DeviceId::of(Hash::of(desk)) == envelope.header.device)?;
    let enrolled = sender(manifest, desk).filter(|_| envelope.header.recipient == Some(to))?;
    envelope.verify(&enrolled.enrolment.device_key).is_ok().then_some(desk)
}

/// The desk that an enrolment makes: certified by an issuer of the mission, and listed by the root. The server is not trusted with that.
pub(crate) fn sender(manifest: &Manifest, enrolment: &[u8]) -> Option<Enrolled> {
    let enrolled = Enrolled::open(enrolment, &manifest.issuer_keys(), manifest.mission).ok()?;
    manifest.is_current_desk(enrolled.device).then_some(enrolled)
}
