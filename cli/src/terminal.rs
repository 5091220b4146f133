//! What people read in a terminal. Reports, letters, names of files and a server's words are of foreign origin: none of them moves the
//! cursor, changes a colour, starts a line of its own or turns the order of what is shown. `print!`, `println!` and `eprint!` of this
//! binary are these, so that nothing is printed around them.

use baqylau_desk::files::refused;
use std::fmt::{Arguments, Write as _};
use std::io::Write as _;

macro_rules! print {
    ($($arg:tt)*) => { $crate::terminal::lines(format_args!($($arg)*)) };
}
macro_rules! println {
    () => { $crate::terminal::line(format_args!("")) };
    ($($arg:tt)*) => { $crate::terminal::line(format_args!($($arg)*)) };
}
macro_rules! eprint {
    ($($arg:tt)*) => { $crate::terminal::notice(format_args!($($arg)*)) };
}

/// One line on standard output. A line break within is escaped, too.
pub fn line(what: Arguments) {
    write(&(one_line(&what.to_string()) + "\n"));
}

/// Lines that were put together here; who puts a foreign text into one sends it through [`one_line`] first.
pub fn lines(what: Arguments) {
    write(&escaped(&what.to_string(), |c| c != '\n'));
}

/// Words on standard error.
pub fn notice(what: Arguments) {
    let words = escaped(&what.to_string(), |c| c != '\n');
    let _ = std::io::stderr().write_all(words.as_bytes());
}

/// A text of which nothing acts on a terminal, in one line.
pub fn one_line(text: &str) -> String {
    escaped(text, |_| true)
}

/// JSON with what it need not escape, and what a terminal or a reader would act on, escaped.
pub fn json(text: &str) -> String {
    let mut units = [0; 2];
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match acts(c) {
            true => c.encode_utf16(&mut units).iter().for_each(|unit| {
                let _ = write!(out, "\\u{unit:04x}");
            }),
            false => out.push(c),
        }
    }
    out
}

fn escaped(text: &str, also: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match acts(c) && also(c) {
            true => out.extend(c.escape_unicode()),
            false => out.push(c),
        }
    }
    out
}

/// Control characters, and those that set the direction or break a line.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What was made here for a terminal or a shell, as it is: pictures, completions, an unfinished line.
pub fn raw(text: &str) {
    write(text);
}

/// Whatever is printed goes through here. Somebody who closed the pipe that we print into knows; anything else is said, and nothing goes
/// on without anybody who reads it.
fn write(text: &str) {
    let mut out = std::io::stdout();
    let Err(e) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) else { return };
    if e.kind() == std::io::ErrorKind::BrokenPipe {
        std::process::exit(PIPE_CLOSED);
    }
    let why = refused(&e);
    notice(format_args!(
        "baqylau: the output cannot be written: {why}, or send it elsewhere. What the command saved before is kept\n"
    ));
    std::process::exit(UNWRITTEN);
}

/// As a shell counts a program that SIGPIPE ended.
const PIPE_CLOSED: i32 = 141;
/// As every command that could not run to its end.
const UNWRITTEN: i32 = 2;
