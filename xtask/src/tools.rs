//! Programs that the tests need: they are checked, fetched and tried before any long compilation.

use crate::bindings::{absolute, inside, maven, target};
use crate::debian::{self, Program};
use crate::{browser, root, run};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Swift's driver, and what it links programs with.
const SWIFT: Program = Program {
    name: "swift",
    path: "usr/libexec/swift/bin/swift",
    packages: &["libc6-dev", "libstdc++-14-dev", "swiftlang", "tzdata"],
    loads: &["usr/libexec/swift/bin/swift-package"],
};
const SWIFTC: Program =
    Program { name: "swiftc", path: "usr/libexec/swift/bin/swiftc", packages: &["swiftlang"], loads: &[] };
const CHROMIUM: Program = Program {
    name: "chromium",
    path: "usr/lib/chromium/chromium",
    packages: &["chromium", "fonts-dejavu-core"],
    loads: &["usr/lib/chromium/chrome_crashpad_handler"],
};
const AAPT2: Program = Program { name: "aapt2", path: "usr/bin/aapt2", packages: &["aapt"], loads: &[] };
const MMDEBSTRAP: Program = Program {
    name: "mmdebstrap",
    path: "usr/bin/mmdebstrap",
    packages: &[
        "apt",
        "debian-archive-keyring",
        "diffutils",
        "dpkg",
        "findutils",
        "gpgv",
        "grep",
        "gzip",
        "mmdebstrap",
        "perl",
        "tar",
        "xz-utils",
    ],
    loads: &[],
};
/// For Robolectric, which runs the latest Android on it.
const JAVA: Program = Program {
    name: "java",
    #[cfg(target_arch = "aarch64")]
    path: "usr/lib/jvm/java-21-openjdk-arm64/bin/java",
    #[cfg(not(target_arch = "aarch64"))]
    path: "usr/lib/jvm/java-21-openjdk-amd64/bin/java",
    packages: &["openjdk-21-jre-headless"],
    loads: &[
        #[cfg(target_arch = "aarch64")]
        "usr/lib/jvm/java-21-openjdk-arm64/lib/server/libjvm.so",
        #[cfg(not(target_arch = "aarch64"))]
        "usr/lib/jvm/java-21-openjdk-amd64/lib/server/libjvm.so",
    ],
};

/// For the tests of `tests/foreign`, whose modules need 1.23.
const GO: Program = Program {
    name: "go",
    path: "usr/lib/go-1.24/bin/go",
    packages: &["golang-1.24-go", "golang-1.24-src"],
    loads: &[],
};

/// A program that the machine itself must have, and the command that shows it works.
struct Need {
    what: &'static str,
    probe: &'static [&'static str],
    /// Lowest accepted major version in the command's output.
    least: Option<u32>,
    package: &'static str,
}

/// Kilobytes under `target` after all tests, and after the set-up alone.
const FILLED_BY_TESTS: u64 = 20 << 20;
const FILLED_BY_SET_UP: u64 = 5 << 20;

const NEEDS: [Need; 9] = [
    Need { what: "a C compiler", probe: &["cc", "--version"], least: None, package: "build-essential" },
    Need { what: "make", probe: &["make", "--version"], least: None, package: "build-essential" },
    Need {
        what: "perl with its modules",
        probe: &["perl", "-MFindBin", "-MIPC::Cmd", "-MFile::Compare", "-MTime::Piece", "-e", "1"],
        least: None,
        package: "perl",
    },
    Need { what: "git", probe: &["git", "--version"], least: None, package: "git" },
    Need {
        what: "Python 3 with venv",
        probe: &["python3", "-c", "import ensurepip, venv"],
        least: None,
        package: "python3-venv",
    },
    Need {
        what: "a JDK of 17 or later",
        probe: &["javac", "-version"],
        least: Some(17),
        package: "openjdk-17-jdk-headless",
    },
    Need { what: "Maven", probe: &["mvn", "--version"], least: None, package: "maven" },
    Need { what: "Node 18 or later", probe: &["node", "--version"], least: Some(18), package: "nodejs" },
    Need { what: "npm", probe: &["npm", "--version"], least: None, package: "npm" },
];

