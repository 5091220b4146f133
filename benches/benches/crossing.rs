//! What a call of the core costs; `cargo xtask bench` lets the other languages do the same beside it.
//!
//! The work: the first observer's checklist of voting at `s00001`, its section with the most rows open; medians of 3,000 calls each
//! of an answer (durable), of that section's full view, and of `progress`, which gives two numbers.

use baqylau_benches::{quantile, timed};
use baqylau_forms::definition::Kind;
use baqylau_forms::value::Answer;
use baqylau_tests::{World, tables};

const ROUNDS: u32 = 3_000;

fn main() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let visit = core.start_visit(Some("s00001"), None).expect("visit").code;
    let draft = core.start_checklist(&visit, "voting").expect("draft").id;
    let shown = core.sections(draft).expect("sections").into_iter().filter(|s| s.shown).map(|s| s.section);
    let full = shown.map(|s| core.open_section(draft, s).expect("a section"));
    let largest = full.max_by_key(|s| s.rows.len()).expect("a section");
    let rows = core.open_section(draft, largest.section).expect("a section").rows;
    let key = rows.iter().find(|r| matches!(r.kind, Kind::SelectOne { .. })).expect("a question").key;
    let set = median(|n| drop(core.set(draft, key, Answer::One(n % 2)).expect("sets")));
    let view = median(|_| drop(core.open_section(draft, largest.section).expect("a section")));
    let small = median(|_| assert!(core.progress(draft).expect("progress").asked > 0));
    println!("{} rows: an answer {set:.1} µs, a full view {view:.1} µs, progress {small:.2} µs", rows.len());
    if let Some(file) = std::env::var_os("BAQYLAU_BENCH") {
        std::fs::write(file, format!("{set} {view} {small}\n")).expect("writes");
    }
}

/// Microseconds.
fn median(mut call: impl FnMut(u32)) -> f64 {
    let mut times: Vec<_> = (0..ROUNDS).map(|n| timed(|| call(n)).1).collect();
    quantile(&mut times, 500)
}
