//! One commit for every acknowledgement. Only a receipt that verifies makes anything delivered.

use super::{StepError, SyncDriver, SyncOutcome, lock};
use crate::error::{Error, RefusalReason};
use crate::store::{Number, Outbox, names};
use crate::time::{Anchor, Arrival};
use baqylau_protocol::cbor;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::receipt::{Receipt, ReceiptError, TreeHead};
use baqylau_protocol::wire::{Refusal, RefusalCode, Verdict};

impl SyncDriver {
    /// A receipt that proves nothing is a refusal that the observer sees; it is tried again later.
    pub(super) fn proven(&self, object: Hash, verdict: Verdict) -> Result<Verdict, Error> {
        let Verdict::Stored(receipt) = &verdict else { return Ok(verdict) };
        Ok(match self.prove(&*lock(&self.outbox)?, object, receipt)? {
            Ok(_) => verdict,
            Err(e) => {
                let reason = format!("the server's receipt proves nothing: {e}");
                Verdict::Refused(Refusal { code: RefusalCode::Signature, reason })
            }
        })
    }

    pub(crate) fn prove(
        &self,
        outbox: &Outbox,
        object: Hash,
        receipt: &Receipt,
    ) -> Result<Result<TreeHead, ReceiptError>, Error> {
        // Whoever has the key of a log that was replaced proves nothing by it any more.
        let key = self.manifest_in(outbox)?.log.key;
        Ok(receipt.verify(object, &[key], self.mission))
    }

    /// The anchor to keep after a receipt proved a head; nothing where none can be believed yet.
    pub(crate) fn anchor_after(
        &self,
        outbox: &Outbox,
        head: &TreeHead,
        arrival: Arrival,
    ) -> Result<Option<Anchor>, Error> {
        Ok(Anchor::after(outbox.anchor()?, (head, arrival), &*self.clock, &self.manifest_in(outbox)?))
    }

    /// Only a verified receipt of the log that this phone knows makes a report delivered; it is verified once more against the envelope
    /// that it is stored for.
    pub(super) fn commit(&self, number: Number, verdict: Verdict, outcome: &mut SyncOutcome) -> Result<(), StepError> {
        match (number, verdict) {
            (Number::Carried(id), Verdict::Stored(receipt)) => {
                let (now, receipted) = (self.now()?, cbor::encode(&receipt));
                let mut outbox = lock(&self.outbox)?;
                if self.is_compared(&receipt.head) {
                    outbox.relayed_receipted(id, &receipted)?;
                    outcome.carried += 1;
                } else {
                    outbox.sent_uncompared(number, &receipted, now)?;
                }
            }
            (Number::Carried(id), Verdict::Refused(refusal)) => {
                let now = self.now()?;
                lock(&self.outbox)?.relayed_refused(id, refusal.code, now)?;
            }
            (Number::Own(seq), Verdict::Stored(receipt)) => {
                let now = self.now()?;
                let mut outbox = lock(&self.outbox)?;
                let (hash, _) = outbox.bytes(number)?;
                let head =
                    self.prove(&outbox, hash, &receipt)?.map_err(|e| Error::refused(RefusalReason::NotGenuine, e))?;
                if !self.is_compared(&receipt.head) {
                    outbox.sent_uncompared(number, &cbor::encode(&receipt), now)?;
                    return Ok(());
                }
                let anchor = self.anchor_after(&outbox, &head, Arrival::Fresh)?;
                outbox.receipted(seq, &cbor::encode(&receipt), anchor.as_ref())?;
                outcome.delivered += 1;
            }
            (Number::Own(seq), Verdict::Refused(refusal)) => {
                let now = self.now()?;
                let mut outbox = lock(&self.outbox)?;
                outbox.refused(seq, refusal.code, &refusal.reason, now)?;
                // What a receipt proved is delivered, whatever is said of it since.
                outcome.refused += usize::from(!outbox.is_receipted(seq)?);
            }
        }
        Ok(())
    }

    pub(super) fn commit_enrolment(&self, verdict: Verdict) -> Result<(), StepError> {
        match verdict {
            Verdict::Stored(receipt) => {
                let mut outbox = lock(&self.outbox)?;
                let hash = Hash::of(&outbox.setting(names::ENROLMENT)?.unwrap_or_default());
                let head =
                    self.prove(&outbox, hash, &receipt)?.map_err(|e| Error::refused(RefusalReason::NotGenuine, e))?;
                // That the device is enrolled lets it send, and says of no report that it is stored.
                let compared = self.is_compared(&receipt.head);
                let anchor = if compared { self.anchor_after(&outbox, &head, Arrival::Fresh)? } else { None };
                let anchor = anchor.map(|anchor| cbor::encode(&anchor));
                let receipt = cbor::encode(&receipt);
                let mut settings = vec![(names::ENROLMENT_RECEIPT, &receipt[..]), (names::ENROLMENT_REFUSED, b"")];
                settings.extend(anchor.as_ref().map(|anchor| (names::ANCHOR, &anchor[..])));
                outbox.set(&settings, &[])?;
            }
            Verdict::Refused(refusal) => {
                lock(&self.outbox)?.set(&[(names::ENROLMENT_REFUSED, &cbor::encode(&refusal))], &[])?;
            }
        }
        Ok(())
    }
}
