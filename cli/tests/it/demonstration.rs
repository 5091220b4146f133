//! The made-up mission, from the demonstration to an observer at the terminal.

use super::support::{PASSPHRASE, Server, copy_mission, edit, ok, root, run, text};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

/// Plays the made-up mission into a folder; gives the summary.
fn play(source: &Path, keep: &Path) -> (bool, serde_json::Value) {
    let output = run(&["demo", "--mission", text(source), "--keep", text(keep), "--json"]);
    let out = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    (output.status.success(), serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{error}")))
}

#[test]
fn figures_come_out_of_reports_and_of_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, keep) = (folder.path().join("tables"), folder.path().join("demo"));
    copy_mission("sahra-2026", &source);
    let (equal, summary) = play(&source, &keep);
    let figures = summary["figures"].as_array().expect("figures");
    assert!(equal && figures.len() >= 10);
    assert!(figures.iter().all(|f| f["equal"] == true));
    assert!(summary["commits"].as_u64() >= summary["answers"].as_u64(), "a commit an answer, at least");
    assert_eq!(summary["synchronous"], "FULL");
    afterwards(&keep);

    // One report fewer in the plan is another figure.
    let plan = source.join("plan/centre.csv");
    let reports = fs::read_to_string(&plan).expect("a plan");
    let head = reports.lines().find(|l| l.starts_with("@reports")).expect("@reports").to_owned();
    let count: usize = head.rsplit(',').next().and_then(|n| n.parse().ok()).expect("a count");
    let fewer = format!("{},{}", head.rsplit_once(',').expect("columns").0, count - 1);
    edit(&plan, &head, &fewer);
    let output = run(&["demo", "--mission", text(&source), "--keep", text(&keep), "--json"]);
    assert!(!output.status.success(), "quotas or figures must break");
}

/// What the demonstration left behind works.
fn afterwards(keep: &Path) {
    let mission = keep.join("mission");
    let log = keep.join("log.cbor");
    // What contradicted an earlier log, which lay there.
    let beside = keep.join("log.evidence.cbor");
    fs::write(&beside, "earlier").expect("writes");
    ok(&["desk", "log", "--folder", text(&mission), text(&log)]);
    assert!(!beside.exists(), "evidence of an earlier log is not left beside a new one");
    assert!(ok(&["verify", text(&log)]).contains("0 missing in chains"));
    an_altered_log_is_refused(&log);
    assert!(ok(&["desk", "verify", "--folder", text(&mission)]).contains("envelopes verify"));
    assert!(!ok(&["desk", "figures", "--folder", text(&mission)]).contains("DIFFERS"));
    // Nothing had been received a day before.
    let before = run(&["desk", "figures", "--folder", text(&mission), "--as-of", "2020-01-01T00:00:00Z"]);
    assert_eq!(before.status.code(), Some(1));
    attachments_of_an_earlier_export_go(keep, &mission);
    an_observer_at_the_terminal(keep, &mission);
}

fn attachments_of_an_earlier_export_go(keep: &Path, mission: &Path) {
    // What is not here yet is no success.
    let export = |to: &Path| run(&["desk", "attachments", "--folder", text(mission), "--export", text(to)]);
    let (out, list) = (keep.join("attachments"), keep.join("attachments/attachments.sha256"));
    export(&out);
    // One that became internal since: an empty file, and what SHA-256 says of it.
    let listed = fs::read_to_string(&list).expect("a list");
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    fs::write(&list, format!("{listed}{empty}  00000000-voice.ogg\n")).expect("writes");
    fs::write(out.join("00000000-voice.ogg"), "").expect("writes");
    fs::write(out.join("notes.txt"), "ours").expect("writes");
    export(&out);
    assert!(!out.join("00000000-voice.ogg").exists() && out.join("notes.txt").exists());
    assert_eq!(fs::read_to_string(&list).expect("a list"), listed);
    // A folder of somebody else's.
    let refused = export(keep);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("not empty"), "{refused:?}");
}

