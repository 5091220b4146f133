//! Provides programs that a Debian machine lacks: Debian's own packages, unpacked into a root in the target folder. The
//! machine's own packages are left alone, apt verifies the signatures, and no maintainer script is run.

use crate::bindings::{absolute, target};
use crate::{root, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Release whose packages are unpacked: the first with Swift and Java 21.
const RELEASE: &str = "trixie";
/// Packages that every program needs, and that `enter.sh` and `ldd` run on inside the root.
const BASE: [&str; 9] =
    ["base-files", "base-passwd", "bash", "coreutils", "dash", "libc-bin", "mount", "sed", "util-linux"];
/// Documentation, and unused parts of Swift.
const LEFT_OUT: [&str; 8] = [
    "./usr/share/doc/*",
    "./usr/share/man/*",
    "./usr/share/locale/*",
    "./usr/libexec/swift/lib/swift_static",
    "./usr/libexec/swift/lib/swift/embedded",
    "./usr/libexec/swift/lib/liblldb*",
    "./usr/libexec/swift/bin/lldb*",
    "./usr/libexec/swift/bin/sourcekit-lsp",
];
/// Increase when the way of unpacking changes, so that existing roots are rebuilt.
const WAY: &str = "3";

/// A program from Debian's packages.
pub struct Program {
    /// Name of its command.
    pub name: &'static str,
    /// Path inside the root.
    pub path: &'static str,
    /// Packages that contain it and what it needs at run time.
    pub packages: &'static [&'static str],
    /// Files that it loads at run time, which the dynamic linker therefore does not list.
    pub loads: &'static [&'static str],
}

/// Path of the wrapper script for a program; each is in a folder of its own, so that adding it to PATH adds no other.
pub fn called(name: &str) -> PathBuf {
    target().join("debian/programs").join(name).join("bin").join(name)
}

fn inside() -> PathBuf {
    target().join("debian/root")
}

/// Unpacks all programs once, and checks that every shared library they link to is in the root.
pub fn unpack(wanted: &[&Program]) -> Result<(), String> {
    let folder = target().join("debian");
    let io = |e: std::io::Error| format!("{}: {e}", folder.display());
    fs::create_dir_all(&folder).map_err(io)?;
    let lock = fs::File::create(folder.join(".lock")).map_err(io)?;
    lock.lock().map_err(io)?;
    let mut packages: Vec<&str> =
        BASE.iter().copied().chain(wanted.iter().flat_map(|p| p.packages.iter().copied())).collect();
    packages.sort_unstable();
    packages.dedup();
    let stamp = format!("{WAY} {RELEASE} {}", packages.join(" "));
    if fs::read_to_string(folder.join(".stamp")).is_ok_and(|s| s == stamp) {
        return Ok(());
    }
    let archives = download(&folder, &packages)?;
    install(&folder, &archives)?;
    for program in wanted {
        wrap(program)?;
        check_libraries(program)?;
    }
    fs::write(folder.join(".stamp"), stamp).map_err(io)
}

/// Checks that the machine has apt and the other tools needed for unpacking.
pub fn possible() -> Result<(), String> {
    let found = |program: &str| Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success());
    match ["apt-get", "dpkg-deb", "tar", "unshare"].into_iter().find(|p| !found(p)) {
        None => Ok(()),
        Some(missing) => Err(format!("{missing} is missing, so Debian's packages cannot be unpacked; install it")),
    }
}

