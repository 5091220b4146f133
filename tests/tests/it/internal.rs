//! What an interlocutor said in confidence: marked wherever it stands, quoted nowhere, exported only when it is asked for by name.

use crate::it::browser::{Browser, world};
use crate::it::support::set;
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::records::preview::{ConfidentialityChange, Preview};
use baqylau_desk::records::{CodingRequest, CorrectionRequest};
use baqylau_observer::ObserverApp;
use baqylau_protocol::ids::Hash;
use baqylau_tests::{BUDGET, World, now};

/// A signed meeting with a summary; without a word on its confidentiality, where there is none.
pub fn meeting(core: &ObserverApp, summary: &str, confidentiality: Option<&str>) -> Hash {
    let visit = core.start_visit(Some("astana"), None).expect("a visit").code;
    let id = core.start_checklist(&visit, "meeting").expect("a draft").id;
    set(core, id, "summary", summary).expect("set");
    confidentiality.into_iter().for_each(|c| set(core, id, "confidentiality", c).expect("set"));
    let hash = core.finalise(id, Some("for a test".into())).expect("signed").hash;
    Hash::from_hex(&hash).expect("a hash")
}

pub fn sent(world: &mut World, core: &ObserverApp) {
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
}

fn quote(world: &World, report: Hash) -> Result<(), String> {
    let text = CodingRequest { question: "summary", rows: Vec::new(), codes: &[], translation: "", quotable: true };
    world.desk.records().code(report, &text, now()).map_err(|e| e.to_string())
}

pub fn change(world: &World, report: Hash, new: &str) -> Preview {
    let question = "confidentiality";
    let change =
        CorrectionRequest { question, rows: Vec::new(), new: Some(new), reason: "they asked", source: "a call" };
    world.desk.records().preview(report, &change, now()).expect("possible")
}

#[test]
fn what_is_internal_is_marked_quoted_nowhere_and_exported_only_by_name() {
    let (mut world, core) = world();
    let open = meeting(&core, "The hall is booked", Some("public"));
    let kept = meeting(&core, "The clerk fears for his post", Some("internal"));
    let unsaid = meeting(&core, "Nobody asked whether this is secret", None);
    sent(&mut world, &core);
    quote(&world, open).expect("public");
    for report in [kept, unsaid] {
        let why = quote(&world, report).expect_err("internal");
        assert!(why.contains("internal") && why.contains("summary"), "{why}");
    }
    let secret = ["The clerk fears", "Nobody asked"];
    let browser = Browser::open(&world);
    for page in [format!("/reports/{kept}"), "/texts".into(), "/timeline".into(), "/reports".into()] {
        assert!(browser.page(&page).contains("🔒 internal"), "{page} has the mark");
    }
    assert!(!browser.page(&format!("/reports/{open}")).contains("🔒 internal"));
    let ours = format!("http://{}", browser.host);
    let coded = "question=summary&rows=&quotable=1&translation=";
    let refused = browser.post(&format!("/reports/{kept}/code"), &ours, coded);
    assert!(refused.status == 422 && refused.body.contains("internal"), "{}", refused.body);
    for table in ["/export/texts.csv", "/export/meeting.csv"] {
        let without = browser.get(table).body;
        assert!(
            without.contains("The hall") && !secret.iter().any(|words| without.contains(words)),
            "{table}: {without}"
        );
        let with = browser.get(&format!("{table}?internal=1")).body;
        assert!(secret.iter().all(|words| with.contains(words)), "{table}: {with}");
        let head = with.lines().next().expect("a head").split(',').position(|c| c == "internal").expect("a column");
        assert!(head > 0, "the mark stands beside the words");
    }
    let page = browser.page("/texts");
    assert!(page.contains("without internal texts") && page.contains("texts.csv?internal=1"), "{page}");
    // The same files in a folder.
    let target = world.folder.path().join("exported");
    let (written, left) = world.desk.export(AnswerBasis::Effective, &target, false).expect("exports");
    let table = std::fs::read_to_string(target.join("meeting.csv")).expect("a table");
    assert!((written, left) == (1, 2) && !secret.iter().any(|words| table.contains(words)), "{table}");
    world.desk.export(AnswerBasis::Raw, &target, true).expect("exports");
    let table = std::fs::read_to_string(target.join("meeting.csv")).expect("a table");
    assert!(secret.iter().all(|words| table.contains(words)), "{table}");
}

