//! `baqylau demo`: a whole mission in two minutes. Phones, server and desk are the real ones; only the observers are simulated.
//!
//! # Layout
//! - [`stage`]: the folder, the mission, the phones
//! - [`server`]: the server, a child process
//! - [`proxy`]: a bad line between them
//! - [`phones`]: enrol, fill, deliver
//! - [`loops`]: questions back, a lost phone, couriers
//! - [`tally`]: what it cost

mod children;
mod loops;
mod phones;
mod proxy;
mod server;
pub mod stage;
mod tally;

pub use children::{DemoDevice, run_device};

use crate::common::{CommandResult, print_json};
use crate::desk::{figure_json, figure_table};
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::index::filter::ReportFilter;
use baqylau_findings::Computed;
use clap::Args;
use loops::Loops;
use phones::DemoPhones;
use serde_json::json;
use server::ServerProcess;
use stage::Stage;
use std::path::PathBuf;
use std::time::Duration;
use tally::{Faults, file_system, peak_rss, stopwatch};

/// Options of the demonstration.
#[derive(Args)]
pub struct DemoOptions {
    /// The folder with the mission's tables.
    #[arg(long, value_name = "DIR", default_value = "missions/kazakhstan-2023")]
    pub mission: PathBuf,
    /// Decides which reports answer what; never how many, and never keys.
    #[arg(long, default_value_t = 2023)]
    pub seed: u64,
    /// Lose replies, cut connections, kill the server and the phones.
    #[arg(long)]
    pub faults: bool,
    /// Where to leave the mission; replaced if an earlier demonstration left it.
    #[arg(long, value_name = "DIR", default_value = "demo-mission")]
    pub keep: PathBuf,
    /// Go on with the server and the desk's page, until Ctrl-C.
    #[arg(long, conflicts_with_all = ["json", "faults"])]
    pub serve: bool,
    /// One JSON object on one line.
    #[arg(long)]
    pub json: bool,
}

pub fn run(args: &DemoOptions) -> CommandResult {
    let watch = stopwatch();
    let faults = Faults::default();
    let stage = Stage::set(args)?;
    let mut desk = stage.desk()?;
    let server = ServerProcess::start(&stage.server_folder(), stage.server_port)?;
    if args.faults {
        proxy::start(stage.port, stage.server_port, args.seed)?;
    }
    desk.publish()?;
    if args.faults {
        proxy::go_bad();
    }
    let phones = DemoPhones::new(&stage, args.faults)?;
    say(args, &format!("{} phones enrol", phones.len()));
    phones.enrol()?;
    say(args, "the network is gone; observers fill checklists");
    let filled = phones.fill(&faults)?;
    say(args, &format!("{} reports signed and sealed; the network is back", filled.reports));
    let sent = phones.deliver(&server, &faults)?;
    let mut refused = phones.pull(&mut desk)?;
    let loops = Loops::play(args, &mut desk, &phones)?;
    refused += phones.pull(&mut desk)?;
    let (tables, table) = desk.report_table(None, AnswerBasis::Effective)?;
    let (counted, _) = table.counted();
    let figures = table.figures(&tables, &ReportFilter::default());
    let exported = stage.folder.join("answers");
    desk.export(AnswerBasis::Effective, &exported, false)?;
    let rss = peak_rss(std::process::id()) + server.peak_rss() + filled.peak_child_rss;
    proxy::go_good();
    faults.duplicates(server.metric("baqylau_objects_duplicate_total", &stage)?);
    server.stop()?;
    let equal = figures.iter().all(|f| f.equal);
    let complete = counted == filled.reports && refused == 0;
    let seconds = watch.elapsed();
    let summary = json!({
        "figures": figures.iter().map(figure_json).collect::<Vec<_>>(),
        "reports": counted,
        "observers": phones.len(),
        "seconds": (seconds * 10.0).round() / 10.0,
        "peak_rss_bytes": rss,
        "bytes_per_report": sent.bytes.checked_div(sent.reports as u64),
        "commits": filled.commits,
        "answers": filled.answers,
        "synchronous": filled.synchronous,
        "file_system": file_system(&stage.folder),
        "loops": loops.json(),
        "faults": faults.json(args.faults),
        "folder": stage.folder,
    });
    if args.json {
        print_json(&summary)?;
    } else {
        print!("{}", figure_table(&figures));
        closing(&summary, &stage, &verdict(&figures), stage.first_person());
    }
    if args.serve {
        let server = ServerProcess::start(&stage.server_folder(), stage.server_port)?;
        drop(desk);
        crate::page::serve(|| stage.desk(), 0, EVERY)?;
        server.stop()?;
    }
    Ok(equal && complete)
}

fn say(args: &DemoOptions, text: &str) {
    if !args.json {
        println!("{text}");
    }
}

/// Whether the figures are what was published, as far as anything is.
fn verdict(figures: &[Computed]) -> String {
    let awaited = figures.iter().filter(|f| f.published.is_empty()).count();
    let said = match figures.iter().all(|f| f.equal) {
        _ if awaited == figures.len() => return "no figure is published yet".into(),
        true => "every figure is the published one",
        false => "NOT every figure is the published one",
    };
    if awaited == 0 { said.into() } else { format!("{said}; {awaited} not published yet") }
}

fn closing(summary: &serde_json::Value, stage: &Stage, verdict: &str, spare: &str) {
    let folder = stage.folder.display();
    println!();
    let bytes = summary["bytes_per_report"].as_u64();
    let bytes = bytes.map_or("nothing sent".to_owned(), |bytes| format!("{bytes} bytes sent a report"));
    println!(
        "{} reports by {} observers in {} s; {} durable commits (synchronous={}, {}); {bytes}; {} MB at most",
        summary["reports"],
        summary["observers"],
        summary["seconds"],
        summary["commits"],
        summary["synchronous"].as_str().unwrap_or_default(),
        summary["file_system"].as_str().unwrap_or_default(),
        summary["peak_rss_bytes"].as_u64().unwrap_or_default() >> 20,
    );
    if summary["faults"].is_object() {
        println!("faults: {}", summary["faults"]);
    }
    println!("{verdict}");
    println!();
    println!("Left behind in {folder}. To look around (passphrase: {}):", stage::PASSPHRASE);
    println!("  export BAQYLAU_PASSPHRASE='{}' BAQYLAU_PIN=1234", stage::PASSPHRASE);
    println!("  baqylau desk page --folder {folder}/mission");
    println!("  baqylau desk figures --folder {folder}/mission");
    println!("  baqylau desk log --folder {folder}/mission {folder}/log.cbor && baqylau verify {folder}/log.cbor");
    println!("  baqylau serve --folder {folder}/mission/server --listen 127.0.0.1:{}", stage.port);
    println!("  baqylau mission invite --folder {folder}/mission {spare} --out my-invites");
    println!("  baqylau observe enrol --store my-phone --invite my-invites/{spare}.txt");
}

/// Every how long the page asks the server.
const EVERY: Duration = Duration::from_secs(5);
/// How long a phone waits for anything.
const BUDGET: Duration = Duration::from_secs(60);
