//! Tests of the coordinators' page in a browser.

use crate::{bindings, cargo, demo, missions, root, run, tools};
use std::process::Command;

/// Builds the demonstrations and runs the tests on them.
pub fn browser() -> Result<(), String> {
    packages()?;
    run("the programs", cargo().args(["build", "--package", "baqylau", "--package", "baqylau-tests", "--bins"]))?;
    for mission in missions()? {
        demo(&mission, &bindings::demonstrations().join(&mission), false)?;
    }
    test()
}

/// Runs the tests on demonstrations that have already been built.
pub fn test() -> Result<(), String> {
    run("the test mission", cargo().args(["build", "--package", "baqylau-tests", "--bins"]))?;
    let mut node = Command::new("npm");
    node.args(["test", "--silent"]).current_dir(root().join("page/browser"));
    // By its whole path: what drives it searches nowhere.
    node.env("BAQYLAU_CHROMIUM", tools::program("chromium")?);
    node.env("BAQYLAU_BINARY", bindings::target().join("debug/baqylau"));
    node.env("BAQYLAU_TEST_MISSION", bindings::mission()).env("BAQYLAU_DEMOS", bindings::demonstrations());
    run("the page in a browser", &mut node)
}

/// Installs the test driver's npm packages.
pub fn packages() -> Result<(), String> {
    let install = ["ci", "--no-fund", "--no-audit", "--loglevel=error"];
    run(
        "the packages for the browser tests",
        Command::new("npm").args(install).current_dir(root().join("page/browser")),
    )
}
