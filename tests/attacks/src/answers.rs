//! Answers in which nothing was answered: section 10 of `docs/formats.md`, for as much of it as that takes.

/// The coder of section 10.
struct Coder {
    low: u32,
    high: u32,
    out: Vec<u8>,
}

impl Coder {
    /// Writes a 0 whose chance of a 1 is so many 65,536ths.
    fn zero(&mut self, chance: u64) {
        let range = u64::from(self.high - self.low) * chance.clamp(1_024, 64_512) / 65_536;
        self.low += u32::try_from(range).expect("less than the range") + 1;
        while self.low >> 24 == self.high >> 24 {
            self.out.push(self.high.to_be_bytes()[0]);
            self.low <<= 8;
            self.high = self.high << 8 | 0xff;
        }
    }

    /// The fewest bytes that are a number of at least `low` and at most `high`, and of those the least.
    fn end(mut self) -> Vec<u8> {
        for kept in 0..=4_u32 {
            let unit = 1_u64 << (8 * (4 - kept));
            let least = u64::from(self.low).div_ceil(unit) * unit;
            if least <= u64::from(self.high) {
                let bytes = least.to_be_bytes();
                self.out.extend(&bytes[4..4 + kept as usize]);
                break;
            }
        }
        self.out
    }
}

/// The packed answers of a checklist of which no question was answered, without an answer log and remarks.
///
/// # Panics
/// When the definition is none, or computes something.
#[must_use]
pub fn none(definition: &[u8]) -> Vec<u8> {
    let definition: serde_json::Value = serde_json::from_slice(definition).expect("a definition");
    let items = definition["items"].as_array().expect("items");
    assert!(items.iter().all(|item| item.get("calculation").is_none()), "a checklist that computes nothing");
    let repeats = |item: &serde_json::Value| item["kind"]["type"] == "repeat";
    let within = |item: &serde_json::Value| {
        let mut parent = item["parent"].as_u64();
        while let Some(at) = parent {
            let above = &items[usize::try_from(at).expect("a position")];
            if repeats(above) {
                return true;
            }
            parent = above["parent"].as_u64();
        }
        false
    };
    let asked = items.iter().filter(|item| item["kind"]["type"] != "group" && item["kind"]["type"] != "note");
    let mut coder = Coder { low: 0, high: u32::MAX, out: Vec::new() };
    for (before, _) in (0_u64..).zip(asked.filter(|item| !within(item))) {
        coder.zero(32_768 / (before + 1));
    }
    // The numbers of lines and of remarks are 0: a symbol of six bits each.
    (0..12).for_each(|_| coder.zero(32_768));
    coder.end()
}
