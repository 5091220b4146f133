//! What the lock holds, sealed under the vault's key of the moment together with the count of wrong PINs: neither is exchanged for that
//! of another moment.

use super::cipher::{derive, open_with, row_cipher, seal_with};
use super::copies::KeyHeader;
use crate::error::Error;
use crate::vault::Vault;
use baqylau_protocol::keys::random;
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

/// The alias of the key of a guess; the two take turns.
pub(super) fn guess_alias(guess: u32) -> String {
    format!("guess/{guess}")
}

/// The one of the two whose turn is next.
pub(super) fn other(guess: u32) -> u32 {
    1 - guess.min(1)
}

/// The key that the lock is sealed under until the next guess.
pub(super) fn guess_key(vault: &dyn Vault, guess: u32) -> Result<Zeroizing<[u8; 32]>, Error> {
    Ok(derive(&*vault.bind(&guess_alias(guess), &[0; 32])?, b"baqylau/1/guess"))
}

/// How long a wrapped key is: nonce, key, tag.
const WRAPPED: usize = 12 + 32 + 16;

/// What two PINs open: each a key, wrapped under what follows from the PIN.
pub(super) struct Slots {
    /// The database key.
    pub pin: Vec<u8>,
    /// What begins an empty store; random bytes of the same length where no second PIN was set.
    pub duress: Vec<u8>,
}

impl Slots {
    /// What no PIN opens, and nothing tells from what one does.
    pub fn unset() -> Vec<u8> {
        random::<WRAPPED>().to_vec()
    }
}

impl KeyHeader {
    /// Seals the slots with what stands beside them.
    pub fn seal(&mut self, key: &[u8; 32], slots: &Slots) {
        self.sealed =
            HEXLOWER.encode(&seal_with(&row_cipher(key), &self.beside(), &[&slots.pin[..], &slots.duress].concat()));
    }

    /// `None` where the lock was sealed under another key, or changed since.
    pub fn slots(&self, key: &[u8; 32]) -> Option<Slots> {
        let sealed = HEXLOWER.decode(self.sealed.as_bytes()).ok()?;
        let slots = open_with(&row_cipher(key), &self.beside(), &sealed)?;
        let (pin, duress) = slots.split_at_checked(WRAPPED)?;
        Some(Slots { pin: pin.to_vec(), duress: duress.to_vec() })
    }

    /// What is sealed with the slots: how the PIN is stretched, and how many wrong ones there were.
    fn beside(&self) -> Vec<u8> {
        let numbers = [self.memory_kib, self.passes, self.guess, self.wrong].map(u32::to_be_bytes);
        [b"baqylau/1/lock", numbers.as_flattened(), self.salt.as_bytes()].concat()
    }
}