/// Checks all requirements, fetches what can be fetched, and runs each program once. An error names everything that is
/// missing.
pub fn set_up() -> Result<(), String> {
    machine()?;
    room()?;
    let wanted = wanted();
    let (unpacked, fetched) = std::thread::scope(|both| {
        let unpacked = both.spawn(|| if wanted.is_empty() { Ok(()) } else { debian::unpack(&wanted) });
        let fetched = packages();
        (unpacked.join().unwrap_or_else(|_| Err("unpacking Debian's packages stopped unexpectedly".into())), fetched)
    });
    unpacked.map_err(|e| {
        let names: Vec<&str> = wanted.iter().map(|p| p.name).collect();
        format!("{e}\n(not on PATH, so unpacked from Debian's packages: {})", names.join(", "))
    })?;
    fetched?;
    try_out()
}

/// Checks for programs that must come from the machine's own packages.
fn machine() -> Result<(), String> {
    let missing: Vec<&Need> = NEEDS.iter().filter(|n| !n.is_met()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let what: Vec<&str> = missing.iter().map(|n| n.what).collect();
    let mut packages: Vec<&str> = missing.iter().map(|n| n.package).collect();
    packages.dedup();
    let install = packages.join(" ");
    Err(format!(
        "this machine lacks {}; install what is missing (Debian: apt-get install --no-install-recommends {install})",
        what.join(", ")
    ))
}

/// An error if the disk has less room than the tests fill, beyond what an earlier run left under `target`.
fn room() -> Result<(), String> {
    let target = target();
    std::fs::create_dir_all(&target).map_err(|e| format!("{}: {e}", target.display()))?;
    let column = |program: &str, option: &str, line: usize, at: usize| {
        let output = Command::new(program).arg(option).arg(&target).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().nth(line)?.split_whitespace().nth(at)?.parse::<u64>().ok()
    };
    let inside = std::env::var_os(crate::bare::INSIDE).is_some();
    let needed = if inside { FILLED_BY_SET_UP } else { FILLED_BY_TESTS };
    let (Some(free), Some(filled)) = (column("df", "-Pk", 1, 3), column("du", "-sk", 0, 0)) else { return Ok(()) };
    if free + filled >= needed {
        return Ok(());
    }
    let gigabytes = |kilobytes: u64| kilobytes.div_ceil(1 << 20);
    Err(format!(
        "{}: the disk has {} GB free, {} GB are needed; free some room, or name another folder in CARGO_TARGET_DIR",
        target.display(),
        free >> 20,
        gigabytes(needed.saturating_sub(filled))
    ))
}

impl Need {
    fn is_met(&self) -> bool {
        let [program, arguments @ ..] = self.probe else { return false };
        let Ok(output) = Command::new(program).args(arguments).output() else { return false };
        let text = [output.stdout, output.stderr].into_iter().find(|s| !s.is_empty()).unwrap_or_default();
        let version = version(&String::from_utf8_lossy(&text));
        output.status.success() && self.least.is_none_or(|least| version.is_some_and(|v| v >= least))
    }
}

/// The first number in a program's output: 17 for `javac 17.0.15`.
fn version(output: &str) -> Option<u32> {
    let digits = output.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Programs that the machine lacks and that can be unpacked from Debian's packages.
fn wanted() -> Vec<&'static Program> {
    [
        (on_machine("swift").is_none(), &SWIFT),
        (on_machine("swift").is_none(), &SWIFTC),
        (on_machine("chromium").is_none(), &CHROMIUM),
        (on_machine("aapt2").is_none(), &AAPT2),
        (newest_java_on_machine().is_none(), &JAVA),
        (newest_go_on_machine().is_none(), &GO),
        (on_machine("mmdebstrap").is_none(), &MMDEBSTRAP),
    ]
    .into_iter()
    .filter_map(|(lacks, program)| lacks.then_some(program))
    .collect()
}

/// Full path of a program on PATH that can print its version.
fn on_machine(name: &str) -> Option<PathBuf> {
    let probe = if ["aapt2", "go"].contains(&name) { "version" } else { "--version" };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).map(|folder| folder.join(name));
    places.find(|p| p.is_file() && Command::new(p).arg(probe).output().is_ok_and(|o| o.status.success()))
}

fn newest_java_on_machine() -> Option<PathBuf> {
    on_machine("java").filter(|java| {
        let output = Command::new(java).arg("-version").output();
        output.is_ok_and(|o| version(&String::from_utf8_lossy(&o.stderr)).is_some_and(|v| v >= 21))
    })
}

fn newest_go_on_machine() -> Option<PathBuf> {
    on_machine("go").filter(|go| {
        let output = Command::new(go).args(["env", "GOVERSION"]).env("GOTOOLCHAIN", "local").output();
        output.is_ok_and(|o| minor(&String::from_utf8_lossy(&o.stdout)).is_some_and(|v| v >= 23))
    })
}

