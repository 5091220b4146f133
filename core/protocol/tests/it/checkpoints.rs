//! Checkpoints and cosignatures as C2SP specifies them.

use baqylau_protocol::checkpoint::{
    Checkpoint, CheckpointError, MAX_NOTE, NoteKey, origin, verify_cosigned, witnessed,
};
use baqylau_protocol::ids::{Hash, MissionId};
use baqylau_protocol::keys::SigningKey;

fn log() -> (SigningKey, NoteKey, Checkpoint) {
    let key = SigningKey::from_seed([1; 32]);
    let origin = origin(MissionId([0xab; 16]), &key.public());
    let name = NoteKey::new(&origin, key.public()).expect("a name");
    (key, name, Checkpoint { origin, size: 20_852_163, root: Hash([7; 32]) })
}

#[test]
fn checkpoint_reads_back_under_its_own_key_only() {
    let (key, log, head) = log();
    let note = head.sign(&key);
    assert_eq!(Checkpoint::open(&note, &log), Ok(head.clone()));
    let other = NoteKey::new(&log.name, SigningKey::generate().public()).unwrap();
    assert_eq!(Checkpoint::open(&note, &other), Err(CheckpointError::Signature));
    let renamed = NoteKey::new("baqylau.log/other", log.key).unwrap();
    assert_eq!(Checkpoint::open(&note, &renamed), Err(CheckpointError::Signature));
    for at in 0..note.len() {
        let mut bytes = note.clone().into_bytes();
        bytes[at] ^= 1;
        if let Ok(altered) = String::from_utf8(bytes) {
            assert_ne!(Checkpoint::open(&altered, &log), Ok(head.clone()), "byte {at}");
        }
    }
}

#[test]
fn text_that_is_no_checkpoint_is_refused() {
    let (key, log, head) = log();
    let note = head.sign(&key);
    let (text, lines) = note.split_once("\n\n").unwrap();
    for wrong in [
        String::new(),
        "\n\n".into(),
        text.to_owned(),
        note.trim_end().to_owned(),
        format!("{text}\nextension\n\n{lines}"),
        note.replace("20852163", "020852163"),
        note.replace("20852163", "-1"),
        note.replace("20852163", "99999999999999999999"),
        note.replace('=', ""),
        format!("{text}\n\n{lines}\u{7}\n"),
        format!("{note}{}", "\u{2014} x aaaa\n".repeat(MAX_NOTE / 10)),
    ] {
        assert_eq!(Checkpoint::open(&wrong, &log), Err(CheckpointError::Malformed), "{wrong:?}");
    }
}

#[test]
fn witness_vouches_for_one_head_at_one_time() {
    let (key, log, head) = log();
    let (witness, other) = (SigningKey::from_seed([2; 32]), SigningKey::generate());
    let name = NoteKey::new("witness.example/w1", witness.public()).unwrap();
    let note = head.sign(&key);
    assert_eq!(witnessed(&note, &name), None);
    let seen =
        format!("{note}{}{}", head.cosign(&name.name, &other, 9), head.cosign(&name.name, &witness, 1_679_315_147));
    assert_eq!(Checkpoint::open(&seen, &log), Ok(head.clone()), "signatures of others do not matter");
    assert_eq!(witnessed(&seen, &name), Some(1_679_315_147));
    let again = format!("{seen}{}", head.cosign(&name.name, &witness, 1_679_315_148));
    assert_eq!(witnessed(&again, &name), Some(1_679_315_148));
    let larger = Checkpoint { size: head.size + 1, ..head };
    let moved = format!("{}{}", larger.sign(&key), seen.lines().last().unwrap().to_owned() + "\n");
    assert_eq!(witnessed(&moved, &name), None, "a cosignature of another head");
}

