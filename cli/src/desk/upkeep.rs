//! The desk's own folder: another passphrase, and what can be read of a damaged one.

use crate::common::{CommandResult, Folder};
use crate::secrets::{Asking, read};
use baqylau_desk::recovery::salvage;
use baqylau_desk::workspace::passphrase::change_passphrase;
use std::path::PathBuf;

pub fn passphrase(folder: &Folder, new_file: Option<PathBuf>) -> CommandResult {
    let old = folder.secret.read()?;
    let new = read(new_file.as_deref(), "BAQYLAU_NEW_PASSPHRASE", "new passphrase", Asking::Twice)?;
    let files = change_passphrase(&folder.folder, &old, &new)?;
    println!(
        "{files} files are under the new passphrase; copies of the folder that were made before are under the old one"
    );
    Ok(true)
}

pub fn proxy(folder: &Folder, address: Option<&str>) -> CommandResult {
    folder.open()?.workspace.set_proxy(address)?;
    match address {
        Some(address) => println!("this desk goes through {address}"),
        None => println!("this desk goes through no proxy"),
    }
    Ok(true)
}

pub fn salvaged(folder: &Folder) -> CommandResult {
    let rescued = salvage(&folder.folder, &folder.secret.read()?)?;
    let whole = if rescued.lost.is_empty() { "salvaged" } else { "partly salvaged" };
    println!("{whole}: {} objects of the log are here without a gap; pull next, which fetches the rest", rescued.kept);
    rescued.lost.iter().for_each(|table| println!("of the table {table} something could not be read"));
    if let Some(aside) = &rescued.aside {
        println!("the damaged store is {}; keep it, it may hold more of the log", aside.display());
    }
    Ok(rescued.lost.is_empty())
}