/// The second number in a program's output: 24 for `go1.24.4`.
fn minor(output: &str) -> Option<u32> {
    version(output.split_once('.')?.1)
}

/// Full path of a program, the machine's or an unpacked one; if there is neither, runs the whole set-up first.
pub fn program(name: &str) -> Result<PathBuf, String> {
    let place = place(name)?;
    if !place.exists() {
        set_up()?;
    }
    absolute(&place)
}

/// Path of a program as it is now, or will be after [`set_up`].
fn place(name: &str) -> Result<PathBuf, String> {
    let own = match name {
        "java" => newest_java_on_machine(),
        "go" => newest_go_on_machine(),
        _ => on_machine(name),
    };
    Ok(match own {
        Some(own) => own,
        None => std::path::absolute(debian::called(name)).map_err(|e| format!("{name}: {e}"))?,
    })
}

/// Fetches what the languages' own package managers provide.
fn packages() -> Result<(), String> {
    crate::bindings::python_environment()?;
    browser::packages()?;
    // Maven finds out what a build needs only as it builds; this is most of it, and whether it can be had at all.
    let goals: [(&str, &[&str]); 3] = [
        ("bindings/kotlin", &["dependency:resolve-plugins", "dependency:resolve"]),
        ("android", &["--projects", "androidx", "generate-resources"]),
        ("android", &["--projects", "app", "dependency:resolve-plugins", "dependency:copy@framework"]),
    ];
    for (folder, goals) in goals {
        let mut fetch = maven(&root().join(folder))?;
        // The tests' Java decides which Android is fetched; it may still be on its way itself.
        fetch.arg(format!("-Dbaqylau.test.java={}", place("java")?.display()));
        run(&format!("Maven's dependencies for {folder}"), fetch.args(goals).arg("-Dsilent=true"))?;
    }
    Ok(())
}

/// Runs each program once for its purpose.
fn try_out() -> Result<(), String> {
    let folder = target().join("tried");
    let io = |e: std::io::Error| format!("{}: {e}", folder.display());
    std::fs::create_dir_all(&folder).map_err(io)?;
    std::fs::write(folder.join("tried.swift"), "import Foundation\nprint(6 * 7, Date(timeIntervalSince1970: 0))\n")
        .map_err(io)?;
    std::fs::write(folder.join("tried.html"), "<p id=a><script>a.textContent = 6 * 7</script>").map_err(io)?;
    let at = absolute(&folder)?;
    let mut swift = Command::new(program("swiftc")?);
    swift.args(["tried.swift", "-o", "tried"]).current_dir(&at);
    run("Swift compiles", &mut swift)?;
    let mut page = Command::new(program("chromium")?);
    page.args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .arg(format!("file://{}/tried.html", at.display()));
    check_output("Chromium", &mut page, "42")?;
    check_output("Java 21", Command::new(program("java")?).arg("--version"), "2")?;
    check_output("Go", Command::new(program("go")?).arg("version"), "go1.")?;
    crate::foreign::modules()?;
    check_output("aapt2", Command::new(program("aapt2")?).arg("version"), "Asset Packaging Tool")?;
    check_output("mmdebstrap", Command::new(program("mmdebstrap")?).arg("--version"), "mmdebstrap")?;
    check_output("Python", Command::new(inside("pytest")).arg("--version"), "pytest")
}

/// Checks that a program's output contains `part`; an error contains all of its output.
fn check_output(what: &str, command: &mut Command, part: &str) -> Result<(), String> {
    let output = command.output().map_err(|e| format!("{what} could not be started: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    if output.status.success() && text.contains(part) {
        Ok(())
    } else {
        Err(format!("{what} does not work: {}", text.trim()))
    }
}

/// PATH with a program's folder first.
pub fn path_with(program: &Path) -> Result<std::ffi::OsString, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let first = program.parent().map(Path::to_path_buf);
    std::env::join_paths(first.into_iter().chain(std::env::split_paths(&path))).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::{minor, version};

    #[test]
    fn version_is_the_first_number() {
        assert_eq!(version("javac 17.0.15"), Some(17));
        assert_eq!(version("v18.20.4\n"), Some(18));
        assert_eq!(version("openjdk version \"21.0.5\" 2024-10-15"), Some(21));
        assert_eq!(version("none"), None);
        assert_eq!((minor("go1.24.4\n"), minor("go1.9"), minor("devel")), (Some(24), Some(9), None));
    }
}
