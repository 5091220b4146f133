//! Passphrases and PINs. They come from a file, from the environment or from whoever types them, and never from an argument: every user
//! of the machine reads the arguments of a program (`ps`), and a shell keeps them.

use crate::common::{CommandError, told};
use clap::Args;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::cell::OnceCell;
use std::io::{BufRead, IsTerminal, Stdin};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A secret in memory, overwritten when it is dropped.
pub type Secret = Zeroizing<String>;

/// Where the passphrase comes from.
#[derive(Args)]
pub struct Passphrase {
    /// A file with the passphrase; otherwise `BAQYLAU_PASSPHRASE` is read, otherwise you are asked.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Passphrase {
    pub fn read(&self) -> Result<Secret, CommandError> {
        read(self.passphrase_file.as_deref(), "BAQYLAU_PASSPHRASE", "passphrase", Asking::Once)
    }

    /// One that nothing is locked with yet.
    pub fn read_new(&self) -> Result<Secret, CommandError> {
        read(self.passphrase_file.as_deref(), "BAQYLAU_PASSPHRASE", "passphrase", Asking::Twice)
    }
}

/// Where the PIN of an observer comes from. It is asked for once in a command.
#[derive(Args)]
pub struct PinSource {
    /// A file with the PIN; otherwise `BAQYLAU_PIN` is read, otherwise you are asked.
    #[arg(long, value_name = "FILE")]
    pin_file: Option<PathBuf>,
    #[arg(skip)]
    known: OnceCell<Secret>,
}

impl PinSource {
    pub fn read(&self) -> Result<&str, CommandError> {
        self.asked(Asking::Once)
    }

    /// One that nothing is locked with yet.
    pub fn read_new(&self) -> Result<&str, CommandError> {
        self.asked(Asking::Twice)
    }

    fn asked(&self, asking: Asking) -> Result<&str, CommandError> {
        if self.known.get().is_none() {
            let _ = self.known.set(read(self.pin_file.as_deref(), "BAQYLAU_PIN", "PIN", asking)?);
        }
        Ok(self.known.get().map(|pin| pin.as_str()).unwrap_or_default())
    }
}

/// How often a secret is typed at a terminal: twice where a slip would lock everybody out.
#[derive(Clone, Copy)]
pub enum Asking {
    Once,
    Twice,
}

/// The first line of a file, a variable of the environment, or what is typed.
pub fn read(file: Option<&Path>, variable: &str, what: &str, asking: Asking) -> Result<Secret, CommandError> {
    let found = if let Some(file) = file {
        Zeroizing::new(std::fs::read_to_string(file).map_err(|e| told(file, &e))?)
    } else if let Ok(text) = std::env::var(variable) {
        Zeroizing::new(text)
    } else {
        typed(what, asking)?
    };
    let secret = Zeroizing::new(found.trim_end_matches(['\r', '\n']).to_owned());
    if secret.is_empty() {
        return Err(format!("no {what}: name a file that holds it, set {variable}, or type it").into());
    }
    Ok(secret)
}

/// Asks at the terminal, without showing what is typed; takes a line where standard input is none.
fn typed(what: &str, asking: Asking) -> Result<Secret, CommandError> {
    let stdin = std::io::stdin();
    let hidden = Hidden::begin(&stdin);
    let line = |prompt: &str| -> Result<Secret, CommandError> {
        eprint!("{prompt}: ");
        let mut line = Zeroizing::new(String::new());
        stdin.lock().read_line(&mut line)?;
        if hidden.is_some() {
            // The line break was not shown either.
            eprint!("\n");
        }
        Ok(line)
    };
    let first = line(what)?;
    match asking {
        Asking::Twice if hidden.is_some() && *line(&format!("{what}, once more"))? != *first => {
            Err("these are two different ones; nothing was done".into())
        }
        Asking::Twice | Asking::Once => Ok(first),
    }
}

/// While it lives, the terminal does not show what is typed.
struct Hidden<'s> {
    stdin: &'s Stdin,
    before: Termios,
}

impl<'s> Hidden<'s> {
    /// `None` where standard input is no terminal.
    fn begin(stdin: &'s Stdin) -> Option<Self> {
        let before = stdin.is_terminal().then(|| tcgetattr(stdin).ok())??;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(stdin, OptionalActions::Flush, &silent).ok()?;
        Some(Self { stdin, before })
    }
}

impl Drop for Hidden<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.stdin, OptionalActions::Flush, &self.before);
    }
}
