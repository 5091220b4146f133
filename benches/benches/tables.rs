//! Exporting 10,000 reports of 64 questions in every format, compared with reading the same reports from the store.

use baqylau_benches::many::{fill, multiply};
use baqylau_benches::{quantile, timed};
use baqylau_desk::Desk;
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::export::Format;
use baqylau_desk::index::report_row::ReportRow;
use baqylau_tests::{World, tables};
use std::time::Duration;

const REPORTS: usize = 10_000;
const ROUNDS: usize = 5;

fn main() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    fill(&mut world);
    // About one report in three is of the checklist that is written.
    multiply(&mut world.desk, REPORTS * 4);
    write(&world.desk);
}

fn write(desk: &Desk) {
    let (source, board) = desk.report_table(None, AnswerBasis::Effective).expect("a board");
    let at = source.checklists.iter().position(|c| c.id == "voting");
    let lines: Vec<&ReportRow> = board.rows.iter().filter(|l| l.summary.checklist == at).take(REPORTS).collect();
    assert_eq!(lines.len(), REPORTS);
    let places: Vec<u64> = lines.iter().map(|l| l.summary.meta.index).collect();
    let plain = rate(|| desk.store.plain_at(&places).expect("envelopes").len());
    println!("for comparison, envelopes only read: {plain:.0} per second");
    for (what, format) in [("CSV", Format::Csv), ("Parquet", Format::Parquet), ("XLSX", Format::Xlsx)] {
        let table = || {
            desk.exports().table(&source, &lines, ("voting", 0), AnswerBasis::Effective, format).expect("a table").len()
        };
        let (bytes, rows) = (table(), rate(table));
        println!("{what}: {rows:.0} rows per second, {:.2} of reading, {} kB", rows / plain, bytes >> 10);
    }
}

/// Reports per second: the median of several rounds.
fn rate(work: impl Fn() -> usize) -> f64 {
    let mut times: Vec<Duration> = (0..ROUNDS).map(|_| timed(&work).1).collect();
    let reports = f64::from(u32::try_from(REPORTS).unwrap_or(u32::MAX));
    reports / quantile(&mut times, 500) * 1e6
}
