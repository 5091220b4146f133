//! Rows of read notices, as a program in Python opens them that was written from `docs/formats.md` alone.

use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::notice::{MAX_GAPS, ReadRow, RowKey};
use baqylau_protocol::seal::SharedKey;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const DESK: DeviceId = DeviceId([9; 16]);

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A row in the words that the program reads.
fn line(secret: [u8; 32], desk: DeviceId, label: [u8; 16], sealed: &[u8]) -> String {
    [hex(&secret), hex(&desk.0), hex(&label), hex(sealed)].join(" ")
}

/// Of each line, what the program prints; and whether all of them opened.
fn opened(lines: &[String]) -> (Vec<String>, bool) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/formats/row.py");
    let mut child =
        Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python runs");
    let (mut input, text) = (child.stdin.take().expect("an input"), lines.join("\n"));
    let write = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let out = child.wait_with_output().expect("Python ends");
    write.join().expect("no panic").expect("it reads everything");
    let printed: Vec<String> = String::from_utf8(out.stdout).expect("text").lines().map(str::to_owned).collect();
    assert_eq!(printed.len(), lines.len());
    (printed, out.status.success())
}

/// Rows with numbers of every length, and with every number of gaps.
fn rows() -> Vec<ReadRow> {
    let hash = Hash::of(b"an envelope");
    let lasts = [0, 1, 23, 24, 255, 256, 65_535, 65_536, 1 << 32, (1 << 63) - 1];
    let plain = lasts.map(|last| ReadRow { last, hash, gaps: vec![], attachments: last / 2 });
    let gaps = (1..=MAX_GAPS as u64).map(|n| ReadRow {
        last: 1 << 40,
        hash,
        gaps: (1..=n).map(|g| g << 30).collect(),
        attachments: 0,
    });
    plain.into_iter().chain(gaps).collect()
}

#[test]
fn an_independent_program_opens_rows_and_no_altered_ones() {
    let secret = [3; 32];
    let key = RowKey::of(&SharedKey::from_parts(secret, Hash::of(b"a phone")));
    let label = key.label().0;
    let rows = rows();
    let lines: Vec<String> = rows.iter().map(|row| line(secret, DESK, label, &key.seal(DESK, row))).collect();
    let (printed, whole) = opened(&lines);
    for (row, printed) in rows.iter().zip(printed) {
        let ReadRow { last, hash, gaps, attachments } = row;
        let hash = hex(&hash.0);
        let expected =
            format!(r#"{{"last": {last}, "hash": "{hash}", "gaps": {gaps:?}, "attachments": {attachments}}}"#);
        assert_eq!(printed, expected);
    }
    assert!(whole);

    let sealed = key.seal(DESK, &rows[0]);
    let mut altered: Vec<String> = (0..sealed.len())
        .map(|at| {
            let mut sealed = sealed;
            sealed[at] ^= 1;
            line(secret, DESK, label, &sealed)
        })
        .collect();
    altered.push(line(secret, DeviceId([8; 16]), label, &sealed));
    altered.push(line(secret, DESK, [0; 16], &sealed));
    altered.push(line([4; 32], DESK, label, &sealed));
    altered.push(line(secret, DESK, label, &sealed[1..]));
    let descending = ReadRow { gaps: vec![2, 1], last: 3, ..rows[0].clone() };
    let above = ReadRow { gaps: vec![3], last: 3, ..rows[0].clone() };
    altered.extend([descending, above].map(|row| line(secret, DESK, label, &key.seal(DESK, &row))));
    let (printed, whole) = opened(&altered);
    assert!(printed.iter().all(|printed| printed.starts_with(r#"{"fault": "#)), "{printed:?}");
    assert!(!whole);
}