/// Downloads the packages and their dependencies with a separate apt state, in which nothing is installed.
fn download(folder: &Path, packages: &[&str]) -> Result<PathBuf, String> {
    possible()?;
    let work = folder.join("apt");
    let io = |e: std::io::Error| format!("{}: {e}", work.display());
    let _gone = fs::remove_dir_all(&work);
    for place in ["state/lists/partial", "cache/archives/partial", "empty"] {
        fs::create_dir_all(work.join(place)).map_err(io)?;
    }
    let work = absolute(&work)?;
    let mirror = mirror()?;
    fs::write(work.join("status"), "").map_err(io)?;
    let source = format!(
        "Types: deb\nURIs: {}\nSuites: {RELEASE}\nComponents: main\nSigned-By: {}\n",
        mirror.address, mirror.key
    );
    fs::write(work.join("of.sources"), source).map_err(io)?;
    let at = work.display();
    let settings = format!(
        "Dir::State \"{at}/state\";\nDir::State::status \"{at}/status\";\nDir::Cache \"{at}/cache\";\n\
         Dir::Etc::sourcelist \"{at}/of.sources\";\nDir::Etc::sourceparts \"{at}/empty\";\n\
         Dir::Etc::preferences \"/dev/null\";\nDir::Etc::preferencesparts \"{at}/empty\";\n\
         APT::Sandbox::User \"\";\nAcquire::Languages \"none\";\nAcquire::Retries \"5\";\n\
         #clear APT::Update::Post-Invoke;\n#clear APT::Update::Post-Invoke-Success;\n#clear DPkg::Post-Invoke;\n"
    );
    fs::write(work.join("apt.conf"), settings).map_err(io)?;
    let apt = |arguments: &[&str]| {
        let mut apt = Command::new("apt-get");
        apt.args(["-qq", "-y"]).args(arguments).stdout(Stdio::null());
        apt.env("APT_CONFIG", work.join("apt.conf")).env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    run(&format!("the list of Debian's packages ({RELEASE})"), &mut apt(&["update"]))?;
    let install = ["--no-install-recommends", "--download-only", "install"];
    run("Debian's packages", apt(&install).args(packages))?;
    Ok(work.join("cache/archives"))
}

/// A package source for this machine's own release.
pub struct Mirror {
    /// URL of the archive.
    pub address: String,
    /// Path of the keyring that verifies it.
    pub key: String,
}

/// Code name of this machine's release, for example `bookworm`.
pub fn codename() -> Result<String, String> {
    let text = fs::read_to_string("/etc/os-release").map_err(|e| format!("/etc/os-release: {e}"))?;
    let name = text.lines().find_map(|l| l.strip_prefix("VERSION_CODENAME="));
    name.map(|n| n.trim_matches('"').to_owned()).ok_or_else(|| "/etc/os-release has no VERSION_CODENAME".into())
}

/// The first package source for this machine's own release.
pub fn mirror() -> Result<Mirror, String> {
    let codename = codename()?;
    let mut files: Vec<PathBuf> =
        fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().flatten().map(|e| e.path()).collect();
    files.sort();
    files.insert(0, "/etc/apt/sources.list".into());
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let found = if file.extension().is_some_and(|e| e == "sources") {
            of_stanzas(&text, &codename)
        } else {
            of_lines(&text, &codename)
        };
        if let Some((address, key)) = found {
            let key = key.filter(|k| k.starts_with('/'));
            let key = key.unwrap_or_else(|| "/usr/share/keyrings/debian-archive-keyring.gpg".into());
            return Ok(Mirror { address, key });
        }
    }
    Err(format!("no package source for Debian's {codename} was found under /etc/apt"))
}

/// URL and keyring of the first deb822 stanza (`Types: deb`, …) for a release.
fn of_stanzas(text: &str, codename: &str) -> Option<(String, Option<String>)> {
    text.split("\n\n").find_map(|stanza| {
        let field = |name: &str| stanza.lines().find_map(|l| l.strip_prefix(name)).map(str::trim);
        field("Suites:")?.split_whitespace().find(|s| *s == codename)?;
        let address = field("URIs:")?.split_whitespace().next()?;
        Some((address.to_owned(), field("Signed-By:").map(str::to_owned)))
    })
}

/// URL and keyring of the first one-line entry (`deb [options] URL suite …`) for a release.
fn of_lines(text: &str, codename: &str) -> Option<(String, Option<String>)> {
    text.lines().find_map(|line| {
        let line = line.trim().strip_prefix("deb ")?.trim();
        let (options, rest) = match line.strip_prefix('[') {
            Some(line) => line.split_once(']')?,
            None => ("", line),
        };
        let mut words = rest.split_whitespace();
        let address = words.next()?;
        let key = options.split_whitespace().find_map(|o| o.strip_prefix("signed-by="));
        (words.next()? == codename).then(|| (address.to_owned(), key.map(str::to_owned)))
    })
}

/// Unpacks all packages into the root, base-files first, since it has the links for /bin and /lib.
fn install(folder: &Path, archives: &Path) -> Result<(), String> {
    let new = folder.join("root.new");
    let io = |e: std::io::Error| format!("{}: {e}", new.display());
    for old in [&new, &inside(), &folder.join("programs")] {
        if old.exists() {
            fs::remove_dir_all(old).map_err(io)?;
        }
    }
    fs::create_dir_all(&new).map_err(io)?;
    let mut packages: Vec<PathBuf> = fs::read_dir(archives).map_err(io)?.flatten().map(|e| e.path()).collect();
    packages.retain(|p| p.extension().is_some_and(|e| e == "deb"));
    packages.sort_by_key(|p| !p.file_name().is_some_and(|n| n.to_string_lossy().starts_with("base-files_")));
    println!("== unpack {} packages", packages.len());
    for package in &packages {
        let mut tar = Command::new("tar");
        tar.args(["-x", "--no-same-owner", "-C"])
            .arg(&new)
            .args(LEFT_OUT.map(|l| format!("--exclude={l}")))
            .args(["-f", "-"]);
        let mut files = Command::new("dpkg-deb");
        files.arg("--fsys-tarfile").arg(package).stdout(Stdio::piped());
        let failed = |e: std::io::Error| format!("{}: {e}", package.display());
        let mut from = files.spawn().map_err(failed)?;
        let into = from.stdout.take().ok_or_else(|| format!("{}: dpkg-deb gave no output", package.display()))?;
        let status = tar.stdin(into).status().map_err(failed)?;
        if !from.wait().map_err(failed)?.success() || !status.success() {
            return Err(format!("{}: the package could not be unpacked", package.display()));
        }
        fs::remove_file(package).map_err(failed)?;
    }
    // The names of users and hosts are the machine's, and how it reaches a mirror.
    for place in ["passwd", "group", "nsswitch.conf", "hosts", "resolv.conf", "ssl/certs/ca-certificates.crt"] {
        if let Ok(content) = fs::read(Path::new("/etc").join(place)) {
            fs::create_dir_all(new.join("etc/ssl/certs"))
                .and_then(|()| fs::write(new.join("etc").join(place), content))
                .map_err(io)?;
        }
    }
    fs::rename(&new, inside()).map_err(io)
}

