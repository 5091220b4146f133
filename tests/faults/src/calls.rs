//! The functions of libc that stand before the ones of libc. What libc takes as variable arguments is declared with all of them: on Linux
//! both are handed over alike.

use crate::fault::{Change, Verdict, die, judge};
use libc::{
    AF_INET, AF_INET6, O_ACCMODE, O_CREAT, O_RDONLY, O_TRUNC, S_IFDIR, S_IFMT, S_IFREG, S_IFSOCK, c_char, c_int,
    c_uint, c_void, iovec, mode_t, msghdr, off_t, size_t, sockaddr, socklen_t, ssize_t,
};
use std::ffi::CStr;
use std::mem::MaybeUninit;

/// The function of libc of this name.
macro_rules! real {
    ($name:ident : fn($($type:ty),*) -> $ret:ty) => {{
        static FOUND: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
        let found = *FOUND.get_or_init(|| {
            let name = concat!(stringify!($name), "\0");
            // SAFETY: the name ends in a zero byte.
            unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr().cast()) as usize }
        });
        assert!(found != 0, concat!("libc has no ", stringify!($name)));
        // SAFETY: libc's function of this name has these arguments.
        unsafe { std::mem::transmute::<usize, unsafe extern "C" fn($($type),*) -> $ret>(found) }
    }};
}

fn failed<T: From<i8>>(error: c_int) -> T {
    // SAFETY: the place of this thread's error is always there.
    unsafe { *libc::__errno_location() = error };
    T::from(-1)
}

/// What a descriptor is: a file or folder, a connection to elsewhere, or something that keeps nothing, as what a program prints to.
fn change_of(fd: c_int, change: Change) -> Option<Change> {
    if fd <= libc::STDERR_FILENO {
        return None;
    }
    let mut stat = MaybeUninit::<libc::stat>::zeroed();
    // SAFETY: there is room for the answer, and it is read where there is one.
    let mode = unsafe { if libc::fstat(fd, stat.as_mut_ptr()) == 0 { stat.assume_init().st_mode } else { 0 } };
    match mode & S_IFMT {
        S_IFREG | S_IFDIR => Some(change),
        S_IFSOCK => {
            let mut address = MaybeUninit::<libc::sockaddr_storage>::zeroed();
            let mut length = socklen_t::try_from(size_of::<libc::sockaddr_storage>()).unwrap_or(0);
            // SAFETY: there is room for the address, and zeroes where none came.
            let family = unsafe {
                libc::getsockname(fd, address.as_mut_ptr().cast(), &raw mut length);
                c_int::from(address.assume_init().ss_family)
            };
            (family == AF_INET || family == AF_INET6).then_some(Change::Send)
        }
        _ => None,
    }
}

/// The file of a descriptor.
fn file_of(fd: c_int) -> String {
    let path = std::fs::read_link(format!("/proc/self/fd/{fd}"));
    path.map_or_else(|_| String::from("?"), |path| path.display().to_string())
}

fn path_of(path: *const c_char) -> String {
    // SAFETY: callers hand over what libc asks for, a path that ends in a zero byte.
    unsafe { CStr::from_ptr(path) }.to_string_lossy().into_owned()
}

/// A write or a send: all of it, half of it and the end, or an error.
fn write_with(name: &str, fd: c_int, length: size_t, real: impl Fn(size_t) -> ssize_t) -> ssize_t {
    let Some(change) = change_of(fd, Change::Grow) else { return real(length) };
    match judge(change, name, &file_of(fd)) {
        Verdict::Go => real(length),
        Verdict::Half => {
            real(length / 2);
            die()
        }
        Verdict::Fail(error) => failed(error),
    }
}

/// Any other call.
fn call_with<T: From<i8>>(change: Option<Change>, name: &str, on: impl Fn() -> String, real: impl Fn() -> T) -> T {
    let Some(change) = change else { return real() };
    match judge(change, name, &on()) {
        Verdict::Go => real(),
        Verdict::Half => die(),
        Verdict::Fail(error) => failed(error),
    }
}

macro_rules! writes {
    ($($name:ident($fd:ident, $bytes:ident, $length:ident $(, $more:ident: $type:ty)*);)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($fd: c_int, $bytes: *const c_void, $length: size_t $(, $more: $type)*) -> ssize_t {
            let real = real!($name: fn(c_int, *const c_void, size_t $(, $type)*) -> ssize_t);
            // SAFETY: the caller's own arguments, of which no more bytes are read.
            write_with(stringify!($name), $fd, $length, |length| unsafe { real($fd, $bytes, length $(, $more)*) })
        }
    )*};
}

writes! {
    write(fd, bytes, length);
    pwrite(fd, bytes, length, at: off_t);
    pwrite64(fd, bytes, length, at: off_t);
    send(fd, bytes, length, flags: c_int);
    sendto(fd, bytes, length, flags: c_int, to: *const sockaddr, to_length: socklen_t);
}

