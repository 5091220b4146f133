//! A draft that is caught in an old version of its checklist goes on in the new one, and nothing is dropped.

use crate::it::support::{copy, draft, key, rows, set};
use baqylau_desk::status::{Answers, Status};
use baqylau_observer::ObserverCore;
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
    let at = key(&core, old, "participants");
    core.set_note(old, at, Some("counted by two".into())).expect("noted");
    assert!(core.carry(old).is_err(), "there is no newer version");
    // The checklist is corrected: a question gets another name, another loses a choice.
    let survey = source.join("checklists/campaign_event/survey.csv");
    let text = std::fs::read_to_string(&survey).expect("the survey");
    let text =
        text.replace("select_one venue,venue,", "select_one venue,venue_kind,").replace("${venue}", "${venue_kind}");
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
    assert_eq!(told, [("venue", "indoor"), ("languages", "ru")]);
    assert!(!new.newer && core.issues(old).is_err(), "it took the other's place");
    // Opened again, all of it is there.
    drop(core);
    let core = ObserverCore::open(world.phone("phone"), PIN).expect("opens");
    assert_eq!(core.leftovers(new.id).expect("leftovers"), left);
    let shown = rows(&core, new.id);
    let text = |name: &str| shown.iter().find(|r| r.name == name).map(|r| (r.answer_text.clone(), r.note.clone()));
    assert_eq!(text("participants"), Some(("251".into(), Some("counted by two".into()))));
    assert_eq!(text("languages").map(|t| t.0), Some("Kazakh".into()));
    set(&core, new.id, "venue_kind", "indoor").expect("set");
    core.finalise(new.id, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let picture = world.desk.picture(None, Answers::Effective).expect("a picture");
    assert_eq!(picture.reports[0].status, Status::Counted);
    let report = picture.reports[0].report.as_ref().expect("a report");
    let told: Vec<&str> = report.left.iter().flatten().map(|l| l.text.as_str()).collect();
    assert_eq!(told, ["indoor", "ru"], "the coordinators see what had no place");
    assert!(report.log.len() >= 6, "and when it was answered");
}
