//! Lists of logs.

use baqylau_protocol::checkpoint::NoteKey;
use baqylau_protocol::keys::SigningKey;
use baqylau_witness::logs::{LogListError, WitnessedLog, merged, parse_list};

fn key(name: &str, seed: u8) -> NoteKey {
    NoteKey::new(name, SigningKey::from_seed([seed; 32]).public()).expect("a name")
}

#[test]
fn lists_of_keys_and_of_the_witness_network_are_read() {
    let (a, b, c) = (key("log.example/a", 1), key("log.example/b", 2), key("log.example/a", 3));
    let plain = format!("# mine\n\n{}\r\n  {}\n", a.of_log(), b.of_log());
    let log = |origin: &str, keys: &[&NoteKey]| WitnessedLog {
        origin: origin.into(),
        keys: keys.iter().copied().cloned().collect(),
    };
    assert_eq!(parse_list(&plain), Ok(vec![log("log.example/a", &[&a]), log("log.example/b", &[&b])]));
    let network = format!(
        "#\n# List: 10qps\n#\nlogs/v0\n\nvkey {}\norigin none\nqpd 86400\nbastion none\ncontact a (at) b\n\nvkey {}\n\
         origin of another name\nqpd 24\nbastion https://bastion.example/\ncontact x\n",
        a.of_log(),
        b.of_log()
    );
    assert_eq!(parse_list(&network), Ok(vec![log("log.example/a", &[&a]), log("of another name", &[&b])]));
    let rotated = merged(parse_list(&format!("{}\n{}\n", a.of_log(), c.of_log())).expect("reads"));
    assert_eq!(rotated, [log("log.example/a", &[&a, &c])], "two keys of one log");
}

#[test]
fn line_that_is_none_is_named() {
    let a = key("log.example/a", 1);
    for (text, line) in [("nothing+at+all", 1), ("\n\nvkey x", 3), ("vkey", 1)] {
        assert_eq!(parse_list(text), Err(LogListError::Key { line }), "{text:?}");
    }
    assert_eq!(parse_list(&a.of_witness()), Err(LogListError::Key { line: 1 }), "a witness is no log");
    for text in ["origin x", "some words"] {
        assert_eq!(parse_list(text), Err(LogListError::Unknown { line: 1 }), "{text:?}");
    }
}
