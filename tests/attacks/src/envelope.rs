//! An envelope of any contents: section 8 of `docs/formats.md`.

use crate::cbor::{Value, head, list};
use crate::cose::{self, Key};
use crate::seal::Shared;
use crate::{Hash, Name};
use miniz_oxide::deflate::compress_to_vec;

/// What is to be sealed, and what its header says.
pub struct Letterhead<'l> {
    /// The mission that it says to be of.
    pub mission: Name,
    /// The device that it says to be of.
    pub device: Name,
    /// Its number in the chain.
    pub seq: u64,
    /// What it says to stand behind.
    pub prev: Hash,
    /// The number of the reading key; 0 for a phone.
    pub to: u64,
    /// Attachments: hash and length.
    pub blobs: &'l [(Hash, u64)],
    /// The phone that it is for.
    pub recipient: Option<Name>,
    /// The version that it says to have.
    pub v: u64,
}

impl Letterhead<'_> {
    fn encode(&self, class: u64) -> Vec<u8> {
        let mut map = Value::Map(vec![
            (0, self.v.into()),
            (1, self.mission.into()),
            (2, self.device.into()),
            (3, self.seq.into()),
            (4, self.prev.into()),
            (5, class.into()),
            (6, self.to.into()),
        ]);
        if !self.blobs.is_empty() {
            let blob = |(hash, length): &(Hash, u64)| list([(*hash).into(), (*length).into()]);
            map.put(7, self.blobs.iter().map(blob).collect::<Vec<_>>());
        }
        if let Some(recipient) = self.recipient {
            map.put(8, recipient);
        }
        map.encode()
    }

    /// Seals something of a type to a key, and signs it with a key.
    ///
    /// # Panics
    /// When it is too long for any envelope.
    #[must_use]
    pub fn seal(&self, (kind, payload): (u16, &[u8]), shared: &Shared, to: &Hash, key: &Key) -> Vec<u8> {
        let inner = payload.len() + self.encode(0).len();
        // One that inflates to more than 16 times its length opens nowhere.
        let classes = (0..=10).filter(|class| 16 * (1000 << class) > inner + 200);
        let mut made = classes.filter_map(|class| self.of_class(class, (kind, payload), shared, to, key));
        made.next().expect("it fits")
    }

    /// The same of one class, whatever it inflates to; `None` where it does not fit.
    #[must_use]
    pub fn of_class(
        &self,
        class: u64,
        (kind, payload): (u16, &[u8]),
        shared: &Shared,
        to: &Hash,
        key: &Key,
    ) -> Option<Vec<u8>> {
        let header = self.encode(class);
        let mut plain = compress_to_vec(&key.sign(kind, &header, payload), 9);
        plain.push(0x80);
        let most = 1000 << class;
        let length = (plain.len()..most).rev().find(|length| whole(header.len(), *length) == most)?;
        plain.resize(length, 0);
        let sealed = shared.seal(to, self.mission, &header, &plain);
        Some(key.sign_value(cose::ENVELOPE, &list([header.into(), sealed.into()])))
    }
}

/// The bytes of an envelope with a header and a plain text of these lengths.
fn whole(header: usize, plain: usize) -> usize {
    let h = |length: usize| head(2, u64::try_from(length).unwrap_or(u64::MAX)).len();
    let sealed = plain + 48;
    let body = 1 + h(header) + header + h(sealed) + sealed;
    11 + h(body) + body + 66
}
