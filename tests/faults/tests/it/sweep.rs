//! One interruption, and what must hold after it.

use crate::it::commands::{CLIENTS, Interrupted, SERVE};
use crate::it::facts::facts;
use crate::it::program::{Ended, Fault, run};
use crate::it::stage::Stage;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// What those who talk to a server say, one after the other.
pub fn clients(here: &Path) -> Vec<Ended> {
    CLIENTS.iter().map(|words| run(words, here, None)).collect()
}

/// Interrupts a command at a call, tells it again without a fault, and looks at everything.
pub fn interrupt(stage: &Stage, command: &Interrupted, fault: Fault, at: usize) -> Result<(), String> {
    let undisturbed = stage.facts(command);
    stage.put("before", command);
    let here = stage.here();
    let ended = if command.name == SERVE { serve(stage, fault, at) } else { Ok(once(stage, command, fault, at)) }?;
    sane(&ended, fault)?;
    let _server = stage.serve(None);
    again(command, &ended, &here)?;
    let found = catch_unwind(AssertUnwindSafe(|| facts(&here, command)));
    let found = found.map_err(|e| format!("{} (it said: {})", words_of(&*e), ended.said))?;
    if found == undisturbed {
        return Ok(());
    }
    let differs = |a: &str, b: &str| {
        a.lines().filter(|line| !b.lines().any(|l| l == *line)).map(|l| format!("\n      {l}")).collect::<String>()
    };
    Err(format!("not there:{}\n    too many:{}", differs(&undisturbed, &found), differs(&found, &undisturbed)))
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()))
        .unwrap_or_default()
}

fn once(stage: &Stage, command: &Interrupted, fault: Fault, at: usize) -> Ended {
    let _server = stage.serve(None);
    run(command.words, &stage.here(), Some((fault, at)))
}

/// Interrupts a server while others talk to it; they must come to an end, and say what it is.
fn serve(stage: &Stage, fault: Fault, at: usize) -> Result<Ended, String> {
    let server = stage.serve(Some((fault, at)));
    for ended in clients(&stage.here()) {
        if ended.hung || ended.said.contains("panicked") || ended.code.is_none() {
            return Err(format!("somebody who talks to it: {ended:?}"));
        }
    }
    Ok(server.stop(&stage.here()))
}

/// Words that an interrupted command says though they do not name the disk that is full, read-only or broken: docs/reliability.md lists
/// them as not met.
const NOT_MET: [&str; 4] = [
    "close it and open it again",
    "nothing of it can be read, and it was left as it is",
    "Input/output error",
    "the disk is full",
];

/// How a program may end: no hang, no panic, and of what is refused the words say what to do.
fn sane(ended: &Ended, fault: Fault) -> Result<(), String> {
    if ended.hung || ended.said.contains("panicked") {
        return Err(format!("hung or panicked: {}", ended.said));
    }
    let remedy = match fault {
        Fault::Kill | Fault::Torn => return Ok(()),
        Fault::Full => "the disk is full",
        Fault::Broken => "disk",
        Fault::ReadOnly => "read-only",
    };
    let told = ended.said.contains(remedy) || NOT_MET.iter().any(|words| ended.said.contains(words));
    match ended.code {
        Some(0 | 1) => Ok(()),
        Some(2) if told => Ok(()),
        _ => Err(format!("it does not say what to do: {:?} {}", ended.code, ended.said)),
    }
}

/// Tells a command again, unless it said that it was done.
fn again(command: &Interrupted, ended: &Ended, here: &Path) -> Result<(), String> {
    if command.name == SERVE {
        clients(here);
        return Ok(());
    }
    let done = ended.said.contains(command.done) && (ended.signal.is_some() || ended.code == Some(0));
    let shown = |(words, seen)| run(words, here, None).said.contains(seen);
    if done || command.shown.is_some_and(shown) {
        return Ok(());
    }
    let again = run(command.words, here, None);
    let well = again.code.is_some_and(|code| code < 2) || again.said.contains(command.was_done);
    if well && !again.hung {
        Ok(())
    } else {
        Err(format!("told again: {} (before it said: {})", again.said, ended.said))
    }
}
