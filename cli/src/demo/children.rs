//! Phones that are processes of their own, and are killed.

use super::phones::{DemoPhone, FillResult, config};
use super::stage::PIN;
use super::tally::{Faults, peak_rss};
use crate::common::{CommandError, CommandResult, print_json};
use baqylau_observer::ObserverApp;
use baqylau_simulator::{PlannedReport, SimulatedClock, work};
use clap::Args;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

/// Fills in a child process that is killed twice, in the middle of a call, and then goes on to the end.
pub fn killed(phone: &DemoPhone, begins: i64, faults: &Faults) -> Result<FillResult, CommandError> {
    let tasks = phone.folder.join("tasks.json");
    std::fs::write(&tasks, serde_json::to_vec(&phone.tasks)?)?;
    let mut total = FillResult::default();
    for kill_after in [Some(17), Some(40), None] {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["demo-device", "--begins", &begins.to_string(), "--language", &phone.language, "--tasks"])
            .arg(&tasks)
            .arg("--store")
            .arg(&phone.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let out = BufReader::new(child.stdout.take().ok_or("a phone has no output")?);
        let mut lines = out.lines();
        let mut last = String::new();
        for (at, line) in lines.by_ref().enumerate() {
            last = line?;
            if kill_after.is_some_and(|k| at + 1 >= k) {
                break;
            }
        }
        total.peak_child_rss = total.peak_child_rss.max(peak_rss(child.id()));
        if kill_after.is_some() {
            // It is in the next call already.
            child.kill()?;
        }
        let status = child.wait()?;
        if status.signal() == Some(9) {
            Faults::one(&faults.phones_killed);
            let saved = lines.map_while(Result::ok).count() + kill_after.unwrap_or(0);
            total.answers += saved;
            total.commits += saved as u64;
            continue;
        }
        if !status.success() {
            return Err(format!("a phone ended with {status}").into());
        }
        let done: FillResult = serde_json::from_str(&last)?;
        total.answers += done.answers;
        total.commits += done.commits;
        total.synchronous = done.synchronous;
        break;
    }
    Ok(total)
}

/// One phone as a process.
#[derive(Args)]
pub struct DemoDevice {
    #[arg(long)]
    store: PathBuf,
    #[arg(long)]
    tasks: PathBuf,
    #[arg(long)]
    begins: i64,
    #[arg(long)]
    language: String,
}

/// Works off the tasks; says a word after every answer, and what it did at the end.
pub fn run_device(args: &DemoDevice) -> CommandResult {
    let tasks: Vec<PlannedReport> = serde_json::from_slice(&std::fs::read(&args.tasks)?)?;
    let clock = Arc::new(SimulatedClock::at(args.begins));
    let core = ObserverApp::open(config(&args.store, &args.language, clock.clone())?, PIN)?;
    let mut say = || println!("answered");
    let done = work(&core, &clock, &tasks, &mut say)?;
    let synchronous = core.synchronous()?.to_owned();
    print_json(&FillResult {
        reports: done.reports,
        answers: done.answers,
        commits: core.commits(),
        synchronous,
        peak_child_rss: 0,
    })
}
