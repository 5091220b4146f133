//! What the demonstration cost, and which faults happened.

use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often each kind of fault happened.
#[derive(Default)]
pub struct Faults {
    pub phones_killed: AtomicU64,
    pub servers_killed: AtomicU64,
    pub syncs_broken: AtomicU64,
    duplicates: AtomicU64,
}

impl Faults {
    pub fn one(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub fn duplicates(&self, count: u64) {
        self.duplicates.store(count, Ordering::Relaxed);
    }

    pub fn json(&self, happened: bool) -> Value {
        if !happened {
            return Value::Null;
        }
        let n = |a: &AtomicU64| a.load(Ordering::Relaxed);
        let (cut, lost) = super::proxy::counts();
        json!({
            "phones_killed": n(&self.phones_killed), "servers_killed": n(&self.servers_killed),
            "connections_cut": cut, "replies_lost": lost,
            "syncs_broken": n(&self.syncs_broken), "duplicates_received": n(&self.duplicates),
        })
    }
}

/// A running stopwatch.
pub struct Stopwatch(std::time::Instant);

/// Starts a stopwatch.
#[expect(clippy::disallowed_methods, reason = "it measures the demonstration, nothing is decided by it")]
pub fn stopwatch() -> Stopwatch {
    Stopwatch(std::time::Instant::now())
}

impl Stopwatch {
    /// Seconds since it was started.
    pub fn elapsed(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// The most memory that a process had, in bytes.
pub fn peak_rss(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kib = line.and_then(|l| l.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kib.unwrap_or(0) << 10
}

/// The file system that a folder is on.
pub fn file_system(folder: &Path) -> String {
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let mount = mounts.lines().filter_map(|l| {
        let mut words = l.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let holds = mount.filter(|(at, _)| folder.starts_with(at));
    holds.max_by_key(|(at, _)| at.len()).map(|(_, kind)| kind.to_owned()).unwrap_or_default()
}
