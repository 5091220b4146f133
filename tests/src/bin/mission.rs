//! A mission with a running server, for tests in other languages. It says one JSON object, then answers each line of standard
//! input with one: `cut N` swallows answers once N bytes went up a connection, `whole` mends the line, `desk` pulls and lists the
//! reports, `ask HASH WORDS` writes to the observer. It ends with its input.

use baqylau_desk::status::Answers;
use baqylau_protocol::ids::Hash;
use baqylau_tests::line::Line;
use baqylau_tests::{PASSPHRASE, World, now, tables};
use serde_json::{Value, json};
use std::error::Error;
use std::io::{BufRead, Write};

fn main() -> Result<(), Box<dyn Error>> {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invites: Vec<String> = ["p001", "p003", "p005"].iter().map(|p| world.invite(p)).collect();
    let line = Line::start(world.move_server());
    let folder = world.folder.path().to_owned();
    say(&json!({ "invites": invites, "folder": folder, "mission": folder.join("mission"), "passphrase": PASSPHRASE }))?;
    for command in std::io::stdin().lock().lines() {
        let command = command?;
        let (word, rest) = command.split_once(' ').unwrap_or((&command, ""));
        match word {
            "cut" => line.cut_after(rest.parse()?),
            "whole" => line.cut_after(i64::MAX),
            "desk" => {
                say(&reports(&mut world)?)?;
                continue;
            }
            "ask" => {
                let (hash, words) = rest.split_once(' ').ok_or("ask HASH WORDS")?;
                let hash = Hash::from_hex(hash).ok_or("no hash")?;
                world.desk.ask(hash, &[], words, None, now())?;
                world.desk.pull(now(), &|_| ())?;
            }
            other => return Err(format!("{other:?} is no command").into()),
        }
        say(&json!({ "lost": line.lost() }))?;
    }
    Ok(())
}

fn reports(world: &mut World) -> Result<Value, Box<dyn Error>> {
    world.desk.pull(now(), &|_| ())?;
    let picture = world.desk.picture(None, Answers::Effective)?;
    let row = |k: &baqylau_desk::status::Known| {
        let answers: serde_json::Map<String, Value> = k.answers().into_iter().map(|(q, a)| (q, a.into())).collect();
        json!({ "hash": k.envelope.hash.to_string(), "status": k.status.name(), "answers": answers })
    };
    Ok(json!({ "reports": picture.reports.iter().map(row).collect::<Vec<_>>() }))
}

fn say(value: &Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{value}").and_then(|()| out.flush())
}
