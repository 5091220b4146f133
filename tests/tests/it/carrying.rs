//! A draft that is caught in an old version of its checklist goes on in the new one, and nothing is dropped.

use crate::it::support::{copy, draft, key, rows, set};
use baqylau_desk::adjudication::status::{AnswerBasis, Status};
use baqylau_observer::ObserverApp;
use baqylau_tests::{BUDGET, PASSPHRASE, PIN, World, now, tables};

#[test]
fn a_draft_is_carried_to_the_corrected_version() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("tables");
    copy(&tables("kazakhstan-2023"), &source);
    let mut world = World::new(&source);
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let old = draft(&core, "campaign_event");
    set(&core, old, "participants", "250").expect("set");
    set(&core, old, "venue", "indoor").expect("set");
    set(&core, old, "languages", "kk ru").expect("set");
    let photo = [&[0xff, 0xd8, 0xff, 0xdb, 0, 3, 1, 0xff, 0xda, 0, 3, 1][..], &[5; 9000], &[0xff, 0xd9]].concat();
    core.attach(old, key(&core, old, "photo"), "image/jpeg", &mut &photo[..]).expect("attached");
    let at = key(&core, old, "participants");
    core.set_note(old, at, Some("counted by two".into())).expect("noted");
    assert!(core.carry(old).is_err(), "there is no newer version");
    // The checklist is corrected: a question gets another name, another loses a choice.
    let survey = source.join("checklists/campaign_event/survey.csv");
    let text = std::fs::read_to_string(&survey).expect("the survey");
    let text = text
        .replace("select_one venue,venue,", "select_one venue,venue_kind,")
        .replace("image,photo,", "image,picture,");
    let text = text.replace("${venue}", "${venue_kind}").replace("${photo}", "${picture}");
    std::fs::write(&survey, text).expect("writes");
    let figures = source.join("figures.csv");
    let text = std::fs::read_to_string(&figures).expect("the figures").replace("${venue}", "${venue_kind}");
    std::fs::write(&figures, text).expect("writes");
    let choices = source.join("checklists/choices.csv");
    let text = std::fs::read_to_string(&choices).expect("the choices");
    let text: Vec<&str> = text.lines().filter(|l| !l.starts_with("language,ru,")).collect();
    std::fs::write(&choices, text.join("\n")).expect("writes");
    world.desk.build(PASSPHRASE, now(), 30).expect("builds");
    world.desk.publish().expect("publishes");
    core.sync_now(BUDGET).expect("syncs");
    let view = core.visits().expect("visits").remove(0).drafts.remove(0);
    assert!(view.newer && view.id == old, "it is offered, and the draft stays as it is until it is taken");
    set(&core, old, "participants", "251").expect("it can be filled under its own version");
    let (new, left) = core.carry(old).expect("carried");
    let told: Vec<(&str, &str)> = left.iter().map(|l| (l.name.as_str(), l.text.as_str())).collect();
    let file = told.iter().find(|l| l.0 == "photo").expect("the photograph").1.to_owned();
    assert!(told.contains(&("venue", "indoor")) && told.contains(&("languages", "ru")) && told.len() == 3, "{told:?}");
    assert!(!new.newer && core.issues(old).is_err(), "it took the other's place");
    // Opened again, all of it is there.
    drop(core);
    let core = ObserverApp::open(world.phone("phone"), PIN).expect("opens");
    assert_eq!(core.leftovers(new.id).expect("leftovers"), left);
    let shown = rows(&core, new.id);
    let text = |name: &str| shown.iter().find(|r| r.name == name).map(|r| (r.answer_text.clone(), r.note.clone()));
    assert_eq!(text("participants"), Some(("251".into(), Some("counted by two".into()))));
    assert_eq!(text("languages").map(|t| t.0), Some("Kazakh".into()));
    set(&core, new.id, "venue_kind", "indoor").expect("set");
    core.finalise(new.id, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let reports = baqylau_tests::reports(&world.desk);
    assert_eq!(reports[0].status, Status::Counted);
    let (report, filling) = world.desk.read(reports[0].summary.meta.hash).expect("it opens");
    let told: Vec<&str> = reports[0].summary.left.iter().map(|l| l.text.as_str()).collect();
    assert!(told.contains(&"indoor") && told.contains(&"ru"), "the coordinators see what had no place");
    assert!(core.summary().expect("a summary").all_stored());
    assert_eq!(world.desk.pull_attachments().expect("fetches").came, 1, "the photograph too");
    assert_eq!(world.desk.attachments().list().expect("attachments")[0].attachment.name, file);
    // One report of the first version beside it: tables have the questions of both.
    let second = world.invite("p003");
    let second = world.enrolled("second", &second);
    let id = draft(&second, "campaign_event");
    set(&second, id, "venue_kind", "outdoor").expect("set");
    second.finalise(id, Some("for a test".into())).expect("signed");
    second.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let out = world.folder.path().join("export");
    world.desk.export(AnswerBasis::Effective, &out, false).expect("exports");
    let table = std::fs::read_to_string(out.join("campaign_event.csv")).expect("a table");
    assert!(table.lines().next().is_some_and(|l| l.ends_with(",no_place_for")) && table.contains("venue: indoor"));
    let content = report.content(filling.form()).expect("it unpacks");
    assert!(content.log.len() >= 3, "and when it was answered");
}