/// Calls on a descriptor.
macro_rules! on_files {
    ($($change:ident $name:ident($fd:ident $(, $more:ident: $type:ty)*) -> $ret:ty;)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($fd: c_int $(, $more: $type)*) -> $ret {
            let real = real!($name: fn(c_int $(, $type)*) -> $ret);
            // SAFETY: the caller's own arguments.
            call_with(change_of($fd, Change::$change), stringify!($name), || file_of($fd), || unsafe { real($fd $(, $more)*) })
        }
    )*};
}

on_files! {
    Grow writev(fd, parts: *const iovec, count: c_int) -> ssize_t;
    Grow pwritev(fd, parts: *const iovec, count: c_int, at: off_t) -> ssize_t;
    Grow sendmsg(fd, message: *const msghdr, flags: c_int) -> ssize_t;
    Grow sendfile(fd, from: c_int, at: *mut off_t, count: size_t) -> ssize_t;
    Grow sendfile64(fd, from: c_int, at: *mut off_t, count: size_t) -> ssize_t;
    Grow fallocate(fd, mode: c_int, at: off_t, length: off_t) -> c_int;
    Grow posix_fallocate(fd, at: off_t, length: off_t) -> c_int;
    Sync fsync(fd) -> c_int;
    Sync fdatasync(fd) -> c_int;
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn copy_file_range(
    from: c_int,
    from_at: *mut off_t,
    fd: c_int,
    at: *mut off_t,
    length: size_t,
    flags: c_uint,
) -> ssize_t {
    let real = real!(copy_file_range: fn(c_int, *mut off_t, c_int, *mut off_t, size_t, c_uint) -> ssize_t);
    // SAFETY: the caller's own arguments.
    write_with("copy_file_range", fd, length, |length| unsafe { real(from, from_at, fd, at, length, flags) })
}

/// Cutting a file gives room back; making it longer takes some.
macro_rules! cuts {
    ($($name:ident)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(fd: c_int, length: off_t) -> c_int {
            let real = real!($name: fn(c_int, off_t) -> c_int);
            let mut stat = MaybeUninit::<libc::stat>::zeroed();
            // SAFETY: there is room for the answer.
            let before = unsafe { if libc::fstat(fd, stat.as_mut_ptr()) == 0 { stat.assume_init().st_size } else { 0 } };
            let change = if length > before { Change::Grow } else { Change::Shrink };
            // SAFETY: the caller's own arguments.
            call_with(Some(change), stringify!($name), || file_of(fd), || unsafe { real(fd, length) })
        }
    )*};
}

cuts! { ftruncate ftruncate64 }

/// Calls on a path, which stands behind `before`.
macro_rules! on_paths {
    ($($change:ident $name:ident($($before:ident: $before_type:ty,)* | $path:ident $(, $more:ident: $type:ty)*);)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($before: $before_type,)* $path: *const c_char $(, $more: $type)*) -> c_int {
            let real = real!($name: fn($($before_type,)* *const c_char $(, $type)*) -> c_int);
            // SAFETY: the caller's own arguments.
            call_with(Some(Change::$change), stringify!($name), || path_of($path), || unsafe { real($($before,)* $path $(, $more)*) })
        }
    )*};
}

on_paths! {
    Grow rename(| path, to: *const c_char);
    Grow renameat(folder: c_int, | path, other: c_int, to: *const c_char);
    Grow renameat2(folder: c_int, | path, other: c_int, to: *const c_char, flags: c_uint);
    Grow link(| path, to: *const c_char);
    Grow linkat(folder: c_int, | path, other: c_int, to: *const c_char, flags: c_int);
    Grow symlink(| path, to: *const c_char);
    Grow mkdir(| path, mode: mode_t);
    Grow mkdirat(folder: c_int, | path, mode: mode_t);
    Shrink unlink(| path);
    Shrink unlinkat(folder: c_int, | path, flags: c_int);
    Shrink rmdir(| path);
}

/// What opening a file changes: one that is not there is made, one may be emptied, and all else of it is written later.
fn change_by_opening(path: *const c_char, flags: c_int) -> Option<Change> {
    // SAFETY: the caller's own path.
    let there = unsafe { libc::access(path, libc::F_OK) } == 0;
    match () {
        () if flags & O_CREAT != 0 && !there => Some(Change::Grow),
        () if flags & O_TRUNC != 0 => Some(Change::Shrink),
        () if flags & O_ACCMODE != O_RDONLY => Some(Change::Open),
        () => None,
    }
}

macro_rules! opens {
    ($($name:ident($($folder:ident)?);)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($folder: c_int,)? path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
            let real = real!($name: fn($(opens!(@$folder),)? *const c_char, c_int, mode_t) -> c_int);
            // SAFETY: the caller's own arguments.
            call_with(change_by_opening(path, flags), stringify!($name), || path_of(path), || unsafe { real($($folder,)? path, flags, mode) })
        }
    )*};
    (@$folder:ident) => { c_int };
}

opens! {
    open();
    open64();
    openat(folder);
    openat64(folder);
}
