//! The binary under attack, over TLS: a small one of what `--bench hostile` does.

use crate::it::support::Server;
use baqylau_protocol::certificate::Invite;
use baqylau_tests::flood::{Flood, peak_memory};
use baqylau_tests::{BUDGET, World, tables};

/// The most that the server may take, as the benchmark has it for ten times as many.
const MEMORY: u64 = 128 << 20;
const CONNECTIONS: usize = 400;
const JUNK: u64 = 100_000_000;

#[test]
fn a_hostile_crowd_keeps_no_phone_out_and_takes_little_memory() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let text = world.invite("p001");
    let invite = Invite::from_text(&text).expect("an invite");
    world.stop_server();
    let address = invite.servers[0].trim_start_matches("https://").to_owned();
    let server = Server::start(&world.folder.path().join("mission"), &address);
    let core = world.enrolled("phone", &text);
    let roots: Vec<Vec<u8>> = invite.tls_roots.iter().map(|r| r.to_vec()).collect();
    let flood = Flood::start(address.parse().expect("an address"), &roots, CONNECTIONS);
    let mut delivered = 0;
    while flood.junk() < JUNK {
        let visit = core.start_visit(None, None).expect("a visit").code;
        let draft = core.start_checklist(&visit, "incident").expect("a draft").id;
        core.finalise(draft, Some("for a test".into())).expect("signed");
        let mut tries = 0;
        while core.sync_now(BUDGET).expect("syncs").delivered == 0 {
            tries += 1;
            assert!(tries < 20, "the phone is kept out");
        }
        delivered += 1;
    }
    assert!(delivered > 0 && flood.connections().0 > 0);
    let memory = peak_memory(server.id());
    assert!(memory < MEMORY, "{memory} bytes");
}
