//! The server's binary over TLS, while 4,000 connections attack it and send junk to every path: its memory, and how long an honest phone
//! takes to deliver, again and again, beside what it takes alone. `BAQYLAU_BENCH_CONNECTIONS` and `BAQYLAU_BENCH_JUNK` (bytes, 1 GB)
//! set how many and how much; client and server share the cores.

use baqylau_benches::{quantile, timed};
use baqylau_observer::ObserverApp;
use baqylau_observer::app::VisitChange;
use baqylau_protocol::certificate::Invite;
use baqylau_tests::flood::{Flood, peak_memory};
use baqylau_tests::{BUDGET, World, tables};
use std::io::BufRead;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Deliveries that are timed without an attack.
const ALONE: usize = 50;

fn main() {
    let number = |name: &str, default: u64| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default);
    let connections = usize::try_from(number("BAQYLAU_BENCH_CONNECTIONS", 4_000)).expect("a number");
    let junk = number("BAQYLAU_BENCH_JUNK", 1_000_000_000);
    let mut world = World::new(&tables("kazakhstan-2023"));
    let text = world.invite("p001");
    let invite = Invite::from_text(&text).expect("an invite");
    world.stop_server();
    let address = invite.servers[0].trim_start_matches("https://").to_owned();
    let server = Server::start(&world, &address);
    let core = world.enrolled("phone", &text);
    let mut alone: Vec<Duration> = (0..ALONE).map(|_| deliver(&core)).collect();
    let quiet = peak_memory(server.0.id());
    let roots: Vec<Vec<u8>> = invite.tls_roots.iter().map(|r| r.to_vec()).collect();
    let flood = Flood::start(address.parse().expect("an address"), &roots, connections);
    let (mut times, mut most) = (Vec::new(), 0);
    while flood.junk() < junk {
        times.push(deliver(&core));
        most = most.max(flood.connections().0);
    }
    let milliseconds = |times: &mut [Duration], per_mille| quantile(times, per_mille) / 1000.0;
    println!(
        "{connections} hostile connections ({most} open at most, {} opened), {} MB of junk: server's memory {:.1} MB at most, before {:.1} MB",
        flood.connections().1,
        flood.junk() / 1_000_000,
        mebibytes(peak_memory(server.0.id())),
        mebibytes(quiet),
    );
    println!(
        "{} deliveries meanwhile: median {:.0} ms, p99 {:.0} ms, worst {:.0} ms; alone {:.0} / {:.0} / {:.0} ms",
        times.len(),
        milliseconds(&mut times, 500),
        milliseconds(&mut times, 990),
        milliseconds(&mut times, 1000),
        milliseconds(&mut alone, 500),
        milliseconds(&mut alone, 990),
        milliseconds(&mut alone, 1000),
    );
}

fn mebibytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes >> 10).unwrap_or(u32::MAX)) / 1024.0
}

/// Signs a report, and gives how long it takes to deliver it.
fn deliver(core: &ObserverApp) -> Duration {
    let visit = core.start_visit(None, None).expect("a visit").code;
    core.update_visit(&visit, VisitChange::Unlisted("here".into())).expect("described");
    let draft = core.start_checklist(&visit, "incident").expect("a draft").id;
    core.finalise(draft, Some("for a benchmark".into())).expect("signed");
    let deliver = || {
        let mut tries = 1;
        while core.sync_now(BUDGET).expect("syncs").delivered == 0 {
            tries += 1;
            assert!(tries < 100, "the phone is kept out");
        }
        tries
    };
    let (tries, time) = timed(deliver);
    if tries > 1 {
        println!("delivered at try {tries}, after {} ms", time.as_millis());
    }
    time
}

/// The binary, which ends with this.
struct Server(Child);

impl Server {
    fn start(world: &World, address: &str) -> Self {
        let folder = world.server_folder();
        let mut child = Command::new(binary())
            .args(["serve", "--listen", address, "--folder"])
            .arg(folder)
            .env("BAQYLAU_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let out = child.stdout.as_mut().expect("its output");
        std::io::BufReader::new(out).read_line(&mut line).expect("a line");
        assert!(line.starts_with("listening"), "{line}");
        Self(child)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Builds the binary with the profile of this benchmark, and says where it is.
fn binary() -> PathBuf {
    let this = std::env::current_exe().expect("a path");
    let folder = this.parent().and_then(|deps| deps.parent()).expect("the target's folder");
    let profile = if folder.ends_with("debug") { "dev" } else { "release" };
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let built = Command::new(cargo).args(["build", "--quiet", "--package", "baqylau", "--profile", profile]).status();
    assert!(built.expect("cargo runs").success(), "the binary is built");
    folder.join("baqylau")
}
