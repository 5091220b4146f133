//! What phone, server and desk write is for its owner alone, from the moment that it is made.
#![cfg(unix)]

use crate::it::support::{draft, key};
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_tests::{BUDGET, World, now, tables};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Everything in a folder, and below it, that others may do anything with.
fn open_to_others(folder: &Path, found: &mut Vec<String>, seen: &mut usize) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let mode = entry.metadata().expect("is there").permissions().mode() & 0o777;
        *seen += 1;
        if mode & 0o077 != 0 {
            found.push(format!("{} {mode:o}", entry.path().display()));
        }
        if entry.path().is_dir() {
            open_to_others(&entry.path(), found, seen);
        }
    }
}

#[test]
fn what_is_written_is_for_its_owner_alone() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let id = draft(&core, "complaint");
    core.attach(id, key(&core, id, "document"), "application/pdf", &mut &[7; 5_000][..]).expect("attached");
    core.finalise(id, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(world.desk.pull_attachments().expect("fetches").came, 1);
    let exported = world.folder.path().join("exported");
    world.desk.export(AnswerBasis::Effective, &exported, false).expect("exports");
    world.desk.add_desk(&world.folder.path().join("second"), baqylau_tests::PASSPHRASE, now()).expect("another desk");
    let (mut found, mut seen) = (Vec::new(), 0);
    open_to_others(world.folder.path(), &mut found, &mut seen);
    assert!(seen > 40, "{seen} files and folders");
    assert!(found.is_empty(), "others may use:\n{}", found.join("\n"));
    for name in ["phone/main.db-wal", "phone/outbox.db", "phone/lock.json", "exported", "second/desk.db"] {
        assert!(world.folder.path().join(name).exists(), "{name} was judged");
    }
}
