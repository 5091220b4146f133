//! The log as programs in Go read and witness it, with the implementations that the formats come from.

use crate::bindings::{absolute, target};
use crate::{bindings, cargo, demo, root, run, tools};
use std::path::PathBuf;
use std::process::Command;

/// Builds the binary and the first mission's demonstration, and runs the tests on them.
pub fn foreign() -> Result<(), String> {
    modules()?;
    run("the program", cargo().args(["build", "--package", "baqylau", "--bins"]))?;
    let first = "kazakhstan-2023";
    demo(first, &bindings::demonstrations().join(first), false)?;
    test()
}

/// Runs the tests on a demonstration that has already been built.
pub fn test() -> Result<(), String> {
    let program = target().join("go/foreign.test");
    run("compile the Go tests", go()?.args(["test", "-c", "-o"]).arg(std::path::absolute(&program).map_err(said)?))?;
    let mut tests = Command::new(absolute(&program)?);
    tests.current_dir(folder()).arg("-test.v");
    tests.env("BAQYLAU_BINARY", absolute(&target().join("debug/baqylau"))?);
    tests.env("BAQYLAU_DEMOS", bindings::demonstrations()).env("BAQYLAU_MISSIONS", root().join("missions"));
    run("the log in Go", &mut tests)
}

/// Fetches the modules that `go.sum` names.
pub fn modules() -> Result<(), String> {
    run("the modules for the Go tests", go()?.args(["mod", "download"]))
}

fn folder() -> PathBuf {
    root().join("tests/foreign")
}

/// Go in the folder of the tests. What it fetches and compiles lies in the target folder; no other Go is fetched.
fn go() -> Result<Command, String> {
    let place = std::path::absolute(target().join("go")).map_err(said)?;
    std::fs::create_dir_all(&place).map_err(|e| format!("{}: {e}", place.display()))?;
    let mut go = Command::new(tools::program("go")?);
    go.current_dir(folder()).env("GOPATH", &place).env("GOCACHE", place.join("build"));
    // Modules are written read-only, which keeps a target folder from being removed.
    go.envs([("GOTOOLCHAIN", "local"), ("CGO_ENABLED", "0"), ("GOFLAGS", "-modcacherw -buildvcs=false")]);
    Ok(go)
}

fn said(e: std::io::Error) -> String {
    e.to_string()
}
