//! The coordinators' page over 100,000 reports: what it takes to open, how long a page and a filter take, what is told when a report
//! arrives, how much memory; and tables of 10,000. `BAQYLAU_BENCH_REPORTS` makes it another number. The page is a process of its own, so
//! that its memory is its own.

use baqylau_benches::{quantile, timed};
use baqylau_desk::Desk;
use baqylau_desk::export::Format;
use baqylau_desk::keys::{self, DeskKeys};
use baqylau_desk::status::Answers;
use baqylau_desk::store::{Envelope, Object, Opened};
use baqylau_observer::ObserverCore;
use baqylau_observer::app::Config;
use baqylau_page::{Options, start};
use baqylau_protocol::cose::Type;
use baqylau_protocol::ids::{Hash, ReportId};
use baqylau_protocol::keys::random;
use baqylau_report::Report;
use baqylau_simulator::{Person, SimulatedClock, World as Plan, schedule, work};
use baqylau_sqlite::rusqlite::Connection;
use baqylau_tests::{BUDGET, PASSPHRASE, PIN, World, now, tables};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// Observers whose reports are multiplied.
const PEOPLE: usize = 40;
const TASKS: usize = 8;
const ROUNDS: usize = 20;
/// The plan's answers are of this day: 19 March 2023, 00:00 UTC.
const ELECTION_DAY: i64 = 1_679_184_000_000;

