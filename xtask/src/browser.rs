//! The coordinators' page in a browser.

use crate::{bindings, cargo, demo, missions, root, run, tools};
use std::path::PathBuf;
use std::process::Command;

/// Makes what the browser looks at, and looks.
pub fn browser() -> Result<(), String> {
    packages()?;
    run("the programs", cargo().args(["build", "--package", "baqylau", "--package", "baqylau-tests", "--bins"]))?;
    for mission in missions()? {
        demo(&mission, &shown().join(&mission), false)?;
    }
    test()
}

/// The tests of the page, over the demonstration that was kept.
pub fn test() -> Result<(), String> {
    run("the mission for the browser", cargo().args(["build", "--package", "baqylau-tests", "--bins"]))?;
    let mut node = Command::new("npm");
    node.args(["test", "--silent"]).current_dir(root().join("page/browser"));
    // By its whole path: what drives it searches nowhere.
    node.env("BAQYLAU_CHROMIUM", tools::program("chromium")?);
    node.env("BAQYLAU_BINARY", bindings::target().join("debug/baqylau"));
    node.env("BAQYLAU_TEST_MISSION", bindings::mission()).env("BAQYLAU_DEMOS", shown());
    run("the page in a browser", &mut node)
}

/// What drives the browser.
pub fn packages() -> Result<(), String> {
    let install = ["ci", "--no-fund", "--no-audit", "--loglevel=error"];
    run("what the browser tests need", Command::new("npm").args(install).current_dir(root().join("page/browser")))
}

fn shown() -> PathBuf {
    root().join("target/demo")
}
