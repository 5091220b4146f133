//! What of the uncertain a power cut leaves.

use crate::disk::{Fate, sectors};
use crate::recording::Step;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A way in which disks lose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Survival {
    /// Everything that was not synced is lost.
    Nothing,
    /// Nothing is lost: as if the program had been killed.
    Everything,
    /// Each step by itself, as if the disk had written them in another order.
    Any,
    /// Each sector of each write by itself.
    AnySector,
    /// The first so many, and some sectors of the next: a disk that keeps the order.
    Beginning,
    /// All but one.
    AllButOne,
    /// One alone.
    OneAlone,
    /// What was written, without the names that were given or taken away.
    WithoutNames,
    /// Names, without what was written.
    NamesAlone,
}

impl Survival {
    /// Every way.
    pub const ALL: [Self; 9] = [
        Self::Nothing,
        Self::Everything,
        Self::Any,
        Self::AnySector,
        Self::Beginning,
        Self::AllButOne,
        Self::OneAlone,
        Self::WithoutNames,
        Self::NamesAlone,
    ];

    /// What becomes of each uncertain step.
    pub fn fates(self, uncertain: &[&Step], dice: &mut Dice) -> Vec<Fate> {
        let one = dice.below(uncertain.len());
        let fate = |(number, step): (usize, &&Step)| {
            let names = matches!(step, Step::Names(_));
            match self {
                Self::Nothing => Fate::Lost,
                Self::Everything => Fate::Kept,
                Self::Any => dice.either(),
                Self::AnySector => dice.torn(step),
                Self::Beginning if number == one => dice.torn(step),
                Self::Beginning => kept(number < one),
                Self::AllButOne => kept(number != one),
                Self::OneAlone => kept(number == one),
                Self::WithoutNames => kept(!names),
                Self::NamesAlone => kept(names),
            }
        };
        uncertain.iter().enumerate().map(fate).collect()
    }
}

fn kept(kept: bool) -> Fate {
    if kept { Fate::Kept } else { Fate::Lost }
}

/// Chance from a seed: the same one throws the same.
#[derive(Debug)]
pub struct Dice(ChaCha12Rng);

impl Dice {
    /// Chance from this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(ChaCha12Rng::seed_from_u64(seed))
    }

    /// A number below a limit; 0 below 0.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.0.next_u64() % limit).unwrap_or_default()
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    fn either(&mut self) -> Fate {
        kept(self.coin())
    }

    fn torn(&mut self, step: &Step) -> Fate {
        match step {
            Step::Write(_, at, bytes) => Fate::Torn((0..sectors(*at, bytes)).map(|_| self.coin()).collect()),
            Step::Resize(..) | Step::Names(_) | Step::Sync(_) => self.either(),
        }
    }
}
