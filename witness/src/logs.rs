//! The logs that a witness knows: keys on the command line, or lists of them in files.

use baqylau_protocol::checkpoint::NoteKey;

/// A log, by its origin, and the keys that may sign for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessedLog {
    /// First line of its checkpoints. It names the log, whatever keys sign.
    pub origin: String,
    /// At least one.
    pub keys: Vec<NoteKey>,
}

/// A line of a list of logs that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogListError {
    /// No key of a log, as `baqylau serve` prints it.
    #[error("line {line}: no key of a log; one is NAME+ID+KEY, and `baqylau serve` prints the mission's")]
    Key {
        /// From 1.
        line: usize,
    },
    /// No line of this format.
    #[error("line {line}: neither a key, nor `vkey`, `origin`, `qpd`, `bastion`, `contact` or `logs/v0`")]
    Unknown {
        /// From 1.
        line: usize,
    },
}

/// Reads a list: keys, one a line, or the format `logs/v0` of the witness network, of which only `vkey` and `origin` matter here. Empty
/// lines and those with `#` are left out.
///
/// # Errors
/// [`LogListError`] for the first line that cannot be read.
pub fn parse_list(text: &str) -> Result<Vec<WitnessedLog>, LogListError> {
    let mut logs: Vec<WitnessedLog> = Vec::new();
    for (line, words) in (1..).zip(text.lines().map(str::trim)) {
        let (word, rest) = words.split_once(' ').unwrap_or((words, ""));
        match word {
            "" | "logs/v0" | "qpd" | "bastion" | "contact" => {}
            _ if word.starts_with('#') => {}
            "origin" => {
                let last = logs.last_mut().ok_or(LogListError::Unknown { line })?;
                if rest != "none" {
                    rest.clone_into(&mut last.origin);
                }
            }
            "vkey" => logs.push(log(rest).ok_or(LogListError::Key { line })?),
            _ if rest.is_empty() => logs.push(log(word).ok_or(LogListError::Key { line })?),
            _ => return Err(LogListError::Unknown { line }),
        }
    }
    Ok(logs)
}

/// A log whose origin is the name of its key.
fn log(key: &str) -> Option<WitnessedLog> {
    let key = NoteKey::parse_log(key)?;
    Some(WitnessedLog { origin: key.name.clone(), keys: vec![key] })
}

/// One entry for each origin, with all its keys.
#[must_use]
pub fn merged(logs: Vec<WitnessedLog>) -> Vec<WitnessedLog> {
    let mut merged: Vec<WitnessedLog> = Vec::new();
    for log in logs {
        match merged.iter_mut().find(|known| known.origin == log.origin) {
            Some(known) => known.keys.extend(log.keys),
            None => merged.push(log),
        }
    }
    merged
}
