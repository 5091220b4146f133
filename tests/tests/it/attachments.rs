//! Photographs and their like: clean and encrypted on the phone, whole at the desk, over any number of cuts.

use crate::it::support::{draft, key, set};
use baqylau_observer::{Error, InvalidReason, ObserverApp, RefusalReason};
use baqylau_protocol::blob::CHUNK;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_server::blobs::{BlobError, BlobPlace, BlobUpload, Blobs};
use baqylau_tests::{BUDGET, PIN, World, now, tables};
use std::io::{Cursor, Read};

const SECRET: &[u8] = b"GPS 51.1694 71.4491 serial 4711";

/// A JPEG with a place in its Exif, a comment, and a film behind its end. The picture's bytes hold what looks like markers.
pub fn jpeg(picture: &[u8]) -> Vec<u8> {
    let segment = |marker: u8, body: &[u8]| {
        let length = u16::try_from(body.len() + 2).expect("short").to_be_bytes();
        [&[0xff, marker][..], &length, body].concat()
    };
    let stuffed: Vec<u8> = picture.iter().flat_map(|b| if *b == 0xff { vec![0xff, 0] } else { vec![*b] }).collect();
    [
        &[0xff, 0xd8][..],
        &segment(0xe0, b"JFIF\0\x01\x02\0\0\x48\0\x48\0\0"),
        &segment(0xe0, &[b"JFXX\0", SECRET].concat()),
        &segment(0xee, b"Adobe\0\x64\0\0\0\0\x01"),
        &segment(0xee, &[b"Adobe", SECRET].concat()),
        &segment(0xf0, SECRET),
        &segment(0xc8, SECRET),
        &segment(0xe1, &[b"Exif\0\0", SECRET].concat()),
        &segment(0xdb, &[1; 65]),
        &segment(0xfe, SECRET),
        &segment(0xda, &[1, 1, 0, 0, 63, 0]),
        &stuffed,
        &[0xff, 0xd3],
        &stuffed,
        &[0xff, 0xd9],
        SECRET,
    ]
    .concat()
}

fn bx(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 8).expect("short").to_be_bytes();
    [&length[..], kind, body].concat()
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|w| w == what)
}

fn read(core: &ObserverApp, draft: i64, name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    core.read_attachment(draft, name, &mut out).expect("opens");
    out
}

/// The attachment's name that a question holds.
fn named(core: &ObserverApp, draft: i64, question: &str) -> String {
    let rows = crate::it::support::rows(core, draft);
    rows.into_iter().find(|r| r.name == question).expect("it is asked").answer_text
}

#[test]
fn a_photograph_stays_upright() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let id = draft(&core, "campaign_event");
    let at = key(&core, id, "photo");
    // Little-endian: a maker, then "turn it a quarter to the right"; behind them where it was.
    let little = [
        &b"Exif\0\0II*\0\x08\0\0\0\x02\0"[..],
        b"\x0f\x01\x02\0\x04\0\0\0ABC\0",
        b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0",
        SECRET,
    ]
    .concat();
    let big = [&b"Exif\0\0MM\0*\0\0\0\x08\0\x01"[..], b"\x01\x12\0\x03\0\0\0\x01\0\x08\0\0", &[0; 4]].concat();
    let nothing: [&[u8]; 4] =
        [&little[..20], b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"Exif\0\0"];
    let cases = [(&little[..], Some(6)), (&big[..], Some(8))].into_iter().chain(nothing.map(|n| (n, None)));
    for (exif, turned) in cases {
        let length = u16::try_from(exif.len() + 2).expect("short").to_be_bytes();
        let photo = [&[0xff, 0xd8, 0xff, 0xe1][..], &length, exif, &jpeg(b"picture")[2..]].concat();
        core.attach(id, at, "image/jpeg", &mut &photo[..]).expect("attached");
        let clean = read(&core, id, &named(&core, id, "photo"));
        assert!(!holds(&clean, SECRET) && !holds(&clean, b"ABC"));
        let kept = clean.windows(12).find(|w| w.starts_with(b"\x01\x12\0\x03\0\0\0\x01\0")).map(|w| w[9]);
        assert_eq!(kept, turned);
    }
}

