//! Tests the README on a bare machine: its commands run in a minimal root of this Debian with only the packages it
//! names.

use crate::bindings::{absolute, target};
use crate::{debian, root, run, tools};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Set inside the root, so that the commands do not build another one there.
pub const INSIDE: &str = "BAQYLAU_BARE";
/// Path of the checkout inside the root.
const CHECKOUT: &str = "/checkout";

/// Builds the root and runs the set-up of the README's two commands in it; with `all`, runs both commands in full and
/// prints their times.
pub fn bare(all: bool) -> Result<(), String> {
    let readme = fs::read_to_string(root().join("README.md")).map_err(|e| format!("README.md: {e}"))?;
    let root = prepared_root(&packages(&readme)?)?;
    copy_checkout(&root)?;
    let inside = |what: &str, line: &str| run(&format!("bare: {what}"), &mut shell(&root, line)?);
    inside("the crates of both commands", "cargo fetch --locked --quiet")?;
    if all {
        let [first, second] = commands(&readme)?;
        inside(&first, &first)?;
        inside(&second, &second)
    } else {
        inside("set-up", "cargo xtask setup")?;
        // The root is kept for the next run; what was fetched in it would fill gigabytes and is not used again.
        remove_checkout(&root)
    }
}

/// Starts [`bare`] in the background, with its output in a log file. Inside the root, does nothing.
pub fn begin() -> Result<Option<Child>, String> {
    if std::env::var_os(INSIDE).is_some() {
        return Ok(None);
    }
    println!("== bare: started in the background (log: {})", log().display());
    let io = |e: std::io::Error| format!("{}: {e}", log().display());
    fs::create_dir_all(at()).map_err(io)?;
    let output = fs::File::create(log()).map_err(io)?;
    let mut this = Command::new(std::env::current_exe().map_err(io)?);
    this.arg("bare").stdin(Stdio::null()).stdout(output.try_clone().map_err(io)?).stderr(output);
    this.spawn().map(Some).map_err(io)
}

/// Waits for the background run; if it failed, the error contains its output.
pub fn end(child: Option<Child>) -> Result<(), String> {
    let Some(mut child) = child else { return Ok(()) };
    let ended = child.wait().map_err(|e| format!("bare: {e}"))?;
    let output = fs::read_to_string(log()).unwrap_or_default();
    if ended.success() {
        println!("== bare: the set-up of both commands runs in a minimal Debian");
        return Ok(());
    }
    Err(format!(
        "{output}\nthe set-up failed in a minimal Debian; run `cargo xtask bare` to repeat it (log: {})",
        log().display()
    ))
}

fn log() -> PathBuf {
    at().join("log")
}

/// The packages in the README's `apt-get install` line.
fn packages(readme: &str) -> Result<Vec<String>, String> {
    let line = readme.lines().find_map(|l| l.strip_prefix("apt-get install --no-install-recommends "));
    let line = line.ok_or("README.md has no line `apt-get install --no-install-recommends …` that names packages")?;
    Ok(line.split_whitespace().map(str::to_owned).collect())
}

/// The README's two commands, without trailing comments.
fn commands(readme: &str) -> Result<[String; 2], String> {
    let section = readme.split("\n## Two commands\n").nth(1).ok_or("README.md has no section \"Two commands\"")?;
    let mut lines = section.lines().filter(|l| l.starts_with("cargo "));
    let mut next = || lines.next().map(|l| l.split(" #").next().unwrap_or(l).trim().to_owned());
    next().zip(next()).map(<[String; 2]>::from).ok_or_else(|| "README.md does not name two commands".into())
}

fn at() -> PathBuf {
    target().join("bare")
}

/// A minimal Debian with these packages; rebuilt only when the list changes.
fn prepared_root(packages: &[String]) -> Result<PathBuf, String> {
    let (folder, rootfs) = (at(), at().join("root"));
    let io = |e: std::io::Error| format!("{}: {e}", folder.display());
    let release = debian::codename()?;
    let stamp = format!("{release} {}", packages.join(" "));
    if fs::read_to_string(folder.join(".stamp")).is_ok_and(|s| s == stamp) {
        return absolute(&rootfs);
    }
    remove_if_present(&rootfs)?;
    fs::create_dir_all(&folder).map_err(io)?;
    let mirror = debian::mirror()?;
    let mut make = Command::new(tools::program("mmdebstrap")?);
    make.args(["--quiet", "--variant=minbase", "--include=ca-certificates"]);
    // Apt's own settings say how this machine reaches its mirror.
    make.args(["--aptopt=Acquire::Retries \"5\"", &format!("--keyring={}", mirror.key)]);
    make.arg(&release).arg(&rootfs).arg(source(&mirror, &release)).stdin(Stdio::null());
    run(&format!("bare: a minimal {release}"), &mut make)?;
    let rootfs = absolute(&rootfs)?;
    settings(&rootfs)?;
    let install = format!(
        "apt-get -qq update && apt-get -qq -y -o Dpkg::Options::=--force-unsafe-io install --no-install-recommends {} >/dev/null",
        packages.join(" ")
    );
    run("bare: the packages named in the README", &mut in_root(&rootfs, &["/bin/sh", "-c", &install], "/"))?;
    fs::write(folder.join(".stamp"), stamp).map_err(io)?;
    Ok(rootfs)
}

/// The machine's own package source, in the form that mmdebstrap takes.
fn source(mirror: &debian::Mirror, release: &str) -> String {
    format!("deb {} {release} main", mirror.address)
}

