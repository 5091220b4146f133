//! The disks of a simulated day. The system's calls that change files are found here under the names of the C library's: they do what
//! those do, unless the disk of the folder is full, or its program has crashed.
//!
//! A crash is a place in the sequence of these calls: from there on each of them fails, until the program was dropped and its disk is put
//! right. The files are then as a program leaves them that is killed at that place. What a power cut leaves beyond that is not told apart:
//! nothing is synced.

// The only way to stand between SQLite, which is C, and the system.
#![allow(unsafe_code)]

use libc::{
    SYS_fstat, SYS_ftruncate, SYS_mkdirat, SYS_openat, SYS_pwrite64, SYS_renameat, SYS_unlinkat, SYS_write, SYS_writev,
};
use libc::{c_char, c_int, c_long, c_uint, c_void, iovec, off64_t, size_t, ssize_t};
use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is wrong with a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Files cannot grow, and none can be made.
    Full,
    /// After so many more calls the program is dead.
    Crash(u64),
}

static FAULTS: Mutex<Vec<(PathBuf, Fault)>> = Mutex::new(Vec::new());
/// Whether there is any fault: without one the calls cost nothing more.
static ANY: AtomicBool = AtomicBool::new(false);

fn faults() -> MutexGuard<'static, Vec<(PathBuf, Fault)>> {
    FAULTS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn set(folder: &Path, fault: Option<Fault>) {
    let mut faults = faults();
    faults.retain(|(known, _)| known != folder);
    faults.extend(fault.map(|fault| (folder.to_owned(), fault)));
    ANY.store(!faults.is_empty(), Ordering::SeqCst);
}

/// Has the program of a folder crash after so many more calls that change its files.
pub fn crash_after(folder: &Path, calls: u64) {
    set(folder, Some(Fault::Crash(calls)));
}

/// Whether the program of a folder has crashed.
#[must_use]
pub fn has_crashed(folder: &Path) -> bool {
    faults().iter().any(|(known, fault)| known == folder && *fault == Fault::Crash(0))
}

/// A crash that was not reached does not come later.
pub fn spare(folder: &Path) {
    if faults().iter().any(|(known, fault)| known == folder && *fault != Fault::Full) {
        set(folder, None);
    }
}

/// Leaves a folder no room.
pub fn fill(folder: &Path) {
    set(folder, Some(Fault::Full));
}

/// Puts the disk of a folder right.
pub fn mend(folder: &Path) {
    set(folder, None);
}

/// What a call would do.
enum Change {
    /// Rename, remove, shorten, overwrite.
    Keep,
    /// Make or lengthen a file.
    Grow,
}

/// Whether a call on this path may go on; otherwise its error.
fn may(path: &Path, change: impl FnOnce() -> Change) -> Result<(), c_int> {
    let mut faults = faults();
    let Some((_, fault)) = faults.iter_mut().find(|(folder, _)| path.starts_with(folder)) else { return Ok(()) };
    match (*fault, change()) {
        (Fault::Full, Change::Grow) => Err(libc::ENOSPC),
        (Fault::Full, Change::Keep) => Ok(()),
        (Fault::Crash(0), _) => Err(libc::EIO),
        (Fault::Crash(left), _) => {
            *fault = Fault::Crash(left - 1);
            Ok(())
        }
    }
}

/// Does a call if it may be done.
fn done(verdict: Result<(), c_int>, call: impl FnOnce() -> c_long) -> c_long {
    match verdict {
        Ok(()) => call(),
        Err(error) => {
            unsafe { *libc::__errno_location() = error };
            -1
        }
    }
}

fn narrow(given: c_long) -> c_int {
    c_int::try_from(given).unwrap_or(-1)
}

fn narrow_size(given: c_long) -> ssize_t {
    ssize_t::try_from(given).unwrap_or(-1)
}

/// # Safety
/// `path` is a C string.
unsafe fn path_at<'p>(path: *const c_char) -> &'p Path {
    Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(path) }.to_bytes()))
}

/// What an open file is called, and nothing of what is no file.
fn path_of(file: c_int) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/self/fd/{file}")).ok().filter(|path| path.is_absolute())
}

/// The whole path of what is named from an open folder on.
fn from(folder: c_int, path: &Path) -> PathBuf {
    if path.is_absolute() || folder == libc::AT_FDCWD {
        return path.to_owned();
    }
    path_of(folder).map_or_else(|| path.to_owned(), |folder| folder.join(path))
}