#[test]
fn a_photograph_arrives_without_what_it_tells() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let id = draft(&core, "campaign_event");
    set(&core, id, "participants", "20").expect("set");
    let at = key(&core, id, "photo");
    let picture: Vec<u8> = (0..200_000u32).map(|n| n.to_le_bytes()[usize::try_from(n % 3).expect("small")]).collect();
    let photo = jpeg(&picture);
    assert!(
        matches!(core.attach(id, at, "image/gif", &mut &photo[..]), Err(Error::Invalid(InvalidReason::MediaNotTaken { question, .. })) if question == "photo")
    );
    assert!(core.attach(id, at, "image/jpeg", &mut &photo[..photo.len() / 2]).is_err(), "cut off");
    assert!(core.attach(id, at, "image/jpeg", &mut &b"no picture"[..]).is_err());
    assert!(core.attach(id, key(&core, id, "participants"), "image/jpeg", &mut &photo[..]).is_err(), "a number");
    let files = || std::fs::read_dir(world.folder.path().join("phone/blobs")).map_or(0, Iterator::count);
    assert_eq!(files(), 0, "nothing is left of what failed");
    core.attach(id, at, "image/jpeg", &mut &photo[..]).expect("attached");
    let name = named(&core, id, "photo");
    let clean = read(&core, id, &name);
    assert!(!holds(&clean, SECRET) && holds(&clean, b"JFIF"), "the picture without what it tells");
    assert!(holds(&clean, b"Adobe\0\x64"), "colours stay right");
    let gone = 7 * SECRET.len() + b"Exif\0\0JFXX\0Adobe".len() + 6 * 4;
    assert_eq!(clean.len(), photo.len() - gone, "and nothing else is missing");
    for entry in std::fs::read_dir(world.folder.path().join("phone/blobs")).expect("a folder").flatten() {
        let bytes = std::fs::read(entry.path()).expect("a file");
        assert!(!holds(&bytes, b"JFIF") && !holds(&bytes, SECRET), "encrypted");
    }
    core.finalise(id, Some("for a test".into())).expect("signed");
    assert_eq!(core.summary().expect("a summary").attachments_waiting, 1);
    drop(core);
    let core = ObserverApp::open_locked(world.phone("phone")).expect("opens");
    let sync = core.sync_now(BUDGET).expect("syncs");
    assert_eq!((sync.delivered, sync.again), (1, None));
    core.unlock(PIN).expect("unlocks");
    assert!(core.summary().expect("a summary").all_stored());
    let report = core.reports().expect("reports").remove(0);
    assert_eq!((report.attachments_delivered, report.attachments), (1, 1));
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(world.desk.pull_attachments().expect("fetches").came, 1);
    assert_eq!(world.desk.pull_attachments().expect("fetches").came, 0, "once");
    let row = world.desk.attachments().list().expect("attachments").remove(0);
    let mut shown = Vec::new();
    world.desk.attachments().open(&row.attachment, &mut shown).expect("opens");
    assert_eq!(shown, clean);
}

