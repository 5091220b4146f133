//! Random bodies of requests and answers, and files that are carried. Their decoders let some of section 2 of `docs/formats.md` pass, so that
//! what they take is compared with what they would write.

use super::objects::{FORK, Kind, MISSION, receipt};
use super::support::Dice;
use baqylau_protocol::bundle::{MAX_NAMED, MAX_PARTS};
use baqylau_protocol::cbor;
use baqylau_protocol::courier::{CourierFile, MAX_CONTRADICTIONS, MAX_OBJECTS};
use baqylau_protocol::exported::{ExportedEntry, ExportedLog};
use baqylau_protocol::ids::RowLabel;
use baqylau_protocol::notice::{MAX_NOTICES, ProvedRow, RowPage};
use baqylau_protocol::permit::UploadToken;
use baqylau_protocol::statement::{
    MAX_FIGURES, MAX_SIGNERS, SignedStatement, StatedFigure, StatedFigures, StatedResults,
};
use baqylau_protocol::wire::{
    ConsistencyProof, Damaged, LetterPage, LogEntry, LogPage, LoggedLetter, MAX_BATCH, MAX_LETTERS, MAX_PROOF, Refusal,
    RefusalCode, Upload, UploadProgress, Verdict, Verdicts,
};
use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};

/// All of them.
pub const BODIES: [Kind; 12] = [
    Kind {
        name: "upload",
        make: |d| cbor::encode(&Upload { objects: d.list(MAX_BATCH, Dice::string), known: d.maybe(Dice::number) }),
        takes: as_written::<Upload>,
    },
    Kind {
        name: "verdicts",
        make: |d| {
            let proof = d.maybe(|d| d.list(MAX_PROOF, Dice::hash));
            cbor::encode(&Verdicts { verdicts: d.list(MAX_BATCH, verdict), proof })
        },
        takes: as_written::<Verdicts>,
    },
    Kind {
        name: "proof of consistency",
        make: |d| cbor::encode(&ConsistencyProof { hashes: d.list(MAX_PROOF, Dice::hash) }),
        takes: as_written::<ConsistencyProof>,
    },
    Kind {
        name: "page of the log",
        make: |d| {
            let (from, head) = (d.number(), d.string());
            cbor::encode(&LogPage { from, entries: d.list(MAX_BATCH, entry), head })
        },
        takes: as_written::<LogPage>,
    },
    Kind {
        name: "letters",
        make: |d| {
            let (head, letters) = (d.string(), d.list(MAX_LETTERS, letter));
            let (desks, proof) = (d.list(MAX_LETTERS, Dice::string), d.maybe(|d| d.list(MAX_PROOF, Dice::hash)));
            cbor::encode(&LetterPage { head, letters, desks, proof })
        },
        takes: as_written::<LetterPage>,
    },
    Kind {
        name: "have",
        make: |d| cbor::encode(&UploadProgress { bytes: d.number(), proof: d.maybe(Dice::string) }),
        takes: as_written::<UploadProgress>,
    },
    Kind {
        name: "rows",
        make: |d| {
            let desks = d.list(MAX_NOTICES, Dice::string);
            cbor::encode(&RowPage { rows: d.list(MAX_NOTICES, row), desks })
        },
        takes: as_written::<RowPage>,
    },
    Kind { name: "courier file", make: courier, takes: |b| CourierFile::decode(b, *MISSION).is_ok() },
    Kind {
        name: "exported log",
        make: |d| {
            let entries =
                d.list(300, |d| ExportedEntry { received: d.time(), object: d.string(), hash: d.maybe(Dice::hash) });
            let (root, manifest, head) = (d.root(), d.bytes(40), d.bytes(30));
            cbor::encode(&ExportedLog::new(root, manifest, entries, head))
        },
        takes: |b| ExportedLog::decode(b).is_ok_and(|log| cbor::is_encoding_of(b, &log)),
    },
    FORK,
    Kind {
        name: "statement",
        make: |d| cbor::encode(&stated(d)),
        takes: |b| cbor::decode::<StatedFigures>(b, "statement").is_ok(),
    },
    Kind { name: "signed statement", make: statement, takes: |b| SignedStatement::decode(b).is_ok() },
];

