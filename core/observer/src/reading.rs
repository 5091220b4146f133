//! What the coordinators have read. A locked phone asks too: the key to its rows lies in the outbox.

use crate::drive::{StepError, SyncDriver, body, lock};
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

impl SyncDriver {
    /// Asks what each desk has of this phone, unless all of them have everything. What a desk lacks is offered once more.
    pub(crate) async fn rows(&self) -> Result<Event, StepError> {
        let Some((manifest, _)) = self.manifest()? else { return Ok(Event::RowsDone) };
        let key = {
            let outbox = lock(&self.outbox)?;
            if outbox.has_unread(&manifest)? { outbox.row_key()? } else { None }
        };
        let Some(key) = key else { return Ok(Event::RowsDone) };
        let bytes = body(self.get(&routes::rows(key.label()), None).await?, MAX_BYTES).await?;
        let RowPage { rows, desks } = cbor::decode_request(&bytes).map_err(|_| Failure::Nonsense)?;
        if self.keep_rows(&mut *lock(&self.outbox)?, &manifest, &rows, &desks)? > 0 {
            self.notifier.notify(Change::Delivery);
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
