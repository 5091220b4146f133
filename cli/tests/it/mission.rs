//! A mission's tables, checked.

use super::support::{copy_mission, edit, ok, run, text};

#[test]
fn shipped_missions_have_no_fault() {
    for mission in ["missions/kazakhstan-2023", "missions/sahra-2026"] {
        assert!(ok(&["mission", "check", mission]).contains("no fault"));
    }
}

#[test]
fn warnings_are_said_wherever_the_tables_are_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let (tables, made) = (folder.path().join("tables"), folder.path().join("mission"));
    copy_mission("sahra-2026", &tables);
    let settings = tables.join("checklists/centre/settings.csv");
    edit(&settings, ",places,once", ",places,once,style");
    edit(&settings, ",centre,visit", ",centre,visit,pages");
    let (source, target) = (text(&tables), text(&made));
    let new = ["mission", "new", target, "--source", source, "--server", "https://127.0.0.1:1"];
    for command in [&["mission", "check", source][..], &new, &["mission", "build", "--folder", target]] {
        let said = ok(command);
        assert!(
            said.contains("warning: centre/settings.csv, row 1, column style: the column is valid XLSForm"),
            "{said}"
        );
    }
    let built: serde_json::Value =
        serde_json::from_str(&ok(&["mission", "build", "--folder", target, "--json"])).expect("JSON");
    assert_eq!(built["warnings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn every_fault_is_named_with_file_row_and_column_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    copy_mission("kazakhstan-2023", folder.path());
    let voting = folder.path().join("checklists/voting/survey.csv");
    edit(&voting, "${unauthorised} = 'yes'", "${unautorised} = 'yes'");
    edit(
        &folder.path().join("figures.csv"),
        "voting.secrecy_not_ensured,voting,",
        "voting.secrecy_not_ensured,votting,",
    );
    edit(&folder.path().join("people.csv"), ",core,", ",cook,");
    edit(&folder.path().join("mission.json"), "\"17:00\"", "\"25:00\"");
    let output = run(&["mission", "check", text(folder.path())]);
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{out}");
    assert!(out.contains("voting/survey.csv, row "), "{out}");
    assert!(out.contains("votting"), "{out}");
    assert!(out.contains("column relevant: unknown name ${unautorised}; did you mean"), "{out}");
    assert!(out.contains("call_ins: \"25:00\" is no time"), "{out}");
    assert!(out.contains("people.csv, row 2, column role: \"cook\" is no role"), "{out}");
}

/// A file that nobody reads, and what is said of it.
const MISSPELT: [(&str, &str); 20] = [
    ("desks.csv", "desk.csv"),
    ("Desk.csv", "desk.csv"),
    ("samples.csv", "sample.csv"),
    ("sampel.csv", "sample.csv"),
    ("reconciles.csv", "reconcile.csv"),
    ("officials.xlsx", "official.csv"),
    ("deployments.csv", "deployment.csv"),
    ("trait.csv", "traits.csv"),
    ("codebooks.json", "codebook.csv"),
    ("figure.csv", "figures.csv"),
    ("place.csv", "places.csv"),
    ("people.xlsx", "people.csv"),
    ("map.json", "map.geojson"),
    ("checklist/x/survey.csv", "checklists"),
    ("checklists/choises.csv", "choices.csv"),
    ("checklists/choice.csv", "choices.csv"),
    ("checklists/choices.xlsx", "choices.csv"),
    ("checklists/voting/choices.xlsx", "choices.csv"),
    ("checklists/votng.xlsx", "voting.xlsx"),
    ("plan/votings.csv", "voting.csv"),
];

#[test]
fn a_table_that_is_not_read_is_a_fault_or_a_warning() {
    let folder = tempfile::tempdir().expect("a folder");
    copy_mission("kazakhstan-2023", folder.path());
    let check = |name: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, "a,b\n").expect("writes");
        let output = run(&["mission", "check", text(folder.path())]);
        std::fs::remove_file(&path).expect("removes");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    for (name, meant) in MISSPELT {
        let (code, out) = check(name);
        assert!(code == Some(1) && out.contains("1 fault(s)"), "{name}: {out}");
        assert!(out.contains(&format!("name it {meant}")) && out.contains("not read"), "{name}: {out}");
        let _gone = std::fs::remove_dir_all(folder.path().join("checklist"));
    }
    for unlisted in ["checklists/g/survey.csv", "checklists/h.xlsx"] {
        let (code, out) = check(unlisted);
        assert!(code == Some(1) && out.contains("mission.json lists no such checklist"), "{unlisted}: {out}");
    }
    let (code, out) = check("checklists/voting.xlsx");
    assert!(code == Some(1) && out.contains("checklists/voting are the same checklist"), "{out}");
    for other in ["contacts.csv", "checklists/notes.xlsx.csv", "checklists/voting/old.csv", "plan/rehearsal.csv"] {
        let (code, out) = check(other);
        assert!(code == Some(0) && out.contains(&format!("warning: {other} is not read")), "{other}: {out}");
    }
    for own in
        ["_desks.csv", ".desks.csv", "~$desks.xlsx", "desks.md", "desk.py", "checklists/pictures/a.png", "desk.json"]
    {
        let (code, out) = check(own);
        assert!(code == Some(0) && !out.contains("warning"), "{own}: {out}");
    }
    let (code, out) = check("checklists/_g/survey.csv");
    assert!(code == Some(0) && !out.contains("warning"), "{out}");
}

