//! Names that exports give to columns, files and sheets.

use baqylau_desk::export::names::{UniqueNames, sheet, spss};

#[test]
fn a_name_that_is_taken_gets_a_number_that_no_question_has() {
    let mut names = UniqueNames::of(&["status", "place"]);
    let claimed = ["Status", "status", "Age", "age", "AGE", "other"].map(|name| names.claim(name));
    assert_eq!(claimed, ["Status@2", "status@3", "Age", "age@2", "AGE@3", "other"]);
    // A name is free when all that is made of it is.
    let files = |name: &str| vec![format!("{name}.csv"), format!("{name}.codebook.csv")];
    let mut names = UniqueNames::of(&["people.csv"]);
    let claimed = ["people", "f", "f.codebook", "f.x"].map(|name| names.claim_as(name, files));
    assert_eq!(claimed, ["people@2", "f", "f.codebook@2", "f.x"]);
}

#[test]
fn other_programs_get_names_that_they_take() {
    let long = "ы".repeat(80);
    for (name, expected) in [("a-b", "a_b"), ("_x", "@_x"), ("by", "@by"), ("end.", "end"), ("_", "@"), ("q@2", "q@2")]
    {
        assert_eq!(spss(name), expected);
    }
    assert!(spss(&long).len() <= 60 && sheet(&long).chars().count() == 28);
    assert_eq!(sheet("a/b'"), "a_b_");
}
