//! Random integers, lengths and lists, as often at an edge as not.

use super::support::Dice;
use baqylau_protocol::ids::{DeviceId, Hash, MissionRoot, PublicKey};
use minicbor::bytes::{ByteArray, ByteVec};
use std::fmt::Debug;

impl Dice {
    pub fn number(&mut self) -> u64 {
        const EDGES: [u64; 13] =
            [0, 1, 23, 24, 255, 256, 65_535, 65_536, u32::MAX as u64, 1 << 32, i64::MAX as u64, 1 << 63, u64::MAX];
        match self.below(2) {
            0 => EDGES[self.below(EDGES.len())],
            _ => self.next() >> self.below(64),
        }
    }

    pub fn up_to<T: TryFrom<u64, Error: Debug>>(&mut self, most: u64) -> T {
        let number = if self.below(8) == 0 { most } else { self.number() % (most + 1) };
        number.try_into().expect("the type has room for the most")
    }

    pub fn small(&mut self) -> u32 {
        self.up_to(u64::from(u32::MAX))
    }

    pub fn time(&mut self) -> i64 {
        let time = self.number().cast_signed();
        if self.below(2) == 0 { !time } else { time }
    }

    pub fn array<const N: usize>(&mut self) -> ByteArray<N> {
        let mut out = [0; N];
        out.chunks_mut(8).for_each(|chunk| chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]));
        out.into()
    }

    pub fn hash(&mut self) -> Hash {
        Hash(*self.array())
    }

    pub fn key(&mut self) -> PublicKey {
        PublicKey(*self.array())
    }

    pub fn device(&mut self) -> DeviceId {
        DeviceId(*self.array())
    }

    pub fn root(&mut self) -> MissionRoot {
        MissionRoot(*self.array())
    }

    fn length(&mut self) -> usize {
        match self.below(200) {
            0 => [65_535, 65_536][self.below(2)],
            1..20 => [255, 256][self.below(2)],
            20..60 => [23, 24][self.below(2)],
            _ => self.below(60),
        }
    }

    pub fn string(&mut self) -> ByteVec {
        let length = self.length();
        self.bytes(length).into()
    }

    pub fn text(&mut self) -> String {
        const LETTERS: [char; 8] = ['a', '0', '\0', '/', 'ғ', 'é', '中', '😀'];
        let length = self.length().min(300);
        (0..length).map(|_| LETTERS[self.below(LETTERS.len())]).collect()
    }

    pub fn maybe<T>(&mut self, value: fn(&mut Self) -> T) -> Option<T> {
        (self.below(2) == 0).then(|| value(self))
    }

    /// Of a few items; now and then of as many as there may be, or one more.
    pub fn list<T>(&mut self, most: usize, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = match self.below(150) {
            0 => most,
            1 => most + 1,
            2..10 => [23, 24][self.below(2)],
            _ => self.below(4),
        };
        (0..count).map(|_| item(self)).collect()
    }
}
