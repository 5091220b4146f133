//! What programs in Python make of objects and rows that were written from `docs/formats.md` alone.

use super::bodies::BODIES;
use super::objects::{MISSION, SIGNED};
use super::support::Dice;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::notice::{MAX_GAPS, ReadRow, RowKey};
use baqylau_protocol::seal::SharedKey;
use std::io::{BufWriter, Write};
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

/// What a program of `tests/formats` prints of an input, and whether it found everything good.
fn printed_by(program: &str, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()> + Send) -> (String, bool) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/formats").join(program);
    let mut child =
        Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python runs");
    let mut input = BufWriter::new(child.stdin.take().expect("an input"));
    let out = std::thread::scope(|scope| {
        let written = scope.spawn(move || write(&mut input).and_then(|()| input.flush()));
        let out = child.wait_with_output().expect("Python ends");
        written.join().expect("no panic").expect("it reads everything");
        out
    });
    (String::from_utf8(out.stdout).expect("text"), out.status.success())
}

/// Of each line, what the program prints; and whether all of them opened.
fn opened(lines: &[String]) -> (Vec<String>, bool) {
    let (text, whole) = printed_by("row.py", |input| input.write_all(lines.join("\n").as_bytes()));
    let printed: Vec<String> = text.lines().map(str::to_owned).collect();
    assert_eq!(printed.len(), lines.len());
    (printed, whole)
}

/// Rows with numbers of every length, and with every number of gaps.
fn rows() -> Vec<ReadRow> {
    let hash = Hash::of(b"an envelope");
    let lasts = [0, 1, 23, 24, 255, 256, 65_535, 65_536, 1 << 32, (1 << 63) - 1];
    let plain = lasts.map(|last| ReadRow { last, hash, gaps: vec![], attachments: last / 2, letters: last / 3 });
    let gaps = (1..=MAX_GAPS as u64).map(|n| ReadRow {
        last: 1 << 40,
        hash,
        gaps: (1..=n).map(|g| g << 30).collect(),
        attachments: 0,
        letters: n,
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
        let ReadRow { last, hash, gaps, attachments, letters } = row;
        let hash = hex(&hash.0);
        let expected = format!(
            r#"{{"last": {last}, "hash": "{hash}", "gaps": {gaps:?}, "attachments": {attachments}, "letters": {letters}}}"#
        );
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

/// `BAQYLAU_OBJECTS` objects, or 2,000, and as many with a fault: the program reads, judges and writes them as this crate does.
#[test]
fn an_independent_program_reads_and_writes_random_objects_and_refuses_what_this_one_does() {
    const SEED: u64 = 20_261_129;
    let count = std::env::var("BAQYLAU_OBJECTS").map_or(2000, |count| count.parse().expect("a number"));
    let kinds: Vec<_> = SIGNED.iter().chain(&BODIES).collect();
    let (mut taken, mut refused) = (vec![0; kinds.len()], vec![0; kinds.len()]);
    let (said, same) = printed_by("objects.py", |input| {
        let mut dice = Dice(SEED);
        writeln!(input, "mission {}", *MISSION)?;
        for at in 0..count {
            let at = at % kinds.len();
            let bytes = (kinds[at].make)(&mut dice);
            let altered = kinds[at].altered(&mut dice, &bytes);
            for bytes in [bytes, altered] {
                let takes = (kinds[at].takes)(&bytes);
                if takes {
                    taken[at] += 1
                } else {
                    refused[at] += 1
                }
                writeln!(input, "{}\t{takes}\t{}", kinds[at].name, bytes.len())?;
                input.write_all(&bytes)?;
            }
        }
        Ok(())
    });
    assert!(same, "{said}");
    let counts = kinds.iter().zip(taken.iter().zip(&refused));
    for (kind, (taken, refused)) in counts.clone() {
        assert!(*taken > 0 && *refused > 0, "{}: {taken} taken, {refused} refused", kind.name);
    }
    let told = counts.map(|(kind, (taken, refused))| format!("{}: {taken} taken, {refused} refused\n", kind.name));
    assert_eq!(said, told.collect::<String>());
}
