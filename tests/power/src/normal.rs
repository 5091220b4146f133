//! SQLite with `synchronous=NORMAL`, whatever a program asks for: commits are not synced, and a power cut loses the last ones.

// Only SQLite itself knows when a program has set how careful it is.
#![allow(unsafe_code)]

use baqylau_sqlite::rusqlite::ffi;
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};

/// Folders whose databases are careless.
static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

type Extension = unsafe extern "C" fn(*mut ffi::sqlite3, *mut *mut c_char, *const ffi::sqlite3_api_routines) -> c_int;

/// From now on the databases that are opened in a folder are careless.
pub fn make_careless(folder: &Path) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let extension: Extension = opened;
        let _failed = unsafe { ffi::sqlite3_auto_extension(Some(extension)) };
    });
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner).push(folder.to_owned());
}

unsafe extern "C" fn opened(
    db: *mut ffi::sqlite3,
    _why: *mut *mut c_char,
    _routines: *const ffi::sqlite3_api_routines,
) -> c_int {
    let name = unsafe { ffi::sqlite3_db_filename(db, c"main".as_ptr()) };
    if !name.is_null() {
        let name = unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned();
        let folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
        if folders.iter().any(|folder| Path::new(&name).starts_with(folder)) {
            unsafe { ffi::sqlite3_trace_v2(db, ffi::SQLITE_TRACE_PROFILE, Some(ran), db.cast()) };
        }
    }
    ffi::SQLITE_OK
}

/// As soon as the program has said how careful it wants to be, it is less so.
unsafe extern "C" fn ran(_what: c_uint, db: *mut c_void, statement: *mut c_void, _took: *mut c_void) -> c_int {
    let sql = unsafe { ffi::sqlite3_sql(statement.cast()) };
    let sql = if sql.is_null() { c"" } else { unsafe { CStr::from_ptr(sql) } };
    let sql = sql.to_string_lossy();
    if sql.contains("synchronous") && !sql.contains("NORMAL") {
        let normal = c"PRAGMA synchronous = NORMAL".as_ptr();
        unsafe { ffi::sqlite3_exec(db.cast(), normal, None, std::ptr::null_mut(), std::ptr::null_mut()) };
    }
    0
}
