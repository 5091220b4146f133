//! Encoding of reports.

use super::support::{Dice, compile, empty, item, list};
use baqylau_forms::definition::{Kind, ListRef};
use baqylau_forms::fill::CellKey;
use baqylau_forms::value::Answer;
use baqylau_protocol::cbor::{self, Malformed};
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::envelope::{Address, Recipient, make};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId, ReportId};
use baqylau_protocol::keys::{ReadingSecret, SigningKey, random};
use baqylau_protocol::seal::SharedKey;
use baqylau_report::report::{Attachment, ClockReading, RecordedMoment, RecordedPosition, Visit};
use baqylau_report::{AnswerTree, Report, ReportContent, ReportError};

fn report(answers: Vec<u8>) -> Report {
    let at = |ms| Some(RecordedMoment { ms, offset: 360 });
    Report {
        v: Report::VERSION,
        id: ReportId::new(1_679_200_000_000, random()),
        checklist: Hash(random()),
        bundle: Hash(random()),
        visit: Visit {
            code: "T047-05".into(),
            place: Some("kz-75-1234".into()),
            unlisted: None,
            arrived: at(1_679_200_000_000),
            departed: at(1_679_202_700_000),
            outcome: 0,
            mode: "phone".into(),
            position: None,
        },
        clock: ClockReading {
            wall: RecordedMoment { ms: 1_679_202_712_345, offset: 360 },
            boot_ms: 91_234_567,
            boot_id: random::<8>().into(),
            seen: Some((1_234, Hash(random()))),
            started: 1_679_200_012_345,
        },
        answers: answers.into(),
        incomplete: None,
        supersedes: None,
        test: None,
        attachments: None,
        language: None,
        why: None,
        left: None,
        alarm: None,
    }
}

/// The same report with one more key at the end.
fn with_key(report: &Report, key: i64) -> Vec<u8> {
    let mut bytes = report.encode();
    assert!(bytes[0] & 0x1f < 23, "a small map");
    bytes[0] += 1;
    let mut more = Vec::new();
    minicbor::Encoder::new(&mut more).i64(key).and_then(|e| e.str("later")).expect("memory");
    bytes.extend(more);
    cbor::check(&bytes).expect("deterministic");
    bytes
}

#[test]
fn report_round_trips() {
    let plain = report(vec![0x10]);
    assert_eq!(Report::decode(&plain.encode()).expect("reads"), plain);
    let full = Report {
        incomplete: Some("sent away".into()),
        supersedes: Some(Hash([1; 32])),
        test: Some(true),
        alarm: Some(true),
        attachments: Some(vec![Attachment {
            name: "a1.jpg".into(),
            hash: Hash([2; 32]),
            key: [3; 32].into(),
            size: 9,
            media: "image/jpeg".into(),
        }]),
        visit: Visit {
            position: Some(RecordedPosition { latitude: -1, longitude: 1, accuracy: 5, mock: true }),
            ..plain.visit.clone()
        },
        ..plain
    };
    let bytes = full.encode();
    cbor::check(&bytes).expect("deterministic");
    assert_eq!(Report::decode(&bytes).expect("reads"), full);
    for cut in 0..bytes.len() {
        Report::decode(&bytes[..cut]).expect_err("cut off");
    }
    let mut dice = Dice(4);
    for _ in 0..20_000 {
        let mut altered = bytes.clone();
        let at = dice.below(altered.len());
        altered[at] = dice.byte();
        if let Ok(read) = Report::decode(&altered) {
            assert_eq!(read.v, 2);
        }
    }
}

#[test]
fn negative_unknown_keys_are_ignored() {
    let plain = report(vec![0x10]);
    for key in [-1, -2, -24, -25, -70_000] {
        assert_eq!(Report::decode(&with_key(&plain, key)).expect("ignored"), plain, "key {key}");
    }
    for key in [17, 23, 24, 1_000, i64::MAX] {
        assert_eq!(Report::decode(&with_key(&plain, key)), Err(ReportError::UnknownKey { key }));
    }
    for found in [1, 3] {
        let other = Report { v: found, ..plain.clone() };
        let refused = Malformed::Version { what: "report", found: found.into(), known: 2 };
        assert_eq!(Report::decode(&other.encode()), Err(ReportError::Malformed(refused)));
    }
}

#[test]
fn unknown_nested_content_is_refused() {
    let plain = report(vec![0x10]);
    let bytes = plain.encode();
    for (inner, extra) in [(cbor::encode(&plain.visit), &[0x08, 0x00][..]), (cbor::encode(&plain.clock), &[0x00])] {
        let at = bytes.windows(inner.len()).position(|w| w == inner).expect("it is inside");
        let mut more = inner.clone();
        more[0] += 1;
        more.extend(extra);
        let altered = [&bytes[..at], &more, &bytes[at + inner.len()..]].concat();
        cbor::check(&altered).expect("deterministic");
        let refused = Report::decode(&altered).expect_err("a key that nobody here knows");
        assert!(refused.to_string().contains("does not know"), "{refused}");
    }
}

#[test]
fn report_that_is_not_a_map_with_integer_keys_is_refused() {
    for bytes in [&b""[..], &[0x80], &[0xa0], &[0xa1, 0x61, 0x61, 0x00], &[0xa1, 0x00, 0x01], &[0xbf, 0xff]] {
        Report::decode(bytes).expect_err("no report");
    }
    // A key beyond the range of 64-bit integers.
    let mut huge = report(vec![0x10]).encode();
    huge[0] += 1;
    huge.extend([0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00]);
    Report::decode(&huge).expect_err("no report");
}

/// Sixty questions and a hundred bytes of text, with their answer log, fit the smallest size class.
#[test]
fn sixty_answers_and_a_text_fit_a_thousand_bytes() {
    let mut items: Vec<_> =
        (0..60).map(|n| item(&format!("q{n}"), None, Kind::SelectOne { list: ListRef::Own(0) })).collect();
    items.push(item("comment", None, Kind::Text));
    let form = compile(vec![list("five", 5)], items);
    let mission = MissionId([1; 16]);
    let reading = ReadingSecret::generate(1).public();
    let (shared, _) = SharedKey::encapsulate(&reading, mission).expect("a key");
    let device = SigningKey::generate();
    for seed in 0..20 {
        let mut dice = Dice(seed);
        let mut filling = empty(&form);
        let (mut lines, mut at) = (Vec::new(), 0);
        for node in 0..60 {
            let choice = u32::try_from(dice.below(5)).expect("small");
            filling.set(CellKey { node, row: 0 }, Answer::One(choice)).expect("set");
            at += 3 + u32::try_from(dice.below(40)).expect("small");
            lines.push((node, at));
        }
        let text: String = (0..100).map(|_| char::from(b'a' + dice.byte() % 26)).collect();
        filling.set(CellKey { node: 60, row: 0 }, Answer::Text(text)).expect("set");
        lines.push((60, at + 30));
        let content = ReportContent { answers: AnswerTree::of(&filling), log: lines, remarks: Vec::new() };
        let plain = report(content.encode(&form)).encode();
        let prev = Hash(random());
        let address =
            Address { mission, device: DeviceId(random()), seq: 250, prev, to: Recipient::Desks(&reading), blobs: &[] };
        let envelope = make(&address, ObjectType::Report, &device, &shared, &plain).expect("an envelope");
        assert_eq!(envelope.len(), 1000, "seed {seed}: {} bytes inside", plain.len());
    }
}