#[test]
fn what_becomes_internal_later_leaves_no_desk_by_its_earlier_answers() {
    let (mut world, core) = world();
    let first = meeting(&core, "They will not stand again", Some("public"));
    let second = meeting(&core, "The list was changed", Some("public"));
    sent(&mut world, &core);
    quote(&world, first).expect("public");
    quote(&world, second).expect("public");
    let earlier = world.desk.report_table(None, AnswerBasis::Raw).expect("a table").1.rows;
    let earlier = earlier.iter().map(|row| row.summary.meta.received).max().expect("reports");
    // The observer says so in an amendment, a desk in a correction.
    let report = core.reports().expect("reports").into_iter().find(|r| r.hash == first.to_string()).expect("a report");
    let again = core.amend(report.seq, "they asked for it").expect("a draft").id;
    set(&core, again, "confidentiality", "internal").expect("set");
    core.finalise(again, Some("for a test".into())).expect("signed");
    sent(&mut world, &core);
    sent(&mut world, &core);
    let preview = change(&world, second, "internal");
    assert_eq!(preview.confidentiality, Some(ConfidentialityChange::Closed { quotes: 1 }));
    world.desk.records().sign_correction(&preview, true).expect("signed");
    sent(&mut world, &core);
    sent(&mut world, &core);
    for answers in [AnswerBasis::Effective, AnswerBasis::Raw] {
        let target = world.folder.path().join("exported");
        let (written, left) = world.desk.export(answers, &target, false).expect("exports");
        assert_eq!((written, left), (0, 3), "{answers:?}");
        // Nor by asking for a moment when they were public.
        let (_, table) = world.desk.report_table(Some(earlier), answers).expect("a table");
        assert_eq!(
            table.rows.iter().map(|row| (row.summary.meta.hash, row.internal)).collect::<Vec<_>>(),
            [first, second].map(|h| (h, true))
        );
    }
    let browser = Browser::open(&world);
    assert!(browser.page("/texts?code=%21").contains("Reports: 0"), "what was quotable is so no longer");
    drop(browser);
    // They think better of it.
    let preview = change(&world, second, "public");
    assert_eq!(preview.confidentiality, Some(ConfidentialityChange::Opened));
    let browser = Browser::open(&world);
    let ours = format!("http://{}", browser.host);
    let asked = "cell=confidentiality&value=public&reason=r&source=s&act=preview";
    let page = browser.post(&format!("/reports/{second}/correct"), &ours, asked).body;
    assert!(page.contains("no longer be internal: its words may be quoted and exported"), "{page}");
    drop(browser);
    world.desk.records().sign_correction(&preview, true).expect("signed");
    sent(&mut world, &core);
    quote(&world, second).expect("public again");
}

#[test]
fn what_a_desk_made_internal_stays_so_in_an_amendment() {
    let (mut world, core) = world();
    let report = meeting(&core, "They will not stand again", Some("public"));
    sent(&mut world, &core);
    let preview = change(&world, report, "internal");
    world.desk.records().sign_correction(&preview, true).expect("signed");
    sent(&mut world, &core);
    let own = core.reports().expect("reports").remove(0);
    let again = core.amend(own.seq, "more of it").expect("a draft").id;
    set(&core, again, "summary", "They will not stand, and say why").expect("set");
    core.finalise(again, Some("for a test".into())).expect("signed");
    sent(&mut world, &core);
    for answers in [AnswerBasis::Effective, AnswerBasis::Raw] {
        let target = world.folder.path().join("exported");
        assert_eq!(world.desk.export(answers, &target, false).expect("exports"), (0, 2), "{answers:?}");
    }
}
