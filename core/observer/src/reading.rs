//! What the coordinators have read. A locked phone asks too: the key to its rows lies in the outbox.

use crate::drive::{StepError, SyncDriver, SyncOutcome, body, lock};
use crate::error::Error;
use crate::listen::Change;
use crate::mail::sender;
use crate::store::{Outbox, names};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::notice::{ProvedRow, ReadNotice, RowPage};
use baqylau_protocol::routes;
use baqylau_protocol::sync::{Event, Failure};
use minicbor::bytes::ByteVec;

/// The most bytes of an answer.
const MAX_BYTES: usize = 4 << 20;
/// How often rows are asked for although every desk has everything, in milliseconds: they say of letters too. As often as a desk publishes
/// what did not change.
const ASKED_EVERY_MS: u64 = 3_600_000;

impl SyncDriver {
    /// Asks what each desk has of this phone; where all of them have everything, once an hour. What a desk lacks is offered once more, and
    /// letters that it wrote and that are not here are asked for. `now` as in [`SyncDriver::run`].
    pub(crate) async fn rows(&self, now: bool, outcome: &mut SyncOutcome) -> Result<Event, StepError> {
        let Some((manifest, _)) = self.manifest()? else { return Ok(Event::RowsDone) };
        let wall = self.clock.wall().ms;
        let (key, settled) = {
            let outbox = lock(&self.outbox)?;
            let settled = !outbox.has_unread(&manifest)?;
            let due = now || wall.abs_diff(outbox.number(names::ROWS_ASKED)?) >= ASKED_EVERY_MS;
            (if due || !settled { outbox.row_key()? } else { None }, settled)
        };
        let Some(key) = key else { return Ok(Event::RowsDone) };
        let bytes = body(self.get(&routes::rows(key.label()), None).await?, MAX_BYTES).await?;
        let RowPage { rows, desks } = cbor::decode_request(&bytes).map_err(|_| Failure::Nonsense)?;
        if self.keep_rows(&mut *lock(&self.outbox)?, &manifest, &rows, &desks)? > 0 {
            self.notifier.notify(Change::Delivery);
        }
        if settled {
            lock(&self.outbox)?.set(&[(names::ROWS_ASKED, &wall.to_be_bytes())], &[])?;
        }
        if lock(&self.outbox)?.has_unasked_letters(&manifest)? {
            self.letters(now, outcome).await?;
        }
        Ok(Event::RowsDone)
    }

    /// Keeps the rows of this phone that listed desks signed, and offers once more what they lack. Gives how many were new.
    pub(crate) fn keep_rows(
        &self,
        outbox: &mut Outbox,
        manifest: &Manifest,
        rows: &[ProvedRow],
        desks: &[ByteVec],
    ) -> Result<usize, Error> {
        let Some(key) = outbox.row_key()? else { return Ok(0) };
        let enrolment = Hash::of(&outbox.setting(names::ENROLMENT)?.unwrap_or_default());
        let mut kept = 0;
        for row in rows {
            let Ok(notice) = ReadNotice::untrusted(&row.notice, self.mission) else { continue };
            let signer = desks.iter().find(|desk| DeviceId::of(Hash::of(desk)) == notice.desk);
            let signer = signer.and_then(|desk| sender(manifest, desk));
            let opened = signer.and_then(|desk| row.open(&desk.enrolment.device_key, self.mission, &key).ok());
            if let Some((notice, row)) = opened {
                kept += usize::from(outbox.keep_row(&notice, &row, enrolment)?);
            }
        }
        if kept > 0 {
            outbox.offer_missing(manifest)?;
        }
        Ok(kept)
    }
}
