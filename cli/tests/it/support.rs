//! Running the binary.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

pub const PASSPHRASE: &str = "demonstration only";

/// The binary, in the folder of the workspace.
pub fn baqylau(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_baqylau"));
    command.args(args).current_dir(root()).env("BAQYLAU_PASSPHRASE", PASSPHRASE).env("BAQYLAU_PIN", "1234");
    command.stdin(Stdio::null());
    command
}

pub fn run(args: &[&str]) -> Output {
    baqylau(args).output().expect("the binary runs")
}

/// Standard output of a command that must succeed.
pub fn ok(args: &[&str]) -> String {
    let output = run(args);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{args:?}\n{out}\n{err}");
    out.into_owned()
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// A copy of a mission's tables, to be changed.
pub fn copy_mission(name: &str, to: &Path) {
    copy(&root().join("missions").join(name), to);
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file");
        }
    }
}

/// Changes one place of a file; it must be there.
pub fn edit(path: &Path, from: &str, to: &str) {
    let before = std::fs::read_to_string(path).expect("a file");
    assert!(before.contains(from), "{} has no {from:?}", path.display());
    std::fs::write(path, before.replacen(from, to, 1)).expect("a file");
}

/// A port of this machine that nobody listens at.
pub fn free_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port().to_string()
}

/// A server that ends with the test.
pub struct Server(Child);

impl Server {
    pub fn start(mission: &Path, address: &str) -> Self {
        let folder = mission.join("server");
        let mut child = baqylau(&["serve", "--folder", text(&folder), "--listen", address])
            .env("BAQYLAU_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let out = child.stdout.as_mut().expect("its output");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).expect("a line");
        assert!(line.starts_with("listening"), "{line}");
        Self(child)
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
