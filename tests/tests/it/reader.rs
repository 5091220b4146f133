//! A desk that reads and signs nothing: it comes to the same picture, and nobody obeys its key, whatever program uses it.

use crate::it::browser::Browser;
use crate::it::stolen_desk::{append, exclude};
use crate::it::support::{deliver, one_report, report};
use baqylau_desk::{Desk, DeskError, RotatedKeys};
use baqylau_protocol::certificate::Role;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::standing::{Standing, StandingDecision};
use baqylau_report::review::ReviewState;
use baqylau_tests::rogue::Rogue;
use baqylau_tests::{BUDGET, PASSPHRASE, World, now, reports};

fn reader(world: &World) -> Desk {
    let folder = world.folder.path().join("reader");
    world.desk.add_reader(&folder, PASSPHRASE, now()).expect("a reader");
    world.desk.publish().expect("published");
    Desk::open(&folder, PASSPHRASE).expect("opens")
}

fn counted(desk: &Desk) -> Vec<&'static str> {
    reports(desk).iter().map(|r| r.status.name()).collect()
}

fn refuses<T>(done: Result<T, DeskError>) {
    assert!(matches!(done, Err(DeskError::Reader)), "{:?}", done.err());
}

#[test]
fn a_reader_pulls_sees_exports_and_verifies_what_a_desk_does() {
    let (mut world, _phone, _) = one_report();
    let mut reader = reader(&world);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    reader.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(counted(&reader), counted(&world.desk));
    let verified = reader.verify_all().expect("verifies");
    assert!(verified.0 > 0 && verified.1.is_empty(), "{verified:?}");
    let out = world.folder.path().join("out");
    reader.export(baqylau_desk::adjudication::status::AnswerBasis::Effective, &out, false).expect("exports");
    assert!(reader.audit(&|_| ()).expect("audits").faults.is_empty());
    let device = reader.own().device();
    let row = world.desk.desks().expect("desks").into_iter().find(|d| d.device == device).expect("listed");
    assert_eq!((row.reader, row.term, row.signed), (true, None, 0), "its pulls signed nothing");
    assert!(reader.workspace.keys(PASSPHRASE).expect("keys").issuers.is_empty(), "it has no issuer's key");
}

#[test]
fn a_reader_refuses_whatever_is_signed_before_anything_is_written() {
    let (world, _phone, hash) = one_report();
    let mut reader = reader(&world);
    reader.pull(now(), &|_| ()).expect("pulls");
    let phone = world.desk.store.devices().expect("devices").into_iter().find(|d| d.role == Role::Observer);
    let phone = phone.expect("a phone").device;
    refuses(reader.records().review(hash, ReviewState::Excluded, "a reason", now()));
    refuses(reader.records().ask(hash, &[], "Is it so?", None, now()));
    refuses(reader.decisions().contest(phone, now()));
    refuses(reader.decisions().revoke(phone, None, now()));
    refuses(reader.invites().make(&["p001".to_owned()], now(), 9));
    refuses(reader.invites().replace(phone, true, now(), 9));
    let root = reader.renew(None, PASSPHRASE, now()).expect_err("the root is elsewhere");
    assert!(root.to_string().contains("root key"), "{root}");
    reader.pull(now(), &|_| ()).expect("pulls");
    let own = reader.own().device();
    assert!(reader.store.envelopes().expect("a store").iter().all(|e| e.device != own), "nothing was signed");
}

#[test]
fn what_a_readers_key_signs_counts_nowhere_whatever_program_signs_it() {
    let (mut world, _phone, hash) = one_report();
    let mut reader = reader(&world);
    reader.pull(now(), &|_| ()).expect("pulls");
    let keys = reader.workspace.keys(PASSPHRASE).expect("keys");
    let stolen = Rogue::with(&keys, world.desk.manifest().expect("a bundle"));
    assert_eq!(stolen.device(), reader.own().device());
    let phone = world.desk.devices(now()).expect("devices")[0].device;
    let revoked = stolen.decide(StandingDecision::new(phone, Standing::Revoked));
    let done = deliver(&world, vec![revoked.clone().into()]);
    assert_eq!((done.stored, done.refused.len()), (0, 1), "the server obeys only whom the root lists as a desk");
    let review = stolen.sealed(ObjectType::Review, 1, Hash::of(&stolen.enrolment), 0, &exclude(hash));
    assert_eq!(deliver(&world, vec![review.into()]).stored, 1, "nobody knows yet what is in it");
    append(&mut world, &stolen, &revoked);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(counted(&world.desk), ["counted"]);
    assert_eq!(world.desk.devices(now()).expect("devices")[0].standing, Some(Standing::Confirmed));
    let row = world.desk.desks().expect("desks").into_iter().find(|d| d.reader).expect("listed");
    assert_eq!((row.signed, row.ignored), (2, 2), "and it is told");
}

#[test]
fn the_page_of_a_reader_offers_nothing_to_sign_and_refuses_it_all_the_same() {
    let (world, _phone, hash) = one_report();
    reader(&world).pull(now(), &|_| ()).expect("pulls");
    let browser = Browser::at(&world, "reader");
    let page = browser.page(&format!("/reports/{hash}"));
    assert!(page.contains("<body class=\"reader\">") && page.contains("signs nothing"), "{page}");
    assert!(browser.page("/style.css").contains(".reader :is(form[method=post], #correct) { display: none; }"));
    assert!(!Browser::open(&world).page("/").contains("signs nothing"), "a desk says nothing of it");
    let origin = format!("http://{}", browser.host);
    let answer = browser.post(&format!("/reports/{hash}/review"), &origin, "state=excluded&reason=made+up");
    assert!(answer.status >= 400 && answer.body.contains("signs nothing"), "{}: {}", answer.status, answer.body);
    assert!(browser.page(&format!("/reports/{hash}")).contains("✓ counted"));
}

#[test]
fn a_reader_gets_new_reading_keys_and_no_issuers_and_reads_no_more_once_it_is_ended() {
    let (mut world, phone, _) = one_report();
    let mut reader = reader(&world);
    reader.pull(now(), &|_| ()).expect("pulls");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    world
        .desk
        .rotate(RotatedKeys { issuer: true, end_issuer: false, reading: true }, PASSPHRASE, now())
        .expect("signed");
    world.desk.publish().expect("published");
    phone.sync_now(BUDGET).expect("hears of it");
    report(&phone, "two");
    phone.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("hands the keys over");
    reader.pull(now(), &|_| ()).expect("takes them");
    assert_eq!(counted(&reader), ["counted", "counted"]);
    refuses(reader.invites().make(&["p001".to_owned()], now(), 9));
    let before = reader.workspace.keys(PASSPHRASE).expect("keys");
    assert!(before.issuers.is_empty(), "no issuer's key came");
    let ended = world.desk.end_desk(reader.own().device(), None, PASSPHRASE, now()).expect("signed");
    assert!(ended.readers.is_empty());
    world.desk.publish().expect("published");
    let shut = reader.pull(now(), &|_| ()).expect_err("it was ended");
    assert!(matches!(shut, DeskError::Locked { .. }), "{shut}");
}