/// Writes a script that runs a program inside the root, with this machine's folders at their usual paths.
fn wrap(program: &Program) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let script = called(program.name);
    let io = |e: std::io::Error| format!("{}: {e}", script.display());
    fs::create_dir_all(script.parent().unwrap_or(&script)).map_err(io)?;
    let (enter, inside) = (root().join("xtask/enter.sh"), absolute(&inside())?);
    let text =
        format!("#!/bin/sh\nexec '{}' '{}' machine '/{}' \"$@\"\n", enter.display(), inside.display(), program.path);
    fs::write(&script, text).map_err(io)?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).map_err(io)
}

/// Checks that every shared library a program links to is in the root.
fn check_libraries(program: &Program) -> Result<(), String> {
    for binary in std::iter::once(&program.path).chain(program.loads) {
        let mut ldd = Command::new(root().join("xtask/enter.sh"));
        ldd.arg(inside()).arg("machine").arg("/usr/bin/ldd").arg(format!("/{binary}"));
        let output = ldd.output().map_err(|e| format!("enter.sh: {e}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        // A script has no loader.
        if !output.status.success() && !errors.contains("not a dynamic executable") {
            return Err(format!("{}: {}", program.name, errors.trim()));
        }
        if let Some(library) = missing(&text) {
            let package = provider(&library).unwrap_or_else(|| "in no package of this release".into());
            return Err(format!(
                "{}: {binary} needs the library {library} ({package}), which was not unpacked",
                program.name
            ));
        }
    }
    Ok(())
}

/// The first library that the dynamic linker did not find.
fn missing(ldd: &str) -> Option<String> {
    ldd.lines().find_map(|l| l.strip_suffix("=> not found")).map(|l| l.trim().to_owned())
}

/// The package that contains a library, according to the release's contents index.
fn provider(library: &str) -> Option<String> {
    let architecture = Command::new("dpkg").arg("--print-architecture").output().ok()?;
    let architecture = String::from_utf8(architecture.stdout).ok()?;
    let list = target().join("debian/contents.gz");
    let address = mirror().ok()?.address;
    let from = format!("{address}/dists/{RELEASE}/main/Contents-{}.gz", architecture.trim());
    let mut fetch = Command::new("/usr/lib/apt/apt-helper");
    fetch.args(["-qq", "download-file"]).arg(from).arg(&list);
    fetch.status().ok().filter(std::process::ExitStatus::success)?;
    let found = Command::new("zgrep").args(["-m1", "-F", &format!("/{library} ")]).arg(&list).output().ok()?;
    let line = String::from_utf8(found.stdout).ok()?;
    line.split_whitespace().last()?.rsplit('/').next().map(|p| format!("package {p}"))
}

#[cfg(test)]
mod tests {
    use super::{missing, of_lines, of_stanzas};

    #[test]
    fn missing_library_is_named() {
        let said = "\tlinux-vdso.so.1 (0x00007ffe)\n\tlibpulsecommon-16.1.so => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x0)\n";
        assert_eq!(missing(said).as_deref(), Some("libpulsecommon-16.1.so"));
        assert_eq!(missing("\tlibc.so.6 => /lib/libc.so.6 (0x0)\n"), None);
    }

    #[test]
    fn source_of_the_own_release_is_used() {
        let stanzas = "Types: deb\nURIs: http://a/security\nSuites: bookworm-security\n\n# old\nTypes: deb\nURIs: http://a/debian \
                       http://b\nSuites: bookworm bookworm-updates\nSigned-By: /k.gpg\n";
        assert_eq!(of_stanzas(stanzas, "bookworm"), Some(("http://a/debian".into(), Some("/k.gpg".into()))));
        assert_eq!(of_stanzas(stanzas, "trixie"), None);
        let lines = "# deb http://x bookworm main\ndeb [arch=amd64 signed-by=/k.gpg] http://a/debian bookworm main\n";
        assert_eq!(of_lines(lines, "bookworm"), Some(("http://a/debian".into(), Some("/k.gpg".into()))));
        assert_eq!(of_lines("deb http://a bookworm main", "bookworm"), Some(("http://a".into(), None)));
    }
}
