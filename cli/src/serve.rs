//! `baqylau serve`: the mission server. It needs the folder `server/` of a mission and nothing that reads.

use crate::common::{CommandError, CommandResult, now, told};
use baqylau_protocol::ids::PublicKey;
use baqylau_protocol::keys::SigningKey;
use baqylau_server::{Limits, ServerConfig, TlsFiles, start};
use clap::Args;
use data_encoding::HEXLOWER;
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
}

pub fn run(args: &ServeOptions) -> CommandResult {
    let filter = tracing_subscriber::EnvFilter::try_from_env("BAQYLAU_LOG").unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let running = start(config(args)?).await?;
        println!("listening on {}", running.address);
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
        root: PublicKey::from_hex(&text("root.pub")?).ok_or_else(|| unreadable("root.pub"))?,
        receipt_key: SigningKey::from_seed(seed),
        tls,
        now: Arc::new(now),
        limits: Limits { connections: args.connections, ..Limits::default() },
    })
}

/// Ctrl-C, or what a service manager sends.
pub async fn stop_signal() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}
