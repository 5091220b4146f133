//! What is wrong with a file of the desk. `Display` is for terminals; the page has words of its own.

use std::io;

/// Why a file or a folder cannot be used, and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// The operating system refuses.
    #[error("{}", refused(.0))]
    Io(#[from] io::Error),
    /// It is not as it was written.
    #[error("it does not read ({detail}); correct it, or put it back from a copy")]
    Damaged {
        /// Where or what, for whoever looks into it.
        detail: String,
    },
    /// It cannot be written in its form.
    #[error("it cannot be encrypted")]
    Encrypting,
    /// A mission is there.
    #[error("there is a mission here already; take another folder")]
    MissionHere,
    /// No mission is there.
    #[error("{}; make a mission with `baqylau mission new`", refused(.0))]
    NoMission(io::Error),
    /// The root key is at another desk, or offline.
    #[error("the root key is not in this folder; do this where it is, and pull here then")]
    NoRoot,
    /// The desk's store is gone.
    #[error(
        "the desk's store is not here: put a copy back, or `baqylau desk salvage` begins one that the next pull fills"
    )]
    NoStore,
    /// Something else lies in the place of the desk's store.
    #[error(
        "{} lies where the desk's store belongs: move it elsewhere and put a copy of the store back, or let `baqylau desk salvage` \
         begin one that the next pull fills", if *empty { "an empty file" } else { "a folder, or no file," }
    )]
    NoStoreButOther {
        /// An empty file, and not a folder or the like.
        empty: bool,
    },
    /// Not even its first page can be read.
    #[error("nothing of it can be read: move it elsewhere and salvage again; the next pull fetches the log anew")]
    Lost,
    /// An attachment that does not open.
    #[error("{}; delete the file, and the next pull fetches it again", refused(.0))]
    Attachment(io::Error),
    /// An export would go among other files.
    #[error("it is not empty, and nothing says that an export wrote it; name a folder that is new or empty")]
    NotEmpty,
    /// Another export is under way.
    #[error("another export is writing into it; wait until it has ended, or export into another folder")]
    Exporting,
    /// An exported file is not as it was.
    #[error("it was changed since it was exported; move it elsewhere, or export into another folder")]
    ExportChanged,
    /// A file that no export wrote.
    #[error("no export wrote it, and one needs its name; move it elsewhere, or export into another folder")]
    ExportForeign,
    /// A line of the list of an export.
    #[error("{line:?} is no file of an export; export into another folder")]
    ExportLine {
        /// The line.
        line: String,
    },
}

/// What the operating system refuses, and what to do. What is rare stands as the system says it.
#[must_use]
#[expect(clippy::wildcard_enum_match_arm, reason = "the system's reasons grow with the system")]
pub fn refused(e: &io::Error) -> String {
    use io::ErrorKind::{
        AlreadyExists, FileTooLarge, InvalidData, IsADirectory, NotADirectory, NotFound, PermissionDenied,
        QuotaExceeded, ReadOnlyFilesystem, StorageFull, UnexpectedEof,
    };
    let said = match e.kind() {
        NotFound => "there is no such file or folder",
        PermissionDenied => "this program may not open or write it; give it the right to do so",
        StorageFull | QuotaExceeded => "the disk is full; free some space and try again",
        FileTooLarge => "files may not become that large here; raise the limit, or take another disk",
        ReadOnlyFilesystem => "the disk is read-only; take another disk",
        AlreadyExists => "there is something of this name already; move it elsewhere",
        IsADirectory => "it is a folder and not a file; move it elsewhere",
        NotADirectory => "a part of its path is no folder; move that file elsewhere",
        InvalidData | UnexpectedEof => "it was altered or cut off",
        _ => return e.to_string(),
    };
    said.into()
}
