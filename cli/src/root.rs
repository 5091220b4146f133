//! `baqylau mission`: what only the root key can say, and what every phone and desk then holds to.

use crate::common::{CommandResult, Folder, now};
use crate::mission::device_id;
use crate::signing::{self, RootKeyOptions, SignOptions, standing};
use baqylau_desk::{Desk, RotatedKeys};
use baqylau_protocol::ids::PublicKey;
use clap::Subcommand;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum RootCommand {
    /// Make the folder of another desk of this mission, to be given away by hand. Needs the root key, which lists it; it cannot build bundles.
    Desk {
        #[command(flatten)]
        folder: Folder,
        /// The folder to make.
        other: PathBuf,
        /// One that pulls, looks, exports and verifies, and can sign nothing: it gets no issuer's key.
        #[arg(long)]
        reader: bool,
        /// Do not publish the bundle that lists it now.
        #[arg(long)]
        offline: bool,
    },
    /// End a desk that was lost or stolen: what it signs from now on counts nowhere. Needs the root key.
    EndDesk {
        #[command(flatten)]
        folder: Folder,
        /// The desk, as `desk devices` shows it.
        device: String,
        /// The first place of the log that does not count any more; without it, what is not pulled yet.
        #[arg(long, value_name = "PLACE")]
        place: Option<u64>,
        /// Do not publish the bundle that ends it now.
        #[arg(long)]
        offline: bool,
    },
    /// Have another log take the place of one that was lost or went back. `new-log` on the server's machine comes first. Needs the root key.
    Epoch {
        #[command(flatten)]
        folder: Folder,
        /// The key of the new log, as `new-log` prints it.
        #[arg(long, value_name = "HEX")]
        signed_by: String,
        /// How many objects the new log begins with, as `new-log` prints it; without it, all that are here.
        #[arg(long, value_name = "N")]
        size: Option<u64>,
        /// Do not publish the bundle that says so now.
        #[arg(long)]
        offline: bool,
    },
    /// Replace the issuer's and the reading key, as when a desk was stolen. Needs the root key.
    Rotate {
        #[command(flatten)]
        folder: Folder,
        /// The issuer's key only. Invites that are out stay good.
        #[arg(long)]
        issuer: bool,
        /// The reading key only. Phones seal to the new one when they have the bundle.
        #[arg(long)]
        reading: bool,
        /// End the issuer's key before: invites that were made with it and not used are void.
        #[arg(long)]
        end_issuer: bool,
        /// Another TLS authority, listed beside the one before, and nothing else. The server's next certificate lies in `server/` then.
        #[arg(long, conflicts_with_all = ["issuer", "reading", "end_issuer"])]
        tls: bool,
        /// End the TLS authorities before the last one, once the servers have gone over to it.
        #[arg(long, conflicts_with_all = ["tls", "issuer", "reading", "end_issuer"])]
        end_tls: bool,
        /// Do not publish the bundle that says so now.
        #[arg(long)]
        offline: bool,
    },
    /// Publish the bundle that was built last, or one that has got its signatures. Where there is none, renew the one that is published: phones
    /// and desks know then that nothing is kept from them. Renewing needs the root key.
    Publish {
        #[command(flatten)]
        folder: Folder,
        /// Renew it, and promise to do so again within so many days, which is 14 at first.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "file")]
        renew: Option<u32>,
        /// The file that the holders of the root signed; without it, the one under `publish/` in the mission's folder.
        file: Option<PathBuf>,
    },
    /// Make a key for somebody who is to hold the root of a mission with others.
    RootKey(RootKeyOptions),
    /// Sign a bundle as one of several holders of the root, after showing what it changes. Needs no mission's folder.
    Sign(SignOptions),
    /// Reinstate a phone that was revoked: what was decided about it is void, and desks decide anew. Needs the root key.
    Reinstate {
        #[command(flatten)]
        folder: Folder,
        /// The device, as `desk devices` shows it.
        device: String,
        /// Do not publish the bundle that says so now.
        #[arg(long)]
        offline: bool,
    },
}

