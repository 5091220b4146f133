//! A desk that was stolen, and one that made itself.

use crate::it::support::{Attacker, issuer, mission, send, statuses, stolen};
use baqylau_attacks::cbor::{Value, list};
use baqylau_attacks::cose::{self, Key};
use baqylau_attacks::device::Device;
use baqylau_attacks::hex;
use baqylau_desk::Desk;
use baqylau_observer::app::DeliveryState;
use baqylau_observer::{ObserverApp, RefusalReason};
use baqylau_protocol::standing::Standing;
use baqylau_tests::{BUDGET, PASSPHRASE, World, now, reports};

const CONFIRMED: u64 = 0;
const REVOKED: u64 = 2;
/// The code of a refusal.
const NOT_LISTED: u64 = 5;

/// A phone whose report both desks of a mission have, and counts.
fn two_desks() -> (World, ObserverApp, Desk) {
    let mut world = mission();
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    assert_eq!(send(&phone), 1);
    let mut second = world.another_desk("second desk");
    second.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(statuses(&mut world.desk), ["counted"]);
    (world, phone, second)
}

#[test]
fn records_of_an_ended_desk_change_nothing() {
    let (mut world, phone, second) = two_desks();
    let (attacker, _) = Attacker::new(&mut world);
    let (desk, _) = stolen(&second, &attacker.published);
    let phones = world.desk.devices(now()).expect("devices")[0].device;
    world.desk.end_desk(second.own().device(), None, PASSPHRASE, now()).expect("ended");
    world.desk.publish().expect("published");
    assert_eq!(attacker.upload(&[&desk.decide(phones.0, REVOKED)]), [Err(NOT_LISTED)]);
    let challenge = attacker.line.ask("GET /v1/challenge", &[], b"").expect("an answer").body;
    let asks = desk.asks("/v1/log?from=0", Value::decode(&challenge).expect("bytes").bytes());
    let asked = attacker.line.ask("GET /v1/log?from=0", &[format!("authorization: {asks}")], b"");
    assert_eq!(asked.expect("an answer").status, 401, "it reads nothing any more");
    // A review is sealed: the server takes it, and no desk obeys it.
    let report = reports(&world.desk)[0].summary.meta.hash.0;
    let review = Value::Map(vec![
        (0, 1_u64.into()),
        (1, report.into()),
        (2, 2_u64.into()),
        (3, "made up".into()),
        (4, list([now().into(), 0_u64.into()])),
    ]);
    let number = second.store.envelopes().expect("envelopes").iter().filter(|e| e.device.0 == desk.id).count();
    let review = desk.seal(&desk.head(number as u64 + 1, [0; 32]), cose::REVIEW, &review);
    assert!(attacker.upload(&[&review])[0].is_ok());
    assert_eq!(statuses(&mut world.desk), ["counted"]);
    assert_eq!(world.desk.devices(now()).expect("devices")[0].standing, Some(Standing::Confirmed));
    assert_eq!(send(&phone), 1, "and the phone goes on");
}

#[test]
fn a_desk_that_nobody_listed_revokes_nobody() {
    let mut world = mission();
    let invite = world.invite("p001");
    let phone = world.enrolled("phone", &invite);
    assert_eq!(send(&phone), 1);
    assert_eq!(statuses(&mut world.desk), ["counted"]);
    let (attacker, _) = Attacker::new(&mut world);
    let made = Device::made_desk(&Key::of(issuer(&world.desk)), &attacker.published);
    let phones = world.desk.devices(now()).expect("devices")[0].device;
    let verdicts = attacker.upload(&[&made.enrolment, &made.decide(phones.0, REVOKED)]);
    assert!(verdicts[0].is_ok() && verdicts[1] == Err(NOT_LISTED), "{verdicts:?}");
    // In the name of the desk that is listed, by another key.
    let (listed, _) = stolen(&world.desk, &attacker.published);
    let forged = Device { key: Key::new(), enrolment: Vec::new(), ..listed };
    assert_eq!(attacker.upload(&[&forged.decide(phones.0, REVOKED)]), [Err(3)]);
    let pulled = world.desk.pull(now(), &|_| ()).expect("pulls");
    let desks: Vec<String> = pulled.desks.iter().map(|desk| hex(&desk.0)).collect();
    assert_eq!(desks, [hex(&made.id)], "it is announced");
    assert_eq!((send(&phone), statuses(&mut world.desk)), (1, vec!["counted"; 2]));
}

#[test]
fn of_standings_that_race_the_stricter_holds_everywhere() {
    let (mut world, phone, mut second) = two_desks();
    let (attacker, _) = Attacker::new(&mut world);
    let (one, other) = (stolen(&world.desk, &attacker.published).0, stolen(&second, &attacker.published).0);
    let phones = world.desk.devices(now()).expect("devices")[0].device;
    // Two stolen desks at once, each ten times: one wants the phone's voice gone, the other wants it back.
    std::thread::scope(|scope| {
        for (desk, standing) in [(&one, REVOKED), (&other, CONFIRMED)] {
            let attacker = &attacker;
            scope.spawn(move || {
                for _ in 0..10 {
                    assert!(attacker.upload(&[&desk.decide(phones.0, standing)])[0].is_ok());
                }
            });
        }
    });
    let held = |desk: &mut Desk| {
        desk.pull(now(), &|_| ()).expect("pulls");
        (desk.devices(now()).expect("devices")[0].standing, reports(desk)[0].status.name())
    };
    let (here, there) = (held(&mut world.desk), held(&mut second));
    assert_eq!(here, (Some(Standing::Revoked), "revoked"));
    assert_eq!(here, there, "both desks fold the same");
    assert_eq!(send(&phone), 0);
    let found = phone.reports().expect("reports").remove(1).state;
    assert!(matches!(found, DeliveryState::Stuck { why: RefusalReason::Revoked, .. }), "{found:?}");
    // Only the root gives it back, and then everything counts.
    world.desk.reinstate(phones, PASSPHRASE, now()).expect("reinstated");
    world.desk.publish().expect("published");
    assert_eq!(phone.sync_now(BUDGET).expect("syncs").delivered, 1);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    world.desk.decisions().confirm(phones, now()).expect("confirmed");
    assert_eq!(statuses(&mut world.desk), ["counted"; 2]);
}
