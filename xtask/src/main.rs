//! What has to be scripted: `cargo xtask test`, `cargo xtask lint`. Depends on no crate of the workspace.

mod bindings;
mod browser;
mod crossing;
mod ios;
mod release;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "cargo xtask <command>
  test      every test: Rust, the demonstration missions, the independent recomputation and verifier, other languages
  lint      rustfmt, clippy and rustdoc, warnings as errors
  bindings  generates the code of other languages into target/bindings
  languages only their tests
  browser   the coordinators' page, driven in Chromium
  android   compiles the Android app and plays its screens, without an SDK
  ios       type-checks the iOS screens and tests their models, without a Mac
  bench     every benchmark, in release
  release   android | ios | jvm | python: a package for other people's machines
  crossing  only what a call costs through each language";

fn main() -> ExitCode {
    let command = std::env::args().nth(1).unwrap_or_default();
    let done = match command.as_str() {
        "test" => test(),
        "lint" => lint(),
        "bindings" => bindings::generate(),
        "languages" => bindings::test(),
        "browser" => browser::browser(),
        "android" => bindings::android(),
        "ios" => ios::ios(),
        "bench" => run("benchmarks", cargo().args(["bench", "--workspace"])).and_then(|()| crossing::bench()),
        "release" => release::release(std::env::args().nth(2).as_deref()),
        "crossing" => crossing::bench(),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Without `..`: cargo builds anew for another spelling of the same folder.
    here.parent().unwrap_or(here).to_path_buf()
}

fn cargo() -> Command {
    let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    command.current_dir(root());
    command
}

fn run(what: &str, command: &mut Command) -> Result<(), String> {
    println!("== {what}");
    let status = command.status().map_err(|e| format!("{what}: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("{what}: {status}")) }
}

fn test() -> Result<(), String> {
    run("the binary", cargo().args(["build", "--package", "baqylau"]))?;
    run("Rust", cargo().args(["test", "--workspace", "--locked"]))?;
    let folder = root().join("target/demo");
    for mission in missions()? {
        demo(&mission, &folder.join(&mission), false)?;
    }
    let first = "kazakhstan-2023";
    demo(first, &folder.join("faults"), true)?;
    recompute(first, &folder.join(first))?;
    verify(&folder.join(first))?;
    let page = browser::test();
    bindings::test().and(page)
}

/// A program of Debian's packages in a folder of its own: its path in them, an argument that it runs with, the packages.
fn unpack(folder: &Path, what: &[&str]) -> Result<(), String> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let done = Command::new("bash").arg(root().join("xtask/unpack.sh")).arg(folder).args(what).output();
    match done {
        Ok(done) if done.status.success() => Ok(()),
        Ok(done) => Err(format!("{name} is missing: {}", String::from_utf8_lossy(&done.stderr).trim())),
        Err(e) => Err(format!("{name} is missing, and bash, which would fetch it: {e}")),
    }
}

/// Every mission that has a plan.
fn missions() -> Result<Vec<String>, String> {
    let folder = root().join("missions");
    let entries = std::fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let planned = entries.flatten().filter(|e| e.path().join("plan").exists());
    let mut names: Vec<String> = planned.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    if names.is_empty() { Err("no mission has a plan".into()) } else { Ok(names) }
}

fn binary() -> Command {
    let mut command = Command::new(bindings::target().join("debug/baqylau"));
    command.current_dir(root()).env("BAQYLAU_PASSPHRASE", "demonstration only");
    command
}

fn demo(mission: &str, keep: &Path, faults: bool) -> Result<(), String> {
    let what = format!("demonstration of {mission}{}", if faults { " with faults" } else { "" });
    let mut command = binary();
    command.args(["demo", "--mission", &format!("missions/{mission}"), "--keep"]).arg(keep);
    if faults {
        command.arg("--faults");
    }
    run(&what, &mut command)
}

fn python() -> Result<Command, String> {
    let found = Command::new("python3").arg("--version").output().is_ok_and(|o| o.status.success());
    let missing = "python3 did not run: install it (Debian: apt-get install python3)";
    if found { Ok(Command::new("python3")) } else { Err(missing.into()) }
}

/// The figures once more, from the exported answers, by a script that shares no rule with the program.
fn recompute(mission: &str, demo: &Path) -> Result<(), String> {
    let script = root().join("missions").join(mission).join("recompute.py");
    run("independent recomputation", python()?.arg(script).arg(demo.join("answers")))
}

/// The log, exported and verified without any secret key.
fn verify(demo: &Path) -> Result<(), String> {
    let log = demo.join("log.cbor");
    run("export of the log", binary().args(["desk", "log", "--folder"]).arg(demo.join("mission")).arg(&log))?;
    run("verification of the export", binary().arg("verify").arg(&log))?;
    // It shares no line with the program.
    run("independent verifier", python()?.arg(root().join("tests/formats/verify.py")).arg(&log))
}

fn lint() -> Result<(), String> {
    run("rustfmt", cargo().args(["fmt", "--all", "--check"]))?;
    run("clippy", cargo().args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))?;
    run("rustdoc", cargo().env("RUSTDOCFLAGS", "-D warnings").args(["doc", "--workspace", "--no-deps", "--locked"]))?;
    deny()
}

/// Licences and sources of what we build on. The tool takes minutes to build, so it is used where it is.
fn deny() -> Result<(), String> {
    if !cargo().args(["deny", "--version"]).output().is_ok_and(|o| o.status.success()) {
        println!(
            "== cargo-deny is not installed, so licences and sources were not checked: `cargo install cargo-deny`"
        );
        return Ok(());
    }
    run("cargo-deny", cargo().args(["deny", "check", "bans", "licenses", "sources"]))
}
