//! Keys and a device for the tests.

use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::envelope::{Address, Blob, Recipient, make};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_protocol::keys::{ReadingSecret, SigningKey};
use baqylau_protocol::seal::SharedKey;

/// A deterministic generator (`SplitMix64`): the same numbers for the same seed on every platform.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).expect("made for the test")
    }

    /// Incompressible bytes.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}

/// A mission with one reading key and one enrolled device.
pub struct Device {
    pub mission: MissionId,
    pub reading: ReadingSecret,
    pub key: SigningKey,
    pub shared: SharedKey,
    pub id: DeviceId,
}

impl Device {
    pub fn new(number: u8) -> Self {
        let mission = MissionId([7; 16]);
        let reading = ReadingSecret::generate(1);
        let (shared, _) = SharedKey::encapsulate(&reading.public(), mission).expect("made for the test");
        Self { mission, reading, key: SigningKey::from_seed([number; 32]), shared, id: DeviceId([number; 16]) }
    }

    pub fn envelope(&self, seq: u64, payload: &[u8]) -> Vec<u8> {
        self.envelope_with(seq, payload, &[])
    }

    pub fn envelope_with(&self, seq: u64, payload: &[u8], blobs: &[Blob]) -> Vec<u8> {
        let reading = self.reading.public();
        let address = Address {
            mission: self.mission,
            device: self.id,
            seq,
            prev: Hash([9; 32]),
            to: Recipient::Desks(&reading),
            blobs,
        };
        make(&address, ObjectType::Report, &self.key, &self.shared, payload).expect("made for the test")
    }
}

pub fn hex(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).expect("made for the test")
}
