//! Compares the cost of a call into the core through each language with the same call in Rust.

use crate::bindings::{generate, inside, install_python, kotlin, mission, swift, target};
use crate::{cargo, root, run};
use std::path::Path;
use std::process::Command;

const CALLS: [&str; 4] = ["an answer, durable", "a full view", "progress", "a page drawn"];

/// Runs the same work in Rust, Kotlin, Swift and Python, over release builds, and prints the medians with their ratios.
pub fn bench() -> Result<(), String> {
    let packages = ["--package", "baqylau-ffi", "--package", "baqylau-desk-ffi"];
    run("the test mission", cargo().args(["build", "--package", "baqylau-tests", "--bins"]))?;
    generate()?;
    run("the libraries", cargo().args(["build", "--release"]).args(packages))?;
    install_python("release")?;
    let mut python = Command::new(inside("python"));
    python.current_dir(root().join("bindings/python/tests")).arg("crossing.py");
    python.env("BAQYLAU_TEST_MISSION", mission()).env("PYTHONDONTWRITEBYTECODE", "1");
    let mut kotlin = kotlin("release", "test")?;
    kotlin.arg("-Dtest=CrossingTest");
    let mut swift = swift("release")?;
    swift.args(["--filter", "crossing"]);
    let mut rust = cargo();
    rust.args(["bench", "--package", "baqylau-benches", "--bench", "crossing"]);
    let file = target().join("crossing");
    let rust = measured("Rust", &mut rust, &file)?;
    let others = [("Kotlin, JNA", kotlin), ("Swift", swift), ("Python", python)]
        .map(|(l, mut c)| (l, measured(l, &mut c, &file)));
    for (call, base) in CALLS.iter().zip(&rust) {
        println!("{call}: Rust {base:.1} µs");
    }
    for (language, measured) in others {
        for ((call, value), base) in CALLS.iter().zip(measured?).zip(&rust) {
            println!("{call}: {language} {value:.1} µs, {:.2} of Rust", value / base);
        }
    }
    Ok(())
}

/// The medians in microseconds that a benchmark writes to a file.
fn measured(language: &str, command: &mut Command, file: &Path) -> Result<Vec<f64>, String> {
    let io = |e: std::io::Error| format!("{}: {e}", file.display());
    std::fs::write(file, "").map_err(io)?;
    let file = file.canonicalize().map_err(io)?;
    run(language, command.env("BAQYLAU_BENCH", &file))?;
    let text = std::fs::read_to_string(&file).map_err(io)?;
    let values: Result<Vec<f64>, _> = text.split_whitespace().map(str::parse).collect();
    values.ok().filter(|v| v.len() == CALLS.len()).ok_or_else(|| format!("{language}: the benchmark wrote no medians"))
}
