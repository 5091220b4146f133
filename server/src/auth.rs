//! Who may read the log: desks and readers, by signing a challenge. The challenge is a time and its MAC, so nothing is kept for it.

use crate::sequencer::{LogState, read};
use baqylau_protocol::certificate::Role;
use baqylau_protocol::ids::MissionId;
use baqylau_protocol::keys::random;
use baqylau_protocol::wire::ReadRequest;
use data_encoding::BASE64URL_NOPAD;
use ring::hmac;

/// How long a challenge is good.
const VALID_MS: i64 = 10 * 60_000;

/// Makes and checks challenges.
pub struct DeskAuth {
    key: hmac::Key,
    mission: MissionId,
}

impl DeskAuth {
    /// A gate with a fresh key; challenges of an earlier run are void.
    #[must_use]
    pub fn new(mission: MissionId) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, &random::<32>()), mission }
    }

    /// A challenge: eight bytes of time, 32 bytes of MAC.
    #[must_use]
    pub fn challenge(&self, now: i64) -> [u8; 40] {
        let mut out = [0; 40];
        out[..8].copy_from_slice(&now.to_be_bytes());
        out[8..].copy_from_slice(hmac::sign(&self.key, &now.to_be_bytes()).as_ref());
        out
    }

    /// Whether an `Authorization` header is a desk's signature over what is asked and a fresh challenge of ours.
    #[must_use]
    pub fn admits(&self, header: &str, asks: &str, log: &LogState, now: i64) -> bool {
        self.check(header, asks, log, now).is_some()
    }

    fn check(&self, header: &str, asks: &str, log: &LogState, now: i64) -> Option<()> {
        let bytes = BASE64URL_NOPAD.decode(header.strip_prefix("Baqylau ")?.as_bytes()).ok()?;
        let request = ReadRequest::peek(&bytes).ok().filter(|r| r.mission == self.mission && r.asks == asks)?;
        let (time, mac) = request.challenge.split_at(8);
        hmac::verify(&self.key, time, mac).ok()?;
        let made = i64::from_be_bytes(time.try_into().ok()?);
        let device = read(&log.devices).get(&request.device).cloned()?;
        let listed = read(&log.manifest).as_ref().is_some_and(|m| m.0.may_read(request.device));
        let fresh = (0..=VALID_MS).contains(&(now - made));
        ReadRequest::verify(&bytes, &device.key).ok()?;
        (fresh && device.role == Role::Desk && listed).then_some(())
    }
}