#[test]
fn tables_have_the_questions_of_every_version_and_the_rows_of_repeats() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("tables");
    copy(&tables("sahra-2026"), &source);
    let mut world = World::new(&source);
    let invite = world.invite("w01");
    let core = world.enrolled("phone", &invite);
    let checklists = core.checklists().expect("checklists");
    let with_rows = |id: &str| {
        let draft = draft(&core, id);
        rows(&core, draft)
            .into_iter()
            .find(|r| matches!(r.kind, baqylau_forms::definition::Kind::Repeat { count: None }))
            .map(|r| (draft, r))
    };
    let (draft, repeat) = checklists.iter().find_map(|c| with_rows(&c.id)).expect("a checklist with a repeat");
    core.add_row(draft, repeat.key).expect("a row");
    core.add_row(draft, repeat.key).expect("another");
    core.finalise(draft, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let out = world.folder.path().join("export");
    world.desk.export(AnswerBasis::Effective, &out, false).expect("exports");
    let ends = format!(".{}.csv", repeat.name);
    let file =
        std::fs::read_dir(&out).expect("a folder").flatten().find(|f| f.file_name().to_string_lossy().ends_with(&ends));
    let table = std::fs::read_to_string(file.expect("a table of the repeat").path()).expect("a table");
    let read = |name: &str| std::fs::read_to_string(out.join(name)).expect("it is there");
    for id in world.desk.source().expect("the source").checklists.iter().map(|c| c.id.clone()) {
        if !out.join(format!("{id}.csv")).exists() {
            continue;
        }
        // Every column is declared for SPSS, in order; R and the codebook have every question.
        let csv = read(&format!("{id}.csv"));
        let heads: Vec<&str> = csv.lines().next().expect("heads").split(',').collect();
        let sps = read(&format!("{id}.sps"));
        let declared = sps.split("/VARIABLES=").nth(1).and_then(|t| t.split(".\n").next()).expect("variables");
        let declared: Vec<&str> = declared.split_whitespace().step_by(2).collect();
        assert_eq!(declared, heads);
        let (r, codebook) = (read(&format!("{id}.R")), read(&format!("{id}.codebook.csv")));
        for question in &heads[7..heads.len() - 1] {
            assert!(r.contains(&format!("attr(data[[\"{question}\"]]")), "{question}");
            assert!(codebook.lines().any(|l| l.starts_with(&format!("{question},"))), "{question}");
        }
    }
    assert_eq!(table.lines().count(), 3, "a head and two rows: {table}");
    assert!(table.lines().nth(2).is_some_and(|l| l.split(',').nth(1) == Some("2")));
}

#[test]
fn times_of_answers_outlive_answers_taken_back_and_rows_removed() {
    let mut world = World::new(&tables("sahra-2026"));
    let invite = world.invite("w01");
    let mut core = world.enrolled("phone", &invite);
    let repeats = |id: i64, core: &ObserverApp| {
        rows(core, id).into_iter().find(|r| matches!(r.kind, baqylau_forms::definition::Kind::Repeat { count: None }))
    };
    let checklists = core.checklists().expect("checklists");
    let (id, repeat) = checklists
        .iter()
        .map(|c| draft(&core, &c.id))
        .find_map(|id| Some((id, repeats(id, &core)?)))
        .expect("a checklist with a repeat");
    let (row, _) = core.add_row(id, repeat.key).expect("a row");
    // A question of the row and one outside that take the same words.
    let taking = |within: bool| {
        let of = |r: &&baqylau_observer::app::QuestionView| (r.key.row == row.row) == within && !r.read_only;
        let shown = rows(&core, id);
        shown.iter().filter(of).find_map(|r| Some((r.key, core.read_answer(id, r.key, "3").ok()?))).expect("a question")
    };
    let ((inner, three), (outer, other)) = (taking(true), taking(false));
    core.set(id, outer, other.clone()).expect("set");
    core.set(id, inner, three).expect("set");
    std::thread::sleep(std::time::Duration::from_millis(1_000));
    core.clear(id, outer).expect("taken back");
    core.remove_row(id, row).expect("removed");
    drop(core);
    core = ObserverApp::open(world.phone("phone"), PIN).expect("opens");
    let answer = |key| rows(&core, id).into_iter().find(|r| r.key == key).map(|r| r.answer);
    assert_eq!((answer(outer), answer(inner)), (Some(None), None), "what was taken back stays so");
    std::thread::sleep(std::time::Duration::from_millis(1_000));
    core.set(id, outer, other).expect("set");
    core.finalise(id, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let hash = baqylau_tests::reports(&world.desk)[0].summary.meta.hash;
    let (report, filling) = world.desk.read(hash).expect("it opens");
    let log = report.content(filling.form()).expect("it unpacks").log;
    let mut told: Vec<u32> = log.into_iter().map(|(node, _)| node).collect();
    // Two answers of one millisecond have no order.
    let mut made = [outer.node, inner.node, outer.node, outer.node];
    told[..2].sort_unstable();
    made[..2].sort_unstable();
    assert_eq!(told, made);
}
