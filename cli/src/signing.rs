//! A root that several people hold: a key each, and a signature each on what changes.

use crate::changes::changes;
use crate::common::{CommandError, CommandResult, Folder, now, save, told};
use crate::secrets::Passphrase;
use baqylau_desk::workspace::{WaitingBundle, keys};
use baqylau_forms::value::Moment;
use baqylau_observer::app::fingerprint;
use baqylau_protocol::keys::SigningKey;
use clap::Args;
use std::io::BufRead;
use std::path::{Path, PathBuf};

/// A key of the root for somebody who has no desk.
#[derive(Args)]
pub struct RootKeyOptions {
    /// The file to make, encrypted under the passphrase. Keep it where the mission's desks are not.
    file: PathBuf,
    #[command(flatten)]
    secret: Passphrase,
}

/// A bundle that lacks signatures.
#[derive(Args)]
pub struct SignOptions {
    /// The file, as the desk that proposes it wrote it; the signature is added to it.
    file: PathBuf,
    /// Your key, as `mission root-key` made it, or `keys/root.key` of a mission's folder.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Sign without being asked. What changes is shown all the same.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    secret: Passphrase,
}

pub fn make_key(options: &RootKeyOptions) -> CommandResult {
    if options.file.exists() {
        return Err(format!("{}: there is something of this name already", options.file.display()).into());
    }
    let key = SigningKey::generate();
    keys::write(&options.file, &options.secret.read_new()?, key.seed())?;
    println!("{}", key.public());
    println!("give these 64 digits to who makes the mission (`mission new --holder`), and the file to nobody");
    Ok(true)
}

pub fn sign(options: &SignOptions) -> CommandResult {
    let mut waiting = read(&options.file)?;
    println!("mission {}", fingerprint(&waiting.root()?));
    for line in summary(&waiting)? {
        println!("{line}");
    }
    if !options.yes && !agreed()? {
        println!("nothing was signed");
        return Ok(false);
    }
    waiting.sign(&SigningKey::from_seed(keys::read(&options.key, &options.secret.read()?)?))?;
    save(&options.file, &waiting.encode())?;
    println!("signed; {}", standing(&waiting)?);
    Ok(true)
}

pub fn read(file: &Path) -> Result<WaitingBundle, CommandError> {
    Ok(WaitingBundle::read(&std::fs::read(file).map_err(|e| told(file, &e))?)?)
}

/// What is proposed, a line each.
pub fn summary(waiting: &WaitingBundle) -> Result<Vec<String>, CommandError> {
    let (manifest, before) = (waiting.manifest()?, waiting.manifest_before()?);
    let head = match &before {
        None => format!("bundle {}, the first of the mission:", manifest.version),
        Some(before) => format!("bundle {}, against bundle {}:", manifest.version, before.version),
    };
    let changes = changes(&manifest, before.as_ref());
    Ok([head].into_iter().chain(changes).collect())
}

/// How many signed, and what is left to do.
pub fn standing(waiting: &WaitingBundle) -> Result<String, CommandError> {
    let (signed, needed) = waiting.signatures()?;
    Ok(match signed < usize::from(needed) {
        true => {
            format!("{signed} of {needed} signatures are there: `mission sign` by another holder of the root is next")
        }
        false => format!("{signed} of {needed} signatures are there: `mission publish` at the desk is next"),
    })
}

fn agreed() -> Result<bool, CommandError> {
    print!("sign this? Type yes: ");
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim() == "yes")
}

/// Publishes what was signed here or elsewhere; where there is nothing, or so many days are promised anew, what is renewed now.
pub fn publish(folder: &Folder, renew: Option<u32>, file: Option<&Path>) -> CommandResult {
    let (desk, passphrase) = folder.open_with_passphrase()?;
    if let Some(file) = file {
        let manifest = desk.take_waiting(&read(file)?)?;
        println!("bundle {} has its signatures", manifest.version);
    } else if renew.is_some() || !desk.has_unpublished()? {
        let manifest = desk.renew(renew, &passphrase, now())?;
        let until = Moment { ms: manifest.renew_by, offset: 0 };
        println!("bundle {} changes nothing; the next one is promised by {until}", manifest.version);
        return crate::root::publish(&desk, false);
    }
    desk.publish()?;
    println!("published to {}", desk.workspace.settings.servers.join(", "));
    Ok(true)
}
