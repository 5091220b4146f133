//! Cost of a call into the core; `cargo xtask bench` measures the same work from the other languages.
//!
//! The work: the first observer's voting checklist at `s00001`, in the section with the most rows. Each number is the
//! median of 3,000 calls: setting an answer (durable), the section's full view, `progress`, which returns two
//! numbers, and everything that a screen draws of the section.

use baqylau_benches::{quantile, timed};
use baqylau_forms::definition::Kind;
use baqylau_forms::value::Answer;
use baqylau_observer::app::WantedSection;
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
    let wanted = WantedSection::Section(largest.section);
    let page = median(|_| drop(core.checklist_page(draft, wanted, None).expect("a page")));
    println!(
        "{} rows: an answer {set:.1} µs, a full view {view:.1} µs, progress {small:.2} µs, a page {page:.1} µs",
        rows.len()
    );
    if let Some(file) = std::env::var_os("BAQYLAU_BENCH") {
        std::fs::write(file, format!("{set} {view} {small} {page}\n")).expect("writes");
    }
}

/// Median time in microseconds.
fn median(mut call: impl FnMut(u32)) -> f64 {
    let mut times: Vec<_> = (0..ROUNDS).map(|n| timed(|| call(n)).1).collect();
    quantile(&mut times, 500)
}
