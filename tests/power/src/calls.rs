//! The system's calls that change files: the programs of this process find these under the names of the C library's, do what they do, and
//! have it recorded. Databases and other files are recorded alike, in the one order in which they were changed.
//!
//! Nothing is synced: what a sync is worth is decided in [`crate::disk`], and the computer that this runs on keeps its power.

// The only way to stand between SQLite, which is C, and the system.
#![allow(unsafe_code)]

use crate::recording::{Held, recorder};
use libc::{SYS_close, SYS_ftruncate, SYS_lseek, SYS_mkdirat, SYS_openat, SYS_pwrite64, SYS_renameat, SYS_unlinkat};
use libc::{SYS_write, SYS_writev, c_char, c_int, c_long, c_uint, c_void, iovec, off64_t, size_t, ssize_t};
use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// # Safety
/// `path` is a C string.
unsafe fn path_at<'p>(path: *const c_char) -> &'p Path {
    Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(path) }.to_bytes()))
}

/// The whole path of what is named from an open folder on.
fn from(folder: c_int, path: &Path) -> PathBuf {
    if folder == libc::AT_FDCWD || path.is_absolute() {
        return path.to_owned();
    }
    let held = recorder().and_then(|mut held| held.get().path_of(folder));
    held.map_or_else(|| path.to_owned(), |folder| folder.join(path))
}

/// As [`recorder`], where an open file is recorded.
fn recorder_of(file: c_int) -> Option<Held> {
    let mut held = recorder()?;
    held.get().has(file).then_some(held)
}

/// What a call of the system gave, as wide as the C library says that it is.
fn narrow(given: c_long) -> c_int {
    c_int::try_from(given).unwrap_or(-1)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn openat(folder: c_int, path: *const c_char, flags: c_int, mode: c_uint) -> c_int {
    let call = || unsafe { libc::syscall(SYS_openat, folder, path, flags | libc::O_LARGEFILE, mode) };
    let whole = from(folder, unsafe { path_at(path) });
    let held = recorder();
    let file = narrow(call());
    if let (Some(mut held), 0..) = (held, file) {
        held.get().opened(file, &whole, flags & libc::O_TRUNC != 0);
    }
    file
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
unsafe extern "C" fn close(file: c_int) -> c_int {
    let held = recorder().map(|mut held| {
        held.get().closed(file);
        held
    });
    let closed = unsafe { libc::syscall(SYS_close, file) };
    drop(held);
    narrow(closed)
}

/// Does what writes at the place where a file stands, and records it.
///
/// # Safety
/// `bytes` gives what `call` writes, or more.
unsafe fn written(file: c_int, call: impl FnOnce() -> c_long, bytes: impl FnOnce(usize) -> Vec<u8>) -> c_long {
    // What is no file may keep its writer waiting.
    let Some(mut held) = recorder_of(file) else { return call() };
    let count = call();
    if let Ok(length @ 1..) = usize::try_from(count) {
        let end = unsafe { libc::syscall(SYS_lseek, file, 0, libc::SEEK_CUR) };
        let at = u64::try_from(end - count).unwrap_or_default();
        held.get().wrote(file, at, &bytes(length));
    }
    count
}

#[unsafe(no_mangle)]
unsafe extern "C" fn write(file: c_int, bytes: *const c_void, length: size_t) -> ssize_t {
    let call = || unsafe { libc::syscall(SYS_write, file, bytes, length) };
    let copy = |count| unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), count) }.to_owned();
    narrow_size(unsafe { written(file, call, copy) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn writev(file: c_int, parts: *const iovec, count: c_int) -> ssize_t {
    let call = || unsafe { libc::syscall(SYS_writev, file, parts, count) };
    let copy = |length| {
        let parts = unsafe { std::slice::from_raw_parts(parts, usize::try_from(count).unwrap_or_default()) };
        let part = |part: &iovec| unsafe { std::slice::from_raw_parts(part.iov_base.cast::<u8>(), part.iov_len) };
        let mut all: Vec<u8> = parts.iter().flat_map(|p| part(p).to_owned()).collect();
        all.truncate(length);
        all
    };
    narrow_size(unsafe { written(file, call, copy) })
}

fn narrow_size(given: c_long) -> ssize_t {
    ssize_t::try_from(given).unwrap_or(-1)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn pwrite64(file: c_int, bytes: *const c_void, length: size_t, at: off64_t) -> ssize_t {
    let call = || unsafe { libc::syscall(SYS_pwrite64, file, bytes, length, at) };
    let held = recorder_of(file);
    let count = call();
    if let (Some(mut held), Ok(length @ 1..), Ok(at)) = (held, usize::try_from(count), u64::try_from(at)) {
        held.get().wrote(file, at, unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), length) });
    }
    narrow_size(count)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn pwrite(file: c_int, bytes: *const c_void, length: size_t, at: off64_t) -> ssize_t {
    unsafe { pwrite64(file, bytes, length, at) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn ftruncate64(file: c_int, length: off64_t) -> c_int {
    let held = recorder();
    let done = narrow(unsafe { libc::syscall(SYS_ftruncate, file, length) });
    if let (Some(mut held), 0, Ok(length)) = (held, done, u64::try_from(length)) {
        held.get().resized(file, length);
    }
    done
}

#[unsafe(no_mangle)]
unsafe extern "C" fn ftruncate(file: c_int, length: off64_t) -> c_int {
    unsafe { ftruncate64(file, length) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn fsync(file: c_int) -> c_int {
    if let Some(mut held) = recorder() {
        held.get().synced(file);
    }
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn fdatasync(file: c_int) -> c_int {
    unsafe { fsync(file) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rename(old: *const c_char, new: *const c_char) -> c_int {
    let held = recorder();
    let done = narrow(unsafe { libc::syscall(SYS_renameat, libc::AT_FDCWD, old, libc::AT_FDCWD, new) });
    if let (Some(mut held), 0) = (held, done) {
        let (old, new) = unsafe { (path_at(old), path_at(new)) };
        held.get().renamed(old, new);
    }
    done
}

#[unsafe(no_mangle)]
unsafe extern "C" fn unlinkat(folder: c_int, path: *const c_char, flags: c_int) -> c_int {
    let whole = from(folder, unsafe { path_at(path) });
    let held = recorder();
    let done = narrow(unsafe { libc::syscall(SYS_unlinkat, folder, path, flags) });
    if let (Some(mut held), 0) = (held, done) {
        held.get().removed(&whole);
    }
    done
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
    let held = recorder();
    let done = narrow(unsafe { libc::syscall(SYS_mkdirat, libc::AT_FDCWD, path, mode) });
    if let (Some(mut held), 0) = (held, done) {
        held.get().made_folder(unsafe { path_at(path) });
    }
    done
}
