//! Figures before they are published, and when what they count was not offered, or was corrected.

use crate::it::browser::Browser;
use crate::it::tables::exported;
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_tests::now;
use std::path::Path;

#[test]
fn a_figure_that_is_not_published_yet_is_computed_and_said() {
    let (world, _folder, _out) = exported();
    let figures = world.desk.figures(None, AnswerBasis::Effective).expect("figures");
    assert!(figures.iter().all(|f| f.equal && f.published.is_empty()));
    let browser = Browser::open(&world);
    assert!(browser.page("/findings").contains("not published yet"));
    let statement = browser.page("/statement");
    // The first version did not offer that choice: in its reports it was not chosen.
    assert!(statement.contains("It was stopped in 33 per cent.") && statement.contains("5 reports."), "{statement}");
    assert!(!statement.contains("Published: "), "there is nothing to differ from: {statement}");
    // A document compares codes with codes, and shows labels.
    let document = browser.page("/statement.html");
    assert!(document.contains("How it went: Went well 2; Stopped 1."), "{document}");
    assert!(!document.contains("a different number before corrections"), "{document}");
    // Two of three are most.
    assert!(statement.contains("Most went well.") && !statement.contains("<s>"), "{statement}");
}

/// The table as it leaves the desk, computed by nothing of it.
fn recomputed(out: &Path) -> (usize, usize) {
    let mut table = csv::Reader::from_path(out.join("f.csv")).expect("a table");
    let heads = table.headers().expect("heads").clone();
    let at = |name: &str| heads.iter().position(|head| head == name).expect("a column");
    let (status, how) = (at("status"), at("how"));
    let rows: Vec<csv::StringRecord> = table.records().map(|row| row.expect("a row")).collect();
    let known: Vec<&str> = rows.iter().filter(|r| &r[status] == "counted").map(|r| &r[how]).collect();
    let known = known.into_iter().filter(|cell| !cell.is_empty() && !cell.starts_with('?'));
    let known: Vec<&str> = known.collect();
    (known.iter().filter(|cell| **cell == "stopped").count(), known.len())
}

#[test]
fn a_choice_that_a_version_lacks_was_not_chosen_in_its_reports_and_the_figure_says_so() {
    let (world, _folder, out) = exported();
    assert_eq!(recomputed(&out), (1, 3));
    // Of the three who answered, one did so under the version without the choice.
    let said = "1 report is of a version without a choice that is named here";
    let browser = Browser::open(&world);
    let once = |path: &str, times: usize| {
        let page = browser.page(path);
        assert_eq!(page.matches(said).count(), times, "{path}: {page}");
        page
    };
    once("/findings/stopped", 1);
    once("/findings/many", 0);
    // Of two figures: the breakdown has the choice too.
    let page = once("/findings", 2);
    assert!(page.contains("33 %"), "{page}");
    once("/statement", 2);
    once("/statement.html", 2);
    let (tables, board) = world.desk.report_table(None, AnswerBasis::Effective).expect("a board");
    let older = board.older(&tables, &baqylau_desk::index::filter::ReportFilter::default());
    assert_eq!(older, [1, 0, 1, 0]);
}

#[test]
fn a_sentence_is_struck_and_the_fingerprint_another_when_a_correction_changes_its_number() {
    let (mut world, folder, _out) = exported();
    let set = |board: &baqylau_desk::index::report_table::ReportTable| board.counted();
    let (_, before) = world.desk.report_table(None, AnswerBasis::Effective).expect("a board");
    let hash = before.rows[0].summary.meta.hash;
    let change = baqylau_desk::records::CorrectionRequest {
        question: "how",
        rows: Vec::new(),
        new: Some("bad"),
        reason: "misread",
        source: "a call",
    };
    world.desk.records().correct(hash, &change, now()).expect("signed");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let (_, after) = world.desk.report_table(None, AnswerBasis::Effective).expect("a board");
    assert_eq!(set(&before).0, set(&after).0, "the same reports count");
    assert_ne!(set(&before).1, set(&after).1, "and their numbers are others");
    let (_, raw) = world.desk.report_table(None, AnswerBasis::Raw).expect("a board");
    assert_ne!(set(&raw).1, set(&after).1);
    let browser = Browser::open(&world);
    let page = browser.page("/statement");
    assert!(
        page.contains("<s><bdi>Most went well.</bdi></s>")
            && page.contains("struck out: its number does not support the sentence"),
        "{page}"
    );
    let document = browser.page("/statement.html");
    assert!(!document.contains("Most went well.") && document.contains("many: 33 %"), "{document}");
    // The definition of a figure decides too.
    let tables = folder.path().join("tables/figures.csv");
    let text = std::fs::read_to_string(&tables).expect("figures").replace("= 'stopped'", "= 'bad'");
    std::fs::write(&tables, text).expect("writes");
    let (_, other) = world.desk.report_table(None, AnswerBasis::Effective).expect("a board");
    assert_ne!(set(&other).1, set(&after).1, "another rule, another fingerprint");
}