#[test]
fn other_formats_lose_what_they_tell_and_keep_their_places() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let id = draft(&core, "incident");
    let mut times = vec![0; 100];
    times[4..12].copy_from_slice(b"when-it-");
    let track = |kind: &[u8; 4]| {
        let handler = bx(b"hdlr", &[&[0; 8][..], kind, &[0; 12], SECRET].concat());
        bx(b"trak", &[bx(b"mdia", &handler), bx(b"udta", SECRET)].concat())
    };
    let index = [bx(b"mvhd", &times), track(b"soun"), bx(b"udta", SECRET)].concat();
    let part = bx(b"moof", &[bx(b"uuid", SECRET), bx(b"traf", &bx(b"udta", SECRET))].concat());
    let film = |index: &[u8]| {
        [bx(b"ftyp", b"M4A "), bx(b"uuid", SECRET), bx(b"moov", index), part.clone(), bx(b"mdat", &[9; 70_000])]
            .concat()
    };
    let sound = film(&index);
    let tells = film(&[track(b"soun"), track(b"mebx")].concat());
    let refused =
        core.attach(id, key(&core, id, "voice"), "audio/mp4", &mut &tells[..]).expect_err("a track of places");
    assert!(refused.to_string().contains("mebx"), "{refused}");
    let voice = key(&core, id, "voice");
    core.attach(id, voice, "audio/mp4", &mut &sound[..]).expect("attached");
    let clean = read(&core, id, &named(&core, id, "voice"));
    assert_eq!(clean.len(), sound.len(), "places in the file stay what the index says");
    assert!(!holds(&clean, SECRET) && !holds(&clean, b"when-it-") && holds(&clean, &[9; 70_000]));
    let chunk = |kind: &[u8; 4], body: &[u8]| {
        [kind, &u32::try_from(body.len()).expect("short").to_le_bytes()[..], body].concat()
    };
    let inner = [
        b"WAVE".to_vec(),
        chunk(b"fmt ", &[1; 16]),
        chunk(b"LIST", &[SECRET, b"x"].concat()),
        chunk(b"data", &[3; 900]),
    ];
    let wav = chunk(b"RIFF", &inner.concat());
    core.attach(id, voice, "audio/wav", &mut &wav[..]).expect("attached");
    let clean = read(&core, id, &named(&core, id, "voice"));
    assert!(clean.len() == wav.len() && !holds(&clean, SECRET) && holds(&clean, &[3; 900]));
    let part = |kind: &[u8; 4], body: &[u8]| {
        [&u32::try_from(body.len()).expect("short").to_be_bytes()[..], kind, body, &[0; 4]].concat()
    };
    let png = [
        &b"\x89PNG\r\n\x1a\n"[..],
        &part(b"IHDR", &[1; 13]),
        &part(b"tEXt", SECRET),
        &part(b"IDAT", &[5; 99]),
        &part(b"IEND", b""),
        SECRET,
    ]
    .concat();
    let photo = key(&core, id, "photo");
    core.attach(id, photo, "image/png", &mut &png[..]).expect("attached");
    let clean = read(&core, id, &named(&core, id, "photo"));
    assert!(!holds(&clean, SECRET) && holds(&clean, &[5; 99]));
}

/// However damaged or hostile a file is: an error or something clean, never a panic.
#[test]
fn damaged_files_are_refused() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let id = draft(&core, "incident");
    let (photo, voice) = (key(&core, id, "photo"), key(&core, id, "voice"));
    let picture = jpeg(&[7; 500]);
    let sound = [bx(b"ftyp", b"M4A "), bx(b"moov", &bx(b"trak", &bx(b"udta", SECRET))), bx(b"mdat", &[9; 50])].concat();
    let mut state = 1u64;
    for _ in 0..300 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (mut one, mut two) = (picture.clone(), sound.clone());
        let byte = u8::try_from(state >> 56).expect("a byte");
        let at = usize::try_from(state >> 33).expect("small");
        let (first, second) = (at % one.len(), at % two.len());
        one[first] = byte;
        two[second] = byte;
        let _ = core.attach(id, photo, "image/jpeg", &mut &one[..]);
        let _ = core.attach(id, voice, "audio/mp4", &mut &two[..]);
        let _ = core.attach(id, voice, "audio/mp4", &mut &two[..second]);
    }
}

#[test]
fn an_upload_goes_on_where_it_broke_off() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let id = draft(&core, "complaint");
    let document: Vec<u8> = (0..250_000u32).flat_map(|n| n.to_le_bytes()).collect();
    core.attach(id, key(&core, id, "document"), "application/pdf", &mut &document[..]).expect("attached");
    core.finalise(id, Some("for a test".into())).expect("signed");
    let line = baqylau_tests::line::NetworkLine::start(world.move_server());
    // The text fits; the answer to every single chunk is lost.
    line.cut_after(60_000);
    let (mut sent, mut cuts) = (0, 0);
    while !core.summary().expect("a summary").all_stored() {
        let sync = core.sync_now(BUDGET).expect("no error");
        sent += sync.attachment_bytes;
        cuts += u64::from(sync.again.is_some());
        assert!(cuts < 40, "it comes to an end");
    }
    let length = baqylau_protocol::blob::sealed_length(1_000_000);
    let chunks = length.div_ceil(CHUNK as u64);
    assert!(cuts >= chunks - 1, "the line was cut {cuts} times, behind each of {chunks} chunks");
    assert!(sent <= length + (cuts + 1) * CHUNK as u64, "{sent} bytes for {cuts} cuts: at most a chunk twice for each");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(world.desk.pull_attachments().expect("fetches").came, 1);
    let row = world.desk.attachments().list().expect("attachments").remove(0);
    let mut shown = Vec::new();
    world.desk.attachments().open(&row.attachment, &mut shown).expect("opens");
    assert_eq!(shown, document);
}

