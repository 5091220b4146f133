//! Verifying and opening reports at the desk, compared with the bare primitives: two Ed25519 verifications and one HPKE
//! opening.

use baqylau_benches::timed;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::envelope::{Address, Envelope, Recipient, make};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_protocol::keys::{ReadingSecret, SigningKey};
use baqylau_protocol::seal::{SharedKey, seal, unseal};

const ENVELOPES: u32 = 2_000;

fn main() {
    let mission = MissionId([1; 16]);
    let secret = ReadingSecret::generate(1);
    let (reading, device) = (secret.public(), SigningKey::generate());
    let (shared, _) = SharedKey::encapsulate(&reading, mission).expect("encapsulates");
    let payload: Vec<u8> = (0..420u32).map(|n| u8::try_from(n * 7919 % 251).unwrap_or(0)).collect();
    let one = |seq: u64| {
        let address = Address {
            mission,
            device: DeviceId([2; 16]),
            seq,
            prev: Hash([3; 32]),
            to: Recipient::Desks(&reading),
            blobs: &[],
        };
        make(&address, ObjectType::Report, &device, &shared, &payload).expect("makes")
    };
    let envelopes: Vec<Vec<u8>> = (1..=u64::from(ENVELOPES)).map(one).collect();
    println!("a sealed, signed report: {} bytes", envelopes[0].len());
    let key = device.public();
    let open = |bytes: &Vec<u8>| {
        let envelope = Envelope::parse(bytes, mission).expect("parses");
        envelope.open(&key, &secret, &shared).expect("opens").1.len()
    };
    let (_, ours) = timed(|| envelopes.iter().map(&open).sum::<usize>());

    let signature = device.sign(&envelopes[0]);
    let sealed = seal(&reading.x25519, &shared, mission, b"header", &payload).expect("seals");
    let primitives = || {
        for bytes in &envelopes {
            std::hint::black_box(key.verify(&envelopes[0], &signature));
            std::hint::black_box(key.verify(bytes, &signature));
            std::hint::black_box(unseal(&secret, &shared, mission, b"header", &sealed).expect("opens").len());
        }
    };
    let ((), bare) = timed(primitives);
    let rate = |d: std::time::Duration| f64::from(ENVELOPES) / d.as_secs_f64();
    println!(
        "verify and open, one core: {:.0} per second; the bare primitives: {:.0}; {:.0} %",
        rate(ours),
        rate(bare),
        100.0 * rate(ours) / rate(bare)
    );
}
