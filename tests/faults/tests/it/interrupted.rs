//! Every command, interrupted at its calls.

use crate::it::commands::{COMMANDS, Interrupted};
use crate::it::program::Fault;
use crate::it::stage::Stage;
use crate::it::sweep::interrupt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::sync::{LazyLock, Mutex, PoisonError};

/// One for all tests: making it takes most of their time.
pub static STAGE: LazyLock<Mutex<Stage>> = LazyLock::new(|| Mutex::new(Stage::new()));

/// How many interruptions are tried where nothing else is said.
const SAMPLE: usize = 4;

/// A command, what interrupts it, and at which of its calls from 1 on.
type Point = (&'static Interrupted, Fault, usize);

/// Every fault at every call of every command that it concerns.
fn points(stage: &Stage) -> Vec<Point> {
    let mut points = Vec::new();
    for fault in Fault::ALL {
        for command in COMMANDS {
            let calls = stage.calls(command);
            let concerned = calls.iter().enumerate().filter(|(_, call)| fault.concerns(call));
            points.extend(concerned.map(|(at, _)| (command, fault, at + 1)));
        }
    }
    points
}

/// What was found and mended: tried in every sample, at the first such call on such a file.
const FOUND: [(&str, Fault, &str, &str); 3] = [
    ("enrol", Fault::Kill, "rename", "lock.copy.json.part"),
    ("enrol", Fault::Kill, "pwrite64", "main.db"),
    ("enrol", Fault::Kill, "pwrite64", "main.db-wal"),
];

fn found(stage: &Stage, (name, fault, call, on): (&str, Fault, &str, &str)) -> Point {
    let command = COMMANDS.iter().find(|command| command.name == name).expect("a command");
    let at = stage.calls(command).iter().position(|c| c.name == call && c.on.ends_with(on)).expect("such a call");
    (command, fault, at + 1)
}

/// What `BAQYLAU_FAULTS` asks for: `all`, the names of commands with commas in between, or how many are drawn; [`SAMPLE`] without it.
/// `BAQYLAU_FAULTS_SEED` draws. A call and a fault that a line of the file `tried` names is not tried again.
fn chosen(stage: &Stage) -> Vec<Point> {
    let mut points = points(stage);
    let asked = std::env::var("BAQYLAU_FAULTS").unwrap_or_else(|_| SAMPLE.to_string());
    let tried = fs::read_to_string(stage.tried()).unwrap_or_default();
    if let Ok(count) = asked.parse() {
        points = drawn(points, count);
        points.extend(FOUND.map(|known| found(stage, known)));
    } else {
        points.retain(|point| asked == "all" || asked.split(',').any(|name| name == point.0.name));
    }
    points.retain(|point| !tried.lines().any(|line| line.starts_with(&named(point))));
    points
}

fn drawn(mut points: Vec<Point>, count: usize) -> Vec<Point> {
    let seed = std::env::var("BAQYLAU_FAULTS_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let count = count.min(points.len());
    (0..count).map(|_| points.swap_remove(random.next_u32() as usize % points.len())).collect()
}

fn named((command, fault, at): &Point) -> String {
    format!("{}: {} at {at}:", command.name, fault.name())
}

#[test]
fn what_is_interrupted_at_any_call_loses_nothing_and_goes_on() {
    let stage = STAGE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut tried = OpenOptions::new().create(true).append(true).open(stage.tried()).expect("a file");
    let mut found = Vec::new();
    for point in chosen(&stage) {
        let outcome = interrupt(&stage, point.0, point.1, point.2);
        let words = outcome.as_ref().err().map_or("well", |why| why);
        let call = &stage.calls(point.0)[point.2 - 1];
        writeln!(tried, "{} {} {}: {}", named(&point), call.name, call.on, words.replace('\n', "|")).expect("written");
        found.extend(outcome.err().map(|why| format!("{} {} {}:\n    {why}", named(&point), call.name, call.on)));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