fn main() {
    let mut args = std::env::args().skip(1);
    if args.next().as_deref() == Some("serve") {
        return serve(Path::new(&args.next().expect("a folder")));
    }
    let count = std::env::var("BAQYLAU_BENCH_REPORTS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let mut world = World::new(&tables("kazakhstan-2023"));
    fill(&mut world);
    let (last, made) = timed(|| multiply(&mut world.desk, count));
    println!("{count} reports made in {:.0} s", made.as_secs_f64());
    let folder = world.desk.folder.clone();
    plain(&folder);
    // What is multiplied is in no server's log.
    world.stop_server();
    let page = Page::open(&folder);
    pages(&page);
    live(&mut world.desk, &page, &last);
    println!("memory at most: {} MB", page.memory() >> 20);
    drop(page);
    exports(&world.desk);
}

/// Real reports, as phones make them.
fn fill(world: &mut World) {
    let source = world.desk.source().expect("tables");
    let codes = |level: &String| {
        let places = source.places.level(level).map(|l| source.places.of_level(l)).unwrap_or_default();
        places.iter().filter_map(|p| source.places.get(*p)).map(|p| p.code.to_string()).collect::<Vec<_>>()
    };
    let person =
        |p: &baqylau_desk::source::Person| Person { code: p.code.clone(), role: p.role.clone(), team: p.team.clone() };
    let plan = Plan {
        people: source.people.iter().map(person).collect(),
        checklists: source
            .checklists
            .iter()
            .map(|c| (c.id.clone(), c.places.first().map(codes).unwrap_or_default()))
            .collect(),
        plans: tables("kazakhstan-2023").join("plan"),
        begins: ELECTION_DAY,
        seed: 1,
    };
    let tasks = schedule(&plan).expect("a plan");
    for (code, tasks) in tasks.iter().filter(|(_, tasks)| !tasks.is_empty()).step_by(8).take(PEOPLE) {
        let invite = world.invite(code);
        let clock = Arc::new(SimulatedClock::at(ELECTION_DAY));
        let config = Config { clock: clock.clone(), ..world.phone(code) };
        let core = ObserverCore::create(config, PIN, &invite).expect("a store");
        core.enrol(BUDGET).expect("enrols");
        work(&core, &clock, &tasks[..tasks.len().min(TASKS)], &mut || ()).expect("works");
        core.sync_now(BUDGET).expect("syncs");
    }
    world.desk.pull(now(), &|_| ()).expect("pulls");
}

/// The same reports again and again, each another visit at another moment. Gives the last.
fn multiply(desk: &mut Desk, count: usize) -> Envelope {
    let all = desk.store.envelopes().expect("envelopes");
    let patterns: Vec<Envelope> =
        all.into_iter().filter(|e| e.plain.as_ref().is_ok_and(|o| o.kind == Type::Report)).collect();
    let first = desk.store.cursor().expect("a cursor");
    let mut at = first;
    let mut last = patterns[0].clone();
    while at - first < count as u64 {
        let page: Vec<Envelope> =
            (at..).take(1_000).zip(patterns.iter().cycle()).map(|(index, pattern)| another(pattern, index)).collect();
        add(desk, at, &page);
        at += page.len() as u64;
        last.clone_from(page.last().expect("some"));
    }
    last
}

fn another(pattern: &Envelope, index: u64) -> Envelope {
    let bytes = &pattern.plain.as_ref().expect("it opened").bytes;
    let mut report = Report::decode(bytes).expect("a report");
    report.id = ReportId::new(report.clock.wall.ms, random());
    report.visit.code = format!("{}-{index}", report.visit.code);
    let bytes = report.encode();
    let plain = Ok(Opened { kind: Type::Report, bytes });
    Envelope {
        index,
        seq: 1_000 + index,
        hash: Hash(random()),
        received: pattern.received + i64::try_from(index).unwrap_or(0) * 500,
        plain,
        ..pattern.clone()
    }
}

fn add(desk: &mut Desk, first: u64, page: &[Envelope]) {
    let object = |e: &Envelope| Object { received: e.received, hash: e.hash, bytes: vec![0; 1_000] };
    desk.store.add_page(first, &page.iter().map(object).collect::<Vec<_>>(), &[], page).expect("a page");
}

/// What SQLite itself takes to count them.
fn plain(folder: &Path) {
    let secrets: DeskKeys = keys::read(&folder.join("keys/desk.key"), PASSPHRASE).expect("keys");
    let db = Connection::open(folder.join("desk.db")).expect("a database");
    let hex: String = secrets.database.iter().map(|b| format!("{b:02x}")).collect();
    db.execute_batch(&format!("PRAGMA key = \"x'{hex}'\"")).expect("a key");
    let count = "SELECT count(*) FROM envelope WHERE kind = 65001";
    let (n, took) = timed(|| db.query_row(count, [], |r| r.get::<_, i64>(0)).expect("a count"));
    println!("beside it: SELECT count(*) of {n} envelopes in {:.0} ms", took.as_secs_f64() * 1e3);
}

/// The page, in a process of its own.
fn serve(folder: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let desk = || Desk::open(folder, PASSPHRASE).expect("a desk");
    let options = Options { port: 0, every: Duration::from_millis(100), now };
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
        println!("opened in {took} ms: every report verified, evaluated and judged, in both ways");
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

    /// The most that it ever used, in bytes.
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

/// From the moment when a report is in the store to the word that every open page gets.
fn live(desk: &mut Desk, page: &Page, pattern: &Envelope) {
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
        "a report that arrives is told after {:.0} ms, p95 {:.0} ms (asked every 100 ms)",
        quantile(&mut times, 500) / 1e3,
        quantile(&mut times, 950) / 1e3
    );
}

fn exports(desk: &Desk) {
    let (source, board) = desk.board(None, Answers::Effective).expect("a board");
    let at = source.checklists.iter().position(|c| c.id == "voting");
    let lines: Vec<_> = board.lines.iter().filter(|l| l.checklist == at).take(10_000).collect();
    let raw: usize = {
        let places: Vec<u64> = lines.iter().map(|l| l.index).collect();
        let (n, took) = timed(|| desk.store.plain_at(&places).expect("envelopes").len());
        println!("beside it: {n} envelopes read and nothing else, {:.0} a second", rate(n, took));
        n
    };
    for (what, format) in [("CSV", Format::Csv), ("XLSX", Format::Xlsx), ("Parquet", Format::Parquet)] {
        let (bytes, took) =
            timed(|| desk.table(&source, &lines, ("voting", 0), Answers::Effective, format).expect("a table"));
        println!("{what}: {raw} reports, {:.0} rows a second, {} kB", rate(raw, took), bytes.len() >> 10);
    }
}

fn rate(n: usize, took: Duration) -> f64 {
    u32::try_from(n).map_or(0.0, f64::from) / took.as_secs_f64()
}
