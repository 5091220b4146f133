//! Programs for a Debian machine that has none: Debian's own packages, unpacked into a root in the target folder. Nothing of the machine's
//! packages is touched, apt checks the signatures, and no script of a package is run.

use crate::bindings::{absolute, target};
use crate::{root, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The release whose packages are unpacked: the first that has Swift and Java 21.
const RELEASE: &str = "trixie";
/// What any of them needs, and what `enter.sh` and `ldd` run inside.
const BASE: [&str; 9] =
    ["base-files", "base-passwd", "bash", "coreutils", "dash", "libc-bin", "mount", "sed", "util-linux"];
/// Documentation, and the parts of Swift that nothing here uses.
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
/// Changes when the same packages are to be unpacked in another way.
const WAY: &str = "3";

/// A program of Debian's packages.
pub struct Program {
    /// How it is called.
    pub name: &'static str,
    /// Where it lies inside.
    pub path: &'static str,
    /// The packages that it comes with.
    pub packages: &'static [&'static str],
    /// What it loads itself while it runs, so that no loader names it.
    pub loads: &'static [&'static str],
}

/// Where a program of [`unpack`] is called: in a `bin` of its own, so that a path with one of them brings no other.
pub fn called(name: &str) -> PathBuf {
    target().join("debian/programs").join(name).join("bin").join(name)
}

fn inside() -> PathBuf {
    target().join("debian/root")
}

/// Unpacks them all, once. Every library that the loader names lies inside; a failure names the library and its package.
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
    lay(&folder, &archives)?;
    for program in wanted {
        wrap(program)?;
        resolved(program)?;
    }
    fs::write(folder.join(".stamp"), stamp).map_err(io)
}

/// Whether apt is here to fetch packages with.
pub fn possible() -> Result<(), String> {
    let found = |program: &str| Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success());
    match ["apt-get", "dpkg-deb", "tar", "unshare"].into_iter().find(|p| !found(p)) {
        None => Ok(()),
        Some(missing) => Err(format!("{missing} is not here, so Debian's packages cannot be unpacked")),
    }
}

/// Fetches the packages and all that they depend on, with an apt of its own, for which nothing is installed.
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

/// A source of this machine's own release.
pub struct Mirror {
    /// Where packages come from.
    pub address: String,
    /// What signs them.
    pub key: String,
}

/// The name of this machine's release, such as `bookworm`.
pub fn codename() -> Result<String, String> {
    let text = fs::read_to_string("/etc/os-release").map_err(|e| format!("/etc/os-release: {e}"))?;
    let name = text.lines().find_map(|l| l.strip_prefix("VERSION_CODENAME="));
    name.map(|n| n.trim_matches('"').to_owned()).ok_or_else(|| "/etc/os-release names no release".into())
}

/// The first source of this machine's own release.
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
    Err(format!("no source of Debian's {codename} stands under /etc/apt"))
}

/// The address and the key of the first stanza (`Types: deb`, …) for a release.
fn of_stanzas(text: &str, codename: &str) -> Option<(String, Option<String>)> {
    text.split("\n\n").find_map(|stanza| {
        let field = |name: &str| stanza.lines().find_map(|l| l.strip_prefix(name)).map(str::trim);
        field("Suites:")?.split_whitespace().find(|s| *s == codename)?;
        let address = field("URIs:")?.split_whitespace().next()?;
        Some((address.to_owned(), field("Signed-By:").map(str::to_owned)))
    })
}

/// The address of the first line (`deb [options] address suite …`) for a release.
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

/// Lays the contents of all packages into the root. base-files goes first: it has the links of /bin and /lib.
fn lay(folder: &Path, archives: &Path) -> Result<(), String> {
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
        let into = from.stdout.take().ok_or_else(|| format!("{}: nothing came out", package.display()))?;
        let laid = tar.stdin(into).status().map_err(failed)?;
        if !from.wait().map_err(failed)?.success() || !laid.success() {
            return Err(format!("{}: it could not be unpacked", package.display()));
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

/// A script that runs a program inside, with this machine's folders at their paths.
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

/// Proves that every library which the loader names for a program is inside.
fn resolved(program: &Program) -> Result<(), String> {
    for binary in std::iter::once(&program.path).chain(program.loads) {
        let mut ldd = Command::new(root().join("xtask/enter.sh"));
        ldd.arg(inside()).arg("machine").arg("/usr/bin/ldd").arg(format!("/{binary}"));
        let said = ldd.output().map_err(|e| format!("enter.sh: {e}"))?;
        let text = String::from_utf8_lossy(&said.stdout);
        let complaint = String::from_utf8_lossy(&said.stderr);
        // A script has no loader.
        if !said.status.success() && !complaint.contains("not a dynamic executable") {
            return Err(format!("{}: {}", program.name, complaint.trim()));
        }
        if let Some(library) = missing(&text) {
            let package = provider(&library).unwrap_or_else(|| "of no package of this release".into());
            return Err(format!(
                "{}: {binary} needs the library {library} ({package}), which was not unpacked",
                program.name
            ));
        }
    }
    Ok(())
}

/// The first library that the loader did not find.
fn missing(ldd: &str) -> Option<String> {
    ldd.lines().find_map(|l| l.strip_suffix("=> not found")).map(|l| l.trim().to_owned())
}

/// The package that has a library, by the release's list of contents.
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
    fn a_library_that_is_not_found_is_named() {
        let said = "\tlinux-vdso.so.1 (0x00007ffe)\n\tlibpulsecommon-16.1.so => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x0)\n";
        assert_eq!(missing(said).as_deref(), Some("libpulsecommon-16.1.so"));
        assert_eq!(missing("\tlibc.so.6 => /lib/libc.so.6 (0x0)\n"), None);
    }

    #[test]
    fn the_source_of_the_own_release_is_taken() {
        let stanzas = "Types: deb\nURIs: http://a/security\nSuites: bookworm-security\n\n# old\nTypes: deb\nURIs: http://a/debian \
                       http://b\nSuites: bookworm bookworm-updates\nSigned-By: /k.gpg\n";
        assert_eq!(of_stanzas(stanzas, "bookworm"), Some(("http://a/debian".into(), Some("/k.gpg".into()))));
        assert_eq!(of_stanzas(stanzas, "trixie"), None);
        let lines = "# deb http://x bookworm main\ndeb [arch=amd64 signed-by=/k.gpg] http://a/debian bookworm main\n";
        assert_eq!(of_lines(lines, "bookworm"), Some(("http://a/debian".into(), Some("/k.gpg".into()))));
        assert_eq!(of_lines("deb http://a bookworm main", "bookworm"), Some(("http://a".into(), None)));
    }
}
