//! The server as a child process, to be killed and started again.

use super::stage::Stage;
use super::tally::peak_rss;
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

pub struct ServerProcess {
    folder: PathBuf,
    port: u16,
    state: Mutex<ServerState>,
}

/// No server outlives the demonstration, however that ends.
impl Drop for ServerState {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct ServerState {
    child: Child,
    peak_rss: u64,
}

impl ServerProcess {
    pub fn start(folder: &Path, port: u16) -> Result<Self, crate::common::CommandError> {
        let state = ServerState { child: spawn(folder, port)?, peak_rss: 0 };
        Ok(Self { folder: folder.to_owned(), port, state: Mutex::new(state) })
    }

    /// Ends it by SIGKILL and starts it again. Whether the signal is what ended it.
    pub fn kill_and_restart(&self) -> Result<bool, crate::common::CommandError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.peak_rss = state.peak_rss.max(peak_rss(state.child.id()));
        state.child.kill()?;
        let killed = state.child.wait()?.signal() == Some(9);
        state.child = spawn(&self.folder, self.port)?;
        Ok(killed)
    }

    pub fn peak_rss(&self) -> u64 {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.peak_rss.max(peak_rss(state.child.id()))
    }

    /// A counter of the server, asked for as a desk does.
    pub fn metric(&self, name: &str, stage: &Stage) -> Result<u64, crate::common::CommandError> {
        let text = stage.desk()?.metrics()?;
        let value = text.lines().find_map(|l| l.strip_prefix(name)?.trim().parse().ok());
        value.ok_or_else(|| format!("the server has no counter {name}").into())
    }

    /// Asks it to go down, and waits.
    pub fn stop(self) -> Result<(), crate::common::CommandError> {
        let mut state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        kill_process(Pid::from_child(&state.child), Signal::TERM)?;
        let status = state.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("the server ended with {status}").into()) }
    }
}

/// Starts a server and waits until it listens.
fn spawn(folder: &Path, port: u16) -> Result<Child, crate::common::CommandError> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--folder"])
        .arg(folder)
        .env("BAQYLAU_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let out = child.stdout.take().ok_or("the server has no output")?;
    let mut out = BufReader::new(out);
    let mut line = String::new();
    out.read_line(&mut line)?;
    if !line.starts_with("listening") {
        let _ = out.read_to_string(&mut line);
        let _ = std::io::stderr().write_all(line.as_bytes());
        return Err("the server does not start".into());
    }
    Ok(child)
}
