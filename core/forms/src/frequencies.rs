//! How often strings of up to five bytes occur in a checklist's own words: what byte is likely to follow others in a
//! text that an observer types. Only counts of the definition's words, so whoever has the definition has the same.

use crate::definition::{Definition, Text};

/// Stands between two texts and at the end of each; occurs in no UTF-8.
pub const END: u8 = 0xff;
/// Bytes of words that are counted; what follows is left out.
const MAX_WORDS: usize = 1 << 16;
/// Bytes that may precede the one that is foretold.
const PRECEDING: usize = 4;
/// How much the estimate from fewer preceding bytes weighs, in occurrences.
const WEIGHT: u64 = 3;
/// A chance of 1.
const CERTAIN: u64 = 1 << 16;
/// Strings of two bytes.
const PAIRS: usize = 1 << 16;

/// Every string of five bytes in the words of a definition, sorted; the words are a ring.
#[derive(Debug)]
pub struct WordFrequencies {
    /// Five bytes each, the first in the highest place.
    strings: Vec<u64>,
    /// Where strings with these first two bytes, or greater ones, begin.
    pairs: Vec<u32>,
}

impl WordFrequencies {
    /// Counts the labels and hints of a definition's items, then the labels of its choices, in all languages.
    #[must_use]
    pub fn of(definition: &Definition) -> Self {
        let items = definition.items.iter().flat_map(|item| [&item.label, &item.hint]);
        let choices = definition.lists.iter().flat_map(|list| list.choices.iter().map(|c| &c.label));
        let mut words = Vec::new();
        for text in items.chain(choices).flat_map(|Text(all)| all).filter(|text| !text.is_empty()) {
            words.extend_from_slice(text.as_bytes());
            words.push(END);
        }
        words.truncate(MAX_WORDS);
        let ring = words.iter().chain(words.iter().cycle().take(PRECEDING)).copied().collect::<Vec<u8>>();
        let string = |bytes: &[u8]| bytes.iter().fold(0, |all, b| all << 8 | u64::from(*b));
        let mut strings: Vec<u64> = ring.windows(PRECEDING + 1).map(string).collect();
        strings.sort_unstable();
        let mut pairs = vec![0; PAIRS + 1];
        strings.iter().for_each(|string| pairs[pair(*string) + 1] += 1);
        (1..pairs.len()).for_each(|pair| pairs[pair] += pairs[pair - 1]);
        Self { strings, pairs }
    }

    /// What may follow these bytes, the last one first before it.
    #[must_use]
    pub fn after(&self, preceding: [u8; PRECEDING]) -> NextByte<'_> {
        let mut orders = [Occurrences::default(); PRECEDING + 1];
        for (order, found) in orders.iter_mut().enumerate() {
            let first = preceding[PRECEDING - order..].iter().fold(0, |all, b| all << 8 | u64::from(*b));
            let width = 8 * (PRECEDING + 1 - order);
            *found = Occurrences { from: self.place(first << width), to: self.place((first + 1) << width), first };
            if found.from == found.to {
                break;
            }
        }
        NextByte { frequencies: self, orders, bits: 0 }
    }

    /// How many strings are less than this one.
    fn place(&self, string: u64) -> usize {
        let pair = pair(string);
        let from = self.pairs[pair] as usize;
        if string & 0xff_ffff == 0 {
            return from;
        }
        let to = self.pairs[pair + 1] as usize;
        from + self.strings[from..to].partition_point(|s| *s < string)
    }
}

/// The first two bytes of a string.
fn pair(string: u64) -> usize {
    usize::try_from(string >> 24).expect("strings have five bytes")
}

/// The strings that begin with some of the preceding bytes and the bits of the byte that are known.
#[derive(Debug, Clone, Copy, Default)]
struct Occurrences {
    from: usize,
    to: usize,
    /// What they begin with.
    first: u64,
}

/// A byte of which bit after bit becomes known, the highest first.
#[derive(Debug)]
pub struct NextByte<'f> {
    frequencies: &'f WordFrequencies,
    /// After no, one, two, three and four preceding bytes.
    orders: [Occurrences; PRECEDING + 1],
    bits: usize,
}

impl NextByte<'_> {
    /// The chance that the next bit is 1, in 65,536ths, not rounded away from the ends.
    #[must_use]
    pub fn chance(&self) -> u32 {
        let mut chance = CERTAIN / 2;
        for (order, found) in self.orders.iter().enumerate().filter(|(_, found)| found.from < found.to) {
            let ones = (found.to - self.split(order, *found)) as u64;
            let all = (found.to - found.from) as u64;
            chance = (ones * CERTAIN + WEIGHT * chance) / (all + WEIGHT);
        }
        u32::try_from(chance).unwrap_or(u32::MAX)
    }

    /// Makes the next bit known.
    pub fn add(&mut self, bit: bool) {
        for order in 0..self.orders.len() {
            let found = self.orders[order];
            if found.from < found.to {
                let split = self.split(order, found);
                let (from, to) = if bit { (split, found.to) } else { (found.from, split) };
                self.orders[order] = Occurrences { from, to, first: found.first << 1 | u64::from(bit) };
            }
        }
        self.bits += 1;
    }

    /// Where those with a 1 as the next bit begin.
    fn split(&self, order: usize, found: Occurrences) -> usize {
        let width = 8 * (PRECEDING + 1 - order) - self.bits - 1;
        self.frequencies.place((found.first << 1 | 1) << width)
    }
}
