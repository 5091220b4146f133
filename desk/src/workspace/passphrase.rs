//! The passphrase that the desk's keys lie under.

use super::keys;
use crate::error::DeskError;
use std::path::Path;

/// Every file that the passphrase keeps, where it is here.
const KEPT: [&str; 3] = ["desk.key", "root.key", "tls.key"];
/// The shortest passphrase, in characters.
pub(crate) const SHORTEST: usize = 8;

/// Puts the desk's keys under another passphrase; gives how many files. Killed in between, it is called again: a file that has the new
/// one is left.
///
/// # Errors
/// The old passphrase is wrong, the new one is too short, or the disk refuses. Then nothing was changed.
pub fn change_passphrase(folder: &Path, old: &str, new: &str) -> Result<usize, DeskError> {
    long_enough(new)?;
    let files = KEPT.iter().map(|name| folder.join("keys").join(name)).filter(|path| path.exists());
    let mut under_old = Vec::new();
    for path in files {
        match keys::read::<serde_json::Value>(&path, old) {
            Ok(secrets) => under_old.push((path, secrets)),
            Err(DeskError::Passphrase { .. }) if keys::read::<serde_json::Value>(&path, new).is_ok() => {}
            Err(e) => return Err(e),
        }
    }
    for (path, secrets) in &under_old {
        keys::write(path, new, secrets)?;
    }
    Ok(under_old.len())
}

/// Whether a passphrase is long enough.
pub(crate) fn long_enough(passphrase: &str) -> Result<(), DeskError> {
    if passphrase.chars().count() < SHORTEST {
        return Err(DeskError::PassphraseTooShort { least: SHORTEST });
    }
    Ok(())
}
