//! `baqylau verify ONE TWO`: two exported logs beside each other. Says who lied, where one of them shows it.

use crate::common::{CommandResult, print_json, save};
use crate::verify::{Examined, VerifyOptions, expect_mission};
use baqylau_protocol::comparison::{ForkProof, LogComparison, SignedLeaf, StandingLog, Unsound};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Verifies each alone, then says how they stand to each other.
pub fn compare(args: &VerifyOptions, files: [(&PathBuf, Examined); 2]) -> CommandResult {
    let [(one, first), (other, second)] = &files;
    let outcome = match (StandingLog::of(&first.log), StandingLog::of(&second.log)) {
        (Ok(a), Ok(b)) => Ok((a.compare(&b), [a.head.size, b.head.size])),
        (a, b) => Err([a.err(), b.err()]),
    };
    if let (Some(path), Ok((LogComparison::Forked(fork), _))) = (&args.evidence, &outcome) {
        save(path, &fork.encode())?;
    }
    let good = matches!(&outcome, Ok((LogComparison::Consistent { .. } | LogComparison::Replaced { .. }, _)));
    let good = good && files.iter().all(|(_, file)| file.faults().is_empty());
    if args.json {
        let logs = files.iter().map(|(_, file)| file.to_json()).collect::<Vec<_>>();
        let said = match &outcome {
            Ok((comparison, _)) => as_json(comparison),
            Err(unsound) => json!({"outcome": "unsound", "which": unsound.each_ref().map(Option::is_some)}),
        };
        print_json(&json!({"logs": logs, "comparison": said}))?;
        return Ok(good);
    }
    for (path, file) in &files {
        println!("{}:", path.display());
        file.print();
    }
    match outcome {
        Ok((comparison, sizes)) => say(args, [one, other], &comparison, sizes),
        Err(unsound) => [one, other].into_iter().zip(unsound).for_each(|(path, why)| tampered(path, why)),
    }
    Ok(good)
}

fn tampered(path: &Path, why: Option<Unsound>) {
    let path = path.display();
    match why {
        Some(why) => println!(
            "TAMPERED {path}: {why}. The file was changed, or damaged, after the desk wrote it: it accuses no server. Have that desk \
             export its log again (`baqylau desk log`)"
        ),
        None => println!("{path} leads to what the server signed"),
    }
}

fn say(args: &VerifyOptions, [one, other]: [&PathBuf; 2], comparison: &LogComparison, [a, b]: [u64; 2]) {
    let (one, other) = (one.display(), other.display());
    match comparison {
        LogComparison::Consistent { shared } if a == b => {
            println!("consistent: both are the same log of {shared} objects")
        }
        LogComparison::Consistent { shared } if a < b => {
            println!("consistent: {other} begins with {one} ({shared} of {b} objects)");
        }
        LogComparison::Consistent { shared } => {
            println!("consistent: {one} begins with {other} ({shared} of {a} objects)");
        }
        LogComparison::Replaced { kept } => println!(
            "consistent: they are of two epochs, and the later log begins with the {kept} objects that the root vouches for"
        ),
        LogComparison::OtherMission => println!("NOT COMPARED: they are of two missions"),
        LogComparison::OtherKey => println!(
            "NOT COMPARED: one was signed by a key that the newer manifest of the two names for no log; export both again after a pull"
        ),
        LogComparison::Parted { key, first } => println!(
            "PARTED at object {first}: the log that the key {key} signed is not the one that the root vouches for. Another one was \
             shown to the desk that vouched. Keep both files, and compare them with the logs of the other desks"
        ),
        LogComparison::Forked(fork) => {
            println!("FORKED at object {}: the key {} signed two logs", fork.one.receipt.index, fork.key);
            print_leaf(&one.to_string(), &fork.one);
            print_leaf(&other.to_string(), &fork.other);
            println!("Whoever has that key lied to one of the desks. {REMEDY}");
            match &args.evidence {
                Some(path) => println!("the proof is in {}: `baqylau verify` checks it anywhere", path.display()),
                None => println!("--evidence FILE writes the proof, which needs neither of the two files"),
            }
        }
    }
}

/// What to do about a server that signed two logs.
const REMEDY: &str = "Keep both files and the proof, trust nothing that this server says, look at the logs of all desks for what each \
                      lacks, and begin another log with what the desks agree on (`baqylau new-log`, `baqylau mission epoch`)";

fn print_leaf(whose: &str, leaf: &SignedLeaf) {
    println!("  {whose}: {}, received at {} ms", leaf.object, leaf.receipt.received);
}

fn as_json(comparison: &LogComparison) -> Value {
    match comparison {
        LogComparison::OtherMission => json!({"outcome": "other-mission"}),
        LogComparison::OtherKey => json!({"outcome": "other-key"}),
        LogComparison::Consistent { shared } => json!({"outcome": "consistent", "shared": shared}),
        LogComparison::Replaced { kept } => json!({"outcome": "replaced", "kept": kept}),
        LogComparison::Parted { key, first } => {
            json!({"outcome": "parted", "key": key.to_string(), "first": first})
        }
        LogComparison::Forked(fork) => {
            json!({"outcome": "forked", "key": fork.key.to_string(), "first": fork.one.receipt.index})
        }
    }
}

/// A proof that was written before.
pub fn evidence(args: &VerifyOptions, fork: &ForkProof) -> CommandResult {
    expect_mission(args, fork.mission())?;
    let verified = fork.verify();
    if args.json {
        let why = verified.as_ref().err().map(ToString::to_string);
        print_json(&json!({
            "mission": fork.mission().to_string(), "key": fork.key.to_string(), "first": verified.as_ref().ok(), "why": why,
        }))?;
        return Ok(verified.is_ok());
    }
    println!("mission {}", fork.mission());
    match &verified {
        Ok(first) => {
            println!("PROVED: the key {} signed two logs, which differ at object {first}", fork.key);
            print_leaf("one", &fork.one);
            print_leaf("the other", &fork.other);
            println!("{REMEDY}");
        }
        Err(why) => println!("it proves nothing: {why}"),
    }
    Ok(verified.is_ok())
}
