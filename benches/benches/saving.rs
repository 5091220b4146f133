//! Storing an answer durably, compared with a raw SQLCipher commit of one row; also during a sync of the same phone.

use baqylau_benches::{quantile, timed};
use baqylau_forms::value::Answer;
use baqylau_observer::ObserverApp;
use baqylau_sqlite::{Schema, open};
use baqylau_tests::{World, tables};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const ROUNDS: usize = 3_000;
const SCHEMA: Schema = Schema { steps: &["CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB NOT NULL) STRICT;"] };

fn main() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let db = open(&world.folder.path().join("raw.db"), Some(&[7; 32]), SCHEMA).expect("opens");
    let visit = core.start_visit(Some("s00001"), None).expect("visit").code;
    let draft = core.start_checklist(&visit, "voting").expect("draft").id;
    let section = core.sections(draft).expect("sections").into_iter().find(|s| s.shown).expect("a page").section;
    let key = core.open_section(draft, section).expect("section").rows[0].key;
    let (mut raw, mut ours) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        // Side by side, so that both meet the same disk.
        let body = vec![u8::try_from(round % 251).unwrap_or(0); 60];
        let round = u32::try_from(round).unwrap_or(0);
        let insert = || db.execute("INSERT OR REPLACE INTO t VALUES (?1, ?2)", rusqlite::params![round % 60, body]);
        raw.push(timed(|| insert().expect("raw commit")).1);
        let answer = Answer::One(u32::from(round.is_multiple_of(2)));
        ours.push(timed(|| core.set(draft, key, answer).expect("sets")).1);
    }
    report("an answer durable", &mut ours, &mut raw);
    let mut syncing = while_syncing(&core, draft, key);
    report("the same while a sync runs", &mut syncing, &mut raw);
}

fn while_syncing(core: &ObserverApp, draft: i64, key: baqylau_observer::app::CellKey) -> Vec<Duration> {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                core.sync_now(Duration::from_secs(20)).expect("syncs");
            }
        });
        let set = |round: usize| {
            timed(|| core.set(draft, key, Answer::One(u32::from(round.is_multiple_of(2)))).expect("sets")).1
        };
        let times = (0..ROUNDS).map(set).collect();
        done.store(true, Ordering::Relaxed);
        times
    })
}

fn report(what: &str, ours: &mut [Duration], raw: &mut [Duration]) {
    for (name, q) in [("median", 500), ("p99.9", 999)] {
        let (a, b) = (quantile(ours, q), quantile(raw, q));
        println!("{what}, {name}: {a:.0} µs; raw SQLCipher commit {b:.0} µs; ratio {:.2}", a / b);
    }
}
