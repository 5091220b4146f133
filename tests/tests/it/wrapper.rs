//! The Gradle wrapper: what it fetched is what the repository names, or it does not run.

use baqylau_protocol::ids::Hash;
use std::io::{Cursor, Write};
use std::path::Path;
use std::process::{Command, Output};
use zip::write::{SimpleFileOptions, ZipWriter};

/// A distribution that says what it is asked to do.
fn distribution() -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("gradle-0/bin/gradle", SimpleFileOptions::default()).expect("a file");
    zip.write_all(b"#!/bin/sh\necho gradle: \"$@\"\n").expect("written");
    zip.finish().expect("packed").into_inner()
}

fn run(folder: &Path) -> Output {
    let mut wrapper = Command::new(folder.join("android/gradlew"));
    wrapper.arg(":app:assembleRelease").env("GRADLE_USER_HOME", folder.join("home")).output().expect("it runs")
}

#[test]
fn the_wrapper_runs_only_the_gradle_that_the_repository_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("android/gradle/wrapper");
    std::fs::create_dir_all(&place).expect("a folder");
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../android");
    std::fs::copy(ours.join("gradlew"), folder.path().join("android/gradlew")).expect("copied");
    let zip = folder.path().join("gradle-0-bin.zip");
    let bytes = distribution();
    std::fs::write(&zip, &bytes).expect("written");
    // As the file in the repository has it, of another distribution.
    let pinned = std::fs::read_to_string(ours.join("gradle/wrapper/gradle-wrapper.properties")).expect("properties");
    let pinned: String = pinned
        .lines()
        .map(|line| match line.split_once('=').map_or(line, |(name, _)| name) {
            "distributionUrl" => format!("distributionUrl=file\\://{}\n", zip.display()),
            "distributionSha256Sum" => format!("distributionSha256Sum={}\n", Hash::of(&bytes)),
            _ => format!("{line}\n"),
        })
        .collect();
    std::fs::write(place.join("gradle-wrapper.properties"), pinned).expect("written");
    let asked = format!("gradle: --project-dir {} :app:assembleRelease\n", folder.path().join("android").display());
    // An altered one first: it is not kept, either.
    std::fs::write(&zip, [&bytes[..], b"altered"].concat()).expect("altered");
    let refused = run(folder.path());
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && told.contains("it is not run") && refused.stdout.is_empty(), "{told}");
    std::fs::write(&zip, &bytes).expect("put back");
    let first = run(folder.path());
    assert_eq!(String::from_utf8_lossy(&first.stdout), asked, "{}", String::from_utf8_lossy(&first.stderr));
    // From then on without a network.
    std::fs::remove_file(&zip).expect("removed");
    assert_eq!(String::from_utf8_lossy(&run(folder.path()).stdout), asked);
}
