//! Records of standings, and what they come to.

use super::bundles::manifest;
use baqylau_protocol::authority::{DeskTerm, Reinstatement};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::standing::{Standing, StandingDecision, StandingError, StandingRecord, Standings};

const PHONE: DeviceId = DeviceId([7; 16]);
const DESKS: [DeviceId; 3] = [DeviceId([1; 16]), DeviceId([2; 16]), DeviceId([3; 16])];

/// The first two desks; the second was ended at place 100.
fn listed() -> Manifest {
    let desks = vec![
        DeskTerm { device: DESKS[0], from: 0, until: None },
        DeskTerm { device: DESKS[1], from: 0, until: Some(100) },
    ];
    Manifest { desks, ..manifest(1, None) }
}

fn record(desk: usize, by_hand: bool, decision: StandingDecision) -> StandingRecord {
    let mission = listed().mission;
    StandingRecord { v: 1, mission, desk: DESKS[desk], at: 5, by_hand, decisions: vec![decision] }
}

fn stand(standing: Standing) -> StandingDecision {
    StandingDecision::new(PHONE, standing)
}

fn revoke(good_seq: u64) -> StandingDecision {
    let good_hash = (good_seq > 0).then(|| Hash([u8::try_from(good_seq).expect("small"); 32]));
    StandingDecision { device: PHONE, standing: Standing::Revoked, good_seq, good_hash }
}

/// What records at these places come to: standing, number and what is disputed.
fn fold(manifest: &Manifest, records: &[(u64, StandingRecord)]) -> Option<(Standing, u64, Option<u64>)> {
    let mut standings = Standings::default();
    for (place, record) in records {
        standings.apply(*place, record, manifest);
    }
    standings.of(PHONE).map(|held| (held.decision.standing, held.decision.good_seq, held.disputed))
}

#[test]
fn record_not_signed_by_its_desk_is_refused() {
    let (desk, stranger) = (SigningKey::from_seed([4; 32]), SigningKey::from_seed([5; 32]));
    let record = record(0, true, revoke(3));
    let bytes = record.sign(&desk);
    assert_eq!(StandingRecord::open(&bytes, &desk.public(), record.mission).unwrap(), record);
    assert_eq!(StandingRecord::untrusted(&bytes, record.mission).unwrap(), record);
    let forged = record.sign(&stranger);
    assert!(matches!(StandingRecord::open(&forged, &desk.public(), record.mission), Err(StandingError::Cose(_))));
    let elsewhere = StandingRecord::open(&bytes, &desk.public(), MissionId([9; 16]));
    assert_eq!(elsewhere, Err(StandingError::Mission { found: record.mission }));
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 0x02;
        assert!(StandingRecord::open(&altered, &desk.public(), record.mission).is_err(), "byte {at}");
        assert!(StandingRecord::open(&bytes[..at], &desk.public(), record.mission).is_err(), "{at} bytes");
    }
}

#[test]
fn a_desk_decides_only_where_the_root_lists_it() {
    let manifest = listed();
    let confirm = |desk| record(desk, true, stand(Standing::Confirmed));
    let confirmed = Some((Standing::Confirmed, 0, None));
    assert_eq!(fold(&manifest, &[(99, confirm(1))]), confirmed);
    assert_eq!(fold(&manifest, &[(100, confirm(1))]), None, "ended");
    assert_eq!(fold(&manifest, &[(5, confirm(2))]), None, "never listed");
    let mut standings = Standings::default();
    assert!(standings.apply(5, &confirm(0), &manifest) && !standings.apply(5, &confirm(2), &manifest));
    let about_a_desk = StandingDecision { device: DESKS[0], ..revoke(0) };
    standings.apply(6, &record(1, true, about_a_desk), &manifest);
    assert_eq!(standings.of(DESKS[0]), None, "only the root ends a desk");
}

#[test]
fn revoked_stays_revoked_at_the_smallest_number() {
    let manifest = listed();
    let of = |records: &[(u64, StandingRecord)]| fold(&manifest, records).expect("decided");
    let back = [Standing::Confirmed, Standing::Contested];
    for standing in back {
        let records = [(1, record(0, true, revoke(3))), (2, record(1, true, stand(standing)))];
        assert_eq!(of(&records), (Standing::Revoked, 3, None), "{standing:?}");
    }
    for (first, second) in [(3, 5), (5, 3)] {
        let two = [(1, record(0, true, revoke(first))), (2, record(1, true, revoke(second)))];
        assert_eq!(of(&two), (Standing::Revoked, 3, Some(5)), "{first}, then {second}");
        let settled = [two.to_vec(), vec![(3, record(0, true, revoke(3)))]].concat();
        assert_eq!(of(&settled), (Standing::Revoked, 3, None));
        let looser = [settled, vec![(4, record(1, true, revoke(9)))]].concat();
        assert_eq!(of(&looser), (Standing::Revoked, 3, Some(9)), "nobody raises it");
    }
}

#[test]
fn what_a_desk_does_by_itself_yields_to_whoever_decided_before() {
    let manifest = listed();
    let (confirmed, contested) = (stand(Standing::Confirmed), stand(Standing::Contested));
    let by_itself = |first: &StandingDecision, second: &StandingDecision| {
        fold(&manifest, &[(1, record(0, true, first.clone())), (2, record(1, false, second.clone()))])
    };
    assert_eq!(by_itself(&contested, &confirmed), Some((Standing::Contested, 0, None)));
    assert_eq!(by_itself(&confirmed, &contested), Some((Standing::Confirmed, 0, None)));
    let by_hand = [(1, record(0, false, confirmed)), (2, record(1, true, contested))];
    assert_eq!(fold(&manifest, &by_hand), Some((Standing::Contested, 0, None)));
}

#[test]
fn the_root_reinstates_by_voiding_what_was_decided_before() {
    let mut manifest = listed();
    let revoked = (1, record(0, true, revoke(3)));
    manifest.reinstated = vec![Reinstatement { device: PHONE, before: 10 }];
    assert_eq!(fold(&manifest, std::slice::from_ref(&revoked)), None);
    let again = [revoked, (10, record(0, true, stand(Standing::Confirmed)))];
    assert_eq!(fold(&manifest, &again), Some((Standing::Confirmed, 0, None)));
}

#[test]
fn what_an_ended_desk_decided_before_its_end_goes_when_the_end_is_set_earlier() {
    let mut manifest = listed();
    let records = [(50, record(1, true, revoke(0)))];
    assert_eq!(fold(&manifest, &records), Some((Standing::Revoked, 0, None)));
    manifest.desks[1].until = Some(50);
    assert_eq!(fold(&manifest, &records), None, "it had been stolen by then");
}
