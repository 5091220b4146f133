//! A phone that is killed at any moment, and one whose disk is full: every answer whose call returned is there.

use crate::it::support::{draft, report, rows};
use baqylau_forms::value::Answer;
use baqylau_observer::ObserverApp;
use baqylau_protocol::keys::random;
use baqylau_tests::{PIN, World, tables};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

const PHONE: &str = env!("CARGO_BIN_EXE_phone");

/// A phone with an open checklist.
fn world() -> (World, i64) {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let draft = draft(&core, "opening");
    (world, draft)
}

fn below(limit: u32) -> u32 {
    u32::from_le_bytes(random()) % limit
}

/// `BAQYLAU_SOAK` says how often.
#[test]
fn no_answer_is_lost_to_a_kill() {
    let rounds = std::env::var("BAQYLAU_SOAK").ok().and_then(|n| n.parse().ok()).unwrap_or(6);
    let (world, draft) = world();
    let store = world.folder.path().join("phone");
    let mut said: BTreeMap<u32, i64> = BTreeMap::new();
    for round in 0..rounds {
        let first = said.values().max().map_or(1, |n| n + 1);
        let mut child = Command::new(PHONE)
            .arg("set")
            .arg(&store)
            .args([draft.to_string(), first.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("a phone");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut hear = |line: String| {
            let (node, number) = line.split_once(' ').expect("a question and a number");
            let (node, number) = (node.parse().expect("a question"), number.parse::<i64>().expect("a number"));
            said.insert(node, number);
        };
        let patience = 1 + below(60) as usize;
        lines.by_ref().take(patience).for_each(|line| hear(line.expect("a line")));
        // It is somewhere in the next call by now.
        (0..below(200_000)).for_each(|n| _ = std::hint::black_box(n));
        child.kill().expect("killed");
        assert_eq!(child.wait().expect("ended").signal(), Some(9), "round {round}: the kill ended it");
        lines.map_while(Result::ok).filter(|l| l.contains(' ')).for_each(&mut hear);
        let core = ObserverApp::open(world.phone("phone"), PIN).expect("opens");
        let kept: BTreeMap<u32, Option<Answer>> =
            rows(&core, draft).into_iter().map(|r| (r.key.node, r.answer)).collect();
        let last = said.values().max().copied().unwrap_or(0);
        let mut later = 0;
        for (node, number) in &mut said {
            match kept.get(node) {
                Some(Some(Answer::Integer(found))) if *found == *number => {}
                // The call that was killed may have saved before it could say so.
                Some(Some(Answer::Integer(found))) if *found > last => {
                    *number = *found;
                    later += 1;
                }
                other => panic!("round {round}: {node} said {number}, has {other:?}"),
            }
        }
        assert!(later <= 1, "round {round}: one call can be on its way, not {later}");
    }
    assert!(said.len() > 3, "several questions were answered");
}

/// Runs wherever there is a shell: no file may grow, so that nothing can be saved.
#[test]
fn a_store_without_room_is_read_and_saves_again_when_there_is_some() {
    let (world, draft) = world();
    // A limit on the size of files ends a program, unless it says that it wants to know.
    let out = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" cramped \"$1\" \"$2\" 1", PHONE])
        .arg(world.folder.path().join("phone"))
        .arg(draft.to_string())
        .output()
        .expect("runs");
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(
        out.status.success() && said.contains("everything is there"),
        "{said}{}",
        String::from_utf8_lossy(&out.stderr)
    );
}

/// Runs a phone from a copy of its store on a small disk of its own: mounted in a namespace, which root may everywhere and others
/// where they may make user namespaces.
fn on_a_small_disk(world: &World, what: &str, draft: i64, number: usize) -> String {
    let mount =
        "mount -t tmpfs -o size=4m none \"$1\" && cp -r \"$2\"/. \"$1\" && exec \"$3\" \"$4\" \"$1\" \"$5\" \"$6\"";
    // A user namespace is not needed by root, and not to be had in every root.
    let root = std::fs::metadata("/proc/self").expect("a process").uid() == 0;
    let user: &[&str] = if root { &[] } else { &["--user", "--map-root-user"] };
    let disk = world.folder.path().join("disk");
    std::fs::create_dir(&disk).expect("a folder");
    let out = Command::new("unshare")
        .args(user)
        .args(["--mount", "--propagation", "private", "sh", "-c", mount, "sh"])
        .arg(&disk)
        .arg(world.folder.path().join("phone"))
        .args([PHONE, what, &draft.to_string(), &number.to_string()])
        .output()
        .expect("unshare runs");
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{said}{}", String::from_utf8_lossy(&out.stderr));
    said
}

#[test]
fn a_full_disk_is_said_and_loses_nothing() {
    let (mut world, draft) = world();
    world.stop_server();
    let said = on_a_small_disk(&world, "full", draft, 1);
    assert!(said.contains("full after") && said.contains("everything is there"), "{said}");
}

#[test]
fn a_full_disk_keeps_no_signed_report_on_the_phone() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    // More than go in one request.
    let signed = 20;
    (0..signed).for_each(|n| report(&core, &format!("report {n}")));
    drop(core);
    let stored = |world: &World| {
        let text = world.desk.metrics().expect("answers");
        text.lines().find_map(|l| l.strip_prefix("baqylau_objects_stored_total")?.trim().parse::<usize>().ok())
    };
    let before = stored(&world).expect("a counter");
    let said = on_a_small_disk(&world, "deliver", 0, signed);
    assert!(said.contains("Some(Full) again true noted 0") && said.contains("everything is noted"), "{said}");
    assert_eq!(stored(&world), Some(before + signed), "each left the phone, and once");
}
