//! Envelopes: every byte counts.

use baqylau_protocol::cose::Type;
use baqylau_protocol::envelope::{Address, Envelope, EnvelopeError, class_bytes, make};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_protocol::keys::{ReadingKey, ReadingSecret, SigningKey};
use baqylau_protocol::seal::SharedKey;

const MISSION: MissionId = MissionId([7; 16]);

struct World {
    secret: ReadingSecret,
    reading: ReadingKey,
    device: SigningKey,
    shared: SharedKey,
}

impl World {
    fn new() -> Self {
        let secret = ReadingSecret::generate(1);
        let reading = secret.public();
        let (shared, sealed) = SharedKey::encapsulate(&reading, MISSION).unwrap();
        // The desk derives the same key.
        let desk = SharedKey::decapsulate(&secret, &sealed, MISSION).unwrap();
        assert_eq!(desk.to_parts().0, shared.to_parts().0);
        Self { secret, reading, device: SigningKey::generate(), shared }
    }

    fn make(&self, seq: u64, payload: &[u8]) -> Vec<u8> {
        let address = Address { mission: MISSION, device: DeviceId([1; 16]), seq, prev: Hash([2; 32]), to: &self.reading };
        make(&address, Type::Report, &self.device, &self.shared, payload).unwrap()
    }

    fn open(&self, bytes: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
        let envelope = Envelope::parse(bytes, MISSION)?;
        envelope.open(Type::Report, &self.device.public(), &self.secret, &self.shared).map(|p| p.to_vec())
    }
}

#[test]
fn what_was_sealed_is_opened() {
    let world = World::new();
    for length in [0, 1, 400, 700, 5_000, 70_000] {
        // Incompressible, so that every class occurs.
        let payload: Vec<u8> = (0..length).flat_map(|n: u32| Hash::of(&n.to_be_bytes()).0).take(length as usize).collect();
        let bytes = world.make(1, &payload);
        assert_eq!(world.open(&bytes).unwrap(), payload);
        let envelope = Envelope::parse(&bytes, MISSION).unwrap();
        assert_eq!(bytes.len(), class_bytes(envelope.header.class), "the whole has the length of its class");
    }
    let huge: Vec<u8> = (0..40_000u32).flat_map(|n| Hash::of(&n.to_be_bytes()).0).collect();
    let address = Address { mission: MISSION, device: DeviceId([1; 16]), seq: 1, prev: Hash([2; 32]), to: &world.reading };
    let refused = make(&address, Type::Report, &world.device, &world.shared, &huge);
    assert!(matches!(refused, Err(EnvelopeError::TooLarge { .. })));
}

#[test]
fn any_altered_byte_is_refused() {
    let world = World::new();
    let bytes = world.make(1, b"the box was empty at seven");
    for at in 0..bytes.len() {
        for bit in [1, 0x80] {
            let mut altered = bytes.clone();
            altered[at] ^= bit;
            assert!(world.open(&altered).is_err(), "byte {at}");
        }
    }
    for length in 0..bytes.len() {
        assert!(world.open(&bytes[..length]).is_err(), "cut to {length}");
    }
    assert!(world.open(&[bytes.clone(), vec![0]].concat()).is_err(), "a byte more");
}

#[test]
fn nothing_of_one_envelope_fits_another() {
    let world = World::new();
    let (one, two) = (world.make(1, b"first"), world.make(2, b"second"));
    // The header of one with the sealed text of the other: the outer signature, and below it the seal, refuse.
    let cut = one.len() / 2;
    assert!(world.open(&[&one[..cut], &two[cut..]].concat()).is_err());
    let other = World::new();
    let envelope = Envelope::parse(&one, MISSION).unwrap();
    let key = world.device.public();
    assert!(envelope.open(Type::Report, &other.device.public(), &world.secret, &world.shared).is_err(), "another device");
    assert!(envelope.open(Type::Report, &key, &other.secret, &world.shared).is_err(), "another reading key");
    assert!(envelope.open(Type::Report, &key, &world.secret, &other.shared).is_err(), "another shared key");
    assert!(matches!(Envelope::parse(&one, MissionId([8; 16])), Err(EnvelopeError::Mission { .. })), "another mission");
}
