//! `baqylau witness`: somebody else's eyes on the log. It needs nothing of a mission but the log's public key.

use crate::common::{CommandError, CommandResult, log_to_stderr, now, told};
use crate::serve::stop_signal;
use crate::terminal;
use baqylau_protocol::checkpoint::{Checkpoint, NoteKey};
use baqylau_witness::key::WitnessKey;
use baqylau_witness::logs::{WitnessedLog, parse_list};
use baqylau_witness::store::WitnessStore;
use baqylau_witness::{WitnessConfig, start};
use clap::{Args, Subcommand};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Options of a witness.
#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "It speaks plain HTTP: put a web server with TLS in front of it, which passes on POST /add-checkpoint. Servers of missions ask it with `baqylau serve --witness URL+KEY`."
)]
pub struct WitnessOptions {
    #[command(subcommand)]
    command: Option<WitnessCommand>,
    #[command(flatten)]
    run: Option<WitnessRun>,
}

#[derive(Subcommand)]
enum WitnessCommand {
    /// Print its verifier key, which servers of missions and readers need.
    Key(WitnessFolder),
    /// List the heads that it cosigned last: origin, size, root.
    Heads(WitnessFolder),
    /// Print the notes of logs that signed two roots for one size: both are evidence, for anybody.
    Forks(WitnessFolder),
}

#[derive(Args)]
struct WitnessFolder {
    /// The folder of the witness.
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
}

/// Run it.
#[derive(Args)]
struct WitnessRun {
    /// Its folder: its key and what it cosigned. Made at the first start; never put back from an older copy.
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8447")]
    listen: SocketAddr,
    /// The name of its key at the first start, for example `witness.example/w1`: a URL without its scheme, which need not lead anywhere.
    #[arg(long)]
    name: Option<String>,
    /// A log that it cosigns: the key that `baqylau serve` prints, or a file of them, one a line (also as `logs/v0`). Repeatable.
    #[arg(long, value_name = "KEY|FILE", required = true)]
    log: Vec<String>,
}

pub fn run(options: WitnessOptions) -> CommandResult {
    match options.command {
        Some(WitnessCommand::Key(at)) => key(&at.folder),
        Some(WitnessCommand::Heads(at)) => heads(&at.folder),
        Some(WitnessCommand::Forks(at)) => forks(&at.folder),
        None => options.run.map_or(Ok(false), serve),
    }
}

fn serve(args: WitnessRun) -> CommandResult {
    log_to_stderr();
    let logs = args.log.iter().map(|log| known(log)).collect::<Result<Vec<_>, _>>()?.concat();
    let config = WitnessConfig { folder: args.folder, listen: args.listen, name: args.name, logs, now: Arc::new(now) };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let running = start(config).await?;
        print!("listening on {}\nkey {}\n", running.address, running.key.of_witness());
        stop_signal().await?;
        running.stop().await;
        Ok(true)
    })
}

/// A key, or the logs of a file.
fn known(log: &str) -> Result<Vec<WitnessedLog>, CommandError> {
    if NoteKey::parse_log(log).is_some() {
        return Ok(parse_list(log)?);
    }
    let path = Path::new(log);
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}, and it is no key of a log", told(path, &e)))?;
    Ok(parse_list(&text).map_err(|e| format!("{}: {e}", path.display()))?)
}

fn key(folder: &Path) -> CommandResult {
    let path = folder.join("witness.key");
    let key = WitnessKey::read(&path).map_err(|e| told(&path, &e))?;
    let key = key.ok_or_else(|| format!("{}: no witness was started here yet", folder.display()))?;
    println!("{}", key.public.of_witness());
    Ok(true)
}

fn store(folder: &Path) -> Result<WitnessStore, CommandError> {
    let path = folder.join("witness.db");
    if !path.exists() {
        return Err(format!("{}: no witness was started here yet", folder.display()).into());
    }
    Ok(WitnessStore::open(&path)?)
}

fn heads(folder: &Path) -> CommandResult {
    for (origin, head) in store(folder)?.heads()? {
        println!("{} {} {}", terminal::one_line(&origin), head.size, head.root);
    }
    Ok(true)
}

/// Status 1 where there are any.
fn forks(folder: &Path) -> CommandResult {
    let forks = store(folder)?.forks()?;
    for fork in &forks {
        println!("{} signed two roots for {} leaves:", terminal::one_line(&fork.origin), fork.size);
        for note in [&fork.cosigned, &fork.refused] {
            let root = Checkpoint::peek(note).map_or_else(|e| e.to_string(), |head| head.root.to_string());
            print!("\nroot {root}\n{note}");
        }
    }
    Ok(forks.is_empty())
}
