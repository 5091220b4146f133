//! What the tests need of the machine. It is looked for, fetched and tried before anything long is compiled.

use crate::bindings::{absolute, inside, maven, target};
use crate::debian::{self, Program};
use crate::{browser, root, run};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Swift's driver and compiler, with what they link programs with.
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
/// Robolectric plays the newest Android on it.
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

/// A program that the machine itself must have, and how it shows that it will do.
struct Need {
    what: &'static str,
    probe: &'static [&'static str],
    /// The least version that its answer must begin with, where that matters.
    least: Option<u32>,
    package: &'static str,
}

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

/// Looks for everything, fetches what can be fetched, and runs each once. A failure names all that is missing.
pub fn set_up() -> Result<(), String> {
    machine()?;
    let wanted = wanted();
    let (unpacked, fetched) = std::thread::scope(|both| {
        let unpacked = both.spawn(|| if wanted.is_empty() { Ok(()) } else { debian::unpack(&wanted) });
        let fetched = packages();
        (unpacked.join().unwrap_or_else(|_| Err("unpacking Debian's packages broke off".into())), fetched)
    });
    unpacked.map_err(|e| {
        let names: Vec<&str> = wanted.iter().map(|p| p.name).collect();
        format!("{e}\n(not on PATH, so unpacked from Debian's packages: {})", names.join(", "))
    })?;
    fetched?;
    tried()
}

/// What only the machine's own packages bring.
fn machine() -> Result<(), String> {
    let lacking: Vec<&Need> = NEEDS.iter().filter(|n| !n.is_met()).collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let what: Vec<&str> = lacking.iter().map(|n| n.what).collect();
    let mut packages: Vec<&str> = lacking.iter().map(|n| n.package).collect();
    packages.dedup();
    let install = packages.join(" ");
    Err(format!(
        "this machine lacks {}: install it (Debian: apt-get install --no-install-recommends {install})",
        what.join(", ")
    ))
}

impl Need {
    fn is_met(&self) -> bool {
        let [program, arguments @ ..] = self.probe else { return false };
        let Ok(said) = Command::new(program).args(arguments).output() else { return false };
        let said_first = [said.stdout, said.stderr].into_iter().find(|s| !s.is_empty()).unwrap_or_default();
        let version = version(&String::from_utf8_lossy(&said_first));
        said.status.success() && self.least.is_none_or(|least| version.is_some_and(|v| v >= least))
    }
}

/// The first number of a program's answer: `javac 17.0.15` is 17.
fn version(said: &str) -> Option<u32> {
    let digits = said.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The programs that the machine lacks and Debian's packages bring.
fn wanted() -> Vec<&'static Program> {
    [
        (on_machine("swift").is_none(), &SWIFT),
        (on_machine("swift").is_none(), &SWIFTC),
        (on_machine("chromium").is_none(), &CHROMIUM),
        (on_machine("aapt2").is_none(), &AAPT2),
        (newest_java_on_machine().is_none(), &JAVA),
        (on_machine("mmdebstrap").is_none(), &MMDEBSTRAP),
    ]
    .into_iter()
    .filter_map(|(lacks, program)| lacks.then_some(program))
    .collect()
}

/// The whole path of a program on PATH that says its version.
fn on_machine(name: &str) -> Option<PathBuf> {
    let probe = if name == "aapt2" { "version" } else { "--version" };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).map(|folder| folder.join(name));
    places.find(|p| p.is_file() && Command::new(p).arg(probe).output().is_ok_and(|o| o.status.success()))
}

fn newest_java_on_machine() -> Option<PathBuf> {
    on_machine("java").filter(|java| {
        let said = Command::new(java).arg("-version").output();
        said.is_ok_and(|o| version(&String::from_utf8_lossy(&o.stderr)).is_some_and(|v| v >= 21))
    })
}

/// A program, the machine's or an unpacked one; where there is neither, everything is set up first.
pub fn program(name: &str) -> Result<PathBuf, String> {
    let place = place(name)?;
    if !place.exists() {
        set_up()?;
    }
    absolute(&place)
}

/// Where a program is, or will be after [`set_up`].
fn place(name: &str) -> Result<PathBuf, String> {
    let own = if name == "java" { newest_java_on_machine() } else { on_machine(name) };
    Ok(match own {
        Some(own) => own,
        None => std::path::absolute(debian::called(name)).map_err(|e| format!("{name}: {e}"))?,
    })
}

/// What the languages' own package managers bring.
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
        run(&format!("what Maven needs for {folder}"), fetch.args(goals).arg("-Dsilent=true"))?;
    }
    Ok(())
}

/// Runs each program once at what it is there for.
fn tried() -> Result<(), String> {
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
    says("Chromium", &mut page, "42")?;
    says("Java 21", Command::new(program("java")?).arg("--version"), "2")?;
    says("aapt2", Command::new(program("aapt2")?).arg("version"), "Asset Packaging Tool")?;
    says("mmdebstrap", Command::new(program("mmdebstrap")?).arg("--version"), "mmdebstrap")?;
    says("Python", Command::new(inside("pytest")).arg("--version"), "pytest")
}

/// A program that answers as it should; if not, with all that it said.
fn says(what: &str, command: &mut Command, part: &str) -> Result<(), String> {
    let said = command.output().map_err(|e| format!("{what} does not run: {e}"))?;
    let text = String::from_utf8_lossy(&said.stdout).into_owned() + &String::from_utf8_lossy(&said.stderr);
    if said.status.success() && text.contains(part) {
        Ok(())
    } else {
        Err(format!("{what} does not run: {}", text.trim()))
    }
}

/// A path on which a program's folder comes first.
pub fn path_with(program: &Path) -> Result<std::ffi::OsString, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let first = program.parent().map(Path::to_path_buf);
    std::env::join_paths(first.into_iter().chain(std::env::split_paths(&path))).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn a_version_is_the_first_number() {
        assert_eq!(version("javac 17.0.15"), Some(17));
        assert_eq!(version("v18.20.4\n"), Some(18));
        assert_eq!(version("openjdk version \"21.0.5\" 2024-10-15"), Some(21));
        assert_eq!(version("none"), None);
    }
}
