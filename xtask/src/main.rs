//! Development tasks: `cargo xtask test`, `cargo xtask lint` and more. Depends on no crate of the workspace.

mod bare;
mod bindings;
mod browser;
mod crossing;
mod debian;
mod foreign;
mod ios;
mod release;
mod tools;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Version of cargo-deny to build if the machine has none.
const CARGO_DENY: &str = "0.20.2";

const USAGE: &str = "cargo xtask <command>
  test      runs every test: a bare machine, Rust, the demonstration missions, the independent recomputation and verifier, other languages
  setup     only checks, fetches and tries out the programs that the tests need
  bare      runs the set-up of the README's two commands in a minimal Debian; with --all, both commands in full
  lint      runs rustfmt, clippy and rustdoc with warnings as errors; checks licences and sources
  bindings  generates the code of other languages into target/bindings
  languages tests the bindings of all languages
  browser   tests the coordinators' page in Chromium
  foreign   reads and witnesses the log with the Go programs that its formats come from
  android   compiles the Android app and runs its screens, without an SDK
  ios       type-checks the iOS screens and tests their models, without a Mac
  words     export | import LANGUAGE FILE: sends the page's words to translators and takes them back
  bench     runs every benchmark, in release builds
  release   builds a release package: android | ios | jvm | python
  crossing  measures only the cost of a call through each language";

fn main() -> ExitCode {
    let command = std::env::args().nth(1).unwrap_or_default();
    let done = match command.as_str() {
        "test" => test(),
        "setup" => tools::set_up(),
        "bare" => bare::bare(std::env::args().nth(2).as_deref() == Some("--all")),
        "lint" => lint(),
        "bindings" => bindings::generate(),
        "languages" => bindings::test(),
        "browser" => browser::browser(),
        "foreign" => foreign::foreign(),
        "android" => bindings::android(),
        "ios" => ios::ios(),
        "words" => words(),
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

/// Runs one step and prints how long it took.
fn run(what: &str, command: &mut Command) -> Result<(), String> {
    println!("== {what}");
    let begun = now();
    let status = command.status().map_err(|e| format!("{what}: {e}"))?;
    println!("== {what}: {:.0} s", begun.elapsed().as_secs_f64());
    if status.success() { Ok(()) } else { Err(format!("{what}: {status}")) }
}

#[expect(clippy::disallowed_methods, reason = "a step is timed for whoever waits for it; nothing depends on it")]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

fn test() -> Result<(), String> {
    tools::set_up()?;
    // It waits for downloads most of the time, so that it costs the compiler little.
    let bare = bare::begin()?;
    let rust = run("Rust", cargo().args(["test", "--workspace", "--exclude", "baqylau-benches", "--locked"]));
    bare::end(bare).and(rust)?;
    let folder = root().join("target/demo");
    for mission in missions()? {
        demo(&mission, &folder.join(&mission), false)?;
    }
    let first = "kazakhstan-2023";
    demo(first, &folder.join("faults"), true)?;
    recompute(first, &folder.join(first))?;
    verify(&folder.join(first))?;
    let page = browser::test();
    let log = foreign::test();
    bindings::test().and(page).and(log)
}

/// Names of all missions with a plan.
fn missions() -> Result<Vec<String>, String> {
    let folder = root().join("missions");
    let entries = std::fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let planned = entries.flatten().filter(|e| e.path().join("plan").exists());
    let mut names: Vec<String> = planned.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    if names.is_empty() { Err("no folder under missions/ has a plan".into()) } else { Ok(names) }
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

/// Where it was called, so that its file is meant as it was named.
fn words() -> Result<(), String> {
    let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    command.args(["run", "--quiet", "--locked", "--package", "baqylau-words-tool", "--manifest-path"]);
    run("words", command.arg(root().join("Cargo.toml")).arg("--").args(std::env::args().skip(2)))
}

fn python() -> Command {
    Command::new("python3")
}

/// Recomputes the figures from the exported answers with a script that shares no rule with the program.
fn recompute(mission: &str, demo: &Path) -> Result<(), String> {
    let script = root().join("missions").join(mission).join("recompute.py");
    run("independent recomputation", python().arg(script).arg(demo.join("answers")))
}

/// Exports the log and verifies it without any secret key.
fn verify(demo: &Path) -> Result<(), String> {
    let log = demo.join("log.cbor");
    run("export of the log", binary().args(["desk", "log", "--folder"]).arg(demo.join("mission")).arg(&log))?;
    run("verification of the export", binary().arg("verify").arg(&log))?;
    // It shares no line with the program.
    run("independent verifier", python().arg(root().join("tests/formats/verify.py")).arg(&log))?;
    let courier = demo.join("read.courier");
    run(
        "what the desk says that it read",
        binary().args(["desk", "courier", "--folder"]).arg(demo.join("mission")).arg(&courier),
    )?;
    run("independent verifier of it", python().arg(root().join("tests/formats/notice.py")).args([&log, &courier]))
}

fn lint() -> Result<(), String> {
    run("rustfmt", cargo().args(["fmt", "--all", "--check"]))?;
    run("clippy", cargo().args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))?;
    run("rustdoc", cargo().env("RUSTDOCFLAGS", "-D warnings").args(["doc", "--workspace", "--no-deps", "--locked"]))?;
    deny()
}

/// Checks the licences and sources of all dependencies with cargo-deny: the machine's, or one built once into the
/// target folder.
fn deny() -> Result<(), String> {
    let check = ["check", "bans", "licenses", "sources"];
    if cargo().args(["deny", "--version"]).output().is_ok_and(|o| o.status.success()) {
        return run("cargo-deny", cargo().arg("deny").args(check));
    }
    let folder = bindings::target().join("cargo-deny");
    let program = folder.join("bin/cargo-deny");
    if !program.exists() {
        let mut build = cargo();
        build
            .args(["install", "--quiet", "--locked", "--debug", "--version", CARGO_DENY, "cargo-deny", "--root"])
            .arg(&folder);
        build.env("CARGO_TARGET_DIR", folder.join("build")).env("CARGO_PROFILE_DEV_DEBUG", "false");
        run("build cargo-deny", &mut build)?;
    }
    run("cargo-deny", Command::new(program).args(check).current_dir(root()))
}