#[test]
fn a_sample_names_what_is_wrong_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    copy_mission("kazakhstan-2023", folder.path());
    let drawn = |rows: &str| {
        let table = format!("place,stratum,population\n{rows}");
        std::fs::write(folder.path().join("sample.csv"), table).expect("writes");
        String::from_utf8_lossy(&run(&["mission", "check", text(folder.path())]).stdout).into_owned()
    };
    assert!(drawn("s00001,urban,500\ns00002,urban,500\n").contains("no fault"));
    let out = drawn("s00001,urban,500\ns00001,urban,400\nnowhere,rural,9\n");
    assert!(out.contains("sample.csv, row 3, column population: the stratum \"urban\" had another before"), "{out}");
    assert!(out.contains("row 3, column place: \"s00001\" was drawn before"), "{out}");
    assert!(out.contains("row 4, column place: \"nowhere\" is not in places.csv"), "{out}");
    assert!(out.contains("stratum \"rural\": 0 were drawn of 9"), "{out}");
    assert!(drawn("s00001,urban,many\n").contains("sample.csv: "));
}

#[test]
fn what_is_not_published_yet_is_no_fault_and_a_sentence_that_cannot_be_said_is() {
    let folder = tempfile::tempdir().expect("a folder");
    copy_mission("kazakhstan-2023", folder.path());
    let figures = folder.path().join("figures.csv");
    edit(&figures, "${secrecy} = 'no',,answered,observation,3 %,3,0,", "${secrecy} = 'no',,answered,observation,,,,");
    let out = ok(&["mission", "check", text(folder.path())]);
    assert!(out.contains("64 figures (1 not published yet): no fault"), "{out}");
    edit(&figures, "{value, plural, one {# case}", "{value, plural, some {# case}");
    let output = run(&["mission", "check", text(folder.path())]);
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.code() == Some(1) && out.contains("column sentence: \"some\" is not a plural form"), "{out}");
}

#[test]
fn a_figure_without_its_checklist_is_a_fault() {
    let folder = tempfile::tempdir().expect("a folder");
    copy_mission("kazakhstan-2023", folder.path());
    edit(
        &folder.path().join("figures.csv"),
        "voting.secrecy_not_ensured,voting,",
        "voting.secrecy_not_ensured,votting,",
    );
    let output = run(&["mission", "check", text(folder.path())]);
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(out.contains("voting.secrecy_not_ensured") && out.contains("\"votting\""), "{out}");
}

#[test]
fn a_wrong_passphrase_opens_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = folder.path().join("mission");
    let args = ["mission", "new", text(&mission), "--source", "missions/sahra-2026", "--server", "https://127.0.0.1:1"];
    ok(&args);
    let mut command = super::support::baqylau(&["mission", "build", "--folder", text(&mission)]);
    let output = command.env("BAQYLAU_PASSPHRASE", "another passphrase").output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("wrong passphrase"));
    assert!(!ok(&["mission", "build", "--folder", text(&mission)]).is_empty());
}