#[test]
fn as_many_witnesses_are_needed_as_are_asked_for_and_each_counts_once() {
    let (key, log, head) = log();
    let keys: Vec<SigningKey> = (2..5).map(|seed| SigningKey::from_seed([seed; 32])).collect();
    let name = |at: usize| format!("witness.example/w{at}");
    let named = |at: usize| NoteKey::new(&name(at), keys[at].public()).unwrap();
    let all: Vec<NoteKey> = (0..3).map(named).collect();
    let cosigned = |at: usize, time| head.cosign(&name(at), &keys[at], time);
    let short = |found, needed| Err(CheckpointError::Unwitnessed { found, needed });

    let note = head.sign(&key);
    assert_eq!(verify_cosigned(&note, &log, &all, 0), Ok(head.clone()));
    assert_eq!(verify_cosigned(&note, &log, &all, 1), short(0, 1));
    let one = format!("{note}{}{}", cosigned(1, 7), cosigned(1, 8));
    assert_eq!(verify_cosigned(&one, &log, &all, 1), Ok(head.clone()));
    assert_eq!(verify_cosigned(&one, &log, &all, 2), short(1, 2), "one witness, twice");
    let two = format!("{one}{}", cosigned(0, 9));
    assert_eq!(verify_cosigned(&two, &log, &all, 2), Ok(head.clone()));
    assert_eq!(verify_cosigned(&two, &log, &all, 3), short(2, 3));
    assert_eq!(verify_cosigned(&two, &log, &all[1..], 2), short(1, 2), "a stranger's does not count");
    assert_eq!(verify_cosigned(&two, &log, &[], 1), short(0, 1));

    let alias = NoteKey::new("another.name", keys[1].public()).unwrap();
    let twice = format!("{one}{}", head.cosign("another.name", &keys[1], 7));
    assert_eq!(verify_cosigned(&twice, &log, &[named(1), named(1), alias], 2), short(1, 2), "one key, two names");
    let itself = format!("{one}{}", head.cosign("self", &key, 7));
    let own = NoteKey::new("self", key.public()).unwrap();
    assert_eq!(verify_cosigned(&itself, &log, &[named(1), own], 2), short(1, 2), "a log is not its own witness");
    let forged = format!("{note}{}", head.cosign(&name(1), &keys[2], 7));
    assert_eq!(verify_cosigned(&forged, &log, &all, 1), short(0, 1));
    let unsigned = two.replacen(&format!("\u{2014} {}", log.name), "\u{2014} nobody", 1);
    assert_eq!(verify_cosigned(&unsigned, &log, &all, 1), Err(CheckpointError::Signature));
}

#[test]
fn keys_have_the_text_form_of_the_ecosystem() {
    let key = SigningKey::from_seed([1; 32]).public();
    let name = NoteKey::new("example.com/log", key).unwrap();
    assert_eq!(NoteKey::parse_log(&name.of_log()), Some(name.clone()));
    assert_eq!(NoteKey::parse_witness(&name.of_witness()), Some(name.clone()));
    assert_eq!(NoteKey::parse_witness(&name.of_log()), None, "a log is no witness");
    assert_eq!(
        NoteKey::parse_log(&name.of_log().replace("example.com/log", "example.com/other")),
        None,
        "the id is of the name"
    );
    for wrong in ["", "a b", "a+b", "a\nb"] {
        assert_eq!(NoteKey::new(wrong, key), None, "{wrong:?}");
    }
}

/// The same seeds, text and names, signed by `golang.org/x/mod` and `github.com/transparency-dev/formats`.
#[test]
fn notes_are_those_of_the_ecosystem() {
    let key = SigningKey::from_seed([1; 32]);
    let name = NoteKey::new("example.com/log", key.public()).unwrap();
    assert_eq!(name.of_log(), include_str!("vectors/log.vkey").trim_end());
    let head = Checkpoint { origin: "example.com/log".into(), size: 5, root: Hash([7; 32]) };
    assert_eq!(head.sign(&key), include_str!("vectors/checkpoint.note"));
    let (witness, cosigned) = (SigningKey::from_seed([2; 32]), include_str!("vectors/cosigned.note"));
    let seen_by = NoteKey::parse_witness(include_str!("vectors/witness.vkey")).unwrap();
    assert_eq!(seen_by, NoteKey::new("example.com/witness", witness.public()).unwrap());
    let time = witnessed(cosigned, &seen_by).expect("a cosignature that verifies");
    assert_eq!(format!("{}{}", head.sign(&key), head.cosign(&seen_by.name, &witness, time)), cosigned);
}
