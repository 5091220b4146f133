//! `baqylau`: the one binary. Every subcommand is a module; `--json` gives one JSON value on one line wherever a program may read the
//! output, and an error as `{"error": ...}`.

#[macro_use]
mod terminal;

mod changes;
mod common;
mod compare;
mod demo;
mod desk;
mod invites;
mod mission;
mod new_log;
mod observe;
mod page;
mod root;
mod secrets;
mod serve;
mod signing;
mod statement;
mod verify;
mod witness;

use baqylau_desk::files::refused;
use clap::{CommandFactory, Parser, Subcommand};
use std::process::ExitCode;

/// Election observation, from a checklist to the figures of the statement.
#[derive(Parser)]
#[command(
    version,
    propagate_version = true,
    after_help = "Exit status: 0 all is well; 1 it ran, and something is not (faults, a figure that differs, reports or files not delivered, attachments that are lacking, records that the server refuses); 2 it could not run."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a mission: check its tables, make its keys, sign its bundle, invite its people.
    #[command(subcommand)]
    Mission(mission::MissionCommand),
    /// Run the mission server.
    Serve(serve::ServeOptions),
    /// Begin a server's log again, from a desk's export: its database was lost, or put back from an old copy.
    NewLog(new_log::NewLogOptions),
    /// Watch logs as somebody else: remember their heads, and cosign only what goes on from there (c2sp.org/tlog-witness).
    Witness(witness::WitnessOptions),
    /// Pull what the server has, and compute the figures.
    #[command(subcommand)]
    Desk(desk::DeskCommand),
    /// Verify an exported log or a signed statement, offline and without any secret key; of two logs, say whether the server signed two.
    Verify(verify::VerifyOptions),
    /// Observe in a terminal: the same core that a phone has.
    #[command(subcommand)]
    Observe(observe::ObserveCommand),
    /// Play a whole mission, and compare its figures with the published ones.
    Demo(demo::DemoOptions),
    /// One phone of the demonstration, as a process of its own.
    #[command(hide = true)]
    DemoDevice(demo::DemoDevice),
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

fn main() -> ExitCode {
    // Whatever is written is for the user who runs it, whichever part writes it.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let json = std::env::args().any(|a| a == "--json");
    let result = match Cli::parse().command {
        Command::Mission(command) => mission::run(command),
        Command::Serve(command) => serve::run(&command),
        Command::NewLog(command) => new_log::run(&command),
        Command::Witness(command) => witness::run(command),
        Command::Desk(command) => desk::run(command),
        Command::Verify(command) => verify::run(&command),
        Command::Observe(command) => observe::run(command),
        Command::Demo(command) => demo::run(&command),
        Command::DemoDevice(command) => demo::run_device(&command),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "baqylau", &mut script);
            terminal::raw(&String::from_utf8_lossy(&script));
            Ok(true)
        }
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            let words = e.downcast_ref().map_or_else(|| e.to_string(), refused);
            if json {
                let _ = common::print_json(&serde_json::json!({"error": words}));
            }
            eprint!("baqylau: {words}\n");
            ExitCode::from(2)
        }
    }
}
