//! What a phone that somebody altered sends, to cost the desk more than it cost the phone.

use crate::it::support::deliver;
use baqylau_desk::faults::Unverifiable;
use baqylau_desk::log::recheck::ObjectFault;
use baqylau_protocol::certificate::Invite;
use baqylau_protocol::ids::Hash;
use baqylau_tests::rogue::Rogue;
use baqylau_tests::{World, now, tables};

const BOMBS: u64 = 40;

#[test]
fn what_inflates_beyond_measure_is_named_and_not_kept() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = Invite::from_text(&world.invite("p001")).expect("an invite");
    let rogue = Rogue::new(&invite, world.desk.manifest().expect("a bundle"));
    let mut objects = vec![rogue.enrolment.clone().into()];
    let mut prev = Hash::of(&rogue.enrolment);
    for seq in 1..=BOMBS {
        let envelope = rogue.envelope(seq, prev, 1, &vec![0; 1_000_000]);
        prev = Hash::of(&envelope);
        objects.push(envelope.into());
    }
    let delivered = deliver(&world, objects);
    assert_eq!((delivered.stored, delivered.refused.len()), (41, 0), "the server sees nothing of it");
    let size = |world: &World| {
        let store = |name: &str| std::fs::metadata(world.desk.workspace.folder.join(name)).map_or(0, |m| m.len());
        store("desk.db") + store("desk.db-wal")
    };
    let before = size(&world);
    let pulled = world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!(pulled.refused as u64, BOMBS, "{pulled:?}");
    let grown = size(&world) - before;
    assert!(grown < 2_000_000, "{grown} bytes for {} in envelopes", BOMBS * 2000);
    let (_, faults) = world.desk.verify_all().expect("verifies");
    let inflated = faults.iter().filter(|(_, why)| *why == ObjectFault::Unverifiable(Unverifiable::Inflated));
    assert_eq!(inflated.count() as u64, BOMBS);
}
