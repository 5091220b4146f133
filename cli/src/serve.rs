//! `baqylau serve`: the mission server. It needs the folder `server/` of a mission and nothing that reads.

use crate::common::{CommandError, CommandResult, log_to_stderr, now, told};
use baqylau_protocol::checkpoint::{NoteKey, origin};
use baqylau_protocol::ids::{MissionId, MissionRoot};
use baqylau_protocol::keys::SigningKey;
use baqylau_server::{Limits, NoWitness, ServerConfig, TlsFiles, WitnessAddress, WitnessList, parse_witnesses, start};
use clap::Args;
use data_encoding::HEXLOWER;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// Options of the server.
#[derive(Args)]
pub struct ServeOptions {
    /// The folder `server/` of a mission: root.pub, receipt.key, tls.pem, tls-key.pem. The database is made in it.
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
    /// Where to listen.
    #[arg(long, default_value = "0.0.0.0:8443")]
    listen: SocketAddr,
    /// Speak plain HTTP: for benchmarks, or behind a proxy on the same machine.
    #[arg(long)]
    no_tls: bool,
    /// The most connections at once: a hundred less than `ulimit -n`. Beyond it the slowest are closed.
    #[arg(long, default_value_t = Limits::default().connections)]
    connections: usize,
    /// Somebody who cosigns the log: URL+KEY, as `baqylau witness key` prints the key. Repeatable; further ones stand in the file
    /// `witnesses` of the folder, one a line.
    #[arg(long, value_name = "URL+KEY")]
    witness: Vec<WitnessAddress>,
    /// TLS authorities that witnesses are trusted by, beside the system's: a PEM file.
    #[arg(long, value_name = "FILE")]
    witness_roots: Option<PathBuf>,
}

pub fn run(args: &ServeOptions) -> CommandResult {
    log_to_stderr();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let config = config(args)?;
        let (mission, key) = (MissionId::of(config.root), config.receipt_key.public());
        let running = start(config).await?;
        // In one write: whoever starts it may read no further than the first line.
        let key = NoteKey::new(&origin(mission, &key), key).map_or_else(String::new, |key| key.of_log());
        print!("listening on {}\nlog key {key}\n", running.address);
        stop_signal().await?;
        running.stop().await;
        Ok(true)
    })
}

fn unreadable(name: &str) -> String {
    format!("{name} is no key in hexadecimal; put it back from a copy of the mission's folder `server`")
}

fn config(args: &ServeOptions) -> Result<ServerConfig, CommandError> {
    let read = |name: &str| {
        let path = args.folder.join(name);
        std::fs::read(&path).map_err(|e| format!("{}; copy the mission's folder `server` here", told(&path, &e)))
    };
    let text = |name: &str| read(name).map(|b| String::from_utf8_lossy(&b).trim().to_owned());
    let seed = HEXLOWER.decode(text("receipt.key")?.as_bytes()).ok().and_then(|seed| <[u8; 32]>::try_from(seed).ok());
    let seed = seed.ok_or_else(|| unreadable("receipt.key"))?;
    let tls = if args.no_tls { None } else { Some(TlsFiles { chain: read("tls.pem")?, key: read("tls-key.pem")? }) };
    Ok(ServerConfig {
        listen: args.listen,
        database: args.folder.join("server.db"),
        root: MissionRoot::from_hex(&text("root.pub")?).ok_or_else(|| unreadable("root.pub"))?,
        receipt_key: SigningKey::from_seed(seed),
        tls,
        now: Arc::new(now),
        limits: Limits { connections: args.connections, ..Limits::default() },
        witnesses: witnesses(args)?,
    })
}

fn witnesses(args: &ServeOptions) -> Result<WitnessList, CommandError> {
    let file = args.folder.join("witnesses");
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(told(&file, &e).into()),
    };
    let listed = parse_witnesses(&text).map_err(|line| format!("{}: line {line}: {NoWitness}", file.display()))?;
    let addresses = [args.witness.clone(), listed].concat();
    if addresses.is_empty() {
        return Ok(WitnessList::default());
    }
    // What of the system's authorities cannot be read is left out; a witness that needs it is told as not to be reached.
    let mut roots: Vec<Vec<u8>> =
        rustls_native_certs::load_native_certs().certs.iter().map(|der| der.to_vec()).collect();
    if let Some(path) = &args.witness_roots {
        let pem = std::fs::read(path).map_err(|e| told(path, &e))?;
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let found = found.ok().filter(|found| !found.is_empty());
        let found = found.ok_or_else(|| format!("{}: no certificate in PEM", path.display()))?;
        roots.extend(found.iter().map(|der| der.to_vec()));
    }
    Ok(WitnessList { addresses, roots, ..WitnessList::default() })
}

/// Ctrl-C, or what a service manager sends.
pub async fn stop_signal() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}
