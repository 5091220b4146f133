//! Output that nobody can read or keep: an exit code and words, never a panic.

use crate::it::support::baqylau;
use std::process::Stdio;

#[test]
fn output_that_cannot_be_written_ends_with_words_and_a_code() {
    for args in [&["completions", "bash"][..], &["mission", "check", "missions/kazakhstan-2023"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("a device");
        let ended = baqylau(args).stdout(full).stderr(Stdio::piped()).output().expect("runs");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(2), "{args:?}: {said}");
        assert!(
            said.contains("the output cannot be written: the disk is full") && !said.contains("panicked"),
            "{said}"
        );
    }
}

#[test]
fn a_closed_pipe_ends_without_a_word() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let ended = baqylau(&["completions", "bash"]).stdout(writer).stderr(Stdio::piped()).output().expect("runs");
    assert_eq!((ended.status.code(), ended.stderr.as_slice()), (Some(141), &b""[..]));
}
