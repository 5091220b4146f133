//! Letters of desks to a phone, each with what proves that it is in the log.

use super::{App, AppState, bad, cbor_body, failed};
use crate::sequencer::{SignedHead, read};
use crate::storage::LoggedObject;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use baqylau_protocol::cbor;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::wire::{LetterPage, LoggedLetter, MAX_LETTERS};
use minicbor::bytes::ByteVec;

/// Letters are sealed to the phone, whose id nobody but phone, server and desks knows: a locked phone, which cannot sign, fetches
/// them too.
pub(super) async fn letters(State(app): AppState, Path(device): Path<String>, RawQuery(query): RawQuery) -> Response {
    let Some(device) = DeviceId::from_hex(&device) else { return bad("not a device in hexadecimal") };
    let Some((from, known)) = query.as_deref().and_then(asked_of_letters) else {
        return bad("expected ?from=<index> or ?from=<index>&known=<size>");
    };
    let head = read(&app.log.head).clone();
    match app.reader.letters(device, from, MAX_LETTERS).await {
        Ok((found, desks)) => {
            let desks = desks.into_iter().map(ByteVec::from).collect();
            cbor_body(cbor::encode(&app.letter_page(head, found, desks, known)))
        }
        Err(cause) => failed("letters", &cause),
    }
}

/// From where letters are asked for, and the size of the head that the phone knows.
fn asked_of_letters(query: &str) -> Option<(u64, Option<u64>)> {
    let asked = query.strip_prefix("from=")?;
    let (from, known) = match asked.split_once("&known=") {
        Some((from, known)) => (from, Some(known.parse().ok()?)),
        None => (asked, None),
    };
    Some((from.parse().ok()?, known))
}

impl App {
    /// Letters as a phone gets them: proved under a head that was signed before they were read. Those beyond it come under a later one.
    fn letter_page(
        &self,
        head: Option<SignedHead>,
        found: Vec<(u64, LoggedObject)>,
        desks: Vec<ByteVec>,
        known: Option<u64>,
    ) -> LetterPage {
        let size = head.as_ref().map_or(0, |head| head.size);
        let tree = read(&self.log.tree);
        let path = |index| tree.path_at(usize::try_from(index).ok()?, usize::try_from(size).ok()?);
        // One that is damaged on this disk is none; the log's readers are told of it.
        let whole = found.into_iter().filter(|(_, e)| Hash::of(&e.object) == e.hash);
        let letter = |(index, e): (u64, LoggedObject)| {
            Some(LoggedLetter { object: e.object.into(), index, received: e.received, path: path(index)? })
        };
        LetterPage {
            letters: whole.filter_map(letter).collect(),
            head: head.map(|head| head.bytes).unwrap_or_default().into(),
            desks,
            proof: known.and_then(|known| tree.consistency(known.min(size), known.max(size))),
        }
    }
}
