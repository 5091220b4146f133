//! A read-only disk: what is here can still be read.

use crate::it::commands::COMMANDS;
use crate::it::interrupted::STAGE;
use crate::it::program::{Fault, run};

const READING: [&str; 2] = ["desk reports --folder mission --json", "desk figures --folder mission --json"];

#[test]
fn a_desk_shows_the_same_on_a_read_only_disk() {
    let stage = STAGE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let pulled = COMMANDS.iter().find(|command| command.name == "pull").expect("a command");
    for words in READING {
        stage.put("after", pulled);
        let shown = run(words, &stage.here(), None);
        assert!(shown.code.is_some_and(|code| code < 2), "{words}: {}", shown.said);
        stage.put("after", pulled);
        let again = run(words, &stage.here(), Some((Fault::ReadOnly, 1)));
        assert!((again.code, &again.said) == (shown.code, &shown.said), "{words}: {}", again.said);
    }
}