fn an_altered_log_is_refused(log: &Path) {
    let bytes = fs::read(log).expect("the log");
    let altered = log.with_extension("altered");
    for at in [40, bytes.len() / 3, bytes.len() / 2, bytes.len() - 40] {
        let mut copy = bytes.clone();
        copy[at] ^= 1;
        fs::write(&altered, copy).expect("writes");
        assert!(!run(&["verify", text(&altered)]).status.success(), "byte {at}");
    }
}

fn an_observer_at_the_terminal(keep: &Path, mission: &Path) {
    let settings = fs::read_to_string(mission.join("desk.json")).expect("desk.json");
    let settings: serde_json::Value = serde_json::from_str(&settings).expect("JSON");
    let address = settings["servers"][0].as_str().expect("a server").trim_start_matches("https://").to_owned();
    let _server = Server::start(mission, &address);
    let store = keep.join("terminal");
    // A fresh invite for somebody who has a phone already: a second subject of the same person.
    let people = fs::read_to_string(root().join("missions/sahra-2026/people.csv")).expect("people");
    let person = people.lines().nth(1).and_then(|l| l.split(',').next()).expect("a code").to_owned();
    let invite = keep.join("invite");
    fs::write(&invite, ok(&["mission", "invite", "--folder", text(mission), &person])).expect("written");
    ok(&["observe", "enrol", "--store", text(&store), "--invite", text(&invite)]);
    let place = ok(&["observe", "places", "--store", text(&store), "z001"]);
    let place = place.split_whitespace().next().expect("a place").to_owned();
    let answers = keep.join("answers.json");
    fs::write(&answers, "{}").expect("writes");
    let fill = [
        "observe",
        "fill",
        "--store",
        text(&store),
        "--checklist",
        "centre",
        "--place",
        &place,
        "--answers",
        text(&answers),
    ];
    let refused = run(&fill);
    assert_eq!(refused.status.code(), Some(2), "what is missing needs a reason");
    let visit = "--incomplete";
    let signed = ok(&[&fill[..], &[visit, "only a look from outside"]].concat());
    assert!(signed.contains("signed"), "{signed}");
    assert!(ok(&["observe", "reports", "--store", text(&store)]).contains("NOT safe yet"));
    assert!(ok(&["observe", "sync", "--store", text(&store)]).starts_with("1 delivered"));
    let reports = ok(&["observe", "reports", "--store", text(&store), "--json"]);
    assert!(reports.contains("\"all_stored\":true"), "{reports}");
    a_phone_whose_work_is_unreadable_still_delivers(&store);
    let pulled = ok(&["desk", "pull", "--folder", text(mission), "--json"]);
    assert!(pulled.contains("\"opened\":2"), "the report, and the word of this desk on the invite: {pulled}");
    a_correction_is_shown_and_then_signed(mission);
    a_file_that_finds_no_room_leaves_the_earlier_one(keep, mission);
    a_disk_that_takes_nothing_is_named_with_what_to_do(keep, mission);
    a_pull_that_lacks_an_attachment_is_no_success(mission);
}

fn a_file_that_finds_no_room_leaves_the_earlier_one(keep: &Path, mission: &Path) {
    let file = keep.join("saved.log");
    ok(&["desk", "log", "--folder", text(mission), text(&file)]);
    let before = fs::read(&file).expect("a file");
    let narrow = "trap '' XFSZ; ulimit -f 128; exec \"$0\" desk log --folder \"$1\" \"$2\"";
    let shell = Command::new("sh")
        .args(["-c", narrow, env!("CARGO_BIN_EXE_baqylau"), text(mission), text(&file)])
        .env("BAQYLAU_PASSPHRASE", PASSPHRASE)
        .output()
        .expect("a shell");
    let told = String::from_utf8_lossy(&shell.stderr);
    assert!(shell.status.code() == Some(2) && told.contains("saved.log"), "{told}");
    assert!(fs::read(&file).expect("a file") == before && !keep.join("saved.log.part").exists());
}

