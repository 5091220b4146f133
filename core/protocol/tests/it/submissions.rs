//! What a witness is asked, as c2sp.org/tlog-witness writes it.

use baqylau_protocol::checkpoint::MAX_NOTE;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::submission::{CheckpointSubmission, MAX_PROOF, MalformedSubmission};

/// The example of the specification.
const EXAMPLE: &str = "old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\u{2014} example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
";

#[test]
fn submission_of_the_specification_reads_and_is_written_as_it_was() {
    let read = CheckpointSubmission::parse(EXAMPLE.as_bytes()).expect("reads");
    assert_eq!((read.old, read.proof.len()), (20_852_014, 4));
    assert!(read.note.starts_with("example.com/behind-the-sofa\n20852163\n"));
    assert_eq!(read.to_text(), EXAMPLE);
    let first = CheckpointSubmission { old: 0, proof: Vec::new(), ..read };
    assert_eq!(CheckpointSubmission::parse(first.to_text().as_bytes()), Ok(first));
}

#[test]
fn body_that_is_no_submission_is_refused() {
    let (asked, note) = EXAMPLE.split_once("\n\n").expect("two parts");
    let long = CheckpointSubmission { old: 1, proof: vec![Hash([7; 32]); MAX_PROOF + 1], note: note.to_owned() };
    for wrong in [
        String::new(),
        "\n\n".into(),
        asked.to_owned(),
        EXAMPLE.replace("old ", ""),
        EXAMPLE.replace("old ", "old  "),
        EXAMPLE.replace("old 2", "old 02"),
        EXAMPLE.replace("old 2", "old +2"),
        EXAMPLE.replace("old 2", "old -2"),
        EXAMPLE.replace("old 20852014", "old 18446744073709551616"),
        EXAMPLE.replace("old 20852014\n", "old 20852014\r\n"),
        EXAMPLE.replace("PlRN", "Pl*N"),
        EXAMPLE.replace("PlRN", ""),
        EXAMPLE.replace("kaw=", "kaw"),
        long.to_text(),
        format!("old 0\n\n{}", "x".repeat(MAX_NOTE + 1)),
    ] {
        assert_eq!(CheckpointSubmission::parse(wrong.as_bytes()), Err(MalformedSubmission), "{wrong:.200}");
    }
    assert_eq!(CheckpointSubmission::parse(b"old 0\n\n\xff"), Err(MalformedSubmission));
    let most = CheckpointSubmission { proof: vec![Hash([7; 32]); MAX_PROOF], ..long };
    assert_eq!(CheckpointSubmission::parse(most.to_text().as_bytes()), Ok(most));
}