fn as_written<T: for<'b> Decode<'b, ()> + Encode<()>>(bytes: &[u8]) -> bool {
    cbor::decode_request::<T>(bytes).is_ok_and(|value| cbor::is_encoding_of(bytes, &value))
}

fn verdict(d: &mut Dice) -> Verdict {
    match d.below(3) {
        0 => Verdict::Stored(receipt(d)),
        1 => Verdict::Refused(Refusal { code: RefusalCode::of(d.up_to(7)), reason: d.text() }),
        _ => Verdict::Refused(Refusal { code: RefusalCode::of(d.small()), reason: d.text() }),
    }
}

fn entry(d: &mut Dice) -> LogEntry {
    let damaged = |d: &mut Dice| Damaged { hash: d.hash(), device: d.device(), seq: d.number() };
    LogEntry { received: d.time(), object: d.string(), damaged: d.maybe(damaged) }
}

fn letter(d: &mut Dice) -> LoggedLetter {
    let (object, index, received) = (d.string(), d.number(), d.time());
    LoggedLetter { object, index, received, path: d.list(MAX_PROOF, Dice::hash) }
}

fn row(d: &mut Dice) -> ProvedRow {
    let (notice, index, label) = (d.string(), d.number(), RowLabel(*d.array()));
    ProvedRow { notice, index, label, sealed: d.array(), path: d.list(MAX_PROOF, Dice::hash) }
}

fn courier(d: &mut Dice) -> Vec<u8> {
    let many = d.below(50) == 0;
    let objects = match many {
        true => vec![Vec::new().into(); MAX_OBJECTS + d.below(2)],
        false => d.list(100, Dice::string),
    };
    let token = |d: &mut Dice| UploadToken::from_slice(&*d.array::<32>()).expect("32 bytes");
    let file = CourierFile {
        v: 1,
        mission: *MISSION,
        objects,
        receipts: d.list(100, |d| (d.hash(), receipt(d))),
        bundle: d.maybe(|d| (d.string(), d.list(MAX_PARTS, Dice::string))),
        kept: d.maybe(|d| d.list(100, |d| (d.hash(), d.string()))),
        permits: (d.below(2) == 0).then(|| d.list(100, |d| (d.string(), token(d)))),
        contradictions: d.maybe(|d| d.list(MAX_CONTRADICTIONS, |d| (d.string(), d.string()))),
        rows: d.maybe(|d| d.list(100, row)),
        desks: d.maybe(|d| d.list(MAX_NAMED, Dice::string)),
        letters: d.maybe(|d| d.list(100, |d| (receipt(d), d.string()))),
    };
    file.encode()
}

fn stated(d: &mut Dice) -> StatedFigures {
    let counts = |d: &mut Dice| d.list(MAX_FIGURES, |d| (d.text(), d.number()));
    let mut figure = |d: &mut Dice| StatedFigure {
        id: d.text(),
        published: d.text(),
        computed: d.text(),
        count: d.number(),
        base: d.number(),
        do_not_know: d.number(),
        not_applicable: d.number(),
        not_answered: d.number(),
        forms: d.number(),
        places: d.number(),
        parts: counts(d),
    };
    let (manifest, epoch, size, root) = (d.hash(), d.small(), d.number(), d.hash());
    let (desk, at, tables, fingerprint, people) = (d.device(), d.time(), d.hash(), d.hash(), d.number());
    let (reports, figures) = (counts(d), d.list(MAX_FIGURES, &mut figure));
    let results = StatedResults { tables, fingerprint, people, reports, figures };
    StatedFigures { v: 1, mission: *MISSION, manifest, epoch, size, root, desk, at, results }
}

fn statement(d: &mut Dice) -> Vec<u8> {
    let signatures: Vec<(ByteVec, ByteArray<64>)> = d.list(MAX_SIGNERS, |d| (d.string(), d.array()));
    let (root, manifest, settings, stated) = (d.root(), d.string(), d.string(), d.string());
    cbor::encode(&(1u8, root, manifest, settings, stated, signatures))
}
