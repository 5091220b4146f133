//! The iOS app, as far as it can be built and tested without a Mac.

use crate::{bindings, root, run, tools};
use std::path::Path;
use std::process::Command;

/// Generates the bindings, type-checks the screens and tests the models.
pub fn ios() -> Result<(), String> {
    bindings::generate()?;
    test()
}

/// The screens, and the tests of the models against the core and a mission, over what is generated.
pub fn test() -> Result<(), String> {
    let package = root().join("ios");
    parse(&package)?;
    for checked in ["ObserverScreens", "ObserverPhone"] {
        run(checked, bindings::swift_in(&package, "debug", "build")?.args(["--target", checked]))?;
    }
    run("iOS", &mut bindings::swift_in(&package, "debug", "test")?)
}

/// What needs iOS itself is read, at least: its frameworks are on a Mac only.
fn parse(package: &Path) -> Result<(), String> {
    let mut parse = Command::new(tools::program("swiftc")?);
    parse.current_dir(package).args(["-swift-version", "6", "-parse"]);
    for folder in ["ObserverPhone", "App"] {
        let entries = std::fs::read_dir(package.join(folder)).map_err(|e| format!("{folder}: {e}"))?;
        let mut sources: Vec<_> = entries.flatten().map(|e| e.path()).collect();
        sources.retain(|p| p.extension().is_some_and(|e| e == "swift"));
        sources.sort();
        parse.args(sources);
    }
    run("what only iOS has", &mut parse)
}
