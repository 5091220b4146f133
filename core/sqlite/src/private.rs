//! Files and folders that only their owner may read and write, from the moment that they are made. Where a system has no such modes they
//! are as it makes them; what was there before stays as it was.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// How a file is opened that is made if it is not there.
#[must_use]
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// An empty file, whatever was in it before.
///
/// # Errors
/// The disk refuses.
pub fn create(path: &Path) -> io::Result<File> {
    options().truncate(true).open(path)
}

/// A file of these bytes, durably.
///
/// # Errors
/// The disk refuses.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The same in the place of what is there, which stays until the new file is whole. Durable when it returns.
///
/// # Errors
/// The disk refuses.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_added_extension("part");
    // What an earlier attempt left there is nobody's.
    let _left = fs::remove_file(&part);
    write(&part, bytes)?;
    rename(&part, path)
}

/// Another name in the same folder, in the place of what has it. Durable when it returns, if what the file holds is.
///
/// # Errors
/// The disk refuses.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_folder(around(to))
}

/// Makes the names in a folder durable: those that were given, changed and taken away.
///
/// # Errors
/// The disk refuses.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Takes a file away, durably. One that is not there is gone already.
///
/// # Errors
/// The disk refuses.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.and_then(|()| sync_folder(around(path))),
    }
}

/// A folder, with those that hold it, durably.
///
/// # Errors
/// The disk refuses.
pub fn folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let around = around(path);
    folder(around)?;
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        // Somebody else was faster.
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made,
    }?;
    match sync_folder(around) {
        // It may be written to and not looked into.
        Err(e) if e.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        synced => synced,
    }
}

/// The folder that a path lies in.
fn around(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
