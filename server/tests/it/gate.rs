//! A challenge: whose signature over it opens the log, and for how long.

use baqylau_protocol::authority::{DeskTerm, IssuerTerm, LogEpoch};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::ids::{DeviceId, MissionId, SubjectId};
use baqylau_protocol::keys::{ReadingSecret, SigningKey};
use baqylau_protocol::wire::ReadRequest;
use baqylau_server::accept::DeviceState;
use baqylau_server::auth::DeskAuth;
use baqylau_server::sequencer::LogState;
use data_encoding::BASE64URL_NOPAD;
use std::sync::Arc;

const NOW: i64 = 1_700_000_000_000;
const MISSION: MissionId = MissionId([1; 16]);
const DESK: DeviceId = DeviceId([2; 16]);
const TEN_MINUTES: i64 = 600_000;

fn desk() -> SigningKey {
    SigningKey::from_seed([3; 32])
}

/// A device that enrolled with a role, and what the manifest says of it.
fn shared(role: Role, term: Option<DeskTerm>) -> LogState {
    let shared = LogState::default();
    let device = DeviceState { key: desk().public(), subject: SubjectId([4; 16]), role };
    shared.devices.write().expect("nobody panicked").insert(DESK, device);
    let key = desk().public();
    let manifest = Manifest {
        v: Manifest::VERSION,
        mission: MISSION,
        version: 1,
        prev: None,
        issued: 0,
        expires: NOW,
        issuers: vec![IssuerTerm { key, from: 0, until: None }],
        log: LogEpoch::first(key),
        tls_roots: Vec::new(),
        reading: vec![ReadingSecret::generate(1).public()],
        servers: Vec::new(),
        parts: Vec::new(),
        desks: term.into_iter().collect(),
        reinstated: Vec::new(),
        renew_by: NOW,
        readers: Vec::new(),
        witnesses: Vec::new(),
        cosignatures: 0,
    };
    *shared.manifest.write().expect("nobody panicked") = Some(Arc::new((manifest, Vec::new())));
    shared
}

fn listed() -> Option<DeskTerm> {
    Some(DeskTerm { device: DESK, from: 0, until: None })
}

const ASKS: &str = "/v1/log?from=0";

fn header(mission: MissionId, device: DeviceId, challenge: [u8; 40], key: &SigningKey) -> String {
    let request = ReadRequest { v: 1, mission, device, challenge: challenge.into(), asks: ASKS.into() };
    format!("Baqylau {}", BASE64URL_NOPAD.encode(&request.sign(key)))
}

#[test]
fn a_challenge_is_good_for_ten_minutes() {
    let (gate, shared) = (DeskAuth::new(MISSION), shared(Role::Desk, listed()));
    let signed = header(MISSION, DESK, gate.challenge(NOW), &desk());
    for (now, good) in [(0, true), (1, true), (TEN_MINUTES, true), (TEN_MINUTES + 1, false), (-1, false)] {
        assert_eq!(gate.admits(&signed, ASKS, &shared, NOW + now), good, "{now} ms later");
    }
    assert!(!DeskAuth::new(MISSION).admits(&signed, ASKS, &shared, NOW), "not after a restart");
}

#[test]
fn only_a_desk_that_the_root_lists_is_admitted() {
    let gate = DeskAuth::new(MISSION);
    let signed = header(MISSION, DESK, gate.challenge(NOW), &desk());
    let ended = listed().map(|term| DeskTerm { until: Some(0), ..term });
    for (role, term, good) in [
        (Role::Desk, listed(), true),
        (Role::Desk, ended, false),
        (Role::Desk, None, false),
        (Role::Observer, None, false),
        (Role::Observer, listed(), false),
    ] {
        assert_eq!(gate.admits(&signed, ASKS, &shared(role, term.clone()), NOW), good, "{role:?}, {term:?}");
    }
    assert!(!gate.admits(&signed, ASKS, &LogState::default(), NOW), "a device that is not enrolled");
}

#[test]
fn whatever_is_altered_is_refused() {
    let (gate, shared) = (DeskAuth::new(MISSION), shared(Role::Desk, listed()));
    let challenge = gate.challenge(NOW);
    let signed = header(MISSION, DESK, challenge, &desk());
    assert!(gate.admits(&signed, ASKS, &shared, NOW));
    assert!(!gate.admits(&signed, "/v1/log?from=1", &shared, NOW), "for another page");
    assert!(!gate.admits(&signed, "/v1/metrics", &shared, NOW), "for another path");
    let stranger = SigningKey::from_seed([4; 32]);
    assert!(!gate.admits(&header(MISSION, DESK, challenge, &stranger), ASKS, &shared, NOW));
    assert!(!gate.admits(&header(MISSION, DeviceId([9; 16]), challenge, &desk()), ASKS, &shared, NOW));
    assert!(!gate.admits(&header(MissionId([9; 16]), DESK, challenge, &desk()), ASKS, &shared, NOW));
    for at in 0..40 {
        let mut altered = challenge;
        altered[at] ^= 1;
        assert!(
            !gate.admits(&header(MISSION, DESK, altered, &desk()), ASKS, &shared, NOW),
            "byte {at} of the challenge"
        );
    }
    let bare = signed.trim_start_matches("Baqylau ");
    for other in [bare.to_owned(), format!("Bearer {bare}"), String::new(), "Baqylau ".into(), "Baqylau !".into()] {
        assert!(!gate.admits(&other, ASKS, &shared, NOW), "{other}");
    }
    for cut in 0..signed.len() {
        assert!(!gate.admits(&signed[..cut], ASKS, &shared, NOW), "{cut} characters");
    }
}