/// Copies the machine's network settings: certificates, name servers, proxies.
fn settings(rootfs: &Path) -> Result<(), String> {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let copy = |from: &Path, to: &Path| {
        if let (Ok(content), Some(folder)) = (fs::read(from), to.parent()) {
            fs::create_dir_all(folder)
                .and_then(|()| fs::write(to, content))
                .map_err(|e| format!("{}: {e}", to.display()))?;
        }
        Ok::<(), String>(())
    };
    // Copied, not bound: packages that are installed inside write there.
    let certificates = ["etc/ssl/certs/ca-certificates.crt", "etc/ssl/certs/java/cacerts"];
    for file in ["etc/resolv.conf", "etc/hosts", "etc/pip.conf"].into_iter().chain(certificates) {
        copy(&Path::new("/").join(file), &rootfs.join(file))?;
    }
    for file in [".npmrc", ".m2/settings.xml", ".cargo/config.toml", ".config/pip/pip.conf", ".config/go/env"] {
        copy(&home.join(file), &rootfs.join("root").join(file))?;
    }
    // Only what says how to reach a mirror: the rest is this machine's.
    for entry in fs::read_dir("/etc/apt/apt.conf.d").into_iter().flatten().flatten() {
        if fs::read_to_string(entry.path()).is_ok_and(|t| t.contains("Acquire::http")) {
            copy(&entry.path(), &rootfs.join("etc/apt/apt.conf.d").join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// Creates an empty home directory with a copy of this checkout in its current state, without build output.
fn copy_checkout(rootfs: &Path) -> Result<(), String> {
    let home = rootfs.join("root");
    let io = |e: std::io::Error| format!("{}: {e}", home.display());
    remove_checkout(rootfs)?;
    fs::create_dir_all(&home).map_err(io)?;
    settings(rootfs)?;
    let checkout = checkout(rootfs);
    let mut clone = Command::new("git");
    clone.args(["clone", "--quiet", "--no-hardlinks"]).arg(root()).arg(&checkout);
    run("bare: a fresh clone", &mut clone)?;
    // What is not committed yet is tried too.
    let mut list = Command::new("git");
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root());
    let files = list.output().map_err(|e| format!("git: {e}"))?.stdout;
    for file in files.split(|b| *b == 0).filter(|f| !f.is_empty()) {
        let file = String::from_utf8_lossy(file).into_owned();
        let (from, to) = (root().join(&file), checkout.join(&file));
        match from.exists() {
            true => fs::create_dir_all(to.parent().unwrap_or(&checkout)).and_then(|()| fs::copy(&from, &to).map(drop)),
            false => fs::remove_file(&to).or(Ok(())),
        }
        .map_err(|e| format!("{}: {e}", to.display()))?;
    }
    Ok(())
}

fn checkout(rootfs: &Path) -> PathBuf {
    rootfs.join(CHECKOUT.trim_start_matches('/'))
}

/// Takes away the checkout and the home directory, in which its commands keep what they fetch.
fn remove_checkout(rootfs: &Path) -> Result<(), String> {
    remove_if_present(&checkout(rootfs))?;
    remove_if_present(&rootfs.join("root"))
}

fn remove_if_present(folder: &Path) -> Result<(), String> {
    if folder.exists() { fs::remove_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display())) } else { Ok(()) }
}

/// A shell command in the checkout inside the root.
fn shell(rootfs: &Path, line: &str) -> Result<Command, String> {
    let mut command = in_root(rootfs, &["/bin/sh", "-ec", line], CHECKOUT);
    command.env(INSIDE, "1");
    Ok(command)
}

/// A program inside the root, with the machine's Rust toolchain and devices and a nearly empty environment.
fn in_root(rootfs: &Path, program: &[&str], folder: &str) -> Command {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let or = |name: &str, place: &str| std::env::var_os(name).map_or_else(|| home.join(place), PathBuf::from);
    let binds = [
        "/proc".to_owned(),
        "/dev".to_owned(),
        format!("{}=/opt/rustup", or("RUSTUP_HOME", ".rustup").display()),
        format!("{}=/opt/cargo/bin", or("CARGO_HOME", ".cargo").join("bin").display()),
    ];
    let mut command = Command::new(root().join("xtask/enter.sh"));
    let kept =
        ["TERM", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "RUSTUP_TOOLCHAIN"];
    let kept: Vec<(String, String)> = std::env::vars()
        .filter(|(name, _)| {
            kept.contains(&name.as_str()) || name.ends_with("_CA_CERTS") || name.ends_with("SSL_CERT_FILE")
        })
        .collect();
    command
        .env_clear()
        .envs(kept)
        .env("HOME", "/root")
        .env("RUSTUP_HOME", "/opt/rustup")
        .env("DEBIAN_FRONTEND", "noninteractive");
    command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("ENTER_IN", folder);
    command.env("ENTER_PATH", "/opt/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    command.arg(rootfs).arg(binds.join(":")).args(program);
    command
}

#[cfg(test)]
mod tests {
    use super::{commands, packages};

    #[test]
    fn readme_names_packages_and_two_commands() {
        let readme = std::fs::read_to_string(crate::root().join("README.md")).expect("a README");
        let packages = packages(&readme).expect("its packages");
        assert!(packages.iter().any(|p| p == "build-essential"), "{packages:?}");
        let commands = commands(&readme).expect("its commands");
        assert_eq!(commands, ["cargo run --package baqylau -- demo", "cargo xtask test"]);
    }
}
