//! The columns of exported tables: in which order, which missing values are missing there, and what the docs say of them.

use crate::it::tables::{exported, read, run};
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn columns_of_parquet_depend_on_the_checklist_and_made_ones_come_last() {
    let (_world, _folder, out) = exported();
    let labels = |file: &str, names: [&str; 2]| {
        let bytes = std::fs::read(out.join(file)).expect("a table");
        names.map(|name| {
            let key = format!("label:{name}");
            bytes.windows(key.len()).rposition(|part| part == key.as_bytes()).unwrap_or_else(|| panic!("no {name}"))
        })
    };
    let [last, made] = labels("f.parquet", ["no_place_for", "voters.missing@2"]);
    assert!(last < made, "what is made comes last");
    // Nothing is missing there.
    let [last, made] = labels("f.codebook@2.parquet", ["row_how", "row@2.missing"]);
    assert!(last < made);
}

#[test]
fn missing_values_are_missing_in_every_column_as_the_docs_say() {
    let (_world, _folder, out) = exported();
    let r = read(&out, "f.R");
    for name in ["how", "seen", "kind", "queue"] {
        assert!(r.contains(&format!("data[[\"{name}.missing\"]] <- why(data[[\"{name}\"]])")), "{name}: {r}");
    }
    for name in ["seen", "kind", "queue"] {
        assert!(r.contains(&format!("data[[\"{name}\"]] <- known(data[[\"{name}\"]])")), "{name}: {r}");
    }
    // R and PSPP themselves, where they are.
    let script = "d <- source(\"f.R\", encoding = \"UTF-8\")$value
        for (n in c(\"how\", \"seen\", \"kind\", \"queue\", \"voters\", \"seen.police\", \"kind.stopped\")) cat(n, sum(!is.na(d[[n]])), \"\\n\")
        for (n in c(\"seen.missing\", \"kind.missing\", \"queue.missing\")) cat(n, as.character(na.omit(d[[n]])), \"\\n\")
        cat(nrow(d), any(grepl(\"[?]\", unlist(lapply(d, as.character)))), \"\\n\")";
    if let Some(said) = run(&out, "Rscript", &["-e", script]) {
        let lines: Vec<&str> = said.lines().map(str::trim_end).collect();
        let expected = [
            "how 3",
            "seen 2",
            "kind 2",
            "queue 2",
            "voters 2",
            "seen.police 2",
            "kind.stopped 2",
            "seen.missing Do not know",
            "kind.missing Do not know",
            "queue.missing Not permitted to see it",
            "5 FALSE",
        ];
        assert_eq!(lines, expected);
    }
    let check = "INSERT FILE='f.sps'.\nFREQUENCIES VARIABLES=seen kind queue.\n";
    std::fs::write(out.join("check.sps"), check).expect("writes");
    if let Some(said) = run(&out, "pspp", &["-O", "format=csv", "check.sps"]) {
        let begin = |with: &'static str| said.lines().filter(move |l| l.starts_with(with));
        let missing: Vec<&str> = begin("Missing,").map(|l| l.trim_start_matches("Missing,")).collect();
        assert!(missing.len() == 3 && missing[..2].iter().all(|l| l.starts_with("Do not know,1,")), "{said}");
        assert!(missing[2].starts_with("Not permitted to see it,1,"), "{said}");
        assert_eq!(
            begin("Total,").filter(|l| l.starts_with("Total,,5,")).count(),
            3,
            "a line break ends no case: {said}"
        );
        for label in ["Police; Army", "Went well; Stopped"] {
            assert!(said.contains(label), "{label}: {said}");
        }
    }
}

#[test]
fn the_docs_name_every_column_that_an_export_writes_of_its_own() {
    let (_world, _folder, out) = exported();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/exports.md");
    let docs = std::fs::read_to_string(docs).expect("the docs").replace('\n', " ");
    let named = |begin: &str, end: &str| -> BTreeSet<String> {
        let list = docs.split_once(begin).and_then(|(_, rest)| rest.split_once(end)).expect("a list of columns").0;
        list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let own = |file: &str, questions: &[&str]| -> BTreeSet<String> {
        let table = read(&out, file);
        let heads = table.lines().next().expect("heads").split(',');
        heads.filter(|head| !questions.contains(head)).map(str::to_owned).collect()
    };
    let questions = [
        "how",
        "seen",
        "queue",
        "voters",
        "gone",
        "kind",
        "added",
        "status@2",
        "place@2",
        "team@2",
        "Age",
        "age@2",
        "voters.missing",
        "no_place_for@2",
        "by",
        "document",
        "said",
    ];
    assert_eq!(own("f.csv", &questions), named("own columns keep their names:", "in a repeat"));
    assert_eq!(
        own("f.codebook@2.csv", &["row@2", "row_how"]),
        named("`no_place_for`, in a repeat", "Then the questions")
    );
}
