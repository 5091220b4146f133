//! `baqylau-words export|import LANGUAGE FILE`: the page's words of one language as XLIFF 1.2, for translators, and back into its catalogue.

mod xliff;

use baqylau_words::{Catalogue, CatalogueFault, LANGUAGES};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "words export LANGUAGE FILE   the words of a language for translators, as XLIFF 1.2; of a new one, without translations
words import LANGUAGE FILE   what they sent back, checked, into the catalogue of the language
  BAQYLAU_WORDS names the folder of the catalogues, where it is not page/words";

#[derive(Debug, thiserror::Error)]
enum WordsError {
    #[error("{USAGE}")]
    Usage,
    #[error("{path}: {why}")]
    File { path: PathBuf, why: std::io::Error },
    #[error("{path}:\n{}", .faults.iter().map(|f| format!("  {f}")).collect::<Vec<_>>().join("\n"))]
    Catalogue { path: PathBuf, faults: Vec<CatalogueFault> },
    #[error("{path}:\n{}", .faults.iter().map(|f| format!("  {f}")).collect::<Vec<_>>().join("\n"))]
    Translation { path: PathBuf, faults: Vec<xliff::Wrong> },
    #[error("{0} is what the others are translated from: change page/words/{0}.ftl itself")]
    Source(String),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<String, WordsError> {
    let (act, language, file) = match arguments {
        [act @ ("export" | "import"), language, file] => (*act, *language, Path::new(file)),
        _ => return Err(WordsError::Usage),
    };
    let source = LANGUAGES[0].code;
    if language == source {
        return Err(WordsError::Source(source.to_owned()));
    }
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("words");
    let folder = std::env::var_os("BAQYLAU_WORDS").map_or_else(own, PathBuf::from);
    let path = folder.join(language).with_extension("ftl");
    let english = catalogue(source, &folder.join(source).with_extension("ftl"))?;
    if act == "export" {
        // A language without a catalogue is a new one.
        let there = if path.exists() { Some(catalogue(language, &path)?) } else { None };
        let written = xliff::export(&english, language, there.as_ref());
        let written = written.map_err(|fault| WordsError::Catalogue { path, faults: vec![fault.into()] })?;
        write(file, &written)?;
        return Ok(format!("{} words are in {}", english.entries.len(), file.display()));
    }
    let wrong = |faults| WordsError::Translation { path: file.to_owned(), faults };
    let translated = xliff::import(&english, language, &text(file)?).map_err(wrong)?;
    write(&path, &translated.write())?;
    Ok(format!("{} words are in {}", translated.entries.len(), path.display()))
}

fn catalogue(code: &str, path: &Path) -> Result<Catalogue, WordsError> {
    Catalogue::read(code, &text(path)?).map_err(|faults| WordsError::Catalogue { path: path.to_owned(), faults })
}

fn text(path: &Path) -> Result<String, WordsError> {
    std::fs::read_to_string(path).map_err(|why| WordsError::File { path: path.to_owned(), why })
}

fn write(path: &Path, text: &str) -> Result<(), WordsError> {
    std::fs::write(path, text).map_err(|why| WordsError::File { path: path.to_owned(), why })
}
