//! The coordinators' page over 100,000 reports: time to open, per page and per filter, time until a new report is
//! announced, and peak memory. `BAQYLAU_BENCH_REPORTS` sets another number. The page runs in a process of its own, so
//! that its memory can be measured.

use baqylau_benches::many::{add, another, fill, multiply};
use baqylau_benches::{quantile, timed};
use baqylau_desk::Desk;
use baqylau_desk::store::PulledEnvelope;
use baqylau_desk::workspace::keys::{self, DeskKeys};
use baqylau_page::{PageOptions, start};
use baqylau_sqlite::rusqlite::Connection;
use baqylau_tests::{PASSPHRASE, World, now, tables};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const ROUNDS: usize = 20;

fn main() {
    let mut args = std::env::args().skip(1);
    if args.next().as_deref() == Some("serve") {
        return serve(Path::new(&args.next().expect("a folder")));
    }
    let count = std::env::var("BAQYLAU_BENCH_REPORTS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let mut world = World::new(&tables("kazakhstan-2023"));
    fill(&mut world);
    let (last, made) = timed(|| multiply(&mut world.desk, count));
    println!("{count} reports created in {:.0} s", made.as_secs_f64());
    let folder = world.desk.workspace.folder.clone();
    plain(&folder);
    // What is multiplied is in no server's log.
    world.stop_server();
    let page = Page::open(&folder);
    pages(&page);
    live(&mut world.desk, &page, &last);
    println!("peak memory: {} MB", page.memory() >> 20);
}

/// Time that SQLite alone takes to count the reports.
fn plain(folder: &Path) {
    let secrets: DeskKeys = keys::read(&folder.join("keys/desk.key"), PASSPHRASE).expect("keys");
    let db = Connection::open(folder.join("desk.db")).expect("a database");
    let hex: String = secrets.database.iter().map(|b| format!("{b:02x}")).collect();
    db.execute_batch(&format!("PRAGMA key = \"x'{hex}'\"")).expect("a key");
    let count = "SELECT count(*) FROM envelope WHERE kind = 65001";
    let (n, took) = timed(|| db.query_row(count, [], |r| r.get::<_, i64>(0)).expect("a count"));
    println!("for comparison: SELECT count(*) of {n} envelopes in {:.0} ms", took.as_secs_f64() * 1e3);
}

/// Serves the page, in a process of its own.
fn serve(folder: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let desk = || Desk::open(folder, PASSPHRASE).expect("a desk");
    let options = PageOptions { port: 0, every: Duration::from_millis(100), now };
    let (running, took) = timed(|| runtime.block_on(start(desk(), desk(), options)).expect("serves"));
    println!("{} {}", running.address, took.as_millis());
    let mut end = String::new();
    let _ = std::io::stdin().read_line(&mut end);
}

struct Page {
    child: Child,
    host: String,
    cookie: String,
}

impl Page {
    fn open(folder: &Path) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .arg("serve")
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("an output")).read_line(&mut line).expect("an address");
        let (address, took) = line.trim().split_once(' ').expect("an address and a time");
        println!("opened in {took} ms: every report verified and evaluated, with and without corrections");
        let (host, path) = address.strip_prefix("http://").and_then(|a| a.split_once('/')).expect("an address");
        let mut page = Self { child, host: host.to_owned(), cookie: String::new() };
        let entered = page.get(&format!("/{path}"));
        let cookie = entered.lines().find_map(|l| l.strip_prefix("set-cookie: ")).expect("a cookie");
        page.cookie = cookie.split(';').next().expect("a value").to_owned();
        page
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.host).expect("connects");
        let (host, cookie) = (&self.host, &self.cookie);
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n")
            .expect("asks");
        let mut whole = String::new();
        stream.read_to_string(&mut whole).expect("answers");
        whole
    }

    /// Peak resident memory of the page's process, in bytes.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or_default();
        line.split_whitespace().next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) << 10
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn pages(page: &Page) {
    let (_, first) = timed(|| page.get("/"));
    println!("first page: {:.0} ms", first.as_secs_f64() * 1e3);
    for (what, path) in [
        ("overview", "/"),
        ("findings", "/findings"),
        ("findings of a region", "/findings?within=turkistan"),
        ("a figure", "/findings/voting.positive"),
        ("statement", "/statement"),
        ("counts", "/counts"),
        ("media", "/media"),
        ("reports", "/reports"),
        ("filter: checklist and state", "/reports?checklist=voting&status=counted"),
        ("filter: words in places, people and texts", "/reports?q=astana"),
        ("filter: words in texts", "/reports?q=commission+chair"),
        ("filter: hour and kind of place", "/reports?hour=9&having=setting:rural"),
        ("filter: behind a figure", "/reports?behind=voting.secrecy_not_ensured"),
    ] {
        let mut times: Vec<Duration> = (0..ROUNDS)
            .map(|_| {
                let (answer, took) = timed(|| page.get(path));
                assert!(answer.starts_with("HTTP/1.1 200"), "{path}");
                took
            })
            .collect();
        println!("{what}: {:.0} ms, p95 {:.0} ms", quantile(&mut times, 500) / 1e3, quantile(&mut times, 950) / 1e3);
    }
}

/// Time from storing a report to its announcement to every open page.
fn live(desk: &mut Desk, page: &Page, pattern: &PulledEnvelope) {
    let mut stream = TcpStream::connect(&page.host).expect("connects");
    write!(stream, "GET /news?seen=0 HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n\r\n", page.host, page.cookie)
        .expect("asks");
    let mut news = BufReader::new(stream).lines().map_while(Result::ok).filter(|l| l.starts_with("data:"));
    let _first = news.next();
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let index = desk.store.cursor().expect("a cursor");
        add(desk, index, &[another(pattern, index)]);
        times.push(timed(|| news.next().expect("it is told")).1);
    }
    println!(
        "a new report is announced after {:.0} ms, p95 {:.0} ms (polled every 100 ms)",
        quantile(&mut times, 500) / 1e3,
        quantile(&mut times, 950) / 1e3
    );
}