fn a_phone_whose_work_is_unreadable_still_delivers(store: &Path) {
    let (main, aside) = (store.join("main.db"), store.join("main.db.aside"));
    fs::rename(&main, &aside).expect("taken away");
    for damage in [&[0x5a; 8192][..], b""] {
        fs::write(&main, damage).expect("damaged");
        let read = run(&["observe", "reports", "--store", text(store)]);
        let told = String::from_utf8_lossy(&read.stderr).into_owned();
        assert!(read.status.code() == Some(2) && told.contains("salvage"), "{told}");
        let sent = ok(&["observe", "sync", "--again", "--store", text(store)]);
        assert!(sent.contains("delivered all the same") && sent.contains("1 delivered"), "{sent}");
    }
    fs::rename(&aside, &main).expect("put back");
}

fn a_disk_that_takes_nothing_is_named_with_what_to_do(keep: &Path, mission: &Path) {
    let disk = keep.join("disk");
    fs::create_dir(&disk).expect("a folder");
    let mounted = "mount -t tmpfs -o $2 none \"$1\" && cd \"$1\" && shift 2 && exec \"$0\" \"$@\"";
    // A user namespace is not needed by root, and not to be had in every root.
    let root = fs::metadata("/proc/self").expect("a process").uid() == 0;
    let user: &[&str] = if root { &[] } else { &["--user", "--map-root-user"] };
    for (option, words) in
        [("size=8k", "the disk is full; free some space"), ("ro", "the disk is read-only; take another")]
    {
        for command in [
            &["desk", "reports", "--export", "tables"][..],
            &["desk", "attachments", "--export", "files"],
            &["desk", "log", "saved.log"],
            &["desk", "courier", "bundle.cbor"],
        ] {
            let ended = Command::new("unshare")
                .args(user)
                .args(["--mount", "--propagation", "private", "sh", "-c", mounted, env!("CARGO_BIN_EXE_baqylau")])
                .args([text(&disk), option])
                .args(command)
                .args(["--folder", text(&fs::canonicalize(mission).expect("a folder"))])
                .env("BAQYLAU_PASSPHRASE", PASSPHRASE)
                .output()
                .expect("unshare runs");
            let told = String::from_utf8_lossy(&[ended.stderr, ended.stdout].concat()).into_owned();
            assert!(ended.status.code() != Some(0) && told.contains(words), "{command:?} {option}: {told}");
            assert!(!told.contains("os error"), "{told}");
        }
    }
}

fn a_pull_that_lacks_an_attachment_is_no_success(mission: &Path) {
    let here = fs::read_dir(mission.join("blobs")).expect("attachments").flatten().next().expect("one").path();
    let name = here.file_name().expect("a name");
    fs::remove_file(&here).expect("lost at the desk");
    let suffix = format!("-{}", name.to_string_lossy());
    let there = fs::read_dir(mission.join("server/server.blobs")).expect("attachments").flatten().map(|f| f.path());
    for path in there.filter(|path| path.to_string_lossy().ends_with(&suffix)) {
        fs::remove_file(path).expect("lost at the server");
    }
    for form in [&["--json"][..], &[]] {
        let pulled = run(&[&["desk", "pull", "--folder", text(mission)][..], form].concat());
        let out = String::from_utf8_lossy(&pulled.stdout).into_owned();
        assert!(pulled.status.code() == Some(1) && out.contains(&*name.to_string_lossy()), "{out}");
        if !form.is_empty() {
            let pulled: serde_json::Value = serde_json::from_str(&out).expect("JSON");
            let undone = &pulled["undone"][0];
            assert_eq!(undone["code"], "attachment-lacking");
            assert_eq!(undone["attachment"], *name.to_string_lossy());
            assert!(undone["words"].as_str().is_some_and(|words| words.contains("is not at the server")), "{undone}");
        }
    }
}

