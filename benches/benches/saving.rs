//! Storing an answer durably, beside a raw SQLCipher commit of one row, prepared once; also during a sync of the same phone.
//! `BAQYLAU_BENCH_ANSWERS` says how many; quantiles of the thousand need 100,000.

use baqylau_benches::{quantile, timed};
use baqylau_forms::value::Answer;
use baqylau_observer::ObserverApp;
use baqylau_observer::app::CellKey;
use baqylau_sqlite::rusqlite::{Connection, params};
use baqylau_sqlite::{Schema, open};
use baqylau_tests::{World, tables};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const ANSWERS: u32 = 5_000;
const SCHEMA: Schema = Schema { steps: &["CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB NOT NULL) STRICT;"] };

fn main() {
    let answers = std::env::var("BAQYLAU_BENCH_ANSWERS").ok().and_then(|n| n.parse().ok()).unwrap_or(ANSWERS);
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let raw = open(&world.folder.path().join("raw.db"), Some(&[7; 32]), SCHEMA).expect("opens");
    let visit = core.start_visit(Some("s00001"), None).expect("visit").code;
    let draft = core.start_checklist(&visit, "voting").expect("draft").id;
    let section = core.sections(draft).expect("sections").into_iter().find(|s| s.shown).expect("a page").section;
    let key = core.open_section(draft, section).expect("section").rows[0].key;
    let (ours, beside) = side_by_side(&core, draft, key, &raw, answers);
    report("an answer durable", ours, beside);
    let done = AtomicBool::new(false);
    let (ours, beside) = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                core.sync_now(Duration::from_secs(20)).expect("syncs");
            }
        });
        let times = side_by_side(&core, draft, key, &raw, answers);
        done.store(true, Ordering::Relaxed);
        times
    });
    report("the same while a sync runs", ours, beside);
}

/// Times of answers and of raw commits, in turn, so that both meet the same disk.
fn side_by_side(
    core: &ObserverApp,
    draft: i64,
    key: CellKey,
    raw: &Connection,
    answers: u32,
) -> (Vec<Duration>, Vec<Duration>) {
    let mut insert = raw.prepare("INSERT OR REPLACE INTO t VALUES (?1, ?2)").expect("prepared");
    let turn = |round: u32| {
        let body = [u8::try_from(round % 251).unwrap_or(0); 60];
        let beside = timed(|| insert.execute(params![round % 60, body]).expect("a raw commit")).1;
        let answer = Answer::One(u32::from(round.is_multiple_of(2)));
        (timed(|| core.set(draft, key, answer).expect("sets")).1, beside)
    };
    (0..answers).map(turn).unzip()
}

fn report(what: &str, mut ours: Vec<Duration>, mut beside: Vec<Duration>) {
    for (name, q) in [("median", 500), ("p99.9", 999)] {
        let (a, b) = (quantile(&mut ours, q), quantile(&mut beside, q));
        println!("{what}, {name}: {a:.0} µs; raw SQLCipher commit {b:.0} µs; ratio {:.2}", a / b);
    }
}
