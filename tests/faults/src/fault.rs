//! What happens to a call: it goes on, the process ends in it, or an error comes back.

use libc::{EIO, ENOSPC, EROFS, O_APPEND, O_CLOEXEC, O_CREAT, O_WRONLY, SIGKILL, c_int};
use std::ffi::CString;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// What interrupts a program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: the calls are counted.
    None,
    /// The process is killed before the call.
    Kill,
    /// The process is killed when half of what it writes or sends is out; elsewhere before the call.
    Torn,
    /// From the call on the disk has no room: nothing is written, made, synced or renamed (`ENOSPC`).
    Full,
    /// The disk fails in this call (`EIO`), and not again.
    Broken,
    /// From the call on the disk is read-only (`EROFS`), as after an error that the system noticed.
    ReadOnly,
}

/// What a call does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Takes room on a disk: bytes, a file, a folder, a name.
    Grow,
    /// Makes durable what was written.
    Sync,
    /// Gives room back: cuts a file, deletes one.
    Shrink,
    /// Opens a file for writing that is there. Not counted: it changes nothing yet.
    Open,
    /// Sends over a network.
    Send,
}

/// What becomes of a call.
pub enum Verdict {
    /// It goes on.
    Go,
    /// Half of it goes on, then [`die`].
    Half,
    /// This error comes back.
    Fail(c_int),
}

struct Plan {
    fault: Fault,
    at: u64,
    log: c_int,
}

static PLAN: OnceLock<Plan> = OnceLock::new();
static COUNTED: AtomicU64 = AtomicU64::new(0);

fn plan() -> &'static Plan {
    PLAN.get_or_init(|| {
        let fault = match std::env::var("BAQYLAU_FAULT").as_deref() {
            Ok("kill") => Fault::Kill,
            Ok("torn") => Fault::Torn,
            Ok("full") => Fault::Full,
            Ok("broken") => Fault::Broken,
            Ok("read-only") => Fault::ReadOnly,
            _ => Fault::None,
        };
        let at = std::env::var("BAQYLAU_FAULT_AT").ok().and_then(|n| n.parse().ok()).unwrap_or(u64::MAX);
        let log = std::env::var("BAQYLAU_FAULT_LOG").ok().and_then(|path| CString::new(path).ok());
        Plan { fault, at, log: log.map_or(-1, |path| open_log(&path)) }
    })
}

/// By the system's own call, so that it is not counted.
fn open_log(path: &CString) -> c_int {
    // SAFETY: the path ends in a zero byte, and lives through the call.
    let fd = unsafe {
        libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path.as_ptr(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    };
    c_int::try_from(fd).unwrap_or(-1)
}

/// Counts a call and says what becomes of it.
pub fn judge(change: Change, name: &str, on: &str) -> Verdict {
    let plan = plan();
    if change == Change::Open {
        let reached = COUNTED.load(Ordering::SeqCst) + 1 >= plan.at;
        return if plan.fault == Fault::ReadOnly && reached { Verdict::Fail(EROFS) } else { Verdict::Go };
    }
    let number = COUNTED.fetch_add(1, Ordering::SeqCst) + 1;
    note(plan, &format!("{number} {name} {on}\n"));
    match plan.fault {
        Fault::Kill if number == plan.at => die(),
        Fault::Torn if number == plan.at => Verdict::Half,
        Fault::Full if number >= plan.at && matches!(change, Change::Grow | Change::Sync) => Verdict::Fail(ENOSPC),
        Fault::Broken if number == plan.at && change != Change::Send => Verdict::Fail(EIO),
        Fault::ReadOnly if number >= plan.at && change != Change::Send => Verdict::Fail(EROFS),
        Fault::None | Fault::Kill | Fault::Torn | Fault::Full | Fault::Broken | Fault::ReadOnly => Verdict::Go,
    }
}

fn note(plan: &Plan, line: &str) {
    if plan.log >= 0 {
        // SAFETY: the bytes live through the call.
        unsafe { libc::syscall(libc::SYS_write, plan.log, line.as_ptr(), line.len()) };
    }
}

/// Ends the process as `kill -9` does.
pub fn die() -> ! {
    loop {
        // SAFETY: it ends this process, and touches no memory.
        unsafe { libc::syscall(libc::SYS_kill, libc::getpid(), SIGKILL) };
    }
}
