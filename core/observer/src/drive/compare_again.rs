//! Receipts that could not be compared are compared at each sync: the server is asked for the proof, and not sent the report again.

use super::heads::Comparison;
use super::http::body;
use super::{StepError, SyncDriver, SyncOutcome, lock};
use crate::error::Error;
use crate::listen::Change;
use crate::store::names;
use crate::time::Arrival;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::receipt::{Receipt, TreeHead};
use baqylau_protocol::routes;
use baqylau_protocol::sync::Failure;
use baqylau_protocol::wire::ConsistencyProof;
use std::collections::BTreeMap;

/// Objects and their receipts, by size and bytes of the receipts' signed head.
type ByHead = BTreeMap<(u64, Vec<u8>), Vec<(Hash, Receipt)>>;

impl SyncDriver {
    /// Compares what waits for it, the smallest head first: each that is proved is the one that the next is compared with. `now` as in
    /// [`SyncDriver::run`]: during a pause nothing is asked otherwise.
    pub(super) async fn compare_again(&self, now: bool, outcome: &mut SyncOutcome) -> Result<(), StepError> {
        let at = self.now()?;
        let (waiting, pause) = {
            let outbox = lock(&self.outbox)?;
            (outbox.uncompared()?, outbox.paused()?.1)
        };
        if waiting.is_empty() || (!now && pause > at) {
            return Ok(());
        }
        let Some((manifest, _)) = self.manifest()? else { return Ok(()) };
        let mut unproved = None;
        for ((size, head), receipts) in self.by_head(&manifest, waiting)? {
            let proof = self.proof_for(size).await?;
            let compared = self.compare_head(&mut *lock(&self.outbox)?, &manifest, &head, proof.as_deref())?;
            match compared {
                Comparison::Proved { .. } => {
                    for (object, receipt) in receipts {
                        self.keep_compared(object, &receipt, outcome)?;
                    }
                    self.notifier.notify(Change::Delivery);
                }
                Comparison::NotCompared => {
                    self.take_back(&receipts)?;
                    unproved = Some(head);
                }
                Comparison::Contradicted => {
                    self.take_back(&receipts)?;
                    // The two heads are kept as evidence.
                    self.forget(&receipts)?;
                }
                Comparison::Foreign => {}
            }
        }
        // That others were proved since does not take it back.
        if let Some(head) = unproved {
            lock(&self.outbox)?.set(&[(names::UNPROVED, &head)], &[])?;
        }
        Ok(())
    }

    /// Groups receipts by the head of the log of now that they have, and forgets those that have none.
    fn by_head(&self, manifest: &Manifest, waiting: Vec<(Hash, Vec<u8>)>) -> Result<ByHead, Error> {
        let mut heads = ByHead::new();
        for (object, receipt) in waiting {
            let receipt = Receipt::from_bytes(&receipt).ok();
            let opened =
                receipt.and_then(|r| Some((TreeHead::open(&r.head, &[manifest.log.key], self.mission).ok()?.size, r)));
            match opened {
                Some((size, receipt)) => {
                    heads.entry((size, receipt.head.to_vec())).or_default().push((object, receipt));
                }
                None => lock(&self.outbox)?.forget_uncompared(object)?,
            }
        }
        Ok(heads)
    }

    fn take_back(&self, receipts: &[(Hash, Receipt)]) -> Result<(), Error> {
        let mut outbox = lock(&self.outbox)?;
        receipts.iter().try_for_each(|(object, receipt)| {
            outbox.letter_unproved(*object)?;
            outbox.take_back(*object, &cbor::encode(receipt))
        })
    }

    fn forget(&self, receipts: &[(Hash, Receipt)]) -> Result<(), Error> {
        let mut outbox = lock(&self.outbox)?;
        receipts.iter().try_for_each(|(object, _)| outbox.forget_uncompared(*object))
    }

    /// The proof between the kept head and one of this size; `None` where the server has none, or none is needed.
    async fn proof_for(&self, size: u64) -> Result<Option<Vec<Hash>>, StepError> {
        let Some(known) = self.known_size()?.filter(|known| *known != size) else { return Ok(None) };
        match self.get(&routes::consistency(known.min(size), known.max(size)), None).await {
            Ok(reply) => {
                let bytes = body(reply, cbor::MAX_BYTES).await?;
                Ok(cbor::decode_request::<ConsistencyProof>(&bytes).ok().map(|proof| proof.hashes))
            }
            Err(StepError::Network(Failure::Nonsense)) => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// A receipt whose head is proved by now makes its object stored, or shows a letter.
    fn keep_compared(&self, object: Hash, receipt: &Receipt, outcome: &mut SyncOutcome) -> Result<(), Error> {
        let mut outbox = lock(&self.outbox)?;
        if let Ok(head) = self.prove(&outbox, object, receipt)? {
            let bytes = cbor::encode(receipt);
            match outbox.find(object)? {
                Some(seq) => {
                    outcome.delivered += usize::from(!outbox.is_receipted(seq)?);
                    let anchor = self.anchor_after(&outbox, &head, Arrival::Late)?;
                    outbox.receipted(seq, &bytes, anchor.as_ref())?;
                }
                None => {
                    outbox.relayed_proved(object, &bytes)?;
                    outcome.letters += usize::from(outbox.letter_proved(object, receipt.index)?);
                }
            }
        }
        outbox.forget_uncompared(object)
    }
}