#[test]
fn a_file_that_is_gone_is_told_and_never_counts_as_done() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let id = draft(&core, "complaint");
    core.attach(id, key(&core, id, "document"), "application/pdf", &mut &[7; 500][..]).expect("attached");
    core.finalise(id, Some("for a test".into())).expect("signed");
    let file = core.courier_attachments().expect("files").remove(0);
    let aside = world.folder.path().join("aside");
    std::fs::rename(&file, &aside).expect("taken away");
    let sync = core.sync_now(BUDGET).expect("no error");
    assert_eq!((sync.delivered, sync.refusal), (1, Some(RefusalReason::FileLost)));
    assert_eq!(sync.again, None, "to try again brings nothing");
    assert_eq!(core.reports().expect("reports").remove(0).attachment_problem, Some(RefusalReason::FileLost));
    // Put back from a copy it goes.
    std::fs::rename(&aside, &file).expect("put back");
    let sync = core.sync_now(BUDGET).expect("no error");
    assert_eq!((sync.again, sync.refusal), (None, None));
    assert!(core.summary().expect("a summary").all_stored());
}

#[test]
fn a_server_keeps_only_what_was_signed() {
    let folder = tempfile::tempdir().expect("a folder");
    let blobs = Blobs::next_to(&folder.path().join("server.db")).expect("a folder");
    let bytes = vec![3; 100_000];
    let hash = Hash::of(&bytes);
    let place = BlobPlace { device: DeviceId([1; 16]), hash };
    let upload = BlobUpload::new(place, Hash([2; 32]), 100_000);
    assert_eq!(blobs.append(upload, 0, &bytes[..60_000]).expect("taken"), (60_000, false));
    assert_eq!(blobs.append(upload, 0, &bytes[..60_000]).expect("known"), (60_000, false), "twice is once");
    assert_eq!(blobs.append(upload, 90_000, &bytes[90_000..]).expect("no gap"), (60_000, false));
    assert!(blobs.read(place, 0, 10).expect("reads").is_none(), "not whole yet");
    assert!(matches!(blobs.append(upload, 60_000, &[0; 40_001]), Err(BlobError::TooLong)));
    assert_eq!(blobs.append(upload, 60_000, &[0; 40_000]).expect("dropped"), (0, false), "it begins anew");
    assert_eq!(blobs.have(upload).expect("reads"), (0, false));
    assert_eq!(blobs.append(upload, 0, &bytes).expect("taken"), (100_000, true));
    let mut whole = Vec::new();
    Cursor::new(blobs.read(place, 99_990, 100).expect("reads").expect("whole"))
        .read_to_end(&mut whole)
        .expect("memory");
    assert_eq!(whole, bytes[99_990..]);
}

/// A camera that gives what it has, and then fails.
struct Torn(Cursor<Vec<u8>>, std::io::ErrorKind);

impl Read for Torn {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(std::io::Error::new(self.1, "the camera went away")),
            some => Ok(some),
        }
    }
}

#[test]
fn a_source_that_fails_is_told_from_a_file_that_does_not_fit() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    let id = draft(&core, "incident");
    let photo = key(&core, id, "photo");
    let picture = jpeg(&[7; 500]);
    use std::io::ErrorKind::{InvalidData, Other, PermissionDenied, UnexpectedEof};
    for kind in [InvalidData, Other, PermissionDenied, UnexpectedEof] {
        let torn = |bytes: &[u8]| Torn(Cursor::new(bytes.to_vec()), kind);
        let photograph = core.attach(id, photo, "image/jpeg", &mut torn(&picture[..100])).map(drop);
        for told in [photograph, core.import_attachment(&mut torn(&[]))] {
            let source = matches!(&told, Err(Error::Refused { why: RefusalReason::Source, reason }) if reason.contains("went away"));
            assert!(source, "{kind:?}: {told:?}");
        }
    }
    let blobs = std::fs::read_dir(world.folder.path().join("phone/blobs")).expect("a folder").count();
    assert_eq!(blobs, 0, "nothing of it is left");
    let cut = core.attach(id, photo, "image/jpeg", &mut &picture[..100]).map(drop);
    assert!(
        matches!(&cut, Err(Error::Invalid(InvalidReason::FileDamaged { question })) if question == "photo"),
        "{cut:?}"
    );
}