fn length_of(file: c_int) -> i64 {
    let mut found = std::mem::MaybeUninit::<libc::stat>::zeroed();
    let got = unsafe { libc::syscall(SYS_fstat, file, found.as_mut_ptr()) };
    if got == 0 { unsafe { found.assume_init() }.st_size } else { 0 }
}

/// Whether something that ends at this byte of an open file may be written.
fn may_write(file: c_int, end: impl FnOnce() -> Option<i64>) -> Result<(), c_int> {
    if !ANY.load(Ordering::SeqCst) {
        return Ok(());
    }
    let Some(path) = path_of(file) else { return Ok(()) };
    may(&path, || match end() {
        Some(end) if end <= length_of(file) => Change::Keep,
        _ => Change::Grow,
    })
}

fn may_name(path: impl FnOnce() -> PathBuf, change: impl FnOnce() -> Change) -> Result<(), c_int> {
    if ANY.load(Ordering::SeqCst) { may(&path(), change) } else { Ok(()) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn openat(folder: c_int, path: *const c_char, flags: c_int, mode: c_uint) -> c_int {
    let call = || unsafe { libc::syscall(SYS_openat, folder, path, flags | libc::O_LARGEFILE, mode) };
    let named = || from(folder, unsafe { path_at(path) });
    let makes = flags & libc::O_CREAT != 0 && ANY.load(Ordering::SeqCst) && !named().exists();
    let verdict = if makes {
        may_name(named, || Change::Grow)
    } else if flags & libc::O_TRUNC != 0 {
        may_name(named, || Change::Keep)
    } else {
        Ok(())
    };
    narrow(done(verdict, call))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn openat64(folder: c_int, path: *const c_char, flags: c_int, mode: c_uint) -> c_int {
    unsafe { openat(folder, path, flags, mode) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: c_uint) -> c_int {
    unsafe { openat(libc::AT_FDCWD, path, flags, mode) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: c_uint) -> c_int {
    unsafe { openat(libc::AT_FDCWD, path, flags, mode) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn write(file: c_int, bytes: *const c_void, length: size_t) -> ssize_t {
    let call = || unsafe { libc::syscall(SYS_write, file, bytes, length) };
    narrow_size(done(may_write(file, || None), call))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn writev(file: c_int, parts: *const iovec, count: c_int) -> ssize_t {
    let call = || unsafe { libc::syscall(SYS_writev, file, parts, count) };
    narrow_size(done(may_write(file, || None), call))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn pwrite64(file: c_int, bytes: *const c_void, length: size_t, at: off64_t) -> ssize_t {
    let call = || unsafe { libc::syscall(SYS_pwrite64, file, bytes, length, at) };
    let end = || i64::try_from(length).ok().and_then(|length| at.checked_add(length));
    narrow_size(done(may_write(file, end), call))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn pwrite(file: c_int, bytes: *const c_void, length: size_t, at: off64_t) -> ssize_t {
    unsafe { pwrite64(file, bytes, length, at) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn ftruncate64(file: c_int, length: off64_t) -> c_int {
    let call = || unsafe { libc::syscall(SYS_ftruncate, file, length) };
    narrow(done(may_write(file, || Some(length)), call))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn ftruncate(file: c_int, length: off64_t) -> c_int {
    unsafe { ftruncate64(file, length) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn fsync(file: c_int) -> c_int {
    narrow(done(may_write(file, || Some(0)), || 0))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn fdatasync(file: c_int) -> c_int {
    unsafe { fsync(file) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rename(old: *const c_char, new: *const c_char) -> c_int {
    let call = || unsafe { libc::syscall(SYS_renameat, libc::AT_FDCWD, old, libc::AT_FDCWD, new) };
    narrow(done(may_name(|| unsafe { path_at(new) }.to_owned(), || Change::Keep), call))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn unlinkat(folder: c_int, path: *const c_char, flags: c_int) -> c_int {
    let call = || unsafe { libc::syscall(SYS_unlinkat, folder, path, flags) };
    narrow(done(may_name(|| from(folder, unsafe { path_at(path) }), || Change::Keep), call))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn unlink(path: *const c_char) -> c_int {
    unsafe { unlinkat(libc::AT_FDCWD, path, 0) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rmdir(path: *const c_char) -> c_int {
    unsafe { unlinkat(libc::AT_FDCWD, path, libc::AT_REMOVEDIR) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn mkdir(path: *const c_char, mode: c_uint) -> c_int {
    let call = || unsafe { libc::syscall(SYS_mkdirat, libc::AT_FDCWD, path, mode) };
    narrow(done(may_name(|| unsafe { path_at(path) }.to_owned(), || Change::Grow), call))
}
