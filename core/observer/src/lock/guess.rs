//! A guess of the PIN: counted, then judged.

use super::cipher::unwrap;
use super::copies::KeyHeader;
use super::sealed::{Slots, guess_alias, guess_key, other};
use super::{Lock, MAX_ATTEMPTS, wrapping_key};
use crate::error::Error;
use crate::vault::{Policy, Vault, VaultError};
use baqylau_sqlite::StorageError;
use zeroize::Zeroizing;

/// A guess that was counted.
pub(super) struct JudgedGuess {
    /// The lock as it is on disk.
    header: KeyHeader,
    slots: Slots,
    /// What the lock is sealed under; `None` where it could not be written.
    guess: Option<Zeroizing<[u8; 32]>>,
    /// How many wrong PINs there were, this one among them if it is one.
    wrong: u32,
    work: Option<Zeroizing<[u8; 32]>>,
    pub duress: Option<Zeroizing<[u8; 32]>>,
}

impl Lock {
    /// One guess of the PIN of the work. Gives the database key, and the lock as it is on disk afterwards.
    pub(super) fn guess(&self, vault: &dyn Vault, pin: &str) -> Result<(Zeroizing<[u8; 32]>, KeyHeader, Slots), Error> {
        self.right(self.judge(vault, pin)?)
    }

    /// One guess: counted, then judged.
    pub(super) fn judge(&self, vault: &dyn Vault, pin: &str) -> Result<JudgedGuess, Error> {
        let (header, slots) = self.whole(vault)?;
        if header.wrong >= MAX_ATTEMPTS {
            return Err(Error::Locked { attempts_left: 0 });
        }
        // All that can fail of the phone comes before it is counted.
        let wrapping = wrapping_key(&header, vault, pin)?;
        let counted = KeyHeader { wrong: header.wrong + 1, ..header.clone() };
        let wrong = counted.wrong;
        let (header, guess) = match self.advance(vault, &counted, &slots) {
            // Nothing can be counted on a disk that takes no writing, and an observer must be able to read what is on it.
            Err(Error::Storage(StorageError::ReadOnly)) => (header, None),
            counted => counted.map(|(header, guess)| (header, Some(guess)))?,
        };
        // Both are tried, whichever opens: the time that it takes tells nothing.
        let (work, duress) = (unwrap(&wrapping, &slots.pin), unwrap(&wrapping, &slots.duress));
        Ok(JudgedGuess { header, slots, guess, wrong, work, duress })
    }

    /// After a right PIN of the work the count begins anew.
    pub(super) fn right(&self, judged: JudgedGuess) -> Result<(Zeroizing<[u8; 32]>, KeyHeader, Slots), Error> {
        let JudgedGuess { mut header, slots, guess, wrong, work, duress: _ } = judged;
        let key = work.ok_or(Error::Locked { attempts_left: MAX_ATTEMPTS.saturating_sub(wrong) })?;
        if let Some(guess) = guess {
            header.wrong = 0;
            header.seal(&guess, &slots);
            // The PIN was right: that it cannot be noted keeps nobody out, and the next time it is.
            let _ = self.copies.write(&mut header);
        }
        Ok((key, header, slots))
    }

    /// The lock, from the latest of its copies that the vault has the key for.
    fn whole(&self, vault: &dyn Vault) -> Result<(KeyHeader, Slots), Error> {
        let mut why = None;
        for header in self.copies.whole()? {
            match guess_key(vault, header.guess).map(|key| header.slots(&key)) {
                Ok(Some(slots)) => return Ok((header, slots)),
                Ok(None) => why = why.or_else(|| Some(self.copies.damaged())),
                // The vault has the key of another guess: this file is from before it.
                Err(_) if guess_key(vault, other(header.guess)).is_ok() => {
                    why = why.or_else(|| Some(self.copies.damaged()));
                }
                Err(e) => why = why.or(Some(e)),
            }
        }
        Err(why.unwrap_or_else(|| self.copies.damaged()))
    }

    /// Writes the lock under a new key of the vault, and destroys the one before it: what was written until now opens nothing when it
    /// returns. Stopped anywhere, one of the two opens. Gives the lock as it was written, and its key.
    pub(super) fn advance(
        &self,
        vault: &dyn Vault,
        header: &KeyHeader,
        slots: &Slots,
    ) -> Result<(KeyHeader, Zeroizing<[u8; 32]>), Error> {
        let (before, after) = (guess_alias(header.guess), other(header.guess));
        vault.destroy(&guess_alias(after))?;
        let new = match vault.create(&guess_alias(after), Policy::App) {
            // Only a vault of files says so. The count is written in place, which takes no room.
            Err(VaultError::Disk(StorageError::Full | StorageError::ReadOnly)) => false,
            made => made.map(|()| true)?,
        };
        let mut next = KeyHeader { guess: if new { after } else { header.guess }, ..header.clone() };
        let key = guess_key(vault, next.guess)?;
        next.seal(&key, slots);
        self.copies.write(&mut next)?;
        if new {
            vault.destroy(&before)?;
        }
        Ok((next, key))
    }
}
