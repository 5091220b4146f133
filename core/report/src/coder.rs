//! An arithmetic coder of bits with one encoding for every sequence: what decodes was written just so.

use crate::answers::AnswerError;

/// A chance of 1, in the units of [`BitCoder::code`].
const CERTAIN: u32 = 1 << 16;
/// The least chance of either bit, 1/64: so that no byte stands for more than 353 bits, whatever somebody packs.
const LEAST: u32 = CERTAIN / 64;
/// Both bits are as likely.
pub const EVEN: u32 = CERTAIN / 2;

/// Writes or reads a sequence of bits.
pub trait BitCoder {
    /// Takes a bit and writes it, or reads one; gives the bit. `chance` is the chance of a 1 in 65,536ths; it is
    /// brought to 1/64 to 63/64.
    ///
    /// # Errors
    /// The bytes end before the bits do.
    fn code(&mut self, chance: u32, bit: bool) -> Result<bool, AnswerError>;
}

/// The numbers that what was coded so far leaves, as the first 32 bits of a fraction.
#[derive(Debug, Clone, Copy)]
struct Interval {
    low: u32,
    high: u32,
}

impl Interval {
    const WHOLE: Self = Self { low: 0, high: u32::MAX };

    /// The last number that stands for a 1.
    fn split(self, chance: u32) -> u32 {
        let part = (u64::from(self.high - self.low) * u64::from(chance.clamp(LEAST, CERTAIN - LEAST))) >> 16;
        self.low + u32::try_from(part).expect("a part of 32 bits")
    }

    fn take(&mut self, split: u32, bit: bool) {
        if bit {
            self.high = split;
        } else {
            self.low = split + 1;
        }
    }

    /// The first byte, once it is the same in all that is left; what remains is stretched.
    fn shift(&mut self) -> Option<u8> {
        let [low, ..] = self.low.to_be_bytes();
        let [high, ..] = self.high.to_be_bytes();
        (low == high).then(|| {
            self.low <<= 8;
            self.high = self.high << 8 | 0xff;
            low
        })
    }

    /// The fewest bytes that, with zeros behind them, are in it.
    fn shortest(self) -> Vec<u8> {
        let number = |bytes: u32| {
            let rest = u32::MAX.checked_shr(8 * bytes).unwrap_or(0);
            let up = self.low.checked_add(rest)? & !rest;
            (up <= self.high).then(|| up.to_be_bytes()[..bytes as usize].to_vec())
        };
        (0..=4).find_map(number).expect("four bytes are exact")
    }
}

/// Writes bits.
#[derive(Debug)]
pub struct BitWriter {
    interval: Interval,
    out: Vec<u8>,
}

impl BitWriter {
    /// With nothing written yet.
    #[must_use]
    pub fn new() -> Self {
        Self { interval: Interval::WHOLE, out: Vec::new() }
    }

    /// What was written.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.out.extend(self.interval.shortest());
        self.out
    }
}

impl BitCoder for BitWriter {
    fn code(&mut self, chance: u32, bit: bool) -> Result<bool, AnswerError> {
        let split = self.interval.split(chance);
        self.interval.take(split, bit);
        while let Some(byte) = self.interval.shift() {
            self.out.push(byte);
        }
        Ok(bit)
    }
}

/// Reads bits that [`BitWriter`] wrote, given the same chances.
pub struct BitReader<'b> {
    interval: Interval,
    /// What of the bytes is in the interval's place; zeros stand behind their end.
    number: u32,
    bytes: &'b [u8],
    /// How many bytes were shifted out.
    passed: usize,
}

baqylau_forms::redacted_debug! { BitReader<'_>: passed }

impl<'b> BitReader<'b> {
    /// Of some bytes.
    #[must_use]
    pub fn new(bytes: &'b [u8]) -> Self {
        let number = (0..4).fold(0, |all, at| all << 8 | u32::from(bytes.get(at).copied().unwrap_or(0)));
        Self { interval: Interval::WHOLE, number, bytes, passed: 0 }
    }

    /// Checks that the bytes end as they were written.
    ///
    /// # Errors
    /// They end otherwise, or go on.
    pub fn finish(self) -> Result<(), AnswerError> {
        let rest = self.bytes.get(self.passed..);
        if rest == Some(&self.interval.shortest()) { Ok(()) } else { Err(AnswerError::Ending) }
    }
}

impl BitCoder for BitReader<'_> {
    fn code(&mut self, chance: u32, _: bool) -> Result<bool, AnswerError> {
        let split = self.interval.split(chance);
        let bit = self.number <= split;
        self.interval.take(split, bit);
        while self.interval.shift().is_some() {
            self.passed += 1;
            let next = self.bytes.get(self.passed + 3).copied().unwrap_or(0);
            self.number = self.number << 8 | u32::from(next);
            if self.passed > self.bytes.len() {
                return Err(AnswerError::Short);
            }
        }
        Ok(bit)
    }
}