fn a_correction_is_shown_and_then_signed(mission: &Path) {
    let reports = || -> serde_json::Value {
        serde_json::from_str(&ok(&["desk", "reports", "--folder", text(mission), "--json"])).expect("JSON")
    };
    let all = reports();
    let counted =
        all.as_array().expect("reports").iter().filter(|r| r["checklist"] == "centre" && r["status"] == "counted");
    let correct = |hash: &str, question: &str, answer: &str, more: &[&str]| {
        let said = ["--reason", "misheard", "--source", "a call"];
        let what = ["desk", "correct", "--folder", text(mission), hash, question, "--answer", answer];
        run(&[&what[..], &said, more].concat())
    };
    let preview = |hash: &str| -> serde_json::Value {
        serde_json::from_slice(&correct(hash, "opened", "no", &["--json"]).stdout).expect("JSON")
    };
    // One that tells of an open centre.
    let open = |hash: &&str| preview(hash)["old"] == "yes";
    let hash = counted.filter_map(|r| r["hash"].as_str()).find(open).expect("an open centre");
    let impossible = correct(hash, "waiting", "-5", &["--sign"]);
    assert!(impossible.status.code() == Some(2), "{}", String::from_utf8_lossy(&impossible.stderr));
    let shown = String::from_utf8_lossy(&correct(hash, "opened", "no", &[]).stdout).into_owned();
    for words in ["yes -> no", "figure centre.not_open: 5 %", "so rooms: ", "-> (no answer)", "nothing is signed"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let corrections = |reports: &serde_json::Value| -> usize {
        reports.as_array().expect("reports").iter().map(|r| r["corrections"].as_array().map_or(0, Vec::len)).sum()
    };
    ok(&["desk", "pull", "--folder", text(mission)]);
    assert_eq!(corrections(&reports()), 0, "it was only shown");
    let signed = correct(hash, "opened", "no", &["--sign"]);
    let out = String::from_utf8_lossy(&signed.stdout);
    assert!(signed.status.success() && out.contains("signed; the next"), "{out}");
    ok(&["desk", "pull", "--folder", text(mission)]);
    assert_eq!(corrections(&reports()), 1);
}

#[test]
fn a_folder_without_a_mission_is_told_which_missions_there_are() {
    let folder = tempfile::tempdir().expect("a folder");
    copy_mission("sahra-2026", &folder.path().join("sahra"));
    let (none, keep) = (folder.path().join("sahara"), folder.path().join("demo"));
    let output = run(&["demo", "--mission", text(&none), "--keep", text(&keep)]);
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("there are ") && err.contains(text(&folder.path().join("sahra"))), "{err}");
    assert!(!keep.exists());
}

#[test]
fn a_mission_without_plans_is_told_what_it_lacks() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, keep) = (folder.path().join("tables"), folder.path().join("demo"));
    copy_mission("sahra-2026", &source);
    fs::remove_dir_all(source.join("plan")).expect("a plan");
    let output = run(&["demo", "--mission", text(&source), "--keep", text(&keep)]);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(2), "{out}{err}");
    assert!(err.contains("no plan of answers") && err.contains("plan/centre.csv"), "{err}");
    assert!(!out.contains("NaN") && !out.contains("null") && !keep.exists(), "{out}");
}

#[test]
fn figures_of_nothing_are_no_numbers() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = folder.path().join("mission");
    ok(&["mission", "new", text(&mission), "--source", "missions/kazakhstan-2023", "--server", "https://127.0.0.1:1"]);
    ok(&["mission", "build", "--folder", text(&mission)]);
    let figures = run(&["desk", "figures", "--folder", text(&mission)]);
    let out = String::from_utf8_lossy(&figures.stdout);
    assert!(figures.status.code() == Some(1) && out.contains("voting.women_members") && !out.contains("NaN"), "{out}");
}
