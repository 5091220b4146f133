use std::path::{Path, PathBuf};
use std::process::Command;

const LANGUAGES: [&str; 4] = ["kk", "ru", "ar", "fr"];

/// A copy of the catalogues, for a test to change.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        for code in ["en"].iter().chain(&LANGUAGES) {
            std::fs::copy(catalogue(code), desk.path(&format!("{code}.ftl"))).expect("a copy");
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("a file")
    }

    fn change(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert_eq!(text.matches(from).count(), 1, "{name} has {from:?} once");
        std::fs::write(self.path(name), text.replace(from, to)).expect("written");
    }

    /// What the command said: on standard output, or on standard error where it failed.
    fn words(&self, act: &str, code: &str) -> Result<String, String> {
        let file = self.path(&format!("{code}.xlf"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_baqylau-words"));
        let output = command.env("BAQYLAU_WORDS", self.0.path()).args([act, code]).arg(file).output().expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }
}

fn catalogue(code: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../words").join(code).with_extension("ftl")
}

#[test]
fn a_catalogue_comes_back_from_translators_byte_by_byte() {
    for code in LANGUAGES {
        let desk = Desk::new();
        desk.words("export", code).expect("exported");
        let exported = desk.read(&format!("{code}.xlf"));
        let name = format!("{code}.ftl");
        std::fs::remove_file(desk.path(&name)).expect("removed");
        desk.words("import", code).expect("imported");
        let before = std::fs::read_to_string(catalogue(code)).expect("a catalogue");
        assert!(desk.read(&name) == before, "{code}: import writes what was exported");
        desk.words("export", code).expect("exported");
        assert!(desk.read(&format!("{code}.xlf")) == exported, "{code}: the same file");
    }
}

#[test]
fn an_export_has_english_its_comments_and_the_forms_of_the_language() {
    let desk = Desk::new();
    desk.words("export", "ru").expect("exported");
    let file = desk.read("ru.xlf");
    let unit = "<trans-unit id=\"count_items[few]\" xml:space=\"preserve\">\n<source><x id=\"n\"/> items</source>\n\
                <target><x id=\"n\"/> материала</target>\n<note from=\"developer\">Plural form few: $n is 2, 3, 4, 22 …</note>\n";
    assert!(file.contains(unit));
    assert!(file.contains("<note from=\"developer\">A call for help that an observer sent with one tap.</note>"));
    let document = roxmltree::Document::parse(&file).expect("XML");
    let units = document.descendants().filter(|n| n.has_tag_name("trans-unit"));
    assert_eq!(units.filter(|n| n.attribute("id").is_some_and(|id| id.starts_with("count_items["))).count(), 4);
}

#[test]
fn a_translator_changes_a_word_and_leaves_a_comment() {
    let desk = Desk::new();
    desk.words("export", "fr").expect("exported");
    let (from, to) = (
        "<target>Retour</target>",
        "<target>Revenir &amp; fermer</target>\n<note from=\"translator\">plus court ?</note>",
    );
    desk.change("fr.xlf", from, to);
    desk.words("import", "fr").expect("imported");
    assert!(desk.read("fr.ftl").contains("\n# plus court ?\nback = Revenir & fermer\n"));
    let taken = desk.read("fr.ftl");
    desk.words("export", "fr").expect("exported");
    desk.words("import", "fr").expect("imported");
    assert!(desk.read("fr.ftl") == taken, "the comment comes back");
}

#[test]
fn a_new_language_is_exported_without_translations_and_imported_whole() {
    let desk = Desk::new();
    desk.words("export", "pl").expect("exported");
    let file = desk.read("pl.xlf");
    assert!(!file.contains("<target>") && file.contains("id=\"count_items[many]\""));
    let why = desk.words("import", "pl").expect_err("nothing is translated");
    assert!(why.contains("overview is not translated") && why.contains("count_items[few] is not translated"), "{why}");
    assert!(!desk.path("pl.ftl").exists());
    let lines =
        file.lines().map(|line| match line.strip_prefix("<source>").and_then(|l| l.strip_suffix("</source>")) {
            Some(text) => format!("{line}\n<target>pl: {text}</target>\n"),
            None => format!("{line}\n"),
        });
    std::fs::write(desk.path("pl.xlf"), lines.collect::<String>()).expect("written");
    desk.words("import", "pl").expect("imported");
    assert!(desk.read("pl.ftl").contains("\n        [many] pl: { $n } items\n       *[other] pl: { $n } items\n"));
}

#[test]
fn what_does_not_fit_is_named_and_the_catalogue_stays() {
    let back = "<target>Назад</target>";
    let wrongs = [
        (back, "", "back is not translated"),
        (back, "<target></target>", "back is not translated"),
        (back, "<target>Назад\nсовсем = да</target>", "back: write it in one line"),
        (back, "<target>{ $page }</target>", "back: write it in one line"),
        (back, "<target>Назад <g id=\"1\">б</g></target>", "back: write it in one line"),
        (back, "<target>Назад </target>", "back: write it in one line"),
        (back, "<target>[Назад]</target>", ""),
        (back, "<target>Назад <x id=\"page\"/></target>", "back: its arguments are page; given are none"),
        (
            "<target><x id=\"n\"/> материала</target>\n<note from=\"developer\">Plural form few",
            "<target>материала</target>\n<note from=\"developer\">Plural form few",
            "count_items[few]: its arguments are none; given are n",
        ),
        ("<source>Back</source>", "<source>Go back</source>", "back was translated from other English"),
        ("<trans-unit id=\"back\"", "<trans-unit id=\"forward\"", "forward is no word of the page"),
        ("<trans-unit id=\"tree\"", "<trans-unit id=\"back\"", "back stands twice"),
        ("target-language=\"ru\"", "target-language=\"kk\"", "no file of XLIFF 1.2 in ru"),
        ("</xliff>", "", "not XML"),
    ];
    for (from, to, why) in wrongs {
        let desk = Desk::new();
        desk.words("export", "ru").expect("exported");
        desk.change("ru.xlf", from, to);
        match desk.words("import", "ru") {
            Err(said) => assert!(!why.is_empty() && said.contains(why), "{to}: {said}"),
            Ok(_) => assert!(why.is_empty(), "{to} was taken"),
        }
        let unchanged = desk.read("ru.ftl") == std::fs::read_to_string(catalogue("ru")).expect("a catalogue");
        assert_eq!(unchanged, !why.is_empty(), "{to}");
    }
}

#[test]
fn english_is_not_translated() {
    let desk = Desk::new();
    for act in ["export", "import"] {
        assert!(desk.words(act, "en").expect_err("refused").contains("change page/words/en.ftl itself"));
    }
    assert!(desk.words("show", "ru").expect_err("refused").contains("words export LANGUAGE FILE"));
}