pub fn run(command: RootCommand) -> CommandResult {
    match command {
        RootCommand::Desk { folder, other, reader, offline } => {
            let (desk, passphrase) = folder.open_with_passphrase()?;
            let (device, what) = match reader {
                true => (desk.add_reader(&other, &passphrase, now())?, "reader"),
                false => (desk.add_desk(&other, &passphrase, now())?, "desk"),
            };
            println!("a {what} in {}: {device}", other.display());
            publish(&desk, offline)?;
            println!("`baqylau desk pull --folder` with it fetches the log");
            Ok(true)
        }
        RootCommand::EndDesk { folder, device, place, offline } => {
            let (desk, passphrase) = folder.open_with_passphrase()?;
            let manifest = desk.end_desk(device_id(&device)?, place, &passphrase, now())?;
            println!("bundle {} ends desk {device}", manifest.version);
            publish(&desk, offline)
        }
        RootCommand::Epoch { folder, signed_by, size, offline } => {
            let (desk, passphrase) = folder.open_with_passphrase()?;
            let key = PublicKey::from_hex(&signed_by)
                .ok_or("a receipt key is 64 hexadecimal digits, as `new-log` prints it")?;
            let manifest = desk.begin_log(key, size, &passphrase, now())?;
            let kept = manifest.log.before.last().map_or(0, |head| head.size);
            println!(
                "bundle {} begins log {} with {kept} objects; desks and phones send what is behind them again",
                manifest.version, manifest.log.epoch
            );
            publish(&desk, offline)
        }
        RootCommand::Rotate { folder, tls: true, offline, .. } => rotate_tls(&folder, offline),
        RootCommand::Rotate { folder, end_tls: true, offline, .. } => {
            let (desk, passphrase) = folder.open_with_passphrase()?;
            let manifest = desk.end_tls(&passphrase, now())?;
            println!("bundle {} names one TLS authority: servers that show another are foreign now", manifest.version);
            publish(&desk, offline)
        }
        RootCommand::Rotate { folder, issuer, reading, end_issuer, offline, .. } => {
            let (mut desk, passphrase) = folder.open_with_passphrase()?;
            let all = !issuer && !reading;
            let keys = RotatedKeys { issuer: issuer || all || end_issuer, end_issuer, reading: reading || all };
            let manifest = desk.rotate(keys, &passphrase, now())?;
            println!("bundle {} names new keys; the next pull hands them to the other desks", manifest.version);
            publish(&desk, offline)
        }
        RootCommand::Publish { folder, renew, file } => signing::publish(&folder, renew, file.as_deref()),
        RootCommand::RootKey(options) => signing::make_key(&options),
        RootCommand::Sign(options) => signing::sign(&options),
        RootCommand::Reinstate { folder, device, offline } => {
            let (desk, passphrase) = folder.open_with_passphrase()?;
            let manifest = desk.reinstate(device_id(&device)?, &passphrase, now())?;
            println!(
                "bundle {} reinstates {device}: what was decided about it is void, and desks decide anew",
                manifest.version
            );
            publish(&desk, offline)
        }
    }
}

fn rotate_tls(folder: &Folder, offline: bool) -> CommandResult {
    let (desk, passphrase) = folder.open_with_passphrase()?;
    let manifest = desk.rotate_tls(&passphrase, now())?;
    println!("bundle {} names another TLS authority beside the one before", manifest.version);
    let done = publish(&desk, offline)?;
    println!(
        "next: on the server's machine take tls-next.pem and tls-next-key.pem from {}/server",
        folder.folder.display()
    );
    println!("as tls.pem and tls-key.pem, restart it, and then `mission rotate --end-tls`");
    Ok(done)
}

/// Publishes what was signed here, or says who else has to sign it.
pub fn publish(desk: &Desk, offline: bool) -> CommandResult {
    if let Some(waiting) = desk.workspace.waiting_bundle()? {
        println!("{}: {}", desk.workspace.waiting_file().display(), standing(&waiting)?);
        return Ok(true);
    }
    if offline {
        println!("not published: it holds from `mission build --publish` on");
        return Ok(true);
    }
    desk.publish()?;
    println!("published to {}", desk.workspace.settings.servers.join(", "));
    Ok(true)
}
