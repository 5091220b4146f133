//! The iOS app, as far as it can be built and tested without a Mac.

use crate::{bindings, root, run, tools};
use std::path::Path;
use std::process::Command;

/// Generates the bindings, type-checks the screens and tests the models.
pub fn ios() -> Result<(), String> {
    bindings::generate()?;
    test()
}

/// Type-checks the screens and tests the models against the core and a mission, using the generated bindings.
pub fn test() -> Result<(), String> {
    let package = root().join("ios");
    parse(&package)?;
    for checked in ["ObserverScreens", "ObserverPhone"] {
        run(checked, bindings::swift_in(&package, "debug", "build")?.args(["--target", checked]))?;
    }
    check_seeded_mistakes(&package)?;
    run("iOS", &mut bindings::swift_in(&package, "debug", "test")?)
}

/// Checks that our SwiftUI declarations reject code that iOS would compile but not display: each seeded mistake must
/// fail in the line marked `// refused`.
fn check_seeded_mistakes(package: &Path) -> Result<(), String> {
    let folder = package.join("LinuxStubs/Seeded");
    let io = |e: std::io::Error| format!("{}: {e}", folder.display());
    for entry in std::fs::read_dir(&folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let source = std::fs::read_to_string(&path).map_err(io)?;
        let mut check = Command::new(tools::program("swiftc")?);
        check.current_dir(package).args(["-typecheck", "-swift-version", "6", "-I", ".build/debug/Modules"]);
        let out = check.arg(&path).output().map_err(io)?;
        let output = String::from_utf8_lossy(&out.stderr);
        let refused = source.lines().position(|l| l.contains("// refused"));
        let right = match refused {
            Some(line) => !out.status.success() && output.contains(&format!("swift:{}:", line + 1)),
            None => out.status.success(),
        };
        if !right {
            let wanted = if refused.is_some() { "refused" } else { "accepted" };
            return Err(format!("{}: it should have been {wanted}; the compiler says:\n{output}", path.display()));
        }
    }
    Ok(())
}

/// Parses the files that need iOS frameworks, which exist only on a Mac and so cannot be type-checked here.
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
    run("the files that need iOS frameworks", &mut parse)
}
