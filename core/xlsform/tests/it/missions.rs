//! The missions that are shipped.

use super::support::{lines, places};
use baqylau_xlsform::{Workbook, compile};
use std::fs;
use std::path::Path;

#[test]
fn the_checklists_of_kazakhstan_compile() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../missions/kazakhstan-2023/checklists");
    let shared = folder.join("choices.csv");
    let languages = ["en", "kk", "ru"].map(str::to_owned);
    let mut dirs: Vec<_> =
        fs::read_dir(&folder).expect("the checklists").flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect();
    dirs.sort();
    assert_eq!(dirs.len(), 10);
    let mut said = Vec::new();
    for dir in dirs {
        let workbook = Workbook::from_csv(&dir, Some(&shared)).expect("the tables can be read");
        match compile(&workbook, &languages, &places()) {
            Ok(compiled) => {
                let name = dir.file_name().expect("a folder's name").to_string_lossy();
                assert_eq!(compiled.definition.id, name);
                said.extend(lines(&compiled.warnings));
            }
            Err(errors) => said.extend(lines(&errors)),
        }
    }
    assert!(said.is_empty(), "{}", said.join("\n"));
}
