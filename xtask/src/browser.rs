//! The coordinators' page in a browser.

use crate::{bindings, cargo, demo, missions, root, run, unpack};
use std::path::PathBuf;
use std::process::Command;

/// Makes what the browser looks at, and looks.
pub fn browser() -> Result<(), String> {
    run("the programs", cargo().args(["build", "--package", "baqylau", "--package", "baqylau-tests", "--bins"]))?;
    for mission in missions()? {
        demo(&mission, &shown().join(&mission), false)?;
    }
    test()
}

/// The tests of the page, over the demonstration that was kept.
pub fn test() -> Result<(), String> {
    run("the mission for the browser", cargo().args(["build", "--package", "baqylau-tests", "--bins"]))?;
    let folder = root().join("page/browser");
    if !Command::new("npm").arg("--version").output().is_ok_and(|o| o.status.success()) {
        return Err(
            "the page was not tested: install Node 20 or later with npm (Debian: apt-get install nodejs npm)".into()
        );
    }
    let install = ["ci", "--no-fund", "--no-audit", "--loglevel=error"];
    run("what the browser tests need", Command::new("npm").args(install).current_dir(&folder))?;
    let mut node = Command::new("npm");
    node.args(["test", "--silent"]).current_dir(&folder);
    node.env("BAQYLAU_CHROMIUM", chromium()?).env("BAQYLAU_BINARY", bindings::target().join("debug/baqylau"));
    node.env("BAQYLAU_TEST_MISSION", bindings::mission()).env("BAQYLAU_DEMOS", shown());
    run("the page in a browser", &mut node)
}

fn shown() -> PathBuf {
    root().join("target/demo")
}

/// The machine's Chromium, or Debian's in the target folder.
fn chromium() -> Result<PathBuf, String> {
    // By its whole path: what drives it searches nowhere.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut found = std::env::split_paths(&path).map(|folder| folder.join("chromium"));
    if let Some(found) = found.find(|p| Command::new(p).arg("--version").output().is_ok_and(|o| o.status.success())) {
        return Ok(found);
    }
    let folder = bindings::target().join("chromium");
    unpack(&folder, &["usr/lib/chromium/chromium", "--version", "chromium", "fonts-dejavu-core"])?;
    Ok(bindings::absolute(&folder)?.join("chromium"))
}
