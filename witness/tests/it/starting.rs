//! The folder of a witness: its key, and what must not be without it.

use crate::it::support::{Log, NAME, try_witness, witness};
use baqylau_protocol::checkpoint::NoteKey;
use baqylau_witness::WitnessStartError;
use baqylau_witness::key::WitnessKey;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

async fn why(folder: &Path, name: Option<&str>) -> WitnessStartError {
    match try_witness(folder, &[], name).await {
        Ok(_) => panic!("it starts"),
        Err(e) => e,
    }
}

#[tokio::test]
async fn key_is_made_once_and_only_its_owner_reads_it() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in [None, Some("two words"), Some("a+b"), Some("")] {
        assert!(matches!(why(folder.path(), name).await, WitnessStartError::Name), "{name:?}");
    }
    let first = witness(folder.path(), &[]).await;
    let file = folder.path().join("witness/witness.key");
    assert_eq!(fs::metadata(&file).expect("a key").permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&file).expect("text");
    assert!(text.starts_with(&format!("PRIVATE+KEY+{NAME}+")) && text.ends_with('\n'), "the note form");
    let public = first.running.key.of_witness();
    assert_eq!(NoteKey::parse_witness(&public), Some(first.running.key.clone()));
    assert!(matches!(why(folder.path(), None).await, WitnessStartError::Busy { .. }), "one at a time");
    first.running.stop().await;
    assert!(matches!(why(folder.path(), Some("another")).await, WitnessStartError::OtherName { .. }));
    let again = try_witness(folder.path(), &[], Some(NAME)).await.expect("the same name is no other");
    assert_eq!(again.running.key.of_witness(), public);
    again.running.stop().await;
    fs::write(&file, text.replacen('A', "B", 1)).expect("written");
    assert!(matches!(why(folder.path(), None).await, WitnessStartError::File { .. }), "a key that was altered");
}

/// Base64 has a `+` of its own in most keys.
#[test]
fn every_key_that_is_written_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("witness.key");
    for _ in 0..100 {
        let made = WitnessKey::generate(NAME).expect("a name");
        made.write(&file).expect("written");
        let read = WitnessKey::read(&file).expect("reads").expect("a key");
        assert_eq!(read.public, made.public);
    }
}

/// Under its old key and without what it signed, it could cosign another log.
#[tokio::test]
async fn witness_that_lost_half_of_its_folder_does_not_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = Log::new("log.example/a");
    let first = witness(folder.path(), &[&log]).await;
    log.grow(3, "a");
    first.cosigned(&log, 0).await;
    first.running.stop().await;
    let at = |name: &str| folder.path().join("witness").join(name);
    fs::rename(at("witness.db"), at("elsewhere")).expect("moved");
    assert!(matches!(why(folder.path(), None).await, WitnessStartError::Forgotten));
    fs::rename(at("elsewhere"), at("witness.db")).expect("moved");
    fs::rename(at("witness.key"), at("elsewhere")).expect("moved");
    assert!(matches!(why(folder.path(), Some(NAME)).await, WitnessStartError::KeyGone));
    fs::rename(at("elsewhere"), at("witness.key")).expect("moved");
    let again = witness(folder.path(), &[&log]).await;
    again.cosigned(&log, 3).await;
}

/// Killed between the database and the key, or with half a key on the disk.
#[tokio::test]
async fn first_start_that_broke_off_is_done_again() {
    let folder = tempfile::tempdir().expect("a folder");
    witness(folder.path(), &[]).await.running.stop().await;
    let at = |name: &str| folder.path().join("witness").join(name);
    fs::rename(at("witness.key"), at("witness.key.part")).expect("moved");
    let again = witness(folder.path(), &[]).await;
    assert!(at("witness.key").exists() && !at("witness.key.part").exists());
    again.running.stop().await;
}
