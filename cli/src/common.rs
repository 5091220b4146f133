//! What subcommands share.

use crate::secrets::{Passphrase, Secret};
use crate::terminal;
use baqylau_desk::Desk;
use baqylau_desk::files::refused;
use baqylau_observer::clock::{Clock, SystemClock};
use baqylau_protocol::courier::{Assembler, MAX_FILE};
use baqylau_sqlite::private;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// What a subcommand gives: whether all is well, or what went wrong. Exit codes are 0, 1 and 2.
pub type CommandResult = Result<bool, CommandError>;

/// Anything that can go wrong, in words.
pub type CommandError = Box<dyn std::error::Error + Send + Sync>;

/// A mission's folder and its passphrase.
#[derive(Args)]
pub struct Folder {
    /// The mission's folder at the desk, as `mission new` made it.
    #[arg(long, value_name = "DIR")]
    pub folder: PathBuf,
    #[command(flatten)]
    pub secret: Passphrase,
}

impl Folder {
    pub fn open(&self) -> Result<Desk, CommandError> {
        Ok(self.open_with_passphrase()?.0)
    }

    /// With the passphrase, for what needs the root key too.
    pub fn open_with_passphrase(&self) -> Result<(Desk, Secret), CommandError> {
        let passphrase = self.secret.read()?;
        Ok((Desk::open(&self.folder, &passphrase)?, passphrase))
    }
}

/// The log of a program that goes on running, on standard error. `BAQYLAU_LOG` says how much.
pub fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("BAQYLAU_LOG").unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// Now, in milliseconds since 1970.
pub fn now() -> i64 {
    SystemClock.wall().ms
}

/// The files in a folder, in the order of their names.
pub fn files_in(folder: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let fault = |e: std::io::Error| told(folder, &e);
    let entries = std::fs::read_dir(folder).map_err(fault)?.collect::<Result<Vec<_>, _>>().map_err(fault)?;
    let mut files: Vec<PathBuf> = entries.into_iter().map(|e| e.path()).filter(|p| p.is_file()).collect();
    files.sort();
    Ok(files)
}

/// The most bytes of a courier file, or of its frames, which are longer by a half.
const LONGEST_COURIER: usize = MAX_FILE / 2 * 3;

/// A file of no more bytes than that; of a longer one no more is read.
fn read_at_most(path: &Path, limit: usize) -> Result<Vec<u8>, CommandError> {
    let fault = |e: std::io::Error| told(path, &e);
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(fault)?.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(fault)?;
    if bytes.len() > limit {
        return Err(format!("{}: more than {limit} bytes: this is no courier file", path.display()).into());
    }
    Ok(bytes)
}

/// A courier file: its bytes, or those that frames make, one a line.
pub fn courier_file(path: &Path) -> Result<Vec<u8>, CommandError> {
    let bytes = read_at_most(path, LONGEST_COURIER)?;
    let Some(text) = std::str::from_utf8(&bytes).ok().filter(|t| t.starts_with("BAQYLAUC")) else { return Ok(bytes) };
    let mut assembler = Assembler::default();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        if let Some(file) = assembler.take(line)? {
            return Ok(file);
        }
    }
    let (here, all) = assembler.progress();
    Err(format!("{here} of {all} frames are here; read the others").into())
}

/// Writes a file, whole or not at all: what it replaces stays until the new one is durable. A pipe or a device is written to as it is.
pub fn save(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    save_with(path, |out| Ok(out.write_all(bytes).map_err(|e| told(path, &e))?))
}

/// As [`save`], of what is written bit by bit.
pub fn save_with(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let fault = |e: std::io::Error| CommandError::from(told(path, &e));
    let into = |target: &Path| -> Result<(), CommandError> {
        let mut out = BufWriter::new(std::fs::File::create(target).map_err(fault)?);
        write(&mut out)?;
        let file = out.into_inner().map_err(|e| fault(e.into_error()))?;
        if file.metadata().is_ok_and(|m| m.is_file()) { file.sync_all().map_err(fault) } else { Ok(()) }
    };
    if std::fs::metadata(path).is_ok_and(|m| !m.is_file()) {
        return into(path);
    }
    let part = path.with_added_extension("part");
    let renamed = into(&part).and_then(|()| private::rename(&part, path).map_err(fault));
    renamed.inspect_err(|_| drop(std::fs::remove_file(&part)))
}

/// What the operating system refuses of a file, and what to do.
pub fn told(path: &Path, e: &std::io::Error) -> String {
    format!("{}: {}", path.display(), refused(e))
}

/// Prints one JSON value on one line.
pub fn print_json<T: Serialize>(value: &T) -> CommandResult {
    print!("{}\n", terminal::json(&serde_json::to_string(value)?));
    Ok(true)
}

/// A progress bar on a terminal, nothing elsewhere.
pub fn bar(length: usize, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:<28} {bar:32} {pos:>6}/{len} {elapsed}");
    let bar = ProgressBar::new(length as u64).with_message(what);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
