//! Letters of strangers, and of a desk that was stolen.

use crate::it::support::{Attacker, hostile, issuer, mission, published, send, stolen};
use baqylau_attacks::cose::Key;
use baqylau_attacks::device::{Device, letter};
use baqylau_attacks::{name, sha256};
use baqylau_desk::Desk;
use baqylau_tests::{BUDGET, PASSPHRASE, now};

#[test]
fn letters_of_strangers_are_not_shown() {
    let (world, server, phone) = hostile();
    assert!(phone.enrol(BUDGET).expect("enrols").enrolled);
    let enrolment = server.with(|state| state.log[0].1.clone());
    let reading = world.desk.workspace.keys(PASSPHRASE).expect("stolen").reading[0].bytes;
    let published = published(&world);
    // One that the issuer's stolen key made, one that nobody's key made, and a phone's own enrolment as if it were a desk's.
    let made = Device::made_desk(&Key::of(issuer(&world.desk)), &published);
    let nobodys = Device::made_desk(&Key::new(), &published);
    let write =
        |desk: &Device| desk.letter(&enrolment, &reading, (1, desk.first()), &letter("Read out your PIN.", None));
    let letters = [
        (write(&made), made.enrolment.clone()),
        (write(&nobodys), nobodys.enrolment.clone()),
        (write(&made), enrolment.clone()),
    ];
    server.with(|state| letters.into_iter().for_each(|(letter, desk)| state.log_letter(letter, desk)));
    assert_eq!(phone.sync_now(BUDGET).expect("syncs").letters, 0);
    // The listed desk's, opened with the same stolen reading key, comes all the same.
    let (listed, reading) = stolen(&world.desk, &published);
    let words = listed.letter(&enrolment, &reading, (1, listed.first()), &letter("Go home.", None));
    server.with(|state| state.letters.push((6, words.clone(), listed.enrolment.clone())));
    assert_eq!(phone.sync_now(BUDGET).expect("syncs").letters, 0, "the log does not have it");
    server.with(|state| {
        state.letters.pop();
        state.log_letter(words, listed.enrolment.clone());
    });
    assert_eq!(phone.sync_now(BUDGET).expect("syncs").letters, 1);
    let texts: Vec<String> = phone.letters().expect("letters").into_iter().map(|l| l.text).collect();
    assert_eq!(texts, ["Go home."]);
}

/// The enrolment of the first phone of a log.
fn enrolment_of_a_phone(desk: &Desk) -> Vec<u8> {
    let device = desk.devices(now()).expect("devices")[0].device.0;
    let mut objects = desk.store.objects().expect("a log").into_iter().map(|(_, object)| object.bytes);
    objects.find(|bytes| name(bytes) == device).expect("the phone's")
}

/// A desk that is stolen and not ended yet writes what phones cannot read; they show the rest.
#[test]
fn letters_that_a_phone_cannot_read_hide_no_others() {
    let mut world = mission();
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    assert_eq!(send(&phone), 1);
    let second = world.another_desk("second desk");
    let (attacker, _) = Attacker::new(&mut world);
    let (desk, reading) = stolen(&second, &attacker.published);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let enrolment = enrolment_of_a_phone(&world.desk);
    let mut unknown = desk.report(&attacker.published, "incident", "T001-01", now());
    unknown.put(2, [9; 32]);
    let huge = "ж".repeat(300_000);
    let letters = [
        letter("a picture that is none", Some(vec![0xff, 0xd8, 0xff, 0xe0])),
        letter("a report of a checklist that nobody has", Some(unknown.encode())),
        letter("a copy of nothing", Some(Vec::new())),
        letter(&huge, None),
        letter("", None),
        letter("the last", None),
    ];
    let mut prev = desk.first();
    let mut objects = vec![desk.enrolment.clone()];
    for (seq, words) in (1..).zip(&letters) {
        let envelope = desk.letter(&enrolment, &reading, (seq, prev), words);
        prev = sha256(&envelope);
        objects.push(envelope);
    }
    // No letter at all inside, and another type.
    for seq in 7..=8 {
        let envelope = desk.letter(&enrolment, &reading, (seq, prev), &baqylau_attacks::cbor::Value::Int(7));
        prev = sha256(&envelope);
        objects.push(envelope);
    }
    let taken = attacker.upload(&objects.iter().map(Vec::as_slice).collect::<Vec<_>>());
    assert!(taken.iter().all(Result::is_ok), "the server cannot read them: {taken:?}");
    assert_eq!(phone.sync_now(BUDGET).expect("syncs").letters, 8);
    let shown = phone.letters().expect("they are shown");
    let texts: Vec<&str> = shown.iter().map(|l| l.text.as_str()).collect();
    let [last, empty, long, nothing, foreign, picture] = &texts[..] else { panic!("{} letters", texts.len()) };
    assert_eq!((*last, *empty, long.len()), ("the last", "", huge.len()));
    assert_eq!(
        [*picture, *foreign, *nothing],
        ["a picture that is none", "a report of a checklist that nobody has", "a copy of nothing"]
    );
    assert_eq!(send(&phone), 1, "and the phone goes on");
}
