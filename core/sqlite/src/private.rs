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
    fs::rename(&part, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// A folder, with those that hold it.
///
/// # Errors
/// The disk refuses.
pub fn folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
